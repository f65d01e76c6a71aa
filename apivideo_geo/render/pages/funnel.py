"""The funnel from impressions to plays to the end, and the figures of all metrics and ratios, ready to print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil

from apivideo_geo.aggregate.ratios import RatioValue
from apivideo_geo.aggregate.summary import count_of
from apivideo_geo.model import PER_DAY
from apivideo_geo.render.context import Context
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import Formats

STEPS = ("impression", "play", "start", "end")
"""The metrics of the funnel, in order."""


@dataclass(frozen=True)
class Step:
    """A step of the funnel. ``bar`` is its length, 0 to 100; ``rate`` its part of the step before, or "".

    ``definition``: how the rate is computed.
    """

    label: str
    count: str
    bar: str
    rate: str = ""
    definition: str = ""
    note: str = ""


@dataclass(frozen=True)
class Funnel:
    """The steps, and a note on the days that they count."""

    steps: tuple[Step, ...]
    note: str


@dataclass(frozen=True)
class MetricLine:
    """A metric or ratio with its value; ``note``: its interval, what it is made of, or why there is no value."""

    name: str
    label: str
    value: str
    note: str = ""


def make_funnel(context: Context, code: str = "") -> Funnel | None:
    """Return the funnel of a country (alpha-3), by default of all; None if fewer than two steps were collected.

    Its counts are those of the days on which all of its metrics were collected, so that they can be compared.
    """
    metrics = [metric for metric in STEPS if metric in context.summary.metrics]
    ratios, formats = context.ratios, context.formats
    days = ratios.shared_days(*metrics)
    counts = {metric: ratios.sum_of(metric, code, days) for metric in metrics}
    if len(metrics) < 2 or not any(counts.values()):
        return None
    longest, steps = max(counts.values()), []
    for metric, count in counts.items():
        bar = max(100 * count / longest, 1 if count else 0)
        steps.append(Step(sentences.label_of(metric, formats), formats.number(count), f"{bar:.1f}"))
    for index, (before, metric) in enumerate(pairwise(metrics), 1):
        ratio = next((one for one in ratios.all if (one.upper, one.lower) == (metric, before)), None)
        if not ratio:
            continue
        found = ratios.value_of(ratio, counts[metric], counts[before], len(days))
        rate = "–" if found.value is None else formats.ratio(ratio.name, found.value)
        definition = sentences.definition_of(ratio, formats)
        steps[index] = replace(steps[index], rate=rate, definition=definition, note=_note(found, context))
    return Funnel(tuple(steps), _days_note(days, context))


def make_lines(context: Context, code: str = "") -> tuple[MetricLine, ...]:
    """Return every metric but the first, and every ratio, of a country (alpha-3), by default of all."""
    return (*_metric_lines(context, code), *_ratio_lines(context, code))


def _metric_lines(context: Context, code: str) -> Iterator[MetricLine]:
    formats = context.formats
    for metric, summary in context.summary.others.items():
        value = count_of(summary, code) if code else summary.total
        days = sum(day.count is not None for day in summary.daily)
        lacking = any(
            mine.count is None and day.count is not None and day.day != context.summary.today
            for mine, day in zip(summary.daily, context.summary.daily, strict=True)
        )
        note = formats.say_many("collected on %(count)s day", "collected on %(count)s days", days) if lacking else ""
        yield MetricLine(metric, sentences.label_of(metric, formats), sentences.amount(metric, value, formats), note)


def _ratio_lines(context: Context, code: str) -> Iterator[MetricLine]:
    ratios, formats = context.ratios, context.formats
    for ratio in ratios.all:
        found = ratios.country(ratio, code) if code else ratios.total(ratio)
        value = "–" if found.value is None else formats.ratio(ratio.name, found.value)
        notes = _note(found, context), sentences.untimed(ratio, ratios, formats, code)
        yield MetricLine(ratio.name, sentences.label_of(ratio.name, formats), value, " · ".join(filter(None, notes)))


def _note(found: RatioValue, context: Context) -> str:
    """Return why there is no ratio, its interval, or the two numbers that it is made of."""
    formats, lower = context.formats, found.ratio.lower
    if found.reason == "not_collected":
        return formats.say("never collected on the same day")
    if found.reason == "too_few" and not found.lower_sum:
        return formats.say("No %(plays)s counted", plays=sentences.noun(lower, formats))
    if found.reason == "too_few":
        return too_few(lower, context)
    if found.reason == "above_one":
        return formats.say("Above 100 percent, because some events arrive late.")
    if found.interval:
        low, high = (formats.ratio(found.ratio.name, bound) for bound in found.interval)
        interval = formats.say("%(percent)s interval", percent=formats.about(0.95))
        return f"{low}–{high} ({interval})"
    return both_numbers(found, formats)


def too_few(lower: str, context: Context) -> str:
    """Return the sentence that a ratio is not shown, because there are too few of the metric ``lower`` to divide by."""
    formats, least = context.formats, context.formats.number(context.summary.ratio_from)
    if lower in PER_DAY:  # their sum over the days is too small, and only the mean of a day is shown
        return formats.say("Too few: under %(number)s viewer-days", number=least)
    return formats.say("Too few: under %(number)s %(plays)s", number=least, plays=sentences.noun(lower, formats))


def both_numbers(found: RatioValue, formats: Formats) -> str:
    """Return the two numbers that a ratio is made of: "93,904 plays for 299,000 impressions"."""
    upper, lower = found.ratio.upper, found.ratio.lower
    quantity = sentences.quantity_of(upper, found.upper, formats)
    if lower in PER_DAY:  # the other number is the mean of a day too
        quantity = formats.say_many(*sentences.counted(upper), ceil(found.upper), count=formats.rate(found.upper))
    divided_by = sentences.quantity_of(lower, found.lower, formats)
    return formats.say("%(upper)s for %(lower)s", upper=quantity, lower=divided_by)


def _days_note(days: Sequence[int], context: Context) -> str:
    """Return on how many days the funnel is, if the first metric was collected on more that are over; else ""."""
    daily = context.summary.daily
    if {*days} >= {index for index, day in enumerate(daily) if day.count is not None and not day.open}:
        return ""
    return context.formats.say_many(
        "Of the %(count)s day on which all of these were collected.",
        "Of the %(count)s days on which all of these were collected.",
        len(days),
    )
