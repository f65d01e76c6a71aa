"""One request has an end, in time and in size, whatever the server sends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

import pytest

from apivideo_geo.api.client import Client
from apivideo_geo.errors import SourceFailed
from tests.api.odd_server import KEY, Hasty, Reply, odd_server
from tests.fakes.proxy import FaultyProxy
from tests.faults import FAULTS, Fault, Step

FAULT = {fault.name: fault for fault in FAULTS}
ALWAYS = Step("every request", lambda method, target: True)
SLOW = ("header dripped", "status line dripped", "header lines dripped", "body dripped", "chunks dripped", "silence")

T = TypeVar("T")


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
