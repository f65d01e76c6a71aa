"""Session files as a source."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from apivideo_geo.aggregate.facts import count_sessions
from apivideo_geo.api.client import Client
from apivideo_geo.days import ONE_DAY
from apivideo_geo.effects import Effects
from apivideo_geo.engines import connect
from apivideo_geo.model import DETAIL_DIMENSIONS, Asset, Facts
from apivideo_geo.settings import Settings
from apivideo_geo.sources.files import open_sessions


class FilesSource:
    """The files of the setting ``sessions``. They do not tell which assets are public, so all are ``unlisted``."""

    name = "files"
    usual_detail = "country"
    asks_all = True
    client: Client | None = None

    def __init__(self, settings: Settings, effects: Effects) -> None:
        self.metric: str = settings.count_sessions_as or "session"
        self._settings = settings
        self._effects = effects
        effects.progress.start("Reading session files")
        self._files = open_sessions(settings.sessions, connect(settings.engine))
        effects.progress.finish()

    def fetch_assets(self) -> tuple[Asset, ...] | None:
        """None: the files do not tell."""
        return None

    def window(self, held: Collection[date]) -> tuple[date, date]:
        """From the first to the last day the files answer for, within ``since`` and ``until``."""
        first = min(self._files.days, default=date.max)
        last = max(self._files.days, default=date.max - ONE_DAY)
        return max(first, self._settings.since or first), min(last, self._settings.until or last)

    def fetch_days(self, wanted: Mapping[date, str], settled: Mapping[date, str]) -> Iterator[tuple[str, Facts]]:
        """All days at once, those that no file answers for left out, at the highest detail that is wanted of one."""
        days = tuple(day for day in self._files.days if day in wanted)
        if not days:
            return
        detail = max((wanted[day] for day in days), key=list(DETAIL_DIMENSIONS).index)
        self._effects.progress.start("Counting sessions")
        table, unmapped, refused = count_sessions(
            self._files.table, self.metric, DETAIL_DIMENSIONS[detail], listed=frozenset()
        )
        if len(days) < len(self._files.days):
            table = table.filter(pc.is_in(table["day"], pa.array(days, pa.date32())))
        self._effects.progress.finish()
        yield detail, Facts(days, table, refused, unmapped, sessions=self._files.table)
