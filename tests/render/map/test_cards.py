"""The pictures of shared links to countries and videos: which pages have one, what it shows, that it is safe."""

import struct
from dataclasses import replace

import pytest

from apivideo_geo.render.context import Context
from apivideo_geo.render.map import cards
from apivideo_geo.render.map.cards import make_cards, render_card
from apivideo_geo.render.site import render_site
from apivideo_geo.render.theme.theme import Theme
from tests.render.samples import HOSTILE, TEMPLATES, detailed, site_of

THEME = Theme("Acme & Co", site_url="https://acme.example/map/")
PAGE = "video/viFilm00.html"


def made(theme=THEME):
    summary, details = detailed()
    context = Context(summary, theme, details)
    return make_cards(context), context


@pytest.fixture(scope="module")
def site():
    return site_of(detailed()[0], THEME, detailed()[1])


def test_a_page_of_a_country_or_video_names_a_picture_of_its_own(site):
    for page in ("country/FRA", "video/viFilm00"):
        text = site[f"{page}.html"].decode()
        for kind in ('property="og:image"', 'name="twitter:image"'):
            assert f'<meta {kind} content="https://acme.example/map/cards/{page}.png">' in text
        assert struct.unpack(">II", site[f"cards/{page}.png"][16:24]) == (800, 420)
        assert '<meta property="og:image:width" content="800">' in text
    assert "France: 20 plays" in site["country/FRA.html"].decode().split('og:image:alt" content="')[1].split('"')[0]


def test_other_pages_show_the_picture_of_the_site(site):
    for page in ("index.html", "videos.html", "about.html"):
        assert b'content="https://acme.example/map/social.png"' in site[page]


def test_only_the_most_watched_pages_have_a_picture_and_the_others_that_of_the_site():
    assert list(made(replace(THEME, cards=2))[0]) == ["country/FRA.html", PAGE]
    site = render_site(Context(detailed()[0], replace(THEME, cards=1), detailed()[1]), TEMPLATES)
    assert {name for name in site if name.endswith(".png")} == {"social.png", "cards/country/FRA.png"}
    assert b'content="https://acme.example/map/social.png"' in site[PAGE]


def test_without_the_address_of_the_site_no_picture_is_made():
    assert made(replace(THEME, site_url=""))[0] == {}


def test_the_picture_shows_title_number_map_and_trend(monkeypatch):
    found, context = made()
    drawn = []
    monkeypatch.setattr(cards, "render_png", lambda svg: drawn.append(svg) or b"png")
    cards._land.cache_clear()
    render_card(found["country/FRA.html"], context)
    cards._land.cache_clear()
    svg = drawn[-1]
    assert ">France</text>" in svg
    assert f">20 plays {context.period}</text>" in svg
    assert cards.load_outlines()["FRA"] in svg
    assert svg.count("V340z") == 5  # seven days: one was not collected, the last is not over
    assert ">Acme &amp; Co</text>" in svg


def test_a_hostile_title_is_text_and_a_long_one_is_cut(monkeypatch):
    found, context = made()
    drawn = []
    monkeypatch.setattr(cards, "render_png", lambda svg: drawn.append(svg) or b"png")
    cards._land.cache_clear()
    render_card(found[PAGE], context)
    render_card(replace(found[PAGE], title="word " * 100), context)
    cards._land.cache_clear()
    assert HOSTILE in found[PAGE].title
    assert "<img" not in drawn[-2] and "&lt;img" in drawn[-2]
    assert drawn[-1].count("<text") == 4 and "…" in drawn[-1]


def test_lines_begin_at_the_right_where_the_language_is_read_from_there(monkeypatch):
    found, context = made(replace(THEME, locale="ar"))
    drawn = []
    monkeypatch.setattr(cards, "render_png", lambda svg: drawn.append(svg) or b"png")
    cards._land.cache_clear()
    render_card(found[PAGE], context)
    cards._land.cache_clear()
    assert drawn[-1].count('x="768"') == drawn[-1].count('text-anchor="end"') == drawn[-1].count("<text")


@pytest.mark.usefixtures("draw_pictures")
def test_the_same_card_gives_the_same_bytes():
    found, context = made()
    first = render_card(found["country/FRA.html"], context)
    assert first == render_card(found["country/FRA.html"], context)
    assert first != render_card(found["country/BEL.html"], context)
    assert len(first) < 50_000
