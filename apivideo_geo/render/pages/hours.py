"""What ``hours.html`` shows: the mean count of each hour of the week, as a table that is a heat map. No I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apivideo_geo.model import WeekHour, WeekHours
from apivideo_geo.render.context import Context
from apivideo_geo.render.map.legend import Swatch
from apivideo_geo.render.map.palettes import PALETTES, spread
from apivideo_geo.render.map.scale import Scale, make_scale
from apivideo_geo.render.text.formats import Formats
from apivideo_geo.render.text.translations import marked
from apivideo_geo.render.theme.accent import contrast

LEAST_DAYS = 14
"""The headline names the busiest hour only from this number of days on: each hour of the week then occurred twice."""
BUSIEST = (
    marked("Busiest on Mondays at %(time)s"),
    marked("Busiest on Tuesdays at %(time)s"),
    marked("Busiest on Wednesdays at %(time)s"),
    marked("Busiest on Thursdays at %(time)s"),
    marked("Busiest on Fridays at %(time)s"),
    marked("Busiest on Saturdays at %(time)s"),
    marked("Busiest on Sundays at %(time)s"),
)
"""Headlines, for the hour of the week with the highest mean."""
_RANGES = 10
"""Maximum number of ranges of days that are listed; the others are counted."""
_INKS = ("#12181f", "#ffffff")
"""Colours of the numbers on the colours of the classes; the one with the higher contrast is taken."""


@dataclass(frozen=True)
class Cell:
    """The mean of an hour of the week, in words; ``kind`` is the CSS class of its colour."""

    text: str
    kind: str
    most: bool = False


def make_hours(context: Context, hours: WeekHours) -> dict[str, Any]:
    """Return what the template prints, except the frame of the page: a row for each hour, a column for each weekday."""
    formats, scale = context.formats, _scale(context, hours)
    cells, order = {(one.weekday, one.hour): one for one in hours.cells}, formats.weekdays
    best = _find_busiest(hours)
    rows = [
        (formats.hour(hour), [_make_cell(cells[day, hour], scale, best, formats) for day in order])
        for hour in range(24)
    ]
    return {
        "headline": _headline(best, formats),
        "columns": [(formats.weekday(day), formats.weekday(day, short=True)) for day in order],
        "rows_": rows,
        "classes": max(len(scale.lows), 1),
        "legend": tuple(_legend(hours, scale, formats)),
        "notes": tuple(_notes(hours, formats)),
        "zone": hours.time_zone.replace("_", " "),
    }


def render_inks(context: Context, hours: WeekHours) -> str:
    """Return the style rules for the colours of the numbers, each readable on its class in both themes."""
    palette, classes = PALETTES[context.theme.palette], len(_scale(context, hours).lows)
    pairs = zip(spread(palette.light, classes), spread(palette.dark, classes), strict=True)
    return "".join(
        f".hours .c{number} {{ color: light-dark({_ink(light)}, {_ink(dark)}); }}\n"
        for number, (light, dark) in enumerate(pairs)
    )


def _ink(colour: str) -> str:
    return max(_INKS, key=lambda ink: contrast(ink, colour))


def _scale(context: Context, hours: WeekHours) -> Scale:
    """Return the classes of the means. The owner's own breaks are for countries, so they are not used here."""
    means = [one.mean or 0 for one in hours.cells]
    method = "quantile" if context.theme.method == "custom" else context.theme.method
    return make_scale(means, method, context.theme.classes)


def _find_busiest(hours: WeekHours) -> WeekHour | None:
    """Return the only hour of the week with the highest mean; None if there are several, or too few days to say."""
    means = Counter(one.mean for one in hours.cells)
    top = max(hours.cells, key=lambda one: one.mean or 0)
    return top if top.count and means[top.mean] == 1 and len(hours.days) >= LEAST_DAYS else None


def _headline(best: WeekHour | None, formats: Formats) -> str:
    if best is None:
        return formats.say("Hours of the week")
    return formats.say(BUSIEST[best.weekday], time=formats.hour(best.hour))


def _make_cell(one: WeekHour, scale: Scale, best: WeekHour | None, formats: Formats) -> Cell:
    if one.mean is None:
        return Cell("", "blank")
    number = scale.class_of(one.mean)
    return Cell(formats.mean(one.mean), "zero" if number is None else f"c{number}", one == best)


def _legend(hours: WeekHours, scale: Scale, formats: Formats) -> Iterator[Swatch]:
    means = [one.mean for one in hours.cells]
    counts = Counter(scale.class_of(mean) for mean in means if mean)
    for number, label in enumerate(scale.ranges(formats, formats.mean)):
        yield Swatch(f"c{number}", label, _hours(counts[number], formats))
    if 0 in means:
        yield Swatch("zero", "0", _hours(means.count(0), formats))
    if None in means:
        yield Swatch("blank", formats.say("Not collected"), _hours(means.count(None), formats))


def _hours(count: int, formats: Formats) -> str:
    return formats.say_many("%(count)s hour", "%(count)s hours", count)


def _notes(hours: WeekHours, formats: Formats) -> Iterator[str]:
    """Yield what the means are of, and what is missing."""
    say, first, last = formats.say, hours.days[0], hours.days[-1]
    weeks = formats.number(round(len(hours.days) / 7, 1 if len(hours.days) < 70 else None))
    yield formats.say_many(
        "Mean of %(count)s day (%(weeks)s weeks) from %(first)s to %(last)s.",
        "Mean of %(count)s days (%(weeks)s weeks) from %(first)s to %(last)s.",
        len(hours.days), weeks=weeks, first=formats.day(first), last=formats.day(last),
    )  # fmt: skip
    if hours.lacking:
        yield say(
            "Days whose hours were not collected (%(days)s) are not part of it.",
            days=formats.days(hours.lacking, _RANGES),
        )
    if hours.differing:
        yield formats.say_many(
            "On %(count)s day the hours do not add up to the count of the day; the differences are %(number)s in all. "
            "What happens around midnight can be counted on both days.",
            "On %(count)s days the hours do not add up to the count of the day; the differences are %(number)s in all. "
            "What happens around midnight can be counted on both days.",
            len(hours.differing), number=formats.number(sum(map(abs, hours.differing.values()))),
        )  # fmt: skip
    if hours.split:
        yield say(
            "This time zone differs from UTC by a part of an hour: an hour of UTC counts for the one it begins in."
        )
