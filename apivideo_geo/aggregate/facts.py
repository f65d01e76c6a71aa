"""Count sessions as facts: the engine groups the rows; the few groups are mapped to countries and values here."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from apivideo_geo.aggregate.fact_values import map_values, value_reader
from apivideo_geo.aggregate.sessions import iso_seconds, session_rows, text_column, unique_sessions, utc_seconds
from apivideo_geo.aggregate.times import let
from apivideo_geo.engines import OutOfMemory, engine_errors
from apivideo_geo.facts import FACTS, sort_facts
from apivideo_geo.geo.countries import to_alpha3
from apivideo_geo.model import SESSION_TIME, TIMED_SESSION, UNKNOWN, UNKNOWN_TEXT, Facts, Refused
from apivideo_geo.plain_text import clean_text

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue, Value

COLUMN_OF = {
    "media": "assetID",
    "device": "deviceType",
    "os": "osName",
    "browser": "clientName",
    "referrer": "referrerUrl",
    "city": "city",
}
"""dimension → the column of a session with its value."""
NO_ID = "no session id"
NO_TIME = "loadedAt is not a time"
DUPLICATE = "duplicate session"
PLACE = ("country", "ISO_A3")
LONGEST = 86_400
"""The longest session that is believed, in seconds."""
MOST_PARTS = 16
"""Maximum number of parts that sessions are counted in if the memory is too small."""

log = logging.getLogger(__name__)

_counted: WeakKeyDictionary[Any, pa.Table] = WeakKeyDictionary()


def count_sessions(
    table: ibis.Table, metric: str, dimensions: Sequence[str], *, listed: Collection[str] | None
) -> tuple[pa.Table, Mapping[str, int], tuple[Refused, ...]]:
    """Return the facts of the sessions in ``table``, the unknown spellings of countries, and the rejected rows.

    Facts: columns ``FACT_COLUMNS``, sorted by all of them. Each session counts once (see :func:`unique_sessions`), on
    the UTC day of its ``loadedAt``. ``dimensions`` are some of ``model.DIMENSIONS``; ``listed`` are the ids of assets
    that may be shown, as in :func:`privacy.hide_unlisted`. Spellings: that of ``country``, or of ``ISO_A3`` if it is
    empty → number of sessions. The rows of ``table`` are the sessions counted plus the rows rejected.

    The rows are read once for ``total``, unless :func:`count_places` has counted this table before, and once for all
    other dimensions. Raises :class:`DataRefused` if the engine cannot read the table.
    """
    others = [dimension for dimension in dimensions if dimension != "total"]
    places, parts = count_places(table), []
    if others:

        def count(unique: ibis.Table) -> list[pa.Table]:
            with unique.cache() as cached:
                return [_per_value(cached, name).to_pyarrow() for name in others]

        counted = _in_parts(_rows(table, others), count)
        parts = [_facts(rows, metric, name, listed) for name, rows in zip(others, counted, strict=True)]
    kept = places.filter(pc.and_(places["known"], pc.is_valid(places["day"])))
    if "total" in dimensions:
        parts.append(_facts(kept, metric, "total", None))
    return sort_facts(pa.concat_tables([FACTS.empty_table(), *parts])), _unmapped(kept), _refused(places)


def count_places(table: ibis.Table) -> pa.Table:
    """Count sessions by UTC day and spelling of the country; the result is cached as long as ``table`` exists.

    Columns ``day``, ``country``, ``ISO_A3``, ``known`` (whether they have an id), ``sessions``, ``rows``; ``timed``,
    how many of the sessions have a possible length, ``seconds``, their sum, and ``untimely``, how many have an
    impossible one. The same day and spelling may be in several rows. Raises :class:`DataRefused` if the engine cannot
    read the table.
    """
    node = table.op()
    if node not in _counted:
        try:
            _counted[node] = _count_places(table, _length_of(table))
        except OutOfMemory:
            log.warning("The memory is too small to add up how long sessions lasted; they are counted without it.")
            _counted[node] = _count_places(table, ibis.null("int32"))
    return _counted[node]


def _count_places(table: ibis.Table, length: IntegerValue) -> pa.Table:
    [counted] = _in_parts(_rows(table, (), seconds=length), lambda unique: [_per_place(unique).to_pyarrow()])
    return counted


def count_session_time(table: ibis.Table, days: Collection[date]) -> dict[str, Facts]:
    """Return the facts of the metrics ``session-time`` and ``timed-session`` on ``days``.

    The time is the sum of the seconds from ``loadedAt`` to ``endedAt`` by day and country, of the sessions that have
    both; the other metric is their number. A length below 0 or above 24 hours is rejected. A day without any session
    has no time; one with sessions, none of which has a length, is not in the facts of the time, and no day is in those
    of either if no session has a length. Raises as :func:`count_places`.
    """
    places = count_places(table)
    kept = places.filter(pc.and_(places["known"], pc.is_in(places["day"], pa.array(days))))
    by_day = kept.group_by("day").aggregate([("timed", "sum"), ("untimely", "sum"), ("sessions", "sum")]).to_pylist()
    if not any(row["timed_sum"] for row in by_day):
        return {}
    lacking = {row["day"] for row in by_day if row["sessions_sum"] and not row["timed_sum"]}
    refused = tuple(
        Refused("a session time below 0 or above 24 hours", row["untimely_sum"], row["day"])
        for row in by_day
        if row["untimely_sum"]
    )
    time = Facts(tuple(day for day in days if day not in lacking), _summed(kept, "seconds", SESSION_TIME), refused)
    return {SESSION_TIME: time, TIMED_SESSION: Facts(tuple(days), _summed(kept, "timed", TIMED_SESSION))}


def _summed(places: pa.Table, column: str, metric: str) -> pa.Table:
    """Return the sums of ``column`` of :func:`count_places` as the totals of a metric, without those that are 0."""
    counted = places.set_column(places.schema.get_field_index("sessions"), "sessions", places[column])
    facts = _facts(counted, metric, "total", None)
    return facts.filter(pc.greater(facts["count"], 0))


def _length_of(table: ibis.Table) -> IntegerValue:
    """Return the seconds from ``loadedAt`` to ``endedAt``, -1 for all below 0; null if one of them is missing.

    Only times in ISO 8601 and numbers are read: more forms would make the query three times as long.
    """
    if "endedAt" not in table.columns:
        return ibis.null("int32")
    ended, loaded = (iso_seconds(text_column(table, name)) for name in ("endedAt", "loadedAt"))
    # 32 bits, because every session's is in memory.
    return let(ended - loaded, lambda length: length.clip(-1, LONGEST + 1).cast("int32"))


def count_hours(table: ibis.Table) -> dict[date, tuple[int, ...]]:
    """Return UTC day → the sessions that were loaded in each of its 24 UTC hours, of all countries.

    Each session counts once, in the earliest hour of its rows, so that the hours add up to the total of the day. Raises
    :class:`DataRefused` if the engine cannot read the table.
    """
    rows = session_rows(table, {"hour": utc_seconds(text_column(table, "loadedAt")) // 3600 % 24})
    at = rows.day.cast(str) + " " + rows.hour.cast(str).lpad(2, "0")

    def count(unique: ibis.Table) -> list[pa.Table]:
        kept = unique.filter(unique.session.notnull() & unique["at"].notnull())
        return [kept.group_by("at").agg(sessions=kept.count()).to_pyarrow()]

    [counted] = _in_parts(rows.select("session", at=at), count)
    hours: dict[date, list[int]] = {}
    for row in counted.to_pylist():
        day, hour = row["at"].split(" ")
        hours.setdefault(date.fromisoformat(day), [0] * 24)[int(hour)] += row["sessions"]
    return {day: tuple(counts) for day, counts in hours.items()}


@lru_cache(maxsize=65_536)
def read_country(country: str | None, iso_a3: str | None) -> str:
    """Return the alpha-3 of the spelling ``country``, else of ``iso_a3``, else ``---``.

    >>> read_country("atlantis", "FRA")
    'FRA'
    """
    found = to_alpha3(country or "")
    return found if found != UNKNOWN else to_alpha3(iso_a3 or "")


def _in_parts(rows: ibis.Table, count: Callable[[ibis.Table], list[pa.Table]], parts: int = 1) -> list[pa.Table]:
    """Apply ``count`` to :func:`unique_sessions` of ``rows``; the tables of several parts are concatenated.

    If the engine runs out of memory, sessions are split by their id into more ``parts`` (a power of two), each of which
    reads all rows again.
    """
    try:
        with engine_errors():
            slices = [rows.filter(rows.session.hash() & parts - 1 == part) for part in range(parts)]
            counted = [count(unique_sessions(part)) for part in ([rows] if parts == 1 else slices)]
        return [pa.concat_tables(tables) for tables in zip(*counted, strict=True)]
    except OutOfMemory:
        if parts >= MOST_PARTS:
            raise
    log.info("The memory is too small to count all sessions at once; counting them in more parts.")
    return _in_parts(rows, count, 4 * parts)


def _rows(table: ibis.Table, dimensions: Iterable[str], **others: Value) -> ibis.Table:
    """Return :func:`session_rows` with the spellings, the raw values of ``dimensions``, and the columns ``others``."""
    columns: dict[str, Value] = {name: text_column(table, name) for name in PLACE} | others
    for dimension in dimensions:
        value = text_column(table, COLUMN_OF[dimension])
        # Every visit has its own URL: only its authority is kept, so that the groups stay few.
        if dimension == "referrer":  # without a match DuckDB returns "", Spark null
            value = value.re_extract("^[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)", 1).nullif("")
        columns[dimension] = value
    return session_rows(table, columns)


def _per_place(unique: ibis.Table) -> ibis.Table:
    keyed = unique.mutate(known=unique.session.notnull())
    possible, known = keyed.seconds.between(0, LONGEST), keyed.seconds.notnull()
    return keyed.group_by("day", *PLACE, "known").agg(
        sessions=keyed.count(), rows=keyed.rows.sum(), timed=keyed.count(where=known & possible),
        untimely=keyed.count(where=known & ~possible), seconds=keyed.seconds.sum(where=possible).fill_null(0),
    )  # fmt: skip


def _per_value(unique: ibis.Table, dimension: str) -> ibis.Table:
    kept = unique.filter(unique.session.notnull() & unique.day.notnull())
    return kept.group_by("day", *PLACE, value=kept[dimension]).agg(sessions=kept.count())


def _facts(rows: pa.Table, metric: str, dimension: str, listed: Collection[str] | None) -> pa.Table:
    """Turn sessions by day, spellings and raw ``value`` into facts; each spelling and value is read once."""
    found = map_values(rows["country"], to_alpha3)
    country = pc.if_else(pc.equal(found, UNKNOWN), map_values(rows["ISO_A3"], to_alpha3), found)
    total = dimension == "total"
    value = pa.repeat("", len(rows)) if total else map_values(rows["value"], value_reader(dimension, listed))
    table = pa.table({"day": rows["day"], "country": country, "value": value, "sessions": rows["sessions"]})
    if not total:
        table = table.filter(pc.not_equal(table["value"], ""))
    sums = table.group_by(["day", "country", "value"]).aggregate([("sessions", "sum")])
    metrics, dimensions = (pa.repeat(text, len(sums)) for text in (metric, dimension))
    columns = [sums["day"], metrics, sums["country"], dimensions, sums["value"], sums["sessions_sum"]]
    return pa.table(columns, names=FACTS.names).cast(FACTS)


def _unmapped(kept: pa.Table) -> dict[str, int]:
    spellings: Counter[str] = Counter()
    for row in kept.to_pylist():
        spelling = clean_text(row["country"] or row["ISO_A3"] or "")
        if (
            spelling.casefold() not in ("", UNKNOWN, UNKNOWN_TEXT)
            and read_country(row["country"], row["ISO_A3"]) == UNKNOWN
        ):
            spellings[spelling] += row["sessions"]
    return dict(sorted(spellings.items()))


def _refused(places: pa.Table) -> tuple[Refused, ...]:
    refused: Counter[tuple[str, date | None]] = Counter()
    for row in places.to_pylist():
        if not row["known"]:
            refused[NO_ID, None] += row["rows"]
        elif row["day"] is None:
            refused[NO_TIME, None] += row["rows"]
        else:
            refused[DUPLICATE, row["day"]] += row["rows"] - row["sessions"]
    found = sorted((reason, day or date.min, count) for (reason, day), count in refused.items() if count)
    return tuple(Refused(reason, count, None if day == date.min else day) for reason, day, count in found)
