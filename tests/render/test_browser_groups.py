"""Groups of countries on the page: chosen on the map, and on pages of their own. Sums are counted from the facts."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page

from apivideo_geo.geo.groups import own_groups
from apivideo_geo.geo.places import population
from apivideo_geo.render.theme.theme import Theme
from tests.browser import OpenPage, find_violations, wait_until
from tests.render.browsing import DESKTOP, build, cells, figure, find_faults, kinds, legend, live, number
from tests.render.samples import watched

CALM = {**DESKTOP, "reduced_motion": "reduce"}
WEST = frozenset(("AUT", "BEL", "CHE", "DEU", "FRA", "LIE", "LUX", "MCO", "NLD"))
EU = (WEST - {"CHE", "LIE", "MCO"}) | {
    "BGR", "CYP", "CZE", "DNK", "ESP", "EST", "FIN", "GRC", "HRV", "HUN", "IRL", "ITA", "LTU", "LVA", "MLT", "POL",
    "PRT", "ROU", "SVK", "SVN", "SWE",
}  # fmt: skip


@pytest.fixture(scope="module")
def site(built_demo) -> Path:
    return built_demo.folder / "site"


@pytest.fixture(scope="module")
def facts(site) -> dict[str, dict[tuple[str, str], int]]:
    """Metric → (UTC day, alpha-3) → count, from the published facts."""
    table = pq.read_table(site / "data" / "facts.parquet")
    table = table.filter(pc.equal(table["dimension"], "total"))
    found: dict[str, dict[tuple[str, str], int]] = {}
    for row in table.to_pylist():
        found.setdefault(row["metric"], {})[row["day"].isoformat(), row["country"]] = row["count"]
    return found


def summed(counts: dict[tuple[str, str], int], members: frozenset[str], days: set[str] | None = None) -> Counter[str]:
    sums: Counter[str] = Counter()
    for (day, code), count in counts.items():
        if code in members and (days is None or day in days):
            sums[code] += count
    return sums


def rows_of(page: Page) -> dict[str, int]:
    """Country page → count, of each row of the table on a group's page."""
    rows = page.evaluate(
        "[...document.querySelectorAll('#countries tbody tr')].map(row =>"
        " [row.querySelector('a').getAttribute('href').slice(-8, -5), row.cells[2].textContent])"
    )
    return {code: number(text) for code, text in rows}


@pytest.mark.parametrize(("slug", "members"), [("eu", EU), ("western-europe", WEST)])
def test_a_groups_page_and_its_row_are_the_sums_of_its_countries(open_page: OpenPage, site, facts, slug, members):
    sums, world = summed(facts["play"], members), sum(facts["play"].values())
    people = sum(population(code) or 0 for code in members)
    rows = {row["group"]: row for row in csv.DictReader(io.StringIO((site / "data/groups.csv").read_text()))}
    row = rows[slug]
    assert set(row["members"].split()) == members
    assert (int(row["count"]), int(row["countries"]), int(row["population"])) == (sums.total(), len(sums), people)
    assert float(row["share"]) == pytest.approx(sums.total() / world, abs=1e-6)
    assert float(row["per_million"]) == pytest.approx(sums.total() * 1e6 / people, abs=1e-3)
    opened = open_page((site / f"group/{slug}.html").as_uri(), java_script_enabled=False)
    page = opened.page
    assert rows_of(page) == dict(sums)
    assert number(figure(page, "total")) == sums.total()
    assert figure(page, "reach") == str(len(sums))
    title = {"eu": "European Union", "western-europe": "Western Europe"}[slug]
    assert (
        page.get_by_role("img", name=re.compile(f"^{title}: {sums.total():,} plays, {len(sums)} countries")).count()
        == 1
    )
    assert f"of {len(members)}" in page.locator("[data-figure=reach]").inner_text()
    assert figure(page, "share") == f"{sums.total() / world:.1%}"
    assert figure(page, "dense") == f"{sums.total() * 1e6 / people:.1f}"
    assert f"of {people:,} people" in page.locator("[data-figure=dense]").inner_text()
    assert "never added up" in page.inner_text("main")
    assert not re.search(r"[:,] \.", page.locator(".lead").inner_text()), "a sentence that names no country"
    assert "from unknown countries are in no group" in page.inner_text("main")
    lines = dict(
        page.evaluate(
            "[...document.querySelectorAll('.lines tr')].map(r => [r.cells[0].innerText, r.cells[1].innerText])"
        )
    )
    rate = summed(facts["end"], members).total()
    assert number(lines["Plays to the end"]) == rate
    page = open_page((site / "groups.html").as_uri(), java_script_enabled=False).page
    cell = page.locator(f"tr:has(a[href='group/{slug}.html']) td")
    assert cell.all_inner_texts()[:3] == [
        f"{len(sums)} of {len(members)}",
        f"{sums.total():,}",
        f"{sums.total() / world:.1%}",
    ]
    assert "never added up" in page.inner_text(".lead")
    assert opened.problems == []


def test_choosing_a_group_filters_figures_table_map_and_legend(open_page: OpenPage, site, facts):
    opened = open_page(f"{(site / 'index.html').as_uri()}?period=90d&zeros=shown", **CALM)
    page = live(opened.page)
    page.select_option("#group", "eu")
    wait_until(page, "location.search.includes('group=eu')")
    days = set(sorted({day for day, _ in facts["play"]})[:-1])  # the last one is not over
    first, last = page.evaluate("['from', 'to'].map((id) => document.getElementById(id).value)")
    days = {day for day in days if first <= day <= last}
    sums, world = summed(facts["play"], EU, days), sum(n for (day, _), n in facts["play"].items() if day in days)
    assert number(figure(page, "total")) == sums.total()
    assert figure(page, "reach") == str(len(sums))
    assert "of 27" in page.locator("[data-figure=reach]").inner_text()
    shown = cells(page)
    assert set(shown) == EU, "also those without plays, and no others"
    assert {code: number(row[2]) for code, row in shown.items() if row[2] != "0"} == dict(sums)
    assert all(row[3].strip() == share(sums[code] / world) for code, row in shown.items())
    assert page.locator("tr.apart:visible").count() == 0, "unknown countries are in no group"
    assert page.locator("#countries tfoot td").nth(1).inner_text() == f"{sums.total():,}"
    assert page.locator("#share-note").inner_text().startswith("Ranks and shares are those among all countries.")
    assert {code for code, kind in kinds(page).items() if kind != "out"} == EU
    assert sum(int(note.split()[0]) for _, _, note in legend(page) if note[0].isdigit()) == 27
    lead, of = page.locator(".lead").inner_text(), f"{sums.total() / world:.0%} of all"
    assert lead.startswith(f"{sums.total():,} plays in the European Union ({of})")
    assert "Watched in" in page.locator("h1").inner_text()
    assert "countries of the European Union" in page.locator("h1").inner_text()
    page.fill("#find", "japan")
    assert page.locator("#none-found").is_visible()
    assert opened.problems == []
    assert find_violations(page) == []


def share(part: float) -> str:
    return "0.0%" if not part else "< 0.1%" if part < 0.0005 else f"{part:.1%}"


def test_the_curve_of_a_group_has_its_days_and_goes_back_to_all(open_page: OpenPage, site, facts):
    page = live(open_page((site / "index.html").as_uri(), **CALM).page)
    curve = "document.querySelector('svg.curve')"
    parts = f"[...{curve}.querySelectorAll('.plot > *, .figure')].map(part => part.outerHTML).sort()"
    sent = page.evaluate(parts)
    page.select_option("#group", "western-europe")
    wait_until(page, f"{curve}.ariaLabel.startsWith('Western Europe: ')")
    paths = page.evaluate(f"[...{curve}.querySelectorAll('.plot .known')].map(path => path.getAttribute('d'))")
    drawn = [int(high) for path in paths for high in re.findall(r"[\d.]+ (\d+)", path.split("L")[2])[:-1]]
    days = sorted({day for day, _ in facts["play"]})[:-1]
    counts = [sum(facts["play"].get((day, code), 0) for code in WEST) for day in days]
    top = max(counts)
    assert len(drawn) == len(counts)
    assert all(abs(high - 1000 * (1 - count / top)) <= 0.51 for high, count in zip(drawn, counts, strict=True))
    page.select_option("#group", "")
    wait_until(page, f"!{curve}.ariaLabel.startsWith('Western Europe')")
    assert page.evaluate(parts) == sent


def test_viewers_and_ratios_of_a_group_are_those_of_its_sums(open_page: OpenPage, site, facts):
    page = live(open_page(f"{(site / 'index.html').as_uri()}?group=western-europe&metric=viewer", **CALM).page)
    days = sorted({day for day, _ in facts["viewer"]})[:-1]
    mean = summed(facts["viewer"], WEST, set(days)).total() / len(days)
    assert float(figure(page, "total").replace(",", "")) == pytest.approx(mean, abs=0.06)
    page.select_option("#metric", "play-rate")
    wait_until(page, "location.search.includes('play-rate')")
    both = {day for day, _ in facts["play"]} & {day for day, _ in facts["impression"]}
    rate = summed(facts["play"], WEST, both).total() / summed(facts["impression"], WEST, both).total()
    assert float(figure(page, "total").rstrip("%")) == pytest.approx(100 * rate, abs=0.051)
    assert set(cells(page)) <= WEST
    assert page.locator("h1").inner_text().startswith("Play rate in Western Europe: ")


@pytest.fixture(scope="module")
def own(tmp_path_factory) -> Path:
    groups = own_groups({'<b>"DACH" & Co</b>': ["Germany", "Malta", "Monaco", "AUT"], "constructor": ["PRK"]})
    return build(watched(), tmp_path_factory.mktemp("own"), Theme("Acme Academy", groups=groups))


def test_an_own_group_has_its_name_everywhere_as_text(open_page: OpenPage, own):
    opened = open_page(f"{own.as_uri()}?group=b-dach-co-b", **CALM)
    page, name = live(opened.page), '<b>"DACH" & Co</b>'
    assert f"of {name}" in page.locator("h1").inner_text()
    assert set(cells(page)) == {"DEU", "MLT", "MCO"}
    total = figure(page, "total")
    assert "embed.html?group=b-dach-co-b" in page.input_value("#snippet")
    page.goto((own.parent / "group/b-dach-co-b.html").as_uri())
    assert page.locator("h1").inner_text().startswith(name)
    assert figure(page, "total") == total
    assert "Without plays: Austria" in page.inner_text("main")
    page.goto((own.parent / "group/constructor.html").as_uri())
    assert figure(page, "total") == "0"
    assert "Nothing was counted" in page.inner_text(".lead")
    page.goto(f"{(own.parent / 'embed.html').as_uri()}?group=B-DACH-co-b")
    page.wait_for_selector("html.live")
    assert page.locator("#embed-note").inner_text().startswith(f"{name} · ")
    assert f"{total} plays" in page.locator("#embed-note").inner_text()
    assert {code for code, kind in kinds(page).items() if kind != "out"} == {"DEU", "MLT", "MCO", "AUT"}
    assert opened.problems == []


@pytest.mark.parametrize("search", ["continent=europe", "continent=asia&group=europe", "group=Europe"])
def test_an_address_from_before_there_were_groups_or_with_capitals_works(open_page: OpenPage, own, search):
    page = live(open_page(f"{own.as_uri()}?{search}", **CALM).page)
    assert page.evaluate("location.search") == "?group=europe"
    assert page.input_value("#group") == "europe"


def test_the_period_goes_along_to_the_page_of_a_group_and_to_the_map(open_page: OpenPage, own):
    page = open_page(f"{(own.parent / 'country/DEU.html').as_uri()}?period=30d&against=year", **CALM).page
    page.click(".onward a[href$='group/europe.html']")
    page.wait_for_url("**/group/europe.html?period=30d&against=year")
    page.click(".lead a")
    page.wait_for_url("**/index.html?group=europe&period=30d&against=year")
    live(page)
    link = page.locator("#group-page a")
    assert link.inner_text() == "Europe: all figures"
    link.click()
    page.wait_for_url("**/group/europe.html?period=30d&against=year")
    page.goto(f"{(own.parent / 'country/DEU.html').as_uri()}?period=30d")
    page.keyboard.press("/")
    page.get_by_role("combobox", name="Search").fill("western europe")
    page.keyboard.press("Enter")
    page.wait_for_url("**/group/western-europe.html?period=30d")


def test_only_scripts_that_show_groups_have_their_countries(own):
    scripts = {path.name.split(".")[0]: path.read_text() for path in (own.parent / "assets").glob("*.js")}
    assert {name for name, script in scripts.items() if "apivideoGeo.groups=" in script} == {"page", "embed"}


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 768), ("light", 360)])
def test_axe_finds_nothing_on_the_pages_of_groups(open_page: OpenPage, own, theme, width):
    opened = open_page("about:blank", color_scheme=theme, viewport={"width": width, "height": 900})
    assert find_faults(opened, own.parent.as_uri(), ("group/europe.html", "groups.html")) == {}
