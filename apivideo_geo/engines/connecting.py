"""Connections by name."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import tempfile
import warnings
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import ibis

from apivideo_geo.engines.failing import words_of
from apivideo_geo.errors import DiskFailed, SourceFailed, UsageError

if TYPE_CHECKING:
    from ibis.backends import BaseBackend


def connect(engine: str) -> BaseBackend:
    """An Ibis connection, its time zone UTC.

    ``engine``: ``duckdb`` (embedded; takes half the memory, then spills to a temporary folder; settings as in
    ``duckdb://?memory_limit=2GB&temp_directory=/big/disk``), ``spark`` (the master that ``spark-defaults.conf`` or
    ``PYSPARK_SUBMIT_ARGS`` names, else this machine), ``spark://host:7077``, or the Ibis URL of any other backend that
    is installed. What is held in memory alone (``hold_rows``) is worked on by the engine connected last.

    Raises :class:`UsageError` for an engine that is unknown or not installed and for a wrong address,
    :class:`SourceFailed` where it does not answer, :class:`DiskFailed` where DuckDB could not spill.
    """
    connection = _connect_spark(engine) if engine.partition("://")[0] == "spark" else _connect_by_url(engine)
    ibis.set_backend(connection)
    return connection


def _connect_by_url(engine: str) -> BaseBackend:
    name = engine.partition("://")[0]
    if engine != "duckdb" and "://" not in engine:
        name = engine.partition(":")[0]  # not more of it: what is no URL may have a password all the same
        raise UsageError(f"Unknown engine {name!r}: use duckdb, spark, spark://host:7077 or an Ibis URL.")
    try:
        connection = ibis.connect("duckdb://" if engine == "duckdb" else engine)
    except ImportError:
        raise UsageError(f"The engine {name} is not installed: pip install 'ibis-framework[{name}]'.") from None
    except ValueError:
        raise UsageError(f"Unknown engine {name}://: use duckdb, spark, spark://host:7077 or an Ibis URL.") from None
    except Exception as error:  # the driver's own classes; its words may repeat a password of the URL
        if name == "duckdb":
            raise UsageError(f"DuckDB did not start as --engine says: {words_of(error)}.") from None
        raise SourceFailed(f"The engine {name} could not be reached ({type(error).__name__}); check its URL.") from None
    if connection.name == "duckdb":
        _prepare_duckdb(connection, engine)
    return connection


@contextmanager
def sparing(connection: BaseBackend) -> Iterator[None]:
    """While it lasts, DuckDB takes an eighth of the memory, at least 2 GiB, where it would take more.

    For what reads, sorts and writes whole rows: that takes all the memory it is given, and gains little by it.
    """
    usual, before = max(_memory() // 8, 2 << 30), 0
    if connection.name == "duckdb":
        limit = "SELECT parse_formatted_bytes(current_setting('memory_limit'))"
        (before,) = connection.raw_sql(limit).fetchone()
    if before <= usual:
        yield
        return
    connection.raw_sql(f"SET memory_limit = '{usual >> 10}KiB'")
    try:
        yield
    finally:
        connection.raw_sql(f"SET memory_limit = '{before >> 10}KiB'")


def _memory() -> int:
    """Bytes of this machine's memory; 8 GiB where the system does not tell."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 8 << 30


def _prepare_duckdb(connection: BaseBackend, engine: str) -> None:
    """UTC, silence, a limit, and a spill folder outside the project that goes when the connection goes."""
    connection.raw_sql("SET TimeZone = 'UTC'")
    connection.raw_sql("SET enable_progress_bar = false")  # it would print
    if "memory_limit" not in engine and "max_memory" not in engine:
        connection.raw_sql(f"SET memory_limit = '{_memory() >> 21}MiB'")
    if "temp_directory" in engine:
        (folder,) = connection.raw_sql("SELECT current_setting('temp_directory')").fetchone()
        _check_spill_folder(Path(folder))
    else:
        folder = tempfile.mkdtemp(prefix="apivideo-geo-")
        weakref.finalize(connection, shutil.rmtree, folder, ignore_errors=True)
        connection.raw_sql(f"SET temp_directory = '{folder.replace(chr(39), chr(39) * 2)}'")
    # Its threads end before Python does: one that lets go of our tables in between would end the process with SIGABRT.
    weakref.finalize(connection, connection.con.close)


def _check_spill_folder(folder: Path) -> None:
    """DuckDB makes the folder itself, but only that one, and only when it must spill: half through a long run."""
    place = folder if folder.exists() else folder.absolute().parent
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        raise DiskFailed(f"temp_directory {folder}: DuckDB cannot write there; name a folder that can be written.")


def _connect_spark(engine: str) -> BaseBackend:
    if engine != "spark" and not re.fullmatch(r"spark://[^\s:/,]+:\d+(,[^\s:/,]+:\d+)*", engine):
        raise UsageError("--engine is no address of a Spark master: write spark://host:7077, or spark alone.")
    try:
        pyspark = importlib.import_module("pyspark")
        spark = importlib.import_module("pyspark.sql")
    except ImportError:
        raise UsageError("The engine spark needs PySpark: pip install 'apivideo-geo[spark]'.") from None
    warnings.filterwarnings("ignore", module="pyspark")  # of pandas 3, and in the JVM's words before it raises
    builder = spark.SparkSession.builder.appName("apivideo-geo").config("spark.ui.showConsoleProgress", "false")
    if engine != "spark":
        builder = builder.master(engine)
    try:
        if not pyspark.SparkContext.getSystemProperty("spark.log.level"):
            builder = builder.config("spark.log.level", "FATAL")  # what goes wrong is told in our words
        session = builder.getOrCreate()
    except Exception as error:  # Java is missing, no master answers, …
        raise SourceFailed(
            f"Spark did not start ({words_of(error)}); it needs Java 17 or newer, and a master that answers."
        ) from None
    return ibis.pyspark.connect(session)
