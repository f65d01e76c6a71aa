"""The pages of the site: what they show, the Jinja environment, the files they need. Alone imports jinja2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from apivideo_geo.geo.countries import all_countries, name_of
from apivideo_geo.geo.shapes import HEIGHT, WIDTH, load_shapes
from apivideo_geo.model import Summary
from apivideo_geo.render import prose, views
from apivideo_geo.render.assets import hashed, load_leaflet, load_own
from apivideo_geo.render.choropleth import container_id, render_script
from apivideo_geo.render.formats import Formats
from apivideo_geo.render.scale import Scale, make_scale
from apivideo_geo.render.svg import render_map
from apivideo_geo.render.timeline import render_timeline

MAP = "world"
"""The name of the map: the id of its SVG, and part of the id of its container."""


@dataclass(frozen=True)
class Look:
    """How the owner wants the site. ``title`` heads every page; ``notice`` is a line above it, if any.

    ``method``, ``classes`` and ``breaks`` make the class breaks (see ``scale``); ``per_million_from`` is the
    least count at which a country takes part in the comparison by head.
    """

    title: str
    locale: str = "en"
    notice: str = ""
    method: str = "quantile"
    classes: int = 6
    breaks: tuple[float, ...] = ()
    per_million_from: int = 100


def render_site(summary: Summary, look: Look, templates: Path) -> dict[str, bytes]:
    """Every page with the files it loads: path within the site → content. Writes nothing.

    The same Summary gives the same bytes. Raises UsageError for a locale or class breaks that do not exist.
    """
    contents = {
        **load_leaflet(),
        **load_own(templates),
        "figure.js": render_script(MAP, MAP, WIDTH, HEIGHT).encode(),
    }
    paths = hashed(contents)
    page = _environment(templates).get_template("index.html").render(asset=paths, **_index(summary, look))
    return {"index.html": page.encode(), **{paths[name]: content for name, content in contents.items()}}


def _environment(templates: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _index(summary: Summary, look: Look) -> dict[str, Any]:
    """Everything ``index.html`` prints."""
    formats = Formats(look.locale)
    scale = make_scale([country.count for country in summary.countries], look.method, look.classes, look.breaks)
    world = len(all_countries())
    return {
        **_frame(summary, look, formats),
        "headline": prose.headline(summary, formats),
        "lead": prose.lead(summary, formats),
        "description": prose.description(summary, formats),
        "figures": views.make_figures(summary, formats, world, look.per_million_from),
        "map": {"container": container_id(MAP), "width": WIDTH, "height": HEIGHT},
        "world": Markup(_world(summary, scale, formats)),  # noqa: S704 - SVG of our own making, its texts escaped
        "classes": len(scale.lows),
        "legend": views.make_legend(summary, scale, formats, world),
        "curve": Markup(render_timeline(summary.daily, formats, _curve_text(summary, formats))),  # noqa: S704
        "curve_note": _curve_note(summary, formats),
        "gaps": prose.gaps(summary.days.missing, formats),
        "rows": views.make_rows(summary, formats),
        "rest": _rest(summary, formats),
        "panels": views.make_panels(summary, formats),
        "data": _client_data(summary, look, formats),
    }


def _frame(summary: Summary, look: Look, formats: Formats) -> dict[str, Any]:
    """What every page prints: header, banner and footer."""
    return {
        "look": look,
        "demo": summary.demo,
        "lang": formats.lang,
        "dir": formats.direction,
        "word": prose.noun(summary.metric),
        "balance": prose.balance(summary, formats),
        "until": _time(summary.period_to, formats),
        "generated": {
            "machine": summary.generated_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "text": formats.moment(summary.generated_at),
        },
    }


def _world(summary: Summary, scale: Scale, formats: Formats) -> str:
    counts = {country.iso_a3: country.count for country in summary.countries}
    empty = "zero" if views.has_data(summary) else "blank"

    def class_of(code: str) -> str:
        index = scale.class_of(counts.get(code))
        return empty if index is None else f"c{index}"

    return render_map(load_shapes(), class_of, MAP, prose.description(summary, formats), len(scale.lows))


def _curve_text(summary: Summary, formats: Formats) -> str:
    sentences = [f"{prose.noun(summary.metric).capitalize()} a day {prose.period(summary, formats)}".strip()]
    sentences += [text for text in (_curve_note(summary, formats), prose.gaps(summary.days.missing, formats)) if text]
    return ". ".join(sentences) + "."


def _curve_note(summary: Summary, formats: Formats) -> str:
    """The best day in words; empty where nothing was counted."""
    best = max(summary.daily, key=lambda day: day.count or 0, default=None)
    if best is None or not best.count:
        return ""
    return f"Most on one day: {formats.number(best.count)} on {formats.day(best.day)}"


def _rest(summary: Summary, formats: Formats) -> Mapping[str, Any]:
    """The last rows of the table: what is on no country's account, and the total."""
    apart = (("Unknown", summary.unknown), ("Withheld", summary.withheld))
    return {
        "apart": [
            {"name": name, "count": formats.number(count), "share": formats.share(count / summary.total)}
            for name, count in apart
            if count
        ],
        "total": formats.number(summary.total),
        "whole": formats.share(1),
    }


def _client_data(summary: Summary, look: Look, formats: Formats) -> Mapping[str, Any]:
    """What the page's script cannot read off the table: words, and the names of countries without a row."""
    shown = {country.iso_a3 for country in summary.countries}
    return {
        "labels": {
            "count": prose.noun(summary.metric).capitalize(),
            "share": "Share",
            "rank": "Rank",
            "per": "Per million",
        },
        "of": f"of {formats.number(len(shown))}",
        "none": formats.number(0) if views.has_data(summary) else "No data",
        "names": {code: name_of(code, look.locale) for code in load_shapes() if code not in shown},
    }


def _time(day: date | None, formats: Formats) -> Mapping[str, str] | None:
    return None if day is None else {"machine": day.isoformat(), "text": formats.day(day)}
