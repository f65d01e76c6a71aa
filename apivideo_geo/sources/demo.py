"""The demo: an invented account, the same on every machine, whose data ends today.

``demo_data/`` contains its plays (``plays.parquet``: one row a play, in order of time, its day as the number of days
before the newest one, how far it got, whether it is the first of its viewer that day), how often videos were loaded
without a play (``unplayed.parquet``, by day and country), its plays by hour (``hours.parquet``), the peaks of its live
streams (``peaks.parquet``), its assets and notes. Here they are moved to end in the current week and counted.
``tools/demo`` made them; nothing is invented at run time.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from apivideo_geo.aggregate.fact_values import map_values
from apivideo_geo.days import day_start, days_between
from apivideo_geo.facts import FACTS, sort_facts
from apivideo_geo.geo.countries import to_alpha3
from apivideo_geo.model import DETAIL_DIMENSIONS, UNKNOWN, Asset, Facts, HoursByDay, Note, PeaksByDay, Refused
from apivideo_geo.privacy import hide_unlisted
from apivideo_geo.sources.source import Source

if TYPE_CHECKING:
    from apivideo_geo.effects import Effects
    from apivideo_geo.settings import Settings

METRICS = ("play", "impression", "start", "end", "viewer")
"""The metrics that the demo has; only plays have more than a total by country."""
STARTED, ENDED = 1, 2
"""The smallest ``stage`` of a play that started, and that of one watched to the end."""
NEWEST_WEEKDAY = 6
"""The newest day in the data is a Sunday: they are moved by complete weeks, so that weekends stay weekends."""
NEVER_COLLECTED = {0: ((8, 3), (8, 4), (8, 5), (8, 6)), 1: ((2, 17), (5, 12))}
"""(month, day) in even and in odd years, so that any two years have one outage of four days and two single days."""
TEXTS = ["spelling", "media", "device", "os", "browser", "referrer", "city"]
"""The columns of text; they stay dictionaries, which are counted several times faster than strings."""
MICROSECOND = timedelta(microseconds=1)
COLLECTIONS = ("course", "cours", "lumière")
"""The tags that the demo shows as collections; its others stay internal, as those of an account."""
REFUSED_EVERY = 89
"""One day in this many has a row that cannot be counted."""


class DemoSource(Source):
    """The invented account as a source. Today is partial and counted up to now."""

    name = "demo"
    has_hours = has_peaks = True
    remembers = 30
    """As accounts of api.video do."""

    def __init__(self, settings: Settings, effects: Effects, metric: str = "play") -> None:
        self.metric = metric
        self.usual_detail = "full" if metric == "play" else "country"
        self._settings = settings
        self._effects = effects

    def fetch_assets(self, wanted: Mapping[date, str]) -> tuple[Asset, ...] | None:
        """Return the assets; their lifetime plays include those of days that were never collected."""
        return demo_assets(self._effects.now()) if self.metric == "play" else None

    def window(self, stored: Collection[date], remembered: int | None = None) -> tuple[date, date]:
        """Return the first and last day of the two years up to today, within ``since`` and ``until``."""
        days, settings = demo_days(self._effects.now().date()), self._settings
        return max(days[0], settings.since or days[0]), min(days[-1], settings.until or days[-1])

    def fetch_days(self, wanted: Mapping[date, str]) -> Iterator[tuple[str, Facts]]:
        """Yield the facts of the wanted days for each detail, without the days that were never collected."""
        now = self._effects.now()
        collected = set(demo_days(now.date()))
        for detail in DETAIL_DIMENSIONS:
            days = [day for day, wanted_detail in wanted.items() if wanted_detail == detail and day in collected]
            if days and self.metric == "play":
                yield detail, demo_facts(days, detail, now, show_unlisted=self._settings.show_unlisted)
            elif days:
                yield "country", demo_metric(self.metric, days, now)

    def fetch_hours(self, days: Collection[date], remembered: int | None = None) -> tuple[HoursByDay, int]:
        """Return the plays by UTC hour."""
        return demo_hours(days, self._effects.now()) if self.metric == "play" else {}, 0

    def fetch_peaks(self, days: Collection[date], live: Collection[str], remembered: int | None = None) -> PeaksByDay:
        """Return the most viewers at once of each live stream, public or not."""
        return demo_peaks(days, self._effects.now()) if self.metric == "play" else {}


def demo_sources(settings: Settings, effects: Effects) -> list[DemoSource]:
    """Return a source for each of the ``metrics`` in the settings that the demo has; for plays if it has none."""
    metrics = [metric for metric in settings.metrics if metric in METRICS]
    return [DemoSource(settings, effects, metric) for metric in metrics or ["play"]]


def demo_days(today: date) -> tuple[date, ...]:
    """Return the two years of UTC days up to ``today``, in order, without the few that were never collected.

    Which days are missing depends only on the calendar, so that they stay the same tomorrow.
    """
    days = days_between(_two_years_before(today) + timedelta(days=1), today)
    return tuple(day for day in days if day == today or (day.month, day.day) not in NEVER_COLLECTED[day.year % 2])


def demo_assets(now: datetime) -> tuple[Asset, ...]:
    """Return the videos and live streams, oldest first, with their plays up to ``now``.

    A few are not public and have their title all the same, as from the API: the caller must hide it.
    """
    newest = _newest_day(now.astimezone(UTC).date())
    plays = _count_values(_plays_until(now)["media"])
    return tuple(
        Asset(
            **{name: row[name] for name in ("media_id", "type", "title", "public")},
            tags=tuple(row["tags"]),
            published_at=f"{newest - timedelta(days=row['published_offset'])}T08:00:00+00:00",
            lifetime=row["earlier_plays"] + plays.get(row["media_id"], 0),
        )
        for row in _read_rows("assets")
    )


def demo_notes(now: datetime) -> tuple[Note, ...]:
    """Return the notes of the invented account, oldest first; a day after that of ``now`` has none yet."""
    today = now.astimezone(UTC).date()
    notes = (Note(_newest_day(today) - timedelta(days=row["offset"]), row["text"]) for row in _read_rows("notes"))
    return tuple(note for note in notes if note.day <= today)


def _read_rows(name: str) -> list[dict[str, Any]]:
    """Return the rows of a JSON file of ``demo_data``."""
    rows: list[dict[str, Any]] = json.loads(
        (files("apivideo_geo.sources") / f"demo_data/{name}.json").read_text(encoding="utf-8")
    )
    return rows


def demo_facts(days: Collection[date], detail: str, now: datetime, *, show_unlisted: bool = False) -> Facts:
    """Return the facts of ``days`` (UTC) with the dimensions of ``detail``, as they are known at ``now``.

    The table has the schema ``FACTS`` and is sorted. Plays of assets that are not public have the media value
    ``unlisted``, with ``show_unlisted`` their id; plays without a referrer or a city have no row in that dimension.
    """
    chosen = tuple(sorted(set(days)))
    plays = _plays_until(now)
    plays = plays.filter(pc.is_in(plays["day"], pa.array(chosen, pa.date32())))
    country = map_values(plays["spelling"], to_alpha3)
    public = None if show_unlisted else {asset.media_id for asset in demo_assets(now) if asset.public}
    media = map_values(plays["media"], lambda media_id: hide_unlisted(media_id, public))
    plays = plays.set_column(plays.column_names.index("media"), "media", media.dictionary_encode())
    plays = plays.append_column("country", country.dictionary_encode())
    plays = plays.append_column("total", pa.repeat("", len(plays)).dictionary_encode())
    parts = [_count(plays, dimension) for dimension in DETAIL_DIMENSIONS[detail]]
    unknown = plays.filter(pc.and_(pc.equal(plays["country"], UNKNOWN), pc.not_equal(plays["spelling"], "")))
    refused = (day for day in chosen if day.toordinal() % REFUSED_EVERY == 0)
    reasons = tuple(Refused("a row whose count is not a number", 1, day) for day in refused)
    return Facts(chosen, sort_facts(pa.concat_tables(parts)), reasons, _count_values(unknown["spelling"]))


def demo_metric(metric: str, days: Collection[date], now: datetime) -> Facts:
    """Return the totals by country of one of ``METRICS`` on ``days`` (UTC), as they are known at ``now``."""
    chosen = tuple(sorted(set(days)))
    counted = [_rows_of(metric, _plays_until(now))]
    if metric == "impression":
        counted.append(_unplayed_until(now))
    rows = pa.concat_tables([table.select(["day", "spelling", "number"]) for table in counted])
    rows = rows.filter(pc.is_in(rows["day"], pa.array(chosen, pa.date32())))
    rows = rows.append_column("country", map_values(rows["spelling"], to_alpha3))
    sums = rows.group_by(["day", "country"]).aggregate([("number", "sum")])
    return Facts(chosen, sort_facts(_facts(metric, "total", sums, pa.repeat("", len(sums)), sums["number_sum"])))


def demo_hours(days: Collection[date], now: datetime) -> HoursByDay:
    """Return the plays by UTC hour of the complete UTC ``days``, as they are known at ``now``."""
    earlier, _, _ = _read("hours", now)
    hours = {day: [0] * 24 for day in days}
    for row in earlier.filter(pc.is_in(earlier["day"], pa.array(hours, pa.date32()))).to_pylist():
        hours[row["day"]][row["hour"]] = row["plays"]
    return {day: tuple(counts) for day, counts in hours.items()}


def demo_peaks(days: Collection[date], now: datetime) -> PeaksByDay:
    """Return the most viewers at once of each live stream on the complete UTC ``days``, as known at ``now``."""
    earlier, _, _ = _read("peaks", now)
    peaks: dict[date, tuple[dict[str, int], bool]] = {day: ({}, True) for day in days}
    for row in earlier.filter(pc.is_in(earlier["day"], pa.array(peaks, pa.date32()))).to_pylist():
        peaks[row["day"]][0][row["media"]] = row["peak"]
    return peaks


def _rows_of(metric: str, plays: pa.Table) -> pa.Table:
    """Return those of ``plays`` that count as one of ``metric``, with the column ``number``, which is 1."""
    stage = plays["stage"]
    kept = {
        "start": lambda: pc.greater_equal(stage, STARTED),
        "end": lambda: pc.greater_equal(stage, ENDED),
        "viewer": lambda: plays["viewer"],
    }
    counted = plays.filter(kept[metric]()) if metric in kept else plays
    return counted.append_column("number", pa.repeat(pa.scalar(1, pa.int64()), len(counted)))


def _count_values(column: pa.ChunkedArray) -> dict[str, int]:
    """Return value → how often it occurs, in alphabetical order."""
    return dict(sorted((row["values"], row["counts"]) for row in column.value_counts().to_pylist()))


def _count(plays: pa.Table, dimension: str) -> pa.Table:
    """Count ``plays`` by day, country and value of ``dimension``."""
    counts = plays.group_by(["day", "country", dimension]).aggregate([([], "count_all")])
    if dimension != "total":
        counts = counts.filter(pc.not_equal(counts[dimension], ""))
    return _facts("play", dimension, counts, counts[dimension], counts["count_all"])


def _facts(metric: str, dimension: str, counts: pa.Table, values: pa.Array, count: pa.ChunkedArray) -> pa.Table:
    """Return the rows of ``counts`` (columns ``day``, ``country``) as facts."""
    columns: dict[str, Any] = {
        "day": counts["day"],
        "metric": pa.repeat(metric, len(counts)),
        "country": counts["country"],
        "dimension": pa.repeat(dimension, len(counts)),
        "value": values,
        "count": count,
    }
    return pa.table(columns).cast(FACTS)


@lru_cache(maxsize=1)
def _plays_until(now: datetime) -> pa.Table:
    """Return all plays that happened by ``now``, with their ``day`` in place of the offset.

    Of the current day it is the part of its plays that corresponds to the part of the day that is over.
    """
    earlier, current, over = _read("plays", now)
    return pa.concat_tables([earlier, current.slice(0, int(len(current) * over))])


def _unplayed_until(now: datetime) -> pa.Table:
    """Return the impressions without a play by ``now``: columns ``day``, ``spelling`` and ``number``.

    Of the current day it is the part that corresponds to the part of the day that is over.
    """
    earlier, current, over = _read("unplayed", now)
    share = pa.array((int(number * over) for number in current["unplayed"].to_pylist()), pa.int64())
    table = pa.concat_tables([earlier, current.set_column(2, "unplayed", share)])
    return table.rename_columns({"unplayed": "number"})


def _read(name: str, now: datetime) -> tuple[pa.Table, pa.Table, Fraction]:
    """Return the rows of a file of ``demo_data`` before the current day, those of that day, and how much of it is over.

    They have their ``day`` in place of the offset, and no row is later.
    """
    now = now.astimezone(UTC)
    today = now.date()
    with as_file(files("apivideo_geo.sources") / f"demo_data/{name}.parquet") as path:
        table = pq.read_table(path, read_dictionary=TEXTS).unify_dictionaries().combine_chunks()
    newest = pa.scalar(_newest_day(today), pa.date32()).cast(pa.int32())
    days = pc.subtract(newest, table["offset"].cast(pa.int32()))
    table = table.set_column(0, "day", days.cast(pa.date32()))
    parts = (table.filter(compare(table["day"], pa.scalar(today))) for compare in (pc.less, pc.equal))
    return *parts, Fraction((now - day_start(today)) // MICROSECOND, timedelta(days=1) // MICROSECOND)


def _newest_day(today: date) -> date:
    """Return the day that offset 0 stands for: the next Sunday, or ``today`` if it is one."""
    return today + timedelta(days=(NEWEST_WEEKDAY - today.weekday()) % 7)


def _two_years_before(day: date) -> date:
    """Return the same date two years earlier, 28 February for a 29th."""
    try:
        return day.replace(year=day.year - 2)
    except ValueError:
        return day.replace(year=day.year - 2, day=28)
