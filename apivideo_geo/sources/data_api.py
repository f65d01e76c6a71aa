"""The Data API as a source: counts by breakdown, one UTC day a request (a page of a hundred rows)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from apivideo_geo.api.client import Client
from apivideo_geo.api.pages import fetch_items
from apivideo_geo.days import DEFAULT_RETENTION, ONE_DAY, day_end, day_runs, day_start, days_between, first_whole_day
from apivideo_geo.effects import Effects
from apivideo_geo.errors import ApiError, EndpointGone, UnknownShape
from apivideo_geo.model import DETAIL_DIMENSIONS, PEAK, Asset, Facts, HoursByDay, PeaksByDay
from apivideo_geo.privacy import history_dimensions, listed_assets
from apivideo_geo.settings import Settings
from apivideo_geo.sources.assets import fetch_assets
from apivideo_geo.sources.data_api_answers import atom, fetch_value, parse_count, parse_moment
from apivideo_geo.sources.data_api_day import BREAKDOWNS, QUESTIONS, DayFetcher, DayTotals, Raw
from apivideo_geo.sources.estimate import report_estimate
from apivideo_geo.sources.hours import fetch_hours, fetch_peaks
from apivideo_geo.sources.source import Source

SANDBOX_RETENTION = timedelta(days=1)
TRIED_RETENTIONS = (89, 365, 92)
"""Days that an account may keep data instead of 30, in the order they are tried while they are still possible:
3 months are 89 to 92 days, 12 are 365. Most accounts reject the first; the others are then not tried.
"""
LONGEST = timedelta(days=max(TRIED_RETENTIONS))


@dataclass
class Shared:
    """What the sources of one run share: ``client``, and what is found out only once for all metrics."""

    client: Client
    settings: Settings
    effects: Effects
    listed: frozenset[str] = frozenset()
    """Ids of the assets that may be shown."""
    newest: date = date.min
    """The newest stored day of any metric."""
    first_day: date | None = None
    """The first UTC day that the API still knows completely, if it was measured."""
    countries: dict[date, Mapping[Raw, int]] = field(default_factory=dict)
    """UTC day → country, as the API spells it → plays, of the days whose plays were fetched in this run."""


def data_sources(settings: Settings, effects: Effects, client: Client) -> list[DataApiSource]:
    """Return a source for each of the ``metrics`` in the settings."""
    from apivideo_geo.sources.watch_time import WatchTimeSource

    shared = Shared(client, settings, effects)
    names = [name for name in settings.metrics if name != PEAK]  # which has no facts
    return [(WatchTimeSource if name == "watch-time" else DataApiSource)(shared, name) for name in names]


class DataApiSource(Source):
    """One ``metric`` of the Data API as a source."""

    name = "data"
    has_own_count = has_hours = has_peaks = True

    def __init__(self, shared: Shared, metric: str) -> None:
        self.metric = metric
        self.client = shared.client
        self.remembers = SANDBOX_RETENTION.days if shared.settings.sandbox else None
        self._shared = shared
        self._api, self._settings, self._effects = shared.client, shared.settings, shared.effects

    def fetch_assets(self, wanted: Mapping[date, str]) -> tuple[Asset, ...] | None:
        """Fetch all assets; None if all days are wanted at detail ``country``, which does not need them."""
        if set(wanted.values()) <= {"country"}:
            return None
        assets = fetch_assets(self._api, self._effects)
        self._shared.listed = frozenset(asset.media_id for asset in listed_assets(assets, self._settings.show_unlisted))
        plays = fetch_lifetime_plays(self._api)
        if plays is None:
            return assets
        return tuple(replace(asset, lifetime=plays.get(asset.media_id, 0)) for asset in assets)

    def window(self, stored: Collection[date], remembered: int | None = None) -> tuple[date, date]:
        """Return the first UTC day that the API still knows completely, and today, within ``since`` and ``until``.

        ``stored``: the days of the history. ``remembered``: how many days the API remembers, as an earlier run found;
        None if none did. It is found out again if it is None, or if the newest stored day is beyond the usual 30 days.
        """
        now, settings, shared = self._effects.now(), self._settings, self._shared
        first = first_whole_day(now, SANDBOX_RETENTION if settings.sandbox else DEFAULT_RETENTION)
        shared.newest = max([shared.newest, *stored])
        nightly = shared.newest >= first
        known = remembered if nightly else None
        if not settings.sandbox and _may_know_older(stored, first, now, settings.since, known):
            first = shared.first_day = shared.first_day or fetch_first_day(self._api, "play", now)
            self.remembers = (now - day_start(first)).days + (now != day_start(now.date()))
        return max(first, settings.since or first), min(now.date(), settings.until or now.date())

    def fetch_days(self, wanted: Mapping[date, str]) -> Iterator[tuple[str, Facts]]:
        """Yield the facts day by day; detailed days oldest first, because the API deletes the oldest first."""
        try:
            yield from self._fetch_days(wanted)
        except EndpointGone as error:
            if self.metric != self._settings.metrics[0]:  # the server has others
                raise
            raise EndpointGone("This server has no Data API: use --source sessions.", error.status) from None

    def fetch_count(self, first: date, last: date) -> int | None:
        """Fetch the API's own count of all countries together: one request."""
        return fetch_count(self._api, self.metric, day_start(first), min(day_end(last), self._effects.now()))

    def fetch_daily_counts(self, first: date, last: date) -> dict[date, int]:
        """Fetch the API's own count of each day, of all countries together: one request for each hundred days."""
        end = min(day_end(last), self._effects.now())
        return fetch_daily_counts(self._api, self.metric, day_start(first), end)

    def fetch_hours(self, days: Collection[date], remembered: int | None = None) -> tuple[HoursByDay, int]:
        """Fetch the counts by hour: one request for four days, and at least one for each run of days."""
        runs = day_runs(self._known(days, remembered))
        self._effects.progress.start("Collecting hours", len(runs))
        hours: dict[date, tuple[int, ...]] = {}
        rejected = 0
        for _, (found, more) in self._api.map(runs, lambda run: fetch_hours(self._api, self.metric, *run)):
            hours |= found
            rejected += more
            self._effects.progress.advance()
        self._effects.progress.finish()
        return hours, rejected

    def fetch_peaks(self, days: Collection[date], live: Collection[str], remembered: int | None = None) -> PeaksByDay:
        """Fetch the most viewers at once of ``live``: one request a day, and one for each of them with viewers."""
        known = self._known(days, remembered)
        return dict(self._api.map(known, lambda day: fetch_peaks(self._api, day, live)))

    def _known(self, days: Collection[date], remembered: int | None) -> list[date]:
        """Return those of ``days`` that the API still knows completely."""
        kept = timedelta(days=self.remembers or remembered or DEFAULT_RETENTION.days)
        first = first_whole_day(self._effects.now(), kept)
        return [day for day in days if day >= first]

    def _fetch_days(self, wanted: Mapping[date, str]) -> Iterator[tuple[str, Facts]]:
        progress = self._effects.progress
        fetcher = DayFetcher(self._api, self.metric, self._effects.now(), self._shared.listed)
        first = self.metric == self._settings.metrics[0]
        progress.start("Collecting days" if first else f"Collecting {self.metric}", len(wanted))
        simple = sorted(day for day, detail in wanted.items() if detail == "country")
        unusable: list[UnknownShape] = []
        for day, totals in self._api.map(simple, fetcher.fetch_totals):
            progress.advance()
            yield wanted[day], self._facts(fetcher, totals)
            unusable += [totals.unusable] if totals.unusable else []
        detailed = sorted(wanted.keys() - set(simple))
        sample = self._fetch_sample(fetcher, detailed, wanted)
        for day in detailed:
            totals = sample.get(day) or fetcher.fetch_totals(day, self._dimensions(wanted[day]))
            yield wanted[day], self._facts(fetcher, totals)
            unusable += [totals.unusable] if totals.unusable else []
            progress.advance()
        progress.finish()
        if 1 < len(unusable) == len(wanted):  # not a single bad answer: the server is not the API that we know
            raise unusable[0]

    def _facts(self, fetcher: DayFetcher, totals: DayTotals) -> Facts:
        if self.metric == "play":
            self._shared.countries[totals.day] = totals.countries
        return fetcher.fetch_facts(totals)

    def _fetch_sample(
        self, fetcher: DayFetcher, days: Sequence[date], wanted: Mapping[date, str]
    ) -> dict[date, DayTotals]:
        """Fetch the totals of a few of ``days``, and report how many requests all of them will take."""
        before = self._api.requests
        sample = {
            day: fetcher.fetch_totals(day, self._dimensions(wanted[day])) for day in sample_days(days, fetcher.now)
        }
        if sample:
            sent = self._api.requests - before
            for_each = (sent + sum(totals.count_requests() for totals in sample.values())) / len(sample)
            remaining = round(for_each * len(days)) - sent
            report_estimate(remaining, self._api, self._effects, sandbox=self._settings.sandbox)
        return sample

    def _dimensions(self, detail: str) -> list[str]:
        """Return the dimensions of ``detail`` that the API has and that the history may store."""
        allowed = history_dimensions(self._settings.history_private, self._settings.withhold_media)
        return [name for name in DETAIL_DIMENSIONS[detail] if name in BREAKDOWNS and name in allowed]


def sample_days(days: Sequence[date], now: datetime) -> list[date]:
    """Return the first, the middle and the last of ``days`` (ascending), from which the others are estimated.

    Days that ended less than a day before ``now`` may still change, so their totals are not fetched ahead of the rest.
    """
    final = [day for day in days if day_end(day) + ONE_DAY <= now] or days[:1]
    return sorted({final[0], final[len(final) // 2], final[-1]}) if final else []


def fetch_first_day(client: Client, metric: str, now: datetime) -> date:
    """Find the first UTC day that the API still knows completely; how long it keeps data is a setting of the account.

    A server that rejects a start it has deleted never cuts a day: the first day with a count is complete. A server that
    accepts any start may have cut that day at the edge of the window. The day after it is then the first that is used,
    unless the day was counted from its own start.
    """
    usual = first_whole_day(now, DEFAULT_RETENTION)
    start = counted = usual
    low, high = DEFAULT_RETENTION.days, LONGEST.days + 1  # accepted; rejected (or not tried)
    tried = iter(TRIED_RETENTIONS)
    while high - low > 1 and low < LONGEST.days:
        days = next((days for days in tried if low < days < high), (low + high) // 2)
        try:
            oldest = day_start(first_whole_day(now, timedelta(days=days)))
            counts = fetch_daily_counts(client, metric, oldest, day_start(usual))
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
        counted = min((day for day, count in counts.items() if count), default=usual)
        if counted == usual - ONE_DAY and high > LONGEST.days:  # it accepts any start, and keeps the usual 30 days
            break
    rejects_old_starts = high <= LONGEST.days
    return counted if rejects_old_starts or counted in (start, usual) else counted + ONE_DAY


def fetch_daily_counts(client: Client, metric: str, start: datetime, end: datetime) -> dict[date, int]:
    """Fetch UTC day → count of all countries, from the UTC midnight ``start`` to before ``end``: one time series.

    A day without a row is left out: the API's description does not say that it is 0. So is one whose row has no valid
    time or count. Raises the errors of :mod:`apivideo_geo.api.client`.
    """
    name, more = QUESTIONS.get(metric, (metric, {}))
    rows = fetch_items(
        client,
        f"/data/timeseries/{name}",
        {"from": atom(start), "to": atom(end), "interval": "day", **more},
        key=lambda row: str(row.get("emittedAt")),
    )
    found = [(_day_of(row.get("emittedAt")), parse_count(row.get("metricValue"))) for row in rows]
    return {day: n for day, n in found if day and n is not None and start <= day_start(day) < end}


def _day_of(value: object) -> date | None:
    """Return the UTC day of an ``emittedAt``, or the day that it begins with if it has no offset; None without one."""
    if moment := parse_moment(value):
        return moment.date()
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _may_know_older(
    stored: Collection[date], usual: date, now: datetime, since: date | None, remembered: int | None
) -> bool:
    """Return whether days before ``usual`` are missing that the API may still know.

    ``remembered``: the retention found by an earlier run, which is reused, so that lost days are not requested every
    night. After a longer outage it is None: it is measured again.
    """
    longest = timedelta(days=remembered) if remembered else LONGEST
    oldest = max(first_whole_day(now, longest), since or date.min)
    return any(day not in stored for day in days_between(oldest, usual - ONE_DAY))


def fetch_lifetime_plays(client: Client) -> dict[str, int] | None:
    """Fetch media id → plays since it was published, which the API never deletes; one request for each hundred assets.

    None if the server does not have this count. Raises the other errors of :mod:`apivideo_geo.api.client`.
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
    """Fetch the API's own count from ``start`` (inclusive) to ``end`` (exclusive); None if it is not a whole number.

    Raises :class:`UnknownShape` if it is about another period, and the errors of :mod:`apivideo_geo.api.client`.
    """
    name, more = QUESTIONS.get(metric, (metric, {}))
    return parse_count(fetch_value(client, f"/data/metrics/{name}/count", start, end, more))
