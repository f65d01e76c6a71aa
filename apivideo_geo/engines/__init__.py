"""The engines: connections to DuckDB and Spark, what differs between them when files are read, and their errors.

Only this package imports an engine, and only when it is needed. All other code states what it wants in Ibis.
"""

from apivideo_geo.engines.connection import connect
from apivideo_geo.engines.failures import OutOfMemory, engine_errors
from apivideo_geo.engines.reading import (
    FILE,
    Layout,
    find_json_names,
    make_table,
    read_facts,
    read_sessions,
    readable_path,
    table_of_rows,
    write_csv,
)

__all__ = [
    "FILE", "Layout", "OutOfMemory", "connect", "engine_errors", "find_json_names", "make_table", "read_facts",
    "read_sessions", "readable_path", "table_of_rows", "write_csv",
]  # fmt: skip
