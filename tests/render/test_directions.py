"""The site in French and from right to left, in a real Chromium."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page

from apivideo_geo.geo.countries import name_of
from apivideo_geo.render.theme.theme import Theme
from tests.browser import OpenPage, find_violations, wait_until
from tests.render.browsing import build, card, live
from tests.render.samples import watched

ASKED = "?period=90d&measure=per-million&country=FRA&zeros=shown"


@pytest.fixture(scope="module")
def sites(tmp_path_factory) -> dict[str, Path]:
    made = {}
    for locale in ("fr", "ar", "he"):
        here = watched()
        named = tuple(replace(country, name=name_of(country.iso_a3, locale)) for country in here.countries)
        theme = Theme("Acme Academy", locale=locale, notice="Soon more", footer="© Acme")
        made[locale] = build(replace(here, countries=named), tmp_path_factory.mktemp(locale), theme)
    return made


@pytest.mark.parametrize(
    ("locale", "page", "theme", "width"),
    [
        ("fr", "index", "light", 360),
        ("fr", "about", "dark", 1440),
        ("ar", "index", "light", 1440),
        ("ar", "index", "dark", 360),
        ("he", "about", "light", 360),
        ("he", "404", "dark", 360),
    ],
)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(open_page: OpenPage, sites, locale, page, theme, width):
    path = sites[locale].with_name(f"{page}.html")
    address = path.as_uri() + (ASKED if page == "index" else "")
    opened = open_page(address, color_scheme=theme, viewport={"width": width, "height": 800}, reduced_motion="reduce")
    shown = live(opened.page) if page == "index" else opened.page
    assert opened.problems == []
    assert shown.evaluate("document.documentElement.scrollWidth") == width
    if page == "index":
        shown.fill("#find", "ma" if locale == "fr" else "ما")  # some rows are enough: all are made alike
        assert 5 < shown.locator("tr[data-c]:visible").count() < 60
    assert find_violations(shown) == []


@pytest.fixture
def arabic(open_page: OpenPage, sites) -> Page:
    viewport = {"width": 1440, "height": 900}
    return live(open_page(sites["ar"].as_uri(), viewport=viewport, reduced_motion="reduce").page)


def left(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box
    return box["x"]


def test_the_page_is_mirrored_but_neither_the_map_nor_time(arabic):
    assert left(arabic, ".site") > left(arabic, "nav")
    assert left(arabic, "th[data-sort=name]") > left(arabic, "th[data-sort=change]")
    assert left(arabic, "#USA") < left(arabic, "#FRA") < left(arabic, "#JPN")
    assert left(arabic, ".curve .start") < left(arabic, ".curve .end")
    arabic.focus("[type=range] >> nth=0")
    arabic.keyboard.press("ArrowRight")
    wait_until(arabic, "location.search.startsWith('?period=2026-06-02..')")
    assert left(arabic, ".window") > left(arabic, ".strip")


def test_time_goes_from_left_to_right_on_the_page_of_a_country_too(open_page: OpenPage, sites):
    page = open_page((sites["ar"].parent / "country/FRA.html").as_uri(), viewport={"width": 1280, "height": 900}).page
    frame, first, last = (page.locator(f".curve{part}").bounding_box() for part in ("", " .start", " .end"))
    assert frame
    assert first
    assert last
    assert frame["x"] - 1 <= first["x"] < last["x"]
    assert last["x"] + last["width"] <= frame["x"] + frame["width"] + 1


def test_the_card_stays_in_the_frame_and_names_are_marked_as_arabic(arabic):
    for code in ("BRA", "AUS"):
        arabic.hover(f"#{code}")
        assert card(arabic)["name"].endswith(name_of(code, "ar"))
        inside = arabic.evaluate(
            "(([card, frame]) => card.left >= frame.left && card.right <= frame.right)"
            "(['card', 'frame'].map(id => document.getElementById(id).getBoundingClientRect()))"
        )
        assert inside
    assert arabic.get_attribute("#card p", "lang") == "ar"
    arabic.click("#zeros")
    wait_until(arabic, "location.search.includes('zeros')")
    assert arabic.locator("tr[data-c] th:not([lang=ar])").count() == 0


@pytest.mark.parametrize("selector", ["#change-note", "#fresh time", "#updated"])
def test_an_english_sentence_keeps_its_order_from_right_to_left(arabic, selector):
    """Its last sign is drawn at its end, on the right; a date begins with its day."""
    stop, start = arabic.evaluate(
        """(selector) => { const text = document.querySelector(selector).firstChild, at = (place) => {
             const range = document.createRange(); range.setStart(text, place); range.setEnd(text, place + 1);
             return range.getBoundingClientRect().left; };
           return [at(text.length - 1), at(0)]; }""",
        selector,
    )
    assert stop > start
