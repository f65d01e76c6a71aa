from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from apivideo_geo.days import CLOCK_TOLERANCE
from apivideo_geo.errors import DataRefused
from apivideo_geo.history.ledger import LedgerDay, days_to_collect, days_to_compare, parse_ledger, render_ledger

DAY = date(2026, 11, 10)
NIGHT = datetime(2026, 11, 12, 4, 17, tzinfo=UTC)


def entry(day=DAY, *, last, detail="country", open=False):
    return LedgerDay(day, "data", "play", detail, open, count=5, rows=2, first=last, last=last)


def asked(stored, now=NIGHT, first=DAY, last=DAY, detail="country"):
    return days_to_collect({one.day: one for one in stored}, first, last, now, detail)


def test_a_day_never_collected_is_asked():
    assert asked([]) == {DAY: "country"}
    assert asked([], last=DAY + timedelta(1)) == {DAY: "country", DAY + timedelta(1): "country"}


def test_a_day_still_open_when_last_seen_is_asked():
    assert asked([entry(last=NIGHT - timedelta(minutes=1), open=True)]) == {DAY: "country"}


def test_a_final_day_is_not_asked():
    assert asked([entry(last=datetime(2026, 11, 12, 0, 0, tzinfo=UTC))]) == {}


def test_a_young_day_is_asked_the_next_night_but_not_straight_after():
    seen = entry(last=datetime(2026, 11, 11, 4, 17, tzinfo=UTC))
    assert asked([seen]) == {DAY: "country"}
    assert asked([seen], now=seen.last + timedelta(minutes=5)) == {}


def test_a_nightly_run_asks_for_three_days():
    stored = [
        entry(DAY, last=NIGHT - timedelta(days=1)),
        entry(DAY + timedelta(days=1), last=NIGHT - timedelta(days=1), open=True),
        entry(DAY - timedelta(days=1), last=NIGHT - timedelta(days=1)),
    ]
    assert list(asked(stored, first=DAY - timedelta(days=1), last=NIGHT.date())) == [
        DAY, DAY + timedelta(days=1), DAY + timedelta(days=2),
    ]  # fmt: skip


def test_a_day_stored_at_a_lower_detail_is_fetched_again_and_never_at_less_than_it_is_stored():
    final = NIGHT + timedelta(days=30)
    assert asked([entry(last=NIGHT)], now=final, detail="full") == {DAY: "full"}
    assert asked([entry(last=NIGHT, detail="full")], now=final, detail="country") == {}
    assert asked([entry(last=NIGHT, detail="full", open=True)], now=final, detail="media") == {DAY: "full"}
    assert asked([entry(last=NIGHT, detail="media")], now=final, detail="full") == {DAY: "full"}


def compared(*stored, now=NIGHT, source="data", first=DAY, last=DAY):
    return days_to_compare({one.day: one for one in stored}, first, last, now, source)


def test_days_that_were_never_compared_and_young_days_are_compared_with_the_own_count():
    final, young = datetime(2026, 11, 12, tzinfo=UTC), datetime(2026, 11, 11, 4, 17, tzinfo=UTC)
    confirmed = replace(entry(last=final), reported=5)
    assert compared() == compared(confirmed) == []
    assert compared(entry(last=final)) == [DAY], "stored before counts were compared"
    assert compared(replace(confirmed, doubt="uncompared")) == [DAY]
    assert compared(replace(entry(last=final), doubt="settled")) == []
    assert compared(replace(confirmed, last=young)) == [DAY]
    assert compared(replace(confirmed, last=young), now=young + timedelta(hours=5)) == []
    assert compared(replace(confirmed, last=young), now=young + timedelta(hours=6)) == [DAY]
    assert compared(entry(last=final), source="sessions") == []


@pytest.mark.parametrize("change", [{"open": True}, {"last": None}, {"doubt": "differs"}, {"doubt": "refused"}])
def test_a_day_that_is_fetched_again_is_not_compared_first(change):
    stored = replace(entry(last=NIGHT), **change)
    assert compared(stored) == []
    assert asked([stored]) == {DAY: "country"}


def test_a_young_day_that_was_compared_is_not_fetched_unless_all_are():
    young = {DAY: entry(last=datetime(2026, 11, 11, 4, 17, tzinfo=UTC))}
    options = {"first": DAY, "last": DAY, "now": NIGHT, "detail": "country"}
    assert days_to_collect(young, **options, compared=[DAY]) == {}
    assert days_to_collect(young, **options, compared=[DAY], asks_all=True) == {DAY: "country"}
    assert days_to_collect({DAY: entry(last=NIGHT)}, **options, asks_all=True) == {DAY: "country"}


def test_a_day_that_a_clock_ahead_stored_is_fetched_again():
    end = datetime(2026, 11, 11, tzinfo=UTC)
    early = entry(last=end - timedelta(hours=1))
    assert asked([entry(last=end)], now=end) == {}
    assert asked([early], now=end - timedelta(minutes=1)) == {DAY: "country"}, "complete before its end"
    assert asked([entry(last=NIGHT)], now=NIGHT - CLOCK_TOLERANCE) == {}
    assert asked([entry(last=NIGHT)], now=NIGHT - CLOCK_TOLERANCE - timedelta(seconds=1)) == {DAY: "country"}


def test_a_day_is_final_a_day_after_its_end():
    end = datetime(2026, 11, 11, tzinfo=UTC)
    assert asked([entry(last=end + timedelta(hours=23, minutes=59))], now=end + timedelta(days=9)) == {DAY: "country"}
    assert asked([entry(last=end + timedelta(hours=24))], now=end + timedelta(days=9)) == {}


def test_the_ledger_is_the_same_after_writing_and_reading():
    entries = [replace(entry(last=NIGHT), refused={"no country": 3}), entry(date(2026, 11, 9), last=NIGHT)]
    text = render_ledger(entries)
    assert parse_ledger(text.encode(), "ledger.jsonl") == {one.day: one for one in entries}
    assert [line[8:18] for line in text.splitlines()] == ["2026-11-09", "2026-11-10"]


def test_a_broken_line_is_reported_with_its_number():
    text = render_ledger([entry(last=NIGHT)]) + "<<<<<<< HEAD\n"
    with pytest.raises(DataRefused, match=r"history/ledger.jsonl, line 2 .* it is rebuilt from the Parquet files\.$"):
        parse_ledger(text.encode(), "history/ledger.jsonl")


@pytest.mark.parametrize("damaged", ["2026-11-12T04:17:00", "", "\ufffd"])
def test_a_time_without_a_zone_or_that_is_none_is_a_broken_line(damaged):
    text = render_ledger([entry(last=NIGHT)]).replace("2026-11-12T04:17:00Z", damaged or "x")
    with pytest.raises(DataRefused, match="line 1"):
        parse_ledger(text.encode(), "ledger.jsonl")
