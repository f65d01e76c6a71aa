"""A repository as its owner has it: a fork of this one, bare on disk, behind the stand-in GitHub."""

import subprocess
from pathlib import Path

from tests.fakes.gh import REPOSITORY
from tests.product import ROOT

IDENTITY = ["-c", "user.name=Owner", "-c", "user.email=owner@example.invalid"]


class Repository:
    """``published``: the folder the page shows now, or None. ``variables``: those of its settings."""

    name = REPOSITORY
    page = "https://acme.github.io/audience-map/"

    def __init__(self, folder, github):
        self.folder, self.github = Path(folder), github
        self.bare = Path(github.repositories) / f"{self.name}"
        self.pages_enabled, self.published, self.variables, self._runs = True, None, {}, 0
        self.bare.mkdir(parents=True)
        self.git("init", "--quiet", "--bare", "--initial-branch=main")
        self.git("config", "http.receivepack", "true")
        self._commit_the_working_tree()

    def _commit_the_working_tree(self):
        """What lies in this checkout, committed or not, is what the fork has on main."""
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, check=True, capture_output=True,
        ).stdout.split(b"\0")  # fmt: skip
        names = b"\0".join(name for name in listed if name and (ROOT / name.decode()).is_file())
        tree = ["git", f"--git-dir={self.bare}", f"--work-tree={ROOT}"]
        add = [*tree, "add", "--force", "--pathspec-from-file=-", "--pathspec-file-nul"]
        subprocess.run(add, cwd=ROOT, input=names, check=True)
        subprocess.run([*tree, *IDENTITY, "commit", "--quiet", "-m", "Fork"], cwd=ROOT, check=True)

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
