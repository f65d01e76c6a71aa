"""The CSV files in ``data/``, each made from a pandas frame. Returns bytes; writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apivideo_geo.aggregate.groups import GroupCount
from apivideo_geo.exports import columns, frames
from apivideo_geo.exports.columns import CODE_PATTERN, Column
from apivideo_geo.formulas import escape_formula
from apivideo_geo.model import Details, Summary
from apivideo_geo.plain_text import clean_text

if TYPE_CHECKING:
    import pandas as pd

FOLDER = "data/"


@dataclass(frozen=True)
class CsvFile:
    """A CSV file. The columns of ``key`` are never empty, and no two rows have the same key."""

    path: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    frame: pd.DataFrame

    def render(self) -> bytes:
        """Return the file in UTF-8, with a header line. Missing values are empty cells; formulas are escaped."""
        safe = {column.name: _cells(self.frame[column.name], column) for column in self.columns if _has_text(column)}
        return self.frame.assign(**safe).to_csv(index=False, lineterminator="\n", na_rep="").encode()


def _has_text(column: Column) -> bool:
    """Return whether cells must be written by this module: "---", the code of unknown, stays as it is."""
    return column.type == "date" or (column.type == "string" and column.constraints.get("pattern") != CODE_PATTERN)


def _cells(values: pd.Series, column: Column) -> pd.Series:
    """Return days as ISO texts, and texts on one line with formulas escaped. Equal values are converted once."""
    import pandas as pd

    codes, found = pd.factorize(values)
    texts = [f"{value:%Y-%m-%d}" if column.type == "date" else escape_formula(clean_text(value)) for value in found]
    return pd.Series(pd.array([*texts, None], dtype="object")[codes], index=values.index)  # -1, missing, is the last


def make_tables(summary: Summary, details: Details, groups: Sequence[GroupCount] = ()) -> tuple[CsvFile, ...]:
    """Return every CSV file of the site. ``groups``: the figures of each group of countries.

    The counts of choro, countries and timeseries each add up to ``summary.total``; those of videos and monthly may add
    up to less, because not every play has a video, city or referring site.
    """
    return tuple(_tables(summary, details, groups))


def _tables(summary: Summary, details: Details, groups: Sequence[GroupCount]) -> Iterator[CsvFile]:
    yield make_choro(summary)
    title, rows = "Counts by country with names, shares, rates and ranks", frames.countries_frame(summary)
    yield CsvFile("data/countries.csv", title, columns.COUNTRIES, ("iso_a3",), rows)
    if groups:
        title, rows = "Counts by group of countries; groups overlap", frames.groups_frame(groups, summary)
        yield CsvFile("data/groups.csv", title, columns.GROUPS, ("group",), rows)
    title, days = "Counts by day and country", frames.timeseries_columns(summary)
    yield CsvFile("data/timeseries.csv", title, days, (), frames.timeseries_frame(summary))
    if summary.others:
        yield from _other_metrics(summary)
    if details.assets or details.unlisted:
        title, rows = "Counts by video and live stream", frames.videos_frame(summary, details)
        yield CsvFile("data/videos.csv", title, columns.VIDEOS, ("media_id",), rows)
    if details.by_media:
        title, rows = "Every metric but the first by video and live stream", frames.video_metrics_frame(details)
        yield CsvFile("data/video_metrics.csv", title, columns.VIDEO_METRICS, ("media_id", "metric"), rows)
    if details.collections:
        title = "Counts by collection (a tag that the owner lists) and country"
        key, rows = ("collection", "iso_a3"), frames.collections_frame(details)
        yield CsvFile("data/collections.csv", title, columns.COLLECTIONS, key, rows)
    if details.hours:
        title, rows = "Counts by hour of the week, of all countries", frames.hours_frame(details.hours, summary.metric)
        yield CsvFile("data/hours.csv", title, columns.HOURS, ("weekday", "hour"), rows)
    if details.monthly:
        title = "Counts by month, country and value of the dimensions with withheld counts"
        yield CsvFile("data/monthly.csv", title, columns.MONTHLY, (), frames.monthly_frame(details))


def _other_metrics(summary: Summary) -> Iterator[CsvFile]:
    """Yield the files of a site with several metrics. Those above stay files of the first one, so that all of their
    counts can be added up.
    """
    title = "Figures of every metric by country"
    yield CsvFile("data/metrics.csv", title, columns.METRICS, ("iso_a3", "metric"), frames.metrics_frame(summary))
    title = "Counts by day and country of every metric but the first"
    yield CsvFile("data/metrics_daily.csv", title, columns.TIMESERIES, (), frames.metrics_daily_frame(summary))
    title = "Ratios of two metrics, of all countries and by country"
    ratios = frames.ratios_frame(summary)  # of floats; sums are written without decimals
    sums = {name: [str(int(n) if n == int(n) else n) for n in ratios[name]] for name in ("upper", "lower")}
    yield CsvFile("data/ratios.csv", title, columns.RATIOS, (), ratios.assign(**sums))


def make_choro(summary: Summary) -> CsvFile:
    """Return ``choro.csv``: ``ISO_A3,Count``, highest first; unknown is the last row, ``---``, as in the tutorial."""
    frame = frames.choro_frame(summary)
    return CsvFile("data/choro.csv", "Counts by country", columns.CHORO, ("ISO_A3",), frame)


def column_names(tables: Sequence[CsvFile]) -> dict[str, tuple[str, ...]]:
    """Return name of a file → its columns."""
    return {table.path.removeprefix(FOLDER): tuple(column.name for column in table.columns) for table in tables}
