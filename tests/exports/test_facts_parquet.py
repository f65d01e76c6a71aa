"""The history in one file: whole and in order, however many years it has."""

import io
from datetime import date, timedelta

import ibis
import pyarrow.parquet as pq

from apivideo_geo.exports.facts_parquet import render_facts
from apivideo_geo.facts import facts_table

FIRST, LAST = date(2024, 12, 30), date(2026, 1, 2)
DAYS = [FIRST + timedelta(number) for number in range((LAST - FIRST).days + 1)]


def test_years_are_one_table_in_order_within_the_period_and_equal_facts_are_equal_bytes():
    rows = [(day, "play", code, "total", "", 1 + day.day) for day in DAYS for code in ("FRA", "PER")]
    table = facts_table(rows)
    facts, turned = ibis.memtable(table), ibis.memtable(table.take(list(range(len(rows)))[::-1]))
    content = render_facts(facts, DAYS[1], DAYS[-2], False)
    assert pq.read_table(io.BytesIO(content)).equals(facts_table(row for row in rows if DAYS[0] < row[0] < DAYS[-1]))
    assert render_facts(turned, DAYS[1], DAYS[-2], False) == content
