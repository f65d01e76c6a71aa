"""Clock, sleep and progress, passed in: nothing else in the project asks the time, sleeps or prints."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol


class Progress(Protocol):
    """What a long step says while it runs. Thread-safe: workers call ``advance`` and ``note``."""

    def start(self, what: str, total: int | None = None) -> None:
        """Begin a step named ``what`` of ``total`` parts (None: not known)."""

    def advance(self, parts: int = 1) -> None:
        """``parts`` more are done."""

    def note(self, requests_left: int) -> None:
        """The API says so many requests are left in this minute."""

    def say(self, message: str) -> None:
        """One line worth reading now, e.g. why we wait."""

    def finish(self) -> None:
        """The step is over."""


class Quiet(Progress):
    """Progress that says nothing, for tests and ``--quiet``."""

    def start(self, what: str, total: int | None = None) -> None:
        """Nothing."""

    def advance(self, parts: int = 1) -> None:
        """Nothing."""

    def note(self, requests_left: int) -> None:
        """Nothing."""

    def say(self, message: str) -> None:
        """Nothing."""

    def finish(self) -> None:
        """Nothing."""


@dataclass
class Effects:
    """The outside world. ``epoch`` (SOURCE_DATE_EPOCH, seconds) fixes ``now`` for reproducible builds."""

    epoch: int | None = None
    progress: Progress = field(default_factory=Quiet)

    def now(self) -> datetime:
        """The time in UTC, to the second."""
        if self.epoch is not None:
            return datetime.fromtimestamp(self.epoch, UTC)
        return datetime.now(UTC).replace(microsecond=0)

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back, for pacing and deadlines."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)
