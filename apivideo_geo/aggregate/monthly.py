"""Facts of dimensions that are withheld in part → what may be told of them, month by month. Ibis tables in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import ibis

from apivideo_geo.days import DEFAULT_RETENTION, day_end, first_whole_day, month_end
from apivideo_geo.model import Cells, Summary
from apivideo_geo.privacy import withhold

SETTLED_AFTER = timedelta(days=2)
"""A month is told this long after its end: its last days have been asked once more by then."""

MonthlyCells = dict[str, dict[date, Cells]]
"""dimension → first day of a month → its cells."""


def told_months(summary: Summary) -> tuple[date, ...]:
    """The first day of each UTC month that lies wholly in the period and is over for good; in order.

    What is withheld is told of whole months only: a figure of the running month would grow from build to build, and
    the difference of two pages would tell the few plays between them. So it would where a day came in later: a month
    that lacks a day which the API still remembers waits.
    """
    days = {day.day: day for day in summary.daily}
    remembers = summary.account.remembers
    known = first_whole_day(summary.generated_at, timedelta(days=remembers) if remembers else DEFAULT_RETENTION)
    months = []
    for first in (day for day in days if day.day == 1):
        last = month_end(first)
        over = day_end(last) + SETTLED_AFTER <= summary.generated_at
        some = [day for day in summary.daily if first <= day.day <= last]
        unsettled = any(day.open or (day.count is None and day.day >= known) for day in some)
        if over and last in days and not unsettled:
            months.append(first)
    return tuple(months)


def count_cells(facts: ibis.Table, months: Sequence[date], least: Mapping[str, int]) -> MonthlyCells:
    """The cells of each of ``months`` (first days), for each dimension of ``least`` that was collected in one of them.

    ``facts`` has the columns ``model.FACT_COLUMNS``; ``least``: dimension → the least count of a value in a country and
    month that is told. Each month is withheld by itself, so that any sum of months tells no more than the months do.
    """
    if not months or not least:
        return {}
    some = facts.filter(facts.dimension.isin(sorted(least)) & facts.day.between(*_bounds(months)))
    rows = (
        some.group_by("dimension", "country", "value", year=some.day.year(), month=some.day.month())
        .agg(count=some["count"].sum())
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
        dimension: {month: withhold(by_month[month], least[dimension]) for month in months if month in by_month}
        for dimension, by_month in sorted(counts.items())
    }


def _bounds(months: Sequence[date]) -> tuple[ibis.Value, ibis.Value]:
    return ibis.date(months[0].isoformat()), ibis.date(month_end(months[-1]).isoformat())
