"""Compare what was collected with the source's own total of the same days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from apivideo_geo.days import day_runs, days_between
from apivideo_geo.errors import SourceFailed
from apivideo_geo.model import Checked
from apivideo_geo.sources.source import Source


def check_count(source: Source, collected: Mapping[date, int]) -> Checked | None:
    """Compare the last consecutive days in ``collected`` with the source's own total of these days.

    ``collected``: UTC day → total, of the days of this run that were over when they were fetched. Other days cannot be
    compared: a day that is not over still grows, and the source may have deleted days of earlier runs. A play that
    arrives between the two requests makes a harmless difference, so a difference is reported and nothing is rejected.
    None if there is no such day, or if the source has no total or does not answer now.
    """
    if not collected:
        return None
    first, last = day_runs(collected)[-1]
    try:
        total = source.fetch_count(first, last)
    except SourceFailed:
        return None
    stored = sum(collected[day] for day in days_between(first, last))
    return None if total is None else Checked(first, last, stored=stored, reported=total)
