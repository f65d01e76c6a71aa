"""One issue on GitHub that tells that the map is not updating: opened, updated, closed by the next good run."""

from __future__ import annotations

from apivideo_geo.effects import Effects
from apivideo_geo.settings import Settings


def report(message: str, settings: Settings, effects: Effects) -> str:
    """Open or update."""
    return f"Would tell: {message}"


def resolve(settings: Settings, effects: Effects) -> str:
    """Close."""
    return "Nothing to close."
