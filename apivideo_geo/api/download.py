"""Download one public file. No key and no cookie is sent."""

from __future__ import annotations

import time

import requests

from apivideo_geo.errors import SourceFailed

TIMEOUT = 30.0
"""Seconds to wait for the server's next bytes."""
DEADLINE = 300.0
"""Seconds for a complete file."""
MAX_BYTES = 1 << 30
"""Maximum size of a file, decompressed."""


def download(url: str) -> bytes | None:
    """Return the content of ``url``, or None if the server has no such file (404, 410).

    Raises :class:`SourceFailed` if the server cannot be reached, answers with an error, or takes too long.
    """
    end, shown = time.monotonic() + DEADLINE, without_secrets(url)
    try:
        with requests.Session() as session:
            session.trust_env = False
            with session.get(url, timeout=TIMEOUT, stream=True) as response:
                if response.status_code in (404, 410):
                    return None
                if response.status_code != 200:
                    raise SourceFailed(f"{shown} answered with status {response.status_code}; check the address.")
                return _read_body(response, shown, end)
    except (requests.RequestException, OSError) as error:
        raise SourceFailed(f"{shown} cannot be reached ({type(error).__name__}); check the address.") from None


def without_secrets(url: str) -> str:
    """Return ``url`` without user name, password, query and fragment, for messages.

    >>> without_secrets("https://me:word@example.org/map/?signature=1")
    'https://example.org/map/'
    """
    scheme, _, rest = url.partition("#")[0].partition("?")[0].partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def _read_body(response: requests.Response, shown: str, end: float) -> bytes:
    content = bytearray()
    for chunk in response.iter_content(1 << 16):
        content += chunk
        if len(content) > MAX_BYTES:
            raise SourceFailed(f"{shown} is larger than {MAX_BYTES >> 20} MiB.")
        if time.monotonic() > end:
            raise SourceFailed(f"{shown} took longer than {DEADLINE:.0f} seconds.")
    return bytes(content)
