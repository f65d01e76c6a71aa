"""What changed: countries seen for the first time, records, the biggest movers of each month, as dated sentences. Pure.

An entry depends on its day and the days before only, so it never changes afterwards: the same history always gives the
same entries, and a later day only adds some. Only complete days count; the first ``WARM_UP`` days are skipped, because
everything is new then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import Any

from apivideo_geo.days import day_end, month_end
from apivideo_geo.model import UNKNOWN, NewsItem, Summary
from apivideo_geo.render.addresses import country_page
from apivideo_geo.render.context import Context
from apivideo_geo.render.text.formats import Formats

WARM_UP = 30
"""Days at the start of the history in which nothing is listed."""
MORE_BY = 10
"""Percent by which a record exceeds the last one listed; otherwise a growing account would fill the feed with them."""
MOVED_FROM = 10
"""The least count before, and the least difference, of a country that moved."""


def make_changes(context: Context) -> tuple[NewsItem, ...]:
    """Return all that changed in the period of the Summary, newest first; entries of the same moment by id."""
    entries = [*_first_seen(context), *_best_days(context), *_widest_days(context), *_movers(context)]
    return tuple(sorted(sorted(entries, key=lambda entry: entry.id), key=lambda entry: entry.at, reverse=True))


def by_month(entries: Sequence[NewsItem], formats: Formats) -> list[dict[str, Any]]:
    """Return the entries for the page, with a heading for each month, newest first."""
    dated = [
        (entry, (entry.at - timedelta(seconds=1)).date())  # the end of a day is the first moment of the next
        for entry in entries
    ]
    return [
        {
            "month": formats.month(month, True),
            "entries": [{"entry": entry, "machine": day.isoformat(), "text": formats.day(day)} for entry, day in group],
        }
        for month, group in groupby(dated, key=lambda pair: pair[1].replace(day=1))
    ]


def _closed_days(summary: Summary) -> Iterator[tuple[int, date]]:
    """Yield index and day of those that are complete, without the first ones."""
    for index, day in enumerate(summary.daily):
        if index >= WARM_UP and day.count is not None and not day.open:
            yield index, day.day


def _first_seen(context: Context) -> Iterator[NewsItem]:
    closed = {day for _, day in _closed_days(context.summary)}
    for country in context.summary.countries:
        detail = context.details.countries.get(country.iso_a3)
        if detail and detail.first_seen in closed:
            text = context.formats.say(
                "%(country)s was seen for the first time on %(day)s.",
                country=country.name, day=context.formats.day(detail.first_seen),
            )  # fmt: skip
            page = country_page(country.iso_a3)
            yield NewsItem(f"first/{country.iso_a3}", day_end(detail.first_seen), text, page)


def _best_days(context: Context) -> Iterator[NewsItem]:
    formats, counts = context.formats, [day.count or 0 for day in context.summary.daily]
    for index, day in _records(context.summary, counts):
        quantity = context.quantity(counts[index])
        text = formats.say("Best day so far: %(quantity)s on %(day)s.", quantity=quantity, day=formats.day(day))
        yield NewsItem(f"best-day/{day}", day_end(day), text, _on_map(day))


def _widest_days(context: Context) -> Iterator[NewsItem]:
    summary, formats = context.summary, context.formats
    countries = [counts for code, counts in summary.by_country.items() if code != UNKNOWN]
    reach = [sum(count > 0 for count in day) for day in zip(*countries, strict=True)] or [0] * len(summary.daily)
    for index, day in _records(summary, reach):
        text = formats.say_many(
            "Most countries on one day so far: %(count)s, on %(day)s.",
            "Most countries on one day so far: %(count)s, on %(day)s.",
            reach[index], day=formats.day(day),
        )  # fmt: skip
        yield NewsItem(f"most-countries/{day}", day_end(day), text, _on_map(day))


def _records(summary: Summary, values: Sequence[int]) -> Iterator[tuple[int, date]]:
    """Yield index and day where ``values`` exceeded all earlier ones, and the last record yielded by ``MORE_BY``."""
    best = listed = max(values[:WARM_UP], default=0)
    for index, day in _closed_days(summary):
        if values[index] > best and 100 * values[index] >= (100 + MORE_BY) * listed:
            listed = values[index]
            yield index, day
        best = max(best, values[index])


def _movers(context: Context) -> Iterator[NewsItem]:
    """Yield the change of the total, most up and most down, for each complete month after a complete one."""
    summary, formats = context.summary, context.formats
    names = {country.iso_a3: country.name for country in summary.countries}
    for (_, days_before), (month, days) in pairwise(_months(summary)):
        if days_before is None or days is None:
            continue
        sums = {code: (sum(counts[days]), sum(counts[days_before])) for code, counts in summary.by_country.items()}
        last = summary.daily[days.stop - 1].day
        now, before = (sum(column) for column in zip(*sums.values(), strict=True)) if sums else (0, 0)
        if before >= MOVED_FROM:
            text = formats.say(
                "%(month)s: %(quantity)s, %(change)s on the month before.",
                month=formats.month(month, True), quantity=context.quantity(now), change=formats.change(now, before),
            )  # fmt: skip
            yield NewsItem(f"month/{month:%Y-%m}", day_end(last), text, _on_map(month, last))
        moved = {code: pair for code, pair in sums.items() if code in names and pair[1] >= MOVED_FROM}
        ordered = sorted(moved, key=lambda code: (moved[code][0] - moved[code][1], code))
        for kind, codes, sign in (("up", ordered[-1:], 1), ("down", ordered[:1], -1)):
            for code in codes:
                if (moved[code][0] - moved[code][1]) * sign >= MOVED_FROM:
                    text = _moved(names[code], kind, formats.month(month, True), moved[code], context)
                    yield NewsItem(f"{kind}/{month:%Y-%m}", day_end(last), text, country_page(code))


def _moved(name: str, kind: str, month: str, counts: tuple[int, int], context: Context) -> str:
    formats = context.formats
    values = {
        "country": name,
        "month": month,
        "quantity": context.quantity(counts[0]),
        "change": formats.change(*counts),
    }
    if kind == "up":
        return formats.say(
            "%(country)s grew most in %(month)s: %(quantity)s, %(change)s on the month before.", **values
        )
    return formats.say("%(country)s fell most in %(month)s: %(quantity)s, %(change)s on the month before.", **values)


def _months(summary: Summary) -> Iterator[tuple[date, slice | None]]:
    """Yield the first day of each calendar month, and where its days are in ``daily``; None if it is not complete."""
    for month, group in groupby(enumerate(summary.daily), key=lambda pair: pair[1].day.replace(day=1)):
        days = list(group)
        complete = len(days) == month_end(month).day and all(d.count is not None and not d.open for _, d in days)
        yield month, slice(days[0][0], days[-1][0] + 1) if complete else None


def _on_map(first: date, last: date | None = None) -> str:
    """Return the address of the map of those days."""
    return f"index.html?period={first}..{last or first}"
