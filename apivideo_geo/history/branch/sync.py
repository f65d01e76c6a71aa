"""Fetch the history from its branch, publish it there; both merge the folder with the branch's latest commit."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path

from apivideo_geo.effects import Effects
from apivideo_geo.errors import DataRefused
from apivideo_geo.history.branch.checkout import Branch
from apivideo_geo.history.branch.commit_message import render_message
from apivideo_geo.history.branch.git import open_git
from apivideo_geo.history.branch.retry import retry_transient
from apivideo_geo.history.files import find_files
from apivideo_geo.history.history import History, load_history, metric_folders, open_history
from apivideo_geo.history.ledger import LedgerDay
from apivideo_geo.history.merge import Merged, mend_ledger, merge
from apivideo_geo.privacy import PUBLIC_DIMENSIONS
from apivideo_geo.settings import Settings

log = logging.getLogger(__name__)

Ledgers = Mapping[str, Mapping[date, LedgerDay]]
"""Metric → UTC day → its line of the ledger."""


def fetch_history(settings: Settings, effects: Effects) -> str:
    """Make the history folder a worktree of the branch, with its files; return a sentence that says what was done.

    Days that are in the folder but not on the branch yet stay, even if it was a plain folder before. Days missing from
    the folder are restored. If there is no branch, the folder becomes the worktree of a new, empty one. Raises
    :class:`UsageError`, :class:`GitFailed`, :class:`DataRefused`; the folder is then unchanged.
    """
    branch, folder = Branch(open_git(settings), settings), settings.history
    tip = retry_transient(branch.fetch_tip, branch.git, effects)
    branch.attach(folder)
    with open_history(folder) as ours, join(branch, ours, tip, effects.now()) as joined:
        settle(branch, ours, joined, tip)
    if tip is None:
        return f"There is no branch {branch.place} yet. publish-history creates it from {folder}."
    days = len({day for entries in joined.before.values() for day in entries})
    own = f"; {len(joined.merged.taken)} in the folder are not published yet" if joined.merged.taken else ""
    return f"Fetched {branch.place} into {folder}: {days} day{'' if days == 1 else 's'}{own}"


def publish_history(settings: Settings, effects: Effects, *, remove: bool = False) -> str:
    """Commit the changes of the history folder to the branch and push; return a sentence that says what was done.

    If another run pushed first, merge its days with ours and retry. With ``remove``, days removed from the folder since
    it was fetched are removed from the branch. Raises :class:`UsageError`, :class:`DataRefused`, :class:`GitFailed`;
    the folder then still has everything that was collected.
    """
    folder = settings.history
    if not any(map(find_files, metric_folders(folder))):  # files are not read here: open_history renames damaged ones
        return f"There is no history in the folder {folder}: nothing to publish."
    if remove:
        load_history(folder)  # fails on a damaged day, which must not count as removed
    branch = Branch(open_git(settings), settings)
    branch.attach(folder)
    with open_history(folder) as ours:
        private = settings.history_private
        work = partial(_publish, branch, ours, effects, private=private, remove=remove)
        return retry_transient(work, branch.git, effects)


@dataclass(frozen=True)
class Joined:
    """The tip, ``theirs``, merged with our changes; ``before`` and ``after`` are the ledgers of both, by metric."""

    theirs: History
    before: Ledgers
    after: Ledgers
    merged: Merged


@contextmanager
def join(branch: Branch, ours: History, tip: str | None, now: datetime, *, remove: bool = False) -> Iterator[Joined]:
    """Merge ``ours`` with the commit ``tip`` in a temporary folder; the history folder is not changed.

    ``remove``: also remove days that were removed from the folder since it was fetched. Raises :class:`DataRefused` if
    the branch is damaged.
    """
    if ours.demo:
        raise DataRefused(f"The history in {ours.folder} is demo data, which is never published to a branch.")
    with branch.lay_out(tip) as folder, _lay_out_base(branch, tip, folder) as began:
        try:
            if mended := sum(map(mend_ledger, folder.rglob("ledger.jsonl"))):
                log.warning("The ledger on %s had %d invalid lines; they were removed.", branch.place, mended)
            for ledger in began.rglob("ledger.jsonl"):
                mend_ledger(ledger)
            with open_history(folder) as theirs:
                before, base = _ledgers(theirs), load_history(began)
                merged = merge(base, ours, theirs, now, remove=remove)
                after = _ledgers(theirs)
        except DataRefused as error:
            raise DataRefused(str(error).replace(f"{folder}", branch.place).replace(f"{began}", branch.place)) from None
        yield Joined(theirs, before, after, merged)


def _ledgers(history: History) -> Ledgers:
    return {metric: dict(one.entries) for metric, one in history.by_metric.items()}


def settle(branch: Branch, ours: History, joined: Joined, commit: str | None) -> None:
    """Copy the merged files into the folder of ``ours``. Open days stay in that folder only."""
    theirs = joined.theirs
    own: dict[str, dict[date, Path]] = {}
    for metric, one in ours.by_metric.items():
        if one.folder.relative_to(ours.folder) == theirs.of(metric).folder.relative_to(theirs.folder):
            after = joined.after.get(metric, {})
            files = {day: one.file_of(day) for day, entry in one.entries.items() if entry.open and day not in after}
            own[metric] = {day: path for day, path in files.items() if path.stem == str(day)}
    branch.settle(theirs.folder, ours.folder, commit, [path for files in own.values() for path in files.values()])
    now = load_history(ours.folder)
    for metric, files in own.items():
        if files:
            now.of(metric).entries.update({day: ours.of(metric).entries[day] for day in files})
            now.of(metric).save_ledger()


@contextmanager
def _lay_out_base(branch: Branch, tip: str | None, folder: Path) -> Iterator[Path]:
    """Provide the files that the history folder started from; usually that is the tip, which ``folder`` already has.

    If the branch was deleted, the folder started from nothing, so all its days go to the new branch.
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
                f"The history in {ours.folder} contains cities or referrers, which must not be on a branch that may be "
                "public: set history_private = true if the repository is private, else collect into another folder."
            )
        if not private and any(not asset.public for asset in joined.theirs.load_assets()):
            raise DataRefused(
                f"The history in {ours.folder} contains titles of videos that are not public, which must not be on a "
                "branch that may be public: run build.py collect with show_unlisted = false, which removes them."
            )
        message = render_message(joined.before, joined.after)
        commit = branch.commit(joined.theirs.folder, tip, message, now)
        if commit:
            branch.push(commit)
        settle(branch, ours, joined, commit or tip)
    subject = message.partition("\n")[0]
    return (
        f"Published to {branch.place}: {subject}"
        if commit
        else f"{branch.place} already has everything in {ours.folder}."
    )
