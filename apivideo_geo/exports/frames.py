"""The small tables of a Summary and its Details as pandas frames: one computation for the CSV files and for notebooks.

Texts are ``string``, counts ``Int64``, shares and rates ``Float64``, days ``datetime64[s]`` (midnight UTC, no zone). A
missing value is ``<NA>`` or ``NaT``, never a text: Namibia's ``NA`` stays a text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import pandas as pd

from apivideo_geo.exports.columns import BREAKDOWN, CHORO, CITIES, COUNTRIES, DAILY, MONTHLY, TIMESERIES, VIDEOS, Column
from apivideo_geo.geo.places import population_year
from apivideo_geo.model import UNKNOWN, UNLISTED, DayCount, Details, Parts, Summary

SHARE_DIGITS = 6
"""Decimals of a share (0–1) in the files."""
PER_MILLION_DIGITS = 3
"""Decimals of a rate per million people in the files."""
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
    rows = [(country.iso_a3, country.count) for country in summary.countries]
    return make_frame(CHORO, [*rows, (UNKNOWN, summary.unknown)] if summary.unknown else rows)


def countries_frame(summary: Summary) -> pd.DataFrame:
    """Return the columns ``COUNTRIES``, one row for each country with a count; unknown is the last row, ``---``."""
    period = (summary.metric, summary.period_from, summary.period_to)
    rows: list[tuple[object, ...]] = [
        (
            c.iso_a3, c.iso_a2, c.name, c.count, round(c.share, SHARE_DIGITS), round_rate(c.per_million), c.rank,
            *period, c.no_rate or None, c.people or None, population_year(c.iso_a3) if c.people else None,
        )
        for c in summary.countries
    ]  # fmt: skip
    if summary.unknown:
        share = round(summary.unknown / summary.total, SHARE_DIGITS)
        none = None, None
        rows.append((UNKNOWN, *none, summary.unknown, share, *none, *period, "unknown_country", *none))
    return make_frame(COUNTRIES, rows)


def daily_frame(summary: Summary) -> pd.DataFrame:
    """Return the columns ``DAILY``, one row for each UTC day of the period; a day never collected has no ``count``."""
    return make_frame(DAILY, ((day.day, day.count, _state(day, summary), summary.metric) for day in summary.daily))


def timeseries_frame(summary: Summary) -> pd.DataFrame:
    """Return the columns ``TIMESERIES``: one row for each UTC day and country with a count.

    A day without any count is one row without a country: its count is 0, or missing if it was never collected.
    """
    return make_frame(TIMESERIES, _day_rows(summary))


def videos_frame(summary: Summary, details: Details) -> pd.DataFrame:
    """Return the columns ``VIDEOS``, one row for each public asset, highest count first.

    All assets that are not public are one row, ``unlisted``.
    """
    days = [day.day for day in summary.daily_by("media") if day.count is not None]
    period = (summary.metric, min(days, default=None), max(days, default=None), len(days))
    rows: list[tuple[object, ...]] = [
        (one.asset.media_id, one.asset.type, one.asset.title, one.count, one.rank, one.asset.lifetime, *period)
        for one in details.assets
    ]
    if details.unlisted:
        rows.append((UNLISTED, None, None, details.unlisted, None, None, *period))
    return make_frame(VIDEOS, rows)


def monthly_frame(details: Details) -> pd.DataFrame:
    """Return the columns ``MONTHLY``: the breakdowns whose small counts are withheld, by month, country and value.

    ``month`` is the first UTC day of a complete month. A row without a value is the sum of the withheld counts.
    """
    return make_frame(MONTHLY, _monthly_rows(details))


def cities_frame(details: Details) -> pd.DataFrame:
    """Return the columns ``CITIES``, highest count first; degrees are missing where the place is not certain."""
    return make_frame(
        CITIES, ((city.iso_a3, city.name, city.count, *(city.point or (None, None))) for city in details.cities)
    )


def breakdown_frame(parts: Parts, total: int) -> pd.DataFrame:
    """Return the columns ``BREAKDOWN`` of ``parts``; ``share`` (0–1) is of ``total``."""
    return make_frame(BREAKDOWN, ((value, count, round(count / total, SHARE_DIGITS)) for value, count in parts))


def round_rate(value: float | None) -> float | None:
    """Return a rate per million people as the files have it."""
    return None if value is None else round(value, PER_MILLION_DIGITS)


def _state(day: DayCount, summary: Summary) -> str:
    if day.count is None:
        return "left_out" if day.day in summary.days.left_out else "missing"
    return "open" if day.open else "closed"


def _day_rows(summary: Summary) -> Iterator[tuple[date, str | None, int | None, str, str]]:
    for index, day in enumerate(summary.daily):
        state = _state(day, summary)
        counts = [(code, series[index]) for code, series in summary.by_country.items() if series[index]]
        if day.count is None or not counts:
            yield day.day, None, day.count, state, summary.metric
        else:
            for code, count in counts:
                yield day.day, code, count, state, summary.metric


def _monthly_rows(details: Details) -> Iterator[tuple[date, str, str, str | None, int]]:
    for dimension, by_month in sorted(details.monthly.items()):
        for month, cells in sorted(by_month.items()):
            for code in sorted({*cells.shown, *cells.withheld}):
                for value, count in cells.shown.get(code, {}).items():
                    yield month, dimension, code, value, count
                if code in cells.withheld:
                    yield month, dimension, code, None, cells.withheld[code]
