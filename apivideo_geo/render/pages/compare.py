"""What ``compare.html`` shows: countries, groups, collections and videos side by side, week by week. No I/O.

The page has the leading countries; ``compare-page.js`` shows what a reader chooses, from the files that
:func:`render_weeks` writes: one for each metric and ratio.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from markupsafe import Markup

from apivideo_geo.aggregate.weeks import Week, weeks_of
from apivideo_geo.days import ONE_DAY
from apivideo_geo.model import PER_DAY, DayCount, ratios_of
from apivideo_geo.render.addresses import collection_page, country_page, group_page
from apivideo_geo.render.context import Context
from apivideo_geo.render.map.daily_curve import Tick, make_ticks
from apivideo_geo.render.map.lines import Line, render_lines
from apivideo_geo.render.map.script_data import make_shown, shared_data, words_of_others
from apivideo_geo.render.pages.figures import change_cell, compared
from apivideo_geo.render.pages.notes import make_marks, with_marks
from apivideo_geo.render.pages.periods import make_control, render_call, script_stem
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.value_names import asset_kind, asset_title

MOST = 5
"""Maximum number of lines; also in ``compare-page.js``."""
NAMED = 13
"""Maximum number of points that have the days of their weeks under them; more have months."""
WEEKS = "weeks.js"
"""The file of the first metric, which also has the names of all that can be compared."""


@dataclass(frozen=True)
class Item:
    """What can be compared. ``key`` is its name in the address; its counts are the sums of those of its ``codes``."""

    key: str
    kind: str
    """ "country", "group", "collection" or "video"."""
    name: str
    note: str
    page: str
    codes: tuple[str, ...]
    """Alpha-3 of countries, or media ids."""

    @property
    def by_video(self) -> bool:
        """Whether it consists of videos."""
        return self.kind in ("collection", "video")


@dataclass(frozen=True)
class WeekRow:
    """A week in the table, all cells as text; ``cells`` are the counts."""

    name: str
    note: str
    days: str
    cells: tuple[str, ...]


class Counts:
    """The weekly sums of a metric, or of the two of a ratio on the days on which both were collected.

    ``days``: the collected days of each week, without the one that is not over; ``totals``: the sums of everything, a
    list for each metric. With viewers, the sums are of these ``days``: the page divides them by their number.
    """

    def __init__(self, context: Context, metrics: Sequence[str], weeks: Sequence[Week]) -> None:
        self._weeks, self._found = weeks, [context.summary.metrics[metric] for metric in metrics]
        self._shared = frozenset(context.ratios.shared_days(*metrics))
        daily = self._found[0].daily
        self.days = [
            sum(index in self._shared and not daily[index].open for index in range(week.days.start, week.days.stop))
            for week in weeks
        ]
        self._more = [
            any(day.count is not None and index not in self._shared for index, day in enumerate(one.daily))
            for one in self._found
        ]
        """Whether a metric also has a count on other days, which is left out."""
        self._open = [index for index in self._shared if daily[index].open]
        self.totals = [
            self._sums([day.count or 0 for day in one.daily], index) for index, one in enumerate(self._found)
        ]
        self._by_code: list[dict[str, list[int]]] = [{} for _ in self._found]

    def of(self, codes: Sequence[str]) -> list[list[int]]:
        """Return the sums of ``codes`` together: a list for each metric, with a number for each week."""
        found = [[self._of(code, index) for code in codes] for index in range(len(self._found))]
        return [
            [sum(counts) for counts in zip(*filter(None, by_code), strict=True)] or [0] * len(self._weeks)
            for by_code in found
        ]

    def partial(self, codes: Sequence[str]) -> int:
        """Return what ``codes`` have in the first metric on days that are not over; the means of a day lack it."""
        found = self._found[0].by_country
        return sum(found[code][index] for code in codes if code in found for index in self._open)

    def _of(self, code: str, index: int) -> list[int]:
        known = self._by_code[index]
        if code not in known:
            counts = self._found[index].by_country.get(code)
            known[code] = self._sums(counts, index) if counts else []
        return known[code]

    def _sums(self, counts: Sequence[int], index: int) -> list[int]:
        if self._more[index]:
            counts = [count if day in self._shared else 0 for day, count in enumerate(counts)]
        return [week.sum_of(counts) for week in self._weeks]


class Weeks:
    """The weeks of the history, and what can be compared in them."""

    def __init__(self, context: Context) -> None:
        self.context, self.daily = context, context.summary.daily
        self.weeks = weeks_of(self.daily)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Countries by rank, groups, collections, videos with a page; none if their counts by day are not published."""
        return (*self._countries(), *self._groups(), *self._collections(), *self._videos())

    @cached_property
    def choices(self) -> Mapping[str, tuple[str, ...]]:
        """Metric or ratio → the metrics that it consists of; the first is that of the site."""
        metrics = self.context.summary.metrics
        return {name: (name,) for name in metrics} | {
            ratio.name: (ratio.upper, ratio.lower) for ratio in ratios_of(metrics)
        }

    def _countries(self) -> Iterator[Item]:
        summary, formats = self.context.summary, self.context.formats
        for country in summary.countries:
            code = country.iso_a3
            if summary.by_country.get(code):
                yield Item(code, "country", sentences.called(country, formats), "", country_page(code), (code,))

    def _groups(self) -> Iterator[Item]:
        note = self.context.formats.say("group")
        for one in self.context.group_counts:
            group = one.group
            if one.summary.total and one.summary.by_country:
                yield Item(group.slug, "group", group.name, note, group_page(group.slug), tuple(group.members))

    def _collections(self) -> Iterator[Item]:
        note = self.context.formats.say("collection")
        for one in self.context.details.collections:
            # No group and no video has a point in its name.
            key, codes = f"collection.{one.slug}", tuple(asset.asset.media_id for asset in one.assets if asset.daily)
            if codes and one.sums.count:
                yield Item(key, "collection", one.tag, note, collection_page(one.slug), codes)

    def _videos(self) -> Iterator[Item]:
        pages, formats = self.context.video_pages, self.context.formats
        for one in self.context.details.assets:
            asset = one.asset
            if one.daily and (page := pages.get(asset.media_id)):
                title, kind = asset_title(asset, formats), asset_kind(asset, formats)
                yield Item(compare_key(page, self.context), "video", title, kind, page, (asset.media_id,))

    @cached_property
    def _by_media(self) -> Context:
        """The counts by video in place of those by country."""
        if found := self.context.by_media:
            return found
        summary, details = self.context.summary, self.context.details
        counts = {one.asset.media_id: tuple(one.daily) for one in details.assets if one.daily}
        daily = summary.daily_by("media")
        return replace(self.context, summary=replace(summary, daily=daily, by_country=counts, others={}))

    def counts(self, name: str, *, by_video: bool = False) -> Counts | None:
        """Return the sums of a metric or ratio, by country or by video; None if that was not collected."""
        context, metrics = self._by_media if by_video else self.context, self.choices[name]
        return Counts(context, metrics, self.weeks) if set(metrics) <= set(context.summary.metrics) else None

    def figures(self, name: str) -> dict[str, Any]:
        """Return what the page needs of a metric or ratio, with a list for each item."""
        videos = any(item.by_video for item in self.items)
        found = [self.counts(name), self.counts(name, by_video=True) if videos else None]
        items = [(item, found[item.by_video]) for item in self.items]
        partial = [counts.partial(item.codes) if counts else 0 for item, counts in items]
        return {
            "days": [counts.days if counts else None for counts in found],
            "totals": [counts.totals if counts else None for counts in found],
            "counts": [
                counts.of(item.codes) if counts and not (item.kind == "collection" and self._per_day(name)) else None
                for item, counts in items
            ],
        } | ({"open": partial} if any(partial) and len(self.choices[name]) == 1 else {})

    def _per_day(self, name: str) -> bool:
        """Return whether a metric or ratio has viewers in it: one of two videos would be counted twice."""
        return any(metric in PER_DAY for metric in self.choices[name])

    def name_of(self, week: Week) -> str:
        """Return "23–29 Nov 2026"."""
        return self.context.formats.week(week.monday)


def compare_key(page: str, context: Context) -> str:
    """Return the name in the address of ``compare.html`` of the video with a ``page`` like ``video/viFilm00.html``.

    A video with the name of a group gets a point in it, which no group has.
    """
    name = PurePosixPath(page).stem
    return f"video.{name}" if any(group.slug == name for group in context.groups) else name


def weeks_file(name: str, context: Context) -> str:
    """Return the name of the file with the weekly counts of a metric or ratio."""
    return WEEKS if name == context.summary.metric else f"weeks-{name}.js"


def render_weeks(context: Context) -> dict[str, bytes]:
    """Return name → content of the scripts with the weekly counts of all that can be compared; none without any."""
    found = Weeks(context)
    if not found.items:
        return {}
    first = {
        "offset": (found.weeks[0].monday - found.daily[0].day).days,
        "over": sum(week.over for week in found.weeks),
        "names": [found.name_of(week) for week in found.weeks],
        "months": list(_months(found)),
        "items": [
            [item.key, item.kind, item.name, item.note, item.page, *[" ".join(item.codes)] * (item.kind == "group")]
            for item in found.items
        ],
    }
    return {
        weeks_file(name, context): render_call(
            "weeks", {**(first if name == context.summary.metric else {}), **found.figures(name)}
        )
        for name in found.choices
    }


def _months(found: Weeks) -> Iterator[tuple[float, str, str]]:
    """Yield each first of a month: weeks since the first Monday, and its name without and with a year."""
    monday, formats = found.weeks[0].monday, found.context.formats
    for day in found.daily:
        if day.day.day == 1:
            place = round((day.day - monday).days / 7, 2)
            yield place, formats.month(day.day, False), formats.month(day.day, True)


def make_compare(
    context: Context, assets: Mapping[str, str], data: Mapping[str, Any], paths: Iterable[str]
) -> dict[str, Any]:
    """Return what ``compare.html`` prints, except the frame.

    ``assets``: name of a file → its path; ``data``: that of the map's script; ``paths``: the files of the other pages,
    among them those with the counts of a video or a collection by day.
    """
    found, summary, formats = Weeks(context), context.summary, context.formats
    leading = [item for item in found.items if item.kind == "country"][:MOST]
    over = [week for week in found.weeks if week.over]
    first = found.weeks[0].monday if found.weeks else date.min
    days = [DayCount(first + ONE_DAY * at, 0) for at in range(7 * len(found.weeks))]
    # The chart begins and ends in the middle of a week.
    marks = make_marks(context.notes, days, context, (3, max(7 * len(over) - 7, 1)))
    names = formats.listed([item.name for item in leading])
    words = formats.say(
        "%(plays)s a day, week by week: %(names)s", plays=sentences.noun(summary.metric, formats), names=names
    )
    table, control = _Table(found, leading), make_control(context)
    chart = (
        render_lines(table.lines(), list(_ticks(found, over)), formats, with_marks(words, marks, formats))
        if over and leading
        else ""
    )
    return {
        "chart": Markup(chart),  # noqa: S704 - SVG made here, its texts escaped
        "marks": marks,
        "notes": tuple(_notes(found, table.counts.days)),
        "rows": list(table.rows()) if leading else [],
        "sums": table.sums() if leading else [],
        "heads": [(item.name, item.page) for item in leading],
        "shown": make_shown(summary, formats),
        "control": control | {"periods": [choice for choice in control["periods"] if choice.value != "7d"]},
        "change_note": compared(summary.comparison, summary.daily, formats),
        "changes": [change_cell(item.key, summary, formats) for item in leading],
        "data": _script_data(found, [item.key for item in leading], data, paths) | {
            "weeks": {name: path for name in found.choices if (path := assets.get(weeks_file(name, context)))},
        },
    }  # fmt: skip


def _script_data(found: Weeks, leading: Sequence[str], data: Mapping[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """Return what the script needs to add up days; ``leading``: keys of the countries that are shown first."""
    summary = found.context.summary
    by_day = dict(PurePosixPath(path).stem.rpartition(".")[::2] for path in paths if path.startswith("assets/"))
    return shared_data(data, summary) | {
        "picture": data["picture"],
        "rows": [row for row in data["rows"] if row[0] in leading],
        "leading": leading,
        "series": [by_day.get(script_stem(item.page), "") for item in found.items if item.by_video],
        "metrics": words_of_others(summary, found.context.formats),
    }


def _ticks(found: Weeks, over: Sequence[Week]) -> Iterator[Tick]:
    """Yield the dates under the chart of the weeks that are ``over``: their days if they are few, otherwise months."""
    if len(over) == 1:
        yield Tick(50, found.name_of(over[0]), "middle")
    elif len(over) <= NAMED:
        yield Tick(0, found.name_of(over[0]), "start")
        yield Tick(100, found.name_of(over[-1]), "end")
    else:
        days = [DayCount(over[0].monday + ONE_DAY * at, 0) for at in range(7 * len(over))]
        for tick in make_ticks(days, found.context.formats):
            percent = (tick.percent * len(over) - 50) / (len(over) - 1)
            yield replace(tick, percent=min(max(percent, 0), 100))


class _Table:
    """The chart and the tables of some items in the first metric."""

    def __init__(self, found: Weeks, items: Sequence[Item]) -> None:
        self._found, self._formats = found, found.context.formats
        self.counts = Counts(found.context, [found.context.summary.metric], found.weeks)
        self._items = items
        self._series = [(item.name, self.counts.of(item.codes)[0]) for item in items]

    def lines(self) -> list[Line]:
        """Return the mean of a collected day in each week that is over."""
        days = [(at, self.counts.days[at]) for at, week in enumerate(self._found.weeks) if week.over]
        return [
            Line(name, [series[at] / collected if collected else None for at, collected in days])
            for name, series in self._series
        ]

    def rows(self) -> Iterator[WeekRow]:
        """Yield a row for each week, newest first."""
        formats = self._formats
        for at, week in reversed(list(enumerate(self._found.weeks))):
            collected = self.counts.days[at]
            cells = tuple(formats.number(series[at]) if collected or series[at] else "–" for _, series in self._series)
            note = "" if week.over else formats.say("not complete")
            yield WeekRow(self._found.name_of(week), note, formats.number(collected), cells)

    def sums(self) -> list[tuple[str, str, str]]:
        """Return the sum of each item, its mean of a day that is over, and its share of everything."""
        formats, total, days = self._formats, sum(self.counts.totals[0]), sum(self.counts.days)
        return [
            (
                formats.number(sum(series)),
                formats.rate((sum(series) - self.counts.partial(item.codes)) / days) if days else "–",
                formats.share(sum(series) / total) if total else "–",
            )
            for item, (_, series) in zip(self._items, self._series, strict=True)
        ]


def _notes(found: Weeks, days: Sequence[int]) -> Iterator[str]:
    """Yield what the points are, and which weeks have none; ``compare-page.js`` has the same sentences."""
    formats = found.context.formats
    yield formats.say("Each point is the average of a collected day in that week, Monday to Sunday in UTC.")
    if gaps := sum(week.over and not collected for week, collected in zip(found.weeks, days, strict=True)):
        yield formats.say_many(
            "%(count)s week without a collected day is a gap in the lines.",
            "%(count)s weeks without a collected day are gaps in the lines.",
            gaps,
        )
    if found.weeks and not found.weeks[-1].over:
        yield formats.say(
            "The week %(week)s is not complete: it is only in the table.", week=found.name_of(found.weeks[-1])
        )
