"""What ``embed.html`` shows, the map alone for a frame on another page, and the snippet that puts it there. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from apivideo_geo.geo.countries import name_of
from apivideo_geo.geo.shapes import load_shapes
from apivideo_geo.render.context import Context
from apivideo_geo.render.text import sentences

PAGE = "embed.html"
HEIGHT = 560
"""Of the frame, in pixels, until the page in it reports its own."""


def make_embed(context: Context, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what the template prints in addition to what the front page has; ``data`` is that of its scripts."""
    summary = context.summary
    names = {code: name_of(code, str(context.formats.locale)) for code in load_shapes()}
    shown = {country.iso_a3: sentences.called(country, context.formats) for country in summary.countries}
    return {
        "note": f"{context.quantity(summary.total)} {context.period}".strip() if summary.total else "",
        "data": {**data, "names": names | shown},
    }


def make_snippet(site_url: str, title: str) -> str:
    """Return HTML to paste into another page: a frame, and a script that gives it the height of its content."""
    return (
        f'<iframe src="{escape(site_url)}{PAGE}" title="{escape(title)}" width="100%" height="{HEIGHT}" '
        'loading="lazy" style="border:0" id="apivideo-geo"></iframe>\n'
        "<script>\n"
        'addEventListener("message", (event) => {\n'
        '  const frame = document.getElementById("apivideo-geo");\n'
        '  if (event.source === frame.contentWindow && event.data?.type === "apivideo-geo") '
        "frame.height = event.data.height;\n"
        "});\n"
        "</script>"
    )
