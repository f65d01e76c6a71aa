"""Read session files: files that are alike in one go, all of them as one sessions table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from apivideo_geo.aggregate.facts import count_places
from apivideo_geo.aggregate.sessions import text_column, utc_day
from apivideo_geo.days import days_between
from apivideo_geo.engines import FILE, Layout, engine_errors, read_sessions
from apivideo_geo.errors import DataRefused
from apivideo_geo.sources.files.columns import REQUIRED, column_of, flat_names, missing_columns, to_sessions
from apivideo_geo.sources.files.find_error import find_broken_line
from apivideo_geo.sources.files.json_documents import load_documents
from apivideo_geo.sources.files.layouts import find_layout, kind_of, remote_layout
from apivideo_geo.sources.files.paths import find_all_files, is_remote

if TYPE_CHECKING:
    from ibis.backends import BaseBackend

Parts = dict[Layout | None, list[str]]
"""Layout → the files that have it; None: JSON to be read whole."""


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


def sort_parts(files: Iterable[str]) -> Parts:
    """``files`` by layout. Raises :class:`DataRefused` for the first that is no session file."""
    parts: Parts = {}
    for name in files:
        kind = kind_of(name)
        layout = remote_layout(name, kind) if is_remote(name) else find_layout(Path(name), kind)
        parts.setdefault(layout, []).append(name)
    return parts


def read_parts(parts: Parts, connection: BaseBackend, *, here: bool = False) -> ibis.Table:
    """All ``parts`` as one sessions table, with the column ``FILE`` beside; ``here`` as in ``read_sessions``."""
    raws = [raw for layout, files in parts.items() for raw in _read_part(layout, files, connection, here)]
    extra = dict.fromkeys(name for raw, _ in raws for name in _names(raw) if column_of(name) is None)
    tables = [to_sessions(raw, guarded=guarded, extra=extra) for raw, guarded in raws]
    names = [*(name for name in tables[0].columns if name not in extra), *extra]
    tables = [table.select(names) for table in tables]
    return ibis.union(*tables) if len(tables) > 1 else tables[0]


def load_csv(path: Path, connection: BaseBackend) -> tuple[ibis.Table, Parts]:
    """One CSV file with whatever session columns it has (others stand after them), and its parts to explain it by.

    Raises :class:`DataRefused` where it is no CSV file.
    """
    layout = find_layout(path, "csv", checked=False)
    assert layout
    parts: Parts = {layout: [str(path)]}
    found = {column_of(name) or name for name in layout.columns}
    try:
        table = read_parts(parts, connection, here=True)
    except DataRefused as refused:  # by an engine that reads at once
        raise explain_parts(parts) or refused from None
    return table.select([name for name in table.columns if name in found]), parts


def explain_parts(parts: Parts) -> DataRefused | None:
    """The first line of ``parts`` that an engine cannot read; None if none is found."""
    for layout, files in parts.items():
        for name in files:
            if layout and not is_remote(name) and (sentence := find_broken_line(Path(name), layout)):
                return DataRefused(sentence)
    return None


def _read_part(
    layout: Layout | None, files: list[str], connection: BaseBackend, here: bool
) -> Iterable[tuple[ibis.Table, bool]]:
    """The tables of one part as the files have them, and whether a spreadsheet's apostrophes are to be taken off."""
    if layout is None:
        for name in files:
            yield load_documents(Path(name)).mutate(**{FILE: ibis.literal(name)}), False
        return
    paths = [name if is_remote(name) else str(Path(name).absolute()) for name in files]
    raw = read_sessions(connection, paths, layout, here=here)
    if lacks := missing_columns(_names(raw)) if is_remote(files[0]) else "":
        raise DataRefused(f"{files[0]}: there is no column {lacks}; a session file needs {REQUIRED}.")
    yield raw, layout.kind == "csv" and layout.guarded


def _names(raw: ibis.Table) -> list[str]:
    types = raw.schema().items()
    return flat_names({name: tuple(kind.names) if kind.is_struct() else () for name, kind in types})


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
