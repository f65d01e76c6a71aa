"""Which months are published, and what a month shows that was published before. Attacks are in test_privacy.py."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from apivideo_geo.aggregate.monthly import choose_cells, missing_days, new_months, published_months
from apivideo_geo.days import days_between
from apivideo_geo.model import Coverage, DayCount, DoubtfulDay, PublishedMonth, Summary
from apivideo_geo.privacy import withhold

MONTH = date(2026, 10, 1)
DAYS = days_between(MONTH, date(2026, 10, 31))
END = datetime(2026, 11, 1, tzinfo=UTC)
KEY = ("city", MONTH)
CITIES = {"FRA": {"Paris": 40, "Lyon": 12, "Nice": 7, "Brest": 2}, "BEL": {"Ghent": 50}}


def month(**changes):
    daily = tuple(DayCount(day, 2) for day in DAYS)
    summary = Summary(
        generated_at=END + timedelta(days=2), metric="play", period_from=MONTH, period_to=DAYS[-1], total=62, mapped=62,
        unknown=0, days=Coverage(31, 0, (), 0), countries=(), daily=daily,
        by_country={"FRA": (2,) * 31, "BEL": (2,) * 31},
    )  # fmt: skip
    return replace(summary, **changes)


def with_day(index, **changes):
    daily = [DayCount(day, 2) for day in DAYS]
    daily[index] = replace(daily[index], **changes)
    return tuple(daily)


def test_a_month_is_published_two_days_after_its_end():
    assert published_months(month()) == (MONTH,)
    assert published_months(month(generated_at=END + timedelta(days=2, seconds=-1))) == ()


@pytest.mark.parametrize(("index", "expected"), [(0, (MONTH,)), (2, (MONTH,)), (3, ()), (15, ()), (30, ())])
def test_a_month_with_a_day_that_the_api_may_still_know_is_not_published(index, expected):
    assert published_months(month(daily=with_day(index, open=True))) == ()
    missing = month(daily=with_day(index, count=None))
    assert published_months(missing) == expected  # the API has forgotten the first three days by then
    assert published_months(replace(missing, generated_at=END + timedelta(days=60))) == (MONTH,)


def test_a_month_with_a_day_in_doubt_is_published_when_the_doubt_is_settled_or_the_api_has_forgotten_it():
    doubtful = DoubtfulDay(DAYS[20], 2, 3, "differs")
    summary = month(days=Coverage(31, 0, (), 0, doubtful=(doubtful,)))
    assert published_months(summary) == ()
    assert published_months(replace(summary, generated_at=END + timedelta(days=60))) == (MONTH,)
    settled = replace(doubtful, doubt="settled")
    assert published_months(month(days=Coverage(31, 0, (), 0, doubtful=(settled,)))) == (MONTH,)


def test_a_period_that_cuts_a_month_does_not_publish_it():
    assert published_months(month(daily=with_day(0)[1:])) == ()
    assert published_months(month(daily=with_day(0)[:-1])) == ()


def test_a_published_month_is_repeated_and_a_higher_minimum_hides_more_of_it():
    first = choose_cells({KEY: CITIES}, month(), {"city": 5}, {}, ())
    assert first.cells["city"][MONTH] == withhold(CITIES, 5)
    published = new_months(first.cells, month(), {"city": 5}, {})
    assert published == {KEY: PublishedMonth(withhold(CITIES, 5), 5, frozenset())}
    assert new_months(first.cells, month(), {"city": 5}, published) == {}
    assert new_months(first.cells, month(), {"city": 1}, {}) == {}

    assert new_months(first.cells, month(), {}, {}) == {}

    more = {**CITIES, "FRA": {**CITIES["FRA"], "Nice": 9}}
    again = choose_cells({KEY: more}, month(), {"city": 5}, published, ())
    assert again.cells == first.cells
    assert (again.changed, again.withdrawn) == ((MONTH,), ())
    lower = choose_cells({KEY: CITIES}, month(), {"city": 3}, published, ())
    assert (lower.cells, lower.changed) == (first.cells, ())
    higher = choose_cells({KEY: CITIES}, month(), {"city": 20}, published, ()).cells["city"][MONTH]
    assert higher.shown == {"FRA": {"Paris": 40}, "BEL": {"Ghent": 50}}
    assert choose_cells({KEY: more}, month(), {"city": 1}, published, ()).cells["city"][MONTH].shown == more


def test_a_month_is_stored_with_its_missing_days_and_the_least_minimum_that_hides_something():
    for index in (0, 7, 30):
        lacking = month(daily=with_day(index, count=None), generated_at=END + timedelta(days=60))
        cells = choose_cells({KEY: CITIES}, lacking, {"city": 2}, {}, ()).cells
        assert new_months(cells, lacking, {"city": 2}, {})[KEY] == PublishedMonth(
            withhold(CITIES, 2), 2, frozenset({DAYS[index]})
        )


def test_a_published_month_whose_facts_are_gone_is_repeated_and_named():
    published = {KEY: PublishedMonth(withhold(CITIES, 5), 5, frozenset())}
    found = choose_cells({}, month(), {"city": 5}, published, ())
    assert found.cells["city"][MONTH].shown == withhold(CITIES, 5).shown
    assert found.changed == (MONTH,)


def test_a_published_month_is_withdrawn_while_a_day_of_it_is_missing_that_was_there():
    published = {KEY: PublishedMonth(withhold(CITIES, 5), 5, frozenset({DAYS[3]}))}
    for index, expected in ((3, ()), (4, (MONTH,))):
        later = month(daily=with_day(index, count=None), generated_at=END + timedelta(days=60))
        assert missing_days(later, MONTH) == {DAYS[index]}
        found = choose_cells({KEY: CITIES}, later, {"city": 5}, published, ())
        assert found.withdrawn == expected
        assert bool(found.cells) == (not expected)


def test_a_dimension_of_which_nothing_is_withheld_has_no_cells_and_the_others_have():
    found = choose_cells({("browser", MONTH): CITIES, KEY: CITIES}, month(), {"city": 5}, {}, ())
    assert found.cells == {"city": {MONTH: withhold(CITIES, 5)}}


def test_a_month_that_was_published_with_a_minimum_of_two_is_repeated_too():
    published = {KEY: PublishedMonth(withhold(CITIES, 2), 2, frozenset())}
    more = {**CITIES, "FRA": {**CITIES["FRA"], "Nice": 8}}
    found = choose_cells({KEY: more}, month(), {"city": 2}, published, ())
    assert (found.cells["city"][MONTH].shown, found.changed) == (withhold(CITIES, 2).shown, (MONTH,))


def test_one_dimension_is_withdrawn_and_another_one_of_the_same_month_stays():
    other = ("referrer", MONTH)
    published = {
        KEY: PublishedMonth(withhold(CITIES, 5), 5, frozenset({DAYS[3]})),
        other: PublishedMonth(withhold(CITIES, 5), 5, frozenset({DAYS[4]})),
    }
    later = month(daily=with_day(4, count=None), generated_at=END + timedelta(days=60))
    found = choose_cells({KEY: CITIES, other: CITIES}, later, {"city": 5, "referrer": 5}, published, ())
    assert (list(found.cells), found.withdrawn) == (["referrer"], (MONTH,))


def test_a_lower_minimum_hides_nothing_more_of_a_published_month():
    cities = {"FRA": {"Paris": 30, "Lyon": 10, "Nice": 6, "Brest": 6, "Pau": 6}}
    cells = withhold(cities, 10)
    assert cells.shown == {"FRA": {"Paris": 30, "Lyon": 10}}
    found = choose_cells({KEY: cities}, month(), {"city": 3}, {KEY: PublishedMonth(cells, 10, frozenset())}, ())
    assert found.cells["city"][MONTH].shown == cells.shown


def test_a_video_that_is_not_listed_any_more_has_no_name_in_a_published_month():
    key, cells = ("media", MONTH), withhold({"FRA": {"viA": 30, "viB": 20}}, 5)
    found = choose_cells({}, month(), {"media": 5}, {key: PublishedMonth(cells, 5, frozenset())}, ("viA",))
    assert found.cells["media"][MONTH].shown == {"FRA": {"viA": 30, "unlisted": 20}}
