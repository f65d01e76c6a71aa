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
    with branch.lay_out(branch.base()) as began, branch.lay_out(tip) as folder:
        try:
            if mended := mend_ledger(folder / "ledger.jsonl"):
                log.warning("The ledger on %s had %d lines that are none; they are left out.", branch.place, mended)
            mend_ledger(began / "ledger.jsonl")
            with open_history(folder) as theirs:
                before = dict(theirs.entries)
                merged = merge(load_history(began), ours, theirs, now, remove=remove)
                after = dict(theirs.entries)
        except DataRefused as error:
            raise DataRefused(str(error).replace(f"{folder}", branch.place).replace(f"{began}", branch.place)) from None
        yield Joined(folder, before, after, merged)
