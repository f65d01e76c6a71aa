"""Hold the files of a site that does not fit in memory: path → content, in one temporary file."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterator, MutableMapping
from contextlib import suppress

from apivideo_geo.durable import disk_failed, temporary_folder

IN_MEMORY = 100_000_000
"""Up to this number of bytes is in memory only, so that a usual site needs no disk."""


class SpooledFiles(MutableMapping[str, bytes]):
    """Path → content. Above ``limit`` bytes, all contents are in a file without a name, which ends with the process.

    Going through ``items()`` reads one file after the other. A content that is replaced still takes its room. Raises
    :class:`DiskFailed` if the disk is full.

    >>> files = SpooledFiles()
    >>> files["about.html"] = b"<p>About"
    >>> dict(files)
    {'about.html': b'<p>About'}
    """

    def __init__(self, limit: int = IN_MEMORY) -> None:
        self._places: dict[str, tuple[int, int]] = {}
        self._end = 0
        self._folder = temporary_folder()
        self._spool = _open(limit, str(self._folder))
        weakref.finalize(self, _close, self._spool)

    def __setitem__(self, path: str, content: bytes) -> None:
        try:
            self._spool.seek(self._end)
            self._spool.write(content)
            self._spool.flush()
        except OSError as error:
            raise disk_failed(self._folder, error) from None
        self._places[path] = self._end, len(content)
        self._end += len(content)

    def __getitem__(self, path: str) -> bytes:
        start, size = self._places[path]
        self._spool.seek(start)
        return self._spool.read(size)

    def __delitem__(self, path: str) -> None:
        del self._places[path]

    def __contains__(self, path: object) -> bool:
        return path in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def _open(limit: int, folder: str) -> tempfile.SpooledTemporaryFile[bytes]:
    return tempfile.SpooledTemporaryFile(limit, dir=folder)


def _close(spool: tempfile.SpooledTemporaryFile[bytes]) -> None:
    with suppress(OSError):  # what could not be written is tried once more
        spool.close()
