"""The examples in docstrings show what the code really returns."""

import doctest
import importlib
from pathlib import Path

import pytest

import apivideo_geo

ROOT = Path(apivideo_geo.__file__).parent
MODULES = [
    ".".join(["apivideo_geo", *path.relative_to(ROOT).with_suffix("").parts])
    for path in sorted(ROOT.rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", MODULES)
def test_every_example_returns_what_it_shows(name):
    done = doctest.testmod(importlib.import_module(name))
    assert (done.failed, done.attempted > 0) == (0, True)
