"""The API client: log in, GET, retry, many requests at once. Only this package imports requests.

Every request has a time-out for the complete exchange, and no request starts after the deadline. Redirects are not
followed, because they would forward the key. Every error is raised as one of ``errors.py``, outside the ``except``
block, so that no exception of a library, which carries the request's headers, stays attached to it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from pydantic import SecretStr
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError as UrllibError
from urllib3.exceptions import TimeoutError as UrllibTimeout

from apivideo_geo.api.exchange import TooLarge, UnknownEncoding, open_session, read_body, within
from apivideo_geo.api.rate_limit import Limits, Pacer, parse_limits
from apivideo_geo.api.responses import Answer, clean_words, judge_answer, parse_object
from apivideo_geo.api.retry import Failure, Kind, Retries
from apivideo_geo.api.secrets import redactor
from apivideo_geo.api.tokens import BASIC, Login, check_key
from apivideo_geo.api.workers import run_each
from apivideo_geo.effects import Effects
from apivideo_geo.errors import KeyRefused, SourceFailed, UsageError

logger = logging.getLogger("apivideo_geo.api")
# A filter of a logger does not apply to the loggers below it, so each logger that sees requests gets one.
for _name in ("apivideo_geo.api", "urllib3.connectionpool", "urllib3.util.retry", "urllib3.connection"):
    logging.getLogger(_name).addFilter(redactor)

T = TypeVar("T")
R = TypeVar("R")
Params = Mapping[str, str | int | Sequence[str]]

FAILED: Kind = "failed"
FINAL: Kind = "final"
_errors = requests.exceptions
FAILURES: Mapping[type[Exception], tuple[Kind, str]] = {
    _errors.ConnectTimeout: (FAILED, "did not accept the connection in time"),
    _errors.Timeout: (FAILED, "did not answer in time"),
    _errors.ProxyError: (FAILED, "cannot be reached through the proxy (check HTTPS_PROXY)"),
    _errors.SSLError: (FAILED, "could not be reached securely (TLS failed)"),
    _errors.ConnectionError: (FAILED, "could not be reached, or closed the connection"),
    _errors.ChunkedEncodingError: (FAILED, "sent an incomplete answer"),
    _errors.ContentDecodingError: (FAILED, "sent an answer that cannot be decompressed"),
    _errors.InvalidProxyURL: (FINAL, "cannot be reached: the proxy's address is not valid (check HTTPS_PROXY)"),
    _errors.InvalidURL: (FINAL, "is not a valid address"),
    _errors.MissingSchema: (FINAL, "is not a valid address"),
    _errors.InvalidSchema: (FINAL, "is not a valid address"),
    _errors.InvalidHeader: (FINAL, "sent a token that cannot be sent back"),
    _errors.RequestException: (FAILED, "could not be reached"),
    UrllibTimeout: (FAILED, "did not answer in time"),
    UrllibError: (FAILED, "sent an incomplete answer"),
    TooLarge: (FINAL, "sent an answer that is larger than the setting answer_limit allows"),
    UnknownEncoding: (FAILED, "compressed its answer in a way that was not requested"),
    OSError: (FAILED, "could not be reached"),
    ValueError: (FINAL, "is not a valid address"),
}
"""Exceptions of requests and below → whether another attempt makes sense, and what happened, as a person says it.
An exception that is not here is treated like the nearest class it inherits from."""


@dataclass(frozen=True)
class _Request:
    """One request. As a string: method and path, without the query, which may name private videos."""

    method: str
    path: str
    header: SecretStr | None = None
    params: Params | None = None
    body: Mapping[str, SecretStr] | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Authorization(AuthBase):
    """Sends an ``Authorization`` header."""

    def __init__(self, header: SecretStr | None) -> None:
        self._header = header

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header to ``request``."""
        if self._header:
            request.headers["Authorization"] = self._header.get_secret_value()
        return request


class Client:
    """A client of one api.video server, for all threads of a run.

    ``base_url``: http(s) address of the server; ``api_key``; ``effects``: clock, sleep, progress; ``workers``: maximum
    number of requests at once; ``timeout``: seconds for one request; ``deadline``: seconds for all, from now;
    ``attempts``: maximum number of attempts for each request; ``answer_limit``: maximum size of an answer in bytes,
    decompressed. Raises UsageError (address), KeyRefused (no key at all).
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        effects: Effects,
        *,
        workers: int = 8,
        timeout: float = 30.0,
        deadline: float = 3600.0,
        attempts: int = 6,
        answer_limit: int = 64_000_000,
    ) -> None:
        key = check_key(api_key)
        self._base, self.host = check_base_url(base_url)
        self._effects, self._workers, self._timeout = effects, workers, timeout
        self._answer_limit = answer_limit
        self._retries = Retries(effects, deadline=deadline, attempts=attempts)
        self._pacer = Pacer(effects, self._retries.wait, self._retries.check)
        self._login = Login(key, self._post, effects, self.host)
        self._session = open_session(workers + 1, "application/json", self._base)  # each thread's, and the caller's
        self._counting = threading.Lock()
        self.requests = 0
        """Number of requests sent, log-ins and retries included."""
        self.server_time: datetime | None = None
        """The server's clock as of its last answer; None before the first answer that has it."""

    @property
    def requests_left(self) -> int | None:
        """Number of requests left in this window, as of the last answer; None if no answer said so."""
        return self._pacer.requests_left

    @property
    def limit(self) -> int | None:
        """Number of requests a minute that the API allows; None if no answer said so."""
        return self._pacer.limit

    def get(self, path: str, params: Params | None = None) -> dict[str, Any]:
        """Fetch the JSON object at ``path`` (starts with ``/``, ids in it percent-encoded). Thread-safe.

        Raises KeyRefused, EndpointGone (the server has no such URL), ApiError (another problem it reports),
        DeadlineExceeded, SourceFailed (not reached, or no JSON object after all attempts).
        """
        return self._retries.run(lambda: self._try_get(path, params), f"GET {path}")

    def map(self, calls: Iterable[T], fetch: Callable[[T], R]) -> Iterator[tuple[T, R]]:
        """``fetch`` each of ``calls``, ``workers`` at once; yield (call, result) as they finish, in any order.

        Nothing is sent before the first result is needed. The first error drops the remaining calls and is raised.
        Ctrl-C ends the program at once.
        """
        return run_each(calls, fetch, workers=self._workers, obey=self._retries.obey)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self._base!r})"

    def _try_get(self, path: str, params: Params | None) -> dict[str, Any] | Failure:
        generation, header = self._login.get_header()
        request = _Request("GET", path, header, params)
        answer = self._send_paced(request)
        if isinstance(answer, Failure):
            return answer
        # A gateway may answer 403 to HTTP Basic. If the key may not read this, the answer with a token is 403 again.
        if answer.status == 401 or (answer.status == 403 and generation == BASIC):
            self._login.reject(generation)
            return Failure(KeyRefused(f"{self.host} rejects one token after another: check the API key."), "expired", 0)
        if answer.status < 500 and answer.status != 429:
            self._login.accept(generation)
        return judge_answer(answer, self.host, str(request))

    def _post(self, path: str, body: Mapping[str, SecretStr]) -> dict[str, Any]:
        request = _Request("POST", path, body=body)

        def attempt() -> dict[str, Any] | Failure:
            answer = self._send_paced(request)
            return answer if isinstance(answer, Failure) else judge_answer(answer, self.host, str(request))

        return self._retries.run(attempt, str(request))

    def _send_paced(self, request: _Request) -> Answer | Failure:
        """Send once the rate limit allows it. After a 429, the next request (from any thread) waits here."""
        ticket = self._pacer.enter()
        limits, limited, has_headers = Limits(), False, False
        try:
            answer = self._send(request)
            if isinstance(answer, Answer):
                limits, limited = answer.limits, answer.status == 429
                # A log-in or a server error without the headers does not mean that there is no limit.
                has_headers = request.method == "GET" and answer.status < 500
        finally:
            self._pacer.leave(ticket, limits, rejected=limited, has_headers=has_headers)
        return answer

    def _send(self, request: _Request) -> Answer | Failure:
        """Send ``request`` once; return its answer, or why there is none."""
        timeout = min(self._timeout, self._retries.left())
        with self._counting:
            self.requests += 1
        started = self._effects.monotonic()
        body = request.body
        failure: Exception
        try:
            with self._session.request(
                request.method,
                self._base + request.path,
                params=request.params,
                json=None if body is None else {name: value.get_secret_value() for name, value in body.items()},
                auth=Authorization(request.header),
                timeout=within(timeout),
                allow_redirects=False,
                stream=True,
            ) as response:
                self.server_time = _parse_date(response.headers.get("Date")) or self.server_time
                answer = Answer(
                    response.status_code,
                    parse_object(read_body(response, self._answer_limit)),
                    parse_limits(response.headers),
                    response.headers.get("Location", ""),
                )
        except (requests.RequestException, UrllibError, OSError, ValueError, TooLarge, UnknownEncoding) as error:
            failure = error
        else:
            took = (self._effects.monotonic() - started) * 1000
            left = "?" if answer.limits.remaining is None else answer.limits.remaining
            logger.debug("%s %d %.0f ms, %s left", request, answer.status, took, left)
            return answer
        logger.debug("%s failed: %s", request, type(failure).__name__)
        return _explain(failure, self.host, str(request))


def check_base_url(base_url: str) -> tuple[str, str]:
    """Return the address without a trailing slash, and its host; warn of plain http. Raises UsageError if invalid."""
    try:
        parts = urlsplit(base_url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or port == 0:
        raise UsageError(
            "APIVIDEO_BASE_URL is not the address of a server: write it like https://ws.api.video, or remove it."
        )
    if parts.username or parts.password:
        raise UsageError("APIVIDEO_BASE_URL contains a user name: remove it, and put the key into APIVIDEO_API_KEY.")
    if parts.scheme == "http" and not _is_local(host):
        logger.warning("%s is reached over plain http: others can read the API key on its way.", host)
    return base_url.strip().rstrip("/"), host


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _parse_date(text: str | None) -> datetime | None:
    """Parse the time in a ``Date`` header, as UTC; None if there is none. Of several headers, the first counts."""
    try:
        moment = parsedate_to_datetime(text or "")
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _explain(error: Exception, host: str, request: str) -> Failure:
    """Return what ``error`` (of requests or below) means. Its own text is not used: it may contain anything."""
    kind, words = next(FAILURES[known] for known in type(error).__mro__ if known in FAILURES)
    if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        kind = FINAL
        words = "has a certificate that cannot be trusted (check the address, the clock, REQUESTS_CA_BUNDLE)"
    advice = "check the network and APIVIDEO_BASE_URL, or run it again later"
    return Failure(SourceFailed(f"{host} {words} ({clean_words(request)}): {advice}."), kind)
