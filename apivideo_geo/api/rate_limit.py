"""Staying under the API's request limit: how long to wait, given what the rate-limit headers said.

The API counts requests in windows (a minute) and tells in each answer ``X-RateLimit-Limit``,
``X-RateLimit-Remaining`` and ``X-RateLimit-Retry-After`` (whole seconds to the window's end).
``Window`` is the reckoning: numbers in, seconds out, no clock and no lock. ``Pacer`` shares one
window between threads.

Why requests in flight are counted: eight threads that read "one left" at the same time must
send one request, not eight. Why the first request of a window goes nearly alone: until it is
answered nobody knows that the server's window began when ours did.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from apivideo_geo.effects import Effects

FEW = 2
"""Requests in flight while nothing is known of the window (two, so that one that hangs does not stop the others)."""
MARGIN = 0.05
"""Seconds past the window's end before the next request."""
BLIND = 2.0
"""Seconds of the first pause when the server says "no more" and not for how long; doubled each time."""
LONGEST = 60.0
"""Seconds of the longest such pause: one window."""
SANE = 3600.0
"""A window's end further away than this (seconds) is taken for garbage."""
TICK = 0.001
"""Seconds that count as no time at all."""
NUDGE = 0.25
"""Seconds between two looks at whether the run is being stopped, while waiting for others' answers."""


@dataclass(frozen=True)
class Limits:
    """What one answer told: requests a window, requests left in it, seconds to its end. None: not told."""

    limit: int | None = None
    remaining: int | None = None
    resets_in: float | None = None


def parse_limits(headers: Mapping[str, str]) -> Limits:
    """The ``X-RateLimit-*`` of an answer's ``headers``; what is missing, negative or no number is None."""
    limit = _parse_number(headers.get("X-RateLimit-Limit"))
    remaining = _parse_number(headers.get("X-RateLimit-Remaining"))
    resets_in = _parse_number(headers.get("X-RateLimit-Retry-After"))
    return Limits(
        limit=int(limit) if limit else None,
        remaining=None if remaining is None else int(remaining),
        resets_in=None if resets_in is None or resets_in > SANE else resets_in,
    )


def _parse_number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


@dataclass
class Window:
    """The reckoning of one request limit. Times are seconds on one monotonic clock, passed in as ``now``.

    ``issue`` before each request, ``answer`` after it; ``delay`` says when the next may go.
    """

    limit: int | None = None
    told: int | None = None
    """The lowest number of requests left that an answer of this window told; None: nothing told yet."""
    _issued: int = 0
    _first: int = 0
    _open: dict[int, float] = field(default_factory=dict)
    _lost: list[int] = field(default_factory=list)
    _ends: float | None = None
    _ends_after: float = -math.inf
    _paused_until: float = -math.inf
    _unlimited: bool = False
    _rounding: float = 0.0
    _refusals: int = 0

    def delay(self, now: float) -> float | None:
        """Seconds until the next request may go: 0 now, None as soon as a request in flight is answered."""
        if now < self._paused_until - TICK:
            return self._paused_until - now
        if self._ends is not None and now >= self._ends + MARGIN - TICK:
            self._forget()
        if self.told is None:
            asking = sum(ticket >= self._first for ticket in self._open)
            return 0.0 if self._unlimited or asking < FEW else None
        # A request that failed without a word may have been counted, or not: taken as counted.
        if self.told - len(self._open) - len(self._lost) > 0:
            return 0.0
        if self.told > 0 and self._open:
            return None
        if self._ends is None:
            self._pause(now)
            return self._paused_until - now
        return max(self._ends + MARGIN - now, TICK)

    def issue(self, now: float) -> int:
        """One request goes out: its ticket."""
        ticket = self._issued
        self._issued += 1
        self._open[ticket] = now
        return ticket

    def answer(self, ticket: int, now: float, limits: Limits, *, refused: bool = False, telling: bool = True) -> None:
        """The request of ``ticket`` is over, perhaps ``refused`` with 429.

        ``telling``: an answer that would tell the limits if there were any; if it does not, there are none.
        """
        sent = self._open.pop(ticket)
        self.limit = limits.limit or self.limit
        if refused:
            self._learn(ticket, limits)
        if refused and limits.resets_in is None and self._ends is None:
            self._pause(now)
            return
        if limits.remaining is None and not refused:
            if self.told is not None:
                self._lost.append(self._issued)
            elif telling:
                self._unlimited = True
            return
        remaining = 0 if refused else limits.remaining or 0
        if self._place(ticket, sent, now, limits.resets_in):
            self.told = remaining if self.told is None else min(self.told, remaining)
            # Whatever was lost before this request went out is in what its answer told.
            self._lost = [issued for issued in self._lost if issued > ticket]
        if not refused:
            self._refusals = 0

    def _place(self, ticket: int, sent: float, now: float, resets_in: float | None) -> bool:
        """Whether the answer speaks of the current window; begins a new one if it speaks of that."""
        if resets_in is None:
            return ticket >= self._first or self.told is not None
        # Whole seconds, rounded up: the true end is at most a second before what is told.
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

    def _learn(self, ticket: int, limits: Limits) -> None:
        waited = self.told is None and ticket >= self._first > 0
        if waited and limits.resets_in is not None and limits.resets_in <= 1.0:
            # We came before the window's end: this server rounds its seconds down.
            self._rounding = 1.0

    def _pause(self, now: float) -> None:
        """Nobody said until when: a while, longer each time, then begin anew."""
        self._forget()
        self._paused_until = max(self._paused_until, now + min(BLIND * 2**self._refusals, LONGEST))
        self._refusals = min(self._refusals + 1, 10)

    def _forget(self) -> None:
        """A new window: nothing is known of it but the requests still in flight."""
        self.told, self._ends, self._ends_after = None, None, -math.inf
        self._lost = []
        self._first = self._issued


class Pacer:
    """One ``Window`` for all threads: ``enter`` before a request, ``leave`` after it, always in pairs.

    ``wait`` sleeps the seconds it is given and raises if the run may not wait that long;
    ``check`` raises if the run is being stopped.
    """

    def __init__(self, effects: Effects, wait: Callable[[float], None], check: Callable[[], None]) -> None:
        self._effects, self._wait, self._check = effects, wait, check
        self._window = Window()
        self._changed = threading.Condition()
        self._said_until = -math.inf
        self.requests_left: int | None = None

    @property
    def limit(self) -> int | None:
        """The requests a window that the API told; None until it does."""
        return self._window.limit

    def enter(self) -> int:
        """Wait until one more request stays under the limit; its ticket."""
        while True:
            self._check()
            with self._changed:
                now = self._effects.monotonic()
                delay = self._window.delay(now)
                if delay == 0:
                    return self._window.issue(now)
                if delay is None:
                    self._changed.wait(NUDGE)
                    continue
                message = self._explain(now, delay)
            if message:
                self._effects.progress.say(message)
            self._wait(delay)

    def leave(self, ticket: int, limits: Limits, *, refused: bool = False, telling: bool = True) -> None:
        """The request of ``ticket`` is over; see ``Window.answer``."""
        with self._changed:
            self._window.answer(ticket, self._effects.monotonic(), limits, refused=refused, telling=telling)
            if self._window.told is not None:
                self.requests_left = self._window.told
            left = self.requests_left
            self._changed.notify_all()
        if left is not None and limits.remaining is not None:
            self._effects.progress.note(left)

    def _explain(self, now: float, delay: float) -> str:
        """The sentence for this wait; empty if it was said already, or is not worth a line."""
        if delay < 1.0 or now < self._said_until:
            return ""
        self._said_until = now + delay
        allowed = f" (limit: {self._window.limit})" if self._window.limit else ""
        return f"The API's request limit is used up{allowed}: waiting {math.ceil(delay)} s."
