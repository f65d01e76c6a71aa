"""What was collected against the source's own count of the same days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from apivideo_geo.days import day_runs, days_between
from apivideo_geo.errors import SourceFailed
from apivideo_geo.model import Checked
from apivideo_geo.sources.source import Source


def check_count(source: Source, collected: Mapping[date, int]) -> Checked | None:
    """The source's own count of the last days without a gap that a run ``collected``, beside what it holds of them.

    ``collected``: the whole UTC days of the run, over when they were asked and so inside what the source remembers, →
    their total. Open days and days kept from earlier runs take no part: those still grow, these may be forgotten. A
    play that arrives late, between the two questions, makes a difference that is told and does no harm, so nothing is
    refused here. None where there is no such day, or the source has no count of its own or does not answer now.
    """
    if not collected:
        return None
    first, last = day_runs(collected)[-1]
    try:
        told = source.fetch_count(first, last)
    except SourceFailed:
        return None
    held = sum(collected[day] for day in days_between(first, last))
    return None if told is None else Checked(first, last, held, told)
