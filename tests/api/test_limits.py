"""One request has an end, in time and in size, whatever the server sends."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

import pytest

from apivideo_geo.api import download
from apivideo_geo.api.client import Client
from apivideo_geo.errors import SourceFailed
from tests.api.odd_server import KEY, Asked, Hasty, Reply, odd_server
from tests.fakes.proxy import FaultyProxy
from tests.faults import FAULTS, Fault, Step, bomb

FAULT = {fault.name: fault for fault in FAULTS}
ALWAYS = Step("every request", lambda method, target: True)
SLOW = ("header dripped", "status line dripped", "header lines dripped", "body dripped", "chunks dripped", "silence")


def error_of(call: Callable[[], object]) -> str:
    """What ``call`` raises, as text. It fails where the call does not end."""
    raised: list[Exception] = []

    def run() -> None:
        try:
            call()
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(20)
    assert not thread.is_alive(), "it does not end"
    assert raised, "it succeeded"
    assert isinstance(raised[0], SourceFailed), repr(raised[0])
    return str(raised[0])


def ask(fault: Fault, **options: float) -> str:
    """The error of a request to a server with ``fault``."""
    with (
        odd_server(lambda asked: Reply(content={"data": []})) as odd,
        FaultyProxy(odd.url, fault, ALWAYS) as proxy,
        Client(proxy.url, KEY, Hasty(), attempts=1, **{"timeout": 20, **options}) as client,  # type: ignore[arg-type]
    ):
        return error_of(lambda: client.get("/videos"))


@pytest.mark.parametrize("name", [*SLOW, "100 Continue for ever"])
def test_a_request_ends_at_its_time_out_however_slowly_the_server_answers(name: str) -> None:
    assert "did not answer in time" in ask(FAULT[name], timeout=0.3)


@pytest.mark.parametrize("name", ["gzip bomb", "gzip in gzip bomb", "deflate bomb", "1 GB", "bomb in a redirect"])
def test_an_answer_larger_than_the_limit_is_not_read_to_its_end(name: str) -> None:
    assert "larger than" in ask(FAULT[name], answer_limit=1_000_000)


@pytest.mark.parametrize("name", [*SLOW, "100 Continue for ever"])
def test_a_download_ends_at_its_deadline(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "DEADLINE", 0.3)
    with odd_server(lambda asked: Reply(content={})) as odd, FaultyProxy(odd.url, FAULT[name], ALWAYS) as proxy:
        assert "within 0.3 seconds" in error_of(lambda: download.download(f"{proxy.url}/manifest.json"))


@pytest.mark.parametrize("name", ["gzip bomb", "gzip in gzip bomb", "deflate bomb", "1 GB"])
def test_a_download_larger_than_the_limit_is_not_read_to_its_end(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "MAX_BYTES", 1_000_000)
    with odd_server(lambda asked: Reply(content={})) as odd, FaultyProxy(odd.url, FAULT[name], ALWAYS) as proxy:
        assert "larger than 1 MB" in error_of(lambda: download.download(f"{proxy.url}/manifest.json"))


def test_a_download_follows_a_redirect_but_not_one_in_a_circle_and_drops_its_body() -> None:
    def answer(asked: Asked) -> Reply:
        place = {"/old": "new", "/new": "", "/circle": "/circle"}[asked.path]
        headers = {"Location": place, "Content-Encoding": "gzip"}
        return Reply(302, bomb(), headers) if place else Reply(content=b"found")

    with odd_server(answer) as odd:
        assert download.download(f"{odd.url}/old") == b"found"
        with pytest.raises(SourceFailed, match="redirects more than 5 times"):
            download.download(f"{odd.url}/circle")


def test_no_address_of_a_host_that_does_not_answer_takes_the_time_of_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with (
        socket.create_server(("127.0.0.1", 0), backlog=0) as full,
        odd_server(lambda asked: Reply(content=b"x")) as odd,
    ):
        port = int(odd.url.rpartition(":")[2])
        filling = [socket.socket() for _ in range(4)]  # a full queue: the system drops further connections
        for one in filling:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", full.getsockname())] * 3
        addresses.append((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: addresses)
        monkeypatch.setattr(download, "CONNECT", 0.8)
        assert download.download(f"http://many.example:{port}/") == b"x"
        for one in filling:
            one.close()
