"""Brings the branch into the history folder."""

from __future__ import annotations

from apivideo_geo.branch.checkout import Branch
from apivideo_geo.branch.git import open_git
from apivideo_geo.branch.joining import join, settle
from apivideo_geo.branch.remote import insist
from apivideo_geo.effects import Effects
from apivideo_geo.settings import Settings
from apivideo_geo.store.days import open_history


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
