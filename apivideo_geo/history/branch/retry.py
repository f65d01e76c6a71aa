"""Failures of a remote: whether to retry, and what the user can do."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from apivideo_geo.effects import Effects
from apivideo_geo.errors import GitFailed
from apivideo_geo.history.branch.git import Git

T = TypeVar("T")

ATTEMPTS = 10
LONGEST_WAIT = 20.0
"""Maximum wait before a retry, in seconds; the wait is random, below 1, 2, 4 … and this."""
REFUSED = re.compile(
    r"denied|declined|protected|not permitted|authentication|could not read username|\b40[13]\b"
    r"|host key verification|remote helper|is not supported",
    re.I,
)
"""Messages of a remote that denies access, and of git if it cannot talk to it."""
ABSENT = re.compile(r"repository not found|repository '.*' not found|not appear to be a git repository|\b404\b", re.I)
"""Messages if there is no such repository. GitHub also says so to those who may not see it."""


def retry_transient(work: Callable[[], T], git: Git, effects: Effects) -> T:
    """Call ``work`` and return its result; retry after failures that may pass, such as the network or a lost race.

    Raises the :class:`GitFailed` of the last attempt, or :class:`DeadlineExceeded` once ``git`` has no time left.
    """
    retrying = Retrying(
        retry=retry_if_exception(lambda error: isinstance(error, GitFailed) and not error.final),
        stop=stop_after_attempt(ATTEMPTS), reraise=True,
        sleep=lambda seconds: effects.sleep(min(seconds, git.left())),
        wait=wait_random_exponential(multiplier=1, max=LONGEST_WAIT),
    )  # fmt: skip
    return retrying(work)


def explain_unreadable(place: str, error: GitFailed) -> GitFailed:
    """Return the error for a branch ``place`` that cannot be read, with what to do."""
    if _is_final(error):
        step = "check the URL in `git remote -v`, and that you, or the job, may read that repository"
        return GitFailed(f"{place} cannot be read ({error}): {step}.", final=True)
    return GitFailed(
        f"{place} cannot be reached ({error}): check the network and run it again. The folder keeps its days."
    )


def explain_rejected(place: str, error: GitFailed) -> GitFailed:
    """Return the error for a branch ``place`` that does not accept a push, with what to do."""
    if _is_final(error):
        step = "let yourself, or the job, write to the repository (contents: write), or unprotect that branch"
        return GitFailed(f"{place} rejects the collected days ({error}): {step}.", final=True)
    return GitFailed(f"{place} did not accept the collected days ({error}): run it again. The folder keeps its days.")


def _is_final(error: GitFailed) -> bool:
    return bool(REFUSED.search(str(error)) or ABSENT.search(str(error)))
