"""Load the owner's logo, an SVG or PNG file, and check its type and size.

Pages show it with ``<img>``, where scripts in an SVG cannot run.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from apivideo_geo.errors import UsageError
from apivideo_geo.owner_files import check_owner_file

LARGEST = 100_000
"""Maximum size in bytes: every page loads the logo."""
TALL, WIDE = 28, 200
"""CSS pixels: the height on the page, and the maximum width."""

_SIDE = re.compile(r"\s*([0-9.]+)(?:px)?\s*")


@dataclass(frozen=True)
class Logo:
    """A file called ``name``; ``width`` × ``height`` CSS pixels on the page."""

    name: str
    content: bytes
    width: int
    height: int


def load_logo(path: Path) -> Logo:
    """Return the logo in ``path``. Raises UsageError if it is not a valid SVG or PNG, or too large."""
    try:
        check_owner_file(path, LARGEST)
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"Cannot read the logo {path}: {error.strerror}; correct the setting logo, or remove it."
        ) from None
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _sized("logo.png", content, _png_size(content, path))
    if path.suffix.lower() != ".svg":
        raise UsageError(f"The logo {path} is neither a PNG nor an SVG file: save it as one of these.")
    return _sized("logo.svg", content, _svg_size(_svg_root(content, path), path))


def _sized(name: str, content: bytes, size: tuple[float, float]) -> Logo:
    width, height = size
    scale = min(TALL / height, WIDE / width)
    return Logo(name, content, max(1, round(width * scale)), max(1, round(height * scale)))


def _png_size(content: bytes, path: Path) -> tuple[float, float]:
    if len(content) < 24 or content[12:16] != b"IHDR":
        raise UsageError(f"The logo {path} is a broken PNG file: save it again.")
    width, height = struct.unpack(">II", content[16:24])
    return _positive(width, height, path)


def _svg_root(content: bytes, path: Path) -> ElementTree.Element:
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 - the owner's own file, and expat limits its entities
    except (ElementTree.ParseError, ValueError, LookupError) as error:  # the last two: an unknown encoding
        raise UsageError(f"The logo {path} is not well-formed SVG: {error}.") from None
    if root.tag not in ("svg", "{http://www.w3.org/2000/svg}svg"):
        raise UsageError(f"The logo {path} is not an SVG file: its root is <{root.tag}>.")
    return root


def _svg_size(root: ElementTree.Element, path: Path) -> tuple[float, float]:
    sides = [_SIDE.fullmatch(root.get(name, "")) for name in ("width", "height")]
    if sides[0] and sides[1]:
        return _positive(_number(sides[0][1]), _number(sides[1][1]), path)
    box = root.get("viewBox", "").replace(",", " ").split()
    if len(box) != 4:
        raise UsageError(f"The logo {path} has no size: give its <svg> a viewBox, or a width and a height.")
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
