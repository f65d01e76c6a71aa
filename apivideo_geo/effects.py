"""Clock, sleep and progress, passed in as an argument so that tests can replace them."""

from __future__ import annotations

import time
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime

from apivideo_geo.errors import UsageError

YEARS = range(2018, 2101)
"""Years that a clock can show: api.video did not exist before, and the history has no room for much later days."""


class Progress:
    """Reports the progress of a long step. Shows nothing; subclasses do, and are thread-safe: workers call them."""

    def start(self, what: str, total: int | None = None) -> None:
        """Begin a step called ``what`` with ``total`` parts (None: unknown)."""

    def advance(self, parts: int = 1) -> None:
        """Count ``parts`` more as done."""

    def note(self, requests_left: int) -> None:
        """Show how many requests the API still allows in this minute."""

    def say(self, message: str) -> None:
        """Show one line, for example why the run waits."""

    def finish(self) -> None:
        """End the step."""

    def stop(self) -> None:
        """Stop showing a step that failed; does nothing if no step is shown."""


@dataclass
class Effects:
    """Clock, sleep and progress. ``epoch`` (SOURCE_DATE_EPOCH, seconds) fixes ``now`` for reproducible builds."""

    epoch: int | None = None
    progress: Progress = field(default_factory=Progress)

    def now(self) -> datetime:
        """Return the time in UTC, in whole seconds."""
        if self.epoch is not None:
            return datetime.fromtimestamp(self.epoch, UTC)
        return datetime.now(UTC).replace(microsecond=0)

    def check(self) -> None:
        """Raise :class:`UsageError` if the clock shows a year in which no run can be."""
        now = self.now()
        if now.year not in YEARS:
            name = "This machine's clock" if self.epoch is None else "SOURCE_DATE_EPOCH"
            raise UsageError(
                f"{name} says that it is {now:%Y-%m-%d %H:%M} UTC; a run needs a time from 2018 to 2100. Set it."
            )

    def stopped_at(self, now: datetime) -> Effects:
        """Return these effects with a clock that stands still at ``now``."""
        stopped = copy(self)
        stopped.epoch = int(now.timestamp())
        return stopped

    def monotonic(self) -> float:
        """Return seconds of a clock that never goes back, for rate limits and deadlines."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait for ``seconds``."""
        time.sleep(seconds)
