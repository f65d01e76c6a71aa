"""Marks of notes and publications, and collections, in a real Chromium: pointer, finger, keyboard, no scripts."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from apivideo_geo.aggregate.collections import make_collections
from apivideo_geo.model import Note
from apivideo_geo.render.context import Context
from apivideo_geo.render.site import render_site
from apivideo_geo.render.theme.theme import Theme
from tests.browser import OpenPage, find_violations
from tests.render.browsing import DESKTOP, PHONE, live
from tests.render.samples import TEMPLATES, WEEK, detailed, write

FESTIVAL = "Festival <b>& more</b>"


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """A week with a note on the second day and a publication on the fifth; the two videos are a collection."""
    summary, details = detailed()
    tagged = {"viFilm00": ("course",), "viNever0": ("course",), "liShow00": ("live",)}
    assets = tuple(
        replace(
            one,
            asset=replace(
                one.asset,
                tags=tagged.get(one.asset.media_id, ()),
                published_at=f"{WEEK[4]}T08:00:00+00:00" if one.asset.media_id == "viNever0" else "",
            ),
        )
        for one in details.assets
    )
    collections = make_collections(assets, ("course", "live"))
    details = replace(details, assets=assets, notes=(Note(WEEK[1], FESTIVAL),), collections=collections)
    return write(
        render_site(Context(summary, Theme("Acme Academy"), details), TEMPLATES), tmp_path_factory.mktemp("noted")
    )


def point_at(page, day):
    """Where a day is on the curve, in the window."""
    page.locator(".strip").scroll_into_view_if_needed()
    box = page.locator("svg.curve").bounding_box()
    return box["x"] + box["width"] * (day + 0.5) / len(WEEK), box["y"] + 40


def test_the_front_page_loads_its_marks_with_a_gesture_and_shows_the_one_near_the_pointer(open_page, site):
    opened = open_page((site / "index.html").as_uri(), **DESKTOP)
    page = live(opened.page)
    assert not any(name in url for url in opened.requests for name in ("notes", "events"))
    page.mouse.move(*point_at(page, 0))
    expect(page.locator("#events li")).to_have_count(2, timeout=10_000)
    page.mouse.move(*point_at(page, 1))
    expect(page.locator(".tip")).to_have_text(f"16 November 2026 Note: {FESTIVAL}")
    page.keyboard.press("Escape")
    expect(page.locator(".tip")).to_be_hidden()
    page.mouse.move(*point_at(page, 4))
    expect(page.locator(".tip")).to_contain_text("Published: Nobody watched this")
    page.mouse.move(*point_at(page, 3))
    expect(page.locator(".tip")).to_be_hidden()
    assert opened.problems == []


@pytest.mark.parametrize("name", ["country/FRA.html", "video/viFilm00.html", "collection/course.html"])
def test_the_entry_of_a_mark_is_shown_for_a_finger_and_for_the_focus(open_page: OpenPage, site, name):
    opened = open_page((site / name).as_uri(), **PHONE)
    page = opened.page
    page.touchscreen.tap(*point_at(page, 1))
    expect(page.locator(".tip")).to_have_text(f"16 November 2026 Note: {FESTIVAL}")
    page.touchscreen.tap(*point_at(page, 4))  # on the page of a country this one is being loaded
    if not name.startswith("video"):
        expect(page.locator(".tip")).to_contain_text("Published: Nobody watched this")
    page.locator("h1").tap()
    expect(page.locator(".tip")).to_be_hidden()
    page.locator("#events summary").focus()
    page.keyboard.press("Enter")
    page.locator("#events li.note a").focus()
    expect(page.locator(".tip")).to_contain_text("Festival")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["viewport"]["width"]
    assert opened.problems == []
    assert find_violations(page) == []


def test_the_first_tap_on_the_curve_of_the_front_page_shows_its_mark(open_page: OpenPage, site):
    page = live(open_page((site / "index.html").as_uri(), **PHONE).page)
    page.touchscreen.tap(*point_at(page, 1))
    expect(page.locator(".tip")).to_contain_text("Festival")


def test_without_a_script_marks_are_drawn_and_their_list_opens(open_page: OpenPage, site):
    page = open_page((site / "country/FRA.html").as_uri(), java_script_enabled=False, **DESKTOP).page
    assert page.locator("svg.marks .noted").count() == 1
    page.locator("#events summary").click()
    expect(page.locator("#events li")).to_have_count(1)  # the notes; publications are among all changes
    page.goto((site / "collection/course.html").as_uri())
    page.locator("#events summary").click()
    expect(page.locator("#events li")).to_have_count(2)
    page.goto((site / "videos.html").as_uri())
    page.get_by_role("link", name="course").click()
    expect(page.locator("h1")).to_have_text("course")


def test_a_collection_filters_the_list_and_is_in_the_address(open_page: OpenPage, site):
    address = (site / "videos.html").as_uri()
    page = open_page(f"{address}?collection=live", **DESKTOP).page
    rows = page.locator("#list tbody tr:visible")
    expect(rows).to_have_count(1)
    page.select_option("#collection", "course")
    expect(rows).to_have_count(2)
    assert page.url == f"{address}?collection=course"
    page.go_back()
    expect(rows).to_have_count(1)
    page.goto(f"{address}?collection=secret")
    expect(rows).to_have_count(4)
    assert page.input_value("#collection") == ""


@pytest.mark.parametrize("name", ["index.html", "country/FRA.html", "collection/course.html", "group/europe.html"])
def test_the_notes_and_publications_of_a_period_are_counted_and_listed(open_page: OpenPage, site, name):
    page = live(open_page(f"{(site / name).as_uri()}?period={WEEK[0]}..{WEEK[3]}", **DESKTOP).page)
    summary = page.locator("#events summary")
    expect(summary).to_have_text("● 1 note")
    summary.click()
    expect(page.locator("#events li:visible")).to_have_text([re.compile("Note: ")])
    page.click("[data-period=all]")
    expect(summary).to_have_text("● 1 note · ■ 1 publication")
    expect(page.locator("#events li:visible")).to_have_count(2)
    page.click("[data-period=custom]")
    page.fill("#from", str(WEEK[5]))
    page.fill("#to", str(WEEK[6]))
    page.keyboard.press("Enter")
    expect(page.locator("#events")).to_be_hidden()
