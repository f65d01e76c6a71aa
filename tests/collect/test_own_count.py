"""What was collected against the source's own count: only whole days of this run, and a silent source does no harm."""

from datetime import date

import pytest

from apivideo_geo.collect.own_count import check_count
from apivideo_geo.console.report import Report
from apivideo_geo.errors import SourceFailed
from apivideo_geo.model import Checked

DAY = [date(2026, 11, number) for number in range(1, 10)]


class Source:
    """Counts 10 a day."""

    def fetch_count(self, first, last):
        self.asked = (first, last)
        return 10 * ((last - first).days + 1)


class Silent:
    def fetch_count(self, first, last):
        raise SourceFailed("nobody there")


def test_the_last_days_without_a_gap_are_checked():
    source = Source()
    told = check_count(source, {DAY[0]: 99, DAY[3]: 10, DAY[4]: 12})
    assert told == Checked(DAY[3], DAY[4], 22, 20)
    assert source.asked == (DAY[3], DAY[4])


@pytest.mark.parametrize("source", [Silent(), Source()])
def test_nothing_is_checked_where_nobody_answers_or_nothing_was_collected(source):
    assert check_count(source, {} if isinstance(source, Source) else {DAY[0]: 10}) is None


def test_a_difference_is_a_warning_and_agreement_a_line():
    report = Report()
    report.note_checked(Checked(DAY[0], DAY[1], 22, 20))
    assert "the API reports 20" in report.warnings[0]
    agreed = Report()
    agreed.note_checked(Checked(DAY[0], DAY[1], 20, 20))
    assert agreed.warnings == []
