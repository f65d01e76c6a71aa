"""The access token: got with the API key, renewed ahead of time or when it dies, once for all threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from apivideo_geo.api.responses import clean_words
from apivideo_geo.api.secrets import Secret, redactor
from apivideo_geo.effects import Effects
from apivideo_geo.errors import ApiError, ApivideoGeoError, KeyRefused, SourceFailed

LIFETIME = 3600.0
"""Seconds a token lives where the API does not say."""
LONGEST = 1e9
"""Seconds; a lifetime told longer than this is taken for garbage."""
AHEAD = 60.0
"""Renewed so many seconds before its end (or at nine tenths of its life, if that is later)."""
FRUITLESS = 2
"""So many tokens in a row that were refused before any was ever accepted: the key is no good."""
WHERE = (
    "copy the right one from https://dashboard.api.video/apikeys into the secret APIVIDEO_API_KEY"
    " (sandbox and production have different keys)"
)

Post = Callable[[str, Mapping[str, Secret]], dict[str, Any]]
"""POST a JSON object to a path; the answer's object. Raises ApiError with the status."""


def check_key(api_key: str) -> Secret:
    """The key without the spaces and line ends a copy brings along; raises ``KeyRefused`` where it cannot be one."""
    key = api_key.strip()
    redactor.hide(key)
    if not key:
        raise KeyRefused(f"There is no API key: {WHERE}.")
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise KeyRefused(f"The API key has a space, a line break or a strange character inside: {WHERE}.")
    return Secret(key)


class Tokens:
    """The current access token, with a generation number: 1 from the first log-in, one more at each renewal.

    Thread-safe: whoever first finds that a generation died renews it, the others wait and take
    the new one. ``post`` sends the log-in; ``check`` raises if the waiting thread is being stopped.
    """

    def __init__(self, key: Secret, post: Post, effects: Effects, check: Callable[[], None], host: str) -> None:
        self._key, self._post, self._effects, self._check, self._host = key, post, effects, check, host
        self._lock = threading.Lock()
        self._generation = 0
        self._accepted = 0
        self._fruitless = 0
        self._renew_at = 0.0
        self._access = Secret("")
        self._refresh: Secret | None = None

    def fetch_current(self) -> tuple[int, Secret]:
        """Generation and token to send, logged in or renewed if it is time. Raises ``KeyRefused``, ``SourceFailed``."""
        self._enter()
        try:
            if not self._generation or self._effects.monotonic() >= self._renew_at:
                self._renew()
            return self._generation, self._access
        finally:
            self._lock.release()

    def accept(self, generation: int) -> None:
        """The API took a token of ``generation``."""
        self._accepted = max(self._accepted, generation)
        self._fruitless = 0

    def refuse(self, generation: int) -> None:
        """The API answered 401 to ``generation``: renew it, unless another thread did. Raises KeyRefused."""
        self._enter()
        try:
            if generation != self._generation:
                return
            fresh = self._accepted < generation
            self._fruitless = self._fruitless + 1 if fresh else 0
            if self._fruitless >= FRUITLESS:
                raise KeyRefused(f"{self._host} takes the API key but refuses every token it gives for it: {WHERE}.")
            if fresh:
                self._refresh = None  # what it renewed was no good: log in anew
            self._renew()
        finally:
            self._lock.release()

    def _enter(self) -> None:
        while not self._lock.acquire(timeout=0.25):
            self._check()

    def _renew(self) -> None:
        if not self._try_refresh() and not self._keep(self._ask_login()):
            raise SourceFailed(
                f"{self._host} took the API key but gave no access token: check that APIVIDEO_BASE_URL names"
                " an api.video server."
            )

    def _keep(self, answer: Mapping[str, Any]) -> bool:
        """Take what an answer brings; whether there is an access token in it."""
        access, refresh, expires_in = (answer.get(name) for name in ("access_token", "refresh_token", "expires_in"))
        if not isinstance(access, str) or not access.isascii() or not access.isprintable() or not access.strip():
            return False
        redactor.hide(access)
        self._access = Secret(access)
        if isinstance(refresh, str) and refresh:
            redactor.hide(refresh)
            self._refresh = Secret(refresh)
        known = isinstance(expires_in, (int, float)) and 0 < expires_in < LONGEST
        lifetime = float(expires_in) if known and expires_in else LIFETIME
        self._renew_at = self._effects.monotonic() + max(lifetime - AHEAD, lifetime * 0.9)
        self._generation += 1
        return True

    def _try_refresh(self) -> bool:
        """Whether the refresh token brought a new access token. If it did not, it is not used again."""
        refresh, self._refresh = self._refresh, None
        if refresh is None:
            return False
        try:
            renewed = self._keep(self._post("/auth/refresh", {"refreshToken": refresh}))
        except ApiError:
            return False
        if renewed and self._refresh is None:
            self._refresh = refresh  # the answer brought no other
        return renewed

    def _ask_login(self) -> dict[str, Any]:
        refusal: ApivideoGeoError
        try:
            return self._post("/auth/api-key", {"apiKey": self._key})
        except ApiError as error:
            if error.status in (400, 401, 403):
                said = clean_words(error.problem_title).rstrip(".")
                refusal = KeyRefused(f"{self._host} refused the API key{f' ({said})' if said else ''}: {WHERE}.")
            elif error.status == 404:
                refusal = SourceFailed(
                    f"{self._host} does not have the log-in of api.video: check APIVIDEO_BASE_URL,"
                    " or leave it out to ask api.video itself."
                )
            else:
                refusal = error
        raise refusal
