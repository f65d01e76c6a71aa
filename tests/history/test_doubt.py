"""When a day is believed, case by case: its rows against the API's own count. Whole nights are in test_believed.py."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from apivideo_geo.history import doubt
from apivideo_geo.history.ledger import LedgerDay
from apivideo_geo.history.schema import StoredDay

DAY = date(2026, 11, 10)
NIGHT = datetime(2026, 11, 11, 2, tzinfo=UTC)


def stored(count=5, reported=None, state="no", **more):
    fields = {"day": DAY, "source": "data", "metric": "play", "detail": "country", "open": False, "rows": 1}
    return LedgerDay(**fields | {"count": count, "reported": reported, "doubt": state} | more)


def answer(count=5, reported=None, state="no", open=False):
    return StoredDay("data", "country", open, count, 1, reported, state)


@pytest.mark.parametrize(
    ("count", "reported", "doubtful", "open", "expected"),
    [
        (5, 5, False, False, "no"), (0, 0, False, False, "no"), (5, 6, False, False, "differs"),
        (6, 5, False, False, "differs"), (5, None, False, False, "uncompared"), (5, 5, True, False, "refused"),
        (5, None, False, True, "no"), (5, 9, False, True, "no"), (0, None, False, True, "uncompared"),
        (0, 3, False, True, "uncompared"), (0, 0, False, True, "no"), (5, 5, True, True, "refused"),
    ],
)  # fmt: skip
def test_rows_are_believed_only_if_they_add_up_to_the_own_count(count, reported, doubtful, open, expected):
    assert doubt.judge("play", count, reported, doubtful=doubtful, open=open) == expected


@pytest.mark.parametrize(
    ("state", "asked", "shown", "missing"),
    [("no", False, True, 0), ("settled", False, True, 3), ("differs", True, True, 3), ("refused", True, True, 3)],
)
def test_a_day_in_doubt_is_asked_again_and_its_missing_part_is_known(state, asked, shown, missing):
    assert doubt.in_doubt(stored(5, 8, state)) == asked
    assert doubt.is_shown(stored(5, 8, state)) == shown
    assert doubt.missing_part(stored(5, 8, state)) == missing
    assert doubt.missing_part(stored(9, 8, state)) == 0


def test_a_day_without_rows_is_shown_only_if_nothing_says_that_it_had_some():
    assert doubt.is_shown(stored(0, 0))
    assert not doubt.is_shown(stored(0, 3, "differs"))
    assert doubt.is_shown(stored(1, 3, "differs"))
    assert doubt.missing_part(stored(0, None, "uncompared")) == 0


def test_days_in_doubt_are_listed_oldest_first_without_those_that_are_not_over():
    days = [
        stored(1, 2, "differs"), stored(3, 4, "settled", day=DAY - timedelta(1)), stored(5, 5, day=DAY - timedelta(2)),
        stored(0, None, "uncompared", day=DAY + timedelta(1), open=True),
    ]  # fmt: skip
    found = doubt.find_doubtful(days)
    assert [(one.day, one.stored, one.reported, one.settled) for one in found] == [
        (DAY - timedelta(1), 3, 4, True), (DAY, 1, 2, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "now", "verdict"),
    [
        (None, answer(1, 2, "differs"), "store"),
        (stored(5, 5), answer(5, 5), "compare"),
        (stored(5, 7, "differs"), answer(7, 7), "store"),
        (stored(5, open=True), answer(7, 7), "store"),
        (stored(5, 5), answer(4, 5, "differs"), "keep"),
        (stored(5, 9, "differs"), answer(4, 9, "differs"), "keep rows"),
        (stored(5, 9, "differs"), answer(5, 9, "differs"), "store"),
        (stored(12, 9, "differs"), answer(9, 9, "refused"), "store"),
        (stored(5, 9, "differs"), answer(2, None, "no", open=True), "store"),
        (stored(5, open=True), answer(2, None, "no", open=True), "compare"),
    ],
)
def test_an_answer_replaces_a_stored_day_only_where_it_is_worth_more(before, now, verdict):
    assert doubt.weigh(before, now, has_own_count=True) == verdict


@pytest.mark.parametrize(
    ("before", "now", "verdict"),
    [
        (None, answer(4), "store"), (stored(5), answer(4), "compare"),
        (stored(5, state="refused"), answer(4, state="refused"), "compare"),
        (stored(5, state="refused"), answer(4), "store"), (stored(5), answer(6, state="refused"), "keep"),
        (stored(5, open=True), answer(6, state="refused"), "store"),
        (stored(5, source="sessions"), answer(6, state="refused"), "compare"),
    ],
)  # fmt: skip
def test_without_an_own_count_sizes_are_compared_unless_one_answer_is_in_doubt(before, now, verdict):
    assert doubt.weigh(before, now, has_own_count=False) == verdict


def test_viewers_who_were_in_two_countries_on_one_day_are_no_reason_for_doubt():
    found = [doubt.judge("viewer", count, 5, doubtful=False, open=False) for count in (4, 5, 6)]
    assert found == ["differs", "no", "no"]


@pytest.mark.parametrize(
    ("before", "count", "disputed"),
    [
        (None, 5, False), (stored(5, 5), 5, False), (stored(5, 5), 6, True), (stored(5, 5), 4, True),
        (stored(5, open=True), 4, True), (stored(5, open=True), 5, False), (stored(5, open=True), 6, False),
        (stored(5, 9, "differs"), 5, True), (stored(5), 5, True),
    ],
)  # fmt: skip
def test_an_answer_is_in_dispute_with_what_is_stored(before, count, disputed):
    assert doubt.is_disputed(before, count) == disputed


def test_three_nights_with_the_same_two_counts_settle_a_day_and_other_counts_begin_again():
    line, states = None, []
    for night, (count, reported) in enumerate([(5, 9), (5, 9), (6, 9), (6, 9), (6, 9)]):
        now = NIGHT + timedelta(days=night)
        after = stored(count, reported, "differs", answer=count, last=now)
        again = doubt.count_night(doubt.count_night(line, after, now), after, now)  # twice in one night counts once
        line = again
        states.append((line.doubt, line.nights))
    assert states == [("differs", 1), ("differs", 2), ("differs", 1), ("differs", 2), ("settled", 3)]


def test_nights_are_counted_for_a_day_whose_rows_were_rejected_too():
    assert doubt.count_night(None, stored(5, 9, "refused", answer=5, last=NIGHT), NIGHT).nights == 1


def test_a_day_that_was_never_compared_has_no_nights():
    for line in (stored(5, None, "refused"), stored(5, 5), stored(5, None, "uncompared")):
        assert doubt.count_night(None, line, NIGHT) == line


def test_comparing_stored_days_changes_their_doubt_their_own_count_and_their_time():
    later = NIGHT + timedelta(days=1)
    entries = {DAY: stored(5, 9, "differs", answer=5, last=NIGHT, nights=1)}
    assert doubt.compare(entries, {DAY: 5}, later) == {
        DAY: replace(entries[DAY], reported=5, doubt="no", last=later, nights=0)
    }
    assert doubt.compare(entries, {DAY: 9}, later)[DAY].nights == 2
    refused = {DAY: stored(5, 9, "refused", answer=5, last=NIGHT, nights=1)}
    assert doubt.compare(refused, {DAY: 5}, later)[DAY].doubt == "refused"


def test_comparing_knows_days_of_viewers_and_days_that_are_not_over():
    viewers = {DAY: stored(6, None, "uncompared", metric="viewer")}
    assert doubt.compare(viewers, {DAY: 5}, NIGHT)[DAY].doubt == "no"
    growing = {DAY: stored(5, None, open=True)}
    assert doubt.compare(growing, {DAY: 9}, NIGHT)[DAY].doubt == "no"
