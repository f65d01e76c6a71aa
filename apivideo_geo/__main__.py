"""Run the command line: ``python -m apivideo_geo [command] [options]``."""

from apivideo_geo.cli import main

if __name__ == "__main__":
    main()
