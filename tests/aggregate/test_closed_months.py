"""Months as they are closed, compared and corrected, on a history small enough to count by hand."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import ibis

from apivideo_geo.aggregate.closed_months import close_months, compare_with_before, month_summary, reach_by_day
from apivideo_geo.days import days_between
from apivideo_geo.facts import facts_table
from apivideo_geo.history.closed_months import add_months
from apivideo_geo.model import UNKNOWN, Change, ClosedMonth, Correction
from tests.summaries import summarise

FIRST, LAST = date(2026, 6, 20), date(2026, 9, 4)
TODAY = date(2026, 9, 5)
GAP = date(2026, 8, 2)
"""Not collected, and the API has forgotten it."""
DAYS = [day for day in days_between(FIRST, LAST) if day != GAP]
OTHERS = [
    (date(2026, 6, 25), "BEL", 5), (date(2026, 7, 10), "CHL", 1), (date(2026, 7, 19), "MAR", 1),
    (date(2026, 7, 20), "KEN", 1), (date(2026, 7, 25), "PER", 1), (date(2026, 7, 25), "URY", 1),
    (date(2026, 8, 5), UNKNOWN, 3), (date(2026, 8, 31), "NZL", 1),
]  # fmt: skip
"""In addition to two plays from France on every day. On 20 July the history is thirty days old."""


def made(days=DAYS, others=OTHERS, metric="play", **options):
    rows = [(day, metric, "FRA", "total", "", 2) for day in days]
    rows += [(day, metric, code, "total", "", count) for day, code, count in others]
    return summarise(
        ibis.memtable(facts_table(rows)), dict.fromkeys(days, False), metric=metric,
        generated_at=datetime(2026, 9, 5, 4, tzinfo=UTC), name_of=str.lower, alpha2_of=lambda code: code[:2],
        population_of=lambda code: 1_000_000, **options,
    )  # fmt: skip


JULY = ClosedMonth(
    month=date(2026, 7, 1), metric="play", published=TODAY,
    daily=tuple(2 + (day in (10, 19, 20)) + 2 * (day == 25) for day in range(1, 32)),
    reach=tuple(1 + (day in (10, 19, 20)) + 2 * (day == 25) for day in range(1, 32)),
    countries={"CHL": 1, "FRA": 62, "KEN": 1, "MAR": 1, "PER": 1, "URY": 1}, new=("KEN", "PER", "URY"),
    weekdays={
        "FRA": (8, 8, 10, 10, 10, 8, 8), "CHL": (0, 0, 0, 0, 1, 0, 0), "KEN": (1, 0, 0, 0, 0, 0, 0),
        "MAR": (0, 0, 0, 0, 0, 0, 1), "PER": (0, 0, 0, 0, 0, 1, 0), "URY": (0, 0, 0, 0, 0, 1, 0),
    },
)  # fmt: skip
AUGUST = ClosedMonth(
    month=date(2026, 8, 1), metric="play", published=TODAY,
    daily=tuple({2: None, 5: 5, 31: 3}.get(day, 2) for day in range(1, 32)),
    reach=tuple({2: 0, 31: 2}.get(day, 1) for day in range(1, 32)),
    countries={UNKNOWN: 3, "FRA": 60, "NZL": 1}, new=("NZL",), before=(7, 3),
    weekdays={
        UNKNOWN: (0, 0, 3, 0, 0, 0, 0), "FRA": (10, 8, 8, 8, 8, 10, 8), "NZL": (1, 0, 0, 0, 0, 0, 0),
    },
)  # fmt: skip


def test_a_month_is_closed_with_its_days_countries_and_what_was_new_or_a_record_then():
    assert close_months(made(), []) == (JULY, AUGUST)


def test_a_period_has_the_months_that_are_completely_in_it_measured_against_the_whole_history():
    assert close_months(made(since=date(2026, 7, 2)), []) == (AUGUST,)
    assert close_months(made(since=date(2026, 7, 30), until=date(2026, 8, 31)), []) == (AUGUST,)
    assert close_months(made(until=date(2026, 8, 30)), []) == (JULY,)


def test_a_month_is_a_record_only_after_thirty_days_of_history():
    for first, before in [(date(2026, 7, 2), (2, 1)), (date(2026, 7, 3), None)]:
        [august] = close_months(made([day for day in DAYS if day >= first], [], since=None), [])
        assert august.before == before


def test_a_stored_month_stays_and_gets_a_dated_correction_where_its_counts_are_different_now():
    kept = replace(JULY, published=date(2026, 8, 3), before=(9, 9))
    assert close_months(made(), [kept, replace(AUGUST, metric="end")]) == (kept, AUGUST)
    early = replace(kept, countries={"FRA": 1}, corrections=(Correction(date(2026, 8, 20), {"FRA": 2}),))
    corrected = replace(early, corrections=(*early.corrections, Correction(TODAY, JULY.countries)))
    assert close_months(made(), [early])[0] == corrected
    assert close_months(made(), [corrected])[0] == corrected


def test_a_month_without_any_collected_day_has_no_page_and_neither_has_a_mean_of_viewers():
    spring = [*days_between(date(2026, 3, 1), date(2026, 3, 31)), date(2026, 5, 1)]
    assert [one.month for one in close_months(made(spring, []), [])] == [date(2026, 3, 1)]
    assert close_months(made(metric="viewer"), []) == ()


def test_countries_are_counted_by_day_also_before_the_period_and_on_days_without_any():
    summary = made(since=date(2026, 6, 25), until=date(2026, 7, 11))
    assert reach_by_day(summary) == [1] * 5 + [2] + [1] * 14 + [2, 1]
    assert reach_by_day(made([FIRST, LAST], [], since=LAST + timedelta(1))) == [1, *[0] * 75, 1]


def test_a_closed_month_is_shown_with_the_figures_of_its_first_publication_or_of_its_last_correction():
    closed = replace(AUGUST, corrections=(Correction(TODAY, {"FRA": 61, UNKNOWN: 1, "PER": 2}),))
    summary = made(left_out=[GAP, date(2026, 6, 1)], demo=True)
    shown = month_summary(closed, summary, str.lower)
    assert (shown.generated_at, shown.metric, shown.demo) == (summary.generated_at, "play", True)
    assert (shown.period_from, shown.period_to) == (date(2026, 8, 1), date(2026, 8, 31))
    assert (shown.total, shown.mapped, shown.unknown) == (64, 61, 3)
    assert [(day.day, day.count) for day in shown.daily] == [
        (date(2026, 8, number), count) for number, count in enumerate(AUGUST.daily, 1)
    ]
    assert (shown.days.collected, shown.days.empty, shown.days.open) == (30, 0, 0)
    assert shown.days.missing == shown.days.left_out == (GAP,)
    assert [(one.iso_a3, one.iso_a2, one.name, one.count, one.share, one.per_million) for one in shown.countries] == [
        ("FRA", "FR", "fra", 60, 60 / 64, None), ("NZL", "NZ", "nzl", 1, 1 / 64, None),
    ]  # fmt: skip
    corrected = month_summary(closed, summary, str.lower, corrected=True)
    assert (corrected.total, corrected.mapped, corrected.unknown) == (64, 63, 1)
    assert [(one.iso_a3, one.count) for one in corrected.countries] == [("FRA", 61), ("PER", 2)]
    known = month_summary(FEBRUARY, summary, str.lower)
    assert (known.total, known.mapped, known.unknown) == (56, 56, 0)
    quiet = replace(closed, daily=(0, *closed.daily[1:]))
    assert month_summary(quiet, made(), str.lower).days.empty == 1


FEBRUARY, MARCH = (
    ClosedMonth(date(2026, month, 1), "play", TODAY, daily, (1,) * len(daily), {"FRA": sum(daily)},
                weekdays={"FRA": tuple(sum(daily[(day + 1) % 7 :: 7]) for day in range(7))})
    for month, daily in [(2, (1, 8, 1, 1, 1, 1, 1) * 4), (3, (3,) * 31)]
)  # fmt: skip
"""Both begin on a Sunday; in February every Monday has 8 plays. March has five Sundays, Mondays and Tuesdays."""


def test_a_month_is_compared_with_the_one_before_by_weekday_in_all_and_by_country():
    months = [MARCH, FEBRUARY]
    compared = compare_with_before(MARCH, months)
    assert compared
    assert (compared.month, compared.before) == (MARCH, FEBRUARY)
    assert compared.of() == compared.of("FRA") == Change(93, 5 * (1 + 8 + 1) + 4 * 4, 56)
    assert compared.of("PER") == Change(0, 0, 0)
    assert compare_with_before(FEBRUARY, months) is None


def test_a_month_closed_without_weekdays_is_compared_by_the_average_of_all_days():
    compared = compare_with_before(MARCH, [replace(FEBRUARY, weekdays={})])
    assert compared
    assert compared.of() == compared.of("FRA") == Change(93, 56 * 31 / 28, 56)


def test_months_are_compared_only_if_nine_tenths_of_each_were_collected():
    for missing, enough in [(2, True), (3, False)]:
        daily = (*[None] * missing, *FEBRUARY.daily[missing:])
        assert (compare_with_before(MARCH, [replace(FEBRUARY, daily=daily)]) is not None) == enough


def test_the_count_of_a_country_is_on_the_first_collected_day_of_its_weekday():
    days = (None, *MARCH.daily[1:])
    march = replace(MARCH, daily=days, countries={"FRA": 90}, weekdays={"FRA": (15, 15, 12, 12, 12, 12, 12)})
    compared = compare_with_before(march, [FEBRUARY])
    assert compared
    assert compared.of("FRA") == compared.of() == Change(90, 4 * 1 + 5 * (8 + 1) + 4 * 4, 56)


def test_a_country_without_a_count_in_both_months_has_not_changed():
    compared = compare_with_before(MARCH, [FEBRUARY])
    assert compared
    assert compared.of("PER") == Change(0, 0, 0)


def test_a_month_that_is_published_again_replaces_the_stored_one_of_the_same_metric():
    views, again = replace(AUGUST, metric="view"), replace(AUGUST, corrections=(Correction(TODAY, {"FRA": 61}),))
    assert add_months([views, AUGUST, JULY], [again]) == (JULY, again, views)
    assert add_months([], [AUGUST, JULY]) == (JULY, AUGUST)


def test_a_month_after_days_without_plays_is_compared_with_a_best_day_of_zero():
    stored = dict.fromkeys(DAYS, False)
    summary = summarise(
        ibis.memtable(facts_table([])), stored, metric="play", generated_at=datetime(2026, 9, 5, 4, tzinfo=UTC),
        name_of=str.lower, alpha2_of=lambda code: code[:2], population_of=lambda code: None,
    )  # fmt: skip
    assert reach_by_day(summary) == [0] * len(summary.daily)
    assert close_months(summary, [])[-1].before == (0, 0)


def test_a_country_without_a_count_is_not_new():
    summary = made()
    more = replace(summary, by_country={**summary.by_country, "PRY": (0,) * len(summary.daily)})
    assert close_months(more, []) == close_months(summary, [])


def test_a_month_is_dated_in_utc_wherever_it_is_closed(monkeypatch):
    monkeypatch.setenv("TZ", "Pacific/Honolulu")
    time.tzset()
    try:
        assert {month.published for month in close_months(made(), [])} == {TODAY}
    finally:
        monkeypatch.undo()
        time.tzset()
