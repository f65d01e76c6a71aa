"""What ``about.html`` shows: the balance, the days, the classes and the borders, ready to print. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from apivideo_geo.geo.borders import load_borders
from apivideo_geo.geo.countries import name_of
from apivideo_geo.geo.places import population_years
from apivideo_geo.model import Summary
from apivideo_geo.render.context import Context
from apivideo_geo.render.pages.breakdowns import base_of
from apivideo_geo.render.pages.coverage_calendar import make_calendar
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import Formats, sentence
from apivideo_geo.render.text.translations import marked

METHODS = {
    "quantile": marked("The classes are cut so that about as many countries fall into each."),
    "log": marked("Each class reaches about as many times higher than the one before."),
    "jenks": marked("The classes are cut where the counts leave gaps (Fisher and Jenks’ natural breaks)."),
    "equal": marked(
        "The limits between the classes are multiples of one number; "
        "a class without a country is joined with the one below."
    ),
    "custom": marked("The publisher of this page chose where the classes begin."),
}
"""Class method → how it divides the countries into classes."""

_EQUALLY_WIDE = marked("The classes are equally wide; the last one has no upper limit.")
_HIDING = {"city": marked("cities"), "referrer": marked("referring sites"), "media": marked("videos by country")}
"""Dimension whose small counts can be hidden → its name within a sentence."""
_RANGES = 100
"""Maximum number of ranges of days that are listed; the others are counted."""


@dataclass(frozen=True)
class Part:
    """A figure with its name and what it means."""

    name: str
    figure: str
    meaning: str


@dataclass(frozen=True)
class Decision:
    """A border that had to be decided."""

    area: str
    drawn: str
    why: str


def make_about(context: Context) -> Mapping[str, Any]:
    """Return what the template prints, except the frame of the page."""
    summary, formats = context.summary, context.formats
    return {
        "counted": sentences.meaning_of(summary.metric, formats),
        "meanings": tuple(_meanings(context)),
        "ratios": _ratio_rules(context) if context.ratios.all else "",
        "balance_parts": tuple(_parts(summary, formats)),
        "period": context.period,
        "missing": _missing(summary, formats),
        "method": formats.say(_method(context)),
        "ranges": ", ".join(context.scale.ranges(formats)),
        "least": context.quantity(summary.per_million_from),
        "populations": _populations(formats),
        "decisions": tuple(_decisions(formats)),
        "calendar": make_calendar(context),
        "hidden": tuple(_hidden(context)),
        "hidden_sums": tuple(_hidden_sums(context)),
    }


def _hidden(context: Context) -> Iterator[str]:
    """Yield the paragraphs about small counts: from where on they are shown, why, and which are hidden."""
    formats, details = context.formats, context.details
    if not context.hides:
        if details.min_counts:
            yield formats.say("No small counts are hidden: the setting min_count is 1.")
        return
    possible = [dimension for dimension in _HIDING if dimension in details.min_counts]
    present = [dimension for dimension in possible if details.monthly.get(dimension)]
    names = formats.listed([formats.say(_HIDING[dimension]) for dimension in present or possible])
    yield formats.say(
        "A small count could point at one person. So counts below %(least)s (the setting min_count) in a country and "
        "a month are hidden in these breakdowns: %(names)s.",
        least=formats.number(max(details.min_counts.values())),
        names=names,
    )
    if not present:
        yield formats.say("Not on this site at present: %(names)s.", names=names)
        return
    yield formats.say(
        "They are published by complete months, two days after a month has ended, and a month never shows more than "
        "when it was first published."
    )
    yield formats.say(
        "Only the sum of the hidden counts of a country is shown. So that nobody can compute one of them from it, the "
        "next larger counts are hidden as well, where this is necessary. If no count of a country would be left in a "
        "month, not even the sum is shown: it is in “Not known”."
    )
    yield formats.say("The totals of countries and days, devices, operating systems and browsers are not hidden.")


def _hidden_sums(context: Context) -> Iterator[str]:
    """Yield how much is hidden in each breakdown; only sums that its own page shows as well."""
    if not context.hides:
        return
    for dimension, name in _HIDING.items():
        if context.details.monthly.get(dimension):
            yield sentence(
                context.formats.say(
                    "%(name)s: %(count)s of %(quantity)s",
                    name=context.formats.say(name),
                    count=context.formats.number(context.details.withheld.get(dimension, 0)),
                    quantity=context.quantity(base_of(dimension, context)),
                )
            )


def _meanings(context: Context) -> Iterator[str]:
    """Yield what each metric but the first is, and each ratio with the sums that it divides."""
    for metric in context.summary.others:
        yield sentences.meaning_of(metric, context.formats)
    for ratio in context.ratios.all:
        yield " ".join(filter(None, sentences.about_ratio(ratio, context.ratios, context.formats)))


def _ratio_rules(context: Context) -> str:
    """Return how ratios are computed, when they are not shown, and what their interval means."""
    least, say = context.formats.number(context.summary.ratio_from), context.formats.say
    parts = [
        say("A ratio divides one sum by another, over the days on which both were collected."),
        say("It is not shown where the number to divide by is under %(least)s.", least=least),
        say("The interval of a rate contains the true rate in about 95 of 100 cases; with few counts it is wide."),
        say("A rate can be above 100 percent, because some events arrive on a later day than their play."),
    ]
    return " ".join(parts)


def _method(context: Context) -> str:
    """Return how the classes are cut; "equally wide" only where all of them are."""
    widths = {round(above - low, 9) for low, above in pairwise(context.scale.lows)}
    if context.theme.method == "equal" and len(widths) == 1:
        return _EQUALLY_WIDE
    return METHODS[context.theme.method]


def _populations(formats: Formats) -> str:
    """Return of which years the populations are."""
    first, usual, last = population_years()
    return formats.say(
        "The populations are estimates of %(first)s to %(last)s, most of them of %(usual)s. Places without permanent "
        "residents have no rate.",
        first=str(first), last=str(last), usual=str(usual),
    )  # fmt: skip


def _parts(summary: Summary, formats: Formats) -> Iterator[Part]:
    say, plays = formats.say, sentences.noun(summary.metric, formats)
    yield Part(
        say("On the map"),
        formats.number(summary.mapped),
        sentence(say("%(plays)s whose country is known.", plays=plays)),
    )
    yield Part(
        say("Unknown"),
        formats.number(summary.unknown),
        say("The viewer’s country could not be determined. We never guess."),
    )
    yield Part(
        say("Total"),
        formats.number(summary.total),
        say("The two above add up to it, or no page is published."),
    )


def _missing(summary: Summary, formats: Formats) -> str:
    texts = []
    if summary.days.never_collected:
        days = formats.days(summary.days.never_collected, _RANGES)
        texts.append(formats.say("Never collected: %(days)s.", days=days))
    if summary.days.left_out:
        days = formats.days(summary.days.left_out, _RANGES)
        texts.append(formats.say("Left out by the publisher of this page: %(days)s.", days=days))
    for metric, other in summary.others.items():
        known = (*summary.days.never_collected, summary.today)
        if more := [day for day in other.days.never_collected if day not in known]:
            label, days = sentences.label_of(metric, formats), formats.days(more, _RANGES)
            texts.append(formats.say("Not collected (%(days)s): %(label)s.", label=label, days=days))
    return " ".join(texts)


def _decisions(formats: Formats) -> Iterator[Decision]:
    for border in load_borders():
        names = [f"{name_of(code, str(formats.locale))} ({code})" for code in border.codes]
        yield Decision(formats.say(border.area), ", ".join(names), formats.say(border.why))
