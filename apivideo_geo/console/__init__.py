"""Text for people at a terminal or in GitHub Actions: progress, report, annotations, exit codes; the local server."""
