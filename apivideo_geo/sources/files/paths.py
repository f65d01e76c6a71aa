"""Find the files that the user's paths, patterns and URLs name, and the values that the names of their folders have."""

from __future__ import annotations

import glob
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote

from apivideo_geo.errors import DataRefused
from apivideo_geo.owner_files import describe_other

NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
"""How Spark, Hive and Athena write a missing value in the name of a folder."""


def is_remote(path: str) -> bool:
    """Return whether ``path`` is the address of a file on another machine."""
    return "://" in path


def find_files(given: str) -> list[str]:
    """Return the file ``given``, or the files that match it as a pattern (``**``: any depth), sorted; a URL unchanged.

    Raises :class:`DataRefused` if there is none, or if its name is not text in UTF-8.
    """
    if not given.strip():
        raise DataRefused("The path of a file is empty; name a file.")
    if is_remote(given):
        return [given]
    path = Path(given).expanduser()
    if path.is_file():
        return [_checked(str(path))]
    if path.is_dir():
        raise DataRefused(f"{given} is a folder: name the files in it, for example {given.rstrip('/')}/**/*.csv.")
    if path.exists():
        raise DataRefused(f"{given}: {describe_other(path)}; save what it delivers as a file, and give that.")
    found = sorted(name for name in glob.glob(str(path), recursive=True) if Path(name).is_file())  # noqa: PTH207
    if not found:
        what = (
            "no file matches; check the pattern" if glob.has_magic(given) else "there is no such file; check the path"
        )
        raise DataRefused(f"{_printable(given)}: {what}.")
    return [_checked(name) for name in found]


def find_all_files(given: Sequence[str]) -> list[str]:
    """Return the files of all of ``given``, each once, in the order given."""
    found = {
        str(Path(name).resolve()) if not is_remote(name) else name: name for each in given for name in find_files(each)
    }
    return list(found.values())


def folder_values(path: str, *, decoded: bool = True) -> dict[str, str]:
    """Return the columns that are in the names of folders, as Spark's ``partitionBy`` writes them; ``""`` is missing.

    ``decoded``: otherwise the values are as they are in the path.

    >>> folder_values("/data/country=C%C3%B4te/year=2026/part-0.parquet")
    {'country': 'Côte', 'year': '2026'}
    """
    found = re.findall("(?<=/)([^/=]+)=([^/]*)(?=/)", Path(path).absolute().as_posix() if not is_remote(path) else path)
    return {name: decode_value(value) if decoded else value for name, value in found}


def decode_value(value: str) -> str:
    """Return a value in the name of a folder as it was before it was written there; "" if it is missing."""
    return "" if value == NO_VALUE else unquote(value)


def day_in_name(path: str) -> str:
    """Return the one day that the name of a file has, such as 2023-06-01; "" if it has none, or several."""
    days = re.findall(r"(?<!\d)(20\d\d-\d\d-\d\d)(?!\d)", Path(path).name)
    return days[0] if len(days) == 1 else ""


def _checked(path: str) -> str:
    if _printable(path) != path:
        raise DataRefused(f"{_printable(path)}: the name of this file or of a folder is not UTF-8 text; rename it.")
    return path


def _printable(path: str) -> str:
    return path.encode(errors="replace").decode()
