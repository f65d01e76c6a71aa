"""Files with one JSON line for each UTC day and metric, for figures that are not by country.

``hours.jsonl`` has the counts of the 24 UTC hours of a complete day; ``peaks.jsonl`` the most viewers at once of each
live stream that may be shown. Peaks are never added up. A line that contradicts the API's own count of its day, as it
is now, is not shown until the API has said the same on three nights. Each line ends with its checksum.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from apivideo_geo.durable import save_bytes
from apivideo_geo.errors import DataRefused
from apivideo_geo.history.doubt import NIGHTS
from apivideo_geo.history.files import load_bytes
from apivideo_geo.history.schema import Count, Day, Name

_CHECKSUM = re.compile(rb',"crc":"([0-9a-f]{8})"\}$')
"""How a line ends; those of an older version have none."""


class DayLine(BaseModel):
    """What every line has; ``day`` and ``metric`` are its key."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    day: Day
    metric: Name
    nights: Annotated[tuple[Day, ...], Field(max_length=NIGHTS)] = ()
    """The dates on which the API said the same, if that contradicts its own count of the day."""

    @property
    def is_believed(self) -> bool:
        """Whether it may be shown: it did not contradict the API's own count, or the API said it often enough."""
        return len(self.nights) in (0, NIGHTS)

    def stands(self, count: int | None) -> bool:
        """Return whether it may be shown on a day with this ``count`` (None: unknown)."""
        return self.is_believed

    def in_doubt(self, before: DayLine | None, today: date) -> Self:
        """Return this line with the nights that gave it: ``today``, and those of the stored one if it is the same."""
        same = before and before.model_copy(update={"nights": ()}) == self
        nights = dict.fromkeys((*(before.nights if before and same else ()), today))
        return self.model_copy(update={"nights": tuple(nights)})


class HoursLine(DayLine):
    """The counts of the 24 hours of a complete day, the first from midnight UTC on."""

    counts: Annotated[tuple[Count, ...], Field(min_length=24, max_length=24)]
    day_count: Count | None = None
    """The count of the day that the hours contradict; None if they contradict none."""

    def stands(self, count: int | None) -> bool:
        """Return whether it may be shown: it adds up to ``count``, or contradicted the same count often enough."""
        if count is None:
            return self.is_believed
        settled = len(self.nights) == NIGHTS and self.day_count == count
        return settled or sum(self.counts) == count


class PeaksLine(DayLine):
    """Media id of a live stream → the most viewers it had at once on a complete day; only those that had any."""

    peaks: dict[Annotated[str, Field(min_length=1, max_length=200)], Count]


Line = TypeVar("Line", bound=DayLine)


@dataclass(frozen=True)
class DayFile(Generic[Line]):
    """The file ``name`` of a history folder, with lines of the type ``line``, sorted by day and metric."""

    name: str
    line: type[Line]

    def load(self, folder: Path) -> dict[tuple[date, str], Line]:
        """Return (day, metric) → line; nothing if there is no file.

        Raises :class:`DataRefused` if the file cannot be read, or is not what this module writes.
        """
        path, found = folder / self.name, dict[tuple[date, str], Line]()
        for number, text in enumerate(load_bytes(path).splitlines(), 1):
            try:
                one = self.line.model_validate_json(_without_checksum(text))
                if (one.day, one.metric) in found:
                    raise ValueError("this day and metric are in another line, too")
            except ValueError:
                raise DataRefused(
                    f"{path} is damaged in line {number}. Restore the file from a backup or an earlier commit of the "
                    "history's branch; or delete the line, and its day is collected again while the API has it."
                ) from None
            found[one.day, one.metric] = one
        return found

    def of(self, folder: Path, metric: str) -> dict[date, Line]:
        """Return day → line of ``metric``, those in doubt too. Raises as :meth:`load`."""
        return {day: line for (day, name), line in self.load(folder).items() if name == metric}

    def believed(self, folder: Path, metric: str, counts: Mapping[date, int] = {}) -> dict[date, Line]:
        """Return day → line of ``metric``, of those that may be shown. Raises as :meth:`load`.

        ``counts``: UTC day → its count.
        """
        return {day: line for day, line in self.of(folder, metric).items() if line.stands(counts.get(day))}

    def add(self, folder: Path, lines: Iterable[Line]) -> None:
        """Store ``lines``, which replace those of the same day and metric. Raises :class:`DiskFailed`."""
        if new := {(one.day, one.metric): one for one in lines}:
            self._save(folder, {**self.load(folder), **new})

    def weigh(
        self, folder: Path, answers: Iterable[tuple[Line, bool]], today: date, counts: Mapping[date, int] = {}
    ) -> list[date]:
        """Store each line of ``answers``; with it, whether it agrees with the API's own count of the day.

        One that does not is in doubt, and does not replace one that may be shown. ``today``: the date of this run;
        ``counts``: UTC day → its count. Return the days that are in doubt now. Raises :class:`DiskFailed`.
        """
        stored, lines = self.load(folder), []
        for line, agrees in answers:
            before = stored.get((line.day, line.metric))
            if agrees or not (before and before.stands(counts.get(line.day))):
                lines.append(line if agrees else line.in_doubt(before, today))
        self.add(folder, lines)
        return [line.day for line in lines if not line.is_believed]

    def drop(self, folder: Path, days: Collection[date]) -> None:
        """Remove ``days`` of all metrics. Raises :class:`DiskFailed`."""
        stored = self.load(folder)
        if any(day in days for day, _ in stored):
            self._save(folder, {key: one for key, one in stored.items() if key[0] not in days})

    def merge(self, base: Path, ours: Path, theirs: Path, today: date, *, remove: bool = False) -> None:
        """Apply to the folder ``theirs`` what ``ours`` changed since ``base``.

        Where both did, theirs stays, unless only ours is believed. Days after ``today`` that ours no longer has are
        removed, and with ``remove`` earlier ones too.
        """
        before, own, other = (self.load(folder) for folder in (base, ours, theirs))
        mine = {key for key in {*before, *other, *own} if own.get(key) != before.get(key) == other.get(key)}
        mine |= {
            key
            for key in own.keys() & other.keys()
            if own[key] != before.get(key) and own[key].is_believed and not other[key].is_believed
        }
        merged = {**other, **{key: own[key] for key in mine if key in own}}
        gone = {key for key in mine - own.keys() if remove or key[0] > today}
        merged = {key: one for key, one in merged.items() if key not in gone}
        if merged != other:
            self._save(theirs, merged)

    def _save(self, folder: Path, lines: Mapping[tuple[date, str], Line]) -> None:
        save_bytes(folder / self.name, b"".join(_with_checksum(one) + b"\n" for _, one in sorted(lines.items())))


def _with_checksum(line: DayLine) -> bytes:
    text = line.model_dump_json(exclude_defaults=True).encode()
    return b'%s,"crc":"%08x"}' % (text[:-1], zlib.crc32(text))


def _without_checksum(text: bytes) -> bytes:
    """Return a line as it was before its checksum was added. Raises ValueError if it is not the one it had."""
    if not (found := _CHECKSUM.search(text)):
        return text
    content = text[: found.start()] + b"}"
    if int(found[1], 16) != zlib.crc32(content):
        raise ValueError("the line has changed")
    return content


HOURS = DayFile("hours.jsonl", HoursLine)
PEAKS = DayFile("peaks.jsonl", PeaksLine)


def hide_unlisted_peaks(folder: Path, listed: Collection[str]) -> None:
    """Remove the peaks of live streams that are not ``listed`` (media ids). Raises :class:`DiskFailed`."""
    PEAKS.add(
        folder,
        (
            line.model_copy(update={"peaks": {name: peak for name, peak in line.peaks.items() if name in listed}})
            for line in PEAKS.load(folder).values()
            if not line.peaks.keys() <= set(listed)
        ),
    )
