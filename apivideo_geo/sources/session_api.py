"""The older session endpoints as a source: every session of every video and live stream, one row each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from typing import Any
from urllib.parse import quote

from apivideo_geo.aggregate.facts import count_sessions
from apivideo_geo.api.client import Client
from apivideo_geo.api.pages import fetch_items, fetch_page, parse_page
from apivideo_geo.api.secrets import redactor
from apivideo_geo.days import ONE_DAY, day_runs, days_between
from apivideo_geo.effects import Effects
from apivideo_geo.engines import FILE, Layout, connect, read_sessions
from apivideo_geo.errors import ApiError, EndpointGone, SourceFailed
from apivideo_geo.model import DETAIL_DIMENSIONS, SESSION_COLUMNS, UNLISTED, Asset, Facts
from apivideo_geo.privacy import listed_assets
from apivideo_geo.settings import Settings
from apivideo_geo.sources.assets import fetch_assets
from apivideo_geo.sources.estimate import report_estimate, spread_sample
from apivideo_geo.sources.files.columns import DOTTED
from apivideo_geo.sources.session_api_resume import PartialDownload, Read, find_id
from apivideo_geo.sources.source import Source

BEGINNING = date(2018, 1, 1)
"""Before the first api.video account: a window that starts here requests every session there is."""

NESTED: Mapping[str, tuple[str, str]] = {
    column: (outer, inner)
    for outer, _, inner in [name.partition(".") for name in DOTTED]
    if inner
    for column in [DOTTED[f"{outer}.{inner}"]]
}
"""Column of ``SESSION_COLUMNS`` → (object, field) of an item of the API."""


class SessionApiSource(Source):
    """The session endpoints as a source. Its facts carry the sessions themselves, for ``sessions.csv``."""

    name = "sessions"
    has_hours = True

    def __init__(self, settings: Settings, effects: Effects, client: Client) -> None:
        self.client = client
        self.metric: str = settings.count_sessions_as or "session"
        self._api = client
        self._settings = settings
        self._effects = effects
        self._assets: tuple[Asset, ...] = ()
        connect(settings.engine)  # fail early if the engine is unusable, before any request

    def fetch_assets(self, wanted: Mapping[date, str]) -> tuple[Asset, ...] | None:
        """Fetch all videos and live streams, whose sessions are then requested one by one; None if no day is wanted."""
        if not wanted:
            return None
        self._assets = fetch_assets(self._api, self._effects)
        for asset in self._assets:
            if not (asset.public or self._settings.show_unlisted):  # its id is part of a URL
                redactor.hide(asset.media_id)
        return self._assets

    def window(self, stored: Collection[date], remembered: int | None = None) -> tuple[date, date]:
        """Return ``since``, else the first stored day, else ``BEGINNING``; and ``until``, at most today."""
        today = self._effects.now().date()
        return self._settings.since or min(stored, default=BEGINNING), min(today, self._settings.until or today)

    def fetch_days(self, wanted: Mapping[date, str]) -> Iterator[tuple[str, Facts]]:
        """Yield a chunk for each run of consecutive days. One from ``BEGINNING`` starts at the first session.

        The sessions of a chunk are in a file that is deleted when the next chunk is requested.
        """
        for first, last in day_runs(wanted):
            partial = PartialDownload(self._settings.exports, self._api.host, first, self._effects)
            with closing(partial):
                self._fetch_sessions(first, last, partial)
                detail = max((wanted[day] for day in days_between(first, last)), key=list(DETAIL_DIMENSIONS).index)
                yield detail, self._count(partial, first, last, detail)
                partial.clear()  # the caller has stored the chunk by now

    def _fetch_sessions(self, first: date, last: date, partial: PartialDownload) -> None:
        """Fetch the sessions of all assets into ``partial``."""
        today = self._effects.now().date()
        progress = self._effects.progress
        read = partial.load()
        unread = [asset for asset in self._assets if asset.media_id not in read]
        known = {asset: read[asset.media_id] for asset in self._assets if asset.media_id in read}
        resumed = {asset: start for asset, one in known.items() if (start := one.first_unknown(last, today))}
        if len(unread) < len(self._assets):
            progress.say(
                f"Resuming an interrupted run, which had read {len(self._assets) - len(unread):,} of "
                f"{len(self._assets):,} videos and live streams."
            )
        progress.start("Reading sessions", len(unread) + len(resumed))
        first_pages = self._fetch_sample(unread, first, last, others=len(resumed))

        def fetch(asset: Asset) -> None:
            self._fetch_asset(asset, resumed.get(asset, first), last, first_pages.pop(asset, None), partial)

        for asset, _ in self._api.map([*unread, *resumed], fetch):
            partial.finish(asset.media_id, Read(last, today))
            progress.advance()
        progress.finish()

    def _fetch_sample(
        self, assets: Sequence[Asset], first: date, last: date, *, others: int
    ) -> dict[Asset, dict[str, Any]]:
        """Fetch the first page of some of ``assets``; report how many requests all of them and ``others`` will take."""

        def fetch(asset: Asset) -> dict[str, Any] | None:
            try:
                return fetch_page(self._api, _path(asset), period(first, last), 1)
            except ApiError:  # handled when the asset itself is read
                return None

        sample = {asset: answer for asset, answer in self._api.map(spread_sample(assets), fetch) if answer}
        if sample:
            pages = [parse_page(answer, _path(asset)).pages_total or 1 for asset, answer in sample.items()]
            remaining = round(sum(pages) / len(pages) * len(assets)) - len(pages) + others
            report_estimate(remaining, self._api, self._effects, sandbox=self._settings.sandbox)
        return sample

    def _fetch_asset(
        self, asset: Asset, first: date, last: date, first_page: dict[str, Any] | None, partial: PartialDownload
    ) -> None:
        """Fetch the sessions of ``asset``, from the UTC day ``first`` to ``last``, perhaps with a day more."""

        def store(item: Mapping[str, Any]) -> None:
            parse_session(item, asset)  # raises for what cannot be read later
            partial.add(asset.media_id, dict(item))

        try:
            fetch_items(self._api, _path(asset), period(first, last), key=find_id, first_page=first_page, keep=store)
        except EndpointGone:
            raise SourceFailed(
                "This server has no session endpoints (api.video removed them in 2023): use --source data."
            ) from None
        except ApiError as error:
            if error.status != 404:
                raise
            self._effects.progress.say(f"A {asset.type} was deleted after it was listed; it is skipped.")

    def _count(self, partial: PartialDownload, first: date, last: date, detail: str) -> Facts:
        import pyarrow as pa
        import pyarrow.compute as pc

        names = [*SESSION_COLUMNS, *(name for name in self._settings.sessions_add if name not in SESSION_COLUMNS)]
        assets = {asset.media_id: asset for asset in self._assets}
        rows = (parse_session(item, assets[asset]) for asset, item in partial.sessions() if asset in assets)
        path = str(partial.write_table(rows, names).absolute())
        engine = connect(self._settings.engine)
        table = read_sessions(engine, [path], Layout("parquet"), only_here=True).drop(FILE)
        listed = {asset.media_id for asset in listed_assets(self._assets, self._settings.show_unlisted)}
        facts, unmapped, refused = count_sessions(table, self.metric, DETAIL_DIMENSIONS[detail], listed=listed)
        inside = pc.and_(
            pc.greater_equal(facts["day"], pa.scalar(first, pa.date32())),
            pc.less_equal(facts["day"], pa.scalar(last, pa.date32())),
        )
        facts = facts.filter(inside)
        if first == BEGINNING:
            first = pc.min(facts["day"]).as_py() or last
        return Facts(tuple(days_between(first, last)), facts, refused, unmapped, sessions=table)


def period(first: date, last: date) -> dict[str, str]:
    """Return the query parameters for the sessions of the UTC days ``first`` to ``last``.

    One extra day is requested: the API docs do not say whether the end is inclusive. Rows are filtered by day later.
    """
    return {} if first == BEGINNING else {"period": f"{first}/{last + ONE_DAY}"}


def parse_session(item: Mapping[str, Any], asset: Asset) -> dict[str, str | None]:
    """Return an item of the API as a row of ``SESSION_COLUMNS``, without the title of an asset that is not public.

    Metadata of the session become columns ``metadata.<key>``, for the setting ``sessions_add``. Raises
    :class:`SourceFailed` for a field of an unknown type.
    """
    row: dict[str, str | None] = {
        "assetID": asset.media_id,
        "assetType": asset.type,
        "title": asset.title if asset.public else UNLISTED,
    }
    for column, (outer, inner) in NESTED.items():
        group = item.get(outer) or {}
        if not isinstance(group, Mapping):
            raise _unknown_type(outer, "an object")
        row[column] = _read_text(group.get(inner), f"{outer}.{inner}")
    pairs = (item.get("session") or {}).get("metadata") or []
    if not isinstance(pairs, list) or not all(isinstance(pair, Mapping) for pair in pairs):
        raise _unknown_type("session.metadata", "a list of objects")
    for pair in pairs:
        key, value = (_read_text(pair.get(name), f"session.metadata.{name}") for name in ("key", "value"))
        row[f"metadata.{key}"] = value
    return row


def _read_text(value: object, field: str) -> str | None:
    if isinstance(value, (Mapping, list)):
        raise _unknown_type(field, "a text")
    return None if value is None else str(value)


def _unknown_type(field: str, expected: str) -> SourceFailed:
    return SourceFailed(
        f"A session has a `{field}` that is not {expected}: check APIVIDEO_BASE_URL, or report it if that is api.video "
        "itself."
    )


def _path(asset: Asset) -> str:
    kind = "videos" if asset.type == "video" else "live-streams"
    return f"/analytics/{kind}/{quote(asset.media_id, safe='')}"
