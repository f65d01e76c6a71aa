"""Where each metric of a history is: the one it began with in the folder itself, each other in ``metrics/NAME``.

Each of these folders has the same form (see :mod:`apivideo_geo.history.history`), so every rule for days, files and the
ledger is a rule by day and metric. ``assets.parquet`` and ``account.json`` are only in the folder itself.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from apivideo_geo.errors import DataRefused
from apivideo_geo.history.files import METRICS_FOLDER, find_files
from apivideo_geo.history.parquet import read_metadata
from apivideo_geo.model import METRICS


def metric_folders(folder: Path) -> dict[str, Path]:
    """Return metric → its folder, of every metric with a day in the history ``folder``; the one it began with first."""
    folders = [folder, *(folder / METRICS_FOLDER / metric for metric in METRICS)]
    found = {_metric_of(one): one for one in folders}
    return {metric: one for metric, one in found.items() if metric}


def folder_for(folder: Path, metric: str) -> Path:
    """Return the folder within the history ``folder`` where ``metric`` is stored, or would be."""
    known = metric_folders(folder)
    return known.get(metric, folder / METRICS_FOLDER / metric if known else folder)


def _metric_of(folder: Path) -> str:
    """Return the metric of the facts in ``folder``; "" if there are none that can be read."""
    for path in reversed(find_files(folder)):
        with suppress(DataRefused):
            return read_metadata(path)[0]
    return ""
