"""Compare what was collected with the source's own count of the same days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from apivideo_geo.days import ONE_DAY, day_runs, days_between
from apivideo_geo.errors import SourceFailed
from apivideo_geo.model import Checked
from apivideo_geo.sources.source import Source


def fetch_own_counts(source: Source, collected: Mapping[date, int]) -> dict[date, int]:
    """Fetch UTC day → the source's own count, for the days of ``collected`` (UTC day → sum of its rows).

    One request for each run of days, if its count is the sum of ``collected``; where it is not, the run is split in two
    until the days that differ are found. Days are left out if the source has no count of them or does not answer now.
    """
    found: dict[date, int] = {}
    waiting = day_runs(collected)
    while waiting:
        first, last = waiting.pop()
        try:
            count = source.fetch_count(first, last)
        except SourceFailed:
            break
        days = days_between(first, last)
        if count == sum(collected[day] for day in days):
            found |= {day: collected[day] for day in days}
        elif first == last and count is not None:
            found[first] = count
        elif first < last:
            middle = days[len(days) // 2]
            waiting += [(first, middle - ONE_DAY), (middle, last)]
    return found


def summarise_counts(collected: Mapping[date, int], own: Mapping[date, int]) -> Checked | None:
    """Return the comparison of the last run of days in ``own``; None if there is none. Both: UTC day → count."""
    if not own:
        return None
    first, last = day_runs(own)[-1]
    days = days_between(first, last)
    return Checked(
        first, last, stored=sum(collected[day] for day in days), reported=sum(own[day] for day in days)
    )  # fmt: skip
