"""Countries, groups and videos side by side, as a browser shows them; every sum is checked against facts.parquet."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import ibis
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, Route, expect

from apivideo_geo.aggregate.collections import make_collections
from apivideo_geo.aggregate.compare import compare as compare_days
from apivideo_geo.aggregate.details import by_media, detail
from apivideo_geo.exports.facts_parquet import render_facts
from apivideo_geo.facts import facts_table
from apivideo_geo.geo.cities import locate
from apivideo_geo.geo.groups import own_groups
from apivideo_geo.model import UNLISTED, Asset, Details, Note, Summary
from apivideo_geo.render.text.formats import Formats
from apivideo_geo.render.theme.theme import Theme
from tests.browser import OpenPage, find_violations, serve, wait_until
from tests.comparing import change_of
from tests.render.browsing import DESKTOP, PHONE, find_faults, live
from tests.render.samples import MADE, days, summary, whole_site, write
from tests.summaries import summarise

FIRST, DAYS = date(2026, 9, 3), 38
"""From a Thursday to a Saturday, which is not over."""
LACKING = range(11, 18)
"""The days that were never collected: the week from 14 September."""
NOT_BY_VIDEO = range(18, 20)
COUNTRIES = ("FRA", "DEU", "CHE", "AUT", "BEL", "PER", "JPN", "---")
TAG, HTML = "2026", "HTML-Kurs"
ASSETS = (
    Asset("viFilm00", "video", '</script><b>"Film"', True, (TAG,), "2026-09-09T12:00:00+00:00"),
    Asset("liShow00", "live-stream", "Show", True, (TAG, HTML)),
    Asset("europe", "video", "A video with the id of a group", True),
)
GERMAN = ("DEU", "AUT", "CHE")


def rows():
    for place in range(DAYS):
        for number, code in enumerate(COUNTRIES):
            if place in LACKING:
                continue
            count = 3 + (place * (number + 2)) % 17 + 90 // (number + 1)
            day = FIRST + timedelta(place)
            yield day, "play", code, "total", "", count
            if place not in NOT_BY_VIDEO:
                for share, media in enumerate(("viFilm00", "liShow00", "europe", UNLISTED), 2):
                    yield day, "play", code, "media", media, count // (share + 1)


FACTORS = {"impression": 3, "viewer": 1}
"""Other metric → how many times the plays it is; Japan has fewer impressions than a rate needs."""
NO_IMPRESSIONS = range(5, 7)
"""The days on which impressions were not collected: a weekend."""
NOTE = Note(date(2026, 9, 23), "№ 1")


def other_rows(metric: str):
    """The facts of another metric: all of its counts by country, and impressions of the first video."""
    for day, _, code, dimension, value, count in rows():
        if metric == "impression" and (day - FIRST).days in NO_IMPRESSIONS:
            continue
        if dimension == "total" or (metric == "impression" and value == "viFilm00"):
            factor = FACTORS[metric] if code != "JPN" else 0.5
            yield day, metric, code, dimension, value, int(count * factor)


def make_account() -> tuple[Summary, Details, bytes]:
    """Return the figures of an invented account, and its facts.parquet."""
    known = {"generated_at": MADE}
    facts = ibis.memtable(facts_table(rows()))
    collected = {FIRST + timedelta(place): place == DAYS - 1 for place in range(DAYS) if place not in LACKING}
    summary = summarise(facts, collected, metric="play", **known)
    details = detail(facts, summary, ASSETS, {}, locate)
    others, videos = {}, {}
    for metric in FACTORS:
        table = ibis.memtable(facts_table(other_rows(metric)))
        lacking = {FIRST + timedelta(place) for place in NO_IMPRESSIONS} if metric == "impression" else set()
        stored = {day: partial for day, partial in collected.items() if day not in lacking}
        period = {"since": FIRST, "until": FIRST + timedelta(DAYS - 1), "exactly": True}
        others[metric] = summarise(table, stored, metric=metric, **period, **known)
        videos |= {metric: found} if (found := by_media(table, others[metric])) else {}
    details = replace(
        details, by_media=videos, collections=make_collections(details.assets, [TAG, HTML]), notes=(NOTE,)
    )
    return replace(summary, others=others), details, render_facts(facts, None, None, False)


@pytest.fixture(scope="module")
def account() -> tuple[Summary, Details, bytes]:
    return make_account()


@pytest.fixture(scope="module")
def site(tmp_path_factory, account) -> Path:
    summary, details, _ = account
    theme = Theme("Acme Academy", groups=own_groups({"Drei Länder": GERMAN}))
    return write(whole_site(summary, details, theme), tmp_path_factory.mktemp("compare"))


@pytest.fixture(scope="module")
def sums(account) -> dict[tuple[str, date], int]:
    """(country, "all" or media id, Monday) → plays, counted from facts.parquet alone."""
    found: dict[tuple[str, date], int] = defaultdict(int)
    for row in pq.read_table(io.BytesIO(account[2])).to_pylist():
        monday = row["day"] - timedelta(row["day"].weekday())
        if row["dimension"] == "total":
            found[row["country"], monday] += row["count"]
            found["all", monday] += row["count"]
        elif row["dimension"] == "media":
            found[row["value"], monday] += row["count"]
    return found


MONDAYS = [date(2026, 8, 31) + timedelta(7 * number) for number in range(6)]


def compare(open_page: OpenPage, site: Path, search: str = "", **options) -> Page:
    """Open the page, and wait until its script shows what the address says."""
    page = open_page(f"{(site / 'compare.html').as_uri()}{search}", **(options or DESKTOP)).page
    return ready(page)


def ready(page: Page) -> Page:
    """Wait until the page works and has all changes."""
    page.wait_for_selector("html.live")
    wait_until(page, "[...document.querySelectorAll('#sums td.change')].every((cell) => cell.textContent)")
    return page


def table(page: Page, name: str) -> dict[str, list[str]]:
    """First cell of each visible row → its other cells."""
    found = page.evaluate(
        f"[...document.querySelectorAll('#{name} tbody tr')].filter((row) => row.checkVisibility())"
        ".map((row) => [...row.cells].map((cell) => cell.innerText.trim()))"
    )
    return {row[0]: row[1:] for row in found}


def names(page: Page) -> list[str]:
    """What is compared, as named at the ends of the lines."""
    return page.evaluate("[...document.querySelectorAll('#chart .name')].map((name) => name.firstChild.textContent)")


def chosen(page: Page) -> list[str]:
    return page.locator("#chosen a").all_inner_texts()


def collected(week: int, by_video: bool) -> int:
    """On how many complete days of a week something was collected."""
    first = (MONDAYS[week] - FIRST).days
    lacking = {*LACKING, *(NOT_BY_VIDEO if by_video else ())}
    return sum(1 for place in range(max(first, 0), min(first + 7, DAYS - 1)) if place not in lacking)


def heights(page: Page) -> list[dict[int, float]]:
    """Of each line of the chart: week → height in pixels above zero; a gap is not in it."""
    paths = page.locator("#chart path.line").all()
    drawn = [path for line in paths if "h" not in (path := line.get_attribute("d"))]
    left, zero, right = map(float, re.findall(r"[\d.]+", page.locator("#chart .zero").get_attribute("d")))
    found = [[point.split() for point in re.split("[ML]", path) if point] for path in drawn]
    # The first of the five weeks is at the left end, the last one at the right end.
    return [{round(4 * (float(x) - left) / (right - left)): zero - float(y) for x, y in line} for line in found]


def test_every_sum_in_tables_and_chart_is_that_of_the_facts(open_page: OpenPage, site, sums):
    film, europe = '</script><b>"Film"', ["FRA", *GERMAN, "BEL"]
    keys = {"France": ["FRA"], "Drei Länder": GERMAN, film: ["viFilm00"], ASSETS[2].title: ["europe"], "Europe": europe}
    check_sums(compare(open_page, site, "?compare=FRA~drei-lander~viFilm00~video.europe~europe"), keys, sums)
    keys = {TAG: ["viFilm00", "liShow00"], "Peru": ["PER"]}
    check_sums(compare(open_page, site, f"?compare=collection.{TAG}~PER"), keys, sums)


def check_sums(page: Page, keys: dict[str, list[str]], sums) -> None:
    """Fail unless tables and chart have the sums of the members of each name."""
    assert chosen(page) == list(keys)
    week_by_week, drawn, means = table(page, "weeks"), heights(page), []
    assert [name.partition("\n")[0] for name in week_by_week][2:4] == ["21–27 Sept 2026", "14–20 Sept 2026"]
    for place, (name, members) in enumerate(keys.items()):
        by_video = members[0] not in COUNTRIES
        by_week = [sum(sums[member, monday] for member in members) for monday in MONDAYS]
        shown = [cells[1 + place].partition(" on ")[0].replace(",", "") for cells in week_by_week.values()]
        assert shown == [str(count) if week != 2 else "–" for week, count in reversed([*enumerate(by_week)])]
        means.append({week: by_week[week] / collected(week, by_video) for week in (0, 1, 3, 4)})
        total, a_day, share, _ = table(page, "sums")[name]
        assert total == f"{sum(by_week):,}"
        over = sum(count for day, count in by_day(*members).items() if day < FIRST + timedelta(DAYS - 1))
        days = sum(collected(week, by_video) for week in range(6))
        assert float(a_day) == pytest.approx(over / days, abs=0.051)
        everything = sum(sums["all", monday] for monday in MONDAYS)
        if by_video:
            everything -= sum(
                count for day, _, _, dimension, _, count in rows()
                if dimension == "total" and (day - FIRST).days in NOT_BY_VIDEO
            )  # fmt: skip
        assert share == f"{100 * sum(by_week) / everything:.1f}%"
    highest, pixels = (max(max(line.values()) for line in lines) for lines in (means, drawn))
    for line, mean in zip(drawn, means, strict=True):
        assert line.keys() == mean.keys(), "the week that was not collected is a gap, the last one is not over"
        assert {week: height * highest / pixels for week, height in line.items()} == pytest.approx(mean, abs=0.5)


def is_uncovered(page: Page, selector: str) -> bool:
    """Whether nothing is over the middle of an element, such as an open list."""
    return page.evaluate(
        f"(() => {{ const one = document.querySelector('{selector}'), box = one.getBoundingClientRect();"
        " return one.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)); })()"
    )


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_the_lines_use_the_width_of_the_chart_and_each_week_is_named_under_its_point(open_page: OpenPage, site, width):
    options = {"viewport": {"width": width, "height": 900}}
    page = compare(open_page, site, "?compare=FRA&period=2026-09-21..2026-10-04", **options)
    check_ends(page, "4 Oct 2026")
    page = compare(open_page, site, "?compare=FRA&period=2026-09-24..2026-09-26", **options)
    point, week = (page.locator(f"#chart {one}").bounding_box() for one in (".point", "text:last-child"))
    assert page.locator("#chart text:last-child").inner_html() == "21–27 Sept 2026"
    assert point["x"] + point["width"] / 2 == pytest.approx(week["x"] + week["width"] / 2, abs=2)


def check_ends(page: Page, last: str) -> None:
    """Fail unless a line goes from one end of the chart to the other, and weeks until ``last`` are named under them."""
    axis, line = (page.locator(f"#chart {one}").first.bounding_box() for one in (".zero", ".line"))
    texts = [one for one in page.locator("#chart text").all() if one.inner_html().endswith("2026")]
    assert line["x"] == pytest.approx(axis["x"], abs=3) and line["width"] == pytest.approx(axis["width"], abs=5)
    for box in (one.bounding_box() for one in texts):
        ends = axis["x"], axis["x"] + axis["width"]
        assert any(box["x"] - 2 <= end <= box["x"] + box["width"] + 2 for end in ends)
    assert texts and texts[0].inner_html().endswith(last)


def test_a_period_shows_the_weeks_that_are_mostly_in_it(open_page: OpenPage, site, sums):
    page = compare(open_page, site, "?compare=DEU&period=2026-09-08..2026-09-27")
    assert list(table(page, "weeks")) == ["21–27 Sept 2026", "14–20 Sept 2026", "7–13 Sept 2026"]
    assert page.locator("#chosen a").get_attribute("href") == "country/DEU.html?period=2026-09-08..2026-09-27"
    page.select_option("#month", "2026-09")
    assert len(table(page, "weeks")) == 4
    assert page.url.endswith("?compare=DEU&period=2026-09")
    page.click("[data-period='30d']")
    assert list(table(page, "weeks"))[-1] == "7–13 Sept 2026"
    page.go_back()
    assert page.locator("#month").input_value() == "2026-09"


def sums_of(days: range, *keys: str, metric: str = "play") -> list[str]:
    """The cells of the table of sums: of the facts of some days, of which the last one of the history is not over."""
    by_video = keys[0] not in COUNTRIES
    lacking = {*LACKING, *(NOT_BY_VIDEO if by_video else ()), *(NO_IMPRESSIONS if metric == "impression" else ())}
    known = [day for day in days if day not in lacking]
    counts, everything = (by_day(*names, metric=metric) for names in (keys, COUNTRIES))
    count, over, total = (
        sum(found[FIRST + timedelta(day)] for day in known if day != left)
        for found, left in ((counts, None), (counts, DAYS - 1), (everything, None))
    )
    complete = len([day for day in known if day != DAYS - 1])
    return [f"{count:,}", f"{over / complete:.1f}", f"{100 * count / total:.1f}%"]


@pytest.mark.parametrize(
    ("search", "days", "heading"),
    [
        ("2026-09", range(28), "In the period: 3–30 September 2026"),
        ("30d", range(7, 37), "In the period: 10 September – 9 October 2026"),
        ("2026-10-07..2026-10-10", range(34, 38), "In the period: 7–10 October 2026"),  # with today
        ("2026-09-22..2026-09-25", range(19, 23), "In the period: 22–25 September 2026"),  # 22nd: not by video
    ],
)
def test_sums_of_a_period_are_those_of_its_days_as_on_the_page_of_each(
    open_page: OpenPage, site, search, days, heading
):
    members = {
        "Germany": ("DEU",),
        "Drei Länder": GERMAN,
        '</script><b>"Film"': ("viFilm00",),
        TAG: ("viFilm00", "liShow00"),
    }
    page = compare(open_page, site, f"?compare=DEU~drei-lander~viFilm00~collection.{TAG}&period={search}")
    shown = {name: cells[:-1] for name, cells in table(page, "sums").items()}
    assert shown == {name: sums_of(days, *keys) for name, keys in members.items()}
    assert page.locator("#sums-title").inner_text() == heading
    for link in page.locator("#chosen a").all()[:: 2 if search == "30d" else 9]:
        own = open_page(f"{site.as_uri()}/{link.get_attribute('href')}", **DESKTOP).page
        expect(own.locator("[data-figure=total] b")).to_have_text(shown[link.inner_text()][0])


def test_of_another_metric_videos_have_whole_weeks_and_the_table_says_which(open_page: OpenPage, site):
    page = compare(open_page, site, "?compare=DEU~viFilm00&metric=impression&period=2026-09-08..2026-09-27")
    rows_of_sums = page.locator("#sums tbody tr")
    expect(rows_of_sums.nth(1).locator("th")).to_contain_text("Whole weeks: 7–27 September 2026")
    expect(rows_of_sums.nth(0).locator("td")).to_have_text([*sums_of(range(5, 25), "DEU", metric="impression"), "–"])
    weeks = by_week("impression", "viFilm00", "media")
    expect(rows_of_sums.nth(1).locator("td").first).to_have_text(f"{weeks[1] + weeks[3]:,}")
    expect(page.locator("#sums-title")).to_have_text("In the period: 8–27 September 2026")
    page.click("#chosen button >> nth=0")
    expect(page.locator("#sums-title")).to_have_text("Whole weeks: 7–27 September 2026")


def by_week(metric: str, code: str, dimension: str = "total", days: range = range(DAYS)) -> list[int]:
    """The sums of each week, oldest first, of a country or a video, on some days only."""
    found = dict.fromkeys(MONDAYS, 0)
    for day, _, country, kind, value, count in rows() if metric == "play" else other_rows(metric):
        if kind == dimension and code == (value if kind == "media" else country) and (day - FIRST).days in days:
            found[day - timedelta(day.weekday())] += count
    return list(found.values())


def test_another_metric_is_loaded_when_it_is_chosen_and_has_its_own_sums(open_page: OpenPage, site):
    opened = open_page(f"{(site / 'compare.html').as_uri()}?compare=FRA~DEU", **DESKTOP)
    page = opened.page
    page.wait_for_selector("html.live")
    assert not any("weeks-" in url for url in opened.requests)
    page.select_option("#metric", "impression")
    expect(page.locator("#sums thead th").nth(1)).to_have_text("Impressions")
    assert [url.rpartition("/")[2].partition(".")[0] for url in opened.requests if "weeks-" in url] == [
        "weeks-impression"
    ]
    assert page.url.endswith("?compare=FRA~DEU&metric=impression")
    france = by_week("impression", "FRA")
    assert [cells[1].partition(" on ")[0].replace(",", "") for cells in table(page, "weeks").values()] == [
        str(count) if monday != MONDAYS[2] else "–" for monday, count in reversed([*zip(MONDAYS, france, strict=True)])
    ]
    assert table(page, "sums")["France"][0] == f"{sum(france):,}"
    page.select_option("#metric", "viewer")
    expect(page.locator("#sums thead th").nth(1)).to_have_text("Viewers a day")
    a_day = sum(by_week("viewer", "FRA", days=range(DAYS - 1))) / (DAYS - len(LACKING) - 1)
    assert float(table(page, "sums")["France"][0]) == pytest.approx(a_day, abs=0.051)
    assert opened.problems == []
    page.go_back()
    expect(page.locator("#metric")).to_have_value("impression")


def test_viewers_a_day_are_those_of_complete_days_also_in_the_week_that_is_not_over(open_page: OpenPage, site):
    page = compare(open_page, site, "?compare=FRA&metric=viewer&period=2026-10-05..2026-10-10")
    complete = range(32, DAYS - 1)
    a_day = f"{sum(by_week('viewer', 'FRA', days=complete)) / len(complete):.1f}"
    assert table(page, "sums")["France"][0] == a_day
    assert [cells[1] for cells in table(page, "weeks").values()] == [a_day]
    page.select_option("#metric", "plays-per-viewer")
    expect(page.locator("#sums thead th").nth(1)).to_have_text("Plays per viewer")
    expect(page.locator("#sums tbody td").first).not_to_be_empty()
    assert table(page, "sums")["France"][:3] == ["1.00", a_day, a_day]  # every viewer played once


def test_a_metric_that_fails_to_load_leaves_the_one_that_is_shown(open_page: OpenPage, site):
    slow: list[Route] = []
    with serve(site) as address:
        page = open_page(f"{address}/compare.html?compare=FRA", **DESKTOP).page
        page.wait_for_selector("html.live")
        page.route("**/weeks-viewer.*", lambda route: slow.append(route))

        def check_impressions(said: str) -> None:
            wait_until(page, "document.querySelector('script[src*=weeks-viewer]') === null")
            expect(page.locator("#said")).to_have_text(said)
            expect(page.locator("#metric")).to_have_value("impression")
            expect(page.locator("#sums thead th").nth(1)).to_have_text("Impressions")
            assert page.url.endswith("?compare=FRA&metric=impression")
            assert page.locator("#metric").get_attribute("aria-busy") is None

        page.select_option("#metric", "viewer")
        page.select_option("#metric", "impression")
        expect(page.locator("#sums thead th").nth(1)).to_have_text("Impressions")
        slow[0].abort()
        check_impressions("")
        page.route("**/weeks-viewer.*", lambda route: route.abort())
        page.select_option("#metric", "viewer")
        expect(page.locator("#said")).to_have_text("The figures could not be loaded.")
        check_impressions("The figures could not be loaded.")


def test_while_another_metric_loads_a_resize_and_a_picture_show_the_one_before(open_page: OpenPage, site):
    held: list[Route] = []
    with serve(site) as address:
        opened = open_page(f"{address}/compare.html?compare=FRA", **DESKTOP)
        page = opened.page
        page.wait_for_selector("html.live")
        page.route("**/weeks-viewer.*", lambda route: held.append(route))
        page.select_option("#metric", "viewer")
        wait_until(page, "document.querySelector('script[src*=weeks-viewer]') !== null")
        page.set_viewport_size({"width": 700, "height": 900})
        wait_until(page, "document.querySelector('#chart svg').getBoundingClientRect().width < 700")
        page.fill("#find", "germany")
        page.keyboard.press("Enter")
        assert names(page) == list(table(page, "sums")) == ["France", "Germany"]
        with page.expect_download() as saved:
            page.click("#save-svg")
        assert "Plays a day, week by week" in Path(saved.value.path()).read_text(encoding="utf-8")
        assert page.locator("#picture-said").inner_text() == ""
        held[0].continue_()
        expect(page.locator("#sums thead th").nth(1)).to_have_text("Viewers a day")
        assert names(page) == ["France", "Germany"]
        assert opened.problems == []


def by_day(*keys: str, metric: str = "play") -> dict[date, int]:
    """Day → the sum of some countries or videos, of the days that have any."""
    found: dict[date, int] = defaultdict(int)
    for day, _, country, kind, value, count in rows() if metric == "play" else other_rows(metric):
        if (value if kind == "media" else country if kind == "total" else "") in keys:
            found[day] += count
    return found


def days_of(first: str, last: str) -> tuple[date, date]:
    return date.fromisoformat(first), date.fromisoformat(last)


def change(counts: dict[date, int], now: tuple[date, date], before: tuple[date, date]) -> str:
    """The change between two periods as a page writes it."""
    return Formats("en").change(1 + change_of(counts, now, before)["change"], 1)


def check_changes(page: Page, members: dict[str, tuple[str, ...]], now, before) -> None:
    """Fail unless the table has, of each name, the change of the sum of its members."""
    shown = {name: cells[-1] for name, cells in table(page, "sums").items()}
    late = "published on 9 September 2026"  # the first video: within the days before, or after them
    assert shown == {
        name: late if keys == ("viFilm00",) and before[0] <= date(2026, 9, 9) else change(by_day(*keys), now, before)
        for name, keys in members.items()
    }


def test_the_table_says_how_much_each_changed_since_the_days_that_the_reader_chooses(open_page: OpenPage, site):
    members = {
        "France": ("FRA",), "Drei Länder": GERMAN, '</script><b>"Film"': ("viFilm00",), TAG: ("viFilm00", "liShow00"),
    }  # fmt: skip
    opened = open_page(
        f"{site.as_uri()}/compare.html?compare=FRA~drei-lander~viFilm00~collection.{TAG}"
        "&period=2026-10-01..2026-10-07", **PHONE,
    )  # fmt: skip
    page, note = opened.page, opened.page.locator("#against-note span")
    expect(note).to_contain_text("1–7 Oct 2026 (7 of 7 days) against 24–30 Sept 2026 (7 of 7 days)")
    now = days_of("2026-10-01", "2026-10-07")
    check_changes(page, members, now, days_of("2026-09-24", "2026-09-30"))
    page.select_option("#against", "year")
    expect(note).to_have_text("No comparison: the days collected begin on 3 September 2026.")
    assert [cells[-1] for cells in table(page, "sums").values()] == ["–"] * 4
    page.select_option("#against", "own")
    page.fill("#own-from", "2026-09-03")
    page.fill("#own-to", "2026-09-09")
    page.keyboard.press("Tab")
    expect(note).to_contain_text("against 3–9 Sept 2026 (7 of 7 days)")
    assert page.locator("#said").inner_text() == note.inner_text()
    check_changes(page, members, now, days_of("2026-09-03", "2026-09-09"))
    assert page.url.endswith("&period=2026-10-01..2026-10-07&against=2026-09-03..2026-09-09")
    page.select_option("#metric", "impression")
    expect(note).to_contain_text("of 3–9 Sept 2026 only 5 of 7 days were collected")
    expect(page.locator("#videos-note")).to_have_text(
        "Videos and collections have a change only for plays: their other figures are published by week, and changes"
        " compare days."
    )
    page.select_option("#against", "")
    expect(note).to_contain_text("against 24–30 Sept 2026 (7 of 7 days)")
    before = days_of("2026-09-24", "2026-09-30")
    expected = [change(by_day(*keys, metric="impression"), now, before) for keys in (COUNTRIES[:1], GERMAN)]
    expect(page.locator("#sums .change")).to_have_text([*expected, "–", "–"])
    page.go_back()
    page.go_back()
    expect(page.locator("#metric")).to_have_value("play")
    page.reload()
    ready(page)
    assert page.input_value("#own-from") == "2026-09-03"
    check_changes(page, members, now, days_of("2026-09-03", "2026-09-09"))
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert find_violations(page) == []
    page.locator("#chosen a").first.tap()
    page.wait_for_url("**/country/FRA.html?period=2026-10-01..2026-10-07&against=2026-09-03..2026-09-09")
    assert opened.problems == []


def test_where_days_are_missing_the_page_says_which_and_offers_the_nearest_period(open_page: OpenPage, site):
    page = compare(open_page, site, "?compare=FRA~viFilm00&period=2026-09-28..2026-10-04")
    expect(page.locator("#videos-note")).to_have_text(
        "Videos and collections lack more days. "
        "No comparison: of 21–27 Sept 2026 only 5 of 7 days were collected; at least 90% are needed."
    )
    days = days_of("2026-09-28", "2026-10-04"), days_of("2026-09-21", "2026-09-27")
    assert [cells[-1] for cells in table(page, "sums").values()] == [change(by_day("FRA"), *days), "–"]
    page.click("#chosen button >> nth=0")  # the video alone
    page.get_by_role("button", name="Compare 30 Sept – 6 Oct 2026 with 23–29 Sept 2026").press("Enter")
    expect(page.locator("#against-note button")).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == "against"
    assert page.url.endswith("?compare=viFilm00&period=2026-09-30..2026-10-06")
    days = days_of("2026-09-30", "2026-10-06"), days_of("2026-09-23", "2026-09-29")
    check_changes(page, {'</script><b>"Film"': ("viFilm00",)}, *days)


def test_a_collection_with_html_in_its_name_has_its_change(open_page: OpenPage, site):
    page = compare(open_page, site, "?compare=collection.html-kurs&period=2026-10-01..2026-10-07")
    sides = days_of("2026-10-01", "2026-10-07"), days_of("2026-09-24", "2026-09-30")
    check_changes(page, {HTML: ("liShow00",)}, *sides)


FAILED = "The figures of the days could not be loaded."


def open_without(open_page: OpenPage, address: str, pattern: str, search: str) -> Page:
    """Open the page while files whose names match ``pattern`` fail to load."""
    page = open_page("about:blank", **DESKTOP).page
    page.route(pattern, lambda route: route.abort())
    page.goto(f"{address}/compare.html{search}")
    return ready(page)


def test_a_file_that_fails_removes_only_its_own_change_and_the_page_says_so(open_page: OpenPage, site):
    period = "&period=2026-10-01..2026-10-07"
    sides = days_of("2026-10-01", "2026-10-07"), days_of("2026-09-24", "2026-09-30")
    with serve(site) as address:
        page = open_without(open_page, address, "**/video-viFilm00.*.js", f"?compare=FRA~viFilm00{period}")
        expect(page.locator("#sums .change")).to_have_text([change(by_day("FRA"), *sides), "–"])
        expect(page.locator("#against-note")).to_contain_text("against 24–30 Sept 2026 (7 of 7 days)")
        expect(page.locator("#videos-note")).to_have_text(FAILED)
        expect(page.locator("#said")).to_have_text(FAILED)
        for metric in ("", "&metric=impression"):
            page = open_without(open_page, address, "**/days*", f"?compare=FRA~DEU{period}{metric}")
            expect(page.locator("#sums .change")).to_have_text(["–", "–"])
            expect(page.locator("#videos-note")).to_have_text(FAILED)
            assert page.locator("#against-note").inner_text().strip() == ""


def test_videos_alone_have_no_comparison_in_a_metric_in_which_their_changes_are_not_known(open_page: OpenPage, site):
    search = "?compare=viFilm00&metric=impression&period="
    for period in ("2026-10-01..2026-10-07", "2026-09-28..2026-10-04"):
        page = compare(open_page, site, search + period)
        expect(page.locator("#sums .change")).to_have_text(["–"])
        expect(page.locator("#videos-note")).to_contain_text("a change only for plays")
        assert page.locator("#against-note").inner_text().strip() == ""
    page.select_option("#metric", "play")
    expect(page.locator("#against-note button")).to_be_visible()


def test_an_address_with_another_metric_shows_and_loads_no_other(open_page: OpenPage, site):
    slow: list[Route] = []
    with serve(site) as address:
        opened = open_page("about:blank", **DESKTOP)
        page = opened.page
        page.route("**/weeks-impression.*", lambda route: slow.append(route))
        page.goto(f"{address}/compare.html?compare=FRA~viFilm00&metric=impression", wait_until="commit")
        wait_until(page, "document.querySelector('script[src*=weeks-impression]') !== null")
        assert page.locator("html.live").count() == 0
        wait_until(page, "document.querySelector('#metric').getAttribute('aria-busy') === 'true'")
        slow[0].continue_()
        ready(page)
        assert table(page, "sums")["France"][0] == f"{sum(by_week('impression', 'FRA')):,}"
    assert not any("/days." in url or "/video-" in url for url in opened.requests)


def test_the_chart_does_not_wait_for_the_changes_and_videos_alone_need_no_days(open_page: OpenPage, site):
    slow: list[Route] = []
    with serve(site) as address:
        opened = open_page("about:blank", **DESKTOP)
        page = opened.page
        page.route("**/video-viFilm00.*.js", lambda route: slow.append(route))
        page.goto(f"{address}/compare.html?compare=viFilm00", wait_until="commit")
        page.wait_for_selector("html.live")
        page.set_viewport_size({"width": 700, "height": 900})
        wait_until(page, "document.querySelector('#chart svg').getBoundingClientRect().width < 700")
        wait_until(page, "document.querySelector('script[src*=video-viFilm00]') !== null")
        assert page.locator("#sums .change").inner_text() == ""
        slow[0].continue_()
        ready(page)
    assert not any("/days." in url for url in opened.requests)
    assert opened.problems == []


def test_a_rate_is_two_sums_over_the_days_that_have_both(open_page: OpenPage, site):
    page = compare(open_page, site, "?compare=FRA~JPN~viFilm00~liShow00&metric=play-rate")
    both = [place for place in range(DAYS) if place not in NO_IMPRESSIONS]
    plays, impressions = by_week("play", "FRA", days=both), by_week("impression", "FRA", days=both)
    rate = f"{100 * sum(plays) / sum(impressions):.1f}%"
    assert table(page, "sums")["France"][:3] == [rate, f"{sum(plays):,}", f"{sum(impressions):,}"]
    cells = list(table(page, "weeks").values())[::-1]
    assert cells[0][1].split("\n") == [f"{100 * plays[0] / impressions[0]:.1f}%", f"{plays[0]} ÷ {impressions[0]:,}"]
    assert cells[2][1] == "–"
    film = [by_week(metric, "viFilm00", "media", both) for metric in ("play", "impression")]
    assert table(page, "sums")['</script><b>"Film"'][1:3] == [f"{sum(one):,}" for one in film]
    few = [at for at, count in enumerate(by_week("impression", "JPN", days=both)) if 0 < count < 100]
    assert few and all(cells[at][2].startswith("too few") for at in few)
    assert all(row[4] == "–" or row[4].endswith("÷ 0") for row in cells)
    lines = page.evaluate("[...document.querySelectorAll('#chart path.line')].map((line) => line.getAttribute('d'))")
    assert len([line for line in lines if line and "h" not in line]) <= 3


def test_a_collection_is_the_sum_of_its_videos(open_page: OpenPage, site, sums):
    page = compare(open_page, site, f"?compare=collection.{TAG}")
    assert chosen(page) == [TAG]
    both = sum(sums[media, monday] for media in ("viFilm00", "liShow00") for monday in MONDAYS)
    assert table(page, "sums")[TAG][0] == f"{both:,}"
    assert page.locator("#chosen a").get_attribute("href") == f"collection/{TAG}.html"
    page.select_option("#metric", "viewer")
    expect(page.locator("#chart")).to_have_text(f"Not known for {TAG}.")  # a viewer of two videos counts once


def test_notes_and_publications_are_marked_on_their_days_listed_and_in_the_picture(open_page: OpenPage, site):
    page = compare(open_page, site, "?compare=FRA~DEU", accept_downloads=True, **DESKTOP)
    page.click("#events summary")
    expect(page.locator("#events li")).to_have_count(2)
    for period in ("", "&period=2026-09-14..2026-10-04"):
        page = compare(open_page, site, f"?compare=FRA~DEU{period}", accept_downloads=True, **DESKTOP)
        first, weeks = (MONDAYS[2], 3) if period else (MONDAYS[0], 5)
        axis = page.locator("#chart .level").first.bounding_box()
        left, width = axis["x"], axis["width"]
        box = page.locator(".marked .noted").bounding_box()
        at = ((NOTE.day - first).days - 3) / (7 * weeks - 7)  # the lines begin on a Thursday and end on one
        assert box["x"] + box["width"] / 2 == pytest.approx(left + width * min(at, 1), abs=3)
        expect(page.locator("#events summary")).to_have_text("● 1 note" if period else "● 1 note · ■ 1 publication")
    with page.expect_download() as saved:
        page.click("#save-svg")
    svg = Path(saved.value.path()).read_text(encoding="utf-8")
    assert "№ 1" in svg and "Plays a day, week by week" in svg


def test_a_week_without_a_collected_day_is_a_gap_and_one_that_is_not_over_only_in_the_table(open_page, site):
    page = compare(open_page, site, "?compare=FRA~JPN")
    lines = page.evaluate("[...document.querySelectorAll('#chart .line')].map((line) => line.getAttribute('d'))")
    drawn = [line for line in lines if "h" not in line]
    assert [(line.count("M"), line.count("L")) for line in drawn] == [(2, 2), (2, 2)], "five weeks, the third a gap"
    assert "1 week without a collected day is a gap in the lines." in page.locator("#notes").inner_text()
    assert "The week 5–11 Oct 2026 is not complete" in page.locator("#notes").inner_text()
    rows = table(page, "weeks")
    assert rows["14–20 Sept 2026"] == ["0", "–", "–"]
    assert next(iter(rows)).startswith("5–11 Oct 2026")
    page = compare(open_page, site, "?compare=viFilm00")
    assert table(page, "weeks")["21–27 Sept 2026"][1].endswith(" on 5 days")


def test_an_index_begins_at_100_for_every_line(open_page: OpenPage, site, sums):
    page = compare(open_page, site, "?compare=FRA~PER&scale=index")
    starts = page.evaluate(
        "[...document.querySelectorAll('#chart .line')].map((line) => line.getAttribute('d'))"
        ".filter((d) => !d.includes('h')).map((d) => /M[\\d.]+ ([\\d.]+)/.exec(d)[1])"
    )
    assert len(starts) == 2 and starts[0] == starts[1]
    assert "100 is the first week" in page.locator("#notes").inner_text()
    page.click("[data-scale=count]")
    assert page.url.endswith("?compare=FRA~PER")


def test_all_is_chosen_with_the_keyboard_alone_and_announced(open_page: OpenPage, site):
    page = compare(open_page, site)
    assert chosen(page) == ["France", "Germany", "Switzerland", "Austria", "Belgium"]
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.id") != "find":
        page.keyboard.press("Tab")
    said = page.locator("#said")
    page.keyboard.type("japan")
    page.keyboard.press("Enter")
    assert said.inner_text() == "At most five can be compared. Remove one first."
    assert is_uncovered(page, "#full") and page.locator("#choices").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#choices").is_hidden()
    while page.evaluate("document.activeElement.getAttribute('aria-label')") != "Remove Austria":
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert said.inner_text() == "Austria removed"
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Remove Belgium"
    while page.evaluate("document.activeElement.id") != "find":
        page.keyboard.press("Tab")
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("lander")
    page.keyboard.press("ArrowDown")
    option = page.locator("#" + page.locator("#find").get_attribute("aria-activedescendant"))
    assert option.get_attribute("aria-selected") == "false" and option.inner_text() == "Drei Länder group"
    page.keyboard.press("Enter")
    assert said.inner_text() == "Drei Länder added"
    assert option.get_attribute("aria-selected") == "true"
    assert chosen(page) == ["France", "Germany", "Switzerland", "Belgium", "Drei Länder"]
    assert page.url.endswith("?compare=FRA~DEU~CHE~BEL~drei-lander")
    page.go_back()
    expect(page.locator("#chosen a")).to_have_count(4)


def test_enter_adds_the_best_match_and_removes_nothing_that_no_arrow_key_chose(open_page: OpenPage, site):
    page = compare(open_page, site, "?compare=FRA~DEU")
    page.focus("#find")
    page.keyboard.press("Enter")
    page.keyboard.type("fra")
    page.keyboard.press("Enter")
    assert chosen(page) == ["France", "Germany"]
    page.fill("#find", "eu")  # the group with this key, not one of those that begin with it or have it in their names
    assert page.locator("#choices [aria-selected=false]").first.get_attribute("data-key") == "eu"
    for typed in ("an", "austria", "belg", "japan"):  # France and Germany have "an" in their names too
        page.fill("#find", typed)
        page.keyboard.press("Enter")
    assert chosen(page) == ["France", "Germany", "Switzerland", "Austria", "Belgium"]
    expect(page.locator("#full")).to_be_visible()
    page.go_back()
    expect(page.locator("#chosen a")).to_have_count(4)
    expect(page.locator("#full")).to_be_hidden()


def use_everything(page: Page) -> None:
    """Make the page say all that it can say."""
    page.select_option("#metric", "play-rate")
    page.wait_for_selector("#weeks .both")
    page.click("[data-scale=index]")
    page.focus("#find")
    page.fill("#find", "PER")
    page.keyboard.press("Enter")
    page.fill("#find", "zzz")
    for _ in range(5):
        page.click("#chosen button >> nth=0")
    page.fill("#find", "liShow00")
    page.keyboard.press("Enter")
    page.select_option("#metric", "viewer")
    page.wait_for_selector("#weeks .both", state="detached")
    page.select_option("#metric", "play")
    page.click("[data-period=custom]")
    page.fill("#from", "2026-10-07")
    page.keyboard.press("Tab")
    page.wait_for_selector("#chart .empty")
    page.fill("#from", "2026-09-28")
    page.fill("#to", "2026-10-04")
    page.fill("#find", "PER")
    page.keyboard.press("Enter")
    expect(page.locator("#videos-note")).not_to_be_empty()


def test_what_an_address_should_not_have_is_dropped(open_page: OpenPage, site):
    page = compare(open_page, site, "?compare=FRA~nothing~FRA~unlisted~DEU~__proto__&period=2026-99&scale=log")
    assert chosen(page) == ["France", "Germany"]
    assert page.locator("[data-period=all]").get_attribute("aria-pressed") == "true"
    assert len(chosen(compare(open_page, site, "?compare=nothing~xx"))) == 5
    page = compare(open_page, site, "?compare=FRA~DREI-LANDER&period=30d&against=year")
    links = [link.get_attribute("href") for link in page.locator("#chosen a").all()]
    kept = "period=30d&against=year"  # the pages behind the links compare with it
    assert links == [f"country/FRA.html?{kept}", f"group/drei-lander.html?{kept}"]
    page.click("[data-scale=index]")
    assert page.url.endswith(f"?compare=FRA~drei-lander&{kept}&scale=index")
    page = compare(open_page, site, "?compare=")
    assert chosen(page) == []
    assert page.locator("#chart").inner_text() == "Choose a country, a group or a video."


@pytest.mark.parametrize("options", [DESKTOP, PHONE])
def test_names_at_the_ends_of_the_lines_do_not_overlap_and_stay_in_the_chart(open_page: OpenPage, site, options):
    page = compare(open_page, site, "?compare=BEL~PER~JPN~CHE~viFilm00", **options)
    boxes = [box.bounding_box() for box in page.locator("#chart .name").all()]
    assert len(boxes) == 5
    boxes.sort(key=lambda box: box["y"])
    assert all(above["y"] + 16 <= below["y"] + 0.5 for above, below in pairwise(boxes))
    frame = page.locator("#chart").bounding_box()
    assert all(box["x"] + box["width"] <= frame["x"] + frame["width"] + 1 for box in boxes)


def test_the_chart_is_saved_as_a_picture_from_disk(open_page: OpenPage, site):
    page = compare(open_page, site, "?compare=FRA~DEU", accept_downloads=True, color_scheme="dark", **DESKTOP)
    with page.expect_download() as saved:
        page.click("#save-png")
    png = Path(saved.value.path()).read_bytes()
    assert png[:8] == b"\x89PNG\r\n\x1a\n" and int.from_bytes(png[16:20]) == 1600
    with page.expect_download() as saved:
        page.click("#save-svg")
    svg = Path(saved.value.path()).read_text(encoding="utf-8")
    texts = {text.text for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")}
    assert {"France", "Germany", "France · Germany"} <= texts
    assert "var(" not in svg and svg.count("stroke-dasharray") >= 2


def test_without_a_script_the_leading_countries_are_a_chart_and_tables(open_page: OpenPage, site, sums):
    page = open_page((site / "compare.html").as_uri(), java_script_enabled=False, **PHONE).page
    assert page.locator("#chart .line:not(.full)").count() == 5
    assert page.locator("#chart .name.brief").first.is_visible()
    assert page.locator("#find").is_hidden()
    assert [cells[:-1] for cells in table(page, "sums").values()][1] == sums_of(range(DAYS), "DEU")
    cells = [row.locator("td").all_inner_texts() for row in page.locator("#weeks tbody tr").all()]
    countries = ("FRA", "DEU", "CHE", "AUT", "BEL")
    assert [[cell.replace(",", "") for cell in row[1:]] for row in cells if "–" not in row] == [
        [str(sums[code, monday]) for code in countries] for monday in reversed(MONDAYS) if monday != MONDAYS[2]
    ]


def test_pages_of_countries_and_videos_and_the_card_lead_to_the_comparison_with_themselves(open_page, site):
    for page_name, key in (("country/PER.html", "PER"), ("video/viFilm00.html", "viFilm00"), ("group/eu.html", "eu")):
        page = open_page((site / page_name).as_uri(), **DESKTOP).page
        page.click("main a[href*='compare.html']")
        page.wait_for_selector("html.live")
        assert page.url.endswith(f"compare.html?compare={key}")
        assert len(chosen(page)) == 1
    page = live(open_page(f"{(site / 'index.html').as_uri()}?period=30d", **DESKTOP).page)
    page.focus(".ground")
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    page.click("#card a.compare")
    page.wait_for_selector("html.live")
    assert page.url.endswith("compare.html?compare=FRA&period=30d")
    assert page.locator("[data-period='30d']").get_attribute("aria-pressed") == "true"


def test_countries_are_ticked_by_touch_up_to_five_and_opened_side_by_side(open_page: OpenPage, site):
    opened = open_page(f"{(site / 'index.html').as_uri()}?period=2026-09", **PHONE)
    page = live(opened.page)
    assert not any("/pick." in url for url in opened.requests)
    page.get_by_role("button", name="Compare countries").tap()
    boxes = page.locator("#countries input[type=checkbox]")
    expect(boxes).to_have_count(7)
    size = boxes.first.locator("..").bounding_box()
    assert size["width"] >= 24 and size["height"] >= 40
    assert page.locator(".ticked a").is_hidden()
    for place in range(6):
        boxes.nth(place).tap()
    expect(page.locator(".ticked .full")).to_have_text("At most five can be compared. Remove one first.")
    assert [box.is_checked() for box in boxes.all()] == [True] * 5 + [False] * 2
    boxes.nth(1).tap()
    expect(page.locator(".ticked [role=status]")).to_have_text("4 of 5 ticked: France, Switzerland, Austria, Belgium")
    boxes.nth(5).tap()
    page.locator("#countries th[data-sort=name] button").tap()  # in another order the same are ticked
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert opened.problems == []
    assert find_violations(page) == []
    page.locator(".ticked a").tap()
    page.wait_for_selector("#weeks")
    assert page.url.endswith("compare.html?compare=FRA~CHE~AUT~BEL~PER&period=2026-09")


@pytest.mark.parametrize(
    ("name", "button", "keys"),
    [("videos.html", "Compare videos", "viFilm00~liShow00"), ("groups.html", "Compare groups", "asia~europe")],
)
def test_videos_and_groups_are_ticked_with_the_keyboard(open_page: OpenPage, site, name, button, keys):
    opened = open_page((site / name).as_uri(), **DESKTOP)
    page = opened.page
    opener = page.get_by_role("button", name=button)
    opener.press("Enter")
    expect(page.locator(".tick input").first).to_be_visible()
    page.locator(".tick input").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")  # past the link of the row
    page.keyboard.press("Space")
    link = page.locator(".ticked a")
    assert link.get_attribute("href") == f"compare.html?compare={keys}"
    page.locator(".ticked button").press("Enter")
    assert page.locator(".tick, .ticked").count() == 0
    expect(opener).to_be_focused()
    opener.press("Enter")
    expect(page.locator(".tick input").first).not_to_be_checked()
    assert opened.problems == []
    assert find_violations(page) == []


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 768), ("light", 360)])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(open_page: OpenPage, site, theme, width):
    opened = open_page("about:blank", color_scheme=theme, viewport={"width": width, "height": 900})

    def prepare(name: str) -> None:
        if name == "compare.html":
            opened.page.wait_for_selector("html.live")
            opened.page.focus("#find")

    assert find_faults(opened, site.as_uri(), ("compare.html", "small-maps.html"), prepare) == {}


def test_a_site_of_one_day_offers_no_period(open_page: OpenPage, tmp_path):
    what = replace(summary({"FRA": 12}, days(FIRST, [12])), by_country={"FRA": (12,)})
    opened = open_page((write(whole_site(what), tmp_path) / "compare.html").as_uri(), **DESKTOP)
    opened.page.wait_for_selector("html.live")
    expect(opened.page.locator("#find")).to_be_visible()
    assert opened.page.locator("#month, #custom, [role=group]:not(:has(button))").count() == 0
    assert opened.problems == []


def test_the_page_has_the_changes_of_the_last_days_without_a_script_too(open_page: OpenPage, tmp_path):
    counts = {"DEU": [40 - at // 4 for at in range(66)], "FRA": [10 + at % 9 + at // 3 for at in range(66)]}
    daily = days(FIRST, [sum(both) for both in zip(*counts.values(), strict=True)])
    totals = {code: sum(series) for code, series in counts.items()}
    by_country = {code: tuple(series) for code, series in counts.items()}
    what = replace(summary(totals, daily), by_country=by_country, comparison=compare_days(daily))
    address = (write(whole_site(what), tmp_path) / "compare.html").as_uri()
    plain = open_page(address, java_script_enabled=False, **DESKTOP).page
    opened = open_page(address, **DESKTOP)
    opened.page.wait_for_selector("html.live")
    last = FIRST + timedelta(65)
    sides = (last - timedelta(29), last), (last - timedelta(59), last - timedelta(30))
    expected = [
        change({FIRST + timedelta(at): count for at, count in enumerate(series)}, *sides) for series in counts.values()
    ]
    for page in (plain, opened.page):
        expect(page.locator("#sums td.change")).to_have_text(expected)
        expect(page.locator("#against-note")).to_contain_text("9 Oct – 7 Nov 2026 (30 of 30 days)")
    assert not any("/days." in url for url in opened.requests), "the page has these changes already"
    opened.page.select_option("#against", "year")
    expect(opened.page.locator("#against-note")).to_contain_text("No comparison")
    assert opened.problems == []


def test_a_site_without_days_says_that_there_is_nothing_to_compare(open_page: OpenPage, tmp_path):
    from tests.render.samples import empty

    write(whole_site(empty()), tmp_path)
    for name in ("compare.html", "small-maps.html"):
        opened = open_page((tmp_path / name).as_uri(), **DESKTOP)
        assert opened.problems == []
        expect(opened.page.locator("main .empty")).to_be_visible()
