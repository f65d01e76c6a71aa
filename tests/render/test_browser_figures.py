"""Period and measure in a real Chromium: every figure is compared with sums over the counts themselves."""

from __future__ import annotations

import random
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from apivideo_geo.geo.places import population
from apivideo_geo.model import UNKNOWN
from apivideo_geo.render.map.scale import METHODS, make_scale
from apivideo_geo.render.text.formats import Formats
from apivideo_geo.render.theme.theme import Theme
from tests.browser import OpenPage, wait_until
from tests.comparing import change_of
from tests.render.browsing import DESKTOP, build, cells, chosen, figure, kinds, legend, live, number
from tests.render.samples import FIRST, GAP, LENGTH, small, watched, watched_counts

EN = Formats("en")
WHOLE = LENGTH - 1
"""Days that were over: the last of all is still open."""


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    return build(watched(), tmp_path_factory.mktemp("watched"))


def sums(first: int, last: int) -> dict[str, int]:
    """Plays by country on the days ``first`` … ``last``, both inclusive."""
    found: dict[str, int] = {}
    for (place, code), count in watched_counts().items():
        if first <= place <= last:
            found[code] = found.get(code, 0) + count
    return found


def stretch(first: int, last: int) -> str:
    return f"{FIRST + timedelta(first)}..{FIRST + timedelta(last)}"


def check_table(page, first: int, last: int) -> None:
    expected = sums(first, last)
    total = sum(expected.values())
    shown = cells(page)
    assert {code: number(row[2]) for code, row in shown.items()} == {
        code: count for code, count in expected.items() if code != UNKNOWN
    }
    for code, row in shown.items():
        assert row[3] == EN.share(expected[code] / total)
        people = population(code)
        assert row[4] == (EN.rate(expected[code] * 1_000_000 / people) if people and expected[code] >= 100 else "–")
        assert number(row[0]) == 1 + sum(count > expected[code] for c, count in expected.items() if c != UNKNOWN)
    assert number(page.locator("tr.apart td").nth(1).inner_text()) == expected.get(UNKNOWN, 0)
    assert number(page.locator("tfoot td").nth(1).inner_text()) == total
    assert number(figure(page, "total")) == total
    assert number(figure(page, "reach")) == len(shown)


@pytest.mark.parametrize(("period", "length"), [("7d", 7), ("30d", 30), ("90d", 90)])
def test_a_period_counts_its_whole_days_and_adds_up(open_page: OpenPage, site, period, length):
    page = live(open_page(site.as_uri(), **DESKTOP).page)
    chosen(page, "period", period)
    check_table(page, WHOLE - length, WHOLE - 1)


def test_a_period_of_ones_own_counts_both_its_ends(open_page: OpenPage, site):
    page = live(open_page(site.as_uri(), **DESKTOP).page)
    page.click("[data-period=custom]")
    page.fill("#from", str(FIRST + timedelta(12)))
    page.fill("#to", str(FIRST + timedelta(20)))
    page.keyboard.press("Tab")
    wait_until(page, f"location.search === '?period={stretch(12, 20)}'")
    check_table(page, 12, 20)


def test_back_to_all_is_as_the_page_was_sent(open_page: OpenPage, site):
    page = live(open_page(site.as_uri(), **DESKTOP).page)
    said = "document.getElementById('said').textContent = '', document.querySelector('main').innerText"
    before = page.evaluate(said)
    chosen(page, "period", "7d")
    assert page.evaluate(said) != before
    chosen(page, "period", "all")
    assert page.evaluate(said) == before
    check_table(page, 0, LENGTH - 1)


def test_the_script_writes_figures_as_the_server_does_in_every_language(open_page: OpenPage, tmp_path):
    page = open_page("about:blank", **DESKTOP).page
    for locale in ("en", "de", "de-CH", "fr", "es", "es-MX", "pt-BR", "ar"):
        page.goto(build(small(), tmp_path / locale, Theme("Acme", locale=locale)).as_uri())
        assert_same_figures(live(page), Formats(locale))


def assert_same_figures(page: Page, formats: Formats) -> None:
    """Fails if the script of the page writes a number, share, rate, change or day otherwise than ``formats``."""
    rng = random.Random(7)
    counts = [0, 1, 999, 1000, 1234, 12_345, 1_234_567]
    shares = [0, 0.0001, 0.0005, 0.1, 0.3245, 0.0625, 0.71149, 1, *(rng.randrange(10_000) / 10_000 for _ in range(99))]
    rates = [0, 0.0412, 0.3, 0.25, 0.35, 33.44, 999.96, 1204.4, *(rng.random() * 50 for _ in range(99))]
    dates = range(len(small().daily))
    changes = [[3, 2], [2, 3], [100, 100], [1005, 1000], [5000, 20], [0, 40], [9, 8], [7, 8]]
    written = page.evaluate(
        """([counts, shares, rates, changes, dates]) => { const f = apivideoGeo.formats; return [counts.map(f.number),
           shares.map(f.share), rates.map(f.rate), changes.map(pair => f.change(...pair)), dates.map(f.day)]; }""",
        [counts, shares, rates, changes, list(dates)],
    )
    assert written == [
        [formats.number(value) for value in counts],
        [formats.share(value) for value in shares],
        [formats.rate(value) for value in rates],
        [formats.change(*pair) for pair in changes],
        [formats.day(small().daily[place].day) for place in dates],
    ]


def random_values(rng: random.Random) -> list[float]:
    size = rng.choice([0, 1, 2, 3, 10, 60, 130, 250])
    draw = rng.choice(
        [
            lambda: rng.randrange(3),
            lambda: rng.randrange(1, 50),
            lambda: int(rng.paretovariate(0.6)) % 10**7,
            lambda: rng.choice([0.3, 0.3, 0.31, 2.5]),
            lambda: round(rng.random() * 0.3, 4),
            lambda: rng.lognormvariate(1, 3),
        ]
    )
    return [draw() for _ in range(size)]


def test_class_breaks_are_those_of_the_server(open_page: OpenPage, site):
    page = live(open_page(site.as_uri(), **DESKTOP).page)
    rng = random.Random(20_261_122)
    cases = []
    for number_ in range(600):
        custom = sorted(rng.sample([0.1, 0.5, 1, 2.5, 10, 50, 100, 1000], rng.randint(1, 5)))
        cases.append([random_values(rng), METHODS[number_ % len(METHODS)], rng.randint(3, 9), custom])
    cases += [
        [[], "quantile", 6, []],
        [[7], "jenks", 6, []],
        [[0.3] * 4, "log", 5, []],
        [[1] * 40 + [9], "equal", 4, []],
    ]
    cases += [[[*range(1, 41), 100_000], method, 6, [10]] for method in METHODS]
    got = page.evaluate(
        """cases => cases.map(([values, method, classes, custom]) => {
             const scale = apivideoGeo.makeScale(values, method, classes, custom);
             return [scale.lows, apivideoGeo.ranges(scale, apivideoGeo.formats.number),
                     values.map(value => apivideoGeo.classOf(scale, value))]; })""",
        cases,
    )
    for (values, method, classes, custom), (lows, ranges, found) in zip(cases, got, strict=True):
        scale = make_scale(values, method, classes, custom)
        what = (method, classes, custom, sorted(values))
        assert tuple(lows) == scale.lows, what
        assert ranges == scale.ranges(EN), what
        expected = [scale.class_of(value) for value in values]
        assert found == [-1 if index is None else index for index in expected], what


def painted(page, values: dict[str, float]) -> None:
    """The map and its legend are those of the scale of ``values``."""
    scale = make_scale(list(values.values()))
    shown = kinds(page)
    for code, value in values.items():
        assert shown[code] == f"c{scale.class_of(value)}", code
    labels = [label for kind, label, _ in legend(page) if kind.startswith("c")]
    assert len(labels) == len(scale.lows)


def test_counts_of_a_period_are_painted_by_their_own_classes(open_page: OpenPage, site):
    page = live(open_page(f"{site.as_uri()}?period=30d", **DESKTOP).page)
    expected = {code: count for code, count in sums(WHOLE - 30, WHOLE - 1).items() if code != UNKNOWN}
    painted(page, expected)
    assert [label for kind, label, _ in legend(page) if kind.startswith("c")] == make_scale(
        list(expected.values())
    ).ranges(EN)
    assert sum(int(note.split()[0]) for kind, _, note in legend(page) if "countr" in note) == 250


def test_shares_are_shown_in_percent(open_page: OpenPage, site):
    page = live(open_page(site.as_uri(), **DESKTOP).page)
    chosen(page, "measure", "share")
    everything = sums(0, LENGTH - 1)
    total = sum(everything.values())
    painted(page, {code: 100 * count / total for code, count in everything.items() if code != UNKNOWN})
    assert all("%" in label for kind, label, _ in legend(page) if kind.startswith("c"))


def test_by_head_few_counts_take_no_part_and_the_legend_says_so(open_page: OpenPage, site):
    page = live(open_page(f"{site.as_uri()}?period=7d&measure=per-million", **DESKTOP).page)
    week = {code: count for code, count in sums(WHOLE - 7, WHOLE - 1).items() if code != UNKNOWN}
    few = {code for code, count in week.items() if count < 100}
    assert few
    assert set(week) - few
    painted(page, {code: week[code] * 1_000_000 / population(code) for code in set(week) - few})
    shown = kinds(page)
    assert {code for code, kind in shown.items() if kind == "few"} == few
    assert ["few", "Under 100 plays", f"{len(few)} countries"] in legend(page)


def changed(codes: Collection[str], now: tuple[int, int], before: tuple[int, int]) -> float | None:
    """The change of some countries between two periods, by the weekdays; None if they had too few plays before."""
    counts = {FIRST + timedelta(place): 0 for place in range(WHOLE) if place not in GAP}
    for (place, code), count in watched_counts().items():
        if place < WHOLE and code in codes:
            counts[FIRST + timedelta(place)] += count
    periods = ((FIRST + timedelta(first), FIRST + timedelta(last)) for first, last in (now, before))
    return change_of(counts, *periods)["change"] if sum(sums(*before).get(code, 0) for code in codes) >= 10 else None


def test_a_change_is_against_the_equal_period_before(open_page: OpenPage, site):
    page = live(open_page(f"{site.as_uri()}?period=30d&measure=change&zeros=shown", **DESKTOP).page)
    now, before = (WHOLE - 30, WHOLE - 1), (WHOLE - 60, WHOLE - 31)
    everything, shown, painted_as = sums(*now), cells(page), kinds(page)
    for code in everything.keys() - {UNKNOWN, "PER"}:
        change = changed([code], now, before)
        assert shown[code][5] == ("–" if change is None else EN.change(1 + change, 1))
        classes = [bound for bound in (2 / 3, 0.9, 1.1, 1.5) if change is not None and 1 + change >= bound]
        assert painted_as[code] == ("few" if change is None else f"d{len(classes)}"), code
    assert (shown["PER"][5], painted_as["PER"]) == ("new", "new")
    assert painted_as["AUS"] == "zero"
    note = page.locator("[data-figure=total] span").inner_text()
    assert note == f"{EN.change(1 + changed(everything, now, before), 1)} on the 30 days before"
    assert page.locator("#change-note").inner_text() == (
        "Change of the daily average: 23 Oct – 21 Nov 2026 (30 of 30 days) against 23 Sept – 22 Oct 2026 "
        "(30 of 30 days). Weekdays are compared with the same weekdays."
    )


def test_a_period_that_lacks_a_day_in_ten_is_compared_by_its_averages(open_page: OpenPage, site):
    now, before = (64, 103), (24, 63)
    page = live(open_page(f"{site.as_uri()}?period={stretch(*now)}", **DESKTOP).page)
    assert cells(page)["FRA"][5] == EN.change(1 + changed(["FRA"], now, before), 1)
    assert "(40 of 40 days) against 25 Jun – 3 Aug 2026 (36 of 40 days)" in page.locator("#change-note").inner_text()


def test_with_days_missing_nothing_is_compared_and_the_period_says_so(open_page: OpenPage, site):
    page = live(open_page(f"{site.as_uri()}?period={stretch(55, 70)}", **DESKTOP).page)
    assert {row[5] for row in cells(page).values()} == {"–"}
    assert page.locator("[data-figure=total] span").inner_text() == ""
    assert f"{len(GAP)} of them were never collected (31 Jul – 3 Aug)" in page.locator("#period-note").inner_text()
    assert page.locator("#change-note").inner_text() == (
        "No comparison: of 26 Jul – 10 Aug 2026 only 12 of 16 days were collected; at least 90% are needed."
    )


def test_without_the_leader_the_others_get_the_classes_and_its_number_stays(open_page: OpenPage, site):
    page = live(open_page(site.as_uri(), **DESKTOP).page)
    page.click("#leader")
    wait_until(page, "document.getElementById('leader').getAttribute('aria-pressed') === 'true'")
    others = {code: count for code, count in sums(0, LENGTH - 1).items() if code not in (UNKNOWN, "FRA")}
    painted(page, others)
    assert kinds(page)["FRA"] == "left"
    assert ["left", "Left out", "France"] in legend(page)
    assert number(cells(page)["FRA"][2]) == sums(0, LENGTH - 1)["FRA"]
    page.click("#leader")
    wait_until(page, "document.getElementById('FRA').getAttribute('class') !== 'left'")


def test_the_days_come_only_when_asked_for_and_once(open_page: OpenPage, site):
    opened = open_page(site.as_uri(), **DESKTOP)
    page = live(opened.page)
    chosen(page, "measure", "change")
    page.hover("#DEU")
    days = [url for url in opened.requests if "/days." in url]
    assert days == []
    assert len(opened.requests) <= 10
    for period in ("7d", "90d"):
        chosen(page, "period", period)
    assert len([url for url in opened.requests if "/days." in url]) == 1
    assert opened.problems == []


def test_a_missing_file_of_days_is_reported_and_the_page_stays(open_page: OpenPage, tmp_path):
    path = build(watched(), tmp_path)
    for file in (tmp_path / "assets").glob("days.*"):
        file.unlink()
    page = live(open_page(f"{path.as_uri()}?period=30d", **DESKTOP).page)
    assert "could not be loaded" in page.locator("#said").inner_text()
    check_table(page, 0, LENGTH - 1)


def test_sparklines_follow_the_period_and_are_drawn_alike(open_page: OpenPage, site):
    page = live(open_page(site.as_uri(), **DESKTOP).page)
    spark = "document.querySelector('tr[data-c=FRA] .spark path').getAttribute('d')"
    sent = page.evaluate(spark)
    chosen(page, "period", "30d")
    assert page.evaluate(spark).count("L") == 14
    world = watched()
    counts, totals = list(world.by_country["FRA"]), [day.count for day in world.daily]
    drawn = page.evaluate("([c, t]) => apivideoGeo.sparkPath(c, t, 0, c.length - 1)", [counts, totals])
    assert drawn == sent
