"""What the templates show, ready to print: figures, table rows, legend, breakdowns. Pure; every sum is made here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from apivideo_geo.geo.countries import flag
from apivideo_geo.model import Change, CountryCount, Summary
from apivideo_geo.render.map.scale import Scale
from apivideo_geo.render.map.sparkline import spark_path
from apivideo_geo.render.text.formats import Formats, sentence
from apivideo_geo.render.text.sentences import noun, quantity
from apivideo_geo.render.text.translations import marked
from apivideo_geo.render.text.value_names import merge_by_name, value_name

PANELS = {"device": marked("Devices"), "os": marked("Operating systems"), "browser": marked("Browsers")}
"""Breakdowns with a place on the page, in order, and their headings."""
CHANGE_FROM = 10
"""A country's change is told where it had this many before; a leap from 1 to 3 tells nothing."""
TOP = 5
"""So many values of a breakdown are named on the front page."""
FIRST_ROWS = 25
"""Number of countries that narrow screens show before a reader asks for all; also in ``table.js``."""
_BAR = 74


@dataclass(frozen=True)
class Figure:
    """One of the numbers under the headline."""

    key: str
    label: str
    value: str
    note: str = ""
    tone: str = ""
    """"up" or "down" where the note is a change."""


@dataclass(frozen=True)
class Row:
    """One country of the table, all cells as text; ``bar`` is a length from 0 to 74, ``spark`` the path of a line."""

    code: str
    rank: str
    flag: str
    name: str
    count: str
    share: str
    bar: str
    per_million: str
    change: str = "–"
    tone: str = ""
    spark: str = ""


@dataclass(frozen=True)
class Swatch:
    """One entry of the legend; ``kind`` is the class of its colour or pattern."""

    kind: str
    label: str
    note: str


@dataclass(frozen=True)
class Slice:
    """One value of a breakdown; ``bar`` is a length from 0 to 100."""

    name: str
    share: str
    bar: str


@dataclass(frozen=True)
class Panel:
    """A breakdown in the side column."""

    title: str
    slices: tuple[Slice, ...]
    note: str = ""


def has_data(summary: Summary) -> bool:
    """Was any day collected at all? If not, a country without counts is unknown rather than zero."""
    return summary.days.collected + summary.days.open > 0 or summary.total > 0


def make_figures(summary: Summary, formats: Formats, world: int, least: int) -> tuple[Figure, ...]:
    """The four numbers. ``world`` is how many countries there are; those with ``least`` counts compare by head."""
    first = summary.countries[0] if summary.countries else None
    leader = _per_million_leader(summary.countries, least)
    change, fresh = summary.change, len(summary.change.new) if summary.change else 0
    return (
        Figure(
            "total",
            sentence(noun(summary.metric, formats)),
            formats.number(summary.total),
            _total_note(change, formats),
            _tone(change),
        ),
        Figure(
            "reach",
            formats.say("Countries"),
            formats.number(len(summary.countries)),
            _reach_note(world, fresh, formats),
        ),
        Figure(
            "most",
            formats.say("Top country"),
            first.name if first else "–",
            formats.share(first.share) if first else "",
        ),
        Figure(
            "dense",
            formats.say("Most per million people"),
            leader.name if leader else "–",
            formats.rate(leader.per_million or 0)
            if leader
            else formats.say("from %(quantity)s up", quantity=quantity(least, summary, formats)),
        ),
    )


def _total_note(change: Change | None, formats: Formats) -> str:
    """What became of the total lately; empty where it cannot be told."""
    if change is None or not change.total[1]:
        return ""
    told = formats.change(*change.total)
    return formats.say_many(
        "Last day: %(change)s on the day before",
        "%(count)s days: %(change)s on the %(count)s before",
        change.days,
        change=told,
    )


def _reach_note(world: int, fresh: int, formats: Formats) -> str:
    parts = [formats.say("of %(number)s", number=formats.number(world))]
    if fresh:
        parts.append(formats.say_many("%(count)s new", "%(count)s new", fresh))
    return " · ".join(parts)


def change_title(summary: Summary, formats: Formats) -> str:
    """What the column of changes compares; empty where nothing can be compared."""
    if summary.change is None:
        return ""
    return formats.say_many(
        "The last day against the one before",
        "The last %(count)s days against the %(count)s before",
        summary.change.days,
    )


def change_note(summary: Summary, formats: Formats) -> str:
    """The same as a remark under the table."""
    if summary.change is None:
        return ""
    return formats.say_many(
        "Change: the last day against the one before.",
        "Change: the last %(count)s days against the %(count)s before.",
        summary.change.days,
    )


def _tone(change: Change | None) -> str:
    return tone_of(*change.total) if change and change.total[1] else ""


def tone_of(now: int, before: int) -> str:
    """ "up", "down", or nothing for no change."""
    return "up" if now > before else "down" if now < before else ""


def _change_of(code: str, change: Change | None, formats: Formats) -> tuple[str, str]:
    """A country's change in words and its tone: a percentage, "new", or a dash where there is too little to tell."""
    now, before = change.countries.get(code, (0, 0)) if change else (0, 0)
    if change and code in change.new:
        return formats.say("new"), "up"
    if before < CHANGE_FROM:
        return "–", ""
    return formats.change(now, before), tone_of(now, before)


def _per_million_leader(countries: Sequence[CountryCount], least: int) -> CountryCount | None:
    ranked = [country for country in countries if country.per_million is not None and country.count >= least]
    return max(ranked, key=lambda country: country.per_million or 0, default=None)


def make_rows(summary: Summary, formats: Formats) -> tuple[Row, ...]:
    """The countries with counts, in the order of the Summary; bars are in proportion to the first."""
    longest = max((country.share for country in summary.countries), default=0) or 1
    totals = [day.count for day in summary.daily]
    changes = {country.iso_a3: _change_of(country.iso_a3, summary.change, formats) for country in summary.countries}
    return tuple(
        Row(
            code=country.iso_a3,
            rank=formats.number(country.rank),
            flag=flag(country.iso_a3),
            name=country.name,
            count=formats.number(country.count),
            share=formats.share(country.share),
            bar=f"{max(_BAR * country.share / longest, 1):.1f}",
            per_million="–" if country.per_million is None else formats.rate(country.per_million),
            change=changes[country.iso_a3][0],
            tone=changes[country.iso_a3][1],
            spark=spark_path(summary.by_country.get(country.iso_a3, ()), totals),
        )
        for country in summary.countries
    )


def make_legend(summary: Summary, scale: Scale, formats: Formats, world: int) -> tuple[Swatch, ...]:
    """Return the colours that the map uses: classes, weakest first, then zero, each with its number of countries.

    Before any day was collected, "No data" takes the place of zero. ``world`` is the number of countries there are.
    """
    classes = [scale.class_of(country.count) for country in summary.countries]
    rest = _countries(world - len(summary.countries), formats)
    return (
        *(
            Swatch(f"c{index}", label, _countries(classes.count(index), formats))
            for index, label in enumerate(scale.ranges(formats))
        ),
        Swatch("zero", "0", rest) if has_data(summary) else Swatch("blank", formats.say("No data"), rest),
    )


def off_the_map(summary: Summary, formats: Formats) -> str:
    """Return the line under the legend: what has no colour on the map; empty before any day was collected."""
    if not has_data(summary):
        return ""
    parts = [formats.say("Unknown country: %(quantity)s", quantity=quantity(summary.unknown, summary, formats))]
    if missing := len(summary.days.missing):
        parts.append(formats.say_many("Not collected: %(count)s day", "Not collected: %(count)s days", missing))
    return " · ".join(parts)


def _countries(count: int, formats: Formats) -> str:
    return formats.say_many("%(count)s country", "%(count)s countries", count) if count else formats.say("none")


def make_panels(summary: Summary, formats: Formats) -> tuple[Panel, ...]:
    """The breakdowns that were collected: their first five values, the others as one."""
    return tuple(
        Panel(formats.say(title), tuple(_slices(dimension, summary.breakdowns[dimension], formats)))
        for dimension, title in PANELS.items()
        if sum(count for _, count in summary.breakdowns.get(dimension, ()))
    )


def _slices(dimension: str, values: Sequence[tuple[str, int]], formats: Formats) -> Iterator[Slice]:
    values = merge_by_name(dimension, values, formats)
    whole = sum(count for _, count in values)
    rest = whole - sum(count for _, count in values[:TOP])
    shown = [(value_name(dimension, value, formats), count) for value, count in values[:TOP]]
    for name, count in [*shown, (formats.say("Other"), rest)] if rest else shown:
        yield Slice(name, formats.about(count / whole), f"{100 * count / whole:.1f}")
