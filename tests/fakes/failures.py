"""Which requests go wrong, and how: by chance from a seed, or as a test scripts it."""

from __future__ import annotations

import random
import threading
from collections import Counter
from typing import Literal, get_args

Kind = Literal["500", "502", "503", "reset", "truncated", "truncated-chunked", "stall"]
"""An answer 500 or 503 with a problem, 502 with an HTML page, the connection reset before an answer, a body cut
before its announced length, a chunked body cut in the middle, an answer that comes only after a long wait."""

KINDS: tuple[Kind, ...] = get_args(Kind)
BY_CHANCE: tuple[Kind, ...] = KINDS[:-1]


class Failures:
    """Decides for each request. ``rate`` of them fail with one of ``kinds``. ``counts``: kind → how many so far."""

    def __init__(self, rate: float = 0.0, kinds: tuple[Kind, ...] = BY_CHANCE, seed: int = 1) -> None:
        self.rate = rate
        self.kinds = kinds
        self.counts: Counter[Kind] = Counter()
        self._rng = random.Random(seed)
        self._scripted: list[tuple[Kind, str]] = []
        self._lock = threading.Lock()

    def fail_next(self, kind: Kind, times: int = 1, path_prefix: str = "/") -> None:
        """The next ``times`` requests whose path begins with ``path_prefix`` fail in this way."""
        if kind not in KINDS:
            raise ValueError(f"{kind} is not one of {', '.join(KINDS)}")
        with self._lock:
            self._scripted += [(kind, path_prefix)] * times

    def draw(self, path: str) -> Kind | None:
        """How this request fails, or None."""
        with self._lock:
            kind = self._draw(path)
            if kind:
                self.counts[kind] += 1
            return kind

    def _draw(self, path: str) -> Kind | None:
        for number, (kind, prefix) in enumerate(self._scripted):
            if path.startswith(prefix):
                del self._scripted[number]
                return kind
        if self._rng.random() < self.rate:
            return self._rng.choice(self.kinds)
        return None
