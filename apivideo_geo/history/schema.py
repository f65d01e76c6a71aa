"""The format of a file of the history: columns, version, metadata. No I/O."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, ClassVar

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from apivideo_geo.errors import DataRefused
from apivideo_geo.model import DETAIL_DIMENSIONS, MOST_COUNT, Doubt

VERSION = 2
"""Version of the format. When it grows, add a migration from the version before. Version 2 added ``reported`` and
``doubt`` to the metadata of a day, and the file's checksum."""
METADATA_KEY = b"apivideo_geo"
MIGRATIONS: Mapping[int, Callable[[pa.Table], pa.Table]] = {1: lambda table: table}
"""Version → function that converts its rows to the next version. In the metadata, a missing field has its default."""

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

STRICT = ConfigDict(strict=True, extra="forbid")
"""How files are read: a value of another type, or an unknown field, is an error."""
Count = Annotated[int, Field(ge=0, le=MOST_COUNT)]
"""A count in a file."""
LAST_DAY = date(2199, 12, 31)
"""The last day that a file can have."""
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=LAST_DAY)]
"""A UTC day in a file. The bounds keep calculations with days from overflowing."""
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{0,39}$")]
"""The name of a metric or of a source."""
DetailName = Annotated[str, StringConstraints(pattern=f"^({'|'.join(DETAIL_DIMENSIONS)})$")]
"""A level of detail."""


@dataclass(frozen=True)
class StoredDay:
    """What a file's footer says about one of its days: enough to rebuild the ledger line, except for the times.

    ``reported``: the API's own count of the day when it was last compared; None if it was not.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    source: Name
    detail: DetailName
    open: bool
    count: Count
    rows: Count
    reported: Count | None = None
    doubt: Doubt = "no"


class _Metadata(BaseModel):
    """The metadata of a file of facts."""

    model_config = STRICT

    version: int = Field(alias="schema", ge=1)
    metric: Name
    days: dict[Day, StoredDay]


class _Version(BaseModel):
    """The part of the metadata that every version has."""

    model_config = ConfigDict(strict=True)

    version: int = Field(VERSION, alias="schema", ge=1)


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


def parse_version(metadata: Mapping[bytes, bytes] | None, name: str) -> int:
    """Return the version of a file named ``name``; the current one if the file has none, such as a file of assets.

    Raises :class:`DataRefused` if it is not a file of the history, or has a newer version.
    """
    try:
        version = _Version.model_validate_json((metadata or {}).get(METADATA_KEY, b"{}")).version
    except ValidationError:
        raise not_ours(name) from None
    if version > VERSION:
        raise DataRefused(
            f"{name} was written by a newer apivideo-geo (schema {version}, this one knows {VERSION}); "
            "update apivideo-geo and run again."
        )
    return version


def parse_metadata(metadata: Mapping[bytes, bytes] | None, name: str) -> tuple[str, dict[date, StoredDay]]:
    """Return the metric and the days of a file named ``name``.

    Raises :class:`DataRefused` if it is not a file of the history, or has a newer version.
    """
    parse_version(metadata, name)
    try:
        about = _Metadata.model_validate_json((metadata or {})[METADATA_KEY])
    except (KeyError, ValidationError):
        raise not_ours(name) from None
    return about.metric, about.days


def check_columns(schema: pa.Schema, expected: pa.Schema, name: str) -> None:
    """Raise :class:`DataRefused` if a file named ``name`` lacks a column of ``expected``, or has it in another type.

    The file of assets of an older version lacks the columns that may be null, and ``public``.
    """
    types = dict(zip(schema.names, schema.types, strict=True))
    optional = {"lifetime", "public"}  # facts have no such columns
    if any(
        types.get(field.name) != field.type and not (field.name in optional and field.name not in types)
        for field in expected
    ):
        raise not_ours(name)


def not_ours(name: str) -> DataRefused:
    """Return the error for a file called ``name`` that is not part of a history."""
    return DataRefused(f"{name} is not a file of the history; move it out of the history folder and run again.")
