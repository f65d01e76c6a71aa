"""What ``index.html`` shows, ready to print: figures, map, legend, table of countries. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from apivideo_geo.geo.countries import all_countries, flag
from apivideo_geo.model import CountryCount, NewsItem, Summary
from apivideo_geo.render.context import Context
from apivideo_geo.render.map import script_data
from apivideo_geo.render.map.daily_curve import render_timeline
from apivideo_geo.render.map.inline_svg import render_world
from apivideo_geo.render.map.legend import make_legend
from apivideo_geo.render.map.sparkline import spark_path
from apivideo_geo.render.pages.breakdowns import make_panels
from apivideo_geo.render.pages.embed import make_snippet
from apivideo_geo.render.pages.figures import (
    Figure,
    change_cell,
    change_note,
    compared,
    per_million,
    tone_of_change,
    top_of,
    whole_history,
)
from apivideo_geo.render.pages.funnel import make_funnel
from apivideo_geo.render.pages.notes import make_marks, with_marks
from apivideo_geo.render.pages.periods import make_control
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import Formats

FIRST_ROWS = 25
"""Number of countries that narrow screens show before a reader asks for all; also in ``table.js``."""
CHANGES = 4
"""Number of the latest changes on the front page."""
_BAR = 74


@dataclass(frozen=True)
class CountryRow:
    """One country of the table, all cells as text; ``bar`` is a length from 0 to 74, ``spark`` the path of a line."""

    code: str
    rank: str
    flag: str
    name: str
    count: str
    share: str
    bar: str
    per_million: str
    change: str
    tone: str
    spark: str


def make_index(context: Context, map_id: str, changes: Sequence[NewsItem], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the template prints, except the frame of the page; ``data`` is that of its scripts."""
    summary, formats, scale = context.summary, context.formats, context.scale
    headline, description = sentences.headline(summary, formats), sentences.description(summary, formats)
    marks = make_marks(context.notes, summary.daily, context)
    words = with_marks(sentences.curve(summary, formats), marks, formats)
    control = make_control(context)
    return {
        "control": control,
        "headline": headline,
        "label": sentences.label_of(summary.metric, formats),
        "lead": sentences.lead(summary, formats),
        "description": description,
        "figures": make_figures(context),
        "world": Markup(render_world(summary, scale, map_id, description)),  # noqa: S704 - SVG made here, texts escaped
        "classes": len(scale.lows),
        "legend": make_legend(summary, scale, formats),
        "off_the_map": off_the_map(context),
        "curve": Markup(render_timeline(summary.daily, formats, words, marks.picture)),  # noqa: S704 - made here, escaped
        "marks": marks,
        "curve_note": sentences.best_day(summary, formats),
        "gaps": sentences.gaps(summary, formats),
        "rows": make_rows(context),
        "first_rows": FIRST_ROWS,
        "show_all": formats.say("Show all %(number)s", number=formats.number(len(summary.countries))),
        "rest": _last_rows(summary, formats),
        "nothing": not summary.total,
        "snippet": make_snippet(context.theme.site_url, f"{formats.say('Map')} · {context.theme.title}"),
        "shown": script_data.make_shown(summary, formats),
        "measures": script_data.make_measures(summary, formats),
        "groups": context.groups,
        # for an owner's template of an earlier version
        "continents": (),
        **{name: control[name] for name in ("periods", "first_day", "last_day")},
        "change_note": compared(summary.comparison, summary.daily, formats),
        "data": data,
        "changes": {"entries": _latest(changes), "more": len(changes) > CHANGES},
        "funnel": make_funnel(context),
        "history": whole_history(summary, formats),
        "panels": make_panels(context),
    }


def _latest(changes: Sequence[NewsItem]) -> list[NewsItem]:
    """Return the latest changes; publications, which can be many, are only on the page of all changes."""
    return [entry for entry in changes if not entry.id.startswith("published/")][:CHANGES]


def make_figures(context: Context) -> tuple[Figure, ...]:
    """Return the four numbers: total, countries, top country, most per million people."""
    summary, formats, say = context.summary, context.formats, context.formats.say
    leader = _per_million_leader(summary)
    change = summary.comparison.of([day.count or 0 for day in summary.daily]) if summary.comparison else None
    from_text = say("countries with %(quantity)s or more", quantity=context.quantity(summary.per_million_from))
    return (
        Figure(
            "total",
            sentences.label_of(summary.metric, formats),
            sentences.amount(summary.metric, summary.total, formats),
            change_note(summary.comparison, change, formats),
            tone_of_change(change),
        ),
        Figure("reach", say("Countries"), formats.number(len(summary.countries)), _reach_note(summary, formats)),
        top_of(summary, formats),
        Figure(
            "dense",
            say("Most per million people"),
            leader.name if leader else "–",
            per_million(leader, context) if leader else from_text,
        ),
    )


def _reach_note(summary: Summary, formats: Formats) -> str:
    parts = [formats.say("of %(number)s", number=formats.number(len(all_countries())))]
    if summary.new:
        parts.append(formats.say_many("%(count)s new", "%(count)s new", len(summary.new)))
    return " · ".join(parts)


def _per_million_leader(summary: Summary) -> CountryCount | None:
    ranked = [country for country in summary.countries if country.per_million is not None]
    return max(ranked, key=lambda country: country.per_million or 0, default=None)


def make_rows(context: Context) -> tuple[CountryRow, ...]:
    """Return the rows of the countries with counts, by rank; bars are in proportion to the first."""
    summary, formats = context.summary, context.formats
    totals = [day.count for day in summary.daily]
    longest = max((country.share for country in summary.countries), default=0) or 1
    return tuple(
        CountryRow(
            code=country.iso_a3,
            rank=formats.number(country.rank),
            flag=flag(country.iso_a3),
            name=country.name,
            count=sentences.amount(summary.metric, country.count, formats),
            share=formats.share(country.share),
            bar=f"{max(_BAR * country.share / longest, 1):.1f}",
            per_million=per_million(country, context),
            **change_cell(country.iso_a3, summary, formats),
            spark=spark_path(summary.by_country.get(country.iso_a3, ()), totals),
        )
        for country in summary.countries
    )


def _last_rows(summary: Summary, formats: Formats) -> Mapping[str, Any]:
    """Return the last rows of the table: plays from unknown countries, and the total."""
    unknown = {
        "kind": "unknown",
        "name": formats.say("Unknown"),
        "count": sentences.amount(summary.metric, summary.unknown, formats),
        "share": formats.share(summary.unknown / summary.total) if summary.total else "",
    }
    return {
        "apart": [unknown] if any(one.unknown for one in summary.metrics.values()) else [],
        "total": sentences.amount(summary.metric, summary.total, formats),
        "whole": formats.share(1) if summary.total else "–",
    }


def off_the_map(context: Context) -> str:
    """Return the line under the legend: what has no colour on the map; empty before any day was collected."""
    summary, formats = context.summary, context.formats
    if not summary.has_data:
        return ""
    parts = [formats.say("Unknown country: %(quantity)s", quantity=context.quantity(summary.unknown))]
    if missing := len(summary.days.never_collected):
        parts.append(formats.say_many("Not collected: %(count)s day", "Not collected: %(count)s days", missing))
    if left_out := len(summary.days.left_out):
        parts.append(formats.say_many("Left out: %(count)s day", "Left out: %(count)s days", left_out))
    return " · ".join(parts)
