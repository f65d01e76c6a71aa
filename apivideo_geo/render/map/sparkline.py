"""The counts of every day for the page's script: a file of its own, loaded when a reader asks for a period. Text out.

The file is one classic script, ``apivideoGeo.days({…})``, so that it also loads from ``file://``. Keys: ``first``
(ISO day), ``total`` (one number a day, null where the day was never collected), ``open`` (places of days not over when
collected) and ``counts`` (alpha-3, ``---`` for unknown → one number a day). What a day's total has more than all its
counts is withheld.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import floor

from apivideo_geo.model import Summary

POINTS = 26
"""At most so many points in a sparkline."""
WIDE, TALL = 75, 16
"""Units across and from the bottom to the top of a sparkline."""


def render_days(summary: Summary) -> str:
    """The script; empty where there is not a single day, or the countries of the days are not known."""
    if not summary.daily or not summary.by_country:
        return ""
    told = {
        "first": summary.daily[0].day.isoformat(),
        "total": [day.count for day in summary.daily],
        "open": [place for place, day in enumerate(summary.daily) if day.open],
        "counts": {code: list(counts) for code, counts in summary.by_country.items()},
    }
    return f"apivideoGeo.days({json.dumps(told, separators=(',', ':'))});\n"


def spark_path(counts: Sequence[int], totals: Sequence[int | None]) -> str:
    """A sparkline as SVG path data: a point for each of up to 26 equally long runs of days, the last ones whole.

    ``counts`` are those of consecutive days, ``totals`` tell which of them were collected (None: not). A run's height
    is its count per collected day; a run with no collected day is a hole in the line.
    """
    length = max(1, -(-len(counts) // POINTS))
    starts = range(len(counts) % length, len(counts), length)
    heights = [_mean(counts[start : start + length], totals[start : start + length]) for start in starts]
    top = max((height for height in heights if height is not None), default=0) or 1
    step = WIDE / max(1, len(heights) - 1)
    path = ""
    for place, height in enumerate(heights):
        if height is None:
            continue
        joined = place > 0 and heights[place - 1] is not None
        alone = not joined and (place + 1 == len(heights) or heights[place + 1] is None)
        # Half rounds up, as in the page's script.
        point = f"{floor(step * place + 0.5)} {floor(TALL * (1 - height / top) + 0.5)}"
        path += f"{'L' if joined else 'M'}{point}{'h0' if alone else ''}"
    return path


def _mean(counts: Sequence[int], totals: Sequence[int | None]) -> float | None:
    known = sum(total is not None for total in totals)
    return sum(counts) / known if known else None
