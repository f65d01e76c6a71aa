"""Reading a query string as api.video does: nothing unknown gets through, times are ATOM."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tests.fakes import geoip
from tests.fakes.problems import bad_query, out_of_range

_ATOM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)")
_FILTER = re.compile(r"filterBy\[(\w+)\](\[\d*\])?")
_METADATA = re.compile(r"metadata\[(.+)\]")
_LISTS = ("mediaId", "continent", "country", "deviceType", "operatingSystem", "browser", "referrer")
_SINGLE = ("mediaType", "tag")
_CONTINENTS = ("AS", "AF", "NA", "SA", "AN", "EU", "AZ", "OC")


class Query:
    """The parameters of one request. ``allowed`` names those the endpoint knows; others are refused."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.pairs = parse_qsl(text, keep_blank_values=True)

    def as_dict(self) -> dict[str, list[str]]:
        """Name → values, for the request log."""
        found: dict[str, list[str]] = {}
        for name, value in self.pairs:
            found.setdefault(name, []).append(value)
        return found

    def allow(self, names: Collection[str], filters: Collection[str] = ()) -> None:
        """Refuse what the endpoint does not know; ``filters`` are the ``filterBy`` names it takes."""
        for name, value in self.pairs:
            match = _FILTER.fullmatch(name)
            if (match and match[1] in filters) or ("metadata" in names and _METADATA.fullmatch(name)):
                continue
            if match or name not in names:
                raise bad_query(f"{name}:{value}" if not match else name, "This field was not expected.")

    def one(self, name: str, default: str | None = None, allowed: Collection[str] = ()) -> str | None:
        """A parameter given once or not at all, of ``allowed`` values if there are any."""
        values = [value for key, value in self.pairs if key == name]
        if len(values) > 1:
            raise bad_query(name, "This value must be given once.")
        if not values:
            return default
        if allowed and values[0] not in allowed:
            choices = ", ".join(f'"{choice}"' for choice in allowed)
            raise bad_query(name, f"This value is invalid. Use one of {choices}.")
        return values[0]

    def flag(self, name: str) -> bool:
        """A boolean; the official client writes ``True``."""
        return (self.one(name, "false", ("true", "false", "True", "False", "1", "0")) or "").lower() in ("true", "1")

    def moment(self, name: str) -> datetime | None:
        """An ATOM date-time with its offset, e.g. ``2026-11-01T00:00:00+00:00``."""
        text = self.one(name)
        if text is None:
            return None
        if not _ATOM.fullmatch(text):
            raise bad_query(f"{name}:{text}", "This value is not a valid ATOM date-time.")
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            raise bad_query(f"{name}:{text}", "This value is not a valid ATOM date-time.") from None

    def filters(self) -> dict[str, set[str]]:
        """``filterBy`` in any of its spellings (``[country]``, ``[country][]``, ``[country][0]``) → name: values."""
        found: dict[str, set[str]] = {}
        for name, value in self.pairs:
            match = _FILTER.fullmatch(name)
            if not match:
                continue
            key = match[1]
            if key in _SINGLE and (match[2] or key in found):
                raise bad_query(name, "This value must be of type string.")
            _check_filter(key, value)
            found.setdefault(key, set()).add(value)
        return found

    def metadata(self) -> list[dict[str, str]]:
        """``metadata[key]=value`` pairs, as sessions and videos carry them."""
        found = [(_METADATA.fullmatch(name), value) for name, value in self.pairs]
        return [{"key": match[1], "value": value} for match, value in found if match]

    def page(self) -> tuple[int, int]:
        """currentPage (from 1) and pageSize (1–100, default 25)."""
        return self._number("currentPage", 1, None), self._number("pageSize", 25, 100)

    def _number(self, name: str, default: int, highest: int | None) -> int:
        text = self.one(name)
        if text is None:
            return default
        if not text.isascii() or not text.isdigit() or int(text) < 1 or (highest and int(text) > highest):
            raise out_of_range(name, 1, highest)
        return int(text)


def _check_filter(key: str, value: str) -> None:
    """Refuse values outside what the specification allows for this filter."""
    name = f"filterBy[{key}]"
    if key == "country" and value not in geoip.NAMES and not re.fullmatch("[A-Z]{2}", value):
        raise bad_query(name, "This value is not a valid ISO-3166 alpha2 code.")
    if key == "continent" and value not in _CONTINENTS:
        raise bad_query(name, "This value is not a valid continent.")
    if key == "mediaType" and value not in ("video", "live-stream"):
        raise bad_query(name, 'This value is invalid. Use one of "video", "live-stream".')
    if key == "referrer" and len(value) > 2048:
        raise bad_query(name, "This value should not contain more than 2048 characters.")


def paginate(query: Query, rows: Sequence[Any]) -> tuple[list[Any], dict[str, Any]]:
    """One page of ``rows`` and its ``pagination`` object."""
    current, size = query.page()
    start = (current - 1) * size
    page = list(rows[start : start + size])
    last = max(1, -(-len(rows) // size))
    others = [(name, value) for name, value in query.pairs if name not in ("currentPage", "pageSize")]
    address = f"{query.path}?{urlencode([*others, ('currentPage', '')])}"
    numbers = {"self": current, "first": 1, "previous": current - 1, "next": current + 1, "last": last}
    links = [
        {"rel": rel, "uri": f"{address}{number}&pageSize={size}"}
        for rel, number in numbers.items()
        if rel in ("self", "first", "last") or 1 <= number <= last
    ]
    pagination = {
        "currentPage": current,
        "currentPageItems": len(page),
        "pageSize": size,
        "pagesTotal": last,
        "itemsTotal": len(rows),
        "links": links,
    }
    return page, pagination


DATA_FILTERS = (*_LISTS, *_SINGLE)
"""The ``filterBy`` names of today's analytics."""
