"""The Arrow schema of facts; ``model`` says what the columns mean. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import reduce
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from apivideo_geo.days import list_days

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
KEYS = [name for name in FACTS.names if name != "count"]


class Overfull(NamedTuple):
    """A breakdown that cannot be true: the values of ``dimension`` add up to ``parts``, more than the ``total``."""

    day: date
    metric: str
    country: str
    dimension: str
    parts: int
    total: int | None
    """None if the country has no total on that day."""

    def __str__(self) -> str:
        than = "but there is no total" if self.total is None else f"more than the total {self.total:,}"
        values = f"the {self.dimension} values of {self.country} on {self.day} ({self.metric})"
        return f"{values} add up to {self.parts:,}, {than}"


def find_overfull(table: pa.Table) -> list[Overfull]:
    """Return the breakdowns in ``table``, facts, that exceed the total of their day, metric and country, in order."""
    sums = table.group_by(["day", "metric", "country", "dimension"]).aggregate([("count", "sum")])
    is_total = pc.equal(sums["dimension"], "total")
    totals = sums.filter(is_total).drop_columns("dimension").rename_columns(["day", "metric", "country", "total"])
    parts = sums.filter(pc.invert(is_total)).join(totals, ["day", "metric", "country"])
    over = parts.filter(pc.greater(parts["count_sum"], pc.fill_null(parts["total"], 0)))
    columns = ["day", "metric", "country", "dimension", "count_sum", "total"]
    return sorted(Overfull(*row.values()) for row in over.select(columns).to_pylist())


def name_overfull(found: Sequence[Overfull]) -> tuple[str, str]:
    """Return a sentence about the breakdowns of a history that exceed their total, and one that says what to do."""
    days = {one.day for one in found}
    others = f"; the same is wrong on {list_days(days)}" if len(days) > 1 else ""
    step = f"Run collect with a corrected --counts file of the day, or remove the day: forget {min(days)}."
    return f"In the history {min(found)}{others}.", step


def facts_table(rows: Iterable[tuple[object, ...]]) -> pa.Table:
    """Make a sorted table of ``rows``, each a tuple in the order of ``FACTS``."""
    columns = list(zip(*rows, strict=True)) or [()] * len(FACTS)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, FACTS, strict=True)]
    return sort_facts(pa.table(arrays, schema=FACTS))


def sort_facts(table: pa.Table) -> pa.Table:
    """Return ``table`` with the columns and types of ``FACTS``, sorted by all of them: equal facts are equal bytes."""
    facts = table.select(FACTS.names).cast(FACTS)
    if not len(facts):
        return facts
    numbers, columns = number_rows(facts.select(KEYS))
    order = pa.array(np.lexsort((facts["count"], numbers)))
    taken = (coded.dictionary.take(coded.indices.take(order)) for coded in columns)
    return pa.table([*taken, facts["count"].combine_chunks().take(order)], FACTS)


def number_rows(table: pa.Table) -> tuple[npt.NDArray[np.int64], list[pa.DictionaryArray]]:
    """Return a number for each row of ``table``, which has some, and its columns as dictionaries.

    Equal rows have equal numbers, and the order of the numbers is that of the rows: they are sorted several times
    faster than texts.
    """
    numbers, columns = np.zeros(len(table), np.int64), []
    for column in table.columns:
        coded = column.dictionary_encode().combine_chunks()
        ranks = np.argsort(pc.sort_indices(coded.dictionary))
        numbers = numbers * len(ranks) + ranks[coded.indices]
        columns.append(coded)
    return numbers, columns


def add_up_facts(table: pa.Table) -> pa.Table:
    """Return ``table`` like :func:`sort_facts`; rows that differ only in their count are added up."""
    facts = sort_facts(table)
    pairs = zip(facts.slice(1).select(KEYS).columns, facts.slice(0, max(len(facts) - 1, 0)).columns, strict=False)
    if not pc.any(reduce(pc.and_, (pc.equal(one, other) for one, other in pairs))).as_py():
        return facts
    sums = facts.group_by(KEYS).aggregate([("count", "sum")])
    return sort_facts(sums.rename_columns(FACTS.names))
