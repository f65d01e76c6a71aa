"""From Summary to pages: class breaks, map, picture, templates."""
