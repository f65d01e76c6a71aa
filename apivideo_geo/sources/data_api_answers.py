"""Times, counts and periods in the requests and answers of the Data API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from apivideo_geo.api.client import Client
from apivideo_geo.api.pages import unknown_shape
from apivideo_geo.model import MOST_COUNT

PERIOD_TOLERANCE = timedelta(hours=1)
"""The period that an answer names may begin or end this much earlier or later than the requested one."""

_AS_DESCRIBED = re.compile(r"(\d{4}-\d\d-\d\dT\d\d)\+00:00:00:00", re.ASCII)
"""The form of ``emittedAt`` in the examples of the API's description: ``2024-05-29T07+00:00:00:00``."""


def atom(moment: datetime) -> str:
    """Return ``moment`` in the format of the API: ATOM, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def parse_count(value: object) -> int | None:
    """Return a ``metricValue`` as an integer (3, 3.0, "3.0"); None for what is not one, or not from 0 to MOST_COUNT."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return int(number) if 0 <= number <= MOST_COUNT and number == int(number) else None


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


def fetch_value(
    client: Client, path: str, start: datetime, end: datetime, more: Mapping[str, str] | None = None
) -> object:
    """Fetch the one value of ``/data/metrics/…`` from ``start`` (inclusive) to ``end`` (exclusive).

    ``more``: further parameters of the request. Raises :class:`UnknownShape` if the answer is about another period,
    and the errors of :mod:`apivideo_geo.api.client`.
    """
    answer = client.get(path, {"from": atom(start), "to": atom(end), **(more or {})})
    check_period(answer, path, start, end)
    return answer.get("data")


def check_period(answer: Mapping[str, Any], path: str, start: datetime, end: datetime) -> None:
    """Raise :class:`UnknownShape` if ``answer`` names another period than the requested one, ``start`` to ``end``.

    It names one in ``context.timeframe``, with ``from`` and ``to``. What is missing there, or is not a time with an
    offset, is not compared. A time series names the period of its whole intervals: do not use this for one.
    """
    context = answer.get("context")
    timeframe = context.get("timeframe") if isinstance(context, Mapping) else None
    if not isinstance(timeframe, Mapping):
        return
    for name, requested in (("from", start), ("to", end)):
        named = parse_moment(timeframe.get(name))
        if named is not None and abs(named - requested) > PERIOD_TOLERANCE:
            raise unknown_shape(path, f"it is about another period than the requested one: {name} {atom(named)}")
