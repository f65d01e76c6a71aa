"""Every one of the 250 codes is drawn on the real page, and a pointer finds each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations

import pytest
from playwright.sync_api import Page

from apivideo_geo.geo.shapes import load_shapes
from apivideo_geo.model import Summary
from apivideo_geo.render.map.dots import RIM
from tests.browser import OpenPage, serve, wait_until
from tests.render.browsing import PHONE, live
from tests.render.samples import site_of, whole_world, write

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
    with serve(write(site_of(world), tmp_path_factory.mktemp("places"))) as url:
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
    codes = [country.iso_a3 for country in world.countries]
    for code, at in zip(codes, page.evaluate(f"codes => codes.map({WHERE})", codes), strict=True):
        if at:
            page.touchscreen.tap(*at)
            wait_until(page, f"location.search === '?country={code}'")
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


ON_SCREEN = f"""(places) => {{
    const box = document.getElementById('map_world').getBoundingClientRect();
    const matrix = document.getElementById('world').getScreenCTM(), dot = {WHERE};
    return places.map(([code, x, y]) => {{
        const at = new DOMPoint(x, y).matrixTransform(matrix);
        const inside = at.x > box.left && at.x < box.right && at.y > box.top && at.y < box.bottom;
        return inside && (dot(code) || [at.x, at.y]);
    }});
}}"""
"""Codes with their places on the map ⇒ where each is in the window, its dot if it has one; false outside the frame."""
NAMED = "document.getElementById('card').hidden ? '' : document.querySelector('#card p').textContent"


def found_by_name(page: Page, wanted: Mapping[str, str]) -> set[str]:
    """Which of ``wanted`` (code → name) the card names when the pointer is on their place."""
    shapes = load_shapes()
    places = [[code, *(shapes[code].dot or shapes[code].label)] for code in wanted]
    found = set()
    for code, at in zip(wanted, page.evaluate(ON_SCREEN, places), strict=True):
        if at:
            page.mouse.move(*at)
            if page.evaluate(NAMED).strip().endswith(wanted[code]):
                found.add(code)
    return found


def test_the_pointer_finds_every_code_at_some_zoom(open_page: OpenPage, world, address):
    page = open_page(address, viewport={"width": 1280, "height": 900}, reduced_motion="reduce").page
    live(page)
    page.locator("#map_world").scroll_into_view_if_needed()
    wanted = {country.iso_a3: country.name for country in world.countries}
    found = {0: found_by_name(page, wanted)}
    for steps in (1, 2, 3, 4, 5):
        found[steps] = set()
        for code in wanted.keys() - set.union(*found.values()):
            shape = load_shapes()[code]
            page.evaluate(CLOSER, [*(shape.dot or shape.label), steps])
            found[steps] |= found_by_name(page, {code: wanted[code]})
    assert wanted.keys() - set.union(*found.values()) == set()
    assert len(found[0]) > 200  # most need no zoom at all
