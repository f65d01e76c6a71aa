"""Cut the days of a history into weeks, Monday to Sunday in UTC. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from apivideo_geo.days import ONE_DAY
from apivideo_geo.model import DayCount


@dataclass(frozen=True)
class Week:
    """A week. ``days`` are the indexes of its days in the history; ``over``: each of its seven days is over."""

    monday: date
    days: slice
    over: bool

    @property
    def sunday(self) -> date:
        """The last day of the week."""
        return self.monday + 6 * ONE_DAY

    def sum_of(self, counts: Sequence[int]) -> int:
        """Return the sum of ``counts``, one for each day of the history; a day that was not collected has 0."""
        return sum(counts[self.days])


def weeks_of(daily: Sequence[DayCount]) -> tuple[Week, ...]:
    """Return the weeks of consecutive days, oldest first; the first and the last one can have fewer than seven days.

    >>> days = [DayCount(date(2026, 11, 20) + timedelta(at), 1, open=at == 4) for at in range(5)]
    >>> [(str(week.monday), week.days.start, week.days.stop, week.over) for week in weeks_of(days)]
    [('2026-11-16', 0, 3, True), ('2026-11-23', 3, 5, False)]
    """
    weeks: list[Week] = []
    start = 0
    while start < len(daily):
        monday = daily[start].day - timedelta(daily[start].day.weekday())
        stop = min((monday - daily[0].day).days + 7, len(daily))
        last = daily[stop - 1]
        weeks.append(Week(monday, slice(start, stop), over=last.day.weekday() == 6 and not last.open))
        start = stop
    return tuple(weeks)
