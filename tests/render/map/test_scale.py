from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apivideo_geo.errors import UsageError
from apivideo_geo.render.map.breaks import roundest
from apivideo_geo.render.map.scale import METHODS, make_scale
from apivideo_geo.render.text.formats import Formats

EN = Formats("en")
AUTOMATIC = [method for method in METHODS if method != "custom"]


def ranges(values, **options):
    return make_scale(values, **options).ranges(EN)


def occupancy(values, **options):
    scale = make_scale(values, **options)
    found = Counter(scale.class_of(value) for value in values)
    return [found[index] for index in range(len(scale.lows))]


@pytest.mark.parametrize("method", AUTOMATIC)
@pytest.mark.parametrize("values", [[], [0], [0] * 40])
def test_without_a_count_there_is_no_class(method, values):
    scale = make_scale(values, method)
    assert scale.lows == ()
    assert scale.ranges(EN) == []
    assert scale.class_of(0) is None


@pytest.mark.parametrize("method", AUTOMATIC)
def test_one_country_is_one_class_with_its_own_count(method):
    assert ranges([7], method=method) == ["7"]


@pytest.mark.parametrize("method", AUTOMATIC)
def test_equal_counts_share_the_one_class(method):
    assert ranges([7] * 30, method=method) == ["7"]
    assert ranges([0.3] * 5, method=method) == ["0.3"]


@pytest.mark.parametrize("method", AUTOMATIC)
def test_zero_and_unknown_are_no_class(method):
    scale = make_scale([0, 1, 5, 30, 900], method)
    assert scale.class_of(0) is None
    assert scale.class_of(None) is None
    assert scale.class_of(float("nan")) is None
    assert scale.class_of(1) == 0


def test_ranges_of_counts_are_disjoint_and_the_top_is_open():
    assert ranges([*range(1, 61)]) == ["1–9", "10–19", "20–29", "30–39", "40–49", "50 and more"]


def test_a_dominant_country_does_not_wash_out_the_rest():
    values = [*range(1, 41), 100_000]
    assert len(ranges(values)) == 6
    assert max(occupancy(values)) <= 9
    assert ranges(values)[-1] == "35 and more"


def test_ties_stay_together_and_the_other_classes_share_the_rest():
    values = [1] * 100 + [2] * 30 + [3] * 5 + [50]
    assert ranges(values) == ["1", "2", "3–9", "10 and more"]
    assert occupancy(values) == [100, 30, 5, 1]


def test_small_rates_get_small_limits():
    assert ranges([0.02, 0.3, 0.31, 1.2, 4.4, 12, 35.6, 118]) == [
        "under 0.1",
        "0.1–0.31",
        "0.31–0.5",
        "0.5–10",
        "10–20",
        "20 and more",
    ]


def test_the_first_class_begins_at_a_readable_figure_not_far_below_the_lowest_value():
    assert make_scale([23, 40, 50, 60, 70, 80, 90], "equal", 3).lows[0] == 20
    assert make_scale([130, 400, 900, 2000], "equal", 3).lows[0] == 130
    assert make_scale([0.23, 0.5, 0.9, 4], "log", 3).lows[0] == 0.2


def test_equal_classes_have_equal_widths():
    lows = make_scale([*range(1, 101)], "equal", 5).lows
    assert lows == (1, 20, 40, 60, 80)


def test_log_classes_grow_by_about_the_same_factor():
    lows = make_scale([1, 3, 10, 33, 100, 330, 1000, 3300, 10_000], "log", 4).lows
    assert lows == (1, 10, 100, 1000)


def test_jenks_finds_the_groups_that_are_there():
    values = [1, 2, 3, 50, 51, 52, 53, 900, 910]
    assert occupancy(values, method="jenks", classes=3) == [3, 4, 2]


def test_custom_breaks_stay_as_given_even_where_no_country_falls():
    assert ranges([3, 70], method="custom", custom=(10, 100, 1000)) == ["1–9", "10–99", "100–999", "1,000 and more"]
    assert ranges([0.3, 70], method="custom", custom=(0.5, 10)) == ["under 0.5", "0.5–10", "10 and more"]


def test_custom_breaks_that_begin_at_one_or_between_two_counts_make_no_empty_class():
    assert ranges([3, 70], method="custom", custom=(1, 10)) == ["1–9", "10 and more"]
    assert ranges([3, 70], method="custom", custom=(1.5, 10)) == ["1", "2–9", "10 and more"]
    assert ranges([3, 70], method="custom", custom=(2,)) == ["1", "2 and more"]


def test_the_last_class_says_and_more_unless_it_is_the_only_value():
    assert ranges([3, 70], method="custom", custom=(1,)) == ["1 and more"]
    assert ranges([3, 100], method="custom", custom=(1, 100)) == ["1–99", "100 and more"]
    assert ranges([1, 70], method="custom", custom=(1,)) == ["1 and more"]
    assert ranges([1], method="custom", custom=(1,)) == ["1"]
    assert ranges([7, 7, 7.5], method="log") == ["7 and more"]


def test_a_class_without_a_value_is_removed_also_next_to_the_lowest_or_the_highest_value():
    assert occupancy([1, 5], method="equal", classes=6) == [1, 1]
    assert occupancy([17, 18], method="log", classes=3) == [2]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "kmeans"}, "quantile, log, jenks"),
        ({"classes": 2}, "3 to 9"),
        ({"classes": 10}, "3 to 9"),
        ({"method": "custom"}, "ascending numbers"),
        ({"method": "custom", "custom": (5, 5)}, "ascending numbers"),
        ({"method": "custom", "custom": (0, 5)}, "ascending numbers"),
        ({"method": "custom", "custom": tuple(range(1, 10))}, "1 to 8 ascending numbers"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(options, words):
    with pytest.raises(UsageError, match=words):
        make_scale([1, 2, 3], **options)


COUNTS = st.lists(st.integers(0, 10**7), max_size=250)
RATES = st.lists(st.floats(0, 1e6, allow_subnormal=False).filter(lambda rate: rate == 0 or rate > 1e-6), max_size=80)


@given(values=st.one_of(COUNTS, RATES), method=st.sampled_from(AUTOMATIC), classes=st.integers(3, 9))
def test_every_value_has_a_class_and_every_class_a_value(values, method, classes):
    scale = make_scale(values, method, classes)
    above_zero = [value for value in values if value > 0]
    found = {scale.class_of(value) for value in above_zero}
    assert found == set(range(len(scale.lows)))
    assert len(scale.lows) <= classes
    assert list(scale.lows) == sorted(set(scale.lows))
    assert not above_zero or scale.lows[0] <= min(above_zero)
    order = [scale.class_of(value) for value in sorted(above_zero)]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("above", "upto", "expected"),
    [(3, 10, 5), (84, 85, 85), (380, 400, 400), (23, 88, 50), (2871, 2884, 2880), (0.31, 0.34, 0.32), (99, 101, 100)],
)
def test_the_roundest_number_in_reach_is_taken(above, upto, expected):
    assert roundest(above, upto, (above * upto) ** 0.5, whole=upto > 1) == expected
