"""Which country's play rate or completion moved most in a month, as dated sentences. No I/O."""

from __future__ import annotations

from collections.abc import Iterator

from apivideo_geo.aggregate.compare import compared_months, settled_months
from apivideo_geo.aggregate.ratios import RatioValue
from apivideo_geo.days import day_end
from apivideo_geo.model import RATES, Comparison, DayCount, NewsItem, Ratio
from apivideo_geo.render.addresses import country_page
from apivideo_geo.render.context import Context
from apivideo_geo.render.pages.figures import collected_days
from apivideo_geo.render.text import sentences

MOVED_POINTS = 5
"""The least change of a rate that is listed, in percentage points."""


def moved_rates(context: Context) -> Iterator[NewsItem]:
    """Yield, for each rate and each month that can be compared with that before it, the country whose rate moved most.

    Both months must have enough to divide by, and a change that is more than chance: their intervals do not overlap.
    """
    for ratio in context.ratios.all:
        if ratio.name in RATES:
            yield from _moved(ratio, context)


def _moved(ratio: Ratio, context: Context) -> Iterator[NewsItem]:
    summary, formats = context.summary, context.formats
    names = {country.iso_a3: sentences.called(country, formats) for country in summary.countries}
    upper, lower = (summary.metrics[metric] for metric in (ratio.upper, ratio.lower))
    shared = {*context.ratios.shared_days(ratio.upper, ratio.lower)}
    daily = [day if index in shared else DayCount(day.day, None) for index, day in enumerate(lower.daily)]
    for compared in compared_months(daily, settled_months(upper) & settled_months(lower)):
        values = {code: rates for code in names if (rates := _rates(ratio, code, compared, context))}
        code = min(values, key=lambda code: (-abs(values[code][0] - values[code][1]), code), default="")
        if code:
            month = compared.now.first
            text = formats.say(
                "%(label)s, %(country)s: %(now)s in %(month)s, %(change)s on the month before.",
                label=sentences.label_of(ratio.name, formats), country=names[code],
                now=formats.ratio(ratio.name, values[code][0]), month=formats.month(month, True),
                change=formats.ratio_change(ratio.name, *values[code]),
            )  # fmt: skip
            text = f"{text} {collected_days(compared, formats)}".strip()
            yield NewsItem(f"{ratio.name}/{month:%Y-%m}", day_end(compared.now.last), text, country_page(code))


def _rates(ratio: Ratio, code: str, compared: Comparison, context: Context) -> tuple[float, float] | None:
    """Return a country's rate in a month and in the month before; None if it did not move by enough."""
    metrics, days = context.summary.metrics, compared.days
    none = [0] * len(context.summary.daily)
    upper, lower = (compared.of(metrics[metric].by_country.get(code, none)) for metric in (ratio.upper, ratio.lower))
    if not upper or not lower:
        return None
    now = context.ratios.value_of(ratio, upper.now, lower.now, days)
    before = context.ratios.value_of(ratio, upper.counted, lower.counted, days)
    rates = (now.value or 0, upper.before / lower.before if lower.before else 0)
    return rates if _differ(now, before) and abs(rates[0] - rates[1]) * 100 >= MOVED_POINTS else None


def _differ(now: RatioValue, before: RatioValue) -> bool:
    """Return whether a rate moved by more than chance."""
    if not now.interval or not before.interval:
        return False
    return now.interval[0] > before.interval[1] or now.interval[1] < before.interval[0]
