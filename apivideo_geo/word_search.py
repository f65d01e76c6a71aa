"""Search a text for any of very many words at once: an account may have 100,000 titles that must not be published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

import numpy as np
import numpy.typing as npt

WIDTH = 8
"""Bytes at the beginning of a word by which it is found; shorter words are searched one by one."""
BITS = 24
_MIX = np.uint64(0x9E3779B97F4A7C15)


class WordSearch:
    """Searches for ``words``. The first bytes of the words are in a table, and each place of a text is looked up in it.

    >>> WordSearch({b"a secret title", b"key"}).is_in(b"This is a secret title.")
    True
    """

    def __init__(self, words: Collection[bytes]) -> None:
        self._short = [word for word in words if len(word) < WIDTH]
        self._words: defaultdict[bytes, list[bytes]] = defaultdict(list)
        for word in words:
            if len(word) >= WIDTH:
                self._words[word[:WIDTH]].append(word)
        self._may_begin = np.zeros(1 << BITS, bool)
        self._may_begin[_slots(b"".join(self._words))] = True

    def is_in(self, text: bytes) -> bool:
        """Return whether one of the words is in ``text``."""
        if any(word in text for word in self._short):
            return True
        for shift in range(WIDTH if self._words else 0):
            for number in np.flatnonzero(self._may_begin[_slots(text[shift:])]):
                at = shift + WIDTH * int(number)
                if any(text.startswith(word, at) for word in self._words.get(text[at : at + WIDTH], ())):
                    return True
        return False


def _slots(text: bytes) -> npt.NDArray[np.uint64]:
    """Return the place in the table of each ``WIDTH`` bytes of ``text``."""
    numbers = np.frombuffer(text, np.uint64, len(text) // WIDTH)
    return (numbers * _MIX) >> np.uint64(64 - BITS)
