"""The ledger: one line for each stored day, and which days need fetching. No I/O: it converts from and to text.

A day has one of three states. Collected (perhaps without plays): its line has ``open`` false. Collected before it
ended: ``open`` is true. Never collected: it has no line. A collected day whose rows do not add up to the API's own
count is in doubt: see ``doubt.py``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from apivideo_geo.days import CLOCK_TOLERANCE, day_end, days_between
from apivideo_geo.errors import DataRefused
from apivideo_geo.history.schema import LAST_DAY, STRICT, Count, Day, DetailName, Name
from apivideo_geo.model import DETAIL_DIMENSIONS, Doubt

SETTLES_AFTER = timedelta(hours=24)
"""A day fetched this long after its end is final. The API needs only seconds, but clocks differ and buffers delay."""
ASK_AGAIN_AFTER = timedelta(hours=6)
"""A recent day is not fetched again sooner than this, so that a second run soon after fetches only open days."""

Moment = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2200, 1, 1, tzinfo=UTC))]
"""A time in the ledger."""
Reason = Annotated[str, StringConstraints(max_length=500)]


@dataclass(frozen=True)
class LedgerDay:
    """The line of one stored day. ``first`` and ``last`` are when it was fetched (UTC; None if the ledger was rebuilt).

    ``count`` is the day's total, and ``first_count`` the total when it was first fetched after its end, so that
    ``count - first_count`` is how much it changed later. ``rows`` is the number of stored rows. ``refused``: reason →
    number of plays in rejected rows. ``reported`` and ``doubt``: as in :class:`StoredDay`. ``answer``: the sum of the
    rows in the last answer, which differs from ``count`` if fuller rows are stored; ``nights``: on how many days
    running ``answer`` and ``reported`` were the same, while they differed from each other.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    day: Day
    source: Name
    metric: Name
    detail: DetailName
    open: bool
    count: Count
    rows: Count
    first: Moment | None = None
    last: Moment | None = None
    first_count: Count | None = None
    refused: Mapping[Reason, Count] = field(default_factory=dict)
    reported: Count | None = None
    doubt: Doubt = "no"
    answer: Count | None = None
    nights: Count = 0


_LINE = TypeAdapter(LedgerDay)
_DAY = re.compile(rb'\{"day":"([0-9]{4})-')
"""How a line begins, with the year of its day."""
# One encoder for all lines: the ledger is written after each day.
_ENCODER = json.JSONEncoder(separators=(",", ":"), default=lambda time: time.isoformat().replace("+00:00", "Z"))


def higher_detail(one: str, other: str) -> str:
    """Return the one of two levels of detail that collects more."""
    order = list(DETAIL_DIMENSIONS)
    return max(one, other, key=order.index)


def days_to_collect(
    ledger: Mapping[date, LedgerDay],
    first: date,
    last: date,
    now: datetime,
    detail: str,
    *,
    asks_all: bool = False,
    compared: Collection[date] = (),
) -> dict[date, str]:
    """Return day → level of detail, for the days from ``first`` to ``last`` that need fetching at ``now``.

    These are days not in the ledger, open days, days in doubt, recent days (last fetched less than ``SETTLES_AFTER``
    past their end, and not within the last ``ASK_AGAIN_AFTER``) unless they are ``compared`` with the API's own count,
    and days stored at a lower level. The level is never lower than the stored one. ``asks_all`` returns every day.
    """
    wanted = {}
    for day in days_between(first, last):
        stored = ledger.get(day)
        if stored is None:
            wanted[day] = detail
            continue
        at = higher_detail(detail, stored.detail)
        changing = _may_have_changed(stored, now) or (_young(stored, now) and day not in compared)
        if asks_all or changing or at != stored.detail:
            wanted[day] = at
    return wanted


def days_to_compare(
    ledger: Mapping[date, LedgerDay], first: date, last: date, now: datetime, source: str
) -> list[date]:
    """Return the stored days of ``source`` from ``first`` to ``last`` that have to be compared with its own count.

    These are complete days that were never compared, and recent days, whose own count shows whether they have changed.
    """
    return [
        day
        for day in days_between(first, last)
        if (stored := ledger.get(day))
        and stored.source == source
        and not _may_have_changed(stored, now)
        and (_young(stored, now) or stored.doubt == "uncompared" or (stored.reported is None and stored.doubt == "no"))
    ]


def _may_have_changed(stored: LedgerDay, now: datetime) -> bool:
    """Return whether the rows of a stored day have to be fetched again, whatever the API counts."""
    # A day that was fetched later than now, or is closed before its end, was fetched with a clock that was ahead.
    untimely = stored.last is None or stored.last > now + CLOCK_TOLERANCE or now < day_end(stored.day)
    return stored.open or untimely or stored.doubt in ("differs", "refused")


def _young(stored: LedgerDay, now: datetime) -> bool:
    assert stored.last is not None
    return stored.last < day_end(stored.day) + SETTLES_AFTER and now - stored.last >= ASK_AGAIN_AFTER


def render_ledger(entries: Iterable[LedgerDay]) -> str:
    """Return the ledger as text: one JSON object per line, sorted by day, so that git shows what changed."""
    return "".join(f"{_ENCODER.encode(vars(entry))}\n" for entry in sorted(entries, key=lambda entry: entry.day))


def drop_beyond(content: bytes) -> bytes:
    """Return the ledger ``content`` without the lines of days after ``LAST_DAY``, which cannot be parsed."""
    found = [(line, _DAY.match(line)) for line in content.splitlines(keepends=True)]
    return b"".join(line for line, year in found if not year or int(year[1]) <= LAST_DAY.year)


def parse_ledger(content: bytes, name: str) -> dict[date, LedgerDay]:
    """Return day → line. Raises :class:`DataRefused` with the number of a line of the file ``name`` that is invalid."""
    entries = {}
    for number, line in enumerate(content.splitlines(), 1):
        try:
            entry = _LINE.validate_json(line)
        except ValidationError:
            raise DataRefused(
                f"{name}, line {number} is not a line of the ledger. Delete {name} and run again; "
                "it is rebuilt from the Parquet files."
            ) from None
        entries[entry.day] = entry
    return entries
