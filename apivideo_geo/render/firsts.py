"""Countries seen for the first time, as entries of the feed. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from apivideo_geo.days import day_end
from apivideo_geo.model import UNKNOWN, Entry, Summary
from apivideo_geo.render.formats import Formats

SETTLE = timedelta(days=30)
"""In the first days of a history every country is new: nothing to tell."""


def make_firsts(summary: Summary, formats: Formats) -> tuple[Entry, ...]:
    """An entry a UTC day on which countries were counted that had not been before, of the days that are over."""
    if not summary.daily:
        return ()
    names = {country.iso_a3: country.name for country in summary.countries}
    found: dict[int, list[str]] = defaultdict(list)
    for code, counts in summary.by_country.items():
        place = next((place for place, count in enumerate(counts) if count), None)
        if place is not None and code != UNKNOWN:
            found[place].append(code)
    settled = summary.daily[0].day + SETTLE
    return tuple(
        _entry(summary, place, codes, names, formats)
        for place, codes in sorted(found.items())
        if summary.daily[place].day >= settled and not summary.daily[place].open
    )


def _entry(summary: Summary, place: int, codes: Sequence[str], names: dict[str, str], formats: Formats) -> Entry:
    day = summary.daily[place].day
    listed = ", ".join(names[code] for code in codes)
    text = formats.say(
        "On %(day)s somebody watched for the first time in: %(countries)s.", day=formats.day(day), countries=listed
    )
    title = formats.say("First seen: %(countries)s", countries=listed)
    return Entry(f"first-{day.isoformat()}", day_end(day), title, text, "index.html")
