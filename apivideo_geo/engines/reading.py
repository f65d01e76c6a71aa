"""Read files as Ibis tables, and write a table to a file.

The engine reads the files when rows are requested. Files in object stores (``s3://``, ``gs://``, …) go to the engine's
own reader with the credentials it finds: DuckDB those of its ``httpfs`` extension, Spark those of its Hadoop settings.
Files that only this machine has (the history, ``exports/sessions.csv``) are sent to Spark as rows, because its
executors cannot open them.
"""

from __future__ import annotations

import glob
import itertools
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import ibis

from apivideo_geo.durable import disk_failed, temporary_folder
from apivideo_geo.engines.connection import connect_duckdb
from apivideo_geo.engines.failures import engine_errors
from apivideo_geo.facts import FACTS

if TYPE_CHECKING:
    import pyarrow as pa
    from ibis.backends import BaseBackend

FILE = "__apivideo_geo_file"
"""The column that :func:`read_sessions` adds: the file a row came from."""
_links = itertools.count()


@dataclass(frozen=True)
class Layout:
    """How to read files that are alike.

    ``columns``: the names of the columns in order (CSV), or the plain ones to look for (NDJSON); empty: the engine
    detects them. ``guarded``: cells may have a spreadsheet's apostrophe in front (CSV). ``nested``: the objects to look
    for, with their fields (NDJSON). ``types``: the types of the columns (Parquet), because Spark cannot read two files
    together in which a column has different types. ``only_here``: the executors of Spark cannot open the files.
    """

    kind: Literal["csv", "ndjson", "parquet"]
    columns: tuple[str, ...] = ()
    delimiter: str = ","
    guarded: bool = True
    nested: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    types: tuple[str, ...] = ()
    only_here: bool = False


def read_facts(connection: BaseBackend, paths: Sequence[Path]) -> ibis.Table:
    """Return the facts in the Parquet files ``paths`` of this machine as one table (columns ``FACT_COLUMNS``)."""
    if not paths:
        return ibis.memtable(FACTS.empty_table())
    names = [str(readable_path(path.absolute())) for path in paths]
    with engine_errors():
        if connection.name == "duckdb":
            return _read_parquet(connection, names).drop(FILE)
        return make_table(connection, _read_parquet(connect_duckdb(), names).drop(FILE).to_pyarrow())


def readable_path(path: Path) -> Path:
    """Return ``path``, or a temporary link to it if DuckDB cannot read a file of this name.

    In a path with a character of patterns, DuckDB takes each backslash for the end of a folder's name. Folders whose
    names have values (``country=FR``) are in the path of the link too. Raises :class:`DiskFailed` if it cannot be made.
    """
    name = str(path.absolute())
    if os.sep == "\\" or "\\" not in name or not glob.has_magic(name):
        return path
    values = [part for part in path.absolute().parts[1:-1] if "=" in part]
    link = Path(temporary_folder(), "links", str(next(_links)), *values, "file" + path.suffix.replace("\\", ""))
    try:
        link.parent.mkdir(parents=True)
        link.symlink_to(path.absolute())
    except OSError as error:
        raise disk_failed(link, error) from None
    return link


def table_of_rows(rows: Sequence[Mapping[str, str | None]], columns: Sequence[str]) -> ibis.Table:
    """Return ``rows`` as a table of strings with ``columns``; a missing or empty value is null."""
    import pyarrow as pa

    return ibis.memtable(
        pa.table({name: pa.array([row.get(name) or None for row in rows], pa.string()) for name in columns})
    )


def find_json_names(path: str, connection: BaseBackend) -> dict[str, tuple[str, ...]]:
    """Return the keys of all objects in an NDJSON file or URL → the keys of the objects in them; by a DuckDB.

    Empty if a line is not an object in JSON. Raises :class:`SourceFailed` if it cannot be fetched.
    """
    duckdb = connection if connection.name == "duckdb" else _private_duckdb()
    lines = f"read_ndjson_objects({_quoted(_without_patterns([path])[0])})"
    with engine_errors():
        try:
            top = duckdb.raw_sql(f"SELECT DISTINCT unnest(json_keys(json)) FROM {lines}").fetchall()  # noqa: S608
            names = [name for (name,) in top]
            inner = ", ".join(f"json_keys(json, {_quoted('$.' + json.dumps(name))})" for name in names)
            rows = duckdb.raw_sql(f"SELECT DISTINCT {inner} FROM {lines}").fetchall() if names else []  # noqa: S608
        except Exception as error:
            if type(error).__name__ in ("InvalidInputException", "ConversionException"):
                return {}
            raise
    return {name: tuple(dict.fromkeys(key for row in rows for key in row[at] or ())) for at, name in enumerate(names)}


def read_sessions(
    connection: BaseBackend, paths: Sequence[str], layout: Layout, *, only_here: bool = False
) -> ibis.Table:
    """Return the rows of ``paths``, all of one ``layout``, with their columns unchanged, and ``FILE``.

    CSV and NDJSON columns are strings (objects: structs of strings); an empty CSV cell is null, and nothing else is.
    ``paths`` are absolute local paths, or URLs and globs of an object store. ``only_here``: Spark's executors cannot
    open them.
    """
    read = {"csv": _read_csv, "ndjson": _read_ndjson}.get(layout.kind)
    with engine_errors():
        sent = (only_here or layout.only_here) and connection.name != "duckdb"
        reader = connect_duckdb() if sent else connection
        table = read(reader, paths, layout) if read else _read_parquet(reader, paths)
        return make_table(connection, table.to_pyarrow()) if sent else table


def _read_csv(connection: BaseBackend, paths: Sequence[str], layout: Layout) -> ibis.Table:
    """Read CSV; where its columns are known under names without special characters, which are replaced afterwards."""
    names = {f"c{index}": name for index, name in enumerate(layout.columns)}
    read = _read_csv_by_duckdb if connection.name == "duckdb" else _read_csv_by_spark
    table = read(connection, paths, layout, list(names))
    return (
        table.select(**{name: table[safe] for safe, name in names.items()}, **{FILE: table[FILE]}) if names else table
    )


def _read_csv_by_duckdb(
    connection: BaseBackend, paths: Sequence[str], layout: Layout, columns: Sequence[str]
) -> ibis.Table:
    # Without these settings DuckDB would guess them from the first rows.
    options = {"header": True, "quote": '"', "escape": '"', "strict_mode": True, "filename": FILE}
    if not columns:
        delimiter = max(",;\t", key=_first_line(connection, paths[0]).count)
        detect = {"all_varchar": True, "union_by_name": True, "comment": "", "skip": 0, "delim": delimiter}
        return connection.read_csv(list(paths), **options, **detect)
    types = dict.fromkeys(columns, "string")
    return connection.read_csv(
        _without_patterns(paths), columns=types, auto_detect=False, delim=layout.delimiter, **options
    )


def _read_csv_by_spark(
    connection: BaseBackend, paths: Sequence[str], layout: Layout, columns: Sequence[str]
) -> ibis.Table:
    options: dict[str, Any] = {"quote": '"', "escape": '"', "multiLine": True, "mode": "FAILFAST"}
    if columns:
        options["schema"] = ", ".join(f"{name} STRING" for name in columns)
    else:
        options["enforceSchema"] = False  # reject files with other columns, or in another order
    # By default Spark checks the number of fields only for the requested columns.
    connection.raw_sql("SET spark.sql.csv.parser.columnPruning.enabled = false")
    table = connection.read_csv(_hadoop_paths(paths), inferSchema=False, sep=layout.delimiter, **options)
    return _add_file(connection, table)


def _first_line(connection: BaseBackend, path: str) -> str:
    """Return the first line of a CSV file, read by DuckDB."""
    one_column = {"delim": "\x1f", "quote": "", "escape": "", "columns": {"line": "string"}}
    lines = connection.read_csv(path, header=False, auto_detect=False, **one_column).limit(1).to_pyarrow()
    return (lines["line"][0].as_py() or "") if len(lines) else ""


def _read_ndjson(connection: BaseBackend, paths: Sequence[str], layout: Layout) -> ibis.Table:
    if connection.name == "duckdb":
        columns = dict.fromkeys(layout.columns, "VARCHAR")
        columns |= {
            name: f"STRUCT({', '.join(f'{_identifier(part)} VARCHAR' for part in parts)})"
            for name, parts in layout.nested.items()
        }
        return connection.read_json(
            _without_patterns(paths), columns=columns, format="newline_delimited", filename=FILE
        )
    nested = (
        f"`{name}` STRUCT<{', '.join(f'`{part}`: STRING' for part in parts)}>" for name, parts in layout.nested.items()
    )
    schema = ", ".join([*(f"`{name}` STRING" for name in layout.columns), *nested])
    # Objects and lists that are kept as text (metadata) are then written as DuckDB does, without spaces.
    connection.raw_sql("SET spark.sql.json.enableExactStringParsing = false")
    return _add_file(connection, connection.read_json(_hadoop_paths(paths), schema=schema, mode="FAILFAST"))


def _read_parquet(connection: BaseBackend, paths: Sequence[str]) -> ibis.Table:
    if connection.name == "duckdb":
        # A folder called country=FR is not a column.
        return connection.read_parquet(
            _without_patterns(paths), filename=FILE, hive_partitioning=False, union_by_name=True
        )
    # Ibis takes one path; a union of one table per file would be a plan of hundreds of parts.
    name = ibis.util.gen_name("parquet")
    files = connection._session.read.parquet(*_hadoop_paths(paths), mergeSchema=True)
    files.createOrReplaceTempView(name)
    return _add_file(connection, connection.table(name))


@lru_cache(maxsize=1)
def _private_duckdb() -> BaseBackend:
    return connect_duckdb()


def _identifier(name: str) -> str:
    """Return ``name`` as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def _quoted(text: str) -> str:
    """Return ``text`` as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def _without_patterns(paths: Sequence[str]) -> list[str]:
    """Escape the characters of local paths that DuckDB would take for a pattern; URLs stay unchanged."""
    return [path if "://" in path else glob.escape(path) for path in paths]


def _hadoop_paths(paths: Sequence[str]) -> list[str]:
    """Escape the characters of local paths that Spark would take for a pattern; ``s3://`` becomes Hadoop's ``s3a://``."""
    paths = [re.sub("^s3://", "s3a://", path) for path in paths]
    return [path if "://" in path else re.sub(r"([\\\[\]{}*?])", r"\\\1", path) for path in paths]


def _add_file(connection: BaseBackend, table: ibis.Table) -> ibis.Table:
    """Add the column ``FILE`` to a table of Spark; Ibis has no expression for it."""
    return connection.sql(f"SELECT *, input_file_name() AS {FILE} FROM {table.get_name()}")  # noqa: S608


class _Literal(str):
    """A path whose ``repr()``, which Ibis puts into its SQL, is a literal of SQL and not of Python."""

    __slots__ = ()

    def __str__(self) -> str:
        return self

    def __repr__(self) -> str:
        return _quoted(self[:])


def write_csv(rows: ibis.Table, path: Path) -> None:
    """Write ``rows`` to ``path``, whatever characters the path has. Raises what the engine does."""
    rows.to_csv(_Literal(path))


def make_table(connection: BaseBackend, rows: pa.Table) -> ibis.Table:
    """Return ``rows`` as a table of ``connection``; in Spark as a view, as Ibis cannot keep a table in its memory."""
    if connection.name == "duckdb":
        return ibis.memtable(rows)
    name = ibis.util.gen_name("rows")
    connection._session.createDataFrame(rows).createOrReplaceTempView(name)
    return connection.table(name)
