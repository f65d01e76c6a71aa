"""Read session files: files that are alike in one go, all of them as one sessions table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from apivideo_geo.aggregate.facts import count_places
from apivideo_geo.aggregate.sessions import text_column, utc_day
from apivideo_geo.days import days_between
from apivideo_geo.engines import FILE, Layout, engine_errors, read_sessions
from apivideo_geo.errors import DataRefused
from apivideo_geo.sources.files.columns import CODES, REQUIRED, SESSIONS, flat_names, to_sessions
from apivideo_geo.sources.files.dates import find_refused_time, settle_dates
from apivideo_geo.sources.files.find_error import find_broken_line
from apivideo_geo.sources.files.json_documents import load_documents
from apivideo_geo.sources.files.layouts import SourceFile, find_layout, kind_of, ndjson_layout
from apivideo_geo.sources.files.paths import decode_value, find_all_files, folder_values, is_remote

if TYPE_CHECKING:
    from ibis.backends import BaseBackend
    from ibis.expr.types import StringValue

FileGroups = dict[Layout | None, list[SourceFile]]
"""Layout → the files that have it; None: JSON that is loaded into memory."""


@dataclass(frozen=True)
class SessionFiles:
    """The content of session files.

    ``table``: a sessions table that is read when its rows are requested (columns ``SESSION_COLUMNS``, then the other
    columns of the files; all strings, empty cells null). ``days``: the UTC days covered, in order. ``rows``: number of
    rows, including those that ``count_sessions`` will reject. ``example``: a time that is rejected, with its file and
    line, and what to do; "" if there is none.
    """

    table: ibis.Table
    days: tuple[date, ...]
    rows: int
    example: str = ""


def open_sessions(paths: Sequence[str], connection: BaseBackend, date_format: str = "") -> SessionFiles:
    """Open the sessions in ``paths``: files, patterns (also ``**``) and URLs of an object store, of mixed kinds.

    CSV: the columns of ``sessions.csv`` or the API's dotted names, in any order and spelling, separated by ``,``,
    ``;``, ``|`` or tab. JSON, NDJSON: as the API returns them, or flat. Parquet: either. ``date_format``: ``dmy`` or
    ``mdy``, the order of dates such as 11/8/2026 where a file does not show it. Reads the files once, and again if a
    time cannot be read. Raises :class:`DataRefused` for a path that matches nothing and for any other file, naming the
    file and the line.
    """
    groups, example = group_files(find_all_files(paths), connection), ""
    try:
        with_files = read_groups(groups, connection)
        table = with_files.drop(FILE)
        places = count_places(table)
        if pc.any(pc.and_(places["known"], pc.is_null(places["day"]))).as_py():
            with_files = settle_dates(with_files, date_format)
            table = with_files.drop(FILE)
            places = count_places(table)
            example = find_refused_time(with_files, groups, date_format)
        names = [file.name for files in groups.values() for file in files]
        spans = [_span(places)] if len(names) == 1 and not is_remote(names[0]) else _spans(with_files)
    except DataRefused as error:
        raise explain_error(groups) or error from None
    days = {day for first, last in spans if first and last for day in days_between(first, last)}
    return SessionFiles(table, tuple(sorted(days)), pc.sum(places["rows"]).as_py() or 0, example)


def group_files(files: Iterable[str], connection: BaseBackend) -> FileGroups:
    """Group ``files`` by their layout. Raises :class:`DataRefused` for the first that is not a session file."""
    groups: FileGroups = {}
    for name in files:
        kind = kind_of(name)
        if is_remote(name):
            layout, file = _remote_layout(name, kind, connection), SourceFile(name, name)
        else:
            layout, file = find_layout(Path(name), kind, connection)
        groups.setdefault(layout, []).append(file)
    return groups


def _remote_layout(url: str, kind: str, connection: BaseBackend) -> Layout | None:
    """Return how to read ``url``; the engine detects the columns of CSV and Parquet."""
    if kind == "json":
        raise DataRefused(f"{url}: only CSV, NDJSON and Parquet can be read by URL.")
    return ndjson_layout(url, connection) if kind == "ndjson" else Layout("csv" if kind == "csv" else "parquet")


def read_groups(groups: FileGroups, connection: BaseBackend, *, only_here: bool = False) -> ibis.Table:
    """Return all ``groups`` as one sessions table with the column ``FILE``; ``only_here`` as in ``read_sessions``."""
    raws = [
        (raw, guarded, _folder_columns(raw, files))
        for layout, files in groups.items()
        for raw, guarded in _read_group(layout, files, connection, only_here)
    ]
    extra: dict[str, None] = {}
    for raw, _, _ in raws:
        names = _names(raw)
        extra |= dict.fromkeys(name for name in names if name not in SESSIONS.match(names))
    tables = [to_sessions(raw, guarded=guarded, extra=extra, folders=folders) for raw, guarded, folders in raws]
    names = [*(name for name in tables[0].columns if name not in extra), *extra]
    tables = [table.select(names) for table in tables]
    return ibis.union(*tables) if len(tables) > 1 else tables[0]


def _folder_columns(raw: ibis.Table, files: Iterable[SourceFile]) -> dict[str, StringValue]:
    """Return the session columns that the folders' names have, computed from ``FILE``."""
    written = {pair for file in files for pair in folder_values(file.name, decoded=False).items()}
    columns = {}
    for name in sorted({name for name, _ in written if SESSIONS.knows(name)}):
        text = raw[FILE].re_extract(f"/{re.escape(name)}=([^/]*)/", 1)
        values = {value: decode_value(value) for of, value in written if of == name}
        values |= {quote(value): decoded for value, decoded in values.items()}  # as Spark names the file
        other = {value: decoded for value, decoded in values.items() if value != decoded}
        columns[name] = (text.substitute(other) if other else text).nullif("")
    return columns


def load_csv(path: Path, connection: BaseBackend) -> tuple[ibis.Table, FileGroups]:
    """Return a CSV file of this machine with the columns it has, those of sessions first, and its group for errors.

    Raises :class:`DataRefused` if it is not a CSV file.
    """
    layout, file = find_layout(path, "csv", connection, checked=False)
    assert layout
    groups: FileGroups = {layout: [file]}
    matched = SESSIONS.match(layout.columns)
    found = {matched.get(name, name) for name in layout.columns}
    if found & {*CODES}:  # both are read into one column
        found.add("ISO_A3")
    try:
        table = read_groups(groups, connection, only_here=True)
    except DataRefused as error:  # rows for Spark are read at once
        raise explain_error(groups) or error from None
    return table.select([name for name in table.columns if name in found]), groups


def explain_error(groups: FileGroups) -> DataRefused | None:
    """Return an error that names the first line of ``groups`` that an engine cannot read; None if none is found."""
    for layout, files in groups.items():
        for file in files:
            if layout and not is_remote(file.name) and (sentence := find_broken_line(file, layout)):
                return DataRefused(sentence)
    return None


def _read_group(
    layout: Layout | None, files: list[SourceFile], connection: BaseBackend, only_here: bool
) -> Iterable[tuple[ibis.Table, bool]]:
    """Return the tables of one group with the columns of the files, and whether formulas in them are escaped."""
    if layout is None:
        for file in files:
            yield load_documents(file).mutate(**{FILE: ibis.literal(file.readable)}), False
        return
    raw = read_sessions(connection, [file.readable for file in files], layout, only_here=only_here)
    name = files[0].name
    if is_remote(name) and (lacks := SESSIONS.missing([*_names(raw), *folder_values(name)], name)):
        raise DataRefused(f"{name}: there is no column {lacks}; a session file needs {REQUIRED}.")
    yield raw, layout.kind == "csv" and layout.guarded


def _names(raw: ibis.Table) -> list[str]:
    types = raw.drop(FILE).schema().items()
    return flat_names({name: tuple(kind.names) if kind.is_struct() else () for name, kind in types})


def _span(places: pa.Table) -> tuple[date | None, date | None]:
    """Return the first and last UTC day of all sessions."""
    first_and_last = pc.min_max(places.filter(places["known"])["day"]).as_py()
    return first_and_last["min"], first_and_last["max"]


def _spans(sessions: ibis.Table) -> list[tuple[date | None, date | None]]:
    """Return the first and last UTC day of each file, by one query."""
    days = sessions.select(
        file=sessions[FILE], day=utc_day(text_column(sessions, "loadedAt")), id=text_column(sessions, "sessionID")
    )
    with engine_errors():
        spans = (
            days.filter(days.id.notnull()).group_by("file").agg(first=days.day.min(), last=days.day.max()).to_pyarrow()
        )
    return [(row["first"], row["last"]) for row in spans.to_pylist()]
