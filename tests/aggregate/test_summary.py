"""Facts small enough to count by hand, and the Summary that comes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import ibis
import numpy as np
import pytest

from apivideo_geo.aggregate.summary import Atlas, arrays_of, count_of, rank_countries, uncollected_days
from apivideo_geo.facts import facts_table
from apivideo_geo.model import UNKNOWN, Account, CountryCount, DoubtfulDay
from tests.summaries import summarise

FIRST = date(2026, 11, 1)


def day(number):
    return FIRST + timedelta(number)


def made(rows, collected, **options):
    """The Summary of ``rows``: number of the day, country, dimension and value if it is no total, count."""
    facts = facts_table(
        (day(number), "play", code, *(part or ("total", "")), count) for number, code, *part, count in rows
    )
    return summarise(
        ibis.memtable(facts),
        {day(number): still_open for number, still_open in collected.items()},
        metric="play",
        population_of=lambda code: 1_000_000,
        **{"generated_at": datetime(2026, 11, 30, tzinfo=UTC), **options},
    )


ROWS = [(0, "FRA", 3), (0, UNKNOWN, 1), (2, "FRA", 5), (2, "PER", 2), (3, "PER", 4)]
COLLECTED = {0: False, 2: False, 3: True}


def test_every_country_has_a_count_for_every_day():
    summary = made(ROWS, COLLECTED)
    assert summary.by_country == {UNKNOWN: (1, 0, 0, 0), "FRA": (3, 0, 5, 0), "PER": (0, 0, 2, 4)}
    assert [each.count for each in summary.daily] == [4, None, 7, 4]
    assert (summary.total, summary.mapped, summary.unknown) == (15, 14, 1)
    assert [(each.iso_a3, each.count, each.rank) for each in summary.countries] == [("FRA", 8, 1), ("PER", 6, 2)]


def test_the_days_of_the_countries_add_up_to_the_days():
    summary = made(ROWS, COLLECTED)
    for place, each in enumerate(summary.daily):
        assert sum(counts[place] for counts in summary.by_country.values()) == (each.count or 0)


def test_days_outside_the_period_count_nowhere():
    summary = made(ROWS, COLLECTED, since=day(2), until=day(2))
    assert summary.by_country == {"FRA": (5,), "PER": (2,)}
    assert (summary.total, summary.mapped, summary.unknown) == (7, 7, 0)


def test_without_facts_there_are_days_of_nothing():
    summary = made([], {0: False, 1: False})
    assert summary.by_country == {}
    assert [each.count for each in summary.daily] == [0, 0]
    assert made([], {}).daily == ()


def test_a_breakdown_knows_the_days_on_which_it_was_collected():
    rows = [(n, "play", "FRA", "total", "", 5) for n in range(6)] + [(6, "play", "FRA", "total", "", 0)]
    rows += [(n, "play", "FRA", dimension, "x", 1) for n in (2, 3, 5) for dimension in ("media", "city")]
    facts = ibis.memtable(facts_table((day(number), *rest) for number, *rest in rows))
    period = [day(number) for number in range(7)]
    found = uncollected_days(facts, period, withheld=["city"])
    assert found["media"] == (day(0), day(1), day(4)), "not the day without plays: its zero is known"
    assert found["city"] == (day(0), day(1)), "a later day without a city could point at a person"
    assert "device" not in found, "never collected"
    assert uncollected_days(facts, period[2:4]) == {"media": (), "city": ()}


def test_the_breakdowns_of_the_front_page_are_of_the_period_and_all_countries_most_first():
    rows = [
        (2, "FRA", "device", "desktop", 3), (2, "FRA", "device", "phone", 3), (2, "PER", "device", "phone", 2),
        (2, "FRA", "device", "console", 5), (2, "FRA", "os", "iOS", 5), (2, "FRA", "city", "Lyon", 5),
        (3, "PER", "device", "desktop", 9),
    ]  # fmt: skip
    summary = made([*ROWS, *rows], COLLECTED, until=day(2), withheld=["city"])
    assert summary.breakdowns == {"device": (("console", 5), ("phone", 5), ("desktop", 3)), "os": (("iOS", 5),)}
    later = made([*ROWS, *rows], COLLECTED, withheld=["city"]).uncollected
    assert later == {"device": (day(0),), "os": (day(0), day(3)), "city": (day(0),)}


def test_a_part_is_compared_with_the_count_on_the_days_on_which_it_was_collected():
    summary = replace(made(ROWS, COLLECTED), uncollected={"media": (day(0),)})
    assert [each.count for each in summary.daily_by("media")] == [None, None, 7, 4]
    assert summary.count_by("media") == 11
    assert summary.count_by("media", "FRA") == 5
    assert summary.count_by("device", "FRA") == 8
    assert summary.count_by("device", months=[date(2026, 10, 1)]) == 0


def test_what_is_new_or_a_record_is_measured_against_the_days_before_the_period():
    rows = [
        (-1, "DEU", 9),
        (0, "ESP", 1),
        *((number, "FRA", 2) for number in range(70)),
        (65, "ESP", 3),
        (66, "ITA", 1),
    ]
    summary = made(rows, dict.fromkeys(range(70), False), since=day(5))
    assert summary.new == ("ITA",)
    assert [each.count for each in summary.earlier.days] == [3, 2, 2, 2, 2]
    assert summary.earlier.reach == (2, 1, 1, 1, 1)
    assert summary.earlier.seen == {"ESP", "FRA"}, "not on the day that is not stored"
    assert made(rows, dict.fromkeys(range(70), False)).earlier.days == ()


def test_the_count_of_one_country_or_video_is_its_sum_or_of_viewers_the_mean_of_a_complete_day():
    plays = replace(made(ROWS, COLLECTED), by_country={"FRA": (3, 0, 5, 2)})
    assert (count_of(plays, "FRA"), count_of(plays, "PER")) == (10, 0)
    viewers = replace(plays, metric="viewer")
    assert (count_of(viewers, "FRA"), count_of(viewers, "PER")) == (4, 0), "the day not collected and the partial one"
    only_today = replace(viewers, daily=(*viewers.daily[1:2], viewers.daily[3]), by_country={"FRA": (0, 2)})
    assert count_of(only_today, "FRA") == 2
    assert count_of(replace(viewers, daily=viewers.daily[1:2], by_country={"FRA": (0,)}), "FRA") == 0


def test_countries_are_ranked_by_count_then_code_with_their_share_and_the_rate_of_their_people():
    people = {"FRA": 2_000_000, "BEL": 500_000, "DEU": 4_000_000}
    atlas = Atlas(str.lower, lambda code: code[:2], people.get)
    ranked = rank_countries({"VAT": 4, "FRA": 10, "DEU": 3, "BEL": 4, "ITA": 3}, 42, 4, atlas)
    assert ranked == (
        CountryCount("FRA", "FR", "fra", 10, 10 / 42, per_million=5, rank=1, people=2_000_000),
        CountryCount("BEL", "BE", "bel", 4, 4 / 42, per_million=8, rank=2, people=500_000),
        CountryCount("VAT", "VA", "vat", 4, 4 / 42, per_million=None, rank=2, people=0),
        CountryCount("DEU", "DE", "deu", 3, 3 / 42, per_million=None, rank=4, people=4_000_000),
        CountryCount("ITA", "IT", "ita", 3, 3 / 42, per_million=None, rank=4, people=0),
    )


def test_every_day_of_the_period_is_counted_by_what_became_of_it():
    collected = {0: False, 1: False, 2: False, 8: True, 9: True}
    doubts = [DoubtfulDay(day(number), 1, 2, "differs") for number in (1, 20)]
    summary = made(
        [(0, "FRA", 3), (9, "FRA", 1)], collected, partial=[day(4), day(20)], left_out=[day(5)], doubtful=doubts,
        account=Account(25),
    )  # fmt: skip
    found = summary.days
    assert summary.account == Account(25)
    assert (found.collected, found.empty, found.open) == (3, 2, 2)
    assert found.missing == tuple(map(day, (3, 4, 5, 6, 7)))
    assert (found.partial, found.left_out) == ((day(4),), (day(5),))
    assert found.lost == (day(3),), "older than the 25 days before 30 November"
    assert found.doubtful == (doubts[0],)
    assert made([], collected).days.lost == (), "how long the API remembers is not known"


@pytest.mark.parametrize(
    ("moment", "lost"),
    [
        (datetime(2026, 11, 30, tzinfo=UTC), [3]),
        (datetime(2026, 11, 30, microsecond=1, tzinfo=UTC), [3, 4]),
        (datetime(2026, 12, 1, 1, tzinfo=timezone(timedelta(hours=2))), [3, 4]),
    ],
)
def test_a_day_is_lost_once_the_api_has_forgotten_a_part_of_the_utc_day(moment, lost):
    summary = made([], {0: False, 1: False, 2: False, 8: False}, account=Account(25), generated_at=moment)
    assert summary.days.lost == tuple(map(day, lost))


def test_a_summary_is_of_real_data_and_has_the_smallest_count_with_a_rate():
    summary = made(ROWS, COLLECTED, per_million_from=7, ratio_from=30)
    assert not summary.demo
    assert (summary.per_million_from, summary.ratio_from) == (7, 30)
    assert [each.per_million for each in summary.countries] == [8, None]


def test_counts_take_four_bytes_or_eight_if_one_is_too_large():
    for most, size in ((2**31 - 1, 4), (2**31, 8)):
        (row,) = arrays_of(np.array([[1, most]]))
        assert (list(row), row.itemsize) == ([1, most], size)


def test_a_period_ends_with_the_last_stored_day_unless_it_is_wanted_exactly():
    stored = dict.fromkeys(range(3), False)
    assert made(ROWS, stored, until=day(9)).period_to == day(2)
    exact = made(ROWS, stored, until=day(4), exactly=True)
    assert (exact.period_to, [one.count for one in exact.daily]) == (day(4), [4, 0, 7, None, None])
    inner = made(ROWS, stored, since=day(1), until=day(1))
    assert (inner.period_from, inner.period_to, inner.total) == (day(1), day(1), 0)
    assert (made([], {}, since=day(1)).period_from, made([], {}, since=day(1)).daily) == (day(1), ())


@pytest.mark.parametrize(
    ("since", "until", "period", "total"),
    [
        (None, 0, (0, 0), 4), (3, None, (3, 3), 4), (0, 0, (0, 0), 4), (1, None, (1, 3), 11), (None, 2, (0, 2), 11),
        (None, -1, (None, -1), 0),
    ],
)  # fmt: skip
def test_a_period_without_a_first_or_last_day_begins_or_ends_with_a_stored_day(since, until, period, total):
    since, until, *period = (number if number is None else day(number) for number in (since, until, *period))
    summary = made(ROWS, COLLECTED, since=since, until=until)
    assert [summary.period_from, summary.period_to, summary.total] == [*period, total]
