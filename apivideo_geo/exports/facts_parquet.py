"""Render ``data/facts.parquet``: the public history of the period in one file, for other analyses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from apivideo_geo.facts import FACTS, add_up_facts
from apivideo_geo.model import Summary
from apivideo_geo.privacy import public_dimensions


def render_facts(
    facts: ibis.Table, first: date | None, last: date | None, withhold_media: bool, others: Iterable[Summary] = ()
) -> bytes:
    """Return ``facts`` (columns ``FACT_COLUMNS``) of the UTC days ``first`` to ``last``, both inclusive, as Parquet.

    Rows are sorted, so that equal facts give equal bytes, and written a year at a time to limit memory. Only dimensions
    that may be published by day are included, even if the history has more. Of other metrics, whose Summaries are
    ``others``, only the totals by country are.
    """
    public = facts.filter(facts.dimension.isin(public_dimensions(withhold_media)))
    sink = pa.BufferOutputStream()
    more = pa.concat_tables([FACTS.empty_table(), *map(_totals, others)])
    with pq.ParquetWriter(sink, FACTS, compression="zstd", store_schema=False) as writer:
        chunks = (
            [
                (public.filter(public.day.between(*map(_ibis_day, days))), more.filter(_between(more["day"], *days)))
                for days in _years(first, last)
            ]
            if first and last
            else [(public, more)]
        )
        for chunk, rows in chunks:
            # several assets may have become one: unlisted
            writer.write_table(add_up_facts(pa.concat_tables([chunk.to_pyarrow().cast(FACTS), rows])))
    return bytes(sink.getvalue())


def _totals(summary: Summary) -> pa.Table:
    """Return the counts of each day and country as facts."""
    days = pa.array([day.day for day in summary.daily], pa.date32())
    tables = [FACTS.empty_table()]
    for code, counts in summary.by_country.items():
        texts = (pa.repeat(text, len(days)) for text in (summary.metric, code, "total", ""))
        metric, country, dimension, value = texts
        columns = [days, metric, country, dimension, value, pa.array(counts, pa.int64())]
        tables.append(pa.table(columns, schema=FACTS))
    facts = pa.concat_tables(tables)
    return facts.filter(pc.greater(facts["count"], 0))


def _between(days: pa.ChunkedArray, first: date, last: date) -> pa.ChunkedArray:
    return pc.and_(pc.greater_equal(days, pa.scalar(first)), pc.less_equal(days, pa.scalar(last)))


def _ibis_day(day: date) -> ibis.Value:
    return ibis.date(day.isoformat())


def _years(first: date, last: date) -> Iterator[tuple[date, date]]:
    """Yield the first and last day of each calendar year from ``first`` to ``last``, both inclusive."""
    for year in range(first.year, last.year + 1):
        yield max(first, date(year, 1, 1)), min(last, date(year, 12, 31))
