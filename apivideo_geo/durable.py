"""Writing that a crash cannot leave half-done: beside, synced, renamed, and by one run at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from apivideo_geo.errors import DataRefused, DiskFailed

MARK = ".writing-"
"""Part of the name of a file being written; one that is found later was left by a crash and may go."""


def save_bytes(path: Path, content: bytes) -> None:
    """Put ``content`` at ``path``, whole or not at all; an equal file is left alone.

    Raises :class:`DiskFailed` (full disk, read-only folder), with what was there before still whole.
    """
    beside = path.with_name(f".{path.name}{MARK}{os.getpid()}")
    try:
        if path.is_file() and path.read_bytes() == content:
            return
        fresh = [folder for folder in path.parents if not folder.exists()]
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with beside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
            for folder in [path.parent, *(folder.parent for folder in fresh)]:
                sync_folder(folder)
        except BaseException:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise disk_failed(path, error) from None


def sync_folder(folder: Path) -> None:
    """Make renames and removals in ``folder`` durable, where the system can."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows cannot open a folder
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_leftovers(folder: Path) -> None:
    """Remove what a crash left half-written under ``folder``. Call it under the folder's lock."""
    for leftover in folder.rglob(f".*{MARK}*"):
        leftover.unlink(missing_ok=True)


@contextmanager
def alone(lock: Path, what: str, place: Path) -> Iterator[None]:
    """No other run writes ``what`` (as "the history") in ``place`` until the block ends; a crash leaves no lock behind.

    Raises :class:`DataRefused` where one does, :class:`DiskFailed` where the file ``lock`` cannot be made.
    """
    held = FileLock(lock)
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        held.acquire(timeout=0)
    except Timeout:
        raise DataRefused(f"Another run is writing {what} in {place}; wait until it ends.") from None
    except OSError as error:
        raise disk_failed(place, error) from None
    try:
        yield
    finally:
        held.release()


def disk_failed(path: Path, error: OSError) -> DiskFailed:
    """``error`` in a person's words."""
    return DiskFailed(
        f"Cannot write {path}: {error.strerror or error}; free space or fix the permissions, then run again."
    )
