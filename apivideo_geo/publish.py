"""Replace the site: write the new one next to it, swap them by two renames, repair an interrupted swap."""

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

MANIFEST = "manifest.json"
"""A folder with this file was made by this program, and may be replaced."""
KEPT = (".gitignore", ".gitkeep", ".git")
"""Files of git, which may be in a folder that is otherwise empty."""


def publish(site: Mapping[str, bytes], out: Path) -> None:
    """Write ``site`` (path → content) to the folder ``out``, replacing the site that was there.

    Raises :class:`UsageError` if ``out`` has files of somebody else, :class:`DataRefused` if another run is writing it,
    :class:`DiskFailed` if it cannot be written; the old site then stays complete.
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
    """Return whether the site in ``out`` shows the data of an account, not the demo."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        return not _manifest(out)["demo"]
    return False


def repair(out: Path) -> None:
    """Restore the site if a run was killed in the middle of the swap."""
    out, staged, old, lock = _places(out)
    if not out.exists() and old.exists():
        with alone(lock, "the site", out):
            _repair(out, staged, old)


def _carry_over(out: Path, staged: Path) -> None:
    """Copy files that somebody added to ``out``, such as CNAME, to the new site."""
    if not out.is_dir():
        return
    made = {MANIFEST}
    with suppress(OSError, ValueError, KeyError, TypeError):
        made |= set(_manifest(out)["files"])
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out)
        if path.is_file() and name.as_posix() not in made and not (staged / name).exists():
            (staged / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, staged / name)


def _manifest(out: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    return manifest


def check_replaceable(out: Path) -> None:
    """Raise :class:`UsageError` if ``out`` must not be replaced: it is a file, or has files of somebody else."""
    if not out.exists():
        return
    if not out.is_dir():
        raise UsageError(f"{out} is a file; name a folder for the site with --out.")
    names = {path.name for path in out.iterdir()}
    if (out / ".git").is_dir():
        raise UsageError(f"{out} is a git repository; name a folder inside it with --out.")
    if names - set(KEPT) and MANIFEST not in names:
        raise UsageError(
            f"{out} contains files that this program did not make, and they would be lost; "
            "name another folder with --out, or empty it."
        )


def _repair(out: Path, staged: Path, old: Path) -> None:
    """Finish an interrupted swap: restore the old site if the new one is not in place."""
    if old.exists() and not out.exists():
        old.rename(out)
    shutil.rmtree(old, ignore_errors=True)
    shutil.rmtree(staged, ignore_errors=True)


def _places(out: Path) -> tuple[Path, Path, Path, Path]:
    """Return ``out``, and next to it the folder of the new site, the folder of the old one, and the lock file."""
    out = Path(os.path.abspath(out))  # noqa: PTH100  resolve() would swap the target of a link for the link
    staged, old, lock = (out.with_name(f".{out.name}.{what}") for what in ("new", "old", "lock"))
    return out, staged, old, lock
