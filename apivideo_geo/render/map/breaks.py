"""Where to cut sorted values into classes, at figures people can read. No I/O.

Every ``…_breaks`` function takes the values above zero in ascending order, the number of classes
wanted and whether the values are whole numbers. It returns the lower limits of the second and higher
classes, ascending; fewer than requested if values tie.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

_ROUND: tuple[tuple[float, ...], ...] = (
    (1, 2, 5),
    (1.5, 2.5, 3, 4, 6, 7, 8, 9),
    tuple(n / 2 for n in range(2, 20)),
    tuple(n / 10 for n in range(10, 100)),
    tuple(n / 100 for n in range(100, 1000)),
)
"""Leading digits from the roundest to the least round."""


def roundest(above: float, upto: float, near: float, whole: bool) -> float:
    """Return the roundest number n with above < n <= upto; among equally round ones, the nearest to ``near``."""
    return _rounded(above, upto, near, whole)[1]


def quantile_breaks(values: Sequence[float], classes: int, whole: bool) -> list[float]:
    """Return classes with about the same number of values; equal values always share a class.

    A limit may move by a fifth of a class to reach a rounder figure. After ties, the remaining values are
    divided equally among the remaining classes.
    """
    limits: list[float] = []
    start, slack = 0, len(values) // (classes * 5)
    for left in range(classes, 1, -1):
        cut = _near_cut(values, start, start + (len(values) - start) / left, slack, whole)
        if cut is None:
            break
        start, limit = cut
        limits.append(limit)
    return limits


def log_breaks(values: Sequence[float], classes: int, whole: bool) -> list[float]:
    """Return classes whose limits grow by a constant factor."""
    factor = (values[-1] / values[0]) ** (1 / classes)
    ideals = (values[0] * factor**step for step in range(1, classes))
    return [roundest(ideal / 1.15, max(ideal * 1.15, math.ceil(ideal)), ideal, whole) for ideal in ideals]


def equal_breaks(values: Sequence[float], classes: int, whole: bool) -> list[float]:
    """Return classes of equal width, with limits at multiples of a round width."""
    width = (values[-1] - values[0]) / classes
    step = roundest(width / 1.15, max(width * 1.15, math.ceil(width) if whole else 0), width, whole)
    first = math.floor(values[0] / step) + 1
    return [round(step * (first + index), 12) for index in range(classes - 1)]


def jenks_breaks(values: Sequence[float], classes: int, whole: bool) -> list[float]:
    """Return Fisher and Jenks' natural breaks: the smallest squared distance from each class's mean."""
    count = len(values)
    classes = min(classes, len(set(values)))
    sums, squares = [0.0], [0.0]
    for value in values:
        sums.append(sums[-1] + value)
        squares.append(squares[-1] + value * value)

    def spread(first: int, end: int) -> float:
        total = sums[end] - sums[first]
        return squares[end] - squares[first] - total * total / (end - first)

    best = [0.0, *(spread(0, end) for end in range(1, count + 1))]
    begins: list[list[int]] = []
    for size in range(2, classes + 1):
        row, begin = [math.inf] * (count + 1), [0] * (count + 1)
        for end in range(size, count + 1):
            row[end], begin[end] = min((best[cut] + spread(cut, end), cut) for cut in range(size - 1, end))
        best = row
        begins.append(begin)
    limits, end = [], count
    for begin in reversed(begins):
        end = begin[end]
        below, at = values[end - 1], values[end]
        limits.append(roundest(below, at, math.sqrt(below * at), whole))
    return sorted(set(limits))


def _near_cut(values: Sequence[float], start: int, aim: float, slack: int, whole: bool) -> tuple[int, float] | None:
    """Return the first index of the next class and its limit: the roundest near ``aim``, else the next above."""
    rises = [cut for cut in range(start + 1, len(values)) if values[cut - 1] < values[cut]]
    within = [cut for cut in rises if abs(cut - aim) <= max(slack, 0.5)]
    if not within:
        within = [cut for cut in rises if cut > aim][:1] or rises[-1:]
    choices = []
    for cut in within:
        below, at = values[cut - 1], values[cut]
        tier, limit = _rounded(below, at, math.sqrt(below * at), whole)
        choices.append((tier, abs(cut - aim), cut, limit))
    return min(choices)[2:] if choices else None


@lru_cache(maxsize=20_000)
def _rounded(above: float, upto: float, near: float, whole: bool) -> tuple[int, float]:
    for tier, heads in enumerate(_ROUND):
        fits = [number for number in _spelled(heads, above, upto) if not whole or number.is_integer()]
        if fits:
            return tier, min(fits, key=lambda number: abs(math.log(number / near)))
    return len(_ROUND), upto


def _spelled(heads: tuple[float, ...], above: float, upto: float) -> Iterator[float]:
    """Yield the numbers with those leading digits in (above, upto], exact to the last decimal."""
    lowest = math.floor(math.log10(above)) if above > 0 else math.floor(math.log10(upto)) - 3
    for exponent in range(lowest, math.floor(math.log10(upto)) + 1):
        numbers = _decade(heads, exponent)
        yield from numbers[bisect_right(numbers, above) : bisect_right(numbers, upto)]


@cache
def _decade(heads: tuple[float, ...], exponent: int) -> tuple[float, ...]:
    """Return the numbers with those leading digits in one power of ten, ascending."""
    return tuple(sorted(float(f"{head:g}e{exponent}") for head in heads))
