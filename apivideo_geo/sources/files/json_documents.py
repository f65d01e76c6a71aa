"""Load JSON files: a list of sessions, one session, pages of the API, or several of these one after the other.

Also tables as pandas and R write them: by column (``{"country": {"0": "Peru"}}``, ``{"country": ["Peru"]}``), by index,
and with the names of the columns apart (``{"columns": …, "data": …}``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apivideo_geo.engines import table_of_rows
from apivideo_geo.errors import DataRefused
from apivideo_geo.sources.files.columns import METADATA, SESSIONS, Names, key_of
from apivideo_geo.sources.files.find_error import wrong_shape, wrong_text
from apivideo_geo.sources.files.layouts import SourceFile
from apivideo_geo.sources.files.paths import folder_values
from apivideo_geo.text_files import open_text

if TYPE_CHECKING:
    import ibis

MOST_TEXT = 128_000_000
"""Maximum length of a JSON file that is loaded into memory, in characters; it takes ten times as many bytes."""


def load_documents(file: SourceFile) -> ibis.Table:
    """Return the sessions of the JSON file: a column of strings for each plain or dotted name that occurs in it.

    Raises :class:`DataRefused`, naming the line of invalid JSON or the number of an invalid session.
    """
    path, rows = file.name, list(_rows(file))
    names = list(dict.fromkeys(name for row in rows for name in row)) if rows else ["sessionID", "loadedAt", "country"]
    if missing := SESSIONS.missing([*names, *folder_values(path)], path):
        raise DataRefused(f"{path}: its sessions have no {missing}; expected sessions as the API returns them.")
    try:
        return table_of_rows(rows, names)
    except UnicodeEncodeError:
        texts = ("".join(filter(None, row.values())) for row in rows)
        number, wrong = next((number, wrong) for number, text in enumerate(texts, 1) if (wrong := wrong_text(text)))
        raise DataRefused(f"{path}, session {number}: {wrong}.") from None


def _rows(file: SourceFile) -> Iterator[dict[str, str | None]]:
    number = 0
    for document in documents_of(file):
        for item in items_of(document, SESSIONS):
            number += 1
            if wrong := wrong_shape(item):
                raise DataRefused(f"{file.name}, session {number}: {wrong}.")
            yield _flatten(item)


def items_of(document: object, columns: Names) -> list[Any]:
    """Return the rows of a JSON document with ``columns``, in whichever of the forms above it is."""
    if not isinstance(document, dict):
        return document if isinstance(document, list) else [document]
    data, names, values = document.get("data"), document.get("columns"), list(document.values())
    if isinstance(data, list) and isinstance(names, list) and all(isinstance(row, list) for row in data):
        return [dict(zip(map(str, names), row, strict=False)) for row in data]
    if "data" in document:
        return data if isinstance(data, list) else [data]
    if _are(dict, values) and not columns.missing(document):
        return [{name: cells.get(at) for name, cells in document.items()} for at in values[0]]
    if _are(list, values) and not columns.missing(document):
        return [dict(zip(document, row, strict=True)) for row in zip_longest(*values)]
    if _are(dict, values) and not any(columns.missing(value) for value in values):
        return values
    return [document]


def _are(kind: type, values: list[Any]) -> bool:
    return bool(values) and all(isinstance(value, kind) for value in values)


def documents_of(file: SourceFile) -> Iterator[Any]:
    """Yield the documents in a JSON file. Raises :class:`DataRefused`, naming the line of invalid JSON."""
    path = file.name
    with open_text(Path(file.readable)) as lines:
        text = lines.read(MOST_TEXT + 1)
    if len(text) > MOST_TEXT:
        raise DataRefused(
            f"{path} has more than {MOST_TEXT:,} characters of JSON, which is read into memory: split it, or write it "
            "as one session per line (.ndjson), CSV or Parquet, which may be of any size."
        )
    decoder, position, end = json.JSONDecoder(), 0, len(text.rstrip())
    if not end:
        raise DataRefused(f"{path} is empty: expected a list of sessions, or pages of the API, as JSON.")
    while position < end:
        while text[position].isspace():
            position += 1
        try:
            document, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            raise DataRefused(f"{path}, line {error.lineno}: not valid JSON ({error.msg}).") from None
        except RecursionError:
            raise DataRefused(f"{path} is nested too deeply; expected a list of sessions.") from None
        except ValueError:  # more digits than Python reads
            raise DataRefused(f"{path} has a number with too many digits; expected a list of sessions.") from None
        yield document


def _flatten(item: Mapping[str, Any]) -> dict[str, str | None]:
    row: dict[str, str | None] = {}
    for name, value in item.items():
        inner = value if isinstance(value, dict) else {}
        row |= {
            dotted: as_text(part)
            for key, part in inner.items()
            if SESSIONS.knows(dotted := f"{name}.{key}") or key_of(dotted) == METADATA
        }
        if not inner and SESSIONS.knows(name):
            row[name] = as_text(value)
    return row


def as_text(value: object) -> str | None:
    """Return a value of JSON as text; objects and lists without spaces, as the engines write them."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
