"""Today's Data API: counts by breakdown, one UTC day a request.

A dimension by country is not one request: the API breaks down by one dimension and filters by others. So a day is
asked per country or per value of the dimension, whichever are fewer, and what no filter can name (``null``, empty)
is what remains of the unfiltered answer.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from apivideo_geo.aggregate.values import read_referrer
from apivideo_geo.api.client import Client
from apivideo_geo.api.paging import fetch_items
from apivideo_geo.days import DEFAULT_RETENTION, ONE_DAY, day_end, day_start, days_between, first_whole_day
from apivideo_geo.effects import Effects
from apivideo_geo.errors import ApiError, EndpointGone, SourceFailed
from apivideo_geo.facts import facts_table
from apivideo_geo.geo.countries import to_alpha3
from apivideo_geo.model import DETAIL_DIMENSIONS, UNKNOWN, UNKNOWN_TEXT, UNLISTED, Asset, Facts, Refused
from apivideo_geo.privacy import listed_assets
from apivideo_geo.settings import Settings
from apivideo_geo.sources.assets import fetch_assets

BREAKDOWNS: Mapping[str, tuple[str, str]] = {
    "media": ("media-id", "mediaId"),
    "device": ("device-type", "deviceType"),
    "os": ("operating-system", "operatingSystem"),
    "browser": ("browser", "browser"),
    "referrer": ("referrer", "referrer"),
}
"""Dimension → (breakdown, filter) as the API names them. It has no city."""

SANDBOX_RETENTION = timedelta(days=1)
LONGER_RETENTIONS = (timedelta(days=90), timedelta(days=365))
"""What an account can have set instead of 30 days (3 or 12 months), shortest first."""

PRODUCTION_LIMIT, SANDBOX_LIMIT = 500, 100
"""Reads a minute, as api.video documents them; only for the estimate, the client keeps to what the answers tell."""

Raw = str
"""A dimension's value as the API spells it; "" for null and empty, which no filter can name."""


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

    def window(self, held: Collection[date]) -> tuple[date, date]:
        """The first and last day the API still knows whole (the last is today, which is still open)."""
        now, settings = self._effects.now(), self._settings
        first = first_whole_day(now, SANDBOX_RETENTION if settings.sandbox else DEFAULT_RETENTION)
        if not settings.sandbox and _lacks_older(held, first, now, settings.since):
            first = fetch_first_day(self._api, self.metric, now)
            self.remembers = (now - day_start(first)).days + (now != day_start(now.date()))
        return max(first, settings.since or first), min(now.date(), settings.until or now.date())

    def fetch_days(self, wanted: Mapping[date, str], settled: Mapping[date, str]) -> Iterator[tuple[str, Facts]]:
        """One part a day, oldest first where days take many requests: the oldest is forgotten first."""
        try:
            yield from self._fetch_days(wanted, settled)
        except EndpointGone:
            raise SourceFailed("This server has no Data API: use --source sessions.") from None

    def fetch_count(self, first: date, last: date) -> int | None:
        """The API's own count of all countries together: one request."""
        return fetch_count(self._api, self.metric, day_start(first), day_end(last))

    def _fetch_days(self, wanted: Mapping[date, str], settled: Mapping[date, str]) -> Iterator[tuple[str, Facts]]:
        progress, now = self._effects.progress, self._effects.now()
        progress.start("Collecting days", len(wanted))
        simple = sorted(day for day, detail in wanted.items() if detail == "country")
        for day, facts in self._api.map(simple, lambda day: fetch_day(self._api, self.metric, day, now)):
            progress.advance()
            yield wanted[day], facts
        detailed = sorted(wanted.keys() - set(simple))
        before = self._api.requests
        for number, day in enumerate(detailed):
            if number == 1:
                self._tell_estimate((self._api.requests - before) * (len(detailed) - 1))
            kept = tuple(name for name in DETAIL_DIMENSIONS[settled.get(day, "country")] if name in BREAKDOWNS)
            missing = [name for name in DETAIL_DIMENSIONS[wanted[day]] if name in BREAKDOWNS and name not in kept]
            facts = fetch_day(self._api, self.metric, day, now, missing, self._listed)
            yield wanted[day], replace(facts, kept=kept)
            progress.advance()
        progress.finish()

    def _tell_estimate(self, requests: int) -> None:
        """Say how long it will take, where that is more than a minute: the first day tells what a day costs."""
        minutes = requests / (SANDBOX_LIMIT if self._settings.sandbox else PRODUCTION_LIMIT)
        if minutes > 1:
            self._effects.progress.say(
                f"About {requests:,} requests to go: some {minutes:.0f} minutes at what the API allows. "
                "What is collected is kept; an interrupted run goes on where it stopped."
            )


def fetch_first_day(client: Client, metric: str, now: datetime) -> date:
    """The first UTC day the API still knows whole: it is asked, for the retention is the account's own setting.

    Where an older start is accepted but nothing is told before a later day, that day may be cut by the window's edge,
    so the one after it is the first that is believed. The shortest is asked first: most accounts refuse just that.
    """
    usual = found = first_whole_day(now, DEFAULT_RETENTION)
    for retention in LONGER_RETENTIONS:
        start = first_whole_day(now, retention)
        try:
            rows = fetch_items(
                client,
                f"/data/timeseries/{metric}",
                {"from": atom(day_start(start)), "to": atom(day_start(usual)), "interval": "day"},
                key=lambda row: str(row.get("emittedAt")),
            )
        except EndpointGone:
            break
        except ApiError as error:
            if error.status == 400:
                break
            raise
        counted = [str(row["emittedAt"])[:10] for row in rows if parse_count(row.get("metricValue"))]
        earliest = min((date.fromisoformat(day) for day in counted), default=None)
        if earliest and earliest > start:
            return min(earliest + ONE_DAY, usual)
        found = start if earliest else found
    return found


def _lacks_older(held: Collection[date], usual: date, now: datetime, since: date | None) -> bool:
    """Whether days before the usual window are lacking that an account with longer retention still has."""
    oldest = max(first_whole_day(now, LONGER_RETENTIONS[-1]), since or min(held, default=date.min))
    return any(day not in held for day in days_between(oldest, usual - ONE_DAY))


def fetch_day(
    client: Client,
    metric: str,
    day: date,
    now: datetime,
    dimensions: Collection[str] = (),
    listed: Collection[str] = frozenset(),
) -> Facts:
    """Facts of one UTC day: ``total`` by country, and each of ``dimensions`` by country.

    ``listed`` are the ids of the assets that may be told. A day that is not over ends at ``now``, so that its parts
    agree. Raises the errors of :mod:`apivideo_geo.api.client`.
    """
    tally = _Tally(day, metric, listed)
    start, end = day_start(day), min(day_end(day), now)
    if end > start:
        window = _Window(client, metric, start, end)
        totals = tally.counts(window.fetch("country"))
        tally.add("total", {(country, ""): count for country, count in totals.items()})
        for dimension in dimensions:
            tally.add(dimension, tally.cross(window, dimension, totals))
    return tally.facts()


def fetch_buckets(
    client: Client, metric: str, breakdown: str, start: datetime, end: datetime, only: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """All rows ``{dimensionValue, metricValue}`` of a breakdown, from ``start`` to before ``end``.

    ``only`` filters: filter name → the one value wanted.
    """
    params: dict[str, str | int] = {
        "from": atom(start),
        "to": atom(end),
        "sortBy": "dimensionValue",
        "sortOrder": "asc",
    }
    for name, value in (only or {}).items():
        params[f"filterBy[{name}][]"] = value
    path = f"/data/buckets/{metric}/{breakdown}"
    return fetch_items(client, path, params, key=lambda row: repr(row.get("dimensionValue")))


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


def parse_count(value: object) -> int | None:
    """A ``metricValue`` as a whole number: 3, 3.0 and "3.0" are; None for null, empty, negative or a fraction."""
    try:
        number = (
            float(cast("str", value)) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else -1
        )
    except ValueError:
        return None
    return int(number) if number >= 0 and math.isfinite(number) and number == int(number) else None


def atom(moment: datetime) -> str:
    """``moment`` as the API writes times (ATOM, UTC)."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True)
class _Window:
    """One stretch of time of one metric, to be broken down."""

    client: Client
    metric: str
    start: datetime
    end: datetime

    def fetch(self, breakdown: str, only: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        return fetch_buckets(self.client, self.metric, breakdown, self.start, self.end, only)


@dataclass
class _Tally:
    """Collects the counts of one day, and what was refused of them."""

    day: date
    metric: str
    listed: Collection[str]
    rows: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[str] = field(default_factory=Counter)

    def counts(self, rows: list[dict[str, Any]]) -> dict[Raw, int]:
        """Rows of an answer as value → count; a row without a usable count is refused and counted."""
        counts: Counter[Raw] = Counter()
        for row in rows:
            count = parse_count(row.get("metricValue"))
            if count is None:
                self.refused["the count is not a whole number"] += 1
            else:
                value = row.get("dimensionValue")
                counts["" if value is None else str(value)] += count
        return dict(counts)

    def cross(self, window: _Window, dimension: str, totals: Mapping[Raw, int]) -> dict[tuple[Raw, Raw], int]:
        """(country, value) → count of ``dimension``, by the route that needs fewer requests."""
        breakdown, by_value = BREAKDOWNS[dimension]
        values = self.counts(window.fetch(breakdown))
        if len(totals) == 1:
            return {(country, value): count for country in totals for value, count in values.items()}
        countries_named = [country for country in totals if country]
        values_named = [value for value in values if value]
        if len(countries_named) <= len(values_named):
            answers = window.client.map(countries_named, lambda raw: window.fetch(breakdown, {"country": raw}))
            cells = {(raw, value): n for raw, rows in answers for value, n in self.counts(rows).items()}
            rest = Counter(values) - _sums(cells, axis=1)
            return cells | {("", value): count for value, count in rest.items() if "" in totals}
        answers = window.client.map(values_named, lambda raw: window.fetch("country", {by_value: raw}))
        cells = {(country, raw): n for raw, rows in answers for country, n in self.counts(rows).items()}
        rest = Counter(totals) - _sums(cells, axis=0)
        return cells | {(country, ""): count for country, count in rest.items() if "" in values}

    def add(self, dimension: str, cells: Mapping[tuple[Raw, Raw], int]) -> None:
        """Keep ``cells`` under our own codes and names."""
        for (raw, value), count in cells.items():
            country = to_alpha3(raw)
            if dimension == "total" and country == UNKNOWN and raw.strip():
                self.unmapped[raw] += count
            named = self._named(dimension, value)
            if named is not None and count:
                self.rows[country, dimension, named] += count

    def _named(self, dimension: str, value: Raw) -> str | None:
        if dimension == "total":
            return ""
        if dimension == "media":
            return value if value in self.listed else UNLISTED
        if dimension == "referrer":
            return read_referrer(value) or None
        return value or UNKNOWN_TEXT

    def facts(self) -> Facts:
        """What was collected. A dimension that tells more than its country's total is refused, and counted."""
        totals = {country: n for (country, dimension, _), n in self.rows.items() if dimension == "total"}
        sums: Counter[tuple[str, str]] = Counter()
        for (country, dimension, _), count in self.rows.items():
            sums[country, dimension] += count
        over = {key for key, count in sums.items() if count > totals.get(key[0], 0)}
        kept = {key: count for key, count in self.rows.items() if key[:2] not in over}
        for _, dimension in over:
            self.refused[f"{dimension} adds up to more than the total"] += 1
        rows = [(self.day, self.metric, *key, count) for key, count in sorted(kept.items())]
        refused = tuple(Refused(reason, count, self.day) for reason, count in sorted(self.refused.items()))
        return Facts((self.day,), facts_table(rows), refused, dict(self.unmapped))


def _sums(cells: Mapping[tuple[Raw, Raw], int], axis: int) -> Counter[Raw]:
    """Sums of (country, value) → count by country (``axis`` 0) or by value (1)."""
    sums: Counter[Raw] = Counter()
    for key, count in cells.items():
        sums[key[axis]] += count
    return sums
