"""Bring text files into the form that every engine reads: UTF-8, with the header in line 1, plain or named ``.gz``.

:func:`scan_text` is a fast first pass over the bytes: is it UTF-8, and may it contain escaped formulas? DuckDB checks
only the columns that are requested, and fails without a line number on anything but UTF-8.
"""

from __future__ import annotations

import logging
import re
import shutil
import struct
import tempfile
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import IO

import pyarrow as pa

from apivideo_geo.errors import DataRefused
from apivideo_geo.text_files import GZIP, READ_ERRORS, describe, encoding_of, open_bytes, open_text, packed_as

STEP = 1 << 19
"""Bytes read at a time."""
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

    The copy is in folders of the same names as those of the file that have values (``country=FR``). Raises one of
    ``READ_ERRORS``, and :class:`DataRefused` with the line of bytes that are no text.
    """
    encoding = encoding_of(path)
    if not encoding.startswith("utf-8"):
        log.warning("%s is %s text; it is read as such.", path, encoding[:6].upper())
    log.info("%s is copied to a temporary file, because the engine cannot read it as it is.", path)
    values = [part for part in path.absolute().parts[1:-1] if "=" in part]
    copy = Path(_folder().name, str(next(_copies)), *values, "text")
    copy.parent.mkdir(parents=True)
    with copy.open("w", encoding="utf-8", newline="") as target:
        try:
            with open_text(path) as source:
                for _ in range(header - 1):
                    source.readline()
                shutil.copyfileobj(source, target, STEP)
        except UnicodeDecodeError:
            raise _not_text(path, path, encoding) from None
    return copy


@lru_cache(maxsize=1)
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="apivideo-geo-")


def scan_text(path: Path, shown: Path | None = None) -> bool:
    """Return whether the file may contain a cell escaped by :func:`apivideo_geo.formulas.escape_formula`.

    Raises :class:`DataRefused` if the file cannot be read or is not UTF-8, naming the line; ``shown`` is the file that
    messages name.
    """
    try:
        with open_bytes(path) as file:
            return _scan(file)
    except pa.ArrowInvalid:
        raise _not_text(shown or path, path, "utf-8") from None
    except READ_ERRORS as error:
        raise DataRefused(f"{shown or path} cannot be read: {describe(error)}.") from None


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


def _not_text(shown: Path, path: Path, encoding: str) -> DataRefused:
    name = "UTF-8" if encoding.startswith("utf-8") else encoding[:6].upper()
    return DataRefused(f"{shown}, line {_bad_line(path)}: not {name} text; save the file as UTF-8.")


def _bad_line(path: Path) -> int:
    """Return the number of the first line that is not text, or of the last line."""
    number = 0
    if not encoding_of(path).startswith("utf-8"):
        with open_text(path, errors="replace") as lines:
            return next((number for number, line in enumerate(lines, 1) if "\ufffd" in line), 1)
    with open_bytes(path) as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return number
