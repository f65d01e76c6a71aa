"""Whether a day is believed: the sum of its rows against the API's own count of the same day. No I/O.

One answer is no proof: a server that answers 200 without rows, or with half of them, must not make a day zero. So a day
is final only if its rows add up to the API's own count of that very day. Otherwise it is in doubt: its rows stay, the
missing part is unknown, and it is requested every night. Three nights running with the same two counts settle it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Literal

from apivideo_geo.history.ledger import LedgerDay
from apivideo_geo.history.schema import StoredDay
from apivideo_geo.model import PER_DAY, Doubt, DoubtfulDay

NIGHTS = 3
"""After this many nights running with the same two counts, a day is settled."""

Verdict = Literal["store", "keep", "keep rows", "compare"]
"""What to do with an answer: store it; keep the stored day; keep the stored rows, but with the new counts; or store it
unless it is smaller than the stored day."""


def adds_up(metric: str, count: int, reported: int) -> bool:
    """Return whether rows that add up to ``count`` agree with the API's own count of the day.

    A viewer who is seen in two countries on one day is a row in both, and one viewer in the API's own count.
    """
    return count >= reported if metric in PER_DAY else count == reported


def judge(metric: str, count: int, reported: int | None, *, doubtful: bool, open: bool) -> Doubt:
    """Return whether rows of ``metric`` that add up to ``count`` are in doubt.

    ``reported``: the API's own count, None if it is not known yet; ``doubtful``: too many rows were rejected, or some
    contradict each other. The rows of a day that is not over still grow, so only an empty answer is in doubt.
    """
    if doubtful:
        return "refused"
    if open:
        return "no" if count or reported == 0 else "uncompared"
    return "uncompared" if reported is None else "no" if adds_up(metric, count, reported) else "differs"


def in_doubt(stored: StoredDay | LedgerDay) -> bool:
    """Return whether the API has to be asked again about a day, because its rows are in doubt."""
    return stored.doubt not in ("no", "settled")


def is_shown(stored: LedgerDay) -> bool:
    """Return whether a day counts as collected: a day without rows only if nothing says that it had some."""
    return stored.count > 0 or stored.doubt == "no"


def missing_part(stored: LedgerDay) -> int:
    """Return how much the API's own count of a day exceeds its rows; 0 if the rows are not in doubt."""
    if stored.doubt == "no" or stored.reported is None:
        return 0
    return max(stored.reported - stored.count, 0)


def find_doubtful(entries: Iterable[LedgerDay]) -> tuple[DoubtfulDay, ...]:
    """Return the days in doubt, and those that are settled with a difference, oldest first."""
    return tuple(
        DoubtfulDay(entry.day, entry.count, entry.reported, entry.doubt)
        for entry in sorted(entries, key=lambda entry: entry.day)
        if entry.doubt != "no" and not entry.open
    )


def is_confirmed(stored: StoredDay | LedgerDay) -> bool:
    """Return whether the rows of a complete day added up to the API's own count when they were last compared."""
    return not stored.open and stored.doubt == "no" and stored.reported is not None


def is_disputed(before: LedgerDay | None, count: int) -> bool:
    """Return whether an answer that adds up to ``count`` contradicts the stored day, or the stored day is in doubt."""
    if before is None:
        return False
    if before.open or is_confirmed(before):
        return count < before.count if before.open else count != before.count
    return True


def worth(stored: StoredDay | LedgerDay) -> int:
    """Return how many counts of a day can be right: not more than the API itself counts."""
    return stored.count if stored.reported is None else min(stored.count, stored.reported)


def weigh(before: LedgerDay | None, answer: StoredDay, *, has_own_count: bool) -> Verdict:
    """Return what to do with ``answer`` to a day that is stored as ``before``."""
    if before is None:
        return "store"
    if not has_own_count:
        if before.source != answer.source or in_doubt(before) == in_doubt(answer):
            return "compare"
        return "keep" if in_doubt(answer) and not before.open else "store"
    if answer.open:
        return "compare" if before.open else "store"
    if is_confirmed(answer):
        return "compare" if before.doubt == "no" and not before.open else "store"
    if is_confirmed(before):
        return "keep"
    return "store" if worth(answer) >= worth(before) else "keep rows"


def count_night(before: LedgerDay | None, after: LedgerDay, now: datetime) -> LedgerDay:
    """Return ``after`` with the number of nights running that gave its two counts; settled if these are enough."""
    if after.doubt not in ("differs", "refused") or after.reported is None:
        return after
    nights = 1
    if before and (before.answer, before.reported) == (after.answer, after.reported) and before.nights:
        nights = before.nights + (before.last is not None and now.date() > before.last.date())
    return replace(after, nights=nights, doubt="settled" if nights >= NIGHTS else after.doubt)


def compare(entries: Mapping[date, LedgerDay], reported: Mapping[date, int], now: datetime) -> dict[date, LedgerDay]:
    """Return the new ledger lines of the stored days in ``reported``: UTC day → the API's own count."""
    lines = {}
    for day, count in reported.items():
        before = entries[day]
        doubt = judge(before.metric, before.count, count, doubtful=before.doubt == "refused", open=before.open)
        after = replace(before, reported=count, doubt=doubt, last=now, nights=0)
        lines[day] = count_night(before, after, now)
    return lines
