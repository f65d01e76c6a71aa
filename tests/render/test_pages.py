from __future__ import annotations

import json
import re
from datetime import date
from html.parser import HTMLParser

import pytest

from apivideo_geo.errors import DataRefused, UsageError
from apivideo_geo.model import Summary
from apivideo_geo.render.context import Context
from apivideo_geo.render.site import render_site
from apivideo_geo.render.theme import assets
from apivideo_geo.render.theme.theme import Theme
from tests.render.samples import TEMPLATES, days, empty, site_of, small, summary, whole_site, whole_world

THEME = Theme("Acme Academy")
HOSTILE = "</script><img src=x onerror=alert(1)>\u2028'\"&{{7*7}}"


class Page(HTMLParser):
    """What a page says and loads: links, table rows as lists of cells, text, tags with attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data):
        self.text += data
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.strip()


def render(what: Summary, theme: Theme = THEME) -> str:
    return site_of(what, theme)["index.html"].decode()


def country_rows(html: str) -> list[list[str]]:
    table = re.search(r'<table class="rows[^"]*".*?</table>', html, re.DOTALL)
    assert table
    return Page(table[0]).rows[1:]


@pytest.mark.usefixtures("draw_pictures")
def test_the_same_summary_gives_the_same_bytes():
    assert render_site(Context(whole_world(), THEME), TEMPLATES) == render_site(
        Context(whole_world(), THEME), TEMPLATES
    )


def test_every_country_is_in_the_table_as_counted_then_unknown_and_total():
    world = whole_world()
    rows = country_rows(render(world))
    assert len(rows) == len(world.countries) + 2
    for row, country in zip(rows, world.countries, strict=False):
        assert row[0] == str(country.rank)
        assert row[1].endswith(country.name)
        assert row[2] == f"{country.count:,}"
    assert [row[1:3] for row in rows[-2:]] == [["Unknown", "462"], ["Total", f"{world.total:,}"]]
    assert rows[-2][0] == "–"


def test_the_rows_add_up_to_the_total():
    rows = country_rows(render(whole_world()))
    *parts, total = (int(row[2].replace(",", "")) for row in rows)
    assert sum(parts) == total


def test_the_legend_counts_every_country_once_and_what_has_no_colour_is_in_a_line_under_it():
    world = whole_world()
    html = render(world)
    legend = re.findall(r'<li><i class="(\w+)"></i><b>(.*?)</b> <span>(.*?)</span></li>', html)
    counted = sum(int(note.split()[0]) for _, _, note in legend if note.endswith(("country", "countries")))
    assert counted == 250
    assert [entry[0] for entry in legend] == [*(f"c{n}" for n in range(6)), "zero"], "a key to what the map shows"
    assert legend[-1] == ("zero", "0", "none")
    assert '<p class="note" id="off-the-map">Unknown country: 462 plays · Not collected: 4 days</p>' in html


def test_a_country_has_the_colour_its_legend_promises():
    html = render(small())
    legend = dict(re.findall(r'<i class="(c\d)"></i><b>(.*?)</b>', html))
    classes = dict(re.findall(r'<path id="(FRA|BEL|PER)" class="(.*?)"', html))
    assert legend == {"c0": "1", "c1": "2–4", "c2": "5 and more"}
    assert classes == {"FRA": "c2", "BEL": "c1", "PER": "zero"}
    assert '<g class="spot c0 SGP">' in html


def test_unknown_is_not_zero():
    assert '<path id="FRA" class="blank"' in render(empty())
    assert "No data" in render(empty())
    watched_by_nobody = summary({}, days(date(2026, 11, 1), [0, 0]))
    assert '<path id="FRA" class="zero"' in render(watched_by_nobody)


def test_an_empty_account_gets_a_page_without_a_nonsense_figure():
    text = Page(render(empty())).text
    assert "No plays yet" in text
    assert "0 plays: 0 on the map, 0 from unknown countries" in text
    for nonsense in ("nan", "NaN", "None", "inf ", "Undefined"):
        assert nonsense not in text


def test_one_is_singular():
    text = Page(render(summary({"FRA": 1}, days(date(2026, 11, 1), [1])))).text
    assert "1 play on 1 November 2026" in text
    assert "1 country" in text
    for wrong in ("1 plays", "1 countries", "1 days"):
        assert wrong not in text.replace("31 days", "")


def test_only_countries_with_enough_counts_compete_by_head():
    rare = summary({"FRA": 500, "BEL": 120, "NRU": 8}, per_million={"FRA": 7.4, "BEL": 10.2, "NRU": 730.0})
    figures = re.findall(r"<dt>(.*?)</dt><dd><b>(.*?)</b>(?: <span>(.*?)</span>)?", render(rare))
    assert figures[-1] == ("Most per million people", "Belgium", "10.2")
    assert figures[1] == ("Countries", "3", "of 250")
    none = re.findall(r"<dt>Most per million people</dt><dd><b>(.*?)</b> <span>(.*?)</span>", render(small()))
    assert none == [("–", "countries with 100 plays or more")]


def test_breakdowns_show_five_values_and_the_others_as_one():
    text = Page(render(whole_world())).text
    assert "System 4" in text
    assert "System 5" not in text
    assert "Other" in text
    assert "Computer" in text
    assert "Devices" not in Page(render(small())).text


@pytest.mark.parametrize("demo", [True, False])
def test_demo_data_says_so_in_title_and_banner(demo):
    shown = summary({"FRA": 3}, days(date(2026, 11, 1), [3]), demo=demo)
    html = render(shown)
    assert ("<title>Demo data · " in html) is demo
    assert ("this audience is invented" in html) is demo


def test_hostile_names_and_titles_stay_text():
    hostile = summary(
        {"FRA": 3, "PER": 1},
        days(date(2026, 11, 1), [4]),
        names={"FRA": HOSTILE},
        breakdowns={"browser": ((HOSTILE, 4),), "os": ((HOSTILE, 4),), "device": ((HOSTILE, 4),)},
    )
    html = render(hostile, Theme(HOSTILE, notice=HOSTILE))
    page = Page(html)
    assert "img" not in {tag for tag, _ in page.tags}
    assert [tag for tag, _ in page.tags].count("script") == 3
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert HOSTILE in page.text
    assert "49" not in re.findall(r"<h1>(.*?)</h1>", html)[0]


def test_the_pages_data_is_json_that_no_markup_can_leave():
    html = render(small())
    block = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert block
    assert "<" not in block[1]
    data = json.loads(block[1])
    assert data["names"]["PER"] == "Peru"
    assert "FRA" not in data["names"]
    assert data["rows"][0][:2] == ["FRA", 12]
    assert len(data["points"]) == 250


def test_the_page_keeps_to_its_own_policy_and_loads_only_its_own_files():
    files = whole_site(whole_world())
    html = files["index.html"].decode()
    assert "unsafe" not in html
    page = Page(html)
    loads = ("src", "href", "data-style", "data-scripts")
    values_of = [value for _, attributes in page.tags for name, value in attributes.items() if name in loads]
    loaded = [value for values in values_of for value in values.split(" ")]
    assert not any(attributes.get("style") for _, attributes in page.tags)
    assert not any(tag == "style" for tag, _ in page.tags)
    assert "://" not in html.replace("http://www.w3.org/2000/svg", "")
    for value in loaded:
        assert value
        assert not value.startswith("/")
        name = re.split("[#?]", value)[0]
        assert not name or name in files or name in ("data/choro.csv", "data/summary.json")
    pages = "about|city-map|compare|compare-page|copy|curve|days|detail|embed|land|list|events|notes"
    pages += "|pick|picture|search|small-maps"
    elsewhere = re.compile(rf"assets/({pages})\..*")
    assert {name for name in files if name.startswith("assets/") and not elsewhere.fullmatch(name)} <= set(loaded)


def test_styles_and_scripts_ask_for_no_file():
    for name, content in site_of(small(), THEME).items():
        if name.endswith(".css"):
            assert b"url(" not in content
            assert b"@import" not in content
        if name.endswith(".js"):
            assert b"sourceMappingURL" not in content


def test_a_files_name_changes_with_its_content():
    first = assets.hashed({"site.css": b"a"})["site.css"]
    assert re.fullmatch(r"assets/site\.[0-9a-f]{10}\.css", first)
    assert assets.hashed({"site.css": b"b"})["site.css"] != first


def test_a_leaflet_that_is_not_the_released_one_is_refused(monkeypatch):
    monkeypatch.setitem(assets.LEAFLET, "leaflet.js", "AAAA")
    with pytest.raises(DataRefused, match=r"leaflet\.js is not Leaflet 1\.9\.4 as released"):
        render_site(Context(small(), THEME), TEMPLATES)


def test_leaflet_comes_whole():
    files = assets.load_leaflet()
    assert b".leaflet-pane > svg path" in files["leaflet.css"]
    assert files["leaflet.css"].count(b"{") == files["leaflet.css"].count(b"}")
    assert b'version="1.9.4"' in files["leaflet.js"]


def test_the_locale_reaches_names_figures_and_direction_and_english_sentences_say_so():
    french = summary({"FRA": 66_786}, small().daily)
    html = render(french, Theme("Acme", locale="ar"))
    assert '<html lang="ar" dir="rtl">' in html
    assert '<head lang="en">' in html
    assert '<body lang="en">' in html
    assert '<th scope="row" lang="ar"><span class="flag" aria-hidden="true">🇫🇷</span>' in html
    assert '<html lang="fr-CA" dir="ltr">\n<head>' in render(french, Theme("Acme", locale="fr_CA"))
    assert '<html lang="en" dir="ltr">\n<head>' in render(french)
    assert "66.786" in render(french, Theme("Acme", locale="de"))
    with pytest.raises(UsageError):
        render(small(), Theme("Acme", locale="xx"))


def test_class_settings_of_the_owner_are_used():
    html = render(small(), Theme("Acme", method="custom", breaks=(5,)))
    assert re.findall(r'<i class="c\d"></i><b>(.*?)</b>', html) == ["1–4", "5 and more"]


def test_time_and_days_are_machine_readable():
    html = render(whole_world())
    assert '<time datetime="2026-11-22T04:12:00Z">22 November 2026, 04:12 UTC</time>' in html
    assert '<time datetime="2026-11-21">21 November 2026</time>' in html
    assert "4 days were never collected (3–6 Aug)" in html
