"""What every source offers, and which one a run uses."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from apivideo_geo.errors import DataRefused, EndpointGone, UsageError
from apivideo_geo.settings import find_misnamed_key

if TYPE_CHECKING:
    from apivideo_geo.api.client import Client
    from apivideo_geo.effects import Effects
    from apivideo_geo.history.ledger import LedgerDay
    from apivideo_geo.model import Asset, Facts, HoursByDay, PeaksByDay
    from apivideo_geo.settings import Settings


class Source(ABC):
    """A source yields facts of one metric, of complete UTC days. Nothing else depends on which source it is.

    A run has one for each metric. Only the first is asked for the assets, and for more than a total by country, unless
    the setting ``detail_metrics`` says otherwise.
    """

    name: str
    metric: str
    client: Client | None = None
    """The client whose requests the report counts; None if the source sends none."""
    usual_detail: str = "country"
    """The detail that is collected if the setting ``detail`` is not set."""
    has_own_count: bool = False
    """Whether :meth:`fetch_count` has a total: a day is then in doubt until its rows add up to its own total."""
    has_hours: bool = False
    """Whether it gives counts by hour: with :meth:`fetch_hours`, or because they are counted from its sessions."""
    has_peaks: bool = False
    """Whether :meth:`fetch_peaks` gives the most viewers at once of live streams."""
    asks_all: bool = False
    """Whether every day of the window is read in each run: files cost no requests and may have been corrected."""

    remembers: int | None = None
    """How many days before now the source still knows; None if it never deletes any, or did not find out."""

    def fetch_assets(self, wanted: Mapping[date, str]) -> tuple[Asset, ...] | None:
        """Fetch the videos and live streams, public or not; None if the source has none, or ``wanted`` needs none."""
        return None

    @abstractmethod
    def window(self, stored: Mapping[date, LedgerDay], remembered: int | None = None) -> tuple[date, date]:
        """Return the first and the last UTC day that the source has, the last perhaps not over yet.

        ``stored``: the days in the history, with their lines of the ledger; ``remembered``: what an earlier run found
        as ``remembers``.
        """

    @abstractmethod
    def fetch_days(self, wanted: Mapping[date, str]) -> Iterator[tuple[str, Facts]]:
        """Fetch the facts of ``wanted`` (UTC day → detail), in one or more chunks: (detail, facts).

        A day that the source knows nothing about is in no chunk. Raises :class:`ApivideoGeoError`.
        """

    def fetch_count(self, first: date, last: date) -> int | None:
        """Fetch the source's own total of the complete UTC days ``first`` to ``last``; None if it has none.

        Raises :class:`UnknownShape` if the answer is about another period, and other :class:`ApivideoGeoError`.
        """
        return None

    def fetch_daily_counts(self, first: date, last: date) -> dict[date, int]:
        """Fetch UTC day → the source's own total of that day, of the days ``first`` to ``last`` for which it gives one.

        Raises :class:`ApivideoGeoError`.
        """
        return {}

    def fetch_hours(self, days: Collection[date], remembered: int | None = None) -> tuple[HoursByDay, int]:
        """Fetch the counts by hour of those of the complete UTC ``days`` that the source still knows; and how many
        rows were rejected.

        ``remembered``: what an earlier run found as ``remembers``. Raises :class:`ApivideoGeoError`.
        """
        return {}, 0

    def fetch_peaks(self, days: Collection[date], live: Collection[str], remembered: int | None = None) -> PeaksByDay:
        """Fetch the most viewers at once of the live streams ``live`` (media ids), on those of the complete UTC
        ``days`` that the source still knows; and whether its own peak of each agrees. Raises :class:`ApivideoGeoError`.
        """
        return {}


def open_client(settings: Settings, effects: Effects) -> Client | None:
    """Return a client of the API; None if the settings name another source. Raises UsageError if there is no key."""
    if _choose_name(settings) in ("counts", "files", "demo"):
        return None
    if not settings.key:
        raise UsageError(
            find_misnamed_key()
            or "There is no API key: set APIVIDEO_API_KEY (from https://dashboard.api.video/apikeys) in the "
            "environment."
        )
    from apivideo_geo.api.client import Client

    return Client(
        settings.server,
        settings.key,
        effects,
        workers=settings.workers,
        timeout=settings.timeout,
        deadline=settings.deadline * 60,
        answer_limit=settings.answer_limit * 1_000_000,
    )


def choose_sources(
    settings: Settings, effects: Effects, client: Client | None, last_source: str | None
) -> list[Source]:
    """Return the sources of a run, one for each metric, all of the kind that the settings name.

    For ``auto`` these are session files if any are set, else the API, else the demo.

    ``client`` is that of :func:`open_client`. ``last_source`` is the source of the stored history, None if there is
    none: demo data must not replace the map of a real account only because its key is missing. Raises
    :class:`UsageError`.
    """
    if client is None and _choose_name(settings) == "demo":
        if settings.source == "auto":
            _check_demo_allowed(settings, last_source)
            effects.progress.say("No API key in APIVIDEO_API_KEY and no --sessions: demo data is used.")
        from apivideo_geo.sources.demo import demo_sources

        return [*demo_sources(settings, effects)]
    if client is None:
        return _open_files(settings, effects)
    if settings.source == "sessions" or (settings.source == "auto" and not _has_data_api(client, effects, last_source)):
        from apivideo_geo.sources.session_api import SessionApiSource

        return [SessionApiSource(settings, effects, client)]
    from apivideo_geo.sources.data_api import data_sources

    return [*data_sources(settings, effects, client)]


def _open_files(settings: Settings, effects: Effects) -> list[Source]:
    from apivideo_geo.engines import connect
    from apivideo_geo.sources.files.counts import are_counts
    from apivideo_geo.sources.files.counts_source import counts_sources
    from apivideo_geo.sources.files.source import FilesSource

    if _choose_name(settings) == "counts":
        return [*counts_sources(settings, effects, settings.counts)]
    try:
        return [FilesSource(settings, effects)]
    except DataRefused:
        effects.progress.stop()
        if not are_counts(settings.sessions, connect(settings.engine)):
            raise
    effects.progress.say("The files of --sessions have counts by day and country: reading them as --counts.")
    return [*counts_sources(settings, effects, settings.sessions)]


def _choose_name(settings: Settings) -> str:
    if settings.source != "auto":
        return settings.source
    return "counts" if settings.counts else "files" if settings.sessions else "data" if settings.key else "demo"


def _check_demo_allowed(settings: Settings, last_source: str | None) -> None:
    if misnamed := find_misnamed_key():
        raise UsageError(f"{misnamed} To see demo data, run the command demo.")
    if settings.sandbox:
        raise UsageError("--sandbox needs an API key of the sandbox: set APIVIDEO_API_KEY in the environment.")
    if last_source:
        more = "give --sessions to add session files" if last_source == "files" else "set APIVIDEO_API_KEY to collect"
        raise UsageError(
            f"There is a history in the folder {settings.history} but no API key: run the command render to rebuild "
            f"the site from it, {more}, or run demo to see demo data."
        )


def _has_data_api(client: Client, effects: Effects, last_source: str | None) -> bool:
    """Return whether the server has ``/data/…``. Requested only once: later runs use the history's source."""
    from apivideo_geo.sources.data_api_day import fetch_buckets

    if last_source:
        return last_source != "sessions"
    now = effects.now()
    try:
        fetch_buckets(client, "play", "country", now.replace(hour=0, minute=0, second=0), now)
    except EndpointGone:
        effects.progress.say("This server has no Data API: reading its sessions instead.")
        return False
    return True
