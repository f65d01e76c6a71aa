"""Compute the Summary (every figure of the front page) from facts. Independent of files and of the engine."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from operator import itemgetter

import ibis
import numpy as np
import numpy.typing as npt

from apivideo_geo.aggregate.compare import compare, new_countries
from apivideo_geo.days import ONE_DAY, days_between, first_whole_day
from apivideo_geo.model import (
    PER_DAY,
    UNKNOWN,
    CountryCount,
    Coverage,
    DayCount,
    Earlier,
    Origin,
    Summary,
)

BREAKDOWN_DIMENSIONS = ("device", "os", "browser")
"""The dimensions whose sums over all countries are on the front page."""


@dataclass(frozen=True)
class Atlas:
    """What is known of a country: functions from its alpha-3 to its name, its alpha-2 and its number of people."""

    name_of: Callable[[str], str]
    alpha2_of: Callable[[str], str]
    population_of: Callable[[str], int | None]


def summarise(
    facts: ibis.Table,
    stored: Mapping[date, bool],
    origin: Origin,
    atlas: Atlas,
    bounds: tuple[date | None, date | None] = (None, None),
    *,
    exactly: bool = False,
) -> Summary:
    """Return the Summary of the period.

    ``facts`` has the columns ``model.FACT_COLUMNS``; ``stored``: UTC day in the history → whether it was still partial
    when it was collected; days that are partial or left out (see :class:`model.Origin`) are not in it. ``bounds``: the
    first and the last day of the period, both included; one that is None is the first or last stored day, and without
    ``exactly`` the period ends at the last stored day. The count of a period is a sum; of a metric in ``PER_DAY`` it is
    the mean of a complete day (of a partial one if there are no others), everywhere but in ``daily`` and
    ``by_country``.
    """
    since, until = bounds
    days = [day for day in sorted(stored) if (since is None or day >= since) and (until is None or day <= until)]
    first, last = (since or days[0], until or days[-1]) if days else bounds
    last = min(last, max(stored)) if last and stored and not exactly else last
    inside = within(facts, first, last)
    period = days_between(first, last) if first and last else []
    series = _by_country(inside.filter(inside.dimension == "total"), period)
    by_country = _of_period(origin.metric, series, [stored.get(day) for day in period])
    total = sum(by_country.values())
    unknown = by_country.pop(UNKNOWN, 0)
    daily = _daily(series, period, stored)
    made = Summary(
        generated_at=origin.generated_at,
        metric=origin.metric,
        period_from=first,
        period_to=last,
        total=total,
        mapped=sum(by_country.values()),
        unknown=unknown,
        days=_coverage(daily, origin),
        countries=rank_countries(by_country, total, origin.per_million_from, atlas),
        daily=daily,
        breakdowns=_breakdowns(inside),
        demo=origin.demo,
        by_country=series,
        comparison=compare(daily),
        account=origin.account,
        earlier=_earlier(facts, stored, first),
        uncollected=uncollected_days(facts, period, origin.withheld),
        per_million_from=origin.per_million_from,
        ratio_from=origin.ratio_from,
    )
    return replace(made, new=new_countries(made))


def _daily(
    series: Mapping[str, Sequence[int]], period: Sequence[date], stored: Mapping[date, bool]
) -> tuple[DayCount, ...]:
    """Return the days of ``period`` with the sum of their counts in ``series``; without one if they are not stored."""
    return tuple(
        DayCount(day, sum(map(itemgetter(index), series.values())) if day in stored else None, stored.get(day, False))
        for index, day in enumerate(period)
    )


def within(facts: ibis.Table, first: date | None, last: date | None) -> ibis.Table:
    """Return the rows of ``facts`` of the UTC days ``first`` to ``last``, both included; None is no limit."""
    if first:
        facts = facts.filter(facts.day >= ibis.date(first.isoformat()))
    return facts.filter(facts.day <= ibis.date(last.isoformat())) if last else facts


def uncollected_days(
    facts: ibis.Table, period: Collection[date], withheld: Collection[str] = ()
) -> dict[str, tuple[date, ...]]:
    """Return dimension → the days of ``period`` that have a total, but no row of the dimension in ``facts``.

    A dimension of which no day at all has a row is left out. Of a dimension in ``withheld`` only the days before its
    first row are returned: which later days have one could point at a person.
    """
    some = facts.filter(facts["count"] > 0).select("dimension", "day").distinct()
    found: defaultdict[str, set[date]] = defaultdict(set)
    for row in some.to_pyarrow().to_pylist():
        found[row["dimension"]].add(row["day"])
    counted = found.pop("total", set()) & set(period)
    uncollected = {}
    for dimension, days in found.items():
        first = min(days)
        without = {day for day in counted if day < first} if dimension in withheld else counted - days
        uncollected[dimension] = tuple(sorted(without))
    return uncollected


def _earlier(facts: ibis.Table, stored: Mapping[date, bool], first: date | None) -> Earlier:
    """Return the days and counts that the history has before the UTC day ``first``; none if that is None."""
    before = [day for day in stored if first and day < first]
    if not before or first is None:
        return Earlier()
    days = days_between(min(before), first - ONE_DAY)
    inside = within(facts, days[0], days[-1])
    series = _by_country(inside.filter(inside.dimension == "total"), days)
    known = [counts for code, counts in series.items() if code != UNKNOWN]
    return Earlier(
        days=_daily(series, days, stored),
        reach=tuple(sum(counts[index] > 0 for counts in known) for index in range(len(days))),
        seen=frozenset(code for code in series if code != UNKNOWN),
    )


def _by_country(totals: ibis.Table, period: Sequence[date]) -> dict[str, tuple[int, ...]]:
    """Return alpha-3 → counts on the days of ``period``, in alphabetical order, of the countries with any count."""
    return {
        code: tuple(counts) for code, counts in sorted(count_days(totals, "country", period).items()) if any(counts)
    }


def count_days(facts: ibis.Table, key: str, period: Sequence[date]) -> dict[str, Sequence[int]]:
    """Return each text in the column ``key`` → the sums of its counts on the consecutive days of ``period``.

    ``facts`` have only days of the period.
    """
    table = facts.group_by(key, "day").agg(count=facts["count"].sum()).to_pyarrow()
    if not table.num_rows:
        return {}
    coded = table[key].combine_chunks().dictionary_encode()
    names = coded.dictionary.to_pylist()
    days = np.zeros((len(names), len(period)), dtype=np.int64)
    index = table["day"].to_numpy().astype("datetime64[D]") - np.datetime64(period[0])
    days[coded.indices.to_numpy(), index.astype(np.int64)] = table["count"].to_numpy()
    return dict(zip(names, arrays_of(days), strict=True))


def arrays_of(counts: npt.NDArray[np.int64]) -> Iterator[array[int]]:
    """Yield the rows of ``counts``, which has some, in half of the memory if no number is too large for it."""
    small = counts.max() < 1 << 31
    rows = counts.astype(np.int32) if small else counts
    return (array(rows.dtype.char, row.tobytes()) for row in rows)


def count_of(summary: Summary, key: str) -> float:
    """Return the count of the period of one ``key`` of ``by_country``: a sum, or the mean of a day."""
    partial = [None if day.count is None else day.open for day in summary.daily]
    return _of_period(summary.metric, {key: summary.by_country.get(key, [0] * len(partial))}, partial).get(key, 0)


def _of_period(metric: str, series: Mapping[str, Sequence[int]], partial: Sequence[bool | None]) -> dict[str, float]:
    """Return alpha-3 → the count of the period; ``partial``: whether each day is, None if it was not collected."""
    if metric not in PER_DAY:
        return {code: sum(counts) for code, counts in series.items()}
    complete = [index for index, is_partial in enumerate(partial) if is_partial is False]
    days = complete or [index for index, is_partial in enumerate(partial) if is_partial]
    means = {code: sum(counts[day] for day in days) / len(days) for code, counts in series.items()} if days else {}
    return {code: mean for code, mean in means.items() if mean}


def _breakdowns(facts: ibis.Table) -> dict[str, tuple[tuple[str, int], ...]]:
    """Return dimension → (value, count) over all countries, largest first."""
    chosen = facts.filter(facts.dimension.isin(BREAKDOWN_DIMENSIONS))
    rows = chosen.group_by("dimension", "value").agg(count=chosen["count"].sum()).to_pyarrow().to_pylist()
    rows.sort(key=lambda row: (-row["count"], row["value"]))
    return {
        dimension: found
        for dimension in BREAKDOWN_DIMENSIONS
        if (found := tuple((row["value"], int(row["count"])) for row in rows if row["dimension"] == dimension))
    }


def _coverage(daily: tuple[DayCount, ...], origin: Origin) -> Coverage:
    closed = [day for day in daily if day.count is not None and not day.open]
    missing, remembers = tuple(day.day for day in daily if day.count is None), origin.account.remembers
    known = None if remembers is None else first_whole_day(origin.generated_at, timedelta(days=remembers))
    period = {day.day for day in daily}
    return Coverage(
        collected=len(closed),
        empty=sum(day.count == 0 for day in closed),
        missing=missing,
        partial=tuple(day for day in missing if day in origin.partial),
        lost=tuple(day for day in missing if known is not None and day < known),
        left_out=tuple(day for day in missing if day in origin.left_out),
        open=sum(day.open for day in daily),
        doubtful=tuple(one for one in origin.doubtful if one.day in period),
    )


def rank_countries(
    by_country: Mapping[str, float], total: float, per_million_from: int, atlas: Atlas
) -> tuple[CountryCount, ...]:
    """Return the countries, largest count first, then by code; equal counts share a rank.

    ``by_country``: alpha-3 → count; ``total``: what their shares are of; ``per_million_from``: the smallest count with
    a rate.
    """
    ranked: list[CountryCount] = []
    for number, (code, count) in enumerate(sorted(by_country.items(), key=lambda item: (-item[1], item[0])), 1):
        people = atlas.population_of(code) or 0
        ranked.append(
            CountryCount(
                iso_a3=code,
                iso_a2=atlas.alpha2_of(code),
                name=atlas.name_of(code),
                count=count,
                share=count / total,
                per_million=count * 1_000_000 / people if people and count >= per_million_from else None,
                rank=ranked[-1].rank if ranked and ranked[-1].count == count else number,
                people=people,
            )
        )
    return tuple(ranked)
