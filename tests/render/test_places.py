"""Every one of the 250 codes is drawn on the real page, and a pointer finds each."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from apivideo_geo.geo.shapes import load_shapes
from apivideo_geo.model import Summary
from apivideo_geo.render.pages import Look, render_site
from tests.browser import OpenPage, serve
from tests.render.browsing import live
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
    const dot = document.getElementById(`${code}-dot`) || document.querySelector(`.dot[id="${code}"]`);
    const land = document.querySelector(`.lands [id="${code}"]`);
    const box = land && land.getBoundingClientRect();
    const width = dot && parseFloat(getComputedStyle(dot).strokeWidth);
    const seen = box && box.width > 0 && box.height > 0 && Math.max(box.width, box.height) >= 1;
    return !(painted(dot, 'stroke') && width >= 4) && !(painted(land, 'fill') && seen);
})"""


@pytest.fixture(scope="module")
def world() -> Summary:
    """All 250 codes with counts."""
    return whole_world()


@pytest.fixture(scope="module")
def address(tmp_path_factory, world):
    """The page of ``world``."""
    with serve(write(render_site(world, Look("Acme Academy"), TEMPLATES), tmp_path_factory.mktemp("places"))) as url:
        yield f"{url}/index.html"


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("script", [True, False])
def test_every_code_is_drawn(open_page: OpenPage, world, address, width, script):
    page = open_page(address, viewport={"width": width, "height": 900}, java_script_enabled=script).page
    codes = [country.iso_a3 for country in world.countries]
    assert len(codes) == 250
    assert page.evaluate(DRAWN, codes) == []


def named_at(page: Page, code: str) -> str:
    """The name the card tells when the pointer is on the place of ``code``; "" without a card or off the frame."""
    shape = load_shapes()[code]
    x, y, inside = page.evaluate(ON_SCREEN, [code, *(shape.dot or shape.label)])
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
