"""The addresses of pages within the site. No I/O."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import date

from apivideo_geo.model import AssetDetail

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{4,63}")
"""Ids that can be a file name on every system: no dot, no separator, longer than any reserved name."""


HIDDEN = "about.html#hidden"
"""The explanation of hidden counts, from the top of the site."""


def country_page(iso_a3: str) -> str:
    """Return the path of a country's page, from the top of the site."""
    return f"country/{iso_a3}.html"


def group_page(slug: str) -> str:
    """Return the path of the page of a group of countries, from the top of the site."""
    return f"group/{slug}.html"


def month_page(month: date) -> str:
    """Return the path of the page of a month (its first day), from the top of the site: ``2026-10/index.html``."""
    return f"{month:%Y-%m}/index.html"


def collection_page(slug: str) -> str:
    """Return the path of the page of a collection, from the top of the site."""
    return f"collection/{slug}.html"


def video_pages(assets: Sequence[AssetDetail], most: int) -> dict[str, str]:
    """Return media id → path of its page, for those of the first ``most`` assets that have plays.

    Media ids come from the API: one that is not a safe file name, or differs from another only by case, is hashed.
    """
    pages: dict[str, str] = {}
    taken: set[str] = set()
    for detail in assets[:most]:
        media_id = detail.asset.media_id
        name = media_id
        if not _SAFE.fullmatch(name) or name.lower() in taken:
            name = f"id-{hashlib.sha256(media_id.encode()).hexdigest()[:16]}"
        if detail.count:
            taken.add(name.lower())
            pages[media_id] = f"video/{name}.html"
    return pages
