"""What stands around the pages: pictures, previews of links, the feed, the sitemap, the badge."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from struct import unpack
from xml.etree import ElementTree

import pytest

from apivideo_geo.checks import check_site
from apivideo_geo.model import NewsItem
from apivideo_geo.render.context import Context
from apivideo_geo.render.feed import render_feed
from apivideo_geo.render.site_files import render_site_files
from apivideo_geo.render.theme.theme import Theme
from tests.render.samples import empty, small, summary, watched, whole_site, whole_world

HOSTILE = "</title><script>alert(1)</script>&\x07\ud800 'quotes\""
ADDRESS = "https://acme.example/audience/"
ATOM = "{http://www.w3.org/2005/Atom}"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def around():
    return render_site_files(Context(watched(), Theme("Acme Academy")), (), ())


@pytest.fixture(scope="module")
def published():
    """A site that knows its address."""
    return whole_site(watched(), theme=Theme("Acme Academy", site_url=ADDRESS))


def test_the_map_alone_has_its_title_legend_source_and_colours_and_needs_no_other_file(around):
    for name, ground in (("map.svg", "#ffffff"), ("map-dark.svg", "#0f1419")):
        text = around[name].decode()
        root = ElementTree.fromstring(text)
        said = " ".join(element.text or "" for element in root.iter(f"{SVG}text"))
        assert "Watched in 17 countries, most of all in France" in said
        assert "101,697 plays" in said
        assert "1,500 and more" in said
        assert "Natural Earth" in said
        assert root.find(f"{SVG}rect").get("fill") == ground
        assert not re.search(r"href=|@import|url\((?!#)|var\(", text)
        kinds = {path.get("class") for path in root.iter(f"{SVG}path") if path.get("id")}
        styled = root.find(f"{SVG}style").text
        assert all(f".{kind.split()[-1]}" in styled for kind in kinds)


@pytest.mark.parametrize("what", [empty(), summary({"SGP": 1}), whole_world()], ids=["empty", "one", "world"])
@pytest.mark.usefixtures("draw_pictures")
def test_the_card_of_a_shared_link_has_its_size_and_is_the_same_each_time(what):
    once, again = (render_site_files(Context(what, Theme("Acme Academy")), (), ())["social.png"] for _ in range(2))
    assert once == again
    assert once[:8] == b"\x89PNG\r\n\x1a\n"
    assert unpack(">II", once[16:24]) == (1200, 630)
    assert len(once) < 300_000


def test_the_card_shows_the_numbers_of_today(around):
    assert around["social.png"] != render_site_files(Context(small(), Theme("Acme Academy")), (), ())["social.png"]


def test_a_hostile_title_stays_text_in_pictures_and_feed():
    files = render_site_files(Context(small(), Theme(HOSTILE)), (), ())
    assert "script" not in {element.tag for element in ElementTree.fromstring(files["map.svg"]).iter()}
    feed = render_feed(small(), (), title=HOSTILE, subtitle="", language="en", site_url="")
    assert ElementTree.fromstring(feed).findtext(f"{ATOM}title") == HOSTILE.replace("\x07", "").replace("\ud800", "")


@pytest.mark.parametrize("address", ["", ADDRESS])
def test_the_feed_has_what_atom_asks_for_and_its_links_lead_somewhere(address):
    site = whole_site(watched(), theme=Theme("Acme Academy", site_url=address))
    feed = ElementTree.fromstring(site["feed.xml"])
    assert [element.get("href") for element in feed.findall(f"{ATOM}link") if element.get("rel") == "self"] == [
        f"{address}feed.xml"
    ]
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) >= 5
    assert entries[0].findtext(f"{ATOM}title") == "Best day so far: 719 plays on 10 November 2026."
    moments = [entry.findtext(f"{ATOM}updated") or "" for entry in entries]
    assert moments == sorted(moments, reverse=True)
    assert all(re.fullmatch(r"2026-\d\d-\d\dT\d\d:\d\d:\d\dZ", moment) for moment in moments)
    ids = [element.text for element in feed.iter(f"{ATOM}id")]
    assert len(set(ids)) == len(ids) == len(entries) + 1
    assert all(re.fullmatch(r"tag:[a-z.-]+,2026-01-01:[a-z0-9/-]+", one) for one in ids)
    for entry in entries:
        href = entry.find(f"{ATOM}link").get("href")
        assert href.removeprefix(address).split("?")[0].split("#")[0] in site


def test_an_entry_keeps_its_id_and_the_newest_come_first():
    entries = [NewsItem(f"x-{n}", datetime(2026, 1, 1 + n, tzinfo=UTC), f"T{n}", "index.html") for n in range(20)]
    rendered = render_feed(small(), entries, title="A", subtitle="B", language="fr", site_url=ADDRESS)
    assert rendered == render_feed(small(), entries[::-1], title="A", subtitle="B", language="fr", site_url=ADDRESS)
    feed = ElementTree.fromstring(rendered)
    assert feed.findtext(f"{ATOM}updated") == feed.findtext(f"{ATOM}entry/{ATOM}updated") == "2026-01-20T00:00:00Z"
    assert feed.findtext(f"{ATOM}entry/{ATOM}id") == "tag:acme.example,2026-01-01:audience/x-19"


def test_the_sitemap_names_the_pages_by_their_whole_address_and_robots_names_the_sitemap(published):
    urls = [e.text for e in ElementTree.fromstring(published["sitemap.xml"]).iter() if e.tag.endswith("loc")]
    assert ADDRESS in urls
    names = {url.removeprefix(ADDRESS) or "index.html" for url in urls}
    assert names == {n for n in published if n.endswith(".html")} - {"404.html", "embed.html", "notebook.html"}
    assert f"Sitemap: {ADDRESS}sitemap.xml" in published["robots.txt"].decode()


def test_a_site_that_knows_its_address_passes_the_checks_before_publishing(published):
    assert check_site(published, watched(), ()) == []


def test_without_an_address_there_is_nothing_that_needs_one():
    site = whole_site(small())
    assert "sitemap.xml" not in site
    assert b"Sitemap" not in site["robots.txt"]
    assert b"canonical" not in site["index.html"]
    assert b"og:image" not in site["index.html"]


def test_a_shared_link_shows_title_description_and_card(published):
    tags = dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)"', published["index.html"].decode()))
    assert tags["og:title"] == "Watched in 17 countries, most of all in France · Acme Academy"
    assert tags["og:url"] == ADDRESS
    assert tags["og:image"] == f"{ADDRESS}social.png"
    assert tags["twitter:card"] == "summary_large_image"
    assert tags["og:description"] == tags["description"]
    assert f'<link rel="canonical" href="{ADDRESS}about.html">' in published["about.html"].decode()


def test_the_badge_is_what_shields_io_reads(around):
    assert json.loads(around["badge.json"]) == {
        "schemaVersion": 1, "label": "Audience", "message": "17 countries", "color": "22649f",
    }  # fmt: skip


def test_each_metric_and_ratio_has_a_badge():
    several = replace(watched(), others={"end": replace(watched("end"), total=1_000)}, demo=True)
    site = whole_site(several)
    badges = {name: json.loads(site[name]) for name in site if name.startswith("badge")}
    assert list(badges) == ["badge.json", "badge-play.json", "badge-end.json", "badge-completion.json"]
    assert badges["badge-play.json"]["message"] == f"{several.total:,}"
    assert badges["badge-end.json"]["message"] == "1,000"
    assert badges["badge-completion.json"] == {
        "schemaVersion": 1, "label": "Completion (demo)", "message": "100.0%", "color": "22649f",
    }  # fmt: skip
