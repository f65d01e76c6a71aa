"""Compute class breaks and the labels of a legend.

A scale cuts the values of a choropleth into a few classes, lowest first. Zero and missing values
have no class: ``class_of`` returns None for them. Classes only change colours, never the numbers
shown.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from apivideo_geo.errors import UsageError
from apivideo_geo.render.map.breaks import equal_breaks, jenks_breaks, log_breaks, quantile_breaks, roundest
from apivideo_geo.render.text.formats import Formats

METHODS = ("quantile", "log", "jenks", "equal", "custom")
MIN_CLASSES, MAX_CLASSES = 3, 9

_BREAKS = {"quantile": quantile_breaks, "log": log_breaks, "jenks": jenks_breaks, "equal": equal_breaks}


@dataclass(frozen=True)
class Scale:
    """Classes by their lower limits ``lows``, ascending; the last one is open-ended.

    ``whole`` means that the values are counts, so that ranges are disjoint ("1–3", "4–9").
    Without values, ``lows`` is empty. ``top`` is the largest value.
    """

    lows: tuple[float, ...]
    top: float
    whole: bool

    def class_of(self, value: float | None) -> int | None:
        """Return the class of ``value``, 0 is the lowest; None for zero, for None, or without classes."""
        if value is None or not self.lows or not value > 0:
            return None
        return max(bisect_right(self.lows, value) - 1, 0)

    def ranges(self, formats: Formats, number: Callable[[float], str] | None = None) -> list[str]:
        """Return each class in words, weakest first. ``number`` writes a figure, by default ``formats.number``."""
        return [self._range(index, formats, number or formats.number) for index in range(len(self.lows))]

    def _range(self, index: int, formats: Formats, number: Callable[[float], str]) -> str:
        low = self.lows[index]
        if index == len(self.lows) - 1:
            alone = index == 0 and low == self.top
            return number(low) if alone else formats.say("%(number)s and more", number=number(low))
        above = self.lows[index + 1]
        if not self.whole and index == 0:
            return formats.say("under %(number)s", number=number(above))
        upto = above - 1 if self.whole else above
        return number(low) if upto <= low else f"{number(low)}–{number(upto)}"


def make_scale(
    values: Sequence[float], method: str = "quantile", classes: int = 6, custom: Sequence[float] = ()
) -> Scale:
    """Return the scale of ``values`` by ``method`` in at most ``classes`` classes.

    Values that are zero, negative or not finite are ignored. Limits are rounded to readable figures. Empty classes
    are removed, except ``custom`` ones: these are the numbers at which a new class begins, and stay as
    given. Raises UsageError for an invalid method, number of classes or list of breaks.
    """
    _check(method, classes, custom)
    seen = sorted(value for value in values if math.isfinite(value) and value > 0)
    if not seen:
        return Scale((), 0, True)
    whole = all(float(value).is_integer() for value in seen)
    if method == "custom":
        return Scale(_custom_lows(custom, whole), seen[-1], whole)
    if seen[0] == seen[-1]:
        return Scale((seen[0],), seen[-1], whole)
    lows = (_floor(seen[0], whole), *_BREAKS[method](seen, classes, whole))
    return Scale(_occupied(lows, seen), seen[-1], whole)


def _check(method: str, classes: int, custom: Sequence[float]) -> None:
    if method not in METHODS:
        raise UsageError(f'There is no class method "{method}": choose one of {", ".join(METHODS)}.')
    if not MIN_CLASSES <= classes <= MAX_CLASSES:
        raise UsageError(f"The map can have {MIN_CLASSES} to {MAX_CLASSES} classes, not {classes}.")
    ascending = all(low < high for low, high in pairwise(custom))
    sound = all(math.isfinite(limit) and limit > 0 for limit in custom)
    if method == "custom" and not (1 <= len(custom) < MAX_CLASSES and ascending and sound):
        raise UsageError(f"Custom breaks are 1 to {MAX_CLASSES - 1} ascending numbers above zero, like 10, 100, 1000.")


def _custom_lows(custom: Sequence[float], whole: bool) -> tuple[float, ...]:
    if whole:
        limits = tuple(dict.fromkeys(math.ceil(limit) for limit in custom))
        return limits if limits[0] <= 1 else (1, *limits)
    return (0, *custom)


def _floor(lowest: float, whole: bool) -> float:
    """Return a readable figure at or just below the lowest value."""
    return roundest(lowest * 0.8, lowest, lowest, whole)


def _occupied(lows: Sequence[float], seen: Sequence[float]) -> tuple[float, ...]:
    """Return the lower limits without those of empty classes; the first always stays."""
    kept = [lows[0]]
    for low, above in pairwise((*sorted(set(lows[1:])), math.inf)):
        if low > kept[-1] and any(value < low for value in seen) and any(low <= value < above for value in seen):
            kept.append(low)
    return tuple(kept)
