"""Other metrics than the first, and ratios, in a real Chromium: numbers, address, keys, touch, embed, pictures."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from math import ceil, sqrt
from pathlib import Path

import ibis
import pytest
from axe_playwright_python.sync_playwright import Axe
from babel.messages.pofile import read_po
from playwright.sync_api import Page, expect

from apivideo_geo.facts import facts_table
from apivideo_geo.geo.countries import name_of
from apivideo_geo.model import UNKNOWN, Summary
from apivideo_geo.render.text.translations import FOLDER
from apivideo_geo.render.theme.theme import Theme
from tests.browser import OpenPage, wait_until
from tests.render.browsing import DESKTOP, PHONE, build, card, cells, chosen, figure, kinds, legend, live
from tests.render.samples import FIRST, GAP, LENGTH, MADE, watched, watched_counts
from tests.summaries import summarise

CALM = {**DESKTOP, "reduced_motion": "reduce"}
PLAYS = watched_counts()
ADDED = 100
"""Index of the day from which impressions were collected."""
OPEN = LENGTH - 1
"""The last day, which was not over."""
METRICS = {
    "impression": {
        # More plays than impressions in Malta: events that were counted late.
        (day, code): count * 4 // 5 if code == "MLT" else count * 2 + count * len(code + name_of(code)) // 9 + 1
        for (day, code), count in PLAYS.items()
        if day >= ADDED
    },
    "end": {key: ceil(count * (3 + sum(map(ord, key[1])) % 5) / 9) for key, count in PLAYS.items()},
    "viewer": {key: ceil(count * 0.7) for key, count in PLAYS.items()},
}
COUNTS = {"play": PLAYS, **METRICS}


def other(metric: str, counts: Mapping[tuple[int, str], int] | None = None) -> Summary:
    counts = COUNTS[metric] if counts is None else counts
    rows = ((FIRST + timedelta(day), metric, code, "total", "", count) for (day, code), count in counts.items())
    begin = ADDED if metric == "impression" else 0
    made = summarise(
        ibis.memtable(facts_table(rows)),
        {FIRST + timedelta(day): day == OPEN for day in range(begin, LENGTH) if day not in GAP},
        metric=metric, generated_at=MADE, since=FIRST,
    )  # fmt: skip
    assert len(made.daily) == LENGTH
    return made


@pytest.fixture(scope="module")
def several() -> Summary:
    breakdowns = {"device": (("computer", 3), ("phone", 1))}
    return replace(watched(), others={metric: other(metric) for metric in METRICS}, breakdowns=breakdowns)


@pytest.fixture(scope="module")
def site(tmp_path_factory, several) -> Path:
    return build(several, tmp_path_factory.mktemp("several"))


@pytest.fixture
def page(open_page: OpenPage, site) -> Page:
    return live(open_page(site.as_uri(), **CALM).page)


def choose(page: Page, name: str) -> None:
    """Chooses a metric or ratio, and waits until the page shows it."""
    page.select_option("#metric", name)
    wait_until(page, f"apivideoGeo.shown.view.metric.name === '{name}'")


def total(metric: str, code: str, days: range) -> int:
    """The count of a country over some days, added up from the facts of this file."""
    return sum(count for (day, country), count in COUNTS[metric].items() if country == code and day in days)


def percent(value: float) -> str:
    return f"{100 * value:.1f}%"


def pressed(page: Page, key: str, until: str) -> None:
    """Presses a key until an expression is true."""
    for _ in range(60):
        if page.evaluate(until):
            return
        page.keyboard.press(key)
    raise AssertionError(f"never came true: {until}")


@pytest.mark.parametrize(
    ("metric", "points"), [("play", 10), ("viewer", 9), ("plays-per-viewer", 9), ("completion", 10)]
)
def test_the_trend_of_viewers_ends_with_the_last_complete_day(page, site, metric, points):
    first, last = (FIRST + timedelta(day) for day in (OPEN - 9, OPEN))
    page.goto(f"{site.as_uri()}?metric={metric}&period={first}..{last}")
    live(page)
    wait_until(page, f"apivideoGeo.shown?.view.metric.name === '{metric}'")
    drawn = page.locator("tr[data-c=FRA] .spark path").get_attribute("d")
    assert len(re.findall("[ML]", drawn)) == points


def test_with_the_keyboard_alone_a_reader_goes_from_plays_in_france_to_completion_in_brazil(page):
    said = page.locator("#said")
    pressed(page, "Tab", "document.activeElement.id === 'map_world'")
    page.keyboard.type("fra")
    expect(said).to_have_text("France, 86,652 plays, 85.2%, rank 1 of 17")
    pressed(page, "Shift+Tab", "document.activeElement.id === 'metric'")
    page.keyboard.type("Compl")
    expect(said).to_contain_text("Completion: ")
    assert page.evaluate("location.search") == "?metric=completion"
    pressed(page, "Tab", "document.activeElement.id === 'map_world'")
    page.keyboard.type("bra")
    ends, plays = (total(metric, "BRA", range(LENGTH)) for metric in ("end", "play"))
    expect(said).to_have_text(
        re.compile(
            f"^Brazil, Completion {percent(ends / plays)}, {ends:,} plays to the end for {plays:,} plays, "
            r"rank \d+ of \d+$"
        )
    )
    assert card(page)["Completion"] == percent(ends / plays)


def test_where_nothing_was_shown_a_ratio_says_so_and_not_that_it_was_too_little(open_page: OpenPage, tmp_path):
    shown = {key: count for key, count in METRICS["impression"].items() if key[1] != "BRA"}
    several = replace(watched(), others={"impression": other("impression", shown)})
    page = live(open_page(f"{build(several, tmp_path).as_uri()}?metric=play-rate&country=BRA", **CALM).page)
    assert card(page)["Play rate"] == "No impressions"
    assert cells(page)["BRA"][3] == "–"
    assert kinds(page)["BRA"] == "zero"
    without = len({code for _, code in PLAYS} - {UNKNOWN} - {code for _, code in shown})
    note = {label: note for _, label, note in legend(page)}["No impressions"]
    assert note == f"{250 - len({code for _, code in PLAYS} - {UNKNOWN}) + without} countries"


def test_a_breakdown_names_what_it_is_of_where_the_map_shows_something_else(page):
    heading = page.locator(".panel:has(.slices:not(.funnel)) h2")
    assert heading.inner_text() == "Devices"
    choose(page, "impression")
    expect(heading).to_have_text("Devices (plays)")
    chosen(page, "period", "30d")
    expect(heading).to_have_text("Devices (plays, whole history)")
    page.select_option("#group", "europe")
    expect(heading).to_have_text("Devices (all countries, plays, whole history)")
    page.go_back()
    page.go_back()
    page.go_back()
    expect(heading).to_have_text("Devices")


def test_the_html_to_embed_has_what_the_map_shows(page):
    choose(page, "play-rate")
    chosen(page, "period", "30d")
    address = "embed.html?period=30d&amp;metric=play-rate"
    wait_until(page, f"document.getElementById('snippet').value.includes('{address}\"')")


def test_counts_of_another_metric_are_those_of_the_facts(page):
    choose(page, "impression")
    collected = range(ADDED, LENGTH)
    everything = sum(METRICS["impression"].values())
    assert page.locator("h1").inner_text() == f"Impressions: {everything:,}, most in France"
    assert figure(page, "total") == f"{everything:,}"
    assert page.locator("[data-figure=total] dt").inner_text() == "Impressions"
    shown = cells(page)
    for code in ("FRA", "BRA", "MLT", "PER"):
        assert shown[code][2] == f"{total('impression', code, collected):,}"
    assert shown["FRA"][3] == percent(total("impression", "FRA", collected) / everything)
    heads = page.locator("#countries thead th").all_inner_texts()
    assert [re.sub(r"\W+$", "", head) for head in heads[2:5]] == ["Impressions", "Share", "Per million"]
    expect(page.locator("#off-the-map")).to_contain_text(f"Not collected: {ADDED} days")
    chosen(page, "period", "30d")
    month = range(OPEN - 30, OPEN)
    assert cells(page)["FRA"][2] == f"{total('impression', 'FRA', month):,}"
    choose(page, "play")
    assert cells(page)["FRA"][2] == f"{total('play', 'FRA', month):,}"
    chosen(page, "period", "all")
    assert page.locator("h1").inner_text() == "Watched in 17 countries, most of all in France"
    assert page.locator("[data-measure=count]").inner_text() == "Number"
    assert page.evaluate("location.search") == ""


def test_viewers_are_the_mean_of_a_day_and_never_added_up(page):
    choose(page, "viewer")
    complete = [day for day in range(OPEN) if day not in GAP]
    mean = sum(total("viewer", "FRA", range(day, day + 1)) for day in complete) / len(complete)
    everything = sum(METRICS["viewer"].values())
    assert cells(page)["FRA"][2] == f"{mean:.1f}"
    assert str(everything) not in page.content().replace(",", "")
    expect(page.locator("#map-note")).to_contain_text("the average of a day is shown")
    chosen(page, "period", "7d")
    week = [total("viewer", "FRA", range(day, day + 1)) for day in range(OPEN - 7, OPEN)]
    assert cells(page)["FRA"][2] == f"{sum(week) / 7:.1f}"
    choose(page, "plays-per-viewer")
    plays = total("play", "FRA", range(OPEN - 7, OPEN))
    shown = cells(page)["FRA"]
    assert shown[2:5] == [f"{plays / 7:.1f}", f"{plays / sum(week):.2f}", f"{sum(week) / 7:.1f}"]
    assert "Too few: under 100 viewer-days" in [label for _, label, _ in legend(page)]


def test_a_ratio_divides_sums_of_the_days_that_have_both_numbers(page):
    choose(page, "play-rate")
    both = [day for day in range(ADDED, LENGTH) if day not in GAP]
    plays, impressions = (total(metric, "BRA", range(ADDED, LENGTH)) for metric in ("play", "impression"))
    shown = cells(page)
    assert shown["BRA"][2:5] == [f"{plays:,}", percent(plays / impressions), f"{impressions:,}"]
    assert page.locator("#map-note").inner_text().startswith("Play rate: ")
    expect(page.locator("#map-note")).to_contain_text(
        f"Only {len(both) - 1} of {OPEN} days have both numbers."  # today is not over, so it is not expected
    )
    expect(page.locator("#map-note")).to_contain_text("1 country is above 100%")
    assert float(shown["MLT"][3].rstrip("%")) > 100
    assert page.locator("[data-measure]:visible").all_inner_texts() == ["Value", "Change in points"]
    few = [code for code in shown if total("impression", code, range(ADDED, LENGTH)) < 100]
    assert "PER" in few
    assert {kinds(page)[code] for code in few} == {"few"}
    assert shown["PER"][3] == "too few"
    funnel = page.locator("#funnel tbody tr:not(.why)").all_inner_texts()
    for line, metric in zip(funnel, ("impression", "play", "end"), strict=True):
        everything = sum(count for (day, _), count in COUNTS[metric].items() if day in both)
        assert f"{everything:,}" in line
    label = "Too few: under 100 impressions"
    assert ["few", label, f"{len(few)} countries" if len(few) > 1 else "1 country"] in legend(page)
    classes = [label for kind, label, _ in legend(page) if kind.startswith("c")]
    limits = sorted({int(number) for label in classes for number in re.findall(r"\d+(?=%)", label)})
    assert len({high - low for low, high in pairwise(limits)}) == 1, "even steps"
    chosen(page, "period", "30d")
    assert [label for kind, label, _ in legend(page) if kind.startswith("c")] == classes, "periods can be compared"
    chosen(page, "measure", "change")
    month, earlier = range(OPEN - 30, OPEN), range(OPEN - 60, OPEN - 30)
    now, before = (total("play", "FRA", days) / total("impression", "FRA", days) for days in (month, earlier))
    assert cells(page)["FRA"][5].replace("−", "-").endswith(f"{100 * (now - before):+.1f} points".lstrip("+-"))


def test_the_card_has_the_value_its_interval_and_both_numbers(open_page: OpenPage, site):
    opened = open_page(f"{site.as_uri()}?metric=completion&country=BRA", **PHONE)
    page = live(opened.page)
    assert page.locator("#metric").bounding_box()["height"] >= 44
    ends, plays = (total(metric, "BRA", range(LENGTH)) for metric in ("end", "play"))
    rate = ends / plays
    middle, z = rate + 1.96**2 / (2 * plays), 1.96
    half = z * sqrt(rate * (1 - rate) / plays + z * z / (4 * plays * plays))
    low, high = ((middle + sign * half) / (1 + z * z / plays) for sign in (-1, 1))
    shown = card(page)
    assert shown["95% interval"] == f"{percent(low)}–{percent(high)}"
    assert (shown["Plays to the end"], shown["Plays"]) == (f"{ends:,}", f"{plays:,}")
    assert "Per million" not in shown
    page.locator("#card .close").tap()
    choose(page, "play-rate")
    page.locator("#PER").tap()
    assert card(page)["Play rate"] == "too few"
    assert opened.problems == []


def test_the_address_keeps_the_metric_and_drops_what_does_not_exist(open_page: OpenPage, site):
    opened = open_page(f"{site.as_uri()}?period=30d&metric=completion&measure=share&without=leader", **CALM)
    page = live(opened.page)
    assert page.input_value("#metric") == "completion"
    assert page.locator("[data-measure=count]").get_attribute("aria-pressed") == "true", "a ratio has no share"
    before = cells(page)
    choose(page, "impression")
    chosen(page, "measure", "share")
    assert page.evaluate("location.search") == "?period=30d&metric=impression&measure=share"
    page.go_back()
    page.go_back()
    wait_until(page, "apivideoGeo.shown.view.metric.name === 'completion'")
    assert cells(page) == before
    page.go_forward()
    wait_until(page, "apivideoGeo.shown.view.metric.name === 'impression'")
    names = ["view", "constructor", "__proto__", "play-rate,completion", "time-per-play", "PLAY"]
    read = "names => names.map(name => apivideoGeo.state.read('?metric=' + name).metric)"
    assert page.evaluate(read, names) == ["play"] * len(names)
    assert opened.problems == []


def test_pictures_and_copied_rows_name_the_metric(open_page: OpenPage, site):
    allowed = ["clipboard-read", "clipboard-write"]
    opened = open_page(f"{site.as_uri()}?metric=play-rate&sort=-name", permissions=allowed, **CALM)
    page = live(opened.page)
    with page.expect_download() as download:
        page.click("#save-svg")
    picture = Path(download.value.path()).read_text(encoding="utf-8")
    assert "<title>Play rate: " in picture
    assert "Too few: under 100 impressions" in picture
    page.click("#copy")
    expect(page.locator("#said")).to_contain_text("rows copied as CSV")
    rows = {row["iso_a3"]: row for row in csv.DictReader(io.StringIO(page.evaluate("navigator.clipboard.readText()")))}
    plays, impressions = (total(metric, "BRA", range(ADDED, LENGTH)) for metric in ("play", "impression"))
    brazil = rows["BRA"]
    assert (int(brazil["plays"]), int(brazil["impressions"])) == (plays, impressions)
    assert float(brazil["play_rate"]) == pytest.approx(plays / impressions, abs=1e-6)
    assert float(brazil["low_95"]) < float(brazil["play_rate"]) < float(brazil["high_95"])
    assert rows["PER"]["play_rate"] == rows["PER"]["rank"] == ""
    unknown = [total(metric, UNKNOWN, range(ADDED, LENGTH)) for metric in ("play", "impression")]
    assert [int(rows["---"][column]) for column in ("plays", "impressions")] == unknown
    assert opened.problems == []


def test_the_embedded_map_shows_the_metric_of_its_address(open_page: OpenPage, site):
    embed = site.with_name("embed.html").as_uri()
    opened = open_page(f"{embed}?metric=play-rate&country=BRA")
    page = opened.page
    page.wait_for_selector("html.live")
    plays, impressions = (total(metric, "BRA", range(ADDED, LENGTH)) for metric in ("play", "impression"))
    assert page.locator("#said").inner_text() == (
        f"Brazil: {percent(plays / impressions)} · {plays:,} plays for {impressions:,} impressions"
    )
    expect(page.locator("#embed-note")).to_contain_text("Play rate ")
    assert page.locator("#whole").get_attribute("href") == "index.html?metric=play-rate&country=BRA"
    assert kinds(page)["PER"] == "few"
    assert opened.problems == []


def test_data_of_another_metric_travels_only_when_chosen(open_page: OpenPage, tmp_path, several):
    site = build(several, tmp_path)
    next(tmp_path.glob("assets/days-impression.*.js")).unlink()
    opened = open_page(site.as_uri(), **CALM)
    page = live(opened.page)
    assert not [url for url in opened.requests if re.search(r"/(days|metrics)\b", url)]
    choose(page, "end")
    loaded = [
        re.sub(r"\..*", "", url.rsplit("/", 1)[1]) for url in opened.requests if "days" in url or "metrics" in url
    ]
    assert sorted(loaded) == ["days-end", "metrics"]
    before = page.locator("h1").inner_text()
    page.select_option("#metric", "play-rate")
    expect(page.locator("#said")).to_have_text("The figures of the days could not be loaded.")
    assert page.input_value("#metric") == "end"
    assert page.locator("h1").inner_text() == before
    assert page.evaluate("location.search") == "?metric=end"


def test_a_french_page_has_no_english_sentence_about_other_metrics(open_page: OpenPage, tmp_path, several):
    site = build(several, tmp_path, Theme("Académie", locale="fr"))
    page = live(open_page(f"{site.as_uri()}?metric=viewer&country=BRA", **CALM).page)
    catalogue = read_po(io.BytesIO((FOLDER / "fr/LC_MESSAGES/messages.po").read_bytes()))
    english = set()
    for message in catalogue:
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        pieces = {piece.strip() for text in ids for piece in re.split(r"%\(\w+\)s", text)}
        english |= {piece for piece in pieces if len(piece) > 8 and not any(piece in text for text in texts)}
    for name in ("viewer", "play-rate", "plays-per-viewer"):
        if name != "viewer":
            choose(page, name)
        read = page.locator("body").inner_text() + page.locator("#map_world").get_attribute("aria-label")
        assert [piece for piece in english if re.search(rf"\b{re.escape(piece)}\b", read)] == []
    assert "Lectures par spectateur" in page.locator("h1").inner_text()


def test_axe_finds_nothing_on_a_ratio_and_the_choice_has_a_name(open_page: OpenPage, site):
    page = live(open_page(f"{site.as_uri()}?metric=play-rate", color_scheme="dark", **CALM).page)
    assert [rule["id"] for rule in Axe().run(page).response["violations"]] == []
    choice = page.get_by_role("combobox", name="Show", exact=True)
    assert choice.get_attribute("id") == "metric"
    assert choice.locator("option").all_inner_texts() == [
        "Plays", "Impressions", "Plays to the end", "Viewers a day", "Play rate", "Completion", "Plays per viewer",
    ]  # fmt: skip


def test_a_page_that_opens_with_viewers_or_watch_time_writes_them_as_such(open_page: OpenPage, tmp_path):
    COUNTS["watch-time"] = {key: count * 137 for key, count in PLAYS.items()}
    for metric, everything, read in (
        ("viewer", "423.0", "423.0 viewers a day"),
        ("watch-time", "3,870 h", "3,870 h of"),
    ):
        first = replace(other(metric), others={"play": watched()})
        page = open_page(build(first, tmp_path / metric).as_uri(), **CALM).page
        assert figure(page, "total") == page.locator("#countries tfoot .num").first.inner_text() == everything
        assert page.locator(".lead").inner_text().startswith(read)
        before = cells(page)
        live(page)
        choose(page, "play")
        assert cells(page)["FRA"][2] == "86,652"
        choose(page, metric)
        assert cells(page) == before, "Python and the script write the same"


def test_a_page_with_one_metric_has_no_choice(open_page: OpenPage, tmp_path):
    page = live(open_page(build(watched(), tmp_path).as_uri(), **CALM).page)
    assert page.locator("#metric").count() == 0
    assert page.locator("[data-measure=count]").inner_text() == "Plays"
    assert page.locator("#funnel").count() == 0
    assert not list(tmp_path.glob("assets/metrics*"))


def test_an_account_without_plays_shows_its_impressions_and_a_play_rate_of_zero(open_page, tmp_path):
    nothing = replace(other("play", {}), others={"impression": other("impression")})
    opened = open_page(build(nothing, tmp_path).as_uri(), **CALM)
    page = live(opened.page)
    assert page.locator("h1").inner_text() == "No plays yet"
    assert page.locator("#nothing").is_visible()
    assert not page.locator("#countries").is_visible()
    choose(page, "impression")
    assert not page.locator("#nothing").is_visible()
    wanted = {
        code: sum(count for (_, one), count in COUNTS["impression"].items() if one == code) for code in ("FRA", "USA")
    }
    assert {code: int(cells(page)[code][2].replace(",", "")) for code in wanted} == wanted
    choose(page, "play-rate")
    assert page.locator("h1").inner_text() == "Play rate: 0.0%"
    assert page.locator("#days-title").inner_text() == "Play rate, 7 days at a time"
    assert not page.locator("#share-note").is_visible()
    assert cells(page)["FRA"][2:5] == ["0", "0.0%", f"{wanted['FRA']:,}"]
    assert kinds(page)["FRA"] == "c0"
    assert opened.problems == []
    choose(page, "play")
    assert page.locator("#nothing").is_visible()


def test_today_is_not_called_a_gap_of_a_metric_whose_day_is_still_to_come(open_page, tmp_path, several):
    found = several.others["impression"]
    daily = (*found.daily[:-1], replace(found.daily[-1], count=None, open=False))
    site = build(replace(several, others={"impression": replace(found, daily=daily)}), tmp_path)
    first, last = (several.daily[at].day for at in (-4, -1))
    page = live(open_page(f"{site.as_uri()}?metric=impression&period={first}..{last}", **CALM).page)
    wait_until(page, "apivideoGeo.shown.view.metric.name === 'impression'")
    note = page.locator("#period-note").inner_text()
    assert note.endswith("4 days · the last one is not collected yet")
    assert "Not collected" not in page.locator("#off-the-map").inner_text()


def test_plays_without_any_impression_have_no_play_rate_and_a_flat_curve(open_page, tmp_path, several):
    opened = open_page(
        build(replace(several, others={"impression": other("impression", {})}), tmp_path).as_uri(), **CALM
    )
    page = live(opened.page)
    choose(page, "play-rate")
    assert cells(page)["FRA"][3:5] == ["–", "0"]
    assert page.locator("h1").inner_text() == "No impressions yet"
    assert figure(page, "total") == "No impressions"
    assert "NaN" not in "".join(
        page.evaluate("[...document.querySelectorAll('.curve path')].map(one => one.getAttribute('d'))")
    )
    assert opened.problems == []
