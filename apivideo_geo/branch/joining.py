"""What is in the history folder, joined with the tip of the branch: the same for fetching and publishing."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from apivideo_geo.branch.checkout import Branch
from apivideo_geo.errors import DataRefused
from apivideo_geo.store.days import History, load_history, open_history
from apivideo_geo.store.ledger import Entry
from apivideo_geo.store.merging import Merged, mend_ledger, merge

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Joined:
    """``folder`` holds the tip with our changes on it; ``before`` is the tip's ledger, ``after`` that of ``folder``."""

    folder: Path
    before: Mapping[date, Entry]
    after: Mapping[date, Entry]
    merged: Merged


@contextmanager
def join(branch: Branch, ours: History, tip: str | None, now: datetime, *, remove: bool = False) -> Iterator[Joined]:
    """``ours`` on top of the commit ``tip``, in a temporary folder; the history folder stays as it is.

    ``remove``: days that were taken out of the folder since it was fetched are taken off. Raises :class:`DataRefused`
    where the branch cannot be read.
    """
    if ours.demo:
        raise DataRefused(f"The history in {ours.folder} is demo data, which is not put on a branch.")
    with branch.lay_out(tip) as folder, _lay_out_base(branch, tip, folder) as began:
        try:
            if mended := mend_ledger(folder / "ledger.jsonl"):
                log.warning("The ledger on %s had %d lines that are none; they are left out.", branch.place, mended)
            mend_ledger(began / "ledger.jsonl")
            with open_history(folder) as theirs:
                before, base = dict(theirs.entries), load_history(began)
                merged = merge(base, ours, theirs, now, remove=remove)
                after = dict(theirs.entries)
        except DataRefused as error:
            raise DataRefused(str(error).replace(f"{folder}", branch.place).replace(f"{began}", branch.place)) from None
        yield Joined(folder, before, after, merged)


def settle(branch: Branch, ours: History, joined: Joined, commit: str | None) -> None:
    """Take what was joined into the folder of ``ours``. Days that are not over stay there alone."""
    files = {day: ours.file_of(day) for day, entry in ours.entries.items() if entry.open and day not in joined.after}
    own = {day: path for day, path in files.items() if path.stem == str(day)}
    branch.settle(joined.folder, ours.folder, commit, own.values())
    if own:
        now = load_history(ours.folder)
        now.entries.update({day: ours.entries[day] for day in own})
        now.save_ledger()


@contextmanager
def _lay_out_base(branch: Branch, tip: str | None, folder: Path) -> Iterator[Path]:
    """What the history folder began with; most often that is the tip, in ``folder`` already.

    Where the branch is gone, the folder began with nothing: all it holds begins the branch anew.
    """
    base = branch.base() if tip else None
    if base == tip:
        yield folder
    else:
        with branch.lay_out(base) as began:
            yield began
