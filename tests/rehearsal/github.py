"""A stand-in GitHub on loopback: git over HTTP from bare repositories on disk, and its program ``gh``.

Tokens are real: each has permissions, and what they do not allow is refused, as GitHub does.
"""

import base64
import gzip
import os
import secrets
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.fakes.gh import GhStandIn


class GitHub:
    """``url``; ``repositories``: the folder with ``owner/name`` in it (bare); ``gh``: issues, Pages, the workflow."""

    def __init__(self, repositories):
        self.repositories = repositories
        self.tokens = {}
        self.gh = GhStandIn(repositories)

    def token(self, permissions):
        """A new token that may do so much."""
        token = "ghs_" + secrets.token_hex(18)
        self.tokens[token] = dict(permissions)
        return self.gh.add_token(token, permissions)

    def __enter__(self):
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads, self._server.github = True, self
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        """Silent."""

    def _do(self):
        self._git(self._body())

    do_GET = do_POST = _do

    def _permissions(self):
        """What the token of this request may do; None: there is no token, or nobody gave it out."""
        scheme, _, given = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "basic":
            given = base64.b64decode(given).decode().partition(":")[2]
        return self.server.github.tokens.get(given)

    def _body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            body = b"".join(parts)
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body

    def _answer(self, status, content, kind, **headers):
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _git(self, body):
        address = urlsplit(self.path)
        if "git-receive-pack" in self.path:
            permissions = self._permissions()
            if permissions is None:
                self._answer(401, b"", "text/plain", **{"WWW-Authenticate": 'Basic realm="GitHub"'})
                return
            if permissions.get("contents") != "write":
                self._answer(403, b"Permission denied to github-actions[bot].", "text/plain")
                return
        environment = {
            "GIT_PROJECT_ROOT": str(self.server.github.repositories),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_TEST_FSYNC": "0",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "PATH": os.environ["PATH"],
            "PATH_INFO": address.path.replace(".git/", "/", 1),  # both addresses lead there
            "QUERY_STRING": address.query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_USER": "github-actions",
            "REMOTE_ADDR": "127.0.0.1",
        }
        said = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True).stdout
        head, _, content = said.partition(b"\r\n\r\n")
        lines = dict(line.split(": ", 1) for line in head.decode().splitlines())
        status = int(lines.pop("Status", "200").split()[0])
        self._answer(status, content, lines.pop("Content-Type", "text/plain"), **lines)
