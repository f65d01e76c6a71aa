"""Theme, logo, colours, templates and assets."""
