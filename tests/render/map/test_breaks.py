"""Breaks of classes against slow and simple programs that do the same."""

import math
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apivideo_geo.render.map.breaks import equal_breaks, jenks_breaks, log_breaks, quantile_breaks, roundest

COUNTS = st.lists(st.integers(1, 300), min_size=2, max_size=9).map(sorted).filter(lambda values: len(set(values)) > 1)
RATES = st.floats(0.001, 900, allow_nan=False).map(lambda rate: round(rate, 3))
TIERS = [(1, 2, 5), (1.5, 2.5, 3, 4, 6, 7, 8, 9), [n / 2 for n in range(2, 20)], [n / 10 for n in range(10, 100)]]


def spread_of(values, limits):
    """The sum of the squared distances from the mean of each class."""
    edges = [-math.inf, *limits, math.inf]
    classes = [[value for value in values if low <= value < high] for low, high in pairwise(edges)]
    assert all(classes)
    return sum(sum((value - sum(some) / len(some)) ** 2 for value in some) for some in classes)


@given(COUNTS, st.integers(2, 5))
def test_natural_breaks_have_the_smallest_spread_of_all(values, classes):
    limits = jenks_breaks(values, classes, True)
    number = min(classes, len(set(values)))
    assert len(limits) == number - 1
    assert all(limit == int(limit) for limit in limits)
    possible = combinations(sorted(set(values))[1:], number - 1)
    assert spread_of(values, limits) == pytest.approx(min(spread_of(values, some) for some in possible), abs=1e-6)


def test_natural_breaks_are_the_roundest_numbers_in_the_gaps():
    assert jenks_breaks([1, 2, 3, 50, 51, 52, 53, 900, 910], 3, True) == [10, 200]
    assert jenks_breaks([0.011, 0.012, 0.31, 0.32], 2, False) == [0.05]


@given(RATES, RATES, st.booleans())
def test_the_roundest_number_is_found_as_by_trying_all(one, other, whole):
    above, upto = sorted([one, other])
    if above == upto or (whole and math.floor(above) == math.floor(upto)):
        return
    near, found = math.sqrt(above * upto), None
    for tier in TIERS:
        tried = [float(f"{head:g}e{exponent}") for head in tier for exponent in range(-5, 4)]
        if fits := [number for number in tried if above < number <= upto and (not whole or number == int(number))]:
            found = min(abs(math.log(number / near)) for number in fits)
            break
    number = roundest(above, upto, near, whole)
    assert above < number <= upto
    if found is not None:
        assert abs(math.log(number / near)) == pytest.approx(found)


def test_the_roundest_number_above_zero_may_be_a_thousandth():
    assert roundest(0, 5, 0.004, False) == 0.005
    assert roundest(0, 0.7, 0.7, False) == 0.5
    assert roundest(0, 5, 0.004, True) == 1
    assert roundest(0, 5, 0.0004, False) == 0.001
    assert roundest(1e-9, 1, 1e-6, False) == 1e-6


@given(COUNTS, st.integers(3, 9))
def test_equal_classes_begin_at_multiples_of_one_round_width(values, classes):
    limits = equal_breaks(values, classes, True)
    width = (values[-1] - values[0]) / classes
    assert len(limits) == classes - 1
    steps = {high - low for low, high in pairwise(limits)}
    assert len(steps) == 1
    [step] = steps
    assert width / 1.15 < step <= max(width * 1.15, math.ceil(width))
    assert limits[0] % step == 0
    assert limits[0] - step <= values[0] < limits[0]


def test_equal_classes_of_counts_and_rates():
    assert equal_breaks([1, 100], 5, True) == [20, 40, 60, 80]
    assert equal_breaks([1, 3], 3, True) == [2, 3]
    assert equal_breaks([20, 119], 5, True) == [40, 60, 80, 100]
    assert equal_breaks([0.1, 1], 3, False) == [0.3, 0.6]
    assert equal_breaks([0.2, 0.5], 3, False) == [0.3, 0.4]


@given(COUNTS, st.integers(3, 9))
def test_logarithmic_limits_are_within_a_seventh_of_the_ideal(values, classes):
    for step, limit in enumerate(log_breaks(values, classes, True), 1):
        ideal = values[0] * (values[-1] / values[0]) ** (step / classes)
        assert ideal / 1.15 < limit <= max(ideal * 1.15, math.ceil(ideal))


def test_logarithmic_limits_of_counts_and_rates():
    assert log_breaks([1, 10_000], 4, True) == [10, 100, 1000]
    assert log_breaks([0.01, 100], 4, False) == [0.1, 1, 10]
    assert log_breaks([1, 7], 3, True) == [2, 4]
    assert log_breaks([1, 3], 3, True) == [2, 2]
    assert log_breaks([1, 2116], 2, True) == [50]


def test_classes_of_equal_size_move_a_limit_by_a_fifth_of_a_class_to_a_rounder_number():
    assert quantile_breaks([*range(1, 101)], 5, True) == [20, 40, 60, 80]
    assert quantile_breaks([*range(3, 103)], 5, True) == [20, 40, 60, 80]
    assert quantile_breaks([11, 12, 13, 14, 15, 16], 3, True) == [13, 15]
    assert quantile_breaks([1, 1, 1, 1, 1, 2, 3], 3, True) == [2, 3]
    assert quantile_breaks([5, 5, 5], 3, True) == []
    assert quantile_breaks([*range(13, 23)], 2, True) == [18]


def test_where_ties_leave_no_limit_near_or_above_the_last_one_below_is_taken():
    assert quantile_breaks([1, 2, 5, 6, 6, 6, 6, 6, 6, 6], 2, True) == [6]


def test_values_that_are_all_equal_from_some_point_on_are_one_class():
    assert quantile_breaks([1, 5, 5, 5], 4, True) == [2]
