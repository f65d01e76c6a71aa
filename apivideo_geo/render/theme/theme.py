"""The owner's choices for the site: title, colours, logo, links, texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from apivideo_geo.geo.groups import Group
from apivideo_geo.render.map.palettes import DEFAULT
from apivideo_geo.render.map.scale import Scale, make_scale
from apivideo_geo.render.text.formats import Formats
from apivideo_geo.render.theme.logo import Logo


@dataclass(frozen=True)
class Theme:
    """The owner's choices for the site. ``title`` heads every page; ``notice`` is an optional line above it.

    ``method``, ``classes`` and ``breaks`` set the class breaks (see ``scale``); ``palette`` is a name of
    ``PALETTES``; ``accent`` is a colour (see ``accent``), "" for the default; ``links`` are names with their addresses
    and ``footer`` a text, both at the foot of every page; ``overrides`` is a folder of templates and assets
    that take precedence.
    ``site_url`` is the address the site is published at, with a slash at the end; "" if it is not known.
    """

    title: str
    locale: str = "en"
    notice: str = ""
    method: str = "quantile"
    classes: int = 6
    breaks: tuple[float, ...] = ()
    palette: str = DEFAULT
    accent: str = ""
    logo: Logo | None = None
    links: tuple[tuple[str, str], ...] = ()
    footer: str = ""
    overrides: Path | None = None
    site_url: str = ""
    groups: tuple[Group, ...] = ()
    """The owner's own groups of countries."""
    video_pages: int = 200
    """Maximum number of videos, the most watched, with a page."""
    cards: int = 50
    """How many pages of countries and videos, the most watched, have a preview picture."""

    def scale_of(self, values: Sequence[float]) -> Scale:
        """Return the classes of a map of ``values``."""
        return make_scale(values, self.method, self.classes, self.breaks)

    def usual_scale(self, values: Sequence[float]) -> Scale:
        """Return the classes of a map of other ``values`` than those that the owner's own limits are for."""
        return make_scale(values, "quantile" if self.method == "custom" else self.method, self.classes)


def usual_title(locale: str) -> str:
    """Return the title of a site whose owner set none, in the reader's language."""
    return Formats(locale).say("Our audience")
