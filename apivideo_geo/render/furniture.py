"""What stands around the pages: for search engines, link previews and badges. Pure: returns bytes, never writes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from html import escape

from apivideo_geo.model import Summary
from apivideo_geo.render.text.formats import Formats

NOT_LISTED = ("404.html", "embed.html", "notebook.html")
"""Pages that no search engine should offer."""


def render_robots(site_url: str) -> bytes:
    """``robots.txt``: everything may be read; where the sitemap is, if the address of the site is known."""
    sitemap = f"\nSitemap: {site_url}sitemap.xml\n" if site_url else ""
    return f"User-agent: *\nAllow: /\n{sitemap}".encode()


def render_sitemap(site_url: str, paths: Iterable[str]) -> bytes:
    """``sitemap.xml`` of the pages among ``paths``. ``site_url`` ends with a slash.

    No page has a date: which pages changed since the last build is not known, and a date that is always today tells
    nothing.
    """
    pages = sorted(path for path in paths if path.endswith(".html") and path not in NOT_LISTED)
    addresses = [site_url + ("" if page == "index.html" else page) for page in pages]
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
            *(f"<url><loc>{escape(address)}</loc></url>" for address in addresses),
            "</urlset>\n",
        ]
    ).encode()


def render_badge(summary: Summary, formats: Formats) -> bytes:
    """``badge.json``, as the endpoint of shields.io reads it: the number of countries."""
    count = len(summary.countries)
    badge = {
        "schemaVersion": 1,
        "label": formats.say("Audience (demo)") if summary.demo else formats.say("Audience"),
        "message": formats.say_many("%(count)s country", "%(count)s countries", count),
        "color": "22649f" if count else "lightgrey",
    }
    return (json.dumps(badge, ensure_ascii=False) + "\n").encode()
