"""``serve``: the site on 127.0.0.1, as a host of static files would show it: compressed, with its own 404 page."""

from __future__ import annotations

import gzip
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from apivideo_geo.errors import UsageError

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".csv": "text/csv; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml",
    ".png": "image/png",
    ".parquet": "application/vnd.apache.parquet",
}
"""Suffix → content type; anything else is a download. A table of our own: the system's differs from one to the next."""
_PACKED = frozenset({".png", ".parquet"})
_HASHED = re.compile(r"\.[0-9a-f]{10}\.\w+$")
_YEAR = 31_536_000


def find_file(folder: Path, path: str) -> Path | None:
    """The file of ``folder`` that the URL path asks for (a folder: its ``index.html``); None where there is none.

    Nothing outside the folder is ever found, nor anything whose name begins with a dot.
    """
    parts = [part for part in unquote(path).split("/") if part]
    if any(part.startswith(".") or "\0" in part or "\\" in part for part in parts):
        return None
    root = folder.resolve()
    file = root.joinpath(*parts)
    if path.endswith("/"):
        file /= "index.html"
    try:
        file = file.resolve()
        return file if file.is_relative_to(root) and file.is_file() else None
    except OSError:
        return None


@lru_cache(maxsize=64)
def _compressed(file: Path, stamp: str) -> bytes:
    """The file in gzip; ``stamp`` changes when its content does."""
    return gzip.compress(file.read_bytes(), 9, mtime=0)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def __init__(self, *args: object, folder: Path) -> None:
        self.folder = folder
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Answer with the file."""
        path = urlsplit(self.path).path
        file = find_file(self.folder, path)
        if file:
            self._send_file(file, HTTPStatus.OK)
        elif find_file(self.folder, path + "/"):
            self._send(HTTPStatus.MOVED_PERMANENTLY, b"", {"Location": "/" + quote(unquote(path).strip("/")) + "/"})
        elif missing := find_file(self.folder, "404.html"):
            self._send_file(missing, HTTPStatus.NOT_FOUND)
        else:
            self._send(HTTPStatus.NOT_FOUND, b"There is no such page.\n", {"Content-Type": TYPES[".txt"]})

    do_HEAD = do_GET  # the body is left out in _send

    def _send_file(self, file: Path, status: HTTPStatus) -> None:
        known = file.stat()
        stamp = f"{known.st_mtime_ns:x}-{known.st_size:x}"
        small = file.suffix not in _PACKED and "gzip" in self.headers.get("Accept-Encoding", "")
        headers = {
            "Content-Type": TYPES.get(file.suffix, "application/octet-stream"),
            "Cache-Control": f"public, max-age={_YEAR}, immutable" if _HASHED.search(file.name) else "no-cache",
            "ETag": f'"{stamp}-gz"' if small else f'"{stamp}"',
            "Vary": "Accept-Encoding",
        }
        if status is HTTPStatus.OK and self.headers.get("If-None-Match") == headers["ETag"]:
            self._send(HTTPStatus.NOT_MODIFIED, b"", headers)
        elif small:
            self._send(status, _compressed(file, stamp), headers | {"Content-Encoding": "gzip"})
        else:
            self._send(status, file.read_bytes(), headers)

    def _send(self, status: HTTPStatus, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("X-Content-Type-Options", "nosniff")
        if status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def version_string(self) -> str:
        """The name of the server, without that of its Python."""
        return "apivideo-geo"

    def log_message(self, *args: object) -> None:
        """Say nothing: what the reader's browser asks is nobody's news."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hung up is no error."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def open_server(folder: Path, port: int) -> Iterator[ThreadingHTTPServer]:
    """A server of ``folder`` on 127.0.0.1. Raises :class:`UsageError` where there is no site or the port is taken."""
    if not (folder / "index.html").is_file():
        raise UsageError(f"There is no site in {folder}: run the command build first, or demo.")
    try:
        server = _Server(("127.0.0.1", port), partial(_Handler, folder=folder))
    except OSError as error:
        raise UsageError(f"Port {port} cannot be used ({error.strerror}); choose another with --port.") from None
    try:
        yield server
    finally:
        server.server_close()
