"""``serve``: the site on 127.0.0.1, as a host of static files would show it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from apivideo_geo.errors import UsageError


class _Handler(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".js": "text/javascript; charset=utf-8"}
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        """Say nothing: what the reader's browser asks is nobody's news."""


@contextmanager
def open_server(folder: Path, port: int) -> Iterator[ThreadingHTTPServer]:
    """A server of ``folder`` on 127.0.0.1. Raises :class:`UsageError` where there is no site or the port is taken."""
    if not (folder / "index.html").is_file():
        raise UsageError(f"There is no site in {folder}: run the command build first, or demo.")
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), partial(_Handler, directory=str(folder)))
    except OSError as error:
        raise UsageError(f"Port {port} cannot be used ({error.strerror}); choose another with --port.") from None
    try:
        yield server
    finally:
        server.server_close()
