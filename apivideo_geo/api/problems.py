"""An answer that is not what was asked for, in a person's words. Pure: status and body in, an error out.

The API's problem documents are ``{type, title, status, name?, detail?}`` (RFC 9457, as its
OpenAPI description has them). Their words come from outside: they are put on one line, cut,
and freed of secrets and control characters before anybody reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apivideo_geo.api.secrets import redactor
from apivideo_geo.errors import ApiError, EndpointGone

LONGEST = 300
"""Characters of a server's own words that are passed on."""
UNKNOWN_URL = "unrecognized-request-url"
"""How the ``type`` ends of the problem that says: this server has no such URL."""


def clean_words(words: object) -> str:
    """``words`` of a server as one printable line, cut to ``LONGEST``, without secrets; empty if they are no text."""
    if not isinstance(words, str):
        return ""
    printable = "".join(letter if letter.isprintable() else " " for letter in redactor.clean(words))
    line = " ".join(printable.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def parse_problem(host: str, request: str, status: int, body: Mapping[str, Any] | None) -> ApiError:
    """The error for an answer with ``status`` (not 2xx) to ``request`` (method and path) from ``host``.

    ``body`` is the problem document, None if the body was no JSON object. ``EndpointGone`` if
    the server does not know the URL; else ``ApiError``.
    """
    problem = body or {}
    title, detail = clean_words(problem.get("title")), clean_words(problem.get("detail"))
    said = ": ".join(part.rstrip(".") for part in (title, detail) if part)
    # The API puts the refused value behind the name: `from:2024-05-20T09:15:05`.
    if name := clean_words(problem.get("name")).partition(":")[0]:
        said += f" (parameter {name})"
    answered = f"{host} answered {status} to {clean_words(request)}" + (f" — {said}" if said else "")
    if status == 404 and _is_url_unknown(problem, title):
        return EndpointGone(f"{answered}: this server does not have that endpoint.", status, title)
    return ApiError(f"{answered}: {_find_advice(status)}.", status, title)


def _is_url_unknown(problem: Mapping[str, Any], title: str) -> bool:
    kind = problem.get("type")
    told = title.rstrip(".").lower() == "unrecognized request url"
    return told or (isinstance(kind, str) and kind.rstrip("/").endswith(UNKNOWN_URL)) or not (title or kind)


def _find_advice(status: int) -> str:
    if status == 429:
        return "its request limit stayed used up, so run it again later, or stop what else uses this key"
    if status >= 500:
        return "the fault is on that side, so run it again later"
    if status == 403:
        return "this key may not read it, so use a key of the workspace whose audience you want to see"
    if status == 404:
        return "there is nothing there any more, so run it again"
    return "check the settings that this request comes from (dates, metric, detail)"
