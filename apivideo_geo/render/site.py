"""The pages of the site: what they show, the Jinja environment, the files they need. Alone imports jinja2."""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from markupsafe import Markup

from apivideo_geo.errors import UsageError
from apivideo_geo.geo.countries import all_countries
from apivideo_geo.geo.shapes import HEIGHT, WIDTH, load_shapes
from apivideo_geo.model import Details, Summary
from apivideo_geo.render.map import script_data
from apivideo_geo.render.map.cards import card_data
from apivideo_geo.render.map.daily_curve import render_timeline
from apivideo_geo.render.map.dots import render_dots
from apivideo_geo.render.map.inline_svg import render_map
from apivideo_geo.render.map.leaflet import container_id, render_script
from apivideo_geo.render.map.palettes import PALETTES, render_palette
from apivideo_geo.render.map.picture import CARD
from apivideo_geo.render.map.scale import Scale
from apivideo_geo.render.map.small_map import TALL, WIDE, render_land
from apivideo_geo.render.map.sparkline import render_days
from apivideo_geo.render.pages import figures
from apivideo_geo.render.pages.about import make_about
from apivideo_geo.render.pages.breakdowns import referrer_panel
from apivideo_geo.render.pages.changes import make_changes, newest
from apivideo_geo.render.pages.cities import render_circles
from apivideo_geo.render.pages.coverage_calendar import make_calendar
from apivideo_geo.render.pages.embed import make_embed, make_snippet
from apivideo_geo.render.site_files import CARD_PICTURE, render_around
from apivideo_geo.render.subpages import list_pages, render_subpages, without_time
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import Formats, sentence
from apivideo_geo.render.text.translations import render_words
from apivideo_geo.render.theme.accent import render_accent
from apivideo_geo.render.theme.assets import hashed, load_leaflet, load_own
from apivideo_geo.render.theme.templates import find_file
from apivideo_geo.render.theme.theme import Theme

MAP = "world"
"""The name of the map: the id of its SVG, and part of the id of its container."""
ELSEWHERE = "https://USER.github.io/REPOSITORY/"
"""Stands for the address of the site where it is not known."""
STYLES = ("about.css", "detail.css", "embed.css")
"""Styles of single pages."""
DAYS = "days.js"
"""The counts of every day; loaded only when a reader asks for a period."""
CITIES = "places.js"
"""The cities on the map; loaded only when a reader asks for them."""
CHANGES = 4
"""So many of the last changes stand on the front page."""


def render_site(
    summary: Summary,
    theme: Theme,
    templates: Path,
    details: Details | None = None,
    columns: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, bytes]:
    """Every page with the files it loads, and what is around them: path within the site → content. Writes nothing.

    ``details`` is what the pages of countries, videos and cities show; ``columns``: name of a file in ``data/`` → the
    names of its columns. The same Summary gives the same bytes. Raises UsageError for a locale, class breaks or colours
    that do not exist, and for a template of the owner's that does not work.
    """
    details, columns = details or Details(), columns or {}
    if theme.overrides is None:
        return _render(summary, theme, (templates,), details, columns)
    try:
        return _render(summary, theme, (theme.overrides, templates), details, columns)
    except TemplateError as problem:
        raise UsageError(
            f"{_failure(problem)} in the templates of {theme.overrides}: correct it or take it away."
        ) from None


def _failure(problem: TemplateError) -> str:
    """What does not work in a template, and where as far as that is known."""
    if isinstance(problem, TemplateNotFound):
        return f'There is no template "{problem.name}", asked for'
    told = (problem.message or "something fails").rstrip(".")
    if isinstance(problem, TemplateSyntaxError):
        return f"{problem.name}, line {problem.lineno}: {told},"
    return f"A value cannot be printed ({told})"


def _render(
    summary: Summary, theme: Theme, folders: Sequence[Path], details: Details, columns: Mapping[str, Sequence[str]]
) -> dict[str, bytes]:
    formats = Formats(theme.locale)
    contents = _assets(summary, theme, folders, details, formats)
    paths = hashed(contents)
    environment = _environment(folders, formats)
    template = environment.get_template
    there = list_pages(summary, details, theme.video_pages)
    changes = make_changes(summary, details, formats)
    shared = {**_frame(summary, theme, formats), "asset": paths, "there": there}
    index = {
        **shared,
        **_index(summary, theme, formats, paths),
        "changes": newest(changes, CHANGES),
        "panels": (*figures.make_panels(summary, formats), *referrer_panel(summary, details, formats)),
    }
    pages = {
        "index.html": template("index.html").render(index),
        "embed.html": template("embed.html").render(index, **make_embed(summary, formats, index["data"])),
        "about.html": template("about.html").render(
            shared, calendar=make_calendar(summary, formats), **_about(summary, theme, formats)
        ),
        "data.html": template("data.html").render(without_time(shared), **make_files(theme.site_url, columns)),
        "notebook.html": template("notebook.html").render(
            theme=theme, **make_files(theme.site_url, {}), colours=PALETTES[theme.palette].light
        ),
        "404.html": template("404.html").render(**_missing(theme, formats, folders)),
    }
    rendered = {name: text.encode() for name, text in pages.items()}
    rendered |= render_subpages(summary, details, changes, theme.scale_of, formats, environment, shared)
    rendered |= render_around(summary, changes, theme, rendered)
    return rendered | {paths[name]: content for name, content in contents.items()}


def _assets(
    summary: Summary, theme: Theme, folders: Sequence[Path], details: Details, formats: Formats
) -> dict[str, bytes]:
    """Name → content of everything a page loads."""
    own = load_own(folders, render_words(formats.words) + script_data.render_spoken(summary.metric, formats))
    days, circles = render_days(summary), render_circles(details)
    added = render_palette(theme.palette), render_dots(load_shapes()), render_accent(theme.accent)
    return {
        **load_leaflet(),
        **own,
        "site.css": own["site.css"] + "".join(added).encode(),
        **{name: find_file(folders, name).read_bytes() for name in STYLES},
        "figure.js": render_script(MAP, MAP, WIDTH, HEIGHT).encode(),
        **({theme.logo.name: theme.logo.content} if theme.logo else {}),
        "land.svg": render_land(),
        **({DAYS: days.encode()} if days else {}),
        **({CITIES: circles.encode()} if circles else {}),
    }


def make_files(site_url: str, columns: Mapping[str, Sequence[str]]) -> Mapping[str, Any]:
    """What ``data.html`` prints of the files: their columns, and the address they are at, or a place to write it."""
    return {"base": site_url or ELSEWHERE, "columns": defaultdict(tuple, columns)}


def _environment(folders: Sequence[Path], formats: Formats) -> Environment:
    """The templates, with ``_("…")`` and ``ngettext("…", "…", n)`` in the reader's language.

    A template of an earlier folder goes before one of a later; ours are also there as ``original/…``, to be extended.
    """
    environment = Environment(
        extensions=["jinja2.ext.i18n"],
        loader=ChoiceLoader(
            [FileSystemLoader(list(folders)), PrefixLoader({"original": FileSystemLoader(folders[-1])})]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.install_gettext_translations(formats.translations, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["sentence"] = sentence
    return environment


def _index(summary: Summary, theme: Theme, formats: Formats, paths: Mapping[str, str]) -> dict[str, Any]:
    """What ``index.html`` prints within the frame."""
    scale = theme.scale_of([country.count for country in summary.countries])
    world = len(all_countries())
    return {
        "headline": sentences.headline(summary, formats),
        "lead": sentences.lead(summary, formats),
        "description": sentences.description(summary, formats),
        "figures": figures.make_figures(summary, formats, world, theme.per_million_from),
        "world": Markup(_world(summary, scale, formats)),  # noqa: S704 - SVG of our own making, its texts escaped
        "classes": len(scale.lows),
        "legend": figures.make_legend(summary, scale, formats, world),
        "off_the_map": figures.off_the_map(summary, formats),
        "curve": Markup(render_timeline(summary.daily, formats, sentences.curve(summary, formats))),  # noqa: S704
        "curve_note": sentences.best_day(summary, formats),
        "gaps": sentences.gaps(summary.days.missing, formats),
        "rows": figures.make_rows(summary, formats),
        "first_rows": figures.FIRST_ROWS,
        "show_all": formats.say("Show all %(number)s", number=formats.number(len(summary.countries))),
        "rest": _rest(summary, formats),
        "snippet": make_snippet(theme.site_url, sentences.headline(summary, formats)),
        "periods": script_data.make_periods(summary, formats),
        "measures": script_data.make_measures(summary, formats),
        "continents": script_data.make_continents(formats),
        "change_title": figures.change_title(summary, formats),
        "change_note": figures.change_note(summary, formats),
        "first_day": summary.daily[0].day.isoformat() if summary.daily else "",
        "last_day": summary.daily[-1].day.isoformat() if summary.daily else "",
        "data": script_data.client_data(
            summary,
            script_data.scale_settings(theme.method, theme.classes, theme.breaks, scale),
            formats.lang,
            theme.per_million_from,
            world,
            paths.get(DAYS, ""),
            [country.iso_a3 for country in summary.countries],
            paths.get(CITIES, ""),
        ),
    }


def _about(summary: Summary, theme: Theme, formats: Formats) -> Mapping[str, Any]:
    """What ``about.html`` prints within the frame."""
    scale = theme.scale_of([country.count for country in summary.countries])
    return make_about(summary, scale, formats, theme.method, theme.per_million_from)


def _missing(theme: Theme, formats: Formats, folders: Sequence[Path]) -> dict[str, Any]:
    """Everything ``404.html`` prints. It is shown at any depth, so it loads no file: style and script are inline."""
    inline = {
        "style": find_file(folders, "404.css").read_bytes() + render_accent(theme.accent).encode(),
        "script": find_file(folders, "404.js").read_bytes(),
    }
    return {
        **_spoken(theme, formats),
        **{name: Markup(content.decode()) for name, content in inline.items()},  # noqa: S704 - this project's own files
        "digests": {name: _digest(content) for name, content in inline.items()},
    }


def _digest(content: bytes) -> str:
    """The digest by which a page's policy allows ``content`` inline."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}"


def _frame(summary: Summary, theme: Theme, formats: Formats) -> dict[str, Any]:
    """What every page prints: header, banner and footer."""
    return {
        **_spoken(theme, formats),
        "demo": summary.demo,
        "land": {"width": WIDE, "height": TALL},
        "map": {"id": MAP, "container": container_id(MAP), "width": WIDTH, "height": HEIGHT},
        "word": sentences.noun(summary.metric, formats),
        "balance": sentences.balance(summary.total, summary.unknown, summary, formats),
        "site_card": card_data(CARD_PICTURE, CARD.width, CARD.height, sentences.description(summary, formats)),
        "until": _time(summary.period_to, formats),
        "generated": {
            "machine": summary.generated_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "text": formats.moment(summary.generated_at),
        },
    }


def _spoken(theme: Theme, formats: Formats) -> dict[str, Any]:
    """What every document says of its languages: of the locale, and of the sentences where it is another."""
    return {"theme": theme, "lang": formats.lang, "dir": formats.dir, "spoken": formats.spoken}


def _world(summary: Summary, scale: Scale, formats: Formats) -> str:
    counts = {country.iso_a3: country.count for country in summary.countries}
    empty = "zero" if figures.has_data(summary) else "blank"

    def class_of(code: str) -> str:
        index = scale.class_of(counts.get(code))
        return empty if index is None else f"c{index}"

    return render_map(load_shapes(), class_of, MAP, sentences.description(summary, formats), len(scale.lows))


def _rest(summary: Summary, formats: Formats) -> Mapping[str, Any]:
    """Return the last rows of the table: plays from unknown countries, and the total."""
    unknown = {
        "kind": "unknown",
        "name": formats.say("Unknown"),
        "count": formats.number(summary.unknown),
        "share": formats.share(summary.unknown / summary.total) if summary.total else "",
    }
    return {
        "apart": [unknown] if summary.unknown else [],
        "total": formats.number(summary.total),
        "whole": formats.share(1),
    }


def _time(day: date | None, formats: Formats) -> Mapping[str, str] | None:
    return None if day is None else {"machine": day.isoformat(), "text": formats.day(day)}
