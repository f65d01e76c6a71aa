"""The source's own counts: one request where they agree with what was collected, and the days that differ are found."""

from datetime import date

import pytest

from apivideo_geo.collect.own_count import fetch_own_counts, summarise_counts
from apivideo_geo.errors import SourceFailed
from apivideo_geo.model import Checked

DAY = [date(2026, 11, number) for number in range(1, 31)]


class Source:
    """Counts 10 a day, and something else on the days of ``odd``."""

    def __init__(self, odd=None):
        self.odd, self.asked = odd or {}, []

    def fetch_count(self, first, last):
        self.asked.append((first, last))
        counts = [self.odd.get(day, 10) for day in DAY if first <= day <= last]
        return None if None in counts else sum(counts)


class Silent:
    def fetch_count(self, first, last):
        raise SourceFailed("nobody there")


def test_a_run_of_days_that_adds_up_takes_one_request():
    source = Source()
    assert fetch_own_counts(source, dict.fromkeys(DAY, 10)) == dict.fromkeys(DAY, 10)
    assert source.asked == [(DAY[0], DAY[-1])]


def test_the_days_that_differ_are_found_with_few_requests():
    source = Source({DAY[3]: 493, DAY[17]: 0})
    own = fetch_own_counts(source, dict.fromkeys(DAY, 10))
    assert own == dict.fromkeys(DAY, 10) | {DAY[3]: 493, DAY[17]: 0}
    assert len(source.asked) <= 20


def test_runs_with_gaps_are_compared_each():
    source = Source()
    collected = {DAY[0]: 10, DAY[1]: 10, DAY[5]: 12}
    assert fetch_own_counts(source, collected) == {DAY[0]: 10, DAY[1]: 10, DAY[5]: 10}
    assert sorted(source.asked) == [(DAY[0], DAY[1]), (DAY[5], DAY[5])]


def test_a_day_whose_count_is_not_a_number_is_left_out_and_the_others_are_compared():
    assert fetch_own_counts(Source({DAY[2]: None}), dict.fromkeys(DAY[:4], 10)) == {
        DAY[0]: 10, DAY[1]: 10, DAY[3]: 10,
    }  # fmt: skip


@pytest.mark.parametrize("source", [Silent(), Source()])
def test_nothing_is_known_if_nobody_answers_or_nothing_was_collected(source):
    assert fetch_own_counts(source, {} if isinstance(source, Source) else {DAY[0]: 10}) == {}


def test_the_last_run_of_days_is_summarised():
    collected = {DAY[0]: 99, DAY[3]: 10, DAY[4]: 12}
    assert summarise_counts(collected, {DAY[0]: 99, DAY[3]: 10, DAY[4]: 10}) == Checked(DAY[3], DAY[4], 22, 20)
    assert summarise_counts(collected, {}) is None
