"""Which country's play rate or completion moved most in a month, as dated sentences. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from apivideo_geo.aggregate.ratios import RatioValue
from apivideo_geo.days import day_end
from apivideo_geo.model import RATES, NewsItem, Ratio
from apivideo_geo.render.addresses import country_page
from apivideo_geo.render.context import Context
from apivideo_geo.render.text import sentences

MOVED_POINTS = 5
"""The least change of a rate that is listed, in percentage points."""


def moved_rates(context: Context, months: Sequence[tuple[date, slice | None]]) -> Iterator[NewsItem]:
    """Yield, for each rate and each complete month after a complete one, the country whose rate moved most.

    ``months``: first day of each month → where its days are in the Summary's ``daily``, None if it is not complete.
    Both months must have enough to divide by, and a change that is more than chance: their intervals do not overlap.
    """
    for ratio in context.ratios.all:
        if ratio.name in RATES:
            yield from _moved(ratio, context, months)


def _moved(ratio: Ratio, context: Context, closed: Sequence[tuple[date, slice | None]]) -> Iterator[NewsItem]:
    summary, formats = context.summary, context.formats
    names = {country.iso_a3: sentences.called(country, formats) for country in summary.countries}
    months = [(month, days if days and _has_both(ratio, days, context) else None) for month, days in closed]
    for (_, days_before), (month, days) in pairwise(months):
        if days_before is None or days is None:
            continue
        before = dict(context.ratios.countries(ratio, days_before))
        values = {
            code: (now.value or 0, before[code].value or 0)
            for code, now in context.ratios.countries(ratio, days)
            if code in names and code in before and _differ(now, before[code])
        }
        code = min(values, key=lambda code: (-abs(values[code][0] - values[code][1]), code), default="")
        if code:
            text = formats.say(
                "%(label)s, %(country)s: %(now)s in %(month)s, %(change)s on the month before.",
                label=sentences.label_of(ratio.name, formats), country=names[code],
                now=formats.ratio(ratio.name, values[code][0]), month=formats.month(month, True),
                change=formats.ratio_change(ratio.name, *values[code]),
            )  # fmt: skip
            last = summary.daily[days.stop - 1].day
            yield NewsItem(f"{ratio.name}/{month:%Y-%m}", day_end(last), text, country_page(code))


def _has_both(ratio: Ratio, days: slice, context: Context) -> bool:
    """Return whether both metrics were collected in full on each of ``days``."""
    lower = context.summary.metrics[ratio.lower].daily[days]
    shared = context.ratios.shared_days(ratio.upper, ratio.lower, within=days)
    return len(shared) == len(lower) and not any(day.open for day in lower)


def _differ(now: RatioValue, before: RatioValue) -> bool:
    """Return whether a rate moved by enough, and by more than chance."""
    if not now.interval or not before.interval or now.value is None or before.value is None:
        return False
    apart = now.interval[0] > before.interval[1] or now.interval[1] < before.interval[0]
    return apart and abs(now.value - before.value) * 100 >= MOVED_POINTS
