"""The owner's logo: an SVG or PNG, looked at before it is published. Reads only."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from apivideo_geo.errors import UsageError

LARGEST = 100_000
"""Bytes a logo may have: it is part of every first view."""
TALL, WIDE = 28, 200
"""CSS pixels it is drawn in: as high as the first, unless it would be wider than the second."""

_RUNS = frozenset(
    ("script", "foreignObject", "iframe", "embed", "object", "audio", "video", "set", "animate", "handler", "listener")
)
"""Elements that run, load, or change an address."""
_SIDE = re.compile(r"\s*([0-9.]+)(?:px)?\s*")


@dataclass(frozen=True)
class Logo:
    """A file called ``name``; ``width`` × ``height`` CSS pixels on the page."""

    name: str
    content: bytes
    width: int
    height: int


def load_logo(path: Path) -> Logo:
    """The logo in ``path``. Raises UsageError for what is no sound SVG or PNG, too large, or runs something."""
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise UsageError(f"Cannot read the logo {path}: {problem.strerror}.") from None
    if len(content) > LARGEST:
        raise UsageError(f"The logo {path} has {len(content):,} bytes: make it smaller than {LARGEST:,}.")
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _sized("logo.png", content, _png_size(content, path))
    if path.suffix.lower() != ".svg":
        raise UsageError(f"The logo {path} is neither a PNG nor an SVG file: save it as one of these.")
    return _sized("logo.svg", content, _svg_size(_safe_svg(content, path), path))


def _sized(name: str, content: bytes, size: tuple[float, float]) -> Logo:
    width, height = size
    scale = min(TALL / height, WIDE / width)
    return Logo(name, content, max(1, round(width * scale)), max(1, round(height * scale)))


def _png_size(content: bytes, path: Path) -> tuple[float, float]:
    if len(content) < 24 or content[12:16] != b"IHDR":
        raise UsageError(f"The logo {path} is a broken PNG file: save it again.")
    width, height = struct.unpack(">II", content[16:24])
    return _positive(width, height, path)


def _safe_svg(content: bytes, path: Path) -> ElementTree.Element:
    """The root of an SVG that only draws."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"<?xml-stylesheet" in content:
        raise UsageError(f"The logo {path} has a DOCTYPE or a style sheet elsewhere: save it as plain SVG.")
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 - without a DOCTYPE there is no entity to expand
    except ElementTree.ParseError as problem:
        raise UsageError(f"The logo {path} is not well-formed SVG: {problem}.") from None
    if _local(root.tag) != "svg":
        raise UsageError(f"The logo {path} is not an SVG file: its root is <{_local(root.tag)}>.")
    for found in _dangers(root):
        raise UsageError(f"The logo {path} has {found}, which is refused: save it as plain SVG.")
    return root


def _dangers(root: ElementTree.Element) -> Iterator[str]:
    """What could run, or load from somewhere else."""
    for element in root.iter():
        tag = _local(element.tag)
        if tag in _RUNS or tag.startswith("animate"):
            yield f"an element <{tag}>"
        texts = dict(element.attrib)
        if tag == "style":
            texts["style"] = texts.get("style", "") + (element.text or "")
        for name, value in texts.items():
            attribute = _local(name).lower()
            if attribute.startswith("on"):
                yield f"an attribute {attribute}"
            elif attribute in ("href", "src") and not re.match(r"\s*(#|data:image/(png|jpeg);)", value):
                yield f"a link to {value[:40]!r}"
            elif re.search(r"@import|url\(\s*['\"]?(?!['\"]?#)|expression\(|javascript:", value, re.IGNORECASE):
                yield f"a link in {attribute}"


def _svg_size(root: ElementTree.Element, path: Path) -> tuple[float, float]:
    sides = [_SIDE.fullmatch(root.get(name, "")) for name in ("width", "height")]
    if sides[0] and sides[1]:
        return _positive(_number(sides[0][1]), _number(sides[1][1]), path)
    box = root.get("viewBox", "").replace(",", " ").split()
    if len(box) != 4:
        raise UsageError(f"The logo {path} tells no size: give its <svg> a viewBox, or a width and a height.")
    return _positive(_number(box[2]), _number(box[3]), path)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _positive(width: float, height: float, path: Path) -> tuple[float, float]:
    if not (0 < width < 1e6 and 0 < height < 1e6):
        raise UsageError(f"The logo {path} has no size: give it a width and a height above zero.")
    return width, height


def _local(name: object) -> str:
    """A name without its namespace; "" for what is a comment."""
    return name.rpartition("}")[2] if isinstance(name, str) else ""
