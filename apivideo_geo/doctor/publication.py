"""How the map gets out: the repository, its workflow, GitHub Pages, the issue; as far as they can be seen from here."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from apivideo_geo.api.github import GitHub
from apivideo_geo.doctor.findings import Finding
from apivideo_geo.effects import Effects
from apivideo_geo.errors import ApivideoGeoError, GitHubFailed
from apivideo_geo.history.branch.git import Git, open_git
from apivideo_geo.settings import Settings

WORKFLOW = ".github/workflows/site.yml"
ENABLE = "Open the tab Actions of the repository and enable the workflow."
STATES = {
    "disabled_inactivity": "GitHub has switched it off, for nothing had happened in the repository for 60 days.",
    "disabled_fork": "It is switched off, as in every new fork.",
    "disabled_manually": "Somebody has switched it off.",
}


def examine_publication(settings: Settings, effects: Effects) -> list[Finding]:
    """Findings on repository, workflow, Pages and issues. GitHub is asked only where there is a GITHUB_TOKEN."""
    try:
        git = open_git(settings)
    except ApivideoGeoError:
        says = "This folder is in no repository of git, or git is not installed: the site is not published from here."
        return [Finding("repository", "unseen", says)]
    host, name = parse_remote(git.ask("remote", "get-url", settings.history_remote) or "")
    name = settings.github_repository or (name if host == urlsplit(settings.github_server_url).hostname else "")
    findings = [_examine_repository(host, name), _examine_branch(git, settings), _examine_workflow(git.root)]
    if not name:
        return findings
    if not settings.token:
        says = f"Pages, workflow and issues of {name} were not looked at: there is no GITHUB_TOKEN in the environment."
        return [*findings, Finding("GitHub", "unseen", says)]
    with GitHub(settings.github_api_url, name, settings.token, effects, timeout=settings.timeout, attempts=2) as github:
        private = [("private", _examine_private)] if settings.history_private else []
        return [*findings, *(_look(*one, github) for one in (*LOOKS, *private))]


def parse_remote(address: str) -> tuple[str, str]:
    """Host and ``owner/name`` of a repository by the address of its remote; ("", "") for a folder."""
    found = re.fullmatch(r"(?:\w+://)?(?:[^@/]+@)?([^:/]+)(?::\d+)?[:/]([^/]+/[^/]+?)(?:\.git)?/?", address)
    return (found[1], found[2]) if found and not address.startswith(("/", ".", "file:")) else ("", "")


def _examine_repository(host: str, name: str) -> Finding:
    if name:
        return Finding("repository", "ok", f"{name} on GitHub.")
    where = f"Its remote is at {host}, not on GitHub" if host else "It has no remote on GitHub"
    return Finding("repository", "unseen", f"{where}: the site is published in another way, or only on this machine.")


def _examine_branch(git: Git, settings: Settings) -> Finding:
    place = f"{settings.history_remote}/{settings.history_branch}"
    if (settings.history / ".git").is_file():
        return Finding("branch", "ok", f"{settings.history} is a worktree of the branch {settings.history_branch}.")
    if git.ask("ls-remote", "--exit-code", settings.history_remote, f"refs/heads/{settings.history_branch}"):
        step = f"Run fetch-history to have in {settings.history} what it holds."
        return Finding("branch", "warning", f"There is a branch {place}, and it is not fetched.", step)
    says = f"There is no branch {place}, or it is out of reach: the history is in the folder {settings.history} alone."
    return Finding("branch", "unseen", says)


def _examine_workflow(root: Path) -> Finding:
    if (root / WORKFLOW).is_file():
        return Finding("workflow file", "ok", f"{WORKFLOW} is there.")
    says = f"There is no {WORKFLOW}, so that nothing is built by itself on GitHub."
    return Finding("workflow file", "warning", says, "Bring the fork up to date, or build where you are, with cron.")


def _examine_pages(github: GitHub) -> Finding:
    step = "Under Settings, Pages, set Source to GitHub Actions."
    try:
        pages = github.get("/pages")
    except GitHubFailed as error:
        if error.status != 404:
            raise
        return Finding("Pages", "wrong", "GitHub Pages is not enabled.", step, 2)
    if pages.get("build_type") != "workflow":
        says = "GitHub Pages publishes a branch, not what the workflow builds."
        return Finding("Pages", "wrong", says, step, 2)
    return Finding("Pages", "ok", f"GitHub Pages publishes what the workflow builds at {pages.get('html_url')}.")


def _examine_schedule(github: GitHub) -> Finding:
    try:
        state = github.get(f"/actions/workflows/{Path(WORKFLOW).name}").get("state")
    except GitHubFailed as error:
        if error.status != 404:
            raise
        return Finding("workflow", "wrong", "GitHub knows no such workflow.", ENABLE, 2)
    if state == "active":
        return Finding("workflow", "ok", "The workflow is enabled.")
    return Finding("workflow", "wrong", STATES.get(str(state), f"Its state is {state}."), ENABLE, 2)


def _examine_issues(github: GitHub) -> Finding:
    if github.get("").get("has_issues"):
        return Finding("issues", "ok", "Issues are switched on: trouble is told there.")
    says = "Issues are switched off, as in every new fork: trouble is told in the log of the run alone."
    return Finding("issues", "warning", says, "Switch them on under Settings, General, Features.")


def _examine_private(github: GitHub) -> Finding:
    if github.get("").get("private"):
        return Finding("private", "ok", "The repository is private, as history_private says.")
    says = "history_private is set, and the repository is public: anybody can read the cities on the branch."
    step = "Make the repository private, or unset history_private and begin the branch of the history anew."
    return Finding("private", "wrong", says, step, 2)


LOOKS: tuple[tuple[str, Callable[[GitHub], Finding]], ...] = (
    ("Pages", _examine_pages),
    ("workflow", _examine_schedule),
    ("issues", _examine_issues),
)
"""What is asked of GitHub, with the name of its finding."""


def _look(name: str, examine: Callable[[GitHub], Finding], github: GitHub) -> Finding:
    try:
        return examine(github)
    except GitHubFailed as error:
        step = "Use a GITHUB_TOKEN that may read it." if error.status in (401, 403) else ""
        return Finding(name, "unseen", f"It could not be looked at: {error}", step)
