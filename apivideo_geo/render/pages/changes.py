"""What changed: new countries, records, the movers of each month in counts and rates, as dated sentences. No I/O.

An entry depends on its day and the days before only, so it never changes afterwards: the same history always gives the
same entries, whatever period of it is shown, and a later day only adds some. Only complete days count; the first
``WARM_UP`` days of the history are skipped, because everything is new then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from apivideo_geo.aggregate.closed_months import WARM_UP, compare_with_before, lacking_month, reach_by_day
from apivideo_geo.aggregate.compare import compared_months, settled_months
from apivideo_geo.aggregate.ratios import RatioValue
from apivideo_geo.days import day_end, day_start, month_end
from apivideo_geo.model import RATES, Change, ClosedMonth, Comparison, DayCount, NewsItem, Ratio, Summary
from apivideo_geo.render.addresses import country_page, month_page
from apivideo_geo.render.context import Context
from apivideo_geo.render.pages.causes import explain
from apivideo_geo.render.pages.figures import collected_days, too_few_days
from apivideo_geo.render.pages.notes import note_items, on_map
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import Formats, sentence

MORE_BY = 10
"""Percent by which a record exceeds the last one listed; otherwise a growing account would fill the feed with them."""
MOVED_FROM = 10
"""The least count of a month that another is compared with in percent, and the least difference of a country that
moved: in plays of a month."""
MOVED_POINTS = 5
"""The least change of a rate that is listed, in percentage points."""


def make_changes(context: Context) -> tuple[NewsItem, ...]:
    """Return all that changed in the period of the Summary, newest first; entries of the same moment by id."""
    entries = [*_first_seen(context), *_best_days(context), *_widest_days(context)]
    entries += [*_movers(context), *_closed(context), *_moved_rates(context)]
    entries = [*explain(entries, context), *note_items(context)]
    return tuple(sorted(sorted(entries, key=lambda entry: entry.id), key=lambda entry: entry.at, reverse=True))


def by_month(entries: Sequence[NewsItem], context: Context) -> dict[str, Any]:
    """Return the entries for the page, with a heading for each month, newest first, and what else is listed."""
    formats, rates = context.formats, any(ratio.name in RATES for ratio in context.ratios.all)
    dated = [
        (entry, (entry.at - timedelta(seconds=1)).date())  # the end of a day is the first moment of the next
        for entry in entries
    ]
    months = [
        {
            "month": sentence(formats.full_month(month)),
            "entries": [{"entry": entry, "machine": day.isoformat(), "text": formats.day(day)} for entry, day in group],
        }
        for month, group in groupby(dated, key=lambda pair: pair[1].replace(day=1))
    ]
    noted = any(entry.id.startswith(("note/", "published/")) for entry in entries)
    return {"months": months, "rates": rates, "noted": noted}


def _closed_days(summary: Summary) -> Iterator[tuple[int, date]]:
    """Yield index and day of those of the history that are complete, without the first ones; see :func:`_history`."""
    for index, day in enumerate(_history(summary)):
        if index >= WARM_UP and day.count is not None and not day.open:
            yield index, day.day


def _history(summary: Summary) -> tuple[DayCount, ...]:
    """Return all days of the history up to the end of the period, the first collected one first."""
    return (*summary.earlier.days, *summary.daily)


def _first_seen(context: Context) -> Iterator[NewsItem]:
    closed = {day for _, day in _closed_days(context.summary)}
    for country in context.summary.countries:
        detail = context.details.countries.get(country.iso_a3)
        if detail and detail.first_seen in closed:
            text = context.formats.say(
                "%(country)s was seen for the first time on %(day)s.",
                country=sentence(sentences.within(country, context.formats)),
                day=context.formats.day(detail.first_seen),
            )  # fmt: skip
            page = country_page(country.iso_a3)
            yield NewsItem(f"first/{country.iso_a3}", day_end(detail.first_seen), text, page)


def _best_days(context: Context) -> Iterator[NewsItem]:
    formats, counts = context.formats, [day.count or 0 for day in _history(context.summary)]
    for index, day in _records(context.summary, counts):
        quantity = context.quantity(counts[index])
        text = formats.say("Best day so far: %(quantity)s on %(day)s.", quantity=quantity, day=formats.day(day))
        yield NewsItem(f"best-day/{day}", day_end(day), text, on_map(day))


def _widest_days(context: Context) -> Iterator[NewsItem]:
    summary, formats = context.summary, context.formats
    reach = reach_by_day(summary)
    for index, day in _records(summary, reach):
        text = formats.say_many(
            "Most countries on one day so far: %(count)s, on %(day)s.",
            "Most countries on one day so far: %(count)s, on %(day)s.",
            reach[index], day=formats.day(day),
        )  # fmt: skip
        yield NewsItem(f"most-countries/{day}", day_end(day), text, on_map(day))


def _records(summary: Summary, values: Sequence[int]) -> Iterator[tuple[int, date]]:
    """Yield index and day of the records in the period; ``values`` has one number for each day of the history.

    A record exceeds all earlier values, and the last one listed by ``MORE_BY``.
    """
    best = listed = max(values[:WARM_UP], default=0)
    for index, day in _closed_days(summary):
        if values[index] > best and 100 * values[index] >= (100 + MORE_BY) * listed:
            listed = values[index]
            if index >= len(summary.earlier.days):
                yield index, day
        best = max(best, values[index])


def _movers(context: Context) -> Iterator[NewsItem]:
    """Yield the change of the total, most up and most down, for each month that can be compared with that before it."""
    summary, formats = context.summary, context.formats
    names = {country.iso_a3: sentence(sentences.within(country, formats)) for country in summary.countries}
    closed = {one.month for one in context.details.closed}
    for compared in compared_months(summary.daily, settled_months(summary)):
        month, last = compared.now.first, compared.now.last
        index = (month - summary.daily[0].day).days
        counts = [day.count or 0 for day in summary.daily]
        total, days = compared.of(counts), collected_days(compared, formats)
        if total and total.counted >= MOVED_FROM and month not in closed:
            text = formats.say(
                "%(month)s: %(quantity)s.",
                month=formats.month(month, True),
                quantity=context.quantity(sum(counts[index : index + compared.now.days])),
            )
            text = f"{text} {_change_words(total, compared.before.first, formats)} {days}".strip()
            yield NewsItem(f"month/{month:%Y-%m}", day_end(last), text, on_map(month, last))
        changes = {code: compared.of(series) for code, series in summary.by_country.items() if code in names}
        moved = {code: round(change.now - change.before, 6) for code, change in changes.items() if change}
        for kind, sign in (("up", 1), ("down", -1)):
            code = min(moved, key=lambda code: (-sign * moved[code], code), default="")
            if change := changes[code] if code and sign * moved[code] >= MOVED_FROM else None:
                quantity = context.quantity(sum(summary.by_country[code][index : index + compared.now.days]))
                text = _moved(kind, change, compared, {"country": names[code], "quantity": quantity}, formats)
                yield NewsItem(f"{kind}/{month:%Y-%m}", day_end(last), f"{text} {days}".strip(), country_page(code))


def _closed(context: Context) -> Iterator[NewsItem]:
    """Yield each month that has a page, as it was first published, and its corrections."""
    formats, months = context.formats, context.details.closed
    for closed in months:
        month, page = formats.month(closed.month, True), month_page(closed.month)
        text = formats.say("%(month)s: %(quantity)s.", month=month, quantity=context.quantity(closed.total))
        text = f"{text} {compared_with_before(closed, context)}".strip()
        yield NewsItem(f"month/{closed.month:%Y-%m}", day_end(month_end(closed.month)), text, page)
        for number, correction in enumerate(closed.corrections, 1):
            quantity = context.quantity(correction.total)
            text = formats.say("%(month)s was corrected: %(quantity)s.", month=month, quantity=quantity)
            at = day_start(correction.day) + timedelta(seconds=1)  # its day may not be over yet
            yield NewsItem(f"corrected/{closed.month:%Y-%m}/{number}", at, text, page)


def compared_with_before(closed: ClosedMonth, context: Context) -> str:
    """Return how a month compares with the month before, by day, or why it is not compared."""
    formats, months = context.formats, context.details.closed
    if compared := compare_with_before(closed, months):
        change = compared.of()
        if change.counted < MOVED_FROM:
            return formats.say(
                "No comparison: %(quantity)s in %(month)s are too few.",
                quantity=context.quantity(change.counted), month=formats.full_month(compared.before.month),
            )  # fmt: skip
        words = _change_words(change, compared.before.month, formats)
        return f"{words} {collected_days(compared.comparison, formats)}".strip()
    if side := lacking_month(closed, months):
        return too_few_days(side, formats)
    return formats.say("There is no month before that it can be compared with.")


def _change_words(change: Change, before: date, formats: Formats) -> str:
    """Return a change by day since the month with the first day ``before``: "Per day, 7% fewer than in May 2026"."""
    text, month = formats.change(change.now, change.before), formats.full_month(before)
    percent = text.lstrip("+−")
    if percent == text:
        return formats.say("Per day, about as many as in %(month)s.", month=month)
    if change.now > change.before:
        return formats.say("Per day, %(percent)s more than in %(month)s.", percent=percent, month=month)
    return formats.say("Per day, %(percent)s fewer than in %(month)s.", percent=percent, month=month)


def _moved(kind: str, change: Change, compared: Comparison, values: dict[str, str], formats: Formats) -> str:
    """Return the sentence about a country; ``values``: its name, and its count of the month."""
    values |= {
        "month": formats.month(compared.now.first, True),
        "average": formats.rate(change.now / compared.days), "before": formats.rate(change.before / compared.days),
    }  # fmt: skip
    if kind == "up":
        return formats.say(
            "%(country)s grew most in %(month)s: %(quantity)s, %(average)s a day; the month before: %(before)s a day.",
            **values,
        )
    return formats.say(
        "%(country)s fell most in %(month)s: %(quantity)s, %(average)s a day; the month before: %(before)s a day.",
        **values,
    )


def _moved_rates(context: Context) -> Iterator[NewsItem]:
    """Yield, for each rate and each month that can be compared with that before it, the country whose rate moved most.

    Both months must have enough to divide by, and a change that is more than chance: their intervals do not overlap.
    """
    for ratio in context.ratios.all:
        if ratio.name in RATES:
            yield from _moved_rate(ratio, context)


def _moved_rate(ratio: Ratio, context: Context) -> Iterator[NewsItem]:
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
