"""Watch time by country. The API has no breakdown of it, so each country with plays on a day takes one request."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from apivideo_geo.api.client import Client
from apivideo_geo.days import day_end, day_start
from apivideo_geo.errors import ApiError, UnknownShape
from apivideo_geo.facts import facts_table
from apivideo_geo.geo.countries import to_alpha3
from apivideo_geo.model import MOST_COUNT, UNKNOWN, Facts, Refused
from apivideo_geo.plain_text import counted
from apivideo_geo.sources.data_api import DataApiSource
from apivideo_geo.sources.data_api_answers import fetch_value
from apivideo_geo.sources.data_api_day import DayFetcher, Raw


class WatchTimeSource(DataApiSource):
    """The seconds that were watched, in whole seconds. Plays without a country get what the others leave of the total.

    The API's own sum is that total, so there is no other count to compare with. A day whose countries exceed it is in
    doubt: the server may have ignored the filter. It is settled, as any day, if three nights running give the same.
    """

    has_own_count = False

    def _fetch_days(self, wanted: Mapping[date, str]) -> Iterator[tuple[str, Facts]]:
        days, progress = sorted(wanted), self._effects.progress
        plays = DayFetcher(self._api, "play", self._effects.now())
        unknown = [day for day in days if day not in self._shared.countries]
        self._shared.countries |= {day: one.countries for day, one in self._api.map(unknown, plays.fetch_totals)}
        requests = sum(len(self._shared.countries[day].keys() - {""}) + 1 for day in days)  # and one for the total
        progress.say(f"Watch time takes {counted(requests, 'request')}: one for each country of a day and one for all.")
        progress.start("Collecting watch time", len(days))
        for day in days:
            yield wanted[day], self._fetch_day(day)
            progress.advance()
        progress.finish()

    def _fetch_day(self, day: date) -> Facts:
        start, end = day_start(day), min(day_end(day), self._effects.now())
        countries = self._shared.countries[day]
        named = [raw for raw in countries if raw] if end > start else []
        found = dict(self._api.map(named, lambda raw: fetch_seconds(self._api, start, end, raw)))
        seconds: dict[str, int] = {}
        for raw, value in found.items():
            seconds[to_alpha3(raw)] = seconds.get(to_alpha3(raw), 0) + (value or 0)
        total = fetch_seconds(self._api, start, end) if end > start else 0
        rejected = sum(value is None for value in (total, *found.values()))
        # Each country is rounded, so together they may exceed the total by a second each.
        contradicts = total is None or sum(seconds.values()) > total + len(named)
        if "" in countries or None in found.values():
            seconds[UNKNOWN] = seconds.get(UNKNOWN, 0) + max((total or 0) - sum(seconds.values()), 0)
        rows = [(day, self.metric, country, "total", "", count) for country, count in sorted(seconds.items()) if count]
        refused = (Refused("the watch time is not a number", rejected, day),) if rejected else ()
        doubtful = frozenset({day} if contradicts or rejected * 10 > len(countries) else ())
        reported = {} if total is None else {day: total}
        return Facts((day,), facts_table(rows), refused, doubtful=doubtful, reported=reported)


def fetch_seconds(client: Client, start: datetime, end: datetime, country: Raw = "") -> int | None:
    """Fetch the watch time from ``start`` to before ``end``, rounded to whole seconds; of all countries by default.

    None if the answer is not a number or about another period, or if the API does not accept ``country`` as a filter.
    Raises the other errors of :mod:`apivideo_geo.api.client`.
    """
    only = {"filterBy[country][]": country} if country else {}
    try:
        value = fetch_value(client, "/data/metrics/watch-time/sum", start, end, only)
    except UnknownShape:
        return None
    except ApiError as error:
        if country and error.status == 400:
            return None
        raise
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return round(value) if 0 <= value <= MOST_COUNT else None
