"""A fixed window of requests, reported in the ``X-RateLimit-*`` headers."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Turn:
    """What one request gets: ``left`` requests in this window, ``seconds`` to its end, refused or not."""

    limit: int
    left: int
    seconds: int
    refused: bool

    def headers(self) -> dict[str, str]:
        """The three headers each answer carries; there is no ``Retry-After``."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.left),
            "X-RateLimit-Retry-After": str(self.seconds),
        }


class Window:
    """``limit`` requests per ``seconds``, starting with the first one after the last window's end.

    ``peak`` is the most requests that came in one window, ``refused`` how many were over.
    """

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self.peak = 0
        self.refused = 0
        self._start = -math.inf
        self._count = 0
        self._lock = threading.Lock()

    def take(self) -> Turn:
        """Count one request."""
        with self._lock:
            now = time.monotonic()
            if now - self._start >= self.seconds:
                self._start, self._count = now, 0
            self._count += 1
            self.peak = max(self.peak, self._count)
            refused = self._count > self.limit
            self.refused += refused
            left = math.ceil(self._start + self.seconds - now)
            return Turn(self.limit, max(0, self.limit - self._count), left, refused)
