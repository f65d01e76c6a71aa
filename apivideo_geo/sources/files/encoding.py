"""A fast first pass over the bytes of a text file: is it UTF-8, and may it contain escaped formulas?

DuckDB checks only the columns that are requested, and fails without a line number on anything but UTF-8.
"""

from __future__ import annotations

import gzip
import re
import struct
import zlib
from pathlib import Path
from typing import IO, cast

import pyarrow as pa

from apivideo_geo.errors import DataRefused

STEP = 1 << 19
"""Bytes read at a time."""
_ESCAPED = re.compile(rb"'(?:[=+@\t\r-]|\Z)")  # an apostrophe at the end of a step may be followed by one of these


def scan_text(path: Path) -> bool:
    """Return whether the file may contain a cell escaped by :func:`apivideo_geo.formulas.escape_formula`.

    Raises :class:`DataRefused` if the file cannot be read or is not UTF-8, naming the line.
    """
    try:
        with open_bytes(path) as file:
            return _scan(file)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or "it is damaged"
        raise DataRefused(f"{path} cannot be read: {reason}.") from None
    except pa.ArrowInvalid:
        raise DataRefused(f"{path}, line {_bad_line(path)}: not UTF-8 text; save the file as UTF-8.") from None


def open_bytes(path: Path) -> IO[bytes]:
    """Open the content of a file, decompressed if its name ends in ``.gz``."""
    if path.suffix.lower() == ".gz":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return path.open("rb", buffering=0)


def _scan(file: IO[bytes]) -> bool:
    """Do the work of :func:`scan_text` at gigabytes a second. Raises ``ArrowInvalid`` if it is not UTF-8."""
    rest, guarded = b"", False
    while chunk := file.read(STEP):
        text = rest + chunk
        end = _cut(text)
        _check(text, end)
        guarded = guarded or (b"'" in text and _ESCAPED.search(text) is not None)
        rest = text[end:]
    _check(rest, len(rest))
    return guarded


def _check(text: bytes, end: int) -> None:
    bounds = pa.py_buffer(struct.pack("=ii", 0, end))
    pa.StringArray.from_buffers(1, bounds, pa.py_buffer(text)).validate(full=True)


def _cut(text: bytes) -> int:
    """Return the end of ``text``, or up to three bytes before it, so that no character is cut in two."""
    for back in range(1, min(4, len(text)) + 1):
        byte = text[-back]
        if byte & 0xC0 != 0x80:  # the first byte of a character determines its length
            length = 1 if byte < 0xC0 else 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(text) - back if length > back else len(text)
    return len(text)


def _bad_line(path: Path) -> int:
    number = 0
    with open_bytes(path) as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return number
