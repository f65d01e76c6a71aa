"""Months, videos and measures as small maps, as a browser shows and prints them."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import expect

from apivideo_geo.model import UNKNOWN, Asset, AssetDetail
from tests.browser import OpenPage, find_violations
from tests.render.browsing import DESKTOP
from tests.render.samples import (
    FIRST,
    GAP,
    LENGTH,
    days,
    summary,
    watched_counts,
    whole_site,
    with_months,
    write,
)

VIDEOS = tuple(
    AssetDetail(Asset(f"viFilm{number:02}", "video", f"Film {number}", True), total, number, countries, ())
    for number, countries in enumerate(
        [
            (("FRA", 400), ("DEU", 12), (UNKNOWN, 8)),
            (("DEU", 390), ("MLT", 3), ("USA", 2)),
            *[(("FRA", 9 - at),) for at in range(9)],
        ],
        1,
    )
    for total in [sum(count for _, count in countries)]
)


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    what, details = with_months()
    return write(whole_site(what, replace(details, assets=VIDEOS)), tmp_path_factory.mktemp("small"))


def classes(page, section: str) -> list[dict[str, int]]:
    """The maps of a section: alpha-3 → class that it is painted with."""
    return page.evaluate(
        f"[...document.querySelectorAll('#{section} .frame svg')].map((svg) => Object.fromEntries("
        "[...svg.querySelectorAll('use')].map((use) =>"
        " [use.getAttribute('href').slice(-3), Number(use.parentElement.getAttribute('class').slice(1))])))"
    )


def check_one_scale(shown: list[dict[str, int]], values: list[dict[str, float]]) -> None:
    """A higher value never has a lower class, whichever map it is on."""
    painted = sorted((values[at][code], kind) for at, found in enumerate(shown) for code, kind in found.items())
    assert all(low[1] <= high[1] for low, high in pairwise(painted))
    assert len({kind for _, kind in painted}) > 2
    assert [set(found) for found in shown] == [set(found) for found in values]


def test_months_are_compared_by_the_mean_of_a_collected_day_on_one_scale(open_page: OpenPage, site):
    page = open_page((site / "small-maps.html").as_uri(), java_script_enabled=True, **DESKTOP).page
    sums: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (place, code), count in watched_counts().items():
        sums[(FIRST + timedelta(place)).month][code] += count
    collected = dict.fromkeys(range(6, 11), 0)
    for place in range(LENGTH):
        month = (FIRST + timedelta(place)).month
        if place not in GAP and month in collected:
            collected[month] += 1
    captions = page.locator("#months figcaption").all_inner_texts()
    for caption, (month, known) in zip(captions, collected.items(), strict=True):
        mean = sum(sums[month].values()) / known
        assert re.search(rf"{mean:,.1f} plays a day · {known} of 3[01] days", caption), caption
    values = [
        {code: count / collected[month] for code, count in sums[month].items() if code != UNKNOWN}
        for month in collected
    ]
    check_one_scale(classes(page, "months"), values)
    assert page.locator("#months figcaption a").first.get_attribute("href") == "2026-06/index.html"


def test_a_month_with_missing_days_is_not_paler_and_one_without_any_has_no_colour(open_page: OpenPage, tmp_path):
    counts = [10 if at < 40 else None if at < 100 else 10 for at in range(140)]
    daily = days(date(2026, 5, 1), counts)
    known = [count or 0 for count in counts]
    what = replace(
        summary({"FRA": sum(known), "BEL": 4}, daily),
        by_country={"FRA": tuple(known), "BEL": (4, *[0] * 139)},
    )
    page = open_page((write(whole_site(what), tmp_path) / "small-maps.html").as_uri(), **DESKTOP).page
    may, june, july, august = classes(page, "months")
    assert may["FRA"] == june["FRA"] == august["FRA"] > may["BEL"]
    assert july == {}
    assert page.locator("#months .uncollected").count() == 1
    assert "July 2026 0 of 31 days" in " ".join(page.locator("#months figcaption").all_inner_texts()[2].split())
    assert page.locator("#months svg[role=img]").nth(2).get_attribute("aria-label") == "July 2026: not collected"


def test_up_to_nine_videos_have_one_scale_and_each_measure_its_own(open_page: OpenPage, site):
    page = open_page((site / "small-maps.html").as_uri(), java_script_enabled=False, **DESKTOP).page
    shown = classes(page, "videos")
    assert len(shown) == 9
    check_one_scale(shown, [{code: count for code, count in one.countries if code != UNKNOWN} for one in VIDEOS[:9]])
    assert page.locator("#videos > .legend").count() == 1 and page.locator("#videos li .legend").count() == 0
    assert page.locator("#measures li .legend").count() == page.locator("#measures figure").count() == 2
    colours = page.evaluate(
        "[...document.querySelectorAll('#videos use[href=\"#land-FRA\"]')]"
        ".map((use) => getComputedStyle(use).getPropertyValue('--f'))"
    )
    assert len(set(colours)) > 1


def test_a_reader_chooses_the_videos_with_the_keyboard_and_they_are_in_the_address(open_page: OpenPage, site):
    address = (site / "small-maps.html").as_uri()
    opened = open_page(address, **DESKTOP)
    page = opened.page
    page.wait_for_selector("html.live")
    titles = page.locator("#videos figcaption b")
    assert titles.all_inner_texts() == [f"Film {number}" for number in range(1, 10)]
    page.locator("#choosing summary").press("Enter")
    page.focus("#find")
    page.keyboard.type("film 11")
    page.keyboard.press("Enter")
    assert page.locator("#full").is_visible() and titles.count() == 9
    page.keyboard.press("Escape")
    for number in (1, 3):
        page.get_by_role("button", name=f"Remove Film {number}", exact=True).press("Enter")
    page.focus("#find")
    page.keyboard.press("Enter")  # the list offers what is still typed
    numbers = [2, 4, 5, 6, 7, 8, 9, 11]
    assert titles.all_inner_texts() == [f"Film {number}" for number in numbers]
    assert page.url == f"{address}?videos={'~'.join(f'viFilm{number:02}' for number in numbers)}"
    values = [{code: count for code, count in VIDEOS[number - 1].countries if code != UNKNOWN} for number in numbers]
    check_one_scale(classes(page, "videos"), values)
    label = page.locator("#videos svg[role=img]").first.get_attribute("aria-label")
    words = "most in Germany (390), Malta (3) and the United States (2)"
    assert label.endswith(words)
    assert words in (site / "small-maps.html").read_text(encoding="utf-8"), "without a script as well"
    assert page.locator("#videos > .legend").count() == 1
    page.go_back()
    expect(titles).to_have_count(7)
    assert opened.problems == []
    page = open_page(f"{address}?videos=viFilm02~nothing~viFilm02~viFilm10", **DESKTOP).page
    page.wait_for_selector("html.live")
    assert page.locator("#videos figcaption b").all_inner_texts() == ["Film 2", "Film 10"]
    assert page.locator("#videos-title").inner_text() == "Videos"
    unknown = open_page(f"{address}?videos=..", **DESKTOP).page
    unknown.wait_for_selector("html.live")
    assert unknown.locator("#videos figcaption b").count() == 9
    assert find_violations(page) == []


def test_every_outline_is_in_the_page_once_and_is_drawn_in_its_colour(open_page: OpenPage, site):
    page = open_page((site / "small-maps.html").as_uri(), **DESKTOP).page
    assert page.evaluate(
        "[...document.querySelectorAll('use')].every((use) => document.querySelector(use.getAttribute('href')))"
    )
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((element) => element.id)")
    assert len(ids) == len(set(ids))
    box = page.locator("#months svg use[href='#land-FRA']").first.bounding_box()
    assert box["width"] > 2 and box["height"] > 2
    frame = page.locator("#months .frame").first.bounding_box()
    assert frame["x"] < box["x"] < frame["x"] + frame["width"]


def test_each_part_is_printed_on_pages_of_its_own(open_page: OpenPage, site):
    page = open_page((site / "small-maps.html").as_uri(), color_scheme="dark", **DESKTOP).page
    page.emulate_media(media="print")
    tops = page.evaluate(
        "[...document.querySelectorAll('.small + .small')].map((part) => getComputedStyle(part).breakBefore)"
    )
    assert tops == ["page", "page"]
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.emulate_media(media="screen")
    pages = re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))
    assert len(pages) == 3
