"""The numbers under the headline of a page, and its daily curve. No I/O."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isclose
from typing import Any

from markupsafe import Markup

from apivideo_geo.aggregate.groups import GroupCount
from apivideo_geo.model import (
    CHANGE_FROM,
    ENOUGH,
    IN_SECONDS,
    Change,
    Comparison,
    CountryCount,
    DayCount,
    Side,
    Summary,
)
from apivideo_geo.render.context import Context
from apivideo_geo.render.map.daily_curve import Frame
from apivideo_geo.render.pages.notes import Marks, make_marks, with_marks
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import Formats

LONG = 400
"""Curves of more days than this have a point for each 7 days."""


@dataclass(frozen=True)
class Figure:
    """One of the numbers under the headline."""

    key: str
    label: str
    value: str
    note: str = ""
    tone: str = ""
    """"up" or "down" if the note is a change."""


def top_country(most: Sequence[str], share: float, formats: Formats) -> Figure:
    """Return the country that has the most, or how many countries do: ``most`` are their names, all with ``share``."""
    label, value, note = formats.say("Top country"), "".join(most[:1]) or "–", formats.share(share) if most else ""
    if len(most) > 1:
        value = formats.say_many("%(count)s country", "%(count)s countries", len(most))
        note = formats.say("%(share)s each", share=note)
    return Figure("most", label, value, note)


def top_of(summary: Summary, formats: Formats) -> Figure:
    """Return the country of ``summary`` that has the most, or how many countries do."""
    first = next(iter(summary.countries), None)
    most = [country.name for country in summary.countries if first and country.count == first.count]
    return top_country(most, first.share if first else 0, formats)


def change_note(comparison: Comparison | None, change: Change | None, formats: Formats) -> str:
    """Return how much a total changed since the days before; empty if there is nothing to compare with."""
    if not comparison or not change or not change.before:
        return ""
    return formats.say_many(
        "Last day: %(change)s on the day before",
        "%(count)s days: %(change)s on the %(count)s before",
        comparison.now.days,
        change=formats.change(change.now, change.before),
    )


def compared(comparison: Comparison | None, daily: Sequence[DayCount], formats: Formats) -> str:
    """Return what changes compare, and how many days each side has; or why nothing is compared.

    ``daily``: the days of the history. Empty without a day that is over.
    """
    if not comparison:
        return ""
    side = comparison.lacking
    if side and side.last < daily[0].day:
        return formats.say("No comparison: the days collected begin on %(day)s.", day=formats.day(daily[0].day))
    if side:
        return too_few_days(side, formats)
    now, before = comparison.now, comparison.before
    values = {"now": formats.span(now.first, now.last), "before": formats.span(before.first, before.last)}
    text = formats.say(
        "Change of the daily average: %(now)s (%(now_days)s) against %(before)s (%(before_days)s).",
        **values, now_days=_days_of(now, formats), before_days=_days_of(before, formats),
    )  # fmt: skip
    weekdays = formats.say("Weekdays are compared with the same weekdays.") if comparison.matched else ""
    return f"{text} {weekdays}".strip()


def too_few_days(side: Side, formats: Formats) -> str:
    """Return the sentence that nothing is compared, because too few days of ``side`` were collected."""
    return formats.say(
        "No comparison: of %(period)s only %(days)s were collected; at least %(share)s are needed.",
        period=formats.span(side.first, side.last), days=_days_of(side, formats), share=formats.about(ENOUGH / 100),
    )  # fmt: skip


def collected_days(comparison: Comparison, formats: Formats) -> str:
    """Return the sentence with the collected days of a month and of the month before; "" if neither lacks any."""
    now, before = comparison.now, comparison.before
    if (now.collected, before.collected) == (now.days, before.days):
        return ""
    return formats.say(
        "Collected: %(now_days)s; the month before: %(before_days)s.",
        now_days=_days_of(now, formats), before_days=_days_of(before, formats),
    )  # fmt: skip


def _days_of(side: Side, formats: Formats) -> str:
    days = formats.number(side.collected)
    return formats.say_many("%(days)s of %(count)s day", "%(days)s of %(count)s days", side.days, days=days)


def tone_of(now: float, before: float) -> str:
    """Return "up", "down", or nothing for no change."""
    if isclose(now, before):  # averages of different numbers of days are not exact
        return ""
    return "up" if now > before else "down"


def tone_of_change(change: Change | None) -> str:
    """Return the tone of a change; nothing if there is none, or none before."""
    return tone_of(change.now, change.before) if change and change.before else ""


def change_of(counts: Sequence[int], comparison: Comparison | None) -> Change | None:
    """Return the change of a part of the total, such as a country; None if it had too few before to be compared.

    ``counts``: one a day of the history; empty for none.
    """
    change = comparison.of(counts) if comparison and counts else None
    return change if change and change.counted >= CHANGE_FROM else None


def change_cell(code: str, summary: Summary, formats: Formats) -> dict[str, str]:
    """Return the change of a country and its tone: a percentage, "new", or a dash if there were too few before."""
    if code in summary.new:
        return {"change": formats.say("new"), "tone": "up"}
    change = change_of(summary.by_country.get(code, ()), summary.comparison)
    return {"change": formats.change(change.now, change.before) if change else "–", "tone": tone_of_change(change)}


def make_dense(one: CountryCount | GroupCount, context: Context, year: str = "") -> Figure:
    """Return the count per million people with their number, or why there is none; ``year``: that of the number."""
    say, summary = context.formats.say, context.summary
    people = context.formats.number(one.people)
    note = (
        say("of %(people)s people (%(year)s)", people=people, year=year)
        if year
        else say("of %(people)s people", people=people)
    )
    if one.no_rate == "no_population":
        note = say("no permanent residents")
    elif one.no_rate:
        note = say("under %(quantity)s", quantity=context.quantity(summary.per_million_from))
    return Figure("dense", say("Per million people"), per_million(one, context), note)


def per_million(one: CountryCount | GroupCount, context: Context) -> str:
    """Return the count per million people; a dash if there is none."""
    value, formats = one.per_million, context.formats
    if value is None:
        return "–"
    return formats.duration(value) if context.summary.metric in IN_SECONDS else formats.rate(value)


def whole_history(summary: Summary, formats: Formats) -> str:
    """Return the first and the last day of the history, for figures that show it whatever period is chosen."""
    if not summary.daily:
        return ""
    first, last = (formats.day(summary.daily[at].day) for at in (0, -1))
    return formats.say("Whole history: %(first)s to %(last)s", first=first, last=last)


class Curves:
    """Draws curves over the days of the Summary, with a note about their best day.

    ``dimension``: a day that was not collected by it is a gap.
    """

    def __init__(self, context: Context, dimension: str = "total") -> None:
        self._daily, self._formats = context.summary.daily_by(dimension), context.formats
        self._weekly = len(self._daily) > LONG
        self._frame = Frame(self._daily, self._formats, step=7 if self._weekly else 1)
        self._context = context

    @cached_property
    def _all_marks(self) -> Marks:
        return make_marks(self._context.notes, self._daily, self._context)

    def show(self, counts: Sequence[int], name: str, media: Collection[str] | None = None) -> dict[str, Any]:
        """Return what a template needs for the curve of ``counts`` (one a day); ``name`` is what they are counts of.

        ``media``: the ids of the assets whose publication is marked; by default all.
        """
        if not counts:
            return {"curve": "", "curve_note": "", "marks": Marks()}
        marks = self._all_marks
        if media is not None:
            indexes = sorted(index for media_id in {"", *media} for index in self._context.notes_of.get(media_id, ()))
            marks = make_marks([self._context.notes[index] for index in indexes], self._daily, self._context)
        words = with_marks(self._formats.say("Day by day: %(name)s", name=name), marks, self._formats)
        curve = Markup(self._frame.render(counts, words, marks.picture))  # noqa: S704 - SVG made here, its texts escaped
        return {"curve": curve, "curve_note": self._note(counts), "marks": marks}

    def _note(self, counts: Sequence[int]) -> str:
        most = max(counts)
        if not most:
            return ""
        days = [day.day for day, count in zip(self._daily, counts, strict=True) if count == most]
        best = sentences.most_on_one_day(most, days, self._formats)
        by_week = self._formats.say(
            "each point is the mean of 7 days, counted back from the last one; days left over belong to the first point"
        )
        return f"{best} · {by_week}" if self._weekly else best
