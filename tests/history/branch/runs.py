"""Runs as GitHub Actions makes them: each in a fresh clone of a project whose ``origin`` is a bare repository."""

import os
import shutil
import subprocess
from contextlib import chdir
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from apivideo_geo.effects import Effects
from apivideo_geo.history.branch.sync import fetch_history, publish_history
from apivideo_geo.history.history import load_history
from apivideo_geo.pipeline import run
from apivideo_geo.settings import load_settings
from tests.product import ROOT
from tests.rehearsal.interpreter import write_python

SHORT = {"since": date(2026, 10, 20), "metric": "play"}
"""Flags of a run that collects little; the suite is to be quick."""


FIRST = date(2026, 9, 20)
"""First day of the invented audience."""
SINCE = SHORT["since"]


class Impatient(Effects):
    """Effects that never wait."""

    def sleep(self, seconds):
        """At once."""


def git(folder, *arguments):
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def at_night(day):
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=4, minutes=17)


NIGHT = at_night(date(2026, 10, 28))


def days(first, last):
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def truth(world, days):
    return {day: sum(world.truth_by_day().get(day, {}).values()) for day in days}


class Home:
    """The project's ``origin``: a bare repository that refuses whatever is forced."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.origin = folder, folder / "origin.git"
        self._clones = 0
        git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(self.origin))
        git(self.origin, "config", "receive.denyNonFastForwards", "true")
        git(self.origin, "config", "receive.denyDeletes", "true")
        git(self.origin, "config", "core.hooksPath", "hooks")  # not those that a test sets up for its user
        first = self.clone()
        (first.folder / "apivideo-geo.toml").write_text('title = "Nights"\n')
        first.push_by_hand("The project", "apivideo-geo.toml")

    def clone(self) -> "Checkout":
        self._clones += 1
        folder = self.folder / f"clone-{self._clones}"
        shallow = ["--depth=1"] if self._clones > 1 else []  # the first one is of nothing
        git(self.folder, "clone", "--quiet", *shallow, self.origin.as_uri(), str(folder))
        return Checkout(folder)

    def log(self):
        """The commits of the branch, oldest first: (hash, parents, subject)."""
        lines = git(self.origin, "log", "--reverse", "--format=%H%x09%P%x09%s", "history").splitlines()
        return [tuple(line.split("\t")) for line in lines]

    def files(self):
        return set(git(self.origin, "ls-tree", "-r", "--name-only", "history").splitlines())

    def history(self):
        """What a stranger finds on the branch."""
        folder = self.folder / "stranger"
        shutil.rmtree(folder, ignore_errors=True)
        git(self.folder, "clone", "--quiet", "--depth=1", "--branch=history", self.origin.as_uri(), str(folder))
        return load_history(folder)

    def totals(self):
        return {day: entry.count for day, entry in self.history().entries.items()}


class Checkout:
    """A clone; its verbs run in this process unless they are to be processes of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def push_by_hand(self, message, *names, branch="main"):
        git(self.folder, "add", "--force", *names)
        git(self.folder, "-c", "user.name=A", "-c", "user.email=a@b", "commit", "--quiet", "-m", message)
        git(self.folder, "push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")

    def settings(self, **flags):
        return load_settings(flags, Path(os.devnull))

    def fetch(self, now, **flags):
        with chdir(self.folder):
            return fetch_history(self.settings(**flags), Impatient(int(now.timestamp())))

    def collect(self, api, now, **flags):
        """Collect; eight days are enough for most claims."""
        if api:
            api.now = now
            flags = {"base_url": api.url, "api_key": api.api_key, "source": "data"} | flags
        with chdir(self.folder):
            settings = self.settings(**(SHORT | flags))
            return run("collect", settings, Impatient(int(now.timestamp())))

    def publish(self, now, remove=False, **flags):
        with chdir(self.folder):
            return publish_history(self.settings(**flags), Impatient(int(now.timestamp())), remove=remove)

    def night(self, api, now, **flags):
        self.fetch(now)
        self.collect(api, now, **flags)
        return self.publish(now)

    def overtaken_by(self, other, now):
        """When this one pushes, after it has fetched what the remote has, ``other`` publishes first: a lost race."""
        program = self.folder / ".git/receive-pack"
        done = self.folder / ".git/overtaken"
        python = self.folder / ".git/python"
        write_python(python)
        command = f"'{python}' '{ROOT / 'build.py'}' publish-history"
        program.write_text(
            f"#!/bin/sh\nif [ ! -e '{done}' ]; then\ntouch '{done}'\n(cd '{other.folder}' && "
            f'SOURCE_DATE_EPOCH={int(now.timestamp())} {command} >&2) || exit 1\nfi\nexec git-receive-pack "$@"\n'
        )
        program.chmod(0o755)
        git(self.folder, "config", "remote.origin.receivepack", str(program))
        return done
