"""How a whole comes about, as the lines of a table: its parts, what is left of them, withheld, not known. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from apivideo_geo.model import UNKNOWN_TEXT, UNLISTED, Details, Parts, Summary
from apivideo_geo.render.map.daily_curve import Frame
from apivideo_geo.render.pages import figures
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import Formats
from apivideo_geo.render.text.value_names import value_name

BAR = 100
"""The longest bar, in units."""
LONG = 400
"""Histories longer than this many days are drawn by the week."""


@dataclass(frozen=True)
class Line:
    """One line, ready to print. ``link`` leads on, from the top of the site; ``apart`` is what is no part by name."""

    name: str
    count: str
    bar: str = ""
    share: str = ""
    link: str = ""
    kind: str = ""
    flag: str = ""
    apart: bool = False


@dataclass(frozen=True)
class Table:
    """A whole and its parts: the counts of the lines add up to ``total``. ``note`` says what else is to know."""

    title: str
    lines: tuple[Line, ...]
    total: str
    note: str = ""


def make_table(
    title: str,
    parts: Parts,
    whole: int,
    withheld: int,
    formats: Formats,
    line_of: Callable[[str], Line],
    most: int,
    shares: bool = True,
) -> Table:
    """``parts`` of ``whole``: the first ``most`` by name, the others as one, then what is withheld or not known.

    ``line_of`` gives a value's name and whatever else is told of it; counts, bars and ``shares`` are put in here.
    """
    longest = max((count for _, count in parts), default=0) or 1
    rest = parts[most:] if len(parts) > most + 1 else ()
    named = parts[: len(parts) - len(rest)]
    told = sum(count for _, count in parts)

    def fill(line: Line, count: int) -> Line:
        bar = "" if line.apart else f"{max(BAR * count / longest, 0.5):.1f}"
        share = formats.share(count / whole) if shares and whole else ""
        return Line(line.name, formats.number(count), bar, share, line.link, line.kind, line.flag, line.apart)

    lines = [fill(line_of(value), count) for value, count in named]
    lines += [
        fill(Line(name, "", apart=True), count)
        for name, count in _others(rest, withheld, whole - told - withheld, formats)
    ]
    return Table(title, tuple(lines), formats.number(whole))


def _others(rest: Parts, withheld: int, unknown: int, formats: Formats) -> Parts:
    """What stands at the end of the parts of a whole, under its name, where there is any of it."""
    others = (
        (formats.say("Others"), sum(count for _, count in rest)),
        (formats.say("Withheld"), withheld),
        (formats.say("Not known"), unknown),
    )
    return tuple(other for other in others if other[1])


def by_months(dimension: str, details: Details, formats: Formats) -> str:
    """Of which months the figures of a dimension are that is withheld in part; empty for any other."""
    if dimension not in details.monthly:
        return ""
    first, last = (formats.month(day, year=True) for day in (details.months[0], details.months[-1]))
    return formats.say(
        "Told by whole months, %(first)s to %(last)s. Small counts are withheld, later ones not told yet.",
        first=first,
        last=last,
    )


def referrer_panel(summary: Summary, details: Details, formats: Formats) -> Iterator[figures.Panel]:
    """The referring sites of the whole world, for the front page, where they were collected and may be told."""
    parts = details.world.get("referrer", ())
    if not parts:
        return
    withheld = details.withheld.get("referrer", 0)
    unknown = summary.total - sum(count for _, count in parts) - withheld
    slices = (
        figures.Slice(name, formats.about(count / summary.total), f"{100 * count / summary.total:.1f}")
        for name, count in (*parts[: figures.TOP], *_others(parts[figures.TOP :], withheld, unknown, formats))
    )
    yield figures.Panel(formats.say("Referring sites"), tuple(slices), by_months("referrer", details, formats))


def value_line(dimension: str, formats: Formats) -> Callable[[str], Line]:
    """How the values of a dimension are named: those that say nothing are "Unknown"."""

    def line_of(value: str) -> Line:
        if value in ("", UNKNOWN_TEXT, "null"):
            return Line(formats.say("Unknown"), "", apart=True)
        if value == UNLISTED and dimension == "media":
            return Line(formats.say("Not public"), "", apart=True)
        return Line(value_name(dimension, value, formats), "")

    return line_of


class Trends:
    """Curves over the days of the Summary, and their best day in words."""

    def __init__(self, summary: Summary, formats: Formats) -> None:
        self._daily, self._formats = summary.daily, formats
        self._weeks = len(summary.daily) > LONG
        self._frame = Frame(summary.daily, formats, step=7 if self._weeks else 1)

    def show(self, counts: Sequence[int], name: str) -> dict[str, Any]:
        """The curve of ``counts`` (one a day) of what is called ``name``, and a note; empty where none is told."""
        if not counts:
            return {"curve": "", "curve_note": ""}
        words = self._formats.say("Day by day: %(name)s", name=name)
        curve = Markup(self._frame.render(counts, words))  # noqa: S704 - SVG of our own making, its texts escaped
        return {"curve": curve, "curve_note": self._best(counts)}

    def _best(self, counts: Sequence[int]) -> str:
        most = max(counts)
        if not most:
            return ""
        best = sentences.most_on_one_day(most, self._daily[counts.index(most)].day, self._formats)
        if not self._weeks:
            return best
        by_week = self._formats.say("the curve is the mean of each week")
        return f"{best} · {by_week}"
