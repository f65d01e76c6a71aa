"""The small tables of a Summary and its Details as pandas frames: one computation for the CSV files and for notebooks.

Texts are ``string``, counts ``Int64``, shares and rates ``Float64``, days ``datetime64[s]`` (midnight UTC, no zone). A
missing value is ``<NA>`` or ``NaT``, never a text: Namibia's ``NA`` stays a text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

import pandas as pd

from apivideo_geo.aggregate.groups import GroupCount
from apivideo_geo.aggregate.ratios import Ratios
from apivideo_geo.aggregate.summary import count_of
from apivideo_geo.days import day_of
from apivideo_geo.exports.columns import (
    BREAKDOWN,
    CHORO,
    COLLECTIONS,
    COUNTRIES,
    DAILY,
    GROUPS,
    HOURS,
    METRICS,
    MONTHLY,
    RATIOS,
    TIMESERIES,
    VIDEO_METRICS,
    VIDEOS,
    Column,
    other_metric,
)
from apivideo_geo.geo.places import population_year
from apivideo_geo.model import IN_SECONDS, PER_DAY, UNKNOWN, UNLISTED, DayCount, Details, Parts, Summary, WeekHours

SHARE_DIGITS = 6
"""Decimals of a share (0–1) in the files."""
PER_MILLION_DIGITS = 3
"""Decimals of a rate per million people in the files."""
MEAN_DIGITS = 3
"""Decimals of the mean of a day in the files."""
_TYPES = {"string": "string", "integer": "Int64", "number": "Float64", "date": "datetime64[s]"}


def make_frame(columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> pd.DataFrame:
    """Return ``rows`` as a frame with the names and types of ``columns``; None is a missing value."""
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pd.DataFrame(
        {
            column.name: pd.Series(list(found), dtype=_TYPES[column.type])
            for column, found in zip(columns, values, strict=True)
        }
    )


def choro_frame(summary: Summary) -> pd.DataFrame:
    """Return the columns ``CHORO``, highest count first; unknown, if any, is ``---`` in the last row."""
    return _counted(CHORO, _counts(summary), summary)


def countries_frame(summary: Summary) -> pd.DataFrame:
    """Return the columns ``COUNTRIES``, one row for each country with a count; unknown is the last row, ``---``."""
    period = (summary.metric, summary.period_from, summary.period_to)
    rows: list[tuple[object, ...]] = [
        (
            c.iso_a3, c.iso_a2, c.name, round(c.count, MEAN_DIGITS), round(c.share, SHARE_DIGITS),
            round_rate(c.per_million), c.rank, *period, c.no_rate or None, c.people or None,
            population_year(c.iso_a3) if c.people else None,
        )
        for c in summary.countries
    ]  # fmt: skip
    if summary.unknown:
        share = round(summary.unknown / summary.total, SHARE_DIGITS)
        none = None, None
        rows.append(
            (UNKNOWN, *none, round(summary.unknown, MEAN_DIGITS), share, *none, *period, "unknown_country", *none)
        )
    return _counted(COUNTRIES, rows, summary)


def groups_frame(counted: Sequence[GroupCount], summary: Summary) -> pd.DataFrame:
    """Return the columns ``GROUPS``, one row for each of ``counted``. Groups overlap: they must not be added up."""
    return _counted(GROUPS, (_group_row(one, summary) for one in counted), summary)


def daily_frame(summary: Summary) -> pd.DataFrame:
    """Return the columns ``DAILY``, one row for each UTC day of the period; a day never collected has no ``count``."""
    return make_frame(DAILY, ((day.day, day.count, _state(day, summary), summary.metric) for day in summary.daily))


def timeseries_frame(summary: Summary) -> pd.DataFrame:
    """Return :func:`timeseries_columns`: one row for each UTC day and country with a count of any metric.

    A day without any count is one row without a country: its count is 0, or missing if it was never collected.
    """
    return make_frame(timeseries_columns(summary), _day_rows(*summary.metrics.values()))


def timeseries_columns(summary: Summary) -> tuple[Column, ...]:
    """Return the columns of ``timeseries.csv``: ``TIMESERIES``, then one for each metric but the first."""
    return (*TIMESERIES, *map(other_metric, summary.others))


def metrics_frame(summary: Summary) -> pd.DataFrame:
    """Return the columns ``METRICS``: one row for each metric and country; unknown is the last of a metric."""
    return make_frame(METRICS, (row for one in summary.metrics.values() for row in _rows_of(one, _counts(one))))


def metrics_daily_frame(summary: Summary) -> pd.DataFrame:
    """Return the columns ``TIMESERIES`` of every metric but the first."""
    return make_frame(TIMESERIES, (row for other in summary.others.values() for row in _day_rows(other)))


def ratios_frame(summary: Summary) -> pd.DataFrame:
    """Return the columns ``RATIOS``: each ratio of all countries, then of each country; unknown is the last."""
    return make_frame(RATIOS, _ratio_rows(summary))


def videos_frame(summary: Summary, details: Details) -> pd.DataFrame:
    """Return the columns ``VIDEOS``, one row for each public asset, highest count first.

    All assets that are not public are one row, ``unlisted``.
    """
    days = [day.day for day in summary.daily_by("media") if day.count is not None]
    period = (summary.metric, min(days, default=None), max(days, default=None), len(days))
    rows: list[tuple[object, ...]] = [
        (
            one.asset.media_id, one.asset.type, one.asset.title, one.count, one.rank, one.asset.lifetime, *period,
            *(one.peak or (None, None)), day_of(one.asset.published_at),
            sum(code != UNKNOWN for code, _ in one.countries),
        )
        for one in details.assets
    ]  # fmt: skip
    if details.unlisted:
        rows.append((UNLISTED, None, None, details.unlisted, None, None, *period, None, None, None, None))
    return make_frame(VIDEOS, rows)


def collections_frame(details: Details) -> pd.DataFrame:
    """Return the columns ``COLLECTIONS``, one row for each collection and country, highest count first."""
    return make_frame(
        COLLECTIONS, ((one.tag, code, count) for one in details.collections for code, count in one.sums.countries)
    )


def video_metrics_frame(details: Details) -> pd.DataFrame:
    """Return the columns ``VIDEO_METRICS``: every metric but the first, of each public asset that has a count."""
    rows: list[tuple[object, ...]] = []
    for one in details.by_media.values():
        counts = ((asset.asset.media_id, count_of(one, asset.asset.media_id)) for asset in details.assets)
        rows += _rows_of(one, [(media_id, round(count, MEAN_DIGITS)) for media_id, count in counts if count])
    return make_frame(VIDEO_METRICS, rows)


def monthly_frame(details: Details) -> pd.DataFrame:
    """Return the columns ``MONTHLY``: the breakdowns whose small counts are withheld, by month, country and value.

    ``month`` is the first UTC day of a complete month. A row without a value is the sum of the withheld counts.
    """
    return make_frame(MONTHLY, _monthly_rows(details))


def hours_frame(hours: WeekHours, metric: str) -> pd.DataFrame:
    """Return the columns ``HOURS``, one row for each hour of the week, from Monday 0:00 on."""
    period = (metric, hours.time_zone, hours.days[0], hours.days[-1], len(hours.days))
    return make_frame(
        HOURS,
        (
            (one.weekday + 1, one.hour, _rounded(one.mean, MEAN_DIGITS), one.count, one.hours, *period)
            for one in hours.cells
        ),
    )


def breakdown_frame(parts: Parts, total: int) -> pd.DataFrame:
    """Return the columns ``BREAKDOWN`` of ``parts``; ``share`` (0–1) is of ``total``."""
    return make_frame(BREAKDOWN, ((value, count, round(count / total, SHARE_DIGITS)) for value, count in parts))


def round_rate(value: float | None) -> float | None:
    """Return a rate per million people as the files have it."""
    return _rounded(value, PER_MILLION_DIGITS)


def _group_row(one: GroupCount, summary: Summary) -> tuple[object, ...]:
    among, change = one.summary, one.change
    return (
        one.group.slug, one.group.name, one.group.kind, round(among.total, MEAN_DIGITS), round(one.share, SHARE_DIGITS),
        round_rate(one.per_million), one.no_rate or None, one.people or None, len(among.countries),
        " ".join(one.group.members), _rounded(change.now / change.before - 1 if change else None, SHARE_DIGITS),
        summary.metric, summary.period_from, summary.period_to,
    )  # fmt: skip


def _counted(columns: Sequence[Column], rows: Iterable[Sequence[object]], summary: Summary) -> pd.DataFrame:
    """Return a frame of counts; of a metric that must not be added up over days they are means, with decimals."""
    if summary.metric in PER_DAY:
        columns = [replace(column, type="number") if column.name.lower() == "count" else column for column in columns]
    return make_frame(columns, rows)


def _counts(summary: Summary) -> list[tuple[str, float]]:
    """Return alpha-3 and count of the period, highest count first; unknown, if any, is last."""
    counts = [(country.iso_a3, round(country.count, MEAN_DIGITS)) for country in summary.countries]
    return [*counts, (UNKNOWN, round(summary.unknown, MEAN_DIGITS))] if summary.unknown else counts


def _rows_of(summary: Summary, counts: Iterable[tuple[str, float]]) -> Iterator[tuple[object, ...]]:
    """Yield a row in the columns of ``metrics.csv`` for each country or video of ``counts``: (code or id, count)."""
    metric, days = summary.metric, [day for day in summary.daily if day.count is not None]
    if metric in PER_DAY:
        days = [day for day in days if not day.open] or days  # those of the mean
    unit = "seconds" if metric in IN_SECONDS else "count"
    for code, count in counts:
        figures = (None, count) if metric in PER_DAY else (count, None)
        yield code, metric, *figures, unit, days[0].day, days[-1].day, len(days)


def _ratio_rows(summary: Summary) -> Iterator[tuple[object, ...]]:
    ratios, names = Ratios(summary), {one.iso_a3: one.name for s in summary.metrics.values() for one in s.countries}
    for ratio in ratios.all:
        for code, found in ((None, ratios.total(ratio)), *ratios.countries(ratio)):
            low, high = found.interval or (None, None)
            yield (
                ratio.name, code, names.get(code or ""),
                *(_rounded(value, SHARE_DIGITS) for value in (found.value, low, high)),
                *(_rounded(value, MEAN_DIGITS) for value in (found.upper, found.lower)), ratio.upper, ratio.lower,
                found.days, found.reason or None,
            )  # fmt: skip


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _state(day: DayCount, summary: Summary) -> str:
    if day.count is None:
        return "left_out" if day.day in summary.days.left_out else "missing"
    return "open" if day.open else "closed"


def _day_rows(*metrics: Summary) -> Iterator[tuple[object, ...]]:
    """Yield the rows of days, of the first of ``metrics``, with the counts of the others in further columns."""
    codes = dict.fromkeys(code for one in metrics for code in one.by_country)
    nothing = [0] * len(metrics[0].daily)
    series = {code: [one.by_country.get(code, nothing) for one in metrics] for code in codes}
    for index, days in enumerate(zip(*(one.daily for one in metrics), strict=True)):
        known, state = [day.count is not None for day in days], _state(days[0], metrics[0])
        rows = {code: [counts[index] for counts in found] for code, found in series.items()}
        counted = {code: counts for code, counts in rows.items() if any(counts)}
        for code, counts in counted.items() or [(None, [day.count or 0 for day in days])]:
            count, *others = (value if collected else None for value, collected in zip(counts, known, strict=True))
            yield days[0].day, code, count, state, metrics[0].metric, *others


def _monthly_rows(details: Details) -> Iterator[tuple[date, str, str, str | None, int]]:
    for dimension, by_month in sorted(details.monthly.items()):
        for month, cells in sorted(by_month.items()):
            for code in sorted({*cells.shown, *cells.withheld}):
                for value, count in cells.shown.get(code, {}).items():
                    yield month, dimension, code, value, count
                if code in cells.withheld:
                    yield month, dimension, code, None, cells.withheld[code]
