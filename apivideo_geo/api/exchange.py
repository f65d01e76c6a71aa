"""One HTTP exchange with a limit of time and of size. The other modules send requests with a session from here.

requests and urllib3 only limit the wait for the next byte, so a server that sends one byte a second holds a program as
long as it wants. Here one deadline covers connecting, the header and the body.
"""

from __future__ import annotations

import io
import socket
from functools import partial
from http import client
from http.cookiejar import DefaultCookiePolicy
from time import monotonic
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool, ProxyManager, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection

from apivideo_geo.version import find_version

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer as Buffer

CHUNK = 65536
"""Bytes that are read, and decompressed, at a time."""
ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
"""Content encodings that are read; only gzip and deflate are offered."""


class TooLarge(Exception):
    """The body is larger than the limit."""


class UnknownEncoding(Exception):
    """The body is compressed in a way that was not offered."""


def open_session(connections: int, accept: str, address: str = "") -> requests.Session:
    """Return a session for ``connections`` threads that keeps no cookies and follows no redirects.

    ``accept`` is the header of this name. The environment is read once, for the server at ``address``: its proxy and
    certificates; "" is for any server, without a proxy. Send each request with ``timeout=within(seconds)`` and
    ``stream=True``.
    """
    session = _Session()
    if address:  # requests would search the environment for each request, which takes a sixth of its time
        found = session.merge_environment_settings(address, {}, None, None, None)
        session.proxies, session.verify = found["proxies"], found["verify"]
    session.trust_env = False
    adapter = _Adapter(pool_connections=2, pool_maxsize=connections, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.update(
        {"User-Agent": f"apivideo-geo/{find_version()}", "Accept": accept, "Accept-Encoding": "gzip, deflate"}
    )
    return session


def within(seconds: float, connect: float | None = None) -> Any:  # noqa: ANN401  the type stubs of requests lack it
    """Return the ``timeout`` of a request: ``seconds`` for the complete exchange, ``connect`` of them to connect."""
    return Timeout(total=seconds, connect=connect)


def read_body(response: requests.Response, limit: int) -> bytes:
    """Return the body of a response that was requested with ``stream=True``, decompressed piece by piece.

    Raises :class:`TooLarge` as soon as it has more than ``limit`` bytes, :class:`UnknownEncoding`, and what requests
    and urllib3 raise.
    """
    encodings = response.headers.get("Content-Encoding", "").lower().split(",")
    if not {encoding.strip() for encoding in encodings} <= ENCODINGS:
        raise UnknownEncoding
    content = bytearray()
    while part := response.raw.read1(CHUNK, decode_content=True):
        content += part
        if len(content) > limit:
            raise TooLarge
    return bytes(content)


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Return None: requests reads the complete body of a redirect, without a limit, even if it does not follow."""
        return None


class _TimedStream(io.RawIOBase):
    """The bytes that arrive at a socket until ``ends``, a time of ``monotonic``; raises TimeoutError afterwards."""

    def __init__(self, sock: socket.socket, stream: io.RawIOBase, ends: float) -> None:
        self._sock, self._stream, self._ends = sock, stream, ends

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int | None:
        left = self._ends - monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._sock.settimeout(left)
        return self._stream.readinto(buffer)

    def close(self) -> None:
        self._stream.close()
        super().close()


class _TimedResponse(client.HTTPResponse):
    def __init__(self, sock: socket.socket, debuglevel: int = 0, method: str | None = None, *, ends: float) -> None:
        super().__init__(sock, debuglevel, method)
        self.fp = io.BufferedReader(_TimedStream(sock, self.fp.detach(), ends))


class _TimedConnection(HTTPConnection):
    """A connection on which a time-out limits a complete step: connecting, or the response with its body.

    In urllib3 it limits each single read, so a server that sends a byte now and then would never be cut off.
    """

    def connect(self) -> None:
        self._count_time()  # for the answer of a proxy
        super().connect()

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        self._count_time()
        return super().getresponse()

    def _count_time(self) -> None:
        self.response_class = partial(_TimedResponse, ends=monotonic() + (self.timeout or 0))  # type: ignore[assignment]

    def _new_conn(self) -> socket.socket:
        """Connect to one of the host's addresses. Each gets its share of the time; urllib3 gives all of it to each."""
        try:
            addresses = socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM)
        except OSError:
            return super()._new_conn()  # it raises the error that requests knows
        complete, self.timeout = self.timeout, (self.timeout or 0) / len(addresses)
        try:
            return super()._new_conn()
        finally:
            self.timeout = complete


class _TimedSecureConnection(_TimedConnection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _TimedConnection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _TimedSecureConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401  as in requests
        super().init_poolmanager(*arguments, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def proxy_manager_for(self, proxy: str, **named: Any) -> ProxyManager:  # noqa: ANN401
        manager: ProxyManager = super().proxy_manager_for(proxy, **named)
        if not proxy.lower().startswith("socks"):  # those have connections of their own
            manager.pool_classes_by_scheme = self.poolmanager.pool_classes_by_scheme
        return manager
