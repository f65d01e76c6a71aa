"""Every territory too small to see has a dot in the colour of its class, on every map: pages and pictures."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Page

from apivideo_geo.geo.shapes import load_shapes
from apivideo_geo.model import Asset, AssetDetail, CountryDetail, Details, Summary
from apivideo_geo.render.context import Context
from apivideo_geo.render.map import cards
from apivideo_geo.render.map.cards import make_cards
from apivideo_geo.render.map.palettes import PALETTES, spread
from apivideo_geo.render.map.picture import CARD, render_picture
from apivideo_geo.render.site import render_site
from apivideo_geo.render.text.formats import Formats
from apivideo_geo.render.theme.theme import Theme
from tests.browser import OpenPage, serve
from tests.render.browsing import DESKTOP, PHONE, live
from tests.render.samples import TEMPLATES, summary, write
from tests.sharing import DRAW, drawn_with

SMALL = tuple(code for code, shape in load_shapes().items() if shape.dot)
COUNTS = {code: 1 + number * number for number, code in enumerate(SMALL)}
THEME = Theme("Acme", site_url="https://acme.example/", cards=1)
VIDEO = "video/viIslets.html"

PAINTED = """() => Object.fromEntries([...document.querySelectorAll('.spot .dot')].map(dot => {
    const style = getComputedStyle(dot);
    const shown = dot.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    return [dot.parentElement.classList[2], [style.stroke, shown ? parseFloat(style.strokeWidth) : 0]];
}))"""
"""Territory ⇒ the colour of its dot and how wide it is drawn, in CSS pixels."""

IN_TURN = f"""maps => maps.map(map => {{
    document.querySelector('svg.world').outerHTML = map;
    return ({PAINTED})();
}})"""
"""Puts each map in the place of the page's and reads its dots."""

LOCATOR = re.compile(r"<svg class=\"world over .*?</svg>", re.DOTALL)

PLACES = """() => Object.fromEntries([...document.querySelectorAll('.spot .dot')].map(dot => {
    const { x, y } = dot.getPointAtLength(0), at = new DOMPoint(x, y).matrixTransform(dot.getScreenCTM());
    return [dot.parentElement.classList[2], [at.x, at.y]];
}))"""
"""Territory ⇒ where the middle of its dot is in the window."""

ROUND_LINES = """() => [...document.querySelectorAll('path[stroke-linecap=round]')].map(line => {
    const { x, y } = line.getPointAtLength(0), at = new DOMPoint(x, y).matrixTransform(line.getScreenCTM());
    return [line.getAttribute('stroke'), at.x, at.y];
})"""
"""The rims and dots of a saved picture, in turn: their colour and where they are in the window."""

PIXELS = """async ([picture, places]) => {
    const image = new Image();
    image.src = `data:image/png;base64,${picture}`;
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
    const pen = canvas.getContext('2d');
    pen.drawImage(image, 0, 0);
    return Object.fromEntries(Object.entries(places).map(([code, [x, y]]) =>
        [code, `rgb(${[...pen.getImageData(x, y, 1, 1).data].slice(0, 3).join(', ')})`]));
}"""
"""A PNG and a place for each territory ⇒ the colour of the picture there."""


def islets() -> Summary:
    """Plays in all small territories, more in the alphabetically later ones, and none elsewhere."""
    return summary(COUNTS)


def details() -> Details:
    """One video that was watched in all of them."""
    ranked = tuple(sorted(COUNTS.items(), key=lambda item: -item[1]))
    video = AssetDetail(Asset("viIslets", "video", "Islets", True), sum(COUNTS.values()), 1, ranked)
    return Details(countries={code: CountryDetail(date(2026, 11, 1)) for code in COUNTS}, assets=(video,))


@cache
def colours(theme: str = "light") -> Mapping[str, str]:
    """Territory → the colour of its class as CSS writes it."""
    scale = THEME.scale_of(list(COUNTS.values()))
    found = spread(getattr(PALETTES[THEME.palette], theme), len(scale.lows))
    assert len(found) == 6
    return {code: _css(found[scale.class_of(count) or 0]) for code, count in COUNTS.items()}


def _css(colour: str) -> str:
    return f"rgb({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))})"


@pytest.fixture(scope="module")
def site() -> Mapping[str, bytes]:
    with drawn_with(DRAW):
        return render_site(Context(islets(), THEME, details()), TEMPLATES)


@pytest.fixture(scope="module")
def address(site, tmp_path_factory):
    with serve(write(site, tmp_path_factory.mktemp("islets"))) as url:
        yield url


def differing(found: Mapping[str, str], expected: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Territory → the colour found and the right one, where they are not the same."""
    assert found.keys() == expected.keys()
    return {code: (colour, expected[code]) for code, colour in found.items() if colour != expected[code]}


def pixels(page: Page, picture: bytes, places: Mapping[str, Sequence[float]]) -> dict[str, str]:
    """Territory → the colour of a PNG at its place."""
    page.goto("about:blank")
    found: dict[str, str] = page.evaluate(PIXELS, [base64.b64encode(picture).decode(), places])
    return found


@pytest.mark.parametrize(
    ("size", "least", "theme"), [(PHONE, 4.4, "light"), (DESKTOP, 8, "dark")], ids=["phone", "desktop"]
)
@pytest.mark.parametrize("name", ["index.html", VIDEO, "embed.html"])
def test_on_a_page_the_dot_of_each_has_the_colour_of_its_class(open_page: OpenPage, address, name, size, least, theme):
    page = open_page(f"{address}/{name}", color_scheme=theme, **size).page
    painted = page.evaluate(PAINTED)
    assert differing({code: colour for code, (colour, _) in painted.items()}, colours(theme)) == {}
    assert {code: width for code, (_, width) in painted.items() if width < least} == {}
    page.locator("svg.world").scroll_into_view_if_needed()
    places, picture = page.evaluate(PLACES), page.screenshot()
    assert differing(pixels(page, picture, places), colours(theme)) == {}


def test_the_small_map_of_a_country_shows_it_in_the_colour_of_a_country_that_is_lit(open_page: OpenPage, site, address):
    page = open_page(f"{address}/country/MLT.html", **PHONE).page
    maps = [LOCATOR.findall(site[f"country/{code}.html"].decode()) for code in SMALL]
    assert {len(found) for found in maps} == {1}
    lit = _css(PALETTES[THEME.palette].light[4])
    painted = page.evaluate(IN_TURN, [found for (found,) in maps])
    assert painted == [{code: [lit, 4.4]} for code in SMALL]
    places = page.evaluate(PLACES)
    assert pixels(page, page.screenshot(), places) == {SMALL[-1]: lit}


@pytest.mark.parametrize(("name", "theme"), [("map.svg", "light"), ("map-dark.svg", "dark")])
def test_in_the_pictures_of_the_map_the_dot_of_each_has_the_colour_of_its_class(
    open_page: OpenPage, address, name, theme
):
    page = open_page(f"{address}/{name}", viewport={"width": 1200, "height": 740}).page
    places, picture = page.evaluate(PLACES), page.screenshot()
    assert differing(pixels(page, picture, places), colours(theme)) == {}


def test_in_the_picture_for_shared_links_the_dot_of_each_has_the_colour_of_its_class(
    open_page: OpenPage, site, tmp_path
):
    counts = islets()
    drawn = render_picture(counts, THEME.scale_of(list(COUNTS.values())), Formats("en"), THEME.title, sheet=CARD)
    places = places_in(open_page, drawn, tmp_path)
    page = open_page("about:blank").page
    assert differing(pixels(page, site["social.png"], places), colours()) == {}


def test_in_the_preview_of_a_video_the_dot_of_each_has_the_colour_of_its_class(
    open_page: OpenPage, site, tmp_path, monkeypatch
):
    (card,) = make_cards(Context(islets(), THEME, details())).values()
    drawn: list[str] = []
    monkeypatch.setattr(cards, "render_png", lambda svg: drawn.append(svg) or b"")
    cards.render_card(card, Context(islets(), THEME, details()))
    places = places_in(open_page, drawn[-1], tmp_path)
    page = open_page("about:blank").page
    assert differing(pixels(page, site["cards/video/viIslets.png"], places), colours()) == {}


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_in_a_saved_picture_the_dot_of_each_has_the_colour_of_its_class(open_page: OpenPage, address, tmp_path, size):
    page = live(open_page(f"{address}/index.html", accept_downloads=True, **size).page)
    before = page.evaluate(PLACES)
    for kind in ("svg", "png"):
        with page.expect_download() as download:
            page.evaluate(f"document.getElementById('save-{kind}').click()")
        download.value.save_as(tmp_path / f"map.{kind}")
    assert page.evaluate(PLACES) == before
    drawing = open_page((tmp_path / "map.svg").as_uri()).page
    dots = drawing.evaluate(ROUND_LINES)[1::2]
    assert [colour for colour, *_ in dots] == by_strength()
    places = {str(index): place for index, (_, *place) in enumerate(dots)}
    found = pixels(drawing, (tmp_path / "map.png").read_bytes(), places)
    assert list(found.values()) == by_strength()


def by_strength() -> list[str]:
    """The colours of all dots, weakest class first, as they are drawn."""
    order = [_css(colour) for colour in spread(PALETTES[THEME.palette].light, 6)]
    return sorted(colours().values(), key=order.index)


def places_in(open_page: OpenPage, drawing: str, folder: Path) -> dict[str, list[float]]:
    """Territory → where its dot is in a picture, in pixels."""
    (folder / "drawing.svg").write_text(drawing)
    found: dict[str, list[float]] = open_page((folder / "drawing.svg").as_uri()).page.evaluate(PLACES)
    return found
