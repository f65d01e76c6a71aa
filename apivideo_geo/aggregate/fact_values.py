"""What is counted under a dimension's name: a raw value of a session to the value of a fact. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

import pyarrow as pa

from apivideo_geo.model import UNKNOWN_TEXT, UNLISTED

_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")
_BARE = re.compile(r"[^:@]*(:\d+)?")
_IPV6 = re.compile(r"\[[0-9a-f:.]+\]")


def map_values(column: pa.ChunkedArray, read: Callable[[str], str]) -> pa.ChunkedArray:
    """``read`` of every value (null is read as ""); each distinct value is read once."""
    chunks = column.combine_chunks().fill_null("").dictionary_encode()
    coded = chunks.combine_chunks() if isinstance(chunks, pa.ChunkedArray) else chunks
    return pa.chunked_array([pa.array(map(read, coded.dictionary.to_pylist()), pa.string()).take(coded.indices)])


def read_value(dimension: str, listed: Collection[str] | None) -> Callable[[str], str]:
    """How values of ``dimension`` are read: a function from the raw value ("" = none) to the value, "" = no fact.

    ``listed``: the ids of public assets; an id that is not among them is read as ``unlisted`` (None: all are listed).
    """
    if dimension == "media":
        return lambda media_id: UNLISTED if media_id and listed is not None and media_id not in listed else media_id
    if dimension == "referrer":
        return read_host
    if dimension == "city":
        return lambda city: "" if city.strip().casefold() == UNKNOWN_TEXT else city.strip()
    return lambda value: value.strip() or UNKNOWN_TEXT


def read_referrer(url: str) -> str:
    """The host of a referrer, given as a URL or bare; "" where there is none (``about:blank``, ``mailto:…``)."""
    authority = re.split(r"[/?#]", url.partition("://")[2] or url, maxsplit=1)[0]
    return read_host(authority) if "://" in url or _BARE.fullmatch(authority) else ""


def read_host(authority: str) -> str:
    """The host in a URL's authority, ``user:password@Example.com:443`` → ``example.com``; "" where there is none.

    Names beyond ASCII are answered as DNS knows them (``xn--…``). A backslash ends it, as a slash does in a browser.
    """
    host = authority.partition("\\")[0].rpartition("@")[2].strip().lower()
    if _IPV6.match(host):
        return host[: host.index("]") + 1]
    host = host.partition(":")[0].rstrip(".")
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    return host if _HOST.fullmatch(host) else ""
