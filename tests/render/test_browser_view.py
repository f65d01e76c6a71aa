"""What a reader does with the page in a real Chromium: address, keys, table, timeline, card, legend."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from apivideo_geo.geo.countries import all_countries
from apivideo_geo.render.theme.theme import Theme
from tests.browser import OpenPage, find_violations, serve, wait_until
from tests.render.browsing import DESKTOP, PHONE, build, card, cells, chosen, figure, kinds, legend, live
from tests.render.samples import FIRST, LENGTH, MADE, days, small, summary, watched

CALM = {**DESKTOP, "reduced_motion": "reduce"}


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    return build(watched(), tmp_path_factory.mktemp("watched"))


@pytest.fixture
def page(open_page: OpenPage, site) -> Page:
    return live(open_page(site.as_uri(), **CALM).page)


def asked(page: Page) -> str:
    return page.evaluate("location.search")


def look(page: Page) -> object:
    """All that a link must bring back."""
    pressed = "[...document.querySelectorAll('[aria-pressed=true]')].map(button => button.textContent)"
    order = "[...document.querySelectorAll('tbody tr')].filter(row => !row.hidden).map(row => row.textContent)"
    sort = "document.querySelector('[aria-sort]').textContent + document.querySelector('[aria-sort]').ariaSort"
    frame = "map_world.getBounds().toBBoxString()"
    parts = [pressed, order, sort, frame, "document.getElementById('group').value"]
    return [page.evaluate(part) for part in parts] + [kinds(page), legend(page), page.locator("#card").inner_text()]


def said(page: Page, words: str) -> None:
    expect(page.locator("#said")).to_contain_text(words)


# The address


def test_a_link_brings_the_whole_view_back(open_page: OpenPage, site):
    link = f"{site.as_uri()}?period=90d&measure=per-million&country=REU&sort=-name&group=africa&without=leader"
    first = live(open_page(link, **CALM).page)
    assert asked(first) == link[link.index("?") :]
    assert card(first)["name"].endswith("Réunion")
    again = live(open_page(first.url, **CALM).page)
    assert look(again) == look(first)
    assert look(again) != look(live(open_page(site.as_uri(), **CALM).page))


def test_every_choice_stands_in_the_address(page):
    chosen(page, "period", "30d")
    chosen(page, "measure", "share")
    page.focus("#map_world")
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    page.select_option("#group", "south-america")
    page.click("th[data-sort=name] button")
    page.click("#leader")
    page.click("#zeros")
    wait_until(page, "location.search.endsWith('shown')")
    assert asked(page) == (
        "?period=30d&measure=share&country=FRA&sort=name&group=south-america&without=leader&zeros=shown"
    )


BAD = (
    "period=31d",
    "period=12m",
    "period=constructor",
    "period=2026-06-09..2026-06-02",
    "period=2020-01-01..2026-06-02",
    "period=2026-06-02..2027-01-01",
    "period=2026-06-02..2026-06-05..2026-06-09",
    "period=x..y",
    "measure=<script>",
    "measure=toString",
    "country=XXX",
    "country=__proto__",
    "sort=--name",
    "sort=size",
    "group=atlantis",
    "group=constructor",
    "without=all",
    "more=1",
)


def test_what_makes_no_sense_in_the_address_is_dropped(open_page: OpenPage, site):
    opened = open_page(f"{site.as_uri()}?measure=share&country=toString&period=9&group=x#map", **CALM)
    page = live(opened.page)
    assert page.url == f"{site.as_uri()}?measure=share#map"
    read = "asked => asked.map(search => JSON.stringify(apivideoGeo.state.read('?' + search)))"
    usual, *found = page.evaluate(read, ["", *BAD])
    assert dict(zip(BAD, found, strict=True)) == dict.fromkeys(BAD, usual)
    assert figure(page, "total") == f"{watched().total:,}"
    assert opened.problems == []


@pytest.mark.parametrize("served", [False, True], ids=["file", "http"])
def test_back_and_forward_go_through_the_choices(open_page: OpenPage, site, served):
    def go_through(url):
        opened = open_page(url, **CALM)
        page = live(opened.page)
        looks = [look(page)]
        for name, value in (("period", "30d"), ("measure", "change")):
            chosen(page, name, value)
            looks.append(look(page))
        page.go_back()
        wait_until(page, "location.search === '?period=30d'")
        assert look(page) == looks[1]
        page.go_back()
        wait_until(page, "location.search === ''")
        assert look(page) == looks[0]
        page.go_forward()
        page.go_forward()
        wait_until(page, "location.search === '?period=30d&measure=change'")
        assert look(page) == looks[2]
        assert opened.problems == []

    if served:
        with serve(site.parent) as root:
            go_through(f"{root}/index.html")
    else:
        go_through(site.as_uri())


# The map by keyboard


def test_arrows_go_to_the_neighbour_and_say_it(page):
    page.focus("#map_world")
    page.keyboard.press("Home")
    said(page, "France, 86,652 plays, 85.2%, rank 1 of 17")
    page.keyboard.press("ArrowRight")
    first = page.locator("#said").inner_text()
    assert not first.startswith("France")
    page.keyboard.press("End")
    said(page, "Peru, 25 plays, < 0.1%, rank 17 of 17")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert card(page)["name"]


def test_neighbours_are_those_on_the_map(page):
    left, up = [-1, 0], [0, -1]
    pairs = {("ARG", "CHL"): left, ("USA", "CAN"): up, ("BRA", "BOL"): left, ("CHN", "MNG"): up}
    for (code, neighbour), way in pairs.items():
        assert page.evaluate("([code, way]) => apivideoGeo.keys.neighbour(code, way)", [code, way]) == neighbour


def test_every_country_can_be_reached_by_arrows(page):
    reached = page.evaluate(
        """() => { const seen = new Set(['FRA']), open = ['FRA'];
                   while (open.length) { const code = open.pop();
                     for (const way of [[-1,0],[1,0],[0,-1],[0,1]]) {
                       const next = apivideoGeo.keys.neighbour(code, way);
                       if (next && !seen.has(next)) { seen.add(next); open.push(next); } } }
                   return seen.size; }"""
    )
    assert reached >= 240


def test_typing_jumps_to_a_name_without_its_accents(page):
    page.clock.install()
    page.focus("#map_world")
    page.keyboard.type("reu")
    said(page, "Réunion, 884 plays")
    page.clock.fast_forward(950)
    page.keyboard.type("south k")
    said(page, "South Korea, 0 plays")


def test_enter_pins_what_has_no_page_and_escape_lets_go_and_leaves(page):
    page.focus("#map_world")
    page.keyboard.type("austra")
    page.keyboard.press("Enter")
    wait_until(page, "location.search === '?country=AUS'")
    expect(page.locator("#card.pinned")).to_be_visible()
    said(page, "pinned")
    page.keyboard.press("Escape")
    expect(page.locator("#card")).to_be_hidden()
    assert asked(page) == ""
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement === document.body")


def test_plus_minus_and_zero_zoom(page):
    width = "document.getElementById('world').getBoundingClientRect().width"
    whole = page.evaluate(width)
    page.focus("#map_world")
    page.keyboard.press("+")
    wait_until(page, f"{width} > {whole} * 1.9")
    page.keyboard.press("0")
    wait_until(page, f"{width} < {whole} * 1.01")


# Pointer, card, legend, continents


def test_a_click_pins_the_card_of_a_country_without_a_page_and_others_only_light_up(page):
    page.click("#AUS")
    assert card(page)["name"].endswith("Australia")
    page.hover("#IND")
    assert card(page)["name"].endswith("Australia")
    assert "on" in (page.locator("tr[data-c=IND]").get_attribute("class") or "")
    page.click("#card .close")
    expect(page.locator("#card")).to_be_hidden()


def test_a_tap_pins_and_the_cross_is_large_enough(open_page: OpenPage, site):
    page = live(open_page(site.as_uri(), **PHONE).page)
    page.locator("#BRA").tap()
    assert card(page)["Plays"] == "994"
    box = page.locator("#card .close").bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 44
    page.locator("#card .close").tap()
    expect(page.locator("#card")).to_be_hidden()


def test_the_card_shows_change_and_a_line(page):
    page.hover("#FRA")
    assert card(page)["Change"] == "+5%"
    assert page.locator("#card .spark path").get_attribute("d")


def test_a_country_with_counts_leads_to_its_page_and_one_without_is_no_link(page):
    page.hover("#BRA")
    assert page.locator("#card p a").get_attribute("href") == "country/BRA.html"
    page.hover("#AUS")
    assert page.locator("#card a").count() == 0


def test_a_click_or_enter_opens_the_countrys_page_and_space_pins(open_page: OpenPage, site):
    page = live(open_page(site.as_uri(), **CALM).page)
    page.click("#BRA")
    page.wait_for_url("**/country/BRA.html")
    page.go_back()
    page.wait_for_selector("#map_world")
    live(page).focus("#map_world")
    page.keyboard.type("brazil")
    page.wait_for_timeout(950)  # a space within a name is a letter
    page.keyboard.press("Space")
    wait_until(page, "location.search === '?country=BRA'")
    assert page.locator("#card p a").get_attribute("href") == "country/BRA.html"
    page.keyboard.press("Enter")
    page.wait_for_url("**/country/BRA.html")
    page.goto(site.as_uri())
    live(page).click("#GRL")
    assert asked(page) == "?country=GRL", "a country without a page pins its card"


def test_a_finger_pins_the_card_with_the_link_to_the_page(open_page: OpenPage, site):
    page = live(open_page(site.as_uri(), **PHONE).page)
    page.locator("#BRA").tap()
    page.locator("#card.pinned p a").tap()
    page.wait_for_url("**/country/BRA.html")


def test_days_never_collected_look_so_in_the_curve_and_are_counted_under_the_legend(page):
    line = page.locator("#off-the-map")
    expect(line).to_contain_text("Not collected: 4 days")
    assert {kind for kind, _, _ in legend(page)} <= {*(f"c{number}" for number in range(9)), "zero"}
    chosen(page, "period", "7d")
    expect(line).to_have_text(re.compile(r"^Unknown country: [\d,]+ plays$"))
    assert page.evaluate("getComputedStyle(document.querySelector('.plot .gap')).strokeDasharray") == "3px, 3px"


def test_what_a_button_says_is_what_it_is_called(page):
    for button in page.locator("#periods [data-period]").all():
        expect(button).to_have_accessible_name(button.inner_text())


def test_paper_shows_the_whole_world_in_light_however_the_screen_stands(open_page: OpenPage, site):
    page = live(open_page(f"{site.as_uri()}?group=europe", color_scheme="dark", **CALM).page)
    page.emulate_media(media="print")
    world, frame = page.locator("#world").bounding_box(), page.locator("#frame").bounding_box()
    assert world
    assert frame
    assert world["width"] == pytest.approx(frame["width"], abs=3)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator(".controls:visible, .brush:visible, .card:visible").count() == 0
    assert page.locator("thead th").nth(1).inner_text() == "Country"


def test_a_class_of_the_legend_lights_its_countries(page):
    page.focus("#map_world")
    page.keyboard.press("Tab")
    chosen_ = (
        "[...new Set([...document.querySelectorAll('.chosen')].map(part =>"
        " (part.id || part.lastElementChild.id).slice(0, 3)))].sort()"
    )
    weakest = sorted(code for code, kind in kinds(page).items() if kind == "c0")
    assert kinds(page)
    lit = page.evaluate(chosen_)
    assert lit
    assert lit == sorted(code for code in lit)
    assert set(weakest) <= {*lit, *weakest}
    assert len(lit) == int(legend(page)[0][2].split()[0])
    page.keyboard.press("Tab")
    assert page.evaluate(chosen_) != lit
    page.hover(".legend [data-kind=zero]")
    assert len(page.evaluate(chosen_)) == 250 - 17
    page.hover("h1")
    page.evaluate("document.activeElement.blur()")
    assert page.evaluate(chosen_) == []


def test_a_continent_fills_the_frame(page):
    width = "document.getElementById('world').getBoundingClientRect().width"
    whole = page.evaluate(width)
    page.select_option("#group", "europe")
    wait_until(page, f"{width} > {whole} * 2")
    frame, france = page.locator("#frame").bounding_box(), page.locator("#FRA").bounding_box()
    assert frame
    assert france
    assert france["x"] > frame["x"]
    assert france["y"] + france["height"] < frame["y"] + frame["height"]
    framed = page.evaluate(width)
    page.click("[data-zoom=in]")
    wait_until(page, f"{width} > {framed} * 1.5")
    page.click("[data-zoom=world]")  # the map of the group again, which stays chosen
    wait_until(page, f"Math.abs({width} / {framed} - 1) < 0.01 && location.search === '?group=europe'")
    page.select_option("#group", "")
    wait_until(page, f"{width} < {whole} * 1.01 && location.search === ''")


# The table


def order(page: Page) -> list[str]:
    return list(cells(page))


def test_every_column_sorts_both_ways_and_says_so(page):
    shown = cells(page)
    for column in ("name", "count", "share", "per-million", "change", "rank"):
        button, head = page.locator(f"th[data-sort={column}] button"), page.locator(f"th[data-sort={column}]")
        usual, other = ("ascending", "descending") if column in ("rank", "name") else ("descending", "ascending")
        button.click()
        expect(head).to_have_attribute("aria-sort", usual)
        first = order(page)
        button.click()
        expect(head).to_have_attribute("aria-sort", other)
        back = order(page)
        assert page.locator("[aria-sort]").count() == 1
        assert sorted(back) == sorted(first) == sorted(shown)
        check_order(column, [shown[code] for code in first], rising=column in ("name", "rank"))
        check_order(column, [shown[code] for code in back], rising=column not in ("name", "rank"))
    assert first[:3] == ["FRA", "MAR", "JPN"]


def check_order(column: str, rows: list[list[str]], rising: bool) -> None:
    """The cells of a column are in order; what has no figure comes last."""
    if column == "name":
        names = [unicodedata.normalize("NFD", row[1].lstrip("🇦🇧🇨🇩🇪🇫🇬🇭🇮🇯🇰🇱🇲🇳🇴🇵🇶🇷🇸🇹🇺🇻🇼🇽🇾🇿")) for row in rows]
        assert names == sorted(names, reverse=not rising)
        return
    at = {"rank": 0, "count": 2, "share": 3, "per-million": 4, "change": 5}[column]
    figures = [re.sub(r"[^\d.+−]", "", row[at]).replace("−", "-") for row in rows if row[at] not in ("–", "new")]
    values = [float(text) for text in figures]
    assert values == sorted(values, reverse=not rising)
    assert [row[at] for row in rows].count("–") == 0 or rows[-1][at] == "–"


def test_the_filter_ignores_accents_and_knows_codes(page):
    page.fill("#find", "reun")
    assert order(page) == ["REU"]
    page.fill("#find", "DE")
    assert "DEU" in order(page)
    page.fill("#find", "tcd")
    assert order(page) == ["TCD"]
    page.fill("#find", "cote")
    assert order(page) == ["CIV"], "countries without plays are found too"
    page.fill("#find", "zzzz")
    expect(page.locator("#none-found")).to_be_visible()
    page.fill("#find", "")
    assert len(order(page)) == 17


def test_countries_without_plays_are_shown_when_asked(page):
    page.click("#zeros")
    wait_until(page, "document.getElementById('zeros').getAttribute('aria-pressed') === 'true'")
    assert len(cells(page)) == 250
    assert cells(page)["AUS"][2] == "0"
    page.click("#zeros")
    wait_until(page, "document.getElementById('zeros').getAttribute('aria-pressed') === 'false'")
    assert len(cells(page)) == 17


def test_copying_gives_the_rows_as_shown_with_codes_and_period(open_page: OpenPage, site):
    opened = open_page(
        f"{site.as_uri()}?period=30d&sort=name", permissions=["clipboard-read", "clipboard-write"], **CALM
    )
    page = live(opened.page)
    page.click("#copy")
    said(page, "18 rows copied as CSV")
    text = page.evaluate("navigator.clipboard.readText()")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["iso_a3"] for row in rows] == [*order(page), "---"]
    shown = cells(page)
    for row in rows:
        if row["iso_a3"] != "---":
            assert f"{int(row['plays']):,}" == shown[row["iso_a3"]][2]
    assert sum(int(row["plays"]) for row in rows) == int(figure(page, "total").replace(",", ""))
    assert {(row["from"], row["to"]) for row in rows} == {("2026-10-23", "2026-11-21")}
    assert {(row["against_from"], row["against_to"]) for row in rows} == {("2026-09-23", "2026-10-22")}
    assert opened.problems == []


# The timeline


def test_the_handles_work_from_the_keyboard(page):
    page.focus("[aria-label='First day']")
    page.keyboard.press("ArrowRight")
    wait_until(page, "location.search.startsWith('?period=2026-06-02..')")
    assert page.locator("[aria-label='First day']").get_attribute("aria-valuetext") == "2 June 2026"
    page.focus("[aria-label='Last day']")
    page.keyboard.press("Home")
    wait_until(page, "location.search === '?period=2026-06-02..2026-06-02'")
    assert page.locator("#period-note").inner_text().startswith("2 June 2026 · 1 day")


def test_a_stretch_is_drawn_and_dragged_with_the_mouse(page):
    page.locator(".brush").scroll_into_view_if_needed()
    box = page.locator(".brush").bounding_box()
    assert box
    day = box["width"] / LENGTH
    middle = box["y"] + 50

    def drag(start: float, end: float) -> None:
        page.mouse.move(box["x"] + day * (start + 0.5), middle)
        page.mouse.down()
        page.mouse.move(box["x"] + day * (end + 0.5), middle, steps=4)
        page.mouse.up()

    drag(40, 60)
    wait_until(page, f"location.search === '?period={FIRST + timedelta(40)}..{FIRST + timedelta(60)}'")
    drag(50, 70)
    wait_until(page, f"location.search === '?period={FIRST + timedelta(60)}..{FIRST + timedelta(80)}'")


def test_play_goes_through_the_weeks_and_stops_with_escape(open_page: OpenPage, site):
    page = live(open_page(site.as_uri(), **DESKTOP).page)
    page.focus("#play")
    page.keyboard.press("Enter")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Stop")
    labels = [entry[1] for entry in legend(page)]
    first = figure(page, "total")
    wait_until(page, f"document.querySelector('[data-figure=total] b').textContent !== '{first}'")
    assert [entry[1] for entry in legend(page)] == labels, "one scale for all weeks"
    page.keyboard.press("Escape")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Play")
    wait_until(page, "location.search.startsWith('?period=')")
    stopped = figure(page, "total")
    page.wait_for_timeout(900)
    assert figure(page, "total") == stopped


def test_with_reduced_motion_play_takes_single_steps(page):
    page.click("#play")
    wait_until(page, "location.search.startsWith('?period=')")
    first = asked(page)
    expect(page.locator("#play")).to_have_attribute("aria-label", "Next step")
    page.wait_for_timeout(900)
    assert asked(page) == first
    page.click("#play")
    wait_until(page, f"location.search !== '{first}'")


# Age, script, size, theme


AGES = (
    (0.5, "30 minutes ago", ""),
    (7, "7 hours ago", ""),
    (40, "40 hours ago · late", "late"),
    (80, "3 days ago · out of date", "old"),
)
"""Hours since the page was made, what it says of them and how."""


def test_the_age_of_the_data_is_shown_by_the_readers_clock(open_page: OpenPage, site):
    page = open_page("about:blank", **CALM).page
    for hours, words, tone in AGES:
        page.clock.set_fixed_time(MADE + timedelta(hours=hours))
        page.goto(site.as_uri())
        live(page)
        assert f"Updated {words}" in page.locator("#fresh").inner_text()
        assert (page.locator("#fresh").get_attribute("class") or "").split() == ["fresh", *([tone] if tone else [])]


def test_without_script_no_control_is_shown_and_the_date_stands(open_page: OpenPage, site):
    page = open_page(site.as_uri(), java_script_enabled=False, **DESKTOP).page
    assert page.locator("button:visible, select:visible, input:visible").count() == 0
    assert "Updated 22 November 2026, 04:12 UTC" in page.locator("#fresh").inner_text()
    assert page.locator("tr[data-c=FRA] .change").inner_text() == "+5%"
    assert page.locator("tr[data-c=FRA] .spark").is_visible()


def test_controls_and_all_fit_every_width(open_page: OpenPage, site):
    page = open_page("about:blank").page
    for width in (320, 360, 768, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{site.as_uri()}?period=2026-06-02..2026-06-05&measure=change&country=REU&zeros=shown")
        assert live(page).evaluate("document.documentElement.scrollWidth") == width


def test_letters_twice_as_large_fit(open_page: OpenPage, site):
    """As a reader sets them in the browser: pages count in these letters, and so do their media queries."""
    page = open_page("about:blank", reduced_motion="reduce").page
    session = page.context.new_cdp_session(page)
    session.send("Page.enable")
    session.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    for width in (320, 360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{site.as_uri()}?period=30d&country=REU")
        page.wait_for_selector("html.live")
        assert page.evaluate("getComputedStyle(document.body).fontSize") == "32px"
        assert page.evaluate("getComputedStyle(document.querySelector('.legend')).fontSize") == "28px"
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_nothing_moves_while_the_page_takes_over(open_page: OpenPage, site):
    for size in (DESKTOP, PHONE):
        page = live(open_page(site.as_uri(), **size).page)
        page.wait_for_timeout(100)
        shifted = page.evaluate(
            """() => new Promise(done => { let sum = 0;
                 new PerformanceObserver(list => { for (const entry of list.getEntries()) sum += entry.value; })
                   .observe({type: 'layout-shift', buffered: true});
                 setTimeout(() => done(sum), 100); })"""
        )
        assert shifted < 0.001


@pytest.mark.parametrize(("theme", "size"), [("dark", DESKTOP), ("light", PHONE)], ids=["desktop", "phone"])
def test_axe_finds_nothing_while_controls_are_in_use(open_page: OpenPage, site, theme, size):
    link = f"{site.as_uri()}?period=2026-07-01..2026-08-20&measure=change&country=REU&sort=-change"
    page = live(open_page(link, color_scheme=theme, **size).page)
    page.click(".legend [data-kind=new]")
    page.fill("#find", "a")
    assert find_violations(page) == []


def test_hostile_names_stay_text_in_card_table_and_copy(open_page: OpenPage, tmp_path):
    evil = "=<img src=x onerror=\"document.title='run'\">"
    hostile = summary({"BRA": 3, "FRA": 1}, days(small().daily[0].day, [4]), names={"BRA": evil})
    opened = open_page(f"{build(hostile, tmp_path, Theme(evil)).as_uri()}?country=BRA", **CALM)
    page = live(opened.page)
    assert card(page)["name"].endswith(evil)
    page.click("#leader")
    page.click("#zeros")
    wait_until(page, "location.search.includes('zeros')")
    assert page.locator("img").count() == 0
    assert page.title() != "run"
    assert f'"\'{evil.replace(chr(34), chr(34) * 2)}"' in page.evaluate("apivideoGeo.table.csv()")
    assert opened.problems == []


def test_the_maps_scripts_wait_until_the_reader_reaches_for_something(open_page, site):
    opened = open_page(site.as_uri(), **DESKTOP)
    opened.page.wait_for_load_state("networkidle")
    assert not [url for url in opened.requests if "leaflet" in url]
    assert (
        "ago" in opened.page.locator("#updated").inner_text() or "now" in opened.page.locator("#updated").inner_text()
    )
    opened.page.mouse.move(200, 300)
    opened.page.wait_for_selector("html.live")
    assert [url for url in opened.requests if "leaflet" in url]
    assert opened.problems == []


def test_the_first_press_of_a_control_is_not_lost(open_page, site):
    page = open_page(site.as_uri(), **DESKTOP).page
    page.evaluate(
        "(button => { button.dispatchEvent(new Event('pointerdown', {bubbles: true})); button.click(); })"
        "(document.querySelector('[data-measure=share]'))"
    )
    page.wait_for_selector("[data-measure=share][aria-pressed=true]")
    assert "measure=share" in page.url


def test_an_address_that_asks_for_a_view_is_answered_at_once(open_page, site):
    page = open_page(f"{site.as_uri()}?measure=share", **DESKTOP).page
    page.wait_for_selector("html.live")
    assert page.get_attribute("[data-measure=share]", "aria-pressed") == "true"


# The first 25 countries on narrow screens


@pytest.fixture(scope="module")
def many(tmp_path_factory) -> Path:
    """The page of a site with 60 countries."""
    counts = {code: 1_000 - number for number, code in enumerate(all_countries()[:60])}
    return build(summary(counts, days(FIRST, [40, 50])), tmp_path_factory.mktemp("many"))


def seen(page: Page) -> int:
    """The number of rows of countries that are displayed."""
    return page.locator("#countries tr[data-c]:visible").count()


def test_a_narrow_screen_shows_25_countries_and_all_of_them_at_a_press(open_page: OpenPage, many):
    opened = open_page(many.as_uri(), viewport={"width": 1080, "height": 900})
    page = opened.page
    assert seen(page) == 25
    live(page)
    page.get_by_role("button", name="Show all 60").click()
    wait_until(page, "location.search === '?rows=all'")
    assert seen(page) == 60
    page.get_by_role("button", name="Show the first 25").click()
    wait_until(page, "location.search === ''")
    assert seen(page) == 25
    assert opened.problems == []


def test_search_and_sort_reach_countries_beyond_the_first_25(open_page: OpenPage, many):
    page = live(open_page(many.as_uri(), **PHONE).page)
    last = page.locator("#countries tr[data-c]").last
    code, name = last.get_attribute("data-c"), last.locator("a").inner_text()
    page.fill("#find", name)
    expect(page.locator(f"#countries tr[data-c={code}]")).to_be_visible()
    page.fill("#find", "")
    page.click("#countries th[data-sort=count] button")
    page.click("#countries th[data-sort=count] button")
    expect(page.locator("#countries tr[data-c]:visible").first).to_have_attribute("data-c", str(code))
    assert seen(page) == 25


def test_all_rows_are_there_in_a_wide_window_without_scripts_and_at_the_address_that_asks_for_them(
    open_page: OpenPage, many
):
    assert seen(open_page(many.as_uri(), viewport={"width": 1100, "height": 900}).page) == 60
    assert seen(open_page(many.as_uri(), java_script_enabled=False, **PHONE).page) == 60
    assert seen(live(open_page(f"{many.as_uri()}?rows=all", **PHONE).page)) == 60
