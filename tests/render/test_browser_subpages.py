"""The pages around the map in a real Chromium: accessible, quick, whole without a script."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from apivideo_geo.model import Asset, AssetDetail, Details
from apivideo_geo.render.context import Context
from apivideo_geo.render.site import render_site
from apivideo_geo.render.theme.theme import Theme
from tests.browser import OpenPage, find_violations
from tests.render.browsing import DESKTOP, find_faults, live
from tests.render.samples import TEMPLATES, detailed, write

PAGES = [
    "index.html", "country/FRA.html", "video/viFilm00.html", "videos.html", "changes.html", "cities.html",
    "about.html", "data.html", "embed.html", "404.html",
]  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    summary, details = detailed()
    summary = replace(summary, demo=True)  # with all that a page can bear: the banner too
    return write(
        render_site(Context(summary, Theme("Acme Academy"), details), TEMPLATES), tmp_path_factory.mktemp("pages")
    )


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(open_page: OpenPage, site, theme, width):
    opened = open_page("about:blank", color_scheme=theme, viewport={"width": width, "height": 800})
    assert find_faults(opened, site.as_uri(), PAGES) == {}


def test_the_menu_of_a_phone_shows_the_name_of_the_page(open_page: OpenPage, site):
    page = open_page((site / "about.html").as_uri(), viewport={"width": 320, "height": 700}).page
    expect(page.locator(".top [aria-current]")).to_be_in_viewport(ratio=1)
    page.goto((site / "index.html").as_uri())
    expect(page.locator(".top nav a").first).to_be_in_viewport(ratio=1)


def test_the_land_lies_under_the_countries_of_a_video(open_page: OpenPage, site):
    page = open_page((site / "video/viFilm00.html").as_uri(), java_script_enabled=False, **DESKTOP).page
    land, over = page.locator(".still img").bounding_box(), page.locator(".still .over").bounding_box()
    assert land == over
    assert page.evaluate("document.querySelector('.still img').naturalWidth") > 0


def test_the_list_is_whole_without_a_script(open_page: OpenPage, site):
    page = open_page((site / "videos.html").as_uri(), java_script_enabled=False, **DESKTOP).page
    assert page.locator("#list tbody tr").count() == 4
    assert not page.locator("#find").is_visible()


def titles(page):
    return page.locator("#list tbody tr:visible th").all_inner_texts()


def test_the_list_is_sorted_by_any_column_and_found_while_typing(open_page: OpenPage, site):
    page = open_page((site / "videos.html").as_uri(), **DESKTOP).page
    page.click("#list th[data-sort='name'] button")
    assert titles(page)[-1] == "Out of the way"
    page.click("#list th[data-sort='4'] button")
    assert titles(page)[0].startswith("</script>")
    expect(page.locator("#list th[data-sort='4']")).to_have_attribute("aria-sort", "descending")
    page.fill("#find", "WATCHED nobody")
    assert titles(page) == ["Nobody watched this"]
    assert page.locator("#shown").inner_text() == "Shown: 1 of 4"
    page.fill("#find", "")
    page.select_option("#kind", "l")
    assert len(titles(page)) == 1


def test_five_thousand_rows_can_all_be_sorted_and_found(open_page: OpenPage, tmp_path):
    summary, _ = detailed()
    assets = tuple(
        AssetDetail(Asset(f"vi{number:06d}", "video", f"Video {number}", True), 0, 1) for number in range(5_000)
    )
    folder = write(render_site(Context(summary, Theme("Acme Academy"), Details(assets=assets)), TEMPLATES), tmp_path)
    assert (folder / "videos.html").stat().st_size < 1_500_000
    page = open_page((folder / "videos.html").as_uri(), **DESKTOP).page
    page.fill("#find", "4999")
    assert titles(page) == ["Video 4999"]


def test_cities_are_switched_on_named_on_focus_and_switched_off(open_page: OpenPage, site):
    opened = open_page((site / "index.html").as_uri(), **DESKTOP)
    page = live(opened.page)
    page.click("#cities")
    expect(page.locator(".cities .place")).to_have_count(1)
    page.focus(".strip-list button")
    expect(page.locator(".city-label")).to_have_text("Paris, France: 7 plays")
    assert opened.problems == []
    assert find_violations(page) == []
    page.click("#cities")
    expect(page.locator(".cities .place")).to_have_count(0)
    expect(page.locator(".strip-list")).to_be_hidden()


def test_the_list_of_videos_says_which_grow_and_a_new_video_says_why_it_has_no_change(open_page: OpenPage, built_demo):
    site = built_demo.folder / "site"
    page = live(open_page(f"{(site / 'videos.html').as_uri()}?sort=change", **DESKTOP).page)
    changes = page.locator("#list tbody .change").all_inner_texts()
    known = [int(text.replace("−", "-").rstrip("%")) for text in changes if text.endswith("%")]
    assert len(known) > 5 and known == sorted(known, reverse=True)
    assert "new" in changes and not any(text.endswith("%") for text in changes[len(known) :])
    page.click("#list th[data-sort='6'] button")
    counts = [int(text.replace(",", "")) for text in page.locator("#list tbody .recent").all_inner_texts()]
    assert counts == sorted(counts, reverse=True) and page.url.endswith("?sort=recent")
    new = page.locator("#list tbody tr", has=page.locator(".change", has_text="new")).first
    published = new.locator(".date").inner_text()
    new.locator("a").click()
    page.wait_for_url("**/video/*")
    figure = page.locator("[data-figure=recent]")
    expect(figure.locator("span")).to_have_text(f"published on {published}")
    page.click("[data-period='30d']")
    expect(figure.locator("b")).to_have_text("–")
    expect(figure.locator("span")).to_have_text(f"published on {published}")
