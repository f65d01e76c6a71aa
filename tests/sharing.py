"""What many tests need and nobody has to make twice: a built demo, templates, pictures. And no waiting for disks."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from struct import pack
from typing import Any
from unittest.mock import patch
from xml.etree import ElementTree
from zlib import compress, crc32

import pytest
import resvg_py
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket

from apivideo_geo.render.map import cards
from tests.product import Product

DEMO_BUILT_AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
"""The clock of ``built_demo``."""


@pytest.fixture(scope="session")
def built_demo(tmp_path_factory: pytest.TempPathFactory) -> Product:
    """A folder in which the command ``demo`` has run, one for all workers. Only read it, or copy it."""

    def build(folder: Path) -> None:
        with drawn_with(DRAW):
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


DRAW = resvg_py.svg_to_bytes


def draw_stripes(*, svg_string: str, **options: Any) -> bytes:
    """Return a PNG of the size of the picture, with stripes that are equal only for equal pictures.

    Drawing the card of a link takes longer than all else of a small site. Text that is no SVG is refused here too.
    """
    size = ElementTree.fromstring(svg_string).attrib
    width, height = int(size["width"]), int(size["height"])
    digest = sha256(repr((svg_string, sorted(options.items()))).encode()).digest()
    row = b"\0" + (digest * (width // len(digest) + 1))[:width]
    parts = {b"IHDR": pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0), b"IDAT": compress(row * height, 1), b"IEND": b""}
    chunks = (pack(">I", len(data)) + name + data + pack(">I", crc32(name + data)) for name, data in parts.items())
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@contextmanager
def drawn_with(draw: Callable[..., bytes]) -> Iterator[None]:
    """Draw PNGs with ``draw`` for a while."""
    cards._land.cache_clear()
    with patch.object(resvg_py, "svg_to_bytes", draw):
        yield
    cards._land.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def draw_only_stripes() -> Iterator[None]:
    """Draw stripes in place of PNGs. A test of what is in them needs ``draw_pictures`` or ``drawn_with(DRAW)``."""
    with drawn_with(draw_stripes):
        yield


@pytest.fixture
def draw_pictures() -> Iterator[None]:
    """Draw every picture, as users' runs do."""
    with drawn_with(DRAW):
        yield


@pytest.fixture(scope="session", autouse=True)
def wait_for_no_disk() -> Iterator[None]:
    """Let ``os.fsync`` and git return at once. Only a power failure shows the difference, and no test makes one.

    Processes that tests start wait as users' do, except git.
    """
    with patch.object(os, "fsync", lambda descriptor: None), patch.dict(os.environ, GIT_TEST_FSYNC="0"):
        yield
