"""What the page and its pictures say about the chosen view, in a real browser: the same everywhere, and true."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from struct import unpack
from typing import Any
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page, expect

from apivideo_geo.geo.countries import name_of
from apivideo_geo.geo.shapes import load_shapes
from apivideo_geo.model import UNKNOWN, Summary
from apivideo_geo.render.theme.theme import Theme
from tests.browser import OpenPage, serve, wait_until
from tests.render.browsing import DESKTOP, build, chosen, in_case, legend, live
from tests.render.samples import FIRST, LENGTH, days, small, summary, watched, watched_counts

WEEK = days(date(2026, 11, 15), [1, 3, 0, 4, 5, 2, 1])
CASES = {
    "several": watched,
    "sessions": lambda: watched("session"),
    "few": small,
    "one": lambda: summary({"GBR": 3}, WEEK[:1]),
    "tie": lambda: summary({"NLD": 4, "USA": 4, "FRA": 1, "BEL": 1}, WEEK, unknown=1),
    "all equal": lambda: summary({"NLD": 4, "FRA": 4}, WEEK),
    "unknown only": lambda: summary({}, WEEK, unknown=5),
}
"""Summaries of which Python and the script must say the same."""


def named(what: Summary, locale: str) -> Summary:
    countries = tuple(replace(country, name=name_of(country.iso_a3, locale)) for country in what.countries)
    return replace(what, countries=countries)


def words(page: Page) -> dict[str, Any]:
    """Everything above the map, and the other texts that describe the view, as it is in the document."""
    return page.evaluate(
        """() => ({ headline: document.querySelector("h1").textContent,
             lead: document.querySelector(".lead").textContent,
             figures: [...document.querySelectorAll("[data-figure]")].map(figure => figure.outerHTML),
             map: document.querySelector("svg.world").getAttribute("aria-label"), title: document.title,
             balance: document.querySelector(".balance").textContent })"""
    )


def figures(page: Page) -> dict[str, tuple[str, str]]:
    """Key → number and note of the figures under the headline."""
    found = page.evaluate(
        "[...document.querySelectorAll('[data-figure]')].map(figure => [figure.dataset.figure,"
        " figure.querySelector('b').textContent, figure.querySelector('span')?.textContent || ''])"
    )
    return {key: (number, note) for key, number, note in found}


@pytest.mark.parametrize("locale", ["en", "de", "es", "fr", "ar"])
def test_the_script_says_of_the_whole_history_what_the_server_wrote(open_page: OpenPage, tmp_path: Path, locale):
    page = open_page("about:blank", **DESKTOP).page
    for case in CASES if locale == "en" else ("several", "one", "tie"):
        site = build(named(CASES[case](), locale), tmp_path / case, Theme("Acme Academy", locale=locale))
        page.goto(site.as_uri())
        written = live(page).evaluate(
            """() => { const geo = apivideoGeo, view = geo.wholeView();
                 const scope = { all: true, measure: "count", group: "", share: 1 };
                 return { headline: geo.prose.headline(view, scope), lead: geo.prose.lead(view, scope),
                   map: geo.prose.description(view, scope, ""), balance: geo.prose.balance(view) }; }"""
        )
        sent = words(page)
        assert written == {key: sent[key] for key in written}, case


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    return build(watched(), tmp_path_factory.mktemp("watched"))


@pytest.fixture
def page(open_page: OpenPage, site) -> Page:
    return live(open_page(site.as_uri(), **DESKTOP, reduced_motion="reduce").page)


def summed(first: int, last: int, region: str = "") -> Counter[str]:
    """Code → plays of the days ``first`` to ``last``, counted from the invented days themselves."""
    counts: Counter[str] = Counter()
    for (place, code), count in watched_counts().items():
        if first <= place <= last and (not region or (code != UNKNOWN and load_shapes()[code].region == region)):
            counts[code] += count
    return counts


def numbers(text: str) -> set[int]:
    return {int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*(?![\d.%])", text)}


WHOLE = LENGTH - 2
"""Index of the last complete day."""
VIEWS = [
    ("?period=7d", WHOLE - 6, WHOLE, ""),
    ("?period=30d&measure=share", WHOLE - 29, WHOLE, ""),
    ("?period=2026-06-02..2026-06-02", 1, 1, ""),
    ("?period=2026-07-28..2026-08-20", 57, 80, ""),
    ("?period=90d&group=europe&without=leader", WHOLE - 89, WHOLE, "Europe"),
    ("?group=africa", 0, LENGTH - 1, "Africa"),
    ("?period=7d&group=north-america&measure=per-million", WHOLE - 6, WHOLE, "North America"),
]


def test_every_number_of_a_view_is_the_sum_of_its_days(open_page: OpenPage, site):
    opened = open_page("about:blank", accept_downloads=True, **DESKTOP)
    for search, first, last, region in VIEWS:
        with in_case(search):
            opened.page.goto(site.as_uri() + search)
            check_view(live(opened.page), search, first, last, region)
            assert opened.problems == []


def check_view(page: Page, search: str, first: int, last: int, region: str) -> None:
    """Fails unless every number of the page and of its picture is a sum from ``first`` to ``last``."""
    counts, world = summed(first, last, region), summed(first, last)
    unknown = counts.pop(UNKNOWN, 0)
    total, reach, (top, most) = counts.total() + unknown, len(counts), counts.most_common(1)[0]
    said, shown = words(page), figures(page)
    assert numbers(said["headline"]) == {reach}
    assert said["headline"].endswith(f"{'the ' if top == 'USA' else ''}{name_of(top)}")
    assert said["headline"] in said["title"]
    assert ("countries of" in said["headline"]) is bool(region)
    assert region in said["headline"]
    assert said["lead"].startswith(f"{total:,} play")
    assert f"{most / total:.0%} came from {'the ' if top == 'USA' else ''}{name_of(top)}" in said["lead"]
    assert shown["total"][0] == f"{total:,}"
    assert shown["reach"][0] == str(reach)
    assert shown["most"][0] == name_of(top)
    assert shown["most"][1].startswith(f"{most / total:.1%}")
    if "measure=" not in search:
        assert {total, reach, most} <= numbers(said["map"])
    assert numbers(said["balance"]) == {world.total(), world.total() - world[UNKNOWN], world[UNKNOWN]}
    painted = sum(int(note.split()[0]) for kind, _, note in legend(page) if kind[0] == "c" and note[0].isdigit())
    assert painted <= reach
    if "measure" not in search and "without" not in search:
        assert painted == reach
    texts = picture_texts(page)
    assert texts[0] == said["headline"]
    facts = " ".join(texts[1:])
    assert f"{total:,} play" in facts
    assert f"{FIRST + timedelta(last):%-d}" in facts
    assert ("unknown" in facts) is bool(unknown)
    assert not unknown or f"{unknown:,} play" in facts
    assert ("Left out of the classes: France" in facts) is ("without" in search)


def saved(page: Page, button: str) -> bytes:
    with page.expect_download() as download:
        page.click(button)
    return Path(download.value.path()).read_bytes()


def picture_texts(page: Page) -> list[str]:
    root = ElementTree.fromstring(saved(page, "#save-svg"))
    return [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]


def test_going_back_brings_every_word_back_as_it_was_sent(page):
    sent = words(page)
    chosen(page, "period", "30d")
    chosen(page, "measure", "per-million")
    page.select_option("#group", "africa")
    wait_until(page, "location.search.includes('africa')")
    other = words(page)
    assert [key for key in sent if other[key] == sent[key]] == []
    for _ in range(3):
        page.go_back()
    wait_until(page, "location.search === ''")
    wait_until(page, "document.querySelector('[data-period=all]').ariaPressed === 'true'")
    expect(page.locator("h1")).to_have_text(sent["headline"])
    assert words(page) == sent


@pytest.mark.parametrize(
    ("search", "headline", "lead"),
    [
        ("period=2026-07-31..2026-08-03", "No data for this period", "Nothing was collected between"),
        ("group=oceania", "No plays in Oceania", "Nothing was counted between"),
        (
            "period=2026-11-15..2026-11-21&group=south-america",
            "Watched in 3 countries of South America, most of all in",
            "",
        ),
    ],
)
def test_a_period_without_plays_or_days_says_so(open_page: OpenPage, site, search, headline, lead):
    page = live(open_page(f"{site.as_uri()}?{search}", **DESKTOP).page)
    said = words(page)
    assert said["headline"].startswith(headline)
    assert said["lead"].startswith(lead)
    assert picture_texts(page)[0] == said["headline"]


def test_days_that_nobody_watched_and_days_of_unknown_countries_have_their_words(open_page: OpenPage, tmp_path: Path):
    some = replace(
        summary({"BRA": 4}, WEEK, unknown=12),
        by_country={"BRA": (1, 3, 0, 0, 0, 0, 0), UNKNOWN: (0, 0, 0, 4, 5, 2, 1)},
    )
    site = build(some, tmp_path)
    said = {}
    for first, last in (("15", "16"), ("17", "17"), ("18", "21")):
        page = live(open_page(f"{site.as_uri()}?period=2026-11-{first}..2026-11-{last}", **DESKTOP).page)
        said[first] = words(page)["headline"], figures(page)["most"]
    assert said == {
        "15": ("Watched in Brazil", ("Brazil", "100.0%")),
        "17": ("No plays in this period", ("–", "")),
        "18": ("12 plays from unknown countries", ("–", "")),
    }


def test_descriptions_for_search_engines_have_the_total_of_the_page(open_page: OpenPage, site):
    page = open_page(site.as_uri(), **DESKTOP).page
    total = figures(page)["total"][0]
    for selector in ("meta[name=description]", "meta[property='og:description']"):
        assert f": {total} plays, " in (page.get_attribute(selector, "content") or "")


# Pictures


def test_the_picture_has_the_address_of_its_view_and_the_square_its_size(open_page: OpenPage, site):
    with serve(site.parent) as root:
        page = live(open_page(f"{root}/index.html?period=7d", accept_downloads=True, **DESKTOP).page)
        assert f"{root.removeprefix('http://')}/index.html?period=7d" in " ".join(picture_texts(page))
        assert unpack(">II", saved(page, "#save-square")[16:24]) == (1080, 1080)


def test_a_picture_is_copied_and_a_browser_that_refuses_says_what_to_do(open_page: OpenPage, site):
    with serve(site.parent) as root:
        page = live(open_page(f"{root}/index.html", permissions=["clipboard-read", "clipboard-write"], **DESKTOP).page)
        page.click("#copy-picture")
        expect(page.locator("#picture-said")).to_have_text("The picture is in the clipboard.")
        size = page.evaluate(
            """async () => { const [item] = await navigator.clipboard.read();
                 const picture = await createImageBitmap(await item.getType("image/png")); return picture.width; }"""
        )
        assert size == 1600
        page.evaluate("() => { navigator.clipboard.write = () => Promise.reject(new Error('refused')); }")
        page.click("#copy-picture")
        expect(page.locator("#picture-said")).to_contain_text("Save it as PNG instead")


@pytest.mark.parametrize("locale", ["en", "fr", "ar"])
def test_nothing_in_a_picture_is_cut_off_or_lies_over_another_text(open_page: OpenPage, tmp_path: Path, locale):
    """The SVG alone in a browser: long names are broken into lines, also where the page runs from right to left."""
    what = replace(named(watched(), locale), demo=True)
    site = build(what, tmp_path / "site", Theme("Acme " + "Academy" * 30, locale=locale))
    search = "?period=90d&measure=per-million&without=leader"
    page = live(open_page(site.as_uri() + search, accept_downloads=True, **DESKTOP).page)
    picture = tmp_path / "map.svg"
    picture.write_bytes(saved(page, "#save-svg"))
    alone = open_page(picture.as_uri(), viewport={"width": 1600, "height": 1200})
    boxes = alone.page.evaluate(
        "[...document.querySelectorAll('text')].map(text => { const { left, top, right, bottom } ="
        " text.getBoundingClientRect(); return [left, top, right, bottom]; })"
    )
    assert all(0 <= left < right <= 1600 for left, _, right, _ in boxes)
    overlapping = [
        (one, other)
        for place, one in enumerate(boxes)
        for other in boxes[:place]
        if one[0] < other[2] and other[0] < one[2] and one[1] + 4 < other[3] and other[1] + 4 < one[3]
    ]
    assert overlapping == []
    if locale == "ar":
        assert boxes[0][2] > 1500
    assert alone.problems == []
    assert alone.requests == [picture.as_uri()]
