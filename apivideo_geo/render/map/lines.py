"""Draw several lines over the same weeks as static SVG, each with its name at its end. ``compare-page.js`` draws the
same chart for what a reader chooses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import floor, log10

from apivideo_geo.plain_text import shorten
from apivideo_geo.render.map.daily_curve import HEIGHT, Tick
from apivideo_geo.render.text.formats import Formats

WIDE = 76
"""Width of the plot, in percent; the rest is for the names."""
_ROOM, _TALL = 16, 240
"""Pixels above the plot, for the topmost figure, and height of the plot."""
_GAP = 18
"""Smallest distance of two names, in pixels."""
_BRIEF, _FULL = 9, 30
"""Maximum number of letters of a name on narrow and on wide screens."""


@dataclass(frozen=True)
class Line:
    """One line: its name, and its value in each week, None where it has a gap."""

    name: str
    values: Sequence[float | None]


def render_lines(lines: Sequence[Line], ticks: Sequence[Tick], formats: Formats, alternative: str) -> str:
    """Return the chart of ``lines``, which have one value for each week; empty if none has a value.

    ``ticks`` are the dates under it. The picture stretches with its frame, so positions along it are in percent.
    """
    top = max((value for line in lines for value in line.values if value is not None), default=None)
    if top is None:
        return ""
    levels, weeks = make_levels(top), len(lines[0].values)
    top = max(top, levels[-1]) if levels else 1
    # The first value is at the left end, the last one at the right end; a single one is in the middle.
    left, wide = (0.5, weeks - 1) if weeks > 1 else (0, 1)
    return "\n".join(
        [
            f'<svg class="lines" height="{_ROOM + _TALL + 24}" role="img" aria-label="{escape(alternative)}" '
            'focusable="false">',
            f'<svg class="plots" y="{_ROOM}" width="{WIDE}%" height="{_TALL}" viewBox="{left:g} 0 {wide} {HEIGHT}" '
            'preserveAspectRatio="none">',
            *(f'<path class="level" d="M{left:g} {_height(level, top)}h{wide}"/>' for level in (0, *levels)),
            *(_path(slot, line.values, top) for slot, line in enumerate(lines)),
            "</svg>",
            *_level_texts(levels, top, formats),
            *_names(lines, top),
            *(_tick(tick) for tick in ticks),
            "</svg>",
        ]
    )


def make_levels(top: float) -> list[float]:
    """Return two to five round values up to ``top``, for the lines behind the chart.

    >>> make_levels(7), make_levels(0.34), make_levels(1200)
    ([2, 4, 6], [0.1, 0.2, 0.3], [500, 1000])
    """
    if top <= 0:
        return []
    power = 10 ** floor(log10(top / 2))
    step = next(step for step in (5, 2, 1) if step * power * 2 <= top) * power
    return [round(step * number, 12) for number in range(1, floor(top / step + 1e-9) + 1)]


def spread(heights: Sequence[float], gap: float, lowest: float, highest: float) -> list[float]:
    """Return ``heights`` in their order, moved as little as necessary to be at least ``gap`` apart.

    They stay within ``lowest`` and ``highest`` if there is room. ``spread`` of ``compare-page.js`` is the same.

    >>> spread([50, 52, 10], 10, 0, 56)
    [46, 56, 10]
    """
    order = sorted(range(len(heights)), key=lambda index: (heights[index], index))
    placed, least = list(heights), lowest
    for index in order:
        placed[index] = max(placed[index], least)
        least = placed[index] + gap
    most = highest
    for index in reversed(order):
        placed[index] = min(placed[index], most)
        most = placed[index] - gap
    return placed


def _path(slot: int, values: Sequence[float | None], top: float) -> str:
    """Return the line of a slot (0 to 4); a value without neighbours is a point."""
    path = ""
    for index, value in enumerate(values):
        if value is None:
            continue
        joined = index > 0 and values[index - 1] is not None
        alone = not joined and (index + 1 == len(values) or values[index + 1] is None)
        path += f"{'L' if joined else 'M'}{index + 0.5:g} {_height(value, top)}{'h0' if alone else ''}"
    return f'<path class="line s{slot}" d="{path}"/>'


def _height(value: float, top: float) -> int:
    return round(HEIGHT * (1 - value / top))


def _pixels(value: float, top: float) -> float:
    """Return how far below the top of the picture a value is, in pixels."""
    return _ROOM + _TALL * (1 - value / top)


def _level_texts(levels: Sequence[float], top: float, formats: Formats) -> Iterator[str]:
    for level in levels:
        yield f'<text class="figure" x="0" y="{_pixels(level, top) - 4:.1f}">{formats.number(level)}</text>'


def _names(lines: Sequence[Line], top: float) -> Iterator[str]:
    """Yield the SVG of each line's name next to its last value, after a short stroke; ``top``: the end of the scale."""
    last = {
        slot: _pixels(values[-1], top)
        for slot, line in enumerate(lines)
        if (values := [value for value in line.values if value is not None])
    }
    for slot, y in zip(last, spread(list(last.values()), _GAP, _ROOM, _ROOM + _TALL), strict=True):
        name = lines[slot].name
        yield (
            f'<svg x="{WIDE + 1}%" y="{y - 10:.1f}" overflow="visible"><path class="line s{slot} full" d="M1 10h18"/>'
            f'<text class="name full" x="24" y="14.5">{escape(shorten(name, _FULL))}</text>'
            f'<text class="name brief" x="2" y="14.5">{escape(shorten(name, _BRIEF))}</text></svg>'
        )


def _tick(tick: Tick) -> str:
    x = tick.percent * WIDE / 100
    return f'<text class="{tick.kind}" x="{x:.2f}%" y="{_ROOM + _TALL + 18}">{escape(tick.text)}</text>'
