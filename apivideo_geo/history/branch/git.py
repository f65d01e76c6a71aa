"""Run git. Its errors are raised as :class:`GitFailed`, without credentials. No other module starts git."""

from __future__ import annotations

import os
import re
import subprocess
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from time import monotonic

from apivideo_geo.api.secrets import redactor
from apivideo_geo.errors import DeadlineExceeded, GitFailed, UsageError
from apivideo_geo.programs import run_program
from apivideo_geo.settings import Settings, environment_for_git

ASKS_NOBODY = {"GIT_TERMINAL_PROMPT": "0", "GCM_INTERACTIVE": "never", "LC_ALL": "C"}
PLAIN = {
    "core.autocrlf": "false",
    "core.symlinks": "false",  # never create one that somebody put on the branch
    "core.quotePath": "false",
    "core.attributesFile": os.devnull,
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "submodule.recurse": "false",
    "push.recurseSubmodules": "no",
    "push.gpgSign": "false",
    "push.pushOption": "",
}
"""Settings in place of the user's own, which are meant for source code: nothing is converted, signed, or run."""
UNCHANGED = "* -text -filter -ident -working-tree-encoding\n"
"""Attributes with which git stores and writes every file as it is."""
ONLINE = ("fetch", "ls-remote", "push")
"""Commands whose failure may pass."""
SLOWEST = 1000
"""Bytes a second; a transfer that is slower for ``timeout`` seconds is aborted."""
NEEDED = "2.31"
"""The first version with ``--path-format``, and with settings in the environment."""
LONGEST = 300
"""Maximum number of characters quoted from git's messages."""


class NotTrusted(UsageError):
    """git does not work in a repository that another user owns."""


class Git:
    """git in the repository that contains ``folder``. Raises :class:`UsageError` if there is none, or no git.

    ``token`` is sent to ``server`` (the URL of GitHub) and nowhere else; without it, git uses its own configuration.
    ``timeout``: seconds that a transfer may be slower than ``SLOWEST``; ``deadline``: seconds for all, from now.
    """

    def __init__(
        self, folder: Path, *, server: str = "", token: str = "", timeout: float = 30.0, deadline: float = 3600.0
    ) -> None:
        self._folder, self._deadline, self._ends = folder, deadline, monotonic() + deadline
        speed = ("-c", f"http.lowSpeedLimit={SLOWEST}", "-c", f"http.lowSpeedTime={max(1, round(timeout))}")
        self._options = (*(part for name, value in PLAIN.items() for part in ("-c", f"{name}={value}")), *speed)
        self._access: dict[str, str] = {}
        done = self._start(("rev-parse", "--path-format=absolute", "--show-toplevel", "--git-common-dir"), None, None)
        if "dubious ownership" in done.stderr:
            raise NotTrusted(
                f"git does not trust {folder}, because another user owns it. If you trust it, run "
                f"`git config --global --add safe.directory {folder}`."
            )
        if done.returncode:
            raise UsageError(
                "This folder is not in a git repository, so the history cannot have a branch; "
                "keep it as a plain folder, or work in a clone."
            )
        lines = done.stdout.splitlines()
        if len(lines) != 2:  # an older git prints the unknown option instead
            raise UsageError(
                f"The history's branch needs git {NEEDED} or newer: update git, or keep the history as a folder."
            )
        self.root, self.common = Path(lines[0]), Path(lines[1])
        if token:
            self._access = _header(server, token)

    def run(self, *arguments: str, at: Path | None = None) -> str:
        """Run ``git arguments`` and return what it prints, stripped. Raises :class:`GitFailed`, DeadlineExceeded."""
        return _output(arguments[0], self._start(arguments, at))

    def ask(self, *arguments: str, at: Path | None = None) -> str | None:
        """Run ``git arguments`` and return what it prints, stripped; None if it fails."""
        done = self._start(arguments, at)
        return None if done.returncode else done.stdout.strip()

    def open_apart(self, folder: Path) -> None:
        """Let :meth:`run_apart` work in ``folder``: next to it, make a git folder without anybody's configuration."""
        apart = folder.with_suffix(".git")
        format_ = self.run("rev-parse", "--show-object-format")
        self.run("init", "--quiet", "--bare", "--template=", f"--object-format={format_}", str(apart))
        (apart / "info").mkdir(exist_ok=True)
        (apart / "info/attributes").write_text(UNCHANGED)  # take precedence over those on the branch

    def run_apart(
        self, folder: Path, *arguments: str, files: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> str:
        """Run ``git arguments`` on the files in ``folder``, with the objects of the repository and an index of its own.

        No configuration of the user, the system or the repository applies, no hook and no filter. ``files``: another
        folder to work on. Raises as :meth:`run`.
        """
        apart = folder.with_suffix(".git")
        own = {
            "GIT_OBJECT_DIRECTORY": str(self.common / "objects"), "GIT_INDEX_FILE": f"{folder}.index",
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_ATTR_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull,
            "HOME": str(apart), "XDG_CONFIG_HOME": str(apart), **(environment or {}),
        }  # fmt: skip
        where = ("--git-dir", str(apart), "--work-tree", str(files or folder))
        done = self._start((*where, *arguments), folder, environment_for_git({**ASKS_NOBODY, **own}, own=True))
        return _output(arguments[0], done)

    def _start(
        self, arguments: tuple[str, ...], at: Path | None, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        trusted = ("-c", f"safe.directory={at.resolve()}") if at else ()  # a part of the repository, which is trusted
        command = ["git", *self._options, *trusted, *arguments]
        environment = environment or environment_for_git({**ASKS_NOBODY, **self._access})
        try:
            return run_program(command, folder=at or self._folder, environment=environment, seconds=self.left())
        except FileNotFoundError:
            raise UsageError(
                "git is not installed, and the history's branch needs it: install git, or keep the history as a folder."
            ) from None
        except subprocess.TimeoutExpired:
            raise self._exceeded() from None

    def left(self) -> float:
        """Return the seconds until the deadline (more than 0). Raises :class:`DeadlineExceeded`."""
        if (left := self._ends - monotonic()) <= 0:
            raise self._exceeded()
        return left

    def _exceeded(self) -> DeadlineExceeded:
        return DeadlineExceeded(
            f"git did not end within the {self._deadline:g} s that the setting `deadline` (in minutes) allows;"
            " check the network and run it again. The folder keeps its days."
        )


def _output(command: str, done: subprocess.CompletedProcess[str]) -> str:
    """Return what git printed, stripped. Raises :class:`GitFailed`; only failures of the network may pass."""
    if not done.returncode:
        return done.stdout.strip()
    message = f"git {command} failed: {clean(done.stderr)}"
    if command in ONLINE:
        raise GitFailed(message)
    raise GitFailed(f"{message}; the folder keeps its days.", final=True)


def open_git(settings: Settings, deadline: float | None = None) -> Git:
    """Return git for the current folder, with GitHub's token if there is one; ``deadline`` in seconds, else as set."""
    redactor.hide(settings.token)
    return Git(
        Path.cwd(), server=settings.github_server_url, token=settings.token, timeout=settings.timeout,
        deadline=deadline or settings.deadline * 60,
    )  # fmt: skip


def clean(message: str) -> str:
    """Return git's message on one line, without hints, secrets, and user names and passwords in URLs."""
    lines = [line for line in message.splitlines() if line.strip() and not line.startswith(("hint:", "Switched to"))]
    text = redactor.clean(" ".join(" ".join(lines).split()))
    text = re.sub(r"(\w+://)[^/@\s]+@", r"\1", text)
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _header(server: str, token: str) -> dict[str, str]:
    """Return git settings that send ``token`` to ``server``; the empty first value clears earlier ones."""
    name = f"http.{server.rstrip('/')}/.extraheader"
    basic = b64encode(f"x-access-token:{token}".encode()).decode()
    redactor.hide(basic)
    return {
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": name, "GIT_CONFIG_VALUE_0": "",
        "GIT_CONFIG_KEY_1": name, "GIT_CONFIG_VALUE_1": f"AUTHORIZATION: basic {basic}",
    }  # fmt: skip
