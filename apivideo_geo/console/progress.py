"""Show progress on stderr: a live bar on a terminal, text lines elsewhere."""

from __future__ import annotations

import json
import sys
import threading
import time
from typing import TYPE_CHECKING, TextIO

from apivideo_geo.effects import Progress
from apivideo_geo.plain_text import counted

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from apivideo_geo.settings import Settings

LINE_EVERY = 10.0
"""Seconds between two lines about the same step."""


def choose_progress(settings: Settings) -> Progress:
    """Return the kind of progress for this run: none, JSON lines, a live bar on a terminal, or text lines."""
    if settings.verbosity < 0:
        return Progress()
    if settings.log_json:
        return JsonLines(sys.stderr)
    return LiveBar() if sys.stderr.isatty() and not settings.github_actions else TextLines(sys.stderr)


class TextLines(Progress):
    """Prints a line when a step starts, one every ``LINE_EVERY`` seconds, and one when it ends. Thread-safe."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._what = ""
        self._total: int | None = None
        self._requests_left: int | None = None
        self._done = 0
        self._started = self._printed = 0.0

    def start(self, what: str, total: int | None = None) -> None:
        """Print that a step starts."""
        with self._lock:
            self._what, self._total, self._done = what, total, 0
            self._started = self._printed = time.monotonic()
            self._write(f"{what}{'' if total is None else f': {total:,} to do'} …")

    def advance(self, parts: int = 1) -> None:
        """Count ``parts`` more, and print a line if the last one is ``LINE_EVERY`` seconds old."""
        with self._lock:
            self._done += parts
            if time.monotonic() - self._printed >= LINE_EVERY:
                self._printed = time.monotonic()
                self._write(f"{self._what}: {self._state()}")

    def note(self, requests_left: int) -> None:
        """Remember the number for the next line."""
        self._requests_left = requests_left

    def say(self, message: str) -> None:
        """Print ``message`` on a line of its own."""
        with self._lock:
            self._write(message)

    def finish(self) -> None:
        """Print how much was done, and in how many seconds."""
        with self._lock:
            done = f"{self._done:,} done" if self._done else "done"
            self._write(f"{self._what}: {done} in {time.monotonic() - self._started:.1f} s")

    def _state(self) -> str:
        seconds = time.monotonic() - self._started
        rate = self._done / seconds if seconds else 0.0
        text = f"{self._done:,}{'' if self._total is None else f' of {self._total:,}'}, {rate:.1f}/s"
        if self._total is not None and rate:
            text += f", {(self._total - self._done) / rate:.0f} s to go"
        left = self._requests_left
        return text if left is None else f"{text}, {counted(left, 'request')} left this minute"

    def _write(self, line: str) -> None:
        self._stream.write(line + "\n")
        self._stream.flush()


class JsonLines(TextLines):
    """Prints the same lines as JSON objects, in the format of the log."""

    def _write(self, line: str) -> None:
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        super()._write(json.dumps({"time": moment, "level": "info", "logger": "progress", "message": line}))


class LiveBar(Progress):
    """Shows a bar with count, rate, time to go and requests left."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console(stderr=True)
        self._bar: Bar | None = None
        self._requests_left = ""

    def start(self, what: str, total: int | None = None) -> None:
        """Start a new bar for this step."""
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        self.finish()
        self._bar = Bar(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}", markup=False),
            TimeRemainingColumn(),
            TextColumn("{task.fields[left]}", markup=False),
            console=self._console,
        )
        self._bar.add_task(what, total=total, rate="", left=self._requests_left)
        self._bar.start()

    def advance(self, parts: int = 1) -> None:
        """Move the bar forward."""
        if self._bar:
            task = self._bar.tasks[0]
            rate = f"{task.speed:.1f}/s" if task.speed else ""
            self._bar.update(task.id, advance=parts, rate=rate, left=self._requests_left)

    def note(self, requests_left: int) -> None:
        """Show the number at the end of the bar."""
        self._requests_left = f"{counted(requests_left, 'request')} left"

    def say(self, message: str) -> None:
        """Print ``message`` above the bar."""
        self._console.print(message, markup=False, highlight=False)

    def finish(self) -> None:
        """Stop the bar and leave it on the screen."""
        self.stop()

    def stop(self) -> None:
        """Stop the bar, also of a step that failed: a bar hides the cursor of the terminal."""
        if self._bar:
            self._bar.stop()
            self._bar = None
