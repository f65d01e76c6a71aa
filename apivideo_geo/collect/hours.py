"""Collect what is not by country: the counts of each hour, and the most viewers at once of live streams."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from math import ceil

import pyarrow.compute as pc

from apivideo_geo.api.pages import PAGE_SIZE
from apivideo_geo.console.report import Report
from apivideo_geo.days import days_between, list_days
from apivideo_geo.errors import DeadlineExceeded, DiskFailed, SourceFailed
from apivideo_geo.history.day_lines import HOURS, PEAKS, HoursLine, PeaksLine
from apivideo_geo.history.doubt import is_shown, missing_part
from apivideo_geo.history.history import History
from apivideo_geo.model import PEAK, HoursByDay
from apivideo_geo.sources.source import Source

RECENT = 4
"""The hours of this many complete days are requested every night: their 96 hours fit on one page of the API, and what
was late, or failed on one night, is there on the next."""


def collect_hours(
    source: Source, home: History, now: datetime, report: Report, left_out: Collection[date] = ()
) -> None:
    """Fetch and store the hours of stored complete days, those that lack them and recent ones, except ``left_out``.

    Those that do not add up to the count of the day are in doubt, and requested again, too. If the source cannot give
    them now, that is a warning: the next run requests them again. Raises other errors.
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
    wanted = [
        day
        for day, count in sorted(counts.items())
        if day not in stored or day in recent or not stored[day].stands(count)
    ]
    with _warning(report, "the hours were not collected"):
        hours, rejected = source.fetch_hours(wanted, home.load_account().remembers)
        doubtful = store_hours(home, source.metric, hours, counts, now)
        _warn_of_doubt(report, doubtful, "the hours do not add up to the count of the day")
        if rejected:
            report.warnings.append(
                f"rows of the hours without a valid time or count, which were rejected: {rejected:,}"
            )


@contextmanager
def _warning(report: Report, what: str) -> Iterator[None]:
    """Make an error of the source a warning that says ``what`` was not done; raise errors that end the run."""
    try:
        yield
    except (DeadlineExceeded, DiskFailed):
        raise
    except SourceFailed as error:
        report.warnings.append(f"{what}; the next run requests them again: {error}")


def _warn_of_doubt(report: Report, days: Sequence[date], contradiction: str) -> None:
    if days:
        report.warnings.append(
            f"{list_days(days)}: {contradiction}, so they are in doubt and not shown; the next run requests them again"
        )


def collect_peaks(
    source: Source, home: History, now: datetime, report: Report, left_out: Collection[date] = ()
) -> None:
    """Fetch and store the peaks of the live streams that may be shown, on stored complete days that lack them.

    Those that contradict the API's own peak of a live stream, or lack one with plays, are in doubt, and requested
    again. A day on which one of them has plays, but none has a peak, is not stored, and requested again. Without live
    streams nothing is requested. If the source cannot give them now, that is a warning. Raises other errors.
    """
    live = _live_streams(home)
    stored, history = PEAKS.believed(home.home, PEAK), home.of(source.metric)
    complete = [
        day
        for day, line in sorted(history.entries.items())
        if line.source == source.name and not line.open and day < now.date() and is_shown(line)
    ]
    wanted = [day for day in complete if day not in stored and day not in left_out] if live else []
    with _warning(report, "the most viewers at once (ccv-peak) were not collected"):
        answers = []
        for day, (peaks, agrees) in source.fetch_peaks(wanted, live, home.load_account().remembers).items():
            shown = {media_id: peak for media_id, peak in sorted(peaks.items()) if media_id in live}
            played = _played(history, day, live)
            if shown or not played:
                line = PeaksLine(day=day, metric=PEAK, peaks=shown)
                answers.append((line, agrees and played <= shown.keys()))
        doubtful = PEAKS.weigh(home.home, answers, now.date())
        _warn_of_doubt(report, doubtful, "the most viewers at once (ccv-peak) contradict the API's own peaks")


def count_requests(days: int) -> int:
    """Return how many requests the hours of a run of complete ``days`` take; at least one, for the recent days.

    >>> count_requests(30)
    8
    """
    return max(ceil(24 * days / PAGE_SIZE), 1)


def count_live_streams(home: History) -> int:
    """Return how many live streams may be shown; without any, no peaks are requested."""
    return len(_live_streams(home))


def _live_streams(home: History) -> set[str]:
    return {asset.media_id for asset in home.load_assets() if asset.type == "live-stream"}


def _played(history: History, day: date, live: set[str]) -> set[str]:
    """Return those of the live streams ``live`` (media ids) that have plays on a stored day."""
    rows = history.rows_of(day)
    return live & set(rows.filter(pc.equal(rows["dimension"], "media"))["value"].to_pylist())


def store_hours(home: History, metric: str, hours: HoursByDay, counts: Mapping[date, int], now: datetime) -> list[date]:
    """Store ``hours`` of ``metric``, and return the days on which they are in doubt: the sum is not that of ``counts``.

    ``counts``: UTC day → its count. Hours without any count are no answer for a day that has one. Raises
    :class:`DiskFailed`.
    """
    answers = []
    for day, values in hours.items():
        if sum(values) or not counts.get(day):
            agrees = sum(values) == counts.get(day, sum(values))
            day_count = None if agrees else counts[day]
            answers.append((HoursLine(day=day, metric=metric, counts=values, day_count=day_count), agrees))
    return HOURS.weigh(home.home, answers, now.date(), counts)
