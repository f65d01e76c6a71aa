"""Puts what is new in the history on its branch."""

from __future__ import annotations

from apivideo_geo.branch.checkout import Branch
from apivideo_geo.branch.git import open_git
from apivideo_geo.branch.joining import join, settle
from apivideo_geo.branch.remote import insist
from apivideo_geo.branch.words import render_message
from apivideo_geo.effects import Effects
from apivideo_geo.errors import DataRefused
from apivideo_geo.privacy import PUBLIC_DIMENSIONS
from apivideo_geo.settings import Settings
from apivideo_geo.store.days import History, load_history, open_history


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
