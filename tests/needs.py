"""Tools of the system that some tests need."""

import os
from typing import NoReturn

import pytest


def lacking(reason: str) -> NoReturn:
    """Where the tool is not installed the test is left out and says ``reason``; in CI that is a failure."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
