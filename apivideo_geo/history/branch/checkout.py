"""The branch of the history: fetch its newest commit, check it out, commit a folder, push, and update the folder.

``refs/apivideo-geo/base/<branch>`` is the commit that the history folder started from. Compared with it, we see what we
collected since, and what others did. It moves only when the folder has taken over a newer commit.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from apivideo_geo.durable import save_bytes, temporary_folder
from apivideo_geo.errors import DataRefused, GitFailed, UsageError
from apivideo_geo.history.branch.commit_message import FILES
from apivideo_geo.history.branch.git import Git
from apivideo_geo.history.branch.retry import explain_rejected, explain_unreadable
from apivideo_geo.settings import Settings

ACTIONS_BOT = ("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com")
OURSELVES = ("apivideo-geo", "apivideo-geo@localhost")
NOT_PUBLISHED = (":(exclude,glob)**/.lock", ":(exclude,glob)**/.*.writing-*", ":(exclude,glob)**/*.damaged")
OURS = re.compile(
    r"(metrics/[a-z-]+/)?(ledger\.jsonl|\d{4}/\d{4}-\d{2}\.parquet|\d{4}/\d{2}/\d{4}-\d{2}-\d{2}\.parquet)"
)
"""Paths that files of a history have."""


class Branch:
    """The branch of the history and its remote, as set in ``settings``."""

    def __init__(self, git: Git, settings: Settings) -> None:
        self.git = git
        self.name, self.remote = settings.history_branch, settings.history_remote
        self.place = f"{self.remote}/{self.name}"
        self._ref, self._base = f"refs/heads/{self.name}", f"refs/apivideo-geo/base/{self.name}"
        self._who = ACTIONS_BOT if settings.github_actions else OURSELVES
        if git.ask("remote", "get-url", self.remote) is None:
            raise UsageError(
                f"This git repository has no remote {self.remote}; name one with --history-remote, or add it."
            )
        if git.ask("symbolic-ref", "--quiet", "HEAD") == self._ref:
            raise UsageError(
                f"The branch {self.name} is checked out here instead of the project; check out the project's branch."
            )

    def fetch_tip(self) -> str | None:
        """Fetch the newest commit of the remote's branch, without its ancestors; None if there is no branch.

        Raises :class:`GitFailed` if the remote cannot be read.
        """
        tip = f"refs/apivideo-geo/tip/{self.name}"
        try:
            if not self.git.run("ls-remote", self.remote, self._ref):
                return None
            self.git.run(
                "fetch", "--quiet", "--no-tags", "--no-filter", "--depth=1", self.remote, f"+{self._ref}:{tip}"
            )
        except GitFailed as error:
            raise explain_unreadable(self.place, error) from None
        return self.git.run("rev-parse", "--verify", tip)

    def base(self) -> str | None:
        """Return the commit that the history folder started from, if this clone still has it."""
        return self.git.ask("rev-parse", "--verify", "--quiet", f"{self._base}^{{commit}}")

    @contextmanager
    def lay_out(self, commit: str | None) -> Iterator[Path]:
        """Provide a temporary folder with the files of ``commit``. Raises DataRefused if they are not a history."""
        with tempfile.TemporaryDirectory(dir=temporary_folder()) as name:
            folder = Path(name) / "files"
            folder.mkdir()
            self.git.open_apart(folder)
            if commit:
                names = self.git.run("ls-tree", "-r", "-z", "--name-only", commit).split("\0")
                if any(names) and not any(OURS.fullmatch(one) for one in names):
                    raise DataRefused(
                        f"The branch {self.place} has files that are not a history; name another with --history-branch."
                    )
                self.git.run_apart(folder, "read-tree", commit)
                self.git.run_apart(folder, "checkout-index", "--all", "--force", "--index")
            yield folder

    def commit(self, folder: Path, parent: str | None, message: str, now: datetime) -> str | None:
        """Commit the files in ``folder``, a checkout of ``parent``; return None if nothing has changed."""
        for name, text in FILES.items():
            save_bytes(folder / name, text.encode())
        self.git.run_apart(folder, "add", "--all", "--force", "--", ".", *NOT_PUBLISHED)
        tree = self.git.run_apart(folder, "write-tree")
        before = self._blobs(parent) if parent else {}
        stored = self._blobs(tree)
        if stored == before:
            return None
        _check_stored(folder, stored, before)
        name, email = self._who
        when = f"@{int(now.timestamp())} +0000"
        who = {
            "GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email, "GIT_AUTHOR_DATE": when,
            "GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": email, "GIT_COMMITTER_DATE": when,
        }  # fmt: skip
        parents = ("-p", parent) if parent else ()
        return self.git.run_apart(folder, "commit-tree", tree, *parents, "-m", message, environment=who)

    def _blobs(self, tree: str) -> dict[str, str]:
        """Return path → object name of every file of ``tree``, which may be a commit."""
        lines = self.git.run("ls-tree", "-r", "-z", tree).rstrip("\0").split("\0")
        return {name: details.split()[2] for details, _, name in (line.partition("\t") for line in lines if line)}

    def push(self, commit: str) -> None:
        """Push ``commit`` to the remote's branch, never by force. Raises :class:`GitFailed` if it is rejected."""
        try:
            self.git.run("push", "--quiet", "--no-verify", self.remote, f"{commit}:{self._ref}")
        except GitFailed as error:
            raise explain_rejected(self.place, error) from None

    def attach(self, folder: Path) -> None:
        """Make ``folder`` a worktree of the branch, if it is not one yet; its files do not change.

        Raises :class:`UsageError` if it is a repository of its own, or a worktree of another branch.
        """
        self.git.run("worktree", "prune")
        if self._is_worktree(folder):
            return
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=temporary_folder()) as name:
            empty = Path(name) / folder.name
            self.git.run("worktree", "add", "--quiet", "--force", "--detach", "--no-checkout", str(empty), "HEAD")
            save_bytes(folder / ".git", (empty / ".git").read_bytes())
        self.git.run("worktree", "repair", str(folder.resolve()))
        self.git.run("symbolic-ref", "HEAD", self._ref, at=folder)
        self.git.run("read-tree", "--empty", at=folder)

    def settle(self, merged: Path, folder: Path, commit: str | None, keep: Collection[Path]) -> None:
        """Copy the files in ``merged`` to ``folder``, and record ``commit`` as what it now starts from.

        Files of days that are not in ``merged`` are deleted, except those in ``keep``. A README that a person edited
        stays.
        """
        names = {path.relative_to(merged) for path in merged.rglob("*") if path.is_file() and path.name != ".lock"}
        edited = {Path(name) for name in FILES if (folder / name).exists() and self._is_edited(folder, name)}
        for name in sorted(names - edited):
            save_bytes(folder / name, (merged / name).read_bytes())
        for path in sorted(folder.rglob("*.parquet")):
            name = path.relative_to(folder)
            if OURS.fullmatch(name.as_posix()) and name not in names and path not in keep:
                path.unlink()
        if commit:
            self.git.run("update-ref", self._ref, commit)
            self.git.run("read-tree", commit, at=folder)
            index = self.git.run("rev-parse", "--path-format=absolute", "--git-path", "index", at=folder)
            with suppress(GitFailed):  # the ledger differs while today is in it
                refresh = ("update-index", "-q", "--refresh")
                self.git.run_apart(merged, *refresh, files=folder.resolve(), environment={"GIT_INDEX_FILE": index})
            self.git.run("update-ref", self._base, commit)

    def _is_edited(self, folder: Path, name: str) -> bool:
        """Return whether the file ``name`` in ``folder`` was changed or added since the folder was last updated."""
        stored = self.git.run("ls-files", "--stage", "--", name, at=folder).split()
        return not stored or stored[1] != _name_object((folder / name).read_bytes(), len(stored[1]))

    def _is_worktree(self, folder: Path) -> bool:
        if not (folder / ".git").exists():
            return False
        answer = self.git.ask("rev-parse", "--path-format=absolute", "--show-toplevel", "--git-common-dir", at=folder)
        top, _, common = (answer or "").partition("\n")
        if top != str(folder.resolve()):
            return False  # git no longer knows it
        if common != str(self.git.common) or self.git.ask("symbolic-ref", "--quiet", "HEAD", at=folder) != self._ref:
            raise UsageError(
                f"{folder} is a git repository or a worktree of another branch; name another folder with --history."
            )
        return True


def _check_stored(folder: Path, stored: Mapping[str, str], before: Mapping[str, str]) -> None:
    """Raise :class:`GitFailed` unless git stored the files as they are in ``folder``.

    ``stored``, ``before``: path → object name, of all files now and in the commit before. An object's name is the hash
    of its content, so nothing else can have been stored under it.
    """
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*")]
    expected = {name for name in names if OURS.fullmatch(name)} | {name for name in stored if name in names}
    for name in sorted(expected):
        blob = stored.get(name, "")
        if blob and blob == before.get(name):
            continue
        if blob != _name_object((folder / name).read_bytes(), len(blob)):
            raise GitFailed(
                f"git did not store {name} as it is, so nothing was published: a filter or a setting of git changes "
                "files (see `git config --list --show-origin`). The folder keeps its days.",
                final=True,
            )


def _name_object(content: bytes, length: int) -> str:
    """Return the name that git gives to ``content``: its SHA-1, or SHA-256 if names have a ``length`` of 64."""
    hashed = hashlib.sha256() if length == 64 else hashlib.sha1(usedforsecurity=False)
    hashed.update(b"blob %d\0" % len(content) + content)
    return hashed.hexdigest()
