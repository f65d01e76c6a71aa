"""``months.jsonl``: the months that have a page, as they were first published, one a line, with later corrections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints, ValidationError, model_validator

from apivideo_geo.days import month_end
from apivideo_geo.durable import save_bytes
from apivideo_geo.errors import DataRefused
from apivideo_geo.geo.countries import all_countries
from apivideo_geo.history.files import load_bytes
from apivideo_geo.history.schema import STRICT, Count, Day, Name
from apivideo_geo.model import UNKNOWN, ClosedMonth, Correction

FILE = "months.jsonl"
Code = Annotated[str, StringConstraints(pattern="^([A-Z]{3}|---)$")]


class _Correction(BaseModel):
    model_config = STRICT

    day: Day
    countries: dict[Code, Count]


class _Month(BaseModel):
    """A line. Its fields are those of :class:`ClosedMonth`."""

    model_config = STRICT

    month: Day
    metric: Name
    published: Day
    daily: tuple[Count | None, ...]
    reach: tuple[Count, ...]
    countries: dict[Code, Count]
    new: tuple[Code, ...] = ()
    weekdays: dict[Code, Annotated[tuple[Count, ...], Field(min_length=7, max_length=7)]] = {}
    before: tuple[Count, Count] | None = None
    corrections: Annotated[tuple[_Correction, ...], Field(max_length=10_000)] = ()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        length, used = month_end(self.month).day, {*self.countries, *self.new}
        used |= {code for one in self.corrections for code in one.countries}
        if self.month.day != 1 or not len(self.daily) == len(self.reach) == length:
            raise ValueError("not one value for each day of a month")
        if sum(filter(None, self.daily)) != sum(self.countries.values()):
            raise ValueError("days and countries have different sums")
        if self.weekdays and self.countries != {code: sum(counts) for code, counts in self.weekdays.items()}:
            raise ValueError("weekdays and countries have different sums")
        if not used <= {UNKNOWN, *all_countries()}:
            raise ValueError("not a country")
        return self

    def closed(self) -> ClosedMonth:
        corrections = tuple(Correction(one.day, one.countries) for one in self.corrections)
        return ClosedMonth(**{**dict(self), "corrections": corrections})


def load_months(folder: Path) -> tuple[ClosedMonth, ...]:
    """Return the closed months that are stored in ``folder``, oldest first; none if there is no such file.

    Raises :class:`DataRefused` if the file cannot be read, or is not what this module writes.
    """
    path = folder / FILE
    months = []
    for number, line in enumerate(load_bytes(path).splitlines(), 1):
        try:
            months.append(_Month.model_validate_json(line).closed())
        except ValidationError:
            raise DataRefused(
                f"{path} is damaged in line {number}. Restore the file from a backup or an earlier commit of the "
                "history's branch; or delete the line, and the month is published again as it is now."
            ) from None
    return _ordered(months)


def save_months(folder: Path, months: Iterable[ClosedMonth]) -> None:
    """Replace the closed months that are stored in ``folder``. Raises :class:`DiskFailed`."""
    lines = [_Month.model_validate(asdict(one)).model_dump_json() + "\n" for one in _ordered(months)]
    save_bytes(folder / FILE, "".join(lines).encode())


def add_months(stored: Sequence[ClosedMonth], new: Sequence[ClosedMonth]) -> tuple[ClosedMonth, ...]:
    """Return ``stored`` with the ``new`` ones added, which replace those of the same month and metric."""
    return _ordered([*_by_key(stored, new).values()])


def drop_future_months(folder: Path, today: date) -> None:
    """Remove the months and the corrections that were published after ``today`` (UTC), by a run with a wrong clock.

    Such a month may have been closed before its end; it is published again once it is over.
    """
    stored = load_months(folder)
    left = tuple(
        replace(one, corrections=tuple(correction for correction in one.corrections if correction.day <= today))
        for one in stored
        if one.published <= today
    )
    if left != stored:
        save_months(folder, left)


def merge_months(base: Path, ours: Path, theirs: Path, today: date) -> None:
    """Add to the folder ``theirs`` what ``ours`` published since ``base``. Where both did, theirs was first.

    Months that were published after ``today`` (UTC), and that ours no longer has, are removed.
    """
    before, own, other = (_by_key(load_months(folder)) for folder in (base, ours, theirs))
    taken = {key: one for key, one in own.items() if before.get(key) != one and other.get(key) == before.get(key)}
    removed = before.keys() - own.keys()
    gone = {key for key in removed if before[key].published > today and other.get(key) == before[key]}
    if taken or gone:
        save_months(theirs, [one for key, one in {**other, **taken}.items() if key not in gone])


def _by_key(*groups: Sequence[ClosedMonth]) -> dict[tuple[date, str], ClosedMonth]:
    return {(one.month, one.metric): one for months in groups for one in months}


def _ordered(months: Iterable[ClosedMonth]) -> tuple[ClosedMonth, ...]:
    return tuple(sorted(months, key=lambda one: (one.month, one.metric)))
