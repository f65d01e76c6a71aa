"""Read the answers of the API: the JSON object, or the error that says why there is none. No I/O.

The API's problem documents are ``{type, title, status, name?, detail?}`` (RFC 9457). Their text comes from outside: it
is put on one line, shortened, and cleaned of secrets and control characters before anybody reads it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from apivideo_geo.api.rate_limit import Limits
from apivideo_geo.api.retry import Failure
from apivideo_geo.api.secrets import redactor
from apivideo_geo.errors import ApiError, EndpointGone, SourceFailed


@dataclass(frozen=True)
class Answer:
    """An answer: status, JSON object in the body (None if there is none), rate limits, target of a redirect."""

    status: int
    body: dict[str, Any] | None = field(repr=False)  # may contain tokens
    limits: Limits
    location: str = field(default="", repr=False)


MOST_VALUES = 1_000_000
"""Maximum number of values in an answer; a page of a list has some thousands, and each takes more memory than text."""
_one_at_a_time = threading.Lock()


def parse_object(content: bytes) -> dict[str, Any] | None:
    """Parse the JSON object in ``content``; None if it is incomplete, not JSON, not an object, or has too many values.

    Half of a surrogate pair, which cannot be written to a file, becomes U+FFFD. Large answers are parsed one at a time,
    so that the memory needed does not grow with the number of threads.
    """
    if sum(map(content.count, (b",", b"[", b"{"))) > MOST_VALUES:
        return None
    with _one_at_a_time:
        return _parse_object(content)


def _parse_object(content: bytes) -> dict[str, Any] | None:
    try:
        parsed = json.loads(content)
        if b"\\u" in content or b"\xed" in content:  # as an escape, or as invalid UTF-8
            text = json.dumps(parsed, ensure_ascii=False).encode("utf-16", "surrogatepass")
            parsed = json.loads(text.decode("utf-16", "replace"))
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def judge_answer(answer: Answer, host: str, request: str) -> dict[str, Any] | Failure:
    """Return the object in the answer to ``request`` (method and path), or what failed and whether to retry."""
    if 300 <= answer.status < 400:
        return Failure(SourceFailed(_explain_redirect(answer, host, request)))
    if 200 <= answer.status < 300:
        if answer.body is not None:
            return answer.body
        message = f"{host} answered {clean_words(request)} with something that is not a JSON object"
        return Failure(SourceFailed(f"{message}: check APIVIDEO_BASE_URL, or run it again later."), "failed")
    problem = parse_problem(host, request, answer.status, answer.body)
    if answer.status == 429:
        return Failure(problem, "limited", wait=0.0)  # the rate limit makes all threads wait
    return Failure(problem, "failed" if answer.status >= 500 or answer.status in (408, 425) else "final")


def _explain_redirect(answer: Answer, host: str, request: str) -> str:
    try:
        target = clean_words(urlsplit(answer.location).hostname or "")
    except ValueError:
        target = ""
    elsewhere = f" to {target}" if target and target != host else " elsewhere"
    return (
        f"{host} redirects {clean_words(request)}{elsewhere} ({answer.status}), and the API key is never sent"
        " to another address: set APIVIDEO_BASE_URL to the one that answers."
    )


LONGEST = 300
"""Longest text of a server, in characters, that is repeated in an error."""
UNKNOWN_URL = "unrecognized-request-url"
"""End of the ``type`` of a problem that says: this server has no such URL."""


def clean_words(words: object) -> str:
    """Return a server's ``words`` as one printable line of at most ``LONGEST`` characters; "" if they are not text."""
    if not isinstance(words, str):
        return ""
    printable = "".join(letter if letter.isprintable() else " " for letter in redactor.clean(words))
    line = " ".join(printable.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def parse_problem(host: str, request: str, status: int, body: Mapping[str, Any] | None) -> ApiError:
    """Return the error for an answer with ``status`` (not 2xx) from ``host`` to ``request`` (method and path).

    ``body`` is the problem document, None if the body was not a JSON object. It is ``EndpointGone`` if the server does
    not have the URL, else ``ApiError``.
    """
    problem = body or {}
    title, detail = clean_words(problem.get("title")), clean_words(problem.get("detail"))
    reason = ": ".join(part.rstrip(".") for part in (title, detail) if part)
    # The API puts the rejected value after the name: `from:2024-05-20T09:15:05`.
    if name := clean_words(problem.get("name")).partition(":")[0]:
        reason += f" (parameter {name})"
    answered = f"{host} answered {status} to {clean_words(request)}" + (f" — {reason}" if reason else "")
    if status == 404 and _is_url_unknown(problem, title):
        return EndpointGone(f"{answered}: this server does not have that endpoint.", status, title)
    return ApiError(f"{answered}: {_find_advice(status)}.", status, title)


def _is_url_unknown(problem: Mapping[str, Any], title: str) -> bool:
    kind = problem.get("type")
    says_so = title.rstrip(".").lower() == "unrecognized request url"
    return says_so or (isinstance(kind, str) and kind.rstrip("/").endswith(UNKNOWN_URL)) or not (title or kind)


def _find_advice(status: int) -> str:
    if status == 429:
        return "its rate limit stayed used up, so run it again later, or stop what else uses this key"
    if status >= 500:
        return "the server has a problem, so run it again later"
    if status == 403:
        return "this key may not read it, so use a key of the workspace whose audience you want to see"
    if status == 404:
        return "it no longer exists there, so run it again"
    return "check the settings that this request comes from (dates, metric, detail)"
