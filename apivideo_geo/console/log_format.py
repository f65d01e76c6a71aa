"""Set up logging on stderr: as text or as JSON lines, with every secret masked."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_plus, urlsplit

from apivideo_geo.api.secrets import redactor

if TYPE_CHECKING:
    from apivideo_geo.settings import Settings

LEVELS = {-1: logging.WARNING, 0: logging.WARNING, 1: logging.INFO, 2: logging.DEBUG}
"""Setting ``verbosity`` → the lowest level that is printed."""


def set_up_logging(settings: Settings) -> None:
    """Send this package's log records to stderr, at the level and in the format that ``settings`` ask for."""
    redactor.hide(settings.key)
    redactor.hide(settings.token)
    for address in (settings.engine, *settings.sessions, *settings.counts):
        _hide_secrets(address)
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(redactor)
    name = " %(name)s" if settings.verbosity > 0 else ""  # where a line comes from is of no use to most readers
    text = logging.Formatter(f"%(levelname)s{name}: %(message)s")
    handler.setFormatter(JsonFormatter() if settings.log_json else text)
    logger = logging.getLogger("apivideo_geo")
    logger.handlers[:] = [handler]
    logger.setLevel(LEVELS[settings.verbosity])
    logger.propagate = False


def log_warnings(warnings: Iterable[str]) -> None:
    """Log the ``warnings`` of a run that does not print its report."""
    for warning in warnings:
        logging.getLogger("apivideo_geo").warning("%s", warning)


def _hide_secrets(address: str) -> None:
    """Mask the password of a URL, and its query, which can be the signature of a signed URL."""
    with suppress(ValueError):  # not a URL: whoever opens it reports that
        url = urlsplit(address)
        password, words = url.password or "", re.split(r"\W+", f"{url.scheme} {url.username} {url.path}")
        for spelling in {password, unquote(password), unquote_plus(password)}:
            if spelling not in words:  # in postgres://postgres:postgres@… masking would hide the scheme too
                redactor.hide(spelling)
        if url.scheme in ("http", "https"):
            redactor.hide(url.query)


class JsonFormatter(logging.Formatter):
    """Formats a log record as one JSON object: time (UTC), level, logger, message, and any traceback."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        """Return the JSON text of ``record``."""
        values = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_text:
            values["traceback"] = record.exc_text
        elif record.exc_info:
            values["traceback"] = self.formatException(record.exc_info)
        return json.dumps(values, ensure_ascii=False)
