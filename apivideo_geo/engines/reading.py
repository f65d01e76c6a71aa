"""Files to Ibis tables.

DuckDB and Spark read by themselves, when asked for the rows. For any other engine a DuckDB of its own reads and hands
over what it read, so that the same file gives the same rows, or is refused, whatever the engine.

Files in object stores (``s3://``, ``gs://``, …) go to the engine's own reader with the credentials the engine finds:
DuckDB those of its ``httpfs`` extension, Spark those of its Hadoop configuration.
"""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import ibis

from apivideo_geo.engines.connecting import connect
from apivideo_geo.engines.failing import engine_errors
from apivideo_geo.errors import DataRefused
from apivideo_geo.facts import FACTS

if TYPE_CHECKING:
    import pyarrow as pa
    from ibis.backends import BaseBackend

FILE = "__file"
"""The column :func:`read_sessions` adds: from which file a row came."""


READERS = ("duckdb", "pyspark")
"""The engines that read files themselves, by Ibis's names."""


@dataclass(frozen=True)
class Layout:
    """How files that are alike are to be read.

    ``columns``: the names of the columns in order (CSV), or the plain ones that are looked for (NDJSON); empty: the
    engine finds out. ``guarded``: it may hold cells with a spreadsheet's apostrophe in front (CSV). ``nested``: the
    objects that are looked for, with their fields (NDJSON). ``types``: those of the columns (Parquet): Spark reads no
    two files together in which a column has two types.
    """

    kind: Literal["csv", "ndjson", "parquet"]
    columns: tuple[str, ...] = ()
    delimiter: str = ","
    guarded: bool = True
    nested: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    types: tuple[str, ...] = ()


def read_facts(connection: BaseBackend, paths: Sequence[Path]) -> ibis.Table:
    """The facts of the Parquet files ``paths`` as one table (columns ``FACT_COLUMNS``); none without files.

    The files lie on this machine, where the executors of a cluster do not see them: engines but DuckDB are handed rows.
    """
    if not paths:
        return ibis.memtable(FACTS.empty_table())
    if connection.name == "duckdb":
        with engine_errors():
            return _read_parquet(connection, [str(path.absolute()) for path in paths]).drop(FILE)
    with engine_errors(), _private_duckdb(connection) as reader:
        facts = _read_parquet(reader, [str(path.absolute()) for path in paths]).drop(FILE).to_pyarrow()
    return _hand_over(connection, facts)


def hold_rows(rows: Sequence[Mapping[str, str | None]], columns: Sequence[str]) -> ibis.Table:
    """``rows`` that are in memory already as a table of strings: its ``columns`` are null where a row has nothing."""
    import pyarrow as pa

    return _hold_texts({name: pa.array([row.get(name) or "" for row in rows], pa.string()) for name in columns})


def read_sessions(connection: BaseBackend, paths: Sequence[str], layout: Layout, *, here: bool = False) -> ibis.Table:
    """The rows of ``paths``, all of one ``layout``: the columns as they are, and ``FILE``.

    CSV and NDJSON columns are strings (objects: structs of strings), empty CSV cells nulls, and nothing else is. On an
    engine that is not of ``READERS`` they are read now: strings alone, with dotted columns for structs, "" as null.
    ``paths`` are absolute local paths, or URLs and globs of an object store; ``here``: executors do not see them.
    """
    if connection.name not in READERS and (remote := [path for path in paths if "://" in path]):
        raise DataRefused(f"{remote[0]}: only the engines duckdb and spark read URLs; choose one of them.")
    with engine_errors(), ExitStack() as stack:
        itself = connection.name == "duckdb" or (connection.name == "pyspark" and not here)
        reader = connection if itself else stack.enter_context(_private_duckdb(connection))
        if layout.kind == "parquet":
            table = _read_parquet(reader, paths)
        else:
            table = (_read_csv if layout.kind == "csv" else _read_ndjson)(reader, paths, layout)
        if reader is connection:
            return table
        texts = _as_texts(table)
        columns = texts.select(**{f"c{index}": texts[name] for index, name in enumerate(texts.columns)}).to_pyarrow()
    return _hold_texts(dict(zip(texts.columns, columns.columns, strict=True)), connection)


def _read_csv(connection: BaseBackend, paths: Sequence[str], layout: Layout) -> ibis.Table:
    safe = [f"c{index}" for index in range(len(layout.columns))]
    if connection.name == "duckdb":
        # What is not told here would be guessed, from the first rows alone.
        options = {"header": True, "quote": '"', "escape": '"', "strict_mode": True, "filename": FILE}
        if not layout.columns:
            delimiter = max(",;\t", key=_header(connection, paths[0]).count)
            guess = {"all_varchar": True, "union_by_name": True, "comment": "", "skip": 0, "delim": delimiter}
            return connection.read_csv(list(paths), **options, **guess)
        columns = dict.fromkeys(safe, "string")
        table = connection.read_csv(
            _exactly(paths), columns=columns, auto_detect=False, delim=layout.delimiter, **options
        )
    else:
        options = {"quote": '"', "escape": '"', "multiLine": True, "mode": "FAILFAST", "sep": layout.delimiter}
        if layout.columns:
            options["schema"] = ", ".join(f"{name} STRING" for name in safe)
        else:
            options["enforceSchema"] = False  # files with other columns, or in another order, are refused
        # Spark checks the number of fields only of the columns it was asked for, unless told otherwise.
        connection.raw_sql("SET spark.sql.csv.parser.columnPruning.enabled = false")
        table = _with_file(connection, connection.read_csv(_hadoop(paths), inferSchema=False, **options))
    if not layout.columns:
        return table
    return table.select(**{name: table[safe[i]] for i, name in enumerate(layout.columns)}, **{FILE: table[FILE]})


def _header(connection: BaseBackend, path: str) -> str:
    """The first line of a CSV file, by DuckDB."""
    whole = {"delim": "\x1f", "quote": "", "escape": "", "columns": {"line": "string"}}
    lines = connection.read_csv(path, header=False, auto_detect=False, **whole).limit(1).to_pyarrow()
    return (lines["line"][0].as_py() or "") if len(lines) else ""


def _read_ndjson(connection: BaseBackend, paths: Sequence[str], layout: Layout) -> ibis.Table:
    if connection.name == "duckdb":
        columns = dict.fromkeys(layout.columns, "VARCHAR")
        columns |= {name: f"STRUCT({_fields(fields, chr(34), ' ')})" for name, fields in layout.nested.items()}
        return connection.read_json(_exactly(paths), columns=columns, format="newline_delimited", filename=FILE)
    nested = (f"`{name}` STRUCT<{_fields(fields, '`', ': ')}>" for name, fields in layout.nested.items())
    schema = ", ".join([*(f"`{name}` STRING" for name in layout.columns), *nested])
    # What we take as text though it is none (metadata) is written as all engines write it, without spaces.
    connection.raw_sql("SET spark.sql.json.enableExactStringParsing = false")
    return _with_file(connection, connection.read_json(_hadoop(paths), schema=schema, mode="FAILFAST"))


def _read_parquet(connection: BaseBackend, paths: Sequence[str]) -> ibis.Table:
    if connection.name == "duckdb":
        # A folder's name such as country=FR is not a column.
        return connection.read_parquet(_exactly(paths), filename=FILE, hive_partitioning=False, union_by_name=True)
    # Ibis takes one path; a union of one table a file would be a plan of hundreds of parts.
    name = ibis.util.gen_name("parquet")
    files = connection._session.read.parquet(*_hadoop(paths), mergeSchema=True)
    files.createOrReplaceTempView(name)
    return _with_file(connection, connection.table(name))


def _exactly(paths: Sequence[str]) -> list[str]:
    """Local paths with the characters DuckDB would take for a pattern escaped; URLs as they are."""
    return [path if "://" in path else glob.escape(path) for path in paths]


def _hadoop(paths: Sequence[str]) -> list[str]:
    """The same for Spark, whose files are Hadoop's: it knows S3 as ``s3a``."""
    paths = [re.sub("^s3://", "s3a://", path) for path in paths]
    return [path if "://" in path else re.sub(r"([\\\[\]{}*?])", r"\\\1", path) for path in paths]


def _fields(fields: Sequence[str], quote: str, between: str) -> str:
    kind = "STRING" if between == ": " else "VARCHAR"
    return ", ".join(f"{quote}{name}{quote}{between}{kind}" for name in fields)


def _with_file(connection: BaseBackend, table: ibis.Table) -> ibis.Table:
    """Spark's ``table`` with the column ``FILE``, which Ibis has no word for."""
    return connection.sql(f"SELECT *, input_file_name() AS {FILE} FROM {table.get_name()}")  # noqa: S608


@contextmanager
def _private_duckdb(connection: BaseBackend) -> Iterator[BaseBackend]:
    """A DuckDB that reads for ``connection``, which is Ibis's default again afterwards."""
    try:
        yield connect("duckdb")
    finally:
        ibis.set_backend(connection)


def _as_texts(table: ibis.Table) -> ibis.Table:
    """``table`` with strings alone, as an engine may lack other types; a struct is a column for each of its fields."""
    texts: dict[str, ibis.Value] = {}
    for name, column in ((name, table[name]) for name in table.columns):
        fields = {f"{name}.{field}": column[field] for field in column.names} if column.type().is_struct() else {}
        for dotted, part in (fields or {name: column}).items():
            text = part.cast("string")
            texts[dotted] = ibis.coalesce(texts[dotted].nullif(""), text) if dotted in texts else text
    return table.select(**texts)


def _hold_texts(columns: Mapping[str, pa.Array | pa.ChunkedArray], connection: BaseBackend | None = None) -> ibis.Table:
    """``columns`` of strings as a table that any engine takes: some take no nulls from us, and not every name."""
    import pyarrow as pa

    safe = {f"c{index}": column.fill_null("") for index, column in enumerate(columns.values())}
    held = _hand_over(connection, pa.table(safe)) if connection else ibis.memtable(pa.table(safe))
    return held.select(**{name: held[held.columns[index]].nullif("") for index, name in enumerate(columns)})


def _hand_over(connection: BaseBackend, rows: pa.Table) -> ibis.Table:
    """``rows`` as a table of ``connection``."""
    if connection.name != "pyspark":
        return ibis.memtable(rows)
    name = ibis.util.gen_name("held")  # Ibis would take the way through pandas
    with engine_errors():
        connection._session.createDataFrame(rows).createOrReplaceTempView(name)
        return connection.table(name)
