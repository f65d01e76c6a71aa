"""What the first view of the demo costs a reader: bytes and requests, measured as a browser asks for them."""

from __future__ import annotations

import gzip
from threading import Thread
from urllib.parse import urlsplit

import pytest

from apivideo_geo.console.serve import open_server
from tests.browser import OpenPage
from tests.product import Product

BYTES, REQUESTS = 150_000, 10


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The site of the demo: two years, 133 countries."""
    product = Product(tmp_path_factory.mktemp("demo"))
    product.run("demo", SOURCE_DATE_EPOCH="1795305600", APIVIDEO_GEO_TITLE="Acme Academy")
    return product.folder / "site"


@pytest.mark.parametrize("page", ["index.html", "about.html"])
def test_the_first_view_is_light(open_page: OpenPage, demo, page):
    with open_server(demo, 0) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            origin = f"http://127.0.0.1:{server.server_address[1]}"
            opened = open_page(f"{origin}/{page}")
            opened.page.evaluate("dispatchEvent(new Event('pointermove'))")  # the map's scripts count too
            if page == "index.html":
                opened.page.wait_for_selector("html.live")
            opened.page.wait_for_load_state("networkidle")
            asked = list(opened.requests)
        finally:
            opened.page.close()
            server.shutdown()
            thread.join()
    files = {urlsplit(url).path.lstrip("/") for url in asked}
    assert opened.problems == []
    assert opened.outside(origin) == []
    assert len(asked) <= REQUESTS
    assert page in files
    assert sum(len(gzip.compress((demo / name).read_bytes(), 9)) for name in files) <= BYTES


def test_a_missing_page_costs_one_small_request(open_page: OpenPage, demo):
    with open_server(demo, 0) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            opened = open_page(f"http://127.0.0.1:{server.server_address[1]}/country/XXX/away.html")
            opened.page.wait_for_load_state("networkidle")
        finally:
            opened.page.close()
            server.shutdown()
            thread.join()
    assert len(opened.requests) == 1
    assert len((demo / "404.html").read_bytes()) < 4000
