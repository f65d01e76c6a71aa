"""Choosing what a period is compared with, in a real Chromium; changes are those of plain Python over dates."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import ibis
import pytest
from playwright.sync_api import Page

from apivideo_geo.facts import facts_table
from apivideo_geo.render.text.formats import Formats
from tests.browser import OpenPage, wait_until
from tests.comparing import change_of, count_on
from tests.render.browsing import DESKTOP, PHONE, build, cells, chosen, live
from tests.render.samples import MADE
from tests.summaries import summarise

EN = Formats("en")
LAST = date(2026, 11, 21)
DAYS = [LAST - timedelta(back) for back in reversed(range(500))]
GAP = {date(2025, 10, 27), date(2026, 8, 3), date(2026, 8, 4), date(2026, 8, 5), date(2026, 8, 6)}
COUNTS = {
    "FRA": {day: count_on(day) for day in DAYS if day not in GAP},
    "PER": {day: day.toordinal() % 5 + day.month for day in DAYS if day not in GAP},
}
MONTH = LAST - timedelta(29), LAST


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    rows = [(day, "play", code, "total", "", count) for code, counts in COUNTS.items() for day, count in counts.items()]
    rows.append((LAST + timedelta(1), "play", "FRA", "total", "", 3))
    what = summarise(
        ibis.memtable(facts_table(rows)), {row[0]: row[0] > LAST for row in rows}, metric="play", generated_at=MADE,
    )  # fmt: skip
    return build(what, tmp_path_factory.mktemp("compared"))


def check_changes(page: Page, now: tuple[date, date], before: tuple[date, date]) -> None:
    """Fails unless the table and the first figure have the changes between two periods."""
    shown = cells(page)
    for code, counts in COUNTS.items():
        assert shown[code][5] == EN.change(1 + change_of(counts, now, before)["change"], 1)
    total = {day: sum(counts[day] for counts in COUNTS.values()) for day in COUNTS["FRA"]}
    change = EN.change(1 + change_of(total, now, before)["change"], 1)
    assert change in page.locator("[data-figure=total] span").inner_text()


def note(page: Page) -> str:
    return page.locator("#against-note span").inner_text()


def test_more_than_last_year_is_answered_although_a_day_is_missing(open_page: OpenPage, site):
    page = live(open_page(site.as_uri(), **PHONE).page)
    chosen(page, "period", "30d")
    page.select_option("#against", "year")
    wait_until(page, "location.search === '?period=30d&against=year'")
    check_changes(page, MONTH, (date(2025, 10, 23), date(2025, 11, 21)))
    assert "23 Oct – 21 Nov 2026 (30 of 30 days) against 23 Oct – 21 Nov 2025 (29 of 30 days)" in note(page)
    assert page.locator("#said").inner_text() == note(page) == page.locator("#change-note").inner_text()
    chosen(page, "period", "all")
    check_changes(page, MONTH, (date(2025, 10, 23), date(2025, 11, 21)))
    assert page.locator("[data-figure=total] span").inner_text().endswith("% on 23 Oct – 21 Nov 2025")
    page.go_back()
    page.go_back()
    wait_until(page, "location.search === '?period=30d'")
    assert page.input_value("#against") == ""


def test_days_of_ones_own_are_compared_and_are_in_the_address(open_page: OpenPage, site):
    page = live(open_page(f"{site.as_uri()}?period=7d", **DESKTOP).page)
    page.select_option("#against", "own")
    assert page.evaluate("document.activeElement.id") == "own-from"
    page.fill("#own-from", "2026-06-01")
    page.fill("#own-to", "2026-06-30")
    page.keyboard.press("Tab")
    wait_until(page, "location.search === '?period=7d&against=2026-06-01..2026-06-30'")
    week, june = (LAST - timedelta(6), LAST), (date(2026, 6, 1), date(2026, 6, 30))
    check_changes(page, week, june)
    page.reload()
    check_changes(live(page), week, june)
    assert page.input_value("#own-to") == "2026-06-30"
    page.goto(f"{site.as_uri()}?period=7d&against=2026-06-31..2026-06-12")
    assert live(page).input_value("#against") == "", "no such days"


def test_a_country_opened_on_the_map_is_compared_in_the_same_way(open_page: OpenPage, site):
    page = live(open_page(f"{site.as_uri()}?period=30d&against=year", **DESKTOP).page)
    page.focus("#map_world")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    page.wait_for_url("**/country/FRA.html?period=30d&against=year")


def test_where_days_are_missing_the_reason_and_the_nearest_period_are_offered(open_page: OpenPage, site):
    page = live(open_page(f"{site.as_uri()}?period=2026-08-12..2026-08-21", **DESKTOP).page)
    assert {row[5] for row in cells(page).values()} == {"–"}
    assert note(page) == ("No comparison: of 2–11 Aug 2026 only 6 of 10 days were collected; at least 90% are needed.")
    page.get_by_role("button", name="Compare 16–25 Aug 2026 with 6–15 Aug 2026").click()
    wait_until(page, "location.search === '?period=2026-08-16..2026-08-25'")
    check_changes(page, (date(2026, 8, 16), date(2026, 8, 25)), (date(2026, 8, 6), date(2026, 8, 15)))
    assert page.locator("#against-note button").is_hidden()
    assert page.evaluate("document.activeElement.id") == "against"
    page.select_option("#against", "year")
    wait_until(page, "location.search.endsWith('against=year')")
    page.goto(f"{site.as_uri()}?period=2025-08-16..2025-08-25&against=year")
    assert note(live(page)) == "No comparison: the days collected begin on 10 July 2025."
    page.locator("#against-note button").click()
    wait_until(page, "location.search.includes('period=2026-07-09..2026-07-18')")
    check_changes(page, (date(2026, 7, 9), date(2026, 7, 18)), (date(2025, 7, 9), date(2025, 7, 18)))
    assert "(9 of 10 days)" in note(page), "the first day is before the history"
