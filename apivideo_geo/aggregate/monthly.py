"""Facts of dimensions whose small counts are withheld → the cells that may be published, month by month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import ibis

from apivideo_geo.days import DEFAULT_RETENTION, day_end, first_whole_day, month_end
from apivideo_geo.model import Cells, PublishedMonth, PublishedMonths, Summary
from apivideo_geo.privacy import hide_unlisted_cells, repeat_cells, withhold, withhold_more

SETTLED_AFTER = timedelta(days=2)
"""A month is published this long after its end: by then its last days have been fetched once more."""

MonthlyCells = dict[str, dict[date, Cells]]
"""dimension → first day of a month → its cells."""
Counts = Mapping[str, Mapping[str, int]]
"""country → value → count."""
Key = tuple[str, date]
"""Dimension and first day of a month."""


@dataclass(frozen=True)
class Monthly:
    """The cells of the published ``months``. For ``changed`` and ``withdrawn`` see :class:`model.Details`."""

    cells: MonthlyCells
    months: tuple[date, ...]
    changed: tuple[date, ...]
    withdrawn: tuple[date, ...]


def published_months(summary: Summary) -> tuple[date, ...]:
    """Return the first day of each UTC month that is completely in the period and will not change any more, in order.

    Figures of the current month would grow from build to build, and the difference between two sites would show the
    few plays between them. So would a day that is collected later: a month with a missing day that the API still has
    is not published yet, and neither is one with a day in doubt.
    """
    days = {day.day: day for day in summary.daily}
    remembers = summary.account.remembers
    known_from = first_whole_day(summary.generated_at, timedelta(days=remembers) if remembers else DEFAULT_RETENTION)
    asked = {day.day for day in summary.days.doubtful if not day.settled}
    months = []
    for first in (day for day in days if day.day == 1):
        last = month_end(first)
        over = day_end(last) + SETTLED_AFTER <= summary.generated_at
        month = [day for day in summary.daily if first <= day.day <= last]
        may_change = any(
            day.open or ((day.count is None or day.day in asked) and day.day >= known_from) for day in month
        )
        if over and last in days and not may_change:
            months.append(first)
    return tuple(months)


def count_cells(
    facts: ibis.Table,
    summary: Summary,
    min_counts: Mapping[str, int],
    published: PublishedMonths,
    listed: Collection[str],
) -> Monthly:
    """Return the cells of each published month of ``summary``, for each dimension of ``min_counts`` collected in it.

    ``facts`` has the columns ``model.FACT_COLUMNS``; ``min_counts``: dimension → the smallest count of a value in a
    country and month that is published. Each month is treated alone, so that a sum of months reveals no more than they.
    A month that was ``published`` before is repeated. ``listed``: ids of the assets that may be shown.
    """
    months = published_months(summary)
    counts = _count_values(facts, months, sorted(min_counts)) if months and min_counts else {}
    return choose_cells(counts, summary, min_counts, published, listed)


def choose_cells(
    counts: Mapping[Key, Counts],
    summary: Summary,
    min_counts: Mapping[str, int],
    published: PublishedMonths,
    listed: Collection[str],
) -> Monthly:
    """Return what :func:`count_cells` does, from ``counts``: (dimension, month) → country → value → count. No I/O.

    With a ``min_count`` of 1, everything is published as it is now.
    """
    months = published_months(summary)
    cells: dict[str, dict[date, Cells]] = {}
    changed, withdrawn = set(), set()
    for dimension, month in sorted({*counts, *published}):
        if month not in months or dimension not in min_counts:
            continue
        now, min_count = counts.get((dimension, month), {}), min_counts[dimension]
        first = published.get((dimension, month)) if min_count > 1 else None
        if first is None:
            found = withhold(now, min_count)
        elif not missing_days(summary, month) <= first.missing:
            withdrawn.add(month)
            continue
        else:
            more = first.cells if min_count <= first.min_count else withhold_more(first.cells, min_count)
            found = repeat_cells(more, _month_totals(summary, month))
            if any(_sum(found, code) != sum(now.get(code, {}).values()) for code in found.shown):
                changed.add(month)
            if dimension == "media":
                found = hide_unlisted_cells(found, listed)
        cells.setdefault(dimension, {})[month] = found
    return Monthly(cells, months, tuple(sorted(changed)), tuple(sorted(withdrawn)))


def new_months(
    monthly: Mapping[str, Mapping[date, Cells]],
    summary: Summary,
    min_counts: Mapping[str, int],
    published: PublishedMonths,
) -> PublishedMonths:
    """Return those of the ``monthly`` cells that are not ``published`` yet, to be stored as first published."""
    return {
        (dimension, month): PublishedMonth(cells, min_counts[dimension], missing_days(summary, month))
        for dimension, by_month in monthly.items()
        for month, cells in by_month.items()
        if (dimension, month) not in published and min_counts.get(dimension, 1) > 1
    }


def missing_days(summary: Summary, month: date) -> frozenset[date]:
    """Return the days of ``month`` (its first day) that were not collected."""
    last = month_end(month)
    return frozenset(day.day for day in summary.daily if month <= day.day <= last and day.count is None)


def _month_totals(summary: Summary, month: date) -> dict[str, int]:
    """Return country → its count in ``month`` (its first day)."""
    last = month_end(month)
    inside = [index for index, day in enumerate(summary.daily) if month <= day.day <= last]
    return {code: sum(series[index] for index in inside) for code, series in summary.by_country.items()}


def _sum(cells: Cells, country: str) -> int:
    return sum(cells.shown.get(country, {}).values()) + cells.withheld.get(country, 0)


def _count_values(facts: ibis.Table, months: Sequence[date], dimensions: Sequence[str]) -> dict[Key, Counts]:
    period = ibis.date(months[0].isoformat()), ibis.date(month_end(months[-1]).isoformat())
    chosen = facts.filter(facts.dimension.isin(dimensions) & facts.day.between(*period))
    rows = (
        chosen.group_by("dimension", "country", "value", year=chosen.day.year(), month=chosen.day.month())
        .agg(count=chosen["count"].sum())
        .to_pyarrow()
        .to_pylist()
    )
    counts: dict[Key, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        key = row["dimension"], date(row["year"], row["month"], 1)
        counts[key][row["country"]][row["value"]] = int(row["count"])
    return dict(counts)
