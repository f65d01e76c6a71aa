"""What a file of the history looks like: columns, version, metadata. Pure: no disk, no clock."""

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
"""Version of the files written now; one pure migration a step is added when it grows."""
METADATA_KEY = b"apivideo_geo"
MIGRATIONS: Mapping[int, Callable[[pa.Table], pa.Table]] = {}
"""Version → what makes facts of that version facts of the next one; none yet, for there is only version 1."""

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
"""Sorted by ``media_id``. ``lifetime`` is null where it was not asked; older files lack it, and ``public``: they hold
only assets that are."""


@dataclass(frozen=True)
class Held:
    """What a file tells of a day in it: enough to rebuild its line of the ledger. No times."""

    source: str
    detail: str
    open: bool
    count: int
    rows: int


def render_metadata(metric: str, days: Mapping[date, Held]) -> dict[bytes, bytes]:
    """The metadata of a file that holds ``days`` (also those without a row)."""
    about = {
        "schema": VERSION,
        "metric": metric,
        "days": {day.isoformat(): asdict(held) for day, held in sorted(days.items())},
    }
    return {METADATA_KEY: json.dumps(about, separators=(",", ":")).encode()}


def migrate(table: pa.Table, version: int) -> pa.Table:
    """``table``, as a file of ``version`` holds it, as this version has it."""
    for step in range(version, VERSION):
        table = MIGRATIONS[step](table)
    return table


def parse_version(metadata: Mapping[bytes, bytes] | None) -> int:
    """The version of a file; this one's where it has none, as the file of assets."""
    return int(json.loads((metadata or {}).get(METADATA_KEY, b"{}")).get("schema", VERSION))


def parse_metadata(
    metadata: Mapping[bytes, bytes] | None, name: str, columns: Collection[str]
) -> tuple[str, dict[date, Held]]:
    """Metric and days of a file named ``name`` that has ``columns``.

    Raises :class:`DataRefused` where it is not ours or of a newer version.
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
        return str(about["metric"]), {date.fromisoformat(day): Held(**held) for day, held in about["days"].items()}
    except (KeyError, ValueError, TypeError):
        raise not_ours(name) from None


def not_ours(name: str) -> DataRefused:
    """The file called ``name`` is somebody else's."""
    return DataRefused(f"{name} is not a file of the history; move it out of the history folder and run again.")
