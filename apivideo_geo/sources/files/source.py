"""Session files as a source."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from apivideo_geo.aggregate.facts import count_sessions
from apivideo_geo.effects import Effects
from apivideo_geo.engines import connect
from apivideo_geo.errors import DataRefused
from apivideo_geo.model import DETAIL_DIMENSIONS, Facts, Refused
from apivideo_geo.settings import Settings
from apivideo_geo.sources.files.read import open_sessions
from apivideo_geo.sources.files.refused import check_share, explain_future
from apivideo_geo.sources.source import Source


class FilesSource(Source):
    """The files of the setting ``sessions``. They do not say which assets are public, so all become ``unlisted``."""

    name = "files"
    has_hours = True
    asks_all = True

    def __init__(self, settings: Settings, effects: Effects) -> None:
        self.metric: str = settings.count_sessions_as or "session"
        self._settings = settings
        self._effects = effects
        effects.progress.start("Reading session files")
        self._files = open_sessions(settings.sessions, connect(settings.engine), settings.date_format)
        effects.progress.finish()
        if not self._files.days:
            needed = "give at least one row that has a sessionID and a loadedAt such as 2026-11-08T10:00:00Z"
            reason = f": {self._files.example}" if self._files.example else f"; {needed}"
            raise DataRefused(f"{', '.join(settings.sessions)}: no session in it can be counted{reason}.")

    def window(self, stored: Collection[date], remembered: int | None = None) -> tuple[date, date]:
        """Return the first and last day that the files cover, within ``since`` and ``until``.

        Raises :class:`DataRefused` if all of them are in the future.
        """
        first, today = self._files.days[0], self._effects.now().date()
        if first > today:
            raise DataRefused(
                f"{', '.join(self._settings.sessions)}: every session in it is in the future, the first on {first}; "
                f"{explain_future(today)}."
            )
        last = min(self._files.days[-1], today)
        return max(first, self._settings.since or first), min(last, self._settings.until or last)

    def fetch_days(self, wanted: Mapping[date, str]) -> Iterator[tuple[str, Facts]]:
        """Yield all wanted days that a file covers at once, at the highest detail that any of them is wanted with."""
        days = tuple(day for day in self._files.days if day in wanted)
        if not days:
            return
        detail = max((wanted[day] for day in days), key=list(DETAIL_DIMENSIONS).index)
        self._effects.progress.start("Counting sessions")
        table, unmapped, refused = count_sessions(
            self._files.table, self.metric, DETAIL_DIMENSIONS[detail], listed=frozenset()
        )
        today = self._effects.now().date()
        ahead = table.filter(pc.and_(pc.greater(table["day"], pa.scalar(today)), pc.equal(table["dimension"], "total")))
        rows, example = self._files.rows, self._files.example
        if ahead.num_rows:
            example = example or f"{pc.max(ahead['day'])}; {explain_future(today)}"
            refused = (*refused, Refused("loadedAt is in the future", pc.sum(ahead["count"]).as_py()))
        warnings = check_share(refused, rows, accept=self._settings.accept_refused, example=example)
        if len(days) < len(self._files.days):
            table = table.filter(pc.is_in(table["day"], pa.array(days, pa.date32())))
        self._effects.progress.finish()
        yield detail, Facts(days, table, refused, unmapped, self._files.table, rows, warnings)
