"""The tables in ``data/``: one CSV file each, its columns described where they are written. As bytes; never writes.

The same columns make the schema in ``datapackage.json``, so the two cannot differ.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from apivideo_geo.formulas import escape_formula
from apivideo_geo.model import UNKNOWN, Details, Summary

FOLDER = "data/"
SHARE_DIGITS = 6
PER_MILLION_DIGITS = 3


@dataclass(frozen=True)
class Column:
    """A column as Frictionless's Table Schema has it: ``type`` is string, integer, number, date or boolean."""

    name: str
    type: str
    description: str
    constraints: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CsvFile:
    """A CSV file. ``key`` are the columns that are never empty and together in no two rows."""

    path: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: Sequence[Sequence[object]]

    def render(self) -> bytes:
        """The file, UTF-8, a header line first. None is an empty cell; what a spreadsheet would run is harmless."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([column.name for column in self.columns])
        # "---", the tutorial's own mark of the unknown, stays as it is in a column of codes.
        ours = [column.constraints.get("pattern") == CODE_PATTERN for column in self.columns]
        writer.writerows([_cell(value, own) for value, own in zip(row, ours, strict=True)] for row in self.rows)
        return text.getvalue().encode()


CODE_PATTERN = "[A-Z]{3}|---"
COUNT = {"required": True, "minimum": 0}
CODE = Column(
    "iso_a3", "string", "ISO 3166-1 alpha-3, XKX Kosovo, --- unknown",
    {"required": True, "pattern": CODE_PATTERN},
)  # fmt: skip
_OF_THE_PERIOD = (
    Column("metric", "string", "What is counted"),
    Column("from", "date", "First UTC day of the period, inclusive"),
    Column("to", "date", "Last UTC day of the period, inclusive"),
)


def make_tables(summary: Summary, details: Details) -> tuple[CsvFile, ...]:
    """Every table of the site. The counts of choro, countries and timeseries each add up to ``summary.total`` without
    what is withheld; those of videos and monthly may add up to less, for not everything is known of every play."""
    tables = [make_choro(summary), make_countries(summary), make_timeseries(summary)]
    if details.assets or details.unlisted:
        tables.append(make_videos(summary, details))
    if details.monthly:
        tables.append(make_monthly(details))
    return tuple(tables)


def column_names(tables: Sequence[CsvFile]) -> dict[str, tuple[str, ...]]:
    """Name of a file → its columns."""
    return {table.path.removeprefix(FOLDER): tuple(column.name for column in table.columns) for table in tables}


def make_choro(summary: Summary) -> CsvFile:
    """``ISO_A3,Count``, most first; the unknown, if any, as ``---`` in the last row, as the tutorial has it."""
    rows = [(country.iso_a3, country.count) for country in summary.countries]
    return CsvFile(
        "data/choro.csv",
        "Counts by country",
        (
            Column("ISO_A3", "string", CODE.description, CODE.constraints),
            Column("Count", "integer", "How many in the period", COUNT),
        ),
        ("ISO_A3",),
        [*rows, (UNKNOWN, summary.unknown)] if summary.unknown else rows,
    )


def make_countries(summary: Summary) -> CsvFile:
    """One row a country, with codes, name, metric and period in every row; the unknown is the row ``---``."""
    period = (summary.metric, summary.period_from, summary.period_to)
    rows: list[tuple[object, ...]] = [
        (c.iso_a3, c.iso_a2, c.name, c.count, round(c.share, SHARE_DIGITS), rounded(c.per_million), c.rank, *period)
        for c in summary.countries
    ]
    if summary.unknown:
        share = round(summary.unknown / summary.total, SHARE_DIGITS)
        rows.append((UNKNOWN, None, None, summary.unknown, share, None, None, *period))
    return CsvFile(
        "data/countries.csv",
        "Counts by country with names, shares, rates and ranks",
        (
            CODE,
            Column("iso_a2", "string", "ISO 3166-1 alpha-2 (Namibia is NA: switch off the guessing of missing values)"),
            Column("name", "string", "Name in the language of the site"),
            Column("count", "integer", "How many in the period", COUNT),
            Column("share", "number", "Part of the total, 0 to 1", {"minimum": 0, "maximum": 1}),
            Column("per_million", "number", "Per million people of the country", {"minimum": 0}),
            Column("rank", "integer", "1 is the most; equal counts share a rank", {"minimum": 1}),
            *_OF_THE_PERIOD,
        ),
        ("iso_a3",),
        rows,
    )


def make_timeseries(summary: Summary) -> CsvFile:
    """One row a UTC day and country with a count; a day without any has one row, its count 0, or empty for a gap."""
    return CsvFile(
        "data/timeseries.csv",
        "Counts by day and country",
        (
            Column("day", "date", "UTC day", {"required": True}),
            Column("iso_a3", "string", "As in countries.csv; empty: the whole day", {"pattern": CODE_PATTERN}),
            Column("count", "integer", "How many; 0 is a day without any, empty a day that was never collected"),
            Column(
                "state", "string", "closed: over when it was collected; open: it still grows; missing: never collected",
                {"required": True, "enum": ["closed", "open", "missing"]},
            ),
            Column("metric", "string", "What is counted"),
        ),
        (),
        list(_day_rows(summary)),
    )  # fmt: skip


def _day_rows(summary: Summary) -> Iterator[tuple[object, ...]]:
    for place, day in enumerate(summary.daily):
        state = "missing" if day.count is None else "open" if day.open else "closed"
        counts = [(code, series[place]) for code, series in summary.by_country.items() if series[place]]
        if day.count is None or not counts:
            yield day.day, None, day.count, state, summary.metric
        else:
            for code, count in counts:
                yield day.day, code, count, state, summary.metric


def make_videos(summary: Summary, details: Details) -> CsvFile:
    """One row a public asset, most watched first; those that are not public are one row, ``unlisted``."""
    period = (summary.metric, summary.period_from, summary.period_to)
    rows: list[tuple[object, ...]] = [
        (one.asset.media_id, one.asset.type, one.asset.title, one.count, one.rank, one.asset.lifetime, *period)
        for one in details.assets
    ]
    if details.unlisted:
        rows.append(("unlisted", None, None, details.unlisted, None, None, *period))
    return CsvFile(
        "data/videos.csv",
        "Counts by video and live stream",
        (
            Column("media_id", "string", "Id of a public asset; unlisted: all others together", {"required": True}),
            Column("type", "string", "video or live-stream", {"enum": ["video", "live-stream"]}),
            Column(
                "title", "string", "Title; one that a spreadsheet would run as a formula has an apostrophe in front"
            ),
            Column("count", "integer", "How many in the period", COUNT),
            Column("rank", "integer", "1 is the most; equal counts share a rank", {"minimum": 1}),
            Column("lifetime_plays", "integer", "Plays since it was published, where the API told", {"minimum": 0}),
            *_OF_THE_PERIOD,
        ),
        ("media_id",),
        rows,
    )


def make_monthly(details: Details) -> CsvFile:
    """One row a month, dimension, country and value that may be told; what is withheld is a row without a value."""
    return CsvFile(
        "data/monthly.csv",
        "Counts by month, country and value of what is withheld in part",
        (
            Column("month", "date", "First UTC day of a month that is over", {"required": True}),
            Column("dimension", "string", "city, referrer or media", {"required": True}),
            CODE,
            Column("value", "string", "City, host of the referring site or media id; empty: withheld, as one sum"),
            Column("count", "integer", "How many", COUNT),
        ),
        (),
        list(_monthly_rows(details)),
    )


def _monthly_rows(details: Details) -> Iterator[tuple[object, ...]]:
    for dimension, by_month in sorted(details.monthly.items()):
        for month, cells in sorted(by_month.items()):
            for code in sorted({*cells.shown, *cells.withheld}):
                for value, count in cells.shown.get(code, {}).items():
                    yield month, dimension, code, value, count
                if code in cells.withheld:
                    yield month, dimension, code, None, cells.withheld[code]


def rounded(value: float | None) -> float | None:
    """A rate per million people as the files have it."""
    return None if value is None else round(value, PER_MILLION_DIGITS)


def _cell(value: object, own: bool) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return escape_formula(value) if isinstance(value, str) and not own else value
