"""The API client: log in, GET, again after what may pass, many at once. Alone imports requests.

Every request has a time-out; nothing lasts past the deadline; no redirect is followed, for the
token would go along. Whatever can go wrong leaves here as one of ours (``errors.py``), raised outside
the ``except`` block so that no library exception, which carries the request's headers, hangs on to it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from types import TracebackType
from typing import Any, TypeVar

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError as UrllibError

from apivideo_geo.api.address import check_base_url
from apivideo_geo.api.rate_limit import Limits, Pacer, parse_limits
from apivideo_geo.api.responses import Answer, clean_words, judge_answer, parse_object
from apivideo_geo.api.retry import Kind, Patience, Trouble
from apivideo_geo.api.secrets import Secret, redactor
from apivideo_geo.api.tokens import Tokens, check_key
from apivideo_geo.api.workers import run_each
from apivideo_geo.effects import Effects
from apivideo_geo.errors import ApivideoGeoError, KeyRefused, SourceFailed
from apivideo_geo.version import find_version

logger = logging.getLogger("apivideo_geo.api")
# A filter of a logger does not reach the loggers below it: each that can see a request gets its own.
for _name in ("apivideo_geo.api", "urllib3.connectionpool", "urllib3.util.retry", "urllib3.connection"):
    logging.getLogger(_name).addFilter(redactor)

T = TypeVar("T")
R = TypeVar("R")
Params = Mapping[str, str | int | Sequence[str]]

CHUNK = 65536
"""Bytes read at once; the time-out of a request is looked at after each."""

AGAIN: Kind = "failed"
FINAL: Kind = "final"
_errors = requests.exceptions
TROUBLES: Mapping[type[Exception], tuple[Kind, str]] = {
    _errors.ConnectTimeout: (AGAIN, "did not take the connection in time"),
    _errors.ReadTimeout: (AGAIN, "did not answer in time"),
    _errors.Timeout: (AGAIN, "did not answer in time"),
    _errors.ProxyError: (AGAIN, "cannot be reached through the proxy (check HTTPS_PROXY)"),
    _errors.SSLError: (AGAIN, "could not be reached securely (TLS failed)"),
    _errors.ConnectionError: (AGAIN, "could not be reached, or cut the connection"),
    _errors.ChunkedEncodingError: (AGAIN, "cut its answer short"),
    _errors.ContentDecodingError: (AGAIN, "sent an answer that cannot be unpacked"),
    _errors.InvalidJSONError: (AGAIN, "sent an answer that is not JSON"),
    _errors.JSONDecodeError: (AGAIN, "sent an answer that is not JSON"),
    _errors.RetryError: (AGAIN, "failed again and again"),
    _errors.HTTPError: (AGAIN, "answered with an error"),
    _errors.TooManyRedirects: (FINAL, "sends us round in circles"),
    _errors.InvalidProxyURL: (FINAL, "cannot be reached: the proxy's address is not valid (check HTTPS_PROXY)"),
    _errors.InvalidURL: (FINAL, "is no valid address"),
    _errors.MissingSchema: (FINAL, "is no valid address"),
    _errors.InvalidSchema: (FINAL, "is no valid address"),
    _errors.URLRequired: (FINAL, "is no valid address"),
    _errors.InvalidHeader: (FINAL, "gave a token that cannot be sent back"),
    _errors.StreamConsumedError: (FINAL, "could not be read (a fault of ours, please report it)"),
    _errors.UnrewindableBodyError: (FINAL, "could not be asked (a fault of ours, please report it)"),
    _errors.RequestException: (AGAIN, "could not be asked"),
    UrllibError: (AGAIN, "broke off its answer"),
    OSError: (AGAIN, "could not be reached"),
}
"""Every exception of requests, in a person's words, and whether another attempt makes sense."""


class BearerToken(AuthBase):
    """Sends the token; being an ``auth`` it also keeps requests from taking one out of ``~/.netrc``."""

    def __init__(self, token: Secret | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token on ``request``."""
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        return request


class Client:
    """A client of one api.video server, for all threads of a run.

    Args: ``base_url``: http(s) address without path parameters; ``api_key``; ``effects``: clock, sleep, progress;
    ``workers``: requests at once; ``timeout``: seconds for one request; ``deadline``: seconds for all, from
    now; ``attempts``: how often a request is tried. Raises UsageError (address), KeyRefused (no key at all).
    It logs in at the first request.
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
    ) -> None:
        key = check_key(api_key)
        self._base, self.host = check_base_url(base_url)
        self._effects, self._workers, self._timeout = effects, workers, timeout
        self._patience = Patience(effects, deadline=deadline, attempts=attempts)
        self._pacer = Pacer(effects, self._patience.wait, self._patience.check)
        self._tokens = Tokens(key, self._post, effects, self._patience.check, self.host)
        self._session = open_session(workers)
        self._counting = threading.Lock()
        self.requests = 0
        """How many requests were sent, log-ins and repeats included."""
        self.server_time: datetime | None = None
        """What the server's clock said with its last answer; None until it says."""

    @property
    def requests_left(self) -> int | None:
        """What the API last told to be left of its request limit; None until it tells."""
        return self._pacer.requests_left

    @property
    def limit(self) -> int | None:
        """The requests a minute that the API allows; None until it tells."""
        return self._pacer.limit

    def get(self, path: str, params: Params | None = None) -> dict[str, Any]:
        """The JSON object at ``path`` (begins with ``/``, ids in it percent-encoded). Thread-safe.

        Raises KeyRefused, EndpointGone (the server has no such URL), ApiError (another problem it tells),
        DeadlineExceeded, SourceFailed (not reached, or no JSON object after all attempts).
        """
        return self._patience.insist(lambda: self._try_get(path, params), f"GET {path}")

    def map(self, calls: Iterable[T], fetch: Callable[[T], R]) -> Iterator[tuple[T, R]]:
        """``fetch`` each of ``calls``, ``workers`` at once; yields (call, result) as they finish, in any order.

        Nothing is sent before the first result is asked for. The first error drops the rest and is raised;
        Ctrl-C ends at once.
        """
        return run_each(calls, fetch, workers=self._workers, obey=self._patience.obey)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self._base!r})"

    def _try_get(self, path: str, params: Params | None) -> dict[str, Any] | Trouble:
        generation, token = self._tokens.fetch_current()
        outcome = self._send_paced("GET", path, token, params=params)
        if isinstance(outcome, Trouble):
            return outcome
        if outcome.status == 401:
            self._tokens.refuse(generation)
            return Trouble(KeyRefused(f"{self.host} refuses token after token: check the API key."), "expired", 0.0)
        if outcome.status < 500 and outcome.status != 429:
            self._tokens.accept(generation)
        return judge_answer(outcome, self.host, f"GET {path}")

    def _post(self, path: str, body: Mapping[str, Secret]) -> dict[str, Any]:
        def attempt() -> dict[str, Any] | Trouble:
            outcome = self._send_paced("POST", path, None, body=body)
            return outcome if isinstance(outcome, Trouble) else judge_answer(outcome, self.host, f"POST {path}")

        return self._patience.insist(attempt, f"POST {path}")

    def _send_paced(
        self,
        method: str,
        path: str,
        token: Secret | None,
        *,
        params: Params | None = None,
        body: Mapping[str, Secret] | None = None,
    ) -> Answer | Trouble:
        """``_send`` when the request limit allows it. After a 429 the next one waits here, in whatever thread."""
        ticket = self._pacer.enter()
        limits, refused, telling = Limits(), False, False
        try:
            outcome = self._send(method, path, token, params=params, body=body)
            if isinstance(outcome, Answer):
                limits, refused = outcome.limits, outcome.status == 429
                # A log-in, or a broken answer, without the headers does not mean that there is no limit.
                telling = method == "GET" and outcome.status < 500
        finally:
            self._pacer.leave(ticket, limits, refused=refused, telling=telling)
        return outcome

    def _send(
        self,
        method: str,
        path: str,
        token: Secret | None,
        *,
        params: Params | None,
        body: Mapping[str, Secret] | None,
    ) -> Answer | Trouble:
        """One request, once: what came back, or what went wrong under way."""
        timeout = min(self._timeout, self._patience.left())
        with self._counting:
            self.requests += 1
        started = self._effects.monotonic()
        found: Exception
        try:
            with self._session.request(
                method,
                self._base + path,
                params=params,
                json=None if body is None else {name: value.reveal() for name, value in body.items()},
                auth=BearerToken(token),
                timeout=timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                self.server_time = _parse_date(response.headers.get("Date")) or self.server_time
                content = self._read(response, started + timeout)
                answer = Answer(
                    response.status_code,
                    parse_object(content),
                    parse_limits(response.headers),
                    response.headers.get("Location", ""),
                )
        except (requests.RequestException, UrllibError, OSError, ValueError) as error:
            found = error
        else:
            self._log(method, path, answer, started)
            return answer
        logger.debug("%s %s failed: %s", method, path, type(found).__name__)
        return _explain(found, self.host, f"{method} {path}")

    def _read(self, response: requests.Response, until: float) -> bytes:
        """The whole body, unpacked. requests has a time-out between two bytes only; this is the one for all."""
        parts = []
        while part := response.raw.read1(CHUNK, decode_content=True):
            parts.append(part)
            if self._effects.monotonic() > until:
                raise requests.ReadTimeout
        return b"".join(parts)

    def _log(self, method: str, path: str, answer: Answer, started: float) -> None:
        took = (self._effects.monotonic() - started) * 1000
        left = "?" if answer.limits.remaining is None else answer.limits.remaining
        logger.debug("%s %s %d %.0f ms, %s left", method, path, answer.status, took, left)


def _parse_date(text: str | None) -> datetime | None:
    """The time in a ``Date`` header, UTC."""
    try:
        moment = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def open_session(workers: int) -> requests.Session:
    """A session for ``workers`` threads that keeps no cookies."""
    session = requests.Session()
    # As many connections as threads, and one for the caller's own.
    adapter = HTTPAdapter(pool_connections=2, pool_maxsize=workers + 1, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.update({"User-Agent": f"apivideo-geo/{find_version()}", "Accept": "application/json"})
    return session


def _explain(error: Exception, host: str, request: str) -> Trouble:
    """What ``error`` (of requests or below) means. Its own text is not passed on: it can hold anything."""
    if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        said = "shows a certificate that cannot be trusted (check the address, the clock, REQUESTS_CA_BUNDLE)"
        return Trouble(_fail(host, said, request))
    for kind in type(error).__mro__:
        if kind in TROUBLES:
            again, said = TROUBLES[kind]
            return Trouble(_fail(host, said, request), again)
    return Trouble(_fail(host, "is no valid address", request))


def _fail(host: str, said: str, request: str) -> ApivideoGeoError:
    advice = "check the network and APIVIDEO_BASE_URL, or run it again later"
    return SourceFailed(f"{host} {said} ({clean_words(request)}): {advice}.")
