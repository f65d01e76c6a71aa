"""Collect the counts of each hour, of all countries together, for the heat map of the week."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from apivideo_geo.console.report import Report
from apivideo_geo.days import days_between
from apivideo_geo.errors import DeadlineExceeded, DiskFailed, SourceFailed
from apivideo_geo.history.day_lines import HOURS, HoursLine
from apivideo_geo.history.doubt import is_shown, missing_part
from apivideo_geo.history.history import History
from apivideo_geo.model import HoursByDay
from apivideo_geo.sources.source import Source

RECENT = 4
"""The hours of this many complete days are requested every night: their 96 hours fit on one page of the API, and what
was late, or failed on one night, is there on the next."""


def collect_hours(
    source: Source, home: History, now: datetime, report: Report, left_out: Collection[date] = ()
) -> None:
    """Fetch and store the hours of stored complete days, those that lack them and recent ones, except ``left_out``.

    If the source cannot give them now, that is a warning: the next run requests them again. Raises other errors.
    """
    history = home.of(source.metric)
    counts = {
        day: line.count + missing_part(line)
        for day, line in history.entries.items()
        if line.source == source.name and not line.open and is_shown(line) and day not in left_out
    }
    stored = HOURS.of(home.home, source.metric)
    today = now.date()
    recent = days_between(date.fromordinal(today.toordinal() - RECENT), today)
    wanted = [day for day in sorted(counts) if day not in stored or day in recent]
    try:
        hours, rejected = source.fetch_hours(wanted, home.load_account().remembers)
    except (DeadlineExceeded, DiskFailed):
        raise
    except SourceFailed as error:
        report.warnings.append(f"the hours were not collected; the next run requests them again: {error}")
        return
    store_hours(home, source.metric, hours, counts)
    if rejected:
        report.warnings.append(f"{rejected} rows of the hours have no valid time or count, and were rejected")


def store_hours(home: History, metric: str, hours: HoursByDay, counts: Mapping[date, int]) -> None:
    """Store ``hours`` of ``metric``, except those of a day that are worse than none or than the stored ones.

    ``counts``: UTC day → its count. Hours without any count are no answer for a day that has one; of two answers the
    one whose sum is nearer to the count of the day is stored. Raises :class:`DiskFailed`.
    """
    stored = HOURS.of(home.home, metric)

    def difference(day: date, values: Sequence[int]) -> int:
        return abs(sum(values) - counts.get(day, sum(values)))

    HOURS.add(
        home.home,
        (
            HoursLine(day=day, metric=metric, counts=values)
            for day, values in hours.items()
            if (sum(values) or not counts.get(day))
            and (day not in stored or difference(day, values) <= difference(day, stored[day].counts))
        ),
    )
