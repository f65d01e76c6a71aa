"""What ``small-maps.html`` shows: months, videos and measures as small maps next to each other. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from math import ceil
from typing import Any

from markupsafe import Markup

from apivideo_geo.days import month_end
from apivideo_geo.geo.countries import name_of
from apivideo_geo.model import IN_SECONDS, UNKNOWN, AssetDetail
from apivideo_geo.render.addresses import month_page
from apivideo_geo.render.context import Context
from apivideo_geo.render.map.legend import Swatch, class_swatches
from apivideo_geo.render.map.scale import Scale
from apivideo_geo.render.map.script_data import metric_words
from apivideo_geo.render.map.small_map import render_shapes, render_uses
from apivideo_geo.render.pages.breakdowns import days_note
from apivideo_geo.render.pages.compare import compare_key
from apivideo_geo.render.pages.periods import render_call
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import Formats, sentence
from apivideo_geo.render.text.value_names import asset_kind, asset_title

MONTHS = 12
"""Maximum number of months."""
VIDEOS = 9
"""Maximum number of videos; also in ``small-maps.js``."""
VIDEO_MAPS = "video-maps.js"
"""The counts by country of all videos with a page, from which a reader can choose."""
_NAMED = 3
"""Number of countries that the text alternative of a map names."""


@dataclass(frozen=True)
class Values:
    """What a map shows: ``counts`` (alpha-3 → value) under a ``title``, with a ``note`` and a ``link`` or "".

    ``write`` writes a value, and ``limit`` a limit between classes, if not as a number. ``collected`` is False if there
    is no value because no day was collected; ``empty`` is what a country without a value has.
    """

    title: str
    note: str
    counts: Mapping[str, float]
    write: Callable[[float], str]
    link: str = ""
    collected: bool = True
    limit: Callable[[float], str] | None = None
    empty: str = "0"


@dataclass(frozen=True)
class SmallMap:
    """A map, ready to print; ``legend`` is its own, empty if it shares one."""

    title: str
    note: str
    link: str
    overlay: Markup
    collected: bool
    legend: tuple[Swatch, ...] = ()
    classes: int = 0


def render_video_maps(context: Context) -> dict[str, bytes]:
    """Return name → content of the script with what can be chosen; none if no video with a page has countries."""
    items = [
        (
            compare_key(page, context), asset_title(one.asset, context.formats), asset_kind(one.asset, context.formats),
            page, one.count, " ".join(counts), list(counts.values()),
        )
        for one, page, counts in _choices(context)
    ]  # fmt: skip
    if not items:
        return {}
    names = {code: _within(code, context.formats) for code in _codes_of_videos(context)}
    return {VIDEO_MAPS: render_call("videos", {"names": names, "items": items})}


def _within(code: str, formats: Formats) -> str:
    """Return the name of a country as written in a sentence."""
    return sentences.with_article(code, name_of(code, formats.language), formats)


def _choices(context: Context) -> Iterator[tuple[AssetDetail, str, dict[str, int]]]:
    """Yield the videos with a page, most watched first, with their page and their counts by country."""
    for one in context.details.assets:
        counts = {code: count for code, count in one.countries if code != UNKNOWN}
        if counts and (page := context.video_pages.get(one.asset.media_id)):
            yield one, page, counts


def _codes_of_videos(context: Context) -> list[str]:
    return sorted({code for _, _, counts in _choices(context) for code in counts})


def make_small_maps(context: Context, file: str = "") -> dict[str, Any]:
    """Return what ``small-maps.html`` prints, except the frame. ``file``: path of the videos that can be chosen."""
    formats, theme = context.formats, context.theme
    months, videos, measures = list(_months(context)), list(_videos(context)), list(_measures(context))
    by_month = _scale(months, context)
    by_video = context.theme.scale_of([count for one in videos for count in one.counts.values()])
    codes = {code for one in (*months, *videos, *measures) for code in one.counts} | {*_codes_of_videos(context)}
    first = {one.asset.media_id for one in context.details.assets[:VIDEOS]}
    leading = [compare_key(page, context) for one, page, _ in _choices(context) if one.asset.media_id in first]
    return {
        "shapes": Markup(render_shapes(codes)),  # noqa: S704 - SVG made here
        "months": [_draw(one, by_month, context) for one in months],
        "months_legend": _legend(months, by_month, context),
        "months_classes": len(by_month.lows),
        "videos": [_draw(one, by_video, context) for one in videos],
        "videos_legend": _legend(videos, by_video, context),
        "videos_classes": len(by_video.lows),
        "videos_note": days_note("media", context) if videos else "",
        "measures": [_draw(one, _scale([one], context), context, own=True) for one in measures],
        "period": sentence(context.period),
        "ratio_from": formats.number(context.summary.ratio_from) if context.ratios.all else "",
        "per_million_from": context.quantity(context.summary.per_million_from),
        "data": {
            "lang": formats.spoken or formats.lang,
            "words": metric_words(context.summary.metric, formats),
            "first": "",
            "leading": leading,
            "method": theme.method,
            "classes": theme.classes,
            "breaks": list(theme.breaks),
            "file": file,
        },
    }


def _months(context: Context) -> Iterator[Values]:
    """Yield the last ``MONTHS`` months that are over, oldest first: for each country the mean of a collected day."""
    summary, formats = context.summary, context.formats
    pages = {closed.month: month_page(closed.month) for closed in context.details.closed}
    for month in _months_over(context)[-MONTHS:]:
        start = (month - summary.daily[0].day).days
        days = range(max(start, 0), start + month_end(month).day)
        collected = sum(summary.daily[day].count is not None for day in days)
        counts = {
            code: total / collected
            for code, daily in summary.by_country.items()
            if code != UNKNOWN and collected and (total := sum(daily[days.start : days.stop]))
        }
        note = formats.say(
            "%(days)s of %(all)s days", days=formats.number(collected), all=formats.number(month_end(month).day)
        )
        if collected:
            mean = sum(summary.daily[day].count or 0 for day in days) / collected
            note = f"{_a_day(mean, context)} · {note}"
        yield Values(
            sentence(formats.full_month(month)), note, counts, formats.rate, pages.get(month, ""), bool(collected)
        )


def _months_over(context: Context) -> list[date]:
    """Return the months of the history whose last day is over; the first one can have begun before the history."""
    summary = context.summary
    if not summary.by_country:
        return []
    return [day.day.replace(day=1) for day in summary.daily if day.day == month_end(day.day) and not day.open]


def _a_day(mean: float, context: Context) -> str:
    formats = context.formats
    quantity = formats.say_many(*sentences.counted(context.summary.metric), ceil(mean), count=formats.rate(mean))
    return formats.say("%(plays)s a day", plays=quantity)


def _videos(context: Context) -> Iterator[Values]:
    """Yield the most watched videos: the count of each country that is published."""
    for one in context.details.assets[:VIDEOS]:
        counts = {code: count for code, count in one.countries if code != UNKNOWN}
        if counts:
            page = context.video_pages.get(one.asset.media_id, "")
            title = asset_title(one.asset, context.formats)
            yield Values(title, context.quantity(one.count), counts, context.formats.number, page)


def _measures(context: Context) -> Iterator[Values]:
    """Yield every metric, the first one also per million people, and every ratio."""
    summary, formats = context.summary, context.formats
    for metric, one in summary.metrics.items():
        label = sentences.label_of(metric, formats)
        counts = {country.iso_a3: country.count for country in one.countries}
        amounts = sentences.quantity_of(metric, one.total, formats)
        if counts:
            write = partial(sentences.amount, metric, formats=formats)
            yield Values(label, amounts, counts, write, limit=formats.duration if metric in IN_SECONDS else None)
    rates = {one.iso_a3: one.per_million for one in summary.countries if one.per_million is not None}
    if rates:
        label, note = formats.say("Per million people"), sentences.noun(summary.metric, formats)
        yield Values(label, note, rates, formats.rate, empty=formats.say("too few"))
    for ratio in context.ratios.all:
        values = {
            code: found.value
            for code, found in context.ratios.countries(ratio)
            if code != UNKNOWN and found.value is not None
        }
        if values:
            label, note = sentences.label_of(ratio.name, formats), sentences.definition_of(ratio, formats)
            write = partial(formats.ratio, ratio.name)
            yield Values(label, note, values, write, limit=write, empty=formats.say("too few"))


def _scale(maps: Sequence[Values], context: Context) -> Scale:
    """Return the classes of maps together. An owner's own limits are for counts of the front page, not for these."""
    return context.theme.usual_scale([count for one in maps for count in one.counts.values()])


def _legend(maps: Sequence[Values], scale: Scale, context: Context) -> tuple[Swatch, ...]:
    """Return the classes of maps together, and the colour of countries without a value."""
    if not maps:
        return ()
    counts = [count for one in maps for count in one.counts.values()]
    limit = maps[0].limit or partial(_limit, context.formats)
    return (*class_swatches(counts, scale, context.formats, limit), Swatch("zero", maps[0].empty, ""))


def _limit(formats: Formats, value: float) -> str:
    """Write a limit between classes; one with decimals has four digits, as on the front page."""
    return formats.number(value if float(value).is_integer() else float(f"{value:.4g}"))


def _draw(one: Values, scale: Scale, context: Context, *, own: bool = False) -> SmallMap:
    classes: dict[int, list[str]] = {}
    for code, count in one.counts.items():
        if (index := scale.class_of(count)) is not None:
            classes.setdefault(index, []).append(code)
    overlay = render_uses(classes, len(scale.lows), _alternative(one, context))
    legend = _legend([one], scale, context) if own else ()
    return SmallMap(one.title, one.note, one.link, Markup(overlay), one.collected, legend, len(scale.lows))  # noqa: S704


def _alternative(one: Values, context: Context) -> str:
    """Return a map in words: its title, note, and the countries with the highest values."""
    formats = context.formats
    if not one.collected:
        return formats.say("%(title)s: not collected", title=one.title)
    first = sorted(one.counts, key=lambda code: (-one.counts[code], code))[:_NAMED]
    names = [f"{_within(code, formats)} ({one.write(one.counts[code])})" for code in first]
    if not names:
        return formats.say("%(title)s: no country", title=one.title)
    return formats.say("%(title)s: most in %(countries)s", title=one.title, countries=formats.listed(names))
