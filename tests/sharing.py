"""What many tests need and nobody has to make twice: a built demo, templates, pictures. And no waiting for disks."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import resvg_py
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket

from tests.product import Product

DEMO_BUILT_AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
"""The clock of ``built_demo``."""


@pytest.fixture(scope="session")
def built_demo(tmp_path_factory: pytest.TempPathFactory) -> Product:
    """A folder in which the command ``demo`` has run, one for all workers. Only read it, or copy it."""

    def build(folder: Path) -> None:
        Product(folder).run("demo", now=DEMO_BUILT_AT)

    return Product(make_once(tmp_path_factory, "built-demo", build))


def make_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return the folder ``name``, which the first worker that asks for it makes; the others wait."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, draft = shared / name, shared / f"{name}.draft-{os.getpid()}"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            draft.mkdir()
            make(draft)
            draft.rename(folder)
    return folder


class _InMemory(BytecodeCache):
    """Compiled templates by name and content, so that a template that was changed is compiled again."""

    def __init__(self) -> None:
        self.compiled: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self.compiled.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.compiled[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def compile_each_template_once() -> Iterator[None]:
    """Compile each template once in a worker: that takes half the time of building a small site."""
    original, memory = Environment.__init__, _InMemory()

    def remembering(self: Environment, *arguments: Any, **options: Any) -> None:
        if not arguments:  # with positional arguments it is an environment of jinja's own
            options.setdefault("bytecode_cache", memory)
        original(self, *arguments, **options)

    with patch.object(Environment, "__init__", remembering):
        yield


_DRAW = resvg_py.svg_to_bytes


@pytest.fixture(scope="session", autouse=True)
def draw_each_picture_once() -> Iterator[None]:
    """Draw each PNG once in a worker. A test of whether it is the same each time needs ``draw_again``."""
    drawn: dict[str, bytes] = {}

    def remembering(**options: Any) -> bytes:
        key = repr(sorted(options.items()))
        if key not in drawn:
            drawn[key] = _DRAW(**options)
        return drawn[key]

    with patch.object(resvg_py, "svg_to_bytes", remembering):
        yield


@pytest.fixture
def draw_again() -> Iterator[None]:
    """Draw every picture, also those that were drawn before."""
    with patch.object(resvg_py, "svg_to_bytes", _DRAW):
        yield


@pytest.fixture(scope="session", autouse=True)
def wait_for_no_disk() -> Iterator[None]:
    """Let ``os.fsync`` and git return at once. Only a power failure shows the difference, and no test makes one.

    Processes that tests start wait as users' do, except git.
    """
    with patch.object(os, "fsync", lambda descriptor: None), patch.dict(os.environ, GIT_TEST_FSYNC="0"):
        yield
