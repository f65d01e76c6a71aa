"""Check how the map is published: the repository, its branch and workflow, and its settings on GitHub."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from apivideo_geo.doctor.findings import Finding
from apivideo_geo.errors import ApivideoGeoError, DeadlineExceeded
from apivideo_geo.history.branch.git import Git, NotTrusted, clean, open_git
from apivideo_geo.programs import run_program
from apivideo_geo.settings import Settings, environment_for_git

WORKFLOW = ".github/workflows/site.yml"
ENABLE = "Open the tab Actions of the repository and enable the workflow."
PUSHED_BRANCHES = re.compile(r"^  push: *(?:\n +|\{ *)branches: *(\[[^\]]*\]|(?:\n +- .*)+)", re.MULTILINE)
"""The branches after a push to which the workflow runs, as a list in one line or in several."""
STATES = {
    "disabled_inactivity": "GitHub disabled it, because nothing happened in the repository for 60 days.",
    "disabled_fork": "It is disabled, as in every new fork.",
    "disabled_manually": "Somebody disabled it.",
}


def examine_publication(settings: Settings) -> list[Finding]:
    """Return findings on repository, branch and workflow; and on GitHub's settings, where its program ``gh`` works."""
    try:
        git = open_git(settings, settings.timeout)
    except NotTrusted as error:
        says, _, step = str(error).partition(". ")
        return [Finding("repository", "wrong", f"{says}.", step, error.exit_code)]
    except ApivideoGeoError:
        says = "This folder is not in a git repository, or git is not installed: the site is not published from here."
        return [Finding("repository", "unseen", says)]
    host, name = parse_remote(git.ask("remote", "get-url", settings.history_remote) or "")
    name = settings.github_repository or (name if host == urlsplit(settings.github_server_url).hostname else "")
    findings = [_examine_repository(host, name), _examine_branch(git, settings), _examine_workflow(git, settings)]
    return [*findings, *_examine_github(settings, name)] if name else findings


def parse_remote(address: str) -> tuple[str, str]:
    """Return host and ``owner/name`` of a repository from the address of a git remote; ("", "") for a folder."""
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
    try:
        tip = git.ask("ls-remote", "--exit-code", settings.history_remote, f"refs/heads/{settings.history_branch}")
    except DeadlineExceeded:
        tip = None
    if tip:
        step = f"Run fetch-history to copy it into {settings.history}."
        return Finding("branch", "warning", f"The branch {place} exists but has not been fetched.", step)
    says = f"There is no branch {place}, or it cannot be reached: the history is only in the folder {settings.history}."
    return Finding("branch", "unseen", says)


def _examine_workflow(git: Git, settings: Settings) -> Finding:
    try:
        workflow = (git.root / WORKFLOW).read_text(encoding="utf-8", errors="replace")
    except OSError:
        says = f"There is no {WORKFLOW}, so GitHub builds nothing automatically."
        return Finding("workflow file", "warning", says, "Update the fork, or build on your own machine with cron.")
    only, default = PUSHED_BRANCHES.search(workflow), _find_default_branch(git, settings.history_remote)
    if default and only and default not in re.split(r"[\s,\"'-]+", only[1]) and "*" not in only[1]:
        says = f"{WORKFLOW} does not run after commits to {default}, the default branch."
        return Finding(
            "workflow file", "warning", says, f"Add {default} to the branches after push, or update the fork."
        )
    return Finding("workflow file", "ok", f"{WORKFLOW} is there.")


def _find_default_branch(git: Git, remote: str) -> str:
    """Return the branch that GitHub shows and schedules; "" if the remote cannot be reached."""
    try:
        answer = git.ask("ls-remote", "--symref", remote, "HEAD") or ""
    except DeadlineExceeded:
        return ""
    found = re.match(r"ref: refs/heads/(\S+)\tHEAD", answer)
    return found[1] if found else ""


class GitHubUnseen(Exception):
    """GitHub could not be asked; the message is a sentence."""


def read_github(settings: Settings, name: str, path: str = "") -> dict[str, Any] | None:
    """Return what GitHub's program ``gh`` reads at ``path`` of the repository ``name`` (owner/name).

    None if there is none. Raises :class:`GitHubUnseen`.
    """
    command = ["gh", "api", "--hostname", urlsplit(settings.github_server_url).hostname or "", f"repos/{name}{path}"]
    environment = environment_for_git({"GH_TOKEN": settings.token} if settings.token else {})
    try:
        done = run_program(command, environment=environment, seconds=settings.timeout)
        if "HTTP 404" in done.stderr:
            return None
        found = {} if done.returncode else json.loads(done.stdout)
    except FileNotFoundError:
        raise GitHubUnseen("GitHub's program gh is not installed, so its settings were not checked.") from None
    except (OSError, ValueError, RecursionError, subprocess.TimeoutExpired):
        raise GitHubUnseen("GitHub could not be reached with gh.") from None
    if done.returncode:
        raise GitHubUnseen(f"gh failed: {clean(done.stderr)}")
    return found if isinstance(found, dict) else {}


def _examine_github(settings: Settings, name: str) -> list[Finding]:
    read = partial(read_github, settings, name)
    try:
        repository = read() or {}
        findings = [
            _examine_pages(read("/pages")),
            _examine_schedule(read(f"/actions/workflows/{Path(WORKFLOW).name}")),
        ]
        findings.append(_examine_issues(repository))
        return [*findings, _examine_private(repository)] if settings.history_private else findings
    except GitHubUnseen as error:
        step = "Install gh and run `gh auth login`, or look at the settings of the repository yourself."
        return [Finding("GitHub", "unseen", str(error), step)]


def _examine_pages(pages: Mapping[str, Any] | None) -> Finding:
    step = "Under Settings, Pages, set Source to GitHub Actions."
    if pages is None:
        return Finding("Pages", "wrong", "GitHub Pages is not enabled.", step, 2)
    if pages.get("build_type") != "workflow":
        says = "GitHub Pages publishes a branch, not what the workflow builds."
        return Finding("Pages", "wrong", says, step, 2)
    return Finding("Pages", "ok", f"GitHub Pages publishes what the workflow builds at {pages.get('html_url')}.")


def _examine_schedule(workflow: Mapping[str, Any] | None) -> Finding:
    if workflow is None:
        return Finding("workflow", "wrong", "GitHub does not know the workflow.", ENABLE, 2)
    state = str(workflow.get("state"))
    if state == "active":
        return Finding("workflow", "ok", "The workflow is enabled.")
    return Finding("workflow", "wrong", STATES.get(state, f"Its state is {state}."), ENABLE, 2)


def _examine_issues(repository: Mapping[str, Any]) -> Finding:
    if repository.get("has_issues"):
        return Finding("issues", "ok", "Issues are enabled: a failed update opens one.")
    says = "Issues are disabled, as in every new fork: a failed update appears only in the log of the run."
    return Finding("issues", "warning", says, "Enable them under Settings, General, Features.")


def _examine_private(repository: Mapping[str, Any]) -> Finding:
    if repository.get("private"):
        return Finding("private", "ok", "The repository is private, as the setting history_private says.")
    says = "history_private is set, but the repository is public: anybody can read the cities on the branch."
    step = "Make the repository private; or unset history_private, delete the branch of the history and start again."
    return Finding("private", "wrong", says, step, 2)
