"""Keep the API key and the tokens out of logs and messages.

The client never writes a secret anywhere on purpose, and holds each as pydantic's ``SecretStr``, which prints as stars.
This module is for text from elsewhere that contains one, such as the answer of a server that repeats the key.
"""

from __future__ import annotations

import json
import logging
import re
import threading
from urllib.parse import quote, quote_plus

MASK = "***"
"""Shown instead of a secret."""
SHORTEST = 4
"""Shorter values are not hidden: they are not secrets, and would mask half of every sentence."""


class Redactor(logging.Filter):
    """Replaces every registered secret with ``***``, in texts and in log records.

    Install it on a handler or a logger: each record is cleaned before it is written, traceback included. Thread-safe.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._spellings: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def hide(self, value: str) -> None:
        """Mask ``value`` from now on: as it is, and as it is written in a URL, in JSON and by ``repr``."""
        if len(value) < SHORTEST:
            return
        spellings = {value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1], repr(value)[1:-1]}
        with self._lock:
            self._spellings |= spellings
            longest_first = sorted(self._spellings, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def clean(self, text: str) -> str:
        """Return ``text`` with ``***`` instead of every secret."""
        return self._pattern.sub(MASK, text) if self._pattern else text

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean ``record`` in place. Always True: a record is masked, never dropped."""
        message = record.getMessage()
        if (cleaned := self.clean(message)) != message:
            record.msg, record.args = cleaned, ()
        if record.exc_info:
            traceback = logging.Formatter().formatException(record.exc_info)
            if (cleaned := self.clean(traceback)) != traceback:
                # Drop the exception itself too: some handlers format it again.
                record.exc_info, record.exc_text = None, cleaned
        if record.exc_text:
            record.exc_text = self.clean(record.exc_text)
        if record.stack_info:
            record.stack_info = self.clean(record.stack_info)
        return True


redactor = Redactor()
"""The process-wide redactor. The client registers the key and tokens; the CLI attaches it to the log handlers."""
