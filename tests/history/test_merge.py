"""Two histories that began as the same one, merged without git. What two runs push is in branch/test_branch.py."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from apivideo_geo.errors import DataRefused
from apivideo_geo.facts import facts_table
from apivideo_geo.history.day_lines import HOURS, HoursLine
from apivideo_geo.history.history import Fetched, load_history, open_history
from apivideo_geo.history.merge import WHOLE_FILES, mend_ledger, merge
from apivideo_geo.model import Asset, Facts

DAY, NOW = date(2026, 11, 10), datetime(2026, 11, 20, 4, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 11, tzinfo=UTC)
FIRST = date(2026, 11, 1)
TWO, THREE = DAY + timedelta(1), DAY + timedelta(2)


def save(folder, counts, *, now=NOW, metric="play", source="data", detail="country", devices=False, own_counts=None):
    """Store day → count as one run does, all plays from France."""
    rows = [(day, metric, "FRA", "total", "", count) for day, count in counts.items()]
    rows += [(day, metric, "FRA", "device", "phone", 1) for day in counts if devices]
    with open_history(folder) as history:
        history.of(metric).save(
            Facts(tuple(counts), facts_table(rows)),
            Fetched(metric, source, detail, now),
            own_counts=own_counts,
            accept_shrink=True,
        )


@pytest.fixture
def folders(tmp_path):
    """Folders of what both began with, of our history and of theirs."""
    return [tmp_path / name for name in ("base", "ours", "theirs")]


def merged(folders, now=NOW, **options):
    return merge(*(load_history(folder) for folder in folders), now, **options)


def counts(folder, metric="play"):
    return {day: entry.count for day, entry in load_history(folder).of(metric).entries.items()}


def test_what_either_side_collected_is_there_afterwards_and_what_came_from_ours_is_reported(folders):
    base, ours, theirs = folders
    for folder in folders:
        save(folder, {DAY: 5})
    save(ours, {TWO: 7}, devices=True)
    save(ours, {TWO: 2, DAY: 1}, metric="end")
    save(theirs, {THREE: 9})
    result = merged(folders)
    assert (counts(theirs), counts(theirs, "end")) == ({DAY: 5, TWO: 7, THREE: 9}, {DAY: 1, TWO: 2})
    assert (result.taken, result.dimensions) == ((DAY, TWO), {"total", "device"})
    result = merged([theirs, theirs, theirs])
    assert (result.taken, result.dimensions) == ((), frozenset())
    assert counts(base) == {DAY: 5}


@pytest.mark.parametrize("now", [NOW, NOW + timedelta(60)], ids=["a file a day", "a file a month"])
def test_a_day_that_one_side_corrected_has_the_correction_even_if_it_is_smaller(folders, now):
    _, ours, theirs = folders
    for folder in folders:
        save(folder, {DAY: 5, TWO: 5}, now=now)
    save(ours, {DAY: 3}, now=now)
    save(theirs, {TWO: 4}, now=now)
    assert merged(folders).taken == (DAY,)
    assert counts(theirs) == {DAY: 3, TWO: 4}


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ({"count": 9}, {"count": 4, "own_counts": {DAY: 4}}),
        ({"count": 4}, {"count": 5}),
        ({"count": 9, "own_counts": {DAY: 3}}, {"count": 4, "own_counts": {DAY: 6}}),
        ({"count": 5, "now": MIDNIGHT - timedelta(hours=1)}, {"count": 5, "now": MIDNIGHT + timedelta(hours=1)}),
        ({"count": 5, "devices": True}, {"count": 5, "detail": "full"}),
        ({"count": 5, "now": NOW + timedelta(1)}, {"count": 5, "devices": True}),
    ],
    ids=["adds up to the own count", "count", "count up to the own count", "complete", "detail", "rows"],
)
@pytest.mark.parametrize("ours_is_fuller", [True, False])
def test_of_a_day_that_both_collected_the_fuller_one_stays(folders, less, more, ours_is_fuller):
    _, ours, theirs = folders
    for folder, answer in ((ours, more), (theirs, less)) if ours_is_fuller else ((ours, less), (theirs, more)):
        save(folder, {DAY: answer["count"]}, **{name: value for name, value in answer.items() if name != "count"})
    fuller = load_history(ours if ours_is_fuller else theirs).entries[DAY]
    assert merged(folders).taken == ((DAY,) if ours_is_fuller else ())
    stored = load_history(theirs).entries[DAY]
    assert (stored.count, stored.open, stored.detail, stored.rows) == (
        fuller.count, fuller.open, fuller.detail, fuller.rows,
    )  # fmt: skip


def test_of_two_days_that_are_as_full_the_one_fetched_last_stays(folders):
    _, ours, theirs = folders
    for folder, source, now in ((ours, "data", NOW + timedelta(1)), (theirs, "sessions", NOW)):
        save(folder, {DAY: 5}, source=source, now=now)
    assert merged(folders).taken == (DAY,)
    entry = load_history(theirs).entries[DAY]
    assert (entry.source, entry.first, entry.last) == ("data", NOW, NOW + timedelta(1))


def test_a_day_that_is_not_over_stays_with_the_run_that_fetched_it(folders):
    _, ours, theirs = folders
    today = NOW.date()
    save(ours, {DAY: 5, today: 3, TWO: 6})
    save(theirs, {THREE: 1})
    assert merged(folders).taken == (DAY, TWO)
    assert today not in counts(theirs)
    save(ours, {FIRST: 3}, now=datetime(2026, 11, 1, 20, tzinfo=UTC))
    save(ours, {TWO: 8})
    assert merged(folders).taken == (TWO,), "also if later days are over"


def test_a_removed_day_is_removed_only_on_request_and_never_if_they_changed_it(folders):
    _, ours, theirs = folders
    for folder in folders:
        save(folder, {DAY: 5, TWO: 5, THREE: 5})
    save(theirs, {TWO: 8})
    with open_history(ours) as history:
        history.drop([DAY, TWO])
        history.save_ledger()
    merged(folders)
    assert counts(theirs) == {DAY: 5, TWO: 8, THREE: 5}
    merged(folders, remove=True)
    assert counts(theirs) == {TWO: 8, THREE: 5}


def test_a_removed_day_has_no_hours_any_more(folders):
    for folder in folders:
        save(folder, {DAY: 5, TWO: 5})
        HOURS.add(folder, [HoursLine(day=DAY, metric="play", counts=(5, *[0] * 23))])
    with open_history(folders[1]) as history:
        history.drop([DAY])
        history.save_ledger()
    HOURS.drop(folders[1], [DAY])
    merged(folders)
    assert list(HOURS.of(folders[2], "play")) == [DAY]
    merged(folders, remove=True)
    assert HOURS.load(folders[2]) == {}


def test_the_last_day_can_be_removed_too(folders):
    for folder in folders:
        save(folder, {DAY: 5})
    with open_history(folders[1]) as history:
        history.drop([DAY])
        history.save_ledger()
    merged(folders, remove=True)
    assert counts(folders[2]) == {}
    assert (folders[2] / "ledger.jsonl").read_bytes() == b""


def test_days_of_the_future_that_ours_set_aside_are_removed_without_a_request(folders):
    today = NOW.date()
    for folder in folders:
        save(folder, {DAY: 5, today: 4, today + timedelta(1): 6})
    with open_history(folders[1]) as history:
        history.drop([today, today + timedelta(1)])
        history.save_ledger()
    merged(folders)
    assert counts(folders[2]) == {DAY: 5, today: 4}


def test_the_ledger_says_when_either_side_fetched_an_equal_day_first_and_last(folders):
    base, ours, theirs = (load_history(folder) for folder in folders)
    for history, first, first_count, nights in ((ours, 3, 4, 1), (theirs, 1, 2, 2)):
        save(history.folder, {DAY: 5}, own_counts={DAY: 9})
        history.entries |= load_history(history.folder).entries
        times = {"first": NOW - timedelta(10 - first), "last": NOW + timedelta(first)}
        history.entries[DAY] = replace(history.entries[DAY], first_count=first_count, nights=nights, **times)
    merge(base, ours, theirs, NOW)
    line = load_history(folders[2]).entries[DAY]
    assert (line.first, line.last, line.first_count, line.nights) == (
        NOW - timedelta(9), NOW + timedelta(3), 2, 2,
    )  # fmt: skip


def test_a_ledger_that_was_rebuilt_takes_the_times_of_the_other_side(folders):
    for folder in folders:
        save(folder, {DAY: 5})
    (folders[2] / "ledger.jsonl").unlink()
    merged(folders)
    line = load_history(folders[2]).entries[DAY]
    assert (line.first, line.last, line.first_count) == (NOW, NOW, 5)


def test_times_that_both_sides_lost_stay_unknown_and_those_of_one_side_are_kept(folders):
    for folder in folders:
        save(folder, {DAY: 5})
    _, ours, theirs = folders
    for lost, expected in (([ours], NOW), ([ours, theirs], None)):
        for folder in lost:
            (folder / "ledger.jsonl").unlink(missing_ok=True)
        merged(folders)
        line = load_history(theirs).entries[DAY]
        assert (line.first, line.last, line.first_count) == (expected, expected, 5)


def test_a_day_with_the_same_count_in_another_country_has_changed(folders):
    for folder in folders:
        save(folder, {DAY: 5})
    table = facts_table([(DAY, "play", "DEU", "total", "", 5)])
    with open_history(folders[1]) as history:
        history.save(Facts((DAY,), table), Fetched("play", "data", "country", NOW))
    merged(folders)
    assert load_history(folders[2]).rows_of(DAY)["country"].to_pylist() == ["DEU"]


def test_how_much_a_day_had_at_first_is_that_of_the_side_that_fetched_it_first(folders):
    base, ours, theirs = (load_history(folder) for folder in folders)
    for history, first, first_count in ((ours, 3, 4), (theirs, 1, 2)):
        save(history.folder, {DAY: 5})
        history.entries |= load_history(history.folder).entries
        time = NOW - timedelta(10 - first)
        history.entries[DAY] = replace(history.entries[DAY], first=time, first_count=first_count)
    merge(base, ours, theirs, NOW)
    assert load_history(folders[2]).entries[DAY].first_count == 2
    merge(base, theirs, ours, NOW)
    assert load_history(folders[1]).entries[DAY].first_count == 2


def test_of_files_that_each_run_rewrites_ours_is_taken_if_we_changed_it(folders):
    base, ours, theirs = folders
    for folder, title, days in ((base, "Old", 30), (ours, "New", 30), (theirs, "Old", 90)):
        with open_history(folder) as history:
            history.save_assets([Asset("vi1", "video", title, True)])
            history.save_account(days, None)
    merged(folders)
    history = load_history(theirs)
    assert [asset.title for asset in history.load_assets()] == ["New"]
    assert history.load_account().remembers == 90
    for name in WHOLE_FILES:
        (ours / name).unlink()
    merged(folders)
    assert all((theirs / name).is_file() for name in WHOLE_FILES)


def test_demo_data_never_come_into_a_history_of_real_data(folders):
    _, ours, theirs = folders
    save(theirs, {DAY: 5})
    assert merged(folders).taken == (), "a history without days fits every other"
    save(ours, {TWO: 5}, source="demo")
    with pytest.raises(DataRefused, match="real data"):
        merged(folders)


def test_a_ledger_with_marks_of_a_conflict_keeps_the_lines_of_both_sides(tmp_path):
    assert mend_ledger(tmp_path / "ledger.jsonl") == 0
    save(tmp_path, {DAY: 5, TWO: 6})
    path = tmp_path / "ledger.jsonl"
    sound = path.read_text()
    assert (mend_ledger(path), path.read_text()) == (0, sound)
    one, two = sound.splitlines()
    later = one.replace("2026-11-20T04", "2026-11-21T05")
    path.write_text(f"<<<<<<< ours\n{one}\n=======\n{later}\n>>>>>>> theirs\n{two}\n")
    assert mend_ledger(path) == 3
    entries = load_history(tmp_path).entries
    assert {day: entry.count for day, entry in entries.items()} == {DAY: 5, TWO: 6}
    assert (entries[DAY].first, entries[DAY].last) == (NOW, NOW + timedelta(days=1, hours=1))
