"""What is neither a page nor data: pictures, feed, sitemap, badge. Returns bytes, never writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from apivideo_geo.model import NewsItem, Summary
from apivideo_geo.render.feed import render_feed
from apivideo_geo.render.furniture import render_badge, render_robots, render_sitemap
from apivideo_geo.render.map.picture import CARD, render_picture
from apivideo_geo.render.map.png import render_png
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import Formats
from apivideo_geo.render.theme.theme import Theme

MAP_PICTURE = "map.svg"
DARK_PICTURE = "map-dark.svg"
CARD_PICTURE = "social.png"
FEED = "feed.xml"


def render_around(
    summary: Summary, entries: Sequence[NewsItem], theme: Theme, pages: Iterable[str]
) -> dict[str, bytes]:
    """Path within the site → content. ``entries`` are what changed, ``pages`` the paths of the site's pages.

    Without ``theme.site_url`` there is no sitemap, which needs whole addresses.
    """
    formats = Formats(theme.locale)
    scale = theme.scale_of([country.count for country in summary.countries])
    draw = partial(render_picture, summary, scale, formats, theme.title, palette=theme.palette)
    title = formats.say("Demo data: %(title)s", title=theme.title) if summary.demo else theme.title
    files = {
        MAP_PICTURE: draw().encode(),
        DARK_PICTURE: draw(theme="dark").encode(),
        CARD_PICTURE: render_png(draw(sheet=CARD)),
        "badge.json": render_badge(summary, formats),
        "robots.txt": render_robots(theme.site_url),
        FEED: render_feed(
            summary, entries, title=title, subtitle=sentences.headline(summary, formats),
            language=formats.language, site_url=theme.site_url,
        ),
    }  # fmt: skip
    if theme.site_url:
        files["sitemap.xml"] = render_sitemap(theme.site_url, pages)
    return files
