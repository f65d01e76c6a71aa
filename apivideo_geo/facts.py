"""The Arrow schema of facts; ``model`` says what the columns mean. No I/O."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

FACTS = pa.schema(
    [
        pa.field("day", pa.date32(), nullable=False),
        pa.field("metric", pa.string(), nullable=False),
        pa.field("country", pa.string(), nullable=False),
        pa.field("dimension", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
        pa.field("count", pa.int64(), nullable=False),
    ]
)
"""The columns ``model.FACT_COLUMNS`` and their types."""


def facts_table(rows: Iterable[tuple[object, ...]]) -> pa.Table:
    """Make a sorted table of ``rows``, each a tuple in the order of ``FACTS``."""
    columns = list(zip(*rows, strict=True)) or [()] * len(FACTS)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, FACTS, strict=True)]
    return sort_facts(pa.table(arrays, schema=FACTS))


def sort_facts(table: pa.Table) -> pa.Table:
    """Return ``table`` with the columns and types of ``FACTS``, sorted by all of them: equal facts are equal bytes."""
    return table.select(FACTS.names).cast(FACTS).sort_by([(name, "ascending") for name in FACTS.names]).combine_chunks()
