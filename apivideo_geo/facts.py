"""The table of facts as Arrow has it; what the columns mean stands in ``model``. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pyarrow as pa
import pyarrow.compute as pc

from apivideo_geo.model import UNLISTED

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
"""Columns ``model.FACT_COLUMNS`` and their types."""


def facts_table(rows: Iterable[tuple[object, ...]]) -> pa.Table:
    """``rows``, each a tuple in the order of ``FACTS``, as a table, sorted."""
    columns = list(zip(*rows, strict=True)) or [()] * len(FACTS)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, FACTS, strict=True)]
    return sort_facts(pa.table(arrays, schema=FACTS))


def sort_facts(table: pa.Table) -> pa.Table:
    """``table`` with the columns and types of ``FACTS``, sorted by all of them, so that equal facts are equal bytes."""
    return table.select(FACTS.names).cast(FACTS).sort_by([(name, "ascending") for name in FACTS.names]).combine_chunks()


def fold_media(table: pa.Table, listed: Collection[str]) -> pa.Table:
    """``table`` (columns ``FACTS``) with every media id that is not among ``listed`` as ``unlisted``, sorted."""
    known = pc.is_in(table["value"], pa.array([*sorted(listed), UNLISTED], pa.string()))
    hidden = pc.and_(pc.equal(table["dimension"], "media"), pc.invert(known))
    if not pc.any(hidden).as_py():
        return table
    place = table.column_names.index("value")
    folded = table.set_column(place, FACTS.field("value"), pc.if_else(hidden, UNLISTED, table["value"]))
    keys = [name for name in FACTS.names if name != "count"]
    return sort_facts(folded.group_by(keys).aggregate([("count", "sum")]).rename_columns([*keys, "count"]))
