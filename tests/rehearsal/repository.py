"""A repository as its owner has it: a fork of this one, or one of its own, bare on disk, behind the stand-in GitHub."""

import importlib.util
import py_compile
import shutil
import subprocess
from functools import cache
from pathlib import Path

from apivideo_geo.durable import temporary_folder
from tests.fakes.gh import REPOSITORY
from tests.product import ROOT

IDENTITY = ["-c", "user.name=Owner", "-c", "user.email=owner@example.invalid"]


def list_checkout():
    """Paths of all files of this checkout, committed or not, but for ignored ones."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return [name for name in listed if name and (ROOT / name).is_file()]


@cache
def make_fork():
    """A bare repository whose one commit is this checkout; made once, and packed, so that copies are cheap to fetch."""
    bare = temporary_folder() / "fork.git"
    commit(bare, ROOT, list_checkout())
    pack = ["git", "-c", "core.compression=0", "repack", "-adFq", "--window=0"]
    subprocess.run(pack, cwd=bare, check=True)
    return bare


@cache
def _compile_modules():
    """A folder with the bytecode of every module of the product. Python uses it only where the module is the same."""
    folder = temporary_folder() / "compiled"
    for source in (ROOT / "apivideo_geo").rglob("*.py"):
        compiled = folder / Path(importlib.util.cache_from_source(source)).relative_to(ROOT)
        py_compile.compile(str(source), str(compiled), invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
    return folder


def add_bytecode(folder):
    """Put the bytecode of the product into a checkout of it, which saves its first run a second or two."""
    shutil.copytree(_compile_modules(), folder, dirs_exist_ok=True)


def commit(bare, folder, names):
    """Make the repository ``bare`` with the files ``names`` of ``folder`` as the only commit of its branch main."""
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", bare], check=True)
    subprocess.run(["git", "config", "http.receivepack", "true"], cwd=bare, check=True)
    tree = ["git", f"--git-dir={bare}", f"--work-tree={folder}"]
    add = [*tree, "add", "--force", "--pathspec-from-file=-", "--pathspec-file-nul"]
    subprocess.run(add, cwd=folder, input="\0".join(names).encode(), check=True)
    subprocess.run([*tree, *IDENTITY, "commit", "--quiet", "-m", "Start"], cwd=folder, check=True)


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
        if files is None:
            shutil.copytree(make_fork(), self.bare)
        else:
            for path, text in files.items():
                place = self.folder / "first" / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text, encoding="utf-8")
            commit(self.bare, self.folder / "first", list(files))
        if branch != "main":
            self.git("branch", "-m", "main", branch)

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
