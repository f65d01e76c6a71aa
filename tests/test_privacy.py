"""Small counts stay withheld: attacked by somebody who knows everything published, all names, and the code."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date

import ibis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apivideo_geo.facts import facts_table
from apivideo_geo.model import DIMENSIONS, Asset, Cells, Facts, PublishedMonth, Refused
from apivideo_geo.privacy import (
    add_cells,
    for_history,
    hide_unlisted,
    hide_unlisted_cells,
    hide_unlisted_facts,
    hide_unlisted_months,
    hide_unlisted_rows,
    history_dimensions,
    listed_assets,
    private_words,
    public_dimensions,
    publishable_assets,
    repeat_cells,
    withheld_dimensions,
    withhold,
    withhold_more,
)
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


def everything(cells):
    """What ``cells`` have, the numbers of suppressed values too, which ``==`` leaves out."""
    return {name: dict(part) for name, part in vars(cells).items()}


def test_cells_know_how_many_values_of_each_country_they_suppress():
    cells = withhold({"FRA": {"Paris": 60, "Lyon": 22, "Nice": 9, "Pau": 3}, "PER": {"Lima": 8}}, LEAST)
    assert everything(cells) == {
        "shown": {"FRA": {"Paris": 60, "Lyon": 22}, "PER": {"Lima": 8}}, "withheld": {"FRA": 12}, "hidden": {"FRA": 2},
    }  # fmt: skip
    assert everything(withhold_more(cells, 30)) == {
        "shown": {"FRA": {"Paris": 60}}, "withheld": {"FRA": 34}, "hidden": {"FRA": 3},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((60, 5, 4), (60,)), ((60, 6, 4), (60,)), ((60, 4, 1), (60,)), ((60, 4, 1, 1), (60,)), ((5, 4, 1), (5,)),
        ((8, 7, 1, 1), (8,)), ((9, 4, 4), (9,)), ((8, 4, 4), ()), ((60, 3, 3, 3), (60,)), ((60, 8, 8, 4), (60,)),
        ((60, 5, 4, 4), ()), ((60, 6, 4, 4), (60,)),
    ],
)  # fmt: skip
def test_which_counts_are_shown_is_decided_as_by_the_proof(counts, shown):
    cells = withhold({"FRA": {str(number): count for number, count in enumerate(counts)}}, LEAST)
    assert tuple(cells.shown.get("FRA", {}).values()) == shown


def test_a_value_that_is_suppressed_alone_hides_another_even_if_it_can_only_be_one():
    assert withhold({"FRA": {"Paris": 60, "Pau": 1}}, 2) == Cells({}, {})


def test_values_that_were_suppressed_before_and_those_that_are_now_must_have_room_together():
    before = Cells({"FRA": {"Paris": 60, "Lyon": 5, "Nice": 5}}, {"FRA": 5}, {"FRA": 2})
    assert withhold_more(before, 20) == Cells({}, {}), "four values with 15 together cannot each be 19"


def test_cells_of_several_months_are_added_up_by_country_and_value():
    one = Cells({"PER": {"Lima": 5}, "FRA": {"Pau": 5, "Paris": 9}}, {"PER": 7})
    two = Cells({"FRA": {"Pau": 6}}, {"PER": 1, "FRA": 6})
    cells = add_cells([one, two])
    assert cells == Cells({"FRA": {"Pau": 11, "Paris": 9}, "PER": {"Lima": 5}}, {"PER": 8, "FRA": 6})
    assert [list(cells.shown), list(cells.shown["FRA"]), list(cells.withheld)] == [
        ["FRA", "PER"], ["Pau", "Paris"], ["FRA", "PER"],
    ]  # fmt: skip


def test_a_month_is_published_again_without_countries_whose_total_is_now_smaller_than_their_cells():
    shown = {"FRA": {"Paris": 9}, "ITA": {"Roma": 5}, "PER": {"Lima": 5}, "BEL": {"Gent": 1}}
    published = Cells(shown, {"FRA": 7, "PER": 6}, {"FRA": 2, "PER": 3})
    assert everything(repeat_cells(published, {"FRA": 16, "ITA": 5, "PER": 10})) == {
        "shown": {"FRA": {"Paris": 9}, "ITA": {"Roma": 5}}, "withheld": {"FRA": 7}, "hidden": {"FRA": 2},
    }  # fmt: skip


DAY = date(2026, 11, 10)


def test_a_history_stores_only_the_dimensions_that_it_may():
    rows = [(DAY, "play", "FRA", name, "x" if name != "total" else "", 3) for name in DIMENSIONS]
    facts = Facts((DAY,), facts_table(rows), refused=(Refused("no count", 1, DAY),))
    for private, withhold_media, kept in [
        (True, True, {*DIMENSIONS}),
        (False, False, {"total", "media", "device", "os", "browser"}),
        (False, True, {"total", "device", "os", "browser"}),
    ]:
        stored = for_history(facts, private, withhold_media)
        assert {*stored.table["dimension"].to_pylist()} == {*history_dimensions(private, withhold_media)} == kept
        assert (stored.days, stored.refused) == (facts.days, facts.refused)


def test_a_dimension_is_published_by_day_or_withheld_and_never_both():
    assert public_dimensions(False) == ("total", "media", "device", "os", "browser")
    assert public_dimensions(True) == ("total", "device", "os", "browser")
    assert withheld_dimensions(False) == ("referrer", "city")
    assert withheld_dimensions(True) == ("referrer", "city", "media")


PUBLIC = Asset("viPublic", "video", "Open day", True, lifetime=70)
SECRET = Asset("viSecret", "video", "Secret plan", False, lifetime=80)


def test_assets_that_are_not_public_are_listed_only_if_the_settings_say_so():
    assert listed_assets([PUBLIC, SECRET], False) == (PUBLIC,)
    assert listed_assets([PUBLIC, SECRET], True) == (PUBLIC, SECRET)


def test_lifetime_plays_are_not_published_where_counts_of_videos_are_withheld():
    assert publishable_assets([PUBLIC], False) == (PUBLIC,)
    assert publishable_assets([PUBLIC], True) == (Asset("viPublic", "video", "Open day", True),)


def test_words_that_may_be_nowhere_are_the_ids_and_the_titles_of_assets_that_are_not_public():
    short = [Asset("vi7", "video", "1234567", False), Asset("vi8", "video", "12345678", False)]
    shared = Asset("vi9", "video", "Open day", False)
    assert private_words([PUBLIC, SECRET, shared, *short]) == {
        "viSecret", "Secret plan", "vi9", "vi7", "vi8", "12345678",
    }  # fmt: skip


def test_ids_that_are_not_listed_are_replaced_and_an_empty_one_stays():
    for media_id, expected in [("viPublic", "viPublic"), ("viSecret", "unlisted"), ("", ""), ("unlisted", "unlisted")]:
        assert hide_unlisted(media_id, {"viPublic"}) == expected
        assert hide_unlisted(media_id, None) == media_id


ROWS = [
    (DAY, "play", "FRA", "media", "viPublic", 1), (DAY, "play", "FRA", "media", "viSecret", 2),
    (DAY, "play", "FRA", "media", "viGone", 4), (DAY, "play", "PER", "media", "unlisted", 8),
    (DAY, "play", "PER", "media", "viSecret", 16), (DAY, "play", "PER", "device", "viSecret", 32),
    (DAY, "play", "FRA", "total", "", 64),
]  # fmt: skip
HIDDEN = {
    (DAY, "play", "FRA", "media", "viPublic", 1), (DAY, "play", "FRA", "media", "unlisted", 6),
    (DAY, "play", "PER", "media", "unlisted", 24), (DAY, "play", "PER", "device", "viSecret", 32),
    (DAY, "play", "FRA", "total", "", 64),
}  # fmt: skip


def test_stored_rows_of_assets_that_are_not_listed_become_one_row_of_each_country():
    table = hide_unlisted_rows(facts_table(ROWS), {"viPublic"})
    assert table == facts_table(HIDDEN)
    assert hide_unlisted_rows(table, {"viPublic"}) is table


def test_facts_of_an_engine_have_no_id_of_an_asset_that_is_not_listed():
    facts = ibis.connect("duckdb://").create_table("facts", facts_table(ROWS))
    hidden = hide_unlisted_facts(facts, {"viPublic"})
    assert hidden.columns == facts.columns
    sums = hidden.group_by(*hidden.columns[:5]).agg(count=hidden["count"].sum()).to_pyarrow()
    assert {tuple(row.values()) for row in sums.to_pylist()} == HIDDEN


def test_what_was_published_of_a_video_that_is_not_listed_any_more_is_unlisted_and_other_dimensions_stay():
    cells = Cells({"FRA": {"viPublic": 5, "viSecret": 6, "viGone": 7}}, {"FRA": 9}, {"FRA": 3})
    hidden = {"shown": {"FRA": {"unlisted": 13, "viPublic": 5}}, "withheld": {"FRA": 9}, "hidden": {"FRA": 3}}
    assert everything(hide_unlisted_cells(cells, {"viPublic"})) == hidden
    month = PublishedMonth(cells, 5)
    found = hide_unlisted_months({("media", DAY): month, ("city", DAY): month}, {"viPublic"})
    assert everything(found["media", DAY].cells) == hidden
    assert found["city", DAY] == month
