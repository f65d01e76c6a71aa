"""What a page needs to follow a period: the choices, a table by month, a file of its breakdowns by month. No I/O."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from apivideo_geo.days import month_end
from apivideo_geo.model import AssetDetail, Parts
from apivideo_geo.render.context import Context
from apivideo_geo.render.map.script_data import Choice, make_periods
from apivideo_geo.render.map.sparkline import packed
from apivideo_geo.render.pages.breakdowns import Line
from apivideo_geo.render.theme.assets import hashed

Counts = Sequence[int | None]
"""A number for each of the Summary's ``months``; None if no day of it was collected, or the month is not published."""


@dataclass(frozen=True)
class Month:
    """A row of the table by month, all cells as text; ``note``: that not all of its days were collected."""

    name: str
    count: str
    share: str
    rank: str
    note: str = ""


@dataclass(frozen=True)
class MonthTable:
    """A breakdown by month, in the order of the table of the whole history, and the maximum number of values by name.

    ``base``: what the values are parts of; ``withheld``: the suppressed counts, None if none are suppressed.
    """

    parts: Parts
    monthly: Mapping[str, Sequence[int]]
    base: Counts
    most: int
    withheld: Counts | None = None

    def data(self, whole: Counts, line_of: Callable[[str], Line], titles: Mapping[str, int]) -> dict[str, Any]:
        """Return the table for the script, as short as it can be; ``breakdowns.js`` reads it.

        ``whole``: what the page counts in each month. Of a value that the page does not name, ``line_of`` returns the
        line; if it is in ``titles``, it is sent as its index there.
        """
        values = [value for value, _ in self.parts]
        counts = [self.monthly[value] for value in values]
        named = len(values) if len(values) <= self.most + 1 else self.most
        kept = ever_named(counts, self.most + 1)
        rest = [counts[index] for index in {*range(len(counts))}.difference(kept)]
        lacking = [part if part is None else (all_ or 0) - part for part, all_ in zip(self.base, whole, strict=True)]
        found = {
            "lacking": lacking if list(self.base) != list(whole) else None,
            "withheld": self.withheld and pack([count or 0 for count in self.withheld]),
            "counts": " ".join(map(pack, differences([counts[index] for index in kept], self.base))),
            "others": pack([sum(month) for month in zip(*rest, strict=True)]),
            "more": [
                titles[value] if value in titles else _short(line_of(value))
                for value in (values[index] for index in kept[named:])
            ],
            "most": self.most if len(kept) > self.most + 1 else 0,
        }
        return {name: value for name, value in found.items() if value}


def _short(line: Line) -> str | list[Any]:
    """Return a line without figures: its name alone if it has nothing else."""
    return [line.name, line.link, line.kind, int(line.apart)] if line.link or line.kind or line.apart else line.name


def script_stem(path: str) -> str:
    """Return the name, without the hash, of the file for the script of the page at ``path``.

    >>> script_stem("video/viFilm00.html")
    'video-viFilm00'
    """
    return path.removesuffix(".html").replace("/", "-")


class Periods:
    """The months of the Summary, which of them a breakdown has, and the control of the period."""

    def __init__(self, context: Context) -> None:
        self._context, self._days = context, dict[str, list[list[int]]]()
        self._rows: dict[str, list[Month]] = {}
        self._control = make_control(context)

    def follow(
        self, path: str, name: str, months: Mapping[str, Any] | None, **counted: Sequence[str] | int
    ) -> tuple[dict[str, Any], dict[str, bytes]]:
        """Return what the template at ``path`` prints so that it follows the period, and the file for its script.

        ``name``: what the page is about; ``months``: the data of the file, None if they are not known, empty if the
        page has no table by month. ``counted``: ``codes`` (alpha-3) and ``people``, if the days of countries are added
        up.
        """
        if months is None or not self._control["periods"]:
            return {"control": None, "data": None}, {}
        files = {}
        if months:
            script, content = f"{script_stem(path)}.js", render_call("months", months)
            files = {hashed({script: content})[script]: content}
        data = {
            "root": "../",
            "unhidden": not self._context.hides,
            "file": next(iter(files), ""),
            "name": name,
            "ranked": path.startswith("video/"),
            **counted,
        }
        control = self._control | {"by_day": bool(counted or months.get("daily"))}
        return {"control": control, "data": {key: value for key, value in data.items() if value}}, files

    @cached_property
    def titles(self) -> dict[str, int]:
        """Media id → index in the file of :func:`render_titles`."""
        return {one.asset.media_id: index for index, one in enumerate(self._context.details.assets)}

    def days(self, dimension: str) -> list[list[int]]:
        """Return the indexes of each month's days on which ``dimension`` was collected."""
        if dimension not in self._days:
            summary = self._context.summary
            found: dict[Any, list[int]] = {month: [] for month in summary.months}
            for index, day in enumerate(summary.daily_by(dimension)):
                if day.count is not None:
                    found[day.day.replace(day=1)].append(index)
            published = self._context.details.monthly.get(dimension)
            self._days[dimension] = [
                days if published is None or month in published else [] for month, days in found.items()
            ]
        return self._days[dimension]

    def sums(self, series: Sequence[int], dimension: str = "total") -> Counts:
        """Return the sums of ``series`` (a count for each day) over the days that ``dimension`` has."""
        return [_sum(series, days) if days else None for days in self.days(dimension)]

    def month_sums(self, detail: AssetDetail) -> Counts:
        """Return the counts of a video over all countries by month; None where those by video are not known."""
        sums, days = [*map(sum, zip(*detail.monthly.values(), strict=True))], self.days("media")
        return [count if known else None for known, count in zip(days, sums or [0] * len(days), strict=True)]

    def withheld(self, dimension: str, code: str) -> Counts | None:
        """Return the suppressed counts of a country (alpha-3); None if ``dimension`` has none at all."""
        published = self._context.details.monthly.get(dimension)
        if published is None:
            return None
        months = self._context.summary.months
        return [published[month].withheld.get(code, 0) if month in published else None for month in months]

    @cached_property
    def _by_country(self) -> list[list[int]]:
        """The counts of all countries in each month, in ascending order."""
        found = [self.sums(series) for code, series in self._context.summary.by_country.items() if code != "---"]
        return [sorted(count or 0 for count in month) for month in zip(*found, strict=True)]

    @cached_property
    def _totals(self) -> Counts:
        return self.sums([day.count or 0 for day in self._context.summary.daily])

    def rows(self, counts: Counts, dimension: str = "total") -> tuple[Month, ...]:
        """Return the table by month, the latest first. Only countries (``dimension`` is "total") have a rank."""
        formats, rows = self._context.formats, []
        for index, (month, count) in enumerate(zip(self._months(dimension), counts, strict=True)):
            share = rank = "–"
            if dimension == "total" and count and (total := self._totals[index]):
                share = formats.share(count / total)
                counted = self._by_country[index]
                rank = formats.number(1 + len(counted) - bisect_right(counted, count))
            rows.append(Month(month.name, "–" if count is None else formats.number(count), share, rank, month.note))
        return tuple(reversed(rows))

    def _months(self, dimension: str) -> list[Month]:
        """Return the rows of the table by month without their figures, the earliest first."""
        if dimension not in self._rows:
            formats, found = self._context.formats, list[Month]()
            known = self.days("total")
            for month, days, all_days in zip(self._context.summary.months, self.days(dimension), known, strict=True):
                whole = month_end(month).day
                note = formats.say_many(
                    "%(count)s of %(all)s days", "%(count)s of %(all)s days", len(days), all=formats.number(whole)
                )
                if all_days and not days and dimension in self._context.details.monthly:
                    note = formats.say("not published")
                found.append(Month(formats.full_month(month), "", "", "", "" if len(days) == whole else note))
            self._rows[dimension] = found
        return self._rows[dimension]


def _sum(series: Sequence[int], days: Sequence[int]) -> int:
    """Return the sum over ``days``, which ascend. Most months lack none: a slice is added up several times faster."""
    first, end = days[0], days[-1] + 1
    return sum(series[first:end]) if end - first == len(days) else sum(map(series.__getitem__, days))


def ever_named(counts: Sequence[Sequence[int]], most: int) -> list[int]:
    """Return the indexes of the rows that are among the ``most`` highest in some run of months, in ascending order.

    Of equal rows the first counts as higher.

    >>> ever_named([[5, 5], [9, 0], [0, 9], [1, 1]], 1)
    [0, 1, 2]
    """
    import numpy as np

    size = len(counts)
    if size <= most:
        return list(range(size))
    sums = np.zeros((len(counts[0]) + 1, size), dtype=np.int64)
    sums[1:] = np.array(counts, dtype=np.int64).T.cumsum(axis=0)
    order, found = np.arange(size)[::-1], np.zeros(size, dtype=bool)
    for first in range(len(sums) - 1):
        periods = (sums[first + 1 :] - sums[first]) * size + order
        lowest = np.partition(periods, size - most, axis=1)[:, size - most]
        found |= (periods >= lowest[:, None]).any(axis=0)
    return [int(index) for index in np.flatnonzero(found)]


REMEMBERED = 0.75
"""How much a month counts for what is expected of the next, compared with that itself; also in ``breakdowns.js``."""


def differences(counts: Sequence[Sequence[int]], base: Counts) -> list[list[int]]:
    """Return how far the counts of each month are from what the months before let expect.

    A value is expected to have the same share of ``base``, without the values above it, as in the months before: most
    differences are near 0, and short. The differences 0, −1, 1, −2, 2 … are written as 0, 1, 2, 3, 4 …

    >>> differences([[10, 20, 33], [0, 4, 3]], [20, 40, 60])
    [[20, 0, 6], [0, 8, 1]]
    """
    import numpy as np

    if not counts:
        return []
    rows = np.array(counts, dtype=np.float64)
    left = np.array([count or 0 for count in base], dtype=np.float64) - (rows.cumsum(axis=0) - rows)
    both = np.stack([rows, left]).T.copy()  # by month, value and side, so that a month's numbers are side by side
    before = np.zeros_like(both)
    for month in range(1, len(both)):  # in the same order as in the script: else they are rounded differently
        before[month] = before[month - 1] * REMEMBERED + both[month - 1]
    upper, lower = before.T
    known = lower > 0
    expected = np.floor(left * upper / np.where(known, lower, 1) + 0.5) * known
    found = np.where(rows < expected, 2 * (expected - rows) - 1, 2 * (rows - expected))
    return [row.tolist() for row in found.astype(np.int64)]


def pack(counts: Sequence[int]) -> str:
    """Return counts as the text that the page's script reads; see the module ``sparkline``."""
    return "".join(map(packed, counts))


def render_call(name: str, data: object) -> bytes:
    """Return a script that calls the function ``name`` of the page's script, ``apivideoGeo``, with ``data`` as JSON."""
    return f"apivideoGeo.{name}({json.dumps(data, ensure_ascii=False, separators=(',', ':'))});\n".encode()


def render_titles(lines: Iterable[Line]) -> bytes:
    """Return the script with title, page and kind of each video, for the pages of countries."""
    return render_call("titles", [(line.name, line.link, line.kind) for line in lines])


def render_ranks(context: Context) -> bytes:
    """Return the script with the counts of every video by month, for their ranks."""
    sums = ([sum(month) for month in zip(*one.monthly.values(), strict=True)] for one in context.details.assets)
    return render_call("ranks", " ".join(pack(counts) for counts in sums if any(counts)))


def make_control(context: Context) -> dict[str, Any]:
    """Return the choices of the control: periods, months (the latest first), first and last day; none without days."""
    summary, formats = context.summary, context.formats
    if not summary.daily:
        return {"periods": (), "choices": (), "first": "", "last": "", "first_day": "", "last_day": ""}
    first, last = summary.daily[0].day, summary.daily[-1].day
    return {
        "periods": make_periods(summary, formats),
        "choices": [Choice(f"{month:%Y-%m}", formats.full_month(month)) for month in reversed(summary.months)],
        "first": formats.day(first),
        "last": formats.day(last),
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
    }
