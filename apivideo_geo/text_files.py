"""Open text files as people have them: with a byte order mark, in UTF-16, packed with gzip or as the one file of a ZIP.

What a file is, is read from its first bytes, never from its name.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zipfile
import zlib
from pathlib import Path
from typing import IO, cast

from apivideo_geo.owner_files import check_regular

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
READ_ERRORS = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, UnicodeError)
"""What opening and reading may raise; :func:`describe` puts it into words."""
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def open_bytes(path: Path) -> IO[bytes]:
    """Open the content of a file, unpacked. Raises one of ``READ_ERRORS``."""
    start = packed_as(path)
    if start == GZIP:
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return _open_member(path) if start == ZIP else path.open("rb")


def open_text(path: Path, errors: str = "strict") -> IO[str]:
    """Open the text of a file with its line ends unchanged, without a byte order mark. Raises as ``open_bytes``.

    ``errors``: what happens where bytes are not text, as in :func:`open`.
    """
    return io.TextIOWrapper(open_bytes(path), encoding=encoding_of(path), errors=errors, newline="")


def read_text(path: Path) -> str:
    """Return the text of a small file. Raises one of ``READ_ERRORS``."""
    with open_text(path) as file:
        return file.read()


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a small CSV file with a header, as texts: no value is read as missing.

    Raises :class:`csv.Error`, and one of ``READ_ERRORS``.
    """
    with open_text(path) as file:
        return list(csv.DictReader(file, strict=True))


def packed_as(path: Path) -> bytes:
    """Return ``GZIP`` or ``ZIP`` if the file is packed so, else an empty value. Raises OSError, also for a pipe."""
    check_regular(path)
    with path.open("rb") as file:
        start = file.read(4)
    return next((mark for mark in (GZIP, ZIP) if start.startswith(mark)), b"")


def encoding_of(path: Path) -> str:
    """Return the encoding of the text: of UTF-16 and UTF-32 by their mark, or the NULs that their letters have."""
    with open_bytes(path) as file:
        start = file.read(4)
    for mark, encoding in _MARKS.items():
        if start.startswith(mark):
            return encoding
    letters = {byte != 0 for byte in start[::2]}, {byte != 0 for byte in start[1::2]}
    if len(start) == 4 and letters in (({True}, {False}), ({False}, {True})):
        return "utf-16-le" if start[0] else "utf-16-be"
    return "utf-8"


def describe(error: BaseException) -> str:
    """Return one of ``READ_ERRORS`` in a few words.

    >>> describe(FileNotFoundError(2, "No such file or directory"))
    'No such file or directory'
    """
    if isinstance(error, UnicodeError):
        return "it is not UTF-8 text"
    if isinstance(error, zipfile.BadZipFile) and str(error).startswith("it "):
        return str(error)
    return getattr(error, "strerror", None) or "it is damaged"


def _open_member(path: Path) -> IO[bytes]:
    archive = zipfile.ZipFile(path)
    members = [one for one in archive.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX/")]
    names = [one.filename for one in members]
    if "[Content_Types].xml" in names:
        raise zipfile.BadZipFile("it is a workbook of a spreadsheet; save it as CSV")
    if len(members) != 1:
        raise zipfile.BadZipFile(f"it is a ZIP of {len(members)} files; unpack it and give the files")
    if members[0].flag_bits & 1:
        raise zipfile.BadZipFile("it is a ZIP with a password; unpack it and give the file")
    return archive.open(members[0])
