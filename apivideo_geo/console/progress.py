"""Progress as a person sees it: a live bar on a terminal, plain lines elsewhere. Both write to stderr."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, TextIO

from apivideo_geo.effects import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

LINE_EVERY = 10.0
"""Seconds between two plain lines of the same step."""


class PlainLines(Progress):
    """A line when a step begins, one every ``LINE_EVERY`` seconds, one when it ends."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._what = ""
        self._total: int | None = None
        self._left: int | None = None
        self._done = 0
        self._started = self._told = 0.0

    def start(self, what: str, total: int | None = None) -> None:
        """Begin a step."""
        with self._lock:
            self._what, self._total, self._done = what, total, 0
            self._started = self._told = time.monotonic()
            self._write(f"{what}{'' if total is None else f': {total:,} to do'} …")

    def advance(self, parts: int = 1) -> None:
        """Some more is done."""
        with self._lock:
            self._done += parts
            if time.monotonic() - self._told >= LINE_EVERY:
                self._told = time.monotonic()
                self._write(f"{self._what}: {self._state()}")

    def note(self, requests_left: int) -> None:
        """Remember it for the next line."""
        self._left = requests_left

    def say(self, message: str) -> None:
        """A line of its own."""
        with self._lock:
            self._write(message)

    def finish(self) -> None:
        """The last line of the step."""
        with self._lock:
            done = f"{self._done:,} done" if self._done else "done"
            self._write(f"{self._what}: {done} in {time.monotonic() - self._started:.1f} s")

    def _state(self) -> str:
        seconds = time.monotonic() - self._started
        rate = self._done / seconds if seconds else 0.0
        text = f"{self._done:,}{'' if self._total is None else f' of {self._total:,}'}, {rate:.1f}/s"
        if self._total is not None and rate:
            text += f", {(self._total - self._done) / rate:.0f} s to go"
        return text if self._left is None else f"{text}, {self._left} requests left this minute"

    def _write(self, line: str) -> None:
        self._stream.write(line + "\n")
        self._stream.flush()


class JsonLines(PlainLines):
    """The same lines as JSON objects, beside the log's."""

    def _write(self, line: str) -> None:
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        super()._write(json.dumps({"time": moment, "level": "info", "logger": "progress", "message": line}))


class LiveBar(Progress):
    """A bar with count, rate, time to go and requests left."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console(stderr=True)
        self._bar: Bar | None = None
        self._left = ""

    def start(self, what: str, total: int | None = None) -> None:
        """Begin a step, with a bar of its own."""
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
        self._bar.add_task(what, total=total, rate="", left=self._left)
        self._bar.start()

    def advance(self, parts: int = 1) -> None:
        """Move the bar."""
        if self._bar:
            task = self._bar.tasks[0]
            self._bar.update(task.id, advance=parts, rate=f"{task.speed:.1f}/s" if task.speed else "", left=self._left)

    def note(self, requests_left: int) -> None:
        """Show it at the end of the bar."""
        self._left = f"{requests_left} requests left"

    def say(self, message: str) -> None:
        """A line above the bar."""
        self._console.print(message, markup=False, highlight=False)

    def finish(self) -> None:
        """Leave the bar as it is."""
        if self._bar:
            self._bar.stop()
            self._bar = None
