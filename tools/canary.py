"""Check that api.video's answers still have the shape we read: a few requests, nothing is written. ``make canary``.

Without ``APIVIDEO_API_KEY`` it says so and exits with 0. Otherwise the exit codes are those of the product: 3 the key
is rejected, 4 the API failed, 5 an answer has another shape. Titles and other content of the account are never printed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from apivideo_geo.api.client import Client
from apivideo_geo.api.pages import parse_page
from apivideo_geo.effects import Effects
from apivideo_geo.errors import ApivideoGeoError, DataRefused
from apivideo_geo.geo.countries import to_alpha3
from apivideo_geo.model import UNKNOWN
from apivideo_geo.settings import in_github_actions, load_settings
from apivideo_geo.sources.data_api_answers import atom, parse_count
from apivideo_geo.sources.data_api_day import BREAKDOWNS, QUESTIONS

Check = Callable[[object], bool]


def is_text(value: object) -> bool:
    """Return whether ``value`` is a text that is not empty."""
    return isinstance(value, str) and value != ""


def is_time(value: object) -> bool:
    """Return whether ``value`` is an ISO 8601 time, of which we read the day."""
    try:
        return isinstance(value, str) and bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def is_country(value: object) -> bool:
    """Return whether ``value`` is the code of a known country, or null or empty for an unknown one."""
    return value in (None, "") or (isinstance(value, str) and len(value) == 2 and to_alpha3(value) != UNKNOWN)


def is_count(value: object) -> bool:
    """Return whether ``value`` is a whole number, in any spelling."""
    return parse_count(value) is not None


def is_value(value: object) -> bool:
    """Return whether ``value`` is a value of a dimension, or null."""
    return value is None or isinstance(value, str)


@dataclass(frozen=True)
class Shape:
    """A list endpoint, and the fields that each of its rows must have."""

    path: str
    row: Mapping[str, Check]
    params: Mapping[str, str | int] = field(default_factory=dict)


ASSETS = (
    Shape("/videos", {"videoId": is_text, "title": is_value, "public": lambda v: isinstance(v, bool)}),
    Shape("/live-streams", {"liveStreamId": is_text, "name": is_value, "public": lambda v: isinstance(v, bool)}),
)


def shapes(metrics: Sequence[str], now: datetime) -> Iterator[Shape]:
    """Yield all lists we read of an account, for the 24 hours before ``now`` (UTC), which a sandbox has too.

    All breakdowns are of the first of ``metrics``; of the others it is the one by country.
    """
    metric = metrics[0]
    window: dict[str, str | int] = {"from": atom(now - timedelta(days=1)), "to": atom(now)}
    yield from ASSETS
    yield Shape(f"/data/buckets/{metric}/country", {"dimensionValue": is_country, "metricValue": is_count}, window)
    for breakdown, _ in BREAKDOWNS.values():
        row = {"dimensionValue": is_value, "metricValue": is_count}
        yield Shape(f"/data/buckets/{metric}/{breakdown}", row, window)
    for further in metrics[1:]:
        name, more = QUESTIONS.get(further, (further, {}))
        if further != "watch-time":  # it has no breakdown
            row = {"dimensionValue": is_country, "metricValue": is_count}
            yield Shape(f"/data/buckets/{name}/country", row, {**window, **more})
    for interval in ("hour", "day"):
        row = {"emittedAt": is_time, "metricValue": is_count}
        yield Shape(f"/data/timeseries/{metric}", row, {**window, "interval": interval})


def check_answer(shape: Shape, answer: Mapping[str, Any]) -> list[str]:
    """Return how ``answer`` differs from ``shape``. Of its content only the names of fields are named."""
    try:
        page = parse_page(answer, shape.path)
    except ApivideoGeoError as error:
        return [str(error)]
    problems = []
    if page.pages_total is None or page.items_total is None:
        problems.append(f"{shape.path}: `pagination` has no pagesTotal or no itemsTotal")
    for name, good in shape.row.items():
        odd = sum(not (name in row and good(row[name])) for row in page.items)
        if odd:
            problems.append(f"{shape.path}: `{name}` is missing or of another kind in {odd} of {len(page.items)} rows")
    return problems


def main() -> int:
    """Send the requests, compare the answers, and return the exit code."""
    settings = load_settings({}, Path(os.devnull))
    if not settings.key:
        print("No APIVIDEO_API_KEY: nothing to check. With a key this checks that api.video answers as expected.")
        return 0
    effects = Effects(settings.source_date_epoch)
    problems: list[str] = []
    with Client(settings.server, settings.key, effects, timeout=settings.timeout, deadline=300) as client:
        for shape in shapes(settings.metrics, effects.now()):
            answer = client.get(shape.path, {**shape.params, "currentPage": 1, "pageSize": 100})
            found = check_answer(shape, answer)
            problems += found
            print(f"{shape.path}: {'differs' if found else 'as expected'}")
    if problems:
        raise DataRefused(f"api.video answers differently than expected: {'; '.join(problems)}.")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ApivideoGeoError as error:
        print(f"error: {error}", file=sys.stderr)
        if in_github_actions():
            print(f"::error title={error.title}::{error}")
        sys.exit(error.exit_code)
