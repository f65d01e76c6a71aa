"""A server that answers as one test wants, and the effects of tests that do not really wait."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from apivideo_geo.effects import Effects

KEY = "odd-key-0123456789"


class Hasty(Effects):
    """Sleeps in no time: its clock is the real one plus all that was slept. Also collects the messages of progress."""

    def __init__(self) -> None:
        super().__init__(progress=self)  # type: ignore[arg-type]
        self.slept: list[float] = []
        self.said: list[str] = []
        self.notes: list[int] = []
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        return time.monotonic() + sum(self.slept)

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)

    def say(self, message: str) -> None:
        self.said.append(message)

    def note(self, requests_left: int) -> None:
        self.notes.append(requests_left)


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Reply:
    """``parts`` are sent one by one, as they are; ``length`` False: no Content-Length, the body ends with the line."""

    status: int = 200
    content: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    parts: Iterable[bytes] = ()
    length: bool = True


def tokens(number: int = 1, **more: Any) -> dict[str, Any]:
    return {"access_token": f"access-{number:06d}", "refresh_token": f"refresh-{number:06d}", **more}


@dataclass
class Odd:
    url: str
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0

    def paths(self) -> list[str]:
        return [asked.path.partition("?")[0] for asked in self.asked]


@contextmanager
def odd_server(answer: Callable[[Asked], Reply], *, basic: bool = True, log_in: bool = True) -> Iterator[Odd]:
    """Answers by ``answer``; without ``basic`` it rejects HTTP Basic; with ``log_in`` it hands out numbered tokens."""
    odd = Odd("")
    lock = threading.Lock()
    given = iter(range(1, 1_000_000))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def setup(self) -> None:
            super().setup()
            with lock:
                odd.connections += 1

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = Asked(self.command, self.path, dict(self.headers), body)
            with lock:
                odd.asked.append(asked)
            if not basic and asked.headers.get("Authorization", "").startswith("Basic"):
                reply = Reply(401, {"title": "No."})
            elif log_in and self.path.startswith("/auth/"):
                with lock:
                    reply = Reply(content=tokens(next(given)))
            else:
                reply = answer(asked)
            content = reply.content if isinstance(reply.content, bytes) else json.dumps(reply.content).encode()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.length and "Content-Length" not in reply.headers:
                self.send_header("Content-Length", str(len(content)))
            self.close_connection = not reply.length or bool(reply.parts)
            self.end_headers()
            for part in reply.parts or (content,):
                self.wfile.write(part)
                self.wfile.flush()

        do_POST = do_GET

        def log_message(self, format: str, *args: Any) -> None: ...

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None: ...

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    odd.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield odd
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
