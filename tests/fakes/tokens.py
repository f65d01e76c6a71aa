"""Who is let in: HTTP Basic with the API key, access tokens that can die at any time, refresh tokens for one use."""

from __future__ import annotations

import base64
import binascii
import secrets
import threading
from typing import Any

from tests.fakes.problems import Problem, bad_attribute, dead_token, unrecognized_url, wrong_credentials


class Door:
    """Logs in and checks credentials. Thread-safe.

    ``dies_after``: number of requests for which an access token is valid (None: no limit); ``refresh_refused``:
    refresh tokens are always rejected; ``wrong_key_status``: 400 as specified, or 401; ``basic_refused``: status with
    which HTTP Basic is rejected (None: it is accepted); ``tokens_refused``: no log-in, and no token is accepted.
    """

    def __init__(
        self,
        api_key: str,
        dies_after: int | None = None,
        refresh_refused: bool = False,
        wrong_key_status: int = 400,
        basic_refused: int | None = None,
        tokens_refused: bool = False,
    ) -> None:
        self.api_key = api_key
        self.dies_after = dies_after
        self.refresh_refused = refresh_refused
        self.wrong_key_status = wrong_key_status
        self.basic_refused = basic_refused
        self.tokens_refused = tokens_refused
        self.logins = 0
        self.refreshes = 0
        self.issued: list[str] = []
        self._left: dict[str, float] = {}
        self._refresh: set[str] = set()
        self._lock = threading.Lock()

    def log_in(self, body: Any) -> dict[str, Any]:
        """``POST /auth/api-key {"apiKey": …}``."""
        self._check_tokens_exist()
        if not isinstance(body, dict) or not isinstance(body.get("apiKey"), str):
            raise bad_attribute("apiKey", "This attribute is required.")
        if not secrets.compare_digest(body["apiKey"].encode(), self.api_key.encode()):
            raise wrong_credentials(self.wrong_key_status)
        with self._lock:
            self.logins += 1
            return self._issue()

    def refresh(self, body: Any) -> dict[str, Any]:
        """``POST /auth/refresh {"refreshToken": …}``; the old refresh token is spent."""
        self._check_tokens_exist()
        if not isinstance(body, dict) or not isinstance(body.get("refreshToken"), str):
            raise bad_attribute("refreshToken", "This attribute is required.")
        with self._lock:
            if self.refresh_refused or body["refreshToken"] not in self._refresh:
                raise wrong_credentials()
            self._refresh.discard(body["refreshToken"])
            self.refreshes += 1
            return self._issue()

    def check(self, header: str | None) -> None:
        """Let a request with this ``Authorization`` header in, or raise 401."""
        problem = self._problem(header)
        if problem:
            raise problem

    def kill_tokens(self) -> None:
        """All access tokens die now; refresh tokens stay good."""
        with self._lock:
            self._left.clear()

    def _problem(self, header: str | None) -> Problem | None:
        scheme, _, value = (header or "").partition(" ")
        if scheme.lower() == "basic":
            if self.basic_refused:
                return dead_token(self.basic_refused)
            return None if _user_name(value) == self.api_key else wrong_credentials(401)
        if scheme.lower() != "bearer" or self.tokens_refused:
            return dead_token()
        with self._lock:
            if self._left.get(value, 0) <= 0:
                return dead_token()
            self._left[value] -= 1
            return None

    def _check_tokens_exist(self) -> None:
        if self.tokens_refused:
            raise unrecognized_url()

    def _issue(self) -> dict[str, Any]:
        access, refresh = "eyJ" + secrets.token_urlsafe(90), "def50200" + secrets.token_hex(90)
        self._left[access] = float("inf") if self.dies_after is None else self.dies_after
        self._refresh.add(refresh)
        self.issued += [access, refresh]
        return {"token_type": "Bearer", "expires_in": 3600, "access_token": access, "refresh_token": refresh}


def _user_name(value: str) -> str | None:
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return None
