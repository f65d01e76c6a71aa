"""Find the files that the user's paths, patterns and URLs name."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from pathlib import Path

from apivideo_geo.errors import DataRefused


def is_remote(path: str) -> bool:
    """Whether ``path`` is a URL that only an engine can open."""
    return "://" in path


def find_files(given: str) -> list[str]:
    """Return the file ``given``, or the files that match it as a pattern (``**``: any depth), sorted; a URL unchanged.

    Raises :class:`DataRefused` if there is none.
    """
    if is_remote(given):
        return [given]
    path = Path(given).expanduser()
    if path.is_file():
        return [str(path)]
    if path.is_dir():
        raise DataRefused(f"{given} is a folder: name the files in it, for example {given.rstrip('/')}/**/*.csv.")
    found = sorted(name for name in glob.glob(str(path), recursive=True) if Path(name).is_file())  # noqa: PTH207
    if not found:
        raise DataRefused(f"{given}: there is no such file; check the path.")
    return found


def find_all_files(given: Sequence[str]) -> list[str]:
    """Return the files of all of ``given``, each once, in the order given."""
    found = {
        str(Path(name).resolve()) if not is_remote(name) else name: name for each in given for name in find_files(each)
    }
    return list(found.values())
