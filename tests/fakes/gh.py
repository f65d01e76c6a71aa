"""A stand-in for GitHub's command line ``gh``: one repository with issues, labels, Pages and a workflow.

The class puts a program ``gh`` in a folder for the PATH. The program reads and writes the repository's state as JSON,
knows only the commands and fields this project uses, and rejects everything else.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = "Acme/audience-map"
EMPTY = {
    "has_issues": True,
    "private": False,
    "created_at": "2020-01-01T00:00:00Z",
    "last_commit": "9999-01-01T00:00:00Z",
    "pages": {"build_type": "workflow", "html_url": "https://acme.github.io/audience-map/"},
    "workflow": {"state": "active"},
    "issues": {},
    "labels": [],
    "releases": {},
    "tokens": {},
    "calls": [],
}


class GhStandIn:
    """``folder`` goes on the PATH. ``state`` is the repository as a dict; ``update`` changes it.

    ``add_token`` registers a token with the permissions of a job; without a registered token every command fails.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "gh-bin"
        self.folder.mkdir(parents=True)
        self._file = folder / "gh-state.json"
        self._file.write_text(json.dumps(EMPTY))
        program = self.folder / "gh"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -IS "{__file__}" "{self._file}" "$@"\n')
        program.chmod(0o755)

    @property
    def state(self) -> dict:
        return json.loads(self._file.read_text())

    @property
    def issues(self) -> list[dict]:
        """All issues, oldest first."""
        return list(self.state["issues"].values())

    @property
    def environment(self) -> dict[str, str]:
        """What a shell needs to find the program, and to be logged in as the owner."""
        token = self.add_token("gho_owners-own-token", {"issues": "write"})
        return {"PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}", "GITHUB_TOKEN": token}

    def update(self, **values) -> None:
        with _locked(self._file):
            self._file.write_text(json.dumps(self.state | values))

    def add_token(self, token: str, permissions: dict) -> str:
        with _locked(self._file):
            state = self.state
            state["tokens"][token] = dict(permissions)
            self._file.write_text(json.dumps(state))
        return token


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with Path(f"{file}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class _Failed(Exception):
    """What gh prints on stderr before it exits with 1."""


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="gh", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    api = commands.add_parser("api")
    api.add_argument("path")
    api.add_argument("--hostname")
    api.add_argument("--jq")
    label = commands.add_parser("label").add_subparsers(dest="verb", required=True)
    create = label.add_parser("create")
    create.add_argument("name")
    for option in ("--color", "--description"):
        create.add_argument(option)
    create.add_argument("--force", action="store_true")
    release = commands.add_parser("release").add_subparsers(dest="verb", required=True).add_parser("create")
    release.add_argument("tag")
    release.add_argument("files", nargs="*")
    for option in ("--verify-tag", "--generate-notes"):
        release.add_argument(option, action="store_true", required=True)
    issue = commands.add_parser("issue").add_subparsers(dest="verb", required=True)
    options = {
        "list": ["--label", "--limit", "--state", "--json", "--jq"],
        "view": ["--json", "--jq"],
        "create": ["--title", "--label", "--body"],
        "edit": ["--title", "--body"],
        "comment": ["--body"],
        "close": ["--comment"],
    }
    for verb, names in options.items():
        command = issue.add_parser(verb)
        if verb not in ("list", "create"):
            command.add_argument("number")
        for name in names:
            command.add_argument(name)
    return parser.parse_args(arguments)


def _select(value, query: str | None) -> str:
    """The answer as gh prints it: JSON, or what a path such as ``.[].number`` finds, one line each."""
    if not query:
        return json.dumps(value)
    found = [value]
    for step in query.strip(".").split("."):
        if step.startswith("["):
            found = [one for each in found for one in (each if step == "[]" else [each[int(step[1:-1])]])]
        else:
            found = [each[step] for each in found]
    return "\n".join(one if isinstance(one, str) else json.dumps(one) for one in found)


def _api(state: dict, options: argparse.Namespace, allowed: dict) -> object:
    answers = {
        f"repos/{REPOSITORY}": {name: state[name] for name in ("has_issues", "private", "created_at")},
        f"repos/{REPOSITORY}/commits?per_page=1": [{"commit": {"committer": {"date": state["last_commit"]}}}],
        f"repos/{REPOSITORY}/pages": state["pages"],
        f"repos/{REPOSITORY}/actions/workflows/site.yml": state["workflow"],
    }
    if allowed.get("blind"):
        raise _Failed("gh: Resource not accessible by integration (HTTP 403)")
    if not answers.get(options.path):
        raise _Failed("gh: Not Found (HTTP 404)")
    return answers[options.path]


def _issue(state: dict, options: argparse.Namespace) -> object:
    issues = state["issues"]
    if not state["has_issues"]:
        raise _Failed(f"the '{REPOSITORY}' repository has disabled issues")
    if options.verb == "list":
        wanted = options.state or "open"
        found = [one for one in issues.values() if one["state"] == wanted and options.label in one["labels"]]
        return found[::-1][: int(options.limit or 30)]
    if options.verb == "create":
        if options.label not in state["labels"]:
            raise _Failed(f"could not add label: '{options.label}' not found")
        number = len(issues) + 1
        issues[str(number)] = {
            "number": number, "title": options.title, "body": options.body, "labels": [options.label], "state": "open",
            "comments": [],
        }  # fmt: skip
        return f"https://github.com/{REPOSITORY}/issues/{number}"
    issue = issues[options.number]
    match options.verb:
        case "view":
            return issue
        case "edit":
            issue["body"], issue["title"] = options.body, options.title or issue["title"]
        case "comment":
            issue["comments"].append(options.body)
        case "close":
            issue["state"] = "closed"
            issue["comments"].append(options.comment)
    return ""


def _answer(state: dict, arguments: list[str]) -> str:
    options = _parse(arguments)
    token = os.environ.get("GH_TOKEN") or os.environ.get("GITHUB_TOKEN", "")
    if token not in state["tokens"]:
        raise _Failed("gh: Bad credentials (HTTP 401)")
    allowed = state["tokens"][token]
    if options.command == "api":
        return _select(_api(state, options, allowed), options.jq)
    if os.environ.get("GH_REPO") != REPOSITORY:
        raise _Failed("failed to run git: fatal: not a git repository")
    if options.command == "release":
        if allowed.get("contents") != "write":
            raise _Failed("HTTP 403: Resource not accessible by integration")
        state["releases"][options.tag] = [Path(file).name for file in options.files if Path(file).is_file()]
        return f"https://github.com/{REPOSITORY}/releases/tag/{options.tag}"
    if allowed.get("issues") != "write":
        raise _Failed("GraphQL: Resource not accessible by integration (HTTP 403)")
    if options.command == "label":
        state["labels"] = sorted({*state["labels"], options.name})
        return ""
    answer = _issue(state, options)
    return answer if isinstance(answer, str) else _select(answer, options.jq)


def main(file: str, *arguments: str) -> int:
    path = Path(file)
    with _locked(path):
        state = json.loads(path.read_text())
        state["calls"].append(list(arguments))
        try:
            said, code = _answer(state, list(arguments)), 0
        except _Failed as error:
            said, code = "", 1
            print(error, file=sys.stderr)
        path.write_text(json.dumps(state))
    if said:
        print(said)
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
