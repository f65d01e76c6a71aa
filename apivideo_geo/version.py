"""The version of this package: the git tag that its wheel was built from."""

from __future__ import annotations

from functools import cache

UNTAGGED = "0+checkout"
"""The version of a checkout that is run without being installed."""


@cache
def find_version() -> str:
    """Return the version of the installed package, such as ``0.1.0``; ``UNTAGGED`` if it is not installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("apivideo-geo")
    except PackageNotFoundError:
        return UNTAGGED
