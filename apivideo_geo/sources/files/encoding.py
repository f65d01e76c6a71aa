"""Whether a file is UTF-8. DuckDB looks only at the columns it was asked for, and breaks down where it meets worse."""

from __future__ import annotations

import codecs
import gzip
import mmap
import struct
import zlib
from pathlib import Path

import pyarrow as pa

from apivideo_geo.errors import DataRefused

STEP = 1 << 20


def check_utf8(path: Path) -> None:
    """Raise :class:`DataRefused` if the file cannot be read, or where it is not UTF-8 (the line is told)."""
    try:
        if path.suffix.lower() == ".gz":
            whole = _gzip_is_utf8(path)
        else:
            whole = path.stat().st_size == 0 or _is_utf8(path)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or "it is damaged"
        raise DataRefused(f"{path} cannot be read: {reason}.") from None
    if not whole:
        raise DataRefused(f"{path}, line {_bad_line(path)}: not UTF-8 text; save the file as UTF-8.")


def _is_utf8(path: Path) -> bool:
    """At several gigabytes a second, without copying."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        buffer = pa.py_buffer(content)
        try:
            start = 0
            while start < len(content):
                end = _cut(content, min(start + STEP, len(content)))
                bounds = pa.py_buffer(struct.pack("=ii", 0, end - start))
                pa.StringArray.from_buffers(1, bounds, buffer.slice(start, end - start)).validate(full=True)
                start = end
        except pa.ArrowInvalid:
            return False
        finally:
            del buffer  # a mapping still in use cannot be closed
    return True


def _cut(content: mmap.mmap, end: int) -> int:
    """``end``, or up to three bytes before it, so that no character is cut in two."""
    if end == len(content):
        return end
    return next((cut for cut in range(end, end - 4, -1) if content[cut] & 0xC0 != 0x80), end)


def _gzip_is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with gzip.open(path, "rb") as file:
        try:
            while chunk := file.read(STEP):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _bad_line(path: Path) -> int:
    with gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return number
