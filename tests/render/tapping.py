"""Which country answers where a reader taps or points: points spread evenly over its land, and real events there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from random import Random
from typing import Any

from playwright.sync_api import Page

from apivideo_geo.geo.shapes import load_shapes, parse_path

LARGE = 24
"""A country at least this many CSS pixels wide must answer almost everywhere on its land."""
TOUCH: Mapping[int, Mapping[str, Any]] = {
    width: {"viewport": {"width": width, "height": height}, "has_touch": True, "is_mobile": True}
    for width, height in ((360, 900), (414, 900), (768, 1024))
}
"""Windows of phones and of a tablet, by width."""
MOUSE: Mapping[str, Any] = {"viewport": {"width": 1440, "height": 1000}}

Point = tuple[float, float]

ANSWERS = """([asked, by]) => {
    const svg = document.getElementById('world'), matrix = svg.getScreenCTM();
    const found = apivideoGeo.map.finder(svg), codeAt = found.codeAt || found;
    let answer = '';
    const listen = (event) => { answer = codeAt(event, event.pointerType); event.stopPropagation(); };
    window.addEventListener('pointermove', listen, true);
    const answers = asked.map(([code, points]) => {
        const land = svg.querySelector(`.lands [id="${code}"]`);
        return points.filter(([x, y]) => !land || land.isPointInFill(new DOMPoint(x, y))).map(([x, y]) => {
            const at = new DOMPoint(x, y).matrixTransform(matrix);
            const target = document.elementFromPoint(at.x, at.y);
            answer = 'off the screen';
            target?.dispatchEvent(new PointerEvent('pointermove', {
                clientX: at.x, clientY: at.y, pointerType: by, isPrimary: true, bubbles: true, composed: true,
            }));
            return answer;
        });
    });
    window.removeEventListener('pointermove', listen, true);
    return answers;
}"""
"""Points of each country (code, [[x, y], …] in units of the map) ⇒ what the page finds for a real event at each."""

WIDTHS = """() => Object.fromEntries([...document.querySelectorAll('.lands path')]
    .map(land => [land.id, land.getBoundingClientRect().width]))"""


@cache
def spread_points(code: str, count: int) -> tuple[Point, ...]:
    """``count`` points spread evenly over the land of ``code``, in units of the map; its dot where it has no land."""
    shape, random = load_shapes()[code], Random(code)
    if not shape.path:
        x, y = shape.dot or shape.label
        return ((x, y),)
    rings = parse_path(shape.path)
    areas = [_area(ring) for ring in rings]
    points: list[Point] = []
    for _ in range(count * 400):
        if len(points) == count:
            break
        (ring,) = random.choices(rings, areas)
        xs, ys = zip(*ring, strict=True)
        point = (random.uniform(min(xs), max(xs)), random.uniform(min(ys), max(ys)))
        # A lake or an enclave is a ring within a ring.
        if inside(point, ring) and sum(inside(point, other) for other in rings) % 2:
            points.append(point)
    return tuple(points)


def inside(point: Point, ring: Sequence[Point]) -> bool:
    """Is ``point`` within the closed ``ring``?"""
    x, y = point
    found = False
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            found = not found
    return found


def _area(ring: Sequence[Point]) -> float:
    return math.fabs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True))) / 2


def right_share(page: Page, codes: Iterable[str], count: int, by: str) -> dict[str, float]:
    """alpha-3 → the share, 0 to 1, of ``count`` points on its land where a pointer ``by`` (touch, mouse) finds it."""
    asked = [[code, spread_points(code, count)] for code in codes]
    answers = page.evaluate(ANSWERS, [asked, by])
    return {
        code: sum(answer == code for answer in found) / len(found)
        for (code, _), found in zip(asked, answers, strict=True)
        if found
    }


def widths(page: Page) -> dict[str, float]:
    """alpha-3 → how wide its land is drawn, in CSS pixels."""
    found: dict[str, float] = page.evaluate(WIDTHS)
    return found


def point_in(page: Page, code: str) -> Point:
    """Where the middle of a country is drawn, in the part of the window that is seen."""
    x, y = page.evaluate(
        "([x, y]) => { const at = new DOMPoint(x, y).matrixTransform(world.getScreenCTM());"
        " return [at.x - visualViewport.offsetLeft, at.y - visualViewport.offsetTop]; }",
        load_shapes()[code].label,
    )
    return x, y
