"""Find which countries share a border, from the points that their outlines have in common."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import lru_cache
from itertools import combinations
from math import dist

from apivideo_geo.geo.shapes import WIDTH, load_shapes, parse_path

_POINTS = 2
"""Minimum number of shared points of a border; a single one is a corner where four countries nearly meet."""


@lru_cache(maxsize=1)
def load_neighbours() -> Mapping[str, tuple[str, ...]]:
    """Return alpha-3 → the alpha-3 of its neighbours on land, longest shared border first; none for an island."""
    at: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
    for code, shape in load_shapes().items():
        for ring in parse_path(shape.path):
            for point in ring:
                at[point].add(code)
    shared = Counter(pair for codes in at.values() for pair in combinations(sorted(codes), 2))
    found: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for (one, other), points in shared.items():
        if points >= _POINTS:
            found[one].append((-points, other))
            found[other].append((-points, one))
    return {code: tuple(other for _, other in sorted(found[code])) for code in load_shapes()}


def nearest(code: str, among: list[str], count: int) -> list[str]:
    """Return the ``count`` countries of ``among`` nearest to ``code`` by the positions of their labels on the map.

    Those farther than an eighth of the map's width are not near: some 45 degrees at the equator.
    """
    shapes = load_shapes()
    far = {other: dist(shapes[code].label, shapes[other].label) for other in among}
    return sorted((other for other in among if far[other] <= WIDTH / 8), key=lambda other: (far[other], other))[:count]
