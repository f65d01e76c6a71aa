"""Text as XML can hold it. No I/O."""

from __future__ import annotations

import re

_IMPOSSIBLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """``text`` without control characters and half surrogates, which no XML document can hold. Nothing is escaped."""
    return _IMPOSSIBLE.sub("", text)
