"""What a reader has chosen is in the address of the page; the map over the full screen. In a real Chromium."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser import OpenPage, find_violations, serve, wait_until
from tests.render.browsing import DESKTOP, PHONE, live
from tests.render.samples import detailed, site_of, write

CALM = {**DESKTOP, "reduced_motion": "reduce"}


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    summary, details = detailed()
    return write(site_of(summary, details=details), tmp_path_factory.mktemp("address"))


@pytest.fixture(scope="module")
def address(site):
    with serve(site) as url:
        yield url


def asked(page: Page) -> dict[str, str]:
    """What the address of the page asks for."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def steps(page: Page) -> int:
    return page.evaluate("history.length")


def width(page: Page) -> float:
    return page.evaluate("document.getElementById('world').getBoundingClientRect().width")


def centre(page: Page) -> list[float]:
    """The point of the map in the middle of its frame."""
    return page.evaluate(
        "(() => { const box = document.getElementById('frame').getBoundingClientRect();"
        " const at = new DOMPoint(box.x + box.width / 2, box.y + box.height / 2)"
        ".matrixTransform(document.getElementById('world').getScreenCTM().inverse()); return [at.x, at.y]; })()"
    )


def wait_until_still(page: Page) -> None:
    """Wait until the map is where it was ten frames before."""
    page.evaluate("window.seen = []")
    where = "document.getElementById('world').getBoundingClientRect()"
    wait_until(
        page,
        "new Promise((then) => requestAnimationFrame(() => {"
        f" const box = {where}; seen.push(`${{box.x}} ${{box.y}}`);"
        " then(seen.length > 10 && new Set(seen.slice(-10)).size === 1); }))",
    )


def test_zoom_and_centre_are_in_the_address_and_come_back_with_it(open_page: OpenPage, address):
    page = live(open_page(f"{address}/index.html", **CALM).page)
    whole = width(page)
    assert asked(page) == {}
    before = steps(page)
    page.click("[data-zoom=in]")
    page.click("[data-zoom=in]")
    box = page.locator("#frame").bounding_box()
    assert box
    page.mouse.move(box["x"] + 600, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 400, box["y"] + 300, steps=4)
    page.mouse.up()
    wait_until(page, "/map=\\d+,\\d+,2$/.test(location.search)")
    wait_until_still(page)  # the map glides on after it is let go
    assert steps(page) == before
    again = live(open_page(page.url, **CALM).page)
    assert width(again) == pytest.approx(4 * whole, rel=0.01)
    assert centre(again) == pytest.approx(centre(page), abs=2)
    assert again.url == page.url
    again.click("[data-zoom=world]")
    wait_until(again, "location.search === ''")


def test_a_continent_has_no_zoom_in_the_address_until_the_reader_moves_the_map(open_page: OpenPage, address):
    page = live(open_page(f"{address}/index.html", **CALM).page)
    page.select_option("#group", "europe")
    wait_until(page, "location.search === '?group=europe'")
    page.set_viewport_size({"width": 1000, "height": 900})
    page.click("[data-zoom=in]")
    wait_until(page, "location.search.includes('map=')")
    assert asked(page)["group"] == "europe"
    page.select_option("#group", "africa")
    wait_until(page, "location.search === '?group=africa'")
    deep = width(page)
    page.go_back()
    wait_until(page, "location.search.includes('group=europe')")
    assert width(page) != deep


def test_words_that_are_searched_for_are_in_the_address_without_a_step_for_each_letter(open_page: OpenPage, address):
    page = live(open_page(f"{address}/index.html", **CALM).page)
    before = steps(page)
    page.type("#find", "fra & co")
    assert asked(page) == {"find": "fra & co"}
    page.fill("#find", "fran")
    assert steps(page) == before
    again = live(open_page(page.url, **CALM).page)
    expect(again.locator("#find")).to_have_value("fran")
    assert (
        again.locator("#countries tr[data-c]:visible").count() == page.locator("#countries tr[data-c]:visible").count()
    )
    again.fill("#find", "")
    assert asked(again) == {}


def test_a_pressed_class_of_the_legend_is_in_the_address(open_page: OpenPage, address):
    page = live(open_page(f"{address}/index.html", **CALM).page)
    page.click("#legend button[data-kind=c0]")
    wait_until(page, "location.search === '?class=c0'")
    again = live(open_page(page.url, **CALM).page)
    expect(again.locator("#legend button[data-kind=c0]")).to_have_attribute("aria-pressed", "true")
    assert again.locator("#world.choosing .chosen").count() > 0
    again.click("[data-measure=per-million]")
    wait_until(again, "location.search === '?measure=per-million'")
    assert again.locator("#world.choosing").count() == 0
    again.go_back()
    wait_until(again, "document.querySelector('#world.choosing') !== null")
    page.click("#legend button[data-kind=c0]")
    wait_until(page, "location.search === ''")


def test_the_cities_on_the_map_are_in_the_address(open_page: OpenPage, address):
    page = live(open_page(f"{address}/index.html", **CALM).page)
    page.click("#cities")
    wait_until(page, "location.search === '?cities=shown'")
    again = live(open_page(page.url, **CALM).page)
    again.wait_for_selector("#world .cities path", state="attached")
    expect(again.locator("#cities")).to_have_attribute("aria-pressed", "true")
    page.go_back()
    expect(page.locator("#cities")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#world .cities")).to_have_count(0)
    page.go_forward()
    expect(page.locator("#world .cities")).to_have_count(1)


def test_cities_that_cannot_be_loaded_are_reported_and_leave_the_address(open_page: OpenPage, address):
    page = live(open_page(f"{address}/index.html", **CALM).page)
    page.route("**/places.*.js", lambda route: route.abort())
    page.click("#cities")
    expect(page.locator("#said")).to_have_text("The cities could not be loaded.")
    expect(page.locator("#cities")).to_have_attribute("aria-pressed", "false")
    wait_until(page, "location.search === ''")


SENSELESS = (
    "map=1,2",
    "map=9999,10,2",
    "map=10,10,0",
    "map=10,10,5.5",
    "map=10,-10,2",
    "class=c7",
    "class=on",
    "cities=yes",
    f"find={'x' * 61}",
)


def test_what_makes_no_sense_in_the_address_is_dropped(open_page: OpenPage, address):
    opened = open_page("about:blank", **CALM)
    page = opened.page
    for query in SENSELESS:
        page.goto(f"{address}/index.html?{query}")
        live(page)
        wait_until(page, "location.search === ''")
        assert page.locator("#world.choosing").count() == 0, query
        expect(page.locator("#find")).to_have_value("")
        assert opened.problems == [], query


def test_the_list_of_videos_has_its_view_in_the_address(open_page: OpenPage, address):
    page = open_page(f"{address}/videos.html", **CALM).page
    before = steps(page)
    page.click("#list th[data-sort='name'] button")
    assert asked(page) == {"sort": "name"}
    page.click("#list th[data-sort='name'] button")
    assert asked(page) == {"sort": "-name"}
    page.click("#list th[data-sort='1'] button")
    assert asked(page) == {"sort": "count"}
    page.click("#list th[data-sort='1'] button")
    page.type("#find", "i")
    assert asked(page) == {"sort": "-count", "find": "i"}
    assert steps(page) == before
    page.select_option("#kind", "v")
    shown = page.locator("#list tbody tr:visible th").all_inner_texts()
    again = open_page(page.url, **CALM).page
    assert again.locator("#list tbody tr:visible th").all_inner_texts() == shown
    expect(again.locator("#list th[data-sort='1']")).to_have_attribute("aria-sort", "ascending")
    page.go_back()
    assert asked(page) == {"sort": "-count", "find": "i"}
    expect(page.locator("#kind")).to_have_value("")
    strange = open_page(f"{address}/videos.html?sort=size&kind=x&find={'x' * 61}", **CALM).page
    assert asked(strange) == {}
    expect(strange.locator("#list th[data-sort='0']")).to_have_attribute("aria-sort", "ascending")


# Full screen


def test_the_map_fills_the_screen_and_comes_back(open_page: OpenPage, address):
    opened = open_page(f"{address}/index.html", **CALM)
    page = live(opened.page)
    before = width(page)
    page.focus("#fullscreen")
    page.keyboard.press("Enter")
    expect(page.locator("#fullscreen")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("document.fullscreenElement.id") == "map"
    frame = page.locator("#frame").bounding_box()
    assert frame
    assert frame["height"] > 400
    page.click("#fullscreen")
    expect(page.locator("#fullscreen")).to_have_attribute("aria-pressed", "false")
    wait_until(page, f"Math.abs(document.getElementById('world').getBoundingClientRect().width - {before}) < 2")
    assert opened.problems == []


def test_without_the_fullscreen_api_the_map_fills_the_window_until_escape(open_page: OpenPage, address):
    page = open_page(f"{address}/404.html", **PHONE).page
    page.add_init_script("delete Element.prototype.requestFullscreen")
    page.goto(f"{address}/index.html")
    live(page)
    page.tap("#fullscreen")
    expect(page.locator("#fullscreen")).to_have_attribute("aria-pressed", "true")
    box = page.locator("#map").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 360, "height": 740}
    frame = page.locator("#frame").bounding_box()
    assert frame
    assert frame["height"] > 370
    assert page.evaluate("document.querySelector('.countries').closest('[inert]') !== null")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert find_violations(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#fullscreen")).to_have_attribute("aria-pressed", "false")
    assert page.locator("[inert]").count() == 0
