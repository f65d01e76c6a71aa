"""What wakes the page is done: a slow network holds the scripts back, the reader acts, the scripts come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from apivideo_geo.render.theme.theme import Theme
from tests.browser import OpenPage, wait_until
from tests.render.browsing import build
from tests.render.samples import watched
from tests.render.tapping import MOUSE, TOUCH, point_in

SIZES: dict[int, Any] = {**TOUCH, 1440: MOUSE}


class _Delayed(SimpleHTTPRequestHandler):
    """Serves a folder, but the scripts of the map and of a detail page only once ``gate`` is open."""

    gate = Event()

    def do_GET(self) -> None:
        if self.path.endswith(".js") and ("/page." in self.path or "/detail." in self.path):
            self.gate.wait(20)
        super().do_GET()

    def log_message(self, format: str, *args: Any) -> None: ...


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return build(watched(), tmp_path_factory.mktemp("first"), Theme("Acme")).parent


@pytest.fixture
def slow(folder) -> Iterator[tuple[str, Callable[[], None]]]:
    """The address of the page on a server that holds its scripts back, and what lets them through."""
    handler = type("Delayed", (_Delayed,), {"gate": Event()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/index.html", handler.gate.set
    finally:
        handler.gate.set()
        server.shutdown()
        thread.join()
        server.server_close()


def busy(page: Page, selector: str) -> bool:
    """Is the reader shown at once that something happens there?"""
    return page.locator(selector).get_attribute("aria-busy") == "true"


def come_alive(page: Page, let_through: Callable[[], None]) -> None:
    """Lets the scripts through and waits until the page answers; nothing is shown as busy then."""
    let_through()
    page.wait_for_selector("html.live")
    assert page.locator("[aria-busy]").count() == 0


def touched(page: Page, width: int, code: str) -> None:
    """Taps or points in the middle of a country."""
    page.locator("#frame").scroll_into_view_if_needed()
    at = point_in(page, code)
    if width in TOUCH:
        page.touchscreen.tap(*at)
    else:
        page.mouse.move(*at)


@pytest.mark.parametrize("width", list(SIZES))
def test_the_first_touch_of_a_country_shows_its_card(open_page: OpenPage, slow, width):
    address, let_through = slow
    opened = open_page(address, until="domcontentloaded", **SIZES[width])
    page = opened.page
    touched(page, width, "BRA")
    if width in TOUCH:
        assert busy(page, "#frame")
    assert page.locator(".lit").get_attribute("d") == page.locator("#BRA").get_attribute("d")
    come_alive(page, let_through)
    expect(page.locator("#card p")).to_contain_text("Brazil")
    assert ("country=BRA" in page.url) == (width in TOUCH)
    assert opened.problems == []


def test_an_impatient_second_tap_does_not_open_the_page_of_the_country(open_page: OpenPage, slow):
    address, let_through = slow
    page = open_page(address, until="domcontentloaded", **TOUCH[360]).page
    touched(page, 360, "BRA")
    touched(page, 360, "BRA")
    come_alive(page, let_through)
    expect(page.locator("#card p")).to_contain_text("Brazil")
    assert page.url.endswith("index.html?country=BRA")


def test_a_first_click_with_the_mouse_opens_the_page_of_the_country(open_page: OpenPage, slow):
    address, let_through = slow
    page = open_page(address, until="domcontentloaded", **MOUSE).page
    touched(page, 1440, "BRA")
    page.mouse.click(*point_in(page, "BRA"))
    assert busy(page, "#frame")
    let_through()
    page.wait_for_url("**/country/BRA.html")


@pytest.mark.parametrize("width", list(SIZES))
def test_the_first_press_of_a_control_is_carried_out_once(open_page: OpenPage, slow, width):
    address, let_through = slow
    page = open_page(address, until="domcontentloaded", **SIZES[width]).page
    button = page.locator("#leader")
    button.tap() if width in TOUCH else button.click()
    assert busy(page, "#leader")
    come_alive(page, let_through)
    expect(button).to_have_attribute("aria-pressed", "true")
    assert page.url.endswith("?without=leader")
    assert page.evaluate("history.length") == 3  # the blank page, this one, the step


@pytest.mark.parametrize(("pressed", "search"), [("th[data-sort=name]", "sort=name"), ("[data-zoom=in]", "")])
def test_headings_and_zoom_buttons_that_were_pressed_early_work(open_page: OpenPage, slow, pressed, search):
    address, let_through = slow
    page = open_page(address, until="domcontentloaded", **TOUCH[768]).page
    page.locator(pressed).tap()
    assert busy(page, pressed)
    come_alive(page, let_through)
    if search:
        wait_until(page, f"location.search === '?{search}'")
    else:
        wait_until(page, "map_world.getZoom() > map_world.getMinZoom() + 0.9")


def test_a_legend_entry_that_was_pressed_early_lights_its_countries(open_page: OpenPage, slow):
    address, let_through = slow
    page = open_page(address, until="domcontentloaded", **TOUCH[414]).page
    page.locator("#legend li").first.tap()
    come_alive(page, let_through)
    expect(page.locator("#legend button").first).to_have_attribute("aria-pressed", "true")


def test_the_first_tap_on_a_link_of_the_table_follows_it_without_the_scripts(open_page: OpenPage, slow):
    address, _ = slow
    page = open_page(address, until="domcontentloaded", **TOUCH[360]).page
    page.locator("tr[data-c=FRA] a").tap()
    page.wait_for_url("**/country/FRA.html")


def test_the_first_letters_in_the_search_field_filter_the_table(open_page: OpenPage, slow):
    address, let_through = slow
    page = open_page(address, until="domcontentloaded", **TOUCH[360]).page
    page.locator("#find").tap()
    page.keyboard.type("mal")
    come_alive(page, let_through)
    assert page.locator("#find").input_value() == "mal"
    shown = page.locator("tr[data-c]:visible th").all_inner_texts()
    assert any("Malta" in name for name in shown)
    assert not any("France" in name for name in shown)


def test_a_continent_that_was_chosen_early_is_framed(open_page: OpenPage, slow):
    address, let_through = slow
    page = open_page(address, until="domcontentloaded", **MOUSE).page
    page.select_option("#group", "europe")
    assert busy(page, "#group")
    come_alive(page, let_through)
    wait_until(page, "location.search === '?group=europe'")
    assert page.locator("#group").input_value() == "europe"


@pytest.mark.parametrize(("field", "value"), [("against", "year"), ("against", "own"), ("month", "2026-07")])
def test_a_choice_about_the_period_of_a_country_that_was_made_early_is_kept(open_page: OpenPage, slow, field, value):
    address, let_through = slow
    page = open_page(address.replace("index", "country/FRA"), until="domcontentloaded", **MOUSE).page
    page.select_option(f"#{field}", value)
    assert busy(page, "#periods")
    come_alive(page, let_through)
    expect(page.locator(f"#{field}")).to_have_value(value)
    if value == "own":
        expect(page.locator("#own-from")).to_be_focused()
    else:
        wait_until(page, f"location.search.endsWith('={value}')")


def test_the_first_keys_on_the_map_go_from_country_to_country(open_page: OpenPage, slow):
    address, let_through = slow
    page = open_page(address, until="domcontentloaded", **MOUSE).page
    page.evaluate("document.getElementById('map_world').focus({preventScroll: true})")
    before = page.evaluate("scrollY")
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    assert busy(page, "#frame")
    assert page.evaluate("scrollY") == before
    come_alive(page, let_through)
    expect(page.locator("#card p")).to_contain_text("France")
    assert page.url.endswith("?country=FRA")


def test_scripts_that_come_in_the_middle_of_a_press_do_not_lose_it(open_page: OpenPage, slow):
    address, let_through = slow
    page = open_page(address, until="domcontentloaded", **MOUSE).page
    page.locator("#frame").scroll_into_view_if_needed()
    page.mouse.move(*point_in(page, "BRA"))
    wait_until(page, "document.querySelector('script[src*=\"page.\"]') !== null")
    page.mouse.down()
    let_through()
    wait_until(page, "'apivideoGeo' in window")
    page.mouse.up()
    page.wait_for_url("**/country/BRA.html")


def test_scripts_that_never_come_leave_nothing_busy(open_page: OpenPage, folder):
    page = open_page("about:blank", **TOUCH[360]).page
    page.route("**/page.*.js", lambda route: route.abort())
    page.goto((folder / "index.html").as_uri())
    touched(page, 360, "BRA")
    wait_until(page, "document.querySelector('[aria-busy]') === null")
    page.locator("tr[data-c=FRA] a").tap()
    page.wait_for_url("**/country/FRA.html")
