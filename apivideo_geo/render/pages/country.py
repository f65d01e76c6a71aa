"""What ``country/FRA.html`` shows, ready to print. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from markupsafe import Markup

from apivideo_geo.geo.countries import flag
from apivideo_geo.geo.neighbours import load_neighbours, nearest
from apivideo_geo.geo.places import population_year
from apivideo_geo.geo.shapes import load_shapes
from apivideo_geo.model import CountryCount, CountryDetail
from apivideo_geo.render.context import Context
from apivideo_geo.render.map.small_map import place_of, render_overlay
from apivideo_geo.render.pages.breakdowns import (
    Breakdown,
    BreakdownTable,
    Line,
    base_of,
    days_note,
    make_table,
    value_line,
)
from apivideo_geo.render.pages.figures import (
    Curves,
    Figure,
    change_note,
    change_of,
    compared,
    make_dense,
    tone_of_change,
)
from apivideo_geo.render.pages.funnel import make_funnel, make_lines
from apivideo_geo.render.pages.periods import MonthTable, Periods
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import Formats

NAMED = {"media": 25, "device": 8, "os": 8, "browser": 8, "referrer": 8, "city": 20}
"""dimension → the maximum number of its values that are named."""
NEAR = 8
"""Maximum number of neighbours; a country without any on land has the nearest three instead."""
_NEAREST = 3


@dataclass(frozen=True)
class Next:
    """A link to another country; ``code`` is its alpha-3."""

    code: str
    name: str
    flag: str
    note: str


def make_country(
    country: CountryCount, context: Context, asset_lines: Mapping[str, Line], curves: Curves, periods: Periods
) -> dict[str, Any]:
    """Return the variables of ``country.html``, except those of header and footer, which all pages have.

    ``asset_lines``: media id → its line in a table of videos.
    """
    summary, formats = context.summary, context.formats
    detail = context.details.countries.get(country.iso_a3)
    quantity, name = context.quantity(country.count), sentences.called(country, formats)
    return {
        "country": country,  # for an owner's template of an earlier version
        "count": country.count,
        "compare": country.iso_a3,
        "codes": [country.iso_a3],
        "flag": flag(country.iso_a3),
        "headline": formats.say("%(country)s: %(quantity)s", country=name, quantity=quantity),
        "lead": _lead(country, context),
        "since": _since(detail, context) if detail else "",
        "figures": tuple(_figures(country, context)),
        "locator": Markup(_locator(country, formats)),  # noqa: S704 - SVG made here, its texts escaped
        **curves.show(summary.by_country.get(country.iso_a3, ()), name),
        "change_note": compared(summary.comparison, summary.daily, formats),
        "gaps": sentences.gaps(summary, formats),
        "funnel": make_funnel(context, country.iso_a3),
        "lines": make_lines(context, country.iso_a3),
        "history": "",
        "watched": _watched(country, detail, context, asset_lines),
        "panels": tuple(_panels(country, detail, context)) if detail else (),
        "neighbours": tuple(_neighbours(country, context)),
        "groups": [group for group in context.groups if country.iso_a3 in group.members],
        "months": periods.rows(periods.sums(summary.by_country[country.iso_a3])) if summary.by_country else (),
        "before": _by_rank(country, -1, context),
        "after": _by_rank(country, 1, context),
    }


def make_country_months(
    country: CountryCount, context: Context, asset_lines: Mapping[str, Line], periods: Periods
) -> dict[str, Any] | None:
    """Return what the page's script needs for a period; None if the breakdowns are not known by month."""
    detail = context.details.countries.get(country.iso_a3) or CountryDetail(date.min)
    series = context.summary.by_country.get(country.iso_a3)
    if series is None or not detail.parts.keys() <= detail.monthly.keys():
        return None
    tables, whole = {}, periods.sums(series)
    for dimension, most in NAMED.items():
        if not ({dimension} & (detail.parts.keys() | detail.withheld.keys())):
            continue
        table = MonthTable(
            detail.parts.get(dimension, ()),
            detail.monthly.get(dimension, {}),
            periods.sums(series, dimension),
            most,
            periods.withheld(dimension, country.iso_a3),
        )
        titles = periods.titles if dimension == "media" else {}
        tables[dimension] = table.data(whole, _line_of(dimension, context, asset_lines), titles)
    return {"tables": tables}


def _lead(country: CountryCount, context: Context) -> str:
    formats, period = context.formats, context.period
    rank, of = formats.number(country.rank), formats.number(len(context.summary.countries))
    share = formats.share(country.share)
    if len(context.summary.countries) == 1:  # there is no rank
        if period:
            return formats.say("%(share)s of everything counted %(period)s.", share=share, period=period)
        return formats.say("That is %(share)s of everything counted.", share=share)
    if period:
        return formats.say(
            "Rank %(rank)s of %(countries)s countries, %(share)s of everything counted %(period)s.",
            rank=rank, countries=of, share=share, period=period,
        )  # fmt: skip
    return formats.say(
        "Rank %(rank)s of %(countries)s countries, %(share)s of everything counted.",
        rank=rank, countries=of, share=share,
    )  # fmt: skip


def _since(detail: CountryDetail, context: Context) -> str:
    formats, earlier = context.formats, context.summary.earlier.days
    if detail.first_seen == (earlier[0].day if earlier else context.summary.period_from):
        return formats.say("Seen from the first day on, %(day)s.", day=formats.day(detail.first_seen))
    return formats.say("First seen on %(day)s.", day=formats.day(detail.first_seen))


def _figures(country: CountryCount, context: Context) -> Iterator[Figure]:
    formats, summary = context.formats, context.summary
    change = change_of(summary.by_country.get(country.iso_a3, ()), summary.comparison)
    note = change_note(summary.comparison, change, formats)
    total = sentences.amount(summary.metric, country.count, formats)
    yield Figure("total", "", total, note, tone_of_change(change))
    of = formats.say("of %(number)s", number=formats.number(len(context.summary.countries)))
    yield Figure("rank", formats.say("Rank"), formats.number(country.rank), of)
    yield Figure("share", formats.say("Share of the total"), formats.share(country.share))
    year = population_year(country.iso_a3)
    yield make_dense(country, context, str(year) if year else "")


def _locator(country: CountryCount, formats: Formats) -> str:
    """Return a world map with the country highlighted, and with a ring around it if it is small."""
    shape = load_shapes()[country.iso_a3]
    x, y = place_of(shape.label)
    ring = [f'<circle class="here" cx="{x}" cy="{y}" r="16"/>'] if shape.size < 120 else []
    words = formats.say("World map with %(country)s highlighted", country=sentences.within(country, formats))
    return render_overlay({country.iso_a3: "c4"}, 6, words, ring)


def _watched(
    country: CountryCount, detail: CountryDetail | None, context: Context, asset_lines: Mapping[str, Line]
) -> BreakdownTable | None:
    if detail is None or not ({"media"} & (detail.parts.keys() | detail.withheld.keys())):
        return None
    breakdown = _breakdown("media", country, detail, context)
    title, line_of = context.formats.say("What is watched"), _line_of("media", context, asset_lines)
    table = make_table(title, breakdown, context.formats, line_of, NAMED["media"])
    return replace(table, key="media", note=days_note("media", context, country.iso_a3, country.count))


def _line_of(dimension: str, context: Context, asset_lines: Mapping[str, Line]) -> Callable[[str], Line]:
    """Return the function that gives a value of ``dimension`` its line."""
    others = value_line(dimension, context.formats)
    return (lambda media_id: asset_lines.get(media_id) or others(media_id)) if dimension == "media" else others


def _panels(country: CountryCount, detail: CountryDetail, context: Context) -> Iterator[BreakdownTable]:
    formats = context.formats
    titles = (
        ("device", formats.say("Devices")),
        ("os", formats.say("Operating systems")),
        ("browser", formats.say("Browsers")),
        ("referrer", formats.say("Referring sites")),
        ("city", formats.say("Cities")),
    )
    for dimension, title in titles:
        breakdown = _breakdown(dimension, country, detail, context)
        if breakdown.values or breakdown.withheld:
            table = make_table(title, breakdown, formats, value_line(dimension, formats), NAMED[dimension])
            yield replace(table, key=dimension, note=days_note(dimension, context, country.iso_a3, country.count))


def _breakdown(dimension: str, country: CountryCount, detail: CountryDetail, context: Context) -> Breakdown:
    total = base_of(dimension, context, country.iso_a3)
    return Breakdown(detail.parts.get(dimension, ()), total, detail.withheld.get(dimension, 0))


def _neighbours(country: CountryCount, context: Context) -> Iterator[Next]:
    """Yield the neighbours on land that have counts; if there are none, the nearest countries."""
    others = {other.iso_a3: other for other in context.summary.countries if other.iso_a3 != country.iso_a3}
    codes = [code for code in load_neighbours()[country.iso_a3] if code in others][:NEAR]
    for code in codes or nearest(country.iso_a3, list(others), _NEAREST):
        yield _next(others[code], context.quantity(others[code].count), context.formats)


def _by_rank(country: CountryCount, step: int, context: Context) -> Next | None:
    countries, formats = context.summary.countries, context.formats
    index = countries.index(country) + step
    if not 0 <= index < len(countries):
        return None
    return _next(countries[index], formats.say("rank %(rank)s", rank=formats.number(countries[index].rank)), formats)


def _next(country: CountryCount, note: str, formats: Formats) -> Next:
    return Next(country.iso_a3, sentences.called(country, formats), flag(country.iso_a3), note)
