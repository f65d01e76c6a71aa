"""Opens the door: ``python build.py [command] [options]`` is ``apivideo-geo`` without installing it."""

import sys

try:
    from apivideo_geo.cli import main
except ModuleNotFoundError as missing:
    if (missing.name or "").startswith("apivideo_geo"):
        raise
    sys.stderr.write(
        f"error: the package {missing.name!r} is not installed: run `make site`, "
        "or `python3 -m pip install -r requirements.lock` and then this again.\n"
    )
    sys.exit(2)

if __name__ == "__main__":
    main()
