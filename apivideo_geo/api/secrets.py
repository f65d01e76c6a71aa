"""Keeping the API key and the tokens out of everything a person or a program can read.

The client never writes a secret anywhere on purpose. This module is for the rest: a
debugger or a traceback that prints local values (``Secret``), and text that comes from
elsewhere with a secret in it, as a server that repeats the key it refuses (``Redactor``).
"""

from __future__ import annotations

import json
import logging
import re
import threading
from urllib.parse import quote, quote_plus

MASK = "***"
"""What stands in the place of a secret."""
SHORTEST = 4
"""Shorter values are not hidden: they would mask half of every sentence, and are no secrets."""


class Secret:
    """A text that shows as ``***`` wherever it is printed; ``reveal()`` gives it to whoever must send it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself."""
        return self._value

    def __repr__(self) -> str:
        return MASK

    def __reduce__(self) -> str:
        raise TypeError("a Secret is not written to files")


class Redactor(logging.Filter):
    """Replaces every secret it was told with ``***``, in texts and in log records.

    Install it on a handler (or a logger): each record is cleaned before it is written,
    traceback included. Thread-safe.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._spellings: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def hide(self, value: str) -> None:
        """From now on mask ``value``, as it is and as it is spelled in a URL, in JSON and by ``repr``."""
        if len(value) < SHORTEST:
            return
        spellings = {value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1], repr(value)[1:-1]}
        with self._lock:
            self._spellings |= spellings
            longest_first = sorted(self._spellings, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def clean(self, text: str) -> str:
        """``text`` with ``***`` in the place of every secret."""
        return self._pattern.sub(MASK, text) if self._pattern else text

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean ``record`` in place; always True, a record is masked and never dropped."""
        message = record.getMessage()
        if (cleaned := self.clean(message)) != message:
            record.msg, record.args = cleaned, ()
        if record.exc_info:
            told = logging.Formatter().formatException(record.exc_info)
            if (cleaned := self.clean(told)) != told:
                # The exception itself must go too: some handlers format it anew.
                record.exc_info, record.exc_text = None, cleaned
        if record.exc_text:
            record.exc_text = self.clean(record.exc_text)
        if record.stack_info:
            record.stack_info = self.clean(record.stack_info)
        return True


redactor = Redactor()
"""The one of the process: the client tells it the key and every token, the command line installs it on its handlers."""
