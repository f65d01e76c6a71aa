"""What changed: listed once, permanently, and only for complete days."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain

import pytest

from apivideo_geo.days import month_end
from apivideo_geo.model import Account, CountryDetail, DayCount, Details
from apivideo_geo.render.context import Context
from apivideo_geo.render.pages.changes import make_changes
from apivideo_geo.render.theme.theme import Theme
from tests.render.samples import days, summary

FIRST = date(2026, 7, 1)
LENGTH = 100


def changes(length=LENGTH, gap=(), open_last=False, boost=None, remembers=30):
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
        account=Account(remembers),
    )
    details = Details({"FRA": CountryDetail(FIRST), "PER": CountryDetail(date(2026, 8, 15))})
    return make_changes(Context(made, Theme("Acme"), details))


def test_a_country_seen_for_the_first_time_a_record_and_the_movers_of_a_month():
    entries = {entry.id: entry for entry in changes(boost={date(2026, 9, 20): 30})}
    assert entries["first/PER"].sentence == "Peru was seen for the first time on 15 August 2026."
    assert entries["first/PER"].link == "country/PER.html"
    assert entries["first/PER"].at == datetime(2026, 8, 16, tzinfo=UTC)
    assert entries["best-day/2026-09-20"].sentence == "Best day so far: 51 plays on 20 September 2026."
    assert entries["best-day/2026-09-20"].link == "index.html?period=2026-09-20..2026-09-20"
    assert entries["most-countries/2026-08-15"].sentence == "Most countries on one day so far: 2, on 15 August 2026."
    assert entries["month/2026-09"].sentence == ("Sept 2026: 660 plays. Per day, 109% more than in August 2026.")
    assert entries["up/2026-09"].sentence == (
        "France grew most in Sept 2026: 630 plays, 21.0 a day; the month before: 10.0 a day."
    )
    assert "first/FRA" not in entries


def test_entries_are_newest_first_and_unique():
    entries = changes(boost={date(2026, 9, 20): 30})
    assert [entry.at for entry in entries] == sorted((entry.at for entry in entries), reverse=True)
    assert len({entry.id for entry in entries}) == len(entries)


def test_later_days_only_add_entries():
    before, after = changes(length=80), changes(length=100, boost={FIRST + timedelta(95): 90})
    assert set(before) <= set(after)
    assert len(after) > len(before)


def test_a_month_that_lacks_a_day_is_compared_by_its_average_day():
    """August, without one of its 31 days: 10 plays a day, and 11 from the 15th; July: 10 a day."""
    found = {entry.id: entry.sentence for entry in changes(gap=[date(2026, 8, 3)])}
    days = "Collected: 30 of 31 days; the month before: 31 of 31 days."
    assert found["month/2026-08"] == f"Aug 2026: 317 plays. Per day, 6% more than in July 2026. {days}"
    assert found["up/2026-08"] == (
        f"Peru grew most in Aug 2026: 17 plays, 0.6 a day; the month before: 0.0 a day. {days}"
    )
    assert "up/2026-09" in found


@pytest.mark.parametrize(("days", "remembers"), [(4, 30), (1, 200)])
def test_a_month_that_lacks_more_or_can_still_change_is_compared_with_nothing(days, remembers):
    gap = [date(2026, 8, 3) + timedelta(number) for number in range(days)]
    ids = {entry.id for entry in changes(gap=gap, remembers=remembers)}
    assert not any(one.startswith(("month/", "up/", "down/")) for one in ids)


def test_a_record_is_listed_once_it_is_a_tenth_above_the_last_one_listed():
    days = [FIRST + timedelta(n) for n in (80, 82, 84, 86, 88)]
    more = dict(zip(days, (29, 30, 34, 35, 41), strict=True))  # 50, 51, 55, 56 and 62 plays
    listed = [entry.id for entry in changes(boost=more) if entry.id.startswith("best-day/")]
    assert [f"best-day/{days[n]}" for n in (4, 2, 0)] == listed[:3]


def movers(*months, first=date(2026, 8, 1)):
    """The entries of months of counts by country, spread evenly over the days, after a July without plays."""
    lengths = [(month_end(first.replace(month=first.month + n)).day) for n in range(len(months))]
    series = {}
    for code in {code for month in months for code in month}:
        counts = [spread(month.get(code, 0), length) for month, length in zip(months, lengths, strict=True)]
        series[code] = tuple(chain.from_iterable(counts))
    daily = days(first, [sum(each) for each in zip(*series.values(), strict=True)])
    made = replace(summary({code: sum(counts) for code, counts in series.items()}, daily), by_country=series)
    return {entry.id: entry.sentence for entry in make_changes(Context(made, Theme("Acme")))}


def spread(count, length):
    return [count // length + (day < count % length) for day in range(length)]


def test_a_constant_audience_neither_falls_in_february_nor_grows_in_march():
    found = movers({"FRA": 20 * 31}, {"FRA": 20 * 28}, {"FRA": 20 * 31}, first=date(2027, 1, 1))
    assert found["month/2027-02"] == "Feb 2027: 560 plays. Per day, about as many as in January 2027."
    assert found["month/2027-03"] == "Mar 2027: 620 plays. Per day, about as many as in February 2027."
    assert not any(one.startswith(("up/", "down/")) for one in found)


def test_a_country_that_had_next_to_nothing_before_can_grow_most():
    found = movers({"ITA": 9, "FRA": 4000, "DEU": 100}, {"ITA": 500, "FRA": 4200, "DEU": 300})
    assert found["up/2026-09"] == "Italy grew most in Sept 2026: 500 plays, 16.7 a day; the month before: 0.3 a day."
    assert "down/2026-09" not in found


def test_the_country_that_moved_most_is_the_one_with_the_largest_difference_that_is_shown():
    found = movers({"FRA": 3100, "PER": 31, "DEU": 310}, {"FRA": 3600, "PER": 300, "DEU": 0})
    assert (
        found["up/2026-09"] == "France grew most in Sept 2026: 3,600 plays, 120.0 a day; the month before: 100.0 a day."
    )
    assert found["down/2026-09"] == "Germany fell most in Sept 2026: 0 plays, 0.0 a day; the month before: 10.0 a day."
    found = movers({"FRA": 3100, "USA": 31}, {"FRA": 3100, "USA": 300})
    assert found["up/2026-09"].startswith("The United States grew most in Sept 2026: ")


@pytest.mark.parametrize("open_last", [True, False])
def test_a_day_still_open_is_no_record(open_last):
    last = FIRST + timedelta(LENGTH - 1)
    ids = {entry.id for entry in changes(open_last=open_last, boost={last: 500})}
    assert (f"best-day/{last}" in ids) is not open_last


def test_the_first_month_has_no_entries():
    assert changes(length=30) == ()
