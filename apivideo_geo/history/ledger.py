"""The ledger: one line for each stored day, and which days need fetching. No I/O: it converts from and to text.

A day has one of three states. Collected (perhaps without plays): its line has ``open`` false. Collected before it
ended: ``open`` is true. Never collected: it has no line.
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
"""A day fetched this long after its end is final. The API needs only seconds, but clocks differ and buffers delay."""
ASK_AGAIN_AFTER = timedelta(hours=6)
"""A recent day is not fetched again sooner than this, so that a second run soon after fetches only open days."""


@dataclass(frozen=True)
class LedgerDay:
    """The line of one stored day. ``first`` and ``last`` are when it was fetched (UTC; None if the ledger was rebuilt).

    ``count`` is the day's total, and ``first_count`` the total when it was first fetched after its end, so that
    ``count - first_count`` is how much it changed later. ``rows`` is the number of stored rows. ``refused``: reason →
    number of plays in rejected rows.
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
    """Return the one of two levels of detail that collects more."""
    order = list(DETAIL_DIMENSIONS)
    return max(one, other, key=order.index)


def days_to_collect(
    ledger: Mapping[date, LedgerDay], first: date, last: date, now: datetime, detail: str, *, asks_all: bool = False
) -> dict[date, str]:
    """Return day → level of detail, for the days from ``first`` to ``last`` that need fetching at ``now``.

    These are days not in the ledger, open days, recent days (last fetched less than ``SETTLES_AFTER`` past their end,
    and not within the last ``ASK_AGAIN_AFTER``), and days stored at a lower level. The level is never lower than the
    stored one. ``asks_all`` returns every day.
    """
    wanted = {}
    for day in days_between(first, last):
        stored = ledger.get(day)
        if stored is None:
            wanted[day] = detail
            continue
        at = higher_detail(detail, stored.detail)
        if asks_all or stored.open or stored.last is None or _young(stored, now) or at != stored.detail:
            wanted[day] = at
    return wanted


def _young(stored: LedgerDay, now: datetime) -> bool:
    assert stored.last is not None
    return stored.last < day_end(stored.day) + SETTLES_AFTER and now - stored.last >= ASK_AGAIN_AFTER


def render_ledger(entries: Iterable[LedgerDay]) -> str:
    """Return the ledger as text: one JSON object per line, sorted by day, so that git shows what changed."""
    lines = []
    for entry in sorted(entries, key=lambda entry: entry.day):
        values = {name: _plain(value) for name, value in vars(entry).items()}
        lines.append(json.dumps(values, separators=(",", ":"), sort_keys=False) + "\n")
    return "".join(lines)


def parse_ledger(text: str, name: str) -> dict[date, LedgerDay]:
    """Return day → line. Raises :class:`DataRefused` with the number of a line of the file ``name`` that is invalid."""
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
                f"{name}, line {number} is not a line of the ledger. Delete {name} and run again; "
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
