"""What the columns of files may be called, and session files as a table of ``model.SESSION_COLUMNS``.

Names are compared by their letters and digits alone: ``session_id``, ``Session ID`` and ``session/sessionId`` are the
same as the API's ``session.sessionId``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import ibis

from apivideo_geo.errors import DataRefused
from apivideo_geo.formulas import unescape_formulas
from apivideo_geo.model import SESSION_COLUMNS
from apivideo_geo.text_files import read_rows

if TYPE_CHECKING:
    from ibis.expr.types import StringValue

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
OBJECTS = ("session", "location", "device", "os", "client", "referrer")
"""The objects of a session as the API's session endpoints return it."""
METADATA = "sessionmetadata"
"""The key of a session's metadata, which has no column but is kept as text."""
IDS: Mapping[str, str] = {"videoid": "video", "livestreamid": "live-stream"}
"""Keys of an asset's id → the type of asset that they imply. A file may have both."""
CODES = ("iso_a2", "iso_a3")
"""A country's codes. A file may have both; :func:`to_sessions` takes alpha-3 first."""


def key_of(name: str) -> str:
    """Return the letters and digits of ``name``, in lower case.

    >>> key_of("Session / session_ID")
    'sessionsessionid'
    """
    return "".join(sign for sign in unicodedata.normalize("NFKC", name).casefold() if sign.isalnum())


@dataclass(frozen=True)
class Names:
    """What the columns of one kind of file may be called, by :func:`key_of`.

    ``own``: the names that api.video and this project use → column. ``others``: those of other programs, which count
    only if the file has none of the column's own names. ``needs``: what is required, in words → its alternatives.
    ``joined``: columns that several columns of a file may fill.
    """

    own: Mapping[str, str]
    others: Mapping[str, str]
    needs: Mapping[str, tuple[str, ...]]
    joined: frozenset[str] = frozenset()

    def knows(self, name: str) -> bool:
        """Return whether ``name`` can be one of the columns."""
        return key_of(name) in self.own or key_of(name) in self.others

    def match(self, names: Iterable[str], place: str = "") -> dict[str, str]:
        """Return name in a file → column, for those of ``names`` that are one.

        Raises :class:`DataRefused`, with ``place`` in front, if either of two columns could be meant.
        """
        names = list(names)
        found = {name: column for name in names if (column := self.own.get(key_of(name)))}
        taken = set(found.values())
        found |= {name: column for name in names if (column := self.others.get(key_of(name))) and column not in taken}
        first: dict[str, str] = {}
        for name, column in found.items():
            other = first.setdefault(key_of(name) if column in self.joined else column, name)
            if other != name:
                raise DataRefused(
                    f"{place}: the columns {other!r} and {name!r} could both be {column}; keep one of the two."
                )
        return found

    def missing(self, names: Iterable[str], place: str = "") -> str:
        """List the columns that a file with columns ``names`` is missing, in words; "" if none. Raises as ``match``."""
        found = set(self.match(names, place).values())
        return ", ".join(words for words, any_of in self.needs.items() if not found & set(any_of))

    def are_complete(self, names: Iterable[str]) -> bool:
        """Return whether no column is missing, or two names contradict each other, which is refused later."""
        try:
            return not self.missing(names)
        except DataRefused:
            return True


@cache
def other_names(kind: Literal["sessions", "counts"]) -> Mapping[str, str]:
    """Return key of a name that other programs use → column of ``kind``, from ``data/column_names.csv``.

    A country's code may also be a name, and a name a code: the values decide.
    """
    rows = read_rows(Path(__file__).with_name("data") / "column_names.csv")
    return {key_of(row["name"]): row[kind] for row in rows if row[kind]}


_IN_OBJECTS = {"session": ("sessionID", "loadedAt", "endedAt"), "location": ("country", *CODES, "city")}
"""Object → columns whose other names may be in it, too: ``location.countryCode``."""

SESSIONS = Names(
    own={key_of(name): name for name in SESSION_COLUMNS}
    | {key_of(name): column for name, column in DOTTED.items()}
    | {"isoa3": "iso_a3"},
    others={
        **{f"{group}{key}": column for group, own in _IN_OBJECTS.items()
           for key, column in other_names("sessions").items() if column in own},
        **other_names("sessions"),
    },
    needs={"sessionID": ("sessionID",), "loadedAt": ("loadedAt",), "country or ISO_A3": ("country", *CODES)},
    joined=frozenset({"assetID"}),
)  # fmt: skip
REQUIRED = "sessionID, loadedAt, and country or ISO_A3"


def flat_names(names: Mapping[str, Sequence[str]]) -> list[str]:
    """Flatten ``names`` (column → its fields, empty if it is not a struct) to plain and dotted names."""
    return [dotted for name, fields in names.items() for dotted in ([f"{name}.{f}" for f in fields] or [name])]


def to_sessions(
    raw: ibis.Table, *, guarded: bool, extra: Iterable[str] = (), folders: Mapping[str, StringValue] | None = None
) -> ibis.Table:
    """Return ``raw`` as a sessions table: ``SESSION_COLUMNS``, the other columns of ``raw``, then ``extra`` as nulls.

    All columns are strings. A session column with several names has the first value that is not empty; ``folders`` are
    the values that the names of the folders have, by the names that they give. ``guarded``: formulas are escaped with
    an apostrophe, which is removed.
    """
    values = dict(_flat_values(raw, guarded))
    matched = SESSIONS.match(values)
    found: dict[str, list[StringValue]] = {}
    for name, column in matched.items():
        found.setdefault(column, []).append(values[name])
        if asset_type := IDS.get(key_of(name)):
            known = values[name].notnull().ifelse(asset_type, ibis.null("string"))
            found.setdefault("assetType", []).append(known)
    for name, column in SESSIONS.match(folders or {}).items():
        found.setdefault(column, []).append((folders or {})[name])
    found["ISO_A3"] = [*found.pop("iso_a3", []), *found.pop("iso_a2", [])]
    others = {name: value for name, value in values.items() if name not in matched}
    null = ibis.literal(None, type="string")
    sessions = {name: _first(found[name]) if found.get(name) else null for name in SESSION_COLUMNS}
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
