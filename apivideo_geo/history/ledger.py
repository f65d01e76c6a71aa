"""The ledger: what is known of each day. Pure, but for reading and writing its text.

Three things are kept apart: a day collected (perhaps empty) has an entry with ``open`` false; a day that was not
over when it was collected has ``open`` true; a day never collected has no entry.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from apivideo_geo.days import day_end, days_between
from apivideo_geo.errors import DataRefused
from apivideo_geo.model import DETAIL_DIMENSIONS

SETTLES_AFTER = timedelta(hours=24)
"""A day seen this long after its end is final: the API is fresh within seconds, clocks and buffers are not."""
ASK_AGAIN_AFTER = timedelta(hours=6)
"""A young day is not asked again sooner than this, so that a second run straight after asks only what is open."""


@dataclass(frozen=True)
class LedgerDay:
    """One day held. Times are UTC; ``first``/``last`` collection are None where the ledger was rebuilt.

    ``count`` is the day's total; ``first_count`` what it was when first seen closed, so that
    ``count - first_count`` tells how far the day moved. ``rows`` are the fact rows kept.
    """

    day: date
    source: str
    metric: str
    detail: str
    open: bool
    count: int
    rows: int
    first: datetime | None = None
    last: datetime | None = None
    first_count: int | None = None
    refused: Mapping[str, int] = field(default_factory=dict)


def higher_detail(one: str, other: str) -> str:
    """The one of two details that collects more."""
    order = list(DETAIL_DIMENSIONS)
    return max(one, other, key=order.index)


def days_to_collect(
    ledger: Mapping[date, LedgerDay], first: date, last: date, now: datetime, detail: str, *, asks_all: bool = False
) -> dict[date, str]:
    """The days from ``first`` to ``last`` that need asking at ``now``, each with the detail to ask it at.

    Asked are days the ledger lacks, days still open when last seen, young ones (seen less than
    ``SETTLES_AFTER`` past their end, and not in the last ``ASK_AGAIN_AFTER``) and days held at a lower detail.
    A day is never asked at less than it is held at. ``asks_all`` asks every day.
    """
    wanted = {}
    for day in days_between(first, last):
        held = ledger.get(day)
        if held is None:
            wanted[day] = detail
            continue
        at = higher_detail(detail, held.detail)
        if asks_all or held.open or held.last is None or _young(held, now) or at != held.detail:
            wanted[day] = at
    return wanted


def _young(held: LedgerDay, now: datetime) -> bool:
    assert held.last is not None
    return held.last < day_end(held.day) + SETTLES_AFTER and now - held.last >= ASK_AGAIN_AFTER


def render_ledger(entries: Iterable[LedgerDay]) -> str:
    """The ledger as text: one JSON object a line, by day, so that version control shows what changed."""
    lines = []
    for entry in sorted(entries, key=lambda entry: entry.day):
        values = {name: _plain(value) for name, value in vars(entry).items()}
        lines.append(json.dumps(values, separators=(",", ":"), sort_keys=False) + "\n")
    return "".join(lines)


def parse_ledger(text: str, name: str) -> dict[date, LedgerDay]:
    """The entries of ``text``. Raises :class:`DataRefused` naming the line of ``name`` that cannot be read."""
    entries = {}
    for number, line in enumerate(text.splitlines(), 1):
        try:
            values = json.loads(line)
            values["day"] = date.fromisoformat(values["day"])
            for moment in ("first", "last"):
                values[moment] = values[moment] and _moment(values[moment])
            entry = LedgerDay(**values)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise DataRefused(
                f"{name}, line {number}: not a line of the ledger; delete {name} and run again, "
                "it is rebuilt from the Parquet files."
            ) from None
        entries[entry.day] = entry
    return entries


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value
