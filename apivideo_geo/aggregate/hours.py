"""From the counts of UTC hours to the hours of a week in a time zone. No I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from apivideo_geo.days import day_start
from apivideo_geo.model import DayCount, HoursByDay, WeekHour, WeekHours

WEEK = [(weekday, hour) for weekday in range(7) for hour in range(24)]


def summarise_hours(stored: HoursByDay, daily: Sequence[DayCount], time_zone: str) -> WeekHours | None:
    """Return the counts by hour of the week of the complete days of ``daily``; None if the hours of none are stored.

    Each UTC hour counts for the hour of the ``time_zone`` (IANA name) in which it begins. So in the night in which
    clocks are set back, an hour of the week occurs twice, and once it does not occur at all.
    """
    complete = {day.day: day.count for day in daily if day.count is not None and not day.open}
    days = [day for day in complete if day in stored]
    if not days:
        return None
    zone, counts, hours, split = ZoneInfo(time_zone), Counter[tuple[int, int]](), Counter[tuple[int, int]](), False
    for day in days:
        for number, count in enumerate(stored[day]):
            local = (day_start(day) + timedelta(hours=number)).astimezone(zone)
            key = local.weekday(), local.hour
            counts[key] += count
            hours[key] += 1
            split |= local.minute != 0
    return WeekHours(
        time_zone,
        tuple(WeekHour(*key, counts[key], hours[key]) for key in WEEK),
        tuple(days),
        tuple(day for day in complete if day not in stored),
        {day: more for day in days if (more := sum(stored[day]) - complete[day])},
        split,
    )
