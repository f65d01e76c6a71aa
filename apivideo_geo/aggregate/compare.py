"""Compare two periods by their average collected day. One rule for all pages, the feed and the scripts. No I/O.

The JavaScript of the pages has the same rule in ``templates/assets/compare.js``; ``docs/counting.md`` explains it.

Collected are the UTC days that have a count and were over when it was fetched. A day that was left out on purpose, is
in doubt without rows, or is before the history is a day that was not collected. Two periods are compared if each has at
least 90 % of its days. A period that ends with a day that is not over ends with the day before it.

*What is compared.* The previous period has as many days and ends the day before; that of whole calendar months has as
many months. "A year before" are the same dates; for 29 February it is 28 February; whole months stay whole months.

*How.* If one of the periods is shorter than 8 weeks, weekdays are compared with the same weekdays. With ``n`` days and
a count ``c`` of each weekday ``w`` on the collected days, and only the weekdays that both periods have::

    now    = sum(c_now[w])
    before = sum(n_now[w] * c_before[w] / n_before[w])

so the averages of the weekdays before are weighted by how often each weekday is in the period. Longer periods, and
those without a weekday in common, are compared as if all their days were of one weekday. Both numbers divided by the
number of days compared now are averages of a day; their ratio is the change. For metrics whose days must not be added
up, such as viewers, it is the same: the change of an average day. A ratio is compared by dividing these numbers of its
two metrics, on the days that have both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from itertools import accumulate

from apivideo_geo.aggregate.monthly import published_months
from apivideo_geo.days import ONE_DAY, month_end
from apivideo_geo.model import UNKNOWN, Comparison, DayCount, Side, Summary

LENGTH = 30
"""Days that are compared if no period is given."""
MATCHED_BELOW = 56
"""Below this number of days, weekdays are compared with the same weekdays."""

Period = tuple[date, date]
"""First and last UTC day, both included."""
Against = str | Period
"""What a period is compared with: "" (the previous period), "year" (the same period a year before), or another."""


def compare(daily: Sequence[DayCount], period: Period | None = None, against: Against = "") -> Comparison | None:
    """Compare a ``period`` of a history with another one.

    ``daily``: all days of the history without a gap; ``period``: by default its last 30 days that are over. Returns
    None if no day of the history is over. If a side has too few days, the result has no groups, and the nearest period
    with enough.

    >>> days = [DayCount(date(2026, 6, 1) + timedelta(day), 10 + day // 7) for day in range(14)]
    >>> week = compare(days, (date(2026, 6, 8), date(2026, 6, 14)))
    >>> week.before.first.isoformat(), week.before.collected, week.of([day.count for day in days])
    ('2026-06-01', 7, Change(now=77, before=70.0, counted=70))
    """
    history = _History(daily)
    if history.end < 0:
        return None
    last = history.day(history.end)
    period = history.trim(*(period or (last - timedelta(LENGTH - 1), last)))
    return history.compare(period, against if isinstance(against, str) else history.trim(*against))


def before_of(period: Period, against: Against = "") -> Period:
    """Return what ``period`` is compared with.

    >>> [day.isoformat() for day in before_of((date(2026, 2, 1), date(2026, 2, 28)))]
    ['2026-01-01', '2026-01-31']
    >>> [day.isoformat() for day in before_of((date(2028, 2, 20), date(2028, 2, 29)), "year")]
    ['2027-02-20', '2027-02-28']
    """
    if not isinstance(against, str):
        return against
    first, last = period
    months = (last.year - first.year) * 12 + last.month - first.month + 1 if _is_months(period) else 0
    if against:
        return _year_before(first), month_end(_year_before(last)) if months else _year_before(last)
    if not months:
        return first - (last - first) - ONE_DAY, first - ONE_DAY
    years, month = divmod(first.year * 12 + first.month - 1 - months, 12)
    return date(years, month + 1, 1), first - ONE_DAY


def published_since(published: date | None, comparison: Comparison) -> bool:
    """Return whether a video was ``published`` (UTC day) on a compared day or later, so that it has no change.

    Of the days before, or of some of them, it can have no count. None is a day that is not known.

    >>> from apivideo_geo.model import Side
    >>> sides = Side(date(2026, 9, 8), date(2026, 9, 14), 7), Side(date(2026, 9, 1), date(2026, 9, 7), 7)
    >>> comparison = Comparison(*sides)
    >>> [published_since(date(*day), comparison) for day in ((2026, 8, 31), (2026, 9, 1), (2026, 9, 9))]
    [False, True, True]
    """
    return published is not None and published >= comparison.before.first


def new_countries(summary: Summary) -> tuple[str, ...]:
    """Return the countries with a count in the period of the Summary's comparison, and on no day before."""
    comparison = summary.comparison
    if not comparison or not comparison.groups:
        return ()
    start, end = ((day - summary.daily[0].day).days for day in (comparison.now.first, comparison.now.last))
    known = {UNKNOWN, *summary.earlier.seen}
    return tuple(
        code
        for code, counts in sorted(summary.by_country.items())
        if code not in known and any(counts[start : end + 1]) and not any(counts[:start])
    )


def settled_months(summary: Summary) -> set[date]:
    """Return the first day of each month in the period that is over and whose counts will not change by themselves."""
    gaps = {day.day.replace(day=1) for day in summary.daily if day.count is None or day.open}
    whole = {day.day for day in summary.daily if day.day.day == 1 and day.day not in gaps}
    end = summary.daily[-1].day if summary.daily else None
    return {*published_months(summary), *(month for month in whole if end and month_end(month) <= end)}


def compared_months(daily: Sequence[DayCount], months: Collection[date]) -> Iterator[Comparison]:
    """Yield the comparison of each of ``months`` (first days) with the month before, if both are in it and compare."""
    for month in sorted(months):
        period = month, month_end(month)
        comparison = compare(daily, period) if before_of(period)[0] in months else None
        if comparison and comparison.groups:
            yield comparison


class _History:
    """Which days were collected; an index is the number of a day, 0 the first of the history."""

    def __init__(self, daily: Sequence[DayCount]) -> None:
        self._first = daily[0].day if daily else date.min
        self._collected = [day.count is not None and not day.open for day in daily]
        self._sums = [0, *accumulate(self._collected)]
        self.end = len(daily) - 1
        while self.end >= 0 and daily[self.end].open:
            self.end -= 1

    def day(self, index: int) -> date:
        return self._first + timedelta(index)

    def trim(self, first: date, last: date) -> Period:
        """Return the period without the days at its end that are not over, unless none is left."""
        end = self.day(self.end)
        return first, min(last, end) if first <= end else last

    def compare(self, period: Period, against: Against) -> Comparison:
        now, before = self._side(period), self._side(before_of(period, against))
        if not now.enough or not before.enough:
            return Comparison(now, before, nearest=self._nearest(now, before, against))
        sides = self._days(now), self._days(before)
        matched: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
        if min(now.days, before.days) < MATCHED_BELOW:
            start = self._index(now.first)
            for weekday in range(7):
                these, those = (tuple(day for day in days if (day - start) % 7 == weekday) for days in sides)
                if these and those:
                    matched.append((these, those))
        return Comparison(now, before, tuple(matched) or (sides,), bool(matched))

    def _nearest(self, now: Side, before: Side, against: Against) -> tuple[Period, Against] | None:
        """Return the nearest period of the same length that can be compared; else the longest with the same end.

        Of two that are as near, the later one. Periods of one's own are found each for itself.
        """
        if not isinstance(against, str):
            period, other = (self._near(side) for side in (now, before))
            return (period, other) if period and other else None
        for period in (*self._moved(now), *self._shorter(now)):
            if self._side(period).enough and self._side(before_of(period, against)).enough:
                return period, against
        return None

    def _near(self, side: Side) -> Period | None:
        return next((period for period in self._moved(side) if self._side(period).enough), None)

    def _moved(self, side: Side) -> Iterator[Period]:
        start, length = self._index(side.first), side.days
        for step in sorted(range(-start, self.end - length + 2 - start), key=lambda step: (abs(step), -step)):
            yield self.day(start + step), self.day(start + step + length - 1)

    def _shorter(self, side: Side) -> Iterator[Period]:
        last = min(self._index(side.last), self.end)
        for length in range(min(side.days - 1, last + 1), 0, -1):
            yield self.day(last - length + 1), self.day(last)

    def _side(self, period: Period) -> Side:
        start, end = (
            min(max(at, 0), len(self._collected)) for at in (self._index(period[0]), self._index(period[1]) + 1)
        )
        return Side(*period, self._sums[end] - self._sums[start])

    def _days(self, side: Side) -> tuple[int, ...]:
        start, end = max(self._index(side.first), 0), min(self._index(side.last) + 1, len(self._collected))
        return tuple(day for day in range(start, end) if self._collected[day])

    def _index(self, day: date) -> int:
        return (day - self._first).days


def _is_months(period: Period) -> bool:
    """Return whether the period is made of whole calendar months."""
    return period[0].day == 1 and period[1] == month_end(period[1])


def _year_before(day: date) -> date:
    """Return the same date of the year before; for 29 February it is 28 February."""
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap else day.day)
