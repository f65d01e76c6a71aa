"""Check the files that an owner writes (settings, logo, templates) before they are read: none may block a run."""

from __future__ import annotations

import errno
from pathlib import Path


def check_owner_file(path: Path, largest: int) -> None:
    """Raise OSError if ``path`` is a folder or a pipe, which would block, or has more than ``largest`` bytes."""
    if path.exists() and not (path.is_file() or path.is_char_device()):  # /dev/null is an empty file
        raise OSError(errno.EINVAL, "it is a folder" if path.is_dir() else "it is not a file")
    if (size := path.stat().st_size) > largest:
        raise OSError(errno.EFBIG, f"it has {size:,} bytes: make it smaller than {largest:,}")
