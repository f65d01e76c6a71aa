"""Download one public file. No key and no cookie is sent."""

from __future__ import annotations

from time import monotonic
from urllib.parse import urljoin

import requests
from urllib3.exceptions import HTTPError as UrllibError

from apivideo_geo.api.exchange import TooLarge, UnknownEncoding, open_session, read_body, within
from apivideo_geo.errors import SourceFailed

CONNECT = 10.0
"""Seconds to connect."""
DEADLINE = 120.0
"""Seconds for a complete file, redirects included."""
MAX_BYTES = 64_000_000
"""Maximum size of a file, decompressed."""
MAX_REDIRECTS = 5


def download(url: str) -> bytes | None:
    """Return the content of ``url``, or None if the server has no such file (404, 410).

    Raises :class:`SourceFailed` if the server cannot be reached, answers with an error, takes longer than ``DEADLINE``
    or sends more than ``MAX_BYTES``.
    """
    shown = without_secrets(url)
    try:
        return _fetch(url, shown)
    except TooLarge:
        advice = "download it yourself and open it from disk"
        failure = f"{shown} is larger than {MAX_BYTES // 1_000_000} MB; {advice}."
    except UnknownEncoding:
        failure = f"{shown} is compressed in a way that was not requested; check the address."
    except (requests.Timeout, UrllibError, TimeoutError):
        failure = f"{shown} was not complete within {DEADLINE:g} seconds; check the address, or try again later."
    except (requests.RequestException, OSError, ValueError) as error:
        failure = f"{shown} cannot be reached ({type(error).__name__}); check the address."
    raise SourceFailed(failure)


def _fetch(url: str, shown: str) -> bytes | None:
    end = monotonic() + DEADLINE
    with open_session(1, "*/*") as session:
        for _ in range(MAX_REDIRECTS + 1):
            left = end - monotonic()
            if left <= 0:
                raise TimeoutError
            with session.get(url, timeout=within(left, connect=CONNECT), stream=True) as response:
                if response.is_redirect:
                    url = urljoin(url, response.headers["Location"])
                    continue
                if response.status_code in (404, 410):
                    return None
                if response.status_code != 200:
                    raise SourceFailed(f"{shown} answered with status {response.status_code}; check the address.")
                return read_body(response, MAX_BYTES)
    raise SourceFailed(f"{shown} redirects more than {MAX_REDIRECTS} times; check the address.")


def without_secrets(url: str) -> str:
    """Return ``url`` without user name, password, query and fragment, for messages.

    >>> without_secrets("https://me:word@example.org/map/?signature=1")
    'https://example.org/map/'
    """
    scheme, _, rest = url.partition("#")[0].partition("?")[0].partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"
