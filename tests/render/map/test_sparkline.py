from __future__ import annotations

import gzip
import json
import re
import string
from datetime import date

from apivideo_geo.model import UNKNOWN
from apivideo_geo.render.map.sparkline import TALL, WIDE, render_days, spark_path
from tests.render.samples import GAP, days, empty, summary, watched

DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase


def read_days(script):
    found = re.fullmatch(r"apivideoGeo\.days\((.*)\);\n", script)
    assert found
    days = json.loads(found[1])
    return {**days, "counts": {code: unpacked(text) for code, text in days["counts"].items()}}


def unpacked(text):
    """The numbers in a text of digits of base 60, each after as many "-" as it has digits more than one."""
    numbers = []
    while text:
        more = len(text) - len(text.lstrip("-"))
        digits, text = text[more : 2 * more + 1], text[2 * more + 1 :]
        numbers.append(sum(DIGITS.index(digit) * 60**place for place, digit in enumerate(reversed(digits))))
    return numbers


def test_every_day_of_every_country_is_told_and_adds_up():
    world = watched()
    published = read_days(render_days(world))
    assert published["first"] == "2026-06-01"
    assert [place for place, count in enumerate(published["total"]) if count is None] == list(GAP)
    assert sum(count or 0 for count in published["total"]) == world.total
    assert sum(published["counts"][UNKNOWN]) == world.unknown
    assert {code: sum(counts) for code, counts in published["counts"].items() if code != UNKNOWN} == {
        country.iso_a3: country.count for country in world.countries
    }
    assert published["open"] == [len(world.daily) - 1]


def test_without_days_or_without_their_countries_there_is_no_file():
    assert render_days(empty()) == ""
    assert render_days(summary({"FRA": 3}, days(date(2026, 11, 1), [3]))) == ""


def test_the_file_is_small():
    assert len(gzip.compress(render_days(watched()).encode(), 9)) < 10_000


def test_a_sparkline_has_a_point_a_day_up_to_26_days():
    assert spark_path([0, 2, 4], [1, 2, 4]) == f"M0 {TALL}L38 8L{WIDE} 0"
    assert spark_path([1] * 26, [1] * 26).count("L") == 25
    assert spark_path([1] * 27, [1] * 27).count("L") == 12


def test_a_day_never_collected_is_a_hole_in_the_line():
    assert spark_path([4, 4, 0, 4], [4, 4, None, 4]) == f"M0 0L25 0M{WIDE} 0h0"


def test_a_run_is_as_high_as_its_collected_days():
    counts, totals = [2] * 52, [2] * 52
    counts[3], totals[3] = 0, None
    assert set(re.findall(r"\d+ (\d+)", spark_path(counts, totals))) == {"0"}


def test_nothing_is_a_flat_line_and_no_days_no_line():
    assert spark_path([0, 0], [5, 5]) == f"M0 {TALL}L{WIDE} {TALL}"
    assert spark_path([], []) == ""
