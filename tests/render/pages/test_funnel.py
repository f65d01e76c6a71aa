"""The funnel and the figures of all metrics on a country's page, compared with sums in plain Python."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apivideo_geo.render.context import Context
from apivideo_geo.render.pages.funnel import MetricLine, Step, make_funnel, make_lines
from apivideo_geo.render.site import render_site
from apivideo_geo.render.theme.theme import Theme
from tests.aggregate.test_ratios import counted
from tests.render.samples import TEMPLATES

THEME = Theme("Acme Academy")


def several(ratio_from=100, **by_metric):
    """The Context of plays and other metrics: metric → alpha-3 → one count a day, None where it was not collected."""
    made = {}
    for name, by_country in by_metric.items():
        metric = name.replace("_", "-")
        missing = {day for counts in by_country.values() for day, count in enumerate(counts) if count is None}
        filled = {code: [count or 0 for count in counts] for code, counts in by_country.items()}
        made[metric] = found = counted(metric, filled, tuple(missing))
        if metric == "viewer":  # as the Summary has it: the mean of a day
            days = len(found.daily) - len(missing)
            means = tuple(replace(country, count=country.count / days) for country in found.countries)
            made[metric] = replace(found, countries=means, total=found.total / days)
    first = made.pop("play")
    return Context(replace(first, others=made, ratio_from=ratio_from), THEME)


@pytest.fixture
def context():
    return several(
        impression={"FRA": [200, 300], "BEL": [40, 40]}, play={"FRA": [100, 150], "BEL": [10, 5]},
        end={"FRA": [30, 45], "BEL": [1, 2]}, viewer={"FRA": [50, 61], "BEL": [9, 5]},
        watch_time={"FRA": [6000, 6000], "BEL": [60, 60]},
    )  # fmt: skip


def test_the_funnel_of_a_country_has_counts_bars_and_rates(context):
    funnel = make_funnel(context, "FRA")
    assert funnel.steps == (
        Step("Impressions", "500", "100.0"),
        Step("Plays", "250", "50.0", "50.0%", "plays ÷ impressions", "45.6%–54.4% (95% interval)"),
        Step("Plays to the end", "75", "15.0", "30.0%", "plays to the end ÷ plays", "24.7%–35.9% (95% interval)"),
    )
    assert funnel.note == ""
    assert [step.count for step in make_funnel(context).steps] == ["580", "265", "78"]


def test_a_rate_of_too_few_is_not_shown_but_the_counts_are(context):
    steps = make_funnel(context, "BEL").steps
    assert [(step.count, step.rate) for step in steps] == [("80", ""), ("15", "–"), ("3", "–")]
    assert (steps[1].definition, steps[1].note) == ("plays ÷ impressions", "Too few: under 100 impressions")


def test_too_few_viewers_are_counted_in_viewer_days_as_their_mean_is_shown(context):
    notes = {line.label: line.note for line in make_lines(context, "BEL")}
    assert notes["Plays per viewer"] == "Too few: under 100 viewer-days"


def test_the_funnel_counts_only_days_on_which_all_of_it_was_collected():
    context = several(impression={"FRA": [200, None, 300]}, play={"FRA": [100, 100, 150]}, end={"FRA": [None, 40, 45]})
    funnel = make_funnel(context, "FRA")
    assert [step.count for step in funnel.steps] == ["300", "150", "45"]
    assert funnel.note == "Of the 1 day on which all of these were collected."


def test_a_funnel_needs_two_of_its_metrics():
    assert make_funnel(several(play={"FRA": [1]}, viewer={"FRA": [1]}), "FRA") is None
    assert [step.label for step in make_funnel(several(play={"FRA": [4]}, end={"FRA": [1]}), "FRA").steps] == [
        "Plays", "Plays to the end",
    ]  # fmt: skip


def test_completion_in_the_funnel_divides_by_starts_as_it_does_elsewhere():
    context = several(play={"FRA": [400]}, start={"FRA": [200]}, end={"FRA": [150]})
    steps = make_funnel(context, "FRA").steps
    assert [(step.label, step.count, step.rate) for step in steps] == [
        ("Plays", "400", ""), ("Starts", "200", ""), ("Plays to the end", "150", "75.0%"),
    ]  # fmt: skip
    assert steps[2].definition == "plays to the end ÷ starts"
    assert ("Completion", "75.0%") in [(line.label, line.value) for line in make_lines(context, "FRA")]


def test_nothing_to_divide_by_is_called_so():
    notes = {line.label: line.note for line in make_lines(several(play={"FRA": [400]}, impression={"BEL": [4]}), "FRA")}
    assert notes["Play rate"] == "No impressions counted"


def test_today_is_no_day_that_another_metric_lacks():
    context = several(play={"FRA": [4, 5, 1]}, impression={"FRA": [9, 9, None]})
    assert make_lines(context, "FRA")[0].note == "collected on 2 days"
    *before, last = context.summary.daily
    today = replace(context.summary, daily=(*before, replace(last, open=True)))
    assert make_lines(Context(today, THEME), "FRA")[0].note == ""


def test_every_metric_and_ratio_has_a_line(context):
    assert make_lines(context, "FRA") == (
        MetricLine("impression", "Impressions", "500"),
        MetricLine("end", "Plays to the end", "75"),
        MetricLine("viewer", "Viewers a day", "55.5"),
        MetricLine("watch-time", "Watch time", "3 h 20 min"),
        MetricLine("play-rate", "Play rate", "50.0%", "45.6%–54.4% (95% interval)"),
        MetricLine("completion", "Completion", "30.0%", "24.7%–35.9% (95% interval)"),
        MetricLine("plays-per-viewer", "Plays per viewer", "2.25", "125.0 plays for 55.5 viewers a day"),
        MetricLine("time-per-play", "Watch time per play", "48 s", "3 h 20 min of watch time for 250 plays"),
    )


def test_a_rate_above_one_is_shown_with_the_reason():
    lines = make_lines(several(play={"FRA": [200]}, impression={"FRA": [150]}), "FRA")
    assert lines[1] == MetricLine(
        "play-rate", "Play rate", "133.3%", "Above 100 percent, because some events arrive late."
    )


def test_a_metric_with_fewer_days_says_so():
    [line, _] = make_lines(several(play={"FRA": [200, 1]}, impression={"FRA": [None, 150]}), "FRA")
    assert line == MetricLine("impression", "Impressions", "150", "collected on 1 day")


def test_a_country_page_shows_them_and_a_site_of_one_metric_does_not(context):
    page = render_site(Context(context.summary, THEME), TEMPLATES)["country/FRA.html"].decode()
    assert "From impressions to plays to the end" in page
    assert '<th scope="row">Viewers a day</th><td class="num">55.5</td>' in page
    alone = replace(context.summary, others={})
    assert "All figures" not in render_site(Context(alone, THEME), TEMPLATES)["country/FRA.html"].decode()
