"""Facts of dimensions whose small counts are withheld → the cells that may be published, month by month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import ibis

from apivideo_geo.days import DEFAULT_RETENTION, day_end, first_whole_day, month_end
from apivideo_geo.model import Cells, Summary
from apivideo_geo.privacy import withhold

SETTLED_AFTER = timedelta(days=2)
"""A month is published this long after its end: by then its last days have been fetched once more."""

MonthlyCells = dict[str, dict[date, Cells]]
"""dimension → first day of a month → its cells."""


def published_months(summary: Summary) -> tuple[date, ...]:
    """Return the first day of each UTC month that is completely in the period and will not change any more, in order.

    Figures of the current month would grow from build to build, and the difference between two sites would show the
    few plays between them. So would a day that is collected later: a month with a missing day that the API still has
    is not published yet.
    """
    days = {day.day: day for day in summary.daily}
    remembers = summary.account.remembers
    known_from = first_whole_day(summary.generated_at, timedelta(days=remembers) if remembers else DEFAULT_RETENTION)
    months = []
    for first in (day for day in days if day.day == 1):
        last = month_end(first)
        over = day_end(last) + SETTLED_AFTER <= summary.generated_at
        month = [day for day in summary.daily if first <= day.day <= last]
        may_change = any(day.open or (day.count is None and day.day >= known_from) for day in month)
        if over and last in days and not may_change:
            months.append(first)
    return tuple(months)


def count_cells(facts: ibis.Table, months: Sequence[date], min_counts: Mapping[str, int]) -> MonthlyCells:
    """Return the cells of each of ``months`` (first days), for each dimension of ``min_counts`` collected in any.

    ``facts`` has the columns ``model.FACT_COLUMNS``; ``min_counts``: dimension → the smallest count of a value in a
    country and month that is published. Each month is treated alone, so that a sum of months reveals no more than they.
    """
    if not months or not min_counts:
        return {}
    period = ibis.date(months[0].isoformat()), ibis.date(month_end(months[-1]).isoformat())
    chosen = facts.filter(facts.dimension.isin(sorted(min_counts)) & facts.day.between(*period))
    rows = (
        chosen.group_by("dimension", "country", "value", year=chosen.day.year(), month=chosen.day.month())
        .agg(count=chosen["count"].sum())
        .to_pyarrow()
        .to_pylist()
    )
    counts: dict[str, dict[date, dict[str, dict[str, int]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(dict))
    )
    for row in rows:
        month = date(row["year"], row["month"], 1)
        if month in months:
            counts[row["dimension"]][month][row["country"]][row["value"]] = int(row["count"])
    return {
        dimension: {month: withhold(by_month[month], min_counts[dimension]) for month in months if month in by_month}
        for dimension, by_month in sorted(counts.items())
    }
