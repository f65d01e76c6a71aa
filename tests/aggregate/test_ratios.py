from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from apivideo_geo.aggregate.ratios import Ratios, wilson
from apivideo_geo.model import RATIOS, Summary, ratios_of
from tests.render.samples import days, summary

FIRST = date(2026, 11, 1)
PLAY_RATE, COMPLETION = ratios_of(("play", "impression", "end"))
[PER_VIEWER] = ratios_of(("play", "viewer"))


def counted(metric: str, by_country: dict[str, list[int]], missing: tuple[int, ...] = (), partial: bool = False):
    """The Summary of a metric: alpha-3 → one count a day; the days with an index in ``missing`` were not collected."""
    totals = [sum(counts) for counts in zip(*by_country.values(), strict=True)]
    daily = days(FIRST, [None if day in missing else count for day, count in enumerate(totals)], partial)
    series = {
        code: tuple(0 if day in missing else count for day, count in enumerate(counts))
        for code, counts in by_country.items()
    }
    found = summary({code: sum(counts) for code, counts in series.items()}, daily, metric=metric)
    return replace(found, by_country=series)


def together(first: Summary, *others: Summary, ratio_from: int = 1) -> Ratios:
    return Ratios(replace(first, others={one.metric: one for one in others}, ratio_from=ratio_from))


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (95, 100, 0.8882, 0.9785),  # the usual textbook cases, by other programs
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, Statistics in Medicine 17, table I
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_the_interval_of_a_rate_is_that_of_the_literature(successes, trials, low, high):
    assert wilson(successes, trials) == pytest.approx((low, high), abs=0.00006)


def test_an_interval_has_no_bound_below_0_or_above_1():
    for trials in range(1, 100):
        assert wilson(trials, trials)[1] <= 1
        assert wilson(0, trials)[0] >= 0


def test_a_ratio_divides_the_sums_and_is_not_a_mean_of_ratios():
    ratios = together(
        counted("play", {"FRA": [10, 1], "BEL": [1, 90]}), counted("impression", {"FRA": [10, 10], "BEL": [10, 100]})
    )
    assert ratios.total(PLAY_RATE).value == 102 / 130
    assert ratios.country(PLAY_RATE, "FRA").value == 11 / 20
    assert [(code, found.upper, found.lower) for code, found in ratios.countries(PLAY_RATE)] == [
        ("BEL", 91, 110),
        ("FRA", 11, 20),
    ]


def test_countries_are_sorted_by_code_with_the_unknown_one_last_and_have_the_days_asked_for():
    play, impression = (
        replace(counted(name, {"FRA": [1, 1]}), by_country=series)
        for name, series in (
            ("play", {"---": (1, 2), "FRA": (3, 4)}),
            ("impression", {"---": (10, 10), "BEL": (7, 8)}),
        )
    )
    ratios = together(play, impression)
    found = [(code, one.upper, one.lower) for code, one in ratios.countries(PLAY_RATE, slice(1, 2))]
    assert found == [("BEL", 0, 8), ("FRA", 4, 0), ("---", 2, 10)]
    assert ratios.country(PLAY_RATE, "FRA").reason == "too_few"


def test_partial_days_of_both_metrics_count_in_a_ratio_of_sums():
    play, impression = (counted(name, {"FRA": [5, 7]}, partial=True) for name in ("play", "impression"))
    assert together(play, impression).total(PLAY_RATE).days == 2


def test_a_ratio_of_one_is_enough_if_the_settings_say_so():
    found = together(counted("play", {"FRA": [1]}), counted("impression", {"FRA": [1]}), ratio_from=1)
    assert found.total(PLAY_RATE).value == 1


def test_only_days_on_which_both_metrics_were_collected_count():
    ratios = together(
        counted("play", {"FRA": [5, 7, 9, 4]}, missing=(0,)), counted("impression", {"FRA": [10, 10, 20, 50]}, (2,))
    )
    found = ratios.total(PLAY_RATE)
    assert (found.upper, found.lower, found.days) == (7 + 4, 10 + 50, 2)
    assert ratios.country(PLAY_RATE, "FRA") == found


def test_a_day_that_is_partial_in_one_metric_only_does_not_count():
    ratios = together(
        counted("play", {"FRA": [5, 7]}, partial=True), counted("impression", {"FRA": [10, 10]}, partial=False)
    )
    assert (ratios.total(PLAY_RATE).upper, ratios.total(PLAY_RATE).lower) == (5, 10)


def test_without_a_common_day_there_is_no_ratio():
    ratios = together(counted("play", {"FRA": [5, 0]}, (1,)), counted("impression", {"FRA": [0, 10]}, (0,)))
    found = ratios.total(PLAY_RATE)
    assert (found.value, found.interval, found.reason) == (None, None, "not_collected")


def test_below_the_minimum_there_is_no_ratio_but_both_numbers():
    ratios = together(counted("play", {"FRA": [50]}), counted("impression", {"FRA": [99]}), ratio_from=100)
    found = ratios.country(PLAY_RATE, "FRA")
    assert (found.value, found.interval, found.reason, found.upper, found.lower) == (None, None, "too_few", 50, 99)
    enough = together(counted("play", {"FRA": [50]}), counted("impression", {"FRA": [100]}), ratio_from=100)
    assert enough.country(PLAY_RATE, "FRA").value == 0.5


def test_a_rate_above_one_is_shown_as_it_is_without_an_interval():
    found = together(counted("play", {"FRA": [100]}), counted("end", {"FRA": [103]})).total(COMPLETION)
    assert (found.value, found.interval, found.reason) == (1.03, None, "above_one")


def test_viewers_are_divided_by_but_shown_as_the_mean_of_a_day():
    found = together(counted("play", {"FRA": [10, 20]}), counted("viewer", {"FRA": [8, 10]})).total(PER_VIEWER)
    assert found.value == 30 / 18
    assert (found.upper, found.lower, found.interval) == (15, 9, None)


def test_a_partial_day_does_not_lower_the_means_of_plays_and_viewers():
    play, viewer = (counted(name, {"FRA": [10, 20, 2]}, partial=True) for name in ("play", "viewer"))
    found = together(play, viewer).country(PER_VIEWER, "FRA")
    assert (found.upper, found.lower, found.days) == (15, 15, 2)
    assert together(play, viewer).country(PER_VIEWER, "FRA", slice(2, 3)).lower == 2, "there is no complete day"


def test_a_ratio_can_be_that_of_some_days():
    ratios = together(counted("play", {"FRA": [1, 2, 3]}), counted("impression", {"FRA": [10, 10, 10]}))
    assert ratios.country(PLAY_RATE, "FRA", slice(1, 3)).value == 5 / 20
    assert ratios.total(PLAY_RATE, slice(0, 1)).value == 1 / 10


def test_completion_is_of_starts_where_these_were_collected():
    assert [ratio.lower for ratio in ratios_of(("play", "end"))] == ["play"]
    assert [ratio.lower for ratio in ratios_of(("play", "start", "end"))] == ["start"]
    assert len({ratio.name for ratio in RATIOS}) == len(RATIOS) - 1
