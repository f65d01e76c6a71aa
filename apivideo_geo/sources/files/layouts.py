"""Detect the kind and the columns of a session file, before an engine reads it."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, cast

from apivideo_geo.engines import Layout
from apivideo_geo.errors import DataRefused
from apivideo_geo.formulas import unescape_formula
from apivideo_geo.sources.files.columns import FLAT, NESTED, REQUIRED, column_of, flat_names, missing_columns
from apivideo_geo.sources.files.encoding import scan_text

KINDS = {".csv": "csv", ".tsv": "csv", ".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson", ".parquet": "parquet"}
"""Ending of the name (without ``.gz``) → kind of file."""
ENDINGS = ", ".join(KINDS)
SESSION_PER_LINE = Layout("ndjson", FLAT, nested=NESTED)
"""NDJSON with the API's objects, or plain or dotted names; everything else in it is ignored."""


def kind_of(path: str) -> str:
    """Return ``csv``, ``json``, ``ndjson`` or ``parquet``, by the name. Raises :class:`DataRefused` for any other."""
    name = path.partition("?")[0] if path.startswith(("http://", "https://")) else path  # a URL may be signed
    ending = Path(name.lower().removesuffix(".gz")).suffix
    if ending not in KINDS:
        raise DataRefused(f"{path} is not a session file: expected a name that ends in {ENDINGS} (.gz allowed).")
    return KINDS[ending]


def find_layout(path: Path, kind: str, *, checked: bool = True) -> Layout | None:
    """Return how to read the file; None if it is JSON that must be loaded into memory.

    Raises :class:`DataRefused` if the file is empty, cannot be read, is not UTF-8 or (``checked``) misses columns.
    """
    if kind == "parquet":
        return _check(path, _parquet_layout(path), checked)
    guarded = scan_text(path)
    if kind == "csv":
        return _check(path, replace(_csv_layout(path), guarded=guarded), checked)
    return _json_layout(path) if kind == "ndjson" else None


def remote_layout(url: str, kind: str) -> Layout:
    """Return how to read ``url``: the engine detects the columns. Raises :class:`DataRefused` for JSON."""
    if kind == "json":
        raise DataRefused(f"{url}: only CSV, NDJSON and Parquet can be read by URL.")
    return SESSION_PER_LINE if kind == "ndjson" else Layout("csv" if kind == "csv" else "parquet")


def open_text(path: Path) -> IO[str]:
    """Open the text of a file, decompressed if its name ends in ``.gz``, with its line ends unchanged."""
    if path.suffix.lower() == ".gz":
        return cast("IO[str]", gzip.open(path, "rt", encoding="utf-8-sig", newline=""))
    return path.open(encoding="utf-8-sig", newline="")


def _check(path: Path, layout: Layout, checked: bool) -> Layout:
    missing = missing_columns(layout.columns)
    if missing and checked:
        line = ", line 1" if layout.kind == "csv" else ""
        raise DataRefused(f"{path}{line}: there is no column {missing}; a session file needs {REQUIRED}.")
    return layout


def _csv_layout(path: Path) -> Layout:
    """Use the delimiter with which the header has the most known columns."""
    candidates = []
    for delimiter in (",", ";", "\t"):
        with open_text(path) as file:
            try:
                names = next(csv.reader(file, delimiter=delimiter), [])
            except csv.Error:
                names = []
        candidates.append((sum(column_of(name) is not None for name in names), len(names), delimiter, names))
    _, _, delimiter, names = max(candidates, key=lambda candidate: candidate[:2])
    if not any(names):
        raise DataRefused(f"{path}, line 1: expected a header line with the columns {REQUIRED}.")
    # pandas writes its index without a name: an ordinary column.
    columns = [unescape_formula(name).strip() or f"column {number}" for number, name in enumerate(names, 1)]
    lowered = [name.casefold() for name in columns]
    twice = [name for name in columns if lowered.count(name.casefold()) > 1]
    if twice:
        raise DataRefused(f"{path}, line 1: the column {twice[0]} occurs twice; keep one of the two.")
    return Layout("csv", tuple(columns), delimiter)


def _json_layout(path: Path) -> Layout | None:
    """Decide by the first line: one session per line, or JSON that must be loaded (None)."""
    with open_text(path) as file:
        line = next((line for line in file if line.strip()), "")
    if not line:
        raise DataRefused(f"{path} is empty: expected one session per line, as JSON.")
    try:
        item = json.loads(line)
    except ValueError:
        return SESSION_PER_LINE  # the engine will fail on it, and the line be named then
    if not isinstance(item, Mapping) or "data" in item:
        return None
    names = flat_names({name: tuple(value) if isinstance(value, Mapping) else () for name, value in item.items()})
    if missing := missing_columns(names):
        raise DataRefused(f"{path}, line 1: there is no {missing}; expected a session as the API returns it.")
    return SESSION_PER_LINE


def _parquet_layout(path: Path) -> Layout:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        raise DataRefused(f"{path} is not a complete Parquet file; export it again ({_first_line(error)}).") from None
    names = {f.name: tuple(part.name for part in f.type) if pa.types.is_struct(f.type) else () for f in schema}
    return Layout("parquet", tuple(flat_names(names)), types=tuple(str(f.type) for f in schema))


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")[:120]
