"""The pages of the site: one module for each template, with the same name."""
