"""Who answers under a finger and a mouse: large countries almost everywhere on their land, small ones at their dot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from apivideo_geo.geo.shapes import load_shapes
from apivideo_geo.render.theme.theme import Theme
from tests.browser import serve, wait_until
from tests.render.browsing import build, live
from tests.render.samples import small, whole_world
from tests.render.tapping import LARGE, MOUSE, TOUCH, point_in, right_share, spread_points, widths

SIZES: dict[int, Any] = {**TOUCH, 1440: MOUSE}
POINTS, MANY_POINTS = 40, 300
WHOLE_PIXELS = """([code, points]) => {
    const matrix = world.getScreenCTM(), land = world.querySelector(`.lands [id="${code}"]`);
    return points.map(([x, y]) => new DOMPoint(x, y).matrixTransform(matrix))
        .map(({ x, y }) => [Math.round(x), Math.round(y)])
        .filter(([x, y]) => land.isPointInFill(new DOMPoint(x, y).matrixTransform(matrix.inverse())));
}"""
"""Points of a country that are on its land in whole pixels, as a touch screen rounds them."""

OpenAt = Callable[[int], Page]


@pytest.fixture(scope="module")
def opened(browser: Browser, tmp_path_factory) -> Iterator[OpenAt]:
    """Gives a page in French on which each of the 250 territories has plays, so that every dot takes its place."""
    with serve(build(whole_world(), tmp_path_factory.mktemp("all"), Theme("Acme", locale="fr")).parent) as url:
        yield from pages(browser, f"{url}/index.html")


@pytest.fixture(scope="module")
def quiet(browser: Browser, tmp_path_factory) -> Iterator[OpenAt]:
    """Gives a page in Arabic, from right to left, on which three countries have plays, one of them Singapore."""
    with serve(build(small(), tmp_path_factory.mktemp("few"), Theme("Acme", locale="ar")).parent) as url:
        yield from pages(browser, f"{url}/index.html")


def pages(browser: Browser, address: str) -> Iterator[OpenAt]:
    """Gives a function: width → the page, with all of the map on the screen; it stays open from test to test."""
    found: dict[int, Page] = {}

    def open_at(width: int) -> Page:
        if width not in found:
            page = browser.new_context(reduced_motion="reduce", **SIZES[width]).new_page()
            page.goto(address)
            found[width] = live(page)
        page = found[width]
        page.keyboard.press("Escape")
        page.evaluate("""map_world.doubleClickZoom.disable();
            map_world.setZoom(map_world.getMinZoom(), { animate: false });
            document.getElementById('frame').scrollIntoView({ block: 'start', behavior: 'instant' })""")
        return page

    yield open_at
    for page in found.values():
        page.context.close()


def by(width: int) -> str:
    return "touch" if width in TOUCH else "mouse"


@pytest.mark.parametrize("width", list(SIZES))
def test_a_country_that_is_wide_enough_answers_almost_everywhere_on_its_land(opened: OpenAt, width):
    page = opened(width)
    wide = [code for code, drawn in widths(page).items() if drawn >= LARGE]
    assert len(wide) > {360: 10, 414: 12, 768: 40, 1440: 80}[width]
    shares = right_share(page, wide, POINTS, by(width))
    # A few wrong points of few may be bad luck: many points tell for certain.
    shares |= right_share(page, [code for code, share in shares.items() if share < 0.97], MANY_POINTS, by(width))
    assert {code: share for code, share in shares.items() if share < 0.95} == {}


@pytest.mark.parametrize(("width", "codes"), [(360, ("USA", "DZA")), (414, ("CHN", "BRA")), (768, ("AUS", "FRA"))])
def test_real_taps_on_large_countries_pin_their_card(opened: OpenAt, width, codes):
    page = opened(width)
    for code in codes:
        page.touchscreen.tap(*page.evaluate(WHOLE_PIXELS, [code, spread_points(code, POINTS)])[0])
        wait_until(page, f"location.search === '?country={code}'")
        page.keyboard.press("Escape")  # the card may lie over the next place


@pytest.mark.parametrize("width", list(TOUCH))
def test_a_finger_on_the_dot_of_a_small_territory_finds_it(opened: OpenAt, width):
    page = opened(width)
    answers = page.evaluate(
        """() => { const { codeAt } = apivideoGeo.map.finder(world);
            return [...document.querySelectorAll('.spot:not(.plain) .dot')].map(dot => {
                const box = dot.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
                const target = document.elementFromPoint(x, y);
                return [dot.id.slice(0, 3), codeAt({ target, clientX: x, clientY: y }, 'touch')];
            }); }"""
    )
    assert len(answers) == 94
    assert [pair for pair in answers if pair[0] != pair[1]] == []


@pytest.mark.parametrize("width", [360, 1440])
def test_dots_without_counts_take_no_land_away(quiet: OpenAt, width):
    page = quiet(width)
    large = [code for code, shape in load_shapes().items() if not shape.dot]
    shares = right_share(page, large, 12, by(width))
    # The one dot with counts, Singapore's, may.
    assert {code for code, share in shares.items() if share < 1} <= {"MYS", "IDN"}


def test_zoomed_in_the_land_under_a_finger_still_wins(opened: OpenAt):
    page = opened(414)
    x, y = load_shapes()["FRA"].label
    page.evaluate(
        "([x, y]) => map_world.setView([world.viewBox.baseVal.height - y, x], map_world.getMinZoom() + 3,"
        " {animate: false})",
        [x, y],
    )
    shares = right_share(page, ["FRA"], POINTS, "touch")
    assert shares["FRA"] >= 0.95
    page.touchscreen.tap(*point_in(page, "FRA"))
    wait_until(page, "new URLSearchParams(location.search).get('country') === 'FRA'")


def test_in_a_page_from_right_to_left_the_same_countries_answer(quiet: OpenAt):
    page = quiet(360)
    wide = [code for code, drawn in widths(page).items() if drawn >= LARGE]
    shares = right_share(page, wide, POINTS, "touch")
    assert {code: share for code, share in shares.items() if share < 0.95} == {}
    page.touchscreen.tap(*point_in(page, "BRA"))
    wait_until(page, "location.search === '?country=BRA'")


def test_a_touch_just_off_the_coast_of_a_narrow_country_finds_it(quiet: OpenAt):
    page = quiet(360)
    x, y = point_in(page, "CHL")
    page.touchscreen.tap(x - 6, y)
    wait_until(page, "location.search === '?country=CHL'")


def test_the_other_small_places_near_a_touch_are_offered_in_the_card(opened: OpenAt):
    page = opened(360)
    page.touchscreen.tap(*point_in(page, "FRA"))
    wait_until(page, "location.search === '?country=FRA'")
    offers = page.get_by_role("group", name="Aussi ici").get_by_role("button")
    names = offers.all_inner_texts()
    assert 2 <= len(names) <= 4
    assert "Jersey" in names
    boxes = [offer.bounding_box() for offer in offers.all()]
    assert all(box and box["width"] >= 44 and box["height"] >= 44 for box in boxes)
    offers.first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#card p")).to_contain_text(names[0])
    expect(page.locator("#said")).to_contain_text(f"{names[0]}, ")
    assert page.evaluate("document.activeElement.closest('#card') !== null")
    assert "France" in page.get_by_role("group", name="Aussi ici").get_by_role("button").all_inner_texts()
    page.keyboard.press("Escape")
    expect(page.locator("#card")).to_be_hidden()
