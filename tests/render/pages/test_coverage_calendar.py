"""The coverage calendar: what is known of each day, never by colour alone."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from apivideo_geo.model import Account, Checked, DoubtfulDay
from apivideo_geo.render.context import Context
from apivideo_geo.render.pages.coverage_calendar import make_calendar
from apivideo_geo.render.theme.theme import Theme
from tests.render.samples import days, summary

FIRST = date(2026, 10, 28)  # a Wednesday
COUNTS = [5, 0, None, None, None, 4, 1]


def calendar_of(locale="en", **account):
    made = summary({"FRA": 10}, days(FIRST, COUNTS, open_last=True))
    missing = made.days.missing
    coverage = replace(made.days, partial=missing[:1], lost=missing[:2])
    made = replace(made, days=coverage, account=Account(**account))
    return make_calendar(Context(made, Theme("Acme", locale=locale)))


def cells(calendar):
    return [
        (cell.number, cell.kind, cell.words)
        for month in calendar["months"]
        for week in month.weeks
        for cell in week
        if cell
    ]


def test_each_day_is_one_of_six_kinds_and_says_so_in_words():
    assert cells(calendar_of(remembers=30)) == [
        ("28", "collected", ""),
        ("29", "empty", "Collected, empty"),
        ("30", "partial", "Partial"),
        ("31", "lost", "Lost permanently"),
        ("1", "healable", "Missing, can be collected"),
        ("2", "collected", ""),
        ("3", "open", "In progress"),
    ]


def test_months_begin_on_their_weekday_and_count_their_days():
    october, november = calendar_of()["months"]
    assert (october.name, october.note) == ("Oct 2026", "2 of 4 days")
    assert [cell and cell.number for cell in october.weeks[0]] == [None, None, "28", "29", "30", "31", None]
    assert [cell and cell.number for cell in november.weeks[0]][-1] == "1"


@pytest.mark.parametrize(
    ("remembers", "sentence"),
    [(30, "The API keeps the figures of 30 days. This page has 3 of 6 days."), (None, "This page has 3 of 6 days.")],
)
def test_the_number_of_days_that_the_api_keeps_is_shown_with_those_of_this_page(remembers, sentence):
    assert calendar_of(remembers=remembers)["covered"] == sentence


@pytest.mark.parametrize(
    ("reported", "sentence"),
    [(5, "5 plays by country, as the API’s own count says, but some answers, such as those on videos or devices,"),
     (6, "5 plays by country, while the API’s own count is 6."),
     (None, "5 plays by country, not confirmed by the API’s own count.")],
)  # fmt: skip
def test_the_sentence_on_a_day_in_doubt_says_what_contradicts_what(reported, sentence):
    made = summary({"FRA": 10}, days(FIRST, COUNTS, open_last=True))
    made = replace(made, days=replace(made.days, doubtful=(DoubtfulDay(FIRST, 5, reported, "refused"),)))
    assert make_calendar(Context(made, Theme("Acme")))["doubts"][0].startswith(f"28 October 2026: {sentence}")


def test_a_difference_to_the_apis_own_total_is_shown():
    same = calendar_of(checked=Checked(FIRST, FIRST, 5, 5))["checked"]
    assert same == "Checked against the API’s own total: it also counts 5 plays on 28 October 2026."
    more = calendar_of(checked=Checked(FIRST, FIRST + timedelta(1), 5, 5))["checked"]
    assert "it also counts 5 plays from 28 October 2026 to 29 October 2026." in more
    other = calendar_of(checked=Checked(FIRST, FIRST, 5, 6))["checked"]
    assert "counts 6 plays, while the countries collected add up to 5 plays" in other
