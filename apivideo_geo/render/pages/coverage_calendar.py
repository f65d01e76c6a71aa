"""The coverage calendar: what is known of each UTC day of the period, by month, and the same in sentences. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from babel.dates import get_day_names

from apivideo_geo.model import DayCount, Summary
from apivideo_geo.render.context import Context
from apivideo_geo.render.text.formats import Formats

KINDS = ("collected", "empty", "open", "partial", "healable", "missing", "lost")
"""What a day can be, in the order of the legend."""


@dataclass(frozen=True)
class Cell:
    """One day: its number, its kind (of ``KINDS``) and, where it is not simply collected, that kind in words."""

    number: str
    kind: str
    words: str = ""


@dataclass(frozen=True)
class Month:
    """One month as weeks of seven places; None is a place of another month or outside the period."""

    name: str
    note: str
    weeks: tuple[tuple[Cell | None, ...], ...]


@dataclass(frozen=True)
class LegendEntry:
    """An entry of the legend."""

    kind: str
    name: str
    number: str
    meaning: str


def make_calendar(context: Context) -> dict[str, Any]:
    """Return what the template of the calendar prints; without months if there is not a single day."""
    summary, formats = context.summary, context.formats
    kinds = {day.day: _kind(day, summary) for day in summary.daily}
    names = _names(formats)
    first = formats.locale.first_week_day
    days = get_day_names("narrow", "stand-alone", formats.locale)
    long = get_day_names("wide", "stand-alone", formats.locale)
    order = [(first + place) % 7 for place in range(7)]
    return {
        "covered": _covered(summary, formats),
        "checked": _checked(context),
        "kinds": tuple(_legend(kinds, names, formats)),
        "weekdays": [(days[place], long[place]) for place in order],
        "months": tuple(_months(kinds, names, first, formats)),
    }


def _kind(day: DayCount, summary: Summary) -> str:
    if day.count is not None:
        return "open" if day.open else "collected" if day.count else "empty"
    if day.day in summary.days.partial:
        return "partial"
    if summary.account.remembers is None:
        return "missing"
    return "lost" if day.day in summary.days.lost else "healable"


def _names(formats: Formats) -> dict[str, tuple[str, str]]:
    """Kind → its name and what it means."""
    say = formats.say
    return {
        "collected": (say("Collected"), say("It was over when it was asked for.")),
        "empty": (say("Collected, empty"), say("Nobody watched: a zero that is known.")),
        "open": (say("Still open"), say("Not over yet when it was asked for; it still grows.")),
        "partial": (say("Partial"), say("Seen only before it was over, so it would read low and is not counted.")),
        "missing": (say("Missing"), say("Never collected: not known, which is not zero.")),
        "healable": (say("Missing, can be healed"), say("Not collected yet; the API still remembers it.")),
        "lost": (say("Lost for good"), say("Not collected, and older than what the API remembers.")),
    }


def _legend(kinds: dict[date, str], names: dict[str, tuple[str, str]], formats: Formats) -> Iterator[LegendEntry]:
    found = Counter(kinds.values())
    for kind in KINDS:
        if found[kind] or kind == "collected":
            yield LegendEntry(kind, names[kind][0], formats.number(found[kind]), names[kind][1])


def _months(kinds: dict[date, str], names: dict[str, tuple[str, str]], first: int, formats: Formats) -> Iterator[Month]:
    for month, some in groupby(kinds, key=lambda day: day.replace(day=1)):
        days = list(some)
        held = sum(kinds[day] in ("collected", "empty", "open") for day in days)
        note = formats.say_many(
            "%(held)s of %(count)s day", "%(held)s of %(count)s days", len(days), held=formats.number(held)
        )
        cells = {
            day: Cell(formats.number(day.day), kinds[day], "" if kinds[day] == "collected" else names[kinds[day]][0])
            for day in days
        }
        yield Month(formats.month(month, True), note, tuple(_weeks(month, cells, first)))


def _weeks(month: date, cells: dict[date, Cell], first: int) -> Iterator[tuple[Cell | None, ...]]:
    start = month - timedelta(days=(month.weekday() - first) % 7)
    while start <= max(cells):
        week = [cells.get(start + timedelta(days=place)) for place in range(7)]
        if any(week):
            yield tuple(week)
        start += timedelta(days=7)


def _covered(summary: Summary, formats: Formats) -> str:
    """How much is remembered here, and how much by the API."""
    if not summary.daily:
        return ""
    held = formats.number(len(summary.daily) - len(summary.days.missing))
    here = formats.say_many(
        "This page has %(held)s of %(count)s day.",
        "This page has %(held)s of %(count)s days.",
        len(summary.daily),
        held=held,
    )
    if summary.account.remembers is None:
        return here
    there = formats.say_many(
        "The API remembers %(count)s day.", "The API remembers %(count)s days.", summary.account.remembers
    )
    return f"{there} {here}"


def _checked(context: Context) -> str:
    """Return how the API's own total compares with ours; empty if it was not requested."""
    checked, formats = context.summary.account.checked, context.formats
    if checked is None:
        return ""
    api_total, stored = (context.quantity(count) for count in (checked.told, checked.held))
    first, last = formats.day(checked.first), formats.day(checked.last)
    if checked.told == checked.held and checked.first == checked.last:
        return formats.say(
            "Checked when it was collected: on %(day)s the API itself counts %(told)s, too.", day=last, told=api_total
        )
    if checked.told == checked.held:
        return formats.say(
            "Checked when it was collected: from %(first)s to %(last)s the API itself counts %(told)s, too.",
            first=first, last=last, told=api_total,
        )  # fmt: skip
    return formats.say(
        "Checked when it was collected: from %(first)s to %(last)s the API itself counts %(told)s, while its countries "
        "add up to %(held)s. What arrived late, or made no sense and was refused, can make such a difference.",
        first=first, last=last, told=api_total, held=stored,
    )  # fmt: skip
