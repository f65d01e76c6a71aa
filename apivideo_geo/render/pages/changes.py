"""What changed: countries seen for the first time, records, the biggest movers of each month, as dated sentences. Pure.

An entry tells what was known when it came about and never changes afterwards: not its id, not its time, not what it
compares with. So the same history always gives the same entries, and a later day only adds some. Only days that were
over when they were collected take part; the first ``WARM_UP`` days of the history tell nothing, for then all is new.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import Any

from apivideo_geo.days import day_end, month_end
from apivideo_geo.model import UNKNOWN, Details, NewsItem, Summary
from apivideo_geo.render.pages.country import page_of
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import Formats

WARM_UP = 30
"""Days."""
MORE_BY = 10
"""Percent by which a record beats the one told before; an account that grows would fill the feed with them."""
MOVED_FROM = 10
"""A country that moved has at least so many more or fewer, and had so many before."""


def make_changes(summary: Summary, details: Details, formats: Formats) -> tuple[NewsItem, ...]:
    """All that changed in the period of the Summary, newest first; entries of one moment by id."""
    entries = [
        *_first_seen(summary, details, formats),
        *_best_days(summary, formats),
        *_widest_days(summary, formats),
        *_movers(summary, formats),
    ]
    return tuple(sorted(sorted(entries, key=lambda entry: entry.id), key=lambda entry: entry.at, reverse=True))


def by_month(entries: Sequence[NewsItem], formats: Formats) -> list[dict[str, Any]]:
    """The entries for the page: a heading for each month, newest first."""
    told = [
        (entry, entry.at - timedelta(seconds=1))  # the end of a day is the first moment of the next
        for entry in entries
    ]
    return [
        {
            "month": formats.month(month, True),
            "entries": [
                {"entry": entry, "machine": at.date().isoformat(), "text": formats.day(at.date())} for entry, at in some
            ],
        }
        for month, some in groupby(told, key=lambda pair: pair[1].date().replace(day=1))
    ]


def _closed_days(summary: Summary) -> Iterator[tuple[int, date]]:
    """Place and day of those that are over and were collected, without the first ones."""
    for place, day in enumerate(summary.daily):
        if place >= WARM_UP and day.count is not None and not day.open:
            yield place, day.day


def _first_seen(summary: Summary, details: Details, formats: Formats) -> Iterator[NewsItem]:
    known = {day: place for place, day in _closed_days(summary)}
    for country in summary.countries:
        told = details.countries.get(country.iso_a3)
        if told and told.first_seen in known:
            text = formats.say(
                "%(country)s was seen for the first time on %(day)s.",
                country=country.name, day=formats.day(told.first_seen),
            )  # fmt: skip
            yield NewsItem(f"first/{country.iso_a3}", day_end(told.first_seen), text, page_of(country.iso_a3))


def _best_days(summary: Summary, formats: Formats) -> Iterator[NewsItem]:
    for place, day in _records(summary, [day.count or 0 for day in summary.daily]):
        much = sentences.quantity(summary.daily[place].count or 0, summary, formats)
        text = formats.say("Best day so far: %(quantity)s on %(day)s.", quantity=much, day=formats.day(day))
        yield NewsItem(f"best-day/{day}", day_end(day), text, _on_map(day))


def _widest_days(summary: Summary, formats: Formats) -> Iterator[NewsItem]:
    reach = [0] * len(summary.daily)
    for code, counts in summary.by_country.items():
        if code != UNKNOWN:
            for place, count in enumerate(counts):
                reach[place] += count > 0
    for place, day in _records(summary, reach):
        text = formats.say_many(
            "Most countries on one day so far: %(count)s, on %(day)s.",
            "Most countries on one day so far: %(count)s, on %(day)s.",
            reach[place], day=formats.day(day),
        )  # fmt: skip
        yield NewsItem(f"most-countries/{day}", day_end(day), text, _on_map(day))


def _records(summary: Summary, values: Sequence[int]) -> Iterator[tuple[int, date]]:
    """The days on which ``values`` passed all earlier ones, and what was told of them by enough."""
    best = told = max(values[:WARM_UP], default=0)
    for place, day in _closed_days(summary):
        if values[place] > best and 100 * values[place] >= (100 + MORE_BY) * told:
            told = values[place]
            yield place, day
        best = max(best, values[place])


def _movers(summary: Summary, formats: Formats) -> Iterator[NewsItem]:
    """For each calendar month that was wholly collected, as the one before it: the total, most up, most down."""
    names = {country.iso_a3: country.name for country in summary.countries}
    for before, (month, places) in pairwise(_months(summary)):
        if before[1] is None or places is None:
            continue
        sums = {code: (_sum(counts, places), _sum(counts, before[1])) for code, counts in summary.by_country.items()}
        last = summary.daily[places[-1]].day
        at, when, link = day_end(last), formats.month(month, True), _on_map(month, last)
        now, then = sum(one for one, _ in sums.values()), sum(other for _, other in sums.values())
        if then >= MOVED_FROM:
            text = formats.say(
                "%(month)s: %(quantity)s, %(change)s on the month before.",
                month=when, quantity=sentences.quantity(now, summary, formats), change=formats.change(now, then),
            )  # fmt: skip
            yield NewsItem(f"month/{month:%Y-%m}", at, text, link)
        moved = {code: pair for code, pair in sums.items() if code in names and pair[1] >= MOVED_FROM}
        ordered = sorted(moved, key=lambda code: (moved[code][0] - moved[code][1], code))
        for kind, code, sign in (("up", ordered[-1:], 1), ("down", ordered[:1], -1)):
            for one in code:
                now, then = moved[one]
                if (now - then) * sign >= MOVED_FROM:
                    yield NewsItem(
                        f"{kind}/{month:%Y-%m}",
                        at,
                        _moved(names[one], sign, when, now, then, summary, formats),
                        page_of(one),
                    )


def _moved(name: str, sign: int, month: str, now: int, then: int, summary: Summary, formats: Formats) -> str:
    told = {
        "country": name,
        "month": month,
        "quantity": sentences.quantity(now, summary, formats),
        "change": formats.change(now, then),
    }
    if sign > 0:
        return formats.say("%(country)s grew most in %(month)s: %(quantity)s, %(change)s on the month before.", **told)
    return formats.say("%(country)s fell most in %(month)s: %(quantity)s, %(change)s on the month before.", **told)


def _months(summary: Summary) -> Iterator[tuple[date, list[int] | None]]:
    """First day of each calendar month of the period → the places of its days; None where one of them is lacking."""
    pairs = enumerate(summary.daily)
    for month, some in groupby(pairs, key=lambda pair: pair[1].day.replace(day=1)):
        days = list(some)
        whole = len(days) == month_end(month).day and all(day.count is not None and not day.open for _, day in days)
        yield month, [place for place, _ in days] if whole else None


def _sum(counts: Sequence[int], places: Sequence[int]) -> int:
    return sum(counts[places[0] : places[-1] + 1])


def _on_map(first: date, last: date | None = None) -> str:
    """The map of those days."""
    return f"index.html?period={first}..{last or first}"


def newest(entries: Sequence[NewsItem], most: int) -> Mapping[str, Any]:
    """What the front page tells: the first ``most``, and whether there are more."""
    return {"entries": entries[:most], "more": len(entries) > most}
