"""A proxy in front of any server on loopback that has one fault at one step of a run."""

from __future__ import annotations

import socket
import struct
import threading
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

from tests.faults import Answer, Fault, Step

PACE = 0.02
"""Seconds between two bytes that drip."""


class Over(Exception):
    """The client or the proxy is gone."""


class FaultyProxy:
    """A proxy for the server at ``upstream`` (http://host:port), as a context manager.

    Requests that ``step`` matches are answered as ``fault`` does, all others truly. ``fault`` and ``step`` can be set
    and changed at any time. ``hits``: number of requests that met the fault.
    """

    def __init__(self, upstream: str, fault: Fault | None = None, step: Step | None = None) -> None:
        self.upstream, self.fault, self.step = upstream, fault, step
        self.hits = 0
        self.closing = threading.Event()

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    proxy: FaultyProxy

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is not a bug of the proxy."""


class _Wire:
    def __init__(self, connection: socket.socket, closing: threading.Event) -> None:
        self._connection, self._closing = connection, closing

    def send(self, data: bytes) -> None:
        try:
            self._connection.sendall(data)
        except OSError:
            raise Over from None

    def drip(self, data: bytes) -> None:
        for byte in data:
            self._wait(PACE)
            self.send(bytes([byte]))

    def stall(self) -> None:
        self._wait(600)

    def reset(self) -> None:
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.close()
        raise Over

    def _wait(self, seconds: float) -> None:
        if self._closing.wait(seconds):
            raise Over


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        proxy = self.server.proxy
        answer = self._ask(proxy.upstream, self._read_body())
        if not (proxy.fault and proxy.step and proxy.step.matches(self.command, self.path)):
            self.send_response_only(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)
            return
        proxy.hits += 1
        self.close_connection = True
        try:
            proxy.fault.send(answer, _Wire(self.connection, proxy.closing))
        except Over:
            return

    do_POST = do_GET

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _ask(self, upstream: str, content: bytes) -> Answer:
        """Send the request on, and return the true answer."""
        left_out = ("host", "connection", "content-length", "transfer-encoding")
        headers = {name: value for name, value in self.headers.items() if name.lower() not in left_out}
        connection = HTTPConnection(urlsplit(upstream).netloc, timeout=60)
        try:
            connection.request(self.command, self.path, content or None, headers)
            response = connection.getresponse()
            kept = {n: v for n, v in response.getheaders() if n.lower() not in left_out}
            return Answer(response.status, kept, response.read())
        finally:
            connection.close()
