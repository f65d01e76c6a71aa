"""What the page's script is told beside what it can read off the page: figures as numbers, names, places. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from apivideo_geo.geo.countries import name_of
from apivideo_geo.geo.shapes import HEIGHT, WIDTH, load_regions, load_shapes, load_spread_widths
from apivideo_geo.model import CountryCount, Summary
from apivideo_geo.render import prose, views
from apivideo_geo.render.scale import Scale

PERIODS = (
    ("7d", 7, "7 d", "7 days"),
    ("30d", 30, "30 d", "30 days"),
    ("90d", 90, "90 d", "90 days"),
    ("12m", 365, "12 m", "12 months"),
)
"""Stretches a reader can ask for: name in the page's address, length in days, text on narrow and on wide screens."""


@dataclass(frozen=True)
class Choice:
    """One value a reader can choose, and its words; ``said`` is for wide screens, where ``words`` are short."""

    value: str
    words: str
    said: str = ""


def make_periods(summary: Summary) -> tuple[Choice, ...]:
    """The stretches shorter than the history, then all of it, then any; none without days of countries."""
    whole = sum(not day.open for day in summary.daily)
    if not summary.by_country or whole < 2:
        return ()
    shorter = [Choice(name, words, said) for name, length, words, said in PERIODS if length < whole]
    return (*shorter, Choice("all", "All"), Choice("custom", "Custom"))


def make_measures(summary: Summary) -> tuple[Choice, ...]:
    """What the map can show."""
    return (
        Choice("count", prose.noun(summary.metric).capitalize()),
        Choice("share", "Share"),
        Choice("per-million", "Per million"),
        Choice("change", "Change"),
    )


def make_continents() -> tuple[Choice, ...]:
    """The frames a reader can zoom to."""
    return tuple(Choice(_slug(name), name) for name in load_regions())


def client_data(
    summary: Summary, scale: Mapping[str, Any], lang: str, least: int, world: int, days_file: str, pages: Sequence[str]
) -> Mapping[str, Any]:
    """The page's JSON. ``scale`` tells how to cut classes, ``days_file`` where the counts of the days are ("": none),
    ``pages`` which countries have a page of their own."""
    shown = {country.iso_a3 for country in summary.countries}
    shapes = load_shapes()
    return {
        "lang": lang,
        "words": {"one": prose.noun(summary.metric, 1), "many": prose.noun(summary.metric)},
        "known": views.has_data(summary),
        "world": world,
        "total": summary.total,
        "mapped": summary.mapped,
        "unknown": summary.unknown,
        "withheld": summary.withheld,
        "rows": [_numbers(country, summary) for country in summary.countries],
        "change": summary.change and {"days": summary.change.days, "total": summary.change.total},
        "change_from": views.CHANGE_FROM,
        "per_from": least,
        "scale": scale,
        "days": days_file,
        "first": summary.daily[0].day.isoformat() if summary.daily else "",
        "last": summary.daily[-1].day.isoformat() if summary.daily else "",
        "gaps": [(day - summary.daily[0].day) // timedelta(days=1) for day in summary.days.missing],
        "open": [place for place, day in enumerate(summary.daily) if day.open],
        "names": {code: name_of(code, lang) for code in shapes if code not in shown},
        "points": {code: [round(place) for place in shape.label] for code, shape in shapes.items()},
        "frame": [WIDTH, HEIGHT],
        "spread": list(load_spread_widths()),
        "dots": {code: shape.size for code, shape in shapes.items() if shape.dot and shape.path},
        "continents": {_slug(name): [round(side) for side in box] for name, box in load_regions().items()},
        "pages": list(pages),
    }


def scale_settings(method: str, classes: int, breaks: Sequence[float], scale: Scale) -> Mapping[str, Any]:
    """How the script is to cut classes; ``lows`` are those of the map as it is sent."""
    return {"method": method, "classes": classes, "breaks": list(breaks), "lows": list(scale.lows)}


def _numbers(country: CountryCount, summary: Summary) -> list[Any]:
    """Code, count, people (0: not known), the last days' count, that of as many before, 1 if it is new."""
    people = round(country.count * 1_000_000 / country.per_million) if country.per_million else 0
    change = summary.change
    now, before = change.countries.get(country.iso_a3, (0, 0)) if change else (0, 0)
    return [country.iso_a3, country.count, people, now, before, int(bool(change and country.iso_a3 in change.new))]


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-")
