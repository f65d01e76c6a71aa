"""What an engine raises, in our words."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ibis.common.exceptions import (
    OperationNotDefinedError,
    TranslationError,
    UnsupportedArgumentError,
    UnsupportedBackendType,
    UnsupportedOperationError,
)
from sqlglot.errors import UnsupportedError

from apivideo_geo.errors import ApivideoGeoError, DataRefused, DiskFailed, SourceFailed, UsageError

UNABLE = (
    OperationNotDefinedError,
    TranslationError,
    UnsupportedArgumentError,
    UnsupportedBackendType,
    UnsupportedError,
    UnsupportedOperationError,
)
"""What Ibis, and SQLGlot beneath it, raise where an engine lacks something."""
OURS = {*sys.stdlib_module_names, "ibis", "babel", "pycountry"} - {"sqlite3"}
"""Where errors come from that are no driver's: what they tell of is a mistake of this project."""
_CSV_LINE = re.compile(r"CSV Error on Line: (\d+)\n")
_CSV_FILE = re.compile(r"^  file = (.+)$", re.MULTILINE)
_CSV_REASON = re.compile(
    r"^(Expected Number of Columns: \d+ Found: \d+|Value with unterminated quote|Invalid unicode)", re.MULTILINE
)
"""What DuckDB says of a line of CSV, which it also shows: that is nobody's business but its owner's."""


class OutOfMemory(SourceFailed):
    """The engine ran out of memory; less at a time may still go."""


@contextmanager
def engine_errors() -> Iterator[None]:
    """What an engine raises inside becomes :class:`DataRefused`, or :class:`SourceFailed` if data is not to blame."""
    try:
        yield
    except Exception as error:
        said = words_of(error)
        if isinstance(error, UNABLE):
            raise UsageError(f"This engine cannot do what is needed ({said}); use duckdb, spark or another.") from None
        if _is_ours(error):
            raise
        if "No space left" in str(error):
            raise DiskFailed("The engine ran out of disk while spilling; free space, then run again.") from None
        if type(error).__name__ == "OutOfMemoryException":
            raise OutOfMemory(f"The engine ran out of memory ({said}); give it more, or a spill folder.") from None
        if "extension 'httpfs'" in str(error) or 'extension "httpfs"' in str(error):
            raise SourceFailed(
                "DuckDB reads URLs with its extension httpfs, which is not installed and could not be fetched from "
                "extensions.duckdb.org; run it once where that can be reached, or name local files."
            ) from None
        if type(error).__name__ == "HTTPException" or " error for HTTP " in said:
            raise SourceFailed(f"The engine could not fetch the data: {said}.") from None
        if type(error).__name__ in ("InterfaceError", "OperationalError"):  # PEP 249: the database, not the data
            raise SourceFailed(f"The engine failed: {said}.") from None
        if "TIMESTAMP(NANOS" in said:
            said = "Spark reads no Parquet with times in nanoseconds; write it with microseconds"
        raise DataRefused(f"The engine could not read the data: {said}.") from None


def _is_ours(error: Exception) -> bool:
    """Whether it is an error of ours, told or made; a driver has classes of its own, or raises ``Exception`` itself."""
    if type(error) is Exception:
        return False
    return isinstance(error, ApivideoGeoError) or type(error).__module__.partition(".")[0] in OURS


def words_of(error: Exception) -> str:
    """What ``error`` says, in one line; of a failure in Spark's Java what its innermost cause says."""
    cause, said = getattr(error, "java_exception", None), str(error)
    while cause is not None:
        said, cause = cause.toString(), cause.getCause()
    if "Error when sniffing file" in said:
        return "CSV rows do not have as many fields as their header, or a quoted field does not end"
    if (line := _CSV_LINE.search(said)) and (file := _CSV_FILE.search(said)):
        reason = _CSV_REASON.search(said)
        return f"{file[1]}, line {line[1]}: {reason[1] if reason else 'it is no sound CSV'}"
    return " ".join(said.strip().partition("\n")[0].split())[:200].rstrip(".:")
