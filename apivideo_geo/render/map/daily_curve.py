"""Draw the daily curve as static SVG: days never collected are gaps, partial days are lighter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import groupby, pairwise

from apivideo_geo.model import DayCount
from apivideo_geo.render.map.breaks import roundest
from apivideo_geo.render.text.formats import Formats

HEIGHT = 1000
"""Height of the plot, in units: from zero to the top."""
_ROOM, _TALL = 16, 104
"""Pixels above the curve, for the topmost figure, and height of the curve."""
_MARK = 6
"""Pixels from the top to the middle of a mark."""
_LABELS = 6
_EDGE = 13.0
"""Month names keep this many percent away from the first and the last date."""


@dataclass(frozen=True)
class Tick:
    """A date under a curve, ``percent`` along it; ``kind`` is its class in the style sheet."""

    percent: float
    text: str
    kind: str


def render_timeline(daily: Sequence[DayCount], formats: Formats, alternative: str, marks: str = "") -> str:
    """Return the curve of consecutive days, with a scale and dates in the locale; empty without days.

    The picture stretches with its frame: a day is one unit wide, and labels are placed in percent. ``marks`` are drawn
    over the curve.
    """
    return Frame(daily, formats).render([day.count or 0 for day in daily], alternative, marks)


def render_marks(
    first: date, shown: tuple[float, float], notes: Mapping[int, int], published: Mapping[int, int]
) -> str:
    """Return marks above a curve, to be drawn over it.

    ``notes`` and ``published``: index of a day (0 is ``first``) → how many there are, in ascending order of days.
    ``shown``: where the curve begins, in days after the middle of the first day, and how many days wide it is. The
    script ``periods.js`` counts those of a period from the paths.

    A note is a dot with a line down to the axis, a publication a square: lines without a length, whose caps keep their
    form however far the picture is stretched.
    """
    begin, days = shown
    drawn = "".join(_marks(notes, published))
    return (
        f'<svg class="marks" width="100%" height="{_ROOM + _TALL}" viewBox="{begin:g} 0 {days:g} {_ROOM + _TALL}" '
        f'preserveAspectRatio="none" data-first="{first}">{drawn}</svg>'
    )


def _marks(notes: Mapping[int, int], published: Mapping[int, int]) -> Iterator[str]:
    """Yield the paths; one with several notes or publications on a day has their numbers."""
    if notes:
        yield f'<path class="stem" d="{"".join(f"M{index} {_MARK}V{_ROOM + _TALL}" for index in notes)}"/>'
    for kind, days in (("published", published), ("noted", notes)):
        steps = "".join(f"m{index - before} 0h0" for before, index in pairwise(days))
        counts = f' data-counts="{" ".join(map(str, days.values()))}"' if any(one > 1 for one in days.values()) else ""
        if days:
            yield f'<path class="{kind}" d="M{next(iter(days))} {_MARK}h0{steps}"{counts}/>'


def cut_days(start: int, end: int, step: int) -> list[tuple[int, int]]:
    """Cut the days from ``start`` to before ``end`` into chunks of ``step`` days, counted back from the end.

    The days left over at the start, fewer than ``step``, belong to the first chunk: no point is the mean of a few days
    next to means of weeks. Fewer than ``2 * step`` days are a single chunk. Chunks are start and end, oldest first.
    The script ``line.js`` has the same rule.

    >>> cut_days(0, 17, 7)
    [(0, 10), (10, 17)]
    """
    first = start + (end - start) % step + step
    return list(pairwise([start, *range(first, end, step), end]))


class Frame:
    """The part that all curves of the same consecutive days share: dates, gaps, positions of the points.

    A point is the mean daily count of ``step`` days, see :func:`cut_days`; a gap always interrupts the curve.
    """

    def __init__(self, daily: Sequence[DayCount], formats: Formats, step: int = 1) -> None:
        self._days, self._formats = len(daily), formats
        self._ticks = [_tick_text(tick) for tick in make_ticks(daily, formats)] if daily else []
        self._runs: list[tuple[str, int, list[tuple[int, int]]]] = []
        place = 0
        for kind, run in groupby(
            daily, key=lambda day: "gap" if day.count is None else "open" if day.open else "known"
        ):
            end = place + len(list(run))
            self._runs.append((kind, place, [(place, end)] if kind == "gap" else cut_days(place, end, step)))
            place = end

    def render(self, counts: Sequence[int], alternative: str, marks: str = "") -> str:
        """Return the curve of ``counts``, one for each of the days, with ``marks`` over it; empty without days."""
        if not self._days:
            return ""
        runs = [
            (kind, place, [(start, end, sum(counts[start:end]) / (end - start)) for start, end in chunks])
            for kind, place, chunks in self._runs
        ]
        top = max(mean for _, _, points in runs for _, _, mean in points)
        lines = _levels(top)
        return "\n".join(
            [
                f'<svg class="curve" role="img" aria-label="{escape(alternative)}" focusable="false">',
                f'<svg class="plot" y="{_ROOM}" width="100%" height="{_TALL}" viewBox="0 0 {self._days} {HEIGHT}" '
                'preserveAspectRatio="none">',
                *(f'<path class="level" d="M0 {_height(level, top)}h{self._days}"/>' for level in lines),
                *(_area(kind, place, points, top) for kind, place, points in runs),
                "</svg>",
                *([marks] if marks else []),
                *_level_texts(lines, top, self._formats),
                *self._ticks,
                "</svg>",
            ]
        )


def _area(kind: str, place: int, points: Sequence[tuple[int, int, float]], top: float) -> str:
    """Return one filled path for consecutive days; day n spans the units from n to n + 1."""
    last = points[-1][1]
    if kind == "gap":
        return f'<path class="gap" d="M{place} 0h{last - place}V{HEIGHT}h-{last - place}z"/>'
    heights = [_height(mean, top) for _, _, mean in points]
    along = " ".join(f"{(start + end) / 2:g} {height}" for (start, end, _), height in zip(points, heights, strict=True))
    ends = f"{place} {heights[0]}L{along} {last} {heights[-1]}"
    return f'<path class="{kind}" d="M{place} {HEIGHT}L{ends}V{HEIGHT}z"/>'


def _levels(top: float) -> list[int]:
    """Return two or three round counts below the best day, for the lines behind the curve."""
    if not top:
        return []
    step = max(1, int(roundest(top / 6, top / 2 + 1, top / 3, whole=True)))
    return list(range(step, int(top) + 1, step))


def _height(count: float, top: float) -> int:
    return round(HEIGHT * (1 - count / top)) if top else HEIGHT


def _level_texts(lines: Sequence[int], top: float, formats: Formats) -> Iterator[str]:
    for level in lines:
        place = _ROOM + _TALL * (1 - level / top) - 4
        yield f'<text class="figure" x="0" y="{place:.1f}">{formats.number(level)}</text>'


def make_ticks(daily: Sequence[DayCount], formats: Formats) -> Iterator[Tick]:
    """Yield the first and the last of consecutive days, and names of months between them."""
    first, last = daily[0].day, daily[-1].day
    yield Tick(0, formats.short_day(first) if first.year == last.year else formats.month(first, True), "start")
    yield from _months(daily, formats)
    if len(daily) > 1:
        yield Tick(100, formats.short_day(last) if first.year == last.year else formats.month(last, True), "end")


def _months(daily: Sequence[DayCount], formats: Formats) -> Iterator[Tick]:
    """Yield month names at the first of the month, with equal steps between the months shown."""
    starts = [(place, day.day) for place, day in enumerate(daily) if day.day.day == 1]
    step = next(months for months in (1, 2, 3, 6, 12, 24, 60, 600) if len(starts) / months <= _LABELS)
    shown = [(place, day) for place, day in starts if _month_number(day) % step == 0]
    several_years = daily[0].day.year != daily[-1].day.year
    for index, (place, day) in enumerate(shown):
        percent = 100 * place / len(daily)
        if _EDGE < percent < 100 - _EDGE:
            yield Tick(percent, formats.month(day, several_years), "middle minor" if index % 2 else "middle")


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


def _tick_text(tick: Tick) -> str:
    return f'<text class="{tick.kind}" x="{tick.percent:.2f}%" y="{_ROOM + _TALL + 18}">{escape(tick.text)}</text>'
