"""What ``group/SLUG.html`` and ``groups.html`` show, ready to print. No I/O.

A group's page shows what its countries add up to. It has no cities, referring sites or videos: these are on the pages
of the countries, which decide what is published.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from apivideo_geo.aggregate.groups import GroupCount
from apivideo_geo.geo.countries import name_of
from apivideo_geo.geo.groups import Group, Kind
from apivideo_geo.render.addresses import group_page
from apivideo_geo.render.context import Context
from apivideo_geo.render.map.legend import Swatch, class_swatches
from apivideo_geo.render.map.script_data import frame_of
from apivideo_geo.render.map.small_map import frame_around, render_counts
from apivideo_geo.render.map.sparkline import spark_path
from apivideo_geo.render.pages.figures import (
    Curves,
    Figure,
    change_note,
    compared,
    make_dense,
    per_million,
    tone_of_change,
)
from apivideo_geo.render.pages.funnel import make_funnel, make_lines
from apivideo_geo.render.pages.index import make_rows
from apivideo_geo.render.pages.periods import Periods
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import Formats, sentence


@dataclass(frozen=True)
class GroupRow:
    """A group in a table or a list, all cells as text; ``spark`` is the path of a line.

    ``compare``: its name in the address of ``compare.html``, "" if nothing was counted.
    """

    name: str
    link: str
    reach: str
    count: str
    share: str
    per_million: str
    change: str
    tone: str
    spark: str
    compare: str


def make_group(one: GroupCount, context: Context, land: str, curves: Curves, periods: Periods) -> dict[str, Any]:
    """Return what ``group.html`` prints, except the frame of the page; ``land``: path of the picture of all land."""
    formats, name, summary = context.formats, one.group.name, one.summary
    among = replace(context, summary=summary)
    lead = sentences.lead(summary, formats)
    if summary.total:
        share = formats.about(one.share)
        lead += " " + formats.say("That is %(share)s of everything counted.", share=share)
    counts = {country.iso_a3: country.count for country in summary.countries}
    scale = among.scale
    words = {country.iso_a3: f"{country.name}: {context.quantity(country.count)}" for country in summary.countries}
    frame = frame_around(frame_of(one.group), land)
    description = sentences.description(summary, formats, sentence(name))
    overlay = render_counts(counts, scale, description, words, _without(one), frame)
    return {
        "group": one.group,
        "headline": formats.say("%(country)s: %(quantity)s", country=name, quantity=context.quantity(summary.total)),
        "lead": lead,
        "figures": tuple(_figures(one, context)),
        "count": summary.total,
        "compare": one.group.slug if summary.total and summary.by_country else "",
        "codes": one.group.members,
        "people": one.people,
        "classes": len(scale.lows),
        "overlay": Markup(overlay),  # noqa: S704 - SVG made here, its texts escaped
        "legend": tuple(_legend(one, among)),
        **curves.show(one.daily, name),
        "gaps": sentences.gaps(summary, formats),
        "funnel": make_funnel(among) if summary.total else None,
        "lines": make_lines(among),
        "history": "",
        "months": periods.rows(periods.sums(one.daily)) if summary.by_country else (),
        "rows": make_rows(among),
        "change_note": compared(summary.comparison, summary.daily, formats),
        "without": [name_of(code, context.theme.locale) for code in _without(one)],
        "inside": _links(one.group, context, larger=False),
        "outside": _links(one.group, context, larger=True),
    }


def make_groups(counted: Sequence[GroupCount], context: Context) -> dict[str, Any]:
    """Return what ``groups.html`` prints, except the frame: the groups of each kind, in the order of ``counted``."""
    say = context.formats.say
    kinds: dict[Kind, str] = {
        "continent": say("Continents"), "union": say("Unions of states"), "own": say("Own groups"),
        "subregion": say("Regions"),
    }  # fmt: skip
    tables = [
        (title, [_row(one, context) for one in counted if one.group.kind == kind]) for kind, title in kinds.items()
    ]
    return {
        "kinds": [(title, rows) for title, rows in tables if rows],
        "change_note": compared(context.summary.comparison, context.summary.daily, context.formats),
    }


def _row(one: GroupCount, context: Context) -> GroupRow:
    summary, formats = one.summary, context.formats
    change = one.change
    return GroupRow(
        name=one.group.name,
        link=group_page(one.group.slug),
        reach=_reach(one, formats),
        count=sentences.amount(summary.metric, summary.total, formats),
        share=formats.share(one.share),
        per_million=per_million(one, context),
        change=formats.change(change.now, change.before) if change else "–",
        tone=tone_of_change(change),
        spark=spark_path(one.daily, [day.count for day in summary.daily]),
        compare=one.group.slug if summary.total and summary.by_country else "",
    )


def _reach(one: GroupCount, formats: Formats) -> str:
    counted, members = len(one.summary.countries), len(one.group.members)
    return formats.say("%(number)s of %(all)s", number=formats.number(counted), all=formats.number(members))


def _figures(one: GroupCount, context: Context) -> Iterator[Figure]:
    formats, summary, say = context.formats, one.summary, context.formats.say
    change, total = one.change, sentences.amount(summary.metric, summary.total, formats)
    yield Figure("total", "", total, change_note(summary.comparison, change, formats), tone_of_change(change))
    notes = [say("of %(number)s", number=formats.number(len(one.group.members)))]
    if summary.new:
        notes.append(formats.say_many("%(count)s new", "%(count)s new", len(summary.new)))
    yield Figure("reach", say("Countries"), formats.number(len(summary.countries)), " · ".join(notes))
    yield Figure("share", say("Share of the total"), formats.share(one.share))
    yield make_dense(one, context)


def _without(one: GroupCount) -> list[str]:
    """Return the members without a count."""
    return [code for code in one.group.members if not any(c.iso_a3 == code for c in one.summary.countries)]


def _legend(one: GroupCount, among: Context) -> Iterator[Swatch]:
    """Yield the classes of the map, then the members without a count."""
    formats, summary = among.formats, one.summary
    yield from class_swatches((country.count for country in summary.countries), among.scale, formats)
    if count := len(_without(one)):
        note = formats.say_many("%(count)s country", "%(count)s countries", count)
        yield Swatch("zero", "0", note) if summary.has_data else Swatch("blank", formats.say("No data"), note)


def _links(group: Group, context: Context, *, larger: bool) -> list[Group]:
    """Return the groups that have all countries of ``group`` and more, or, if not ``larger``, only some of them."""
    mine = set(group.members)
    return [other for other in context.groups if (set(other.members) > mine if larger else set(other.members) < mine)]
