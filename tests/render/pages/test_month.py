"""The page of a month and the list of months, as a browser shows them."""

from pathlib import Path

import pytest

from apivideo_geo.render.theme.theme import Theme
from tests.browser import OpenPage, find_violations
from tests.render.samples import whole_site, with_months, write


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    what, details = with_months()
    return write(whole_site(what, details, Theme("Acme Academy")), tmp_path_factory.mktemp("months"))


@pytest.mark.parametrize("name", ["2026-09/index.html", "months.html"])
@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 768), ("light", 360)])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(open_page: OpenPage, site, name, theme, width):
    opened = open_page((site / name).as_uri(), color_scheme=theme, viewport={"width": width, "height": 900})
    assert opened.problems == []
    assert opened.outside(site.as_uri()) == []
    assert opened.page.evaluate("document.documentElement.scrollWidth") == width
    assert find_violations(opened.page) == []


def test_without_scripts_every_month_is_reached_from_the_front_page_and_the_next_from_each(open_page: OpenPage, site):
    page = open_page((site / "index.html").as_uri(), java_script_enabled=False).page
    page.click("footer a[href='months.html']")
    assert page.locator("tbody th a").all_inner_texts() == [
        f"{name} 2026" for name in ("October", "September", "August", "July", "June")
    ]
    page.click("text=June 2026")
    seen = [page.locator("h1").inner_text()]
    while page.locator("a[rel=next]").count():
        page.click("a[rel=next]")
        seen.append(page.locator("h1").inner_text())
    assert [title.partition(" ")[0] for title in seen] == ["June", "July", "August", "September", "October"]
    assert page.locator(".still svg .c0").count() > 0, "the map needs no script"
