"""The client against the stand-in, and against servers that misbehave in ways it does not know."""

from __future__ import annotations

import gzip
import itertools
import json
import logging
import signal
import subprocess
import sys
import threading
import time
import traceback
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from apivideo_geo.api.client import FAILURES, Client
from apivideo_geo.api.secrets import redactor
from apivideo_geo.effects import Effects
from apivideo_geo.errors import (
    ApiError,
    ApivideoGeoError,
    DeadlineExceeded,
    EndpointGone,
    KeyRefused,
    SourceFailed,
    UsageError,
)
from apivideo_geo.sources.assets import fetch_assets
from tests.api.odd_server import KEY, Asked, Hasty, Odd, Reply, free_port, odd_server, tokens
from tests.fakes.failures import KINDS
from tests.fakes.server import StandIn
from tests.fakes.world import World

WORLD = World.make(sessions=200, videos=8)
BUCKETS = "/data/buckets/play/country"
BASIC = f"Basic {b64encode(f'{KEY}:'.encode()).decode()}"


def asked_of(odd: Odd, path: str) -> int:
    return odd.paths().count(path)


def get_all(client: Client, times: int, path: str = "/videos") -> int:
    return sum("data" in answer for _, answer in client.map(range(times), lambda _: client.get(path)))


# What it is for


def test_an_answer_is_the_object_and_the_query_arrives_as_meant():
    with StandIn(WORLD) as api, Client(api.url, api.api_key, Hasty()) as client:
        day = {"from": "2026-10-05T00:00:00+00:00", "to": "2026-10-06T00:00:00+00:00"}
        answer = client.get(BUCKETS, {**day, "filterBy[country][]": ["FR", "NO"], "pageSize": 100})
        seen = api.requests[-1]
    assert {row["dimensionValue"] for row in answer["data"]} <= {"FR", "NO"}
    assert seen.query["filterBy[country][]"] == ["FR", "NO"]
    assert seen.query["from"] == [day["from"]]


@pytest.mark.parametrize("half", [rb"\ud83d", b"\xed\xa0\xbd"])
def test_half_a_character_in_an_answer_is_replaced_and_complete_ones_stay(half: bytes):
    body = b'{"data": [{"title": "' + half + rb"x \ud83d\ude00 " + "한é".encode() + b'"}]}'
    with odd_server(lambda asked: Reply(content=body)) as odd, Client(odd.url, KEY, Hasty()) as client:
        assert client.get("/videos")["data"][0]["title"].lstrip("\ufffd") == "x 😀 한é"


def test_eight_threads_keep_their_connections_and_send_the_key_itself_without_a_log_in():
    with odd_server(lambda asked: Reply(content={"data": []})) as odd, Client(odd.url, KEY, Hasty()) as client:
        assert get_all(client, 100) == 100
        assert odd.connections <= 9
        assert client.requests == len(odd.asked) == 100
        assert {asked.headers.get("Authorization") for asked in odd.asked} == {BASIC}


def test_eight_threads_log_in_once_where_http_basic_is_rejected():
    answer = Reply(content={"data": []})
    with odd_server(lambda asked: answer, basic=False) as odd, Client(odd.url, KEY, Hasty()) as client:
        assert get_all(client, 100) == 100
        log_in = odd.paths().index("/auth/api-key")
        assert json.loads(odd.asked[log_in].body) == {"apiKey": KEY}
        assert asked_of(odd, "/auth/api-key") == 1
        assert odd.connections <= 9
        sent = [asked.headers.get("Authorization") for asked in odd.asked]
        assert sent.count("Bearer access-000001") == 100
        assert sent.count(BASIC) <= 8  # those under way when the first was rejected


def test_as_many_requests_run_at_once_as_there_are_workers_and_no_more():
    together = threading.Barrier(5)

    def answer(asked: Asked) -> Reply:
        together.wait(timeout=20)
        return Reply(content={"data": []}, headers={"X-RateLimit-Remaining": "400", "X-RateLimit-Retry-After": "60"})

    with (
        odd_server(lambda asked: answer(asked) if "slow" in asked.path else Reply(content={"data": []})) as odd,
        Client(odd.url, KEY, Hasty(), workers=5) as client,
    ):
        client.get("/quick")
        assert get_all(client, 20, "/slow") == 20


def test_requests_left_is_what_the_server_last_reported():
    effects = Hasty()
    with StandIn(WORLD, rate_limit=300) as api, Client(api.url, api.api_key, effects) as client:
        assert client.requests_left is None
        client.get("/videos")
        assert client.requests_left == 299
        assert effects.notes[-1] == 299


def test_compressed_answers_are_read():
    body = gzip.compress(json.dumps({"data": ["x" * 200_000]}).encode())
    with (
        odd_server(lambda asked: Reply(content=body, headers={"Content-Encoding": "gzip"})) as odd,
        Client(odd.url, KEY, Hasty()) as client,
    ):
        assert len(client.get("/videos")["data"][0]) == 200_000


def test_neither_cookies_nor_netrc_go_along(tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    reply = Reply(content={"data": []}, headers={"Set-Cookie": "session=abc; Path=/"})
    with odd_server(lambda asked: reply) as odd, Client(odd.url, KEY, Hasty()) as client:
        client.get("/videos")
        client.get("/videos")
        assert [asked.headers.get("Authorization") for asked in odd.asked] == [BASIC, BASIC]
        assert not any("Cookie" in asked.headers for asked in odd.asked)


def test_the_proxy_of_the_environment_is_used_unless_the_server_needs_none(monkeypatch):
    with odd_server(lambda asked: Reply(content={"from": asked.path})) as odd:
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        with Client(odd.url, KEY, Hasty()) as client:
            assert client.get("/videos") == {"from": "/videos"}
        monkeypatch.setenv("http_proxy", odd.url)
        with Client("http://api.example", KEY, Hasty()) as client:
            assert client.get("/videos") == {"from": "http://api.example/videos"}


# The key


@pytest.mark.parametrize("server", [
    {"wrong_key_status": 400}, {"wrong_key_status": 401}, {"wrong_key_status": 403},
    {"basic_refused": 401}, {"basic_refused": 403}, {"tokens_refused": True},
])  # fmt: skip
def test_a_wrong_key_is_one_sentence_that_says_where_to_get_a_right_one(server):
    with StandIn(WORLD, **server) as api, Client(api.url, "wrong-key-123", Hasty()) as client:
        with pytest.raises(KeyRefused) as caught:
            client.get("/videos")
        assert len(api.requests) == 2
    said = str(caught.value)
    for part in ("rejected the API key", "https://dashboard.api.video/apikeys", "APIVIDEO_API_KEY", "sandbox and"):
        assert part in said
    assert ("credentials" in said) == ("tokens_refused" not in server)
    assert "wrong-key-123" not in said
    assert "\n" not in said


@pytest.mark.parametrize("key", ["", "   ", "\n", "one\ntwo", "one two", "clé-secrète", "a\x00bcdef"])
def test_a_key_that_cannot_be_one_is_refused_before_anything_is_sent(key):
    with pytest.raises(KeyRefused, match="APIVIDEO_API_KEY"):
        Client("https://ws.api.video", key, Hasty())


def test_spaces_and_line_ends_around_the_key_do_not_matter():
    with StandIn(WORLD) as api, Client(api.url, f" {api.api_key}\r\n", Hasty()) as client:
        assert client.get("/videos")["data"]


# HTTP Basic first, else tokens


def test_todays_api_needs_no_log_in_and_nothing_expires():
    with StandIn(WORLD, tokens_refused=True, token_dies_after=1) as api:
        with Client(api.url, api.api_key, Hasty()) as client:
            assert get_all(client, 40) == 40
        assert {(seen.path, seen.status) for seen in api.requests} == {("/videos", 200)}


@pytest.mark.parametrize("status", [401, 403])
def test_a_server_that_rejects_http_basic_gets_tokens_and_this_is_decided_once(status):
    with StandIn(WORLD, basic_refused=status) as api, Client(api.url, api.api_key, Hasty()) as client:
        for _ in range(3):
            assert client.get("/videos")["data"]
        assert [seen.status for seen in api.requests] == [status, 200, 200, 200, 200]
        assert (api.door.logins, api.door.refreshes) == (1, 0)


def test_a_server_that_answers_404_before_it_looks_at_the_key_gets_tokens_afterwards():
    def answer(asked: Asked) -> Reply:
        known = asked.path.startswith("/videos")
        basic = asked.headers.get("Authorization", "").startswith("Basic")
        return Reply(404, {}) if not known else Reply(401, {}) if basic else Reply(content={"data": []})

    with odd_server(answer) as odd, Client(odd.url, KEY, Hasty()) as client:
        with pytest.raises(EndpointGone):
            client.get(BUCKETS)
        assert client.get("/videos") == {"data": []}
        assert odd.paths() == [BUCKETS, "/videos", "/auth/api-key", "/videos"]


def test_what_the_key_may_not_read_is_reported_and_is_not_a_wrong_key():
    with (
        odd_server(lambda asked: Reply(403, {"title": "Not yours."})) as odd,
        Client(odd.url, KEY, Hasty()) as client,
        pytest.raises(ApiError, match=r"403 .*Not yours.*this key may not read it"),
    ):
        client.get("/videos")
    assert asked_of(odd, "/videos") == 2


def test_the_key_is_sent_to_no_other_host():
    with odd_server(lambda asked: Reply(content={"data": []})) as other:
        moved = Reply(307, headers={"Location": f"{other.url.replace('127.0.0.1', 'localhost')}/auth/api-key"})
        for basic in (True, False):
            with (
                odd_server(lambda asked: moved, basic=basic, log_in=False) as odd,
                Client(odd.url, KEY, Hasty()) as client,
                pytest.raises(SourceFailed, match=r"redirects .* to localhost \(307\)"),
            ):
                client.get("/videos")
        assert other.asked == []


@pytest.mark.slow
@pytest.mark.parametrize("refresh_refused", [False, True])
def test_tokens_that_die_again_and_again_are_renewed_once_for_all_threads(refresh_refused):
    with StandIn(WORLD, basic_refused=401, token_dies_after=25, refresh_refused=refresh_refused) as api:
        with Client(api.url, api.api_key, Hasty()) as client:
            assert get_all(client, 400) == 400
        renewals = api.door.logins + api.door.refreshes
        assert 16 <= renewals <= 20, "400 requests at 25 a token"
        assert (api.door.refreshes == 0) == refresh_refused
        assert refresh_refused or api.door.logins == 1


def test_all_tokens_dying_at_once_lead_to_one_refresh():
    with StandIn(WORLD, basic_refused=401) as api, Client(api.url, api.api_key, Hasty()) as client:
        get_all(client, 16)
        api.kill_tokens()
        assert get_all(client, 40) == 40
        assert (api.door.logins, api.door.refreshes) == (1, 1)


def test_a_token_is_renewed_ahead_of_its_end():
    effects = Hasty()

    def answer(asked: Asked) -> Reply:
        if asked.path.startswith("/auth/"):
            return Reply(content=tokens(2 if "refresh" in asked.path else 1, expires_in=600))
        return Reply(content={"data": []})

    with odd_server(answer, basic=False, log_in=False) as odd, Client(odd.url, KEY, effects) as client:
        for slept in (0, 500, 80, 500):
            effects.sleep(slept)
            client.get("/videos")
        assert odd.paths()[1:] == ["/auth/api-key", "/videos", "/videos", "/auth/refresh", "/videos", "/videos"]
        assert json.loads(odd.asked[4].body) == {"refreshToken": "refresh-000001"}
        assert odd.asked[5].headers["Authorization"] == "Bearer access-000002"


@pytest.mark.parametrize("expires_in", [None, "soon", -5, 0, True, float("inf"), 10**400])
def test_a_lifetime_that_makes_no_sense_does_not_matter(expires_in):
    def answer(asked: Asked) -> Reply:
        return Reply(content=tokens(1, expires_in=expires_in) if "auth" in asked.path else {"data": []})

    with odd_server(answer, basic=False, log_in=False) as odd, Client(odd.url, KEY, Hasty()) as client:
        client.get("/videos")
        client.get("/videos")
        assert odd.paths() == ["/videos", "/auth/api-key", "/videos", "/videos"]


def test_fresh_tokens_that_are_refused_end_in_key_refused_and_not_in_a_loop():
    with odd_server(lambda asked: Reply(401, {"title": "No."})) as odd, Client(odd.url, KEY, Hasty()) as client:
        with pytest.raises(KeyRefused, match="APIVIDEO_API_KEY"):
            get_all(client, 50)
        assert asked_of(odd, "/auth/api-key") == 2
        assert asked_of(odd, "/auth/refresh") == 0


@pytest.mark.parametrize("body", [{}, {"access_token": None}, {"access_token": "two\nlines"}, {"access_token": ""}])
def test_a_log_in_without_a_token_is_an_error_and_not_a_crash(body):
    with (
        odd_server(lambda asked: Reply(content=body), basic=False, log_in=False) as odd,
        Client(odd.url, KEY, Hasty()) as client,
        pytest.raises(SourceFailed, match="no access token"),
    ):
        client.get("/videos")


def test_a_refresh_that_fails_in_any_way_is_followed_by_a_log_in():
    logins = itertools.count(1)

    def answer(asked: Asked) -> Reply:
        if asked.path == "/auth/refresh":
            return Reply(500, {})
        if asked.path == "/auth/api-key":
            return Reply(content=tokens(next(logins)))
        fresh = asked.headers["Authorization"] == "Bearer access-000002"
        return Reply(content={"data": []}) if fresh or len(odd.asked) < 4 else Reply(401, {})

    with odd_server(answer, basic=False, log_in=False) as odd, Client(odd.url, KEY, Hasty(), attempts=2) as client:
        client.get("/videos")
        client.get("/videos")
        assert asked_of(odd, "/auth/refresh") == 2
        assert asked_of(odd, "/auth/api-key") == 2


# Problems


def test_a_problem_is_shown_with_title_and_detail_and_without_the_query():
    with StandIn(WORLD) as api, Client(api.url, api.api_key, Hasty()) as client:
        with pytest.raises(ApiError) as caught:
            client.get(BUCKETS, {"from": "1999-01-01T00:00:00+00:00", "filterBy[mediaId][]": ["vi-private"]})
        assert len(api.requests) == 1
    assert caught.value.status == 400
    assert caught.value.problem_title == "A query parameter is invalid."
    said = str(caught.value)
    for part in (BUCKETS, "400", "A query parameter is invalid", "must not be older than 30 days", "parameter from"):
        assert part in said
    assert "1999" not in said
    assert "vi-private" not in said


def test_an_endpoint_the_server_does_not_have_is_gone():
    with StandIn(WORLD, generations=("data",)) as api, Client(api.url, api.api_key, Hasty()) as client:
        with pytest.raises(EndpointGone, match=r"/analytics/videos/vi1"):
            client.get("/analytics/videos/vi1", {"period": "2026"})
        assert len(api.requests) == 1


@pytest.mark.parametrize(
    "content",
    [b"<html>Not here</html>", {}, {"message": "no"}, [], {"type": "https://x/unrecognized-request-url", "title": "?"}],
)
def test_a_404_that_is_not_about_a_thing_is_about_the_endpoint(content):
    with (
        odd_server(lambda asked: Reply(404, content)) as odd,
        Client(odd.url, KEY, Hasty()) as client,
        pytest.raises(EndpointGone),
    ):
        client.get("/data/buckets")


def test_a_missing_video_is_no_missing_endpoint():
    with (
        StandIn(WORLD) as api,
        Client(api.url, api.api_key, Hasty()) as client,
        pytest.raises(ApiError, match="requested resource was not found") as caught,
    ):
        client.get("/analytics/videos/vi-none", {"period": "2026"})
    assert not isinstance(caught.value, EndpointGone)
    assert caught.value.status == 404


def test_a_server_that_has_no_lists_is_not_api_video():
    with (
        odd_server(lambda asked: Reply(404, b"nothing")) as odd,
        Client(odd.url, KEY, Hasty()) as client,
        pytest.raises(SourceFailed, match=r"does not answer as api\.video does .*APIVIDEO_BASE_URL") as caught,
    ):
        fetch_assets(client, Effects())
    assert not isinstance(caught.value, EndpointGone)


def test_a_servers_words_are_one_clean_short_line():
    title = "\x1b[31mred\nalert‮ " + "x" * 5000
    with (
        odd_server(lambda asked: Reply(400, {"title": title, "detail": 7})) as odd,
        Client(odd.url, KEY, Hasty()) as client,
        pytest.raises(ApiError) as caught,
    ):
        client.get("/videos")
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 600


# What may pass, and what does not


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_failure_is_tried_again(kind):
    with StandIn(WORLD) as api, Client(api.url, api.api_key, Hasty(), timeout=0.5) as client:
        client.get("/videos")
        api.clear_requests()
        api.fail_next(kind, times=2)
        assert len(client.get("/videos")["data"]) == 8
        assert api.failures.counts[kind] == 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_log_in_that_fails_in_passing_is_tried_again(kind):
    with StandIn(WORLD, basic_refused=401) as api, Client(api.url, api.api_key, Hasty(), timeout=0.5) as client:
        api.fail_next(kind, times=2, path_prefix="/auth/")
        assert client.get("/videos")["data"]
        assert api.failures.counts[kind] == 2


@pytest.mark.slow
def test_nothing_is_lost_when_one_request_in_twenty_fails_and_tokens_die():
    with StandIn(WORLD, failure_rate=0.05, failure_kinds=KINDS, basic_refused=401, token_dies_after=60) as api:
        with Client(api.url, api.api_key, Effects(), timeout=1.0) as client:
            done = dict(client.map(range(400), lambda number: client.get("/videos", {"pageSize": number % 100 + 1})))
            assert client.requests >= len(api.requests)
        failed = sum(api.failures.counts.values())
    assert sorted(done) == list(range(400))
    assert all(answer["pagination"]["pageSize"] == number % 100 + 1 for number, answer in done.items())
    assert failed >= 10


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"{", b"[]", b"null", b'"text"', b"\xff\xfe{}", b"[" * 200_000, b"9" * 5000]
)
def test_an_answer_that_is_no_json_object_is_tried_again_and_then_an_error(content):
    with odd_server(lambda asked: Reply(content=content)) as odd, Client(odd.url, KEY, Hasty(), attempts=3) as client:
        with pytest.raises(SourceFailed, match="not a JSON object"):
            client.get("/videos")
        assert asked_of(odd, "/videos") == 3


def test_a_server_that_keeps_failing_is_given_up_with_its_own_words():
    effects = Hasty()
    with odd_server(lambda asked: Reply(503, {"title": "Down for lunch."})) as odd:
        with Client(odd.url, KEY, effects) as client, pytest.raises(ApiError, match=r"503 .*Down for lunch") as caught:
            client.get("/videos")
        assert asked_of(odd, "/videos") == 6
    assert caught.value.status == 503
    assert sum(effects.slept) <= 0.5 + 1 + 2 + 4 + 8


def test_the_waits_between_attempts_are_drawn_at_random():
    totals = set()
    with odd_server(lambda asked: Reply(500, {})) as odd:
        for _ in range(6):
            effects = Hasty()
            with Client(odd.url, KEY, effects) as client, pytest.raises(ApiError):
                client.get("/videos")
            totals.add(round(sum(effects.slept), 1))
    assert len(totals) > 1


@pytest.mark.parametrize("base", ["http://127.0.0.1:{port}", "http://no-such-host.invalid", "https://127.0.0.1:{odd}"])
def test_a_server_that_cannot_be_reached_is_a_sentence(base):
    with odd_server(lambda asked: Reply()) as odd:
        url = base.format(port=free_port(), odd=odd.url.rpartition(":")[2])
        with Client(url, KEY, Hasty(), attempts=2) as client, pytest.raises(SourceFailed) as caught:
            client.get("/videos")
    said = str(caught.value)
    assert "APIVIDEO_BASE_URL" in said
    assert url.split("/")[2].partition(":")[0] in said
    assert "Max retries" not in said
    assert not isinstance(caught.value, ApiError)


def test_a_redirect_is_not_followed_and_the_token_stays_here():
    with odd_server(lambda asked: Reply(content={"data": []})) as other:
        moved = Reply(302, headers={"Location": f"{other.url.replace('127.0.0.1', 'localhost')}/videos?token=secret"})
        with odd_server(lambda asked: moved) as odd, Client(odd.url, KEY, Hasty()) as client:
            with pytest.raises(SourceFailed, match=r"redirects .* to localhost \(302\).*APIVIDEO_BASE_URL") as caught:
                client.get("/videos")
            assert asked_of(odd, "/videos") == 1
        assert other.asked == []
    assert "secret" not in str(caught.value)


def below(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for child in kind.__subclasses__():
        yield from below(child)


@pytest.mark.parametrize(
    "kind", sorted({*FAILURES, *below(requests.RequestException)}, key=lambda kind: kind.__qualname__)
)
def test_an_exception_of_a_library_becomes_one_of_this_project(kind, monkeypatch):
    """The session is the one thing replaced: not each of these can be provoked over a real line."""

    def fail(self, method, url, **kwargs):
        raise kind("boom", "doc", 0) if issubclass(kind, json.JSONDecodeError) else kind(f"{url} {KEY}")

    monkeypatch.setattr(requests.Session, "request", fail)
    with (
        Client("https://ws.api.video", KEY, Hasty(), attempts=2) as client,
        pytest.raises(SourceFailed, match=r"ws\.api\.video") as caught,
    ):
        client.get("/videos")
    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is caught.value.__context__ is None


# Time


def test_an_answer_that_trickles_in_is_a_time_out():
    def drops() -> Iterator[bytes]:
        for _ in range(200):
            time.sleep(0.02)
            yield b" "

    with (
        odd_server(lambda asked: Reply(parts=drops(), headers={"Content-Length": "100000"})) as odd,
        Client(odd.url, KEY, Hasty(), timeout=0.3, attempts=2) as client,
    ):
        with pytest.raises(SourceFailed, match="in time"):
            client.get("/videos")
        assert asked_of(odd, "/videos") == 2


def test_retries_end_at_the_deadline_and_the_setting_is_named():
    effects = Hasty()
    with (
        odd_server(lambda asked: Reply(503, {})) as odd,
        Client(odd.url, KEY, effects, deadline=40, attempts=1000) as client,
        pytest.raises(DeadlineExceeded, match="40 s that the setting `deadline`"),
    ):
        client.get("/videos")
    assert sum(effects.slept) <= 40


def test_a_wait_for_the_limit_never_goes_beyond_the_deadline():
    effects = Hasty()
    headers = {"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "0", "X-RateLimit-Retry-After": "50"}
    with (
        odd_server(lambda asked: Reply(content={"data": []}, headers=headers)) as odd,
        Client(odd.url, KEY, effects, deadline=30) as client,
    ):
        client.get("/videos")
        with pytest.raises(DeadlineExceeded):
            client.get("/videos")
    assert effects.slept == []


def test_a_request_under_way_ends_at_the_deadline():
    with StandIn(WORLD) as api, Client(api.url, api.api_key, Effects(), deadline=1.0, timeout=60) as client:
        client.get("/videos")
        api.fail_next("stall")
        with pytest.raises(DeadlineExceeded):
            client.get("/videos")


# The limit


@pytest.mark.slow
def test_eight_threads_use_the_complete_limit_and_are_never_rejected():
    with StandIn(WORLD, rate_limit=40, window_seconds=1) as api:
        with Client(api.url, api.api_key, Effects(), workers=8) as client:
            assert get_all(client, 110) == 110
            assert client.requests >= 110
        assert api.window.refused <= 1
        assert api.window.peak >= 38


@pytest.mark.slow
def test_a_429_holds_all_threads_until_the_window_ends_and_nothing_is_lost():
    class Unhurried(Hasty):
        """Waits for real: a clock that leaps while an answer is on its way makes two windows of one."""

        monotonic = Effects.monotonic
        sleep = Effects.sleep

    effects, lock, came = Unhurried(), threading.Lock(), []
    both = threading.Barrier(2, timeout=30)

    def answer(asked: Asked) -> Reply:
        with lock:
            came.append(time.monotonic())
            full = 20 <= len(came) < 22
        if full:
            both.wait()  # the second is on its way before the first is refused
        left = {"X-RateLimit-Limit": "500", "X-RateLimit-Remaining": "300", "X-RateLimit-Retry-After": "3"}
        return Reply(429, {"title": "Too many requests."}, left) if full else Reply(content={"data": []}, headers=left)

    with odd_server(answer) as odd, Client(odd.url, KEY, effects) as client:
        assert get_all(client, 60) == 60
        assert asked_of(odd, "/videos") == 62
    assert max(later - sooner for sooner, later in itertools.pairwise(sorted(came))) > 2
    assert len(effects.said) == 1


@pytest.mark.parametrize("headers", [{}, {"X-RateLimit-Retry-After": "soon"}, {"Retry-After": "1"}])
def test_a_429_without_the_headers_is_waited_out_too(headers):
    effects = Hasty()
    replies = iter([429, 429, 429, 200])
    with (
        odd_server(lambda asked: Reply(next(replies), {"data": []}, headers)) as odd,
        Client(odd.url, KEY, effects) as client,
    ):
        assert client.get("/videos") == {"data": []}
    assert sum(effects.slept) >= 2 + 4 + 8 - 0.1


def test_a_limit_that_stays_used_up_is_an_error_in_the_end():
    headers = {"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "0", "X-RateLimit-Retry-After": "20"}
    with (
        odd_server(lambda asked: Reply(429, {"title": "Too many requests."}, headers)) as odd,
        Client(odd.url, KEY, Hasty()) as client,
        pytest.raises(ApiError, match="what else uses this key"),
    ):
        client.get("/videos")


# Many at once


def test_the_first_error_drops_the_rest_and_the_client_stays_usable():
    with StandIn(WORLD) as api, Client(api.url, api.api_key, Hasty(), workers=4) as client:
        calls = ["/videos"] * 20 + ["/nothing-here"] + ["/videos"] * 500
        with pytest.raises(EndpointGone):
            list(client.map(calls, client.get))
        assert len(api.requests) < 60
        assert get_all(client, 10) == 10


def test_calls_are_read_no_further_ahead_than_needed():
    taken = itertools.count()
    with StandIn(WORLD) as api, Client(api.url, api.api_key, Hasty(), workers=2) as client:
        for _ in itertools.islice(client.map(taken, lambda number: client.get("/videos")), 10):
            pass
        assert next(taken) <= 10 + 2 * 2


def test_threads_that_wait_are_stopped_by_an_error_elsewhere():
    """One call fails while the others have begun to wait a quarter of an hour for the next window."""
    used_up = threading.Event()

    def answer(asked: Asked) -> Reply:
        if asked.path == "/bad":
            used_up.wait(30)
            time.sleep(0.2)
            return Reply(400, {"title": "No."})
        left = "2" if len(odd.asked) == 1 else "0"
        if left == "0":
            used_up.set()
        headers = {"X-RateLimit-Limit": "2", "X-RateLimit-Remaining": left, "X-RateLimit-Retry-After": "900"}
        return Reply(content={"data": []}, headers=headers)

    with odd_server(answer) as odd, Client(odd.url, KEY, Effects(), workers=6) as client:
        client.get("/videos")
        with pytest.raises(ApiError, match="/bad"):
            list(client.map(["/bad", *["/videos"] * 30], client.get))
        ours = [thread for thread in threading.enumerate() if thread.name == "apivideo-geo"]
        for thread in ours:
            thread.join(timeout=20)
            assert not thread.is_alive()


def test_an_endless_hang_does_not_outlast_ctrl_c(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import sys\n"
        "from apivideo_geo.api.client import Client\n"
        "from apivideo_geo.effects import Effects\n"
        "client = Client(sys.argv[1], 'a-key-of-no-use', Effects(), timeout=600)\n"
        "client.get('/videos')\n"
        "print('ready', flush=True)\n"
        "try:\n"
        "    list(client.map(range(100), lambda number: client.get('/hang')))\n"
        "except KeyboardInterrupt:\n"
        "    sys.exit(130)\n"
    )
    hanging, leave = threading.Event(), threading.Event()

    def answer(asked: Asked) -> Reply:
        if asked.path == "/hang":
            hanging.set()
            leave.wait(60)
        return Reply(content={"data": []})

    with odd_server(answer) as odd:
        root = Path(__file__).parents[2]
        with subprocess.Popen([sys.executable, str(program), odd.url], cwd=root, env={"PYTHONPATH": str(root)}) as run:
            try:
                assert hanging.wait(30)
                run.send_signal(signal.SIGINT)
                assert run.wait(timeout=30) == 130
            finally:
                run.kill()
                leave.set()


# The address


@pytest.mark.parametrize(
    "url", ["", "ws.api.video", "ftp://ws.api.video", "https://", "https://x:99999", "https://x?a=b", "https://[::1"]
)
def test_an_invalid_address_is_wrong_usage(url):
    with pytest.raises(UsageError, match="APIVIDEO_BASE_URL"):
        Client(url, KEY, Hasty())


def test_a_key_in_the_address_is_refused_and_not_repeated():
    with pytest.raises(UsageError, match="user name") as caught:
        Client(f"https://{KEY}@ws.api.video", "another-key", Hasty())
    assert KEY not in str(caught.value)


def test_plain_http_to_another_machine_is_warned_of(caplog):
    Client("http://gateway.example:8080/", KEY, Hasty()).close()
    assert "plain http" in caplog.text
    caplog.clear()
    Client("http://localhost:8080/", KEY, Hasty()).close()
    Client("https://gateway.example/", KEY, Hasty()).close()
    assert caplog.text == ""


# Secrets


def all_text(error: BaseException) -> str:
    """Everything that could be printed of an error, local values of our own frames included."""
    trace = traceback.TracebackException.from_exception(error, capture_locals=True)
    frames = [str(frame.locals) for frame in trace.stack if "apivideo_geo" in frame.filename]
    chain, texts = [error], []
    while chain:
        link = chain.pop()
        texts += [str(link), repr(link), repr(link.args), repr(vars(link)), *traceback.format_exception(link)]
        chain += [more for more in (link.__cause__, link.__context__) if more is not None]
    return "\n".join(texts + frames)


def gossip(asked: Asked) -> Reply:
    """A server that repeats every secret it was sent, wherever it can."""
    said = f"{asked.headers.get('Authorization', '')} {asked.body.decode()} access-000001 refresh-000001"
    headers = {"Location": f"http://{KEY}.example/{said.replace(' ', '_')}"}
    return Reply(int(asked.path[-3:]), {"title": said, "detail": said, "name": said, "type": said}, headers)


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 429, 500, 503])
def test_no_secret_in_logs_errors_tracebacks_or_local_values(status, caplog):
    caplog.set_level(logging.DEBUG)
    for token in ("access-000001", "refresh-000001"):
        redactor.hide(token)  # as the client does when it has logged in
    with odd_server(gossip) as odd, Client(odd.url, KEY, Hasty(), attempts=2) as client:
        texts = [repr(client), str(client), repr(vars(client))]
        try:
            list(client.map([f"/x/{status}"] * 3, client.get))
        except ApivideoGeoError as error:
            texts.append(all_text(error))
        assert all(KEY not in asked.path and "access-0" not in asked.path for asked in odd.asked)
    for secret in (KEY, BASIC.partition(" ")[2], "access-000001", "refresh-000001"):
        assert secret not in caplog.text
        for text in texts:
            assert secret not in text
    assert "GET /x/" in caplog.text


@pytest.mark.parametrize("status", [200, 302, 400, 404, 500])
def test_no_secret_when_the_log_in_itself_goes_wrong(status, caplog):
    caplog.set_level(logging.DEBUG)

    def answer(asked: Asked) -> Reply:
        said = {"title": f"Bad {asked.body.decode()}", "refresh_token": "refresh-000001"}
        return Reply(status, said, {"Location": f"http://elsewhere/{KEY}"})

    with odd_server(answer, basic=False, log_in=False) as odd, Client(odd.url, KEY, Hasty(), attempts=2) as client:
        with pytest.raises(ApivideoGeoError) as caught:
            client.get("/videos")
        text = all_text(caught.value) + caplog.text
    assert KEY not in text
    assert odd.asked


@pytest.mark.slow
def test_no_secret_of_the_stand_in_in_any_log_line_of_a_troubled_run(caplog):
    caplog.set_level(logging.DEBUG)
    with StandIn(WORLD, failure_rate=0.05, basic_refused=401, token_dies_after=20) as api:
        with Client(api.url, api.api_key, Effects()) as client:
            assert get_all(client, 150, "/live-streams") == 150
        assert len(caplog.records) >= 150
        for secret in api.secrets:
            assert secret not in caplog.text
            if secret == api.api_key:
                assert redactor.clean(secret) == "***"


def test_the_log_line_of_a_request_has_method_path_status_time_and_requests_left(caplog):
    caplog.set_level(logging.DEBUG, logger="apivideo_geo.api")
    with StandIn(WORLD, rate_limit=500) as api, Client(api.url, api.api_key, Hasty()) as client:
        client.get("/videos", {"title": "a private title"})
    lines = [record.getMessage() for record in caplog.records]
    assert lines[-1].startswith("GET /videos 200 ")
    assert lines[-1].endswith(" ms, 499 left")
    assert "private" not in caplog.text
