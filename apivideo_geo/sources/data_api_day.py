"""One UTC day of the Data API: its counts by country, and other dimensions crossed with the country.

A dimension by country is not one request: the API breaks down by one dimension and filters by others. So a day is
asked per country or per value of the dimension, whichever takes fewer requests, and what no filter can name (``null``,
empty) is what remains of the unfiltered answer.

Why not a time series for each pair of country and value, over all days at once? The pairs are up to countries times
values, so for 30 days that is surely less only with fewer than 30 of both, which is soon asked either way; and no day
is whole before the last pair is answered, so an interrupted run would have nothing to go on from.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, cast

from apivideo_geo.aggregate.fact_values import read_referrer
from apivideo_geo.api.client import Client
from apivideo_geo.api.pages import PAGE_SIZE, fetch_items
from apivideo_geo.days import day_end, day_start
from apivideo_geo.facts import facts_table
from apivideo_geo.geo.countries import to_alpha2, to_alpha3
from apivideo_geo.model import UNKNOWN, UNKNOWN_TEXT, UNLISTED, Facts, Refused, Settled
from apivideo_geo.privacy import hide_unlisted

BREAKDOWNS: Mapping[str, tuple[str, str]] = {
    "media": ("media-id", "mediaId"),
    "device": ("device-type", "deviceType"),
    "os": ("operating-system", "operatingSystem"),
    "browser": ("browser", "browser"),
    "referrer": ("referrer", "referrer"),
}
"""Dimension → (breakdown, filter) as the API names them. It has no city."""

LONGEST_FILTER = 2048
"""Characters a filter may have; referrers can be longer."""

Raw = str
"""A dimension's value as the API spells it; "" for null and empty, which no filter can name."""


@dataclass(frozen=True)
class Asking:
    """How days are asked: ``metric`` of whom, as of ``now``; ``listed`` are the ids of the assets that may be told.

    A day is opened first, which asks its unfiltered answers, and then crossed, which takes most of the requests. Both
    raise the errors of :mod:`apivideo_geo.api.client`.
    """

    client: Client
    metric: str
    now: datetime
    listed: Collection[str] = frozenset()

    def open(self, day: date, dimensions: Sequence[str] = ()) -> OpenDay:
        """Ask ``day`` by country and by each of ``dimensions``, of which a day without a count needs none."""
        opened = self._begin(day, dimensions)
        self._ask_totals(opened)
        self._ask_values(opened, dimensions if opened.totals else ())
        return opened

    def reopen(self, day: date, dimensions: Sequence[str], held: Settled) -> OpenDay:
        """``open`` for a day of which some ``dimensions`` are ``held`` for good: only the others are asked.

        Where each of them adds up to the total that is held, the day is as it was, and its countries are taken as they
        are held. Else they are asked, and where they have moved, so is everything.
        """
        opened = self._begin(day, dimensions)
        opened.kept = tuple(name for name in dimensions if name in held.dimensions)
        self._ask_values(opened, [name for name in dimensions if name not in opened.kept])
        if all(sum(values.values()) == sum(held.totals.values()) for values in opened.values.values()):
            opened.kept = ("total", *opened.kept)
            opened.totals = {"" if code == UNKNOWN else to_alpha2(code): n for code, n in held.totals.items()}
            return opened
        self._ask_totals(opened)
        return opened if _by_alpha3(opened.totals) == Counter(held.totals) else self.open(day, dimensions)

    def cross(self, opened: OpenDay) -> Facts:
        """The facts of a day that is open: ``total`` by country, and each of its dimensions by country.

        Countries that were taken as held must be met again to the last count, in each dimension; where they are not,
        because the API spells one in another way, the whole day is asked.
        """
        tally = opened.tally
        tally.add("total", {(country, ""): count for country, count in opened.totals.items()})
        for dimension in opened.values:
            cells = self._cross(opened, dimension)
            if "total" in opened.kept and _by_alpha3(_sums(cells, axis=0)) != _by_alpha3(opened.totals):
                return self.cross(self.open(opened.day, opened.dimensions))
            tally.add(dimension, cells)
        return tally.facts(opened.kept)

    def _begin(self, day: date, dimensions: Sequence[str]) -> OpenDay:
        """A day of which nothing is asked yet. One that is not over ends now, so that its parts agree."""
        return OpenDay(day, min(day_end(day), self.now), tuple(dimensions), _Tally(day, self.metric, self.listed))

    def _ask_totals(self, opened: OpenDay) -> None:
        opened.totals = opened.tally.counts(self._fetch(opened, "country"))

    def _ask_values(self, opened: OpenDay, dimensions: Collection[str]) -> None:
        answers = self.client.map(dimensions, lambda name: self._fetch(opened, BREAKDOWNS[name][0]))
        opened.values = {name: opened.tally.counts(rows) for name, rows in answers}

    def _fetch(self, opened: OpenDay, breakdown: str, only: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        start = day_start(opened.day)
        return fetch_buckets(self.client, self.metric, breakdown, start, opened.end, only) if opened.end > start else []

    def _cross(self, opened: OpenDay, dimension: str) -> dict[tuple[Raw, Raw], int]:
        """(country, value) → count of ``dimension``, by the route that needs fewer requests."""
        breakdown, by_value = BREAKDOWNS[dimension]
        totals, values, counts = opened.totals, opened.values[dimension], opened.tally.counts
        if len(totals) == 1:
            return {(country, value): count for country in totals for value, count in values.items()}
        if count_requests(totals, values) <= count_requests(values, totals):
            asked = [country for country in totals if country]
            answers = self.client.map(asked, lambda raw: self._fetch(opened, breakdown, {"country": raw}))
            cells = {(raw, value): n for raw, rows in answers for value, n in counts(rows).items()}
            rest = Counter(values) - _sums(cells, axis=1)
            return cells | {("", value): count for value, count in rest.items() if "" in totals}
        asked = [value for value in values if value]
        answers = self.client.map(asked, lambda raw: self._fetch(opened, "country", {by_value: raw}))
        cells = {(country, raw): n for raw, rows in answers for country, n in counts(rows).items()}
        rest = Counter(totals) - _sums(cells, axis=0)
        return cells | {(country, ""): count for country, count in rest.items() if "" in values}


@dataclass
class OpenDay:
    """A UTC day that is being asked up to ``end``, and what is known of it before its dimensions are crossed.

    ``dimensions`` are those wanted of it besides the total; ``totals``: country → count; ``values``: dimension → value
    → count, of those that are asked. ``kept`` are the dimensions that are not, because they are held; with ``total``
    among them, ``totals`` are what is held.
    """

    day: date
    end: datetime
    dimensions: tuple[str, ...]
    tally: _Tally
    totals: dict[Raw, int] = field(default_factory=dict)
    values: dict[str, dict[Raw, int]] = field(default_factory=dict)
    kept: tuple[str, ...] = ()

    def count_crossing(self) -> int:
        """How many requests the crossing takes at most."""
        if len(self.totals) == 1:
            return 0
        pairs = [(self.totals, values) for values in self.values.values()]
        return sum(min(count_requests(*pair), count_requests(*reversed(pair))) for pair in pairs)


def count_requests(asked: Mapping[Raw, int], told: Mapping[Raw, int]) -> int:
    """How many requests it takes at most to ask each of ``asked`` (value → count) for its part of ``told``.

    An answer has no more rows than there are values to tell, nor than counts to share out among them. Where one of
    ``asked`` is too long for a filter there is no such way: more requests than any other takes.
    """
    if max(map(len, asked), default=0) > LONGEST_FILTER:
        return sys.maxsize
    return sum(math.ceil(max(min(len(told), count), 1) / PAGE_SIZE) for value, count in asked.items() if value)


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
            return hide_unlisted(value or UNLISTED, self.listed)
        if dimension == "referrer":
            return read_referrer(value) or None
        return value or UNKNOWN_TEXT

    def facts(self, kept: tuple[str, ...]) -> Facts:
        """What was collected, without the dimensions ``kept``.

        A dimension that tells more than its country's total is refused, and counted.
        """
        totals = {country: n for (country, dimension, _), n in self.rows.items() if dimension == "total"}
        sums: Counter[tuple[str, str]] = Counter()
        for (country, dimension, _), count in self.rows.items():
            sums[country, dimension] += count
        over = {key for key, count in sums.items() if count > totals.get(key[0], 0)}
        told = {key: n for key, n in self.rows.items() if key[:2] not in over and key[1] not in kept}
        for _, dimension in over:
            self.refused[f"{dimension} adds up to more than the total"] += 1
        rows = [(self.day, self.metric, *key, count) for key, count in sorted(told.items())]
        refused = tuple(Refused(reason, count, self.day) for reason, count in sorted(self.refused.items()))
        return Facts((self.day,), facts_table(rows), refused, dict(self.unmapped), kept=kept)


def _by_alpha3(counts: Mapping[Raw, int]) -> Counter[str]:
    """Country as the API spells it → count, as alpha-3 → count."""
    sums: Counter[str] = Counter()
    for raw, count in counts.items():
        sums[to_alpha3(raw)] += count
    return sums


def _sums(cells: Mapping[tuple[Raw, Raw], int], axis: int) -> Counter[Raw]:
    """Sums of (country, value) → count by country (``axis`` 0) or by value (1)."""
    sums: Counter[Raw] = Counter()
    for key, count in cells.items():
        sums[key[axis]] += count
    return sums
