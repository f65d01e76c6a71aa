"""Translate what an engine raises into the errors of this project."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from apivideo_geo.errors import ApivideoGeoError, DataRefused, DiskFailed, SourceFailed

NOT_ENGINES = {*sys.stdlib_module_names, "ibis", "sqlglot", "babel", "pycountry"}
"""Modules whose errors do not come from an engine: they are bugs of this project."""
_CSV_LINE = re.compile(r"CSV Error on Line: (\d+)\n")
_CSV_FILE = re.compile(r"^  file = (.+)$", re.MULTILINE)
_CSV_REASON = re.compile(
    r"^(Expected Number of Columns: \d+ Found: \d+|Value with unterminated quote|Invalid unicode)", re.MULTILINE
)
"""The parts of DuckDB's message about a line of CSV that are safe to show; the rest quotes the line itself."""


class OutOfMemory(SourceFailed):
    """The engine ran out of memory; it may succeed with less data at a time."""


@contextmanager
def engine_errors() -> Iterator[None]:
    """Turn errors of an engine into :class:`DataRefused`, or :class:`SourceFailed` if the data is not at fault.

    Errors of this project pass unchanged.
    """
    try:
        yield
    except Exception as error:
        module = type(error).__module__.partition(".")[0]
        # An engine raises classes of its own, or Exception itself.
        if isinstance(error, ApivideoGeoError) or (type(error) is not Exception and module in NOT_ENGINES):
            raise
        raise _translate(error) from None


def _translate(error: Exception) -> ApivideoGeoError:
    text, message, name = str(error), error_message(error), type(error).__name__
    if "No space left" in text:
        return DiskFailed("The engine ran out of disk space while spilling; free space, then run again.")
    if name == "OutOfMemoryException":
        return OutOfMemory(f"The engine ran out of memory ({message}); give it more, or a spill folder.")
    if "extension 'httpfs'" in text or 'extension "httpfs"' in text:
        return SourceFailed(
            "DuckDB reads URLs with its extension httpfs, which is not installed and could not be downloaded from "
            "extensions.duckdb.org; run it once where that can be reached, or name local files."
        )
    if name == "HTTPException" or " error for HTTP " in message:
        return SourceFailed(f"The engine could not fetch the data: {message}.")
    if "TIMESTAMP(NANOS" in message:
        message = "Spark cannot read Parquet with times in nanoseconds; write it with microseconds"
    return DataRefused(f"The engine could not read the data: {message}.")


def error_message(error: Exception) -> str:
    """Return the message of ``error`` on one line; of an error in Spark's Java that of its innermost cause."""
    cause, text = getattr(error, "java_exception", None), str(error)
    while cause is not None:
        text, cause = cause.toString(), cause.getCause()
    if "Error when sniffing file" in text:
        return "CSV rows do not have as many fields as their header, or a quoted field does not end"
    if (line := _CSV_LINE.search(text)) and (file := _CSV_FILE.search(text)):
        reason = _CSV_REASON.search(text)
        return f"{file[1]}, line {line[1]}: {reason[1] if reason else 'it is not valid CSV'}"
    return " ".join(text.strip().partition("\n")[0].split())[:200].rstrip(".:")
