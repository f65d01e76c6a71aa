"""What the Data API counts that is not by country: the counts of each hour, and the peaks of live streams."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime

from apivideo_geo.api.client import Client
from apivideo_geo.api.pages import fetch_items
from apivideo_geo.days import day_end, day_start, days_between
from apivideo_geo.errors import ApiError
from apivideo_geo.model import MOST_COUNT, PEAK, HoursByDay
from apivideo_geo.sources.data_api_day import ONE_VALUE, atom, fetch_buckets, parse_count

_AS_DESCRIBED = re.compile(r"(\d{4}-\d\d-\d\dT\d\d)\+00:00:00:00", re.ASCII)
"""The form of ``emittedAt`` in the examples of the API's description: ``2024-05-29T07+00:00:00:00``."""


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
    period = {"from": atom(start), "to": atom(end)}
    try:
        agrees = all(_fetch_peak(client, period, media_id) == peak for media_id, peak in peaks.items())
    except ApiError as error:
        if error.status not in (400, 404):
            raise
        agrees = False  # this server does not know the question
    return peaks, agrees


def _fetch_peak(client: Client, period: Mapping[str, str], media_id: str) -> int | None:
    answer = client.get("/data/metrics/ccv/peak", {**period, "filterBy[mediaId][]": media_id})
    return parse_count(answer.get("data"))


def parse_moment(value: object) -> datetime | None:
    """Return the UTC time of an ``emittedAt``; None for what is not a time with an offset.

    >>> parse_moment("2024-05-29T09:00:00+02:00")
    datetime.datetime(2024, 5, 29, 7, 0, tzinfo=datetime.timezone.utc)
    """
    text = str(value)
    if described := _AS_DESCRIBED.fullmatch(text):
        text = f"{described[1]}:00:00+00:00"
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
