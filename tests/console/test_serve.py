"""``serve`` over real connections: it shows the files of the site, and nothing else on the machine."""

import gzip
import http.client
import os
import socket
from contextlib import contextmanager
from threading import Thread

import pytest

from apivideo_geo.console.serve import open_server
from apivideo_geo.errors import UsageError

PAGE = b"<!DOCTYPE html><title>Map</title>" + b"<p>plays</p>" * 200
SITE = {
    "index.html": PAGE,
    "404.html": b"<!DOCTYPE html><title>Not found</title>",
    "country/FRA.html": b"<!DOCTYPE html><title>France</title>",
    "country/index.html": b"<!DOCTYPE html><title>Countries</title>",
    "data/choro.csv": b"ISO_A3,Count\nFRA,3\n",
    "data/facts.parquet": b"PAR1" * 100,
    "assets/site.0123456789.css": b":root{}",
    "assets/map.0123456789.js": b"'use strict'",
    "map.svg": b"<svg/>",
    "social.png": b"\x89PNG",
    ".nojekyll": b"",
    "deep/down/a b.html": b"spaced",
}


@pytest.fixture
def folder(tmp_path):
    for name, content in SITE.items():
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (tmp_path / "secret.txt").write_text("not part of the site")
    return tmp_path / "site"


@contextmanager
def serving(folder):
    with open_server(folder, 0) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        connection = http.client.HTTPConnection(*server.server_address[:2], timeout=10)

        def ask(path, method="GET", **headers):
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            answer = connection.getresponse()
            return answer, answer.read()

        ask.address = server.server_address
        try:
            yield ask
        finally:
            connection.close()
            server.shutdown()
            thread.join()


@pytest.fixture
def ask(folder):
    with serving(folder) as asking:
        yield asking


@pytest.mark.parametrize(
    ("path", "name", "kind"),
    [
        ("/", "index.html", "text/html; charset=utf-8"),
        ("/index.html?period=30#map", "index.html", "text/html; charset=utf-8"),
        ("/country/FRA.html", "country/FRA.html", "text/html; charset=utf-8"),
        ("/country/", "country/index.html", "text/html; charset=utf-8"),
        ("/deep/down/a%20b.html", "deep/down/a b.html", "text/html; charset=utf-8"),
        ("/data/choro.csv", "data/choro.csv", "text/csv; charset=utf-8"),
        ("/data/facts.parquet", "data/facts.parquet", "application/vnd.apache.parquet"),
        ("/assets/site.0123456789.css", "assets/site.0123456789.css", "text/css; charset=utf-8"),
        ("/assets/map.0123456789.js", "assets/map.0123456789.js", "text/javascript; charset=utf-8"),
        ("/map.svg", "map.svg", "image/svg+xml"),
        ("/social.png", "social.png", "image/png"),
    ],
)
def test_a_file_is_sent_complete_with_its_type(ask, path, name, kind):
    answer, content = ask(path)
    assert (answer.status, content) == (200, SITE[name])
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_that_did_not_change_is_not_sent_again_and_one_that_did_is(ask, folder):
    answer, _ = ask("/")
    assert answer.headers["Cache-Control"] == "no-cache"
    seen = answer.headers["Last-Modified"]
    answer, content = ask("/", If_Modified_Since=seen)
    assert (answer.status, content) == (304, b"")
    (folder / "index.html").write_bytes(b"a new page")
    os.utime(folder / "index.html", (2_000_000_000, 2_000_000_000))
    answer, content = ask("/", If_Modified_Since=seen)
    assert (answer.status, content) == (200, b"a new page")


def test_texts_are_compressed_for_browsers_that_accept_it_and_pictures_are_not(ask):
    answer, content = ask("/", Accept_Encoding="gzip, deflate")
    assert (answer.headers["Content-Encoding"], gzip.decompress(content)) == ("gzip", SITE["index.html"])
    assert answer.headers["Content-Length"] == str(len(content))
    answer, content = ask("/social.png", Accept_Encoding="gzip")
    assert (answer.headers["Content-Encoding"], content) == (None, SITE["social.png"])


def test_head_sends_everything_but_the_content(ask):
    answer, content = ask("/", "HEAD")
    assert (answer.status, content, answer.headers["Content-Length"]) == (200, b"", str(len(PAGE)))
    assert ask("/nowhere", "HEAD")[0].status == 404
    assert ask("/")[1] == PAGE  # the same connection still in step


@pytest.mark.parametrize("path", ["/nowhere", "/country/XXX.html", "/a/b/c/d/", "/index.html/", "/%00", "/%ff", "//"])
def test_a_missing_page_is_the_sites_own_404_page(ask, path):
    answer, content = ask(path)
    if path == "//":
        assert content == PAGE
        return
    assert (answer.status, content) == (404, SITE["404.html"])


def test_a_site_without_a_404_page_answers_404_all_the_same(ask, folder):
    (folder / "404.html").unlink()
    answer, content = ask("/nowhere")
    assert answer.status == 404
    assert b"Error code: 404" in content


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/country/../../secret.txt",
        "/..%2fsecret.txt",
        "/..%5csecret.txt",
        "/.nojekyll",
    ],
)
def test_nothing_outside_the_site_and_nothing_hidden_is_shown(ask, path):
    answer, content = ask(path)
    assert (answer.status, content) == (404, SITE["404.html"])


def test_a_link_that_leads_out_of_the_site_is_not_followed(ask, folder):
    (folder / "way-out.txt").symlink_to(folder.parent / "secret.txt")
    assert ask("/way-out.txt")[0].status == 404


def test_a_folder_is_never_listed(ask):
    assert ask("/data/")[0].status == 404
    assert ask("/data")[0].status == 404


def test_a_folder_without_its_slash_redirects_within_the_site(ask):
    answer, _ = ask("/country")
    assert (answer.status, answer.headers["Location"]) == (301, "/country/")
    assert ask("/country/")[1] == SITE["country/index.html"]
    answer, _ = ask("//country")
    assert answer.headers.get("Location", "/").startswith("//") is False


def test_only_reading_is_possible(ask):
    assert ask("/", "DELETE", Content_Length="0")[0].status == 501


def test_only_this_machine_is_served(ask):
    assert ask.address[0] == "127.0.0.1"


def test_a_browser_that_closes_early_causes_no_error(ask, capfd):
    with socket.create_connection(ask.address[:2]) as hasty:
        hasty.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        hasty.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    assert ask("/")[0].status == 200
    assert capfd.readouterr().err == ""


def test_no_site_and_a_port_in_use_are_reported_in_a_sentence(tmp_path, folder, ask):
    with pytest.raises(UsageError, match="There is no site in"), open_server(tmp_path / "nowhere", 0):
        pass
    with pytest.raises(UsageError, match=r"Port \d+ cannot be used .*--port"), open_server(folder, ask.address[1]):
        pass
