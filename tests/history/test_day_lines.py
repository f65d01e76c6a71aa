"""The files with one line a day: what is believed, what replaces what, what leaves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from apivideo_geo.errors import DataRefused
from apivideo_geo.history.day_lines import HOURS, PEAKS, HoursLine, PeaksLine, hide_unlisted_peaks

DAY, NEXT = date(2026, 10, 1), date(2026, 10, 2)
NIGHTS = [date(2026, 10, 3) + timedelta(night) for night in range(4)]


def hours(count=1, day=DAY, metric="play", nights=(), **more):
    """A line that adds up to ``count``."""
    return HoursLine(day=day, metric=metric, counts=(count, *[0] * 23), nights=tuple(nights), **more)


def shown(folder, counts=None, metric="play"):
    """Day → the count of its first hour, of those that may be shown."""
    return {day: line.counts[0] for day, line in HOURS.believed(folder, metric, counts or {}).items()}


def test_lines_are_sorted_by_day_and_metric_and_a_new_one_replaces_that_of_its_day_and_metric_only(tmp_path):
    HOURS.add(tmp_path, [hours(2, NEXT), hours(1), hours(7, metric="impression")])
    HOURS.add(tmp_path, [hours(3, NEXT)])
    lines = [(str(line.day), line.metric, line.counts[0]) for line in HOURS.load(tmp_path).values()]
    assert lines == [("2026-10-01", "impression", 7), ("2026-10-01", "play", 1), ("2026-10-02", "play", 3)]
    text = (tmp_path / "hours.jsonl").read_text().splitlines()
    assert not any("nights" in line for line in text), "only a line in doubt has them"
    assert all(
        line.startswith(f'{{"day":"{day}","metric":"{name}"') for line, (day, name, _) in zip(text, lines, strict=True)
    )


def test_adding_nothing_makes_no_file(tmp_path):
    HOURS.add(tmp_path, [])
    assert HOURS.weigh(tmp_path, [], NEXT) == []
    HOURS.drop(tmp_path, [DAY])
    assert list(tmp_path.iterdir()) == []


def test_a_checksum_that_is_not_that_of_its_line_is_refused_with_what_to_do(tmp_path):
    HOURS.add(tmp_path, [hours(1), hours(2, NEXT)])
    path = tmp_path / "hours.jsonl"
    path.write_bytes(path.read_bytes().replace(b"[2,", b"[3,"))
    with pytest.raises(DataRefused) as error:
        HOURS.load(tmp_path)
    assert str(error.value) == (
        f"{path} is damaged in line 2. Restore the file from a backup or an earlier commit of the history's branch; "
        "or delete the line, and its day is collected again while the API has it."
    )


def test_a_day_that_is_in_two_lines_is_refused(tmp_path):
    HOURS.add(tmp_path, [hours(1)])
    path = tmp_path / "hours.jsonl"
    path.write_bytes(path.read_bytes() * 2)
    with pytest.raises(DataRefused, match="damaged in line 2"):
        HOURS.load(tmp_path)


def test_an_answer_that_contradicts_the_count_is_shown_after_the_same_three_nights(tmp_path):
    for night, doubtful in zip(NIGHTS, ([DAY], [DAY], [], []), strict=True):
        assert HOURS.weigh(tmp_path, [(hours(5), False)], night) == doubtful
        assert shown(tmp_path) == ({} if doubtful else {DAY: 5})


def test_the_same_night_counts_once_and_another_answer_begins_again(tmp_path):
    for _ in range(3):
        HOURS.weigh(tmp_path, [(hours(5), False)], NIGHTS[0])
    HOURS.weigh(tmp_path, [(hours(5), False)], NIGHTS[1])
    assert HOURS.of(tmp_path, "play")[DAY].nights == (NIGHTS[0], NIGHTS[1])
    HOURS.weigh(tmp_path, [(hours(6), False)], NIGHTS[2])
    assert HOURS.of(tmp_path, "play")[DAY] == hours(6, nights=[NIGHTS[2]])


def test_an_answer_that_agrees_is_shown_at_once_and_none_in_doubt_replaces_it(tmp_path):
    HOURS.weigh(tmp_path, [(hours(5), False), (hours(2, NEXT), True)], NIGHTS[0])
    assert HOURS.weigh(tmp_path, [(hours(7), True), (hours(9, NEXT), False)], NIGHTS[1]) == []
    assert shown(tmp_path) == {DAY: 7, NEXT: 2}


def test_hours_are_shown_while_they_add_up_to_the_count_of_the_day_as_it_is_now(tmp_path):
    HOURS.add(
        tmp_path, [hours(5), hours(6, NEXT, nights=NIGHTS[:3], day_count=5), hours(7, NIGHTS[0], nights=NIGHTS[:2])]
    )
    assert shown(tmp_path, {DAY: 5, NEXT: 5, NIGHTS[0]: 7}) == {DAY: 5, NEXT: 6, NIGHTS[0]: 7}
    assert shown(tmp_path, {DAY: 4, NEXT: 5, NIGHTS[0]: 8}) == {NEXT: 6}
    assert shown(tmp_path, {DAY: 4, NEXT: 7, NIGHTS[0]: 8}) == {}
    assert shown(tmp_path, {}) == {DAY: 5, NEXT: 6}


def test_hours_that_do_not_add_up_any_more_give_way_even_to_an_answer_in_doubt(tmp_path):
    HOURS.add(tmp_path, [hours(5)])
    assert HOURS.weigh(tmp_path, [(hours(6), False)], NIGHTS[0], {DAY: 5}) == []
    assert HOURS.weigh(tmp_path, [(hours(6), False)], NIGHTS[0], {DAY: 7}) == [DAY]
    assert HOURS.of(tmp_path, "play")[DAY].counts[0] == 6


def test_a_dropped_day_has_no_line_of_any_metric(tmp_path):
    HOURS.add(tmp_path, [hours(1), hours(2, metric="view"), hours(3, NEXT)])
    HOURS.drop(tmp_path, [DAY])
    assert [(line.day, line.counts[0]) for line in HOURS.load(tmp_path).values()] == [(NEXT, 3)]
    HOURS.drop(tmp_path, [NEXT])
    assert HOURS.load(tmp_path) == {}


def test_only_lines_of_the_metric_are_returned(tmp_path):
    HOURS.add(tmp_path, [hours(1), hours(2, metric="view")])
    assert (shown(tmp_path), shown(tmp_path, metric="view")) == ({DAY: 1}, {DAY: 2})


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        (1, 2, 1, 2),  # only ours changed
        (1, 1, 2, 2),
        (1, 2, 3, 3),  # both did
        (None, 2, None, 2),
        (None, None, 2, 2),
        (1, None, 1, 1),
        (1, None, 2, 2),
    ],
)
def test_a_merge_takes_what_only_one_of_two_runs_changed_and_theirs_where_both_did(
    tmp_path, base, ours, theirs, merged
):
    folders = [tmp_path / name for name in ("base", "ours", "theirs")]
    for folder, count in zip(folders, (base, ours, theirs), strict=True):
        HOURS.add(folder, [hours(count)] if count else [])
    HOURS.merge(*folders, date.max)
    assert shown(folders[2]) == {DAY: merged}
    HOURS.merge(*folders, date.max, remove=True)
    assert shown(folders[2]) == ({} if (base, ours, theirs) == (1, None, 1) else {DAY: merged})


def test_a_merge_removes_days_in_the_future_that_we_have_removed(tmp_path):
    folders = [tmp_path / name for name in ("base", "ours", "theirs")]
    HOURS.add(folders[0], [hours(1)])
    HOURS.add(folders[2], [hours(1)])
    HOURS.merge(*folders, DAY)
    assert shown(folders[2]) == {DAY: 1}
    HOURS.merge(*folders, DAY - timedelta(days=1))
    assert shown(folders[2]) == {}


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [((), (), NIGHTS[:1], ()), ((), NIGHTS[:1], (), ()), (None, NIGHTS[:1], NIGHTS[:2], NIGHTS[:2])],
)
def test_in_a_merge_a_line_that_may_be_shown_wins_if_it_is_new(tmp_path, base, ours, theirs, merged):
    folders = [tmp_path / name for name in ("base", "ours", "theirs")]
    for at, (folder, nights) in enumerate(zip(folders, (base, ours, theirs), strict=True)):
        HOURS.add(folder, [] if nights is None else [hours(1 + at, nights=nights)])
    HOURS.merge(*folders, date.max)
    assert HOURS.of(folders[2], "play")[DAY].nights == tuple(merged)


def test_peaks_of_live_streams_that_are_not_listed_any_more_leave_the_file(tmp_path):
    peaks = [{"liA": 3, "liB": 4}, {"liB": 5}, {"liA": 6}]
    PEAKS.add(
        tmp_path, [PeaksLine(day=day, metric="ccv-peak", peaks=one) for day, one in zip(NIGHTS, peaks, strict=False)]
    )
    hide_unlisted_peaks(tmp_path, ["liA", "liC"])
    assert [line.peaks for line in PEAKS.of(tmp_path, "ccv-peak").values()] == [{"liA": 3}, {}, {"liA": 6}]
