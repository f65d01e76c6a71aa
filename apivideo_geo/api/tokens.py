"""How requests prove who sends them: HTTP Basic with the API key, or access tokens where the server rejects that.

The Data API takes the key itself as the user name of HTTP Basic: no log-in request, nothing that expires. Older servers
and some gateways only take access tokens, which the key is exchanged for.
"""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import SecretStr

from apivideo_geo.api.responses import clean_words
from apivideo_geo.api.secrets import redactor
from apivideo_geo.effects import Effects
from apivideo_geo.errors import ApiError, ApivideoGeoError, KeyRefused, SourceFailed

BASIC = 0
"""The generation of HTTP Basic; tokens count from 1."""
LIFETIME = 3600.0
"""Seconds a token is valid if the API does not say."""
LONGEST = 1e9
"""Seconds; a longer lifetime is taken for garbage."""
AHEAD = 60.0
"""Seconds before its end that a token is renewed (or at nine tenths of its lifetime, if that is later)."""
MAX_REJECTED = 2
"""Number of consecutive rejected tokens after which we conclude that the API key is invalid."""
WHERE = (
    "copy the right one from https://dashboard.api.video/apikeys into APIVIDEO_API_KEY"
    " (sandbox and production have different keys)"
)

Post = Callable[[str, Mapping[str, SecretStr]], dict[str, Any]]
"""POST a JSON object to a path; returns the object of the answer. Raises ApiError with the status."""


def check_key(api_key: str) -> SecretStr:
    """Return the key without surrounding white space. Raises ``KeyRefused`` if it cannot be a key."""
    key = api_key.strip()
    redactor.hide(key)
    if not key:
        raise KeyRefused(f"There is no API key: {WHERE}.")
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise KeyRefused(f"The API key contains a space, a line break or a strange character: {WHERE}.")
    return SecretStr(key)


class Login:
    """The current ``Authorization`` header, with a generation number: ``BASIC``, and one more for each new token.

    The first rejection of HTTP Basic switches to tokens for the rest of the run. Thread-safe: the first thread that
    finds a generation rejected renews it; the others wait and use the new one. ``post`` sends a log-in, and raises
    if the run is being stopped; ``host`` is named in errors.
    """

    def __init__(self, key: SecretStr, post: Post, effects: Effects, host: str) -> None:
        self._key, self._post, self._effects, self._host = key, post, effects, host
        self._lock = threading.Lock()
        self._generation = BASIC
        self._accepted = BASIC
        self._rejected = 0
        self._renew_at = float("inf")
        encoded = b64encode(f"{key.get_secret_value()}:".encode()).decode()
        redactor.hide(encoded)
        self._header = SecretStr(f"Basic {encoded}")
        self._refresh: SecretStr | None = None

    def get_header(self) -> tuple[int, SecretStr]:
        """Return the generation and the header to send; a token near its end is renewed first.

        Raises ``KeyRefused``, ``SourceFailed``.
        """
        with self._lock:
            if self._effects.monotonic() >= self._renew_at:
                self._renew()
            return self._generation, self._header

    def accept(self, generation: int) -> None:
        """Note that the API accepted the header of ``generation``."""
        self._accepted = max(self._accepted, generation)
        self._rejected = 0

    def reject(self, generation: int) -> None:
        """Note that the API rejected ``generation``, and renew it unless another thread did. Raises ``KeyRefused``."""
        with self._lock:
            if generation != self._generation:
                return
            if generation > BASIC:
                fresh = self._accepted < generation
                self._rejected = self._rejected + 1 if fresh else 0
                if self._rejected >= MAX_REJECTED:
                    raise KeyRefused(f"{self._host} accepted the API key but rejected its own tokens: {WHERE}.")
                if fresh:
                    self._refresh = None  # the refresh token led to a rejected token: log in instead
            self._renew()

    def _renew(self) -> None:
        if not self._try_refresh() and not self._use(self._log_in()):
            raise SourceFailed(
                f"{self._host} accepted the API key but returned no access token: check that APIVIDEO_BASE_URL names"
                " an api.video server."
            )

    def _use(self, answer: Mapping[str, Any]) -> bool:
        """Use the tokens in ``answer`` from now on; return whether it has an access token."""
        access, refresh, expires_in = (answer.get(name) for name in ("access_token", "refresh_token", "expires_in"))
        if not isinstance(access, str) or not access.isascii() or not access.isprintable() or not access.strip():
            return False
        redactor.hide(access)
        self._header = SecretStr(f"Bearer {access}")
        if isinstance(refresh, str) and refresh:
            redactor.hide(refresh)
            self._refresh = SecretStr(refresh)
        known = isinstance(expires_in, (int, float)) and 0 < expires_in < LONGEST
        lifetime = float(expires_in) if known and expires_in else LIFETIME
        self._renew_at = self._effects.monotonic() + max(lifetime - AHEAD, lifetime * 0.9)
        self._generation += 1
        return True

    def _try_refresh(self) -> bool:
        """Return whether the refresh token brought a new access token; if not, it is not used again."""
        refresh, self._refresh = self._refresh, None
        if refresh is None:
            return False
        try:
            renewed = self._use(self._post("/auth/refresh", {"refreshToken": refresh}))
        except ApiError:
            return False
        if renewed and self._refresh is None:
            self._refresh = refresh  # the answer has no new one
        return renewed

    def _log_in(self) -> dict[str, Any]:
        rejection: ApivideoGeoError
        try:
            return self._post("/auth/api-key", {"apiKey": self._key})
        except ApiError as error:
            # 404: this server has no tokens, and it rejected HTTP Basic before.
            if error.status in (400, 401, 403, 404):
                title = clean_words(error.problem_title).rstrip(".") if error.status != 404 else ""
                rejection = KeyRefused(f"{self._host} rejected the API key{f' ({title})' if title else ''}: {WHERE}.")
            else:
                rejection = error
        raise rejection
