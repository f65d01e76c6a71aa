"""What a view of the demo costs a reader: bytes and requests, measured as a browser asks for them."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest

from apivideo_geo.console.serve import open_server
from tests.browser import OpenPage

FIRST_VIEW = (80_000, 7)
"""Maximum bytes (gzipped) and requests until a page is there, before the reader does anything."""
LIVE_MAP = (162_000, 9)
"""The same once the reader has touched the map, which loads its scripts."""


@pytest.fixture(scope="module")
def demo(built_demo):
    """The site of the demo: two years, 133 countries."""
    return built_demo.folder / "site"


@pytest.fixture(scope="module")
def origin(demo):
    """The address of the demo, served as ``build.py serve`` does."""
    with open_server(demo, 0) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def cost(demo: Path, urls: list[str]) -> tuple[int, int]:
    """The bytes of the files at ``urls``, gzipped, and how many requests they took."""
    files = [demo / urlsplit(url).path.lstrip("/") for url in urls]
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files), len(urls)


PERIOD = (
    r'<section class="days chosen"(?:(?!id="against-note").)*',
    r'<p class="note" id="months-note">.*?</section>\n',
    r'<details class="monthly">.*?</details>\n',
    r'<script type="application/json" id="data">(.*?)</script>\n',
)
"""What the page of a country has so that it can follow a period: control (the sentence in it about the last 30 days was
there before), table by month, data of its script."""


def test_a_period_adds_at_most_3_kb_to_the_page_of_any_country(demo):
    """Over two years: what the page has for it, and the file that is loaded when a reader chooses one."""

    def size(content: str) -> int:
        return len(gzip.compress(content.encode(), 9))

    added = {}
    for page in sorted(demo.glob("country/*.html")):
        text = page.read_text()
        bare = text
        for pattern in PERIOD:
            bare, found = re.subn(pattern, "", bare, flags=re.DOTALL)
            assert found == 1, pattern
        file = json.loads(re.search(PERIOD[-1], text)[1])["file"]
        added[page.stem] = size(text) - size(bare) + size((demo / file).read_text())
    assert len(added) == 133
    assert max(added.values()) <= 3000, max(added, key=lambda code: added[code])


def assert_within(spent: tuple[int, int], limit: tuple[int, int]) -> None:
    """Fails if ``spent`` is above ``limit``, in bytes or in requests."""
    assert spent[0] <= limit[0]
    assert spent[1] <= limit[1]


@pytest.mark.parametrize("page", ["index.html", "about.html", "videos.html", "data.html", "country/FRA.html"])
def test_the_first_view_is_light(open_page: OpenPage, demo, origin, page):
    opened = open_page(f"{origin}/{page}")
    opened.page.wait_for_load_state("networkidle")
    assert opened.problems == []
    assert opened.outside(origin) == []
    assert f"{origin}/{page}" in opened.requests
    assert_within(cost(demo, opened.requests), FIRST_VIEW)


def test_the_scripts_of_the_map_are_light(open_page: OpenPage, demo, origin):
    opened = open_page(f"{origin}/index.html")
    opened.page.evaluate("dispatchEvent(new Event('pointermove'))")
    opened.page.wait_for_selector("html.live")
    opened.page.wait_for_load_state("networkidle")
    assert opened.problems == []
    assert any("leaflet" in url for url in opened.requests)
    assert_within(cost(demo, opened.requests), LIVE_MAP)


def test_a_missing_page_costs_one_small_request(open_page: OpenPage, demo, origin):
    opened = open_page(f"{origin}/country/XXX/away.html")
    opened.page.wait_for_load_state("networkidle")
    assert len(opened.requests) == 1
    assert len((demo / "404.html").read_bytes()) < 4000
