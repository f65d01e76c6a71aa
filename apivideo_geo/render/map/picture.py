"""Draw the map as one SVG file with its colours, title, legend and source.

``map.svg`` is for slides, READMEs and e-mail, ``map-dark.svg`` for dark backgrounds, ``map-impression.svg`` … have the
other metrics and the ratios; the social card has the proportions of a link preview.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from types import MappingProxyType
from unicodedata import east_asian_width

from apivideo_geo.geo.shapes import HEIGHT, WIDTH, load_shapes
from apivideo_geo.model import UNKNOWN, Ratio, Summary
from apivideo_geo.plain_text import shorten, xml_text
from apivideo_geo.render.context import Context
from apivideo_geo.render.map.dots import BARE, CORE, RIM
from apivideo_geo.render.map.inline_svg import classes_of, render_map, render_world
from apivideo_geo.render.map.legend import Swatch, class_swatches, make_legend
from apivideo_geo.render.map.palettes import DEFAULT, PALETTES, spread
from apivideo_geo.render.map.scale import Scale, make_scale
from apivideo_geo.render.pages.funnel import both_numbers, too_few
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import Formats


@dataclass(frozen=True)
class PictureColours:
    """The colours of a picture other than those of its classes; the same as in the style sheet."""

    page: str
    ink: str
    mute: str
    zero: str
    line: str
    edge: str
    hatch: str


PICTURE_COLOURS: Mapping[str, PictureColours] = MappingProxyType(
    {
        "light": PictureColours("#ffffff", "#12181f", "#566171", "#eceff3", "#dfe4ea", "#ffffff", "#a9b4c1"),
        "dark": PictureColours("#0f1419", "#eef2f6", "#9aa7b5", "#222a33", "#2a333d", "#0f1419", "#4a5766"),
    }
)
FONTS = "Open Sans, Segoe UI, Roboto, Helvetica, Arial, Noto Sans, sans-serif"


@dataclass(frozen=True)
class Sheet:
    """A picture's measures, in pixels: its size, the margin, and the sizes of headline, text and legend."""

    width: int
    height: int
    margin: int
    headline: int
    text: int


MAP = Sheet(1200, 740, 32, 34, 18)
CARD = Sheet(1200, 630, 36, 42, 21)
"""The preview of a link on social networks."""


@dataclass(frozen=True)
class Drawing:
    """What a picture shows: its texts, the map (width in pixels → SVG), the number of classes, the legend."""

    headline: str
    lead: str
    description: str
    world: Callable[[int], str]
    classes: int
    legend: Sequence[Swatch]


def render_picture(
    summary: Summary,
    scale: Scale,
    formats: Formats,
    title: str,
    *,
    palette: str = DEFAULT,
    theme: str = "light",
    sheet: Sheet = MAP,
) -> str:
    """Return the picture as an SVG document; ``title`` is that of the site, ``palette`` and ``theme`` the colours."""
    drawing = Drawing(
        sentences.headline(summary, formats), _figures(summary, formats), sentences.description(summary, formats),
        partial(render_world, summary, scale, "world", ""), len(scale.lows), make_legend(summary, scale, formats),
    )  # fmt: skip
    return _draw(drawing, _source(summary, formats, title), palette, theme, sheet)


def render_ratio_picture(ratio: Ratio, context: Context) -> str:
    """Return the picture of a ratio: classes of even width, and a pattern where there are too few to divide by."""
    formats, total = context.formats, context.ratios.total(ratio)
    found = {code: one for code, one in context.ratios.countries(ratio) if code != UNKNOWN}
    values = {code: max(one.value, _LEAST) for code, one in found.items() if one.value is not None}
    few = {code for code, one in found.items() if one.value is None and one.lower_sum}
    scale, write = make_scale([*values.values()], "equal", context.theme.classes), partial(formats.ratio, ratio.name)
    label, value = sentences.label_of(ratio.name, formats), "–" if total.value is None else write(total.value)
    headline, highest = f"{label}: {value}", max(values, key=lambda code: (values[code], code), default="")
    named = {one.iso_a3: one for summary in context.summary.metrics.values() for one in summary.countries}
    if highest:
        where = sentences.within(named[highest], formats)
        headline = formats.say("%(label)s: %(value)s, highest in %(where)s", label=label, value=value, where=where)
    class_of = classes_of(values, scale, "zero", few)
    rest = [Swatch("few", too_few(ratio.lower, context), "")] if few else []
    none = formats.say("No %(plays)s", plays=sentences.noun(ratio.lower, formats))
    drawing = Drawing(
        headline, f"{both_numbers(total, formats)} {context.period}".strip(),
        " ".join(filter(None, sentences.about_ratio(ratio, context.ratios, formats))),
        lambda width: render_map(load_shapes(), class_of, "world", "", len(scale.lows), width), len(scale.lows),
        [*class_swatches(values.values(), scale, formats, write), *rest, Swatch("zero", none, "")],
    )  # fmt: skip
    theme = context.theme
    return _draw(drawing, _source(context.summary, formats, theme.title), theme.palette, "light", MAP)


_LEAST = 1e-9
"""In place of a ratio of 0, so that it is in the lowest class."""


def _draw(drawing: Drawing, source: str, palette: str, theme: str, sheet: Sheet) -> str:
    shades = PICTURE_COLOURS[theme]
    colours = spread(getattr(PALETTES[palette], theme), drawing.classes)
    inner = sheet.width - 2 * sheet.margin
    headline = _wrap(drawing.headline, inner, sheet.headline)[:2]
    top = sheet.margin + len(headline) * round(sheet.headline * 1.2) + sheet.text * 2
    bottom = sheet.height - sheet.margin - round(sheet.text * 3.6)
    map_height = min(bottom - top, round(inner * HEIGHT / WIDTH))
    map_width = round(map_height * WIDTH / HEIGHT)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{sheet.width}" height="{sheet.height}" '
        f'viewBox="0 0 {sheet.width} {sheet.height}" role="img" font-family="{FONTS}">',
        f"<title>{escape(drawing.headline)}</title>",
        f"<desc>{escape(drawing.description)}</desc>",
        f"<style>{_style(colours, shades, map_width)}</style>",
        f'<rect width="{sheet.width}" height="{sheet.height}" fill="{shades.page}"/>',
        *(
            _text(sheet.margin, round(sheet.margin + sheet.headline * y), line, sheet.headline, shades.ink, 700)
            for line, y in zip(headline, (0.85, 2.05), strict=False)
        ),
        _text(sheet.margin, top - round(sheet.text * 0.6), drawing.lead, sheet.text, shades.mute),
        f'<svg x="{(sheet.width - map_width) // 2}" y="{top}" width="{map_width}" height="{map_height}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}">{drawing.world(map_width)}</svg>',
        *_legend(drawing.legend, colours, shades, sheet, bottom),
        _text(sheet.margin, sheet.height - sheet.margin, source, round(sheet.text * 0.8), shades.mute),
        "</svg>",
    ]  # fmt: skip
    return xml_text("\n".join(parts)) + "\n"


def _figures(summary: Summary, formats: Formats) -> str:
    """Return the total and the period in one line."""
    if not summary.total:
        return ""
    when = sentences.period(summary, formats)
    return f"{sentences.quantity(summary.total, summary, formats)} {when}".strip()


def _source(summary: Summary, formats: Formats, title: str) -> str:
    made = formats.say("data by api.video, outlines by Natural Earth, made with apivideo-geo")
    if summary.demo:
        made = formats.say("demo data: an invented audience; outlines by Natural Earth, made with apivideo-geo")
    return f"{shorten(title, 60)} · {made}" if title else made


def _style(colours: Sequence[str], shades: PictureColours, map_width: int) -> str:
    """Return the rules of the page's style sheet that a map needs, with lengths in units of the map."""
    pixel = WIDTH / map_width
    rules = [
        f".lands path{{stroke:{shades.edge};stroke-width:{0.6 * pixel:.1f};stroke-linejoin:round}}",
        f".zero{{fill:{shades.zero}}}.hatch-ground,.sparse-ground{{fill:{shades.zero}}}",
        f".hatch-line,.sparse-line{{stroke:{shades.hatch};stroke-width:6}}",
        ".dots path{fill:none;stroke-linecap:round}.lit,.ways{display:none}",
        f".ring{{stroke:{shades.edge};stroke-width:{RIM * pixel:.1f}}}.dot{{stroke-width:{CORE * pixel:.1f}}}",
        ".zero>.ring,.blank>.ring,.few>.ring{stroke:none}",
        f".zero>.dot,.blank>.dot,.few>.dot{{stroke:{shades.hatch};stroke-width:{BARE * pixel:.1f}}}",
    ]
    for number, colour in enumerate(colours):
        rules.append(f".lands .c{number}{{fill:{colour}}}.c{number}>.dot{{stroke:{colour}}}")
    return "".join(rules)


def _legend(
    swatches: Sequence[Swatch], colours: Sequence[str], shades: PictureColours, sheet: Sheet, top: int
) -> list[str]:
    """Return swatches in a row, with their ranges."""
    fills = {f"c{number}": colour for number, colour in enumerate(colours)}
    fills |= {"zero": shades.zero, "blank": shades.hatch, "few": "url(#sparse)"}
    entries = [(fills[swatch.kind], swatch.label) for swatch in swatches if swatch.kind in fills]
    parts, x, size = [], float(sheet.margin), sheet.text * 0.85
    room = sheet.width - 2 * sheet.margin
    size = round(min(size, size * room / sum(size * 2.5 + _width(label, size) + 13 for _, label in entries)))
    y = top + round(sheet.text * 1.5)
    for colour, label in entries:
        parts.append(
            f'<rect x="{x:.0f}" y="{y - size + 2}" width="{size + 6}" height="{size}" rx="3" fill="{colour}" '
            f'stroke="{shades.hatch}" stroke-opacity="0.5"/>'
        )
        parts.append(_text(round(x) + size + 13, y, label, size, shades.ink))
        x += size + 13 + _width(label, size) + 22
    return parts


def _text(x: int, y: int, text: str, size: int, colour: str, weight: int = 400) -> str:
    return f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{colour}">{escape(text)}</text>'


def _wrap(text: str, width: int, size: int) -> list[str]:
    """Break ``text`` between words into lines that fit ``width``."""
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and _width(longer, size) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line] if line else lines


def _width(text: str, size: float) -> float:
    """Estimate the width of bold ``text``, in pixels."""
    return sum(size * (1.0 if east_asian_width(letter) in "WF" else 0.53) for letter in text)
