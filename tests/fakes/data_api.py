"""Today's analytics: ``/data/buckets``, ``/data/metrics``, ``/data/timeseries``. Queries in, bodies out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from tests.fakes import geoip
from tests.fakes.problems import bad_attribute, bad_query, forbidden
from tests.fakes.query import DATA_FILTERS, Query, paginate
from tests.fakes.records import UNKNOWN, Session, from_ms, to_ms
from tests.fakes.world import World

COUNTED = ("play", "start", "end", "impression", "view")
_BUCKETS = ("play", "play-rate", "play-total", "start", "end", "impression", "ccv-peak", "ccv-average", "view")
_SERIES = ("play", "play-rate", "start", "end", "impression", "ccv-peak", "ccv-average", "view")
_AGGREGATIONS = {
    "play": ("count", "rate", "total"),
    "start": ("count",),
    "end": ("count",),
    "impression": ("count",),
    "impression-time": ("average", "sum"),
    "watch-time": ("average", "sum"),
    "ccv": ("peak", "average", "live"),
    "view": ("count",),
}
_DURATIONS = {"3s": 3_000, "5s": 5_000, "10s": 10_000, "30s": 30_000}
_INTERVALS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_TIME = ("from", "to", "unique", "viewDuration")
_LIST = ("sortBy", "sortOrder", "currentPage", "pageSize")

ODD_ROWS: tuple[dict[str, Any], ...] = (
    {"dimensionValue": "AQ", "metricValue": None},
    {"dimensionValue": "BV", "metricValue": ""},
)
"""What ``odd_values`` adds to each country answer that has rows: nobody can know how many plays these are,
so they are extra and stand in no truth."""


@dataclass
class DataApi:
    """The data generation over a world, as far as its memory (``retention``) reaches.

    ``nulls``: unknown countries are null as well as empty; without, only what the published
    schema allows (empty). ``odd_values``: country rows as in bad hours: a tenth of France under
    ``fr``, half of the empty ones under ``ZZ``, whole numbers for some counts, and ``ODD_ROWS`` on top.
    ``refused``: metrics that this account may not read. ``ignores_filters``: a filtered answer is the unfiltered one.
    ``rows_of``: UTC day → the days whose rows its breakdowns have instead; counts and time series stay true.
    """

    world: World
    now: Callable[[], datetime]
    retention: timedelta
    retention_mode: Literal["refuse", "cut"] = "refuse"
    nulls: bool = True
    odd_values: bool = False
    refused: Collection[str] = ()
    ignores_filters: bool = False
    rows_of: Mapping[date, Collection[date]] = field(default_factory=dict)

    def buckets(self, query: Query, metric: str, breakdown: str) -> dict[str, Any]:
        """``GET /data/buckets/{metric}/{breakdown}``."""
        self._check_allowed(metric)
        if metric not in _BUCKETS:
            raise bad_attribute("metric", "This value is not a metric with a breakdown.")
        key = self._breakdowns().get(breakdown)
        if key is None or (metric == "play-total" and breakdown != "media-id"):
            raise bad_attribute("breakdown", "This value is not a dimension of this metric.")
        lifetime = metric == "play-total"
        query.allow((*_TIME, *_LIST), ("mediaId", "mediaType") if lifetime else DATA_FILTERS)
        start, end, sessions = self._sessions(query, lifetime)
        if (days := self.rows_of.get(start.date())) is not None and not lifetime:
            sessions = self._filtered(query, [one for day in days for one in self._of_day(day)])
        groups: dict[str | None, list[Session]] = {}
        for session in sessions:
            groups.setdefault(key(session), []).append(session)
        rows = [
            {"dimensionValue": value, "metricValue": _measure(metric, group, query, start, end)}
            for value, group in groups.items()
        ]
        rows = [row for row in rows if row["metricValue"]]
        if self.odd_values and breakdown == "country":
            rows = _make_odd(rows)
        _sort(query, rows, "dimensionValue", default="metricValue")
        context = {"metric": _metric_name(query, metric), "breakdown": breakdown, "timeframe": _timeframe(start, end)}
        return _listing(query, context, rows)

    def metrics(self, query: Query, metric: str, aggregation: str) -> dict[str, Any]:
        """``GET /data/metrics/{metric}/{aggregation}``."""
        self._check_allowed(metric)
        if metric not in _AGGREGATIONS:
            raise bad_attribute("metric", "This value is not a metric.")
        if aggregation not in _AGGREGATIONS[metric]:
            raise bad_attribute("aggregation", "This aggregation cannot be used with this metric.")
        lifetime = aggregation == "total"
        query.allow(_TIME, ("mediaId", "mediaType") if lifetime else DATA_FILTERS)
        start, end, sessions = self._sessions(query, lifetime)
        value = _aggregate(metric, aggregation, list(sessions), query, start, end)
        context = {
            "metric": _metric_name(query, metric),
            "aggregation": aggregation,
            "timeframe": _timeframe(start, end),
        }
        return {"context": context, "data": value}

    def timeseries(self, query: Query, metric: str) -> dict[str, Any]:
        """``GET /data/timeseries/{metric}``: a row for each interval that has one."""
        self._check_allowed(metric)
        if metric not in _SERIES:
            raise bad_attribute("metric", "This value is not a metric with a timeseries.")
        query.allow((*_TIME, *_LIST, "interval"), DATA_FILTERS)
        start, end, sessions = self._sessions(query, False)
        default = "hour" if end - start <= timedelta(days=2) else "day"
        interval = query.one("interval", default, tuple(_INTERVALS)) or default
        if interval == "minute" and end - start > timedelta(minutes=60):
            raise bad_query("interval", "This interval cannot be used with a timeframe over 60 minutes.")
        step = _INTERVALS[interval] // timedelta(milliseconds=1)
        groups: dict[int, list[Session]] = {}
        for session in sessions:
            groups.setdefault(session.loaded_ms // step * step, []).append(session)
        rows = [
            {"emittedAt": _atom(from_ms(at)), "metricValue": _measure(metric, group, query, start, end)}
            for at, group in groups.items()
        ]
        rows = [row for row in rows if row["metricValue"]]
        _sort(query, rows, "emittedAt", default="emittedAt")
        context = {"metric": _metric_name(query, metric), "interval": interval, "timeframe": _timeframe(start, end)}
        return _listing(query, context, rows)

    def _check_allowed(self, metric: str) -> None:
        if metric in self.refused:
            raise forbidden()

    def _sessions(self, query: Query, lifetime: bool) -> tuple[datetime, datetime, Iterable[Session]]:
        """The time frame and the sessions in it that pass the filters."""
        now = self.now()
        end = query.moment("to") or now
        start = query.moment("from") or end - timedelta(days=1)
        if query.one("viewDuration", None, tuple(_DURATIONS)) and "view" not in query.path:
            raise bad_query("viewDuration", "This field was not expected.")
        if query.flag("unique") and not any(word in query.path for word in ("/view", "/ccv")):
            raise bad_query("unique", "This field was not expected.")
        low, high = start, end
        if lifetime:
            low, high = from_ms(0), now
        elif start > end:
            raise bad_query("from", "This value must be before the value of to.")
        elif start < now - self.retention:
            if self.retention_mode == "refuse":
                raise bad_query("from", f"This value must not be older than {self.retention.days} days.")
            low = now - self.retention
        rows = self.world.between(to_ms(low), min(to_ms(high), to_ms(now) + 1))
        return start, end, self._filtered(query, rows)

    def _of_day(self, day: date) -> Sequence[Session]:
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return self.world.between(to_ms(start), to_ms(start + timedelta(days=1)))

    def _filtered(self, query: Query, rows: Sequence[Session]) -> Iterable[Session]:
        filters = {} if self.ignores_filters else query.filters()
        tag = filters.pop("tag", None)
        if tag:
            tagged = {asset.media_id for asset in self.world.assets if tag & set(asset.tags)}
            rows = [session for session in rows if session.media_id in tagged]
        keys = self._breakdowns()
        for name, wanted in filters.items():
            key = keys[_kebab(name)]
            rows = [session for session in rows if key(session) in wanted]
        return rows

    def _breakdowns(self) -> dict[str, Callable[[Session], str | None]]:
        types = {asset.media_id: asset.type for asset in self.world.assets}
        empty = None if self.nulls else ""
        return {
            "media-id": lambda s: s.media_id,
            "media-type": lambda s: types[s.media_id],
            "continent": lambda s: geoip.CONTINENTS.get(s.country or "", empty),
            "country": lambda s: s.country if s.country is not None else empty,
            "device-type": lambda s: s.viewer.device,
            "operating-system": lambda s: s.viewer.system,
            "browser": lambda s: s.viewer.browser,
            "referrer": lambda s: s.referrer["url"] if s.referrer["url"] is not None else empty,
        }


def _kebab(name: str) -> str:
    return {
        "mediaId": "media-id",
        "mediaType": "media-type",
        "deviceType": "device-type",
        "operatingSystem": "operating-system",
    }.get(name, name)


def _watched(session: Session) -> int:
    """Milliseconds watched; a session without an end counts half a minute."""
    return 30_000 if session.ended_ms is None else session.ended_ms - session.loaded_ms


def _impressions(session: Session) -> int:
    return 1 + session.ordinal % 3


def _viewer(session: Session) -> tuple[date, str | None, int]:
    """Who watched, as the API distinguishes viewers: on one day, from one place, with one browser."""
    return session.day, session.country, session.ordinal % 7


def _measure(metric: str, group: Sequence[Session], query: Query, start: datetime, end: datetime) -> float:
    """The value of a bucket metric for these sessions. A session is a play; the others follow from its number."""
    if metric in ("play", "play-total"):
        return float(len(group))
    if metric == "impression":
        return float(sum(map(_impressions, group)))
    if metric == "play-rate":
        return len(group) / max(1, sum(map(_impressions, group)))
    if metric == "start":
        return float(sum(session.ordinal % 10 != 0 for session in group))
    if metric == "end":
        return float(sum(session.ordinal % 3 == 0 for session in group))
    if metric == "view":
        least = _DURATIONS[query.one("viewDuration", "5s") or "5s"]
        seen = [session for session in group if _watched(session) >= least]
        return float(len(set(map(_viewer, seen))) if query.flag("unique") else len(seen))
    if metric == "ccv-peak":
        return float(_peak(group))
    return sum(map(_watched, group)) / 1000 / max(1.0, (end - start).total_seconds())


def truth_of(metric: str, sessions: Iterable[Session]) -> dict[tuple[date, str], int]:
    """(UTC day, alpha-3) → count of a metric of the product, from the sessions that the server answers from too.

    Watch time is rounded to seconds as the product does: each spelling of a country, and for those without one what is
    left of the rounded total.
    """
    name, text = {"viewer": ("view", "unique=true")}.get(metric, (metric, ""))
    query = Query(f"/data/buckets/{name}/country", text)
    days: dict[date, dict[str, list[Session]]] = {}
    for session in sessions:
        days.setdefault(session.day, {}).setdefault(session.alpha3, []).append(session)
    found = {}
    for day, countries in days.items():
        noon = datetime(day.year, day.month, day.day, tzinfo=UTC)
        for code, group in countries.items():
            if metric == "watch-time":
                found[day, code] = round(sum(map(_watched, group)) / 1000)
            else:
                found[day, code] = int(_measure(name, group, query, noon, noon))
        if metric == "watch-time" and UNKNOWN in countries:
            total = round(sum(_watched(one) for group in countries.values() for one in group) / 1000)
            found[day, UNKNOWN] = total - sum(
                count for key, count in found.items() if key[0] == day and key[1] != UNKNOWN
            )
    return {key: count for key, count in found.items() if count}


def _peak(group: Sequence[Session]) -> int:
    changes: Counter[int] = Counter()
    for session in group:
        changes[session.loaded_ms] += 1
        changes[session.loaded_ms + _watched(session)] -= 1
    here = highest = 0
    for at in sorted(changes):
        here += changes[at]
        highest = max(highest, here)
    return highest


def _aggregate(
    metric: str, aggregation: str, rows: list[Session], query: Query, start: datetime, end: datetime
) -> float:
    if aggregation in ("count", "total"):
        return _measure(metric, rows, query, start, end)
    if aggregation == "rate":
        return _measure("play-rate", rows, query, start, end)
    if metric == "ccv":
        return _measure("ccv-average" if aggregation == "average" else "ccv-peak", rows, query, start, end)
    each = [_watched(s) / 1000 if metric == "watch-time" else 200.0 + s.ordinal % 700 for s in rows]
    return sum(each) / max(1, len(each)) if aggregation == "average" else sum(each)


def _make_odd(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Move counts to odd spellings (the sum stays), then add ``ODD_ROWS``."""
    if not rows:
        return []
    odd: list[dict[str, Any]] = []
    for number, row in enumerate(rows):
        value, count = row["dimensionValue"], row["metricValue"]
        moved = {"FR": count // 10, "": (count + 1) // 2}.get(value, 0)
        if moved:
            odd.append({"dimensionValue": "fr" if value == "FR" else "ZZ", "metricValue": moved})
        if count > moved:
            rest = count - moved
            odd.append({"dimensionValue": value, "metricValue": int(rest) if number % 2 else rest})
    return [*odd, *map(dict, ODD_ROWS)]


def _sort(query: Query, rows: list[dict[str, Any]], dimension: str, default: str) -> None:
    """Ties go by dimension, so that pages of one answer never overlap."""
    by = query.one("sortBy", default, ("metricValue", dimension))
    order = query.one("sortOrder", "desc" if by == "metricValue" else "asc", ("asc", "desc"))
    rows.sort(key=lambda row: row[dimension] or "")
    if by == "metricValue":
        rows.sort(key=lambda row: row["metricValue"] or 0, reverse=order == "desc")
    elif order == "desc":
        rows.reverse()


def _metric_name(query: Query, metric: str) -> str:
    name = metric
    if metric == "view":
        name = "view-" + (query.one("viewDuration", "5s") or "5s").rstrip("s")
    return "unique-" + name if query.flag("unique") else name


def _atom(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()


def _timeframe(start: datetime, end: datetime) -> dict[str, str]:
    return {"from": _atom(start), "to": _atom(end)}


def _listing(query: Query, context: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    page, pagination = paginate(query, rows)
    return {"context": context, "data": page, "pagination": pagination}
