"""Every kind of page at every width from 320 to 1500 px: nothing is cut, squeezed, or wider than the screen.

Each page is in an iframe of one browser page, whose width a script changes; so the sweep takes seconds, not minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import ibis
import pytest
from playwright.sync_api import Browser, Page

from apivideo_geo.aggregate.closed_months import close_months
from apivideo_geo.aggregate.collections import make_collections
from apivideo_geo.aggregate.details import detail
from apivideo_geo.aggregate.hours import summarise_hours
from apivideo_geo.facts import facts_table
from apivideo_geo.geo.cities import locate
from apivideo_geo.geo.countries import name_of
from apivideo_geo.model import UNLISTED, Asset, Details, Summary
from apivideo_geo.render.theme.theme import Theme
from tests.browser import OpenPage, serve
from tests.render.browsing import PHONE, build
from tests.render.samples import MADE, whole_site, whole_world, write
from tests.summaries import summarise

TAG = "2026"
PAGES = (
    "index.html", "country/FRA.html", "video/viFilm00.html", "videos.html", "cities.html", "changes.html",
    f"collection/{TAG}.html", "hours.html", "2026-10/index.html", "months.html", "compare.html", "small-maps.html",
    "group/europe.html", "groups.html", "about.html", "data.html", "embed.html", "404.html",
)  # fmt: skip
LOCALES = ("en", "fr", "ar")
WIDTHS = list(range(1500, 319, -20))
UNBROKEN = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamt"[:60]
"""A name of 60 characters without a place to break it."""
COUNTRIES = ("FRA", "BEL", "GBR", "USA", "BRA", "SGP", "BIH", "SHN", "COD", "VCT", "HMD", "---")
ASSETS = (
    Asset("viFilm00", "video", UNBROKEN, True, (UNBROKEN, TAG), "2026-01-15T08:00:00+00:00", lifetime=1_234_567),
    Asset("liShow00", "live-stream", "A live stream about how a film is made", True, lifetime=5),
    Asset("viNever0", "video", "Nobody watched this", True),
)
FIRST, DAYS = date(2026, 8, 20), 75

SWEEP = (Path(__file__).parent / "widths.js").read_text(encoding="utf-8")
"""Return what is wrong with a page at each width, one text each."""


def long_site() -> tuple[Summary, Details]:
    """A small account with everything a page can show, and names that do not break."""
    rows = []
    for place in range(DAYS):
        for number, code in enumerate(COUNTRIES):
            if place == 40 or place < number * 5:
                continue
            count = 3 + (place * (number + 2)) % 17 + (12_000 if code == "FRA" else 0)
            rows += [(place, code, "total", "", count), (place, code, "media", "viFilm00", count - 1)]
            rows += [(place, code, "media", UNLISTED, 1), (place, code, "device", "computer", count)]
            rows += [(place, code, "os", f"System {UNBROKEN}", count), (place, code, "browser", "chrome", count)]
            rows += [(place, code, "referrer", f"{UNBROKEN.lower()}.example", count), (place, code, "city", "Paris", 9)]
            rows += [(place, code, "city", UNBROKEN, count)] if place % 2 else []
    table = facts_table((FIRST + timedelta(place), "play", *rest) for place, *rest in rows)
    facts = ibis.memtable(table)
    days = {FIRST + timedelta(place): False for place in range(DAYS) if place != 40}
    site_summary = summarise(
        facts, days, metric="play", generated_at=MADE,
    )  # fmt: skip
    details = detail(facts, site_summary, ASSETS, {"referrer": 3, "city": 3}, locate)
    hours = {day: tuple(range(24)) for day in days}
    return replace(site_summary, demo=True), replace(
        details,
        closed=close_months(site_summary, ()),
        collections=make_collections(details.assets, [TAG]),
        hours=summarise_hours(hours, site_summary.daily, "UTC"),
    )


@pytest.fixture(scope="module")
def origin(tmp_path_factory) -> Iterator[str]:
    """The small site in every locale, on a real server."""
    folder: Path = tmp_path_factory.mktemp("widths")
    site_summary, details = long_site()
    for locale in LOCALES:
        write(whole_site(site_summary, details, Theme("Acme Academy", locale=locale)), folder / locale)
    with serve(folder) as address:
        yield address


@pytest.fixture(scope="module")
def host(browser: Browser, origin: str) -> Iterator[Page]:
    """A page of the same origin, with nothing of its own, for the iframes."""
    context = browser.new_context(viewport={"width": 1520, "height": 820})
    page = context.new_page()
    page.goto(f"{origin}/en/robots.txt")
    yield page
    context.close()


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", PAGES)
def test_at_every_width_nothing_is_cut_squeezed_or_wider_than_the_screen(host: Page, origin: str, name, locale):
    problems = host.evaluate(SWEEP, [f"{origin}/{locale}/{name}", WIDTHS])
    assert problems[:20] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_on_a_phone_the_map_is_on_the_first_screen_and_menu_and_controls_are_a_line_each(
    open_page: OpenPage, origin: str, locale
):
    page = open_page(f"{origin}/{locale}/index.html", **PHONE).page
    tops = {name: page.locator(name).bounding_box() for name in ("#frame", "#controls", ".top nav")}
    assert tops["#frame"]["y"] + tops["#frame"]["height"] / 2 < 740
    assert tops["#controls"]["height"] < 60 and tops[".top nav"]["height"] < 60
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    last = page.locator("#fullscreen")
    last.focus()  # what is not in sight is scrolled to
    box = last.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 360


BROKEN_WORDS = """() => [...document.querySelectorAll("tr[data-c] th a")].flatMap((link) => {
  const text = link.firstChild, range = document.createRange();
  return [...text.data.matchAll(/[^\\s-]+/g)].filter((word) => {
    range.setStart(text, word.index);
    range.setEnd(text, word.index + word[0].length);
    return new Set([...range.getClientRects()].map((line) => Math.round(line.top))).size > 1;
  }).map(String);
})"""
"""Words of the countries' names in the table that are on two lines."""


@pytest.mark.parametrize("locale", ["de", "es", "fr"])
def test_the_name_of_a_country_is_not_broken_within_a_usual_word(open_page: OpenPage, tmp_path, locale):
    what = whole_world()
    named = tuple(replace(country, name=name_of(country.iso_a3, locale)) for country in what.countries)
    page = open_page(build(replace(what, countries=named), tmp_path, Theme("Acme", locale=locale)).as_uri()).page
    for width in (1440, 1100, 740, 360):
        page.set_viewport_size({"width": width, "height": 800})
        broken = [word for word in page.evaluate(BROKEN_WORDS) if len(word) < (14 if width > 360 else 12)]
        assert broken == [], width
