"""Session files: CSV, JSON, NDJSON and Parquet, mixed as they come, as one sessions table.

**Which days files answer for.** Each file answers for every UTC day from its first to its last session: a day without
sessions in between was collected and is empty. A day between two files, inside the span of neither, is a gap: nobody
knows whether it was ever exported. A file without sessions answers for no day.

DuckDB and Spark read CSV, NDJSON and Parquet, so these may be larger than the memory; JSON that is not one session per
line is read here, whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from apivideo_geo.aggregate.facts import count_places
from apivideo_geo.days import days_between
from apivideo_geo.engines import FILE, engine_errors
from apivideo_geo.errors import DataRefused
from apivideo_geo.sessions import text_column, utc_day
from apivideo_geo.sources.files.parts import Parts, explain_parts, read_parts, sort_parts
from apivideo_geo.sources.files.paths import find_all_files, is_remote

if TYPE_CHECKING:
    from ibis.backends import BaseBackend


@dataclass(frozen=True)
class SessionFiles:
    """What the files hold.

    ``table``: a sessions table, unread until asked for (columns ``SESSION_COLUMNS``, then those the files have beside
    them; all strings, empty cells null). ``days``: the UTC days answered for, in order. ``rows``: how many rows there
    are, those included that ``count_sessions`` will refuse.
    """

    table: ibis.Table
    days: tuple[date, ...]
    rows: int


def open_sessions(paths: Sequence[str], connection: BaseBackend) -> SessionFiles:
    """The sessions of ``paths``: files, patterns (also ``**``) and URLs of an object store, of mixed kinds.

    CSV: the columns of ``sessions.csv`` or the API's dotted names, in any order and case, separated by ``,``, ``;`` or
    tab. JSON, NDJSON: as the API answers them, or flat. Parquet: either. Reads the files once. Raises
    :class:`DataRefused` for a path that matches nothing and for a file that is none of these, naming file and line.
    """
    parts = sort_parts(find_all_files(paths))
    try:
        named = read_parts(parts, connection)
        table = named.drop(FILE)
        places = count_places(table)
        spans = [_span(places)] if _is_one_file(parts) else _spans(named)
    except DataRefused as refused:
        raise explain_parts(parts) or refused from None
    days = {day for first, last in spans if first and last for day in days_between(first, last)}
    return SessionFiles(table, tuple(sorted(days)), pc.sum(places["rows"]).as_py() or 0)


def _is_one_file(parts: Parts) -> bool:
    names = [name for files in parts.values() for name in files]
    return len(names) == 1 and not is_remote(names[0])


def _span(places: pa.Table) -> tuple[date | None, date | None]:
    """First and last UTC day of all."""
    first_and_last = pc.min_max(places.filter(places["known"])["day"]).as_py()
    return first_and_last["min"], first_and_last["max"]


def _spans(named: ibis.Table) -> list[tuple[date | None, date | None]]:
    """First and last UTC day of each file, in one query."""
    days = named.select(
        file=named[FILE], day=utc_day(text_column(named, "loadedAt")), id=text_column(named, "sessionID")
    )
    with engine_errors():
        spans = (
            days.filter(days.id.notnull()).group_by("file").agg(first=days.day.min(), last=days.day.max()).to_pyarrow()
        )
    return [(row["first"], row["last"]) for row in spans.to_pylist()]
