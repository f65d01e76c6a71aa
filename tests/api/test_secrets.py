"""What masks the key and the tokens."""

from __future__ import annotations

import logging
from urllib.parse import quote

import pytest

from apivideo_geo.api.secrets import Redactor

KEY = 'k/ey+with"strange=chars\\'


@pytest.mark.parametrize("text", [KEY, quote(KEY, safe=""), repr(KEY), '{"apiKey": "k/ey+with\\"strange=chars\\\\"}'])
def test_every_spelling_of_a_secret_is_masked(text):
    redactor = Redactor()
    redactor.hide(KEY)
    cleaned = redactor.clean(f"before {text} after")
    assert "strange" not in cleaned
    assert cleaned.startswith("before ")
    assert cleaned.endswith(" after")


def test_a_longer_secret_that_begins_like_a_shorter_one_is_masked_whole():
    redactor = Redactor()
    redactor.hide("abcdef")
    redactor.hide("abcdef-ghijkl")
    assert redactor.clean("abcdef-ghijkl abcdef") == "*** ***"


def test_a_value_too_short_to_be_a_secret_masks_nothing():
    redactor = Redactor()
    redactor.hide("")
    redactor.hide("a")
    assert redactor.clean("a banana") == "a banana"


def test_a_log_record_is_masked_in_message_arguments_traceback_and_stack(caplog):
    redactor = Redactor()
    redactor.hide(KEY)
    logger = logging.getLogger("tests.redactor")
    logger.addFilter(redactor)
    with caplog.at_level(logging.DEBUG):
        logger.warning("key %s of %d", KEY, 7, stack_info=True)
        try:
            raise ValueError(KEY)
        except ValueError:
            logger.exception("no")
        logger.info("%s is innocent", "this")
    logger.removeFilter(redactor)
    assert KEY not in caplog.text
    assert "key *** of 7" in caplog.text
    assert "ValueError: ***" in caplog.text
    assert "this is innocent" in caplog.text
    assert all(KEY not in str(record.exc_info) for record in caplog.records)
