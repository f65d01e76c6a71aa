"""The contract of a source, and the choice among them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Protocol

from apivideo_geo.api.client import Client
from apivideo_geo.effects import Effects
from apivideo_geo.errors import EndpointGone, UsageError
from apivideo_geo.model import Asset, Facts, Settled
from apivideo_geo.settings import Settings


class Source(Protocol):
    """Whatever it reads, a source yields facts of whole UTC days; nothing downstream knows which one it is."""

    name: str
    metric: str
    client: Client | None
    """The connection it asks through, for the report; None where it asks nobody."""
    usual_detail: str
    """What is collected where no ``detail`` is set."""
    asks_all: bool
    """Whether every day of the window is asked, held or not: files cost nothing to ask and may have been mended."""

    remembers: int | None
    """How many days before now it still knows; None where it forgets nothing, or did not find out."""

    def fetch_assets(self, wanted: Mapping[date, str]) -> tuple[Asset, ...] | None:
        """The videos and live streams, public or not; None where the source does not tell, or ``wanted`` needs none."""

    def window(self, held: Collection[date], remembered: int | None = None) -> tuple[date, date]:
        """First and last UTC day the source can tell whole or as still open, given the days ``held`` already.

        ``remembered`` is what an earlier run found of ``remembers``.
        """

    def fetch_days(self, wanted: Mapping[date, str], settled: Mapping[date, Settled]) -> Iterator[tuple[str, Facts]]:
        """Detail and facts of ``wanted``, in one or more parts that together answer every day of it.

        ``settled`` are those of them that are held for good at a lower detail, with what is held: what costs requests
        need not be asked again of them, if the part says so (``Facts.kept``).
        A day that the source has nothing to say about is in no part. Raises the errors of the tree.
        """

    def fetch_count(self, first: date, last: date) -> int | None:
        """Its own count of the whole UTC days ``first`` to ``last``, asked apart; None where it has none.

        Raises the errors of the tree.
        """


def choose_source(settings: Settings, effects: Effects, last_source: str | None) -> Source:
    """The source to use: the one told, or for ``auto`` files if there are some, else the API, else demo.

    ``last_source`` is where the real history came from, None if there is none: demo data never takes the place of a
    real account's map because a key was lost.
    """
    name = settings.source
    if name == "auto":
        name = "files" if settings.sessions else "data" if settings.key else "demo"
        if name == "demo":
            if settings.sandbox:
                raise UsageError("--sandbox needs an API key of the sandbox: set APIVIDEO_API_KEY in the environment.")
            if last_source:
                raise UsageError(
                    f"There is a history in {settings.history} but no API key: set APIVIDEO_API_KEY to go on "
                    "collecting, or use the command render to draw what is there, or demo to see invented data."
                )
            effects.progress.say("No API key in APIVIDEO_API_KEY and no --sessions: building the demo.")
    if name == "demo":
        from apivideo_geo.sources.demo import DemoSource

        return DemoSource(settings, effects)
    if name == "files":
        from apivideo_geo.sources.files.source import FilesSource

        return FilesSource(settings, effects)
    if not settings.key:
        raise UsageError(
            "There is no API key: set APIVIDEO_API_KEY (from https://dashboard.api.video/apikeys) in the environment."
        )
    client = Client(
        settings.server,
        settings.key,
        effects,
        workers=settings.workers,
        timeout=settings.timeout,
        deadline=settings.deadline * 60,
    )
    if name == "sessions" or (settings.source == "auto" and not _has_data_api(client, settings, effects, last_source)):
        from apivideo_geo.sources.session_api import SessionsSource

        return SessionsSource(settings, effects, client)
    from apivideo_geo.sources.data_api import BucketsSource

    return BucketsSource(settings, effects, client)


def _has_data_api(client: Client, settings: Settings, effects: Effects, last_source: str | None) -> bool:
    """Whether the server knows ``/data/…``; asked once, for afterwards the history tells."""
    from apivideo_geo.sources.data_api_day import fetch_buckets

    if last_source:
        return last_source != "sessions"
    now = effects.now()
    try:
        fetch_buckets(client, settings.metric, "country", now.replace(hour=0, minute=0, second=0), now)
    except EndpointGone:
        effects.progress.say("This server has no Data API: reading its sessions instead.")
        return False
    return True
