"""Breakdowns: named values, the rest, suppressed and unknown counts, adding up to a total. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from apivideo_geo.model import UNKNOWN_TEXT, UNLISTED, Details, Parts
from apivideo_geo.render.addresses import HIDDEN
from apivideo_geo.render.context import Context
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import Formats
from apivideo_geo.render.text.translations import marked
from apivideo_geo.render.text.value_names import value_name

PANELS = {"device": marked("Devices"), "os": marked("Operating systems"), "browser": marked("Browsers")}
"""Breakdowns on the front page, in order, and their headings."""
TOP = 5
"""Number of values that a breakdown of the front page names."""
_BAR = 100


@dataclass(frozen=True)
class Slice:
    """One value of a breakdown on the front page; ``bar`` is a length from 0 to 100, ``link`` a path in the site."""

    name: str
    share: str
    bar: str
    link: str = ""


@dataclass(frozen=True)
class Panel:
    """A breakdown in the side column of the front page."""

    title: str
    slices: tuple[Slice, ...]
    note: str = ""


@dataclass(frozen=True)
class Line:
    """One line of a table. ``link`` is a path from the top of the site; ``apart``: not a named value."""

    name: str
    count: str = ""
    bar: str = ""
    share: str = ""
    link: str = ""
    kind: str = ""
    flag: str = ""
    apart: bool = False


@dataclass(frozen=True)
class BreakdownTable:
    """A total and its breakdown: the counts of the lines add up to ``total``; ``key`` is the name of its dimension."""

    title: str
    lines: tuple[Line, ...]
    total: str
    note: str = ""
    key: str = ""


@dataclass(frozen=True)
class Breakdown:
    """The counts of a total by value, largest first, and the sum of the suppressed ones."""

    values: Parts
    total: int
    withheld: int = 0

    def rest(self, most: int, formats: Formats) -> tuple[tuple[Line, int], ...]:
        """Return lines for what is not among the first ``most`` values: other values, suppressed and unknown counts."""
        others = (
            (Line(formats.say("Others"), apart=True), sum(count for _, count in self.values[most:])),
            (hidden_line(formats), self.withheld),
            (
                Line(formats.say("Not known"), apart=True),
                self.total - sum(count for _, count in self.values) - self.withheld,
            ),
        )
        return tuple(other for other in others if other[1])


def hidden_line(formats: Formats) -> Line:
    """Return the line of the suppressed counts, which leads to their explanation."""
    return Line(formats.say("Small counts, hidden"), link=HIDDEN, apart=True)


def make_table(
    title: str,
    breakdown: Breakdown,
    formats: Formats,
    line_of: Callable[[str], Line],
    most: int,
    shares: bool = True,
) -> BreakdownTable:
    """Return the table of a breakdown: the first ``most`` values by name, then the rest.

    ``line_of`` returns the line of a value without its figures. ``shares``: with a column of shares.
    """
    values = breakdown.values
    longest = max((count for _, count in values), default=0) or 1
    most = len(values) if len(values) <= most + 1 else most

    def fill(line: Line, count: int, share: str) -> Line:
        bar = "" if line.apart else f"{max(_BAR * count / longest, 0.5):.1f}"
        return Line(line.name, formats.number(count), bar, share, line.link, line.kind, line.flag, line.apart)

    parts = [(line_of(value), count) for value, count in values[:most]]
    parts += breakdown.rest(most, formats)
    counts = [count for _, count in parts]
    written = formats.shares(counts, breakdown.total) if shares and breakdown.total else [""] * len(parts)
    lines = (fill(line, count, share) for (line, count), share in zip(parts, written, strict=True))
    return BreakdownTable(title, tuple(lines), formats.number(breakdown.total))


def base_of(dimension: str, context: Context, code: str = "") -> int:
    """Return the count that the values of ``dimension`` are parts of: on the days on which it was collected.

    If its small counts are suppressed, only days of its complete months. ``code``: of a country, by default of all.
    """
    months = context.details.monthly.get(dimension) or None
    return context.summary.count_by(dimension, code, months)


def days_note(dimension: str, context: Context, code: str = "", total: float | None = None) -> str:
    """Return which days a breakdown covers, if these are not all days of the period; ``total`` is the count of all."""
    months = by_months(dimension, context.details, context.formats)
    whole = context.summary.total if total is None else total
    base = base_of(dimension, context, code)
    only = sentences.only_collected(dimension, base, whole, context.summary, context.formats)
    return f"{months} {only}".strip()


def by_months(dimension: str, details: Details, formats: Formats) -> str:
    """Return the months of ``monthly.csv`` that a dimension covers, and whether small counts are hidden in them.

    Empty for a dimension that is published by day.
    """
    months = details.monthly.get(dimension)
    if not months:
        return ""
    text = formats.say("Complete months only: %(months)s.", months=formats.months(sorted(months)))
    if details.min_counts.get(dimension, 1) == 1:
        return text
    hidden = formats.say(
        "Small counts are hidden; where a country has only small ones in a month, that month is under “Not known”."
    )
    return f"{text} {hidden}"


def make_panels(context: Context) -> tuple[Panel, ...]:
    """Return the breakdowns of the front page that were collected: their first values, the others as one."""
    formats, breakdowns = context.formats, context.summary.breakdowns
    panels = [
        Panel(formats.say(title), _slices(dimension, breakdowns[dimension], formats), days_note(dimension, context))
        for dimension, title in PANELS.items()
        if sum(count for _, count in breakdowns.get(dimension, ()))
    ]
    return (*panels, *_referrer_panel(context))


def _slices(dimension: str, values: Parts, formats: Formats) -> tuple[Slice, ...]:
    total = sum(count for _, count in values)
    rest = total - sum(count for _, count in values[:TOP])
    parts = [(Line(value_name(dimension, value, formats)), count) for value, count in values[:TOP]]
    return _share_out([*parts, (Line(formats.say("Other")), rest)] if rest else parts, total, formats)


def _share_out(parts: Sequence[tuple[Line, int]], total: int, formats: Formats) -> tuple[Slice, ...]:
    """Return ``parts`` (line, count), which add up to ``total``, with their shares."""
    written = formats.shares([count for _, count in parts], total)
    return tuple(
        Slice(line.name, share, f"{_BAR * count / total:.1f}", line.link)
        for (line, count), share in zip(parts, written, strict=True)
    )


def _referrer_panel(context: Context) -> Iterator[Panel]:
    """Yield the referring sites of all countries, if they were collected and may be published."""
    details, formats, total = context.details, context.formats, base_of("referrer", context)
    if values := details.world.get("referrer", ()):
        rest = Breakdown(values, total, details.withheld.get("referrer", 0)).rest(TOP, formats)
        named = [(Line(value), count) for value, count in values[:TOP]]
        slices = _share_out((*named, *rest), total, formats)
        yield Panel(formats.say("Referring sites"), slices, days_note("referrer", context))


def value_line(dimension: str, formats: Formats) -> Callable[[str], Line]:
    """Return the function that gives a value of ``dimension`` its line."""

    def line_of(value: str) -> Line:
        if value in ("", UNKNOWN_TEXT, "null"):
            return Line(formats.say("Unknown"), apart=True)
        if value == UNLISTED and dimension == "media":
            return Line(formats.say("Not public"), apart=True)
        return Line(value_name(dimension, value, formats))

    return line_of
