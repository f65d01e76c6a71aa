"""The owner's theme: accent, logo, links, texts and templates, set in the build and seen on the page."""

from __future__ import annotations

import os
import re
import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apivideo_geo.errors import UsageError
from apivideo_geo.render.context import Context
from apivideo_geo.render.site import render_site
from apivideo_geo.render.theme.accent import DARK, LIGHT, accents, render_accent
from apivideo_geo.render.theme.logo import LARGEST, load_logo
from apivideo_geo.render.theme.theme import Theme
from tests.browser import OpenPage, find_violations
from tests.product import Product
from tests.render.browsing import build, live
from tests.render.colour import contrast
from tests.render.samples import TEMPLATES, site_of, small

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SINCE = "2026-11-01"
"""First day of the demos of these tests: few days are built quickly."""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 30"><path d="M0 0h120v30H0z" fill="#e30613"/></svg>'


def png(width: int, height: int) -> bytes:
    """A whole PNG, all black."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\0" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


# The accent


@example("#000ad3")  # at 4.50002 by WCAG's rounded weights of red, green and blue it has 4.4998 by the exact ones
@given(st.integers(0, 0xFFFFFF).map("#{:06x}".format))
def test_any_accent_can_be_read_on_every_background_of_both_themes(colour):
    light, dark = accents(colour)
    assert all(contrast(light, back) >= 4.5 for back in LIGHT)
    assert all(contrast(dark, back) >= 4.5 for back in DARK)


def test_an_accent_that_can_be_read_stays_as_it_is():
    assert accents("#1F5FA8")[0] == "#1f5fa8"
    assert accents("#7db7ee")[1] == "#7db7ee"
    assert accents("#fc0") == ("#8a6e00", "#ffcc00")


def test_backgrounds_are_those_of_the_style_sheet():
    style = (TEMPLATES / "assets/site.css").read_text()
    found = re.findall(r"--bg: (#\w+); --soft: (#\w+);", style)
    full = {tuple("#" + mark[1:] * (2 if len(mark) == 4 else 1) for mark in pair) for pair in found}
    assert full == {LIGHT, DARK}


def test_what_is_no_colour_is_refused():
    assert render_accent("") == ""
    for wrong in ("blue", "#12345", "#1234567", "#fff; } body { display: none"):
        with pytest.raises(UsageError, match="write a colour as #rrggbb"):
            accents(wrong)


# The logo


@pytest.mark.parametrize(
    ("name", "content", "size"),
    [
        ("acme.svg", SVG.encode(), (112, 28)),
        ("acme.svg", SVG.replace("viewBox", 'width="64px" height="64" viewBox').encode(), (28, 28)),
        ("acme.png", png(200, 100), (56, 28)),
        ("wide.png", png(900, 30), (200, 7)),
    ],
)
def test_a_valid_logo_keeps_its_proportions(tmp_path, name, content, size):
    (tmp_path / name).write_bytes(content)
    logo = load_logo(tmp_path / name)
    assert (logo.content, (logo.width, logo.height)) == (content, size)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (SVG.replace("</svg>", ""), "is not well-formed SVG"),
        ("<html/>", "is not an SVG file: its root is <html>"),
        (SVG.replace('viewBox="0 0 120 30"', ""), "has no size: give its <svg> a viewBox"),
        (SVG.replace("120 30", "120 0"), "has no size"),
        (SVG + " " * LARGEST, "make it smaller than 100,000"),
        ('<?xml version="1.0" encoding="utf-99"?>' + SVG, "is not well-formed SVG"),
        ('<?xml version="1.0" encoding="shift_jis"?>' + SVG, "is not well-formed SVG"),
        ('<?xml version="1.0" encoding="utf-16"?>' + SVG, "is not well-formed SVG"),
        ("<svg>" * 20_000, "is not well-formed SVG"),
    ],
)
def test_a_logo_that_is_broken_or_too_large_is_rejected(tmp_path, content, message):
    (tmp_path / "acme.svg").write_text(content)
    with pytest.raises(UsageError) as error:
        load_logo(tmp_path / "acme.svg")
    assert message in str(error.value)


def test_a_logo_in_utf_16_is_used_and_a_pipe_or_a_folder_is_refused(tmp_path):
    (tmp_path / "acme.svg").write_bytes(SVG.encode("utf-16"))
    assert (load_logo(tmp_path / "acme.svg").width, load_logo(tmp_path / "acme.svg").height) == (112, 28)
    os.mkfifo(tmp_path / "pipe.svg")
    with pytest.raises(UsageError, match=r"Cannot read the logo .*pipe.svg: it is a pipe, not a file"):
        load_logo(tmp_path / "pipe.svg")
    with pytest.raises(UsageError, match="it is a folder"):
        load_logo(tmp_path)


def test_a_missing_logo_or_one_of_another_type_is_rejected(tmp_path):
    with pytest.raises(UsageError, match="Cannot read the logo"):
        load_logo(tmp_path / "none.svg")
    (tmp_path / "acme.gif").write_bytes(b"GIF89a")
    with pytest.raises(UsageError, match="neither a PNG nor an SVG"):
        load_logo(tmp_path / "acme.gif")


# The owner's templates


def own(folder: Path, **files: str) -> Theme:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Theme("Acme Academy", overrides=folder)


def test_one_template_replaces_that_of_the_project_and_can_build_on_it(tmp_path):
    about = '{% extends "original/about.html" %}{% block main %}<p>Our own words.</p>{{ super() }}{% endblock %}'
    ours = site_of(small())
    site = render_site(Context(small(), own(tmp_path, about_html=about)), TEMPLATES)
    assert b"<p>Our own words.</p><h1>About the data</h1>" in site["about.html"]
    assert {name: site[name] for name in site if name != "about.html"} == {
        name: ours[name] for name in ours if name != "about.html"
    }


def test_ours_use_the_owners_base(tmp_path):
    base = '{% extends "original/base.html" %}{% block styles %}<meta name="own">{% endblock %}'
    site = render_site(Context(small(), own(tmp_path, base_html=base)), TEMPLATES)
    assert b'<meta name="own">' in site["index.html"]
    assert b"<h1>" in site["index.html"]


def test_one_asset_replaces_that_of_the_project_and_more_can_be_added(tmp_path):
    theme = own(
        tmp_path,
        assets__legend_js="apivideoGeo.legend = { start() {}, render() {} };",
        assets__house_svg=SVG,
        about_css=".about { color: red; }",
        about_html='<img src="{{ asset[\'house.svg\'] }}" alt="">',
    )
    site = render_site(Context(small(), theme), TEMPLATES)
    script = next(content for name, content in site.items() if re.match(r"assets/page\.", name))
    assert b"apivideoGeo.legend = { start() {}, render() {} };" in script
    assert b"geo.table = {" in script
    shown = re.search(rb'src="(assets/house\.\w+\.svg)"', site["about.html"])
    assert shown
    assert site[shown[1].decode()] == SVG.encode()
    assert b".about { color: red; }" in (content for name, content in site.items() if name.startswith("assets/about."))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{% if %}", "about.html, line 1: Expected an expression, got 'end of statement block'; correct it"),
        ("{{ nothing.here }}", "about.html, line 1: 'nothing' is undefined; correct it, or remove the file."),
        ('{% extends "nowhere.html" %}', 'about.html, line 1: there is no template "nowhere.html"; correct it'),
    ],
)
def test_a_template_that_does_not_work_is_reported_in_a_sentence(tmp_path, text, said):
    with pytest.raises(UsageError) as error:
        render_site(Context(small(), own(tmp_path, about_html=text)), TEMPLATES)
    assert said in str(error.value)


# Through the main job


@pytest.fixture(scope="module")
def dressed(tmp_path_factory):
    """A demo site with every setting of the theme, from a settings file."""
    product = Product(tmp_path_factory.mktemp("dressed"))
    (product.folder / "acme.svg").write_text(SVG)
    (product.folder / "mine").mkdir()
    (product.folder / "mine/404.html").write_text('{% extends "original/404.html" %}')
    (product.folder / "apivideo-geo.toml").write_text(
        'locale = "fr"\naccent = "#ffcc00"\nlogo = "acme.svg"\nnotice = "Maintenance <b>ce soir</b>"\n'
        'footer = "© Acme & fils"\ntemplates = "mine"\n'
        'links = { "Acme" = "https://example.org/?a=1&b=2", "Écrire" = "mailto:video@example.org" }\n'
    )
    product.run("demo", "--since", SINCE, now=NOW)
    return product


def page_of(product: Product, name: str) -> str:
    return (product.folder / "site" / name).read_text(encoding="utf-8")


def test_every_setting_of_the_look_reaches_every_page(dressed):
    for name in ("index.html", "about.html"):
        html = page_of(dressed, name)
        logo = re.search(r'<img src="(assets/logo\.[0-9a-f]{10}\.svg)" width="112" height="28" alt="">', html)
        assert logo
        assert (dressed.folder / "site" / logo[1]).read_text() == SVG
        assert "Notre public" in html, "the usual title, in French"
        assert "Maintenance &lt;b&gt;ce soir&lt;/b&gt;" in html
        assert "© Acme &amp; fils" in html
        assert '<a href="https://example.org/?a=1&amp;b=2">Acme</a>' in html
        assert '<a href="mailto:video@example.org">Écrire</a>' in html
    assert "--accent: #8a6e00" in page_of(dressed, "404.html")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('logo = "none.svg"', "Cannot read the logo none.svg"),
        ('templates = "none"', "There is no folder none of templates"),
        ('templates = "typo"', "No file in typo has the name of a template"),
        ('accent = "yellow"', "apivideo-geo.toml, line 1: accent: a colour is written #rrggbb"),
    ],
)
def test_what_cannot_be_used_is_reported_before_anything_is_requested_or_written(tmp_path, text, said):
    product = Product(tmp_path)
    (tmp_path / "typo").mkdir()
    (tmp_path / "typo/abuot.html").write_text("")
    (tmp_path / "apivideo-geo.toml").write_text(text)
    assert said in product.run("demo", now=NOW, code=2).stderr
    assert {path.name for path in tmp_path.iterdir()} == {"typo", "apivideo-geo.toml"}


def test_a_template_that_loads_from_another_server_is_not_published(tmp_path):
    product = Product(tmp_path)
    (tmp_path / "mine").mkdir()
    own(tmp_path / "mine", about_html='<script src="https://example.org/x.js"></script>')
    done = product.run("demo", "--since", SINCE, now=NOW, code=5, APIVIDEO_GEO_TEMPLATES="mine")
    assert "about.html would load https://example.org/x.js from another server" in done.stderr
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(("scheme", "width"), [("light", 360), ("dark", 1280)])
def test_axe_finds_nothing_in_a_site_with_an_owners_theme(open_page: OpenPage, tmp_path, scheme, width):
    (tmp_path / "acme.png").write_bytes(png(300, 40))
    theme = Theme(
        "Acme Academy", notice="Soon more", accent="#ffcc00", logo=load_logo(tmp_path / "acme.png"),
        links=(("Acme", "https://example.org/"), ("A longer name of a link", "mailto:a@example.org")), footer="© Acme",
    )  # fmt: skip
    path = build(small(), tmp_path / "site", theme)
    opened = open_page(path.as_uri(), color_scheme=scheme, viewport={"width": width, "height": 800})
    page = live(opened.page)
    assert opened.problems == []
    assert find_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.locator("header img").bounding_box()["height"] == pytest.approx(27, abs=1)
