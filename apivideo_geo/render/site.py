"""The pages of the site: which there are, and what every page shows. Alone imports jinja2."""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from apivideo_geo.errors import UsageError
from apivideo_geo.geo.shapes import HEIGHT, WIDTH, load_shapes
from apivideo_geo.model import NewsItem, Summary
from apivideo_geo.render.addresses import collection_page, country_page, group_page, month_page
from apivideo_geo.render.context import Context
from apivideo_geo.render.map import cards, script_data
from apivideo_geo.render.map.dots import render_dots
from apivideo_geo.render.map.leaflet import container_id, render_script
from apivideo_geo.render.map.palettes import PALETTES, render_palette
from apivideo_geo.render.map.picture import CARD
from apivideo_geo.render.map.small_map import TALL, WIDE, render_land
from apivideo_geo.render.map.sparkline import render_days
from apivideo_geo.render.pages.about import make_about
from apivideo_geo.render.pages.breakdowns import Line
from apivideo_geo.render.pages.changes import by_month, make_changes
from apivideo_geo.render.pages.cities import has_cities, make_cities, render_circles
from apivideo_geo.render.pages.collection import make_collection, make_collection_months
from apivideo_geo.render.pages.compare import make_compare, render_weeks
from apivideo_geo.render.pages.country import make_country, make_country_months
from apivideo_geo.render.pages.embed import make_embed
from apivideo_geo.render.pages.figures import Curves
from apivideo_geo.render.pages.group import make_group, make_groups
from apivideo_geo.render.pages.hours import make_hours, render_inks
from apivideo_geo.render.pages.index import make_index
from apivideo_geo.render.pages.month import make_month, make_months
from apivideo_geo.render.pages.notes import render_events
from apivideo_geo.render.pages.periods import Periods, render_ranks, render_titles
from apivideo_geo.render.pages.small_maps import VIDEO_MAPS, make_small_maps, render_video_maps
from apivideo_geo.render.pages.video import (
    make_asset_lines,
    make_country_lines,
    make_list,
    make_video,
    make_video_months,
)
from apivideo_geo.render.search import render_search
from apivideo_geo.render.site_files import CARD_PICTURE, picture_labels, render_site_files
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import sentence
from apivideo_geo.render.text.translations import render_words
from apivideo_geo.render.text.value_names import asset_title
from apivideo_geo.render.theme.accent import render_accent
from apivideo_geo.render.theme.assets import (
    CURVE,
    DETAIL,
    EVENTS,
    GROUPS,
    METRICS,
    NOTES,
    PICK,
    PICTURE,
    RANKS,
    SEARCH,
    START,
    TITLES,
    hashed,
    load_detail,
    load_leaflet,
    load_own,
)
from apivideo_geo.render.theme.own_templates import LimitReached, add_policy, explain_failure, render_limited
from apivideo_geo.render.theme.templates import find_file

WITHOUT_POLICY = ("notebook.html",)
"""Files that are opened by an application, not by a browser."""
MAP = "world"
"""The name of the map: the id of its SVG, and part of the id of its container."""
ELSEWHERE = "https://USER.github.io/REPOSITORY/"
"""Replaces the address of the site in examples where it is not known."""
SEARCH_STYLE = "search.css"
PICK_STYLE = "pick.css"
STYLES = ("about.css", "compare.css", "detail.css", "embed.css", SEARCH_STYLE, PICK_STYLE)
"""Styles of single pages, and of the search."""
HOURS = "hours.css"
"""The style of the hours of the week."""
DAYS = "days.js"
"""The counts of every day; loaded only when a reader chooses a period. Other metrics have files of their own."""
CITIES = "places.js"
"""The cities on the map; loaded only when a reader chooses to see them."""


def render_site(
    context: Context,
    templates: Path,
    columns: Mapping[str, Sequence[str]] | None = None,
    into: MutableMapping[str, bytes] | None = None,
) -> MutableMapping[str, bytes]:
    """Return path within the site → content, of every page with the files it loads and of the site-level files.

    ``columns``: name of a file in ``data/`` → the names of its columns. Each page is added to ``into`` (by default a
    new dictionary), and this is returned. The same context gives the same bytes. Raises UsageError for a locale, class
    breaks or colours that do not exist, and for an invalid template of the owner's.
    """
    theme = context.theme
    folders = (templates,) if theme.overrides is None else (theme.overrides, templates)
    try:
        site = {} if into is None else into
        _render(context, folders, columns or {}, site)
    except (Exception, LimitReached) as problem:
        sentence = explain_failure(problem, theme.overrides, templates) if theme.overrides else ""
        if not sentence:
            raise
        raise UsageError(sentence) from None
    return site


def _render(
    context: Context,
    folders: Sequence[Path],
    columns: Mapping[str, Sequence[str]],
    site: MutableMapping[str, bytes],
) -> None:
    """Add the files of the site to ``site``."""
    assets = _assets(context, folders)
    search = assets.pop(SEARCH)  # its path has no hash: pages must not change when only the index does
    paths = hashed(assets)
    files = _data_files(context, paths)
    data = script_data.client_data(context, files)
    words = _words(context)
    shared = script_data.render_shared(data, context.summary, {name: paths.get(name, "") for name in (TITLES, RANKS)})
    detail = {DETAIL: load_detail(folders, {**words, START: words[START] + shared})}
    assets, paths = assets | detail, paths | hashed(detail)
    environment = _environment(context, folders)
    environment.globals["own_templates"] = context.theme.overrides is not None
    changes = make_changes(context)
    frame = {**_frame(context), "asset": paths}
    site.update(_front_pages(context, environment, frame, changes, data))
    # These pages do not show when they were made, so that they change only when their figures change.
    del frame["generated"]
    notebook = {
        **make_files(context.theme.site_url, {}),
        "theme": context.theme,
        "colours": PALETTES[context.theme.palette].light,
    }
    tables = {**make_files(context.theme.site_url, columns), "metric": context.summary.metric}
    tables |= {"pictures": picture_labels(context), "hides": context.hides}
    site["data.html"] = _page(environment, "data.html", frame, tables)
    site["notebook.html"] = _page(environment, "notebook.html", notebook)
    site["404.html"] = _page(environment, "404.html", _not_found(context, folders))
    site.update(_detail_pages(context, environment, frame))
    site.update(_lists(context, environment, frame, changes, make_compare(context, paths, data, tuple(site))))
    site.update(render_site_files(context, changes, site))
    site[SEARCH] = render_search(context, site, paths[SEARCH_STYLE], search)
    site.update((paths[name], content) for name, content in assets.items())


def _page(environment: Environment, template: str, *values: Mapping[str, Any]) -> bytes:
    """Return a page; a later one of ``values`` takes precedence."""
    merged: dict[str, Any] = {}
    for some in values:
        merged |= some
    if not environment.globals["own_templates"]:
        return environment.get_template(template).render(merged).encode()
    page = render_limited(environment, template, merged)
    return (page if template in WITHOUT_POLICY else add_policy(page)).encode()


def _data_files(context: Context, paths: Mapping[str, str]) -> script_data.DataFiles:
    days = {metric: paths[name] for metric, name in _days_files(context.summary).items() if name in paths}
    return script_data.DataFiles(days, paths.get(CITIES, ""), paths.get(METRICS, ""), paths[PICTURE], paths[CURVE])


def _front_pages(
    context: Context,
    environment: Environment,
    frame: Mapping[str, Any],
    changes: Sequence[NewsItem],
    data: Mapping[str, Any],
) -> dict[str, bytes]:
    """Return the pages that show when they were made; ``data`` is that of their scripts."""
    index = make_index(context, MAP, changes, data)
    return {
        "index.html": _page(environment, "index.html", frame, index),
        "embed.html": _page(environment, "embed.html", frame, index, make_embed(context, index["data"])),
        "about.html": _page(environment, "about.html", frame, make_about(context)),
    }


def _detail_pages(context: Context, environment: Environment, frame: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of the pages of countries, videos, collections, groups and months, and their own files."""
    previews = cards.make_cards(context)
    for page, preview in previews.items():
        yield cards.picture_of(page), cards.render_card(preview, context)
    asset_lines, periods = make_asset_lines(context), Periods(context)
    land = f"../{frame['asset']['land.svg']}"
    for template, path, name, months, values in _subjects(context, asset_lines, periods, land):
        counted = {key: values[key] for key in ("codes", "people") if key in values}
        control, files = periods.follow(path, name, months, **counted)
        yield from files.items()
        card = previews.get(path)
        picture = card and cards.card_data(cards.picture_of(path), cards.WIDTH, cards.HEIGHT, card.alternative)
        own = {"root": "../", "path": path, **({"card": picture} if picture else {})}
        yield path, _page(environment, template, frame, own, values, control)
    for closed in context.details.closed:
        path = month_page(closed.month)
        own = {"root": "../", "path": path.removesuffix("index.html")}
        yield path, _page(environment, "month.html", frame, own, make_month(closed, context, asset_lines))


def _subjects(
    context: Context, asset_lines: Mapping[str, Line], periods: Periods, land: str
) -> Iterator[tuple[str, str, str, dict[str, Any] | None, dict[str, Any]]]:
    """Yield template, path, name, counts by month (see ``Periods.follow``) and values of each page with a period."""
    country_lines = make_country_lines(context)
    curves, by_video = Curves(context), Curves(context, "media")
    for country in context.summary.countries:
        path, name = country_page(country.iso_a3), sentences.called(country, context.formats)
        months = make_country_months(country, context, asset_lines, periods)
        yield "country.html", path, name, months, make_country(country, context, asset_lines, curves, periods)
    for detail in context.details.assets:
        if path := context.video_pages.get(detail.asset.media_id, ""):
            name, months = (
                asset_title(detail.asset, context.formats),
                make_video_months(detail, context, country_lines, periods),
            )
            yield "video.html", path, name, months, make_video(detail, context, country_lines, by_video, periods)
    for one in context.details.collections:
        months = make_collection_months(one, context, country_lines, periods)
        values = make_collection(one, context, country_lines, asset_lines, by_video, periods)
        yield "collection.html", collection_page(one.slug), one.tag, months, values
    for group in context.group_counts:
        months = {} if group.summary.by_country else None
        path = group_page(group.group.slug)
        yield "group.html", path, group.group.name, months, make_group(group, context, land, curves, periods)


def _lists(
    context: Context,
    environment: Environment,
    frame: Mapping[str, Any],
    changes: Sequence[NewsItem],
    compared: dict[str, Any],
) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of the pages that list something; ``compared`` is what ``compare.html`` prints."""
    lists = {"videos.html": make_list(context), "changes.html": by_month(changes, context)}
    lists["months.html"] = make_months(context)
    lists["groups.html"] = make_groups(context.group_counts, context)
    if context.details.hours:
        lists["hours.html"] = make_hours(context, context.details.hours)
    lists["compare.html"] = compared
    lists["small-maps.html"] = make_small_maps(context, frame["asset"].get(VIDEO_MAPS, ""))
    if frame["has_cities"]:
        lists["cities.html"] = make_cities(context, make_country_lines(context), MAP)
    for path, values in lists.items():
        yield path, _page(environment, path, frame, {"path": path}, values)


def _days_files(summary: Summary) -> dict[str, str]:
    return {metric: DAYS if metric == summary.metric else f"days-{metric}.js" for metric in summary.metrics}


def _days(summary: Summary) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the files with the counts by day."""
    if not script_data.has_days(summary):
        return
    for metric, name in _days_files(summary).items():
        if content := render_days(summary.metrics[metric], None if metric == summary.metric else summary):
            yield name, content.encode()


def _assets(context: Context, folders: Sequence[Path]) -> dict[str, bytes]:
    """Return name → content of every file that a page loads."""
    formats, theme = context.formats, context.theme
    own = load_own(folders, _words(context))
    if context.summary.others:
        own[METRICS] = script_data.render_metrics(context.summary, formats).encode() + own[METRICS]
    else:
        del own[METRICS]
    if context.notes:
        own[EVENTS] = render_events(context).encode()
    else:
        del own[NOTES]
    styles = {name: find_file(folders, name).read_bytes() for name in STYLES}
    own[PICK] = script_data.render_picking(formats, hashed(styles)[PICK_STYLE]).encode() + own[PICK]
    circles = render_circles(context.details)
    added = render_palette(theme.palette), render_dots(load_shapes()), render_accent(theme.accent)
    return {
        **load_leaflet(),
        **own,
        "site.css": own["site.css"] + "".join(added).encode(),
        **styles,
        "figure.js": render_script(MAP, MAP, WIDTH, HEIGHT).encode(),
        **({theme.logo.name: theme.logo.content} if theme.logo else {}),
        "land.svg": render_land(),
        **dict(_days(context.summary)),
        **({CITIES: circles} if circles else {}),
        **_hours_style(context, folders),
        **_of_all_videos(context),
        **render_weeks(context),
        **render_video_maps(context),
    }


def _of_all_videos(context: Context) -> dict[str, bytes]:
    """Return what the pages of countries and of videos need of all videos when a reader chooses a period."""
    if not context.details.assets or not script_data.make_periods(context.summary, context.formats):
        return {}
    titles = render_titles(make_asset_lines(context).values())
    return {TITLES: titles, **({RANKS: render_ranks(context)} if context.video_pages else {})}


def _hours_style(context: Context, folders: Sequence[Path]) -> dict[str, bytes]:
    """Return the style of ``hours.html``, if there is this page."""
    hours = context.details.hours
    return {HOURS: find_file(folders, HOURS).read_bytes() + render_inks(context, hours).encode()} if hours else {}


def _words(context: Context) -> dict[str, str]:
    """Return name of a script → the lines that follow it: the sentences of a page, and the countries of the groups."""
    formats = context.formats
    spoken = render_words(formats.words) + script_data.render_spoken(context.summary.metric, formats)
    return {START: spoken, GROUPS: script_data.render_groups(context.groups)}


def make_files(site_url: str, columns: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return what ``data.html`` prints: the columns of the files, and the address of the site or a placeholder."""
    return {"base": site_url or ELSEWHERE, "columns": defaultdict(tuple, columns)}


def _environment(context: Context, folders: Sequence[Path]) -> Environment:
    """Return the templates, with ``_("…")`` and ``ngettext("…", "…", n)`` in the reader's language.

    A template in an earlier folder takes precedence; the standard ones are also there as ``original/…``, to be
    extended.
    """
    environment = Environment(
        extensions=["jinja2.ext.i18n"],
        loader=ChoiceLoader(
            [FileSystemLoader(list(folders)), PrefixLoader({"original": FileSystemLoader(folders[-1])})]
        ),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.install_gettext_translations(  # type: ignore[attr-defined]
        context.formats.translations, newstyle=True
    )
    environment.filters["sentence"] = sentence
    environment.policies["json.dumps_kwargs"] = {"sort_keys": True, "separators": (",", ":")}
    environment.globals |= {"country_page": country_page, "group_page": group_page, "_": _gettext(context)}
    return environment


def _gettext(context: Context) -> Callable[..., Markup]:
    """Return Jinja's own ``_("…")``, which remembers texts without values: a page has dozens."""

    @cache
    def plain(text: str) -> Markup:
        return filled(text)

    def filled(text: str, **values: object) -> Markup:
        return Markup(context.formats.translations.gettext(text)) % values  # noqa: S704 - this project's own text

    return lambda text, **values: filled(text, **values) if values else plain(text)


def _not_found(context: Context, folders: Sequence[Path]) -> dict[str, Any]:
    """Return what ``404.html`` prints. It is shown for any address and loads no file: style and script are inline."""
    inline = {
        "style": find_file(folders, "404.css").read_bytes() + render_accent(context.theme.accent).encode(),
        "script": find_file(folders, "404.js").read_bytes(),
    }
    return {
        **_languages(context),
        **{name: Markup(content.decode()) for name, content in inline.items()},  # noqa: S704 - this project's own files
        "digests": {name: _digest(content) for name, content in inline.items()},
    }


def _digest(content: bytes) -> str:
    """Return the digest by which a page's content security policy allows ``content`` inline."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}"


def _frame(context: Context) -> dict[str, Any]:
    """Return what every page prints: header, banner and footer."""
    summary, formats, until = context.summary, context.formats, context.summary.period_to
    description = sentences.description(summary, formats)
    return {
        **_languages(context),
        "demo": summary.demo,
        "root": "",
        "has_cities": has_cities(context.details),
        "has_months": bool(context.details.closed),
        "has_hours": context.details.hours is not None,
        "land": {"width": WIDE, "height": TALL},
        "map": {"id": MAP, "container": container_id(MAP), "width": WIDTH, "height": HEIGHT},
        "word": sentences.noun(summary.metric, formats),
        "balance": sentences.balance(summary.total, summary.unknown, summary, formats),
        "site_card": cards.card_data(CARD_PICTURE, CARD.width, CARD.height, description),
        "until": until and {"machine": until.isoformat(), "text": formats.day(until)},
        "generated": {
            "machine": summary.generated_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "text": formats.moment(summary.generated_at),
        },
    }


def _languages(context: Context) -> dict[str, Any]:
    """Return the languages of a page: of the locale, and of the sentences if that is another one."""
    formats = context.formats
    return {"theme": context.theme, "lang": formats.lang, "dir": formats.dir, "spoken": formats.spoken}
