"""Draw the static map: one inline SVG of all countries, coloured by CSS classes; it needs no script.

It is the only copy of the geometry on the page: Leaflet uses this element. A country is
``<path id="FRA" class="c3">``; classes are ``c0``, ``c1``, … (weakest first), ``zero`` and ``blank``
(no data). A territory too small to see also has a dot, ``<g class="spot c3 SGP">``
(``render/map/dots.py``), of the same size at every zoom; where dots are close together, their style moves them
apart and draws hairlines to their true positions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from html import escape

from apivideo_geo.geo.shapes import HEIGHT, WIDTH, Shape, load_shapes
from apivideo_geo.model import Summary
from apivideo_geo.render.map.dots import draw_dot, draw_hairline
from apivideo_geo.render.map.scale import Scale


def render_world(summary: Summary, scale: Scale, map_id: str, alternative: str, width: float = 0) -> str:
    """Return the map of the counts of ``summary`` in the classes of ``scale``; see ``render_map``."""
    counts = {country.iso_a3: country.count for country in summary.countries}
    class_of = classes_of(counts, scale, "zero" if summary.has_data else "blank")
    return render_map(load_shapes(), class_of, map_id, alternative, len(scale.lows), width)


def classes_of(
    values: Mapping[str, float], scale: Scale, empty: str, few: Collection[str] = ()
) -> Callable[[str], str]:
    """Return the function alpha-3 → CSS class of its value; ``empty`` without one, ``few`` are those with too few."""

    def class_of(code: str) -> str:
        index = scale.class_of(values.get(code))
        return f"c{index}" if index is not None else "few" if code in few else empty

    return class_of


def render_map(
    shapes: Mapping[str, Shape],
    class_of: Callable[[str], str],
    map_id: str,
    alternative: str,
    classes: int,
    width: float = 0,
) -> str:
    """Return the map as an ``<svg>`` element with the id ``map_id``.

    ``class_of`` returns the class of an alpha-3; ``alternative`` is the map in words; ``classes`` is how many classes
    there are, which picks their colours (``k6`` on the root); ``width`` in pixels is for a picture without the page's
    style sheet, whose dots are drawn apart as that width needs.
    """
    lands = [_land(shape, class_of(code)) for code, shape in shapes.items() if shape.path]
    specks = [shape for shape in shapes.values() if shape.dot]
    # Low counts first, so that high counts are on top where dots overlap.
    dots = [
        draw_dot(shape, class_of(code), width=width, identity=f"{code}-dot" if shape.path else code)
        for code, shape in sorted(((s.iso_a3, s) for s in specks), key=lambda pair: _order(class_of(pair[0])))
    ]
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
            f'<g class="ways">{"".join(draw_hairline(s, class_of(s.iso_a3)) for s in specks)}</g>',
            f'<g class="dots">{"".join(dots)}</g>',
            '<path class="lit" d=""/>',
            "</svg>",
        ]
    )


def _land(shape: Shape, name: str) -> str:
    hatch = f' fill="url(#{_PATTERNS[name]})"' if name in _PATTERNS else ""
    return f'<path id="{shape.iso_a3}" class="{name}"{hatch} d="{shape.path}"/>\n'


_PATTERNS = {"blank": "hatch", "few": "sparse"}
"""CSS class of a country → the pattern that fills it."""


def _order(name: str) -> int:
    return int(name[1:]) if name[1:].isdigit() else -1
