"""A stand-in GitHub on loopback: the issues of one repository, its Pages and its workflow, as far as we ask."""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

TOKEN = "ghs_stand-in-token-0123456789"
REPOSITORY = "Acme/audience-map"
BOT = {"login": "github-actions[bot]", "type": "Bot"}


class GitHubStandIn:
    """``issues`` by number; ``status`` answers everything with it; ``pages``, ``workflow``: None is a 404."""

    def __init__(self) -> None:
        self.issues: dict[int, dict[str, Any]] = {}
        self.comments: dict[int, list[str]] = {}
        self.status = 0
        self.message = ""
        self.has_issues = True
        self.private = False
        self.pages: dict[str, Any] | None = {
            "build_type": "workflow",
            "html_url": "https://acme.github.io/audience-map/",
        }
        self.workflow: dict[str, Any] | None = {"state": "active"}
        self.requests: list[tuple[str, str]] = []
        stand_in = self

        class Connection(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length) or b"{}")
                stand_in.requests.append((self.command, self.path))
                allowed = self.headers.get("Authorization") == f"Bearer {TOKEN}"
                status, answer = stand_in.answer(self.command, self.path, body, allowed)
                content = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_PATCH = do_GET

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Connection)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def environment(self) -> dict[str, str]:
        """What a step of the workflow has."""
        return {
            "GITHUB_ACTIONS": "true", "GITHUB_API_URL": self.url, "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_TOKEN": TOKEN, "GITHUB_RUN_ID": "4711", "GITHUB_SERVER_URL": "https://github.com",
        }  # fmt: skip

    @property
    def open(self) -> list[dict[str, Any]]:
        """The open issues."""
        return [issue for issue in self.issues.values() if issue["state"] == "open"]

    def add_issue(
        self, title: str, body: str, user: dict[str, str] = BOT, association: str = "NONE", **more: Any
    ) -> int:
        """Somebody opens an issue."""
        number = len(self.issues) + 1
        self.issues[number] = {
            "number": number, "title": title, "body": body, "state": "open", "user": user,
            "author_association": association, **more,
        }  # fmt: skip
        return number

    def answer(self, method: str, address: str, body: dict[str, Any], allowed: bool) -> tuple[int, Any]:
        """Status and body."""
        url = urlsplit(address)
        path = url.path.removeprefix(f"/repos/{REPOSITORY}")
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if self.status:
            return self.status, {"message": self.message}
        if not allowed:
            return 401, {"message": "Bad credentials"}
        if path.startswith("/issues") and not self.has_issues:
            return 410, {"message": "Issues are disabled for this repo"}
        match method, path:
            case "GET", "/issues":
                found = sorted(self.open, key=lambda issue: -issue["number"])
                size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
                return 200, found[size * (page - 1) : size * page]
            case "POST", "/issues":
                return 201, self.issues[self.add_issue(body["title"], body["body"])]
            case "GET", "":
                return 200, {"has_issues": self.has_issues, "private": self.private}
            case "GET", "/pages":
                return (200, self.pages) if self.pages else (404, {"message": "Not Found"})
            case "GET", "/actions/workflows/site.yml":
                return (200, self.workflow) if self.workflow else (404, {"message": "Not Found"})
        if found := re.fullmatch(r"/issues/(\d+)(/comments)?", path):
            issue = self.issues[int(found[1])]
            if found[2] and method == "POST":
                self.comments.setdefault(issue["number"], []).append(body["body"])
                return 201, {}
            if method == "PATCH":
                issue |= body
                return 200, issue
        return 404, {"message": "Not Found"}

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
