"""The page of cities in a real Chromium, with a mouse and with fingers: zoom, circles that can be tapped, the list."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from apivideo_geo.geo.cities import locate
from apivideo_geo.model import CityCount
from apivideo_geo.render.context import Context
from apivideo_geo.render.site import render_site
from apivideo_geo.render.theme.theme import Theme
from tests.browser import OpenPage, find_violations, wait_until
from tests.render.browsing import DESKTOP, PHONE
from tests.render.samples import TEMPLATES, detailed, write

COUNTS = {
    ("FRA", "Paris"): 900,
    ("FRA", "Versailles"): 40,
    ("BEL", "Brussels"): 30,
    ("PER", "Lima"): 12,
    ("FRA", "Nowhere"): 5,
}


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    summary, details = detailed()
    cities = tuple(CityCount(code, name, count, locate(code, name)) for (code, name), count in COUNTS.items())
    files = render_site(Context(summary, Theme("Acme Academy"), replace(details, cities=cities)), TEMPLATES)
    return write(files, tmp_path_factory.mktemp("cities"))


def opened(open_page: OpenPage, site: Path, **options) -> Page:
    page = open_page((site / "cities.html").as_uri(), **options).page
    page.wait_for_selector("html.live")
    return page


def centre(page: Page, name: str) -> tuple[float, float]:
    """The middle of a city's circle in the window; circles are in the order of ``COUNTS``."""
    number = [city for _, city in COUNTS].index(name)
    middle = (
        "path => { const [x, y] = path.getAttribute('d').slice(1, -2).split(' ').map(Number);"
        " const point = new DOMPoint(x, y).matrixTransform(path.getScreenCTM()); return [point.x, point.y]; }"
    )
    x, y = page.locator(".cities .place").nth(number).evaluate(middle)
    return x, y


def listed(page: Page) -> list[str]:
    return page.locator("#list tbody tr:visible th").all_inner_texts()


@pytest.mark.parametrize("options", [PHONE, {**PHONE, "viewport": {"width": 768, "height": 1000}}, DESKTOP])
def test_every_circle_is_eight_pixels_wide_or_more_at_every_zoom(open_page: OpenPage, site, options):
    page = opened(open_page, site, **options)
    for _ in range(2):
        widths = page.evaluate(
            "[...document.querySelectorAll('.cities .place')].map(one => [getComputedStyle(one).vectorEffect,"
            " parseFloat(getComputedStyle(one).strokeWidth)])"
        )
        assert len(widths) == 4
        assert all(effect == "non-scaling-stroke" and width >= 8 for effect, width in widths)
        page.click("[data-zoom=in]")


@pytest.mark.parametrize("width", [360, 414, 768])
def test_a_tap_on_a_circle_shows_name_country_and_count(open_page: OpenPage, site, width):
    page = opened(open_page, site, **{**PHONE, "viewport": {"width": width, "height": 900}})
    x, y = centre(page, "Lima")
    page.touchscreen.tap(x + 9, y - 9)  # a finger is not exact
    expect(page.locator("#card")).to_contain_text("Lima")
    assert page.locator("#card").inner_text().split() == ["Lima", "Peru", "Plays", "12", "×"]
    assert page.locator("#card a").get_attribute("href") == "country/PER.html"
    assert page.locator("#said").inner_text() == "Lima, Peru, 12"
    page.locator("#card .close").tap()
    expect(page.locator("#card")).to_be_hidden()


def test_cities_under_one_finger_are_offered_and_can_be_chosen(open_page: OpenPage, site):
    page = opened(open_page, site, **PHONE)
    page.touchscreen.tap(*centre(page, "Paris"))
    card = page.locator("#card")
    expect(card).to_contain_text("Also here")
    first = card.locator("p").first.inner_text()
    other = {"Paris": "Versailles", "Versailles": "Paris"}[first]
    card.get_by_role("button", name=other).tap()
    assert card.locator("p").first.inner_text() == other
    assert card.locator("dd").inner_text() == {"Paris": "900", "Versailles": "40"}[other]
    card.get_by_role("button", name=first).tap()
    assert card.locator("p").first.inner_text() == first


def test_a_tap_on_the_sea_shows_nothing(open_page: OpenPage, site):
    page = opened(open_page, site, **PHONE)
    page.touchscreen.tap(*centre(page, "Lima"))
    expect(page.locator("#card")).to_be_visible()
    page.touchscreen.tap(10, centre(page, "Lima")[1])
    expect(page.locator("#card")).to_be_hidden()


def test_a_mouse_shows_the_city_it_is_on_and_a_click_keeps_it(open_page: OpenPage, site):
    page = opened(open_page, site, **DESKTOP)
    x, y = centre(page, "Brussels")
    page.mouse.move(x, y)
    expect(page.locator("#card")).to_contain_text("Brussels")
    page.mouse.move(x + 60, y + 60)
    expect(page.locator("#card")).to_be_hidden()
    page.mouse.click(x, y)
    page.mouse.move(x + 60, y + 60)
    expect(page.locator("#card")).to_contain_text("Brussels")
    assert find_violations(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#card")).to_be_hidden()


def test_the_map_is_zoomed_moved_and_whole_again(open_page: OpenPage, site):
    page = opened(open_page, site, reduced_motion="reduce", **DESKTOP)
    near = (
        "(() => { const b = document.querySelector('svg.world').getBoundingClientRect(); return [b.left, b.width]; })()"
    )
    whole = page.evaluate(near)
    page.click("[data-zoom=in]")
    wait_until(page, f"{near}[1] > {1.9 * whole[1]}")
    left = page.evaluate(near)[0]
    box = page.locator("#frame").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 100, middle[1], steps=5)
    page.mouse.up()
    wait_until(page, f"{near}[0] > {left + 50}")
    page.click("[data-zoom=world]")
    wait_until(page, f"Math.abs({near}[1] - {whole[1]}) < 1")


def test_the_list_is_sorted_and_found_by_city_and_country(open_page: OpenPage, site):
    page = opened(open_page, site, **DESKTOP)
    page.click("#list th[data-sort=city] button")
    assert listed(page) == sorted(city for _, city in COUNTS)
    page.click("#list th[data-sort=country] button")
    assert listed(page)[-1] == "Lima"  # Peru, after Belgium and France
    page.click("#list th[data-sort='1'] button")
    assert listed(page) == [city for _, city in COUNTS]
    expect(page.locator("#list th[data-sort='1']")).to_have_attribute("aria-sort", "descending")
    page.fill("#find", "peru")
    assert listed(page) == ["Lima"]
    assert page.locator("#shown").inner_text() == "Shown: 1 of 5"
    page.fill("#find", "atlantis")
    expect(page.locator("#none-found")).to_be_visible()
    page.locator("h1").scroll_into_view_if_needed()
    page.mouse.move(*centre(page, "Brussels"))
    expect(page.locator("#card")).to_contain_text("Brussels")  # also when the list is sorted and filtered


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_each_heading_is_over_its_column(open_page: OpenPage, site, width):
    page = opened(open_page, site, viewport={"width": width, "height": 900})
    edges = page.evaluate(
        "[...document.querySelectorAll('table.cities-list')].flatMap(table => [...table.tHead.rows[0].cells].map("
        "head => {"
        " const text = cell => { const range = document.createRange(); range.selectNodeContents(cell);"
        "   return range.getBoundingClientRect(); };"
        " const [a, b] = [text(head), text(table.tBodies[0].rows[0].cells[head.cellIndex])];"
        " return head.matches('.num') ? b.right - a.right : b.left - a.left; }))"
    )
    assert len(edges) == 8
    assert max(map(abs, edges)) <= 1


def test_without_a_script_the_circles_and_the_whole_list_are_there(open_page: OpenPage, site):
    page = open_page((site / "cities.html").as_uri(), java_script_enabled=False, **PHONE).page
    assert page.locator(".cities .place").count() == 4
    assert page.locator(".cities .place title").first.text_content() == "Paris, France: 900 plays"
    assert listed(page) == [city for _, city in COUNTS]
    assert not page.locator("#find").is_visible()
    assert page.locator("#frame svg.world").bounding_box()["height"] > 100
