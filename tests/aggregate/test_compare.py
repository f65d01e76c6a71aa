"""Comparisons of histories with gaps, against the same rule in plain Python over dates and fractions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from apivideo_geo.aggregate.compare import before_of, compare, compared_months, new_countries, settled_months
from apivideo_geo.model import UNKNOWN, Account, Comparison, DayCount
from tests.comparing import expected, history
from tests.render.samples import days, summary
from tests.render.test_shared_cases import CASES

FIRST = date(2026, 6, 1)
TABLE = CASES["comparisons"]


@pytest.mark.parametrize("case", TABLE, ids=[case["name"] for case in TABLE])
def test_histories_with_gaps_are_compared_as_dates_and_fractions_say(case):
    assert expected(case) == case["expected"], "the table itself"
    assert found(case) == case["expected"]


def found(case: Mapping[str, Any]) -> dict[str, Any]:
    """What the product makes of a case."""
    every, counts, still_open = history(case)
    daily = [DayCount(day, counts.get(day, 5 if day in still_open else None), day in still_open) for day in every]
    period, against = (
        (date.fromisoformat(value[0]), date.fromisoformat(value[1])) if isinstance(value, list) else value
        for value in (case["period"], case["against"])
    )
    comparison = compare(daily, period, against)
    assert comparison
    sides = {"now": comparison.now, "before": comparison.before}
    shown: dict[str, Any] = {
        name: [str(side.first), str(side.last), side.collected, side.days] for name, side in sides.items()
    }
    change = comparison.of([day.count or 0 for day in daily])
    shown |= {"matched": comparison.matched, "change": change and round(change.now / change.before - 1, 9)}
    shown |= {"counted": change.counted} if change else {}
    near = comparison.nearest
    return shown | {"nearest": near and [value if isinstance(value, str) else [*map(str, value)] for value in near]}


@pytest.mark.parametrize("case", TABLE, ids=[case["name"] for case in TABLE])
def test_the_documentation_has_the_table(case):
    documented = (Path(__file__).parents[2] / "docs/counting.md").read_text(encoding="utf-8").splitlines()
    assert row_of(case) in documented


def row_of(case: Mapping[str, Any]) -> str:
    """A case as a line of the table in ``docs/counting.md``."""
    result = case["expected"]
    now, before = (
        f"{first} to {last} ({collected} of {days})" if first != last else f"{first} ({collected} of {days})"
        for first, last, collected, days in (result["now"], result["before"])
    )
    text = f"{now} against {before}" + (", by weekday" if result["matched"] else "")
    change = result["change"]
    if change is not None:
        return f"| {case['name']} | {text} | {100 * change:+.1f} % |"
    near = result["nearest"]
    if near is None:
        return f"| {case['name']} | {text} | none; no period works |"
    other = f" against {' to '.join(near[1])}" if isinstance(near[1], list) else ""
    return f"| {case['name']} | {text} | none; nearest: {' to '.join(near[0])}{other} |"


def week_by_week(counts: list[int | None]) -> Comparison:
    comparison = compare(days(FIRST, counts), (FIRST + timedelta(7), FIRST + timedelta(13)))
    assert comparison
    return comparison


def test_a_count_that_no_day_of_either_side_has_is_no_part_of_the_change():
    assert compare(days(FIRST, [3, 4]), (FIRST, FIRST), (FIRST + timedelta(1),) * 2)
    week = week_by_week([10] * 14)
    change = week.of([10] * 7 + [20] * 7)
    assert change
    assert (change.now, change.before, change.counted) == (140, 70, 70)


def test_without_a_day_that_is_over_nothing_is_compared():
    assert compare([]) is None
    assert compare(days(FIRST, [7], open_last=True)) is None


def test_new_is_who_was_never_counted_before_the_period():
    series = {code: [0] * 60 for code in ("FRA", "PER", "TCD", UNKNOWN)}
    series["FRA"] = [1] * 60
    series["PER"][3] = series["PER"][59] = 2
    series["TCD"][40] = series[UNKNOWN][40] = 2
    daily = days(FIRST, [1] * 60)
    what = summary({"FRA": 60}, daily)
    made = {"by_country": {code: tuple(counts) for code, counts in series.items()}, "comparison": compare(daily)}
    assert new_countries(type(what)(**{**vars(what), **made})) == ("TCD",)
    for index, codes in [(30, ("TCD",)), (59, ("TCD",)), (60, ())]:
        counts = tuple(int(number == index) for number in range(61))
        once = {"by_country": {"TCD": counts}, "comparison": compare(days(FIRST, [1] * 61, open_last=True))}
        assert new_countries(type(what)(**{**vars(what), **once})) == codes
    made["comparison"] = compare(daily[:40])
    assert new_countries(type(what)(**{**vars(what), **made})) == (), "in a history's first weeks everything is new"


def test_months_that_will_not_change_are_compared_one_with_the_other():
    daily = days(date(2026, 5, 31), [1] * (1 + 30 + 31) + [None] * 31 + [1] * 30)
    what = replace(summary({"FRA": 9}, daily), account=Account(365))
    assert settled_months(what) == {date(2026, 6, 1), date(2026, 7, 1), date(2026, 9, 1)}
    for fewer in ((*daily[:-1], replace(daily[-1], open=True)), daily[:-1]):
        assert settled_months(replace(what, daily=fewer)) == {date(2026, 6, 1), date(2026, 7, 1)}
    late = replace(summary({}, days(date(2026, 10, 1), [0] * 31)), generated_at=datetime(2026, 11, 1, tzinfo=UTC))
    assert settled_months(late) == {date(2026, 10, 1)}, "not published yet, but every day has its count"
    assert settled_months(summary({})) == set()
    [july] = compared_months(daily, settled_months(what))
    assert (july.now.first, july.now.last, july.before.first) == (date(2026, 7, 1), date(2026, 7, 31), date(2026, 6, 1))


def test_months_that_lack_too_many_days_are_not_compared():
    daily = days(date(2026, 6, 1), [1] * 30 + [None] * 4 + [1] * 27 + [1] * 31)
    months = [date(2026, 8, 1), date(2026, 7, 1), date(2026, 6, 1)]
    assert list(compared_months(daily, months)) == []
    daily = days(date(2026, 6, 1), [1] * 92)
    assert list(compared_months(daily, months[:1])) == [], "the month before is not one that is compared"
    assert [one.now.first.month for one in compared_months(daily, months)] == [7, 8]


def test_whole_months_are_compared_with_as_many_months_before_also_over_the_turn_of_a_year():
    period = date(2026, 12, 1), date(2027, 1, 31)
    assert before_of(period) == (date(2026, 10, 1), date(2026, 11, 30))
    assert before_of(period, "year") == (date(2025, 12, 1), date(2026, 1, 31))
    assert before_of((date(2027, 1, 1), date(2027, 1, 31))) == (date(2026, 12, 1), date(2026, 12, 31))
    assert before_of((date(2026, 1, 1), date(2026, 12, 31))) == (date(2025, 1, 1), date(2025, 12, 31))
    assert before_of((date(2026, 12, 2), date(2026, 12, 31))) == (date(2026, 11, 2), date(2026, 12, 1))
    assert before_of((date(2029, 2, 1), date(2029, 2, 28)), "year") == (date(2028, 2, 1), date(2028, 2, 29))
    assert before_of((date(2026, 6, 10), date(2026, 6, 20)), "year") == (date(2025, 6, 10), date(2025, 6, 20))


def test_a_history_of_one_day_says_that_there_is_nothing_to_compare_it_with():
    comparison = compare(days(FIRST, [5]))
    assert comparison
    assert (comparison.now.last, comparison.now.collected, comparison.groups, comparison.nearest) == (
        FIRST,
        1,
        (),
        None,
    )


def test_where_nothing_can_be_compared_no_other_period_is_named():
    assert nearest_of(compare(days(FIRST, [1] * 40), (FIRST + timedelta(33), FIRST + timedelta(39)), "year")) is None
    other = FIRST - timedelta(10), FIRST - timedelta(1)
    assert nearest_of(compare(days(FIRST, [1] * 5), (FIRST, FIRST), other)) is None


def with_gaps(length: int, *gaps: int) -> tuple[DayCount, ...]:
    return days(FIRST, [None if index in gaps else 1 for index in range(length)])


def span(first: int, last: int) -> tuple[date, date]:
    return FIRST + timedelta(first), FIRST + timedelta(last)


def test_of_two_periods_that_are_as_near_the_later_one_is_named():
    assert nearest_of(compare(with_gaps(11, 5), span(5, 5), span(0, 0))) == (span(6, 6), span(0, 0))


def test_the_nearest_period_ends_in_the_history_and_is_as_long_or_else_shorter():
    assert nearest_of(compare(with_gaps(30, 10, 15), span(20, 29))) == (span(15, 24), "")
    assert nearest_of(compare(with_gaps(20, 4, 14), span(11, 19))) == (span(18, 19), "")


def nearest_of(comparison: Comparison | None) -> object:
    assert comparison
    assert not comparison.groups
    return comparison.nearest


def test_a_period_ends_before_a_day_that_is_not_over():
    daily = days(FIRST, [1] * 10, open_last=True)
    comparison = compare(daily, (FIRST + timedelta(8), FIRST + timedelta(9)))
    assert comparison
    assert (comparison.now.first, comparison.now.last, comparison.now.days) == (*[FIRST + timedelta(8)] * 2, 1)


def test_days_of_ones_own_end_before_a_day_that_is_not_over():
    daily = days(FIRST, [1] * 10, open_last=True)
    comparison = compare(daily, (FIRST, FIRST), (FIRST + timedelta(8), FIRST + timedelta(9)))
    assert comparison
    assert (comparison.before.last, comparison.before.days, comparison.before.enough) == (FIRST + timedelta(8), 1, True)


@pytest.mark.parametrize(
    ("length", "period", "nearest"),
    [(5, (2, 4), (3, 4)), (2, (0, 1), (1, 1)), (2, (-5, 1), (1, 1)), (4, (-10, 3), (2, 3))],
)
def test_the_longest_period_with_the_same_end_is_named_where_none_of_the_same_length_fits(length, period, nearest):
    first, last = (FIRST + timedelta(number) for number in period)
    comparison = compare(days(FIRST, [1] * length), (first, last))
    assert comparison
    assert comparison.nearest == (tuple(FIRST + timedelta(number) for number in nearest), "")


def test_a_period_that_begins_after_the_last_day_that_is_over_keeps_its_end():
    today = FIRST + timedelta(2)
    comparison = compare(days(FIRST, [1, 1, 1], open_last=True), (today, today))
    assert comparison
    assert (comparison.now.first, comparison.now.last, comparison.now.collected) == (today, today, 0)
