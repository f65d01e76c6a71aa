"""The local web server of ``serve``: shows the site on 127.0.0.1, with the site's own 404 page."""

from __future__ import annotations

import gzip
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO

from apivideo_geo.errors import UsageError

_COMPRESSED = (".html", ".css", ".js", ".json", ".svg", ".csv", ".txt", ".xml")
"""Suffixes of files that are sent compressed to browsers that accept it."""


class _Handler(SimpleHTTPRequestHandler):
    """Serves the files of one folder; never a listing, a hidden file, or a file outside the folder."""

    protocol_version = "HTTP/1.1"
    timeout = 60
    extensions_map = {  # noqa: RUF012  the types of the system differ from one machine to the next
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

    def send_head(self) -> BinaryIO | None:
        """Send the status and the headers; return the open file to send next, or None after an error or a redirect."""
        path = Path(self.translate_path(self.path))
        if not _is_public(path, Path(self.directory)):
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        file = path / "index.html" if path.is_dir() and self.path.partition("?")[0].endswith("/") else path
        accepted = "gzip" in self.headers.get("Accept-Encoding", "") and "If-Modified-Since" not in self.headers
        return self._send_compressed(file) if accepted and file.suffix in _COMPRESSED else super().send_head()

    def _send_compressed(self, file: Path) -> BinaryIO:
        """Send the headers of ``file`` and return its content, compressed as hosts of static sites do."""
        content = gzip.compress(file.read_bytes(), mtime=0)
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", self.extensions_map[file.suffix])
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Vary", "Accept-Encoding")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Last-Modified", self.date_time_string(file.stat().st_mtime))
        self.end_headers()
        return io.BytesIO(content)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Send the site's 404 page where a file is missing, and Python's short page for any other error."""
        page = Path(self.directory, "404.html")
        if code != HTTPStatus.NOT_FOUND or not page.is_file():
            super().send_error(code, message, explain)
            return
        content = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", self.extensions_map[".html"])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def end_headers(self) -> None:
        """Add the headers that every response has: a rebuilt page must never be taken from the browser's cache."""
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Suppress request logging."""


def _is_public(path: Path, folder: Path) -> bool:
    """Return whether ``path``, or its ``index.html`` if it is a folder, is a visible file inside ``folder``."""
    try:
        file = (path / "index.html" if path.is_dir() else path).resolve()
        hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
        return file.is_file() and not hidden
    except (OSError, ValueError):  # outside the folder, or a name no file can have
        return False


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore a browser that closes the connection early; print any other error."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def open_server(folder: Path, port: int) -> Iterator[ThreadingHTTPServer]:
    """Serve ``folder`` on 127.0.0.1; ``port`` 0 takes a free one.

    Raises :class:`UsageError` if there is no site in ``folder``, or if the port is in use.
    """
    if not (folder / "index.html").is_file():
        raise UsageError(f"There is no site in {folder}: run the command build first, or demo.")
    try:
        server = _Server(("127.0.0.1", port), partial(_Handler, directory=str(folder.resolve())))
    except OSError as error:
        raise UsageError(f"Port {port} cannot be used ({error.strerror}); choose another with --port.") from None
    try:
        yield server
    finally:
        server.server_close()
