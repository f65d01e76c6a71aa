"""Why there was a record or a leap: the owner's note, or the video that made most of it. No I/O.

Only what is published of public assets by day is used. So if small counts of videos are withheld, none is named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import PurePath
from typing import Any

import numpy as np
import numpy.typing as npt

from apivideo_geo.aggregate.compare import compared_months, settled_months
from apivideo_geo.model import AssetDetail, Comparison, NewsItem, Side
from apivideo_geo.render.context import Context
from apivideo_geo.render.text.value_names import asset_title

LEAP = 10
"""Percent from which a rise is explained: in a smaller one, some video always rose more than all together."""


def explain(entries: Iterable[NewsItem], context: Context) -> Iterator[NewsItem]:
    """Yield ``entries``; records and months that rose have their cause added, if it is known.

    A record has the notes of its day, or else the public video or live stream with at least half of its count. A month
    without a note, and the country that grew most in it, have the one that made at least half of the rise of the daily
    average, if that is ``LEAP`` percent or more. The ``id`` stays the same.
    """
    causes = _Causes(context)
    for entry in entries:
        kind, _, when = entry.id.partition("/")
        words = ""
        if kind == "best-day":
            words = causes.of_day(date.fromisoformat(when))
        elif kind == "month":
            words = causes.of_month(date.fromisoformat(f"{when}-01"))
        elif kind == "up":
            words = causes.of_country(date.fromisoformat(f"{when}-01"), PurePath(entry.link).stem)
        yield replace(entry, sentence=f"{entry.sentence} {words}") if words else entry


class _Causes:
    """Looks up notes, and the counts of public assets on the days that were collected by video."""

    def __init__(self, context: Context) -> None:
        self._formats, self._context = context.formats, context
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
        compared = self._compared(month)
        total = compared and compared.of(self._total)
        if not compared or not total or not self._assets:
            return ""
        each: Any = compared.of(self._by_day)  # type: ignore[arg-type]  # of all assets at once
        averages = zip(each.now, each.before, strict=True)
        return self._most_of_rise((total.now, total.before), [*zip(averages, self._assets, strict=True)])

    @cached_property
    def _by_day(self) -> npt.NDArray[np.int64]:
        """The counts of all assets on each day, as an array of days and assets."""
        return np.array([one.daily for one in self._assets], np.int64).T.copy()

    def of_country(self, month: date, code: str) -> str:
        """Return the same for the country ``code`` (alpha-3); its counts by asset are known by month, not by day."""
        summary, detail = self._context.summary, self._context.details.countries.get(code)
        compared, months = self._compared(month), summary.months
        if compared is None or detail is None:
            return ""
        index, start, series = months.index(month), summary.daily[0].day, summary.by_country[code]

        def averages(now: int, before: int) -> tuple[float, float]:
            return now / compared.now.collected, before / compared.before.collected

        def total(side: Side) -> int:
            return sum(series[max(0, (side.first - start).days) : (side.last - start).days + 1])

        media = detail.monthly.get("media", {})
        counts = ((media[one.asset.media_id], one) for one in self._assets if one.asset.media_id in media)
        found = [(averages(by_month[index], by_month[index - 1]), one) for by_month, one in counts]
        return self._most_of_rise(averages(total(compared.now), total(compared.before)), found)

    def _compared(self, month: date) -> Comparison | None:
        """Return the comparison of a month with that before it; None if there is none, and if the month has a note."""
        noted = any(day.replace(day=1) == month for day in self._notes)
        return None if noted else next((one for one in self._months if one.now.first == month), None)

    def _most_of_rise(
        self, total: tuple[float, float], assets: Sequence[tuple[tuple[float, float], AssetDetail]]
    ) -> str:
        """Return the asset that made at least half of the rise of ``total``; all pairs are averages now and before."""
        rise = total[0] - total[1]
        (now, before), first = max(assets, key=lambda one: one[0][0] - one[0][1], default=((0, 0), None))
        if first is None or 100 * rise < LEAP * total[1] or not 0 < rise <= 2 * (now - before):
            return ""
        return self._formats.say("The video that made most of the rise: %(title)s.", title=self._title(first))

    def _title(self, one: AssetDetail) -> str:
        return asset_title(one.asset, self._formats)


def _sum(counts: Sequence[int], indexes: Iterable[int]) -> int:
    return sum(counts[index] for index in indexes)
