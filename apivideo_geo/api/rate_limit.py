"""Stay under the API's rate limit: how long to wait, given the rate-limit headers.

The API counts requests in windows of a minute. Each answer has ``X-RateLimit-Limit``, ``X-RateLimit-Remaining`` and
``X-RateLimit-Retry-After`` (whole seconds until the window ends). ``Window`` tracks one window: numbers in, seconds
out, without a clock or a lock. ``Pacer`` shares one window between threads.

Requests in flight are counted, because eight threads that all read "one left" must send one request, not eight. Only
``FEW`` requests start a new window, because until one is answered we do not know whether the server has started it too.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from apivideo_geo.effects import Effects

FEW = 2
"""Requests in flight before the first answer of a window: two, so that one that hangs does not block the others."""
MARGIN = 0.05
"""Seconds to wait after the end of a window."""
FIRST_PAUSE = 2.0
"""First pause, in seconds, if the server rejects a request without a reset time; doubled each time."""
LONGEST_PAUSE = 60.0
"""Longest such pause, in seconds: one window."""
LONGEST_WINDOW = 3600.0
"""A reset time further away than this, in seconds, is ignored."""
TICK = 0.001
"""Tolerance for clock comparisons, in seconds."""
CHECK_EVERY = 0.25
"""Seconds between two checks whether the run is being stopped, while a thread waits for others' answers."""


@dataclass(frozen=True)
class Limits:
    """Rate-limit headers of one answer: requests a window, requests left in it, seconds to its end. None: no header."""

    limit: int | None = None
    remaining: int | None = None
    resets_in: float | None = None


def parse_limits(headers: Mapping[str, str]) -> Limits:
    """Parse the ``X-RateLimit-*`` in ``headers``; what is missing, negative or not a number is None."""
    limit = _parse_number(headers.get("X-RateLimit-Limit"))
    remaining = _parse_number(headers.get("X-RateLimit-Remaining"))
    resets_in = _parse_number(headers.get("X-RateLimit-Retry-After"))
    return Limits(
        limit=int(limit) if limit else None,
        remaining=None if remaining is None else int(remaining),
        resets_in=None if resets_in is None or resets_in > LONGEST_WINDOW else resets_in,
    )


def _parse_number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


@dataclass
class Window:
    """Tracks one rate-limit window. Times are seconds on a monotonic clock, passed in as ``now``.

    ``issue`` before each request, ``answer`` after it; ``delay`` says when the next request may be sent.
    """

    limit: int | None = None
    left: int | None = None
    """Lowest number of requests left that an answer of this window reported; None before the first."""
    _issued: int = 0
    _first: int = 0
    _open: dict[int, float] = field(default_factory=dict)
    _lost: list[int] = field(default_factory=list)
    _ends: float | None = None
    _ends_after: float = -math.inf
    _paused_until: float = -math.inf
    _unlimited: bool = False
    _rounding: float = 0.0
    _rejections: int = 0

    def delay(self, now: float) -> float | None:
        """Return the seconds until the next request may be sent; None: as soon as a request in flight is answered."""
        if now < self._paused_until - TICK:
            return self._paused_until - now
        if self._ends is not None and now >= self._ends + MARGIN - TICK:
            self._forget()
        if self.left is None:
            in_flight = sum(ticket >= self._first for ticket in self._open)
            return 0.0 if self._unlimited or in_flight < FEW else None
        # The server may or may not have counted a request that failed without an answer: assume that it did.
        if self.left - len(self._open) - len(self._lost) > 0:
            return 0.0
        if self.left > 0 and self._open:
            return None
        if self._ends is None:
            self._pause(now)
            return self._paused_until - now
        return max(self._ends + MARGIN - now, TICK)

    def issue(self, now: float) -> int:
        """Register that a request is sent; return its ticket."""
        ticket = self._issued
        self._issued += 1
        self._open[ticket] = now
        return ticket

    def answer(
        self, ticket: int, now: float, limits: Limits, *, rejected: bool = False, has_headers: bool = True
    ) -> None:
        """Register the answer to the request of ``ticket``, which may be ``rejected`` with 429.

        ``has_headers``: this answer would have rate-limit headers if the server had a limit; without them we assume
        there is none.
        """
        sent = self._open.pop(ticket)
        self.limit = limits.limit or self.limit
        if rejected:
            self._learn_rounding(ticket, limits)
        if rejected and limits.resets_in is None and self._ends is None:
            self._pause(now)
            return
        if limits.remaining is None and not rejected:
            if self.left is not None:
                self._lost.append(self._issued)
            elif has_headers:
                self._unlimited = True
            return
        remaining = 0 if rejected else limits.remaining or 0
        if self._locate(ticket, sent, now, limits.resets_in):
            self.left = remaining if self.left is None else min(self.left, remaining)
            # The answer includes whatever failed before its request was sent.
            self._lost = [issued for issued in self._lost if issued > ticket]
        if not rejected:
            self._rejections = 0

    def _locate(self, ticket: int, sent: float, now: float, resets_in: float | None) -> bool:
        """Return whether the answer is about the current window; start a new window if it is about a later one.

        ``ticket``: of its request, sent at the time ``sent``. ``resets_in``: seconds after which the server said that
        the window ends; None if it did not say so.
        """
        if resets_in is None:
            return ticket >= self._first or self.left is not None
        # Whole seconds, rounded up: the window ends at most a second earlier.
        earliest, latest = sent + resets_in - 1.0, now + resets_in + self._rounding
        if self._ends is None:
            if ticket < self._first:
                return False
        elif earliest > self._ends:
            self._forget()
        elif latest < self._ends_after:
            return False
        self._ends = latest if self._ends is None else min(self._ends, latest)
        self._ends_after = max(self._ends_after, min(earliest, self._ends))
        return True

    def _learn_rounding(self, ticket: int, limits: Limits) -> None:
        waited = self.left is None and ticket >= self._first > 0
        if waited and limits.resets_in is not None and limits.resets_in <= 1.0:
            # We were too early: this server rounds its seconds down.
            self._rounding = 1.0

    def _pause(self, now: float) -> None:
        """No reset time was given: pause with exponential back-off, then start a new window."""
        self._forget()
        self._paused_until = max(self._paused_until, now + min(FIRST_PAUSE * 2**self._rejections, LONGEST_PAUSE))
        self._rejections = min(self._rejections + 1, 10)

    def _forget(self) -> None:
        """Start a new window, of which only the requests still in flight are known."""
        self.left, self._ends, self._ends_after = None, None, -math.inf
        self._lost = []
        self._first = self._issued


class Pacer:
    """One ``Window`` for all threads: ``enter`` before a request, ``leave`` after it, always in pairs.

    ``wait`` sleeps the seconds it is given, and raises DeadlineExceeded if the run must end before;
    ``check`` raises Stopped if the run is being stopped.
    """

    def __init__(self, effects: Effects, wait: Callable[[float], None], check: Callable[[], None]) -> None:
        self._effects, self._wait, self._check = effects, wait, check
        self._window = Window()
        self._changed = threading.Condition()
        self._shown_until = -math.inf
        self.requests_left: int | None = None

    @property
    def limit(self) -> int | None:
        """Requests a window, as the API reported; None before it does."""
        return self._window.limit

    def enter(self) -> int:
        """Wait until another request stays under the limit; return its ticket, a number for :meth:`leave`."""
        while True:
            self._check()
            with self._changed:
                now = self._effects.monotonic()
                delay = self._window.delay(now)
                if delay == 0:
                    return self._window.issue(now)
                if delay is None:
                    self._changed.wait(CHECK_EVERY)
                    continue
                message = self._explain(now, delay)
            if message:
                self._effects.progress.say(message)
            self._wait(delay)

    def leave(self, ticket: int, limits: Limits, *, rejected: bool = False, has_headers: bool = True) -> None:
        """Register the answer to the request of ``ticket``; see :meth:`Window.answer`."""
        with self._changed:
            self._window.answer(ticket, self._effects.monotonic(), limits, rejected=rejected, has_headers=has_headers)
            if self._window.left is not None:
                self.requests_left = self._window.left
            left = self.requests_left
            self._changed.notify_all()
        if left is not None and limits.remaining is not None:
            self._effects.progress.note(left)

    def _explain(self, now: float, delay: float) -> str:
        """Return the message for this wait; "" if it was shown already, or if the wait is short."""
        if delay < 1.0 or now < self._shown_until:
            return ""
        self._shown_until = now + delay
        allowed = f" ({self._window.limit} requests/min)" if self._window.limit else ""
        return f"Rate limit reached{allowed}. Waiting {math.ceil(delay)} s."
