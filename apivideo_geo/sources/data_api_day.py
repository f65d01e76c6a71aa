"""One UTC day of the Data API: its counts by country, and each other dimension by country.

The API breaks counts down by one dimension at a time, and filters by others. So a dimension by country takes many
requests: one for each country, or one for each value of the dimension, whichever needs fewer. A value that no filter
can name (``null`` or empty) is what remains of the unfiltered answer.

Why not one time series for each pair of country and value, over all days at once? There can be as many pairs as
countries times values, so for 30 days that takes fewer requests only with fewer than 30 of both, which is quick either
way. And no day would be complete before the last pair is answered, so an interrupted run could not be resumed.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from apivideo_geo.aggregate.fact_values import read_referrer
from apivideo_geo.aggregate.value_spellings import read_spelling
from apivideo_geo.api.client import Client
from apivideo_geo.api.pages import PAGE_SIZE, fetch_items
from apivideo_geo.days import day_end, day_start
from apivideo_geo.errors import UnknownShape
from apivideo_geo.facts import facts_table
from apivideo_geo.geo.countries import to_alpha3
from apivideo_geo.model import UNKNOWN, UNLISTED, Facts, Refused
from apivideo_geo.plain_text import clean_text
from apivideo_geo.privacy import hide_unlisted
from apivideo_geo.sources.data_api_answers import atom, check_period, parse_count

BREAKDOWNS: Mapping[str, tuple[str, str]] = {
    "media": ("media-id", "mediaId"),
    "device": ("device-type", "deviceType"),
    "os": ("operating-system", "operatingSystem"),
    "browser": ("browser", "browser"),
    "referrer": ("referrer", "referrer"),
}
"""Dimension → the API's names of its breakdown and of its filter. The API has no breakdown by city."""

QUESTIONS: Mapping[str, tuple[str, Mapping[str, str]]] = {"viewer": ("view", {"unique": "true"})}
"""Metric → its name in the API's paths and what is added to the query, if it is not simply its own name.

The description says that viewers are unique for one day, and nothing about a filter or a period of several days. We
assume that the countries of one day add up to the day's own count, because a viewer is a browser at one IP address; and
that the count of several days is the sum of theirs. Where it is not, the own count of each day is requested alone.
"""

LONGEST_FILTER = 2048
"""Longest value, in characters, that is used as a filter; referrers can be longer."""

ONE_VALUE = "mediaType"
"""The filter that takes one value; the others take a list."""

Raw = str
"""A value of a dimension as the API spells it; "" for null and empty, which no filter can name."""


@dataclass(frozen=True)
class DayFetcher:
    """Fetches days of ``metric`` as of ``now``; ``listed`` are the ids of the assets that may be shown.

    ``fetch_totals`` fetches the unfiltered counts of a day; ``fetch_facts`` then fetches each dimension by country,
    which takes most of the requests. Both raise the errors of :mod:`apivideo_geo.api.client`.
    """

    client: Client
    metric: str
    now: datetime
    listed: Collection[str] = frozenset()

    def fetch_totals(self, day: date, dimensions: Sequence[str] = ()) -> DayTotals:
        """Fetch the counts of ``day`` by country and, if there are any, by each of ``dimensions``.

        Today ends now, so that its breakdowns agree with its total. An answer of an unknown shape makes the day
        ``unusable``.
        """
        totals = DayTotals(day, min(day_end(day), self.now), _Tally(day, self.metric, self.listed))
        try:
            totals.countries = totals.tally.read_counts("total", self._fetch(totals, "country"))
            if totals.countries:
                answers = self.client.map(dimensions, lambda name: self._fetch(totals, BREAKDOWNS[name][0]))
                totals.values = {name: totals.tally.read_counts(name, rows) for name, rows in answers}
        except UnknownShape as error:
            totals.unusable = error
        return totals

    def fetch_facts(self, totals: DayTotals) -> Facts:
        """Return the facts of a day: ``total`` by country, and each dimension of ``totals`` by country.

        A day with an answer of an unknown shape has no facts. It is doubtful, and so is one whose answers contradict
        each other.
        """
        tally = totals.tally
        tally.add("total", {(country, ""): count for country, count in totals.countries.items()})
        try:
            for dimension in totals.values:
                tally.add(dimension, self._fetch_by_country(totals, dimension))
        except UnknownShape as error:
            totals.unusable = error
        return tally.no_facts(totals.unusable.reason) if totals.unusable else tally.facts()

    def _fetch(self, totals: DayTotals, breakdown: str, only: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        start = day_start(totals.day)
        return fetch_buckets(self.client, self.metric, breakdown, start, totals.end, only) if totals.end > start else []

    def _fetch_by_country(self, totals: DayTotals, dimension: str) -> dict[tuple[Raw, Raw], int]:
        """Return (country, value) → count of ``dimension``, fetched in the way that takes fewer requests."""
        breakdown, value_filter = BREAKDOWNS[dimension]
        countries, values, tally = totals.countries, totals.values[dimension], totals.tally
        unknown = sum(countries.values()) - sum(values.values())
        if unknown > 0 and dimension != "referrer":  # a play has a video and a device, but not always a referrer
            tally.contradict(dimension, f"the values of {dimension} are fewer than the total of the day")
        if len(countries) == 1:
            return {(country, value): count for country in countries for value, count in values.items()}
        if count_requests(countries, values) <= count_requests(values, countries):
            filters = [country for country in countries if country]
            answers = self.client.map(filters, lambda raw: self._fetch(totals, breakdown, {"country": raw}))
            cells = {
                (raw, value): n
                for raw, rows in answers
                for value, n in tally.read_counts(dimension, rows, filtered=True).items()
            }
            rest = tally.subtract(dimension, values, _sums(cells, axis=1), countries.get("", 0))
            return cells | {("", value): count for value, count in rest.items() if "" in countries}
        filters = [value for value in values if value]
        answers = self.client.map(filters, lambda raw: self._fetch(totals, "country", {value_filter: raw}))
        cells = {
            (country, raw): n
            for raw, rows in answers
            for country, n in tally.read_counts(dimension, rows, filtered=True).items()
        }
        rest = tally.subtract(dimension, countries, _sums(cells, axis=0), values.get("", 0) + max(unknown, 0))
        return cells | {(country, ""): count for country, count in rest.items() if "" in values}


@dataclass
class DayTotals:
    """The unfiltered counts of the UTC day ``day`` up to ``end``.

    ``countries``: country → count; ``values``: dimension → value → count.
    """

    day: date
    end: datetime
    tally: _Tally
    countries: dict[Raw, int] = field(default_factory=dict)
    values: dict[str, dict[Raw, int]] = field(default_factory=dict)
    unusable: UnknownShape | None = None
    """The error, if an answer of the day had an unknown shape."""

    def count_requests(self) -> int:
        """Return the maximum number of requests that :meth:`DayFetcher.fetch_facts` takes."""
        if len(self.countries) == 1:
            return 0
        pairs = [(self.countries, values) for values in self.values.values()]
        return sum(min(count_requests(*pair), count_requests(*reversed(pair))) for pair in pairs)


def count_requests(filters: Mapping[Raw, int], values: Mapping[Raw, int]) -> int:
    """Return an upper bound on the requests needed to break each of ``filters`` (value → count) down by ``values``.

    An answer has at most as many rows as there are values, and as many as the filter's count. If one of ``filters`` is
    too long to be used as a filter, this way is not possible: the bound is then larger than any other.
    """
    if max(map(len, filters), default=0) > LONGEST_FILTER:
        return sys.maxsize
    return sum(math.ceil(max(min(len(values), count), 1) / PAGE_SIZE) for value, count in filters.items() if value)


def fetch_buckets(
    client: Client, metric: str, breakdown: str, start: datetime, end: datetime, only: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Fetch all rows ``{dimensionValue, metricValue}`` of a breakdown, from ``start`` to before ``end``.

    ``only``: name of a filter → the one value to keep. Raises :class:`UnknownShape` if an answer is about another
    period, and the errors of :mod:`apivideo_geo.api.client`.
    """
    name, more = QUESTIONS.get(metric, (metric, {}))
    params: dict[str, str | int] = {
        "from": atom(start),
        "to": atom(end),
        "sortBy": "dimensionValue",
        "sortOrder": "asc",
        **more,
    }
    path = f"/data/buckets/{name}/{breakdown}"
    for name, value in (only or {}).items():
        params[f"filterBy[{name}]" if name == ONE_VALUE else f"filterBy[{name}][]"] = value
    return fetch_items(
        client,
        path,
        params,
        key=lambda row: repr(row.get("dimensionValue")),
        check=lambda answer: check_period(answer, path, start, end),
    )


@dataclass
class _Tally:
    """Collects the counts of one day, and the rows that were rejected.

    ``read``: (dimension, whether with a filter) → number of rows of the answers; ``rejected``: how many of them could
    not be used; ``lost``: dimension → the most that these cost it; ``contradicted``: some answers cannot all be true.
    """

    day: date
    metric: str
    listed: Collection[str]
    rows: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[str] = field(default_factory=Counter)
    read: Counter[tuple[str, bool]] = field(default_factory=Counter)
    rejected: Counter[tuple[str, bool]] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    contradicted: bool = False

    def read_counts(self, dimension: str, rows: list[dict[str, Any]], *, filtered: bool = False) -> dict[Raw, int]:
        """Return the rows of an answer about ``dimension`` as value → count, without those whose count or value is
        invalid. ``filtered``: the answer is about one country, or one value."""
        counts, rejected = Counter[Raw](), Counter[str]()
        for row in rows:
            count, value = parse_count(row.get("metricValue")), row.get("dimensionValue")
            if count is None:
                rejected["the count is not a whole number"] += 1
            elif not (value is None or isinstance(value, str)):
                rejected["the value is not a text"] += 1
            else:
                counts[value or ""] += count
        self.read[dimension, filtered] += len(rows)
        self.rejected[dimension, filtered] += rejected.total()
        self.refused += rejected
        return dict(counts)

    def _is_incomplete(self, dimension: str) -> bool:
        """Whether the answers about ``dimension``, or those by country, lack a row that was rejected."""
        return any(n and name in ("total", dimension) for (name, _), n in self.rejected.items())

    def _is_comparable(self, dimension: str) -> bool:
        """Whether answers about ``dimension`` must agree: none lacks a row that we rejected, and it is no viewers, who
        are counted once for each value."""
        return self.metric not in QUESTIONS and not self._is_incomplete(dimension)

    def subtract(self, dimension: str, counts: Mapping[Raw, int], sums: Counter[Raw], unnamed: int) -> Counter[Raw]:
        """Return what the ``sums`` of all filtered answers about ``dimension`` leave of the unfiltered ``counts``.

        That is at most ``unnamed``, the counts that no filter can name: more is a contradiction, and so is a sum that
        is higher than the count. Nothing, if a row was rejected: its count would be in the rest, too.
        """
        if self._is_incomplete(dimension):
            self.lost[dimension] += unnamed if dimension != "referrer" else 0  # a play may have none
            return Counter()
        rest = Counter(counts) - sums
        if rest.total() > unnamed or sums - Counter(counts):
            self.contradict(dimension, "the answers for each country or value do not add up to the one for all")
        return rest

    def contradict(self, dimension: str, reason: str) -> None:
        """Note that some answers about ``dimension`` cannot all be true, if they can be compared."""
        if self._is_comparable(dimension):
            self.refused[reason] += 1
            self.contradicted = True

    def add(self, dimension: str, cells: Mapping[tuple[Raw, Raw], int]) -> None:
        """Add ``cells``, (country, value) → count, with alpha-3 codes and the names used in facts."""
        for (raw, value), count in cells.items():
            country = to_alpha3(raw)
            if dimension == "total" and country == UNKNOWN and raw.strip():
                self.unmapped[clean_text(raw)] += count
            named = self._named(dimension, value)
            if named is not None and count:
                self.rows[country, dimension, named] += count

    def no_facts(self, reason: str) -> Facts:
        """Return a doubtful day without rows, because of an answer whose shape is unknown for ``reason``."""
        refused = (Refused(f"an answer of an unknown shape: {reason}", 1, self.day),)
        return Facts((self.day,), facts_table([]), refused, doubtful=frozenset({self.day}))

    def _named(self, dimension: str, value: Raw) -> str | None:
        if dimension == "total":
            return ""
        if dimension == "media":
            return hide_unlisted(value or UNLISTED, self.listed)
        if dimension == "referrer":
            return read_referrer(value) or None
        return read_spelling(dimension, clean_text(value))

    def facts(self) -> Facts:
        """Return the facts of the day. A dimension that adds up to more than its country's total is rejected."""
        totals = {country: n for (country, dimension, _), n in self.rows.items() if dimension == "total"}
        sums: Counter[tuple[str, str]] = Counter()
        for (country, dimension, _), count in self.rows.items():
            sums[country, dimension] += count
        over = {key for key, count in sums.items() if count > totals.get(key[0], 0)}
        accepted = {key: n for key, n in self.rows.items() if key[:2] not in over}
        for _, dimension in over:
            self.refused[f"{dimension} adds up to more than the total"] += 1
        rows = [(self.day, self.metric, *key, count) for key, count in sorted(accepted.items())]
        refused = tuple(Refused(reason, count, self.day) for reason, count in sorted(self.refused.items()))
        lied = self.contradicted or any(self._is_comparable(dimension) for _, dimension in over)
        rejected = any(n * 10 > self.read[answer] for answer, n in self.rejected.items())
        lost = any(n * 10 > sum(totals.values()) for n in self.lost.values())
        doubtful = frozenset({self.day} if lied or rejected or lost else ())
        return Facts((self.day,), facts_table(rows), refused, dict(self.unmapped), doubtful=doubtful)


def _sums(cells: Mapping[tuple[Raw, Raw], int], axis: int) -> Counter[Raw]:
    """Sum (country, value) → count by country (``axis`` 0) or by value (1)."""
    sums: Counter[Raw] = Counter()
    for key, count in cells.items():
        sums[key[axis]] += count
    return sums
