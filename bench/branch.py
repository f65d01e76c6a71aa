"""How large the history's branch becomes. ``python -m bench.branch [--years 5]``: a publish a night, by the command.

Invented: 100 countries at detail ``media``, 300 videos, 5,000 plays a day, all unlike from day to day, which is the
worst for git. Every night of each year is one commit; months that are over are compacted as in life.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import time
from collections import Counter
from contextlib import chdir
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from apivideo_geo.branch.fetching import fetch_history
from apivideo_geo.branch.publishing import publish_history
from apivideo_geo.effects import Effects
from apivideo_geo.facts import facts_table
from apivideo_geo.geo.countries import all_countries
from apivideo_geo.model import Facts
from apivideo_geo.settings import load_settings
from apivideo_geo.store.days import load_history, open_history
from bench.running import describe_machine, print_table, scratch

FIRST = date(2022, 1, 1)
PLAYS = 5000
COUNTRIES = sorted(all_countries())[:100]
VIDEOS = [f"vi{random.Random(n).getrandbits(88):022x}" for n in range(300)]
COUNTRY_WEIGHTS = list(accumulate(1 / (n + 1) for n in range(len(COUNTRIES))))
VIDEO_WEIGHTS = list(accumulate(1 / (n + 1) ** 0.8 for n in range(len(VIDEOS))))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--years", type=int, default=5)
    years = parser.parse_args().years
    print(f"{describe_machine()}\n\n### The history's branch, {len(COUNTRIES)} countries at detail media\n")
    rows = []
    with scratch(2_000_000_000) as folder:
        origin, clone = make_project(folder)
        started = time.monotonic()
        for year in range(years):
            for n in range(365):
                publish_night(clone, FIRST + timedelta(days=365 * year + n))
            rows.append([year + 1, *measure(origin, folder / f"year-{year}"), f"{time.monotonic() - started:.0f} s"])
            print(rows[-1], flush=True)
        one_day = load_history(clone / "history").rows_of(FIRST + timedelta(days=1)).num_rows
    print(f"\n{one_day:,} rows a day, a commit a night.\n")
    print_table(["years", "commits", "files", "what a run fetches (depth 1)", "whole clone, after gc", "took"], rows)


def make_project(folder: Path) -> tuple[Path, Path]:
    """A bare repository and a clone of it, with the history fetched."""
    origin, clone = folder / "origin.git", folder / "clone"
    _git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(origin))
    _git(folder, "clone", "--quiet", origin.as_uri(), str(clone))
    who = ("-c", "user.name=bench", "-c", "user.email=bench@localhost")
    _git(clone, *who, "commit", "--quiet", "--allow-empty", "-m", "The project")
    _git(clone, "push", "--quiet", "origin", "HEAD:main")
    with chdir(clone):
        fetch_history(load_settings({}, Path(os.devnull)), Effects())
    return origin, clone


def publish_night(clone: Path, day: date) -> None:
    """What a run at 4:17 on ``day`` keeps and publishes: the day before, and what there is of ``day``."""
    now = datetime(day.year, day.month, day.day, 4, 17, tzinfo=UTC)
    with chdir(clone):
        with open_history(Path("history")) as history:
            for one, plays in ((day - timedelta(days=1), PLAYS), (day, PLAYS // 6)):
                history.save(_facts(one, plays), metric="play", source="data", detail="media", now=now)
            history.compact(now)
        publish_history(load_settings({}, Path(os.devnull)), Effects(int(now.timestamp())))


def measure(origin: Path, at: Path) -> tuple[int, str, str, str]:
    """Commits, size of the files, of a clone of depth 1, and of a whole one after ``git gc``."""
    shallow, whole = at / "shallow.git", at / "whole.git"
    single = ("clone", "--quiet", "--bare", "--single-branch", "--branch=history")
    _git(origin, *single, "--depth=1", origin.as_uri(), str(shallow))
    _git(origin, *single, origin.as_uri(), str(whole))
    _git(whole, "gc", "--quiet", "--prune=now")
    files = _git(origin, "ls-tree", "-r", "--long", "history").splitlines()
    size = sum(int(line.split()[3]) for line in files)
    commits = int(_git(origin, "rev-list", "--count", "history"))
    return commits, f"{size / 1e6:.1f} MB", f"{_size(shallow):.1f} MB", f"{_size(whole):.1f} MB"


def _facts(day: date, plays: int) -> Facts:
    rng = random.Random(day.toordinal())
    countries = rng.choices(COUNTRIES, cum_weights=COUNTRY_WEIGHTS, k=PLAYS)[:plays]
    videos = rng.choices(VIDEOS, cum_weights=VIDEO_WEIGHTS, k=PLAYS)[:plays]
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
