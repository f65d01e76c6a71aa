"""Today's Data API: counts by breakdown, one UTC day a request (a page of a hundred rows)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from apivideo_geo.api.client import Client
from apivideo_geo.api.pages import fetch_items
from apivideo_geo.days import DEFAULT_RETENTION, ONE_DAY, day_end, day_start, days_between, first_whole_day
from apivideo_geo.effects import Effects
from apivideo_geo.errors import ApiError, EndpointGone, SourceFailed
from apivideo_geo.model import DETAIL_DIMENSIONS, Asset, Facts, Settled
from apivideo_geo.privacy import history_dimensions, listed_assets
from apivideo_geo.settings import Settings
from apivideo_geo.sources.assets import fetch_assets
from apivideo_geo.sources.data_api_day import BREAKDOWNS, Asking, OpenDay, atom, parse_count
from apivideo_geo.sources.estimate import tell_estimate

SANDBOX_RETENTION = timedelta(days=1)
TRIED_RETENTIONS = (89, 365, 92)
"""Days that an account may have set instead of 30, in the order they are asked for as long as they can still be true:
3 months are 89 to 92 days, 12 are 365. Most accounts refuse the first, and are asked no more.
"""
LONGEST = timedelta(days=max(TRIED_RETENTIONS))


class BucketsSource:
    """The Data API as a source."""

    name = "data"
    usual_detail = "country"
    asks_all = False

    def __init__(self, settings: Settings, effects: Effects, client: Client) -> None:
        self.client: Client | None = client
        self.metric: str = settings.metric
        self.remembers: int | None = SANDBOX_RETENTION.days if settings.sandbox else None
        self._api = client
        self._settings = settings
        self._effects = effects
        self._listed: frozenset[str] = frozenset()

    def fetch_assets(self, wanted: Mapping[date, str]) -> tuple[Asset, ...] | None:
        """All assets; None where all days are wanted at detail ``country``, which asks nothing of them."""
        if set(wanted.values()) <= {"country"}:
            return None
        assets = fetch_assets(self._api, self._effects)
        self._listed = frozenset(asset.media_id for asset in listed_assets(assets, self._settings.show_unlisted))
        plays = fetch_lifetime_plays(self._api)
        if plays is None:
            return assets
        return tuple(replace(asset, lifetime=plays.get(asset.media_id, 0)) for asset in assets)

    def window(self, held: Collection[date], remembered: int | None = None) -> tuple[date, date]:
        """The first and last day the API still knows whole (the last is today, which is still open)."""
        now, settings = self._effects.now(), self._settings
        first = first_whole_day(now, SANDBOX_RETENTION if settings.sandbox else DEFAULT_RETENTION)
        if not settings.sandbox and _may_know_older(held, first, now, settings.since, remembered):
            first = fetch_first_day(self._api, self.metric, now)
            self.remembers = (now - day_start(first)).days + (now != day_start(now.date()))
        return max(first, settings.since or first), min(now.date(), settings.until or now.date())

    def fetch_days(self, wanted: Mapping[date, str], settled: Mapping[date, Settled]) -> Iterator[tuple[str, Facts]]:
        """One part a day, oldest first where days take many requests: the oldest is forgotten first."""
        try:
            yield from self._fetch_days(wanted, settled)
        except EndpointGone:
            raise SourceFailed("This server has no Data API: use --source sessions.") from None

    def fetch_count(self, first: date, last: date) -> int | None:
        """The API's own count of all countries together: one request."""
        return fetch_count(self._api, self.metric, day_start(first), day_end(last))

    def _fetch_days(self, wanted: Mapping[date, str], settled: Mapping[date, Settled]) -> Iterator[tuple[str, Facts]]:
        progress = self._effects.progress
        asking = Asking(self._api, self.metric, self._effects.now(), self._listed)
        progress.start("Collecting days", len(wanted))
        simple = sorted(day for day, detail in wanted.items() if detail == "country")
        for day, opened in self._api.map(simple, asking.open):
            progress.advance()
            yield wanted[day], asking.cross(opened)
        detailed = sorted(wanted.keys() - set(simple))
        before = self._api.requests
        ahead = {day: self._open(asking, day, wanted[day], settled) for day in sample_days(detailed, asking.now)}
        if ahead:
            asked = self._api.requests - before
            each = (asked + sum(opened.count_crossing() for opened in ahead.values())) / len(ahead)
            to_go = round(each * len(detailed)) - asked
            tell_estimate(to_go, self._api, self._effects, sandbox=self._settings.sandbox)
        for day in detailed:
            opened = ahead.pop(day) if day in ahead else self._open(asking, day, wanted[day], settled)
            yield wanted[day], asking.cross(opened)
            progress.advance()
        progress.finish()

    def _open(self, asking: Asking, day: date, detail: str, settled: Mapping[date, Settled]) -> OpenDay:
        """``day`` with what it lacks of ``detail``: of the API's dimensions, those that the history may hold."""
        allowed = history_dimensions(self._settings.history_private, self._settings.withhold_media)
        dimensions = [name for name in DETAIL_DIMENSIONS[detail] if name in BREAKDOWNS and name in allowed]
        return asking.reopen(day, dimensions, settled[day]) if day in settled else asking.open(day, dimensions)


def sample_days(days: Sequence[date], now: datetime) -> list[date]:
    """Those of ``days``, oldest first, to open before the others: they tell what the others will take.

    First, middle and last of those a day old or older: a young one still moves, so all of it is asked in one go.
    """
    still = [day for day in days if day_end(day) + ONE_DAY <= now] or days[:1]
    return sorted({still[0], still[len(still) // 2], still[-1]}) if still else []


def fetch_first_day(client: Client, metric: str, now: datetime) -> date:
    """The first UTC day the API still knows whole: it is asked, for the retention is the account's own setting.

    A server that refuses a start it has forgotten cuts no day: the first that is told is whole. One that takes any
    start may have cut that day by the window's edge, so the one after it is the first that is believed, unless it was
    told from its own start on.
    """
    usual = first_whole_day(now, DEFAULT_RETENTION)
    start = told = usual
    low, high = DEFAULT_RETENTION.days, LONGEST.days + 1  # accepted, refused (or not looked for)
    tried = iter(TRIED_RETENTIONS)
    while high - low > 1 and low < LONGEST.days:
        days = next((days for days in tried if low < days < high), (low + high) // 2)
        try:
            counts = _fetch_daily(client, metric, first_whole_day(now, timedelta(days=days)), usual)
        except EndpointGone:
            break
        except ApiError as error:
            if error.status != 400:
                raise
            if days == TRIED_RETENTIONS[0]:
                break
            high = days
            continue
        low, start = days, first_whole_day(now, timedelta(days=days))
        told = min((day for day, count in counts.items() if count), default=usual)
        if told == usual - ONE_DAY and high > LONGEST.days:  # it takes any start, and remembers the usual time
            break
    refused = high <= LONGEST.days
    return told if refused or told in (start, usual) else told + ONE_DAY


def _fetch_daily(client: Client, metric: str, first: date, until: date) -> dict[date, int | None]:
    """UTC day → count of all countries together, from ``first`` to before ``until``; days without any may lack."""
    rows = fetch_items(
        client,
        f"/data/timeseries/{metric}",
        {"from": atom(day_start(first)), "to": atom(day_start(until)), "interval": "day"},
        key=lambda row: str(row.get("emittedAt")),
    )
    return {date.fromisoformat(str(row["emittedAt"])[:10]): parse_count(row.get("metricValue")) for row in rows}


def _may_know_older(
    held: Collection[date], usual: date, now: datetime, since: date | None, remembered: int | None
) -> bool:
    """Whether days before the usual window are lacking that the API may still know.

    What it ``remembered`` at an earlier run holds from night to night, so that days that are lost are not asked for
    each night; after a longer outage it is found out anew.
    """
    nightly = max(held, default=date.min) >= usual
    longest = timedelta(days=remembered) if remembered and nightly else LONGEST
    oldest = max(first_whole_day(now, longest), since or date.min)
    return any(day not in held for day in days_between(oldest, usual - ONE_DAY))


def fetch_lifetime_plays(client: Client) -> dict[str, int] | None:
    """Media id → plays since it was published, which the API keeps for ever; a request for each hundred.

    None where the server does not tell them. Raises the other errors of :mod:`apivideo_geo.api.client`.
    """
    params = {"sortBy": "dimensionValue", "sortOrder": "asc"}
    path = "/data/buckets/play-total/media-id"
    try:
        rows = fetch_items(client, path, params, key=lambda row: repr(row.get("dimensionValue")))
    except ApiError as error:
        if error.status in (400, 404):
            return None
        raise
    counts = ((str(row.get("dimensionValue")), parse_count(row.get("metricValue"))) for row in rows)
    return {media_id: count for media_id, count in counts if count is not None}


def fetch_count(client: Client, metric: str, start: datetime, end: datetime) -> int | None:
    """How many the API itself counts from ``start`` to before ``end``; None where it gives no whole number.

    Raises the errors of :mod:`apivideo_geo.api.client`.
    """
    return parse_count(client.get(f"/data/metrics/{metric}/count", {"from": atom(start), "to": atom(end)}).get("data"))
