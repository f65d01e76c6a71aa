"""Why there was a record or a leap: the owner's note, or the video that made most of it. No I/O.

Only what is published of public assets by day is used. So if small counts of videos are withheld, none is named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from apivideo_geo.aggregate.compare import compared_months, settled_months
from apivideo_geo.model import AssetDetail, NewsItem
from apivideo_geo.render.context import Context
from apivideo_geo.render.text.value_names import asset_title


def explain(entries: Iterable[NewsItem], context: Context) -> Iterator[NewsItem]:
    """Yield ``entries``; records and months that rose have their cause added, if it is known.

    A record has the notes of its day, or else the public video or live stream with at least half of its count. A month
    without a note has the one that made at least half of the rise of the daily average. ``id`` stays the same.
    """
    causes = _Causes(context)
    for entry in entries:
        kind, _, when = entry.id.partition("/")
        words = ""
        if kind == "best-day":
            words = causes.of_day(date.fromisoformat(when))
        elif kind == "month":
            words = causes.of_month(date.fromisoformat(f"{when}-01"))
        yield replace(entry, sentence=f"{entry.sentence} {words}") if words else entry


class _Causes:
    """Looks up notes, and the counts of public assets on the days that were collected by video."""

    def __init__(self, context: Context) -> None:
        self._formats = context.formats
        self._assets = [one for one in context.details.assets if one.asset.public and one.daily]
        self._notes: dict[date, list[str]] = defaultdict(list)
        for note in context.details.notes:
            self._notes[note.day].append(note.text)
        self._total = [day.count or 0 for day in context.summary.daily]
        daily = context.summary.daily_by("media")
        self._months = [*compared_months(daily, settled_months(context.summary))]
        self._index = {day.day: index for index, day in enumerate(daily) if day.count is not None and not day.open}

    def of_day(self, day: date) -> str:
        """Return the notes of a day, or the asset with at least half of its count; empty if there is none."""
        if day in self._notes:
            return " ".join(self._formats.say("Note: %(text)s", text=text) for text in self._notes[day])
        days = [self._index[day]] if day in self._index else []
        first = max(self._assets, key=lambda one: _sum(one.daily, days), default=None)
        if not days or first is None or 2 * _sum(first.daily, days) < _sum(self._total, days):
            return ""
        part = self._formats.number(_sum(first.daily, days))
        return self._formats.say("%(number)s of them: %(title)s.", number=part, title=self._title(first))

    def of_month(self, month: date) -> str:
        """Return the asset that made at least half of a month's rise; empty if there is none, and after a note."""
        compared = next((one for one in self._months if one.now.first == month), None)
        if compared is None or any(day.replace(day=1) == month for day in self._notes):
            return ""

        def rise(counts: Sequence[int]) -> float:
            change = compared.of(counts)
            return change.now - change.before if change else 0

        first = max(self._assets, key=lambda one: rise(one.daily), default=None)
        if first is None or not 0 < rise(self._total) <= 2 * rise(first.daily):
            return ""
        return self._formats.say("Most of the rise: %(title)s.", title=self._title(first))

    def _title(self, one: AssetDetail) -> str:
        return asset_title(one.asset, self._formats)


def _sum(counts: Sequence[int], indexes: Iterable[int]) -> int:
    return sum(counts[index] for index in indexes)
