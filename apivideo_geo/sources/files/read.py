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

FileGroups = dict[Layout | None, list[str]]
"""Layout → the files that have it; None: JSON that is loaded into memory."""


@dataclass(frozen=True)
class SessionFiles:
    """The content of session files.

    ``table``: a sessions table that is read when its rows are requested (columns ``SESSION_COLUMNS``, then the other
    columns of the files; all strings, empty cells null). ``days``: the UTC days covered, in order. ``rows``: number of
    rows, including those that ``count_sessions`` will reject.
    """

    table: ibis.Table
    days: tuple[date, ...]
    rows: int


def open_sessions(paths: Sequence[str], connection: BaseBackend) -> SessionFiles:
    """Open the sessions in ``paths``: files, patterns (also ``**``) and URLs of an object store, of mixed kinds.

    CSV: the columns of ``sessions.csv`` or the API's dotted names, in any order and case, separated by ``,``, ``;`` or
    tab. JSON, NDJSON: as the API returns them, or flat. Parquet: either. Reads the files once. Raises
    :class:`DataRefused` for a path that matches nothing and for any other file, naming the file and the line.
    """
    groups = group_files(find_all_files(paths))
    try:
        with_files = read_groups(groups, connection)
        table = with_files.drop(FILE)
        places = count_places(table)
        spans = [_span(places)] if _is_one_file(groups) else _spans(with_files)
    except DataRefused as error:
        raise explain_error(groups) or error from None
    days = {day for first, last in spans if first and last for day in days_between(first, last)}
    return SessionFiles(table, tuple(sorted(days)), pc.sum(places["rows"]).as_py() or 0)


def group_files(files: Iterable[str]) -> FileGroups:
    """Group ``files`` by their layout. Raises :class:`DataRefused` for the first that is not a session file."""
    groups: FileGroups = {}
    for name in files:
        kind = kind_of(name)
        layout = remote_layout(name, kind) if is_remote(name) else find_layout(Path(name), kind)
        groups.setdefault(layout, []).append(name)
    return groups


def read_groups(groups: FileGroups, connection: BaseBackend, *, only_here: bool = False) -> ibis.Table:
    """Return all ``groups`` as one sessions table with the column ``FILE``; ``only_here`` as in ``read_sessions``."""
    raws = [raw for layout, files in groups.items() for raw in _read_group(layout, files, connection, only_here)]
    extra = dict.fromkeys(name for raw, _ in raws for name in _names(raw) if column_of(name) is None)
    tables = [to_sessions(raw, guarded=guarded, extra=extra) for raw, guarded in raws]
    names = [*(name for name in tables[0].columns if name not in extra), *extra]
    tables = [table.select(names) for table in tables]
    return ibis.union(*tables) if len(tables) > 1 else tables[0]


def load_csv(path: Path, connection: BaseBackend) -> tuple[ibis.Table, FileGroups]:
    """Return a CSV file of this machine with the columns it has, those of sessions first, and its group for errors.

    Raises :class:`DataRefused` if it is not a CSV file.
    """
    layout = find_layout(path, "csv", checked=False)
    assert layout
    groups: FileGroups = {layout: [str(path)]}
    found = {column_of(name) or name for name in layout.columns}
    try:
        table = read_groups(groups, connection, only_here=True)
    except DataRefused as error:  # rows for Spark are read at once
        raise explain_error(groups) or error from None
    return table.select([name for name in table.columns if name in found]), groups


def explain_error(groups: FileGroups) -> DataRefused | None:
    """Return an error that names the first line of ``groups`` that an engine cannot read; None if none is found."""
    for layout, files in groups.items():
        for name in files:
            if layout and not is_remote(name) and (sentence := find_broken_line(Path(name), layout)):
                return DataRefused(sentence)
    return None


def _read_group(
    layout: Layout | None, files: list[str], connection: BaseBackend, only_here: bool
) -> Iterable[tuple[ibis.Table, bool]]:
    """Return the tables of one group with the columns of the files, and whether formulas in them are escaped."""
    if layout is None:
        for name in files:
            yield load_documents(Path(name)).mutate(**{FILE: ibis.literal(name)}), False
        return
    paths = [name if is_remote(name) else str(Path(name).absolute()) for name in files]
    raw = read_sessions(connection, paths, layout, only_here=only_here)
    if lacks := missing_columns(_names(raw)) if is_remote(files[0]) else "":
        raise DataRefused(f"{files[0]}: there is no column {lacks}; a session file needs {REQUIRED}.")
    yield raw, layout.kind == "csv" and layout.guarded


def _names(raw: ibis.Table) -> list[str]:
    types = raw.schema().items()
    return flat_names({name: tuple(kind.names) if kind.is_struct() else () for name, kind in types})


def _is_one_file(groups: FileGroups) -> bool:
    names = [name for files in groups.values() for name in files]
    return len(names) == 1 and not is_remote(names[0])


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
