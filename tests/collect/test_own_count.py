"""The source's own count of each day: few requests where all agree, and a request of their own for days that differ."""

from datetime import date

import pytest

from apivideo_geo.collect.own_count import fetch_own_counts, summarise_counts
from apivideo_geo.errors import ApiError, SourceFailed, UnknownShape
from apivideo_geo.model import Checked

DAY = [date(2026, 11, number) for number in range(1, 31)]
ONLY_TEN = dict.fromkeys(DAY, 10)


class Source:
    """Counts 10 a day, and something else on the days of ``odd``; ``series``: what its time series has instead."""

    metric = "play"

    def __init__(self, odd=None, series=None):
        self.odd, self.series, self.asked = odd or {}, series or {}, []

    def fetch_count(self, first, last):
        self.asked.append((first, last))
        counts = [self.odd.get(day, 10) for day in DAY if first <= day <= last]
        if any(isinstance(count, Exception) for count in counts) and first == last:
            raise counts[0]
        return None if None in counts else sum(count for count in counts if isinstance(count, int))

    def fetch_daily_counts(self, first, last):
        self.asked.append("series")
        if isinstance(self.series, Exception):
            raise self.series
        counts = {day: self.series.get(day, self.odd.get(day, 10)) for day in DAY if first <= day <= last}
        return {day: count for day, count in counts.items() if isinstance(count, int)}


class Silent:
    metric = "play"

    def fetch_count(self, first, last):
        raise SourceFailed("nobody there")


def test_a_long_run_of_days_that_agree_takes_two_requests():
    source = Source()
    assert fetch_own_counts(source, ONLY_TEN) == ONLY_TEN
    assert source.asked == ["series", (DAY[0], DAY[-1])]


@pytest.mark.parametrize("run", [DAY[:1], DAY[:2]])
def test_one_day_and_two_days_are_requested_alone(run):
    source = Source()
    assert fetch_own_counts(source, dict.fromkeys(run, 10)) == dict.fromkeys(run, 10)
    assert source.asked == [(day, day) for day in run]


@pytest.mark.parametrize("run", [DAY[:2], DAY[:5]])
def test_two_days_that_are_wrong_are_found_though_their_sum_is_right(run):
    collected = dict.fromkeys(run, 10) | {run[0]: 0, run[1]: 20}
    assert fetch_own_counts(Source(), collected) == dict.fromkeys(run, 10)
    swapped = dict.fromkeys(run, 10) | {run[0]: 4, run[1]: 16}
    assert fetch_own_counts(Source({run[0]: 16, run[1]: 4}), swapped) == swapped | {run[0]: 16, run[1]: 4}


def test_the_days_that_differ_are_requested_alone():
    source = Source({DAY[3]: 493, DAY[17]: 0})
    assert fetch_own_counts(source, ONLY_TEN) == ONLY_TEN | {DAY[3]: 493, DAY[17]: 0}
    assert source.asked == ["series", (DAY[0], DAY[-1]), (DAY[3], DAY[3]), (DAY[17], DAY[17])]


def test_a_time_series_that_does_not_add_up_is_not_believed():
    source = Source({DAY[3]: 12}, series={DAY[3]: 10})
    assert fetch_own_counts(source, ONLY_TEN) == ONLY_TEN | {DAY[3]: 12}
    assert source.asked[2:] == [(day, day) for day in DAY]


def test_a_time_series_of_other_days_is_not_believed_where_it_differs():
    source = Source({DAY[0]: 4, DAY[1]: 16}, series={DAY[0]: 16, DAY[1]: 4})
    collected = ONLY_TEN | {DAY[0]: 4, DAY[1]: 16}
    assert fetch_own_counts(source, collected) == collected
    assert source.asked[2:] == [(DAY[0], DAY[0]), (DAY[1], DAY[1])]


@pytest.mark.parametrize("error", [ApiError("no such path", 404), UnknownShape("a page", "`data` is not a list")])
def test_without_a_time_series_each_day_is_requested_alone(error):
    source = Source({DAY[3]: 12}, series=error)
    assert fetch_own_counts(source, ONLY_TEN) == ONLY_TEN | {DAY[3]: 12}


def test_days_that_a_time_series_leaves_out_are_not_taken_for_zero():
    quiet, source = (DAY[3], DAY[4], DAY[9]), Source(dict.fromkeys((DAY[3], DAY[4], DAY[9]), 0))
    source.series = dict.fromkeys(quiet)
    collected = ONLY_TEN | dict.fromkeys(quiet, 0)
    assert fetch_own_counts(source, collected) == collected
    assert source.asked[2:] == [(DAY[3], DAY[4]), (DAY[9], DAY[9])]
    lost = Source(series=dict.fromkeys(quiet))
    assert fetch_own_counts(lost, collected) == ONLY_TEN


def test_a_month_without_plays_takes_two_requests():
    source = Source(dict.fromkeys(DAY, 0), series=dict.fromkeys(DAY))
    assert fetch_own_counts(source, dict.fromkeys(DAY, 0)) == dict.fromkeys(DAY, 0)
    assert source.asked == ["series", (DAY[0], DAY[-1])]


def test_runs_with_gaps_are_compared_each_the_newest_first():
    source = Source()
    collected = {DAY[0]: 10, DAY[1]: 10, DAY[5]: 12}
    assert fetch_own_counts(source, collected) == {DAY[0]: 10, DAY[1]: 10, DAY[5]: 10}
    assert source.asked == [(DAY[5], DAY[5]), (DAY[0], DAY[0]), (DAY[1], DAY[1])]


def test_an_old_day_that_is_not_answered_leaves_the_newer_ones_known():
    source = Source({DAY[0]: SourceFailed("forgotten")})
    assert fetch_own_counts(source, {DAY[0]: 10, DAY[5]: 10}) == {DAY[5]: 10}


@pytest.mark.parametrize("count", [None, UnknownShape("a count", "another period")])
def test_a_day_whose_count_is_not_a_number_or_of_another_day_is_left_out_and_the_others_are_compared(count):
    assert fetch_own_counts(Source({DAY[2]: count}), dict.fromkeys(DAY[:4], 10)) == {
        DAY[0]: 10, DAY[1]: 10, DAY[3]: 10,
    }  # fmt: skip


def test_viewers_who_are_in_two_countries_need_no_further_requests():
    source = Source()
    source.metric = "viewer"
    assert fetch_own_counts(source, dict.fromkeys(DAY, 11)) == ONLY_TEN
    assert len(source.asked) == 2


@pytest.mark.parametrize("source", [Silent(), Source()])
def test_nothing_is_known_if_nobody_answers_or_nothing_was_collected(source):
    assert fetch_own_counts(source, {} if isinstance(source, Source) else {DAY[0]: 10}) == {}


def test_the_last_run_of_days_is_summarised():
    collected = {DAY[0]: 99, DAY[3]: 10, DAY[4]: 12}
    assert summarise_counts(collected, {DAY[0]: 99, DAY[3]: 10, DAY[4]: 10}) == Checked(DAY[3], DAY[4], 22, 20)
    assert summarise_counts(collected, {}) is None
