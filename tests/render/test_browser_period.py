"""The period of country and video pages in a real Chromium: what they show equals sums over the facts themselves."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import ibis
import pytest
from playwright.sync_api import Page, expect

from apivideo_geo.aggregate.collections import make_collections
from apivideo_geo.aggregate.details import detail
from apivideo_geo.days import days_between
from apivideo_geo.facts import facts_table
from apivideo_geo.geo.countries import name_of
from apivideo_geo.geo.groups import own_groups
from apivideo_geo.geo.places import population
from apivideo_geo.model import Asset, Details, Summary
from apivideo_geo.render.pages.periods import ever_named
from apivideo_geo.render.theme.theme import Theme
from tests.browser import Opened, OpenPage, find_violations, wait_until
from tests.render.browsing import DESKTOP, PHONE, build, figure, in_case, live, number
from tests.render.samples import TEMPLATES
from tests.summaries import summarise

FIRST, TODAY = date(2026, 8, 1), date(2026, 11, 20)
LOST = {*days_between(date(2026, 9, 1), date(2026, 9, 30)), date(2026, 10, 3), date(2026, 10, 4)}
"""A month without any day, and a gap."""
DAYS = [day for day in days_between(FIRST, TODAY) if day not in LOST]
ASSETS = (Asset("viA0000", "video", "Film A", True, ("course",)), Asset("viB0000", "video", "Film B", True))
GROUPS = {"Low Countries": ["BEL", "NLD"], "Both": ["BEL", "FRA", "MCO"]}
Row = tuple[date, str, str, str, str, int]


def rows() -> Iterator[Row]:
    """An account of two countries; devices were not collected in the first days of October."""
    for place, day in enumerate(DAYS):
        for code, count in (("FRA", 20 + place % 7), ("BEL", 3 + 40 * (day.month == 10))):
            yield day, "play", code, "total", "", count
            yield day, "impression", code, "total", "", 3 * count + place % 5
            yield day, "end", code, "total", "", count // 2
            yield day, "play", code, "media", "viA0000", count - 2
            yield day, "play", code, "media", "viB0000", 2
            if not (day.month == 10 and day.day < 9):
                yield day, "play", code, "device", "computer", count - place % 3
                yield day, "play", code, "device", "phone", place % 3
            yield day, "play", code, "city", "Paris" if code == "FRA" else "Ghent", count - 3
            yield day, "play", "FRA", "city", "Lyon", 1
        if day in (date(2026, 8, 5), date(2026, 10, 20)):
            yield day, "play", "FRA", "city", "Hiddenburg", 4
            yield day, "play", "FRA", "city", "Smallville", 3


ROWS = [row for row in rows() if row[5]]


@pytest.fixture(scope="module")
def several() -> tuple[Summary, Details]:
    """The figures of three metrics, and the details of the first."""
    return account({"city": 5})


def account(least: dict[str, int], rows: list[Row] = ROWS) -> tuple[Summary, Details]:
    """The same; ``least``: dimension → the smallest count in a month that is published."""

    def figures(metric: str):
        facts = ibis.memtable(facts_table(row for row in rows if row[1] == metric))
        return facts, summarise(
            facts, {day: day == TODAY for day in DAYS}, metric=metric, withheld=tuple(least),
            generated_at=datetime(2026, 11, 20, 12, tzinfo=UTC),
        )  # fmt: skip

    facts, plays = figures("play")
    details = detail(facts, plays, ASSETS, least, lambda code, name: None)
    others = {metric: figures(metric)[1] for metric in ("impression", "end")}
    details = replace(details, collections=make_collections(details.assets, ["course"]))
    return replace(plays, others=others), details


@pytest.fixture(scope="module")
def site(tmp_path_factory, several) -> Path:
    """The folder of the site."""
    what, details = several
    theme = Theme("Acme Academy", groups=own_groups(GROUPS))
    return build(what, tmp_path_factory.mktemp("period"), theme, details).parent


def add_up(first: str, last: str, dimension: str = "total", metric: str = "play", by: int = 2) -> Counter[str]:
    """Country, or value (``by`` is 4), → the sum over the facts from one day to another."""
    found: Counter[str] = Counter()
    for row in ROWS:
        if row[1] == metric and row[3] == dimension and date.fromisoformat(first) <= row[0] <= date.fromisoformat(last):
            found[row[by]] += row[5]
    return found


def in_france(first: str, last: str, dimension: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for day, metric, code, name, value, count in ROWS:
        if (metric, code, name) == ("play", "FRA", dimension) and first <= day.isoformat() <= last:
            found[value] += count
    return found


def opened(open_page: OpenPage, site: Path, name: str, period: str = "", **options) -> Page:
    found = open_page(address(site, name, period), **(options or DESKTOP))
    return awake(found)


def address(site: Path, name: str, period: str) -> str:
    return f"{(site / name).as_uri()}{period and '?period='}{period}"


def awake(found: Opened) -> Page:
    """Reach for the control of the period, and wait until the scripts have taken over."""
    found.page.evaluate("document.getElementById('periods').dispatchEvent(new Event('focusin', {bubbles: true}))")
    found.page.wait_for_selector("html.live")
    assert found.problems == []
    return found.page


def table(page: Page, key: str) -> dict[str, int]:
    """Name → count of the visible rows of a breakdown, with its total."""
    lines = page.locator(f"[data-breakdown={key}] tr:visible").evaluate_all(
        "rows => rows.filter(row => row.querySelector('th[scope=row]'))"
        ".map(row => [row.cells[0].innerText, row.cells[1].textContent])"
    )
    return {name.split("\n")[-1].strip(): number(count) for name, count in lines}


def figure_label(page: Page, key: str) -> str:
    return page.locator(f"[data-figure={key}] dt").inner_text()


PERIODS = [
    ("2026-08", "2026-08-01", "2026-08-31", "2026-08-01", "2026-08-31", ""),
    ("2026-10", "2026-10-01", "2026-10-31", "2026-10-01", "2026-10-31", ""),
    ("2026-11", "2026-11-01", "2026-11-20", "2026-11-01", "2026-11-20", ""),
    ("2026-08-20..2026-10-25", "2026-08-20", "2026-10-25", "2026-09-01", "2026-10-31", " (Oct 2026)"),
    ("7d", "2026-11-13", "2026-11-19", "2026-11-01", "2026-11-20", " (Nov 2026)"),
    ("30d", "2026-10-21", "2026-11-19", "2026-11-01", "2026-11-20", " (Nov 2026)"),
]
"""The period; its first and last day; those of the months that the tables cover: the ones at least half in it; and what
their headings say of these, without a month that has no day."""


def test_every_figure_and_table_of_a_country_is_a_sum_over_the_facts(open_page: OpenPage, site):
    found = open_page("about:blank", **DESKTOP)
    for period, *days in PERIODS:
        with in_case(period):
            found.page.goto(address(site, "country/FRA.html", period))
            check_country(awake(found), *days)


def check_country(page: Page, first: str, last: str, from_month: str, to_month: str, months: str) -> None:
    """Fails unless the page of France has the sums from ``first`` to ``last``; its tables have those of the months."""
    sums = add_up(first, last)
    assert number(figure(page, "total")) == sums["FRA"]
    assert figure(page, "rank") == str(1 + (sums["BEL"] > sums["FRA"]))
    assert figure(page, "share") == f"{100 * sums['FRA'] / sums.total():.1f}%"
    assert page.locator("h1").inner_text().endswith(f"France: {sums['FRA']:,} plays")
    whole = (from_month, to_month) == (first, last)
    assert ("by month" in page.locator("#months-note").text_content()) == (not whole)
    assert page.locator("#watched-title").inner_text() == f"What is watched{months}"
    assert page.locator("section:has(> [data-breakdown=device]) h2").inner_text() == f"Devices{months}"
    videos, devices = (in_france(from_month, to_month, name) for name in ("media", "device"))
    assert table(page, "media") == {
        "Film A": videos["viA0000"], "Film B": videos["viB0000"], "Total": videos.total()
    }  # fmt: skip
    shown = table(page, "device")
    assert (shown["Computer"], shown["Phone"]) == (devices["computer"], devices["phone"])
    assert sum(shown.values()) == devices.total(), "days without devices are no part of the total"
    lacking = page.locator("[data-breakdown=device] + .note:visible")
    assert lacking.count() == ("2026-10" in (from_month[:7], to_month[:7]))
    if lacking.count():
        plays = add_up(from_month, to_month)["FRA"]
        assert lacking.inner_text().startswith(f"Known for {devices.total():,} of {plays:,} plays")
    funnel = page.locator("#funnel .funnel tbody tr:not(.why) td:nth-child(3)")
    expect(funnel.first).to_have_text(f"{add_up(first, last, metric='impression')['FRA']:,}")
    assert [number(text) for text in funnel.all_inner_texts()] == [
        add_up(first, last, metric=metric)["FRA"] for metric in ("impression", "play", "end")
    ]


def test_small_counts_stay_hidden_in_every_period(open_page: OpenPage, site):
    page = opened(open_page, site, "country/FRA.html", "2026-08")
    cities, plays = in_france("2026-08-01", "2026-08-31", "city"), add_up("2026-08-01", "2026-08-31")["FRA"]
    assert table(page, "city") == {
        "Paris": cities["Paris"],
        "Lyon": cities["Lyon"],
        "Small counts, hidden": 7,
        "Not known": plays - cities.total(),
    }
    assert page.locator("[data-breakdown=city] .apart a").get_attribute("href") == "../about.html#hidden"
    for path in site.rglob("*"):
        assert path.is_dir() or not {b"Hiddenburg", b"Smallville"} & set(re.findall(rb"\w+", path.read_bytes())), path
    page = opened(open_page, site, "country/FRA.html", "2026-11")
    assert table(page, "city") == {}
    assert "No complete month" in page.locator("[data-breakdown=city] + .note").inner_text()


def test_where_nothing_is_hidden_no_period_says_so(open_page: OpenPage, tmp_path):
    what, details = account({"city": 1})
    folder = build(what, tmp_path, Theme("Acme Academy"), details).parent
    page = opened(open_page, folder, "country/FRA.html", "2026-08")
    assert page.locator("[data-breakdown=city] + .note").inner_text() == "Complete months only: Aug 2026."


def test_a_month_that_was_not_collected_is_not_zero(open_page: OpenPage, site):
    for name in ("country/FRA.html", "video/viA0000.html"):
        page = opened(open_page, site, name, "2026-09")
        assert page.locator("[data-figure=total] dd").inner_text().split() == ["–", "not", "collected"]
        if name.startswith("country"):
            for key in ("rank", "dense"):
                assert page.locator(f"[data-figure={key}] dd").inner_text().split() == ["–", "not", "collected"]
        assert "Nothing was collected" in page.locator(".lead").inner_text()
        assert "30 of them were never collected" in page.locator("#period-note").inner_text()


def test_every_figure_of_a_video_is_a_sum_over_the_facts(open_page: OpenPage, site):
    found = open_page("about:blank", **DESKTOP)
    for period, *days in PERIODS:
        with in_case(period):
            found.page.goto(address(site, "video/viA0000.html", period))
            check_video(awake(found), *days)


def test_the_lead_of_a_video_names_a_country_as_in_a_sentence(open_page: OpenPage, tmp_path):
    american = [(day, metric, code.replace("FRA", "USA"), *others) for day, metric, code, *others in ROWS]
    what, details = account({}, american)
    site = build(what, tmp_path, Theme("Acme Academy"), details).parent
    page = opened(open_page, site, "video/viA0000.html", "2026-08")
    assert "in 2 countries, most of all in the United States." in page.locator(".lead").inner_text()


def check_video(page: Page, first: str, last: str, from_month: str, to_month: str, named: str) -> None:
    """Fails unless the page of a video has the sums from ``first`` to ``last``; its table has those of the months."""

    def of_film(first: str, last: str) -> Counter[str]:
        return Counter({
            code: sum(row[5] for row in ROWS if row[2] == code and row[4] == "viA0000" and first <= str(row[0]) <= last)
            for code in ("FRA", "BEL")
        })  # fmt: skip

    assert number(figure(page, "total")) == of_film(first, last).total()
    months = of_film(from_month, to_month)
    assert table(page, "country") == {
        "France": months["FRA"], "Belgium": months["BEL"], "Total": months.total()
    }  # fmt: skip
    headings = [*page.locator("#countries-title, #map-title").all_inner_texts(), figure_label(page, "reach")]
    assert headings == [f"Map{named}", f"Countries{named}", f"Countries{named}"]
    leader = max(months, key=lambda code: months[code])
    assert figure(page, "most") == name_of(leader)
    assert page.locator(f".over [data-c={leader}] title").text_content().endswith(f": {months[leader]:,} plays")


@pytest.fixture(scope="module")
def by_months(tmp_path_factory) -> Path:
    """The folder of a site that publishes figures of videos by complete months only."""
    what, details = account({"city": 5, "media": 2})
    return build(what, tmp_path_factory.mktemp("months"), Theme("Acme Academy"), details).parent


@pytest.mark.parametrize("name", ["video/viA0000.html", "collection/course.html"])
def test_a_page_with_figures_by_month_says_which_month_and_what_is_not_published(open_page: OpenPage, by_months, name):
    page = opened(open_page, by_months, name, "2026-11-10..2026-11-16")
    assert page.locator("[data-figure=total] dd").inner_text().split() == ["–", "not", "published"]
    assert "10 November and 16 November 2026 is not published" in page.locator(".lead").inner_text()
    assert "ollected" not in page.locator("main").inner_text()
    assert page.locator("#against, #against-note").count() == 0, "no days, so nothing to compare"
    page = opened(open_page, by_months, name, "2026-08-14..2026-08-31")
    august = sum(row[5] for row in ROWS if row[4] == "viA0000" and row[0].month == 8)
    assert page.locator("[data-figure=total] dd").inner_text().startswith(f"{august:,}\nAug 2026")
    assert page.locator("#months-note").inner_text() == "All figures of this period are by month: they cover Aug 2026."
    assert figure_label(page, "most").endswith(" (Aug 2026)")
    assert page.locator("#countries-title").inner_text() == "Countries (Aug 2026)"
    assert "between 1 August and 31 August 2026" in page.locator(".lead").inner_text()
    page.click(".monthly summary")
    assert page.locator(".monthly tbody th").all_inner_texts()[:2] == [
        "November 2026 not published",
        "October 2026 29 of 31 days",
    ]


def test_what_a_page_offers_to_compare_can_be_compared(site):
    names = {path.name.split(".")[0]: path.read_text() for path in site.rglob("weeks*.js")}
    offered = {
        str(path.relative_to(site)): key
        for path in site.glob("*/*.html")
        for key in re.findall(r"compare\.html\?compare=([^\"&]+)", path.read_text())
    }
    known = {key for key, *_ in json.loads(names["weeks"].split("(", 1)[1].rstrip(");\n"))["items"]}
    assert set(offered.values()) == known, "each of them, and nothing else"


FAILED = "The figures of the days could not be loaded."


@pytest.mark.parametrize("name", ["country/FRA.html", "group/both.html"])
def test_other_metrics_that_cannot_be_loaded_are_named_and_come_with_the_next_period(open_page: OpenPage, site, name):
    found = open_page("about:blank", **DESKTOP)
    found.page.route("**/days-*.js", lambda route: route.abort())
    found.page.goto(address(site, name, ""))
    page = awake(found)
    page.click("[data-period='30d']")
    expect(page.locator("#lines")).to_contain_text(FAILED)
    expect(page.locator("#funnel")).to_contain_text(FAILED)
    expect(page.locator("#said")).to_have_text(FAILED)
    assert page.locator("[aria-busy]").count() == 0
    page.unroute("**/days-*.js")
    page.click("[data-period='7d']")
    expect(page.locator("#lines .lines")).to_be_visible()
    expect(page.locator("#said")).to_contain_text("7 days")
    assert FAILED not in page.locator("main").inner_text()


@pytest.mark.parametrize("fields", ["#", "#own-"])
def test_a_date_is_no_longer_invalid_once_the_other_one_fits_it(open_page: OpenPage, site, fields):
    page = opened(open_page, site, "country/FRA.html", "2026-08&against=2026-08-01..2026-08-31")
    if fields == "#":
        page.click("[data-period=custom]")
    page.fill(f"{fields}from", "2026-10-10")
    expect(page.locator("[aria-invalid=true]")).to_have_count(2)
    page.fill(f"{fields}to", "2026-10-20")
    expect(page.locator("[aria-invalid=true]")).to_have_count(0)
    wait_until(page, "location.search.includes('2026-10-10..2026-10-20')")


def members(page: Page) -> dict[str, list[str]]:
    """Country → the cells of its row on the page of a group: rank, name, count, share, per million, change."""
    rows = page.locator("#countries tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.innerText))"
    )
    return {cells[1].split("\n")[-1]: [cell.strip() for cell in cells] for cells in rows}


@pytest.mark.parametrize(("period", "first", "last"), [days[:3] for days in PERIODS if days[0] != "2026-11"])
def test_every_figure_and_the_table_of_a_group_are_sums_over_the_facts(open_page: OpenPage, site, period, first, last):
    every = add_up(first, last)
    for slug, codes in (("both", ["BEL", "FRA", "MCO"]), ("low-countries", ["BEL", "NLD"])):
        page = opened(open_page, site, f"group/{slug}.html", period)
        sums = {code: every[code] for code in codes if every[code]}
        total, people = sum(sums.values()), sum(population(code) or 0 for code in codes)
        assert number(figure(page, "total")) == total
        assert figure(page, "share") == f"{100 * total / every.total():.1f}%"
        assert figure(page, "reach") == str(len(sums))
        per = f"{total * 1e6 / people:.1f}" if total >= 100 else "–"
        assert figure(page, "dense") == per
        assert page.locator("h1").inner_text().endswith(f": {total:,} plays")
        assert page.locator(".lead").inner_text().startswith(f"{total:,} plays between")
        rows = {name_of(code): count for code, count in sums.items()}
        assert {name: number(cells[2]) for name, cells in members(page).items()} == rows
        for name, cells in members(page).items():
            assert cells[0] == str(1 + sum(count > rows[name] for count in rows.values()))
            assert cells[3] == f"{100 * rows[name] / total:.1f}%"
        missing = "Monaco" if slug == "both" else "Netherlands"
        assert page.locator("#without").inner_text() == f"Without plays: {missing}"
        titles = page.locator(".over [data-c] title").all_text_contents()
        assert {title.split(": ")[0]: number(title.split(": ")[1].split(" ")[0]) for title in titles} == rows
        funnel = page.locator("#funnel .funnel tbody tr:not(.why) td:nth-child(3)")
        expect(funnel.first).to_have_text(f"{sum(add_up(first, last, metric='impression')[one] for one in codes):,}")
        assert [number(text) for text in funnel.all_inner_texts()] == [
            sum(add_up(first, last, metric=metric)[one] for one in codes) for metric in ("impression", "play", "end")
        ]
        days = Counter(
            row[0] for row in ROWS for _ in range(row[5] * (row[1] == "play" and row[3] == "total" and row[2] in codes))
        )
        best = Counter(count for day, count in days.items() if first <= str(day) <= last)
        most = max(best)
        when = f", on {best[most]} days" if best[most] > 1 else " on "
        assert f"Most on one day: {most:,}{when}" in page.locator(".days:has(.curve) .note").first.inner_text()


def test_a_group_that_was_not_collected_is_not_zero(open_page: OpenPage, site):
    page = opened(open_page, site, "group/both.html", "2026-09")
    assert (figure(page, "total"), figure(page, "reach"), figure(page, "share")) == ("–", "–", "–")
    assert "Nothing was collected" in page.locator(".lead").inner_text()
    assert page.locator("#countries").is_hidden() and page.locator("#without").is_hidden()
    assert "No data" in page.locator(".legend").inner_text()


def mean_change(now: tuple[str, str], before: tuple[str, str], codes: Sequence[str], value: str = "") -> str:
    """The change of the daily average in words, by weekday: a sum over the facts themselves."""
    counts: Counter[date] = Counter()
    for day, metric, code, dimension, name, count in ROWS:
        if metric == "play" and code in codes and (dimension, name) == (("media", value) if value else ("total", "")):
            counts[day] += count
    these, those = (
        [day for day in DAYS if first <= str(day) <= last and day != TODAY] for first, last in (now, before)
    )
    sums = [0.0, 0.0]
    for weekday in range(7):
        mine, other = ([day for day in days if day.weekday() == weekday] for days in (these, those))
        if mine and other:
            sums[0] += sum(counts[day] for day in mine)
            sums[1] += sum(counts[day] for day in other) * len(mine) / len(other)
    percent = round(100 * (sums[0] / sums[1] - 1))
    return f"{'+' if percent > 0 else '−' if percent < 0 else ''}{abs(percent)}%"


OWN = "against=2026-08-01..2026-08-30"
COMPARED = [
    (f"2026-10-21..2026-11-10&{OWN}", ("2026-10-21", "2026-11-10"), ("2026-08-01", "2026-08-30")),
    ("2026-10-26..2026-11-08", ("2026-10-26", "2026-11-08"), ("2026-10-12", "2026-10-25")),
    (f"all&{OWN}", ("2026-10-21", "2026-11-19"), ("2026-08-01", "2026-08-30")),
]
"""Period and comparison in the address; the days of both."""


@pytest.mark.parametrize(("address", "now", "before"), COMPARED)
def test_what_a_page_compares_is_the_mean_of_the_facts_on_both_sides(open_page: OpenPage, site, address, now, before):
    subjects = {
        "group/both.html": (("FRA", "BEL"), ""), "country/BEL.html": (("BEL",), ""),
        "video/viA0000.html": (("FRA", "BEL"), "viA0000"), "collection/course.html": (("FRA", "BEL"), "viA0000"),
    }  # fmt: skip
    for name, (codes, value) in subjects.items():
        page = opened(open_page, site, name, address)
        place = "[data-figure=recent] dd" if value else "[data-figure=total] span"
        assert mean_change(now, before, codes, value) in page.locator(place).inner_text(), name
        days = ["{0.day} {0:%b}".format(date.fromisoformat(day)) for day in (now[1], before[1])]
        note = page.locator("#against-note").inner_text()
        assert note.startswith("Change of the daily average: ") and all(day in note for day in days), note
        assert page.locator("#against").input_value() == ("own" if OWN in address else "")
        if name.startswith("group"):
            for code in codes:
                assert members(page)[name_of(code)][5] == mean_change(now, before, [code])
            assert page.locator("#change-note").inner_text() in note


def test_the_comparison_is_chosen_from_the_keyboard_and_kept_in_address_and_links(open_page: OpenPage, site):
    page = opened(open_page, site, "group/both.html", "2026-10-26..2026-11-08")
    figure_before = page.locator("[data-figure=total] span").inner_text()
    page.focus("#against")
    page.keyboard.press("ArrowDown")
    wait_until(page, "location.search.endsWith('&against=year')")
    note, button = page.locator("#against-note span"), page.locator("#against-note button")
    assert note.inner_text() == "No comparison: the days collected begin on 1 August 2026."
    assert button.is_hidden(), "there is no period that has a year before it"
    expect(page.locator("#said")).to_have_text(note.inner_text())
    page.keyboard.press("ArrowDown")
    expect(page.locator("#own-from")).to_be_focused()
    page.fill("#own-from", "2026-08-01")
    page.fill("#own-to", "2026-08-14")
    wait_until(page, "location.search.endsWith('&against=2026-08-01..2026-08-14')")
    change = mean_change(("2026-10-26", "2026-11-08"), ("2026-08-01", "2026-08-14"), ["FRA", "BEL"])
    expect(page.locator("[data-figure=total] span")).to_contain_text(f"{change} on 1")
    page.click("#countries a >> nth=0")
    wait_until(
        page, "location.href.includes('/country/') && location.search.endsWith('against=2026-08-01..2026-08-14')"
    )
    for _ in range(4):  # the page of the country, the last and the first of the own days, "A year before"
        page.go_back()
    wait_until(page, "location.search === '?period=2026-10-26..2026-11-08'")
    expect(page.locator("[data-figure=total] span")).to_have_text(figure_before)


@pytest.mark.parametrize("name", ["group/both.html", "country/FRA.html", "video/viA0000.html"])
def test_without_a_comparison_a_page_offers_the_nearest_period_that_has_one(open_page: OpenPage, site, name):
    page = opened(open_page, site, name, "2026-10-06..2026-10-12")
    assert "No comparison: of " in page.locator("#against-note span").inner_text()
    page.click("#against-note button")
    wait_until(page, "location.search !== '?period=2026-10-06..2026-10-12'")
    period = re.search(r"period=([\d-]+)\.\.([\d-]+)", page.url)
    first, last = (date.fromisoformat(day) for day in period.groups())
    before = (str(first - timedelta(7)), str(last - timedelta(7)))
    codes, value = (["FRA"], "") if "FRA" in name else (["FRA", "BEL"], "viA0000" if "video" in name else "")
    place = "[data-figure=recent] dd" if value else "[data-figure=total] span"
    expect(page.locator(place)).to_contain_text(mean_change((str(first), str(last)), before, codes, value))


def test_the_change_of_a_video_is_that_of_the_chosen_period(open_page, site, built_demo):
    videos = sorted((built_demo.folder / "site/video").glob("*.html"))
    path = next(path for path in videos if 'data-figure="recent" class="up"' in path.read_text())
    page = opened(open_page, path.parent, path.name)
    recent, note = page.locator("[data-figure=recent]"), page.locator("#against-note")
    assert recent.locator("dt").inner_text() == "Last 30 days"
    last_days, change = note.inner_text(), recent.locator("span").inner_text().split(" ")[0]
    page.click("[data-period='30d']")
    expect(recent).to_have_text(f"Change{change}")
    assert note.inner_text().split() == last_days.split()  # browsers have other spaces in dates
    page.click("[data-period='90d']")
    expect(note).to_contain_text(" of 90 days) against")
    page.click("[data-period=all]")
    expect(recent).to_contain_text("Last 30 days")
    assert note.inner_text() == last_days
    page = opened(open_page, site, "video/viA0000.html", "2026-08")
    note = page.locator("#against-note span")
    assert note.inner_text() == "No comparison: the days collected begin on 1 August 2026."


def test_the_period_is_in_the_address_in_links_and_in_the_history_of_the_browser(open_page: OpenPage, site):
    page = opened(open_page, site, "country/FRA.html")
    whole = page.locator("main").inner_html()
    page.select_option("#month", "2026-08")
    wait_until(page, "location.search === '?period=2026-08'")
    expect(page.locator("#said")).to_contain_text("August 2026")
    august = figure(page, "total")
    page.focus("[data-period='7d']")
    page.keyboard.press("Enter")
    wait_until(page, "location.search === '?period=7d'")
    page.go_back()
    expect(page.locator("[data-figure=total] b")).to_have_text(august)
    page.click(".onward a >> nth=0")
    wait_until(page, "location.href.endsWith('country/BEL.html?period=2026-08')")
    page.wait_for_selector("html.live")
    assert number(figure(page, "total")) == add_up("2026-08-01", "2026-08-31")["BEL"]
    page.click(".crumbs a >> nth=0")
    wait_until(page, "location.href.endsWith('index.html?period=2026-08')")
    live(page)
    assert page.input_value("#month") == "2026-08"
    assert number(figure(page, "total")) == add_up("2026-08-01", "2026-08-31").total()
    page = opened(open_page, site, "country/FRA.html", "2026-08")
    page.click("[data-period=all]")
    wait_until(page, "location.search === ''")
    page.evaluate("document.querySelector('#said').replaceChildren()")  # what was read out
    assert page.locator("main").inner_html() == whole


EARLIER = """
<div class="controls needs-script" id="periods">
<button type="button" class="play" id="play">{{ _("Play") }}</button>
{{ segments("period", _("Period"), periods, "all") }}
<fieldset id="custom" hidden>
<label>{{ _("From") }} <input type="date" id="from" min="{{ first_day }}" max="{{ last_day }}"></label>
<label>{{ _("to") }} <input type="date" id="to" min="{{ first_day }}" max="{{ last_day }}"></label>
</fieldset>
</div>
"""
"""The control of the period as it was before there were months and "Compare with"."""


def without(text: str, *patterns: str) -> str:
    for pattern in patterns:
        assert re.search(pattern, text, re.DOTALL), pattern
        text = re.sub(pattern, "", text, flags=re.DOTALL)
    return text


@pytest.fixture
def earlier(tmp_path, several) -> Path:
    """A site with an owner's templates made from those of an earlier version."""
    owner = tmp_path / "mine"
    owner.mkdir()
    front = (TEMPLATES / "index.html").read_text()
    front = re.sub(r"\{% set play %\}.*?\{\{ period\(.*?\}\}\n", lambda _: EARLIER, front, flags=re.DOTALL)
    front = front.replace("control.periods", "periods").replace(' id="funnel-days"', "").replace('id="group"', "")
    note = r'<p class="note" id="against-note">.*?</p>'
    front = without(front, r' data-group="[^"]*"', note, r"\{\{ events\(.*?\}\}")
    front = front.replace("group in groups if", "group in continents if")
    (owner / "index.html").write_text(front)
    frame = (TEMPLATES / "embed.html").read_text().replace("control.periods", "periods")
    (owner / "embed.html").write_text(without(frame, r"\{% for group in groups %\}.*?\{% endfor %\}"))
    assert "control." not in front
    what, details = several
    return build(what, tmp_path / "site", Theme("Acme", overrides=owner), details).parent


def test_an_owners_pages_of_an_earlier_version_follow_the_period(open_page: OpenPage, earlier):
    found = open_page(f"{(earlier / 'index.html').as_uri()}?period=7d&group=europe&metric=impression", **DESKTOP)
    page = live(found.page)
    page.locator("#funnel").scroll_into_view_if_needed()
    week = add_up("2026-11-13", "2026-11-19", metric="impression").total()
    expect(page.locator("#funnel .funnel tbody tr:not(.why) td:nth-child(3)").first).to_have_text(f"{week:,}")
    first, last = "2026-10-01", "2026-10-31"
    page.click("[data-period=custom]")
    page.fill("#from", first)
    page.fill("#to", last)
    expect(page.locator("#period-note")).to_contain_text("31 days")
    expect(page.locator("[data-figure=total] b")).to_have_text(f"{add_up(first, last, metric='impression').total():,}")
    page.click("[data-measure=share]")
    page.click("[data-period=all]")
    expect(page.locator("#period-note")).to_contain_text("112 days")
    assert found.problems == []
    frame = open_page(f"{(earlier / 'embed.html').as_uri()}?period={first}..{last}&group=europe", **DESKTOP)
    frame.page.wait_for_selector("html.live")
    expect(frame.page.locator("#embed-note")).to_contain_text(f"{add_up(first, last).total():,} plays")
    assert frame.problems == []


def test_the_funnel_of_the_map_and_of_a_card_follow_the_period(open_page: OpenPage, site):
    page = opened(open_page, site, "index.html", "2026-08")
    page.locator("#funnel").scroll_into_view_if_needed()
    counts = [add_up("2026-08-01", "2026-08-31", metric=metric) for metric in ("impression", "play", "end")]
    shown = page.locator("#funnel .funnel tbody tr:not(.why) td:nth-child(3)")
    expect(shown.first).to_have_text(f"{counts[0].total():,}")
    assert [number(text) for text in shown.all_inner_texts()] == [sums.total() for sums in counts]
    page.goto(f"{(site / 'index.html').as_uri()}?period=2026-08&country=FRA")
    page.wait_for_selector("#card .steps")
    steps = page.locator("#card .steps dd").all_inner_texts()
    assert [number(text.split(" ")[0]) for text in steps] == [sums["FRA"] for sums in counts]


def test_without_a_script_a_country_has_its_months(open_page: OpenPage, site):
    page = open_page((site / "country/FRA.html").as_uri(), java_script_enabled=False, **DESKTOP).page
    assert not page.locator("#periods").is_visible()
    page.click(".monthly summary")
    lines = page.locator(".monthly tbody tr").all_inner_texts()
    found = {line.split("\t")[0]: line.split("\t")[1] for line in lines}
    assert {name: count if count == "–" else number(count) for name, count in found.items()} == {
        "November 2026 20 of 30 days": add_up("2026-11-01", "2026-11-30")["FRA"],
        "October 2026 29 of 31 days": add_up("2026-10-01", "2026-10-31")["FRA"],
        "September 2026 0 of 30 days": "–",
        "August 2026": add_up("2026-08-01", "2026-08-31")["FRA"],
    }


@pytest.mark.parametrize(("theme", "size"), [("light", DESKTOP), ("dark", PHONE)])
@pytest.mark.parametrize(
    "name", ["country/FRA.html", "video/viA0000.html", "collection/course.html", "group/both.html"]
)
def test_a_page_with_a_period_is_accessible_and_nothing_scrolls_sideways(open_page, site, name, theme, size):
    page = opened(open_page, site, name, "30d&against=2026-08-01..2026-08-30", color_scheme=theme, **size)
    assert page.evaluate("document.documentElement.scrollWidth") == size["viewport"]["width"]
    assert find_violations(page) == []


def test_a_value_that_leads_in_some_months_only_is_not_left_out():
    counts = [[9, 0, 0, 9], [0, 8, 0, 0], [0, 0, 7, 0], [1, 1, 1, 1]]
    assert ever_named(counts, 1) == [0, 1, 2]
    assert ever_named(counts, 2) == [0, 1, 2, 3]
