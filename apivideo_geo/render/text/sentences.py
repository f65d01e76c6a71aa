"""Write the sentences of the front page from the Summary: headline, lead, text alternatives, totals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from math import ceil
from typing import NamedTuple

from apivideo_geo.aggregate.ratios import Ratios
from apivideo_geo.geo.countries import all_countries, name_of
from apivideo_geo.model import IN_SECONDS, PER_DAY, TIMED_SESSION, CountryCount, Ratio, Summary
from apivideo_geo.render.text.formats import Formats, sentence
from apivideo_geo.render.text.translations import SOURCE, marked, marked_many, plural_forms


class _Metric(NamedTuple):
    """The sentences of one metric."""

    many: str
    """The noun in the plural."""
    counted: tuple[str, str]
    somewhere: str
    """Headline for a single country."""
    countries: tuple[str, str]
    """Headline for several countries."""
    most: tuple[str, str]
    """Headline for several countries, with the leading ones."""
    countries_of: tuple[str, str]
    most_of: tuple[str, str]
    """``countries`` and ``most`` for the countries of one continent."""


_WATCHED = (
    marked("Watched in %(country)s"),
    marked_many("Watched in %(count)s country", "Watched in %(count)s countries"),
    marked_many(
        "Watched in %(count)s country, most of all in %(where)s",
        "Watched in %(count)s countries, most of all in %(where)s",
    ),
    marked_many("Watched in %(count)s country of %(continent)s", "Watched in %(count)s countries of %(continent)s"),
    marked_many(
        "Watched in %(count)s country of %(continent)s: %(where)s",
        "Watched in %(count)s countries of %(continent)s, most of all in %(where)s",
    ),
)
_METRICS: Mapping[str, _Metric] = {
    "play": _Metric(marked("plays"), marked_many("%(count)s play", "%(count)s plays"), *_WATCHED),
    "view": _Metric(
        marked("views"),
        marked_many("%(count)s view", "%(count)s views"),
        marked("Viewed in %(country)s"),
        marked_many("Viewed in %(count)s country", "Viewed in %(count)s countries"),
        marked_many(
            "Viewed in %(count)s country, most of all in %(where)s",
            "Viewed in %(count)s countries, most of all in %(where)s",
        ),
        marked_many("Viewed in %(count)s country of %(continent)s", "Viewed in %(count)s countries of %(continent)s"),
        marked_many(
            "Viewed in %(count)s country of %(continent)s: %(where)s",
            "Viewed in %(count)s countries of %(continent)s, most of all in %(where)s",
        ),
    ),
    "impression": _Metric(
        marked("impressions"),
        marked_many("%(count)s impression", "%(count)s impressions"),
        marked("Seen in %(country)s"),
        marked_many("Seen in %(count)s country", "Seen in %(count)s countries"),
        marked_many(
            "Seen in %(count)s country, most of all in %(where)s",
            "Seen in %(count)s countries, most of all in %(where)s",
        ),
        marked_many("Seen in %(count)s country of %(continent)s", "Seen in %(count)s countries of %(continent)s"),
        marked_many(
            "Seen in %(count)s country of %(continent)s: %(where)s",
            "Seen in %(count)s countries of %(continent)s, most of all in %(where)s",
        ),
    ),
    "start": _Metric(
        marked("starts"),
        marked_many("%(count)s start", "%(count)s starts"),
        marked("Started in %(country)s"),
        marked_many("Started in %(count)s country", "Started in %(count)s countries"),
        marked_many(
            "Started in %(count)s country, most of all in %(where)s",
            "Started in %(count)s countries, most of all in %(where)s",
        ),
        marked_many("Started in %(count)s country of %(continent)s", "Started in %(count)s countries of %(continent)s"),
        marked_many(
            "Started in %(count)s country of %(continent)s: %(where)s",
            "Started in %(count)s countries of %(continent)s, most of all in %(where)s",
        ),
    ),
    "end": _Metric(
        marked("plays to the end"),
        marked_many("%(count)s play to the end", "%(count)s plays to the end"),
        marked("Watched to the end in %(country)s"),
        marked_many("Watched to the end in %(count)s country", "Watched to the end in %(count)s countries"),
        marked_many(
            "Watched to the end in %(count)s country, most of all in %(where)s",
            "Watched to the end in %(count)s countries, most of all in %(where)s",
        ),
        marked_many(
            "Watched to the end in %(count)s country of %(continent)s",
            "Watched to the end in %(count)s countries of %(continent)s",
        ),
        marked_many(
            "Watched to the end in %(count)s country of %(continent)s: %(where)s",
            "Watched to the end in %(count)s countries of %(continent)s, most of all in %(where)s",
        ),
    ),
    "viewer": _Metric(marked("viewers"), marked_many("%(count)s viewer a day", "%(count)s viewers a day"), *_WATCHED),
    "watch-time": _Metric(
        marked("watch time"), marked_many("%(count)s of watch time", "%(count)s of watch time"), *_WATCHED
    ),
    "session": _Metric(marked("sessions"), marked_many("%(count)s session", "%(count)s sessions"), *_WATCHED),
    "session-time": _Metric(
        marked("session time"), marked_many("%(count)s of session time", "%(count)s of session time"), *_WATCHED
    ),
    "timed-session": _Metric(
        marked("sessions of known length"),
        marked_many("%(count)s session of known length", "%(count)s sessions of known length"),
        *_WATCHED,
    ),
}
"""metric → its sentences. Of a metric in seconds the count is a duration, of one that is per day the mean of a day."""

_LABELS = {
    "play": marked("Plays"),
    "view": marked("Views"),
    "impression": marked("Impressions"),
    "start": marked("Starts"),
    "end": marked("Plays to the end"),
    "viewer": marked("Viewers a day"),
    "watch-time": marked("Watch time"),
    "session": marked("Sessions"),
    "session-time": marked("Session time"),
    "timed-session": marked("Sessions of known length"),
    "play-rate": marked("Play rate"),
    "completion": marked("Completion"),
    "plays-per-viewer": marked("Plays per viewer"),
    "time-per-play": marked("Watch time per play"),
    "time-per-session": marked("Time per session"),
}
"""Metric or ratio → its name in a list of choices or at the head of a column."""

_MEANINGS = {
    "play": marked("A play is one time a video or a live stream was played."),
    "view": marked("A view is one time somebody watched a video or a live stream, as api.video counts views."),
    "impression": marked("An impression is one time a video or a live stream was loaded and ready to be played."),
    "start": marked("A start is one time the playing of a video or a live stream was started."),
    "end": marked("A play to the end is one time a video or a live stream was watched until its end."),
    "viewer": marked(
        "A viewer is counted once a day, however often they watch. Somebody who watches on two days counts on both, so "
        "viewers are never added up over days: for several days, the average of a day is shown."
    ),
    "watch-time": marked("Watch time is how long videos and live streams were watched, by all viewers together."),
    "session": marked(
        "A session is one time somebody opened a video or a live stream in a player. "
        "It counts for the day it was opened."
    ),
    "session-time": marked(
        "Session time is how long all sessions of known length lasted together; the others are not in it."
    ),
    "timed-session": marked("A session of known length has a beginning and an end, at most 24 hours later."),
    "play-rate": marked("Play rate: of the videos and live streams that were loaded, the part that was played."),
    "completion": marked("Completion: of what was played, the part that was watched until its end."),
    "plays-per-viewer": marked("Plays per viewer: how often a viewer plays something on a day, on average."),
    "time-per-play": marked("Watch time per play: how long a play lasts, on average."),
    "time-per-session": marked("Time per session: how long a session of known length lasts, on average."),
}
"""Metric or ratio → what it is; metrics as in api.video's reference of its analytics."""

_ARTICLE = frozenset((
    "ALA", "ARE", "ATF", "BHS", "CAF", "CCK", "COK", "COM", "CYM", "DOM", "FLK", "FRO", "GBR", "GMB", "HMD", "IMN",
    "IOT", "MDV", "MHL", "MNP", "NLD", "PHL", "PSE", "SGS", "SLB", "SYC", "TCA", "UMI", "USA", "VGB", "VIR",
))  # fmt: skip
"""Countries whose English name takes "the" within a sentence."""

_NAMED = 3
"""Maximum number of countries named in a sentence of the lead."""


def noun(metric: str, formats: Formats) -> str:
    """Return the noun of a metric in the plural: "plays"."""
    return formats.say(_METRICS[metric].many)


def quantity(count: float, summary: Summary, formats: Formats) -> str:
    """Return a count with its noun: "1 play", "93,904 plays"."""
    return quantity_of(summary.metric, count, formats)


def counted(metric: str) -> tuple[str, str]:
    """Return the messages "%(count)s play" and "%(count)s plays" of a metric."""
    return _METRICS[metric].counted


def label_of(name: str, formats: Formats) -> str:
    """Return the label of a metric or ratio: "Plays", "Viewers a day", "Play rate"."""
    return formats.say(_LABELS[name])


def meaning_of(name: str, formats: Formats) -> str:
    """Return what a metric or ratio is, in one or two sentences."""
    return formats.say(_MEANINGS[name])


def definition_of(ratio: Ratio, formats: Formats) -> str:
    """Return which sums are divided: "plays to the end ÷ plays"."""
    return f"{noun(ratio.upper, formats)} ÷ {noun(ratio.lower, formats)}"


def about_ratio(ratio: Ratio, ratios: Ratios, formats: Formats) -> tuple[str, str]:
    """Return what a ratio is and which sums are divided, and how many sessions are not in a mean time, if any."""
    about = f"{meaning_of(ratio.name, formats)} ({definition_of(ratio, formats)})"
    return about, untimed(ratio, ratios, formats)


def untimed(ratio: Ratio, ratios: Ratios, formats: Formats, code: str = "") -> str:
    """Return how many sessions of a country, by default of all, are not in a mean time; "" if all are."""
    days = ratios.shared_days(*_SESSIONS) if ratio.lower == TIMED_SESSION and "session" in ratios.metrics else []
    every, timed = (ratios.sum_of(metric, code, days) if days else 0 for metric in _SESSIONS)
    if every <= timed:
        return ""
    return formats.say_many(
        "%(count)s session of unknown length is not in it.", "%(count)s sessions of unknown length are not in it.",
        every - timed,
    )  # fmt: skip


_SESSIONS = ("session", TIMED_SESSION)


def amount(metric: str, value: float, formats: Formats) -> str:
    """Return a value of a metric without its noun: "93,904", "3 h 20 min"; per day, the mean: "41.3"."""
    if metric in IN_SECONDS:
        return formats.duration(value)
    return formats.rate(value) if metric in PER_DAY else formats.number(value)


@lru_cache(maxsize=20_000)
def quantity_of(metric: str, value: float, formats: Formats) -> str:
    """Return a value of a metric with its noun: "93,904 plays", "41.3 viewers a day", "3 h 20 min of watch time"."""
    return formats.say_many(*counted(metric), ceil(value), count=amount(metric, value, formats))


def called(country: CountryCount, formats: Formats) -> str:
    """Return the country's name in the language of the sentences; ``country.name`` is that of the site's locale."""
    return name_of(country.iso_a3, formats.language) if formats.spoken else country.name


def within(country: CountryCount, formats: Formats) -> str:
    """Return the country's name as written in a sentence: "the Netherlands"."""
    return with_article(country.iso_a3, called(country, formats), formats)


def with_article(code: str, name: str, formats: Formats) -> str:
    """Return the ``name`` of the country ``code`` (alpha-3) as written in a sentence: "the Netherlands".

    English adds an article; translations must work without one.
    """
    return f"the {name}" if formats.language == SOURCE and code in _ARTICLE else name


def headline(summary: Summary, formats: Formats) -> str:
    """Return the page in one sentence: "Watched in 170 countries, most of all in France"."""
    words, countries = _METRICS[summary.metric], summary.countries
    if not summary.total:
        return sentence(formats.say("No %(plays)s yet", plays=noun(summary.metric, formats)))
    if not countries:
        return formats.say("%(quantity)s from unknown countries", quantity=quantity(summary.total, summary, formats))
    if len(countries) == 1:
        return formats.say(words.somewhere, country=within(countries[0], formats))
    most = [within(country, formats) for country in countries if country.count == countries[0].count]
    if len(most) < min(3, len(countries)):
        return formats.say_many(*words.most, len(countries), where=formats.listed(most))
    return formats.say_many(*words.countries, len(countries))


def lead(summary: Summary, formats: Formats) -> str:
    """Return the two or three sentences under the headline: how much, when, from where."""
    if not summary.total:
        return " ".join([_nothing(summary, formats), formats.say("The map fills in as soon as somebody watches.")])
    return " ".join([_how_much(summary, formats), *_from_where(summary, formats), *_new(summary, formats)])


def _nothing(summary: Summary, formats: Formats) -> str:
    when = period(summary, formats)
    if when:
        return formats.say("Nothing was counted %(when)s.", when=when)
    return formats.say("Nothing has been counted so far.")


def _how_much(summary: Summary, formats: Formats) -> str:
    when, much = period(summary, formats), quantity(summary.total, summary, formats)
    if not when:
        return formats.say("%(quantity)s in all.", quantity=much)
    return formats.say("%(quantity)s %(when)s.", quantity=much, when=when)


def _from_where(summary: Summary, formats: Formats) -> Iterator[str]:
    if len(summary.countries) < 2:
        return
    first, *others = summary.countries[:3]
    most = [within(country, formats) for country in summary.countries if country.count == first.count]
    if len(most) > 1:
        yield shared_by(most, formats.about(first.share), formats)
        return
    yield formats.say(
        "%(share)s came from %(country)s, then %(others)s.",
        share=formats.about(first.share),
        country=within(first, formats),
        others=formats.listed([within(country, formats) for country in others]),
    )


def shared_by(most: Sequence[str], share: str, formats: Formats) -> str:
    """Return that the countries ``most`` have the most, all as many: "33% each came from Chad and Peru"."""
    if len(most) <= _NAMED:
        return formats.say("%(share)s each came from %(countries)s.", share=share, countries=formats.listed(most))
    return formats.say_many(
        "%(count)s country has the most, %(share)s.", "%(count)s countries have the most, %(share)s each.",
        len(most), share=share,
    )  # fmt: skip


def _new(summary: Summary, formats: Formats) -> Iterator[str]:
    new = [within(country, formats) for country in summary.countries if country.iso_a3 in summary.new]
    if summary.comparison and 0 < len(new) <= _NAMED:
        yield formats.say_many(
            "First seen on the last day: %(countries)s.",
            "First seen in the last %(count)s days: %(countries)s.",
            summary.comparison.now.days,
            countries=formats.listed(new),
        )


def description(summary: Summary, formats: Formats, place: str = "") -> str:
    """Return the map of ``place``, by default of the world, in words, for screen readers and search engines."""
    place, much = place or formats.say("World map"), quantity(summary.total, summary, formats)
    if not summary.total:
        return formats.say("%(place)s: nothing has been counted in any country yet.", place=place)
    if not summary.countries:
        return formats.say("%(place)s: %(quantity)s from unknown countries.", place=place, quantity=much)
    first = [
        f"{within(country, formats)} ({amount(summary.metric, country.count, formats)})"
        for country in summary.countries[:5]
    ]
    return formats.say_many(
        "%(place)s: %(quantity)s, %(count)s country: %(first)s.",
        "%(place)s: %(quantity)s, %(count)s countries; most in %(first)s.",
        len(summary.countries),
        place=place,
        quantity=much,
        first=formats.listed(first),
    )


def headline_forms(metric: str, formats: Formats) -> Mapping[str, object]:
    """Return what a script needs to write the headline of another period: messages in all plural forms.

    ``articles`` are the countries whose name takes "the"; empty unless the sentences are English. ``names`` are
    those of countries in sentences, where they differ from the names in tables.
    """
    words = _METRICS[metric]
    pairs = {name: getattr(words, name) for name in ("countries", "most", "countries_of", "most_of")}
    return {
        "headline": {
            "somewhere": formats.say(words.somewhere),
            **{name: plural_forms(formats.words, *pair) for name, pair in pairs.items()},
        },
        "articles": [*sorted(_ARTICLE), "caribbean", "eu", "micronesia"] if formats.language == SOURCE else [],
        "names": {code: name_of(code, formats.language) for code in all_countries()} if formats.spoken else {},
    }


def period(summary: Summary, formats: Formats) -> str:
    """Return the end of a sentence: "between 25 May and 21 November 2026", "on 21 November 2026", or ""."""
    if summary.period_from is None or summary.period_to is None:
        return ""
    return between(summary.period_from, summary.period_to, formats)


def period_of(dimension: str, summary: Summary, formats: Formats) -> str:
    """Return the period of the figures by ``dimension``: from the first to the last day collected by it, or ""."""
    if not summary.uncollected.get(dimension):
        return period(summary, formats)
    days = [day.day for day in summary.daily_by(dimension) if day.count is not None]
    return between(days[0], days[-1], formats) if days else ""


def between(first: date, last: date, formats: Formats) -> str:
    """Return the days from ``first`` to ``last`` as the end of a sentence."""
    if first == last:
        return formats.say("on %(day)s", day=formats.day(last))
    begin = formats.day_of_year(first) if first.year == last.year else formats.day(first)
    return formats.say("between %(first)s and %(last)s", first=begin, last=formats.day(last))


_NEVER = marked_many("%(count)s day was never collected (%(days)s)", "%(count)s days were never collected (%(days)s)")
_LEFT_OUT = marked_many(
    "%(count)s day was left out by the publisher (%(days)s)", "%(count)s days were left out by the publisher (%(days)s)"
)
_NOT_BY_VIDEO = marked_many(
    "%(count)s day was not collected by video (%(days)s)", "%(count)s days were not collected by video (%(days)s)"
)


def gaps(summary: Summary, formats: Formats, *, by_video: bool = False) -> str:
    """Return the days without a count: "4 days were never collected (3–6 Aug)"; empty without any.

    ``by_video``: also those on which only the counts by video were not collected.
    """
    kinds = [(_NEVER, summary.days.never_collected), (_LEFT_OUT, summary.days.left_out)]
    if by_video:
        kinds.append((_NOT_BY_VIDEO, summary.uncollected.get("media", ())))
    return " · ".join(
        formats.say_many(*messages, len(days), days=formats.days(days)) for messages, days in kinds if days
    )


def only_collected(dimension: str, base: int, total: float, summary: Summary, formats: Formats) -> str:
    """Return on which days a breakdown was collected, and that it shows ``base`` of ``total``; "" if on all."""
    if not summary.uncollected.get(dimension) or base == total:
        return ""
    when = period_of(dimension, summary, formats)
    quantities = {"base": formats.number(base), "total": quantity(total, summary, formats)}
    if not when:
        return formats.say("Not collected in this period.")
    lacking = summary.uncollected[dimension]
    known = [day.day for day in summary.daily_by(dimension) if day.count is not None]
    if any(known[0] < day < known[-1] for day in lacking):
        return formats.say_many(
            "Without %(count)s day on which this was not collected (%(days)s): %(base)s of %(total)s.",
            "Without %(count)s days on which this was not collected (%(days)s): %(base)s of %(total)s.",
            len(lacking), days=formats.days(lacking), **quantities,
        )  # fmt: skip
    return formats.say("Collected only %(when)s: %(base)s of %(total)s.", when=when, **quantities)


def balance(total: float, unknown: float, summary: Summary, formats: Formats) -> str:
    """Return how a total adds up: "93,808 plays: 93,346 on the map, 462 from unknown countries".

    ``total`` is that of the page, ``unknown`` the part of it from unknown countries.
    """
    return formats.say(
        "%(total)s: %(mapped)s on the map, %(unknown)s from unknown countries",
        total=quantity(total, summary, formats),
        mapped=amount(summary.metric, total - unknown, formats),
        unknown=amount(summary.metric, unknown, formats),
    )


def best_day(summary: Summary, formats: Formats) -> str:
    """Return the best day in words; empty if nothing was counted."""
    most = max((day.count or 0 for day in summary.daily), default=0)
    days = [day.day for day in summary.daily if day.count == most]
    return most_on_one_day(most, days, formats, summary.metric in IN_SECONDS) if most else ""


def most_on_one_day(count: int, days: Sequence[date], formats: Formats, seconds: bool = False) -> str:
    """Return the note on a curve: "Most on one day: 1,294 on 21 September 2026", or "…: 15, on 3 days" if ``days`` tie.

    ``seconds``: the count is a time.
    """
    number = formats.duration(count) if seconds else formats.number(count)
    if len(days) > 1:
        return formats.say_many(
            "Most on one day: %(number)s, on %(count)s day", "Most on one day: %(number)s, on %(count)s days",
            len(days), number=number,
        )  # fmt: skip
    return formats.say("Most on one day: %(number)s on %(day)s", number=number, day=formats.day(days[0]))


def curve(summary: Summary, formats: Formats) -> str:
    """Return the daily curve in words."""
    plays, when = noun(summary.metric, formats), period(summary, formats)
    if when:
        text = formats.say("%(plays)s a day %(when)s", plays=plays, when=when)
    else:
        text = formats.say("%(plays)s a day", plays=plays)
    sentences = [text, best_day(summary, formats), gaps(summary, formats)]
    return " ".join(f"{sentence(text)}." for text in sentences if text)
