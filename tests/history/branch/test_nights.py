"""Many nights on one branch: outages of one to forty days, runs that race. ``NIGHTS=400`` is the long version.

Every night is what GitHub Actions makes of it: a fresh clone, ``fetch-history``, ``collect``, ``publish-history``.
"""

import os
import random
import shutil
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from apivideo_geo.errors import SourceFailed
from tests.fakes.server import StandIn
from tests.fakes.world import World
from tests.history.branch.runs import Home, at_night, git

NIGHTS = int(os.environ.get("NIGHTS", "8"))
OUTAGES = max(2, NIGHTS // 20)
RACES = max(1, NIGHTS // 40)
FIRST = date(2026, 1, 1)
RETENTION = timedelta(days=30)
EMPTY, A_COMMIT = 40_000, 2_500
"""Bytes of a clone of nothing, and what a commit may add to a whole clone of the branch after ``git gc``."""


@pytest.fixture(scope="module")
def plan():
    """(day of the run, what happens): ``run``, ``race``, ``api down``; days between are nights without any run."""
    rng = random.Random(11)
    kinds = ["race"] * RACES + ["run"] * (NIGHTS - RACES)
    rng.shuffle(kinds)
    lengths = [1, 29, 40, *(rng.randint(1, 40) for _ in range(OUTAGES))][:OUTAGES] if NIGHTS > 100 else [2, 33]
    before = dict(zip(sorted(rng.sample(range(2, NIGHTS), OUTAGES)), lengths, strict=True))
    day, nights = FIRST + timedelta(days=40), []
    for number, kind in enumerate(kinds):
        if number in before:
            if number % 2:  # every other outage is the API's, in which runs fail; else there are no runs at all
                nights.append((day, "api down"))
            day += timedelta(days=before[number])
        nights.append((day, kind))
        day += timedelta(days=1)
    return nights


def could_be_known(nights):
    """Every day that some run could ask whole: over by then, and wholly inside what the API remembers."""
    known = set()
    for day, kind in nights:
        if kind != "api down":
            edge = at_night(day) - RETENTION
            known |= {one for n in range(31) if midnight(one := day - timedelta(days=n + 1)) >= edge}
    return known


def midnight(day):
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def test_after_all_nights_each_day_that_could_be_known_is_on_the_branch_and_right(plan, tmp_path, monkeypatch):
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    home, last = Home(tmp_path), plan[-1][0]
    plays = 12 * ((last - FIRST).days + 1)
    world = World.make(8, plays, 5, 1, FIRST, last, countries=25)
    everything = {"since": FIRST, "detail": "media" if NIGHTS > 100 else "country"}
    with StandIn(world) as api:
        for day, kind in plan:
            now = at_night(day)
            run = home.clone()
            run.fetch(now)
            if kind == "api down":
                api.down()
                with pytest.raises(SourceFailed):
                    run.collect(api, now, **everything)
                api.up()
            elif kind == "race":
                other = home.clone()
                other.fetch(now)
                other.collect(api, now - timedelta(hours=2), **everything)
                run.collect(api, now, **everything)
                overtaken = run.overtaken_by(other, now)
                run.publish(now)
                assert overtaken.exists()
                shutil.rmtree(other.folder)
            if kind != "race":
                if kind == "run":
                    run.collect(api, now, **everything)
                run.publish(now)
            shutil.rmtree(run.folder)
    by_day = world.truth_by_day()
    known = could_be_known(plan)
    assert home.totals() == {day: sum(by_day.get(day, Counter()).values()) for day in sorted(known)}
    log = home.log()
    assert all(len(parents.split()) == (number > 0) for number, (_, parents, _) in enumerate(log))  # one line, unbroken
    assert len(log) >= NIGHTS
    whole, shallow = sizes(home)
    lost = (last - min(known)).days - len(known)
    print(f"{NIGHTS} nights, {OUTAGES} outages, {RACES} races: {len(log)} commits, {len(known)} days, {lost} lost for")
    print(f"good, {sum(home.totals().values())} plays; whole clone {whole:,} bytes, of depth 1 {shallow:,} bytes")
    assert whole < EMPTY + A_COMMIT * len(log)


def sizes(home):
    found = []
    for name, *depth in (("whole",), ("shallow", "--depth=1")):
        clone = home.folder / name
        source = home.origin.as_uri()
        git(
            home.folder, "clone", "--quiet", "--bare", "--single-branch", "--branch=history", *depth, source, str(clone)
        )
        git(clone, "gc", "--quiet", "--prune=now")
        found.append(sum(path.stat().st_size for path in clone.rglob("*") if path.is_file()))
    return found
