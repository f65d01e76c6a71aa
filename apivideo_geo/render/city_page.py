"""What ``cities.html`` shows, and the circles of cities on the map of the front page. Pure."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from markupsafe import Markup

from apivideo_geo.geo.projection import project
from apivideo_geo.model import CityCount, Details, Summary
from apivideo_geo.render import prose
from apivideo_geo.render.formats import Formats
from apivideo_geo.render.ground import place_of, render_overlay
from apivideo_geo.render.parts import Line, by_months

ON_MAP = 300
"""So many cities, the first ones, are circles on the front page's map."""
LISTED = 1000
"""So many cities are listed; the others are counted."""
_LARGEST, _SMALLEST = 15.0, 2.0


def has_cities(details: Details) -> bool:
    """Was the dimension collected, and is there anything to tell of it?"""
    return bool(details.cities or details.withheld.get("city"))


def make_cities(summary: Summary, details: Details, countries: dict[str, Line], formats: Formats) -> dict[str, Any]:
    """Everything the template prints besides the frame."""
    placed = [city for city in details.cities if city.point]
    lost = [city for city in details.cities if not city.point]
    told, hid = sum(city.count for city in details.cities), details.withheld.get("city", 0)
    rest = sum(city.count for city in details.cities[LISTED:])
    others = (
        (formats.say("Others"), rest),
        (formats.say("Withheld"), hid),
        (formats.say("Not known"), summary.total - told - hid),
    )
    words = formats.say_many("World map with %(count)s city", "World map with %(count)s cities", len(placed))
    return {
        "headline": formats.say_many("Watched in %(count)s city", "Watched in %(count)s cities", len(details.cities)),
        "lead": f"{_lead(placed, lost, summary, formats)} {by_months('city', details, formats)}".strip(),
        "overlay": Markup(render_overlay({}, 6, words, _circles(placed, countries, summary, formats))),  # noqa: S704
        "rows_": [_row(city, countries, formats) for city in details.cities[:LISTED]],
        "rest": [(name, formats.number(count)) for name, count in others if count],
        "total": formats.number(summary.total),
        "lost": [_row(city, countries, formats) for city in lost[:LISTED]],
        "lost_count": prose.quantity(sum(city.count for city in lost), summary, formats),
    }


def render_circles(details: Details) -> str:
    """The script with the cities of the front page's map: ``apivideoGeo.cities([…])``, one list a city.

    Each is alpha-3, name, count, x, y (units of ``geo.shapes``), most first. Empty where no city has a place.
    """
    placed = [city for city in details.cities if city.point][:ON_MAP]
    told = [
        [city.iso_a3, city.name, city.count, *(round(side) for side in project(*city.point))]
        for city in placed
        if city.point
    ]
    if not told:
        return ""
    text = json.dumps(told, separators=(",", ":"), ensure_ascii=False)
    return f"apivideoGeo.cities({text});\n"


def _lead(placed: list[CityCount], lost: list[CityCount], summary: Summary, formats: Formats) -> str:
    count = sum(city.count for city in placed)
    sentences = [
        formats.say(
            "The circles show %(quantity)s: their area is in proportion to the count.",
            quantity=prose.quantity(count, summary, formats),
        )
    ]
    if lost:
        sentences.append(
            formats.say_many(
                "%(count)s name has no certain place, and is only listed.",
                "%(count)s names have no certain place, and are only listed.",
                len(lost),
            )
        )
    return " ".join(sentences)


def _circles(placed: list[CityCount], countries: dict[str, Line], summary: Summary, formats: Formats) -> list[str]:
    """Biggest first, so that the small ones lie on top."""
    top = max((city.count for city in placed), default=1)
    circles = []
    for city in placed:
        assert city.point
        x, y = place_of(project(*city.point))
        radius = max(_SMALLEST, _LARGEST * (city.count / top) ** 0.5)
        country = countries[city.iso_a3].name if city.iso_a3 in countries else ""
        words = f"{city.name}, {country}: {prose.quantity(city.count, summary, formats)}"
        circles.append(
            f'<circle class="city" cx="{x}" cy="{y}" r="{radius:.1f}"><title>{escape(words)}</title></circle>'
        )
    return circles


def _row(city: CityCount, countries: dict[str, Line], formats: Formats) -> dict[str, Any]:
    return {"name": city.name, "country": countries.get(city.iso_a3), "count": formats.number(city.count)}
