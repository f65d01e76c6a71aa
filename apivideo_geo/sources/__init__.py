"""Where facts come from. A new source is one file in this folder and one line in source.py."""
