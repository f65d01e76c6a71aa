"""The numbers under the headline of a page, and its daily curve. No I/O."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from markupsafe import Markup

from apivideo_geo.model import CHANGE_FROM, Change
from apivideo_geo.render.context import Context
from apivideo_geo.render.map.daily_curve import Frame
from apivideo_geo.render.pages.notes import Marks, make_marks, with_marks
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import Formats

LONG = 400
"""Curves of more days than this are drawn by the week."""


@dataclass(frozen=True)
class Figure:
    """One of the numbers under the headline."""

    key: str
    label: str
    value: str
    note: str = ""
    tone: str = ""
    """"up" or "down" if the note is a change."""


def change_note(change: Change | None, now: float, before: float, formats: Formats) -> str:
    """Return how a total changed from the period before; empty if there is nothing to compare with."""
    if change is None or not before:
        return ""
    return formats.say_many(
        "Last day: %(change)s on the day before",
        "%(count)s days: %(change)s on the %(count)s before",
        change.days,
        change=formats.change(now, before),
    )


def tone_of(now: float, before: float) -> str:
    """Return "up", "down", or nothing for no change."""
    return "up" if now > before else "down" if now < before else ""


def country_change(code: str, change: Change | None) -> tuple[float, float]:
    """Return the counts of a country in the last days and in as many before; zeros if that is too few to compare."""
    now, before = change.countries.get(code, (0, 0)) if change else (0, 0)
    return (now, before) if before >= CHANGE_FROM else (0, 0)


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
            notes = [note for note in self._context.notes if not note.media_id or note.media_id in media]
            marks = make_marks(notes, self._daily, self._context)
        words = with_marks(self._formats.say("Day by day: %(name)s", name=name), marks, self._formats)
        curve = Markup(self._frame.render(counts, words, marks.picture))  # noqa: S704 - SVG made here, its texts escaped
        return {"curve": curve, "curve_note": self._note(counts), "marks": marks}

    def _note(self, counts: Sequence[int]) -> str:
        most = max(counts)
        if not most:
            return ""
        best = sentences.most_on_one_day(most, self._daily[counts.index(most)].day, self._formats)
        by_week = self._formats.say("the curve is the mean of each week")
        return f"{best} · {by_week}" if self._weekly else best
