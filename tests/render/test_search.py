"""The search over everything that has a page: its index, and the box in a real Chromium."""

from __future__ import annotations

import gzip
import json
import random
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from apivideo_geo.aggregate.collections import make_collections
from apivideo_geo.geo.countries import all_countries
from apivideo_geo.model import Asset, AssetDetail, CityCount, Details, Summary
from apivideo_geo.render.addresses import group_page, month_page
from apivideo_geo.render.context import Context
from apivideo_geo.render.pages.cities import LISTED
from apivideo_geo.render.search import render_search
from apivideo_geo.render.site import render_site
from apivideo_geo.render.theme.theme import Theme
from tests.browser import OpenPage, find_violations, wait_until
from tests.render.browsing import DESKTOP, PHONE
from tests.render.samples import TEMPLATES, detailed, summary, with_months, write

NOT_FOUND = {"embed.html", "404.html", "notebook.html"}
"""Pages that are no destination of a reader."""
TITLES = ("France in autumn", "Wild north: Tromsø to Łódź", "Französisch für Anfänger", "日本語講座", "In the Congo")


def index_of(site: dict[str, bytes]) -> dict[str, list[tuple[str, str]]]:
    """Kind → path and name of each entry of the site's search."""
    text = site["search.js"].decode().partition("\n")[0]
    index = json.loads(text.removeprefix("window.apivideoGeoSearch=").removesuffix(";"))
    found = {}
    for kind in index["kinds"]:
        names, parts, size = kind["names"].split("\n"), kind["parts"], kind.get("size", 0)
        pages = [parts[at : at + size] for at in range(0, len(parts), size)] if size else parts.split(" ")
        pages += [""] * (len(names) - len(pages))
        paths = [kind["path"].replace("*", page) if page else kind["list"] for page in pages]
        found[kind["kind"]] = list(zip(paths, names, strict=True))
    return found


def searchable() -> tuple[Summary, Details]:
    """Countries, titles and cities that are easily mistaken for each other."""
    counts = {"FRA": 900, "DEU": 400, "GUF": 90, "CIV": 30, "PYF": 20, "GBR": 10, "COD": 5, "JPN": 4, "FIN": 3}
    assets = tuple(
        AssetDetail(
            Asset(f"viFilm{number:02d}", "video", title, True), 50 - number, number + 1, (("FRA", 50 - number),)
        )
        for number, title in enumerate(TITLES)
    )
    cities = (CityCount("FRA", "Paris", 70, (48.9, 2.4)), CityCount("GBR", "Frant", 7, None))
    return summary(counts), Details(assets=assets, cities=cities)


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    what, details = searchable()
    theme = Theme("Acme Academy", video_pages=3)
    return write(render_site(Context(what, theme, details), TEMPLATES), tmp_path_factory.mktemp("search"))


@pytest.fixture(scope="module")
def with_hours(built_demo) -> Path:
    """The site of the demo, which has every kind of page."""
    return built_demo.folder / "site"


# The index


def test_every_page_can_be_found_and_nothing_leads_nowhere():
    week, some = detailed()
    tagged = tuple(replace(one, asset=replace(one.asset, tags=("Course 1",))) for one in some.assets)
    collections = make_collections(tagged, ["Course 1"])
    for what, details in ((week, replace(some, collections=collections)), with_months()):
        site = render_site(Context(what, Theme("Acme Academy"), details), TEMPLATES)
        found = {path.partition("#")[0] for entries in index_of(site).values() for path, _ in entries}
        assert found == {name for name in site if name.endswith(".html")} - NOT_FOUND


def test_only_what_the_lists_show_can_be_found():
    what, details = detailed(least=3)
    site = render_site(Context(what, Theme("Acme Academy"), details), TEMPLATES)
    index = index_of(site)
    assert [name for _, name in index["City"]] == ["Paris", "Nowhere"]  # Lyon and Nantes are withheld
    assert "Lyon" not in site["search.js"].decode()
    assert [name for _, name in index["Video"]][1:] == ["Out of the way", "Nobody watched this"]
    many = tuple(CityCount("FRA", f"Ville {number}", 9_000 - number, None) for number in range(LISTED + 5))
    index = index_of(render_site(Context(what, Theme("Acme Academy"), replace(details, cities=many)), TEMPLATES))
    assert len(index["City"]) == LISTED


def test_an_index_of_five_hundred_videos_with_pages_is_at_most_25_kb():
    chance = random.Random(19)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    words = ["".join(chance.choices("aeiourstlnmdpcbgh", k=chance.randint(2, 10))) for _ in range(600)]
    assets = tuple(
        AssetDetail(
            Asset("vi" + "".join(chance.choices(letters, k=22)), "video", " ".join(chance.choices(words, k=5)), True),
            9_000 - number * 17 + chance.randrange(16),
            number + 1,
        )
        for number in range(500)
    )
    cities = tuple(
        CityCount(
            all_countries()[number % 40], "".join(chance.choices("aeiourstlnmdpcbgh", k=8)).title(), 900 - number, None
        )
        for number in range(250)
    )
    what = summary({code: 10 + number**2 for number, code in enumerate(all_countries())})
    months = tuple(
        replace(with_months()[1].closed[0], month=date(2023 + number // 12, number % 12 + 1, 1)) for number in range(36)
    )
    context = Context(what, Theme("Acme", video_pages=500), Details(assets=assets, cities=cities, closed=months))
    site = {*context.video_pages.values(), *(f"country/{code}.html" for code in all_countries())}
    site |= {"videos.html", "cities.html", *(group_page(group.slug) for group in context.groups)}
    site |= {month_page(closed.month) for closed in months}
    content = render_search(context, site, "assets/search.css", b"")
    found = index_of({"search.js": content})
    assert {path for path, _ in found["Video"]} == set(context.video_pages.values())
    assert [len(found[kind]) for kind in ("Video", "Country", "City", "Month")] == [500, 250, 250, 36]
    assert len(gzip.compress(content, 9)) <= 25_000


# The box


def box(page: Page) -> Locator:
    """The field of the search."""
    return page.get_by_role("combobox", name="Search")


def open_box(page: Page) -> None:
    page.keyboard.press("/")
    expect(box(page)).to_be_focused()


def results(page: Page, typed: str) -> list[str]:
    box(page).fill(typed)
    return page.locator(".search-box [role=option] b").all_inner_texts()


def test_a_reader_finds_a_country_with_the_keyboard_alone_and_keeps_the_period(open_page: OpenPage, site):
    opened = open_page(f"{(site / 'country/FRA.html').as_uri()}?period=2026-08", **DESKTOP)
    page = opened.page
    open_box(page)
    page.keyboard.type("f")
    expect(page.locator(".search-box [role=status]")).to_have_text("10 results")
    page.keyboard.press("ArrowUp")  # from the first to the last and back
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    chosen = page.locator(".search-box [aria-selected=true]")
    expect(chosen).to_have_count(1)
    assert chosen.get_attribute("id") == box(page).get_attribute("aria-activedescendant")
    expect(chosen).to_have_text("Finland Country · 3 plays")
    page.keyboard.press("Enter")
    page.wait_for_url("**/country/FIN.html?period=2026-08")
    assert opened.problems == []


def test_escape_closes_and_the_focus_returns(open_page: OpenPage, site):
    page = open_page((site / "about.html").as_uri(), **DESKTOP).page
    page.get_by_role("link", name="Videos", exact=True).focus()
    open_box(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("link", name="Videos", exact=True)).to_be_focused()
    open_box(page)  # a second time it is there at once, and empty
    assert results(page, "zzz") == []
    expect(page.locator(".search-box [role=status]")).to_contain_text("Nothing found")
    page.keyboard.press("Escape")
    open_box(page)
    expect(box(page)).to_have_value("")


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("embed", "Put this map on your page"), ("iframe", "Put this map on your page"), ("download", "Download"),
        ("csv", "Download"), ("data", "Download"), ("files", "Download"), ("months", "Months"),
        ("groups", "Groups of countries"), ("continents", "Groups of countries"), ("about", "About the data"),
        ("hidden", "Hidden counts"), ("small maps", "Small maps"), ("changes", "What changed"),
        ("hours", "Hours of the week"), ("feed", "What changed"), ("privacy", "Hidden counts"),
    ],
)  # fmt: skip
def test_the_pages_of_the_site_are_found_by_what_a_reader_would_call_them(open_page: OpenPage, with_hours, typed, best):
    page = open_page((with_hours / "index.html").as_uri(), **DESKTOP).page
    open_box(page)
    assert results(page, typed)[:1] == [best]
    address = page.locator(".search-box [role=option]").first.get_attribute("href") or ""
    name, _, part = address.rpartition("/")[2].partition("#")
    assert not part or f'id="{part}"' in (with_hours / name).read_text()


def test_a_slash_in_a_field_is_a_slash(open_page: OpenPage, site):
    page = open_page((site / "videos.html").as_uri(), **DESKTOP).page
    page.focus("#find")
    page.keyboard.type("a/b")
    expect(page.locator("#find")).to_have_value("a/b")
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("fr", ["France", "French Guiana", "French Polynesia", "France in autumn"]),  # its code, then names, then films
        ("FRANCE", ["France", "France in autumn"]),
        ("cote divoire", []),
        ("cote d'ivoire", ["Côte d’Ivoire"]),
        ("ivory", ["Côte d’Ivoire"]),
        ("guiana", ["French Guiana"]),  # the start of any word
        ("rance", []),  # but not the middle of one
        ("uk", ["United Kingdom"]),
        ("gbr", ["United Kingdom"]),
        ("Allemagne", ["Germany"]),
        ("deutsch", ["Germany"]),
        ("congo", ["Congo - Kinshasa", "In the Congo"]),
        ("tromso lodz", ["Wild north: Tromsø to Łódź"]),
        ("lodz north", ["Wild north: Tromsø to Łódź"]),
        ("本語", ["日本語講座"]),
        ("paris fr", ["Paris"]),
        ("!!!", []),
    ],
)
def test_results_are_in_a_sensible_order(searching: Page, typed, best):
    assert results(searching, typed)[: len(best) or 1] == best


@pytest.fixture(scope="module")
def searching(browser, site):
    """One open box for all that only look at the results."""
    context = browser.new_context(**DESKTOP)
    page = context.new_page()
    page.goto((site / "index.html").as_uri())
    open_box(page)
    yield page
    context.close()


def test_a_video_without_a_page_and_a_city_are_found_in_their_lists(open_page: OpenPage, site):
    page = open_page((site / "index.html").as_uri(), **DESKTOP).page
    open_box(page)
    page.keyboard.type("in the congo")
    page.keyboard.press("Enter")
    page.wait_for_url("**/videos.html?find=In*")
    wait_until(page, "document.querySelectorAll('#list tbody tr:not([hidden])').length === 1")
    assert page.locator("#list tbody tr:visible th").inner_text() == "In the Congo"
    page.fill("#find", "TROMSO lodz")
    assert page.locator("#list tbody tr:visible th").inner_text() == TITLES[1]
    page.locator("#find").blur()
    open_box(page)
    page.keyboard.type("frant")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cities.html?find=Frant*")
    wait_until(page, "document.querySelectorAll('#list tbody tr:not([hidden])').length === 1")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_works_by_touch_on_a_small_screen(open_page: OpenPage, site, theme):
    opened = open_page((site / "video/viFilm00.html").as_uri(), color_scheme=theme, **PHONE)
    page = opened.page
    page.get_by_role("button", name="Search").tap()
    expect(box(page)).to_be_focused()
    page.keyboard.insert_text("ger")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    option = page.get_by_role("option", name="Germany")
    assert option.bounding_box()["height"] >= 44
    assert opened.problems == []
    assert opened.outside(site.as_uri()) == []
    assert find_violations(page) == []
    option.tap()
    page.wait_for_url("**/country/DEU.html")


def test_nothing_is_loaded_before_and_without_a_script_there_is_no_button(open_page: OpenPage, site):
    opened = open_page((site / "about.html").as_uri(), **DESKTOP)
    assert not any(url.endswith("/search.js") for url in opened.requests)
    page = open_page((site / "about.html").as_uri(), java_script_enabled=False, **DESKTOP).page
    expect(page.locator("#search")).to_be_hidden()
