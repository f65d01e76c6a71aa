"""Files of a published site as counts: fetched from its address, with the list of its days."""

from __future__ import annotations

import csv
import io
import tempfile
from datetime import date
from pathlib import Path, PurePosixPath

from apivideo_geo.api.download import download, without_secrets
from apivideo_geo.durable import temporary_folder
from apivideo_geo.errors import DataRefused
from apivideo_geo.sources.files.layouts import SourceFile
from apivideo_geo.sources.files.paths import is_remote

DAYS = ("timeseries.csv", "metrics_daily.csv")
"""The files next to ``facts.parquet`` that have the state of each day: of the first metric, and of the others."""


def fetch_file(name: str) -> SourceFile:
    """Return the file ``name``; an ``https://`` address is copied to a temporary file, which Python removes at its end.

    Raises :class:`DataRefused` if the server does not have it, and for other kinds of addresses.
    """
    if not is_remote(name):
        return SourceFile(name, name)
    if not name.startswith(("https://", "http://")):
        raise DataRefused(f"{without_secrets(name)}: counts are read from files and from https:// addresses.")
    content = download(name)
    if content is None:
        raise DataRefused(f"{without_secrets(name)}: the server has no such file.")
    copy = Path(tempfile.mkdtemp(dir=temporary_folder()), PurePosixPath(without_secrets(name)).name)
    copy.write_bytes(content)
    return SourceFile(without_secrets(name), str(copy))


def load_states(file: SourceFile) -> dict[str, dict[date, str]]:
    """Return metric → day → ``closed``, ``open`` or ``missing`` of the site that ``file`` is part of.

    Empty if it is of none.
    """
    if PurePosixPath(file.name).name != "facts.parquet":
        return {}
    folder, found = file.name.removesuffix("facts.parquet"), dict[str, dict[date, str]]()
    for name in DAYS:
        try:
            found |= parse_states(read_site_file(folder, name) or b"")
        except (KeyError, ValueError, TypeError, csv.Error):
            raise DataRefused(f"{folder}{name} is not the list of days of an apivideo-geo site.") from None
    return found


def read_site_file(folder: str, name: str) -> bytes | None:
    """Return the content of the file ``name`` in ``folder``, or at that address; None if there is none.

    ``folder`` ends with a slash. Raises :class:`DataRefused`, :class:`SourceFailed`.
    """
    if is_remote(folder):
        return download(folder + name)
    path = Path(folder, name)
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError as error:
        raise DataRefused(f"{path} cannot be read: {error.strerror}.") from None


def parse_states(content: bytes) -> dict[str, dict[date, str]]:
    """Return metric → day → state of a ``timeseries.csv``.

    Raises KeyError, ValueError, TypeError, :class:`csv.Error`.
    """
    found: dict[str, dict[date, str]] = {}
    for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"))):
        found.setdefault(row["metric"], {})[date.fromisoformat(row["day"])] = row["state"]
    return found
