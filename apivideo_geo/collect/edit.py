"""Change the history without collecting: merge past months, remove days."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path

from apivideo_geo.effects import Effects
from apivideo_geo.errors import UsageError
from apivideo_geo.history.day_lines import HOURS, PEAKS
from apivideo_geo.history.history import open_history
from apivideo_geo.settings import Settings


def compact(settings: Settings, effects: Effects) -> int:
    """Merge each past month of the history into one file; return how many were merged. ``collect`` does this too."""
    _check_exists(settings.history_folder)
    with open_history(settings.history_folder) as history:
        return history.compact(effects.now())


def forget(settings: Settings, days: Collection[date]) -> None:
    """Remove ``days`` (UTC) of all metrics from the history folder, as if they had never been collected.

    Raises :class:`UsageError` if one of them is not in the history; nothing is then removed.
    """
    _check_exists(settings.history_folder)
    with open_history(settings.history_folder) as history:
        unknown = [day for day in sorted(days) if not any(day in one.entries for one in history.all)]
        if unknown:
            raise UsageError(f"The history in {history.folder} does not contain {unknown[0]}; nothing was removed.")
        for one in history.all:
            one.drop([day for day in days if day in one.entries])
            one.save_ledger()
        HOURS.drop(history.folder, days)
        PEAKS.drop(history.folder, days)


def _check_exists(history: Path) -> None:
    if not history.exists():
        raise UsageError(f"There is no history in the folder {history} yet.")
