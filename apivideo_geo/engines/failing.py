"""What an engine raises, in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from apivideo_geo.errors import DataRefused, DiskFailed, SourceFailed

ENGINE_LIBRARIES = ("duckdb", "_duckdb", "pyspark", "py4j")
"""Whose exceptions are turned into ours; those of other engines pass as they are."""


@contextmanager
def engine_errors() -> Iterator[None]:
    """What an engine raises inside becomes :class:`DataRefused`, or :class:`SourceFailed` if data is not to blame."""
    try:
        yield
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in ENGINE_LIBRARIES:
            raise
        said = " ".join(str(error).strip().partition("\n")[0].split())[:200].rstrip(".")
        if "No space left" in str(error):
            raise DiskFailed("The engine ran out of disk while spilling; free space, then run again.") from None
        if type(error).__name__ == "OutOfMemoryException":
            raise SourceFailed(f"The engine ran out of memory ({said}); give it more, or a spill folder.") from None
        raise DataRefused(f"The engine could not read the data: {said}.") from None
