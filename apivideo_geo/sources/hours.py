"""What the Data API counts that is not by country: the counts of each hour, and the peaks of live streams."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from apivideo_geo.api.client import Client
from apivideo_geo.api.pages import fetch_items
from apivideo_geo.days import day_end, day_start, days_between
from apivideo_geo.errors import ApiError, UnknownShape
from apivideo_geo.model import MOST_COUNT, PEAK, HoursByDay
from apivideo_geo.sources.data_api_answers import atom, fetch_value, parse_count, parse_moment
from apivideo_geo.sources.data_api_day import ONE_VALUE, fetch_buckets


def fetch_hours(client: Client, metric: str, first: date, last: date) -> tuple[HoursByDay, int]:
    """Fetch the counts by hour of the complete UTC days ``first`` to ``last``; and how many rows were rejected.

    An hour without a row is 0. Raises the errors of :mod:`apivideo_geo.api.client`.
    """
    rows = fetch_items(
        client,
        f"/data/timeseries/{metric}",
        {"from": atom(day_start(first)), "to": atom(day_end(last)), "interval": "hour"},
        key=lambda row: str(row.get("emittedAt")),
    )
    hours = {day: [0] * 24 for day in days_between(first, last)}
    rejected = 0
    for row in rows:
        moment, count = parse_moment(row.get("emittedAt")), parse_count(row.get("metricValue"))
        if moment is None or count is None:
            rejected += 1
        elif moment.date() in hours:
            counts = hours[moment.date()]
            counts[moment.hour] = min(counts[moment.hour] + count, MOST_COUNT)  # it can be in several rows
    return {day: tuple(counts) for day, counts in hours.items()}, rejected


def fetch_peaks(client: Client, day: date, live: Collection[str]) -> tuple[dict[str, int], bool]:
    """Fetch the most viewers at once of ``live`` (media ids) on the complete UTC ``day``; only of those with any.

    And whether each is the same when the API is asked for the peak of this live stream alone. Raises the errors of
    :mod:`apivideo_geo.api.client`.
    """
    start, end = day_start(day), day_end(day)
    rows = fetch_buckets(client, PEAK, "media-id", start, end, {ONE_VALUE: "live-stream"})
    found = {str(row.get("dimensionValue")): parse_count(row.get("metricValue")) for row in rows}
    peaks = {media_id: peak for media_id, peak in found.items() if peak and media_id in live}
    path, name = "/data/metrics/ccv/peak", "filterBy[mediaId][]"
    try:
        agrees = all(
            parse_count(fetch_value(client, path, start, end, {name: media_id})) == peak
            for media_id, peak in peaks.items()
        )
    except UnknownShape:
        agrees = False
    except ApiError as error:
        if error.status not in (400, 404):
            raise
        agrees = False  # this server does not know the question
    return peaks, agrees
