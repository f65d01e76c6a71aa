"""Check files that others may have put there (settings, logo, templates, data) before they are read: none may block."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def check_owner_file(path: Path, largest: int) -> None:
    """Raise OSError if :func:`check_regular` does, or if ``path`` has more than ``largest`` bytes."""
    check_regular(path)
    if (size := path.stat().st_size) > largest:
        raise OSError(errno.EFBIG, f"it has {size:,} bytes: make it smaller than {largest:,}")


def check_regular(path: Path) -> None:
    """Raise OSError if there is something else than a file at ``path``: a pipe would block, a device may be endless."""
    if path.exists() and not path.is_file() and str(path) != os.devnull:  # which is an empty file
        raise OSError(errno.EINVAL, describe_other(path))


def describe_other(path: Path) -> str:
    """Return what ``path`` is, which is there and is not a file: "it is a pipe, not a file", for example."""
    if path.is_dir():
        return "it is a folder"
    mode = path.stat().st_mode
    what = "pipe" if stat.S_ISFIFO(mode) else "socket" if stat.S_ISSOCK(mode) else "device"
    return f"it is a {what}, not a file"
