"""What a remote that fails has said: whether to try again, and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from apivideo_geo.effects import Effects
from apivideo_geo.errors import GitFailed

T = TypeVar("T")

ATTEMPTS = 10
LONGEST_WAIT = 20.0
"""Seconds, at most, before another attempt; drawn at random below 1, 2, 4 … and this."""
REFUSED = re.compile(r"denied|declined|protected|not permitted|authentication|could not read username|\b40[13]\b", re.I)
"""What a remote says that does not allow it."""
ABSENT = re.compile(r"repository not found|repository '.*' not found|not appear to be a git repository|\b404\b", re.I)
"""What is said where there is none; GitHub says so, too, to those who may not see it."""


def insist(work: Callable[[], T], effects: Effects) -> T:
    """What ``work`` returns, tried again while another attempt may do better: the network failed, or a race was lost.

    Raises the :class:`GitFailed` of the last attempt.
    """
    retrying = Retrying(
        retry=retry_if_exception(lambda error: isinstance(error, GitFailed) and not error.final),
        stop=stop_after_attempt(ATTEMPTS), sleep=effects.sleep, reraise=True,
        wait=wait_random_exponential(multiplier=1, max=LONGEST_WAIT),
    )  # fmt: skip
    return retrying(work)


def unread(place: str, error: GitFailed) -> GitFailed:
    """``error`` of reading the branch ``place``, with what to do."""
    if _is_final(error):
        step = "look at the address that `git remote -v` tells, and whether you, or the job, may read that repository"
        return GitFailed(f"{place} cannot be read ({error}): {step}.", final=True)
    return GitFailed(
        f"{place} is out of reach ({error}): check the network and run it again; the folder keeps its days."
    )


def untaken(place: str, error: GitFailed) -> GitFailed:
    """``error`` of pushing to the branch ``place``, with what to do."""
    if _is_final(error):
        step = "let the job, or you, write to the repository (contents: write), or lift the protection of that branch"
        return GitFailed(f"{place} does not take what was collected ({error}): {step}.", final=True)
    return GitFailed(
        f"{place} has not taken what was collected yet ({error}): run it again; the folder keeps its days."
    )


def _is_final(error: GitFailed) -> bool:
    return bool(REFUSED.search(str(error)) or ABSENT.search(str(error)))
