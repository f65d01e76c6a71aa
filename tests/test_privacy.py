"""Small counts stay withheld: attacked by somebody who knows everything published, all names, and the code."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apivideo_geo.model import Cells
from apivideo_geo.privacy import add_cells, withhold, withhold_more
from bench.withheld import (
    COUNTRY,
    Build,
    former_rule,
    invent_builds,
    invent_counts,
    narrowed,
    narrowed_by_builds,
)

LEAST = 5
COUNTS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 40), max_size=8)
TABLES = st.dictionaries(st.sampled_from(["FRA", "BEL", "---"]), COUNTS, max_size=3)
MALTA = {"Zabbar": 4, "Attard": 6, "Birkirkara": 6}


def test_with_one_small_count_the_next_larger_is_hidden_too():
    cells = withhold({"FRA": {"Paris": 60, "Lyon": 22, "Nice": 9, "Pau": 3}}, LEAST)
    assert cells == Cells({"FRA": {"Paris": 60, "Lyon": 22}}, {"FRA": 12})


def test_small_counts_with_room_for_each_other_hide_nothing_else():
    assert withhold({"FRA": {"Paris": 5, "Pau": 1, "Nice": 4}}, LEAST) == Cells({"FRA": {"Paris": 5}}, {"FRA": 5})


def test_small_counts_whose_sum_would_reveal_each_hide_a_larger_one():
    """Two towns with 2 together can only be 1 and 1."""
    cells = withhold({"FRA": {"Paris": 60, "Lyon": 30, "Nice": 1, "Pau": 1}}, LEAST)
    assert cells == Cells({"FRA": {"Paris": 60}}, {"FRA": 32})
    cells = withhold({"FRA": {"Paris": 60, "Lyon": 5, "Nice": 1, "Pau": 1}}, LEAST)
    assert cells == Cells({"FRA": {"Paris": 60}}, {"FRA": 7})


def test_equal_counts_are_hidden_together():
    """Shown, the one of two with 6 plays would say that the hidden one has no more than 6."""
    shown = withhold({"MLT": MALTA | {"Valletta": 50}}, LEAST).shown
    assert shown == {"MLT": {"Valletta": 50}}


def test_a_country_that_can_show_nothing_publishes_no_sum_either():
    """The sum of a single value would be its count."""
    assert withhold({"MCO": {"Monaco": 4}, "SMR": {"Faetano": 5}, "MLT": MALTA}, LEAST) == Cells(
        {"SMR": {"Faetano": 5}}, {}
    )


def test_with_a_minimum_of_one_everything_is_shown_and_zeros_are_not():
    assert withhold({"FRA": {"Paris": 1, "Lyon": 0}, "BEL": {}}, 1) == Cells({"FRA": {"Paris": 1}}, {})


@given(TABLES, st.integers(1, 9))
def test_nothing_is_lost_nothing_small_is_shown_and_equal_counts_share_their_fate(table, least):
    cells = withhold(table, least)
    for country, values in table.items():
        shown = cells.shown.get(country, {})
        hidden = [count for value, count in values.items() if count and value not in shown]
        assert all(values[value] == count >= least for value, count in shown.items())
        assert not {*shown.values()} & {*hidden}
        assert not shown or sum(shown.values()) + cells.withheld.get(country, 0) == sum(values.values())
        assert shown or country not in cells.withheld
        assert not shown or cells.hidden.get(country, 0) == len(hidden)


@given(COUNTS, st.sampled_from([2, 3, 4, 5]))
def test_no_withheld_count_can_be_narrowed_down(counts, least):
    assert narrowed(counts, least) == {}


@pytest.mark.parametrize("least", [3, 5, 20])
def test_no_withheld_count_of_random_accounts_can_be_narrowed_down(least):
    chance = random.Random(least)
    tables = [invent_counts(chance) for _ in range(150)]
    assert [found for table in tables if (found := narrowed(table, least))] == []
    assert sum(bool(withhold({COUNTRY: table}, least).withheld) for table in tables) > 25
    assert any(narrowed(table, least, former_rule) for table in tables), "the attack finds nothing anywhere"


def test_the_attack_finds_what_the_former_rule_revealed():
    assert narrowed(MALTA, LEAST, former_rule) == {"Zabbar": {1, 2, 3}}
    assert narrowed(MALTA, LEAST) == {}


@pytest.mark.slow
def test_no_withheld_count_can_be_narrowed_down_by_keeping_every_build():
    """Videos become private and public, plays come late, a day is removed, ``min_count`` and the period change."""
    found = Counter()
    for seed in range(60):
        chance = random.Random(seed)
        counts = invent_counts(chance)
        builds = invent_builds(chance, list(counts), (3, 5, 20)[seed % 3]) if counts else [Build(5)]
        for remember in (True, False):
            found[remember] += narrowed_by_builds(counts, builds, remember) is not None
    assert found[True] == 0
    assert found[False] > 0, "the attack finds nothing where each build is made from its data"


@given(COUNTS, st.integers(1, 6), st.integers(1, 9))
def test_a_raised_minimum_hides_more_and_decides_by_what_was_published(counts, least, more):
    first = withhold({COUNTRY: counts}, least)
    second = withhold_more(first, least + more)
    shown, before = second.shown.get(COUNTRY, {}), first.shown.get(COUNTRY, {})
    assert shown.items() <= before.items()
    assert all(count >= least + more for count in shown.values())
    anonymous = Cells({COUNTRY: before}, first.withheld, first.hidden)
    assert withhold_more(anonymous, least + more) == second
    if least == 1:
        assert second == withhold({COUNTRY: counts}, least + more)


@pytest.mark.slow
@given(st.lists(TABLES, min_size=1, max_size=4), st.integers(2, 9))
def test_the_difference_of_two_sites_is_a_sum_of_cells_that_may_be_published(months, least):
    parts = [withhold(month, least) for month in months]
    before, now = add_cells(parts[:-1]), add_cells(parts)
    for country, values in now.shown.items():
        for value, count in values.items():
            more = count - before.shown.get(country, {}).get(value, 0)
            assert more == 0 or more >= least
    assert sum(now.withheld.values()) == sum(sum(part.withheld.values()) for part in parts)
