"""Where facts come from. A new source is one line in source.py and one file beside it."""
