"""Files that are alike are read in one go; all of them together are one sessions table."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import ibis

from apivideo_geo.engines import FILE, Layout, read_sessions
from apivideo_geo.errors import DataRefused
from apivideo_geo.sources.files.broken import find_broken_line
from apivideo_geo.sources.files.columns import REQUIRED, column_of, flat_names, missing_columns, to_sessions
from apivideo_geo.sources.files.documents import load_documents
from apivideo_geo.sources.files.layouts import find_layout, kind_of, remote_layout
from apivideo_geo.sources.files.paths import is_remote

if TYPE_CHECKING:
    from ibis.backends import BaseBackend

Parts = dict[Layout | None, list[str]]
"""Layout → the files that have it; None: JSON to be read whole."""


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
