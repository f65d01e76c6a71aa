"""Merge two histories that started from the same one, without losing anything that either collected.

This is a three-way merge of ``base`` (what both started from), ``ours`` (the folder) and ``theirs`` (the branch). If
only one side changed a day, its version is taken; if both did, the one that adds up to the API's own count wins, else
the one with more data, as when a day is saved. A day that they removed and we did not change stays removed. Ledger
lines are joined: they span the fetches of both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from apivideo_geo.durable import save_bytes
from apivideo_geo.errors import DataRefused
from apivideo_geo.history.closed_months import merge_months
from apivideo_geo.history.day_lines import HOURS, PEAKS
from apivideo_geo.history.doubt import is_confirmed, worth
from apivideo_geo.history.history import History, stored_day
from apivideo_geo.history.ledger import LedgerDay, parse_ledger, render_ledger
from apivideo_geo.history.published import merge_published
from apivideo_geo.model import DETAIL_DIMENSIONS

WHOLE_FILES = ("assets.parquet", "account.json")
"""Other files, which each run rewrites: ours is taken if we changed it, else theirs."""


@dataclass(frozen=True)
class Merged:
    """The days ``taken`` from ours, of any metric."""

    taken: tuple[date, ...]
    dimensions: frozenset[str]
    """Dimensions of the rows that were taken."""


def merge(base: History, ours: History, theirs: History, now: datetime, *, remove: bool = False) -> Merged:
    """Apply to ``theirs`` what changed from ``base`` to ``ours``, metric by metric, and write it to disk.

    Open days are left out: they are fetched again anyway, and each run would commit them. With ``remove``, days that
    ours no longer has are removed, unless theirs changed them; so are days after today, which ours has set aside.
    Raises :class:`DataRefused` if the two do not belong together.
    """
    if ours.by_metric:
        theirs.check_fits(ours.demo)
    rows: dict[str, dict[date, pa.Table]] = {}
    for metric in {**ours.by_metric, **base.by_metric}:
        three = base.of(metric), ours.of(metric), theirs.of(metric)
        rows[metric] = _merge_metric(*three, now, remove=remove)
    for name in WHOLE_FILES:
        _take_whole(name, base.folder, ours.folder, theirs.folder)
    merge_published(base.folder, ours.folder, theirs.folder)
    merge_months(base.folder, ours.folder, theirs.folder, now.date())
    for file in (HOURS, PEAKS):
        file.merge(base.folder, ours.folder, theirs.folder, now.date(), remove=remove)
    tables = [table for taken in rows.values() for table in taken.values()]
    dimensions = frozenset(name for table in tables for name in pc.unique(table["dimension"]).to_pylist())
    return Merged(tuple(sorted({day for taken in rows.values() for day in taken})), dimensions)


def _merge_metric(
    base: History, ours: History, theirs: History, now: datetime, *, remove: bool
) -> dict[date, pa.Table]:
    """Merge the days of one metric; return the rows of those that were taken from ours."""
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
    removed = base.entries.keys() - ours.entries.keys()
    gone = sorted(day for day in removed if (remove or day > now.date()) and theirs_kept.same(day))
    theirs.drop(gone)
    theirs.put(rows, lines, now)
    theirs.compact(now)
    if theirs.entries or gone:
        theirs.save_ledger()
    return rows


def mend_ledger(path: Path) -> int:
    """Remove invalid lines from a ledger, such as git's conflict markers; return how many were removed."""
    if not path.is_file():
        return 0
    lines = path.read_bytes().splitlines()
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
    """Compares the days of two histories; compares whole files first, because most are equal."""

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
            stored_day(one) == stored_day(other) and self._one.rows_of(day).equals(self._other.rows_of(day))
        )


def _fuller(one: LedgerDay, other: LedgerDay) -> bool:
    """Return whether ``one`` wins over ``other``.

    Compared in order: whether it adds up to the API's own count, count, complete day, detail, rows, time of fetch.
    """
    return _rank(one) > _rank(other)


def _rank(entry: LedgerDay) -> tuple[bool, int, bool, int, int, float]:
    asked = entry.last.timestamp() if entry.last else 0.0
    detail = list(DETAIL_DIMENSIONS).index(entry.detail)
    return is_confirmed(entry), worth(entry), not entry.open, detail, entry.rows, asked


def _join(kept: LedgerDay, other: LedgerDay | None) -> LedgerDay:
    """Return the ledger line of a day that both have; ``kept`` is the line of the rows that are kept."""
    if other is None:
        return kept
    first = min(_known(kept.first, other.first), default=None)
    if stored_day(kept) != stored_day(other):
        return replace(kept, first=first)
    earlier = kept if kept.first == first else other
    return replace(
        kept, first=first, last=max(_known(kept.last, other.last), default=None), first_count=earlier.first_count,
        nights=max(kept.nights, other.nights),
    )  # fmt: skip


def _known(*moments: datetime | None) -> list[datetime]:
    return [moment for moment in moments if moment is not None]


def _take_whole(name: str, base: Path, ours: Path, theirs: Path) -> None:
    """Copy our file ``name`` to ``theirs``, if we changed it since ``base``."""
    content = _bytes(ours / name)
    if content is not None and content != _bytes(base / name):
        save_bytes(theirs / name, content)


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
