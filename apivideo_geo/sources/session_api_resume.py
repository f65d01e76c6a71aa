"""Partial results of an interrupted session download, so that the next run can resume.

A file next to ``sessions.csv``, which is never published: one JSON line for each asset that was read. It is deleted
once the sessions are in the history.
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
    """Sessions of one asset by id, up to the UTC day ``last``, as they were on the UTC day ``on``."""

    items: Mapping[str, Item]
    last: date
    on: date

    def first_unknown(self, last: date, today: date) -> date | None:
        """Return the first day up to ``last`` that must be requested (again); None if there is none.

        A day is final once the day after it has ended: the day before ``on`` could still grow.
        """
        start = self.last + ONE_DAY
        if self.on != today:
            start = min(start, self.on - ONE_DAY)
        return start if start <= last else None


class PartialDownload:
    """The file in the folder ``exports`` with what ``server`` (its host) sent of the UTC days from ``first`` on."""

    def __init__(self, exports: Path, server: str, first: date, effects: Effects) -> None:
        self._path = exports / NAME
        self._header = {"server": server, "first": first.isoformat()}
        self._effects = effects
        self._broken = False

    def load(self) -> dict[str, Read]:
        """Return asset id → what was read of it. Drops lines of another download, and one written in part."""
        read: dict[str, Read] = {}
        complete = 0
        with suppress(OSError), self._path.open("r+b") as file:
            for line in file:
                try:
                    asset, added = self._parse(line)
                except (ValueError, KeyError, TypeError, AttributeError):
                    break
                earlier = read[asset].items if asset in read else {}
                read[asset] = Read({**earlier, **added.items}, added.last, added.on)
                complete += len(line)
            file.truncate(complete)  # the next line is appended here
        return read

    def add(self, asset: str, read: Read) -> None:
        """Append what was read of ``asset``. If the file cannot be written, report it once and continue without it."""
        if self._broken:
            return
        values = {"asset": asset, "last": str(read.last), "on": str(read.on), "items": read.items}
        line = json.dumps({**self._header, **values}, ensure_ascii=False, separators=(",", ":")) + "\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab") as file:
                file.write(line.encode())
        except OSError as error:
            self._broken = True
            self.clear()
            self._effects.progress.say(
                f"Cannot write partial results to {self._path.parent} ({error.strerror or error}): "
                "if this run is interrupted, the next one starts from the beginning."
            )

    def clear(self) -> None:
        """Delete the file."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _parse(self, line: bytes) -> tuple[str, Read]:
        values = json.loads(line)
        if not line.endswith(b"\n") or {name: values[name] for name in self._header} != self._header:
            raise ValueError
        return values["asset"], Read(
            dict(values["items"].items()), date.fromisoformat(values["last"]), date.fromisoformat(values["on"])
        )
