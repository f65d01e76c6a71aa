"""GitHub's REST API, as little of it as is needed: ask, and say in a person's words why not.

What is sent bears GitHub's token and nothing else of ours; no redirect is followed, for the token would go along.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError as UrllibError

from apivideo_geo.api.client import TROUBLES, BearerToken, open_session
from apivideo_geo.api.responses import clean_words
from apivideo_geo.api.retry import Patience, Trouble
from apivideo_geo.api.secrets import Secret, redactor
from apivideo_geo.effects import Effects
from apivideo_geo.errors import GitHubFailed

VERSION = "2022-11-28"
A_PAGE = 100
MANY = 20
"""Pages of a list that are read at most: 2,000 entries."""


class GitHub:
    """One repository (``owner/name``) at ``base_url``, asked with ``token`` ("" for what is public)."""

    def __init__(
        self, base_url: str, repository: str, token: str, effects: Effects, *, timeout: float = 30.0, attempts: int = 4
    ) -> None:
        redactor.hide(token)
        self._base = f"{base_url.rstrip('/')}/repos/{repository}"
        self._host = urlsplit(base_url).hostname or "GitHub"
        self._auth = BearerToken(Secret(token) if token else None)
        self._timeout = timeout
        self._patience = Patience(effects, deadline=300.0, attempts=attempts)
        self._session = open_session(1)
        self._session.headers.update({"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": VERSION})

    def get(self, path: str) -> dict[str, Any]:
        """The object at ``path`` (below the repository). Raises :class:`GitHubFailed`."""
        return _as_object(self._insist("GET", path))

    def list(self, path: str) -> Iterator[dict[str, Any]]:
        """All entries of the list at ``path``, which has a query already."""
        for page in range(1, MANY + 1):
            entries = self._insist("GET", f"{path}&per_page={A_PAGE}&page={page}")
            found = entries if isinstance(entries, list) else []
            yield from (entry for entry in found if isinstance(entry, dict))
            if len(found) < A_PAGE:
                return

    def send(self, method: str, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        """Send ``body`` with ``method``; a POST that may have arrived is not repeated. Raises :class:`GitHubFailed`."""
        return _as_object(self._insist(method, path, body))

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def __enter__(self) -> GitHub:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _insist(self, method: str, path: str, body: Mapping[str, object] | None = None) -> object:
        return self._patience.insist(lambda: self._try(method, path, body), f"{method} {path}")

    def _try(self, method: str, path: str, body: Mapping[str, object] | None) -> object:
        found: Exception
        try:
            response = self._session.request(
                method, self._base + path, json=body, auth=self._auth, timeout=self._timeout, allow_redirects=False
            )
            answer = response.json() if response.content else {}
        except (requests.RequestException, UrllibError, OSError, ValueError) as error:
            found = error
        else:
            return answer if response.status_code < 300 else self._judge(method, path, response.status_code, answer)
        said = next((TROUBLES[kind][1] for kind in type(found).__mro__ if kind in TROUBLES), "could not be asked")
        arrived = method == "POST" and not isinstance(found, requests.ConnectTimeout)
        failed = GitHubFailed(f"{self._host} {said} ({method} {path.partition('?')[0]}); run it again later.")
        return Trouble(failed, "final" if arrived else "failed")

    def _judge(self, method: str, path: str, status: int, answer: object) -> Trouble:
        told = clean_words(answer.get("message")) if isinstance(answer, dict) else ""
        limited = status == 429 or "rate limit" in told.lower()
        error = GitHubFailed(
            f"{self._host} answered {status} to {method} {path.partition('?')[0]}" + (f" — {told}." if told else "."),
            status,
        )
        again = limited or (status >= 500 and method != "POST")
        return Trouble(error, "failed" if again else "final")


def _as_object(answer: object) -> dict[str, Any]:
    return answer if isinstance(answer, dict) else {}
