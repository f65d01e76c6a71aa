"""The months that have a page: closed once, as they were then, with a dated correction whenever their counts change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from itertools import compress

from apivideo_geo.aggregate.compare import compare
from apivideo_geo.aggregate.monthly import published_months
from apivideo_geo.aggregate.summary import Atlas, rank_countries
from apivideo_geo.days import month_end
from apivideo_geo.geo.countries import to_alpha2
from apivideo_geo.model import (
    PER_DAY,
    UNKNOWN,
    Change,
    ClosedMonth,
    Comparison,
    Correction,
    Coverage,
    DayCount,
    Side,
    Summary,
)

WARM_UP = 30
"""Days at the start of the history in which nothing is new and no day is a record, because everything would be."""


def close_months(summary: Summary, stored: Sequence[ClosedMonth]) -> tuple[ClosedMonth, ...]:
    """Return the closed months that are completely in the period of ``summary``, oldest first.

    Those ``stored`` stay as they are; where the counts by country are different now, a :class:`Correction` of today is
    added. A month that is not stored is closed if ``published_months`` has it and any day of it was collected. There
    are none of a metric whose days cannot be added up.
    """
    if summary.metric in PER_DAY:
        return ()
    index = {day.day: number for number, day in enumerate(summary.daily)}
    known = {one.month: one for one in stored if one.metric == summary.metric}
    closable = set(published_months(summary))
    reach, first_days = reach_by_day(summary), _first_days(summary)
    found = []
    for month in (day for day in index if day.day == 1 and month_end(day) in index):
        days = slice(index[month], index[month_end(month)] + 1)
        if month in known:
            found.append(_correct(known[month], _counts(summary, days), _today(summary)))
        elif month in closable and any(day.count is not None for day in summary.daily[days]):
            found.append(_close(summary, month, days, reach, first_days))
    return tuple(found)


def month_summary(
    closed: ClosedMonth, summary: Summary, name_of: Callable[[str], str], *, corrected: bool = False
) -> Summary:
    """Return a closed month as a Summary, without rates; ``corrected``: with the counts of its last correction.

    ``summary`` is that of the site; ``name_of`` takes an alpha-3 and returns the name of a country.
    """
    counts = dict(closed.latest if corrected else closed.countries)
    total, unknown = sum(counts.values()), counts.pop(UNKNOWN, 0)
    last = month_end(closed.month)
    daily = tuple(DayCount(closed.month + timedelta(number), count) for number, count in enumerate(closed.daily))
    missing = tuple(day.day for day in daily if day.count is None)
    return Summary(
        generated_at=summary.generated_at, metric=closed.metric, period_from=closed.month, period_to=last,
        total=total, mapped=total - unknown, unknown=unknown,
        days=Coverage(
            collected=closed.collected, empty=closed.daily.count(0), missing=missing, open=0,
            left_out=tuple(day for day in missing if day in summary.days.left_out),
        ),
        countries=rank_countries(counts, total, 0, Atlas(name_of, to_alpha2, lambda _: None)),
        daily=daily, demo=summary.demo,
    )  # fmt: skip


@dataclass(frozen=True)
class MonthComparison:
    """A closed month compared with the one ``before``, both as they were first published."""

    month: ClosedMonth
    before: ClosedMonth
    comparison: Comparison

    def of(self, code: str = "") -> Change:
        """Return the change of a country, by default of all."""
        change = self.comparison.of([*_series(self.before, code), *_series(self.month, code)])
        assert change  # it has groups
        return change


def compare_with_before(closed: ClosedMonth, months: Sequence[ClosedMonth]) -> MonthComparison | None:
    """Compare ``closed`` with the month before it among ``months``; None if there is none, or one has too few days."""
    before = _before(closed, months)
    comparison = _compare_days(before, closed) if before else None
    if not before or not comparison or not comparison.groups:
        return None
    if not all(one.weekdays.keys() == one.countries.keys() for one in (before, closed)):
        comparison = comparison.unmatched()
    return MonthComparison(closed, before, comparison)


def lacking_month(closed: ClosedMonth, months: Sequence[ClosedMonth]) -> Side | None:
    """Return the month with too few collected days, ``closed`` or that before it; None if that is no reason."""
    before = _before(closed, months)
    comparison = _compare_days(before, closed) if before else None
    return comparison.lacking if comparison else None


def _before(closed: ClosedMonth, months: Sequence[ClosedMonth]) -> ClosedMonth | None:
    wanted = (closed.month - timedelta(1)).replace(day=1)
    return next((one for one in months if one.month == wanted), None)


def _compare_days(before: ClosedMonth, closed: ClosedMonth) -> Comparison | None:
    daily = [
        DayCount(one.month + timedelta(day), count) for one in (before, closed) for day, count in enumerate(one.daily)
    ]
    return compare(daily, (closed.month, month_end(closed.month)))


def _series(month: ClosedMonth, code: str) -> list[int]:
    """Return the counts of a month by day; of a country those of each weekday, all on the first collected one."""
    if not code:
        return [count or 0 for count in month.daily]
    known = code in month.weekdays
    left = dict(enumerate(month.weekdays[code])) if known else {0: month.countries.get(code, 0)}
    return [
        0 if count is None else left.pop((month.month.weekday() + day) % 7 if known else 0, 0)
        for day, count in enumerate(month.daily)
    ]


def reach_by_day(summary: Summary) -> list[int]:
    """Return the number of countries with a count on each day of the history up to the end of the period."""
    known = [series for code, series in summary.by_country.items() if code != UNKNOWN]
    inside = [sum(count > 0 for count in day) for day in zip(*known, strict=True)] or [0] * len(summary.daily)
    return [*summary.earlier.reach, *inside]


def _correct(closed: ClosedMonth, now: Mapping[str, int], today: date) -> ClosedMonth:
    if now == closed.latest:
        return closed
    return replace(closed, corrections=(*closed.corrections, Correction(today, now)))


def _close(
    summary: Summary, month: date, days: slice, reach: Sequence[int], first_days: Mapping[str, int]
) -> ClosedMonth:
    """Return ``month``, whose days are ``days`` of ``summary.daily``, as it is now."""
    start = len(summary.earlier.days) + days.start
    inside = range(start, start + days.stop - days.start)
    counts = [day.count or 0 for day in (*summary.earlier.days, *summary.daily[: days.start])]
    return ClosedMonth(
        month=month,
        metric=summary.metric,
        published=_today(summary),
        daily=tuple(day.count for day in summary.daily[days]),
        reach=tuple(reach[inside.start : inside.stop]),
        countries=_counts(summary, days),
        weekdays=_by_weekday(summary, month, days),
        new=tuple(code for code, first in first_days.items() if first in inside and first >= WARM_UP),
        before=(max(counts), max(reach[:start])) if start >= WARM_UP else None,
    )


def _counts(summary: Summary, days: slice) -> dict[str, int]:
    """Return alpha-3 and ``---`` → count on the ``days`` of ``summary.daily``, of those that have any."""
    sums = {code: sum(series[days]) for code, series in summary.by_country.items()}
    return {code: count for code, count in sums.items() if count}


def _by_weekday(summary: Summary, month: date, days: slice) -> dict[str, tuple[int, ...]]:
    """Return alpha-3 and ``---`` → count on each weekday, Monday first, of those that have any."""
    mondays = [(weekday - month.weekday()) % 7 for weekday in range(7)]
    return {
        code: tuple(sum(summary.by_country[code][days][first::7]) for first in mondays)
        for code in _counts(summary, days)
    }


def _first_days(summary: Summary) -> dict[str, int]:
    """Return alpha-3 → index of its first day with a count among the days of the history, if it is in the period."""
    start, indices = len(summary.earlier.days), range(len(summary.daily))
    return {
        code: start + first
        for code, series in summary.by_country.items()
        if code != UNKNOWN and code not in summary.earlier.seen
        if (first := next(compress(indices, series), None)) is not None
    }


def _today(summary: Summary) -> date:
    return summary.generated_at.astimezone(UTC).date()
