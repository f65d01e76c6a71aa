"""Two histories that grew from the same one, made one again: nothing that either came to know is lost.

Three are looked at: what both began with (``base``), ours and theirs. A day that only one of them changed is as that
one has it; where both did, the fuller answer wins, as it does when a day is saved. A day that they took off and we did
not touch stays off. Lines of the ledger are joined, so that first and last collection are those of both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from apivideo_geo.durable import save_bytes
from apivideo_geo.errors import DataRefused
from apivideo_geo.history.history import History, held_of
from apivideo_geo.history.ledger import LedgerDay, parse_ledger, render_ledger
from apivideo_geo.model import DETAIL_DIMENSIONS

WHOLE_FILES = ("assets.parquet", "account.json")
"""Files beside the days that each run writes anew: ours if we changed it, else theirs."""


@dataclass(frozen=True)
class Merged:
    """What became of the days: ``taken`` from ours, ``removed`` as ours has them no more."""

    taken: tuple[date, ...]
    removed: tuple[date, ...]
    dimensions: frozenset[str]
    """Of the rows taken."""


def merge(base: History, ours: History, theirs: History, now: datetime, *, remove: bool = False) -> Merged:
    """Bring into ``theirs``, which is written, what changed from ``base`` to ``ours``.

    Days that were not over when they were collected stay out: they are asked again, and would be kept twice a day.
    With ``remove``, days that ours has no more are taken off, unless theirs changed them. Raises :class:`DataRefused`
    where the two do not count the same metric.
    """
    if ours.metric:
        theirs.check_fits(ours.metric, ours.demo)
    ours_kept, theirs_kept = _Comparison(base, ours), _Comparison(base, theirs)
    rows: dict[date, pa.Table] = {}
    lines: dict[date, LedgerDay] = {}
    for day, entry in ours.entries.items():
        if entry.open:
            continue
        other, changed = theirs.entries.get(day), not ours_kept.same(day)
        if changed and (other is None or theirs_kept.same(day) or _fuller(entry, other)):
            rows[day], lines[day] = ours.rows_of(day), _join(entry, other)
        elif other is not None:
            theirs.entries[day] = _join(other, entry)
    gone = sorted(day for day in base.entries.keys() - ours.entries.keys() if remove and theirs_kept.same(day))
    theirs.drop(gone)
    theirs.put(rows, lines, now)
    theirs.compact(now)
    if theirs.entries or gone:
        theirs.save_ledger()
    for name in WHOLE_FILES:
        _take_whole(name, base.folder, ours.folder, theirs.folder)
    dimensions = frozenset(name for table in rows.values() for name in pc.unique(table["dimension"]).to_pylist())
    return Merged(tuple(sorted(rows)), tuple(gone), dimensions)


def mend_ledger(path: Path) -> int:
    """Leave out of the ledger what is no line of one, as git's marks of a conflict; returns how many lines went."""
    if not path.is_file():
        return 0
    lines = path.read_bytes().decode("utf-8", errors="replace").splitlines()
    entries: dict[date, LedgerDay] = {}
    unreadable = 0
    for line in lines:
        try:
            found = parse_ledger(line, path.name)
        except DataRefused:
            unreadable += 1
            continue
        entries |= {day: _join(entry, entries.get(day)) for day, entry in found.items()}
    if unreadable:
        save_bytes(path, render_ledger(entries.values()).encode())
    return unreadable


class _Comparison:
    """Which days two histories hold alike; files are compared first, for most are equal."""

    def __init__(self, one: History, other: History) -> None:
        self._one, self._other = one, other
        self._equal: dict[tuple[Path, Path], bool] = {}

    def same(self, day: date) -> bool:
        one, other = self._one.entries.get(day), self._other.entries.get(day)
        if one is None or other is None:
            return one is other
        files = self._one.file_of(day), self._other.file_of(day)
        if files not in self._equal:
            self._equal[files] = files[0].read_bytes() == files[1].read_bytes()
        return self._equal[files] or (
            held_of(one) == held_of(other) and self._one.rows_of(day).equals(self._other.rows_of(day))
        )


def _fuller(one: LedgerDay, other: LedgerDay) -> bool:
    """Whether ``one`` is to be kept rather than ``other``: counts more, else is over, tells more, was asked later."""
    return _worth(one) > _worth(other)


def _worth(entry: LedgerDay) -> tuple[int, bool, int, int, float]:
    asked = entry.last.timestamp() if entry.last else 0.0
    return entry.count, not entry.open, list(DETAIL_DIMENSIONS).index(entry.detail), entry.rows, asked


def _join(kept: LedgerDay, other: LedgerDay | None) -> LedgerDay:
    """The line of a day that both hold; ``kept`` is the one whose rows are kept."""
    if other is None:
        return kept
    first = min(_known(kept.first, other.first), default=None)
    if held_of(kept) != held_of(other):
        return replace(kept, first=first)
    earlier = kept if kept.first == first else other
    return replace(
        kept, first=first, last=max(_known(kept.last, other.last), default=None), first_count=earlier.first_count
    )


def _known(*moments: datetime | None) -> list[datetime]:
    return [moment for moment in moments if moment is not None]


def _take_whole(name: str, base: Path, ours: Path, theirs: Path) -> None:
    """The file ``name`` of ours, if we changed it since ``base``."""
    content = _bytes(ours / name)
    if content is not None and content != _bytes(base / name):
        save_bytes(theirs / name, content)


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
