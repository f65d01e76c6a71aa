"""How the owner wants the site: title, colours, logo, links, words of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from apivideo_geo.render.map.palettes import DEFAULT
from apivideo_geo.render.map.scale import Scale, make_scale
from apivideo_geo.render.text.formats import Formats
from apivideo_geo.render.theme.logo import Logo


@dataclass(frozen=True)
class Theme:
    """How the owner wants the site. ``title`` heads every page; ``notice`` is a line above it, if any.

    ``method``, ``classes`` and ``breaks`` make the class breaks (see ``scale``); ``per_million_from`` is the
    least count at which a country takes part in the comparison by head; ``palette`` is a name of ``PALETTES``;
    ``accent`` is a colour (see ``accent``), "" for our own; ``links`` are names with their addresses and ``footer`` a
    text, both at the foot of every page; ``overrides`` is a folder of templates and assets that go before ours.
    ``site_url`` is the address the site is published at, with a slash at the end; "" where it is not known.
    """

    title: str
    locale: str = "en"
    notice: str = ""
    method: str = "quantile"
    classes: int = 6
    breaks: tuple[float, ...] = ()
    per_million_from: int = 100
    palette: str = DEFAULT
    accent: str = ""
    logo: Logo | None = None
    links: tuple[tuple[str, str], ...] = ()
    footer: str = ""
    overrides: Path | None = None
    site_url: str = ""
    video_pages: int = 200
    """So many videos, the most watched, have a page."""
    cards: int = 50
    """How many pages of countries and videos, the most watched, have a preview picture of their own."""

    def scale_of(self, values: Sequence[float]) -> Scale:
        """The classes of a map of ``values``."""
        return make_scale(values, self.method, self.classes, self.breaks)


def usual_title(locale: str) -> str:
    """The title of a site whose owner gave none, in the reader's language."""
    return Formats(locale).say("Our audience")
