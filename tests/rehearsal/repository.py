"""A repository as its owner has it: a fork of this one, or one of its own, bare on disk, behind the stand-in GitHub."""

import subprocess
from pathlib import Path

from tests.fakes.gh import REPOSITORY
from tests.product import ROOT

IDENTITY = ["-c", "user.name=Owner", "-c", "user.email=owner@example.invalid"]


def list_checkout():
    """Paths of all files of this checkout, committed or not, but for ignored ones."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return [name for name in listed if name and (ROOT / name).is_file()]


class Repository:
    """``published``: the folder the page shows now, or None. ``variables``: those of its settings.

    ``files``: path → text of what is committed; None: the files of this checkout, committed or not, as a fork has them.
    """

    name = REPOSITORY
    page = "https://acme.github.io/audience-map/"

    def __init__(self, folder, github, branch="main", files=None):
        self.folder, self.github, self.branch = Path(folder), github, branch
        self.bare = Path(github.repositories) / f"{self.name}"
        self.pages_enabled, self.published, self.variables, self._runs = True, None, {}, 0
        self.bare.mkdir(parents=True)
        self.git("init", "--quiet", "--bare", f"--initial-branch={branch}")
        self.git("config", "http.receivepack", "true")
        if files is None:
            self._commit(ROOT, list_checkout())
        else:
            for path, text in files.items():
                place = self.folder / "first" / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text, encoding="utf-8")
            self._commit(self.folder / "first", list(files))

    def _commit(self, folder, names):
        tree = ["git", f"--git-dir={self.bare}", f"--work-tree={folder}"]
        add = [*tree, "add", "--force", "--pathspec-from-file=-", "--pathspec-file-nul"]
        subprocess.run(add, cwd=folder, input="\0".join(names).encode(), check=True)
        subprocess.run([*tree, *IDENTITY, "commit", "--quiet", "-m", "Start"], cwd=folder, check=True)

    def next_number(self):
        self._runs += 1
        return self._runs

    def git(self, *arguments):
        """What git says of the bare repository."""
        done = subprocess.run(["git", *arguments], cwd=self.bare, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def files(self, branch):
        """Path → nothing: the files on a branch; empty where there is no such branch."""
        if not self.git("branch", "--list", branch):
            return []
        return self.git("ls-tree", "-r", "--name-only", branch).splitlines()

    def check_out(self, branch, folder):
        """A clone of the branch, as a reader has it."""
        command = ["git", "clone", "--quiet", "--branch", branch, self.bare, folder]
        subprocess.run(command, check=True, capture_output=True)
        return folder
