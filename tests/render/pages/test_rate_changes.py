"""Which changes of play rate and completion are listed, and what the page about the data says of rates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from apivideo_geo.render.context import Context
from apivideo_geo.render.pages.about import make_about
from apivideo_geo.render.pages.changes import make_changes
from apivideo_geo.render.theme.theme import Theme
from tests.aggregate.test_ratios import counted
from tests.render.samples import site_of

SEPTEMBER, OCTOBER = 30, 31


def listed(monkeypatch, rates, impressions=100, missing=(), ratio_from=100):
    """The changes of two months: alpha-3 → plays per hundred impressions in each."""
    monkeypatch.setattr("tests.aggregate.test_ratios.FIRST", date(2026, 9, 1))
    shown = {code: [impressions] * (SEPTEMBER + OCTOBER) for code in rates}
    plays = {
        code: [impressions * before // 100] * SEPTEMBER + [impressions * now // 100] * OCTOBER
        for code, (before, now) in rates.items()
    }
    first = counted("play", plays)
    what = replace(first, others={"impression": counted("impression", shown, missing)}, ratio_from=ratio_from)
    return [entry for entry in make_changes(Context(what, Theme("Acme"))) if entry.id.startswith("play-rate/")]


def test_the_country_whose_play_rate_moved_most_in_a_month_is_listed(monkeypatch):
    [entry] = listed(monkeypatch, {"FRA": (40, 50), "BEL": (60, 40), "PER": (20, 21)})
    assert entry.id == "play-rate/2026-10"
    assert entry.sentence == "Play rate, Belgium: 40.0% in Oct 2026, −20.0 points on the month before."
    assert (entry.link, entry.at) == ("country/BEL.html", datetime(2026, 11, 1, tzinfo=UTC))


def test_a_change_that_may_be_chance_or_is_small_is_not_listed(monkeypatch):
    assert listed(monkeypatch, {"FRA": (40, 44)}) == []
    assert listed(monkeypatch, {"FRA": (50, 75)}, impressions=4, ratio_from=1)  # 120 impressions are enough for that
    assert listed(monkeypatch, {"FRA": (50, 60)}, impressions=10, ratio_from=1) == []  # the intervals overlap


def test_a_rate_is_not_listed_if_a_month_has_too_few_or_lacks_more_than_a_tenth_of_its_days(monkeypatch):
    assert listed(monkeypatch, {"FRA": (40, 60)}, ratio_from=3001) == []
    assert listed(monkeypatch, {"FRA": (40, 60)}, ratio_from=3000)
    [entry] = listed(monkeypatch, {"FRA": (40, 60)}, missing=(31, 35, 38))
    assert entry.sentence.endswith(" Collected: 28 of 31 days; the month before: 30 of 30 days.")
    assert listed(monkeypatch, {"FRA": (40, 60)}, missing=(31, 35, 38, 41)) == []


def test_the_page_says_how_rates_are_chosen_only_where_there_are_some():
    what = counted("play", {"FRA": [5]})
    several = replace(what, others={"impression": counted("impression", {"FRA": [9]})})
    note = "the country that moved most is listed"
    theme = Theme("Acme")
    assert note in site_of(several, theme)["changes.html"].decode()
    assert note not in site_of(what, theme)["changes.html"].decode()


def test_about_says_what_each_metric_and_ratio_is_and_that_viewers_are_not_added_up():
    what = counted("play", {"FRA": [5]})
    several = replace(what, others={one: counted(one, {"FRA": [9]}) for one in ("impression", "viewer")}, ratio_from=70)
    values = make_about(Context(several, Theme("Acme")))
    assert any(meaning.startswith("An impression is") for meaning in values["meanings"])
    assert any("never added up over days" in meaning for meaning in values["meanings"])
    assert any(meaning.endswith("(plays ÷ impressions)") for meaning in values["meanings"])
    assert "under 70." in values["ratios"]
    impressions = counted("impression", {"FRA": [9, 9]}, missing=(0,))
    gaps = replace(counted("play", {"FRA": [5, 5]}), others={"impression": impressions})
    assert "Not collected (1 Nov): Impressions." in make_about(Context(gaps, Theme("Acme")))["missing"]
    assert make_about(Context(what, Theme("Acme")))["meanings"] == ()
