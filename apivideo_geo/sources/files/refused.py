"""How many rows of files may be rejected before the run ends instead of using the rest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from apivideo_geo.aggregate.facts import DUPLICATE
from apivideo_geo.errors import DataRefused
from apivideo_geo.model import Refused
from apivideo_geo.plain_text import counted

MOST_REFUSED = 0.1
"""Largest share of the rows that may be rejected."""


def check_share(
    refused: Sequence[Refused], rows: int, *, accept: bool, example: str = "", expected: Sequence[str] = (DUPLICATE,)
) -> tuple[str, ...]:
    """Return a warning that names the share of ``rows`` that were ``refused``; none if all can be counted.

    ``expected``: reasons that are no fault of a file. ``example``: a value that could not be read, with its place.
    Raises :class:`DataRefused` for more than ``MOST_REFUSED``, unless ``accept``.
    """
    faults = {one.reason: 0 for one in refused if one.reason not in expected}
    for one in refused:
        if one.reason in faults:
            faults[one.reason] += one.count
    lost = sum(faults.values())
    if not lost:
        return ()
    reasons = ", ".join(f"{reason}: {count:,}" for reason, count in faults.items())
    shown = f"; for example {example}" if example else ""
    sentence = f"{lost:,} of {counted(rows, 'row')} ({lost / rows:.1%}) cannot be counted ({reasons}){shown}"
    if lost > MOST_REFUSED * rows and not accept:
        remedy = "" if example else ": correct the files"
        if rows > sum(one.count for one in refused):
            remedy = ": correct the files, or use the other rows with --accept-refused"
        raise DataRefused(f"{sentence}. Nothing was stored{remedy}.")
    return (sentence,)


def explain_future(today: date) -> str:
    """Return what to do about days after ``today`` (UTC)."""
    return f"today is {today} (UTC): correct the days in the files, or set this machine's clock if it is wrong"
