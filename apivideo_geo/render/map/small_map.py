"""Draw the small maps of countries and videos: land as one shared picture, and the page's countries over it.

Outlines are on a grid four times as coarse as that of the front page, enough for a map that cannot be zoomed: points
are moved to the grid, so two countries still share every point of their border.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape

from apivideo_geo.geo.shapes import HEIGHT, WIDTH, Shape, load_shapes, parse_path
from apivideo_geo.render.map.dots import draw_dot, draw_hairline
from apivideo_geo.render.map.scale import Scale

STEP = 4
"""Units of ``geo.shapes`` in a unit here."""
WIDE, TALL = WIDTH // STEP, -(-HEIGHT // STEP)

_LAND = ("#8a9cb5", 0.136)
"""A colour and its opacity: over the token ``sea`` of the site it gives the token ``zero``, in both themes. The picture
is a separate file and cannot know which theme the reader has chosen."""


@dataclass(frozen=True)
class Frame:
    """A part of the small map: the path of the picture of the ``land``; left, top, width and height in its units."""

    land: str
    box: tuple[int, int, int, int]


def frame_around(area: Sequence[float], land: str) -> Frame:
    """Return the part of the world around an ``area`` (left, top, right, bottom in units of ``geo.shapes``).

    It has the proportions of the whole world and, because outlines here are coarse, at least a third of its width.
    """
    left, top, right, bottom = (side / STEP for side in area)
    width = min(max(right - left, (bottom - top) * WIDE / TALL, WIDE / 3) * 1.06, WIDE)
    height = width * TALL / WIDE
    x, y = (left + right - width) / 2, (top + bottom - height) / 2
    x, y = min(max(x, 0), WIDE - width), min(max(y, 0), TALL - height)
    return Frame(land, (round(x), round(y), round(width), round(height)))


@cache
def render_land() -> bytes:
    """Return the shared picture: every outline in the colour of zero. Borders are gaps, so it fits both themes."""
    outlines = "".join(load_outlines().values())
    colour, opacity = _LAND
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {TALL}" width="{WIDE}" height="{TALL}">'
        '<mask id="land"><path fill="#fff" stroke="#000" stroke-width=".6" stroke-linejoin="round" '
        f'vector-effect="non-scaling-stroke" d="{outlines}"/></mask>'
        f'<rect width="{WIDE}" height="{TALL}" fill="{colour}" fill-opacity="{opacity}" mask="url(#land)"/></svg>\n'
    ).encode()


def render_overlay(
    classes: Mapping[str, str],
    count: int,
    alternative: str,
    circles: Iterable[str] = (),
    words: Mapping[str, str] | None = None,
    frame: Frame | None = None,
) -> str:
    """Return the countries of ``classes`` (alpha-3 → class of colour, in drawing order) as an SVG over the land.

    ``count`` is the number of classes; ``alternative`` is the picture in words; ``words`` (by alpha-3) are the
    tooltips of countries. With a ``frame`` the picture has the land itself, paler, and shows that part of the world.
    """
    shapes, outlines, words = load_shapes(), load_outlines(), words or {}
    box, under, near = f"0 0 {WIDE} {TALL}", "", ""
    if frame:
        box, near = " ".join(map(str, frame.box)), " near" * (frame.box[2] < WIDE / 2)
        under = f'<image href="{escape(frame.land)}" width="{WIDE}" height="{TALL}"/>'
    lands = [
        f'<path class="{kind}" data-c="{code}" d="{outlines[code]}"><title>{escape(words[code])}</title></path>'
        if code in words
        else f'<path class="{kind}" d="{outlines[code]}"/>'
        for code, kind in classes.items()
        if outlines[code]
    ]
    dots = [
        draw_dot(shapes[code], kind, unit=STEP, words=words.get(code, ""))
        for code, kind in classes.items()
        if shapes[code].dot
    ]
    hairlines = (draw_hairline(shapes[code], kind, unit=STEP) for code, kind in classes.items())
    return (
        f'<svg class="world over{near} k{count}" viewBox="{box}" role="img" aria-label="{escape(alternative)}" '
        f'focusable="false">{under}<g class="lands">{"".join(lands)}</g><g class="ways">{"".join(hairlines)}</g>'
        f'<g class="dots">{"".join(dots)}</g>'
        f"{''.join(circles)}</svg>"
    )


def render_counts(
    counts: Mapping[str, float],
    scale: Scale,
    alternative: str,
    words: Mapping[str, str] | None = None,
    without: Iterable[str] = (),
    frame: Frame | None = None,
) -> str:
    """Return the countries of ``counts`` (by alpha-3) in the classes of ``scale``; see :func:`render_overlay`.

    Those ``without`` a count, then low counts are drawn first, so that high ones are on top where dots overlap.
    """
    ordered = sorted((scale.class_of(count) or 0, code) for code, count in counts.items())
    classes = {**dict.fromkeys(without, "zero"), **{code: f"c{index}" for index, code in ordered}}
    return render_overlay(classes, len(scale.lows), alternative, words=words, frame=frame)


def render_shapes(codes: Iterable[str]) -> str:
    """Return the outlines and dots of countries (alpha-3) as an SVG without a size, for :func:`render_uses`."""
    shapes, outlines = load_shapes(), load_outlines()
    parts = []
    for code in sorted(codes):
        if outlines[code]:
            parts.append(f'<path id="land-{code}" class="shape-land" d="{outlines[code]}"/>')
        if dot := shapes[code].dot:
            x, y = place_of(dot)
            parts.append(f'<path id="dot-{code}" class="shape-dot" d="M{x} {y}h0"/>')
    return f'<svg class="shapes" width="0" height="0" aria-hidden="true"><defs>{"".join(parts)}</defs></svg>'


def render_uses(classes: Mapping[int, Iterable[str]], count: int, alternative: str) -> str:
    """Return a map of the shapes that the page has once: class (0 is the lowest) → its countries (alpha-3).

    ``count`` is the number of classes; ``alternative`` is the picture in words. Dots are on top of all land.
    """
    shapes, outlines = load_shapes(), load_outlines()
    layers = []
    for name, has in (("land", outlines.get), ("dot", lambda code: shapes[code].dot)):
        for index in sorted(classes):
            uses = "".join(f'<use href="#{name}-{code}"/>' for code in sorted(classes[index]) if has(code))
            layers.append(f'<g class="c{index}">{uses}</g>' if uses else "")
    return (
        f'<svg class="k{count}" viewBox="0 0 {WIDE} {TALL}" role="img" aria-label="{escape(alternative)}" '
        f'focusable="false">{"".join(layers)}</svg>'
    )


@cache
def load_outlines() -> Mapping[str, str]:
    """Return alpha-3 → path of the outline; empty if it is too small for this grid and has a dot instead."""
    return {code: _coarse(shape) for code, shape in load_shapes().items()}


def _coarse(shape: Shape) -> str:
    """Return the rings on the grid, without those that shrink to a line."""
    return "".join(_ring(points) for ring in parse_path(shape.path) if len(points := _on_grid(ring)) > 2)


def _on_grid(ring: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    points: list[tuple[int, int]] = []
    for x, y in ring:
        point = (round(x / STEP), round(y / STEP))
        if not points or point != points[-1]:
            points.append(point)
    while len(points) > 1 and points[0] == points[-1]:
        points.pop()
    return points


def _ring(points: list[tuple[int, int]]) -> str:
    (x, y), *others = points
    text = f"M{x} {y}l"
    for number, (to_x, to_y) in enumerate(others):
        text += f"{_signed(to_x - x, first=not number)}{_signed(to_y - y)}"
        x, y = to_x, to_y
    return f"{text}z"


def _signed(number: int, *, first: bool = False) -> str:
    """Return a number with the separator from the one before: its minus sign, else a space."""
    return str(number) if first or number < 0 else f" {number}"


def place_of(point: tuple[float, float]) -> tuple[int, int]:
    """Return a point of ``geo.shapes`` in units of these pictures."""
    return round(point[0] / STEP), round(point[1] / STEP)
