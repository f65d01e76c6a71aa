"""Fetch the history from its branch, publish it there; both merge the folder with the branch's latest commit."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from apivideo_geo.effects import Effects
from apivideo_geo.errors import DataRefused
from apivideo_geo.history.branch.checkout import Branch
from apivideo_geo.history.branch.commit_message import render_message
from apivideo_geo.history.branch.git import open_git
from apivideo_geo.history.branch.retry import insist
from apivideo_geo.history.history import History, load_history, open_history
from apivideo_geo.history.ledger import LedgerDay
from apivideo_geo.history.merge import Merged, mend_ledger, merge
from apivideo_geo.privacy import PUBLIC_DIMENSIONS
from apivideo_geo.settings import Settings

log = logging.getLogger(__name__)


def fetch_history(settings: Settings, effects: Effects) -> str:
    """Make the history folder a worktree of the branch, with what that holds; returns what was done, in a sentence.

    What was collected into the folder and is not on the branch yet stays, also where it was a plain folder until now.
    Days that are lost from the folder come back. Where there is no branch, the folder begins an empty one.
    Raises :class:`UsageError`, :class:`GitFailed`, :class:`DataRefused`; the folder then is as it was.
    """
    branch, folder = Branch(open_git(settings), settings), settings.history
    tip = insist(branch.fetch_tip, effects)
    branch.attach(folder)
    with open_history(folder) as ours, join(branch, ours, tip, effects.now()) as joined:
        settle(branch, ours, joined, tip)
    if tip is None:
        return f"There is no branch {branch.place} yet: publish-history begins it with what {folder} then holds."
    days = len(joined.before)
    own = f"; {len(joined.merged.taken)} of the folder's own are not published yet" if joined.merged.taken else ""
    return f"Fetched {branch.place} into {folder}: {days} day{'' if days == 1 else 's'}{own}"


def publish_history(settings: Settings, effects: Effects, *, remove: bool = False) -> str:
    """Commit what is new in the history folder on top of the branch, and push it; returns what was done, for a person.

    If another run was faster, its days and ours are joined and it is tried again. With ``remove``, days taken out
    of the folder since it was fetched are taken off the branch. Raises :class:`UsageError`, :class:`DataRefused`,
    :class:`GitFailed`; what was collected then still is in the folder.
    """
    folder = settings.history
    if not History(folder, {}).files():  # not read yet: a damaged day is set aside below
        return f"There is no history in {folder}: nothing to publish."
    if remove:
        load_history(folder)  # refused where one is damaged: it was not taken out
    branch = Branch(open_git(settings), settings)
    branch.attach(folder)
    with open_history(folder) as ours:
        private = settings.history_private
        return insist(lambda: _publish(branch, ours, effects, private=private, remove=remove), effects)


@dataclass(frozen=True)
class Joined:
    """``folder`` holds the tip with our changes on it; ``before`` is the tip's ledger, ``after`` that of ``folder``."""

    folder: Path
    before: Mapping[date, LedgerDay]
    after: Mapping[date, LedgerDay]
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


def _publish(branch: Branch, ours: History, effects: Effects, *, private: bool, remove: bool) -> str:
    tip, now = branch.fetch_tip(), effects.now()
    with join(branch, ours, tip, now, remove=remove) as joined:
        if not private and joined.merged.dimensions - set(PUBLIC_DIMENSIONS):
            raise DataRefused(
                f"The history in {ours.folder} holds cities or referrers, which do not belong on a branch that may be "
                "public: set history_private = true if the repository is private, else collect into another folder."
            )
        if not private and any(not asset.public for asset in load_history(joined.folder).load_assets()):
            raise DataRefused(
                f"The history in {ours.folder} holds titles of videos that are not public, which do not belong on a "
                "branch that may be public: run build.py collect with show_unlisted = false, which takes them out."
            )
        message = render_message(joined.before, joined.after)
        commit = branch.commit(joined.folder, tip, message, now)
        if commit:
            branch.push(commit)
        settle(branch, ours, joined, commit or tip)
    said = message.partition("\n")[0]
    return f"Published to {branch.place}: {said}" if commit else f"{branch.place} holds all of {ours.folder} already."
