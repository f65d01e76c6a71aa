"""The rule of comparisons once more, as plain Python over dates and fractions: what the product is compared with."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

DAY = timedelta(1)


def span(first: date, last: date) -> list[date]:
    return [first + DAY * number for number in range((last - first).days + 1)]


def history(case: Mapping[str, Any]) -> tuple[list[date], dict[date, int], set[date]]:
    """Return all days of a case, the counts of the days that were collected and over, and those not over."""
    first = date.fromisoformat(case["first"])
    days = span(first, first + DAY * (case["length"] - 1))
    gaps = {day for gap in case["gaps"] for day in span(*map(date.fromisoformat, gap))}
    still_open = set(days[len(days) - case["open"] :])
    counts = {day: count_on(day) for day in days if day not in gaps and day not in still_open}
    return days, counts, still_open


def count_on(day: date) -> int:
    """Return an invented count: far fewer at weekends, a slow rise, and some noise."""
    number = day.toordinal()
    return (40 if day.weekday() > 4 else 200) + number % 1000 // 10 + number * number % 23


def other_period(first: date, last: date, against: str) -> tuple[date, date]:
    """Return the previous period or that of a year before, from the calendar."""

    def end_of(year: int, month: int) -> date:
        return date(year, month, monthrange(year, month)[1])

    whole = first.day == 1 and last == end_of(last.year, last.month)
    if against == "year":
        start = date(first.year - 1, first.month, min(first.day, monthrange(first.year - 1, first.month)[1]))
        end = date(last.year - 1, last.month, min(last.day, monthrange(last.year - 1, last.month)[1]))
        return start, end_of(end.year, end.month) if whole else end
    if not whole:
        return first - DAY * len(span(first, last)), first - DAY
    months = len({(day.year, day.month) for day in span(first, last)})
    start = first
    for _ in range(months):
        start = (start - DAY).replace(day=1)
    return start, first - DAY


def enough(counts: Mapping[date, int], first: date, last: date) -> bool:
    days = span(first, last)
    return Fraction(sum(day in counts for day in days), len(days)) >= Fraction(9, 10)


def expected(case: Mapping[str, Any]) -> dict[str, Any]:
    """Return the two periods, their collected days, whether weekdays are matched, the change, the nearest period."""
    days, counts, still_open = history(case)
    end = max(day for day in days if day not in still_open)
    period = [date.fromisoformat(day) for day in case["period"]] if case["period"] else [end - DAY * 29, end]
    first, last = period[0], min(period[1], end)
    own = not isinstance(case["against"], str)
    other = tuple(map(date.fromisoformat, case["against"])) if own else other_period(first, last, case["against"])
    fits = enough(counts, first, last) and enough(counts, *other)
    found: dict[str, Any] = {
        name: [str(side[0]), str(side[1]), sum(day in counts for day in span(*side)), len(span(*side))]
        for name, side in (("now", (first, last)), ("before", other))
    }
    found |= change_of(counts, (first, last), other) if fits else {"matched": False, "change": None}
    found["nearest"] = None if fits else nearest(case, counts, (first, last), other, days[0], end)
    return found


def change_of(counts: Mapping[date, int], now: tuple[date, date], before: tuple[date, date]) -> dict[str, Any]:
    by_weekday: list[defaultdict[int, list[int]]] = []
    for side in (now, before):
        by_weekday.append(defaultdict(list))
        for day in span(*side):
            if day in counts:
                by_weekday[-1][day.weekday()].append(counts[day])
    these, those = by_weekday
    shared = these.keys() & those.keys()
    matched = bool(shared) and min(len(span(*now)), len(span(*before))) < 56
    if matched:
        days = sum(len(these[weekday]) for weekday in shared)
        average = sum(len(these[w]) * Fraction(sum(those[w]), len(those[w])) for w in shared) / days
        current = Fraction(sum(sum(these[weekday]) for weekday in shared), days)
        counted = sum(sum(those[weekday]) for weekday in shared)
    else:
        all_now, all_before = ([count for found in side.values() for count in found] for side in (these, those))
        current, average = Fraction(sum(all_now), len(all_now)), Fraction(sum(all_before), len(all_before))
        counted = sum(all_before)
    return {"matched": matched, "change": round(float(current / average - 1), 9), "counted": counted}


def nearest(
    case: Mapping[str, Any],
    counts: Mapping[date, int],
    now: tuple[date, date],
    before: tuple[date, date],
    start: date,
    end: date,
) -> Any:
    """Return the nearest period that fits, by trying them all, and what it is compared with."""

    def moved(side: tuple[date, date]) -> list[tuple[date, date]]:
        length = len(span(*side))
        starts = [day for day in span(start, end) if day + DAY * (length - 1) <= end]
        starts.sort(key=lambda day: (abs((day - side[0]).days), -day.toordinal()))
        return [(day, day + DAY * (length - 1)) for day in starts]

    def text(side: tuple[date, date]) -> list[str]:
        return [str(day) for day in side]

    if not isinstance(case["against"], str):
        sides = [next((one for one in moved(side) if enough(counts, *one)), None) for side in (now, before)]
        return [text(side) for side in sides if side] if all(sides) else None
    shorter = [(day, now[1]) for day in span(now[0] + DAY, now[1]) if day >= start]
    for one in (*moved(now), *shorter):
        if enough(counts, *one) and enough(counts, *other_period(*one, case["against"])):
            return [text(one), case["against"]]
    return None
