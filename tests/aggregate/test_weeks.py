"""Weeks from Monday to Sunday, cut from days that begin and end on any weekday."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from apivideo_geo.aggregate.weeks import weeks_of
from tests.render.samples import days

FRIDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 23)


def test_every_day_is_in_one_week_and_a_week_adds_up_its_days():
    counts = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]  # Friday to Monday after next
    first, second, third = weeks_of(days(FRIDAY, counts))
    assert [week.monday.isoformat() for week in (first, second, third)] == ["2026-11-16", "2026-11-23", "2026-11-30"]
    assert second.sunday == date(2026, 11, 29)
    assert [week.sum_of(counts) for week in (first, second, third)] == [7, 1016, 1024]
    assert [week.over for week in (first, second, third)] == [True, True, False]


@pytest.mark.parametrize(("length", "over"), [(6, False), (7, True)])
def test_a_week_is_over_with_its_sunday(length, over):
    [week] = weeks_of(days(MONDAY, [1] * length))
    assert (week.days, week.over) == (slice(0, length), over)


def test_a_week_whose_sunday_still_grows_is_not_over():
    *others, sunday = days(MONDAY, [1] * 7)
    [week] = weeks_of([*others, replace(sunday, open=True)])
    assert not week.over


def test_a_history_without_days_has_no_weeks():
    assert weeks_of([]) == ()
