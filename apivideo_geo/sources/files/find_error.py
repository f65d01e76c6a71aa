"""Find the line that an engine could not read, by reading the file again: the message is the same for each engine."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Collection, Iterator
from itertools import islice, pairwise
from pathlib import Path

from apivideo_geo.engines import Layout
from apivideo_geo.sources.files.columns import OBJECTS, SESSIONS, Names
from apivideo_geo.sources.files.layouts import SourceFile
from apivideo_geo.text_files import open_text

LONGEST_FIELD = 2**31 - 1
"""Characters; the csv module would otherwise stop at 131,072."""
_END = re.compile("\r\n|\r|\n")
_HALF = re.compile("[\ud800-\udfff]")


def find_broken_line(file: SourceFile, layout: Layout) -> str:
    """Return one sentence about the first error in ``file``; "" if none is found."""
    if layout.kind == "csv":
        return _broken_csv(Path(file.name), layout, file.header)
    return _broken_ndjson(Path(file.name)) if layout.kind == "ndjson" else ""


def find_value(file: SourceFile, layout: Layout | None, column: str, value: str, names: Names = SESSIONS) -> int | None:
    """Return the number of the first line of ``file`` with ``value`` in ``column``; None if it is not found.

    ``names``: what the columns of the file may be called.
    """
    if layout and layout.kind == "parquet":
        return None
    if layout is None or layout.kind == "ndjson":
        written = value if value.isdecimal() else json.dumps(value)
        with open_text(Path(file.name), errors="replace") as lines:
            return next((number for number, line in enumerate(lines, 1) if written in line), None)
    found = names.match(layout.columns)
    if column not in found.values():
        return None
    at = [found.get(name) for name in layout.columns].index(column)
    return next((number for number, row in _read_csv(file, layout) if row[at : at + 1] == [value]), None)


def find_row(file: SourceFile, layout: Layout, values: Collection[str]) -> int | None:
    """Return the number of the first line of a CSV ``file`` that has all ``values``, in any columns; None if none."""
    return next((number for number, row in _read_csv(file, layout) if {*values} <= {*row}), None)


def _read_csv(file: SourceFile, layout: Layout) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a CSV ``file`` from its header on, each with the number of its first line."""
    csv.field_size_limit(LONGEST_FIELD)
    start = file.header
    with open_text(Path(file.name), errors="replace") as lines:
        rows = csv.reader(islice(lines, file.header - 1, None), delimiter=layout.delimiter)
        for row in rows:
            yield start, row
            start = file.header + rows.line_num


def _broken_csv(path: Path, layout: Layout, header: int) -> str:
    expected, start = len(layout.columns), header
    csv.field_size_limit(LONGEST_FIELD)
    with open_text(path) as file:
        rows = csv.reader(islice(file, header - 1, None), delimiter=layout.delimiter, strict=True)
        try:
            for row in rows:
                # The engines accept an empty line, and one delimiter too many at the end of a line.
                if row and len(row) != expected and (len(row) != expected + 1 or row[-1]):
                    return f"{path}, line {start}: expected {expected} fields as in the header, found {len(row)}."
                start = header + rows.line_num
        except csv.Error:
            return f"{path}, line {start}: a quoted field does not end correctly; check its quotes."
    return _mixed_ends(path)


def _mixed_ends(path: Path) -> str:
    with open_text(path) as file:
        ends = ((number, _END.search(line)) for number, line in enumerate(file, 1))
        for (_, before), (number, after) in pairwise(ends):
            if before and after and before.group() != after.group():
                return (
                    f"{path}, line {number}: this line ends differently from those before it; use one kind of line end."
                )
    return ""


def _broken_ndjson(path: Path) -> str:
    with open_text(path) as file:
        for number, line in enumerate(file, 1):
            try:
                item = json.loads(line) if line.strip() else {}
            except ValueError:
                return f"{path}, line {number}: not valid JSON; expected one complete session per line."
            if wrong := wrong_shape(item) or wrong_text(json.dumps(item, ensure_ascii=False)):
                return f"{path}, line {number}: {wrong}."
    return ""


def wrong_shape(item: object) -> str:
    """Describe how ``item`` differs from a session as the API returns it; "" if it does not."""
    if not isinstance(item, dict):
        return "expected a session, an object in braces"
    for name in OBJECTS:
        if not isinstance(item.get(name), dict | None) and not (isinstance(item[name], str) and SESSIONS.knows(name)):
            return f"expected {name} to be an object in braces"
    return ""


def wrong_text(text: str) -> str:
    """Describe the first half of a surrogate pair in ``text``, which cannot be encoded; "" if there is none."""
    found = _HALF.search(text)
    return f"\\u{ord(found[0]):04x} is half a character; remove it, or export the file again" if found else ""
