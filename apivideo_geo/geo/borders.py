"""The border policy as data: where ISO 3166 and the atlas differ, what is drawn, and why.

``data/README.md`` and ``docs/borders.md`` explain it; ``tools/geometry/territories.mjs`` applies it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from apivideo_geo.text_files import read_rows


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
    """Return the areas of ``data/borders.csv`` in the order of the file. Cached."""
    return tuple(
        Border(row["area"], row["atlas"], tuple(row["codes"].split()), row["whole"] == "yes", row["why"])
        for row in read_rows(Path(__file__).with_name("data") / "borders.csv")
    )
