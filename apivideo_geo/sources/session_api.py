"""The older session endpoints: every session of every video and live stream, one row each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

from apivideo_geo.aggregate.facts import count_sessions
from apivideo_geo.api.client import Client
from apivideo_geo.api.pages import fetch_items, fetch_page, parse_page
from apivideo_geo.api.secrets import redactor
from apivideo_geo.days import ONE_DAY, day_runs, days_between
from apivideo_geo.effects import Effects
from apivideo_geo.engines import connect, table_of_rows
from apivideo_geo.errors import ApiError, EndpointGone, SourceFailed
from apivideo_geo.model import DETAIL_DIMENSIONS, SESSION_COLUMNS, UNLISTED, Asset, Facts, Settled
from apivideo_geo.privacy import listed_assets
from apivideo_geo.settings import Settings
from apivideo_geo.sources.assets import fetch_assets
from apivideo_geo.sources.estimate import spread_sample, tell_estimate
from apivideo_geo.sources.files.columns import DOTTED
from apivideo_geo.sources.session_api_resume import Read, Unfinished

BEGINNING = date(2018, 1, 1)
"""Before the first api.video account: a window that starts here asks for every session there is."""

NESTED: Mapping[str, tuple[str, str]] = {
    column: (outer, inner)
    for outer, _, inner in [name.partition(".") for name in DOTTED]
    if inner
    for column in [DOTTED[f"{outer}.{inner}"]]
}
"""Our column → where the API's nested item has it."""


class SessionsSource:
    """The session endpoints as a source. The sessions themselves travel along, for ``sessions.csv``."""

    name = "sessions"
    usual_detail = "country"
    remembers: int | None = None
    asks_all = False

    def __init__(self, settings: Settings, effects: Effects, client: Client) -> None:
        self.client: Client | None = client
        self.metric: str = settings.count_sessions_as or "session"
        self._api = client
        self._settings = settings
        self._effects = effects
        self._assets: tuple[Asset, ...] = ()
        connect(settings.engine)  # what cannot be used is told before anything is asked

    def fetch_assets(self, wanted: Mapping[date, str]) -> tuple[Asset, ...] | None:
        """All videos and live streams of the account, to be asked one by one; None where no day is wanted."""
        if not wanted:
            return None
        self._assets = fetch_assets(self._api, self._effects)
        for asset in self._assets:
            if not (asset.public or self._settings.show_unlisted):  # its id stands in the address that is asked
                redactor.hide(asset.media_id)
        return self._assets

    def window(self, held: Collection[date], remembered: int | None = None) -> tuple[date, date]:
        """From ``since``, else from the first day held, else from the beginning; to ``until`` or today."""
        today = self._effects.now().date()
        return self._settings.since or min(held, default=BEGINNING), min(today, self._settings.until or today)

    def fetch_days(self, wanted: Mapping[date, str], settled: Mapping[date, Settled]) -> Iterator[tuple[str, Facts]]:
        """One part for each run of days. A first run that asks for everything answers from the first session on."""
        for first, last in day_runs(wanted):
            unfinished = Unfinished(self._settings.exports, self._api.host, first, self._effects)
            rows = self._fetch_sessions(first, last, unfinished)
            detail = max((wanted[day] for day in days_between(first, last)), key=list(DETAIL_DIMENSIONS).index)
            yield detail, self._count(rows, first, last, detail)
            unfinished.clear()  # the part is in the history by now

    def fetch_count(self, first: date, last: date) -> int | None:
        """None: the session endpoints have no count of their own."""

    def _fetch_sessions(self, first: date, last: date, unfinished: Unfinished) -> list[dict[str, str | None]]:
        today = self._effects.now().date()
        progress = self._effects.progress
        read = unfinished.load()
        rows: list[dict[str, str | None]] = []
        begin: list[Asset] = []
        go_on: dict[Asset, date] = {}
        for asset in self._assets:
            if asset.media_id not in read:
                begin.append(asset)
            elif start := read[asset.media_id].first_unknown(last, today):
                go_on[asset] = start
            else:
                rows += [parse_session(item, asset) for item in read.pop(asset.media_id).items.values()]
        if len(begin) < len(self._assets):
            progress.say(
                f"A run that was cut off had read {len(self._assets) - len(begin):,} of {len(self._assets):,} videos "
                "and live streams; this one goes on from there."
            )
        progress.start("Reading sessions", len(begin) + len(go_on))
        begun = self._peek(begin, first, last)
        if begun:
            pages = [parse_page(answer, _path(asset)).pages_total or 1 for asset, answer in begun.items()]
            to_go = round(sum(pages) / len(pages) * len(begin)) - len(pages) + len(go_on)
            tell_estimate(to_go, self._api, self._effects, sandbox=self._settings.sandbox)
        for asset, items in self._api.map(
            [*begin, *go_on],
            lambda asset: self._fetch_asset(asset, go_on.get(asset, first), last, begun.pop(asset, None)),
        ):
            unfinished.keep(asset.media_id, Read(items, last, today))
            if known := read.pop(asset.media_id, None):
                items = {**known.items, **items}
            rows += [parse_session(item, asset) for item in items.values()]
            progress.advance()
        progress.finish()
        return rows

    def _peek(self, assets: Sequence[Asset], first: date, last: date) -> dict[Asset, dict[str, Any]]:
        """The first page of some of ``assets``: they tell how many the others will have."""

        def peek(asset: Asset) -> dict[str, Any] | None:
            try:
                return fetch_page(self._api, _path(asset), period(first, last), 1)
            except ApiError:  # told where it is read
                return None

        return {asset: answer for asset, answer in self._api.map(spread_sample(assets), peek) if answer}

    def _fetch_asset(
        self, asset: Asset, first: date, last: date, begun: dict[str, Any] | None
    ) -> dict[str, dict[str, Any]]:
        """Session id → session of ``asset``, of the UTC days ``first`` to ``last`` and perhaps the one after."""
        try:
            items = fetch_items(self._api, _path(asset), period(first, last), key=_session_id, begun=begun)
        except EndpointGone:
            raise SourceFailed(
                "This server has no session endpoints (api.video removed them in 2023): use --source data."
            ) from None
        except ApiError as error:
            if error.status != 404:
                raise
            self._effects.progress.say(f"A {asset.type} is no longer there since it was listed; it is left out.")
            items = []
        return {_session_id(item): item for item in items}

    def _count(self, rows: list[dict[str, str | None]], first: date, last: date, detail: str) -> Facts:
        import pyarrow as pa
        import pyarrow.compute as pc

        names = [*SESSION_COLUMNS, *(name for name in self._settings.sessions_add if name not in SESSION_COLUMNS)]
        table = table_of_rows(rows, names)
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
    """The query for the sessions of the UTC days ``first`` to ``last``.

    The end of a range is asked a day late: whether it is inclusive is not written; rows are cut by day anyway.
    """
    return {} if first == BEGINNING else {"period": f"{first}/{last + ONE_DAY}"}


def parse_session(item: Mapping[str, Any], asset: Asset) -> dict[str, str | None]:
    """One item of the API as a row of ``SESSION_COLUMNS``; the title of an asset that is not public is not told.

    The metadata of the session are columns ``metadata.<key>``, for the setting ``sessions_add``.
    """
    row: dict[str, str | None] = {
        "assetID": asset.media_id,
        "assetType": asset.type,
        "title": asset.title if asset.public else UNLISTED,
    }
    for column, (outer, inner) in NESTED.items():
        value = (item.get(outer) or {}).get(inner)
        row[column] = None if value is None else str(value)
    for pair in (item.get("session") or {}).get("metadata") or ():
        row[f"metadata.{pair.get('key')}"] = str(pair.get("value"))
    return row


def _session_id(item: Mapping[str, Any]) -> str:
    return str((item.get("session") or {}).get("sessionId") or item)


def _path(asset: Asset) -> str:
    kind = "videos" if asset.type == "video" else "live-streams"
    return f"/analytics/{kind}/{quote(asset.media_id, safe='')}"
