import ibis
import pyarrow as pa

from apivideo_geo.engines import connect, make_table
from apivideo_geo.formulas import escape_formulas
from apivideo_geo.macros import by_macro


def test_a_macro_is_what_its_expression_is_on_each_connection_and_in_a_table_in_memory():
    cells = pa.table({"cell": ["=1+1", "it's", "it''s \\ é", '"t0"."cell"', "", None]})
    expected = ["'=1+1", "it's", "it''s \\ é", '"t0"."cell"', "", None]
    for table in (make_table(connect("duckdb"), cells), make_table(connect("duckdb"), cells), ibis.memtable(cells)):
        for column in (table.cell, table.cell.nullif("none")):
            query = table.select(text=escape_formulas(column))
            assert "REGEXP" not in ibis.to_sql(query, dialect="duckdb")
            assert query.to_pyarrow()["text"].to_pylist() == expected


def test_two_functions_of_the_same_name_have_a_macro_each():
    def one(cell):
        return cell + "1"

    table, first = make_table(connect("duckdb"), pa.table({"cell": ["a"]})), one

    def one(cell):
        return cell + "2"

    query = table.select(first=by_macro(first)(table.cell), second=by_macro(one)(table.cell))
    assert query.to_pyarrow().to_pylist() == [{"first": "a1", "second": "a2"}]
