"""Expressions as macros of DuckDB."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import ibis

from apivideo_geo.plain_text import digest_of

if TYPE_CHECKING:
    from ibis.expr.types import StringValue, Value

V = TypeVar("V", bound="Value")


def by_macro(function: Callable[[StringValue], V], column: StringValue) -> V:
    """Return ``function(column)``; DuckDB gets a macro with its SQL, which Ibis would write again for each use.

    That takes longer than a query of a small table. ``function`` must depend on the column alone.
    """
    if not column.op().relations or (engine := column.get_backend()).name != "duckdb":
        return function(column)
    sql, call = _macro(function)
    made: set[str] = vars(engine).setdefault("_macros", set())
    if sql not in made:
        engine.raw_sql(sql)
        made.add(sql)
    found: V = call(column)
    return found


@cache
def _macro(function: Callable[[StringValue], Value]) -> tuple[str, Callable[[StringValue], Any]]:
    """Return the SQL that makes the macro, and what calls it."""
    table = ibis.table({"cell": "string"}, name="cells")
    result = function(table.cell)
    query = str(ibis.to_sql(table.select(result=result), dialect="duckdb"))
    sql = query.rpartition(' AS "result"')[0].removeprefix("SELECT").replace('"t0"."cell"', "cell")
    name = f"geo_{digest_of(sql)}"

    def call(cell):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        """Call the macro."""

    typed = ibis.udf.scalar.builtin(call, name=name, signature=((table.cell.type(),), result.type()))
    return f"CREATE OR REPLACE MACRO {name}(cell) AS ({sql})", typed
