"""How long we try: again after what may pass, never past the deadline, never after being stopped."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_result, wait_random_exponential

from apivideo_geo.effects import Effects
from apivideo_geo.errors import ApivideoGeoError, DeadlineExceeded

logger = logging.getLogger("apivideo_geo.api")

T = TypeVar("T")
Kind = Literal["final", "failed", "limited", "expired"]

FIRST_WAIT = 0.5
"""Seconds, at most, before the second attempt; doubled for each further one, and drawn at random below that."""
LONGEST_WAIT = 20.0
"""Seconds, at most, between two attempts."""
REFUSALS = 30
"""How often one request may meet a used-up limit, which is a wait and no failure."""
SLICE = 0.25
"""Seconds of one piece of a long wait: so late is a stop noticed."""


@dataclass(frozen=True)
class Trouble:
    """An attempt that brought no answer, and the ``error`` to raise if it was the last.

    ``kind``: ``final`` will not pass by waiting; ``failed`` may; ``limited`` is a 429;
    ``expired`` a token that died. ``wait``: seconds until the next attempt, None for the usual back-off.
    """

    error: ApivideoGeoError
    kind: Kind = "final"
    wait: float | None = None


class Stopped(Exception):
    """The work this thread does is not wanted any more. Never leaves the room."""


class Patience:
    """The waits, attempts and deadline of a run, shared by all its threads.

    ``deadline`` counts from construction, on ``effects.monotonic``.
    """

    def __init__(self, effects: Effects, *, deadline: float, attempts: int) -> None:
        self._effects, self._deadline = effects, deadline
        self._ends = effects.monotonic() + deadline
        self._bounds = {"failed": attempts, "limited": REFUSALS, "expired": attempts}
        self._backoff = wait_random_exponential(multiplier=FIRST_WAIT, max=LONGEST_WAIT)
        self._stop = threading.local()

    def obey(self, stop: threading.Event) -> None:
        """From now on the calling thread's waits end with ``Stopped`` once ``stop`` is set."""
        self._stop.event = stop

    def check(self) -> None:
        """Raise ``Stopped`` if the calling thread was stopped, ``DeadlineExceeded`` if the time is up."""
        event = getattr(self._stop, "event", None)
        if event is not None and event.is_set():
            raise Stopped
        self.left()

    def left(self) -> float:
        """Seconds to the deadline, more than 0; else raises ``DeadlineExceeded``."""
        left = self._ends - self._effects.monotonic()
        if left <= 0:
            raise self._exceeded()
        return left

    def wait(self, seconds: float) -> None:
        """Sleep ``seconds``; if they end after the deadline, raise ``DeadlineExceeded`` at once."""
        until = self._effects.monotonic() + seconds
        if until > self._ends:
            raise self._exceeded()
        while (left := until - self._effects.monotonic()) > 1e-6:
            self.check()
            self._effects.sleep(min(left, SLICE))

    def insist(self, attempt: Callable[[], T | Trouble], what: str) -> T:
        """The first answer of ``attempt``, called again while its trouble may pass; else raises the trouble's error.

        ``what`` names the request in log lines.
        """
        met: Counter[str] = Counter()

        def over(state: RetryCallState) -> bool:
            kind = _find_trouble(state).kind
            met[kind] += 1
            return met[kind] >= self._bounds[kind]

        def pause(state: RetryCallState) -> float:
            trouble = _find_trouble(state)
            seconds = self._backoff(state) if trouble.wait is None else trouble.wait
            if trouble.kind == "failed":
                logger.info("%s: %s Trying again in %.1f s.", what, trouble.error, seconds)
            return seconds

        outcome: T | Trouble = Retrying(
            retry=retry_if_result(lambda outcome: isinstance(outcome, Trouble) and outcome.kind != "final"),
            stop=over,
            wait=pause,
            sleep=self.wait,
            retry_error_callback=_find_trouble,
        )(attempt)
        if isinstance(outcome, Trouble):
            raise outcome.error
        return outcome

    def _exceeded(self) -> DeadlineExceeded:
        return DeadlineExceeded(
            f"The run would take longer than the {self._deadline:g} s that the setting `deadline` (in minutes) allows;"
            " what was collected is kept: run it again, or raise `deadline`."
        )


def _find_trouble(state: RetryCallState) -> Trouble:
    trouble = state.outcome.result() if state.outcome else None
    assert isinstance(trouble, Trouble)
    return trouble
