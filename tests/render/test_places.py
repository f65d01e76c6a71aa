"""Every one of the 250 codes is drawn on the real page, and a pointer finds each."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from playwright.sync_api import Page

from apivideo_geo.geo.shapes import load_shapes
from apivideo_geo.model import Summary
from apivideo_geo.render.map.dots import RIM
from apivideo_geo.render.site import Theme, render_site
from tests.browser import OpenPage, serve, wait_until
from tests.render.browsing import PHONE, live
from tests.render.samples import TEMPLATES, whole_world, write

ON_SCREEN = """([id, x, y]) => {
    const box = document.getElementById('map_world').getBoundingClientRect();
    const at = new DOMPoint(x, y).matrixTransform(document.getElementById('world').getScreenCTM());
    return [at.x, at.y, at.x > box.left && at.x < box.right && at.y > box.top && at.y < box.bottom];
}"""
CLOSER = """([x, y, steps]) => {
    const svg = document.getElementById('world').viewBox.baseVal;
    map_world.setView([svg.height - y, x], map_world.getMinZoom() + steps, {animate: false});
}"""
DRAWN = """codes => codes.filter(code => {
    const painted = (element, how) => {
        const style = element && getComputedStyle(element);
        return style && style.visibility === 'visible' && !['none', 'rgba(0, 0, 0, 0)'].includes(style[how]);
    };
    const dot = document.querySelector(`.${code} .dot`);
    const land = document.querySelector(`.lands [id="${code}"]`);
    const box = land && land.getBoundingClientRect();
    const width = dot && parseFloat(getComputedStyle(dot).strokeWidth);
    const seen = box && box.width > 0 && box.height > 0 && Math.max(box.width, box.height) >= 1;
    return dot ? !(painted(dot, 'stroke') && width >= (innerWidth < 600 ? 4.4 : 8)) : !(painted(land, 'fill') && seen);
})"""


@pytest.fixture(scope="module")
def world() -> Summary:
    """All 250 codes with counts."""
    return whole_world()


@pytest.fixture(scope="module")
def address(tmp_path_factory, world):
    """The page of ``world``."""
    with serve(write(render_site(world, Theme("Acme Academy"), TEMPLATES), tmp_path_factory.mktemp("places"))) as url:
        yield f"{url}/index.html"


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("script", [True, False])
def test_every_code_is_drawn(open_page: OpenPage, world, address, width, script):
    page = open_page(address, viewport={"width": width, "height": 900}, java_script_enabled=script).page
    codes = [country.iso_a3 for country in world.countries]
    assert len(codes) == 250
    assert page.evaluate(DRAWN, codes) == []


WHERE = """code => {
    const ring = document.querySelector(`.spot:not(.plain).${code} .ring`), at = ring && ring.getPointAtLength(0);
    const point = at && new DOMPoint(at.x, at.y).matrixTransform(ring.getScreenCTM());
    return point && [point.x, point.y];
}"""


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("width", [320, 360, 768, 1440])
def test_dots_stand_apart_as_the_width_of_the_map_needs(open_page: OpenPage, world, address, width, script):
    page = open_page(address, viewport={"width": width, "height": 900}, java_script_enabled=script).page
    if script:
        live(page)
    codes = [country.iso_a3 for country in world.countries]
    places = [at for at in page.evaluate(f"codes => codes.map({WHERE})", codes) if at]
    assert len(places) == 94
    assert min(math.dist(*pair) for pair in combinations(places, 2)) > {320: 4.5, 360: 5.2}.get(width, RIM)


def test_a_finger_finds_every_dot_of_a_phone_and_within_twenty_pixels_on_the_sea(open_page: OpenPage, world, address):
    page = live(open_page(address, reduced_motion="reduce", **PHONE).page)
    page.evaluate("map_world.doubleClickZoom.disable(), document.getElementById('frame').scrollIntoView()")
    for country in world.countries:
        if at := page.evaluate(WHERE, country.iso_a3):
            page.touchscreen.tap(*at)
            wait_until(page, f"location.search === '?country={country.iso_a3}'")
    x, y = page.evaluate(WHERE, "SHN")
    page.touchscreen.tap(x, y + 20)
    wait_until(page, "location.search === '?country=SHN'")


def test_a_dot_makes_room_for_its_shape_when_that_can_be_seen(open_page: OpenPage, address):
    page = live(open_page(address, viewport={"width": 1280, "height": 900}, reduced_motion="reduce").page)
    page.evaluate(CLOSER, [*load_shapes()["CYP"].label, 3])
    assert page.evaluate(WHERE, "CYP") is None
    assert page.evaluate(WHERE, "MLT")
    page.evaluate("map_world.setZoom(map_world.getMinZoom(), {animate: false})")
    assert page.evaluate(WHERE, "CYP")


def named_at(page: Page, code: str) -> str:
    """The name that the card shows when the pointer is on the place of ``code``; "" without a card or off the frame."""
    shape = load_shapes()[code]
    x, y, inside = page.evaluate(ON_SCREEN, [code, *(shape.dot or shape.label)])
    if dot := page.evaluate(WHERE, code):
        x, y = dot
    if not inside:
        return ""
    page.mouse.move(x, y)
    return page.evaluate("document.getElementById('card').hidden ? '' : document.querySelector('#card p').textContent")


def test_the_pointer_finds_every_code_at_some_zoom(open_page: OpenPage, world, address):
    page = open_page(address, viewport={"width": 1280, "height": 900}, reduced_motion="reduce").page
    live(page)
    page.locator("#map_world").scroll_into_view_if_needed()
    wanted = {country.iso_a3: country.name for country in world.countries}
    found = {0: {code for code, name in wanted.items() if named_at(page, code).strip().endswith(name)}}
    for steps in (1, 2, 3, 4, 5):
        found[steps] = set()
        for code in wanted.keys() - set.union(*found.values()):
            shape = load_shapes()[code]
            page.evaluate(CLOSER, [*(shape.dot or shape.label), steps])
            if named_at(page, code).strip().endswith(wanted[code]):
                found[steps].add(code)
    assert wanted.keys() - set.union(*found.values()) == set()
    assert len(found[0]) > 200  # most need no zoom at all
