"""``data/facts.parquet``: the history of the period in one file, for whoever wants to ask it something else."""

from __future__ import annotations

from datetime import date

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from apivideo_geo.facts import sort_facts
from apivideo_geo.model import FACT_COLUMNS
from apivideo_geo.privacy import public_dimensions


def render_facts(facts: ibis.Table, first: date | None, last: date | None, withhold_media: bool) -> bytes:
    """``facts`` (columns ``FACT_COLUMNS``) of the UTC days ``first`` to ``last``, both inclusive, as Parquet.

    Sorted, so that equal facts are equal bytes. Only the dimensions that may be told day by day are in it, also where
    the history holds more.
    """
    public = facts.filter(facts.dimension.isin(public_dimensions(withhold_media)))
    if first and last:
        public = public.filter(public.day.between(ibis.date(first.isoformat()), ibis.date(last.isoformat())))
    keys = [name for name in FACT_COLUMNS if name != "count"]
    public = public.group_by(keys).agg(count=public["count"].sum())  # several assets may have become one: unlisted
    sink = pa.BufferOutputStream()
    pq.write_table(sort_facts(public.to_pyarrow()), sink, compression="zstd", store_schema=False)
    return bytes(sink.getvalue())
