"""Write the counts of every day for the page's script, in a file that is loaded when a reader chooses a period.

The file is one classic script, ``apivideoGeo.days({…})``, so that it also loads from ``file://``. Keys: ``first``
(ISO day), ``total`` (one number a day, null where the day was never collected), ``open`` (indexes of partial
days) and ``counts`` (alpha-3, ``---`` for unknown → one number a day, packed into a text). If a day's total is larger
than the sum of its counts, the rest is suppressed. The file of another metric than the first also has ``seen``
(countries with a count before the first day) and ``people`` (populations of countries that the first does not have).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from math import floor
from typing import Any

from apivideo_geo.model import Summary

POINTS = 26
"""Maximum number of points in a sparkline."""
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx"
WIDE, TALL = 75, 16
"""Width and height of a sparkline, in units."""


def render_days(summary: Summary, first: Summary | None = None) -> str:
    """Return the script; empty without days, or if the counts by day and country of what was counted are not known.

    ``first``: the Summary of the metric that the page opens with, if it is another.
    """
    if not summary.daily or (summary.total and not summary.by_country):
        return ""
    days: dict[str, Any] = {
        "first": summary.daily[0].day.isoformat(),
        "total": [day.count for day in summary.daily],
        "open": [index for index, day in enumerate(summary.daily) if day.open],
        "counts": {code: "".join(map(packed, counts)) for code, counts in summary.by_country.items()},
    }
    if first:
        known = {country.iso_a3 for country in first.countries}
        days["seen"] = sorted(summary.earlier.seen)
        days["people"] = {one.iso_a3: one.people for one in summary.countries if one.iso_a3 not in known}
    return f"apivideoGeo.days({json.dumps(days, separators=(',', ':'))});\n"


@cache
def packed(number: int) -> str:
    """Return a number with digits of base 60, after as many "-" as it has digits more than one.

    >>> [packed(number) for number in (0, 9, 59, 60, 3600)]
    ['0', '9', 'x', '-10', '--100']
    """
    digits = ""
    while number or not digits:
        number, last = divmod(number, len(_DIGITS))
        digits = _DIGITS[last] + digits
    return "-" * (len(digits) - 1) + digits


def spark_path(counts: Sequence[int], totals: Sequence[int | None]) -> str:
    """Return a sparkline as SVG path data: a point for each of up to 26 equal periods, aligned to the last day.

    ``counts`` are those of consecutive days; ``totals`` is None for days that were not collected. The height of a point
    is the count per collected day; a period without collected days is a gap in the line.
    """
    length = max(1, -(-len(counts) // POINTS))
    starts = range(len(counts) % length, len(counts), length)
    heights = [_mean(counts[start : start + length], totals[start : start + length]) for start in starts]
    top = max((height for height in heights if height is not None), default=0) or 1
    step = WIDE / max(1, len(heights) - 1)
    path = ""
    for index, height in enumerate(heights):
        if height is None:
            continue
        joined = index > 0 and heights[index - 1] is not None
        alone = not joined and (index + 1 == len(heights) or heights[index + 1] is None)
        # Round half up, as the page's script does.
        point = f"{floor(step * index + 0.5)} {floor(TALL * (1 - height / top) + 0.5)}"
        path += f"{'L' if joined else 'M'}{point}{'h0' if alone else ''}"
    return path


def _mean(counts: Sequence[int], totals: Sequence[int | None]) -> float | None:
    known = sum(total is not None for total in totals)
    return sum(counts) / known if known else None
