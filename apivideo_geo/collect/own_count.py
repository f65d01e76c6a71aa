"""Compare what was collected with the source's own count of each day.

The sum of several days is no proof: a server that swaps two days, or counts one day's plays on the next one, keeps the
sum. So each day is compared with a count of that very day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date

from apivideo_geo.days import day_runs, days_between
from apivideo_geo.errors import ApiError, SourceFailed, UnknownShape
from apivideo_geo.history.doubt import adds_up
from apivideo_geo.model import Checked
from apivideo_geo.sources.source import Source

ONE_BY_ONE = 2
"""Of this many days in a row, each own count is requested alone: a time series and its sum take as many requests."""


def fetch_own_counts(source: Source, collected: Mapping[date, int]) -> dict[date, int]:
    """Fetch UTC day → the source's own count, for the days of ``collected`` (UTC day → sum of its rows).

    A day is requested alone. Of longer runs of days a time series is requested first, and the count of all its days;
    if the series adds up to it, only the days without a value in it, or with one that does not fit ``collected``, are
    requested alone. Days are left out if the source has no count of them or does not answer now.
    """
    found: dict[date, int] = {}
    with suppress(SourceFailed):
        for first, last in reversed(day_runs(collected)):  # the newest days are the first to be known
            days = days_between(first, last)
            if len(days) > ONE_BY_ONE:
                series = _fetch_series(source, days)
                found |= {day: n for day, n in series.items() if adds_up(source.metric, collected[day], n)}
            for day, count in _fetch_each(source, [day for day in days if day not in found], collected):
                found[day] = count
    return found


def _fetch_series(source: Source, days: Sequence[date]) -> dict[date, int]:
    """Fetch UTC day → own count of a run of ``days`` from a time series; empty if it does not add up to their count."""
    try:
        series = source.fetch_daily_counts(days[0], days[-1])
        total = source.fetch_count(days[0], days[-1])
    except (ApiError, UnknownShape):  # this server does not know the question, or answered another one
        return {}
    if total != sum(series.values()):
        return {}
    return series if total else dict.fromkeys(days, 0)


def _fetch_each(source: Source, days: Sequence[date], collected: Mapping[date, int]) -> Iterator[tuple[date, int]]:
    """Yield each of ``days`` with its own count, requested alone; without those whose answer is not a count of it.

    A run of days for which no row was collected is requested together first: if its count is 0, so is that of each day.
    """
    empty = set[date]()
    for first, last in day_runs(day for day in days if not collected[day]):
        if first < last and _fetch_count(source, first, last) == 0:
            empty.update(days_between(first, last))
    for day in days:
        count = 0 if day in empty else _fetch_count(source, day, day)
        if count is not None:
            yield day, count


def _fetch_count(source: Source, first: date, last: date) -> int | None:
    try:
        return source.fetch_count(first, last)
    except UnknownShape:
        return None


def summarise_counts(collected: Mapping[date, int], own: Mapping[date, int]) -> Checked | None:
    """Return the comparison of the last run of days in ``own``; None if there is none. Both: UTC day → count."""
    if not own:
        return None
    first, last = day_runs(own)[-1]
    days = days_between(first, last)
    return Checked(
        first, last, stored=sum(collected[day] for day in days), reported=sum(own[day] for day in days)
    )  # fmt: skip
