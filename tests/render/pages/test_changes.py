"""What changed: told once, for ever, and only of days that were over."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from apivideo_geo.model import CountryDetail, DayCount, Details
from apivideo_geo.render.context import Context
from apivideo_geo.render.pages.changes import make_changes
from apivideo_geo.render.theme.theme import Theme
from tests.render.samples import summary

FIRST = date(2026, 7, 1)
LENGTH = 100


def told(length=LENGTH, gap=(), open_last=False, boost=None):
    """July to early October: France 10 a day, 20 from September on; Peru from 15 August; one best day."""
    days = [FIRST + timedelta(n) for n in range(length)]
    france = [(20 if day.month >= 9 else 10) + (boost or {}).get(day, 0) for day in days]
    peru = [1 if day >= date(2026, 8, 15) else 0 for day in days]
    daily = [
        DayCount(day, None if day in gap else one + two, open_last and day == days[-1])
        for day, one, two in zip(days, france, peru, strict=True)
    ]
    known = [
        [0 if day.count is None else count for day, count in zip(daily, counts, strict=True)]
        for counts in (france, peru)
    ]
    made = replace(
        summary({"FRA": sum(known[0]), "PER": sum(known[1])}, daily),
        by_country={"FRA": tuple(known[0]), "PER": tuple(known[1])},
    )
    details = Details({"FRA": CountryDetail(FIRST), "PER": CountryDetail(date(2026, 8, 15))})
    return make_changes(Context(made, Theme("Acme"), details))


def test_a_country_seen_for_the_first_time_a_record_and_the_movers_of_a_month():
    entries = {entry.id: entry for entry in told(boost={date(2026, 9, 20): 30})}
    assert entries["first/PER"].sentence == "Peru was seen for the first time on 15 August 2026."
    assert entries["first/PER"].link == "country/PER.html"
    assert entries["first/PER"].at == datetime(2026, 8, 16, tzinfo=UTC)
    assert entries["best-day/2026-09-20"].sentence == "Best day so far: 51 plays on 20 September 2026."
    assert entries["best-day/2026-09-20"].link == "index.html?period=2026-09-20..2026-09-20"
    assert entries["most-countries/2026-08-15"].sentence == "Most countries on one day so far: 2, on 15 August 2026."
    assert entries["month/2026-09"].sentence == "Sept 2026: 660 plays, +102% on the month before."
    assert entries["up/2026-09"].sentence == "France grew most in Sept 2026: 630 plays, +103% on the month before."
    assert "first/FRA" not in entries


def test_entries_are_newest_first_and_unique():
    entries = told(boost={date(2026, 9, 20): 30})
    assert [entry.at for entry in entries] == sorted((entry.at for entry in entries), reverse=True)
    assert len({entry.id for entry in entries}) == len(entries)


def test_later_days_only_add_entries():
    before, after = told(length=80), told(length=100, boost={FIRST + timedelta(95): 90})
    assert set(before) <= set(after)
    assert len(after) > len(before)


def test_a_month_with_a_day_that_is_lacking_is_compared_with_nothing():
    ids = {entry.id for entry in told(gap=[date(2026, 8, 3)])}
    assert not any(one.startswith(("month/", "up/", "down/")) for one in ids)


def test_a_record_is_told_once_it_beats_the_one_told_before_by_a_tenth():
    days = [FIRST + timedelta(n) for n in (80, 82, 84, 86, 88)]
    more = dict(zip(days, (29, 30, 34, 35, 41), strict=True))  # 50, 51, 55, 56 and 62 plays
    told_of = [entry.id for entry in told(boost=more) if entry.id.startswith("best-day/")]
    assert [f"best-day/{days[n]}" for n in (4, 2, 0)] == told_of[:3]


@pytest.mark.parametrize("open_last", [True, False])
def test_a_day_still_open_is_no_record(open_last):
    last = FIRST + timedelta(LENGTH - 1)
    ids = {entry.id for entry in told(open_last=open_last, boost={last: 500})}
    assert (f"best-day/{last}" in ids) is not open_last


def test_the_first_month_tells_nothing():
    assert told(length=30) == ()
