"""Render ``data/facts.parquet``: the public history of the period in one file, for other analyses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from apivideo_geo.facts import FACTS, sort_facts
from apivideo_geo.model import FACT_COLUMNS
from apivideo_geo.privacy import public_dimensions


def render_facts(facts: ibis.Table, first: date | None, last: date | None, withhold_media: bool) -> bytes:
    """Return ``facts`` (columns ``FACT_COLUMNS``) of the UTC days ``first`` to ``last``, both inclusive, as Parquet.

    Rows are sorted, so that equal facts give equal bytes, and written a year at a time to limit memory. Only dimensions
    that may be published by day are included, even if the history has more.
    """
    public = facts.filter(facts.dimension.isin(public_dimensions(withhold_media)))
    keys = [name for name in FACT_COLUMNS if name != "count"]
    public = public.group_by(keys).agg(count=public["count"].sum())  # several assets may have become one: unlisted
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, FACTS, compression="zstd", store_schema=False) as writer:
        chunks = (
            [public.filter(public.day.between(*days)) for days in _years(first, last)] if first and last else [public]
        )
        for chunk in chunks:
            writer.write_table(sort_facts(chunk.to_pyarrow()))
    return bytes(sink.getvalue())


def _years(first: date, last: date) -> Iterator[tuple[ibis.Value, ibis.Value]]:
    """Yield the first and last day of each calendar year from ``first`` to ``last``, both inclusive."""
    for year in range(first.year, last.year + 1):
        days = max(first, date(year, 1, 1)), min(last, date(year, 12, 31))
        yield ibis.date(days[0].isoformat()), ibis.date(days[1].isoformat())
