"""The pages beside the map: what the data is, and what a reader sees at an address that does not exist."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import date
from html import unescape
from threading import Thread

import pytest
from playwright.sync_api import expect

from apivideo_geo.console.serve import open_server
from apivideo_geo.geo.borders import load_borders
from apivideo_geo.model import METRICS
from apivideo_geo.render.context import Context
from apivideo_geo.render.map.scale import METHODS
from apivideo_geo.render.pages.about import METHODS as METHOD_WORDS
from apivideo_geo.render.site import render_site
from apivideo_geo.render.text.formats import Formats
from apivideo_geo.render.text.sentences import meaning_of
from apivideo_geo.render.theme.theme import Theme
from tests.browser import OpenPage, find_violations
from tests.render.samples import TEMPLATES, days, detailed, empty, site_of, small, summary, whole_world, write

HOSTILE = "<img src=x onerror=alert(1)>'\""


def about(what, theme=None) -> str:
    return site_of(what, theme)["about.html"].decode()


def text(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html.partition("<main")[2])).split())


def rows(html: str, heading: str) -> dict[str, str]:
    """First and second cell of the rows of the table under the heading with that id."""
    section = re.search(rf'<h2 id="{heading}">.*?</section>', html, re.DOTALL)
    assert section
    return {
        unescape(name): figure
        for name, figure in re.findall(r'<tr><th scope="row">(.*?)</th><td class="num">(.*?)</td>', section[0])
    }


def test_the_balance_is_told_in_numbers_that_add_up():
    world = whole_world()
    shown = rows(about(world), "balance")
    assert shown == {"On the map": f"{world.mapped:,}", "Unknown": "462", "Total": f"{world.total:,}"}
    *parts, total = (int(figure.replace(",", "")) for figure in shown.values())
    assert sum(parts) == total


def test_every_day_of_the_period_is_accounted_for_and_gaps_are_named():
    counts = [4, 0, 0, None, None, 5, None, 7, 1]
    html = about(summary({"FRA": 17}, days(date(2026, 8, 1), counts, open_last=True)))
    shown = dict(re.findall(r"<b>([^<:]+): (\d+)</b>", html))
    assert shown == {"Collected": "3", "Collected, empty": "2", "In progress": "1", "Missing": "3"}
    assert "The figures cover what happened between 1 August and 9 August 2026." in text(html)
    assert "Never collected: 4–5 Aug, 7 Aug." in text(html)


def test_an_account_nobody_has_watched_has_its_page_too():
    said = text(about(empty()))
    assert "No day has been collected yet." in said
    for nonsense in ("None", "nan", "On the first view they are"):
        assert nonsense not in said


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_says_what_one_of_it_is(metric):
    assert meaning_of(metric, Formats("en")) in text(
        about(summary({"FRA": 1}, days(date(2026, 11, 1), [1]), metric=metric))
    )


@pytest.mark.parametrize("method", METHODS)
def test_the_class_method_of_the_owner_is_explained(method):
    theme = Theme("Acme", method=method, breaks=(5,) if method == "custom" else ())
    assert METHOD_WORDS[method] in text(about(small(), theme))


@pytest.mark.parametrize(
    ("counts", "wide"), [((10, 20, 30, 40, 50, 60, 70), True), ((4000, 15_000, 22_000, 58_000, 60_000), False)]
)
def test_classes_are_called_equally_wide_only_if_they_are(counts, wide):
    what = summary(dict(zip(("FRA", "BEL", "PER", "DEU", "ITA", "ESP", "USA"), counts, strict=False)))
    assert ("equally wide" in text(about(what, Theme("Acme", method="equal")))) is wide


def test_class_limits_and_the_minimum_for_rates_are_those_of_the_map():
    what = replace(small(), per_million_from=40)
    said = text(about(what, Theme("Acme", method="custom", breaks=(5,))))
    assert "When the page opens, the classes are 1–4, 5 and more." in said
    assert "Countries with fewer than 40 plays are hatched" in said


def test_demo_data_is_called_invented():
    assert "invented data" in text(about(summary({"FRA": 3}, days(date(2026, 11, 1), [3]), demo=True)))
    assert "invented" not in text(about(small()))


def test_every_decision_on_a_border_and_every_source_is_named():
    said = text(about(small()))
    for border in load_borders():
        assert border.area in said
        assert all(f"({code})" in said for code in border.codes)
    for source in ("Natural Earth", "GeoNames", "CC BY 4.0", "Unicode CLDR", "Leaflet", "folium", "api.video"):
        assert source in said


def test_names_of_countries_are_in_the_readers_language():
    assert "Allemagne" not in text(about(small(), Theme("Acme", locale="fr")))
    assert "Palestine (PSE)" not in text(about(small(), Theme("Acme", locale="fr")))
    assert "Îles Cocos (CCK)" in text(about(small(), Theme("Acme", locale="fr")))


def test_a_hostile_title_stays_text():
    site = render_site(Context(small(), Theme(HOSTILE, notice=HOSTILE)), TEMPLATES)
    assert b"<img" not in site["about.html"]
    assert b"<img" not in site["404.html"]


def test_the_404_page_loads_nothing_and_allows_only_its_own_style_and_script():
    html = site_of(small())["404.html"].decode()
    for element, directive in (("style", "style-src"), ("script", "script-src")):
        (content,) = re.findall(rf"<{element}>(.*?)</{element}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in html
    assert "unsafe" not in html
    assert not re.search(r"<(link|img)\b|<script .*src", html)
    assert set(re.findall(r'href="(.*?)"', html)) == {"./", "../"}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The site under a sub-path, from our own server."""
    folder = tmp_path_factory.mktemp("about")
    site = site_of(whole_world())
    write(site, folder / "repo")
    write({"index.html": b"", "404.html": site["404.html"]}, folder)
    with open_server(folder, 0) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/repo/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("page", ["about.html", "no/such/page.html"])
@pytest.mark.parametrize(("theme", "width"), [("light", 320), ("dark", 1280)])
def test_axe_finds_no_violation_and_nothing_scrolls_sideways(open_page: OpenPage, address, page, theme, width):
    opened = open_page(address + page, color_scheme=theme, viewport={"width": width, "height": 800})
    assert find_violations(opened.page) == []
    assert opened.page.evaluate("document.documentElement.scrollWidth") == width
    assert [said for said in opened.problems if "404 (Not Found)" not in said] == []


def test_the_pages_lead_to_each_other(open_page: OpenPage, address):
    page = open_page(address + "index.html").page
    page.click("nav >> text=About")
    page.wait_for_url(address + "about.html")
    expect(page.locator("nav [aria-current=page]")).to_have_text("About", use_inner_text=True)
    page.click("nav >> text=Map")
    page.wait_for_url(address + "index.html")


@pytest.mark.parametrize(("width", "height"), [(360, 94), (768, 88), (1440, 57)])
def test_groups_months_and_hours_are_in_the_menu_which_stays_one_row(open_page: OpenPage, built_demo, width, height):
    site = (built_demo.folder / "site/about.html").as_uri()
    page = open_page(site, viewport={"width": width, "height": 800}).page
    assert page.locator(".top nav a").all_inner_texts() == [
        "Map", "Videos", "Groups", "Months", "Hours", "Compare", "Changes", "About", "Download",
    ]  # fmt: skip
    assert page.evaluate("document.querySelector('.top').offsetHeight") == height, "the title, and a row of the menu"
    page.click(".top nav >> text=Hours")
    expect(page.locator("nav [aria-current=page]")).to_have_text("Hours")


@pytest.mark.parametrize(("missing", "link"), [("away.html", "./"), ("country/XXX.html", "../")])
def test_the_404_page_leads_back_to_the_map(open_page: OpenPage, address, missing, link):
    page = open_page(address + missing).page
    assert page.locator("h1").inner_text() == "Page not found"
    colour = page.evaluate("getComputedStyle(document.querySelector('a')).color")
    assert colour == "rgb(31, 95, 168)"
    page.click(f'a[href="{link}"]')
    assert page.locator("h1").inner_text() != "Page not found"
    assert page.url == address


def hidden(details) -> str:
    """The section about hidden counts."""
    html = site_of(detailed()[0], None, details)["about.html"].decode()
    section = re.search(r'<h2 id="hidden">.*?</section>', html, re.DOTALL)
    return text(f"<main{section[0]}") if section else ""


def test_hidden_counts_are_explained_with_the_sums_that_other_pages_show():
    what, details = detailed()
    section = hidden(details)
    assert "counts below 3 (the setting min_count) in a country and a month" in section
    assert "cities and referring sites." in section and "Not on this site" not in section
    site = {path: content.decode() for path, content in site_of(what, None, details).items() if path.endswith("html")}
    link = '<a href="about.html#hidden">Small counts, hidden</a></th>'
    sums = re.search(rf"{link}<td></td><td class=\"num\">(\d+)</td>", site["cities.html"])
    assert sums and f"Cities: {sums[1]} of" in section
    assert f'{link}<td class="track">' in site["index.html"], "the referring sites"
    assert '<a href="../about.html#hidden">Small counts, hidden</a>' in site["country/FRA.html"]


def test_breakdowns_that_are_not_on_the_site_are_named_as_such():
    section = hidden(replace(detailed()[1], monthly={}, withheld={}))
    assert "Not on this site at present: cities and referring sites." in section and "Hidden at present" not in section


def test_without_cities_hidden_counts_are_those_of_referring_sites_only():
    details = detailed()[1]
    section = hidden(replace(details, monthly={"referrer": details.monthly["referrer"]}))
    assert "hidden in these breakdowns: referring sites." in section and "cities" not in section.lower()


def test_where_nothing_is_hidden_no_page_says_so():
    what, details = detailed(least=1)
    assert "No small counts are hidden: the setting min_count is 1." in hidden(details)
    pages = {path: text(page.decode()) for path, page in site_of(what, None, details).items() if path.endswith(".html")}
    assert "Complete months only: Nov 2026." in pages["country/FRA.html"]
    assert [path for path, words in pages.items() if "mall counts are hidden" in words and path != "about.html"] == []


def test_about_needs_no_script(open_page: OpenPage, address):
    page = open_page(address + "about.html", java_script_enabled=False).page
    assert page.locator("h2").count() == 7
