"""Sessions on disk while they are downloaded: they need not fit into memory, and an interrupted run resumes.

A file next to ``sessions.csv``, which is never published. Its first line names the server and the first day; after it
there is a line for each session, and one for each asset once it was read completely. The file is deleted once the
sessions are in the history.
"""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import IO, Any

from apivideo_geo.days import ONE_DAY
from apivideo_geo.durable import disk_failed, temporary_folder
from apivideo_geo.effects import Effects
from apivideo_geo.errors import DiskFailed
from apivideo_geo.owner_files import check_regular

Item = dict[str, Any]
NAME = ".sessions-read.jsonl"
TABLE = ".sessions-read.parquet"
BATCH = 10_000
"""Rows written at a time."""


@dataclass(frozen=True)
class Read:
    """What is known of an asset: its sessions up to the UTC day ``last``, as they were on the UTC day ``on``."""

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
    """The file in the folder ``exports`` with what ``server`` (its host) sent of the UTC days from ``first`` on.

    If the folder cannot be written, that is reported once, and a temporary folder is used. ``add`` and ``finish`` are
    thread-safe; they raise :class:`DiskFailed` if the disk is full, and nothing is then left on it.
    """

    def __init__(self, exports: Path, server: str, first: date, effects: Effects) -> None:
        self._header = {"server": server, "first": first.isoformat()}
        self._lock = threading.Lock()
        self._failure: DiskFailed | None = None
        try:
            exports.mkdir(parents=True, exist_ok=True)
            check_regular(exports / NAME)
            self._file: IO[bytes] = (exports / NAME).open("a+b")
            self._folder = exports
        except OSError as error:
            effects.progress.say(
                f"Cannot write partial results to {exports} ({error.strerror or error}): "
                "if this run is interrupted, the next one starts from the beginning."
            )
            self._folder = Path(tempfile.mkdtemp(dir=temporary_folder()))
            self._file = (self._folder / NAME).open("a+b")

    def load(self) -> dict[str, Read]:
        """Return asset id → what is known of it. Drops what belongs to another download or was written in part."""
        read: dict[str, Read] = {}
        complete = 0
        self._file.seek(0)
        for line in self._file:
            try:
                values = _parse(line)
                if not complete:
                    if values != self._header:
                        break
                elif "session" not in values:
                    known = Read(date.fromisoformat(values["last"]), date.fromisoformat(values["on"]))
                    read[values["asset"]] = known
            except (ValueError, KeyError, TypeError):
                break
            complete += len(line)
        self._file.truncate(complete)  # the next line is appended here
        if not complete:
            self._write(self._header)
        return read

    def add(self, asset: str, session: Item) -> None:
        """Append a session of ``asset``; a later one with the same id replaces it."""
        self._write({"asset": asset, "session": session})

    def finish(self, asset: str, read: Read) -> None:
        """Note that all sessions of ``asset`` were added, as ``read`` says."""
        self._write({"asset": asset, "last": str(read.last), "on": str(read.on)}, flush=True)

    def sessions(self) -> Iterator[tuple[str, Item]]:
        """Yield (asset id, session) of all sessions, of several with one id the last. One id takes some 100 bytes."""
        lines: dict[int, int] = {}
        for number, (asset, session) in enumerate(self._sessions()):
            lines[hash((asset, find_id(session)))] = number
        last = set(lines.values())
        lines.clear()
        return (pair for number, pair in enumerate(self._sessions()) if number in last)

    def write_table(self, rows: Iterable[Mapping[str, str | None]], names: Sequence[str]) -> Path:
        """Write ``rows`` to a Parquet file in the same folder, with the columns ``names``: texts, null if empty."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        path, remaining = self._folder / TABLE, iter(rows)
        schema = pa.schema([(name, pa.string()) for name in names])
        try:
            with pq.ParquetWriter(path, schema) as writer:
                while batch := list(islice(remaining, BATCH)):
                    columns = [pa.array([row.get(name) or None for row in batch], pa.string()) for name in names]
                    writer.write_table(pa.table(columns, schema=schema))
        except OSError as error:
            raise disk_failed(path, error) from None
        return path

    def close(self) -> None:
        """Close the file; what was read stays for the next run."""
        self._close_and_remove(TABLE)

    def clear(self) -> None:
        """Close and delete the file: its sessions are in the history."""
        self._close_and_remove(NAME)

    def _close_and_remove(self, name: str) -> None:
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            (self._folder / name).unlink(missing_ok=True)

    def _sessions(self) -> Iterator[tuple[str, Item]]:
        self._file.flush()
        with (self._folder / NAME).open("rb") as file:
            for line in islice(file, 1, None):
                values = _parse(line)
                if "session" in values:
                    yield values["asset"], values["session"]

    def _write(self, values: Mapping[str, Any], *, flush: bool = False) -> None:
        line = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        with self._lock:
            if self._failure:
                raise self._failure
            try:
                self._file.write(line)
                if flush:
                    self._file.flush()
            except OSError as error:
                self.clear()
                self._failure = disk_failed(self._folder / NAME, error)
                raise self._failure from None


def find_id(session: Mapping[str, Any]) -> str:
    """Return the id of a session of the API; the session itself, as text, if it has none."""
    return str((session.get("session") or {}).get("sessionId") or session)


def _parse(line: bytes) -> dict[str, Any]:
    values = json.loads(line)
    if not line.endswith(b"\n") or not isinstance(values, dict):
        raise ValueError
    return values
