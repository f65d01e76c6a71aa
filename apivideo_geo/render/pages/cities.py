"""What ``cities.html`` shows, and the circles of cities on the map of the front page. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from itertools import islice
from math import ceil
from typing import Any

from markupsafe import Markup

from apivideo_geo.geo.shapes import HEIGHT, WIDTH, load_shapes, load_spread_widths, project
from apivideo_geo.model import CityCount, Details
from apivideo_geo.render.context import Context
from apivideo_geo.render.map.inline_svg import render_map
from apivideo_geo.render.pages.breakdowns import Breakdown, Line, base_of, days_note
from apivideo_geo.render.pages.periods import render_call
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import Formats

ON_MAP = 300
"""Maximum number of circles on the front page's map, for the cities with the highest counts."""
LISTED = 1000
"""Maximum number of cities in the list; the others are added up in one row."""
_WIDEST, _NARROWEST = 40.0, 8.0
"""Diameters of circles in CSS pixels, at every zoom; ``city-map.js`` also takes a tap near a small one for it."""
_HALO = 2.4
"""How much wider the light edge of a circle is."""


def has_cities(details: Details) -> bool:
    """Return whether cities were collected, and any of their counts can be shown."""
    return bool(details.cities or details.withheld.get("city"))


def make_cities(context: Context, countries: Mapping[str, Line], map_id: str) -> dict[str, Any]:
    """Return what the template prints, except the frame of the page. ``map_id`` is the id of the map's SVG."""
    details, formats = context.details, context.formats
    listed = details.cities[:LISTED]
    placed = [city for city in listed if city.point]
    lost = [city for city in details.cities if not city.point]
    values = tuple((city.name, city.count) for city in details.cities)
    total = base_of("city", context)
    rest = Breakdown(values, total, details.withheld.get("city", 0)).rest(LISTED, formats)
    words = formats.say_many("World map with %(count)s city", "World map with %(count)s cities", len(placed))
    circles = _circles(listed, countries, context)
    others, noun = context.summary.others, sentences.noun(context.summary.metric, formats)
    return {
        "headline": formats.say_many("Watched in %(count)s city", "Watched in %(count)s cities", len(details.cities)),
        "lead": f"{_lead(placed, lost, context)} {days_note('city', context)}".strip(),
        "only": formats.say("Cities are shown for one metric only: %(metric)s.", metric=noun) if others else "",
        "world": Markup(_world(map_id, words, circles)),  # noqa: S704 - SVG made here, its texts escaped
        "data": _script_data(formats.spoken or formats.lang),
        "rows_": [_row(city, countries, formats, rank) for rank, city in enumerate(listed, 1)],
        "rest": [(line, formats.number(count)) for line, count in rest],
        "total": formats.number(total),
        "shown": formats.say("Shown: %(count)s of %(all)s"),
        "everything": formats.number(len(listed)),
        "lost": [_row(city, countries, formats, rank) for rank, city in enumerate(lost[:LISTED], 1)],
        "lost_count": context.quantity(sum(city.count for city in lost)),
    }


def render_circles(details: Details) -> bytes:
    """Return the script with the cities of the front page's map: ``apivideoGeo.cities([…])``, one list a city.

    Each is alpha-3, name, count, x, y (units of ``geo.shapes``), highest count first. Empty if no city has a point.
    """
    placed = ((city, project(*city.point)) for city in details.cities if city.point)
    cities = [(city.iso_a3, city.name, city.count, *map(round, point)) for city, point in islice(placed, ON_MAP)]
    return render_call("cities", cities) if cities else b""


def _lead(placed: Sequence[CityCount], lost: Sequence[CityCount], context: Context) -> str:
    lead = context.formats.say(
        "The circles show %(quantity)s: the larger a circle, the higher the count.",
        quantity=context.quantity(sum(city.count for city in placed)),
    )
    same_size = _smallest(placed)
    if any(city.count < same_size for city in placed):
        least = context.quantity(same_size)
        lead += " " + context.formats.say("Circles of under %(quantity)s all have the smallest size.", quantity=least)
    if not lost:
        return lead
    only_listed = context.formats.say_many(
        "%(count)s city could not be located and is only listed.",
        "%(count)s cities could not be located and are only listed.",
        len(lost),
    )
    return f"{lead} {only_listed}"


def _smallest(placed: Sequence[CityCount]) -> int:
    """Return the count below which circles are not drawn smaller any more."""
    top = max((city.count for city in placed), default=1)
    return ceil(top * _NARROWEST**2 / _WIDEST**2)


def _world(map_id: str, words: str, circles: str) -> str:
    """Return the map: all land in the colour of zero, without dots of small territories, and the ``circles`` on it."""
    land = {code: replace(shape, dot=None) for code, shape in load_shapes().items()}
    return render_map(land, lambda _: "zero", map_id, words, 0).removesuffix("</svg>") + f"{circles}</svg>"


def _script_data(lang: str) -> dict[str, Any]:
    """Return what ``map.js`` reads: the size of the map; there are no dots and no countries to zoom to."""
    measures = {"frame": [WIDTH, HEIGHT], "spread": list(load_spread_widths())}
    return {"lang": lang, **measures, "dots": {}, "points": {}, "groups": {}}


def _circles(listed: Sequence[CityCount], countries: Mapping[str, Line], context: Context) -> str:
    """Return a circle for each city with a point, largest first, so that small ones are on top.

    A circle is a line without length and with round caps: it has the same size on the screen at every zoom.
    ``data-row`` is the index of the city in the list.
    """
    top = max((city.count for city in listed if city.point), default=1)
    circles = []
    for row, city in enumerate(listed):
        if not city.point:
            continue
        x, y = map(round, project(*city.point))
        width = max(_NARROWEST, _WIDEST * (city.count / top) ** 0.5)
        country = countries[city.iso_a3].name if city.iso_a3 in countries else ""
        words = f"{city.name}, {country}: {context.quantity(city.count)}"
        circles.append(
            f'<path class="halo" stroke-width="{width + _HALO:.1f}" d="M{x} {y}h0"/>'
            f'<path class="place" stroke-width="{width:.1f}" d="M{x} {y}h0" data-row="{row}">'
            f"<title>{escape(words)}</title></path>"
        )
    return f'<g class="cities">{"".join(circles)}</g>'


def _row(city: CityCount, countries: Mapping[str, Line], formats: Formats, rank: int) -> dict[str, Any]:
    """Return a row of the list; ``order`` has the numbers it is sorted by: rank and count."""
    count = formats.number(city.count)
    order = f"{rank} {city.count}"
    return {"name": city.name, "country": countries.get(city.iso_a3), "count": count, "rank": rank, "order": order}
