"""Breakdowns: named values, the rest, suppressed and unknown counts, adding up to a total. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from apivideo_geo.model import UNKNOWN_TEXT, UNLISTED, Details, Parts
from apivideo_geo.render.context import Context
from apivideo_geo.render.text.formats import Formats
from apivideo_geo.render.text.translations import marked
from apivideo_geo.render.text.value_names import merge_by_name, value_name

PANELS = {"device": marked("Devices"), "os": marked("Operating systems"), "browser": marked("Browsers")}
"""Breakdowns on the front page, in order, and their headings."""
TOP = 5
"""Number of values that a breakdown of the front page names."""
_BAR = 100


@dataclass(frozen=True)
class Slice:
    """One value of a breakdown on the front page; ``bar`` is a length from 0 to 100."""

    name: str
    share: str
    bar: str


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
    """A total and its breakdown: the counts of the lines add up to ``total``."""

    title: str
    lines: tuple[Line, ...]
    total: str
    note: str = ""


@dataclass(frozen=True)
class Breakdown:
    """The counts of a total by value, largest first, and the sum of the suppressed ones."""

    values: Parts
    total: int
    withheld: int = 0

    def rest(self, most: int, formats: Formats) -> Parts:
        """Return what is not among the first ``most`` values, by name: other values, suppressed and unknown counts."""
        others = (
            (formats.say("Others"), sum(count for _, count in self.values[most:])),
            (formats.say("Small counts, hidden"), self.withheld),
            (formats.say("Not known"), self.total - sum(count for _, count in self.values) - self.withheld),
        )
        return tuple(other for other in others if other[1])


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

    def fill(line: Line, count: int) -> Line:
        bar = "" if line.apart else f"{max(_BAR * count / longest, 0.5):.1f}"
        share = formats.share(count / breakdown.total) if shares and breakdown.total else ""
        return replace(line, count=formats.number(count), bar=bar, share=share)

    lines = [fill(line_of(value), count) for value, count in values[:most]]
    lines += [fill(Line(name, apart=True), count) for name, count in breakdown.rest(most, formats)]
    return BreakdownTable(title, tuple(lines), formats.number(breakdown.total))


def by_months(dimension: str, details: Details, formats: Formats) -> str:
    """Return which months the figures of a dimension cover if small counts are suppressed; else nothing."""
    if not details.monthly.get(dimension):
        return ""
    months = details.monthly[dimension]
    return formats.say(
        "Complete months only, %(first)s to %(last)s. Small counts are hidden; where a country has only small ones in "
        "a month, that month is under “Not known”.",
        first=formats.month(min(months), year=True),
        last=formats.month(max(months), year=True),
    )


def make_panels(context: Context) -> tuple[Panel, ...]:
    """Return the breakdowns of the front page that were collected: their first values, the others as one."""
    formats, breakdowns = context.formats, context.summary.breakdowns
    panels = [
        Panel(formats.say(title), tuple(_slices(dimension, breakdowns[dimension], formats)))
        for dimension, title in PANELS.items()
        if sum(count for _, count in breakdowns.get(dimension, ()))
    ]
    return (*panels, *_referrer_panel(context))


def _slices(dimension: str, values: Sequence[tuple[str, int]], formats: Formats) -> Iterator[Slice]:
    values = merge_by_name(dimension, values, formats)
    total = sum(count for _, count in values)
    rest = total - sum(count for _, count in values[:TOP])
    for value, count in values[:TOP]:
        yield _slice(value_name(dimension, value, formats), count, total, formats)
    if rest:
        yield _slice(formats.say("Other"), rest, total, formats)


def _slice(name: str, count: int, total: int, formats: Formats) -> Slice:
    return Slice(name, formats.about(count / total), f"{_BAR * count / total:.1f}")


def _referrer_panel(context: Context) -> Iterator[Panel]:
    """Yield the referring sites of all countries, if they were collected and may be published."""
    details, formats, total = context.details, context.formats, context.summary.total
    if values := details.world.get("referrer", ()):
        rest = Breakdown(values, total, details.withheld.get("referrer", 0)).rest(TOP, formats)
        slices = tuple(_slice(name, count, total, formats) for name, count in (*values[:TOP], *rest))
        yield Panel(formats.say("Referring sites"), slices, by_months("referrer", details, formats))


def value_line(dimension: str, formats: Formats) -> Callable[[str], Line]:
    """Return the function that gives a value of ``dimension`` its line."""

    def line_of(value: str) -> Line:
        if value in ("", UNKNOWN_TEXT, "null"):
            return Line(formats.say("Unknown"), apart=True)
        if value == UNLISTED and dimension == "media":
            return Line(formats.say("Not public"), apart=True)
        return Line(value_name(dimension, value, formats))

    return line_of
