"""Puts the site in place: staged beside, swapped by two renames, a swap cut short repaired. Alone touches ``site/``."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from apivideo_geo.durable import disk_failed
from apivideo_geo.errors import DataRefused, UsageError

OURS = "manifest.json"
"""A folder with this file in it was made here and may be replaced."""
KEPT = (".gitignore", ".gitkeep", ".git")
"""What a folder may hold and still be taken for the site: files of git."""


def publish(site: Mapping[str, bytes], out: Path) -> None:
    """Write ``site`` (path → content) as the folder ``out``, in place of what was published there before.

    Raises :class:`UsageError` where ``out`` holds something that was not made here, :class:`DataRefused` where another
    run is writing it, :class:`DiskFailed` where it cannot be written; what was there before is then still there, whole.
    """
    out = Path(os.path.abspath(out))  # noqa: PTH100  resolve() would swap the target of a link for the link
    staged, old = _beside(out, "new"), _beside(out, "old")
    with _alone(out):
        try:
            _repair(out, staged, old)
            check_replaceable(out)
            staged.mkdir(parents=True)
            for name, content in site.items():
                path = staged / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            _carry_over(out, staged)
            if out.exists():
                out.rename(old)
            staged.rename(out)
            shutil.rmtree(old, ignore_errors=True)
        except OSError as error:
            with suppress(OSError):
                _repair(out, staged, old)
            raise disk_failed(out, error) from None


def repair(out: Path) -> None:
    """Bring the site back that a run killed in the middle of its swap has left beside ``out``."""
    out = Path(os.path.abspath(out))  # noqa: PTH100
    staged, old = _beside(out, "new"), _beside(out, "old")
    if not out.exists() and old.exists():
        with _alone(out):
            _repair(out, staged, old)


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Nobody else stages or swaps ``out`` until the block ends: two would write into one folder."""
    lock = FileLock(_beside(out, "lock"))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise DataRefused(f"Another run is writing the site in {out}; wait until it ends.") from None
    except OSError as error:
        raise disk_failed(out, error) from None
    try:
        yield
    finally:
        lock.release()


def _carry_over(out: Path, staged: Path) -> None:
    """Take along what somebody else put into ``out``, as CNAME: files that the site there did not come with."""
    if not out.is_dir():
        return
    made = {OURS}
    with suppress(OSError, ValueError, KeyError, TypeError):
        made |= set(json.loads((out / OURS).read_text(encoding="utf-8"))["files"])
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out)
        if path.is_file() and name.as_posix() not in made and not (staged / name).exists():
            (staged / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, staged / name)


def check_replaceable(out: Path) -> None:
    """Raise :class:`UsageError` where ``out`` is not ours to replace: a file, or a folder of somebody else's."""
    if not out.exists():
        return
    if not out.is_dir():
        raise UsageError(f"{out} is a file; name a folder for the site with --out.")
    names = {path.name for path in out.iterdir()}
    if (out / ".git").is_dir():
        raise UsageError(f"{out} is a git repository of its own; name a folder inside it with --out.")
    if names - set(KEPT) and OURS not in names:
        raise UsageError(
            f"{out} holds files that are not of a site made here, and would be replaced; "
            "name another folder with --out, or empty it."
        )


def _repair(out: Path, staged: Path, old: Path) -> None:
    """End a swap that was cut short: the old site comes back where the new one had not arrived."""
    if old.exists() and not out.exists():
        old.rename(out)
    shutil.rmtree(old, ignore_errors=True)
    shutil.rmtree(staged, ignore_errors=True)


def _beside(out: Path, what: str) -> Path:
    return out.with_name(f".{out.name}.{what}")
