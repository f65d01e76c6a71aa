"""UTC days: when they begin and end, and lists of them in words. No I/O."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta

ONE_DAY = timedelta(days=1)
DEFAULT_RETENTION = timedelta(days=30)
"""How long api.video keeps a day unless the account has another retention (see its analytics reference)."""
CLOCK_TOLERANCE = timedelta(minutes=10)
"""Two clocks that differ by less agree."""
LISTED_RUNS = 10
"""Maximum number of runs of days that :func:`list_days` writes out."""


def day_start(day: date) -> datetime:
    """Return the first moment of the UTC day ``day``."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def day_end(day: date) -> datetime:
    """Return the moment the UTC day ``day`` ends, which is midnight of the next day."""
    return day_start(day) + ONE_DAY


def month_end(day: date) -> date:
    """Return the last day of the month that ``day`` is in."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - ONE_DAY


def day_of(moment: str) -> date | None:
    """Return the UTC day of an ISO time, the format of the API; None for anything else. Without an offset it is UTC.

    >>> day_of("2026-09-21T01:00:00+02:00")
    datetime.date(2026, 9, 20)
    """
    try:
        parsed = datetime.fromisoformat(moment)
        return (parsed.astimezone(UTC) if parsed.tzinfo else parsed).date()
    except (ValueError, OverflowError):
        return None


def first_whole_day(now: datetime, retention: timedelta) -> date:
    """Return the first UTC day that is completely within the ``retention`` before ``now``.

    A day that only partly falls within it would read low.
    """
    edge = (now - retention).astimezone(UTC)
    return (edge - timedelta.resolution).date() + ONE_DAY


def year_until(last: date) -> date:
    """Return the first day of the twelve months that end with ``last``.

    >>> year_until(date(2028, 12, 31))
    datetime.date(2028, 1, 1)
    """
    end = last + ONE_DAY
    leap = (end.month, end.day) == (2, 29)
    return date(end.year - 1, 3, 1) if leap else end.replace(year=end.year - 1)


def days_between(first: date, last: date) -> list[date]:
    """Return every day from ``first`` to ``last``, both included; an empty list if ``last`` is earlier."""
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def day_runs(days: Iterable[date]) -> list[tuple[date, date]]:
    """Group ``days`` into runs without a gap: the first and last day of each, both included, in ascending order."""
    runs: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if runs and day - runs[-1][1] == ONE_DAY:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def list_days(days: Collection[date], most: int = LISTED_RUNS) -> str:
    """Write how many ``days`` there are and which, for logs and other English text; the dates are ISO 8601.

    Of more than ``most`` runs the latest are written out and the earlier ones counted.

    >>> list_days([date(2026, 5, 1), date(2026, 5, 2), date(2026, 5, 9)])
    '3 days (2026-05-01 to 2026-05-02, 2026-05-09)'
    >>> list_days([date(2026, 5, 1), date(2026, 5, 3), date(2026, 5, 5)], most=1)
    '3 days (2 earlier periods, 2026-05-05)'
    """
    runs = day_runs(days)
    count, more = len(set(days)), max(len(runs) - most, 0)
    texts = [f"{more} earlier period{'' if more == 1 else 's'}"] if more else []
    texts += [str(first) if first == last else f"{first} to {last}" for first, last in runs[more:]]
    return f"{count:,} day{'' if count == 1 else 's'}" + (f" ({', '.join(texts)})" if texts else "")
