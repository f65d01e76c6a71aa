"""Which files of the history folder belong to the history, and which only look like it."""

from __future__ import annotations

import errno
import os
import re
from contextlib import suppress
from datetime import date
from pathlib import Path

from apivideo_geo.errors import DataRefused
from apivideo_geo.history.schema import LAST_DAY
from apivideo_geo.model import METRICS
from apivideo_geo.owner_files import check_regular

YEAR, MONTH = "[0-9]" * 4, "[0-9]" * 2
DAYS = f"{YEAR}/{MONTH}/{YEAR}-{MONTH}-{MONTH}.parquet"
"""Pattern of the files of days, in a folder for each month."""
MONTHS = f"{YEAR}/{YEAR}-{MONTH}.parquet"
"""Pattern of the files of past months."""
METRICS_FOLDER = "metrics"
"""Folder within a history with one folder for each metric but the one it began with."""
_OTHERS = ("assets.parquet", "published.parquet")


def load_bytes(path: Path, *, optional: bool = True) -> bytes:
    """Return the content of a file; nothing if it is missing and ``optional``.

    Raises :class:`DataRefused` if the system cannot open it, and for a folder or a pipe.
    """
    try:
        check_regular(path)
        return path.read_bytes() if path.exists() or not optional else b""
    except OSError as error:
        raise DataRefused(f"Cannot read {path}: {error.strerror or error}. Fix that and run again.") from None


def check_open(folder: Path) -> None:
    """Raise :class:`DataRefused` for a folder in the history that this user may not open: a search would skip it."""

    def refuse(error: OSError) -> None:
        if error.errno in (errno.EACCES, errno.EPERM):
            raise DataRefused(f"Cannot read {error.filename}: {error.strerror}. Give this user the permission.")

    for _ in os.walk(folder, onerror=refuse):
        pass


def month_file(folder: Path, month: str) -> Path:
    """Return the file of a past ``month`` (``2026-10``)."""
    return folder / month[:4] / f"{month}.parquet"


def day_file(folder: Path, day: date) -> Path:
    """Return the file of a ``day`` of a month that is not merged yet."""
    return folder / f"{day:%Y}" / f"{day:%m}" / f"{day}.parquet"


def is_month(path: Path) -> bool:
    """Return whether ``path`` is the file of a month."""
    return len(path.stem) == len("2026-10")


def day_files(folder: Path, month: str) -> list[Path]:
    """Return the files of days of ``month`` (``2026-10``), oldest first."""
    found = (folder / month[:4] / month[5:]).glob(f"{month}-{MONTH}.parquet")
    return sorted(path for path in found if _is_day(path.stem))


def find_files(folder: Path) -> list[Path]:
    """Return the files of facts, oldest first; together they contain every fact once.

    If a day is in the file of its month too, its own file is left out.
    """
    days = list(folder.glob(DAYS))  # list days before months, because another run may be compacting
    months = [path for path in folder.glob(MONTHS) if _is_at_its_place(path)]
    merged = {path.stem for path in months}
    days = [path for path in days if _is_at_its_place(path) and path.stem[:7] not in merged]
    return sorted(months + days, key=lambda path: path.stem)


def find_beyond(folder: Path) -> list[Path]:
    """Return the files of facts whose days are after ``LAST_DAY``, which an older version stored with a wrong clock."""
    return [path for path in find_files(folder) if int(path.stem[:4]) > LAST_DAY.year]


def find_strays(folder: Path) -> list[Path]:
    """Return the Parquet files that are not part of the history, such as those of a folder that was copied."""
    found = [path for path in sorted(folder.rglob("*.parquet")) if not path.name.startswith(".")]
    return [path for path in found if not _is_ours(path, folder)]


def _is_ours(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    if len(parts) > 3 and parts[0] == METRICS_FOLDER and parts[1] in METRICS:
        parts = parts[2:]
    if len(parts) == 1:
        return path.name in _OTHERS
    shape = r"\d{4}/\d{4}-\d\d\.parquet" if len(parts) == 2 else r"\d{4}/\d\d/\d{4}-\d\d-\d\d\.parquet"
    return bool(re.fullmatch(shape, "/".join(parts))) and _is_at_its_place(path)


def _is_at_its_place(path: Path) -> bool:
    """Return whether the name of a file is a day or a month, and its folder the one for it."""
    if is_month(path):
        return path.parent.name == path.stem[:4] and _is_day(f"{path.stem}-01")
    return (path.parent.parent.name, path.parent.name) == (path.stem[:4], path.stem[5:7]) and _is_day(path.stem)


def _is_day(text: str) -> bool:
    with suppress(ValueError):
        return bool(date.fromisoformat(text))
    return False
