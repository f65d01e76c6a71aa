"""Site-level files: pictures, feed, sitemap, robots.txt, badge. Returns bytes, never writes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from html import escape

from apivideo_geo.model import NewsItem
from apivideo_geo.render.context import Context
from apivideo_geo.render.feed import render_feed
from apivideo_geo.render.map.picture import CARD, render_picture, render_ratio_picture
from apivideo_geo.render.map.png import render_png
from apivideo_geo.render.pages.funnel import make_lines
from apivideo_geo.render.text import sentences

CARD_PICTURE = "social.png"
NOT_LISTED = ("404.html", "embed.html", "notebook.html")
"""Pages that search engines should not list."""


def render_site_files(context: Context, changes: Sequence[NewsItem], pages: Iterable[str]) -> dict[str, bytes]:
    """Return the files of the site that are neither pages nor data: path within the site → content.

    ``pages`` are the paths of the site's pages, for the sitemap, which needs absolute addresses: without
    ``theme.site_url`` there is none.
    """
    summary, formats, theme = context.summary, context.formats, context.theme
    draw = partial(render_picture, summary, context.scale, formats, theme.title, palette=theme.palette)
    title = formats.say("Demo data: %(title)s", title=theme.title) if summary.demo else theme.title
    files = {
        "map.svg": draw().encode(),
        "map-dark.svg": draw(theme="dark").encode(),
        **dict(_pictures(context)),
        CARD_PICTURE: render_png(draw(sheet=CARD)),
        **dict(render_badges(context)),
        "robots.txt": render_robots(theme.site_url),
        "feed.xml": render_feed(
            summary, changes, title=title, subtitle=sentences.headline(summary, formats),
            language=formats.language, site_url=theme.site_url,
        ),
    }  # fmt: skip
    if theme.site_url:
        files["sitemap.xml"] = render_sitemap(theme.site_url, pages)
    return files


def picture_labels(context: Context) -> dict[str, str]:
    """Return name of each picture of the map → the metric or ratio that it shows."""
    formats, first = context.formats, sentences.label_of(context.summary.metric, context.formats)
    names = (*context.summary.others, *(ratio.name for ratio in context.ratios.all))
    others = {f"map-{name}.svg": sentences.label_of(name, formats) for name in names}
    return {"map.svg": first, "map-dark.svg": formats.say("%(label)s, dark", label=first), **others}


def _pictures(context: Context) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of the pictures of the other metrics and of the ratios."""
    theme = context.theme
    for metric, summary in context.summary.others.items():
        scale = theme.usual_scale([country.count for country in summary.countries])
        picture = render_picture(summary, scale, context.formats, theme.title, palette=theme.palette)
        yield f"map-{metric}.svg", picture.encode()
    for ratio in context.ratios.all:
        yield f"map-{ratio.name}.svg", render_ratio_picture(ratio, context).encode()


def render_robots(site_url: str) -> bytes:
    """Return ``robots.txt``: everything may be read; with the sitemap if the address of the site is known."""
    sitemap = f"\nSitemap: {site_url}sitemap.xml\n" if site_url else ""
    return f"User-agent: *\nAllow: /\n{sitemap}".encode()


def render_sitemap(site_url: str, paths: Iterable[str]) -> bytes:
    """Return ``sitemap.xml`` of the pages among ``paths``. ``site_url`` ends with a slash.

    No page has a date: we do not know which pages changed since the last build, and today's date on all of them would
    mean nothing.
    """
    pages = sorted(path for path in paths if path.endswith(".html") and path not in NOT_LISTED)
    addresses = [site_url + page.removesuffix("index.html") for page in pages]
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
            *(f"<url><loc>{escape(address)}</loc></url>" for address in addresses),
            "</urlset>\n",
        ]
    ).encode()


def render_badges(context: Context) -> Iterator[tuple[str, bytes]]:
    """Yield the path and content of the badges, in the format of shields.io's endpoint badge.

    ``badge.json`` has the number of countries; ``badge-play.json``, ``badge-play-rate.json`` … have a metric or ratio.
    """
    summary, formats = context.summary, context.formats
    count = len(summary.countries)
    yield (
        "badge.json",
        _badge(formats.say("Audience"), formats.say_many("%(count)s country", "%(count)s countries", count), context),
    )
    total = sentences.amount(summary.metric, summary.total, formats)
    yield f"badge-{summary.metric}.json", _badge(sentences.label_of(summary.metric, formats), total, context)
    names = (*summary.others, *(ratio.name for ratio in context.ratios.all))
    for name, line in zip(names, make_lines(context), strict=True):
        yield f"badge-{name}.json", _badge(line.label, line.value, context)


def _badge(label: str, message: str, context: Context) -> bytes:
    badge = {
        "schemaVersion": 1,
        "label": context.formats.say("%(label)s (demo)", label=label) if context.summary.demo else label,
        "message": message,
        "color": "22649f" if context.summary.total else "lightgrey",
    }
    return (json.dumps(badge, ensure_ascii=False) + "\n").encode()
