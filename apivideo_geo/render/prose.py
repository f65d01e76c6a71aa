"""The sentences of the page, written from the Summary: headline, lead, text alternatives, balance. Pure, English."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from apivideo_geo.model import CountryCount, Summary
from apivideo_geo.render.formats import Formats

LANGUAGE = "en"
"""What the sentences are written in, whatever the locale of names and numbers."""

_WORDS = {
    "play": ("play", "plays", "Watched"),
    "view": ("view", "views", "Viewed"),
    "impression": ("impression", "impressions", "Seen"),
    "start": ("start", "starts", "Started"),
    "end": ("end", "ends", "Watched to the end"),
    "session": ("session", "sessions", "Watched"),
}
"""metric → one, many, how a headline begins."""

_ARTICLE = frozenset(
    (
        "ALA",
        "ARE",
        "ATF",
        "BHS",
        "CAF",
        "CCK",
        "COK",
        "COM",
        "CYM",
        "DOM",
        "FLK",
        "FRO",
        "GBR",
        "GMB",
        "HMD",
        "IMN",
        "IOT",
        "MDV",
        "MHL",
        "MNP",
        "NLD",
        "PHL",
        "PSE",
        "SGS",
        "SLB",
        "SYC",
        "TCA",
        "UMI",
        "USA",
        "VGB",
        "VIR",
    )
)
"""Countries whose English name takes "the" within a sentence."""

_NAMED = 3
"""So many new countries are named in the lead; more are only counted."""


def noun(metric: str, count: int = 2) -> str:
    """What is counted: "play" for one, "plays" for any other ``count``."""
    one, many, _ = _WORDS.get(metric, (metric, f"{metric}s", ""))
    return one if count == 1 else many


def counted(count: int, one: str, many: str, formats: Formats) -> str:
    """A number with its noun: "1 country", "170 countries"."""
    return f"{formats.number(count)} {one if count == 1 else many}"


def quantity(count: int, summary: Summary, formats: Formats) -> str:
    """A number of what the summary counts: "1 play", "93,904 plays"."""
    return counted(count, noun(summary.metric, 1), noun(summary.metric), formats)


def within(country: CountryCount) -> str:
    """The country's name as it stands in a sentence: "the Netherlands"."""
    return f"the {country.name}" if country.iso_a3 in _ARTICLE else country.name


def headline(summary: Summary, formats: Formats) -> str:
    """The page in one sentence: "Watched in 170 countries, most of all in France"."""
    begin = _WORDS.get(summary.metric, ("", "", "Seen"))[2]
    countries = summary.countries
    if not summary.total:
        return f"No {noun(summary.metric)} yet"
    if not countries:
        return f"{quantity(summary.total, summary, formats)}, from countries not known"
    if len(countries) == 1:
        return f"{begin} in {within(countries[0])}"
    most = [within(country) for country in countries if country.count == countries[0].count]
    where = f", most of all in {listed(most)}" if len(most) < min(3, len(countries)) else ""
    return f"{begin} in {formats.number(len(countries))} countries{where}"


def lead(summary: Summary, formats: Formats) -> str:
    """Two or three sentences under the headline: how much, when, from where."""
    when = period(summary, formats)
    if not summary.total:
        return (
            f"Nothing was counted{f' {when}' if when else ' so far'}. The map fills itself as soon as somebody watches."
        )
    sentences = [f"{quantity(summary.total, summary, formats)}{f' {when}' if when else ''}."]
    if len(summary.countries) > 1:
        first, *others = summary.countries[:3]
        then = f", then {listed([within(country) for country in others])}"
        sentences.append(f"{formats.about(first.share)} came from {within(first)}{then}.")
    if summary.change and 0 < len(summary.change.new) <= _NAMED:
        new = [within(country) for country in summary.countries if country.iso_a3 in summary.change.new]
        sentences.append(f"First seen in the last {formats.number(summary.change.days)} days: {listed(new)}.")
    return " ".join(sentences)


def description(summary: Summary, formats: Formats) -> str:
    """The map in words, for those who do not see it and for search engines."""
    if not summary.countries:
        return f"World map: no country has {noun(summary.metric)} yet."
    first = [f"{within(country)} ({formats.number(country.count)})" for country in summary.countries[:5]]
    reach = counted(len(summary.countries), "country", "countries", formats)
    begin = f"{quantity(summary.mapped, summary, formats)} in {reach}"
    return f"World map: {begin}; {'most in ' if len(summary.countries) > 1 else ''}{listed(first)}."


def period(summary: Summary, formats: Formats) -> str:
    """ "between 25 May and 21 November 2026", "on 21 November 2026", or nothing."""
    first, last = summary.period_from, summary.period_to
    if first is None or last is None:
        return ""
    if first == last:
        return f"on {formats.day(last)}"
    begin = formats.day_of_year(first) if first.year == last.year else formats.day(first)
    return f"between {begin} and {formats.day(last)}"


def gaps(missing: Sequence[date], formats: Formats) -> str:
    """The days never collected, named: "4 days were never collected (3–6 Aug)"; empty where none is missing."""
    if not missing:
        return ""
    verb = "was" if len(missing) == 1 else "were"
    return f"{counted(len(missing), 'day', 'days', formats)} {verb} never collected ({formats.days(missing)})"


def balance(summary: Summary, formats: Formats) -> str:
    """How the total comes about: "93,904 plays = 93,346 on the map + 96 withheld + 462 unknown"."""
    number = formats.number
    whole = quantity(summary.total, summary, formats)
    return (
        f"{whole} = {number(summary.mapped)} on the map + {number(summary.withheld)} withheld "
        f"+ {number(summary.unknown)} unknown"
    )


def listed(names: Sequence[str]) -> str:
    """ "France", "France and Morocco", "France, Morocco and Peru"."""
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part) if names else ""
