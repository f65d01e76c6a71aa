"""Bring text files into the form that every engine reads: UTF-8, with the header in line 1, plain or named ``.gz``.

:func:`scan_text` is a fast first pass over the bytes: is it UTF-8, and may it contain escaped formulas? DuckDB checks
only the columns that are requested, and fails without a line number on anything but UTF-8.
"""

from __future__ import annotations

import codecs
import logging
import re
from contextlib import suppress
from itertools import count, islice
from pathlib import Path
from typing import IO

from apivideo_geo.durable import disk_failed, temporary_folder
from apivideo_geo.errors import DataRefused
from apivideo_geo.text_files import GZIP, READ_ERRORS, describe, encoding_of, open_bytes, open_text, packed_as

STEP = 1 << 19
"""Bytes read at a time."""
MOST_COPIED = 4_000_000_000
"""Maximum size of the copy of a file that the engines cannot read, in bytes: a small ZIP may be terabytes long."""
_ESCAPED = re.compile(rb"'(?:[=+@\t\r-]|\Z)")  # an apostrophe at the end of a step may be followed by one of these
_copies = count()

log = logging.getLogger(__name__)


def is_readable(path: Path, kind: str) -> bool:
    """Return whether the engines read the file as it is. Raises one of ``READ_ERRORS``.

    They know gzip by the name, and take no byte order mark in JSON.
    """
    packed = packed_as(path)
    known = ("utf-8", "utf-8-sig") if kind == "csv" else ("utf-8",)
    return packed == (GZIP if path.suffix.lower() == ".gz" else b"") and encoding_of(path) in known


def copy_as_utf8(path: Path, header: int = 1) -> Path:
    """Write the text from line ``header`` on as UTF-8 to a temporary file, which is removed when Python ends.

    Folders of the file whose names have values (``country=FR``) are in the path of the copy too. Raises one of
    ``READ_ERRORS``, :class:`DataRefused` for bytes that are not text (with their line) and for more than
    ``MOST_COPIED`` bytes, :class:`DiskFailed` if the copy cannot be written.
    """
    encoding = encoding_of(path)
    log.info("%s is copied as UTF-8 to a temporary file, because the engine cannot read it as it is.", path)
    values = [part for part in path.absolute().parts[1:-1] if "=" in part]
    copy = Path(temporary_folder(), "copies", str(next(_copies)), *values, "text")
    try:
        with open_text(path) as source:
            for _ in islice(source, header - 1):
                pass
            _copy(source, copy)
    except UnicodeDecodeError:
        raise _not_text(path, path, encoding) from None
    if copy.stat().st_size > MOST_COPIED:
        copy.unlink()
        raise DataRefused(
            f"{path} is larger than {MOST_COPIED // 1_000_000:,} MB when it is unpacked as UTF-8: split it, or give it "
            "as UTF-8 text that is not a ZIP, which may be of any size."
        )
    return copy


def _copy(source: IO[str], copy: Path) -> None:
    """Write ``source`` to ``copy``, up to a little more than ``MOST_COPIED`` bytes."""
    try:
        copy.parent.mkdir(parents=True)
        target = copy.open("wb")
    except OSError as error:
        raise disk_failed(copy, error) from None
    with target:
        while target.tell() <= MOST_COPIED and (text := source.read(STEP)):
            try:
                target.write(text.encode())
                target.flush()
            except OSError as error:
                with suppress(OSError):  # it tries to write again
                    target.close()
                copy.unlink()
                raise disk_failed(copy, error) from None


def scan_text(path: Path, shown: Path | None = None) -> bool:
    """Return whether the file may contain a cell escaped by :func:`apivideo_geo.formulas.escape_formula`.

    Raises :class:`DataRefused` if the file cannot be read or is not UTF-8, naming the line; ``shown`` is the file that
    messages name.
    """
    try:
        with open_bytes(path) as file:
            decoder, guarded = codecs.getincrementaldecoder("utf-8")(), False
            while chunk := file.read(STEP):
                decoder.decode(chunk)
                guarded = guarded or (b"'" in chunk and _ESCAPED.search(chunk) is not None)
            decoder.decode(b"", final=True)
            return guarded
    except UnicodeDecodeError:
        raise _not_text(shown or path, path, "utf-8") from None
    except READ_ERRORS as error:
        raise DataRefused(f"{shown or path} cannot be read: {describe(error)}.") from None


def _not_text(shown: Path, path: Path, encoding: str) -> DataRefused:
    name = "UTF-8" if encoding.startswith("utf-8") else encoding[:6].upper()
    return DataRefused(
        f"{shown}, line {_bad_line(path)}: not {name} text; save the file as UTF-8 (in Excel: Save As, CSV UTF-8)."
    )


def _bad_line(path: Path) -> int:
    """Return the number of the first line that is not text."""
    is_utf8 = encoding_of(path).startswith("utf-8")
    errors, mark = ("surrogateescape", "[\udc80-\udcff]") if is_utf8 else ("replace", "\ufffd")
    with open_text(path, errors=errors) as lines:
        return next((number for number, line in enumerate(lines, 1) if re.search(mark, line)), 1)
