"""The wire: listening on loopback, connections kept alive, answers that break when they should."""

from __future__ import annotations

import json
import socket
import socketserver
import struct
import threading
import time
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Protocol

from tests.fakes.failures import Failures, Kind
from tests.fakes.limits import Window
from tests.fakes.problems import too_many_requests
from tests.fakes.query import Query

_BROKEN = ("500", "502", "503")
_BAD_GATEWAY = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class Seen(NamedTuple):
    """One request as it was answered. ``status`` 0: the connection was reset. ``time``: monotonic seconds."""

    method: str
    path: str
    query: dict[str, list[str]]
    status: int
    time: float


class Answering(Protocol):
    """Who decides what is answered (the stand-in), as the wire sees it."""

    window: Window
    failures: Failures
    stall_seconds: float

    def answer(self, method: str, query: Query, authorization: str | None, body: bytes) -> tuple[int, Any]:
        """Status and JSON body."""

    def clock(self) -> datetime:
        """The server's time, UTC."""

    def enter(self) -> None:
        """A request is being answered."""

    def leave(self) -> None:
        """A request has been answered."""

    def log(self, seen: Seen) -> None:
        """Remember a request."""


class Listener(ThreadingHTTPServer):
    """Threads that end when their connections are cut, so that ``server_close`` can wait for them."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], stand_in: Answering) -> None:
        self.stand_in = stand_in
        self.closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(address, Connection)

    def server_bind(self) -> None:
        """Bind without looking up the host's name (which can take seconds)."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def cut_connections(self) -> None:
        """End every open connection and every stalled answer."""
        self.closing.set()
        with self._open_lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is not our bug."""


class Connection(BaseHTTPRequestHandler):
    """One connection, kept alive over many requests."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Listener

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    do_PUT = do_PATCH = do_DELETE = do_POST

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The `Date` of an answer is the stand-in's clock."""
        return super().date_time_string(self.server.stand_in.clock().timestamp() if timestamp is None else timestamp)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing; ``StandIn.requests`` is the log."""

    def _serve(self) -> None:
        stand_in = self.server.stand_in
        stand_in.enter()
        try:
            self._answer(stand_in)
        finally:
            stand_in.leave()

    def _answer(self, stand_in: Answering) -> None:
        path, _, text = self.path.partition("?")
        query = Query(path, text)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        turn = stand_in.window.take()
        failure = None if turn.refused else stand_in.failures.draw(path)
        if failure == "stall":
            self.server.closing.wait(stand_in.stall_seconds)
        content: Any = None
        if failure == "reset":
            status = 0
        elif failure in _BROKEN:
            status, content = (
                int(failure),
                {"type": "", "title": HTTPStatus(int(failure)).phrase, "status": int(failure)},
            )
        elif turn.refused:
            status, content = 429, too_many_requests().body
        else:
            status, content = stand_in.answer(self.command, query, self.headers.get("Authorization"), body)
        # Logged before it is sent: whoever has the answer finds it in the log.
        stand_in.log(Seen(self.command, path, query.as_dict(), status, time.monotonic()))
        if status == 0:
            self._reset()
        elif status == 502:
            self._send(status, "text/html", _BAD_GATEWAY, {})
        else:
            kind = "application/json" if status < 400 else "application/problem+json"
            self._send(status, kind, json.dumps(content).encode(), turn.headers(), failure)

    def _send(
        self, status: int, kind: str, content: bytes, headers: dict[str, str], failure: Kind | None = None
    ) -> None:
        """Head and body together. A truncated answer ends in the middle, and so does its connection."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name, value)
        half = content[: len(content) // 2]
        if failure == "truncated-chunked":
            self.send_header("Transfer-Encoding", "chunked")
            content = b"%x\r\n%s\r\n" % (len(half), half)
        else:
            self.send_header("Content-Length", str(len(content)))
            content = half if failure == "truncated" else content
        if failure in ("truncated", "truncated-chunked"):
            self.close_connection = True
        self.end_headers()
        self.wfile.write(content)

    def _reset(self) -> None:
        """Close so that the client's system sees a reset, not an orderly end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True
