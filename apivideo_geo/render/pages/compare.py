"""What ``compare.html`` shows: countries, groups and videos side by side, week by week. No I/O.

The page has the leading countries; ``compare-page.js`` shows what a reader chooses, from the file that
:func:`render_weeks` writes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from markupsafe import Markup

from apivideo_geo.aggregate.weeks import Week, collected_in, mean_of, weeks_of
from apivideo_geo.days import ONE_DAY
from apivideo_geo.model import DayCount
from apivideo_geo.render.addresses import country_page, group_page
from apivideo_geo.render.context import Context
from apivideo_geo.render.map.daily_curve import make_ticks
from apivideo_geo.render.map.lines import Line, render_lines
from apivideo_geo.render.map.script_data import metric_words
from apivideo_geo.render.pages.periods import make_control
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.value_names import asset_kind, asset_title

MOST = 5
"""Maximum number of lines; also in ``compare-page.js``."""


@dataclass(frozen=True)
class Item:
    """What can be compared. ``key`` is its name in the address, ``counts`` has one number for each day."""

    key: str
    kind: str
    """ "country", "group" or "video"."""
    name: str
    note: str
    page: str
    counts: Sequence[int]


@dataclass(frozen=True)
class WeekRow:
    """A week in the table, all cells as text; ``cells`` are the counts."""

    name: str
    note: str
    days: str
    cells: tuple[str, ...]


class Weeks:
    """The weeks of the history, and what can be compared in them."""

    def __init__(self, context: Context) -> None:
        self.context, self.daily = context, context.summary.daily
        self.weeks = weeks_of(self.daily)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Countries by rank, then groups, then videos with a page; none if their counts by day are not published."""
        return (*self._countries(), *self._groups(), *self._videos())

    @cached_property
    def by_media(self) -> tuple[DayCount, ...]:
        """The days; those on which counts by video were not collected have no count."""
        return self.context.summary.daily_by("media")

    def _countries(self) -> Iterator[Item]:
        summary, formats = self.context.summary, self.context.formats
        for country in summary.countries:
            if counts := summary.by_country.get(country.iso_a3):
                name, page = sentences.called(country, formats), country_page(country.iso_a3)
                yield Item(country.iso_a3, "country", name, "", page, counts)

    def _groups(self) -> Iterator[Item]:
        note = self.context.formats.say("group")
        for one in self.context.group_counts:
            slug, name, counts = one.group.slug, one.group.name, [day.count or 0 for day in one.summary.daily]
            if one.summary.total and one.summary.by_country:
                yield Item(slug, "group", name, note, group_page(slug), counts)

    def _videos(self) -> Iterator[Item]:
        pages, formats = self.context.video_pages, self.context.formats
        for one in self.context.details.assets:
            if one.daily and (page := pages.get(one.asset.media_id)):
                key = compare_key(page, self.context)
                yield Item(
                    key, "video", asset_title(one.asset, formats), asset_kind(one.asset, formats), page, one.daily
                )

    def name_of(self, week: Week) -> str:
        """Return "23–29 Nov 2026"."""
        return self.context.formats.week(week.monday)

    def line(self, item: Item, weeks: Sequence[Week]) -> Line:
        """Return the mean of a collected day in each of ``weeks``."""
        daily = self.by_media if item.kind == "video" else self.daily
        return Line(item.name, [mean_of(week, item.counts, daily) for week in weeks])


def compare_key(page: str, context: Context) -> str:
    """Return the name in the address of ``compare.html`` of the video with a ``page`` like ``video/viFilm00.html``.

    A video with the name of a group gets a point in it, which no group has.
    """
    name = PurePosixPath(page).stem
    return f"video.{name}" if any(group.slug == name for group in context.groups) else name


def render_weeks(context: Context) -> str:
    """Return the script with the weekly counts of all that can be compared; empty if there is nothing."""
    found = Weeks(context)
    if not found.items:
        return ""
    daily, weeks = found.daily, found.weeks
    sums = [day.count or 0 for day in daily]
    with_video = any(item.kind == "video" for item in found.items)
    by_media = [day.count or 0 for day in found.by_media]
    content = {
        "offset": (weeks[0].monday - daily[0].day).days,
        "over": sum(week.over for week in weeks),
        "names": [found.name_of(week) for week in weeks],
        "months": list(_months(found)),
        "days": [collected_in(week, daily) for week in weeks],
        "total": [week.sum_of(sums) for week in weeks],
        "media_days": [collected_in(week, found.by_media) for week in weeks] if with_video else None,
        "media_total": [week.sum_of(by_media) for week in weeks] if with_video else None,
        "items": [
            [item.key, item.kind, item.name, item.note, item.page, [week.sum_of(item.counts) for week in weeks]]
            for item in found.items
        ],
    }
    return f"apivideoGeo.weeks({json.dumps(content, ensure_ascii=False, separators=(',', ':'))});\n"


def _months(found: Weeks) -> Iterator[tuple[float, str, str]]:
    """Yield each first of a month: weeks since the first Monday, and its name without and with a year."""
    monday, formats = found.weeks[0].monday, found.context.formats
    for day in found.daily:
        if day.day.day == 1:
            place = round((day.day - monday).days / 7, 2)
            yield place, formats.month(day.day, False), formats.month(day.day, True)


def make_compare(context: Context, weeks: str, picture: str) -> dict[str, Any]:
    """Return what ``compare.html`` prints, except the frame.

    ``weeks`` is the path of the weekly counts, "" without any; ``picture`` that of the script that draws pictures.
    """
    found, summary, formats = Weeks(context), context.summary, context.formats
    leading = [item for item in found.items if item.kind == "country"][:MOST]
    over = [week for week in found.weeks if week.over]
    names = formats.listed([item.name for item in leading])
    words = formats.say(
        "%(plays)s a day, week by week: %(names)s", plays=sentences.noun(summary.metric, formats), names=names
    )
    chart, control = _chart(found, leading, over, words), make_control(context)
    return {
        "chart": Markup(chart),  # noqa: S704 - SVG made here, its texts escaped
        "notes": tuple(_notes(found, over)),
        "leading": [item.key for item in leading],
        "rows": list(_rows(found, leading)),
        "sums": _sums(found, leading),
        "heads": [(item.name, item.page) for item in leading],
        "control": control | {"periods": [choice for choice in control["periods"] if choice.value != "7d"]},
        "data": {
            "lang": formats.spoken or formats.lang,
            "words": metric_words(summary.metric, formats),
            "first": summary.daily[0].day.isoformat() if summary.daily else "",
            "last": summary.daily[-1].day.isoformat() if summary.daily else "",
            "open": [index for index, day in enumerate(summary.daily) if day.open],
            "leading": [item.key for item in leading],
            "weeks": weeks,
            "picture": picture,
        },
    }  # fmt: skip


def _chart(found: Weeks, items: Sequence[Item], weeks: Sequence[Week], alternative: str) -> str:
    if not items or not weeks:
        return ""
    span = (weeks[-1].sunday - weeks[0].monday).days + 1
    ticks = make_ticks([DayCount(weeks[0].monday + ONE_DAY * at, 0) for at in range(span)], found.context.formats)
    lines = [found.line(item, weeks) for item in items]
    return render_lines(lines, list(ticks), found.context.formats, alternative)


def _notes(found: Weeks, over: Sequence[Week]) -> Iterator[str]:
    """Yield what the points are, and which weeks have none; ``compare-page.js`` has the same sentences."""
    formats = found.context.formats
    yield formats.say("Each point is the average of a collected day in that week, Monday to Sunday in UTC.")
    if gaps := sum(not collected_in(week, found.daily) for week in over):
        yield formats.say_many(
            "%(count)s week without a collected day is a gap in the lines.",
            "%(count)s weeks without a collected day are gaps in the lines.",
            gaps,
        )
    if found.weeks and not found.weeks[-1].over:
        yield formats.say(
            "The week %(week)s is not complete: it is only in the table.", week=found.name_of(found.weeks[-1])
        )


def _rows(found: Weeks, items: Sequence[Item]) -> Iterator[WeekRow]:
    """Yield a row for each week, newest first."""
    formats = found.context.formats
    for week in reversed(found.weeks):
        collected = collected_in(week, found.daily)
        known = any(day.count is not None for day in found.daily[week.days])
        cells = tuple(formats.number(week.sum_of(item.counts)) if known else "–" for item in items)
        note = "" if week.over else formats.say("not complete")
        yield WeekRow(found.name_of(week), note, formats.number(collected), cells)


def _sums(found: Weeks, items: Sequence[Item]) -> list[tuple[str, str, str]]:
    """Return the sum of each item, its mean of a day in the weeks that are over, and its share of everything."""
    formats, total = found.context.formats, found.context.summary.total
    over = [week for week in found.weeks if week.over]
    days = sum(collected_in(week, found.daily) for week in over)
    return [
        (
            formats.number(sum(item.counts)),
            formats.rate(sum(week.sum_of(item.counts) for week in over) / days) if days else "–",
            formats.share(sum(item.counts) / total) if total else "–",
        )
        for item in items
    ]
