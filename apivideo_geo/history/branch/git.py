"""Runs git. Alone starts it; whatever git or its remote says leaves here as :class:`GitFailed`, without credentials."""

from __future__ import annotations

import re
import subprocess
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

from apivideo_geo.api.secrets import redactor
from apivideo_geo.errors import GitFailed, UsageError
from apivideo_geo.settings import Settings, environment_for_git

ASKS_NOBODY = {"GIT_TERMINAL_PROMPT": "0", "GCM_INTERACTIVE": "never", "LC_ALL": "C"}
PLAIN = ("-c", "core.autocrlf=false", "-c", "core.symlinks=false", "-c", "core.quotePath=false")
"""Files are what is in them on every system, and a link that somebody put on the branch leads nowhere."""
IMPATIENT = ("-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=30")
"""A transfer slower than 1 kB/s for 30 s has failed."""
NEEDED = "2.31"
"""The first git with ``--path-format`` and with settings in the environment."""
LONGEST = 300
"""Characters of git's own words that are passed on."""


class Git:
    """git in the repository that ``folder`` lies in. Raises :class:`UsageError` if it lies in none, or there is no git.

    ``token`` is sent to ``server`` (GitHub's address) and nowhere else; without one git uses what it is set up with.
    """

    def __init__(self, folder: Path, *, server: str = "", token: str = "", timeout: float = 3600.0) -> None:
        self._folder, self._timeout = folder, timeout
        self._access: dict[str, str] = {}
        done = self._start(("rev-parse", "--path-format=absolute", "--show-toplevel", "--git-common-dir"), None, None)
        if "dubious ownership" in done.stderr:
            raise UsageError(
                f"git does not trust {folder}, for it belongs to somebody else: if you do, run "
                f"`git config --global --add safe.directory {folder}`."
            )
        if done.returncode:
            raise UsageError(
                "This folder is not in a repository of git, and the history has no branch without one; "
                "keep it as the plain folder that it is, or work in a clone."
            )
        told = done.stdout.splitlines()
        if len(told) != 2:  # an older one repeats the option that it does not know
            raise UsageError(
                f"The history's branch needs git {NEEDED} or newer: update git, or keep the history as a folder."
            )
        self.root, self.common = Path(told[0]), Path(told[1])
        if token:
            self._access = _header(server, token)

    def run(self, *arguments: str, at: Path | None = None, environment: Mapping[str, str] | None = None) -> str:
        """What ``git arguments`` prints, without line ends around it. Raises :class:`GitFailed`."""
        done = self._start(arguments, at, environment)
        if done.returncode:
            raise GitFailed(f"git {arguments[0]} failed: {clean(done.stderr)}")
        return done.stdout.strip()

    def ask(self, *arguments: str, at: Path | None = None) -> str | None:
        """The same; None where git says no."""
        done = self._start(arguments, at, None)
        return None if done.returncode else done.stdout.strip()

    def _start(
        self, arguments: tuple[str, ...], at: Path | None, environment: Mapping[str, str] | None
    ) -> subprocess.CompletedProcess[str]:
        command = ["git", *PLAIN, *IMPATIENT, *arguments]
        more = {**ASKS_NOBODY, **self._access, **(environment or {})}
        try:
            return subprocess.run(  # noqa: S603  a list of arguments, no shell
                command, cwd=at or self._folder, env=environment_for_git(more), stdin=subprocess.DEVNULL,
                capture_output=True, text=True, encoding="utf-8", errors="replace", timeout=self._timeout, check=False,
            )  # fmt: skip
        except FileNotFoundError:
            raise UsageError(
                "git is not installed, and the history's branch needs it: install git, or keep the history as a folder."
            ) from None
        except subprocess.TimeoutExpired:
            raise GitFailed(f"git {arguments[0]} took too long; check the network and run it again.") from None


def open_git(settings: Settings) -> Git:
    """git where we run, with GitHub's token if there is one."""
    redactor.hide(settings.token)
    return Git(Path.cwd(), server=settings.github_server_url, token=settings.token, timeout=settings.deadline * 60)


def clean(said: str) -> str:
    """git's words as one line without user names and passwords of addresses, secrets, and hints."""
    lines = [line for line in said.splitlines() if line.strip() and not line.startswith(("hint:", "Switched to"))]
    told = redactor.clean(" ".join(" ".join(lines).split()))
    told = re.sub(r"(\w+://)[^/@\s]+@", r"\1", told)
    told = "".join(letter if letter.isprintable() else " " for letter in told)
    return told if len(told) <= LONGEST else told[: LONGEST - 1] + "…"


def _header(server: str, token: str) -> dict[str, str]:
    """git's settings that send ``token`` to ``server``; the empty first one undoes what was set there before."""
    name = f"http.{server.rstrip('/')}/.extraheader"
    basic = b64encode(f"x-access-token:{token}".encode()).decode()
    redactor.hide(basic)
    return {
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": name, "GIT_CONFIG_VALUE_0": "",
        "GIT_CONFIG_KEY_1": name, "GIT_CONFIG_VALUE_1": f"AUTHORIZATION: basic {basic}",
    }  # fmt: skip
