"""The border policy as data: where ISO 3166 and the atlas differ, what is drawn, and why.

``data/README.md`` and ``docs/borders.md`` explain it; ``tools/geometry/territories.mjs`` applies it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Border:
    """An area for which the map had to decide how to draw it."""

    area: str
    atlas: str
    """The country to which the atlas assigns it, in words."""
    codes: tuple[str, ...]
    """The alpha-3 it is drawn as."""
    whole: bool
    """Whether it is all of ``codes``, not only a part."""
    why: str


@cache
def load_borders() -> tuple[Border, ...]:
    """Return the areas of ``data/borders.csv``, in its order."""
    text = (files("apivideo_geo.geo") / "data" / "borders.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), strict=True)
    return tuple(
        Border(row["area"], row["atlas"], tuple(row["codes"].split()), row["whole"] == "yes", row["why"])
        for row in rows
    )
