"""One issue on GitHub that tells that the map is not updating: opened, brought up to date, closed by a good run.

The same trouble night after night only edits the issue, which notifies nobody; another trouble is a comment.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from apivideo_geo.api.github import GitHub
from apivideo_geo.effects import Effects
from apivideo_geo.errors import GitHubFailed, UsageError
from apivideo_geo.markdown import escape
from apivideo_geo.settings import Settings

TITLE = "The map is not updating"
STATE = re.compile(r"<!-- apivideo-geo trouble (\{[^>]*\}) -->")
"""How a body ends: what is remembered from run to run, and how the issue is known again."""
TRUSTED = ("OWNER", "MEMBER", "COLLABORATOR")
"""Whose issues may be taken for ours, beside those of bots: anybody can write one that looks like it."""
UNTOLD = "The run ended before it could say why: its log tells, at the step in red."


def report(message: str, settings: Settings, effects: Effects) -> str:
    """Open the issue, or bring the open one up to date; returns what was done, in a sentence.

    ``message`` is what failed and what to do. Raises :class:`UsageError` without GitHub's variables and
    :class:`GitHubFailed`.
    """
    said = escape(message) or UNTOLD
    with _github(settings, effects) as github:
        issue = next(_ours(github), None)
        state = _state(issue) if issue else {}
        since = str(state.get("since") or _moment(effects.now()))
        runs = int(state.get("runs") or 0) + 1
        body = _body(said, since, runs, settings, effects)
        if issue is None:
            number = github.send("POST", "/issues", {"title": TITLE, "body": body}).get("number")
            return f"Opened issue #{number}: {TITLE}"
        number = issue["number"]
        if f"> {said}\n" not in str(issue.get("body")).replace("\r\n", "\n"):
            _comment(github, number, f"Now it is something else:\n\n> {said}\n")
        github.send("PATCH", f"/issues/{number}", {"body": body})
        return f"Brought issue #{number} up to date: {runs} runs have failed since {since}"


def resolve(settings: Settings, effects: Effects) -> str:
    """Close the issue if one is open; returns what was done. Raises as :func:`report`."""
    with _github(settings, effects) as github:
        try:
            numbers = [issue["number"] for issue in _ours(github)]
        except GitHubFailed as error:
            if error.status == 410:
                return "Issues are switched off here: there is none to close."
            raise
        for number in numbers:
            _comment(github, number, f"The map is up to date again{_link(settings, ': ', '.')}")
            github.send("PATCH", f"/issues/{number}", {"state": "closed", "state_reason": "completed"})
        return f"Closed issue #{', #'.join(map(str, numbers))}" if numbers else "No issue was open."


@contextmanager
def _github(settings: Settings, effects: Effects) -> Iterator[GitHub]:
    if not settings.token or not settings.github_repository:
        raise UsageError(
            "report-trouble needs GITHUB_TOKEN and GITHUB_REPOSITORY in the environment, as GitHub Actions has them."
        )
    repository = settings.github_repository
    with GitHub(settings.github_api_url, repository, settings.token, effects, timeout=settings.timeout) as github:
        try:
            yield github
        except GitHubFailed as error:
            raise GitHubFailed(_remedy(error, repository), error.status) from None


def _remedy(error: GitHubFailed, repository: str) -> str:
    if error.status == 410:
        return f"Issues are switched off in {repository}: switch them on under Settings, General, Features."
    if error.status in (401, 403, 404):
        return f"{error} Let the job write issues (permissions, issues: write), and pass it GITHUB_TOKEN."
    return str(error)


def _ours(github: GitHub) -> Iterator[dict[str, Any]]:
    """The open issues that we opened, newest first."""
    for issue in github.list("/issues?state=open&sort=created&direction=desc"):
        trusted = (issue.get("user") or {}).get("type") == "Bot" or issue.get("author_association") in TRUSTED
        if trusted and "pull_request" not in issue and issue.get("title") == TITLE and STATE.search(_text(issue)):
            yield issue


def _state(issue: dict[str, Any]) -> dict[str, Any]:
    found = STATE.search(_text(issue))
    try:
        state = json.loads(found[1]) if found else {}
    except ValueError:
        return {}
    return state if isinstance(state, dict) and str(state.get("runs", 0)).isdecimal() else {}


def _text(issue: dict[str, Any]) -> str:
    return str(issue.get("body") or "")


def _body(said: str, since: str, runs: int, settings: Settings, effects: Effects) -> str:
    page = f" at <{settings.page}>" if settings.page else ""
    return (
        f"The last run could not bring the map up to date:\n\n> {said}\n\n"
        f"The site{page} stays as it was and tells its age; what was collected is kept. api.video forgets after some "
        "weeks, so days can be lost for good if this lasts.\n\n"
        f"- failing since {escape(since)}\n- last failed {_moment(effects.now())}{_link(settings, ': ')}\n"
        f"- runs that failed: {runs}\n\n"
        "`python build.py doctor` looks for the cause on your own machine. The next good run closes this issue.\n\n"
        f"<!-- apivideo-geo trouble {json.dumps({'since': since, 'runs': runs})} -->\n"
    )


def _link(settings: Settings, before: str, after: str = "") -> str:
    if not settings.github_run_id.isdecimal():
        return after
    run = f"{settings.github_server_url}/{settings.github_repository}/actions/runs/{settings.github_run_id}"
    return f"{before}<{run}>{after}"


def _comment(github: GitHub, number: int, body: str) -> None:
    github.send("POST", f"/issues/{number}/comments", {"body": body})


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
