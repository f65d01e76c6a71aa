"""When a request is retried: after a failure that may pass, never past the deadline or after being stopped."""

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
"""Longest wait before the second attempt, in seconds; doubled for each further one. Waits are drawn at random."""
LONGEST_WAIT = 20.0
"""Longest wait between two attempts, in seconds."""
MAX_LIMITED = 30
"""Maximum number of times that one request may hit the rate limit, which is a wait and not a failure."""
SLICE = 0.25
"""Seconds after which a waiting thread checks whether it is being stopped."""


@dataclass(frozen=True)
class Failure:
    """An attempt that failed, and the ``error`` to raise if it was the last.

    ``kind``: ``final`` cannot be retried; ``failed`` may succeed later; ``limited`` is a 429; ``expired`` is a rejected
    log-in. ``wait``: seconds until the next attempt, None for the usual back-off.
    """

    error: ApivideoGeoError
    kind: Kind = "final"
    wait: float | None = None


class Stopped(Exception):
    """Raised inside a worker thread when the run is being stopped. Never escapes this package."""


class Retries:
    """The attempts, waits and deadline of a run, shared by all its threads.

    ``deadline``: seconds from now, on ``effects.monotonic``; ``attempts``: maximum number for each request.
    """

    def __init__(self, effects: Effects, *, deadline: float, attempts: int) -> None:
        self._effects, self._deadline = effects, deadline
        self._ends = effects.monotonic() + deadline
        self._max_attempts = {"failed": attempts, "limited": MAX_LIMITED, "expired": attempts}
        self._backoff = wait_random_exponential(multiplier=FIRST_WAIT, max=LONGEST_WAIT)
        self._stop = threading.local()

    def obey(self, stop: threading.Event) -> None:
        """Let the waits of the calling thread end with ``Stopped`` once ``stop`` is set."""
        self._stop.event = stop

    def check(self) -> None:
        """Raise ``Stopped`` if the calling thread was stopped, ``DeadlineExceeded`` if the deadline has passed."""
        event = getattr(self._stop, "event", None)
        if event is not None and event.is_set():
            raise Stopped
        self.left()

    def left(self) -> float:
        """Return the seconds until the deadline (more than 0). Raises ``DeadlineExceeded``."""
        left = self._ends - self._effects.monotonic()
        if left <= 0:
            raise self._exceeded()
        return left

    def wait(self, seconds: float) -> None:
        """Sleep for ``seconds``. Raises ``DeadlineExceeded`` at once if they end after the deadline."""
        until = self._effects.monotonic() + seconds
        if until > self._ends:
            raise self._exceeded()
        while (left := until - self._effects.monotonic()) > 1e-6:
            self.check()
            self._effects.sleep(min(left, SLICE))

    def run(self, attempt: Callable[[], T | Failure], request: str) -> T:
        """Call ``attempt`` until it returns an answer; raise the error of its last failure if it does not.

        ``request`` names the request in log lines.
        """
        failures: Counter[str] = Counter()

        def is_last(state: RetryCallState) -> bool:
            kind = _get_failure(state).kind
            failures[kind] += 1
            return failures[kind] >= self._max_attempts[kind]

        def pause(state: RetryCallState) -> float:
            failure = _get_failure(state)
            seconds = self._backoff(state) if failure.wait is None else failure.wait
            if failure.kind == "failed":
                logger.info("%s: %s Retrying in %.1f s.", request, failure.error, seconds)
            return seconds

        outcome: T | Failure = Retrying(
            retry=retry_if_result(lambda outcome: isinstance(outcome, Failure) and outcome.kind != "final"),
            stop=is_last,
            wait=pause,
            sleep=self.wait,
            retry_error_callback=_get_failure,
        )(attempt)
        if isinstance(outcome, Failure):
            raise outcome.error
        return outcome

    def _exceeded(self) -> DeadlineExceeded:
        return DeadlineExceeded(
            f"The run would take longer than the {self._deadline:g} s that the setting `deadline` (in minutes) allows;"
            " what was collected is stored: run it again, or raise `deadline`."
        )


def _get_failure(state: RetryCallState) -> Failure:
    failure = state.outcome.result() if state.outcome else None
    assert isinstance(failure, Failure)
    return failure
