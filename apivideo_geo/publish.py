"""Puts the site in place: staged beside, swapped by two renames, a swap cut short repaired. Alone touches ``site/``."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from apivideo_geo.durable import alone, disk_failed
from apivideo_geo.errors import UsageError

OURS = "manifest.json"
"""A folder with this file in it was made here and may be replaced."""
KEPT = (".gitignore", ".gitkeep", ".git")
"""What a folder may hold and still be taken for the site: files of git."""


def publish(site: Mapping[str, bytes], out: Path) -> None:
    """Write ``site`` (path → content) as the folder ``out``, in place of what was published there before.

    Raises :class:`UsageError` where ``out`` holds something that was not made here, :class:`DataRefused` where another
    run is writing it, :class:`DiskFailed` where it cannot be written; what was there before is then still there, whole.
    """
    out, staged, old, lock = _places(out)
    with alone(lock, "the site", out):
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


def shows_an_account(out: Path) -> bool:
    """Whether the site in ``out`` is one of a real account's data."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        return not _manifest(out)["demo"]
    return False


def repair(out: Path) -> None:
    """Bring the site back that a run killed in the middle of its swap has left beside ``out``."""
    out, staged, old, lock = _places(out)
    if not out.exists() and old.exists():
        with alone(lock, "the site", out):
            _repair(out, staged, old)


def _carry_over(out: Path, staged: Path) -> None:
    """Take along what somebody else put into ``out``, as CNAME: files that the site there did not come with."""
    if not out.is_dir():
        return
    made = {OURS}
    with suppress(OSError, ValueError, KeyError, TypeError):
        made |= set(_manifest(out)["files"])
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out)
        if path.is_file() and name.as_posix() not in made and not (staged / name).exists():
            (staged / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, staged / name)


def _manifest(out: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((out / OURS).read_text(encoding="utf-8"))
    return manifest


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


def _places(out: Path) -> tuple[Path, Path, Path, Path]:
    """``out``, and beside it where the new site is staged, where the old one waits, and the lock on all three."""
    out = Path(os.path.abspath(out))  # noqa: PTH100  resolve() would swap the target of a link for the link
    staged, old, lock = (out.with_name(f".{out.name}.{what}") for what in ("new", "old", "lock"))
    return out, staged, old, lock
