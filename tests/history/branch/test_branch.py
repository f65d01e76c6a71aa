"""The history on its branch: what is new is pushed, two runs at once lose nothing, nothing is forced."""

import shutil
from datetime import date, timedelta

import pytest

from apivideo_geo.errors import DataRefused, GitFailed, UsageError
from apivideo_geo.history.branch.retry import ATTEMPTS
from apivideo_geo.history.history import load_history, open_history
from tests.fakes.server import StandIn
from tests.fakes.world import World
from tests.history.branch.runs import FIRST, NIGHT, SINCE, at_night, days, git, truth
from tests.product import Product


def test_the_first_run_begins_the_branch_and_the_next_adds_a_day(home, api, world):
    said = home.clone().night(api, NIGHT)
    assert said.startswith("Published to origin/history: 8 days (2026-10-20 to 2026-10-27), ")
    assert home.totals() == truth(world, days(SINCE, date(2026, 10, 27)))
    assert {"README.md", "ledger.jsonl", "2026/10/2026-10-27.parquet", ".gitignore"} <= home.files()
    said = home.clone().night(api, NIGHT + timedelta(days=1))
    plays = truth(world, [date(2026, 10, 28)])[date(2026, 10, 28)]
    assert said == f"Published to origin/history: 1 day (2026-10-28), {plays} plays"
    assert len(home.log()) == 2
    body = git(home.origin, "log", "-1", "--format=%b%an%at", "history")
    assert "Stored: 9 days (2026-10-20 to 2026-10-28)\nNever collected: no day in between" in body
    assert body.endswith(f"apivideo-geo{int((NIGHT + timedelta(days=1)).timestamp())}")


def test_a_run_fetches_the_last_commit_only_and_the_folder_is_a_clean_worktree_but_for_today(home, api):
    home.clone().night(api, NIGHT)
    home.clone().night(api, NIGHT + timedelta(days=1))
    clone = home.clone()
    clone.fetch(NIGHT + timedelta(days=2))
    assert git(clone.folder / "history", "rev-list", "--count", "HEAD") == "1"
    assert git(clone.folder / "history", "status", "--porcelain") == ""
    clone.collect(api, NIGHT + timedelta(days=2))
    clone.publish(NIGHT + timedelta(days=2))
    left = git(clone.folder / "history", "status", "--porcelain").split("\n")
    assert [line.strip() for line in left] == ["M ledger.jsonl", "?? 2026/10/2026-10-30.parquet"]
    assert git(clone.folder / "history", "symbolic-ref", "HEAD") == "refs/heads/history"


def test_nothing_new_is_no_commit(home, api):
    clone = home.clone()
    clone.night(api, NIGHT)
    assert "already has everything" in clone.publish(NIGHT)
    assert "already has everything" in home.clone().night(api, NIGHT + timedelta(hours=1))
    assert len(home.log()) == 1


@pytest.mark.parametrize("first", [True, False], ids=["on an empty branch", "on a branch"])
def test_two_runs_at_once_lose_nothing(home, api, world, first):
    if not first:
        home.clone().night(api, NIGHT - timedelta(days=3), since=date(2026, 10, 17))
    one, two = home.clone(), home.clone()
    for run in (one, two):
        run.fetch(NIGHT)
    one.collect(api, NIGHT, until=date(2026, 10, 24) if first else date(2026, 10, 25))
    two.collect(api, NIGHT, since=date(2026, 10, 22) if first else date(2026, 10, 26))
    overtaken = two.overtaken_by(one, NIGHT)
    two.publish(NIGHT)
    assert overtaken.exists()
    assert len(home.log()) == (2 if first else 3)
    assert home.totals() == truth(world, days(SINCE if first else date(2026, 10, 17), date(2026, 10, 27)))
    assert one.publish(NIGHT).endswith("already has everything in history.")
    assert one.fetch(NIGHT).startswith("Fetched origin/history into history: ")


def test_of_a_day_that_both_collected_the_fuller_answer_is_kept(home, api, world):
    late = world.asset(world.assets[0].media_id)
    early, later = home.clone(), home.clone()
    early.fetch(NIGHT)
    later.fetch(NIGHT)
    early.collect(api, NIGHT)
    world.arrive(late.media_id, NIGHT - timedelta(hours=8), 3)
    later.collect(api, NIGHT + timedelta(minutes=1))
    early.overtaken_by(later, NIGHT)
    early.publish(NIGHT)
    assert home.totals()[date(2026, 10, 27)] == truth(world, [date(2026, 10, 27)])[date(2026, 10, 27)]
    assert home.log()[-1][2] == "No new counts; the ledger records when they were requested"


def test_one_run_compacts_a_month_while_the_other_adds_a_day(home, api, world):
    home.clone().night(api, NIGHT)
    before, after = at_night(date(2026, 11, 2)), at_night(date(2026, 11, 3))
    behind, ahead = home.clone(), home.clone()
    for run in (behind, ahead):
        run.fetch(before)
    behind.collect(api, before)
    ahead.collect(api, after, since=date(2026, 11, 1))
    behind.overtaken_by(ahead, after)
    behind.publish(before)
    assert "2026/2026-10.parquet" in home.files()
    assert not any(name.startswith("2026/10/") for name in home.files())
    assert home.totals() == truth(world, days(SINCE, date(2026, 11, 2)))
    with open_history(behind.folder / "history") as history:
        history.drop([date(2026, 10, 22)])
        history.save_ledger()
    behind.publish(after, remove=True)
    assert home.totals() == truth(world, sorted(set(days(SINCE, date(2026, 11, 2))) - {date(2026, 10, 22)}))


def test_a_branch_that_was_deleted_starts_again_with_the_days_of_the_folder(home, api, world):
    run = home.clone()
    run.night(api, NIGHT)
    git(home.origin, "update-ref", "-d", "refs/heads/history")
    assert run.fetch(NIGHT).startswith("There is no branch origin/history yet")
    run.publish(NIGHT)
    assert home.totals() == truth(world, days(SINCE, date(2026, 10, 27)))


def test_a_day_taken_off_the_branch_is_not_put_back_by_a_run_that_began_before(home, api, world):
    home.clone().night(api, NIGHT)
    run, owner = home.clone(), home.clone()
    run.fetch(NIGHT)
    owner.fetch(NIGHT)
    (owner.folder / "history/2026/10/2026-10-25.parquet").unlink()
    assert "already" in owner.publish(NIGHT)  # a lost file alone takes nothing off: it comes back
    assert (owner.folder / "history/2026/10/2026-10-25.parquet").is_file()
    (owner.folder / "history/2026/10/2026-10-25.parquet").unlink()
    assert owner.publish(NIGHT, remove=True).endswith("1 day (2026-10-25) removed")
    later = NIGHT + timedelta(days=1)
    run.collect(api, later)
    run.publish(later)
    stored = set(days(SINCE, date(2026, 10, 28))) - {date(2026, 10, 25)}
    assert home.totals() == truth(world, sorted(stored))
    assert not (run.folder / "history/2026/10/2026-10-25.parquet").exists()


def test_a_smaller_answer_that_was_accepted_replaces_the_fuller_one(home, api, world):
    home.clone().night(api, NIGHT)
    with StandIn(World.make(7, 300, 2, 1, FIRST, FIRST + timedelta(days=60), countries=25)) as smaller:
        run = home.clone()
        run.fetch(NIGHT)
        run.collect(smaller, NIGHT + timedelta(hours=7), accept_shrink=True)
        run.publish(NIGHT)
        assert home.totals()[date(2026, 10, 27)] == truth(smaller.world, [date(2026, 10, 27)])[date(2026, 10, 27)]


def test_a_run_that_fails_midway_still_publishes_what_it_collected(home, api, world):
    run = home.clone()
    run.fetch(NIGHT)
    run.collect(api, NIGHT, until=date(2026, 10, 24))
    api.down()
    with pytest.raises(Exception, match="could not be reached"):
        run.collect(api, NIGHT)
    run.publish(NIGHT)
    api.up()
    assert home.totals() == truth(world, days(SINCE, date(2026, 10, 24)))


def test_a_remote_that_is_not_there_is_final_one_out_of_reach_is_asked_again_and_the_days_are_published_later(
    home, api, world
):
    run = home.clone()
    run.fetch(NIGHT)
    run.collect(api, NIGHT)
    away = home.origin.rename(home.folder / "away.git")
    asked = home.folder / "asked"
    git(run.folder, "remote", "set-url", "origin", str(home.origin))
    with pytest.raises(GitFailed, match=r"cannot be read \(git ls-remote failed: .*: check the URL"):
        run.publish(NIGHT)
    program = home.folder / "unreachable"
    program.write_text(f"#!/bin/sh\necho x >> '{asked}'\necho 'Could not resolve host: x' >&2\nexit 1\n")
    program.chmod(0o755)
    git(run.folder, "config", "remote.origin.uploadpack", str(program))
    away.rename(home.origin)
    for verb in (run.fetch, run.publish):
        asked.unlink(missing_ok=True)
        with pytest.raises(GitFailed, match=r"^origin/history cannot be reached \(.*\): check the network"):
            verb(NIGHT)
        assert asked.read_text() == "x\n" * ATTEMPTS
    git(run.folder, "config", "--unset", "remote.origin.uploadpack")
    run.publish(NIGHT)
    assert home.totals() == truth(world, days(SINCE, date(2026, 10, 27)))


def test_a_branch_that_does_not_take_it_says_what_to_allow_and_is_not_asked_ten_times(home, api):
    hook = home.origin / "hooks/pre-receive"
    hook.write_text(f"#!/bin/sh\necho x >> '{home.folder}/asked'\necho 'protected branch' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(GitFailed, match="contents: write"):
        home.clone().night(api, NIGHT)
    assert (home.folder / "asked").read_text() == "x\n"


def test_a_worktree_that_git_lost_is_made_again_and_keeps_its_own_days(home, api, world):
    run = home.clone()
    run.night(api, NIGHT)
    later = NIGHT + timedelta(days=1)
    run.collect(api, later)
    shutil.rmtree(run.folder / ".git/worktrees")
    assert "1 in the folder are not published" in run.fetch(later)
    run.publish(later)
    assert home.totals() == truth(world, days(SINCE, date(2026, 10, 28)))


def test_a_plain_folder_becomes_a_worktree_and_what_is_in_it_is_joined(home, api, world):
    home.clone().night(api, NIGHT)
    local = home.clone()
    local.collect(api, NIGHT + timedelta(days=2))
    (local.folder / "history/notes.txt").write_text("mine")
    (local.folder / "history/README.md").write_text("mine")
    local.fetch(NIGHT + timedelta(days=2))
    local.publish(NIGHT + timedelta(days=2))
    assert {(local.folder / "history" / name).read_text() for name in ("notes.txt", "README.md")} == {"mine"}
    assert home.totals() == truth(world, days(SINCE, date(2026, 10, 29)))
    assert "notes.txt" not in home.files()


def test_what_somebody_put_on_the_branch_stays_and_a_ledger_with_marks_of_a_conflict_is_mended(home, api, world):
    home.clone().night(api, NIGHT)
    owner = home.clone()
    git(owner.folder, "fetch", "--quiet", "origin", "history")
    git(owner.folder, "checkout", "--quiet", "-b", "junk", "FETCH_HEAD")
    (owner.folder / "notes.txt").write_text("mine")
    (owner.folder / "link").symlink_to("/etc/hostname")
    ledger = owner.folder / "ledger.jsonl"
    lines = ledger.read_text().splitlines(keepends=True)
    ledger.write_text("".join(["<<<<<<< HEAD\n", *lines[:5], "=======\n", *lines[:5], ">>>>>>> other\n", *lines[5:]]))
    (owner.folder / "2026/10/2026-10-23.parquet").write_bytes(b"PAR1 cut short")
    owner.push_by_hand("By hand", "notes.txt", "link", "ledger.jsonl", "2026", branch="history")
    before = home.files()
    later = NIGHT + timedelta(days=1)
    home.clone().night(api, later)
    assert before <= home.files()
    assert home.totals() == truth(world, days(SINCE, date(2026, 10, 28)))
    assert all(entry.first for entry in home.history().entries.values() if entry.day != date(2026, 10, 23))


def test_what_is_damaged_in_the_folder_does_not_keep_the_rest_from_the_branch(home, api, world):
    run = home.clone()
    run.night(api, NIGHT)
    run.collect(api, NIGHT + timedelta(days=1))
    damaged = run.folder / "history/2026/10/2026-10-25.parquet"
    damaged.write_bytes(b"PAR1 cut short")
    (run.folder / "history/account.json").write_bytes(b"\xff<<<<<<< HEAD")
    with pytest.raises(DataRefused, match="is damaged"):
        run.publish(NIGHT + timedelta(days=1), remove=True)
    run.publish(NIGHT + timedelta(days=1))
    assert home.totals() == truth(world, days(SINCE, date(2026, 10, 28)))
    home.clone().night(api, NIGHT + timedelta(days=2))
    assert home.totals() == truth(world, days(SINCE, date(2026, 10, 29)))


def test_a_branch_that_holds_something_else_is_refused(home, api):
    owner = home.clone()
    git(owner.folder, "push", "--quiet", "origin", "HEAD:refs/heads/history")
    with pytest.raises(DataRefused, match="origin/history has files that are not a history; name another"):
        home.clone().night(api, NIGHT)


def test_runs_that_count_different_metrics_share_a_branch(home, api, world):
    home.clone().night(api, NIGHT)
    other = home.clone()
    other.collect(api, NIGHT, metric="impression")
    assert "1 more metric" not in other.publish(NIGHT)
    for history in (home.history(), load_history(other.folder / "history")):
        closed = {day: one.count for day, one in history.entries.items() if not one.open}
        assert (history.metric, closed) == ("play", truth(world, days(SINCE, date(2026, 10, 27))))
        assert all(history.of("impression").entries[day].count > count for day, count in closed.items())
        assert history.of("impression").folder == history.folder / "metrics/impression"
    other.collect(api, NIGHT, metrics="play; impression", metric=None)
    assert "already has everything" in other.publish(NIGHT)


def test_demo_data_is_not_put_on_a_branch(home, tmp_path):
    run = home.clone()
    run.collect(None, NIGHT, source="demo", history="h")
    (run.folder / "h-demo").rename(run.folder / "history")
    with pytest.raises(DataRefused, match="demo data"):
        run.publish(NIGHT)


def test_cities_and_referrers_go_to_a_branch_only_where_it_is_said_to_be_private(home, api):
    run = home.clone()
    run.collect(api, NIGHT, detail="full", history_private=True, since=date(2026, 10, 27))
    with pytest.raises(DataRefused, match="contains cities or referrers"):
        run.publish(NIGHT)
    assert "2026-10-27" in run.publish(NIGHT, history_private=True)


def test_titles_that_are_not_public_go_to_a_branch_only_where_it_is_said_to_be_private(home, api):
    run = home.clone()
    shown = {"detail": "media", "since": date(2026, 10, 27), "history_private": True}
    run.collect(api, NIGHT, show_unlisted=True, **shown)
    with pytest.raises(DataRefused, match="titles of videos that are not public"):
        run.publish(NIGHT)
    run.collect(api, NIGHT, **shown)
    assert "2026-10-27" in run.publish(NIGHT)


def test_a_folder_that_is_something_else_to_git_is_left_alone(home, api):
    run = home.clone()
    git(run.folder, "worktree", "add", "--quiet", "-b", "other", "history")
    with pytest.raises(UsageError, match="is a git repository or a worktree"):
        run.fetch(NIGHT)
    own = home.clone()
    git(own.folder, "init", "--quiet", "history")
    with pytest.raises(UsageError, match="is a git repository or a worktree"):
        own.fetch(NIGHT)
    assert not (own.folder / "history/README.md").exists()


def test_without_a_repository_a_remote_or_a_history_it_is_one_sentence(home, tmp_path):
    plain = tmp_path / "plain"
    plain.mkdir()
    product = Product(plain)
    assert "not in a git repository" in product.run("fetch-history", code=2).stderr
    assert product.run("publish-history").stdout.startswith(
        "There is no history in the folder history: nothing to publish."
    )
    clone = home.clone()
    with pytest.raises(UsageError, match="no remote upstream; name one with --history-remote"):
        clone.fetch(NIGHT, history_remote="upstream")
    old = tmp_path / "old/git"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho --path-format=absolute\npwd\necho .git\n")  # it repeats what it does not know
    old.chmod(0o755)
    assert "needs git 2.31 or newer" in Product(clone.folder).run("fetch-history", code=2, PATH=str(old.parent)).stderr
    assert "git is not installed" in Product(clone.folder).run("fetch-history", code=2, PATH="/nowhere").stderr
