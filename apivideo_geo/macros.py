"""Long expressions of a column as macros of DuckDB: Ibis would write their SQL again for each use."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from ibis.expr.types import StringValue, Value

V = TypeVar("V", bound="Value")


def by_macro(function: Callable[[StringValue], V]) -> Callable[[StringValue], V]:
    """Return ``function``, which depends on its column alone, as one that DuckDB gets as a macro, made once."""

    @wraps(function)
    def call(column: StringValue) -> V:
        relations = {type(one).__name__ for one in column.op().relations}
        if relations <= {"UnboundTable"} or (engine := column.get_backend()).name != "duckdb":
            return function(column)
        sql, typed = _macro(function)
        made: set[str] = vars(engine).setdefault("_macros", set())
        if sql not in made:
            engine.raw_sql(sql)
            made.add(sql)
        found: V = typed(column)
        return found

    return call


@cache
def _macro(function: Callable[[StringValue], Value]) -> tuple[str, Callable[[StringValue], Any]]:
    """Return the SQL that makes the macro, and what calls it."""
    import ibis

    cell = ibis.table({"cell": "string"}, name="cells").cell
    result = function(cell)
    query = str(ibis.to_sql(result.name("result").as_table(), dialect="duckdb"))
    sql = query.rpartition(' AS "result"')[0].removeprefix("SELECT").replace('"t0"."cell"', "cell")
    name = f"geo_{sha256(sql.encode()).hexdigest()[:8]}"

    def call(cell):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        """Call the macro."""

    typed = ibis.udf.scalar.builtin(call, name=name, signature=((cell.type(),), result.type()))
    return f"CREATE OR REPLACE TEMP MACRO {name}(cell) AS ({sql})", typed
