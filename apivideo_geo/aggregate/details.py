"""Facts to Details: by country, by asset, by city. One grouped query of the engine for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType

import ibis
import numpy as np

from apivideo_geo.aggregate.monthly import count_cells
from apivideo_geo.aggregate.summary import arrays_of, count_days, uncollected_days, within
from apivideo_geo.facts import number_rows
from apivideo_geo.model import (
    UNKNOWN,
    UNLISTED,
    Asset,
    AssetDetail,
    Cells,
    CityCount,
    CountryDetail,
    Details,
    Parts,
    PublishedMonths,
    Summary,
    most_first,
)
from apivideo_geo.privacy import add_cells, publishable_assets

Months = dict[str, dict[str, dict[str, Sequence[int]]]]
"""dimension → country → value → its counts in each of the Summary's ``months``."""
Point = tuple[float, float]


def detail(
    facts: ibis.Table,
    summary: Summary,
    assets: Iterable[Asset],
    min_counts: Mapping[str, int],
    locate: Callable[[str, str], Point | None],
    published: PublishedMonths = MappingProxyType({}),
) -> Details:
    """Return what the pages show in addition to the ``summary`` of the same ``facts`` (``model.FACT_COLUMNS``).

    ``assets``: those that may be shown; the facts of any other have the value ``unlisted``. ``min_counts``: dimension →
    the smallest count of a value in a country and month that is published; smaller ones are withheld, and all figures
    of the dimension are made from what is left of complete months. ``locate``: alpha-3 and name of a city → (latitude,
    longitude), or None if it is not known for certain. ``published``: the months that were published before.
    """
    assets = tuple(assets)
    inside = within(facts, summary.period_from, summary.period_to)
    monthly = count_cells(inside, summary, min_counts, published, {asset.media_id for asset in assets})
    cells = {dimension: add_cells(by_month.values()) for dimension, by_month in monthly.cells.items()}
    by_month = _count_months(inside.filter(inside.dimension.notin(["total", *min_counts])), summary)
    by_month |= {dimension: _cells_by_month(found, summary.months) for dimension, found in monthly.cells.items()}
    daily = {} if "media" in min_counts else _count_media_days(inside, summary)
    shown_assets = [asset for asset in assets if asset.media_id != UNLISTED]  # session files can have any id
    by_media = by_month.get("media", {})
    return Details(
        countries=_countries(_first_days(facts), summary, by_month, cells),
        assets=_rank_assets(publishable_assets(shown_assets, "media" in min_counts), by_media, daily),
        unlisted=sum(sum(values.get(UNLISTED, ())) for values in by_media.values()),
        cities=_cities(by_month.get("city", {}), locate),
        world={dimension: tuple(cell.world().items()) for dimension, cell in cells.items() if dimension != "city"},
        withheld={dimension: sum(cell.withheld.values()) for dimension, cell in cells.items()},
        months=monthly.months,
        monthly=monthly.cells,
        min_counts=dict(min_counts),
        changed=monthly.changed,
        withdrawn=monthly.withdrawn,
    )


def by_media(facts: ibis.Table, summary: Summary) -> Summary | None:
    """Return the ``summary`` of a metric by video: ``by_country`` has media ids in place of countries.

    None if no public video has a count in its ``facts``. A day with a count, but none of a video, is not collected.
    """
    inside = within(facts, summary.period_from, summary.period_to)
    counts = _count_media_days(inside, summary)
    if not counts:
        return None
    uncollected = uncollected_days(inside, [day.day for day in summary.daily])
    found, by_country = replace(summary, uncollected=uncollected), {key: tuple(row) for key, row in counts.items()}
    return replace(found, daily=found.daily_by("media"), by_country=by_country, countries=())


def _count_months(facts: ibis.Table, summary: Summary) -> Months:
    key = ("dimension", "country", "value")
    month = facts.day.year() * 12 + facts.day.month()
    table = facts.group_by(*key, month=month).agg(count=facts["count"].sum()).to_pyarrow()
    if not table.num_rows:
        return {}
    numbers, columns = number_rows(table.select(key))
    _, begins, rows = np.unique(numbers, return_index=True, return_inverse=True)
    counts = np.zeros((len(begins), len(summary.months)), dtype=np.int64)
    first = summary.months[0].year * 12 + summary.months[0].month
    counts[rows, table["month"].to_numpy() - first] = table["count"].to_numpy()
    texts = [map(column.dictionary.to_pylist().__getitem__, column.indices.to_numpy()[begins]) for column in columns]
    months: Months = defaultdict(lambda: defaultdict(dict))
    for row, dimension, country, value in zip(arrays_of(counts), *texts, strict=True):
        if any(row):
            months[dimension][country][value] = row
    return {dimension: dict(countries) for dimension, countries in months.items()}


def _cells_by_month(cells: Mapping[date, Cells], months: Sequence[date]) -> dict[str, dict[str, Sequence[int]]]:
    """Return country → value → its counts in each of ``months``; 0 where a month has no cells."""
    found: defaultdict[str, dict[str, Sequence[int]]] = defaultdict(dict)
    shown = [cells[month].shown if month in cells else {} for month in months]
    for country, value in dict.fromkeys(
        (code, value) for by in shown for code, values in by.items() for value in values
    ):
        found[country][value] = [by.get(country, {}).get(value, 0) for by in shown]
    return dict(found)


def _first_days(facts: ibis.Table) -> dict[str, date]:
    """Return alpha-3 → the first UTC day with a count."""
    some = facts.filter((facts.dimension == "total") & (facts["count"] > 0))
    rows = some.group_by("country").agg(first=some.day.min()).to_pyarrow().to_pydict()
    return dict(zip(rows["country"], rows["first"], strict=True))


def _count_media_days(facts: ibis.Table, summary: Summary) -> dict[str, Sequence[int]]:
    """Return media id → its counts over all countries on the days of ``summary.daily``."""
    some = facts.filter((facts.dimension == "media") & (facts["value"] != UNLISTED))
    return count_days(some, "value", [day.day for day in summary.daily])


def _countries(
    first_days: Mapping[str, date], summary: Summary, by_month: Months, cells: Mapping[str, Cells]
) -> dict[str, CountryDetail]:
    return {
        country.iso_a3: CountryDetail(
            first_seen=first_days[country.iso_a3],
            parts={name: _parts(found) for name, by in by_month.items() if (found := by.get(country.iso_a3))},
            withheld={name: count for name, cell in cells.items() if (count := cell.withheld.get(country.iso_a3))},
            monthly={name: found for name, by in by_month.items() if (found := by.get(country.iso_a3))},
        )
        for country in summary.countries
    }


def _rank_assets(
    assets: Iterable[Asset],
    by_country: Mapping[str, Mapping[str, Sequence[int]]],
    daily: Mapping[str, Sequence[int]],
) -> tuple[AssetDetail, ...]:
    """Return ``assets``, most watched first, then by id. ``by_country``: alpha-3 → media id → counts by month."""
    watched: defaultdict[str, dict[str, Sequence[int]]] = defaultdict(dict)
    for country, values in by_country.items():
        for media_id, counts in values.items():
            watched[media_id][country] = counts
    sums = {asset.media_id: sum(map(sum, watched[asset.media_id].values())) for asset in assets}
    ranked: list[AssetDetail] = []
    for number, asset in enumerate(sorted(assets, key=lambda asset: (-sums[asset.media_id], asset.media_id)), 1):
        count, monthly = sums[asset.media_id], watched[asset.media_id]
        rank = ranked[-1].rank if ranked and ranked[-1].count == count else number
        ranked.append(AssetDetail(asset, count, rank, _parts(monthly), daily.get(asset.media_id, ()), monthly=monthly))
    return tuple(ranked)


def _cities(
    shown: Mapping[str, Mapping[str, Sequence[int]]], locate: Callable[[str, str], Point | None]
) -> tuple[CityCount, ...]:
    """Return the cities, most watched first, then by country and name. Without a known country none is located."""
    found = [
        CityCount(country, name, sum(counts), None if country == UNKNOWN else locate(country, name))
        for country, values in shown.items()
        for name, counts in values.items()
    ]
    return tuple(sorted(found, key=lambda city: (-city.count, city.iso_a3, city.name)))


def _parts(months: Mapping[str, Sequence[int]]) -> Parts:
    return tuple(most_first({value: sum(counts) for value, counts in months.items()}).items())
