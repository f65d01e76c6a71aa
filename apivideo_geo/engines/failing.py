"""What an engine raises, in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from apivideo_geo.errors import DataRefused, DiskFailed, SourceFailed

ENGINE_LIBRARIES = ("duckdb", "_duckdb", "pyspark", "py4j", "pyarrow")
"""Whose exceptions are turned into ours; those of other engines pass as they are."""


@contextmanager
def engine_errors() -> Iterator[None]:
    """What an engine raises inside becomes :class:`DataRefused`, or :class:`SourceFailed` if data is not to blame."""
    try:
        yield
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in ENGINE_LIBRARIES:
            raise
        said = words_of(error)
        if "No space left" in str(error):
            raise DiskFailed("The engine ran out of disk while spilling; free space, then run again.") from None
        if type(error).__name__ == "OutOfMemoryException":
            raise SourceFailed(f"The engine ran out of memory ({said}); give it more, or a spill folder.") from None
        if "extension 'httpfs'" in str(error) or 'extension "httpfs"' in str(error):
            raise SourceFailed(
                "DuckDB reads URLs with its extension httpfs, which is not installed and could not be fetched from "
                "extensions.duckdb.org; run it once where that can be reached, or name local files."
            ) from None
        if type(error).__name__ == "HTTPException":
            raise SourceFailed(f"The engine could not fetch the data: {said}.") from None
        if "TIMESTAMP(NANOS" in said:
            said = "Spark reads no Parquet with times in nanoseconds; write it with microseconds"
        raise DataRefused(f"The engine could not read the data: {said}.") from None


def words_of(error: Exception) -> str:
    """What ``error`` says, in one line; of a failure in Spark's Java what its innermost cause says."""
    cause, said = getattr(error, "java_exception", None), str(error)
    while cause is not None:
        said, cause = cause.toString(), cause.getCause()
    return " ".join(said.strip().partition("\n")[0].split())[:200].rstrip(".:")
