"""Write files atomically: to a temporary file, synced, then renamed, and by one run at a time."""

from __future__ import annotations

import atexit
import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from filelock import FileLock, Timeout

from apivideo_geo.errors import DataRefused, DiskFailed, UsageError

MARK = ".writing-"
"""Part of the name of a temporary file; one that is found later was left by a crash and can be removed."""
TEMPORARY_LOCK = "in-use.lock"
"""File in a temporary folder that its process has locked."""
WAS_LOCKED = "was-locked"
"""File that is there once the folder was locked. In the minute before, another run does not take it for a leftover."""

_ADVICE = {
    **dict.fromkeys((errno.EISDIR, errno.ENOTDIR, errno.EEXIST), "move what is there away, or choose another name"),
    **dict.fromkeys((errno.ENAMETOOLONG, errno.ELOOP), "choose another name"),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "give this user permission, or choose another folder"),
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "free space on the disk"),
}
"""What to do about an error of the system."""


def save_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``, completely or not at all; an equal file is not touched.

    Raises :class:`DiskFailed` (full disk, read-only folder); the file that was there before is then unchanged.
    """
    try:
        if path.is_file() and path.read_bytes() == content:
            return
    except OSError as error:
        raise disk_failed(path, error) from None
    with replacing(path) as temporary:
        temporary.write_bytes(content)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Provide the path of a temporary file, which replaces ``path`` durably at the end of the block.

    If the block fails, the temporary file is removed, and ``path`` is as it was before. Raises :class:`DiskFailed` for
    an OSError.
    """
    temporary = path.with_name(f".{path.name}{MARK}{os.getpid()}")
    new_folders = [folder for folder in path.parents if not folder.exists()]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
        for folder in [path.parent, *(folder.parent for folder in new_folders)]:
            sync_folder(folder)
    except OSError as error:
        raise disk_failed(path, error) from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make renames and removals in ``folder`` durable, if the system supports it."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows cannot open a folder
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_leftovers(folder: Path) -> None:
    """Remove temporary files that a crash left under ``folder``. Call it while holding the folder's lock."""
    for leftover in folder.rglob(f".*{MARK}*"):
        leftover.unlink(missing_ok=True)


@cache
def temporary_folder() -> Path:
    """Return a folder for temporary files, which this process removes at its end.

    Those that killed processes left behind are removed now: nobody has their lock any more.
    """
    prefix = "apivideo-geo-"
    for left in Path(tempfile.gettempdir()).glob(f"{prefix}*/{TEMPORARY_LOCK}"):
        with suppress(OSError, Timeout):
            if left.with_name(WAS_LOCKED).exists() or time.time() - left.stat().st_mtime > 60:
                with FileLock(left, timeout=0):
                    shutil.rmtree(left.parent, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    lock = FileLock(folder / TEMPORARY_LOCK)
    lock.acquire()
    (folder / WAS_LOCKED).touch()
    atexit.register(_remove, folder, lock)  # also keeps the lock, which its own end would release
    return folder


def _remove(folder: Path, lock: FileLock) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    lock.release()


@contextmanager
def alone(lock: Path, what: str, place: Path) -> Iterator[None]:
    """Lock ``what`` (such as "the history") in ``place`` within the block; a crash leaves no lock behind.

    Raises :class:`DataRefused` if another run has the lock, :class:`DiskFailed` if the file ``lock`` cannot be created.
    """
    file_lock = FileLock(lock)
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        file_lock.acquire(timeout=0)
    except Timeout:
        raise DataRefused(f"Another run is writing {what} in {place}; wait until it ends.") from None
    except OSError as error:
        raise disk_failed(place, error) from None
    try:
        yield
    finally:
        file_lock.release()


def check_folder(folder: Path, what: str, option: str) -> None:
    """Raise :class:`UsageError` if no folder can be at ``folder``: it is, or is below, a file, for example.

    ``what`` belongs into it ("the site"), and ``option`` of the command line names it.
    """
    if str(folder).encode(errors="replace").decode() != str(folder):
        raise UsageError(f"The path of {what} is not UTF-8 text; choose another with {option}.")
    for place in (folder, *folder.parents):
        try:
            if place.is_dir():
                return
            os.lstat(place)  # raises an error if there is nothing, or if its name is too long
            problem = "is a file" if place.exists() else "is a link that leads nowhere, or to itself"
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                raise UsageError(
                    f"The path of {what} is too long for the disk; choose another with {option}."
                ) from None
            continue  # the reason is one of its parents, or is reported when it is written
        raise UsageError(f"{place} {problem}; name a folder for {what} with {option}.")


def disk_failed(path: Path, error: OSError) -> DiskFailed:
    """Return ``error`` as an error of this project that says what to do."""
    return DiskFailed(f"Cannot write {path}: {error.strerror or error}; {advise(error)}, then run again.")


def advise(error: OSError) -> str:
    """Return what to do about an error of the system, as a clause."""
    return _ADVICE.get(error.errno or 0, "free space or fix the permissions")
