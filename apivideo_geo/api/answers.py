"""An answer of the API: the object asked for, or why it is not. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from apivideo_geo.api.pacing import Limits
from apivideo_geo.api.problems import clean_words, parse_problem
from apivideo_geo.api.retrying import Trouble
from apivideo_geo.errors import SourceFailed


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
