"""What keeps a site from being published: each problem is found and reported, without a secret in the message."""

import json
import re
from dataclasses import replace
from datetime import date
from functools import partial
from html import escape

import ibis
import pytest
from jinja2 import Environment

from apivideo_geo.aggregate.collections import make_collections
from apivideo_geo.checks import (
    check_balance,
    check_details,
    check_hidden,
    check_links,
    check_places,
    check_site,
    check_suppressed,
)
from apivideo_geo.exports.facts_parquet import render_facts
from apivideo_geo.facts import facts_table
from apivideo_geo.geo.countries import all_countries
from apivideo_geo.geo.shapes import load_shapes
from apivideo_geo.model import CountryCount
from apivideo_geo.privacy import public_dimensions
from tests.render.samples import days, detailed, empty, small, summary, whole_site, whole_world


@pytest.fixture(scope="module")
def balanced():
    return summary({"FRA": 12, "BEL": 3}, days(small().daily[0].day, [9, None, 8]), unknown=2)


@pytest.fixture(scope="module")
def site(balanced):
    return whole_site(balanced)


@pytest.mark.parametrize("what", [empty(), summary({"FRA": 1}, days(small().daily[0].day, [1]))], ids=["empty", "one"])
def test_a_sound_site_has_no_problem(what):
    assert check_site(whole_site(what), what, {"a-secret-key"}) == []


def test_every_one_of_the_250_codes_with_counts_has_a_place():
    world = whole_world()
    assert {country.iso_a3 for country in world.countries} == set(all_countries())
    assert check_places(whole_site(world), world) == []


def test_a_country_with_counts_and_no_place_fails_the_build(monkeypatch, balanced):
    without = {code: shape for code, shape in load_shapes().items() if code != "BEL"}
    monkeypatch.setattr("apivideo_geo.render.map.inline_svg.load_shapes", lambda: without)
    problems = check_site(whole_site(balanced), balanced, ())
    assert problems == ["Belgium (BEL) has 3 but no place on the map"]


def test_a_code_the_map_does_not_know_fails_the_build(site, balanced):
    elsewhere = CountryCount("ZZZ", "ZZ", "Nowhere", 4, 0.1, None, 3)
    problems = check_places(site, replace(balanced, countries=(*balanced.countries, elsewhere)))
    assert problems == ["Nowhere (ZZZ) has 4 but no place on the map"]


def test_an_outline_without_a_line_is_no_place(site, balanced):
    page = site["index.html"].decode()
    start = page.index(' d="', page.index('id="BEL"')) + 4
    emptied = page[:start] + page[page.index('"', start) :]
    assert check_places(site | {"index.html": emptied.encode()}, balanced) == [
        "Belgium (BEL) has 3 but no place on the map"
    ]


def test_a_dot_alone_is_a_place():
    monaco = summary({"BVT": 2, "MCO": 1}, days(small().daily[0].day, [3]))
    assert check_places(whole_site(monaco), monaco) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"total": 18}, "the total 18 is not the 15 on the map + 2 unknown"),
        ({"mapped": 14, "unknown": 3}, "the countries do not add up to the 14 on the map"),
        ({"daily": days(small().daily[0].day, [9, None, 9])}, "the days do not add up to the total 17"),
        ({"total": 16, "unknown": 1}, "data/countries.csv does not add up to the total 16"),
        ({"total": 16, "unknown": 1}, "data/timeseries.csv does not add up to the total 16"),
        ({"total": 16, "unknown": 1}, "data/choro.csv does not add up to the total 16"),
        ({"total": 18, "unknown": 3}, "data/summary.json does not have the total 18"),
    ],
)
def test_figures_that_disagree_are_reported(site, balanced, change, said):
    assert said in check_balance(site, replace(balanced, **change))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("about.html", b'<a href="gone.html">x</a>', "about.html links to gone.html, which is not there"),
        ("country/FRA.html", b'<a href="../../up.html">x</a>', "links to ../../up.html, which is not there"),
        ("about.html", b'<img src="https://cdn.example/x.png">', "would load https://cdn.example/x.png from another"),
        ("about.html", b'<script src="//cdn.example/x.js">', "would load //cdn.example/x.js from another server"),
        ("about.html", b'<a href="javascript:alert(1)">x</a>', "would load javascript:alert(1) from another server"),
        ("assets/x.css", b"p{background:url(http://cdn.example/x)}", "would load http://cdn.example/x from another"),
        (
            "404.html",
            b'<link href="assets/site.css">',
            "404.html is shown at any depth, so it cannot use assets/site.css",
        ),
        ("404.html", b'<a href="index.html">x</a>', "404.html is shown at any depth, so it cannot use index.html"),
    ],
)
def test_a_link_to_a_missing_file_or_another_server_is_reported(site, name, content, said):
    problems = check_links(site | {name: content})
    assert len(problems) == 1
    assert said in problems[0]


@pytest.mark.parametrize(
    "content",
    [
        b'<a href="https://www.geonames.org/">x</a>',
        b'<a href="index.html?period=30#map">x</a>',
        b'<a href="#files">x</a>',
        b'<a href="./">x</a>',
        b'<a href="data/choro.csv">x</a>',
    ],
)
def test_links_that_lead_somewhere_are_left_alone(site, content):
    assert check_links(site | {"about.html": content}) == []


def test_a_collection_that_counts_other_videos_or_lacks_a_country_fails_the_build():
    week, details = detailed()
    assets = tuple(replace(one, asset=replace(one.asset, tags=("course",))) for one in details.assets)
    (course,) = make_collections(assets, ["course"])
    details = replace(details, assets=assets)
    assert check_details(week, replace(details, collections=(course,))) == []
    (fewer,) = make_collections(assets[1:], ["course"])
    lacking = replace(course, sums=replace(course.sums, countries=course.sums.countries[1:]))
    for wrong in (fewer, lacking):
        (problem,) = check_details(week, replace(details, collections=(wrong,)))
        assert problem.startswith(f"the collection 'course' has {wrong.sums.count}; its public videos add up to ")
    private = replace(assets[0], asset=replace(assets[0].asset, public=False))
    assert check_details(week, replace(details, assets=(private, *assets[1:]), collections=(course,))) != []


TITLE = """Zoë's <b> "secret" & title"""


LOADED = re.compile(r"<(?:script|img|iframe|source|object|link rel=\"(?:icon|stylesheet|preload)\")\b([^>]*)>")
ADDRESS = re.compile(r'(?:src|href|srcset|data)="([^"]*)"')


def test_pages_load_only_files_whose_names_change_with_their_content():
    pages = {name: text.decode() for name, text in whole_site(*detailed()).items() if name.endswith(".html")}
    loaded = {url for page in pages.values() for tag in LOADED.findall(page) for url in ADDRESS.findall(tag)}
    assert len(loaded) > 8
    assert [url for url in loaded if not re.fullmatch(r"(\.\./)?assets/[\w.-]+\.[0-9a-f]{10}\.\w+", url)] == []


def as_jinja_writes_it(title):
    return from_string("{{ title }}", title)


def as_jinja_writes_it_for_scripts(title):
    return from_string("{{ title|tojson }}", title)


def from_string(template, title):
    return Environment(autoescape=True).from_string(template).render(title=title)


@pytest.mark.parametrize(
    "write",
    [
        str,
        escape,
        json.dumps,
        as_jinja_writes_it,
        as_jinja_writes_it_for_scripts,
        partial(json.dumps, ensure_ascii=False),
    ],
)
def test_a_hidden_text_is_found_however_it_is_written_and_not_repeated(site, write):
    problems = check_hidden(site | {"data/summary.json": write(f"a {TITLE} b").encode()}, {TITLE})
    assert len(problems) == 1
    assert problems[0].startswith("data/summary.json contains a text that must not be published")
    assert "secret" not in problems[0]


def test_a_hidden_text_is_found_in_parquet_too(site):
    facts = facts_table([(date(2026, 11, 1), "play", "FRA", "media", "viSecret", 7)])
    content = render_facts(ibis.memtable(facts), None, None, False)
    assert len(check_hidden(site | {"data/facts.parquet": content}, {"viSecret"})) == 1


def test_what_is_suppressed_is_published_neither_by_day_nor_in_small_counts(site):
    assert check_suppressed(site, public_dimensions(True), 5) == []
    facts = facts_table([(date(2026, 11, 1), "play", "FRA", "media", "viA", 7)])
    by_day = {"data/facts.parquet": render_facts(ibis.memtable(facts), None, None, False)}
    assert "has media by day" in check_suppressed(site | by_day, public_dimensions(True), 5)[0]
    assert check_suppressed(site | by_day, public_dimensions(False), 5) == []
    monthly = b"month,dimension,iso_a3,value,count\n2026-10-01,city,FRA,Pau,4\n2026-10-01,city,FRA,,4\n"
    assert check_suppressed(site | {"data/monthly.csv": monthly}, (), 5) == ["data/monthly.csv has a count below 5"]
    assert check_suppressed(site | {"data/monthly.csv": monthly}, (), 4) == []


def test_nothing_hidden_is_nothing_to_find(site):
    assert check_hidden(site, ()) == []
