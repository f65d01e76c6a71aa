"""The data for the page's script that is not in the page itself: figures as numbers, names, positions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from apivideo_geo.aggregate.ratios import Ratios
from apivideo_geo.days import year_until
from apivideo_geo.geo.countries import all_countries, name_of
from apivideo_geo.geo.groups import Group
from apivideo_geo.geo.shapes import HEIGHT, WIDTH, load_regions, load_shapes, load_spread_widths
from apivideo_geo.model import (
    CHANGE_FROM,
    IN_SECONDS,
    PER_DAY,
    RATES,
    RATIOS_IN_SECONDS,
    CountryCount,
    Summary,
    ratios_of,
)
from apivideo_geo.plain_text import slug_of
from apivideo_geo.render.context import Context
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import Formats
from apivideo_geo.render.text.translations import marked_many, plural_forms

_IN_DAYS = (marked_many("%(count)s d", "%(count)s d"), marked_many("%(count)s day", "%(count)s days"))
_IN_MONTHS = (marked_many("%(count)s m", "%(count)s m"), marked_many("%(count)s month", "%(count)s months"))
PERIODS = (("7d", 7, 7, _IN_DAYS), ("30d", 30, 30, _IN_DAYS), ("90d", 90, 90, _IN_DAYS), ("12m", 0, 12, _IN_MONTHS))
"""Periods a reader can choose: name in the page's address, length in days (0: a year by the calendar), number, its unit
on narrow and on wide screens."""


@dataclass(frozen=True)
class Choice:
    """One value a reader can choose, and its label; ``long_words`` is the label on wide screens, if it is longer."""

    value: str
    words: str
    long_words: str = ""


@dataclass(frozen=True)
class DataFiles:
    """Paths of the scripts that are loaded when a reader needs them, "" if there is none.

    ``days``: collected metric → its counts by day, the first one that of the page; ``more``: what other metrics need;
    ``picture`` and ``curve``: what draws pictures and curves.
    """

    days: Mapping[str, str] = field(default_factory=dict)
    cities: str = ""
    more: str = ""
    picture: str = ""
    curve: str = ""


def has_days(summary: Summary) -> bool:
    """Return whether a metric has counts by day and country; those of another may all be 0."""
    return any(one.by_country for one in summary.metrics.values())


def make_shown(summary: Summary, formats: Formats) -> tuple[Choice, ...]:
    """Return the metrics that the map can show, then the ratios; none if there is only one."""
    if not summary.others or not has_days(summary):
        return ()
    names = (*summary.metrics, *(ratio.name for ratio in ratios_of(summary.metrics)))
    return tuple(Choice(name, sentences.label_of(name, formats)) for name in names)


def make_periods(summary: Summary, formats: Formats) -> tuple[Choice, ...]:
    """Return the periods shorter than the history, then all of it, then custom; none without days by country."""
    closed = [day.day for day in summary.daily if not day.open]
    if not has_days(summary) or len(closed) < 2:
        return ()
    shorter = [
        Choice(name, formats.say_many(*short, number), formats.say_many(*long, number))
        for name, days, number, (short, long) in PERIODS
        if (closed[-1] - timedelta(days - 1) if days else year_until(closed[-1])) > closed[0]
    ]
    return (*shorter, Choice("all", formats.say("All")), Choice("custom", formats.say("Custom")))


def make_measures(summary: Summary, formats: Formats) -> tuple[Choice, ...]:
    """Return the measures that the map can show."""
    several = make_shown(summary, formats)
    return (
        Choice("count", formats.say("Number") if several else sentences.label_of(summary.metric, formats)),
        Choice("share", formats.say("Share")),
        Choice("per-million", formats.say("Per million")),
        Choice("change", formats.say("Change")),
    )


def frame_of(group: Group) -> tuple[int, ...]:
    """Return left, top, right and bottom of the area of the map that shows a group, in units of it."""
    shapes = load_shapes()
    boxes = [shapes[code].bounds for code in group.members]
    frames = {slug_of(name): box for name, box in load_regions().items()}
    sides = zip((min, min, max, max), zip(*boxes, strict=True), strict=True)
    box = frames.get(group.slug) or tuple(side(values) for side, values in sides)
    return tuple(map(round, box))


def client_data(context: Context, files: DataFiles) -> Mapping[str, Any]:
    """Return the data of the page's scripts."""
    summary, theme, formats = context.summary, context.theme, context.formats
    shapes = load_shapes()
    shown = [country.iso_a3 for country in summary.countries]
    return {
        "lang": formats.spoken or formats.lang,
        "metric": summary.metric,
        "words": metric_words(summary.metric, formats),
        "files": files.days or {summary.metric: ""},
        "ratios": {ratio.name: (ratio.upper, ratio.lower) for ratio in ratios_of(files.days)},
        "ratio_from": summary.ratio_from,
        "more": files.more,
        "known": summary.has_data,
        "world": len(all_countries()),
        "total": summary.total,
        "mapped": summary.mapped,
        "unknown": summary.unknown,
        "rows": [_numbers(country, summary) for country in summary.countries],
        "change": _change([day.count or 0 for day in summary.daily], summary),
        "change_from": CHANGE_FROM,
        "per_from": summary.per_million_from,
        "seen": sorted(summary.earlier.seen),
        "scale": {
            "method": theme.method,
            "classes": theme.classes,
            "breaks": list(theme.breaks),
            "lows": list(context.scale.lows),
        },
        "first": summary.daily[0].day.isoformat() if summary.daily else "",
        "last": summary.daily[-1].day.isoformat() if summary.daily else "",
        "gaps": [(day - summary.daily[0].day) // timedelta(days=1) for day in summary.days.never_collected],
        "left_out": [(day - summary.daily[0].day) // timedelta(days=1) for day in summary.days.left_out],
        "open": [index for index, day in enumerate(summary.daily) if day.open],
        "names": {code: name_of(code, formats.lang) for code in shapes if code not in shown},
        "points": {code: [round(side) for side in shape.label] for code, shape in shapes.items()},
        "frame": [WIDTH, HEIGHT],
        "spread": list(load_spread_widths()),
        "dots": {code: shape.size for code, shape in shapes.items() if shape.dot and shape.path},
        "groups": {group.slug: frame_of(group) for group in context.groups},
        "pages": shown,
        "cities": files.cities,
        "picture": files.picture,
        "curve": files.curve,
    }


NOT_ON_DETAILS = ("names", "points", "frame", "spread", "dots", "groups", "pages", "cities", "picture")
"""What only the map needs."""


def shared_data(data: Mapping[str, Any], summary: Summary) -> dict[str, Any]:
    """Return those of the ``client_data`` that other pages need, too, and the days that were not collected by video."""
    lacking = [(day - summary.daily[0].day).days for day in summary.uncollected.get("media", ())]
    return {name: value for name, value in data.items() if name not in NOT_ON_DETAILS} | {"lacking": lacking}


def render_shared(data: Mapping[str, Any], summary: Summary, files: Mapping[str, str]) -> str:
    """Return a line of script: the ``shared_data`` for the pages of countries and videos.

    ``files``: name of a file that only these load → its path, "" if there is none.
    """
    shared = shared_data(data, summary) | {Path(name).stem: path for name, path in files.items()}
    return f"Object.assign(apivideoGeo.data,{json.dumps(shared, ensure_ascii=False, separators=(',', ':'))});\n"


def words_of_others(summary: Summary, formats: Formats) -> dict[str, Mapping[str, Any]]:
    """Return how the metrics that are not the first, and the ratios, are called and written."""
    words: dict[str, Mapping[str, Any]] = {
        metric: {"name": metric, **metric_words(metric, formats), "meaning": sentences.meaning_of(metric, formats)}
        for metric in summary.others
    }
    ratios = Ratios(summary)
    for ratio in ratios.all:
        label = sentences.label_of(ratio.name, formats)
        kind = "rate" if ratio.name in RATES else "time" if ratio.name in RATIOS_IN_SECONDS else "ratio"
        about, untimed = sentences.about_ratio(ratio, ratios, formats)
        words[ratio.name] = {
            "name": ratio.name,
            "label": label,
            "kind": kind,
            "column": ratio.name.replace("-", "_"),
            "many": label,
            "counted": {"other": "%(count)s"},
            "meaning": about,
            **({"untimed": untimed} if untimed else {}),
        }
    return words


def render_metrics(summary: Summary, formats: Formats) -> str:
    """Return a line of script: the words of the metrics that are not the first, and of the ratios."""
    words = words_of_others(summary, formats)
    return f"Object.assign(apivideoGeo.metrics,{json.dumps(words, ensure_ascii=False, separators=(',', ':'))});\n"


def render_picking(formats: Formats, style: str) -> str:
    """Return a line of script: the sentences of pick.js, and the path of its ``style``."""
    say = formats.say
    words = {
        "label": say("Compare"),
        "hint": say("Tick up to five."),
        "ticked": say("%(count)s of %(most)s ticked: %(names)s"),
        "full": say("At most five can be compared. Remove one first."),
        "go": say("Side by side"),
        "close": say("Close"),
        "compare": say("Compare %(name)s"),
        "style": style,
    }
    return f"window.apivideoGeoPick={json.dumps(words, ensure_ascii=False, separators=(',', ':'))};\n"


def metric_words(metric: str, formats: Formats) -> dict[str, Any]:
    """Return how a metric is called and written; ``kind``: see types.d.ts."""
    kind, unit = "sum", "s"
    if metric in PER_DAY:
        kind, unit = "per-day", "s_per_day"
    elif metric in IN_SECONDS:
        kind, unit = "seconds", "_seconds"
    return {
        "label": sentences.label_of(metric, formats),
        "kind": kind,
        "column": f"{metric.replace('-', '_')}{unit}",
        "many": sentences.noun(metric, formats),
        "counted": plural_forms(formats.words, *sentences.counted(metric)),
    }


def render_spoken(metric: str, formats: Formats) -> str:
    """Return a line of script: what its sentences need in addition to the catalogue.

    The headlines of the first metric in their plural forms, and the countries whose name takes "the" (in English only).
    """
    spoken = json.dumps(sentences.headline_forms(metric, formats), ensure_ascii=False, separators=(",", ":"))
    return f"apivideoGeo.wording={spoken};\n"


def render_groups(groups: Sequence[Group]) -> str:
    """Return a line of script: the countries of each group."""
    members = json.dumps({one.slug: _members(one, groups) for one in groups}, separators=(",", ":"))
    return f"apivideoGeo.groups={members};\n"


def _members(group: Group, groups: Sequence[Group]) -> str:
    """Return the countries of a group, or, which is shorter, other groups that it consists of; spaces between them."""
    left, names = set(group.members), []
    for other in sorted(groups, key=lambda one: -len(one.members)):
        if len(other.members) < len(group.members) and set(other.members) <= left:
            left -= set(other.members)
            names.append(other.slug)
    return " ".join(sorted(left) if len(left) == len(group.members) else [*names, *sorted(left)])


def _numbers(country: CountryCount, summary: Summary) -> list[Any]:
    """Return code, count, population (0: unknown), 1 if it is new, and its change; see :func:`_change`."""
    change = _change(summary.by_country.get(country.iso_a3, ()), summary)
    return [country.iso_a3, country.count, country.people, int(country.iso_a3 in summary.new), *change]


def _change(counts: Sequence[int], summary: Summary) -> list[float]:
    """Return the numbers of a :class:`Change`, without the last if it is that before it; none without a comparison."""
    change = summary.comparison.of(counts) if summary.comparison and counts else None
    if not change:
        return []
    before = round(change.before, 3)
    if before == change.counted:
        return [change.now, change.counted]
    return [change.now, before, change.counted]
