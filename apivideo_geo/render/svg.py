"""The static map: one inline SVG of every country, coloured by CSS classes. Text out; no script needed.

The only copy of the geometry on the page: Leaflet is handed this very element. A country is
``<path id="FRA" class="c3">``; classes are ``c0``, ``c1``, … (weakest first), ``zero`` and ``blank``
(nothing is known). A territory too small to see also has a dot, ``<path id="SGP-dot" class="dot c3">``,
a line without length whose round cap stays as large on the screen at every zoom.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

from apivideo_geo.geo.shapes import HEIGHT, WIDTH, Shape, parse_path

SPECK = 22
"""Shapes whose biggest part is less wide and high than this many units get a dot."""


def render_map(
    shapes: Mapping[str, Shape], class_of: Callable[[str], str], map_id: str, alternative: str, classes: int
) -> str:
    """The map as an ``<svg>`` element named ``map_id``.

    ``class_of`` gives the class of an alpha-3; ``alternative`` is the map in words;
    ``classes`` is how many classes there are, which picks their colours (``k6`` on the root).
    """
    lands = [_land(shape, class_of(code)) for code, shape in shapes.items() if shape.path]
    specks = [shape for shape in shapes.values() if shape.dot and _is_speck(shape)]
    # Weak ones first, so that where dots crowd the strong ones are on top.
    dots = [_dot(shape, class_of(shape.iso_a3)) for shape in sorted(specks, key=lambda s: _order(class_of(s.iso_a3)))]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" id="{escape(map_id)}" class="world k{classes}" '
            f'viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(alternative)}" focusable="false">',
            '<defs><pattern id="hatch" width="24" height="24" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(45)"><path class="hatch-ground" d="M0 0h24v24H0z"/>'
            '<path class="hatch-line" d="M0 0v24"/></pattern>'
            '<pattern id="sparse" width="20" height="20" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(-45)"><path class="sparse-ground" d="M0 0h20v20H0z"/>'
            '<path class="sparse-line" d="M0 0v20"/></pattern></defs>',
            f'<g class="lands">{"".join(lands)}</g>',
            f'<g class="dots">{"".join(dots)}</g>',
            '<path class="lit" d=""/>',
            "</svg>",
        ]
    )


def _land(shape: Shape, name: str) -> str:
    hatch = ' fill="url(#hatch)"' if name == "blank" else ""
    return f'<path id="{shape.iso_a3}" class="{name}"{hatch} d="{shape.path}"/>\n'


def _dot(shape: Shape, name: str) -> str:
    assert shape.dot is not None
    x, y = shape.dot
    suffix = "-dot" if shape.path else ""
    place = f"M{x:g} {y:g}h0"
    ring = "ring" if _order(name) >= 0 else "ring small"
    return f'<path class="{ring}" d="{place}"/><path id="{shape.iso_a3}{suffix}" class="dot {name}" d="{place}"/>\n'


def _is_speck(shape: Shape) -> bool:
    """Is even the biggest part too small to be seen on the whole world's map?"""
    spans = (
        max(max(axis) - min(axis) for axis in zip(*ring, strict=True)) for ring in parse_path(shape.path) if shape.path
    )
    return max(spans, default=0) < SPECK


def _order(name: str) -> int:
    return int(name[1:]) if name[1:].isdigit() else -1
