from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from apivideo_geo.aggregate.compare import compare
from apivideo_geo.geo.countries import name_of
from apivideo_geo.model import METRICS, RATIOS
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import Formats
from tests.render.samples import days, empty, small, summary, whole_world

EN = Formats("en")
WEEK = days(date(2026, 11, 15), [1] * 7)


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ({"FRA": 5}, "Watched in France"),
        ({"NLD": 5}, "Watched in the Netherlands"),
        ({"FRA": 5, "USA": 9}, "Watched in 2 countries, most of all in the United States"),
        ({"FRA": 5, "USA": 5}, "Watched in 2 countries"),
        ({"FRA": 5, "USA": 5, "PER": 1}, "Watched in 3 countries, most of all in France and the United States"),
        ({}, "No plays yet"),
    ],
)
def test_the_headline_says_where(counts, sentence):
    assert sentences.headline(summary(counts, WEEK), EN) == sentence


def test_the_headline_owns_up_when_no_country_is_known():
    assert sentences.headline(summary({}, WEEK, unknown=1), EN) == "1 play from unknown countries"


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        ("fr", "Regardé dans 2\u00a0pays, Pays-Bas en tête"),
        ("de", "In 2\u00a0Ländern angesehen, am häufigsten: Niederlande"),
        ("es", "Visto en 2\u00a0países, con Países Bajos a la cabeza"),
        ("pt_BR", "Watched in 2 countries, most of all in the Netherlands"),
        ("ja", "Watched in 2 countries, most of all in the Netherlands"),
        ("ar", "Watched in 2 countries, most of all in the Netherlands"),
    ],
)
def test_a_headline_is_in_one_language(locale, sentence):
    what = summary({"NLD": 9, "PER": 1}, WEEK)
    named = tuple(replace(country, name=name_of(country.iso_a3, locale)) for country in what.countries)
    assert sentences.headline(replace(what, countries=named), Formats(locale)) == sentence


@pytest.mark.parametrize(
    ("metric", "headline", "quantity"),
    [
        ("view", "Viewed in 2 countries, most of all in Peru", "4 views"),
        ("session", "Watched in 2 countries, most of all in Peru", "4 sessions"),
        ("impression", "Seen in 2 countries, most of all in Peru", "4 impressions"),
    ],
)
def test_words_follow_the_metric(metric, headline, quantity):
    seen = summary({"PER": 3, "FRA": 1}, WEEK, metric=metric)
    assert sentences.headline(seen, EN) == headline
    assert sentences.lead(seen, EN).startswith(quantity)


def test_the_lead_has_total_period_and_the_first_three():
    assert sentences.lead(small(), EN) == (
        "18 plays between 15 November and 21 November 2026. 67% came from France, then Belgium and Singapore."
    )
    assert sentences.lead(summary({"FRA": 1}, WEEK[:1]), EN) == "1 play on 15 November 2026."


def test_countries_with_equal_counts_are_not_ranked_in_the_lead():
    assert sentences.lead(summary({"PER": 5, "TCD": 5, "FRA": 2}), EN).endswith("42% each came from Peru and Chad.")
    equal = dict.fromkeys(("BEL", "FRA", "PER", "TCD"), 5)
    assert sentences.lead(summary(equal), EN).endswith("4 countries have the most, 25% each.")


def test_days_with_equal_counts_are_counted_and_none_is_called_the_best():
    daily = days(date(2026, 11, 15), [15] * 3)
    assert sentences.best_day(summary({"FRA": 45}, daily), EN) == "Most on one day: 15, on 3 days"


def test_an_account_without_plays_says_that_nothing_was_counted():
    assert sentences.lead(empty(), EN).startswith("Nothing has been counted so far.")
    assert sentences.description(empty(), EN) == "World map: nothing has been counted in any country yet."


def test_the_map_in_words_names_the_first_five():
    words = sentences.description(small(), EN)
    assert words == "World map: 18 plays, 3 countries; most in France (12), Belgium (3) and Singapore (1)."


def test_days_never_collected_are_named():
    assert gaps(1) == "1 day was never collected (3 Aug)"
    assert gaps(4) == "4 days were never collected (3–6 Aug)"
    assert gaps(0) == ""


def test_days_left_out_on_purpose_are_called_that():
    assert gaps(4, left_out=2) == (
        "2 days were never collected (5–6 Aug) · 2 days were left out by the publisher (3–4 Aug)"
    )


def gaps(missing: int, left_out: int = 0) -> str:
    hole = tuple(date(2026, 8, 3) + timedelta(number) for number in range(missing))
    what = summary({"FRA": 1}, WEEK)
    return sentences.gaps(replace(what, days=replace(what.days, missing=hole, left_out=hole[:left_out])), EN)


def balance(what) -> str:
    return sentences.balance(what.total, what.unknown, what, EN)


def test_the_balance_adds_up_before_the_readers_eyes():
    world = whole_world()
    assert balance(world) == (f"{world.total:,} plays: {world.mapped:,} on the map, 462 from unknown countries")
    assert world.total == world.mapped + 462
    assert balance(summary({"FRA": 1}, WEEK)) == "1 play: 1 on the map, 0 from unknown countries"


def test_every_metric_has_its_label_its_meaning_and_a_quantity_in_its_unit():
    english = Formats("en")
    for name in (*METRICS, *(ratio.name for ratio in RATIOS)):
        assert sentences.label_of(name, english)
        assert sentences.meaning_of(name, english).endswith(".")
    said = {metric: sentences.quantity_of(metric, 12_000, english) for metric in METRICS}
    assert said["end"] == "12,000 plays to the end"
    assert said["viewer"] == "12,000 viewers a day"
    assert said["watch-time"] == "3 h 20 min of watch time"
    assert sentences.quantity_of("viewer", 41.26, english) == "41.3 viewers a day"
    assert sentences.definition_of(RATIOS[0], english) == "plays ÷ impressions"


def test_countries_that_are_new_elsewhere_are_not_mentioned_in_a_group():
    daily = days(date(2026, 9, 1), [1] * 60)
    compared = replace(summary({"FRA": 5}, daily), comparison=compare(daily))
    assert "First seen" in sentences.lead(replace(compared, new=("FRA",)), EN)
    assert "First seen" not in sentences.lead(replace(compared, new=("PER",)), EN)
