"""An answer of the API: the object asked for, or why it is not. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from apivideo_geo.api.rate_limit import Limits
from apivideo_geo.api.retry import Trouble
from apivideo_geo.api.secrets import redactor
from apivideo_geo.errors import ApiError, EndpointGone, SourceFailed


@dataclass(frozen=True)
class Answer:
    """What came back: status, the JSON object in the body (None: there is none), limits, where a redirect leads."""

    status: int
    body: dict[str, Any] | None = field(repr=False)  # may hold tokens
    limits: Limits
    location: str = field(default="", repr=False)


def parse_object(content: bytes) -> dict[str, Any] | None:
    """The JSON object in ``content``; None if it is cut short, no JSON, or JSON of another kind.

    Half a surrogate pair, which no file takes, becomes U+FFFD.
    """
    try:
        parsed = json.loads(content)
        if b"\\u" in content or b"\xed" in content:  # as an escape, or as UTF-8 that is none
            text = json.dumps(parsed, ensure_ascii=False).encode("utf-16", "surrogatepass")
            parsed = json.loads(text.decode("utf-16", "replace"))
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def judge_answer(answer: Answer, host: str, request: str) -> dict[str, Any] | Trouble:
    """The object asked for with ``request`` (method and path), or what is wrong and whether to try again."""
    if 300 <= answer.status < 400:
        return Trouble(SourceFailed(_explain_redirect(answer, host, request)))
    if 200 <= answer.status < 300:
        if answer.body is not None:
            return answer.body
        told = f"{host} answered {clean_words(request)} with something that is not a JSON object"
        return Trouble(SourceFailed(f"{told}: check APIVIDEO_BASE_URL, or run it again later."), "failed")
    problem = parse_problem(host, request, answer.status, answer.body)
    if answer.status == 429:
        return Trouble(problem, "limited", wait=0.0)  # it is the pacer that waits, for all threads
    return Trouble(problem, "failed" if answer.status >= 500 or answer.status in (408, 425) else "final")


def _explain_redirect(answer: Answer, host: str, request: str) -> str:
    try:
        target = clean_words(urlsplit(answer.location).hostname or "")
    except ValueError:
        target = ""
    elsewhere = f" to {target}" if target and target != host else " elsewhere"
    return (
        f"{host} sends {clean_words(request)} on{elsewhere} ({answer.status}), and the key does not go along:"
        " set APIVIDEO_BASE_URL to the address that answers itself."
    )


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
