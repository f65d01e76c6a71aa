"""The theme that a reader chooses, and the age of the figures, on every kind of page in a real Chromium."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from apivideo_geo.render.context import Context
from apivideo_geo.render.site import render_site
from apivideo_geo.render.theme.theme import Theme
from tests.browser import OpenPage, find_violations, serve
from tests.render.browsing import DESKTOP, PHONE
from tests.render.samples import TEMPLATES, detailed, write

AROUND = ["country/FRA.html", "video/viFilm00.html", "videos.html", "changes.html", "cities.html"]
PAGES = ["index.html", "about.html", "data.html", *AROUND]
LAST_DAY = datetime(2026, 11, 21, tzinfo=UTC)
"""Its beginning; the last of the figures."""
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(15, 20, 25)"


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    summary, details = detailed()
    theme = Theme("Acme Academy", accent="#cc0055")
    return write(render_site(Context(summary, theme, details), TEMPLATES), tmp_path_factory.mktemp("theme"))


@pytest.fixture(scope="module")
def address(site):
    with serve(site) as url:
        yield url


def background(page: Page) -> str:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def pixel(page: Page, selector: str, x: float, y: float) -> tuple[int, ...]:
    """Red, green and blue of the screen at a point of an element, given as parts of its width and height."""
    page.locator(selector).scroll_into_view_if_needed()
    box = page.locator(selector).bounding_box()
    assert box
    left, top = round(box["x"] + x * box["width"]), round(box["y"] + y * box["height"])
    png = page.screenshot(clip={"x": left, "y": top, "width": 1, "height": 1})
    at = png.index(b"IDAT")
    data = png[at + 4 : at + 4 + int.from_bytes(png[at - 4 : at], "big")]
    return tuple(zlib.decompressobj().decompress(data)[1:4])


def choose(page: Page, theme: str) -> None:
    page.click(f"#theme [data-choice={theme}]")
    expect(page.locator(f"#theme [data-choice={theme}]")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("system", ["light", "dark"])
def test_a_chosen_theme_is_on_every_page_from_the_first_picture_on(open_page: OpenPage, address, system):
    other, colour = ("dark", DARK) if system == "light" else ("light", LIGHT)
    opened = open_page(f"{address}/changes.html", color_scheme=system, **DESKTOP)
    page = opened.page
    expect(page.locator("#theme [aria-pressed=true]")).to_have_text(["System"])
    choose(page, other)
    assert background(page) == colour
    # The background of the page at the moment its body begins: before anything is drawn.
    page.add_init_script(
        "new MutationObserver((_, watch) => { if (document.body) { watch.disconnect();"
        " window.first = document.documentElement.dataset.theme; } })"
        ".observe(document, { childList: true, subtree: true })"
    )
    for name in PAGES:
        page.goto(f"{address}/{name}")
        assert page.evaluate("window.first") == other, name
        assert background(page) == colour, name
        assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == other
        assert page.evaluate("[...document.querySelectorAll('meta[name=theme-color]')].map(bar => bar.content)") == (
            ["#0f1419"] * 2 if other == "dark" else ["#ffffff"] * 2
        )
    choose(page, "system")
    page.reload()
    assert background(page) == (LIGHT if system == "light" else DARK)
    # An icon that is still on its way when the next page is opened is no problem.
    assert [problem for problem in opened.problems if "favicon" not in problem] == []


def test_a_missing_page_has_the_chosen_theme(open_page: OpenPage, address):
    page = open_page(f"{address}/index.html", color_scheme="light", **DESKTOP).page
    choose(page, "dark")
    opened = open_page(f"{address}/404.html", color_scheme="dark")
    assert background(opened.page) == DARK
    page.goto(f"{address}/404.html")
    assert background(page) == DARK
    choose_light = "localStorage.setItem('apivideo-geo.theme', 'light')"
    opened.page.evaluate(choose_light)
    opened.page.reload()
    assert background(opened.page) == LIGHT
    assert opened.problems == []


def test_the_theme_is_chosen_from_the_keyboard_and_from_disk(open_page: OpenPage, site):
    opened = open_page((site / "about.html").as_uri(), color_scheme="light", **PHONE)
    page = opened.page
    page.focus("#theme [data-choice=system]")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert background(page) == DARK
    page.goto((site / "index.html").as_uri())
    assert background(page) == DARK
    assert opened.problems == []


def test_a_theme_chosen_in_one_tab_reaches_the_other(open_page: OpenPage, address):
    page = open_page(f"{address}/index.html", color_scheme="light", **DESKTOP).page
    other = page.context.new_page()
    other.goto(f"{address}/videos.html")
    choose(page, "dark")
    expect(other.locator("#theme [data-choice=dark]")).to_have_attribute("aria-pressed", "true")
    assert background(other) == DARK


@pytest.mark.parametrize("broken", ["nonsense", None], ids=["an unknown theme is stored", "storing is forbidden"])
def test_without_a_usable_store_the_page_follows_the_system(open_page: OpenPage, address, broken):
    opened = open_page(f"{address}/404.html", color_scheme="dark")
    page = opened.page
    if broken:
        page.evaluate("text => localStorage.setItem('apivideo-geo.theme', text)", broken)
    else:
        page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } })")
    page.goto(f"{address}/videos.html")
    assert background(page) == DARK
    choose(page, "light")
    assert background(page) == LIGHT
    assert opened.problems == []


def test_a_frame_takes_its_theme_from_its_address_and_not_from_the_store(open_page: OpenPage, address):
    page = open_page(f"{address}/index.html", color_scheme="light", **DESKTOP).page
    choose(page, "dark")
    for query, scheme in (("", "light"), ("?theme=dark", "dark"), ("?theme=light", "light"), ("?theme=pink", "light")):
        page.goto(f"{address}/embed.html{query}")
        assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == scheme, query


@pytest.mark.parametrize("system", ["light", "dark"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_land_of_small_maps_has_the_colours_of_the_theme(open_page: OpenPage, address, system, theme):
    page = open_page(f"{address}/video/viFilm00.html", color_scheme=system, **DESKTOP).page
    choose(page, theme)
    wanted = {"light": ((0xEC, 0xEF, 0xF3), (0xFB, 0xFC, 0xFD)), "dark": ((0x22, 0x2A, 0x33), (0x12, 0x18, 0x1E))}
    land, sea = pixel(page, ".still img", 0.74, 0.25), pixel(page, ".still img", 0.35, 0.5)  # Russia, the Atlantic
    assert all(abs(seen - meant) <= 1 for seen, meant in zip((*land, *sea), sum(wanted[theme], ()), strict=True))


def test_paper_is_light_whatever_theme_is_chosen(open_page: OpenPage, address):
    page = open_page(f"{address}/country/FRA.html", color_scheme="dark", **DESKTOP).page
    choose(page, "dark")
    accent = "getComputedStyle(document.documentElement).getPropertyValue('--accent')"
    on_screen = page.evaluate(accent)
    page.emulate_media(media="print")
    assert background(page) == LIGHT
    assert page.evaluate(accent) != on_screen
    assert not page.locator("#theme").is_visible()


def test_forced_colours_show_which_theme_is_pressed(open_page: OpenPage, address):
    page = open_page(f"{address}/about.html", forced_colors="active", **DESKTOP).page
    choose(page, "dark")
    pressed, other = (
        page.locator(f"#theme [data-choice={name}]").evaluate("it => getComputedStyle(it).backgroundColor")
        for name in ("dark", "light")
    )
    assert pressed != other


def test_without_script_there_is_no_theme_to_choose(open_page: OpenPage, site):
    page = open_page((site / "about.html").as_uri(), java_script_enabled=False, color_scheme="dark", **DESKTOP).page
    assert not page.locator("#theme").is_visible()
    assert background(page) == DARK


# Age


@pytest.mark.parametrize(
    ("hours", "words", "tone"),
    [(71, "", ""), (73, " · 3 days ago · late", "late"), (109, " · 4 days ago · out of date", "old")],
)
def test_every_page_says_when_its_figures_are_late(open_page: OpenPage, address, hours, words, tone):
    page = open_page(f"{address}/404.html", **DESKTOP).page
    page.clock.set_fixed_time(LAST_DAY + timedelta(hours=hours))
    for name in [*AROUND, "about.html", "data.html", "embed.html"]:
        page.goto(f"{address}/{name}")
        line = page.locator("#fresh")
        expect(line).to_be_visible()
        assert line.inner_text() == ("" if name == "embed.html" else "Data until ") + "21 November 2026" + words, name
        assert line.evaluate("line => line.className") == f"fresh {tone}".rstrip(), name


def test_without_script_the_last_day_of_the_figures_is_there(open_page: OpenPage, site):
    page = open_page((site / "404.html").as_uri(), java_script_enabled=False, **DESKTOP).page
    for name in AROUND:
        page.goto((site / name).as_uri())
        assert page.locator("#fresh").inner_text() == "Data until 21 November 2026"


def test_pages_without_any_figures_have_no_age(open_page: OpenPage, tmp_path):
    summary, details = detailed()
    empty = replace(summary, period_to=None)
    folder = write(render_site(Context(empty, Theme("Acme Academy"), details), TEMPLATES), tmp_path)
    opened = open_page((folder / "videos.html").as_uri(), **DESKTOP)
    assert opened.page.locator("#fresh").count() == 0
    assert opened.problems == []


@pytest.mark.parametrize("name", ["data.html", "country/FRA.html"])
def test_axe_finds_nothing_in_a_dark_page_that_is_out_of_date(open_page: OpenPage, address, name):
    page = open_page(f"{address}/404.html", color_scheme="light", **PHONE).page
    page.clock.set_fixed_time(LAST_DAY + timedelta(days=30))
    page.goto(f"{address}/{name}")
    choose(page, "dark")
    assert find_violations(page) == []
