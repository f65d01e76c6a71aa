"""What a raw value of a session is counted as: the value of a fact. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import partial

import pyarrow as pa

from apivideo_geo.aggregate.value_spellings import read_spelling
from apivideo_geo.model import UNKNOWN_TEXT
from apivideo_geo.plain_text import clean_text
from apivideo_geo.privacy import hide_unlisted

_SCHEME = re.compile(r"[^/?#]*://")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")
_HOST_WITH_PORT = re.compile(r"[^:@]*(:\d+)?")
_IPV6 = re.compile(r"\[[0-9a-f:.]+\]")


def map_values(column: pa.ChunkedArray, read: Callable[[str], str]) -> pa.ChunkedArray:
    """Apply ``read`` to every value of ``column`` (null is read as ""); it is called once for each distinct value."""
    chunks = column.combine_chunks().fill_null("").dictionary_encode()
    coded = chunks.combine_chunks() if isinstance(chunks, pa.ChunkedArray) else chunks
    return pa.chunked_array([pa.array(map(read, coded.dictionary.to_pylist()), pa.string()).take(coded.indices)])


def value_reader(dimension: str, listed: Collection[str] | None) -> Callable[[str], str]:
    """Return the function that reads raw values of ``dimension``: "" is a missing value (no fact).

    ``listed``: the ids of the assets that may be shown, as in :func:`privacy.hide_unlisted`.
    """
    if dimension == "media":
        return partial(hide_unlisted, listed=listed)
    if dimension == "referrer":
        return read_host
    if dimension == "city":
        return _read_city
    return lambda value: read_spelling(dimension, clean_text(value))


def _read_city(city: str) -> str:
    name = clean_text(city)
    return "" if name.casefold() == UNKNOWN_TEXT else name


def read_referrer(url: str) -> str:
    """Return the host of a referrer, given as a URL or as a host; "" if it has none (``about:blank``, ``mailto:…``).

    >>> read_referrer("https://user:secret@Example.com:443/path")
    'example.com'
    """
    scheme = _SCHEME.match(url)
    authority = re.split(r"[/?#]", url[scheme.end() :] if scheme else url, maxsplit=1)[0]
    return read_host(authority) if scheme or _HOST_WITH_PORT.fullmatch(authority) else ""


def read_host(authority: str) -> str:
    """Return the host in the authority of a URL, in lower case; "" if it has none.

    Names beyond ASCII are returned as DNS has them (``xn--…``). A backslash ends the host, as it does in a browser.
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
