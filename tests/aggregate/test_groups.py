"""The figures of a group of countries, counted by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from apivideo_geo.aggregate.compare import compare
from apivideo_geo.aggregate.groups import count_groups, summary_of
from apivideo_geo.geo.groups import Group
from apivideo_geo.model import CHANGE_FROM, Earlier
from tests.render.samples import days, summary

FIRST = date(2026, 6, 1)
SERIES = {"---": (4, 0, 0), "BEL": (3, 0, 3), "FRA": (10, 0, 20), "PER": (6, 0, 0)}
ANDES = Group("andes", "Andes", ("BOL", "CHL", "PER"), "own")
NORTH = Group("north", "North", ("BEL", "FRA", "PER"), "own")
PEOPLE = {"BEL": 2_000_000, "FRA": 8_000_000, "PER": 1_000_000, "CHL": 3_000_000}


def made(**changes):
    one = summary({"FRA": 30, "BEL": 6, "PER": 6}, days(FIRST, [23, None, 23], open_last=True), unknown=4)
    return replace(one, **{"by_country": SERIES, "per_million_from": 6, "new": ("BEL", "PER")} | changes)


def test_a_group_has_the_days_countries_ranks_and_shares_of_its_members_alone():
    one = summary_of(made(breakdowns={"os": (("ios", 3),)}, uncollected={"os": (FIRST,)}), NORTH.members)
    assert (one.total, one.mapped, one.unknown) == (42, 42, 0)
    assert [(day.count, day.open) for day in one.daily] == [(19, False), (None, False), (23, True)]
    assert one.by_country == {code: SERIES[code] for code in NORTH.members}
    assert [(country.iso_a3, country.count, country.share, country.rank) for country in one.countries] == [
        ("FRA", 30, 30 / 42, 1), ("BEL", 6, 6 / 42, 2), ("PER", 6, 6 / 42, 2),
    ]  # fmt: skip
    assert (one.breakdowns, one.uncollected) == ({}, {})


def test_what_is_new_in_a_group_was_never_counted_in_it_and_other_metrics_are_of_the_group_too():
    earlier = Earlier(days=days(date(2026, 5, 31), [5]), reach=(2,), seen=frozenset({"CHL", "FRA"}))
    one = summary_of(made(earlier=earlier, others={"end": made(metric="end")}), ANDES.members)
    assert (one.new, one.earlier) == (("PER",), Earlier(seen=frozenset({"CHL"})))
    assert one.others["end"].by_country == {"PER": SERIES["PER"]}
    assert one.others["end"].metric == "end"


def test_a_group_of_which_nobody_watched_has_zeros_on_the_days_that_were_collected():
    one = summary_of(made(), ["CHL"])
    assert (one.total, one.countries) == (0, ())
    assert [day.count for day in one.daily] == [0, None, 0]


def test_a_group_has_a_share_of_all_and_a_rate_for_all_people_who_live_in_it():
    andes, north = count_groups(made(), [ANDES, NORTH], PEOPLE.get)
    assert (andes.group, andes.summary.total, andes.summary.mapped, andes.share) == (ANDES, 6, 6, 6 / 46)
    assert (andes.people, andes.per_million, andes.no_rate) == (4_000_000, 1.5, "")
    assert (north.people, north.per_million) == (11_000_000, 42 / 11)
    assert north.daily == [19, 0, 23]


@pytest.mark.parametrize(
    ("least", "people", "reason"), [(7, PEOPLE, "too_few"), (6, {}, "no_population"), (7, {}, "no_population")]
)
def test_a_group_without_a_rate_says_why(least, people, reason):
    [andes] = count_groups(made(per_million_from=least), [ANDES], people.get)
    assert (andes.per_million, andes.no_rate) == (None, reason)
    [nobody] = count_groups(made(total=0, countries=()), [ANDES], PEOPLE.get)
    assert (nobody.share, nobody.people) == (0, 4_000_000)


@pytest.mark.parametrize(("counted", "shown"), [(CHANGE_FROM, True), (CHANGE_FROM - 1, False)])
def test_a_change_of_a_group_is_shown_if_it_had_enough_before(counted, shown):
    daily = days(FIRST, [counted, 200])
    comparison = compare(daily, (FIRST.replace(day=2),) * 2)
    one = made(daily=daily, comparison=comparison, by_country={"PER": (counted, 50), "FRA": (1000, 1)}, others={})
    [andes] = count_groups(one, [ANDES], PEOPLE.get)
    assert bool(andes.change) == shown
    if andes.change:
        assert (andes.change.now, andes.change.before, andes.change.counted) == (50, counted, counted)
    [nothing] = count_groups(replace(one, comparison=None), [ANDES], PEOPLE.get)
    assert nothing.change is None
