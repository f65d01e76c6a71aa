"""Measure how large the branch of the history becomes. ``python -m bench.branch [--years 5]``: two commits a day.

The data is invented: 100 countries at detail ``media``, 300 videos, 5,000 plays a day. Every day is different, which is
the worst case for git. The night run adds the day before; the afternoon run fetches it again, which changes only the
ledger. Closed months are compacted. The commits are those of ``publish-history``, pushed once a year.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from apivideo_geo.facts import facts_table
from apivideo_geo.geo.countries import all_countries
from apivideo_geo.history.branch.checkout import Branch
from apivideo_geo.history.branch.commit_message import render_message
from apivideo_geo.history.branch.git import Git
from apivideo_geo.history.history import Fetched, load_history, open_history
from apivideo_geo.model import Facts
from apivideo_geo.settings import load_settings
from bench.running import describe_machine, print_table, scratch

FIRST = date(2022, 1, 1)
PLAYS = 5000
COUNTRIES = sorted(all_countries())[:100]
VIDEOS = [f"vi{random.Random(n).getrandbits(88):022x}" for n in range(300)]
COUNTRY_WEIGHTS = list(accumulate(1 / (n + 1) for n in range(len(COUNTRIES))))
VIDEO_WEIGHTS = list(accumulate(1 / (n + 1) ** 0.8 for n in range(len(VIDEOS))))


def main() -> None:
    """Run the benchmark and print the results."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--years", type=int, default=5)
    years = parser.parse_args().years
    print(f"{describe_machine()}\n\n### The history's branch, {len(COUNTRIES)} countries at detail media\n")
    rows = []
    with scratch(2_000_000_000) as folder:
        origin, branch = make_project(folder)
        history, parent = folder / "history", ""
        started = time.monotonic()
        for year in range(years):
            for n in range(365):
                parent = commit_day(branch, history, parent, FIRST + timedelta(days=365 * year + n))
            branch.push(parent)
            rows.append([year + 1, *measure(origin, folder / f"year-{year}"), f"{time.monotonic() - started:.0f} s"])
            print(rows[-1], flush=True)
        one_day = load_history(history).rows_of(FIRST + timedelta(days=1)).num_rows
    print(f"\n{one_day:,} rows a day, two commits a day.\n")
    print_table(["years", "commits", "files", "what a run fetches (depth 1)", "full clone, after gc", "took"], rows)


def make_project(folder: Path) -> tuple[Path, Branch]:
    """Create a bare repository. Return it, and the branch as seen from a clone."""
    origin, clone = folder / "origin.git", folder / "clone"
    _git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(origin))
    _git(folder, "clone", "--quiet", origin.as_uri(), str(clone))
    return origin, Branch(Git(clone), load_settings({}, Path(os.devnull)))


def commit_day(branch: Branch, folder: Path, parent: str, day: date) -> str:
    """Make the two commits of the runs on ``day``. Return the last one."""
    for hour in (4, 16):
        now = datetime(day.year, day.month, day.day, hour, 17, tzinfo=UTC)
        with open_history(folder) as history:
            before = dict(history.entries)
            history.save(_facts(day - timedelta(days=1)), Fetched("play", "data", "media", now))
            history.compact(now)
        message = render_message({"play": before}, {"play": history.entries})
        parent = branch.commit(folder, parent or None, message, now) or parent
    return parent


def measure(origin: Path, at: Path) -> tuple[int, str, str, str]:
    """Return the number of commits, and the sizes of the files, of a shallow and of a full clone after ``git gc``."""
    shallow, whole = at / "shallow.git", at / "whole.git"
    single = ("clone", "--quiet", "--bare", "--single-branch", "--branch=history")
    _git(origin, *single, "--depth=1", origin.as_uri(), str(shallow))
    _git(origin, *single, origin.as_uri(), str(whole))
    _git(whole, "gc", "--quiet", "--prune=now")
    files = _git(origin, "ls-tree", "-r", "--long", "history").splitlines()
    size = sum(int(line.split()[3]) for line in files)
    commits = int(_git(origin, "rev-list", "--count", "history"))
    return commits, f"{size / 1e6:.1f} MB", f"{_size(shallow):.1f} MB", f"{_size(whole):.1f} MB"


def _facts(day: date) -> Facts:
    rng = random.Random(day.toordinal())
    countries = rng.choices(COUNTRIES, cum_weights=COUNTRY_WEIGHTS, k=PLAYS)
    videos = rng.choices(VIDEOS, cum_weights=VIDEO_WEIGHTS, k=PLAYS)
    pairs = Counter(zip(countries, videos, strict=True))
    totals = Counter(countries)
    rows = [(day, "play", country, "media", video, count) for (country, video), count in pairs.items()]
    return Facts((day,), facts_table([*rows, *((day, "play", one, "total", "", n) for one, n in totals.items())]))


def _size(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main()
