"""The client of api.video: log-in, rate limit, retries, pages. The only package that sends HTTP requests."""
