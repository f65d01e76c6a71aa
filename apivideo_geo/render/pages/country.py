"""What ``country/FRA.html`` shows, ready to print. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from apivideo_geo.geo.countries import flag
from apivideo_geo.geo.neighbours import load_neighbours, nearest
from apivideo_geo.geo.shapes import load_shapes
from apivideo_geo.model import CountryCount, CountryDetail, Details, Summary
from apivideo_geo.render.map.small_map import place_of, render_overlay
from apivideo_geo.render.pages.breakdowns import Line, Table, Trends, by_months, make_table, value_line
from apivideo_geo.render.pages.figures import CHANGE_FROM, Figure, tone_of
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import Formats
from apivideo_geo.render.text.value_names import merge_by_name

WATCHED = 25
"""So many videos and live streams are named."""
NAMED = 8
"""So many values of any other dimension are named."""
CITIES = 20
NEAR = 8
"""So many neighbours are named at most; a country without any on land has the nearest three."""
_AROUND = 3


@dataclass(frozen=True)
class Next:
    """A country to go on to."""

    code: str
    name: str
    flag: str
    note: str


def page_of(iso_a3: str) -> str:
    """The page of a country, from the top of the site."""
    return f"country/{iso_a3}.html"


def make_country(
    country: CountryCount,
    summary: Summary,
    details: Details,
    formats: Formats,
    lines: Mapping[str, Line],
    trends: Trends,
) -> dict[str, Any]:
    """Everything the template prints besides the frame. ``lines``: media id → its name, kind and link."""
    told = details.countries.get(country.iso_a3)
    much = sentences.quantity(country.count, summary, formats)
    return {
        "country": country,
        "flag": flag(country.iso_a3),
        "headline": formats.say("%(country)s: %(quantity)s", country=country.name, quantity=much),
        "lead": " ".join(_lead(country, told, summary, formats)),
        "figures": tuple(_figures(country, summary, formats)),
        "locator": Markup(_locator(country, formats)),  # noqa: S704 - SVG of our own making, its texts escaped
        **trends.show(summary.by_country.get(country.iso_a3, ()), country.name),
        "gaps": sentences.gaps(summary.days.missing, formats),
        "watched": _watched(country, told, details, formats, lines),
        "panels": tuple(_panels(country, told, details, formats)),
        "neighbours": tuple(_neighbours(country, summary, formats)),
        "before": _by_rank(country, -1, summary, formats),
        "after": _by_rank(country, 1, summary, formats),
    }


def _lead(country: CountryCount, told: CountryDetail | None, summary: Summary, formats: Formats) -> Iterator[str]:
    period = sentences.period(summary, formats)
    rank, of = formats.number(country.rank), formats.number(len(summary.countries))
    share = formats.share(country.share)
    if period:
        yield formats.say(
            "Rank %(rank)s of %(countries)s countries, %(share)s of everything counted %(period)s.",
            rank=rank, countries=of, share=share, period=period,
        )  # fmt: skip
    else:
        yield formats.say(
            "Rank %(rank)s of %(countries)s countries, %(share)s of everything counted.",
            rank=rank, countries=of, share=share,
        )  # fmt: skip
    if told and told.first_seen == summary.period_from:
        yield formats.say("Seen from the first day on, %(day)s.", day=formats.day(told.first_seen))
    elif told:
        yield formats.say("First seen on %(day)s.", day=formats.day(told.first_seen))


def _figures(country: CountryCount, summary: Summary, formats: Formats) -> Iterator[Figure]:
    change = summary.change
    now, before = change.countries.get(country.iso_a3, (0, 0)) if change else (0, 0)
    note = ""
    if change and before >= CHANGE_FROM:
        note = formats.say_many(
            "Last day: %(change)s on the day before",
            "%(count)s days: %(change)s on the %(count)s before",
            change.days,
            change=formats.change(now, before),
        )
    yield Figure("total", "", formats.number(country.count), note, tone_of(now, before) if note else "")
    yield Figure(
        "rank",
        formats.say("Rank"),
        formats.number(country.rank),
        formats.say("of %(number)s", number=formats.number(len(summary.countries))),
    )
    yield Figure("share", formats.say("Share of the total"), formats.share(country.share))
    rate = "–" if country.per_million is None else formats.rate(country.per_million)
    yield Figure("dense", formats.say("Per million people"), rate)


def _locator(country: CountryCount, formats: Formats) -> str:
    """Where the country is: lit on the land, in a ring where it would hardly be seen."""
    shape = load_shapes()[country.iso_a3]
    x, y = place_of(shape.label)
    ring = [f'<circle class="here" cx="{x}" cy="{y}" r="16"/>'] if shape.size < 120 else []
    words = formats.say("Map of the world with %(country)s lit", country=country.name)
    return render_overlay({country.iso_a3: "c4"}, 6, words, ring)


def _watched(
    country: CountryCount, told: CountryDetail | None, details: Details, formats: Formats, lines: Mapping[str, Line]
) -> Table | None:
    if told is None or not ({"media"} & (told.parts.keys() | told.withheld.keys())):
        return None
    usual = value_line("media", formats)
    table = make_table(
        formats.say("What is watched"),
        told.parts.get("media", ()), country.count, told.withheld.get("media", 0), formats,
        lambda media_id: lines.get(media_id) or usual(media_id), WATCHED,
    )  # fmt: skip
    return replace(table, note=by_months("media", details, formats))


def _panels(country: CountryCount, told: CountryDetail | None, details: Details, formats: Formats) -> Iterator[Table]:
    if told is None:
        return
    titles = (
        ("device", formats.say("Devices"), NAMED),
        ("os", formats.say("Operating systems"), NAMED),
        ("browser", formats.say("Browsers"), NAMED),
        ("referrer", formats.say("Referring sites"), NAMED),
        ("city", formats.say("Cities"), CITIES),
    )
    for dimension, title, most in titles:
        parts = merge_by_name(dimension, told.parts.get(dimension, ()), formats)
        withheld = told.withheld.get(dimension, 0)
        if parts or withheld:
            table = make_table(title, parts, country.count, withheld, formats, value_line(dimension, formats), most)
            yield replace(table, note=by_months(dimension, details, formats))


def _neighbours(country: CountryCount, summary: Summary, formats: Formats) -> Iterator[Next]:
    """Those on land that have counts; without any, the nearest ones."""
    known = {one.iso_a3: one for one in summary.countries if one.iso_a3 != country.iso_a3}
    codes = [code for code in load_neighbours()[country.iso_a3] if code in known][:NEAR]
    for code in codes or nearest(country.iso_a3, list(known), _AROUND):
        yield _next(known[code], sentences.quantity(known[code].count, summary, formats))


def _by_rank(country: CountryCount, step: int, summary: Summary, formats: Formats) -> Next | None:
    place = summary.countries.index(country) + step
    if not 0 <= place < len(summary.countries):
        return None
    other = summary.countries[place]
    return _next(other, formats.say("rank %(rank)s", rank=formats.number(other.rank)))


def _next(country: CountryCount, note: str) -> Next:
    return Next(country.iso_a3, country.name, flag(country.iso_a3), note)
