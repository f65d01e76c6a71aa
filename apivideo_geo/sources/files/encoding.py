"""Whether a file is UTF-8. DuckDB looks only at the columns it was asked for, and breaks down where it meets worse."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path
from typing import IO, cast

import pyarrow as pa

from apivideo_geo.errors import DataRefused

STEP = 1 << 19


def check_utf8(path: Path) -> None:
    """Raise :class:`DataRefused` if the file cannot be read, or where it is not UTF-8 (the line is told)."""
    try:
        with open_bytes(path) as file:
            whole = _is_utf8(file)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or "it is damaged"
        raise DataRefused(f"{path} cannot be read: {reason}.") from None
    if not whole:
        raise DataRefused(f"{path}, line {_bad_line(path)}: not UTF-8 text; save the file as UTF-8.")


def open_bytes(path: Path) -> IO[bytes]:
    """The content of a file, unpacked if its name ends in ``.gz``."""
    if path.suffix.lower() == ".gz":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return path.open("rb", buffering=0)


def _is_utf8(file: IO[bytes]) -> bool:
    """At several gigabytes a second: Arrow looks at many characters at once."""
    rest = b""
    try:
        while chunk := file.read(STEP):
            text = rest + chunk
            end = _cut(text)
            bounds = pa.py_buffer(struct.pack("=ii", 0, end))
            pa.StringArray.from_buffers(1, bounds, pa.py_buffer(text)).validate(full=True)
            rest = text[end:]
    except pa.ArrowInvalid:
        return False
    return not rest


def _cut(text: bytes) -> int:
    """The end of ``text``, or up to three bytes before it, so that no character is cut in two."""
    for back in range(1, min(4, len(text)) + 1):
        byte = text[-back]
        if byte & 0xC0 != 0x80:  # the first byte of a character tells its length
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
