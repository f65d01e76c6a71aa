"""Read saved answers of the API as counts: of today's ``/data/buckets/…/country``, and of its ``plays`` of mid-2023."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pyarrow as pa

from apivideo_geo.geo.countries import to_alpha3
from apivideo_geo.model import METRICS, UNKNOWN
from apivideo_geo.sources.files.columns import Names, key_of
from apivideo_geo.sources.files.json_documents import as_text, documents_of, items_of
from apivideo_geo.sources.files.layouts import SourceFile
from apivideo_geo.sources.files.paths import day_in_name


@dataclass(frozen=True)
class Answer:
    """One page of an answer: ``rows`` are (country, count), as texts. ``reason``: why it cannot be used, or ""."""

    file: str
    metric: str
    day: str
    rows: tuple[tuple[str | None, str | None], ...]
    page: int = 1
    pages: int = 1
    reason: str = ""


def read_answers(file: SourceFile, columns: Names) -> tuple[list[Answer], pa.Table | None]:
    """Return the answers in a JSON file, and its other rows as a table of strings; None if there are none."""
    answers, rows = [], []
    for document in documents_of(file):
        for one in document if isinstance(document, list) else [document]:
            values = _by_key(one) if isinstance(one, dict) else {}
            if isinstance(values.get("context"), dict) and isinstance(values.get("data"), list):
                answers.append(_bucket(file, values))
            elif _is_plays(values):
                answers.append(_plays(file, values))
            elif isinstance(one, dict) and isinstance(document, list):
                rows.append(_flat(one))
            else:
                rows += [_flat(item) for item in items_of(one, columns) if isinstance(item, dict)]
    if not rows:
        return answers, None
    names = list(dict.fromkeys(name for row in rows for name in row))
    return answers, pa.table({name: pa.array([as_text(row.get(name)) for row in rows], pa.string()) for name in names})


def _bucket(file: SourceFile, values: Mapping[str, Any]) -> Answer:
    context, pagination = _by_key(values["context"]), _by_key(values.get("pagination") or {})
    frame = _by_key(context.get("timeframe") or {})
    day, reason = _whole_day(frame.get("from"), frame.get("to"))
    if context.get("breakdown") != "country":
        reason = f"its breakdown is {context.get('breakdown')!r}, not 'country'"
    elif context.get("metric") not in METRICS:
        reason = f"its metric is {context.get('metric')!r}"
    elif "filterBy" in json.dumps(pagination.get("links") or ""):
        reason = "it counts only a part: its address has filterBy"
    rows = [_by_key(row) for row in values["data"] if isinstance(row, dict)]
    return Answer(
        file.name, str(context.get("metric")), day,
        tuple((as_text(row.get("dimensionvalue")), as_text(row.get("metricvalue"))) for row in rows),
        _number(pagination.get("currentpage")), _number(pagination.get("pagestotal")), reason,
    )  # fmt: skip


def _is_plays(values: Mapping[str, Any]) -> bool:
    rows = values.get("data")
    if not isinstance(rows, list) or not rows:
        return False
    return all(isinstance(row, dict) and {*_by_key(row)} == {"value", "plays"} for row in rows)


def _plays(file: SourceFile, values: Mapping[str, Any]) -> Answer:
    pagination = _by_key(values.get("pagination") or {})
    day = day_in_name(file.name)
    reason = "" if day else "its name has no day such as 2023-06-01.json"
    rows = tuple((as_text(row.get("value")), as_text(row.get("plays"))) for row in map(_by_key, values["data"]))
    if not any(to_alpha3(country or "") != UNKNOWN for country, _ in rows):
        reason = reason or "none of its values is a country"
    page, pages = _number(pagination.get("currentpage")), _number(pagination.get("pagestotal"))
    return Answer(file.name, "play", "" if reason else day, rows, page, pages, reason)


def _whole_day(start: object, end: object) -> tuple[str, str]:
    """Return the UTC day from ``start`` to ``end``, and "", or "" and why they are not one."""
    try:
        first, last = (datetime.fromisoformat(str(one)) for one in (start, end))
        first, last = (one.astimezone(UTC) if one.tzinfo else one.replace(tzinfo=UTC) for one in (first, last))
    except ValueError:
        return "", f"its timeframe is not a period ({start} to {end})"
    if first.time() == time(0) and last - first == timedelta(days=1):
        return first.date().isoformat(), ""
    return "", f"its timeframe is not one whole UTC day ({start} to {end})"


def _flat(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``item`` with the fields of its objects under dotted names."""
    row: dict[str, Any] = {}
    for name, value in item.items():
        row |= {f"{name}.{key}": part for key, part in value.items()} if isinstance(value, dict) else {name: value}
    return row


def _by_key(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key_of(name): value for name, value in values.items()}


def _number(value: object) -> int:
    return value if isinstance(value, int) else 1
