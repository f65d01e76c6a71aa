"""Map the columns of session files, whatever they are called, to ``model.SESSION_COLUMNS``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import ibis

from apivideo_geo.formulas import unescape_formulas
from apivideo_geo.model import SESSION_COLUMNS

if TYPE_CHECKING:
    from ibis.expr.types import StringValue

NESTED: Mapping[str, tuple[str, ...]] = {
    "session": ("sessionId", "loadedAt", "endedAt", "metadata"),
    "location": ("country", "city"),
    "device": ("type", "vendor", "model"),
    "os": ("name", "shortname", "version"),
    "client": ("type", "name", "version"),
    "referrer": ("url", "medium", "source", "searchTerm"),
}
"""A session as the API's session endpoints return it: object → fields. ``metadata`` stays text."""
DOTTED: Mapping[str, str] = {
    "session.sessionId": "sessionID",
    "session.loadedAt": "loadedAt",
    "session.endedAt": "endedAt",
    "location.country": "country",
    "location.city": "city",
    "device.type": "deviceType",
    "device.vendor": "deviceVendor",
    "device.model": "deviceModel",
    "os.name": "osName",
    "os.shortname": "osShortname",
    "os.version": "osVersion",
    "client.type": "clientType",
    "client.name": "clientName",
    "client.version": "clientVersion",
    "referrer.url": "referrerUrl",
    "referrer.medium": "referrerMedium",
    "referrer.source": "referrerSource",
    "referrer.searchTerm": "referrerSearchTerm",
    "videoId": "assetID",
    "liveStreamId": "assetID",
}
"""The API's names, dotted as ``pandas.json_normalize`` does → session columns."""
IDS: Mapping[str, str] = {"videoId": "video", "liveStreamId": "live-stream"}
"""Names of an asset's id → the type of asset that they imply."""
FLAT = (*SESSION_COLUMNS, *DOTTED)
"""All names of columns that are not structs."""
REQUIRED = "sessionID, loadedAt, and country or ISO_A3"

_KNOWN = {name.casefold(): DOTTED.get(name, name) for name in FLAT}


def column_of(name: str) -> str | None:
    """Return the session column for ``name`` in a file (case and surrounding spaces do not matter), or None."""
    return _KNOWN.get(name.strip().casefold())


def missing_columns(names: Iterable[str]) -> str:
    """List the columns that a session file with columns ``names`` is missing, in words; "" if none."""
    found = {column_of(name) for name in names}
    missing = [name for name in ("sessionID", "loadedAt") if name not in found]
    if not found & {"country", "ISO_A3"}:
        missing.append("country or ISO_A3")
    return " and ".join(missing)


def flat_names(names: Mapping[str, Sequence[str]]) -> list[str]:
    """Flatten ``names`` (column → its fields, empty if it is not a struct) to plain and dotted names."""
    return [dotted for name, fields in names.items() for dotted in ([f"{name}.{f}" for f in fields] or [name])]


def to_sessions(raw: ibis.Table, *, guarded: bool, extra: Iterable[str] = ()) -> ibis.Table:
    """Return ``raw`` as a sessions table: ``SESSION_COLUMNS``, the other columns of ``raw``, then ``extra`` as nulls.

    All columns are strings. A session column with several names has the first value that is not empty. ``guarded``:
    formulas are escaped with an apostrophe, which is removed.
    """
    found: dict[str, list[StringValue]] = {}
    others: dict[str, StringValue] = {}
    for name, value in _flat_values(raw, guarded):
        column = column_of(name)
        if column is None:
            others[name] = value
            continue
        found.setdefault(column, []).append(value)
        for api_name, asset_type in IDS.items():
            if name.strip().casefold() == api_name.casefold():
                found.setdefault("assetType", []).append(value.notnull().ifelse(asset_type, ibis.null("string")))
    null = ibis.literal(None, type="string")
    sessions = {name: _first(found[name]) if name in found else null for name in SESSION_COLUMNS}
    return raw.select(**sessions, **others, **{name: null for name in extra if name not in others})


def _first(values: Sequence[StringValue]) -> StringValue:
    """Return the first value that is not empty."""
    return values[0] if len(values) == 1 else ibis.coalesce(*(value.nullif("") for value in values))


def _flat_values(raw: ibis.Table, guarded: bool) -> Iterable[tuple[str, StringValue]]:
    """Yield each column of ``raw`` as text, with its plain or dotted name."""
    for name in raw.columns:
        column = raw[name]
        parts = {name: column}
        if column.type().is_struct():
            parts = {f"{name}.{field}": column[field] for field in column.names}
        for dotted, part in parts.items():
            text = part.cast("string")
            yield dotted, unescape_formulas(text) if guarded else text
