"""The commands of ``docs/operating.md`` about the history do what the page says, on a repository on disk."""

import re
import subprocess
from datetime import UTC, date, datetime, timedelta

import pytest

from apivideo_geo.history.history import load_history
from tests.fakes.server import StandIn
from tests.fakes.world import World
from tests.product import ROOT, Product
from tests.rehearsal.github import GitHub
from tests.rehearsal.repository import Repository
from tests.test_hosting import install

PAGE = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
NIGHTS = [datetime(2026, 10, day, 4, 17, tzinfo=UTC) for day in (20, 24)]


def commands(heading, number=0):
    """The block of commands number ``number`` under ``heading``."""
    chapter = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", PAGE, re.MULTILINE | re.DOTALL)[1]
    return re.findall(r"```sh\n(.*?)```", chapter, re.DOTALL)[number]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A fork with two nights of history, and a clone of it in which its owner works."""
    folder = tmp_path_factory.mktemp("operating")
    with GitHub(folder / "github") as github, StandIn(World.make(8, 900, 3, 1, date(2026, 9, 1), countries=5)) as api:
        fork = Repository(folder, github)
        clone = fork.check_out("main", folder / "clone")
        install(clone)
        for night in NIGHTS:
            api.now = night
            Product(clone).run("collect", api=api, now=night)
            Product(clone).run("publish-history", now=night)
        yield fork, clone


def do(clone, text, **blanks):
    for name, value in blanks.items():
        text = text.replace(f"<{name.replace('_', ' ')}>", str(value))
    assert "<" not in text
    environment = Product(clone).environment(now=NIGHTS[1] + timedelta(hours=1))
    done = subprocess.run(
        ["bash", "-e", "-c", text], cwd=clone, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def days_on(repository, folder):
    with_branch = repository.check_out("history", folder)
    return set(load_history(with_branch).entries)


def test_an_earlier_state_comes_back_a_day_goes_and_the_branch_starts_again(place, tmp_path):
    fork, clone = place
    earlier, now = (fork.git("rev-parse", name) for name in ("history~1", "history"))
    both = days_on(fork, tmp_path / "both")
    do(clone, commands("Restore an earlier state"), commit=earlier)
    assert fork.git("rev-parse", "history") == earlier
    assert set(load_history(clone / "history").entries) == days_on(fork, tmp_path / "earlier") < both
    do(clone, commands("Restore an earlier state"), commit=now)
    assert set(load_history(clone / "history").entries) == both

    gone = date(2026, 10, 5)
    assert gone in both
    do(clone, commands("Delete a day"))
    assert days_on(fork, tmp_path / "without") == both - {gone}
    assert fork.git("rev-list", "--count", "history") == "3"
    do(clone, commands("Delete a day", 1))
    assert days_on(fork, tmp_path / "again") == both - {gone}
    assert fork.git("rev-list", "--count", "history") == "1"


def test_the_history_moves_to_another_repository(place, tmp_path):
    fork, clone = place
    new = tmp_path / "new.git"
    subprocess.run(
        ["git", "clone", "--quiet", "--bare", "--branch=main", "--single-branch", fork.bare, new], check=True
    )
    do(clone, commands("Moving to another repository or host"), address_of_the_new_repository=new)
    commit = subprocess.run(["git", "rev-parse", "history"], cwd=new, capture_output=True, text=True, check=True).stdout
    assert commit.strip() == fork.git("rev-parse", "history")
