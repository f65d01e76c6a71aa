"""The coverage calendar: what is known of each UTC day of the period, by month, and the same in sentences. No I/O."""

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

KINDS = ("collected", "empty", "open", "doubt", "partial", "healable", "missing", "lost", "left-out")
"""What a day can be, in the order of the legend."""
DOUBTS_SHOWN = 20
"""Maximum number of days whose two counts are listed."""


@dataclass(frozen=True)
class Cell:
    """One day: its number, its kind (of ``KINDS``) and, where it is not simply collected, that kind in words."""

    number: str
    kind: str
    words: str = ""


@dataclass(frozen=True)
class Month:
    """One month as weeks of seven cells; None is a day of another month or outside the period."""

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
    order = [(first + column) % 7 for column in range(7)]
    return {
        "covered": _covered(summary, formats),
        "checked": _checked(context),
        "doubts": tuple(_doubts(context)),
        "kinds": tuple(_legend(kinds, names, formats)),
        "weekdays": [(days[weekday], long[weekday]) for weekday in order],
        "months": tuple(_months(kinds, names, context)),
    }


def _kind(day: DayCount, summary: Summary) -> str:
    if any(one.day == day.day and not one.settled for one in summary.days.doubtful):
        return "doubt"
    if day.count is not None:
        return "open" if day.open else "collected" if day.count else "empty"
    if day.day in summary.days.left_out:
        return "left-out"
    if day.day in summary.days.partial:
        return "partial"
    if summary.account.remembers is None:
        return "missing"
    return "lost" if day.day in summary.days.lost else "healable"


def _names(formats: Formats) -> dict[str, tuple[str, str]]:
    """Return kind → its name and what it means."""
    say = formats.say
    return {
        "collected": (say("Collected"), say("Collected after the day had ended.")),
        "empty": (say("Collected, empty"), say("Collected; nothing was counted that day.")),
        "open": (say("In progress"), say("Collected before the day had ended; the count will still grow.")),
        "doubt": (
            say("In doubt"),
            say(
                "The countries that the API names do not add up to its own count of the day, or some answers, such as "
                "those on videos or devices, contradict that count or have invalid rows. What is missing is counted as "
                "unknown; a day without any country is missing. The next run asks again."
            ),
        ),
        "partial": (say("Partial"), say("Collected only in part, so it is not counted.")),
        "missing": (say("Missing"), say("Never collected, so the count is unknown (not zero).")),
        "healable": (say("Missing, can be collected"), say("The next run can still collect it.")),
        "left-out": (say("Left out"), say("Left out on purpose by the publisher of this page.")),
        "lost": (say("Lost permanently"), say("Not collected, and older than the days that the API keeps.")),
    }


def _legend(kinds: dict[date, str], names: dict[str, tuple[str, str]], formats: Formats) -> Iterator[LegendEntry]:
    found = Counter(kinds.values())
    for kind in KINDS:
        if found[kind] or kind == "collected":
            yield LegendEntry(kind, names[kind][0], formats.number(found[kind]), names[kind][1])


def _months(kinds: dict[date, str], names: dict[str, tuple[str, str]], context: Context) -> Iterator[Month]:
    formats, known = context.formats, {day.day: day for day in context.summary.daily}
    for month, group in groupby(kinds, key=lambda day: day.replace(day=1)):
        days = list(group)
        over = [known[day] for day in days if not known[day].open]
        note = formats.say_many(
            "%(collected)s of %(count)s day",
            "%(collected)s of %(count)s days",
            len(over),
            collected=formats.number(sum(day.count is not None for day in over)),
        )
        cells = {
            day: Cell(formats.number(day.day), kinds[day], "" if kinds[day] == "collected" else names[kinds[day]][0])
            for day in days
        }
        yield Month(formats.month(month, True), note, tuple(_weeks(month, cells, formats.locale.first_week_day)))


def _weeks(month: date, cells: dict[date, Cell], first: int) -> Iterator[tuple[Cell | None, ...]]:
    start = month - timedelta(days=(month.weekday() - first) % 7)
    while start <= max(cells):
        week = [cells.get(start + timedelta(days=column)) for column in range(7)]
        if any(week):
            yield tuple(week)
        start += timedelta(days=7)


def _covered(summary: Summary, formats: Formats) -> str:
    """Return how many of the days that are over are stored here, and how many the API keeps."""
    if not summary.daily:
        return ""
    here = formats.say_many(
        "This page has %(collected)s of %(count)s day.",
        "This page has %(collected)s of %(count)s days.",
        len(summary.daily) - summary.days.open,
        collected=formats.number(summary.days.collected),
    )
    if summary.account.remembers is None:
        return here
    there = formats.say_many(
        "The API keeps the figures of %(count)s day.",
        "The API keeps the figures of %(count)s days.",
        summary.account.remembers,
    )
    return f"{there} {here}"


def _doubts(context: Context) -> Iterator[str]:
    """Yield a sentence for each of the newest days that do not add up: what the API names, and what it counts."""
    for day in reversed(context.summary.days.doubtful[-DOUBTS_SHOWN:]):
        values = {"day": context.formats.day(day.day), "stored": context.quantity(day.stored)}
        if day.reported == day.stored:
            yield context.formats.say(
                "%(day)s: %(stored)s by country, as the API’s own count says, but some answers, such as those on "
                "videos or devices, contradict that or have invalid rows.", **values,
            )  # fmt: skip
        elif day.reported is None:
            yield context.formats.say("%(day)s: %(stored)s by country, not confirmed by the API’s own count.", **values)
        elif day.settled:
            yield context.formats.say(
                "%(day)s: %(stored)s by country, while the API’s own count was %(reported)s on three nights running.",
                reported=context.formats.number(day.reported), **values,
            )  # fmt: skip
        else:
            yield context.formats.say(
                "%(day)s: %(stored)s by country, while the API’s own count is %(reported)s.",
                reported=context.formats.number(day.reported), **values,
            )  # fmt: skip


def _checked(context: Context) -> str:
    """Return how the API's own total compares with the collected countries; empty if it was not requested."""
    checked, formats = context.summary.account.checked, context.formats
    if checked is None:
        return ""
    total, stored = (context.quantity(count) for count in (checked.reported, checked.stored))
    first, last = formats.day(checked.first), formats.day(checked.last)
    if checked.reported == checked.stored and checked.first == checked.last:
        return formats.say(
            "Checked against the API’s own total: it also counts %(total)s on %(day)s.", day=last, total=total
        )
    if checked.reported == checked.stored:
        return formats.say(
            "Checked against the API’s own total: it also counts %(total)s from %(first)s to %(last)s.",
            first=first, last=last, total=total,
        )  # fmt: skip
    return formats.say(
        "Checked against the API’s own total from %(first)s to %(last)s: it counts %(total)s, while the countries "
        "collected add up to %(stored)s. Late arrivals and invalid rows can cause such a difference.",
        first=first, last=last, total=total, stored=stored,
    )  # fmt: skip
