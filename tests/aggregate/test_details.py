"""What the pages of countries, videos and cities show: counted by hand on a history of three days."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import ibis
import pytest

from apivideo_geo.aggregate.details import by_media, detail
from apivideo_geo.days import ONE_DAY, days_between
from apivideo_geo.facts import facts_table
from apivideo_geo.model import UNLISTED, Account, Asset, Cells, PublishedMonth
from tests.summaries import summarise

MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 18)
MONTH = days_between(date(2026, 11, 1), date(2026, 11, 30))
ASSETS = (Asset("viA", "video", "A", True), Asset("viB", "video", "B", True), Asset("liC", "live-stream", "C", True))
ROWS = [
    (MONDAY, "FRA", "total", "", 10),
    (MONDAY, "BEL", "total", "", 1),
    (WEDNESDAY, "FRA", "total", "", 6),
    (WEDNESDAY, "---", "total", "", 2),
    (WEDNESDAY, "PER", "total", "", 4),
    (MONDAY, "FRA", "media", "viA", 4),
    (MONDAY, "FRA", "media", UNLISTED, 5),
    (WEDNESDAY, "FRA", "media", "viB", 6),
    (WEDNESDAY, "---", "media", "viA", 2),
    (WEDNESDAY, "PER", "media", "viA", 1),
    (MONDAY, "FRA", "city", "Paris", 6),
    (WEDNESDAY, "FRA", "city", "Paris", 1),
    (WEDNESDAY, "FRA", "city", "Vitry", 3),
    (WEDNESDAY, "PER", "city", "Lima", 4),
    (MONDAY, "FRA", "device", "phone", 7),
    (MONDAY, "FRA", "referrer", "a.example", 1),
    (MONDAY, "FRA", "referrer", "b.example", 4),
    (WEDNESDAY, "FRA", "referrer", "c.example", 9),
]


def summarised(
    least=None, since=None, rows=ROWS, remembers=None, partial=(), collected=(MONDAY, WEDNESDAY), now=20, until=None,
    **more,
):  # fmt: skip
    facts = ibis.memtable(facts_table((day, "play", *rest) for day, *rest in rows))
    summary = summarise(
        facts, dict.fromkeys(collected, False), metric="play",
        generated_at=datetime(2026, 11, 1, 5, tzinfo=UTC) + timedelta(now - 1),
        since=since, until=until, partial=partial, account=Account(remembers),
         population_of=lambda code: None,
    )  # fmt: skip
    return summary, detail(
        facts, summary, ASSETS, least or {}, lambda code, name: (48.8, 2.3) if name == "Paris" else None, **more
    )


def test_assets_are_ranked_by_what_was_watched_and_those_nobody_watched_are_there_too():
    summary, details = summarised()
    assert [(one.asset.media_id, one.count, one.rank, one.countries) for one in details.assets] == [
        ("viA", 7, 1, (("FRA", 4), ("---", 2), ("PER", 1))),
        ("viB", 6, 2, (("FRA", 6),)),
        ("liC", 0, 3, ()),
    ]
    assert [list(one.daily) for one in details.assets[:2]] == [[4, 0, 3], [0, 0, 6]]
    assert {code: list(counts) for code, counts in details.assets[0].monthly.items()} == {
        "FRA": [4], "---": [2], "PER": [1],
    }  # fmt: skip
    assert details.unlisted == 5
    assert summary.total == 23


def test_a_country_has_its_parts_and_the_first_day_of_the_whole_history():
    no_plays = (MONDAY - ONE_DAY, "FRA", "total", "", 0)
    _, details = summarised(since=TUESDAY, rows=[*ROWS, no_plays])
    assert set(details.countries) == {"FRA", "PER"}
    assert details.countries["FRA"].first_seen == MONDAY
    assert details.countries["FRA"].parts == {
        "media": (("viB", 6),),
        "city": (("Vitry", 3), ("Paris", 1)),
        "referrer": (("c.example", 9),),
    }


def test_small_cells_are_withheld_and_everything_published_is_made_from_the_others():
    _, details = summarised({"city": 3, "referrer": 3, "media": 6}, collected=MONTH, now=33)
    assert details.countries["FRA"].parts["city"] == (("Paris", 7), ("Vitry", 3))
    assert details.countries["FRA"].parts["referrer"] == (("c.example", 9),)
    assert details.countries["FRA"].withheld == {"referrer": 5}
    assert "media" not in details.countries["FRA"].parts
    assert details.countries["PER"].withheld == {}
    assert [(one.asset.media_id, one.count, one.rank, one.daily) for one in details.assets] == [
        ("liC", 0, 1, ()), ("viA", 0, 1, ()), ("viB", 0, 1, ()),
    ]  # fmt: skip
    assert details.withheld == {"city": 0, "referrer": 5, "media": 0}
    assert details.months == (MONTH[0],)
    assert details.world == {"referrer": (("c.example", 9),), "media": ()}
    assert details.monthly["referrer"] == {MONTH[0]: Cells({"FRA": {"c.example": 9}}, {"FRA": 5})}


def test_what_was_published_is_repeated_and_named_where_its_facts_are_other_ones_now():
    first = {("city", MONTH[0]): PublishedMonth(Cells({"FRA": {"Paris": 5}}, {}), 3, frozenset())}
    _, details = summarised({"city": 3}, collected=MONTH, now=33, published=first)
    assert details.countries["FRA"].parts["city"] == (("Paris", 5),)
    assert (details.changed, details.withdrawn) == ((MONTH[0],), ())


def test_a_published_month_that_lost_a_day_is_not_shown_and_named():
    first = {("city", MONTH[0]): PublishedMonth(Cells({"FRA": {"Paris": 5}}, {}), 3, frozenset())}
    lacking = [day for day in MONTH if day != MONTH[20]]
    _, details = summarised({"city": 3}, collected=lacking, now=60, published=first)
    assert (details.cities, details.withdrawn) == ((), (MONTH[0],))


def test_a_month_is_published_once_it_is_over_and_final_and_never_in_part():
    """A figure that grows every day would tell by its growth what happened in between."""
    for collected, now, since in [(MONTH, 32, None), (MONTH[:29], 40, None), (MONTH, 33, MONTH[1])]:
        _, details = summarised({"city": 3}, collected=collected, now=now, since=since)
        assert (details.months, details.cities, details.withheld) == ((), (), {})


def test_a_month_waits_for_a_day_that_can_still_come_in_and_is_published_once_it_is_lost():
    """Or the difference of the page before and the page after would be that day."""
    lacking = [day for day in MONTH if day != MONTH[20]]
    assert summarised({"city": 3}, collected=lacking, now=40)[1].months == ()
    assert summarised({"city": 3}, collected=lacking, now=60)[1].months == (MONTH[0],)


def test_what_was_watched_after_the_period_is_in_no_figure():
    _, details = summarised(until=TUESDAY)
    assert [(one.asset.media_id, one.count, list(one.daily)) for one in details.assets[:2]] == [
        ("viA", 4, [4, 0]), ("liC", 0, []),
    ]  # fmt: skip
    assert [(city.name, city.count) for city in details.cities] == [("Paris", 6)]


def test_a_city_without_a_certain_place_or_country_is_shown_without_one():
    _, details = summarised(rows=[*ROWS, (MONDAY, "---", "city", "Paris", 2)])
    assert [(city.iso_a3, city.name, city.count, city.point) for city in details.cities] == [
        ("FRA", "Paris", 7, (48.8, 2.3)), ("PER", "Lima", 4, None), ("FRA", "Vitry", 3, None),
        ("---", "Paris", 2, None),
    ]  # fmt: skip


@pytest.mark.parametrize(("remembers", "lost"), [(None, ()), (30, ()), (2, (TUESDAY,))])
def test_a_missing_day_is_lost_once_the_api_has_forgotten_it(remembers, lost):
    summary, _ = summarised(remembers=remembers, partial=[TUESDAY])
    assert summary.days.missing == summary.days.partial == (TUESDAY,)
    assert summary.days.lost == lost


def test_a_metric_by_video_has_the_days_of_its_videos_and_none_where_only_their_sum_is_known():
    facts = ibis.memtable(facts_table((day, "play", *rest) for day, *rest in [*ROWS, (TUESDAY, "FRA", "total", "", 3)]))
    summary, _ = summarised(collected=(MONDAY, TUESDAY, WEDNESDAY), since=MONDAY)
    found = by_media(facts, summary)
    assert found
    assert found.by_country == {"viA": (4, 0, 3), "viB": (0, 0, 6)}
    assert [day.count for day in found.daily] == [11, None, 12]
    assert found.countries == ()
    assert by_media(facts.filter(facts.value != "viA"), replace(summary, period_to=TUESDAY)) is None


def test_the_days_of_videos_are_those_of_the_period():
    before = (MONDAY, "FRA", "media", "viC", 1)
    facts = ibis.memtable(facts_table((day, "play", *rest) for day, *rest in [*ROWS, before]))
    found = by_media(facts, summarised(since=TUESDAY)[0])
    assert found
    assert found.by_country == {"viA": (0, 3), "viB": (0, 6)}


def test_a_city_has_a_count_for_each_month_and_none_where_a_month_is_not_published():
    october = days_between(date(2026, 10, 1), date(2026, 10, 31))
    counts = [(october[3], "Paris", 6), (october[3], "Lyon", 7), (MONDAY, "Lyon", 8)]
    rows = [(day, "FRA", "city", city, count) for day, city, count in counts]
    rows += [(day, "FRA", "total", "", 20) for day in (october[3], MONDAY)]
    for now, november in ((32, 0), (33, 8)):
        _, details = summarised({"city": 3}, rows=rows, collected=[*october, *MONTH], now=now)
        assert details.countries["FRA"].monthly["city"] == {"Paris": [6, 0], "Lyon": [7, november]}


@pytest.mark.parametrize(("least", "lifetime"), [({"media": 6}, None), ({"city": 6}, 99), ({}, 99)])
def test_lifetime_plays_are_not_shown_where_counts_of_videos_are_withheld(least, lifetime):
    facts = ibis.memtable(facts_table((day, "play", *rest) for day, *rest in ROWS))
    assets = [replace(ASSETS[0], lifetime=99)]
    details = detail(facts, summarised()[0], assets, least, lambda code, name: None)
    assert [one.asset.lifetime for one in details.assets] == [lifetime]
