"""UTC hours by the hour of the week in a time zone, counted by hand."""

from __future__ import annotations

from datetime import date

import pytest

from apivideo_geo.aggregate.hours import summarise_hours
from tests.render.samples import days

SATURDAY = date(2026, 11, 7)
COUNTS = (*range(1, 24), 100)


def cells(hours):
    """(weekday, hour) → count, of those that have one."""
    return {(cell.weekday, cell.hour): cell.count for cell in hours.cells if cell.count}


@pytest.mark.parametrize(("zone", "later"), [("Etc/UTC", 0), ("Asia/Tokyo", 9), ("Etc/GMT+5", -5)])
def test_each_utc_hour_is_in_the_hour_of_the_week_in_which_it_begins(zone, later):
    found = summarise_hours({SATURDAY: COUNTS}, days(SATURDAY, [sum(COUNTS)]), zone)
    assert found
    expected = {divmod((5 * 24 + hour + later) % 168, 24): count for hour, count in enumerate(COUNTS)}
    assert cells(found) == expected
    assert (found.split, found.differing, found.lacking, len(found.cells)) == (False, {}, (), 168)


def test_a_zone_that_is_half_an_hour_off_for_a_part_of_the_year_splits_utc_hours():
    winter, summer = date(2026, 9, 30), date(2026, 10, 20)  # Lord Howe: UTC+10:30, then UTC+11
    daily = (*days(winter, [24]), *days(summer, [24]))
    for stored in ((winter, summer), (winter,)):
        found = summarise_hours(dict.fromkeys(stored, (1,) * 24), daily, "Australia/Lord_Howe")
        assert found
        assert found.split
    found = summarise_hours({summer: (1,) * 24}, daily, "Australia/Lord_Howe")
    assert found
    assert (found.split, found.lacking) == (False, (winter,))


def test_days_whose_hours_do_not_add_up_are_named_with_the_difference():
    found = summarise_hours({SATURDAY: (1,) * 24}, days(SATURDAY, [20]), "Etc/UTC")
    assert found
    assert found.differing == {SATURDAY: 4}
