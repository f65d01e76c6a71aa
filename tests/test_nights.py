"""The history over many nights, against a server that forgets after 30 days."""

import csv
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from apivideo_geo.durable import MARK
from apivideo_geo.effects import Effects, Progress
from apivideo_geo.history.history import load_history
from apivideo_geo.pipeline import run
from apivideo_geo.settings import load_settings
from tests.fakes.server import StandIn
from tests.fakes.world import World
from tests.killed import forking
from tests.product import ROOT, Product

FIRST = date(2026, 6, 1)
NIGHT = timedelta(hours=4, minutes=17)


@pytest.fixture(scope="module")
def world():
    return World.make(3, 3600, 5, 2, FIRST, FIRST + timedelta(days=119), countries=8)


def at_night(day):
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + NIGHT


def collect(api, folder, now, monkeypatch, progress=None):
    monkeypatch.setenv("APIVIDEO_API_KEY", api.api_key)
    monkeypatch.setenv("APIVIDEO_BASE_URL", api.url)
    monkeypatch.setenv("APIVIDEO_GEO_METRIC", "play")
    api.now = now
    api.clear_requests()
    settings = load_settings({"history": str(folder)}, Path(os.devnull))
    return run("collect", settings, Effects(int(now.timestamp()), progress or Progress()))


def nights(count, start=FIRST + timedelta(days=30)):
    return [start + timedelta(days=n) for n in range(count)]


def stored_totals(folder):
    return {day: entry.count for day, entry in load_history(folder).entries.items() if not entry.open}


def truth(world, days):
    by_day = world.truth_by_day()
    return {day: sum(by_day.get(day, Counter()).values()) for day in days}


def between(first, last):
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def check_site(folder, world, now, missing=()):
    """Build the site of the history in ``folder``: it is true for all days except ``missing``."""
    product = Product(folder.with_name("built"))
    product.folder.mkdir()
    product.run("render", "--history", folder, now=now)
    collected = [day for day in between(FIRST + timedelta(days=1), now.date()) if day not in missing]
    truth_of_all = world.truth(collected, upto=now - timedelta(milliseconds=1))
    assert product.choro() == truth_of_all
    assert product.summary()["total"] == truth_of_all.total()
    assert product.summary()["days"]["missing"] == [str(day) for day in missing]
    with (product.folder / "site/data/timeseries.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["state"] == "missing"]
    assert {row["day"] for row in rows} == {str(day) for day in missing}
    assert {row["count"] for row in rows} <= {""}


@pytest.mark.parametrize("mode", ["refuse", "cut"])
def test_45_nights_hold_all_days_though_the_server_can_only_tell_30(world, tmp_path, monkeypatch, mode):
    with StandIn(world, retention_mode=mode) as api:
        for night in nights(45):
            collect(api, tmp_path / "history", at_night(night), monkeypatch)
            assert count_requests(api) <= (A_NIGHT if night != nights(45)[0] else FIRST_RUN)
    # the first night, 4:17 on the 31st day, 30 days before is cut by the window's edge and not believed
    whole = between(FIRST + timedelta(days=1), nights(45)[-1] - timedelta(days=1))
    assert stored_totals(tmp_path / "history") == truth(world, whole)
    check_site(tmp_path / "history", world, at_night(nights(45)[-1]))


FIRST_RUN, A_NIGHT, A_LATE_DAY = 35, 5, 1
"""Requests at detail `country`: 31 days, how far the server remembers, its clock, its own count of each day (a time
series) and of all of them; today, yesterday, the clock and the count of each of the last two days that are over; and
where one differs, because plays arrived late, the day that has changed."""


def count_requests(api):
    return sum(not seen.path.startswith("/auth") for seen in api.requests)


def test_a_nightly_build_sends_five_requests_and_a_first_one_35_with_the_apis_own_counts_among_them(world, tmp_path):
    product = Product(tmp_path)
    with StandIn(world) as api:
        for number, night in enumerate(nights(4)):
            api.now = at_night(night)
            api.clear_requests()
            output = product.run(api=api, now=api.now).stdout
            assert count_requests(api) <= (A_NIGHT if number else FIRST_RUN)
            assert [seen.path for seen in api.requests].count("/data/metrics/play/count") == (2 if number else 1)
            assert "Checked: the API reports" in output
        product.run("collect", api=api, now=api.now + timedelta(days=1))
    finished = nights(4)[-1] - timedelta(days=2)
    assert stored_totals(tmp_path / "history")[finished] == truth(world, [finished])[finished]


def test_plays_that_arrive_late_are_counted_and_today_is_collected_all_the_same(tmp_path):
    world, product = World.make(5, 3000, 5, 2, FIRST, FIRST + timedelta(days=45), countries=20), Product(tmp_path)
    with StandIn(world) as api:
        for number, night in enumerate(nights(6)):
            api.now = at_night(night)
            api.clear_requests()
            output = product.run("collect", api=api, now=api.now).stdout
            late = A_LATE_DAY if number in (3, 4) else 0
            assert count_requests(api) <= (A_NIGHT if number else FIRST_RUN) + late
            assert "In doubt" not in output
            assert "Checked: the API reports" in output
            today = load_history(tmp_path / "history").entries[night]
            assert (today.open, today.count) == (True, world.truth([night], upto=at_night(night)).total())
            if number in (2, 3):
                world.arrive(world.assets[0].media_id, at_night(night - timedelta(days=1)), count=3)
    final = between(FIRST + timedelta(days=1), nights(6)[-1] - timedelta(days=2))
    stored = stored_totals(tmp_path / "history")
    assert {day: stored[day] for day in final} == truth(world, final)


def test_a_nightly_run_sends_no_more_requests_with_a_since_from_before_all_that_is_remembered(world, tmp_path):
    product = Product(tmp_path)
    with StandIn(world) as api:
        for number, night in enumerate(nights(3)):
            api.now = at_night(night)
            api.clear_requests()
            product.run("collect", "--since", "2020-01-01", api=api, now=api.now)
            assert count_requests(api) <= (A_NIGHT if number else FIRST_RUN)


@pytest.mark.parametrize("mode", ["refuse", "cut"])
@pytest.mark.parametrize(("outage", "lost"), [(28, 0), (29, 1), (40, 12)])
def test_an_outage_heals_as_far_as_the_server_remembers_and_the_rest_is_missing_not_zero(
    world, tmp_path, monkeypatch, outage, lost, mode
):
    before, after = nights(5), nights(3, FIRST + timedelta(days=35 + outage))
    with StandIn(world, retention_mode=mode) as api:
        for night in before + after:
            collect(api, tmp_path / "history", at_night(night), monkeypatch)
        assert count_requests(api) <= A_NIGHT  # also with days that are lost
    whole = between(FIRST + timedelta(days=1), after[-1] - timedelta(days=1))
    stored = stored_totals(tmp_path / "history")
    missing = [day for day in whole if day not in stored]
    # the last night before the outage saw four hours of its own day, which therefore counts as missing once forgotten
    assert len(missing) == lost
    assert missing == between(before[-1], before[-1] + timedelta(days=lost - 1))
    assert stored == truth(world, [day for day in whole if day not in missing])
    check_site(tmp_path / "history", world, at_night(after[-1]), missing)


@pytest.mark.parametrize("at_first", [30, 90])
def test_a_longer_retention_heals_a_longer_outage_also_one_set_since(world, tmp_path, monkeypatch, at_first):
    before, after = nights(5), nights(2, FIRST + timedelta(days=85))
    with StandIn(world, retention_days=at_first) as api:
        for night in before:
            collect(api, tmp_path, at_night(night), monkeypatch)
        api.data.retention = timedelta(days=90)
        for night in after:
            collect(api, tmp_path, at_night(night), monkeypatch)
    stored = stored_totals(tmp_path)
    assert stored == truth(world, sorted(stored))
    assert [day for day in between(min(stored), after[-1] - timedelta(days=1)) if day not in stored] == []


@pytest.mark.parametrize("source", ["data", "sessions"])
def test_collect_killed_at_random_moments_loses_and_doubles_nothing(world, tmp_path, source):
    now, moments = at_night(FIRST + timedelta(days=45)), random.Random(1)
    product, kills, histories = Product(tmp_path), int(os.environ.get("KILLS", "8")), 1
    with StandIn(world, now=now) as api:
        began = time.monotonic()
        command = ["collect", "-q", "--source", source, "--history"]
        product.run(*command, "undisturbed", "--exports", "exports-undisturbed", api=api, now=now)
        whole = time.monotonic() - began
        with forking("tests.killed", "run_command") as killer:
            while kills:
                place = f"killed-{histories}"
                arguments = [*command, place, "--exports", f"exports-{place}"]
                done = killer.run_for(
                    moments.uniform(0.1, 1) * whole, str(tmp_path), product.environment(api, now), arguments
                )
                if done:
                    histories += 1  # it was done before: the next is killed over a new one
                else:
                    kills -= 1
                stored = stored_totals(tmp_path / place)
                assert stored == truth(world, sorted(stored))
        last = f"killed-{histories}"
        product.run(*command, last, "--exports", f"exports-{last}", api=api, now=now)
    undisturbed = history_files(product, "undisturbed")
    assert {"ledger.jsonl", "account.json"} < undisturbed.keys()
    for number in range(1, histories + 1):  # ledger and account too: the clock stands still
        found = history_files(product, f"killed-{number}")
        assert_checked_alike(found.pop("account.json"), undisturbed["account.json"])
        assert found == {name: content for name, content in undisturbed.items() if name != "account.json"}
        assert export_files(product, f"killed-{number}") == export_files(product, "undisturbed")


def assert_checked_alike(account, undisturbed):
    """A run that is killed while it notes the API's own counts leaves the other days to the next, which says so."""
    found, expected = json.loads(account), json.loads(undisturbed)
    checked, whole = found.pop("checked"), expected.pop("checked")
    assert found == expected
    if whole:
        assert checked["held"] == checked["told"]
        assert whole["first"] <= checked["first"] <= checked["last"] == whole["last"]


def export_files(product, history):
    """Name of an export beside the history → content, but for what a kill left of a file being written."""
    files = product.files(f"exports-{history}").items()
    return {Path(name).name: content for name, content in files if MARK not in name}


def history_files(product, history):
    """Path in the history → content, but for the lock."""
    files = {name.partition("/")[2]: content for name, content in product.files(history).items()}
    files.pop(".lock")
    return files


def parquet_files(product, history):
    """Path in the history → content."""
    files = product.files(history).items()
    return {name.partition("/")[2]: content for name, content in files if name.endswith(".parquet")}


def test_a_disk_that_is_full_is_one_sentence_and_leaves_the_history_whole(world, tmp_path):
    product, now = Product(tmp_path), at_night(FIRST + timedelta(days=40))
    with StandIn(world, now=now) as api:
        product.run("collect", "--until", FIRST + timedelta(days=20), api=api, now=now)
        before = product.files("history")
        limited = subprocess.run(
            [sys.executable, str(ROOT / "build.py"), "collect"], cwd=tmp_path, env=product.environment(api, now),
            capture_output=True, text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)),
        )  # fmt: skip
        assert limited.returncode == 4
        assert "error: Cannot write" in limited.stderr
        assert "Traceback" not in limited.stderr
        assert {name: text for name, text in product.files("history").items() if name in before} == before
        product.run("collect", api=api, now=now)
    stored = stored_totals(tmp_path / "history")
    assert stored == truth(world, sorted(stored))


def test_what_the_api_remembers_is_kept_though_the_first_run_failed(world, tmp_path):
    product, now = Product(tmp_path), at_night(FIRST + timedelta(days=100))
    with StandIn(world, now=now, retention_days=90) as api:
        api.fail_next("503", 1000, "/data/buckets")
        product.run("collect", "--source", "data", api=api, now=now, code=4, APIVIDEO_GEO_DEADLINE="0.03")
    assert load_history(tmp_path / "history").load_account().remembers == 90


def test_a_plain_run_after_one_with_since_collects_all_that_a_longer_retention_remembers(world, tmp_path):
    product, now = Product(tmp_path), at_night(FIRST + timedelta(days=100))
    with StandIn(world, now=now, retention_days=90) as api:
        product.run("collect", "--since", (now - timedelta(days=9)).date().isoformat(), api=api, now=now)
        product.run("collect", api=api, now=now)
    assert min(stored_totals(tmp_path / "history")) == (now - timedelta(days=89)).date()


def test_a_damaged_day_heals_by_itself_on_the_next_night(world, tmp_path):
    product, now = Product(tmp_path), at_night(FIRST + timedelta(days=40))
    with StandIn(world, now=now) as api:
        product.run("collect", api=api, now=now)
        before = parquet_files(product, "history")
        (tmp_path / "history/2026/07/2026-07-05.parquet").write_bytes(b"")
        done = product.run("collect", api=api, now=now)
    assert "renamed to 2026-07-05.damaged, and its day will be fetched again" in done.stderr
    assert parquet_files(product, "history") == before


def test_a_month_damaged_inside_is_named_and_the_site_stays(world, tmp_path):
    product, now = Product(tmp_path), at_night(FIRST + timedelta(days=40))
    with StandIn(world, now=now) as api:
        product.run(api=api, now=now)
        before = product.files("site")
        month = tmp_path / "history/2026/2026-06.parquet"
        whole = month.read_bytes()
        month.write_bytes(whole[:60] + bytes(30) + whole[90:])
        done = product.run(api=api, now=now, code=5)
    assert "error: history/2026/2026-06.parquet is damaged. Restore a copy" in done.stderr
    assert product.files("site") == before


def test_a_day_whose_rows_are_not_those_that_were_written_is_named_and_the_site_stays(world, tmp_path):
    product, now = Product(tmp_path), at_night(FIRST + timedelta(days=40))
    with StandIn(world, now=now) as api:
        product.run(api=api, now=now)
    before, path = product.files("site"), tmp_path / "history/2026/07/2026-07-05.parquet"
    table, about = pq.read_table(path), pq.read_metadata(path).metadata
    table = table.set_column(5, table.schema.field("count"), pc.add(table["count"], 1))
    with pq.ParquetWriter(path, table.schema) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata(about)
    done = product.run("render", now=now, code=5)
    assert "error: history/2026/07/2026-07-05.parquet is damaged. Restore a copy" in done.stderr
    assert product.files("site") == before


def test_a_period_that_nothing_is_remembered_of_is_told_where_there_is_no_history(world, tmp_path):
    product, now = Product(tmp_path), at_night(FIRST + timedelta(days=60))
    with StandIn(world, now=now) as api:
        for command in ("collect", "build"):
            for period in (("--since", "2026-12-01"), ("--until", "2026-06-20")):
                done = product.run(command, *period, api=api, now=now, code=2)
                assert "no day to collect between --since and --until" in done.stderr


def test_commands_on_a_history_that_is_not_there_make_none(tmp_path):
    product = Product(tmp_path)
    for command in (["compact"], ["forget", "2026-06-10"]):
        assert "There is no history in the folder history yet" in product.run(*command, code=2).stderr
    assert list(tmp_path.iterdir()) == []


def test_months_can_be_compacted_by_a_command(world, tmp_path):
    product = Product(tmp_path)
    with StandIn(world) as api:
        for night in (at_night(date(2026, 7, 2)), at_night(date(2026, 8, 4))):
            api.now = night
            product.run("collect", api=api, now=night)
    done = product.run("compact", now=at_night(date(2026, 9, 10))).stdout
    assert done.startswith("1 month compacted")
    assert product.run("compact", now=at_night(date(2026, 9, 10))).stdout.startswith("0 months")


def asked_of(api):
    """(breakdown, filter or None) → how many requests for buckets of plays."""
    return Counter(
        (seen.path.rsplit("/", 1)[1], next((name for name in seen.query if name.startswith("filterBy")), None))
        for seen in api.requests
        if "/buckets/play/" in seen.path
    )


RAISED_AT = at_night(FIRST + timedelta(days=40))
RAISED_DAYS = between(FIRST + timedelta(days=27), FIRST + timedelta(days=32))
"""Of a closed month, in its one file, and of an open one."""
RAISED = ("collect", "--source", "data", "--since", RAISED_DAYS[0], "--until", RAISED_DAYS[-1], "--metric", "play")


def test_a_raised_detail_gives_the_same_history_as_collecting_at_that_detail_from_the_start(tmp_path):
    world, product = World.make(5, 2000, 5, 2, FIRST, FIRST + timedelta(days=39), countries=20), Product(tmp_path)
    with StandIn(world, now=RAISED_AT) as api:
        for number, detail in enumerate(("country", "media", "full")):
            api.clear_requests()
            product.run(*RAISED, "--detail", detail, "--history", "raised", api=api, now=RAISED_AT)
            assert asked_of(api)["country", None] == 6, "each day is collected again"
            if number == 1:
                world.arrive(world.assets[0].media_id, at_night(RAISED_DAYS[2]), count=3)
        product.run(*RAISED, "--detail", "full", "--history", "at-once", api=api, now=RAISED_AT)
    assert parquet_files(product, "raised") == parquet_files(product, "at-once")
    assert stored_totals(tmp_path / "raised") == truth(world, RAISED_DAYS)


@pytest.mark.parametrize("detail", ["media", "full"])
def test_an_interrupted_backfill_goes_on_where_it_stopped(world, tmp_path, monkeypatch, detail):
    now, since = at_night(FIRST + timedelta(days=40)), FIRST + timedelta(days=28)
    monkeypatch.setenv("APIVIDEO_GEO_DETAIL", detail)
    monkeypatch.setenv("APIVIDEO_GEO_SINCE", str(since))
    with StandIn(world) as api:
        with pytest.raises(CutOff):
            collect(api, tmp_path / "cut", now, monkeypatch, progress=CutAfter(5))
        done = set(stored_totals(tmp_path / "cut"))
        assert done == set(between(since, since + timedelta(days=4)))
        collect(api, tmp_path / "cut", now, monkeypatch)
        fetched = [seen.query for seen in api.requests if "/buckets/play/" in seen.path]
        days = {date.fromisoformat(query["from"][0][:10]) for query in fetched}
        assert days == set(between(since, now.date())) - done
        collect(api, tmp_path / "whole", now, monkeypatch)
    cut, whole = (load_history(tmp_path / name) for name in ("cut", "whole"))
    assert [path.read_bytes() for path in cut.files()] == [path.read_bytes() for path in whole.files()]


class CutOff(Exception):
    """The run ends here."""


class CutAfter(Progress):
    """The run is cut off once so many days are collected."""

    def __init__(self, days):
        self.days, self.left = days, 0

    def start(self, what, total=None):
        self.left = self.days if what == "Collecting days" else 0

    def advance(self, parts=1):
        self.left -= parts
        if self.left == 0:
            raise CutOff


def test_a_day_of_the_sandbox_that_was_interrupted_is_asked_again_and_whole(tmp_path):
    noon = at_night(FIRST) + timedelta(hours=8)
    world, product = World.make(5, 500, 5, 2, FIRST, FIRST, countries=20), Product(tmp_path)
    with StandIn(world, now=noon, retention_days=1) as api:
        api.fail_next("503", 1000, "/data/buckets/play/media-id")
        sandbox = ("collect", "--sandbox", "--detail", "media")
        product.run(*sandbox, api=api, now=noon, code=4, APIVIDEO_GEO_DEADLINE="0.05")
        assert not load_history(tmp_path / "history").entries
        api.failures = type(api.failures)()
        product.run(*sandbox, api=api, now=noon)
    assert load_history(tmp_path / "history").entries[FIRST].count == world.truth(upto=noon).total()


def test_a_day_can_be_forgotten_out_of_a_closed_month_too_and_an_unknown_one_changes_nothing(world, tmp_path):
    product, now = Product(tmp_path), at_night(date(2026, 7, 4))
    with StandIn(world, now=now) as api:
        product.run("collect", api=api, now=now)
    before = stored_totals(tmp_path / "history")
    product.run("forget", "2026-06-10", "2026-05-01", now=now, code=2)
    assert stored_totals(tmp_path / "history") == before
    done = product.run("forget", "2026-06-10", "2026-07-02", now=now).stdout
    assert "Removed from history: 2026-06-10, 2026-07-02." in done
    gone = {date(2026, 6, 10), date(2026, 7, 2)}
    assert stored_totals(tmp_path / "history") == {day: n for day, n in before.items() if day not in gone}
    product.run("render", now=now)
    assert gone <= {date.fromisoformat(day) for day in product.summary()["days"]["missing"]}
    assert "yesterday" in product.run("forget", "yesterday", now=now, code=2).stderr
    with StandIn(world, now=now) as api:  # the server still remembers both
        product.run("collect", "--until", "2026-06-30", api=api, now=now, APIVIDEO_GEO_LEAVE_OUT="2026-06-10")
        product.run(api=api, now=now, APIVIDEO_GEO_LEAVE_OUT="2026-06-10; 2026-06-20")
    assert stored_totals(tmp_path / "history").keys() == before.keys() - {date(2026, 6, 10)}
    assert product.summary()["days"]["missing"] == ["2026-06-10", "2026-06-20"]
