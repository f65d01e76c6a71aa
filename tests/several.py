"""A history of several metrics, made by hand, and the same counts as plain Python rows: the truth to compare with."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from apivideo_geo.facts import facts_table
from apivideo_geo.history.history import Fetched, open_history
from apivideo_geo.model import Facts

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FIRST, LAST = date(2026, 8, 1), date(2026, 11, 22)
"""The last day is partial."""
COUNTRIES = {"FRA": 400, "BRA": 90, "DEU": 60, "NAM": 7, "IND": 200, "---": 5}
"""Country → impressions a day, about."""
NOT_COLLECTED: dict[str, Callable[[date], bool]] = {
    "play": lambda day: day == date(2026, 9, 3),
    "impression": lambda day: date(2026, 10, 10) <= day <= date(2026, 10, 12),
    "end": lambda day: day < date(2026, 9, 1),  # a metric that was added later
    "viewer": lambda day: False,
    "watch-time": lambda day: day > date(2026, 11, 20),
}
"""Metric → whether a day was never collected."""

Row = tuple[date, str, str, int]
"""UTC day, metric, country, count."""


def all_days() -> list[date]:
    return [FIRST + timedelta(number) for number in range((LAST - FIRST).days + 1)]


def counts(seed: int = 1) -> list[Row]:
    """Every count of the collected days; a count of 0 has no row."""
    draw = random.Random(seed)
    rows: list[Row] = []
    for day in all_days():
        for code, size in COUNTRIES.items():
            impressions = draw.randint(size // 2, size * 3 // 2)
            plays = sum(draw.random() < (0.8 if code == "BRA" else 0.45) for _ in range(impressions))
            ends = sum(draw.random() < 0.6 for _ in range(plays))
            found = {
                "play": plays, "impression": impressions, "end": ends, "viewer": plays * 2 // 3,
                "watch-time": plays * draw.randint(30, 90),
            }  # fmt: skip
            rows += [
                (day, metric, code, count)
                for metric, count in found.items()
                if count and not NOT_COLLECTED[metric](day)
            ]
    return rows


def save(folder: Path, rows: Iterable[Row], metrics: Iterable[str] = NOT_COLLECTED, now: datetime = NOW) -> None:
    """Store ``rows`` as the history ``folder``; the first of ``metrics`` is the one it begins with."""
    rows = list(rows)
    for metric in metrics:
        days = tuple(day for day in all_days() if not NOT_COLLECTED[metric](day))
        own = [(day, metric, code, "total", "", count) for day, name, code, count in rows if name == metric]
        with open_history(folder) as history:
            facts = Facts(days, facts_table(own))
            history.of(metric).save(facts, Fetched(metric, "data", "country", now))
            history.compact(now)
