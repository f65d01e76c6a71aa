"""Connect to an engine by its name."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import tempfile
import warnings
import weakref
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import ibis

from apivideo_geo.durable import temporary_folder
from apivideo_geo.engines.failures import error_message
from apivideo_geo.errors import DiskFailed, SourceFailed, UsageError

if TYPE_CHECKING:
    from ibis.backends import BaseBackend

MEMORY = 1 << 30
"""Bytes that DuckDB may use before it writes to disk, unless its address sets ``memory_limit``. With 4 GB, 2 million
sessions take 5 % less CPU time. While it writes complete rows it takes up to as much again."""


def connect(engine: str) -> BaseBackend:
    """Return an Ibis connection in time zone UTC; tables made in memory are computed by the latest connection.

    ``engine``: ``duckdb`` (in this process; uses 1 GiB of memory, at most half of what there is, then spills to a
    temporary folder), with settings as in ``duckdb://?memory_limit=2GB&temp_directory=/big/disk``; ``spark`` (the
    master that ``spark-defaults.conf`` or ``PYSPARK_SUBMIT_ARGS`` names, else this machine); or ``spark://host:7077``.

    Raises :class:`UsageError` for an unknown engine, one that is not installed and a wrong address,
    :class:`SourceFailed` if Spark does not start, :class:`DiskFailed` if DuckDB could not spill.
    """
    name = engine.partition("://")[0]
    if name == "spark":
        connection = _connect_spark(engine)
    elif engine == "duckdb" or engine.startswith("duckdb://"):
        connection = connect_duckdb("duckdb://" if engine == "duckdb" else engine)
    else:
        name = engine.partition(":")[0]  # what follows may be a password
        raise UsageError(f"Unknown engine {name!r}: use duckdb, spark or spark://host:7077.")
    ibis.set_backend(connection)
    ibis.options.sql.fuse_selects = False  # to merge them takes Ibis longer than it saves any engine
    return connection


def connect_duckdb(url: str = "duckdb://") -> BaseBackend:
    """Return a new DuckDB in UTC, with a memory limit and a spill folder outside the project that is removed with it.

    Raises :class:`UsageError` for a wrong setting in ``url``, :class:`DiskFailed` if it could not spill.
    """
    try:
        connection = ibis.connect(url)
    except Exception as error:  # DuckDB's own classes; the address itself may contain a password
        raise UsageError(f"DuckDB did not start as --engine says: {error_message(error)}.") from None
    connection.raw_sql("SET TimeZone = 'UTC'")
    with suppress(Exception):  # refused in a Jupyter without ipywidgets, which shows no bar anyway
        connection.raw_sql("SET enable_progress_bar = false")
    if "memory_limit" not in url and "max_memory" not in url:
        connection.raw_sql(f"SET memory_limit = '{min(MEMORY, _memory() // 2) >> 20}MiB'")
    if "temp_directory" in url:
        (folder,) = connection.raw_sql("SELECT current_setting('temp_directory')").fetchone()
        _check_spill_folder(Path(folder))
    else:
        folder = tempfile.mkdtemp(dir=temporary_folder())
        weakref.finalize(connection, shutil.rmtree, folder, ignore_errors=True)
        connection.raw_sql(f"SET temp_directory = '{folder.replace(chr(39), chr(39) * 2)}'")
    # End its threads before Python exits: a thread that released our tables during the exit would cause a SIGABRT.
    weakref.finalize(connection, connection.con.close)
    return connection


def _memory() -> int:
    """Return the bytes of memory of this machine; 8 GiB if the system does not say."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 8 << 30


def _check_spill_folder(folder: Path) -> None:
    """Fail early: DuckDB creates the folder (not its parents) only when it first spills, during a long run."""
    existing = folder if folder.exists() else folder.absolute().parent
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        raise DiskFailed(f"temp_directory {folder}: DuckDB cannot write there; name a folder that can be written.")


def _connect_spark(engine: str) -> BaseBackend:
    if engine != "spark" and not re.fullmatch(r"spark://[^\s:/,]+:\d+(,[^\s:/,]+:\d+)*", engine):
        raise UsageError("--engine is not an address of a Spark master: use spark://host:7077, or only spark.")
    try:
        pyspark = importlib.import_module("pyspark")
        spark = importlib.import_module("pyspark.sql")
    except ImportError:
        raise UsageError("The engine spark needs PySpark: pip install 'apivideo-geo[spark]'.") from None
    warnings.filterwarnings("ignore", module="pyspark")  # about pandas 3, and of the JVM before it raises
    builder = spark.SparkSession.builder.appName("apivideo-geo").config("spark.ui.showConsoleProgress", "false")
    if engine != "spark":
        builder = builder.master(engine)
    try:
        if not pyspark.SparkContext.getSystemProperty("spark.log.level"):
            builder = builder.config("spark.log.level", "FATAL")  # this project reports the errors itself
        session = builder.getOrCreate()
    except Exception as error:  # Java is missing, no master answers, …
        raise SourceFailed(
            f"Spark did not start ({error_message(error)}); it needs Java 17 or newer, and a master that answers."
        ) from None
    return ibis.pyspark.connect(session)
