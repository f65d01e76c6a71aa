"""Detect the kind and the columns of a session file, before an engine reads it."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from apivideo_geo.engines import FILE, Layout, find_json_names, readable_path
from apivideo_geo.errors import DataRefused
from apivideo_geo.formulas import unescape_formula
from apivideo_geo.plain_text import clean_text, has_control_characters
from apivideo_geo.sources.files.columns import OBJECTS, REQUIRED, SESSIONS, Names, flat_names, key_of
from apivideo_geo.sources.files.encoding import copy_as_utf8, is_readable, scan_text
from apivideo_geo.sources.files.paths import folder_values
from apivideo_geo.text_files import READ_ERRORS, describe, open_bytes, open_text

if TYPE_CHECKING:
    from ibis.backends import BaseBackend

KINDS = {".csv": "csv", ".tsv": "csv", ".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson", ".parquet": "parquet"}
"""Ending of the name (without ``.gz``) → kind of file. Others are known by their content, if they are on this machine.
"""
ENDINGS = ", ".join(KINDS)
MOST_COLUMNS = 500
"""An engine takes seconds for a thousand columns, and minutes for ten thousand."""
DELIMITERS = ",;\t|"
HEADER_WITHIN = 100
"""Number of lines in which the header must be; above it may be a title, comments, or Excel's ``sep=;``."""
NOT_TABLES = (b"%PDF", b"\x89PNG", b"\xd0\xcf\x11\xe0", b"SQLi", b"Obj\x01")
"""How files that cannot be read as text begin: PDF, PNG, old workbooks (.xls), SQLite and Avro."""
LONGEST_LINE = 1 << 20
"""Characters of a line that are read to find the header."""


@dataclass(frozen=True)
class SourceFile:
    """A file: its ``name`` as messages show it, what the engine opens, and the number of its header line (CSV)."""

    name: str
    readable: str
    header: int = 1


def kind_of(path: str) -> str:
    """Return ``csv``, ``json``, ``ndjson`` or ``parquet``. Raises :class:`DataRefused` if it cannot be determined."""
    name = path.partition("?")[0] if path.startswith(("http://", "https://")) else path  # a URL may be signed
    ending = Path(name.lower().removesuffix(".gz").removesuffix(".zip")).suffix
    if ending in KINDS:
        return KINDS[ending]
    if "://" in path:
        raise DataRefused(f"{path} is not a session file: expected a name that ends in {ENDINGS} (.gz allowed).")
    try:
        with open_bytes(Path(path)) as file:
            if file.read(4) == b"PAR1":
                return "parquet"
        with open_text(Path(path), errors="replace") as text:
            start = text.read(1000).lstrip()[:1]
    except READ_ERRORS as error:
        raise DataRefused(f"{path} cannot be read: {describe(error)}.") from None
    return {"[": "json", "{": "ndjson"}.get(start, "csv")


def find_layout(
    path: Path, kind: str, connection: BaseBackend, *, checked: bool = True
) -> tuple[Layout | None, SourceFile]:
    """Return how to read the file (None if it is JSON that must be loaded into memory), and what to read.

    Raises :class:`DataRefused` if the file is empty, cannot be read, is not text, or (``checked``) misses columns.
    """
    layout, file = open_source(path, kind, SESSIONS, SESSIONS.are_complete if checked else bool)
    if kind == "json" or (kind == "ndjson" and not _is_one_per_line(path)):
        return None, file
    if kind == "ndjson":
        layout = replace(ndjson_layout(file.readable, connection), only_here=layout.only_here)
    if checked:
        _check_complete(file, layout)
    return layout, file


def open_source(
    path: Path, kind: str, columns: Names, is_header: Callable[[Sequence[str]], bool]
) -> tuple[Layout, SourceFile]:
    """Return how to read a file, and what; the columns of JSON are not in the layout yet.

    ``columns``: what its columns may be called; ``is_header``: whether a line with these names is the header of CSV.
    Raises :class:`DataRefused` if the file is empty, cannot be read or is not text.
    """
    file = SourceFile(str(path), str(path.absolute()))
    if kind == "parquet":
        return _parquet_layout(path), replace(file, readable=str(readable_path(path).absolute()))
    header, layout = 1, Layout("ndjson")
    try:
        with open_bytes(path) as opened:
            if opened.read(4) in NOT_TABLES:
                raise DataRefused(f"{path} is not CSV, JSON or Parquet; export the data as one of them.")
        if kind == "csv":
            header, layout = _csv_layout(path, columns, is_header)
        readable = path if header == 1 and is_readable(path, kind) else copy_as_utf8(path, header)
    except READ_ERRORS as error:
        raise DataRefused(f"{path} cannot be read: {describe(error)}.") from None
    guarded = scan_text(readable, shown=path)
    readable = readable_path(readable)
    layout = replace(layout, guarded=guarded, only_here=readable != path)
    return layout, SourceFile(str(path), str(readable.absolute()), header)


def ndjson_layout(path: str, connection: BaseBackend) -> Layout:
    """Return how to read one session per line, with all names of columns that occur; other keys are ignored."""
    names = find_json_names(path, connection)
    if not names:  # the engine will fail on a line, and it be named then
        return Layout("ndjson", ("sessionID", "loadedAt", "country"))
    groups = {name for name in names if key_of(name) in OBJECTS or (names[name] and not SESSIONS.knows(name))}
    nested = {name: tuple(key for key in names[name] if SESSIONS.knows(f"{name}.{key}")) for name in groups}
    plain = tuple(name for name in names if name not in groups and SESSIONS.knows(name))
    return Layout("ndjson", plain, nested={name: keys for name, keys in nested.items() if keys})


def _check_complete(file: SourceFile, layout: Layout) -> None:
    """Raise :class:`DataRefused` if a session file lacks a column."""
    place = f"{file.name}, line {file.header}" if layout.kind == "csv" else file.name
    if missing := SESSIONS.missing([*layout.columns, *flat_names(layout.nested), *folder_values(file.name)], place):
        seen = f" (the first line is {first_line(Path(file.name))})" if layout.kind == "csv" else ""
        raise DataRefused(f"{place}: there is no column {missing}{seen}; a session file needs {REQUIRED}.")


def first_line(path: Path) -> str:
    """Quote the first line that is not empty."""
    with open_text(path, errors="replace") as file:
        lines = (" ".join(line.split()) for line in iter(lambda: file.readline(LONGEST_LINE), ""))
        line = next(filter(None, lines), "")
    return repr(line if len(line) <= 80 else line[:79] + "…")


def _csv_layout(path: Path, columns: Names, is_header: Callable[[Sequence[str]], bool]) -> tuple[int, Layout]:
    """Return the number of the header line and the layout: the first line that ``is_header``, or line 1.

    The delimiter is the one with which it has the most known columns.
    """
    with open_text(path, errors="replace") as file:
        lines = list(islice(iter(lambda: file.readline(LONGEST_LINE), ""), HEADER_WITHIN))
    number, delimiter, names = 1, ",", _names(lines, ",")
    for start in range(len(lines)):
        candidates = [(_names(lines[start:], delimiter), delimiter) for delimiter in DELIMITERS]
        found, by = max(candidates, key=lambda one: (sum(map(columns.knows, one[0])), len(one[0])))
        if start == 0 or is_header(found):
            number, delimiter, names = start + 1, by, found
        if is_header(found):
            break
    if not any(names):
        needs = REQUIRED if columns is SESSIONS else ", ".join(columns.needs)
        raise DataRefused(f"{path}, line 1: expected a header line with the columns {needs}.")
    # pandas writes its index without a name: an ordinary column.
    named = [clean_text(unescape_formula(name)) or f"column {at}" for at, name in enumerate(names, 1)]
    _check_names(f"{path}, line {number}", named)
    return number, Layout("csv", tuple(named), delimiter)


def _check_names(place: str, columns: Sequence[str]) -> None:
    """Raise :class:`DataRefused` for names of columns that an engine cannot use together."""
    if len(columns) > MOST_COLUMNS:
        raise DataRefused(
            f"{place}: there are {len(columns):,} columns, and at most {MOST_COLUMNS} can be read; "
            f"export it with only {REQUIRED}, and what else is needed."
        )
    counts = Counter(name.casefold() for name in columns)
    if several := next((name for name, times in counts.items() if times > 1), None):
        twice = [name for name in columns if name.casefold() == several]
        raise DataRefused(
            f"{place}: the columns {twice[0]!r} and {twice[1]!r} have the same name; keep one of the two."
        )
    for name in columns:
        if not name or has_control_characters(name) or name.casefold() == FILE:
            raise DataRefused(f"{place}: a column cannot have the name {clean_text(name)!r}; rename it.")


def _names(lines: list[str], delimiter: str) -> list[str]:
    try:
        return next(csv.reader(lines, delimiter=delimiter), [])
    except csv.Error:
        return []


def _is_one_per_line(path: Path) -> bool:
    """Decide by the first line: one session per line, or JSON that must be loaded."""
    with open_text(path, errors="replace") as file:
        lines = iter(lambda: file.readline(LONGEST_LINE), "")
        line = next((line for line in lines if line.strip()), "")
    if not line:
        raise DataRefused(f"{path} is empty: expected one session per line, as JSON.")
    if len(line) == LONGEST_LINE and not line.endswith("\n"):
        return False
    try:
        item = json.loads(line)
    except (ValueError, RecursionError):
        return True  # the engine will fail on it, and the line be named then
    return isinstance(item, Mapping) and "data" not in item


def _parquet_layout(path: Path) -> Layout:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        reason = str(error).strip().partition("\n")[0].rstrip(".")[:120]
        raise DataRefused(f"{path} is not a complete Parquet file; export it again ({reason}).") from None
    names = {f.name: tuple(part.name for part in f.type) if pa.types.is_struct(f.type) else () for f in schema}
    _check_names(str(path), list(names))
    return Layout("parquet", tuple(flat_names(names)), types=tuple(str(f.type) for f in schema))
