"""The pages of countries, videos and cities: what they tell is counted by hand on a week of plays."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from apivideo_geo.checks import check_details, check_site
from apivideo_geo.geo.shapes import load_shapes, project
from apivideo_geo.model import Asset, AssetDetail
from apivideo_geo.render.addresses import video_pages
from apivideo_geo.render.context import Context
from apivideo_geo.render.map.small_map import load_outlines
from apivideo_geo.render.site import render_site
from apivideo_geo.render.theme.theme import Theme
from tests.product import Product
from tests.render import samples
from tests.render.samples import HOSTILE, MADE, TEMPLATES, detailed, site_of, whole_site

THEME = Theme("Acme Academy")


def build(made=MADE, theme=THEME, **more):
    summary, details = detailed(made, **more)
    return site_of(summary, theme, details)


@pytest.fixture(scope="module")
def site():
    return build()


def text(content):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", content.decode().partition("<main")[2])).split())


def table(content, caption):
    """Name → count of the rows of the table with that caption."""
    found = re.search(rf">{caption}</caption>.*?</table>", content.decode(), re.DOTALL)
    assert found
    cells = re.findall(r'<th scope="row">(.*?)</th><td class="num">(.*?)</td>', found[0])
    flag = re.compile(r'<span class="flag".*?</span>')
    return {unescape(re.sub(r"<[^>]+>", "", flag.sub("", name))).strip(): count for name, count in cells}


def test_a_country_shows_its_figures_and_every_part_with_what_is_not_known(site):
    page = site["country/FRA.html"]
    shown = text(page)
    assert "France: 20 plays" in shown
    assert "Rank 1 of 3 countries, 74.1% of everything counted between 15 November and 21 November 2026." in shown
    assert "Seen from the first day on, 15 November 2026." in shown
    assert "1 day was never collected (17 Nov)" in shown
    watched = table(page, "What is watched")
    assert watched == {
        HOSTILE: "9",
        "Live stream without a title Live stream": "5",
        "Not public": "3",
        "Not known": "3",
        "Total": "20",
    }
    assert table(page, "Devices") == {"Computer": "12", "Phone": "6", "Not known": "2", "Total": "20"}


def test_the_only_country_has_no_rank(tmp_path):
    (tmp_path / "c.csv").write_text("day,country,count\n2026-11-20,France,20\n2026-11-21,France,1\n")
    Product(tmp_path).run("build", "--counts", "c.csv", now=MADE)
    shown = text((tmp_path / "site" / "country" / "FRA.html").read_bytes())
    assert "France: 21 plays 100.0% of everything counted" in shown
    assert "of 1 countries" not in shown


def test_what_is_too_small_is_withheld_and_shown_as_such(site):
    page = site["country/FRA.html"]
    assert table(page, "Referring sites") == {
        "a.example": "4",
        "Small counts, hidden": "3",
        "Not known": "13",
        "Total": "20",
    }
    assert table(page, "Cities") == {
        "Paris": "7",
        "Nowhere": "3",
        "Small counts, hidden": "3",
        "Not known": "7",
        "Total": "20",
    }
    everything = b"".join(site.values()).replace(b"<wbr>", b"")
    assert b"b.example" not in everything
    assert b"Lyon" not in everything
    assert b"Nantes" not in everything


def test_the_front_page_shows_the_referring_sites_that_may_be_published(site):
    panel = site["index.html"].decode().partition("<h2>Referring sites</h2>")[2].partition("</section>")[0]
    shares = re.findall(r'<th scope="row">(.*?)</th>.*?<td class="num">(.*?)</td>', panel)
    assert shares == [
        ("a.<wbr>example", "14.8%"),
        ('<a href="about.html#hidden">Small counts, hidden</a>', "11.1%"),
        ("Not known", "74.1%"),
    ]


def test_a_country_leads_to_its_neighbours_and_to_the_next_ranks(site):
    onward = site["country/FRA.html"].decode().partition('class="onward"')[2]
    assert re.findall(r'href="\.\./country/(\w+)\.html"(?: rel="(\w+)")?', onward) == [("BEL", ""), ("BEL", "next")]
    peru = site["country/PER.html"].decode().partition('class="onward"')[2]
    assert ("BEL", "prev") in re.findall(r'href="\.\./country/(\w+)\.html"(?: rel="(\w+)")?', peru)


def test_first_seen_is_shown(site):
    assert "First seen on 18 November 2026." in text(site["country/PER.html"])


def test_a_video_shows_its_countries_and_its_lifetime_plays_next_to_the_days(site):
    page = site["video/viFilm00.html"]
    shown = text(page)
    assert "15 plays in 2 countries, most of all in France." in shown
    assert "Since it was published, on 15 January 2026, it was played 90 times" in shown
    assert table(page, "Countries") == {"France": "9", "Belgium": "4", "Unknown": "2", "Total": "15"}
    assert "15 plays: 13 on the map, 2 from unknown countries" in page.decode()


def test_the_map_of_a_video_carries_only_the_countries_that_watched(site):
    page = site["video/viFilm00.html"].decode()
    outlines = load_outlines()
    assert outlines["FRA"] in page
    assert outlines["BEL"] in page
    assert f'd="{outlines["FRA"]}"><title>France: 9 plays</title>' in page
    assert outlines["DEU"] not in page
    land = next(content.decode() for name, content in site.items() if name.startswith("assets/land."))
    assert outlines["DEU"] in land


def test_the_list_adds_up_to_the_total_with_what_is_not_public(site):
    page = site["videos.html"].decode()
    rows = re.findall(r'<th scope="row">(.*?)</th><td class="num">(\d+)</td>', page)
    counts = {unescape(re.sub(r"<[^>]+>", "", name)).strip(): int(count) for name, count in rows}
    total = counts.pop("Total")
    assert counts.pop("Nobody watched this") == 0
    assert sum(counts.values()) == total == 27
    assert counts["Not public"] == 3


@pytest.mark.parametrize(
    ("unlisted", "total", "said", "remedy"),
    [
        (0, 27, "Counts by video were not collected, only those by country.", True),
        (27, 27, "None of the videos is known to be public, so only their total is shown: 27 plays.", False),
        (0, 0, "No video is listed yet, because nothing was watched.", False),
    ],
)
def test_a_list_without_a_video_says_why_and_names_the_setting_if_that_is_the_reason(unlisted, total, said, remedy):
    summary, details = detailed()
    summary = replace(summary, total=total)
    page = render_site(Context(summary, THEME, replace(details, assets=(), unlisted=unlisted)), TEMPLATES)[
        "videos.html"
    ]
    assert said in text(page)
    assert ('detail = "media"' in text(page)) is remedy
    assert "0 public videos" not in unescape(page.decode())
    assert "of them were watched" not in page.decode()


def test_ids_that_are_no_safe_names_of_files_are_hashed():
    names = ["../../up", "viFilm00", "vifilm00", "CON", "a/b/c/d/e", ".hidden", "x" * 200]
    pages = video_pages([AssetDetail(Asset(name, "video", name, True), 1, 1) for name in names], 10)
    assert pages["viFilm00"] == "video/viFilm00.html"
    hashed = [page for name, page in pages.items() if name != "viFilm00"]
    assert all(re.fullmatch(r"video/id-[0-9a-f]{16}\.html", page) for page in hashed)
    assert len({page.lower() for page in pages.values()}) == len(names)


def test_only_the_most_watched_have_a_page_and_the_others_are_listed_without_a_link():
    site = build(theme=replace(THEME, video_pages=1))
    assert [name for name in site if name.startswith("video/")] == ["video/viFilm00.html"]
    assert "Out of the way" in site["videos.html"].decode()


def test_hostile_titles_reach_every_page_as_text(site):
    for name, content in site.items():
        if name.endswith(".html"):
            assert b"<img src=x" not in content


def test_pages_do_not_change_with_the_time_of_making(site):
    later = build(MADE + timedelta(hours=3))
    changed = {name for name in site if later[name] != site[name]}
    assert changed == {"index.html", "about.html"}
    assert build() == site


def test_the_site_passes_its_own_checks_and_a_figure_that_disagrees_is_found():
    summary, details = detailed()
    whole = whole_site(summary, details, THEME)
    assert check_site(whole, summary, (), details) == []
    page = whole["country/FRA.html"].replace(b'value="20"', b'value="21"')
    assert check_site(whole | {"country/FRA.html": page}, summary, (), details) == [
        "country/FRA.html does not have the count 20"
    ]
    video = whole["video/viFilm00.html"].replace(b'id="count" value="15"', b'id="count" value="16"')
    assert check_site(whole | {"video/viFilm00.html": video}, summary, (), details) == [
        "the pages of videos show counts that no video has"
    ]
    more = replace(details.assets[0], count=99)
    problems = check_details(summary, replace(details, assets=(more, *details.assets[1:])))
    assert [problem.split(" ")[:2] for problem in problems] == [
        ["the", "countries"],
        ["the", "days"],
        ["the", "videos"],
    ]


def test_a_place_in_degrees_lands_on_its_outline():
    for code, latitude, longitude in (("SGP", 1.35, 103.82), ("MLT", 35.9, 14.4), ("BMU", 32.3, -64.76)):
        assert project(latitude, longitude) == pytest.approx(load_shapes()[code].label, abs=3)


def test_cities_with_a_place_are_circles_and_the_others_are_listed_with_their_count(site):
    page = site["cities.html"].decode()
    assert re.findall(r"<title>(.*?)</title></path></g>", page) == ["Paris, France: 7 plays"]
    assert "3 plays: the country has no such city in GeoNames" in text(site["cities.html"])
    assert "at least ten times as many people as the next" in text(site["cities.html"])
    places = next(content.decode() for name, content in site.items() if name.startswith("assets/places."))
    assert places.startswith('apivideoGeo.cities([["FRA","Paris",7,')
    assert "Nowhere" not in places


def test_circles_that_are_not_drawn_smaller_any_more_are_said(site):
    summary, details = detailed()
    paris, lyon = (replace(details.cities[0], name=name, count=count) for name, count in (("Paris", 100), ("Lyon", 3)))
    small = render_site(Context(summary, THEME, replace(details, cities=(paris, lyon))), TEMPLATES)
    assert "Circles of under 4 plays all have the smallest size." in text(small["cities.html"])
    assert "smallest size" not in text(site["cities.html"])


@pytest.mark.parametrize(
    ("published", "day"),
    [("2026-01-15T23:30:00-02:00", "16 January 2026"), ("2026-01-15T00:30:00+02:00", "14 January 2026"),
     ("2026-01-15T08:00:00", "15 January 2026")],
)  # fmt: skip
def test_a_video_was_published_on_a_day_of_utc_like_all_others(published, day):
    assert f"Since it was published, on {day}, it was played 90 times" in text(
        video_site(published)["video/viFilm00.html"]
    )


def test_views_are_not_called_a_part_of_the_lifetime_plays(site):
    assert "15 of these are in the daily figures" in text(site["video/viFilm00.html"])
    assert "of these are in" not in text(video_site("2026-01-15T08:00:00", metric="view")["video/viFilm00.html"])


def video_site(published, metric="play"):
    summary, details = detailed()
    film = next(one for one in details.assets if one.asset.media_id == "viFilm00")
    film = replace(film, asset=replace(film.asset, published_at=published))
    return render_site(Context(replace(summary, metric=metric), THEME, replace(details, assets=(film,))), TEMPLATES)


def test_a_video_with_ties_names_the_countries_in_the_order_of_its_table():
    summary, details = detailed()
    film = replace(details.assets[0], count=6, countries=(("BEL", 3), ("FRA", 3)))
    page = render_site(Context(summary, THEME, replace(details, assets=(film,))), TEMPLATES)["video/viFilm00.html"]
    assert "6 plays in 2 countries, the same in each." in text(page)
    film = replace(film, count=7, countries=(("BEL", 3), ("FRA", 3), ("PER", 1)))
    page = render_site(Context(summary, THEME, replace(details, assets=(film,))), TEMPLATES)["video/viFilm00.html"]
    assert "7 plays in 3 countries, most of all in Belgium and France." in text(page)
    assert re.search(r'data-figure="most".*?<b>(.*?)</b>', page.decode(), re.DOTALL)[1] == "2 countries"
    film = replace(film, count=7, countries=(("NLD", 3), ("USA", 3), ("PER", 1)))
    counted = samples.summary({"NLD": 3, "USA": 3, "PER": 1}, summary.daily)
    context = Context(counted, THEME, replace(details, assets=(film,)))
    page = render_site(context, TEMPLATES)["video/viFilm00.html"]
    assert "7 plays in 3 countries, most of all in the Netherlands and the United States." in text(page)


def test_without_cities_there_is_no_page_of_them_and_no_switch():
    summary, details = detailed()
    site = render_site(Context(summary, THEME, replace(details, cities=(), withheld={})), TEMPLATES)
    assert "cities.html" not in site
    assert b'id="cities"' not in site["index.html"]
