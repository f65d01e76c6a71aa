"""Devices, systems and browsers are counted as the same value however they are spelled."""

import ibis

from apivideo_geo.aggregate.value_spellings import load_spellings, read_spelling, unify_spellings, unknown_spellings
from apivideo_geo.facts import facts_table
from tests.aggregate.test_summary import day


def test_old_facts_are_read_with_the_same_vocabulary_as_new_ones_are_made():
    rows = [
        (day(0), "play", "FRA", dimension, spelling, 1)
        for dimension, spellings in load_spellings().items()
        for spelling in (*spellings, "Chrome", "Fridge 2")
    ]
    rows.append((day(0), "play", "FRA", "city", "Chrome", 1))
    for row in unify_spellings(ibis.memtable(facts_table(rows))).to_pyarrow().to_pylist():
        dimension, value = row["dimension"], row["value"]
        assert value == ("Chrome" if dimension == "city" else read_spelling(dimension, value))
        assert value in ("Chrome", "Fridge 2", *load_spellings().get(dimension, {}).values())


def test_a_spelling_that_is_not_in_the_vocabulary_is_listed():
    parts = {"device": (("fridge", 3), ("phone", 9), ("unknown", 1)), "city": (("Rome", 2),)}
    assert unknown_spellings(parts) == {"fridge": 3}


def test_spellings_that_need_no_change_leave_the_table_as_it_is():
    facts = ibis.memtable(facts_table([(day(0), "play", "FRA", "os", "windows", 1)]))
    assert unify_spellings(facts) is facts


def test_spaces_and_case_do_not_matter_and_nothing_is_unknown():
    assert read_spelling("os", " Microsoft WINDOWS ") == "windows"
    assert read_spelling("os", " Fridge 2 ") == "Fridge 2"
    assert read_spelling("os", " ") == "unknown"
    assert read_spelling("city", "Microsoft Windows") == "Microsoft Windows"
