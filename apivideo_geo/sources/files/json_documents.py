"""Load JSON files: a list of sessions, one session, pages of the API, or several of these one after the other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apivideo_geo.engines import table_of_rows
from apivideo_geo.errors import DataRefused
from apivideo_geo.sources.files.columns import FLAT, NESTED, flat_names, missing_columns
from apivideo_geo.sources.files.find_error import wrong_shape, wrong_text
from apivideo_geo.sources.files.layouts import open_text

if TYPE_CHECKING:
    import ibis

NAMES = (*FLAT, *(name for name in flat_names(NESTED) if name not in FLAT))


def load_documents(path: Path) -> ibis.Table:
    """Return the sessions of the JSON file: a column of strings for each plain or dotted name that occurs in it.

    Raises :class:`DataRefused`, naming the line of invalid JSON or the number of an invalid session.
    """
    rows = list(_rows(path))
    names = [name for name in NAMES if any(name in row for row in rows)] if rows else list(FLAT)
    if missing := missing_columns(names):
        raise DataRefused(f"{path}: its sessions have no {missing}; expected sessions as the API returns them.")
    try:
        return table_of_rows(rows, names)
    except UnicodeEncodeError:
        texts = ("".join(filter(None, row.values())) for row in rows)
        number, wrong = next((number, wrong) for number, text in enumerate(texts, 1) if (wrong := wrong_text(text)))
        raise DataRefused(f"{path}, session {number}: {wrong}.") from None


def _rows(path: Path) -> Iterator[dict[str, str | None]]:
    number = 0
    for document in _documents(path):
        items = document.get("data", [document]) if isinstance(document, dict) else document
        for item in items if isinstance(items, list) else [items]:
            number += 1
            if wrong := wrong_shape(item):
                raise DataRefused(f"{path}, session {number}: {wrong}.")
            yield _flatten(item)


def _documents(path: Path) -> Iterator[Any]:
    with open_text(path) as file:
        text = file.read()
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
        yield document


def _flatten(item: Mapping[str, Any]) -> dict[str, str | None]:
    row = {name: _text(item[name]) for name in FLAT if name in item}
    for name, fields in NESTED.items():
        values = item.get(name) or {}
        row |= {f"{name}.{field}": _text(values[field]) for field in fields if field in values}
    return row


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))  # as the engines do
