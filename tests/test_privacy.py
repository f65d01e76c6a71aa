"""Withheld counts stay withheld: small tables attacked by somebody who knows everything published, and the rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apivideo_geo.model import Cells
from apivideo_geo.privacy import add_cells, withhold

LEAST = 5
TABLES = st.dictionaries(
    st.sampled_from(["FRA", "BEL", "---"]),
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 40), max_size=8),
    max_size=3,
)


def test_counts_below_the_least_are_withheld_and_with_a_single_one_the_next_smallest_too():
    cells = withhold({"FRA": {"Paris": 60, "Lyon": 12, "Nice": 9, "Pau": 3}}, LEAST)
    assert cells == Cells({"FRA": {"Paris": 60, "Lyon": 12}}, {"FRA": 12})


def test_small_ones_whose_sum_would_tell_each_of_them_take_a_greater_one_along():
    """Two towns with 2 together can only be 1 and 1."""
    assert withhold({"FRA": {"Paris": 60, "Lyon": 12, "Nice": 1, "Pau": 1}}, LEAST).withheld == {"FRA": 14}


def test_a_country_with_one_value_tells_it_or_withholds_all_of_it():
    assert withhold({"MCO": {"Monaco": 4}, "SMR": {"Faetano": 5}}, LEAST) == Cells({"SMR": {"Faetano": 5}}, {"MCO": 4})


def test_with_a_least_of_one_nothing_is_withheld_and_what_is_nothing_is_not_told():
    assert withhold({"FRA": {"Paris": 1, "Lyon": 0}, "BEL": {}}, 1) == Cells({"FRA": {"Paris": 1}}, {})


@given(TABLES, st.integers(1, 9))
def test_nothing_is_lost_and_nothing_small_is_told(table, least):
    cells = withhold(table, least)
    for country, values in table.items():
        told = cells.shown.get(country, {})
        assert all(values[value] == count >= least for value, count in told.items())
        assert sum(told.values()) + cells.withheld.get(country, 0) == sum(values.values())
    assert sum(cells.world().values()) + sum(cells.withheld.values()) == sum(map(sum, map(dict.values, table.values())))


@given(TABLES, st.integers(2, 9))
def test_somebody_who_knows_which_values_are_withheld_cannot_tell_how_small_one_is(table, least):
    """Bounds from the sum alone: 1 to ``least`` at the least, unless the country tells nothing at all."""
    cells = withhold(table, least)
    for country, whole in cells.withheld.items():
        hidden = {v: n for v, n in table[country].items() if n and v not in cells.shown.get(country, {})}
        if cells.shown.get(country):
            assert len(hidden) >= 2
            assert whole - (len(hidden) - 1) >= least


def ways(whole, most):
    """Every way to make ``whole`` of counts from 1 to ``most``."""
    if whole == 0:
        yield ()
    for part in range(min(whole, most), 0, -1):
        yield from ((part, *rest) for rest in ways(whole - part, part))


@pytest.mark.parametrize("least", [2, 3, 5])
def test_somebody_who_knows_the_rule_too_and_tries_every_table_finds_no_withheld_count(least):
    """Whatever is told and whatever sum is withheld: the tables that give just this leave a count open.

    Which value bears which count, and how many are withheld, is not published, so one may also be nothing at all.
    """
    for lowest in range(least, 3 * least):
        for whole in range(1, 3 * least + 1):
            possible = {0}
            for hidden in ways(whole, whole):
                table = {f"hidden {place}": count for place, count in enumerate(hidden)} | {"told": lowest}
                if withhold({"FRA": table}, least) == Cells({"FRA": {"told": lowest}}, {"FRA": whole}):
                    possible |= set(hidden)
            assert possible == {0} or possible >= set(range(least)), (lowest, whole, possible)


@given(st.lists(TABLES, min_size=1, max_size=4), st.integers(2, 9))
def test_the_difference_of_two_sites_is_a_sum_of_cells_that_may_be_told(months, least):
    parts = [withhold(month, least) for month in months]
    before, now = add_cells(parts[:-1]), add_cells(parts)
    for country, values in now.shown.items():
        for value, count in values.items():
            more = count - before.shown.get(country, {}).get(value, 0)
            assert more == 0 or more >= least
    assert sum(now.withheld.values()) == sum(sum(part.withheld.values()) for part in parts)
