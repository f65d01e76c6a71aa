"""The page in a real Chromium: from disk and from a sub-path, with and without script, by mouse and by finger."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from apivideo_geo.model import Summary
from apivideo_geo.render.theme.theme import Theme
from tests.browser import OpenPage, find_violations, serve, wait_until
from tests.render.samples import days, site_of, small, summary, whole_world, write
from tests.render.tapping import point_in

DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"


def build(what: Summary, folder: Path, theme: Theme | None = None) -> Path:
    site = write(site_of(what, theme), folder)
    return site / "index.html"


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Path:
    return build(whole_world(), tmp_path_factory.mktemp("world") / "user" / "repo")


@pytest.fixture(scope="module")
def few(tmp_path_factory) -> Path:
    return build(small(), tmp_path_factory.mktemp("few"))


@pytest.fixture(params=["file", "sub-path"])
def address(request, world) -> Iterator[tuple[str, str]]:
    """The page's URL and what every URL it asks for must begin with."""
    if request.param == "file":
        yield world.as_uri(), world.parent.as_uri()
    else:
        with serve(world.parents[2]) as root:
            yield f"{root}/user/repo/index.html", f"{root}/user/repo/"


def live(page: Page) -> Page:
    page.evaluate("dispatchEvent(new Event('pointermove'))")  # reach for it
    page.wait_for_selector("html.live")
    return page


def map_width(page: Page) -> float:
    return page.evaluate("document.getElementById('world').getBoundingClientRect().width")


def card(page: Page) -> dict[str, str]:
    """The card's name and figures by label."""
    expect(page.locator("#card")).to_be_visible()
    terms = page.locator("#card dt").all_inner_texts()
    return {
        "name": page.locator("#card p").inner_text(),
        **dict(zip(terms, page.locator("#card dd").all_inner_texts(), strict=True)),
    }


def point_at_dot(page: Page, code: str) -> None:
    x, y = page.evaluate(
        """id => { const dot = document.getElementById(id), at = dot.getPointAtLength(0);  // where it is drawn
                   const p = new DOMPoint(at.x, at.y).matrixTransform(dot.getScreenCTM()); return [p.x, p.y]; }""",
        f"{code}-dot",
    )
    page.mouse.move(x, y)


def test_it_opens_without_an_error_and_asks_for_nothing_elsewhere(open_page: OpenPage, address):
    url, origin = address
    opened = open_page(url, **DESKTOP)
    live(opened.page)
    opened.page.hover("#DZA")
    opened.page.click("[data-zoom=in]")
    assert opened.problems == []
    assert opened.outside(origin) == []
    assert len(opened.requests) <= 10


def test_leaflet_takes_over_the_pages_own_picture(open_page: OpenPage, world):
    page = live(open_page(world.as_uri(), **DESKTOP).page)
    assert "leaflet-container" in (page.locator("#map_world").get_attribute("class") or "")
    assert page.locator(".leaflet-overlay-pane > svg#world").count() == 1
    assert page.locator("svg.world").count() == 1


def test_taking_over_moves_nothing(open_page: OpenPage, world):
    with_script = live(open_page(world.as_uri(), **DESKTOP).page)
    shifted = with_script.evaluate(
        """() => new Promise(done => new PerformanceObserver(list =>
            done(list.getEntries().reduce((sum, entry) => sum + entry.value, 0))
        ).observe({type: 'layout-shift', buffered: true}) || setTimeout(() => done(0), 100))"""
    )
    assert shifted == 0
    without = open_page(world.as_uri(), java_script_enabled=False, **DESKTOP).page
    still, moved = without.locator("#world").bounding_box(), with_script.locator("#world").bounding_box()
    assert still
    assert moved
    assert all(abs(still[side] - moved[side]) < 1.5 for side in ("x", "width", "height"))


def test_buttons_zoom_and_lead_back_to_the_world(open_page: OpenPage, world):
    page = live(open_page(world.as_uri(), reduced_motion="reduce", **DESKTOP).page)
    whole = map_width(page)
    page.click("[data-zoom=in]")
    assert map_width(page) == pytest.approx(2 * whole, rel=0.01)
    assert page.locator("[data-zoom=out]").get_attribute("aria-disabled") == "false"
    page.click("[data-zoom=world]")
    assert map_width(page) == pytest.approx(whole, rel=0.01)
    assert page.locator("[data-zoom=out]").get_attribute("aria-disabled") == "true"


def test_the_wheel_scrolls_the_page_and_zooms_only_with_ctrl(open_page: OpenPage, world):
    page = live(open_page(world.as_uri(), reduced_motion="reduce", **DESKTOP).page)
    whole = map_width(page)
    page.hover("#DZA")
    page.mouse.wheel(0, 300)
    wait_until(page, "scrollY > 0")
    assert map_width(page) == pytest.approx(whole)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    wait_until(page, f"document.getElementById('world').getBoundingClientRect().width > {whole * 1.2}")


def test_the_map_follows_its_frame(open_page: OpenPage, world):
    page = live(open_page(world.as_uri(), **DESKTOP).page)
    page.set_viewport_size({"width": 700, "height": 900})
    wait_until(
        page,
        "Math.abs(document.getElementById('world').getBoundingClientRect().width"
        " - document.getElementById('map_world').clientWidth) < 2",
    )
    assert map_width(page) < 700


def test_pointing_at_a_country_shows_its_figures(open_page: OpenPage, world):
    page = live(open_page(world.as_uri(), **DESKTOP).page)
    countries = {country.iso_a3: country for country in whole_world().countries}
    for country in (countries[code] for code in ("FRA", "BRA", "CAN", "IND")):
        page.mouse.move(*point_in(page, country.iso_a3))
        expect(page.locator("#card p")).to_have_text(re.compile(f"{country.name}$"))
        shown = card(page)
        assert shown["Plays"] == f"{country.count:,}"
        assert shown["Share"] == (f"{country.share:.1%}" if country.share >= 0.0005 else "< 0.1%")
        assert shown["Rank"] == f"{country.rank} of 250"
        assert float(shown["Per million"].replace(",", "")) == pytest.approx(country.per_million, abs=0.5)


def test_a_small_territory_is_hit_on_its_dot_and_near_it(open_page: OpenPage, few):
    page = live(open_page(few.as_uri(), **DESKTOP).page)
    point_at_dot(page, "SGP")
    assert card(page)["Plays"] == "1"
    point_at_dot(page, "REU")
    assert (card(page)["name"], card(page)["Plays"]) == ("Réunion", "0")
    page.mouse.move(0, 0)
    expect(page.locator("#card")).to_be_hidden()


def colours_at(page: Page, code: str) -> Iterator[tuple[int, ...]]:
    """What the screen shows at the middle of a country and around it: a pixel on an edge has a mixed colour."""
    x, y = page.evaluate(
        "code => { const [x, y] = apivideoGeo.data.points[code];"
        " const p = new DOMPoint(x, y).matrixTransform(document.getElementById('world').getScreenCTM());"
        " return [p.x, p.y]; }",
        code,
    )
    for right, down in ((0, 0), (1, 0), (0, 1), (-1, 0), (0, -1)):
        png = page.screenshot(clip={"x": x + right, "y": y + down, "width": 1, "height": 1})
        at = png.index(b"IDAT")
        data = png[at + 4 : at + 4 + int.from_bytes(png[at - 4 : at], "big")]
        yield tuple(zlib.decompressobj().decompress(data)[1:4])


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [768, 1280])
def test_a_dot_without_counts_hides_no_country_with_counts(open_page: OpenPage, few, theme, width):
    """Luxembourg's dot is as large as Belgium, of which it covers the middle on a middling screen."""
    view = {"viewport": {"width": width, "height": 1400}, "color_scheme": theme}
    page = live(open_page(few.as_uri(), **view).page)
    for code in ("BEL", "FRA"):
        fill = page.evaluate("code => getComputedStyle(document.getElementById(code)).fill", code)
        assert tuple(int(part) for part in re.findall(r"\d+", fill)) in colours_at(page, code), code


def test_map_and_table_light_each_other_up(open_page: OpenPage, few):
    page = live(open_page(few.as_uri(), **DESKTOP).page)
    page.hover("#FRA")
    expect(page.locator("tr[data-c=FRA]")).to_have_class("on")
    page.hover("tr[data-c=BEL]")
    expect(page.locator("tr[data-c=FRA]")).not_to_have_class("on")
    shape = page.locator("#BEL").get_attribute("d")
    expect(page.locator(".lit")).to_have_attribute("d", shape or "none")


def test_a_tap_pins_the_card_until_the_next_one_elsewhere(open_page: OpenPage, few):
    page = live(open_page(few.as_uri(), **PHONE).page)
    page.locator("#BRA").tap()
    assert card(page) == {"name": "Brazil", "Plays": "0"}
    page.locator("h1").tap()
    expect(page.locator("#card")).to_be_hidden()


class Fingers:
    """Real touches on the map, at distances from its left edge."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)
        page.locator("#map_world").scroll_into_view_if_needed()
        box = page.locator("#map_world").bounding_box()
        assert box
        self.left, self.middle = box["x"], box["y"] + box["height"] / 2

    def touch(self, kind: str, *places: float) -> None:
        points = [{"x": self.left + place, "y": self.middle, "id": finger} for finger, place in enumerate(places)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_one_finger_is_for_the_page_and_a_mouse_drags_the_map(open_page: OpenPage, world):
    page = live(open_page(world.as_uri(), reduced_motion="reduce", **PHONE).page)
    assert page.evaluate("getComputedStyle(document.getElementById('map_world')).touchAction") == "pan-x pan-y"
    page.click("[data-zoom=in]")
    fingers = Fingers(page)
    centre = page.evaluate("map_world.getCenter().lng")
    fingers.touch("touchStart", 200)
    for place in range(190, 90, -10):
        fingers.touch("touchMove", place)
    fingers.touch("touchEnd")
    assert page.evaluate("map_world.getCenter().lng") == centre
    page.mouse.move(fingers.left + 200, fingers.middle)
    page.mouse.down()
    page.mouse.move(fingers.left + 150, fingers.middle, steps=5)
    page.mouse.up()
    wait_until(page, f"map_world.getCenter().lng > {centre}")
    assert page.url.partition("?")[0] == world.as_uri(), "moving the map opens no page"
    assert "country=" not in page.url


def test_two_fingers_zoom_the_map(open_page: OpenPage, world):
    page = live(open_page(world.as_uri(), **PHONE).page)
    fingers = Fingers(page)
    whole = map_width(page)
    fingers.touch("touchStart", 160, 200)
    for spread in range(10, 90, 10):
        fingers.touch("touchMove", 160 - spread, 200 + spread)
    fingers.touch("touchEnd")
    wait_until(page, f"document.getElementById('world').getBoundingClientRect().width > {whole * 1.5}")
    assert page.evaluate("visualViewport.scale") == 1


def test_the_map_is_a_single_tab_stop(open_page: OpenPage, world):
    page = live(open_page(world.as_uri(), **DESKTOP).page)
    page.focus("#fullscreen")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "map_world"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.kind") == "c0"


def test_without_script_map_and_table_are_all_there(open_page: OpenPage, world):
    opened = open_page(world.as_uri(), java_script_enabled=False, **DESKTOP)
    page = opened.page
    box = page.locator("#FRA").bounding_box()
    assert box
    assert box["width"] > 20
    assert page.locator("tr[data-c]").count() == 250
    assert page.locator("tr[data-c=FRA] td").nth(1).inner_text() == "66,786"
    expect(page.locator("#zoom")).to_be_hidden()
    assert opened.problems == []


def test_hostile_names_do_not_run(open_page: OpenPage, tmp_path):
    evil = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>"
    hostile = summary({"BRA": 3}, days(small().daily[0].day, [3]), names={"BRA": evil}, breakdowns={"os": ((evil, 3),)})
    page_path = build(hostile, tmp_path, Theme(evil, notice=evil))
    opened = open_page(page_path.as_uri(), **DESKTOP)
    page = live(opened.page)
    page.hover("#BRA")
    assert card(page)["name"].endswith(evil)
    assert page.locator("img").count() == 0
    assert page.title() != "run"
    assert opened.problems == []


def test_nothing_scrolls_sideways(open_page: OpenPage, tmp_path):
    named = summary({"FRA": 12_345_678, "SGS": 3}, small().daily, names={"FRA": LONG}, per_million={"FRA": 9.0})
    page_path = build(named, tmp_path, Theme(LONG, notice=LONG))
    page = open_page("about:blank").page
    for width in (320, 360, 768, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(page_path.as_uri())
        assert live(page).evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(("theme", "size"), [("light", DESKTOP), ("dark", PHONE)], ids=["desktop", "phone"])
def test_axe_finds_no_violation(open_page: OpenPage, world, theme, size):
    page = live(open_page(f"{world.as_uri()}?country=BRA", color_scheme=theme, **size).page)
    expect(page.locator("#card.pinned")).to_be_visible()
    page.fill("#find", "land")  # some rows are enough: all are made alike, and each takes its time
    assert find_violations(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_classes_differ_to_the_eye_in_both_themes(open_page: OpenPage, world, theme):
    page = live(open_page(world.as_uri(), color_scheme=theme, **DESKTOP).page)
    fills = page.evaluate(
        "[0,1,2,3,4,5].map(n => getComputedStyle(document.querySelector(`.lands .c${n}`)).fill)"
        ".concat(getComputedStyle(document.querySelector('.ground')).backgroundColor)"
    )
    swatches = page.evaluate(
        "[0,1,2,3,4,5].map(n => getComputedStyle(document.querySelector(`.legend .c${n}`)).backgroundColor)"
    )
    assert fills[:6] == swatches
    assert len(set(fills[:6])) == 6
    light = [sum(map(int, re.findall(r"\d+", fill))) for fill in fills[:6]]
    assert light == sorted(light, reverse=theme == "light")
