"""Preview pictures for links to the page of a country or a video: title, number, map, trend."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from apivideo_geo.geo.shapes import load_shapes
from apivideo_geo.model import AssetDetail, CountryCount, DayCount
from apivideo_geo.plain_text import shorten, xml_text
from apivideo_geo.render.addresses import country_page
from apivideo_geo.render.context import Context
from apivideo_geo.render.map.dots import draw_dot
from apivideo_geo.render.map.palettes import PALETTES, spread
from apivideo_geo.render.map.picture import FONTS, PICTURE_COLOURS, _width, _wrap
from apivideo_geo.render.map.png import render_png
from apivideo_geo.render.map.small_map import STEP, TALL, WIDE, load_outlines, place_of
from apivideo_geo.render.pages.funnel import make_lines
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import Formats
from apivideo_geo.render.text.value_names import asset_title

WIDTH, HEIGHT = 800, 420
"""Pixels: social networks show it as large as 1200 × 630, for less than half of the bytes."""
_MARGIN, _TITLE, _TEXT, _MORE, _SMALL = 32, 36, 22, 18, 15
"""Pixels: the margin, and the sizes of title, text, further figures and notes."""
_MAP = 32, 158, 460, 222
"""Left, top, width and height of the map."""
_TREND = 520, 190, 248, 150
"""Left, top, width and height of the trend."""
_POINTS = 60
"""Maximum number of points of the trend; for more days, each point is the mean of a period of equal length."""
_SMALLER = 120
"""A country whose biggest part is less wide and high than this, in units of ``geo.shapes``, gets a ring."""
_CORE, _RIM = 5.5, 7
"""Width in pixels of a dot and of the rim around it: dots are at least 7.3 pixels apart on a map of this width."""
_COLOURS = PICTURE_COLOURS["light"]


@dataclass(frozen=True)
class Card:
    """What a picture shows: title, count in words, class of each country (alpha-3 → 0, 1, …), counts by day.

    ``more``: the figures of other metrics, in one line.
    """

    title: str
    words: str
    kinds: Mapping[str, int]
    classes: int
    daily: Sequence[int | None]
    more: str = ""

    @property
    def alternative(self) -> str:
        """Return the picture in words."""
        return f"{self.title}: {self.words}"


def make_cards(context: Context) -> dict[str, Card]:
    """Return path of a page → its card, for the most watched countries and videos; ``theme.cards`` is their number.

    Empty without ``theme.site_url``, because link previews need absolute addresses.
    """
    theme = context.theme
    found: list[tuple[str, CountryCount | AssetDetail]] = [
        (country_page(country.iso_a3), country) for country in context.summary.countries
    ]
    found += [(page, one) for one in context.details.assets if (page := context.video_pages.get(one.asset.media_id))]
    found.sort(key=lambda item: (-item[1].count, item[0]))
    return {path: _card(what, context) for path, what in found[: theme.cards if theme.site_url else 0]}


def card_data(path: str, width: int, height: int, alternative: str) -> dict[str, str | int]:
    """Return what a page says about its picture: ``path`` within the site, size in pixels, picture in words."""
    return {"path": path, "width": width, "height": height, "alternative": alternative}


def picture_of(page: str) -> str:
    """Return the path of the picture of a page."""
    return f"cards/{page.removesuffix('.html')}.png"


def _card(what: CountryCount | AssetDetail, context: Context) -> Card:
    summary, dimension = context.summary, "total" if isinstance(what, CountryCount) else "media"
    period = sentences.period_of(dimension, summary, context.formats)
    words = f"{context.quantity(what.count)} {period}".strip()
    if isinstance(what, CountryCount):
        daily = _known(summary.daily, summary.by_country.get(what.iso_a3, ()))
        more = _more(context, what.iso_a3)
        return Card(sentences.called(what, context.formats), words, {what.iso_a3: 4}, 6, daily, more)
    counts = {code: count for code, count in what.countries if code in load_shapes()}
    scale = context.theme.scale_of(list(counts.values()))
    kinds = {code: index for code, count in counts.items() if (index := scale.class_of(count)) is not None}
    title = asset_title(what.asset, context.formats)
    more = _more(context.by_media, what.asset.media_id) if context.by_media else ""
    return Card(title, words, kinds, len(scale.lows), _known(summary.daily_by("media"), what.daily), more)


def _more(context: Context, key: str) -> str:
    """Return the ratios and other metrics of a country or video that have a value, as far as they fit in a line."""
    lines, metrics = make_lines(context, key), len(context.summary.others)
    chosen: list[str] = []
    for text in (f"{one.label}: {one.value}" for one in (*lines[metrics:], *lines[:metrics]) if one.value != "–"):
        if _width(" · ".join([*chosen, text]), _MORE) <= WIDTH - 2 * _MARGIN:
            chosen.append(text)
    return " · ".join(chosen)


def _known(daily: Sequence[DayCount], counts: Sequence[int]) -> list[int | None]:
    """Return the counts of the days ``daily``; None if the day was not collected or is partial."""
    return [None if day.count is None or day.open else count for day, count in zip(daily, counts, strict=False)]


def render_card(card: Card, context: Context) -> bytes:
    """Return the picture of a page as PNG; the same card gives the same bytes."""
    formats, theme = context.formats, context.theme
    colours = spread(PALETTES[theme.palette].light, card.classes)
    lines = _wrap(card.title, WIDTH - 2 * _MARGIN, _TITLE)
    lines = [shorten(line, 38) for line in (lines if len(lines) < 3 else [lines[0], f"{lines[1]} …"])]
    source = f"{formats.say('Demo data')} · {theme.title}" if context.summary.demo else theme.title
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="{FONTS}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{_COLOURS.page}"/>',
        *(
            _text(line, _MARGIN + _TITLE * (0.9 + 1.2 * row), _TITLE, _COLOURS.ink, formats, bold=True)
            for row, line in enumerate(lines)
        ),
        _text(card.words, _MARGIN + _TITLE * 1.2 * len(lines) + _TEXT * 1.1, _TEXT, _COLOURS.mute, formats),
        _text(card.more, _MAP[1] - 8, _MORE, _COLOURS.mute, formats) if card.more else "",
        _world(card, colours),
        _trend(card.daily, colours[-1]),
        _text(shorten(source, 80), HEIGHT - 16, _SMALL, _COLOURS.mute, formats),
        "</svg>",
    ]
    return render_png(xml_text("".join(parts)))


def _text(text: str, y: float, size: int, colour: str, formats: Formats, *, bold: bool = False) -> str:
    """Return a line of text, aligned to the side where the page's language begins."""
    x, anchor = (WIDTH - _MARGIN, "end") if formats.dir == "rtl" else (_MARGIN, "start")
    return (
        f'<text x="{x}" y="{y:.0f}" text-anchor="{anchor}" font-size="{size}" font-weight="{700 if bold else 400}" '
        f'fill="{colour}">{escape(text)}</text>'
    )


@lru_cache(maxsize=1)
def _land() -> str:
    """Return all land as a base64 PNG; drawn once, because it is most of the work of a map."""
    outlines = "".join(load_outlines().values())
    _, _, width, height = _MAP
    drawn = render_png(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {WIDE} {TALL}">'
        f'<rect width="{WIDE}" height="{TALL}" fill="{_COLOURS.page}"/>'
        f'<path d="{outlines}" fill="{_COLOURS.line}" stroke="{_COLOURS.edge}" stroke-width="1"/></svg>'
    )
    return base64.b64encode(drawn).decode()


def _world(card: Card, colours: Sequence[str]) -> str:
    """The land, and on it the countries in their colours, with a dot where one is small and a ring if it is alone."""
    left, top, width, height = _MAP
    alone = len(card.kinds) == 1
    lands, dots = [], []
    for code, kind in sorted(card.kinds.items(), key=lambda item: item[1]):
        shape = load_shapes()[code]
        if outline := load_outlines()[code]:
            lands.append(f'<path d="{outline}" fill="{colours[kind]}"/>')
        if shape.dot:
            dots.append(draw_dot(shape, f"c{kind}", unit=STEP, width=0 if alone else width))
        if alone and shape.size < _SMALLER:
            x, y = place_of(shape.dot or shape.label)
            dots.append(f'<circle cx="{x}" cy="{y}" r="28" fill="none" stroke="{_COLOURS.ink}" stroke-width="4"/>')
    place = f'x="{left}" y="{top}" width="{width}" height="{height}"'
    return (
        f"<style>{_dot_style(colours, WIDE / width)}</style>"
        f'<image {place} href="data:image/png;base64,{_land()}"/>'
        f'<svg {place} viewBox="0 0 {WIDE} {TALL}">{"".join(lands)}{"".join(dots)}</svg>'
    )


def _dot_style(colours: Sequence[str], pixel: float) -> str:
    """Return the CSS of the dots, with ``colours`` by class; ``pixel``: the size of a pixel in units of the map."""
    return (
        f".ring,.dot{{fill:none;stroke-linecap:round}}.ring{{stroke:{_COLOURS.edge};stroke-width:{_RIM * pixel:.1f}}}"
        f".dot{{stroke-width:{_CORE * pixel:.1f}}}"
        + "".join(f".c{kind}>.dot{{stroke:{colour}}}" for kind, colour in enumerate(colours))
    )


def _trend(daily: Sequence[int | None], colour: str) -> str:
    """Return the days as an area; a period without known days is a gap. Empty for fewer than two points."""
    length = -(-len(daily) // _POINTS) or 1
    periods = [[count for count in daily[at : at + length] if count is not None] for at in range(0, len(daily), length)]
    means = [sum(some) / len(some) if some else None for some in periods]
    most = max((mean for mean in means if mean is not None), default=0)
    if len(means) < 2 or not most:
        return ""
    left, top, width, height = _TREND
    step, base, paths = width / len(means), top + height, []
    for index, mean in enumerate(means):
        if mean is not None:
            x, y = left + index * step, base - height * mean / most
            paths.append(f"M{x:.1f} {base}V{y:.1f}h{step * 0.8:.1f}V{base}z")
    line = f'<path d="M{left} {base + 0.5}h{width}" stroke="{_COLOURS.hatch}" fill="none"/>'
    return f'<path d="{"".join(paths)}" fill="{colour}"/>{line}'
