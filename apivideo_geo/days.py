"""UTC days: their bounds and their runs. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

ONE_DAY = timedelta(days=1)
DEFAULT_RETENTION = timedelta(days=30)
"""How long api.video remembers a day unless the account has another retention (its reference of analytics)."""


def day_start(day: date) -> datetime:
    """The first moment of the UTC day ``day``."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def day_end(day: date) -> datetime:
    """The moment the UTC day ``day`` is over."""
    return day_start(day) + ONE_DAY


def first_whole_day(now: datetime, retention: timedelta) -> date:
    """The first UTC day wholly inside the ``retention`` before ``now``: one cut by its edge would read low."""
    edge = now - retention
    return edge.date() if edge == edge.replace(hour=0, minute=0, second=0) else edge.date() + ONE_DAY


def days_between(first: date, last: date) -> list[date]:
    """Every day from ``first`` to ``last``, both inclusive; none if ``last`` is earlier."""
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def day_runs(days: Iterable[date]) -> list[tuple[date, date]]:
    """``days`` as runs without a gap: (first, last) of each, both inclusive, in order."""
    runs: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if runs and day - runs[-1][1] == ONE_DAY:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs
