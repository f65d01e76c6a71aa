import re
import shutil
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from apivideo_geo.errors import DataRefused, SourceFailed, UsageError
from apivideo_geo.facts import facts_table
from apivideo_geo.history import parquet, schema
from apivideo_geo.history.closed_months import load_months, save_months
from apivideo_geo.history.day_lines import HOURS, HoursLine
from apivideo_geo.history.history import Fetched, History, find_last_source, load_history, open_history, stored_day
from apivideo_geo.history.parquet import render_parquet
from apivideo_geo.history.schema import VERSION, StoredDay
from apivideo_geo.model import Account, Asset, ClosedMonth, Correction, Facts, Refused, Shrunk
from tests.killed import forking

NOW = datetime(2026, 11, 12, 4, 17, tzinfo=UTC)
FIRST = date(2026, 9, 28)
LAST = date(2026, 11, 12)
CURRENT = b'"schema":%d' % VERSION


def facts(days, count=3, metric="play", refused=()):
    days = tuple(days)
    rows = [(day, metric, code, "total", "", count + day.day) for day in days for code in ("FRA", "---")]
    return Facts(days, facts_table(rows), refused=tuple(refused))


def between(first, last):
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def save(folder, some, now=NOW, **options):
    with open_history(folder) as history:
        shrunk = history.save(some, Fetched("play", "data", "country", now), **options)
        history.compact(now)
    return shrunk


def content(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.parquet"))}


def total(folder):
    files = [str(path) for path in load_history(folder).files()]
    return duckdb.sql(f"select sum(count)::bigint from read_parquet({files})").fetchone()[0]


def expected(days, count=3):
    return sum(2 * (count + day.day) for day in days)


def test_open_months_are_a_file_a_day_and_closed_months_one_file(tmp_path):
    save(tmp_path, facts(between(FIRST, LAST)))
    names = list(content(tmp_path))
    assert names[-2:] == ["2026/2026-09.parquet", "2026/2026-10.parquet"]
    assert names[:2] == ["2026/11/2026-11-01.parquet", "2026/11/2026-11-02.parquet"]
    assert len(names) == 14
    assert total(tmp_path) == expected(between(FIRST, LAST))


def test_the_same_facts_give_the_same_bytes_in_whatever_order_and_portions_they_came(tmp_path):
    save(tmp_path / "at_once", facts(between(FIRST, LAST)))
    for day in reversed(between(FIRST, LAST)):
        save(tmp_path / "day_by_day", facts([day]))
    assert content(tmp_path / "at_once") == content(tmp_path / "day_by_day")


def test_a_month_is_compacted_by_itself_once_it_is_closed(tmp_path):
    days = between(date(2026, 10, 1), date(2026, 10, 31))
    for day in days:
        save(tmp_path, facts([day]), now=datetime(2026, 10, 31, 4, 0, tzinfo=UTC))
    assert len(content(tmp_path)) == 31
    save(tmp_path, facts(days), now=NOW)
    assert list(content(tmp_path)) == ["2026/2026-10.parquet"]
    assert total(tmp_path) == expected(days)


def test_compacting_counts_the_months_of_all_metrics_that_ended_two_days_ago(tmp_path):
    first, last, early = date(2026, 9, 30), date(2026, 10, 31), datetime(2026, 9, 30, tzinfo=UTC)
    with open_history(tmp_path) as history:
        for metric in ("play", "end"):
            one = history.of(metric)
            one.save(facts([first, last], metric=metric), Fetched(metric, "data", "country", early))
        closed = datetime(2026, 11, 3, tzinfo=UTC)
        assert history.compact(closed - timedelta(seconds=1)) == 2
        assert history.compact(closed) == 2
        assert history.compact(closed) == 0
    assert list(content(tmp_path)) == [
        "2026/2026-09.parquet", "2026/2026-10.parquet",
        "metrics/end/2026/2026-09.parquet", "metrics/end/2026/2026-10.parquet",
    ]  # fmt: skip
    both = load_history(tmp_path).all
    assert [(one.metric, sorted(one.entries)) for one in both] == [("play", [first, last]), ("end", [first, last])]


def test_a_day_of_a_compacted_month_can_still_come_in(tmp_path):
    days = between(date(2026, 10, 1), date(2026, 10, 31))
    save(tmp_path, facts([day for day in days if day.day != 15]))
    save(tmp_path, facts([date(2026, 10, 15)]))
    assert list(content(tmp_path)) == ["2026/2026-10.parquet"]
    assert total(tmp_path) == expected(days)
    assert sorted(load_history(tmp_path).entries) == days
    before_its_end = datetime(2026, 10, 30, tzinfo=UTC)
    save(tmp_path, facts(days[:1], count=9), now=before_its_end)
    assert list(content(tmp_path)) == ["2026/2026-10.parquet"]
    assert total(tmp_path) == expected(days[1:]) + expected(days[:1], 9), "although the clock is wrong now"


def test_a_day_collected_and_empty_is_stored_and_a_day_never_collected_is_not(tmp_path):
    empty = Facts((LAST - timedelta(days=3),), facts_table([]))
    save(tmp_path, empty)
    entries = load_history(tmp_path).entries
    assert list(entries) == [LAST - timedelta(days=3)]
    assert (entries[LAST - timedelta(days=3)].count, entries[LAST - timedelta(days=3)].open) == (0, False)
    save(tmp_path, facts(empty.days))
    assert total(tmp_path) == expected(empty.days), "it had plays after all"


def test_today_is_stored_as_open(tmp_path):
    save(tmp_path, facts([LAST]))
    assert load_history(tmp_path).entries[LAST].open
    midnight = datetime(2026, 11, 13, tzinfo=UTC)
    save(tmp_path, facts([LAST]), now=midnight)
    assert not load_history(tmp_path).entries[LAST].open


def test_a_later_answer_replaces_an_earlier_one_whole(tmp_path):
    save(tmp_path, facts([LAST], count=3))
    save(tmp_path, facts([LAST], count=4))
    assert total(tmp_path) == expected([LAST], 4)


@pytest.mark.parametrize("later", [facts([LAST], count=2), Facts((LAST,), facts_table([]))])
def test_a_shrunken_or_empty_answer_is_refused_unless_accepted(tmp_path, later):
    save(tmp_path, facts([LAST]))
    before = content(tmp_path)
    (shrunk,) = save(tmp_path, later)
    assert (shrunk.day, shrunk.stored, shrunk.complete) == (LAST, expected([LAST]), True)
    assert content(tmp_path) == before
    (left,) = save(tmp_path, later, now=NOW + timedelta(days=1))
    assert not left.complete, "the stored count of a day that is over now was only seen before its end"
    assert content(tmp_path) == before
    assert save(tmp_path, later, accept_shrink=True) == []
    assert content(tmp_path) != before


def test_how_far_a_day_moved_after_it_was_first_complete_is_stored(tmp_path):
    day = date(2026, 11, 11)
    save(tmp_path, facts([day], count=1), now=NOW - timedelta(days=1))
    save(tmp_path, facts([day], count=5), now=NOW)
    save(tmp_path, facts([day], count=7), now=NOW + timedelta(days=1))
    entry = load_history(tmp_path).entries[day]
    assert entry.count - entry.first_count == 4
    assert (entry.first, entry.last) == (NOW - timedelta(days=1), NOW + timedelta(days=1))


def test_rejected_rows_are_reported_by_day_and_reason(tmp_path):
    save(tmp_path, facts([LAST], refused=[Refused("no count", 2, LAST), Refused("no count", 1, date(2020, 1, 1))]))
    assert load_history(tmp_path).entries[LAST].refused == {"no count": 2}


def test_a_lost_ledger_is_rebuilt_from_the_files(tmp_path):
    save(tmp_path, facts(between(FIRST, LAST)), own_counts={FIRST: 62, LAST - timedelta(days=1): 40})
    before = load_history(tmp_path).entries
    (tmp_path / "ledger.jsonl").unlink()
    after = load_history(tmp_path).entries
    assert {day: stored_day(entry) for day, entry in after.items()} == {
        day: stored_day(entry) for day, entry in before.items()
    }
    assert [after[day].reported for day in (FIRST, FIRST + timedelta(days=1), LAST - timedelta(days=1))] == [
        62,
        None,
        40,
    ]
    assert all(entry.last is None for entry in after.values())


def test_a_damaged_ledger_is_named_with_advice(tmp_path):
    (tmp_path / "ledger.jsonl").write_text("<<<<<<< ours\n")
    with pytest.raises(DataRefused) as error:
        load_history(tmp_path)
    assert str(error.value) == (
        f"{tmp_path}/ledger.jsonl, line 1 is not a line of the ledger. Delete {tmp_path}/ledger.jsonl and run again; "
        "it is rebuilt from the Parquet files."
    )


def test_a_copy_among_the_files_of_the_history_is_named_once_and_not_counted(tmp_path, monkeypatch, caplog):
    for site in (tmp_path / "one", tmp_path / "two"):
        save(site / "history", facts([LAST]))
        (site / "history/2026-11-12.parquet").write_bytes(b"")
        monkeypatch.chdir(site)
        for _ in range(2):
            assert list(load_history(Path("history")).entries) == [LAST]
    assert caplog.messages == [
        "history/2026-11-12.parquet is not a file of the history, perhaps a copy, and is ignored. Move it elsewhere."
    ] * 2, "once for each of the two histories"  # fmt: skip


@pytest.mark.parametrize(("name", "counts"), [("impression", "end"), ("play", "play")])
def test_the_folder_of_a_metric_with_days_of_another_is_refused(tmp_path, name, counts):
    save(tmp_path, facts([LAST]))
    with open_history(tmp_path / "other") as other:
        other.save(facts([LAST], metric=counts), Fetched(counts, "data", "country", NOW))
    (tmp_path / "metrics").mkdir()
    (tmp_path / "other").rename(tmp_path / "metrics" / name)
    with pytest.raises(DataRefused) as error:
        load_history(tmp_path)
    assert str(error.value) == (
        f"{tmp_path}/metrics/{name} counts {counts}, which is not its name, or which the history already has; "
        "move the files that do not belong there out of the history folder and run again."
    )


def test_another_metric_has_a_folder_of_its_own_and_is_counted_apart(tmp_path):
    save(tmp_path, facts([LAST]))
    with open_history(tmp_path) as history:
        history.of("end").save(facts([LAST], 2, "end"), Fetched("end", "data", "country", NOW))
    assert (tmp_path / f"metrics/end/{LAST:%Y/%m}/{LAST}.parquet").is_file()
    history = load_history(tmp_path)
    assert (history.metric, list(history.others), history.of("end").folder) == (
        "play", ["end"], tmp_path / "metrics/end",
    )  # fmt: skip
    assert (history.entries[LAST].count, history.of("end").entries[LAST].count) == (30, 28)
    with pytest.raises(DataRefused, match="real data"):
        history.check_fits(demo=True)


def test_days_of_another_server_are_rejected_with_advice(tmp_path):
    save(tmp_path, facts([LAST]))
    with open_history(tmp_path) as history:
        history.check_fits(demo=False, server="ws.api.video")
        history.save_account(30, None, "ws.api.video")
    with pytest.raises(DataRefused) as error:
        load_history(tmp_path).check_fits(demo=False, server="sandbox.api.video")
    assert str(error.value) == (
        f"The history in {tmp_path} comes from ws.api.video, not sandbox.api.video; choose another folder with "
        f"--history, or delete {tmp_path}/account.json if both are the same account."
    )
    load_history(tmp_path).check_fits(demo=False, server="ws.api.video")
    load_history(tmp_path).check_fits(demo=False)


@pytest.mark.parametrize(("source", "kind"), [("demo", "demo data"), ("data", "real data")])
def test_demo_data_and_real_data_are_never_in_one_history(tmp_path, source, kind):
    with open_history(tmp_path) as history:
        history.save(facts([LAST]), Fetched("play", source, "country", NOW))
        history.check_fits(demo=source == "demo")
        with pytest.raises(DataRefused) as error:
            history.check_fits(demo=source != "demo")
    assert str(error.value) == f"The history in {tmp_path} contains {kind}; choose another folder with --history."


def test_a_damaged_account_file_is_a_warning_that_names_it(tmp_path, caplog):
    (tmp_path / "account.json").write_text("{")
    assert load_history(tmp_path).load_account() == Account()
    assert caplog.messages == [
        f"{tmp_path}/account.json is damaged. Delete it; the next run that collects from api.video writes a new one."
    ]


def dimension_facts(days=(LAST,), **counts):
    counts = {"total": 9, **counts}
    rows = [(day, "play", "FRA", name, "x" * (name != "total"), n) for day in days for name, n in counts.items()]
    return Facts(tuple(days), facts_table(rows))


def test_an_answer_that_lost_a_dimension_does_not_replace_a_fuller_one(tmp_path):
    def keep(some, source="data", **options):
        with open_history(tmp_path) as history:
            now = datetime(2026, 11, 20, tzinfo=UTC)
            return history.save(some, Fetched("play", source, "full", now), **options)

    for _ in range(2):  # the same again, without operating systems and others, has lost nothing
        assert keep(dimension_facts(media=9, device=8, city=1)) == []
    before = (tmp_path / f"2026/11/{LAST}.parquet").read_bytes()
    assert keep(dimension_facts(device=7, city=1)) == [Shrunk(LAST, 9, 0, True, "media")], "the first is enough"
    assert keep(dimension_facts(media=9, device=7, city=1)) == [Shrunk(LAST, 8, 7, True, "device")]
    assert keep(dimension_facts(media=9, device=8)) == [Shrunk(LAST, 1, 0, True, "city")]
    assert (tmp_path / f"2026/11/{LAST}.parquet").read_bytes() == before
    assert keep(dimension_facts(media=9, device=8), dimensions=("total", "media", "device")) == []
    assert keep(dimension_facts(media=2), source="files") == []  # another source has what it can
    assert keep(dimension_facts(), source="files", accept_shrink=True) == []
    days = between(date(2026, 11, 10), date(2026, 11, 11))
    assert keep(dimension_facts(days, media=9)) == []
    assert keep(dimension_facts(days, media=8)) == [Shrunk(day, 9, 8, True, "media") for day in days]


def test_a_line_of_the_ledger_that_a_crash_left_behind_its_file_keeps_when_the_day_was_first_seen(tmp_path):
    save(tmp_path, facts([LAST]))
    stale = (tmp_path / "ledger.jsonl").read_bytes()
    first = load_history(tmp_path).entries[LAST].first
    save(tmp_path, facts([LAST], count=8))
    (tmp_path / "ledger.jsonl").write_bytes(stale)
    entry = load_history(tmp_path).entries[LAST]
    assert (entry.count, entry.first, entry.last) == (expected([LAST], 8), first, None)


def test_a_second_run_at_the_same_time_is_an_error(tmp_path):
    with open_history(tmp_path), pytest.raises(DataRefused, match="Another run"), open_history(tmp_path):
        pass
    save(tmp_path, facts([LAST]))


def test_a_damaged_day_is_set_aside_and_asked_again(tmp_path, caplog):
    save(tmp_path, facts(between(date(2026, 11, 1), LAST)))
    cut, wrong = (tmp_path / f"2026/11/2026-11-{day}.parquet" for day in ("05", "07"))
    cut.write_bytes(cut.read_bytes()[:-40])
    with_about(wrong, b'"count":20', b'"count":21')  # the checksum is right, but the rows are others
    with open_history(tmp_path) as history:
        assert [day.day for day in history.entries] == [1, 2, 3, 4, 6, 8, 9, 10, 11, 12]
    assert caplog.messages == [
        f"{path} is damaged; it was renamed to {path.stem}.damaged, and its day will be fetched again."
        for path in (cut, wrong)
    ]


def test_a_damaged_month_and_a_file_of_a_newer_version_are_refused(tmp_path):
    save(tmp_path, facts(between(FIRST, LAST)))
    month = tmp_path / "2026/2026-10.parquet"
    whole = month.read_bytes()
    month.write_bytes(whole[:50])
    with pytest.raises(DataRefused, match=r"2026-10.parquet is damaged"), open_history(tmp_path):
        pass
    table = pq.read_table(tmp_path / "2026/2026-09.parquet")
    about = pq.read_metadata(tmp_path / "2026/2026-09.parquet").metadata[b"apivideo_geo"]
    with pq.ParquetWriter(month, table.schema) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({b"apivideo_geo": about.replace(CURRENT, b'"schema":99')})
    with pytest.raises(DataRefused, match=rf"{month} was written by a newer apivideo-geo"):
        load_history(tmp_path)


def test_where_a_file_is_not_for_this_version_no_other_is_touched(tmp_path):
    save(tmp_path, facts(between(FIRST, LAST)))
    with_about(tmp_path / "2026/2026-10.parquet", CURRENT, b'"schema":99')
    (tmp_path / "2026/11/2026-11-05.parquet").write_bytes(b"")
    (tmp_path / "ledger.jsonl").write_text('{"of": "that version"}')
    before = content(tmp_path)
    for use in (load_history, lambda folder: open_history(folder).__enter__()):
        with pytest.raises(DataRefused, match="newer apivideo-geo"):
            use(tmp_path)
    assert content(tmp_path) == before


def test_a_file_that_counts_something_else_than_the_others_is_refused(tmp_path):
    save(tmp_path, facts(between(date(2026, 11, 1), LAST)))
    with_about(tmp_path / "2026/11/2026-11-05.parquet", b'"play"', b'"view"')
    with pytest.raises(DataRefused) as error:
        load_history(tmp_path)
    assert str(error.value) == (
        f"{tmp_path}/2026/11/2026-11-05.parquet counts view, but older files of the history count play; "
        "move the files that do not belong there out of the history folder and run again."
    )


def test_a_day_under_another_days_name_is_refused_for_it_would_count_twice(tmp_path):
    save(tmp_path, facts(between(date(2026, 11, 1), LAST)))
    shutil.copy(tmp_path / "2026/11/2026-11-06.parquet", tmp_path / "2026/11/2026-11-05.parquet")
    with pytest.raises(DataRefused, match=r"2026-11-05.parquet is not a file of the history"):
        load_history(tmp_path)


def test_a_file_that_lacks_a_column_is_refused(tmp_path):
    save(tmp_path, facts([LAST]))
    path = tmp_path / "2026/11/2026-11-12.parquet"
    about = pq.read_metadata(path).metadata[b"apivideo_geo"]
    path.write_bytes(render_parquet(pq.read_table(path).drop_columns(["country"]), {b"apivideo_geo": about}))
    with pytest.raises(DataRefused, match=r"2026-11-12.parquet is not a file of the history"):
        load_history(tmp_path)


def with_about(path, old, new):
    """Rewrite ``path`` with other metadata, and the checksum that fits."""
    about = pq.read_metadata(path).metadata[b"apivideo_geo"]
    assert old in about
    path.write_bytes(render_parquet(pq.read_table(path), {b"apivideo_geo": about.replace(old, new)}))


def test_days_put_back_beside_a_compacted_month_come_into_it(tmp_path):
    days = between(date(2026, 10, 1), date(2026, 10, 31))
    save(tmp_path / "whole", facts(days))
    save(tmp_path / "copy", facts([days[3]], count=9), now=datetime(2026, 10, 31, 4, 0, tzinfo=UTC))
    save(tmp_path / "copy", facts([days[4]]), now=datetime(2026, 10, 31, 4, 0, tzinfo=UTC))
    save(tmp_path / "half", facts([day for day in days if day != days[4]]))
    shutil.copytree(tmp_path / "copy/2026/10", tmp_path / "half/2026/10")
    with open_history(tmp_path / "half") as history:
        assert history.compact(NOW) == 0
    assert content(tmp_path / "half") == content(tmp_path / "whole")


def test_a_reader_loses_no_day_while_a_run_compacts(tmp_path, monkeypatch):
    days = between(date(2026, 10, 1), date(2026, 10, 31))
    save(tmp_path, facts(days), now=datetime(2026, 10, 31, 4, 0, tzinfo=UTC))
    listing = Path.glob

    def list_and_compact(folder, pattern):
        found = list(listing(folder, pattern))
        monkeypatch.setattr(Path, "glob", listing)
        with open_history(tmp_path) as history:
            history.compact(NOW)
        return iter(found)

    monkeypatch.setattr(Path, "glob", list_and_compact)
    assert History(tmp_path, {}).files() == [tmp_path / "2026/2026-10.parquet"]


def test_a_foreign_file_in_place_of_the_assets_is_refused(tmp_path):
    save(tmp_path, facts([LAST]))
    shutil.copy(tmp_path / "2026/11/2026-11-12.parquet", tmp_path / "assets.parquet")
    with pytest.raises(DataRefused, match=r"assets.parquet is not a file of the history"):
        load_history(tmp_path).load_assets()


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("a file")
    for use in (load_history, find_last_source, lambda folder: open_history(folder).__enter__()):
        for folder in (tmp_path / "file", tmp_path / "file/history"):
            with pytest.raises(UsageError, match="file is a file; name a folder for the history with --history"):
                use(folder)


def test_a_history_without_account_metadata_has_an_empty_account(tmp_path):
    assert load_history(tmp_path).read_account() == Account()


def test_breakdowns_above_their_total_are_found_in_each_metric_of_a_history(tmp_path):
    day = date(2026, 11, 12)
    for metric in ("play", "impression"):
        rows = [(day, metric, "FRA", "total", "", 3), (day, metric, "FRA", "device", "phone", 4)]
        with open_history(tmp_path) as history:
            history.of(metric).save(
                Facts((day,), facts_table(rows)), Fetched(metric, "counts", "full", NOW), dimensions=("device",)
            )
    found = load_history(tmp_path).find_overfull()
    assert [(one.metric, one.parts, one.total) for one in found] == [("play", 4, 3), ("impression", 4, 3)]


def test_only_public_assets_are_kept(tmp_path):
    public = Asset("vi1", "video", "Open day", True, ("a", "b"), "2026-01-01T00:00:00Z")
    with open_history(tmp_path) as history:
        history.save_assets([Asset("vi2", "video", "Secret plan", False), public])
    assert load_history(tmp_path).load_assets() == (public,)
    assert b"Secret" not in (tmp_path / "assets.parquet").read_bytes()


def test_an_asset_that_is_not_public_any_more_leaves_every_file_and_its_plays_stay(tmp_path):
    one, two, none = date(2026, 10, 5), date(2026, 11, 10), date(2026, 11, 11)
    counts = (("total", "", 9), ("media", "viA", 4), ("media", "viB", 2), ("media", "unlisted", 3))
    rows = [(day, "play", "FRA", *rest) for day in (one, two) for rest in counts]
    assets = [Asset("viA", "video", "A", True), Asset("viB", "video", "B", False)]
    save(tmp_path, Facts((one, two, none), facts_table(rows)))
    with open_history(tmp_path) as history:
        assert history.forget_unlisted() == ()
        history.save_assets(assets, unlisted=True)
        assert history.forget_unlisted() == (assets[1],)
        assert history.load_assets() == (assets[0],)
    history = load_history(tmp_path)
    for day in (one, two):
        assert [tuple(row.values())[3:] for row in history.rows_of(day).to_pylist()] == [
            ("media", "unlisted", 5), ("media", "viA", 4), ("total", "", 9),
        ]  # fmt: skip
    assert {day: (line.rows, line.count) for day, line in history.entries.items()} == {
        one: (3, 9), two: (3, 9), none: (0, 0),
    }  # fmt: skip
    assert all(line.last for line in history.entries.values()), "the ledger was not rebuilt from the files"
    assert b"viB" not in b"".join(content(tmp_path).values())


def test_assets_of_a_file_from_before_there_were_others_are_public(tmp_path):
    asset = Asset("vi1", "video", "Open day", True, ("a", "b"), "2026-01-01T00:00:00Z")
    with open_history(tmp_path) as history:
        history.save_assets([asset])
    older = {schema.METADATA_KEY: b'{"schema":1}'}
    table = pq.read_table(tmp_path / "assets.parquet").replace_schema_metadata(older)
    pq.write_table(table.drop_columns(["public", "lifetime"]), tmp_path / "assets.parquet")
    assert load_history(tmp_path).load_assets() == (asset,)
    pq.write_table(table.drop_columns(["tags"]), tmp_path / "assets.parquet")
    with pytest.raises(DataRefused, match=r"assets\.parquet is not a file of the history"):
        load_history(tmp_path).load_assets()


def test_the_files_read_as_they_are_in_pandas_and_duckdb(tmp_path):
    save(tmp_path, facts(between(FIRST, LAST)))
    frame = pd.concat(pd.read_parquet(path) for path in load_history(tmp_path).files())
    assert list(frame.columns) == ["day", "metric", "country", "dimension", "value", "count"]
    assert frame["count"].sum() == total(tmp_path)


def save_each_day(folder):
    for day in between(FIRST, LAST):
        save(Path(folder), facts([day]))


@pytest.mark.slow
def test_a_run_killed_at_any_moment_leaves_a_history_that_the_next_run_completes_to_the_same_bytes(tmp_path):
    undisturbed, attempts, killed = tmp_path / "undisturbed", 12, 0
    with forking("tests.history.test_history", "save_each_day") as killer:
        began = time.monotonic()
        assert killer.run_for(60, str(undisturbed))
        whole = time.monotonic() - began
        for attempt in range(attempts):
            folder = tmp_path / f"killed{attempt}"
            killed += not killer.run_for(whole / 4 * (attempt + 0.5) / attempts, str(folder))
            stored = load_history(folder).entries
            assert all(entry.count == expected([day]) for day, entry in stored.items())
            save(folder, facts([day for day in between(FIRST, LAST) if day not in stored]))
            assert content(folder) == content(undisturbed)
    assert killed > attempts / 2


def test_files_of_an_older_version_are_brought_up_by_the_next_run_that_writes(tmp_path, monkeypatch):
    save(tmp_path, facts(between(date(2026, 10, 30), LAST)))
    stored = load_history(tmp_path).entries
    monkeypatch.setattr(schema, "VERSION", VERSION + 1)
    monkeypatch.setattr(parquet, "VERSION", VERSION + 1)
    monkeypatch.setattr(schema, "MIGRATIONS", {VERSION: _double})
    with pytest.raises(DataRefused, match="older apivideo-geo; run collect once"):
        load_history(tmp_path).check_current()
    with open_history(tmp_path) as history:
        history.check_current()
        assert history.entries == stored
        assert not list(tmp_path.rglob("*.damaged"))
        counts = [count for path in history.files() for count in pq.read_table(path)["count"].to_pylist()]
    assert sum(counts) == 2 * sum(entry.count for entry in stored.values())


def _double(table):
    return table.set_column(table.schema.get_field_index("count"), "count", pc.multiply(table["count"], 2))


def test_a_file_of_every_version_so_far_is_still_read(tmp_path):
    examples = sorted((Path(__file__).parent / "examples").glob("version-*.parquet"))
    assert [path.stem for path in examples] == [f"version-{number}" for number in range(1, VERSION + 1)]
    for example in examples:
        folder = tmp_path / example.stem
        (folder / "2026").mkdir(parents=True)
        (folder / "2026/2026-09.parquet").write_bytes(example.read_bytes())
        days = between(date(2026, 9, 1), date(2026, 9, 30))
        assert {day: entry.count for day, entry in load_history(folder).entries.items()} == {
            day: expected([day]) for day in days
        }
        save(folder, facts([days[0]], count=4))
        assert total(folder) == expected(days[1:]) + expected(days[:1], 4)


def names_of(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_days_in_the_future_are_set_aside_readable_and_the_others_stay(tmp_path):
    save(tmp_path, facts(between(date(2026, 11, 10), date(2026, 11, 14))), now=datetime(2026, 11, 16, tzinfo=UTC))
    with open_history(tmp_path) as history:
        history.of("impression").save(
            facts([date(2026, 11, 14)], metric="impression"),
            Fetched("impression", "data", "country", datetime(2026, 11, 16, tzinfo=UTC)),
        )
        aside = history.set_aside_future(NOW)
    assert [str(path.relative_to(tmp_path)) for path in aside] == [
        "2026/11/2026-11-13.future", "2026/11/2026-11-14.future", "metrics/impression/2026/11/2026-11-14.future",
    ]  # fmt: skip
    assert [day.day for day in load_history(tmp_path).entries] == [10, 11, 12]
    assert not load_history(tmp_path).others["impression"].entries
    assert sum(pq.read_table(aside[0])["count"].to_pylist()) == expected([date(2026, 11, 13)])
    metric, days, _ = parquet.read_metadata(aside[0])
    assert (metric, [(str(day), one.count) for day, one in days.items()]) == ("play", [("2026-11-13", 32)])
    with open_history(tmp_path) as history:
        assert history.set_aside_future(NOW) == []


def test_future_days_of_a_month_file_are_set_aside_together(tmp_path, caplog):
    later = datetime(2026, 12, 20, tzinfo=UTC)
    save(tmp_path, facts(between(date(2026, 11, 10), date(2026, 11, 14))), now=later)
    with open_history(tmp_path) as history:
        [aside] = history.set_aside_future(NOW)
    assert names_of(tmp_path) == [".lock", "2026/2026-11.future", "2026/2026-11.parquet", "ledger.jsonl"]
    assert set(pq.read_table(aside)["day"].to_pylist()) == {date(2026, 11, 13), date(2026, 11, 14)}
    assert total(tmp_path) == expected(between(date(2026, 11, 10), date(2026, 11, 12)))
    assert caplog.messages[-1] == (
        f"Set aside from {tmp_path}, because they are in the future: 2 days (2026-11-13 to 2026-11-14)."
    )


def test_days_after_the_year_2199_are_set_aside_and_named(tmp_path, caplog):
    save(tmp_path, facts(between(date(2026, 11, 10), date(2026, 11, 12))))
    before = load_history(tmp_path).entries
    ledger = tmp_path / "ledger.jsonl"
    for name in ("9999/9999-05.parquet", "9999/06/9999-06-01.parquet", "metrics/impression/9999/9999-05.parquet"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(tmp_path / "2026/11/2026-11-10.parquet", tmp_path / name)
    line = ledger.read_bytes().splitlines(keepends=True)[0]
    ledger.write_bytes(ledger.read_bytes() + line.replace(b"2026-11-10", b"9999-05-18", 1))
    assert find_last_source(tmp_path) == "data"
    with pytest.raises(DataRefused, match=r"9999-05.parquet is of days after 2199-12-31.* Run collect or compact"):
        load_history(tmp_path)
    with open_history(tmp_path) as history:
        assert history.entries == before
    assert f"{tmp_path} had 2 files of days after 2199-12-31" in caplog.text
    assert [name for name in names_of(tmp_path) if name.endswith(".future")] == [
        "9999/06/9999-06-01.future", "9999/9999-05.future", "metrics/impression/9999/9999-05.future",
    ]  # fmt: skip
    assert load_history(tmp_path).entries == before


def test_hours_and_closed_months_of_a_wrong_clock_go_with_the_days_in_the_future(tmp_path):
    save(tmp_path, facts([date(2026, 11, 10)]))
    HOURS.add(tmp_path, [HoursLine(day=day, metric="play", counts=(0,) * 24) for day in (NOW.date(), date(2035, 6, 1))])
    good = ClosedMonth(date(2026, 10, 1), "play", date(2026, 11, 3), (1,) * 31, (1,) * 31, {"FRA": 31})
    wrong = replace(good, corrections=(Correction(date(2035, 6, 1), {"FRA": 30}),))
    early = ClosedMonth(date(2026, 11, 1), "play", date(2035, 6, 1), (None,) * 30, (0,) * 30, {})
    save_months(tmp_path, [wrong, early])
    with open_history(tmp_path) as history:
        history.set_aside_future(NOW)
    assert load_months(tmp_path) == (good,)
    assert [day for day, _ in HOURS.load(tmp_path)] == [NOW.date()]


def test_changed_days_are_those_that_are_not_stored_complete_from_this_source_with_the_same_rows(tmp_path):
    one, two, three, today = (date(2026, 11, day) for day in (9, 10, 11, 12))
    save(tmp_path, facts([one, two, today]))
    history = load_history(tmp_path)
    assert history.changed_days(facts([one, two, three, today]), "data") == (three, today)
    assert history.changed_days(facts([one, two]), "data") == ()
    assert history.changed_days(facts([one], count=4), "data") == (one,)
    assert history.changed_days(facts([one]), "sessions") == (one,)
    empty = Facts((two, three), facts_table([]))
    assert history.changed_days(empty, "data") == (two, three), "a day without rows is not one that was never stored"
    save(tmp_path, Facts((three,), facts_table([])))
    assert load_history(tmp_path).changed_days(empty, "data") == (two,)


def test_days_of_files_are_replaced_if_a_count_is_missing_now_or_lower(tmp_path):
    def some(counts, days=()):
        rows = [(day, "play", country, *rest) for day, by in counts.items() for country, *rest in by]
        return Facts(tuple({**counts, **dict.fromkeys(days)}), facts_table(rows))

    total, phones, city = ("FRA", "total", "", 5), ("FRA", "device", "phone", 3), ("FRA", "city", "Paris", 2)
    tv = ("FRA", "device", "tv", 1)
    same, more, lower = between(date(2026, 10, 9), date(2026, 10, 11))
    fewer, lost, empty, other, gone, new = between(date(2026, 11, 3), date(2026, 11, 8))
    with open_history(tmp_path) as history:
        stored = some(dict.fromkeys((gone, empty, lost, fewer, lower, more, same), (total, phones, tv, city)))
        history.save(stored, Fetched("play", "files", "full", NOW))
        history.save(some({other: (total, phones)}), Fetched("play", "data", "full", NOW))
    now = some({
        new: (total,),
        lost: (total, phones, ("DEU", "device", "tv", 9)),
        fewer: (total, ("FRA", "device", "phone", 2), tv),
        lower: (("FRA", "total", "", 4), phones, tv),
        more: (("FRA", "total", "", 6), phones, tv, ("DEU", "total", "", 1)),
        same: (total, phones, tv),
    }, days=(empty, other))  # fmt: skip
    history = load_history(tmp_path)
    assert history.replaced_days(now, "files") == {lower, fewer, lost, empty}, "of cities there are no counts now"
    assert history.replaced_days(now, "data") == {other}
    assert history.replaced_days(some({new: (total,)}), "files") == set()


def test_the_own_count_is_needed_first_where_a_complete_day_would_change_what_is_stored(tmp_path):
    one, two, today = (date(2026, 11, day) for day in (10, 11, 12))
    with open_history(tmp_path) as history:
        history.save(facts([one, two]), Fetched("play", "data", "country", NOW), own_counts={one: 26, two: 28})
        assert history.days_to_count_first(facts([one, two]), NOW) == {}
        assert history.days_to_count_first(facts([one, two, today], count=4), NOW) == {one: 28, two: 30}
        assert history.days_to_count_first(Facts((one,), facts_table([])), NOW) == {one: 0}
        assert history.days_to_count_first(facts([two], count=4), datetime(2026, 11, 12, tzinfo=UTC)) == {two: 30}
        assert history.days_to_count_first(facts([date(2026, 11, 1)]), NOW) == {}
        nothing = Facts((today,), facts_table([]))
        later = datetime(2026, 11, 13, tzinfo=UTC)
        history.save(nothing, Fetched("play", "data", "country", later), own_counts={today: 0})
        assert history.days_to_count_first(nothing, later) == {}


def test_own_counts_that_come_later_decide_about_doubt_in_ledger_and_file(tmp_path):
    one, two, three = between(date(2026, 10, 10), date(2026, 10, 12))
    save(tmp_path, facts([one, two, three]), own_counts={})
    with open_history(tmp_path) as history:
        assert [day.doubt for day in history.doubtful_days()] == ["uncompared"] * 3
        history.note_own_counts({one: 26, two: 29}, NOW)
    history = load_history(tmp_path)
    assert [(day.day, day.stored, day.reported, day.doubt) for day in history.doubtful_days()] == [
        (two, 28, 29, "differs"), (three, 30, None, "uncompared"),
    ]  # fmt: skip
    assert parquet.read_metadata(history.file_of(two)).days[two].doubt == "differs"
    history.check_counts({one: 26, two: 29})
    with pytest.raises(DataRefused, match=r"2026-10\.parquet"):
        history.check_counts({one: 27})


def test_of_a_further_metric_a_day_with_a_count_that_was_not_compared_is_not_in_doubt(tmp_path):
    one, two = date(2026, 11, 10), date(2026, 11, 11)
    save(tmp_path, facts([one]), own_counts={one: 26})
    with open_history(tmp_path) as history:
        further = history.of("impression")
        some = facts([one], metric="impression")
        further.save(Facts((one, two), some.table), Fetched("impression", "data", "country", NOW), own_counts={})
        for same in (further, load_history(tmp_path).of("impression")):
            assert [day.day for day in same.doubtful_days()] == [two], "one without rows is"
        further.note_own_counts({one: 30}, NOW)
        assert [day.day for day in further.doubtful_days()] == [one, two], "as is one that was compared and differs"


def test_an_answer_in_doubt_does_not_replace_a_day_that_adds_up(tmp_path):
    day = date(2026, 11, 10)
    save(tmp_path, facts([day]), own_counts={day: 26})
    rejected = save(tmp_path, facts([day], count=9), own_counts={day: 40})
    assert rejected == [Shrunk(day, 26, 38, complete=True, doubt="differs")]
    assert total(tmp_path) == 26


def test_a_day_that_added_up_stays_so_while_the_own_count_is_not_known_and_the_answer_is_the_same(tmp_path):
    day = date(2026, 11, 10)
    for own_counts in ({day: 26}, {}):
        assert save(tmp_path, facts([day]), own_counts=own_counts) == []
        assert stored_day(load_history(tmp_path).entries[day]) == StoredDay("data", "country", False, 26, 2, 26)
    assert save(tmp_path, facts([day]), own_counts={day: 30}) == [Shrunk(day, 26, 26, True, doubt="differs")]
    assert save(tmp_path, facts([day], count=4), own_counts={}) == [Shrunk(day, 26, 28, True, doubt="uncompared")]


def test_a_day_with_many_rejected_rows_is_in_doubt_although_nothing_else_counts_it(tmp_path):
    one, two = days = between(date(2026, 11, 10), date(2026, 11, 11))
    save(tmp_path, replace(facts(days), doubtful=frozenset([one]), reported={one: 40, two: 28}))
    assert [(day.day, day.stored, day.reported, day.doubt) for day in load_history(tmp_path).doubtful_days()] == [
        (one, 26, 40, "refused")
    ]


def test_the_same_two_counts_in_three_nights_running_settle_a_day_and_a_fuller_answer_begins_again(tmp_path):
    day = date(2026, 11, 10)
    found = []
    for night, count in enumerate((3, 3, 4, 4, 4)):
        save(tmp_path, facts([day], count), now=NOW + timedelta(days=night), own_counts={day: 40})
        line = load_history(tmp_path).entries[day]
        found.append((line.count, line.nights, line.doubt))
    assert found == [
        (26, 1, "differs"), (26, 2, "differs"), (28, 1, "differs"), (28, 2, "differs"), (28, 3, "settled"),
    ]  # fmt: skip


def test_of_a_smaller_answer_in_doubt_only_the_counts_are_stored_and_its_nights(tmp_path):
    nights = [NOW + timedelta(days=night) for night in range(4)]
    rejected = [Refused("no count", 2, LAST)]
    save(tmp_path, facts([LAST]), now=nights[0], own_counts={LAST: 40})
    first = load_history(tmp_path).entries[LAST]
    assert (first.open, first.count, first.reported) == (True, 30, 40)
    found = []
    for now, own_counts, confirmed in (
        (nights[1], {LAST: 41}, True),
        (nights[2], {LAST: 41}, True),
        (nights[3], {}, False),
    ):
        some = facts([LAST], 1 if own_counts else 0, refused=rejected)
        assert save(tmp_path, some, now=now, own_counts=own_counts, confirmed=confirmed) == []
        found.append(load_history(tmp_path).entries[LAST])
    one = replace(first, open=False, reported=41, doubt="differs", answer=26, last=nights[1], nights=1,
                  refused={"no count": 2})  # fmt: skip
    two = replace(one, last=nights[2], nights=2)
    assert found == [one, two, replace(two, doubt="uncompared", answer=24, last=None, nights=0)]
    assert total(tmp_path) == 30


def test_a_history_whose_days_are_all_empty_and_in_doubt_shows_nothing(tmp_path):
    load_history(tmp_path).check_shown()
    days = between(date(2026, 11, 10), date(2026, 11, 11))
    save(tmp_path, Facts(tuple(days), facts_table([])), own_counts=dict.fromkeys(days, 3))
    with pytest.raises(SourceFailed) as error:
        load_history(tmp_path).check_shown()
    assert str(error.value) == (
        f"The API's answers for none of the days in {tmp_path} add up to its own count, so there is nothing to show "
        "yet: run it again later."
    )
    save(tmp_path, facts(days[:1]), own_counts={days[0]: 26})
    load_history(tmp_path).check_shown()


def test_the_source_of_the_newest_day_is_found_although_a_file_is_damaged(tmp_path):
    assert find_last_source(tmp_path) is None
    save(tmp_path, facts([date(2026, 10, 31)]))
    with open_history(tmp_path) as history:
        history.save(facts([date(2026, 11, 10)]), Fetched("play", "sessions", "country", NOW))
        history.save(facts([date(2026, 11, 11)]), Fetched("play", "data", "country", NOW))
    assert find_last_source(tmp_path) == "data"
    (tmp_path / "2026/11/2026-11-11.parquet").write_bytes(b"")
    assert find_last_source(tmp_path) == "sessions"
    with pytest.raises(UsageError, match="is a file"):
        find_last_source(tmp_path / "ledger.jsonl")


def test_a_day_is_partial_if_it_was_collected_before_its_end_and_later_ones_exist(tmp_path):
    save(tmp_path, facts([date(2026, 11, 12)]))
    assert load_history(tmp_path).partial_days() == set()
    save(tmp_path, facts([date(2026, 11, 13)]), now=datetime(2026, 11, 14, tzinfo=UTC))
    assert load_history(tmp_path).partial_days() == {date(2026, 11, 12)}


def test_a_day_that_is_to_be_asked_again_is_confirmed_with_the_time(tmp_path):
    one, two, other = days = between(date(2026, 11, 9), date(2026, 11, 11))
    save(tmp_path, facts([other]))
    save(tmp_path, facts([one, two]), confirmed=False)
    later = NOW + timedelta(hours=3)
    with open_history(tmp_path) as history:
        assert {day: line.last for day, line in load_history(tmp_path).entries.items()} == {
            one: None, two: None, other: NOW,
        }  # fmt: skip
        history.confirm([one], later)
    assert {day: line.last for day, line in load_history(tmp_path).entries.items()} == {
        one: later, two: None, other: NOW,
    }  # fmt: skip
    assert total(tmp_path) == expected(days)


@pytest.mark.parametrize("name", ["2026/11/2026-11-10.parquet", "assets.parquet", "hours.jsonl", "peaks.jsonl"])
def test_a_damaged_file_of_any_kind_is_named_before_a_site_is_made(tmp_path, name):
    save(tmp_path, facts([date(2026, 11, 10)]))
    with open_history(tmp_path) as history:
        history.save_assets([Asset("vi1", "video", "A film", True)])
    (tmp_path / "hours.jsonl").touch()
    (tmp_path / "peaks.jsonl").touch()
    history = load_history(tmp_path)
    history.check_readable()
    path = tmp_path / name
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(DataRefused, match=re.escape(name)):
        history.check_readable()


def test_damaged_files_are_found_among_sound_ones(tmp_path):
    save(tmp_path, facts(between(date(2026, 11, 9), date(2026, 11, 11))))
    files = load_history(tmp_path).files()
    content = files[1].read_bytes()
    copy = tmp_path / "2026/11/2026-11-01.parquet"
    shutil.copy(files[0], copy)
    files[1].write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])
    assert parquet.find_damaged([copy, *files]) == [files[1]], "a copy has the days of another file, but no damage"


def test_a_file_of_a_newer_version_is_named(tmp_path):
    save(tmp_path, facts(between(FIRST, LAST)))
    path = tmp_path / "2026/2026-10.parquet"
    with_about(path, CURRENT, b'"schema":99')
    with pytest.raises(DataRefused, match=rf"{path} was written by a newer"):
        parquet.find_outdated([path])
