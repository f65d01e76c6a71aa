"""What a reading of sessions that was cut off had read, so that the next run need not ask it again.

A file beside ``sessions.csv``, for the owner alone: a line for each asset as it is read. It goes once the sessions are
in the history.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from apivideo_geo.days import ONE_DAY
from apivideo_geo.effects import Effects

Item = dict[str, Any]
NAME = ".sessions-read.jsonl"


@dataclass(frozen=True)
class Read:
    """Sessions of one asset by their id, up to the UTC day ``last``, as they were on the UTC day ``on``."""

    items: Mapping[str, Item]
    last: date
    on: date

    def first_unknown(self, last: date, today: date) -> date | None:
        """The first day up to ``last`` that is to be asked (again); None where there is none.

        A day settles for good as the one after it ends: the day before ``on`` could still grow then.
        """
        start = self.last + ONE_DAY
        if self.on != today:
            start = min(start, self.on - ONE_DAY)
        return start if start <= last else None


class Unfinished:
    """The file in the folder ``exports``, of what ``server`` (its host) told of the UTC days from ``first`` on."""

    def __init__(self, exports: Path, server: str, first: date, effects: Effects) -> None:
        self._path = exports / NAME
        self._reading = {"server": server, "first": first.isoformat()}
        self._effects = effects
        self._broken = False

    def load(self) -> dict[str, Read]:
        """Asset id → what was read of it. What is of another reading, or was not written whole, is taken away."""
        read: dict[str, Read] = {}
        whole = 0
        with suppress(OSError), self._path.open("r+b") as file:
            for line in file:
                try:
                    asset, one = self._parse(line)
                except (ValueError, KeyError, TypeError, AttributeError):
                    break
                earlier = read[asset].items if asset in read else {}
                read[asset] = Read({**earlier, **one.items}, one.last, one.on)
                whole += len(line)
            file.truncate(whole)  # what comes next is added here
        return read

    def keep(self, asset: str, read: Read) -> None:
        """Add what was read of ``asset``. A disk that does not take it is told once, and the run goes on without."""
        if self._broken:
            return
        told = {"asset": asset, "last": str(read.last), "on": str(read.on), "items": read.items}
        line = json.dumps({**self._reading, **told}, ensure_ascii=False, separators=(",", ":")) + "\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab") as file:
                file.write(line.encode())
        except OSError as error:
            self._broken = True
            self.clear()
            self._effects.progress.say(
                f"What is read cannot be kept in {self._path.parent} on the way ({error.strerror or error}): "
                "this run begins anew if it is interrupted."
            )

    def clear(self) -> None:
        """Take the file away."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _parse(self, line: bytes) -> tuple[str, Read]:
        told = json.loads(line)
        if not line.endswith(b"\n") or {name: told[name] for name in self._reading} != self._reading:
            raise ValueError
        return told["asset"], Read(
            dict(told["items"].items()), date.fromisoformat(told["last"]), date.fromisoformat(told["on"])
        )
