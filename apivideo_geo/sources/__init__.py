"""Where facts come from. A new source is one line in registry.py and one file beside it."""
