"""The format of a file of the history: columns, version, metadata. No I/O."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from apivideo_geo.errors import DataRefused
from apivideo_geo.facts import FACTS

VERSION = 1
"""Version of the format. When it grows, add a migration from the version before."""
METADATA_KEY = b"apivideo_geo"
MIGRATIONS: Mapping[int, Callable[[pa.Table], pa.Table]] = {}
"""Version → function that converts its rows to the next version. Empty, because there is only version 1."""

ASSETS = pa.schema(
    [
        pa.field("media_id", pa.string(), nullable=False),
        pa.field("type", pa.string(), nullable=False),
        pa.field("title", pa.string(), nullable=False),
        pa.field("tags", pa.list_(pa.string()), nullable=False),
        pa.field("published_at", pa.string(), nullable=False),
        pa.field("lifetime", pa.int64(), nullable=True),
        pa.field("public", pa.bool_(), nullable=False),
    ]
)
"""Columns of the file of assets, sorted by ``media_id``. ``lifetime`` is null if it was not fetched. Older files have
neither ``lifetime`` nor ``public``; they contain only public assets."""


@dataclass(frozen=True)
class StoredDay:
    """What a file's footer says about one of its days: enough to rebuild the ledger line, except for the times."""

    source: str
    detail: str
    open: bool
    count: int
    rows: int


def render_metadata(metric: str, days: Mapping[date, StoredDay]) -> dict[bytes, bytes]:
    """Return the metadata of a file with ``days``, including those without rows."""
    about = {
        "schema": VERSION,
        "metric": metric,
        "days": {day.isoformat(): asdict(stored) for day, stored in sorted(days.items())},
    }
    return {METADATA_KEY: json.dumps(about, separators=(",", ":")).encode()}


def migrate(table: pa.Table, version: int) -> pa.Table:
    """Convert ``table`` from ``version`` to the current version."""
    for step in range(version, VERSION):
        table = MIGRATIONS[step](table)
    return table


def parse_version(metadata: Mapping[bytes, bytes] | None) -> int:
    """Return the version of a file; the current one if the file has none, such as the file of assets."""
    return int(json.loads((metadata or {}).get(METADATA_KEY, b"{}")).get("schema", VERSION))


def parse_metadata(
    metadata: Mapping[bytes, bytes] | None, name: str, columns: Collection[str]
) -> tuple[str, dict[date, StoredDay]]:
    """Return the metric and the days of a file named ``name`` with ``columns``.

    Raises :class:`DataRefused` if it is not a file of the history, or has a newer version.
    """
    try:
        about: dict[str, Any] = json.loads((metadata or {})[METADATA_KEY])
        version = int(about["schema"])
        if version > VERSION:
            raise DataRefused(
                f"{name} was written by a newer apivideo-geo (schema {version}, this one knows {VERSION}); "
                "update apivideo-geo and run again."
            )
        if version == VERSION and not set(FACTS.names) <= set(columns):
            raise not_ours(name)
        return str(about["metric"]), {
            date.fromisoformat(day): StoredDay(**stored) for day, stored in about["days"].items()
        }
    except (KeyError, ValueError, TypeError):
        raise not_ours(name) from None


def not_ours(name: str) -> DataRefused:
    """Return the error for a file called ``name`` that is not part of a history."""
    return DataRefused(f"{name} is not a file of the history; move it out of the history folder and run again.")
