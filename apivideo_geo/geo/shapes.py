"""Country outlines in the plane: all 249 ISO 3166-1 codes and ``XKX``, Equal Earth. Geometry only, no counts.

Units are whole numbers in a box of ``WIDTH`` × ``HEIGHT``, y downwards as in SVG. The data comes from
Natural Earth through ``make geometry``; ``data/README.md`` has source, licence and border policy.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import asin, cos, radians, sin, sqrt
from typing import Any

from apivideo_geo.errors import DataRefused

WIDTH, HEIGHT = 4000, 1930
"""The view box of every path, dot, label and bounds, in units; west is 0, north is 0."""

Point = tuple[float, float]
Box = tuple[float, float, float, float]

_SUBPATH = re.compile(r"m([^mz]+)z")
_NUMBER = re.compile(r"-?\d+")
_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796
_M = sqrt(3) / 2
"""The coefficients of Equal Earth."""


@dataclass(frozen=True)
class Shape:
    """One territory. It has a ``path``, a ``dot``, or both."""

    iso_a3: str
    path: str
    """SVG path data: closed rings of relative whole numbers; empty where there is only a dot."""
    dot: Point | None
    """Centre of a dot, where the shape is under 2 px on a screen 360 px wide (``size`` < ``WIDTH`` / 180)."""
    label: Point
    """Position of a name or a pin: well inside the biggest part, or the dot."""
    bounds: Box
    """Left, top, right, bottom of its main parts: the area to zoom to."""
    region: str
    """Continent (UN M49), a key of ``load_regions()`` or ``Antarctica``."""
    size: float = 0
    """Longest side of the biggest part, in units; 0 where there is only a dot."""
    spread: tuple[Point, ...] = ()
    """Offset of the dot, right and down, on a map of each of ``load_spread_widths()``."""


@lru_cache(maxsize=1)
def _load_world() -> dict[str, Any]:
    source = files("apivideo_geo.geo") / "data" / "world.json"
    world: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    if (world["width"], world["height"]) != (WIDTH, HEIGHT):
        raise DataRefused(
            f"world.json is drawn {world['width']} × {world['height']} but shapes.py says {WIDTH} × {HEIGHT}; "
            "set WIDTH, HEIGHT in apivideo_geo/geo/shapes.py after rebuilding the geometry."
        )
    return world


@lru_cache(maxsize=1)
def load_shapes() -> Mapping[str, Shape]:
    """Return all 250 shapes by alpha-3, in alphabetical order; read once.

    Raises DataRefused if the data file was rebuilt with another size than ``WIDTH`` × ``HEIGHT``.
    """
    return {
        iso_a3: Shape(iso_a3, **{name: _to_tuple(value) for name, value in entry.items()})
        for iso_a3, entry in sorted(_load_world()["shapes"].items())
    }


def _to_tuple(value: Any) -> Any:  # noqa: ANN401  a value of JSON
    return tuple(map(_to_tuple, value)) if isinstance(value, list) else value


@lru_cache(maxsize=1)
def load_frame() -> Mapping[str, float]:
    """Return the projection: the central ``meridian`` (degrees), ``scale``, and ``x``, ``y`` of 0° N on it."""
    return {name: float(_load_world()["projection"][name]) for name in ("meridian", "scale", "x", "y")}


@lru_cache(maxsize=1)
def load_regions() -> Mapping[str, Box]:
    """Return continent name → left, top, right, bottom of a frame that shows most of it."""
    return {name: tuple(box) for name, box in _load_world()["regions"].items()}


@lru_cache(maxsize=1)
def load_spread_widths() -> tuple[int, ...]:
    """Return the widths of the map in CSS pixels, ascending, with a layout of the dots; each is used up to the next."""
    return tuple(_load_world()["spread_at"])


def parse_path(path: str) -> list[list[tuple[int, int]]]:
    """Return the rings of a ``Shape.path`` as absolute points; the first point is not repeated at the end."""
    rings: list[list[tuple[int, int]]] = []
    start_x = start_y = 0
    for subpath in _SUBPATH.findall(path):
        numbers = [int(number) for number in _NUMBER.findall(subpath)]
        x, y = start_x, start_y
        ring = []
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            ring.append((x, y))
        start_x, start_y = ring[0]
        rings.append(ring)
    return rings


def project(latitude: float, longitude: float) -> Point:
    """Return a position in degrees (north and east positive) in the units of the outlines.

    It is projected as they are: Equal Earth (Šavrič, Patterson, Jenny 2018), with their scale.
    """
    frame = load_frame()
    turned = radians((longitude - frame["meridian"] + 180) % 360 - 180)
    angle = asin(_M * sin(radians(latitude)))
    square = angle * angle
    sixth = square**3
    x = turned * cos(angle) / (_M * (_A1 + 3 * _A2 * square + sixth * (7 * _A3 + 9 * _A4 * square)))
    y = angle * (_A1 + _A2 * square + sixth * (_A3 + _A4 * square))
    return frame["x"] + frame["scale"] * x, frame["y"] - frame["scale"] * y
