"""The map in a frame of somebody else's page, and the map saved as a picture, in a real browser."""

from __future__ import annotations

from pathlib import Path
from struct import unpack
from xml.etree import ElementTree

import pytest
from playwright.sync_api import expect

from apivideo_geo.render.pages.embed import make_snippet
from apivideo_geo.render.theme.theme import Theme
from tests.browser import OpenPage, find_violations, serve, wait_until
from tests.render.browsing import DESKTOP, PHONE, live
from tests.render.samples import watched, whole_site, write

GROUND = "rgb(255, 240, 200)"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Where the site is, and beside it ``host.html``, a page of somebody else that has pasted the snippet."""
    folder = write(whole_site(watched()), tmp_path_factory.mktemp("embed"))
    snippet = make_snippet("", "The audience")
    (folder / "host.html").write_text(
        f'<!DOCTYPE html><html lang="en"><title>Host</title><body style="background: {GROUND}">{snippet}</body></html>'
    )
    with serve(folder) as url:
        yield url


def embed(open_page: OpenPage, address: str, query: str = "", **options):
    opened = open_page(f"{address}/embed.html{query}", **options)
    opened.page.wait_for_selector("html.live")
    return opened


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_frame_in_another_page_gets_the_height_it_needs_and_has_no_ground_of_its_own(
    open_page: OpenPage, address, size
):
    page = open_page(f"{address}/host.html", **size).page
    page.frame_locator("iframe").locator("html.live").wait_for()
    frame = page.frame(url=f"{address}/embed.html")
    assert frame
    needed = frame.evaluate("Math.ceil(document.getElementById('embed').getBoundingClientRect().height)")
    wait_until(page, f"document.querySelector('iframe').height === '{needed}'")
    assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert frame.evaluate("getComputedStyle(document.body).backgroundColor") == "rgba(0, 0, 0, 0)"


def test_the_address_chooses_theme_period_measure_and_country(open_page: OpenPage, address):
    opened = embed(open_page, address, "?theme=dark&period=30d&measure=share&country=DEU", color_scheme="light")
    page = opened.page
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    expect(page.locator("#embed-note")).to_contain_text("23 October – 21 November 2026")
    expect(page.locator("#embed-note")).to_contain_text("Share")
    expect(page.locator("#said")).to_contain_text("Germany: ")
    expect(page.locator("h1")).to_have_text("Acme Academy")  # the headline is about the whole history
    assert page.locator(".lit").get_attribute("d")
    assert "?period=30d&measure=share&country=DEU" in page.locator("#whole").get_attribute("href")
    assert opened.problems == []
    assert opened.outside(address) == []


def test_a_senseless_address_shows_the_usual_map(open_page: OpenPage, address):
    opened = embed(open_page, address, "?theme=%3Cscript%3E&period=9y&measure=x&country=ZZZ")
    assert opened.page.evaluate("document.documentElement.dataset.theme") is None
    expect(opened.page.locator("h1")).to_have_text("Watched in 17 countries, most of all in France")
    expect(opened.page.locator("#said")).to_have_text("")
    assert opened.problems == []


def test_pointing_at_a_country_shows_its_figures(open_page: OpenPage, address):
    page = embed(open_page, address, **DESKTOP).page
    page.locator("#BRA").dispatch_event("pointermove", {"pointerType": "mouse", "bubbles": True})
    expect(page.locator("#said")).to_contain_text("Brazil: 994 plays · 1.0%")


def test_a_tap_stays_and_offers_the_small_countries_nearby(open_page: OpenPage, address):
    page = embed(open_page, address, has_touch=True, is_mobile=True, viewport={"width": 360, "height": 640}).page
    page.locator("#CHE").scroll_into_view_if_needed()
    box = page.locator("#CHE").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    said = page.locator("#said").inner_text()
    assert ":" in said
    offers = page.locator("#near button")
    name = offers.first.inner_text()
    offers.first.tap()
    expect(page.locator("#said")).to_contain_text(name)
    expect(page.locator("#near")).to_contain_text(said.split(":")[0])


def test_without_its_script_the_frame_is_the_picture_with_its_legend(open_page: OpenPage, address):
    page = open_page(f"{address}/embed.html", java_script_enabled=False, **PHONE).page
    expect(page.locator("svg.world")).to_be_visible()
    expect(page.locator("#legend li").first).to_be_visible()


@pytest.mark.parametrize(("page", "theme"), [("embed.html", "dark"), ("data.html", "light")])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(open_page: OpenPage, address, page, theme):
    opened = open_page(f"{address}/{page}", color_scheme=theme, **PHONE)
    assert find_violations(opened.page) == []
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_map_as_shown_is_saved_as_png_and_svg_by_the_browser_alone(open_page: OpenPage, address, tmp_path: Path):
    opened = open_page(f"{address}/index.html", accept_downloads=True, **DESKTOP)
    page = live(opened.page)
    asked = len(opened.requests)
    saved = {}
    for kind in ("png", "svg"):
        with page.expect_download() as download:
            page.click(f"#save-{kind}")
        assert download.value.suggested_filename == f"map.{kind}"
        download.value.save_as(tmp_path / f"map.{kind}")
        saved[kind] = (tmp_path / f"map.{kind}").read_bytes()
    assert unpack(">II", saved["png"][16:24])[0] == 1600
    root = ElementTree.fromstring(saved["svg"])
    space = "{http://www.w3.org/2000/svg}"
    fills = {path.get("fill") for path in root.iter(f"{space}path")}
    assert len(fills) >= 6
    texts = [element.text for element in root.iter(f"{space}text")]
    assert "Watched in 17 countries, most of all in France" in texts
    assert "1,500 and more" in texts
    loaded = [url for url in opened.requests[asked:] if not url.startswith("blob:")]
    assert [url.removeprefix(f"{address}/assets/").split(".")[0] for url in loaded] == ["picture"], (
        "the script that draws"
    )
    assert opened.problems == []


def test_the_snippet_has_the_address_of_the_page_before_the_reader_does_anything(open_page: OpenPage, address):
    page = open_page(f"{address}/index.html", **DESKTOP).page
    assert f'src="{address}/embed.html" title="Map · Acme Academy"' in page.locator("#snippet").input_value()
    expect(page.locator("#snippet-note")).to_be_hidden()
    page = live(open_page(f"{address}/index.html?period=30d&measure=share", **DESKTOP).page)
    assert f'src="{address}/embed.html?period=30d&amp;measure=share"' in page.locator("#snippet").input_value()


def test_the_snippet_of_a_page_opened_as_a_file_says_what_to_replace(open_page: OpenPage, tmp_path):
    index = write(whole_site(watched()), tmp_path) / "index.html"
    page = live(open_page(f"{index.as_uri()}?period=30d", **DESKTOP).page)
    assert 'src="embed.html?period=30d"' in page.locator("#snippet").input_value()
    expect(page.locator("#snippet-note")).to_have_text(
        "Replace embed.html with its complete address: that of this site, then embed.html."
    )


def test_the_snippet_keeps_the_address_that_the_owner_set(open_page: OpenPage, tmp_path):
    theme = Theme("Acme Academy", site_url="https://acme.example/audience/")
    with serve(write(whole_site(watched(), theme=theme), tmp_path)) as url:
        page = live(open_page(f"{url}/index.html?period=30d", **DESKTOP).page)
        assert 'src="https://acme.example/audience/embed.html?period=30d"' in page.locator("#snippet").input_value()
        assert page.locator("#snippet-note").count() == 0


def test_examples_of_code_have_the_address_of_the_page(open_page: OpenPage, address, tmp_path):
    page = open_page(f"{address}/data.html", **DESKTOP).page
    page.wait_for_selector("html.live")
    assert "USER.github.io" not in page.locator("main").inner_text()
    expect(page.locator("pre").first).to_have_text(f'=IMPORTDATA("{address}/data/countries.csv")')
    for opened in (
        open_page(f"{address}/data.html", java_script_enabled=False),
        open_page((write(whole_site(watched()), tmp_path) / "data.html").as_uri()),
    ):
        expect(opened.page.locator("pre").first).to_contain_text("https://USER.github.io/REPOSITORY/data/countries.csv")
        expect(opened.page.locator("#base-note")).to_have_text(
            "In the examples, replace the address before “data/” with that of this site."
        )
