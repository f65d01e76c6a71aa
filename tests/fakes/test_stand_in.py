"""The stand-in does what the specifications and ``world`` say, spoken to over real HTTP."""

from __future__ import annotations

import base64
import os
import re
import signal
import subprocess
import sys
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.fakes import geoip
from tests.fakes.data_api import ODD_ROWS
from tests.fakes.failures import BY_CHANCE, Kind
from tests.fakes.records import alpha3_of
from tests.fakes.server import StandIn
from tests.fakes.world import World

BROKEN = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError, requests.exceptions.JSONDecodeError)


class Caller:
    """A plain HTTP client that is logged in."""

    def __init__(self, api: StandIn) -> None:
        self.api = api
        self.http = requests.Session()
        if api.door.basic_refused:  # as servers of the older time do
            answer = self.http.post(f"{api.url}/auth/api-key", json={"apiKey": api.api_key}, timeout=10).json()
            self.http.headers["Authorization"] = f"Bearer {answer['access_token']}"
        else:
            self.http.auth = (api.api_key, "")

    def get(self, path: str, params: Any = None, **more: Any) -> requests.Response:
        return self.http.get(self.api.url + path, params=params, timeout=10, **more)

    def pages(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        page = 1
        while True:
            answer = self.get(path, {"pageSize": 100, **params, "currentPage": page}).json()
            yield answer
            if page >= answer["pagination"]["pagesTotal"]:
                return
            page += 1

    def rows(self, path: str, **params: Any) -> list[dict[str, Any]]:
        return [row for answer in self.pages(path, **params) for row in answer["data"]]

    def countries(self, **params: Any) -> Counter[str]:
        return by_alpha3(self.rows("/data/buckets/play/country", **params))


def by_alpha3(rows: list[dict[str, Any]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for row in rows:
        counts[alpha3_of(row["dimensionValue"])] += int(row["metricValue"])
    return counts


def problem(answer: requests.Response) -> tuple[int, str]:
    body = answer.json()
    assert body["status"] == answer.status_code
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, body["title"]


def frame(first: date, last: date) -> dict[str, str]:
    """Whole UTC days, both inclusive."""
    return {"from": f"{first}T00:00:00+00:00", "to": f"{last + timedelta(days=1)}T00:00:00+00:00"}


@pytest.fixture(scope="module")
def world() -> World:
    return World.make(sessions=3_000, videos=30, deleted_videos=2)


@pytest.fixture
def whole(world: World) -> dict[str, str]:
    return frame(world.first_day, world.last_day)


@pytest.fixture
def api(world: World) -> Iterator[StandIn]:
    with StandIn(world) as stand_in:
        yield stand_in


@pytest.fixture
def caller(api: StandIn) -> Iterator[Caller]:
    caller = Caller(api)
    with caller.http:
        yield caller


class TestWorld:
    def test_the_same_seed_makes_the_same_world_and_another_seed_another(self) -> None:
        same, again, other = World.make(7, 500), World.make(7, 500), World.make(8, 500)
        assert (same.assets, same.sessions) == (again.assets, again.sessions)
        assert same.sessions != other.sessions

    def test_it_holds_as_many_sessions_as_asked_all_distinct_inside_its_days(self, world: World) -> None:
        assert len({session.session_id for session in world.sessions}) == 3_000
        assert {session.day for session in world.sessions} == set(world.days)
        assert world.truth().total() == 3_000

    def test_each_day_has_a_session_at_its_very_first_and_very_last_millisecond(self, world: World) -> None:
        edges = Counter(session.loaded_ms % 86_400_000 for session in world.sessions)
        assert edges[0] >= len(world.days)
        assert edges[86_399_999] >= len(world.days)

    def test_countries_easy_to_lose_take_part(self) -> None:
        truth = World.make(sessions=20_000).truth()
        assert {
            "FRA",
            "NOR",
            "XKX",
            "SGP",
            "MLT",
            "REU",
            "GUF",
            "NAM",
            "CIV",
            "TUR",
            "KOR",
            "PRK",
            "COD",
            "COG",
        } <= set(truth)
        assert 100 <= len(truth) <= 131
        assert truth["---"] > 0

    def test_every_country_of_the_table_has_a_code(self) -> None:
        assert len({alpha3_of(code) for code in geoip.NAMES}) == len(geoip.NAMES)

    def test_no_spelling_stands_for_two_countries(self) -> None:
        names = [name for spellings in geoip.NAMES.values() for name in spellings]
        assert len(names) == len(set(names))

    def test_weekends_are_busier(self) -> None:
        days = World.make(sessions=20_000).truth_by_day()
        mean = {d: sum(c.total() for day, c in days.items() if day.weekday() == d) / 4 for d in (0, 5)}
        assert mean[5] > 1.2 * mean[0]

    def test_the_parts_of_the_truth_add_up(self, world: World) -> None:
        for parts in (world.truth_by_day(), world.truth_by_media(), world.truth_by_device()):
            assert sum(parts.values(), Counter()) == world.truth()
        early = world.truth(upto=datetime(2026, 10, 10, 23, 59, 59, 999_000, UTC))
        assert early == world.truth(world.days[:10])

    def test_it_knows_its_secrets(self, world: World) -> None:
        assert all(title.startswith("PRIVATE-") for title in world.private_titles)
        assert len(world.private_titles) > 5
        assert len(set(world.stream_keys)) > 4


class TestLoggingIn:
    def log_in(self, api: StandIn, key: str) -> requests.Response:
        return requests.post(api.url + "/auth/api-key", json={"apiKey": key}, timeout=10)

    def refresh(self, api: StandIn, token: str) -> requests.Response:
        return requests.post(api.url + "/auth/refresh", json={"refreshToken": token}, timeout=10)

    def videos(self, api: StandIn, token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return requests.get(api.url + "/videos", headers=headers, timeout=10).status_code

    def test_the_key_buys_a_bearer_token(self, api: StandIn) -> None:
        token = self.log_in(api, api.api_key).json()
        assert (token["token_type"], token["expires_in"]) == ("Bearer", 3600)
        assert self.videos(api, token["access_token"]) == 200

    def test_the_key_as_basic_user_name_opens_everything(self, caller: Caller) -> None:
        assert caller.get("/videos").status_code == 200
        raw = base64.b64encode(b"not-the-key:").decode()
        assert caller.get("/videos", headers={"Authorization": f"Basic {raw}"}, auth=lambda r: r).status_code == 401

    def test_nobody_comes_in_without_credentials(self, api: StandIn) -> None:
        for headers in (
            {},
            {"Authorization": "Bearer nonsense"},
            {"Authorization": "Basic %%%"},
            {"Authorization": "x"},
        ):
            assert requests.get(api.url + "/videos", headers=headers, timeout=10).status_code == 401

    @pytest.mark.parametrize("status", [400, 401])
    def test_a_wrong_key_is_a_problem_of_the_status_chosen(self, world: World, status: int) -> None:
        with StandIn(world, wrong_key_status=status) as api:
            assert problem(self.log_in(api, "wrong")) == (status, "The user credentials were incorrect.")
            assert api.door.logins == 0

    def test_a_log_in_without_a_key_is_a_problem(self, api: StandIn) -> None:
        assert problem(requests.post(api.url + "/auth/api-key", data="{", timeout=10))[0] == 400

    def test_a_refresh_token_is_good_for_once(self, api: StandIn) -> None:
        first = self.log_in(api, api.api_key).json()
        second = self.refresh(api, first["refresh_token"])
        assert self.videos(api, second.json()["access_token"]) == 200
        assert problem(self.refresh(api, first["refresh_token"]))[0] == 400
        assert (api.door.logins, api.door.refreshes) == (1, 1)

    def test_a_token_dies_after_the_requests_it_is_good_for(self, world: World) -> None:
        with StandIn(world, token_dies_after=2) as api:
            token = self.log_in(api, api.api_key).json()["access_token"]
            assert [self.videos(api, token) for _ in range(4)] == [200, 200, 401, 401]

    def test_tokens_can_be_killed_and_refreshed(self, api: StandIn) -> None:
        token = self.log_in(api, api.api_key).json()
        api.kill_tokens()
        assert self.videos(api, token["access_token"]) == 401
        assert self.refresh(api, token["refresh_token"]).status_code == 200

    def test_refresh_tokens_can_be_refused(self, world: World) -> None:
        with StandIn(world, refresh_refused=True) as api:
            token = self.log_in(api, api.api_key).json()
            assert self.refresh(api, token["refresh_token"]).status_code == 400
            assert self.log_in(api, api.api_key).status_code == 200

    def test_all_tokens_given_out_are_known_as_secrets(self, api: StandIn, world: World) -> None:
        token = self.log_in(api, api.api_key).json()
        known = {api.api_key, token["access_token"], token["refresh_token"], *world.stream_keys, *world.private_titles}
        assert set(api.secrets) == known | {b64encode(f"{api.api_key}:".encode()).decode()}

    def test_http_basic_or_tokens_can_be_rejected(self, world: World) -> None:
        for status in (401, 403):
            with StandIn(world, basic_refused=status) as api:
                assert requests.get(api.url + "/videos", auth=(api.api_key, ""), timeout=10).status_code == status
                assert self.log_in(api, api.api_key).status_code == 200
        with StandIn(world, tokens_refused=True) as api:
            assert requests.get(api.url + "/videos", auth=(api.api_key, ""), timeout=10).status_code == 200
            assert self.log_in(api, api.api_key).status_code == 404


class TestLists:
    def test_all_pages_hold_every_listed_video_once(self, caller: Caller, world: World) -> None:
        found = [row["videoId"] for row in caller.rows("/videos", pageSize=7)]
        assert sorted(found) == sorted(a.media_id for a in world.assets if a.type == "video" and a.listed)
        assert len(found) == 30

    def test_a_deleted_video_has_plays_but_stands_in_no_list(self, caller: Caller, world: World, whole: Any) -> None:
        gone = next(asset for asset in world.assets if not asset.listed)
        assert problem(caller.get(f"/videos/{gone.media_id}")) == (404, "The requested resource was not found.")
        plays = {row["dimensionValue"] for row in caller.rows("/data/buckets/play/media-id", **whole)}
        assert gone.media_id in plays
        assert world.truth(listed_only=True).total() < world.truth().total()

    def test_live_streams_come_with_their_stream_keys(self, caller: Caller, world: World) -> None:
        text = caller.get("/live-streams").text
        assert all(key in text for key in world.stream_keys)

    def test_single_assets_are_found_under_their_own_kind_only(self, caller: Caller, world: World) -> None:
        live = next(asset for asset in world.assets if asset.type == "live-stream")
        assert caller.get(f"/live-streams/{live.media_id}").json()["name"] == live.title
        answer = caller.get(f"/videos/{live.media_id}")
        assert (answer.status_code, answer.json()["name"]) == (404, "videoId")

    def test_pagination_says_where_one_is(self, caller: Caller) -> None:
        answer = caller.get("/videos", {"pageSize": 12, "currentPage": 2}).json()["pagination"]
        assert {k: v for k, v in answer.items() if k != "links"} == {
            "currentPage": 2,
            "currentPageItems": 12,
            "pageSize": 12,
            "pagesTotal": 3,
            "itemsTotal": 30,
        }
        assert {link["rel"]: link["uri"] for link in answer["links"]} == {
            "self": "/videos?currentPage=2&pageSize=12",
            "first": "/videos?currentPage=1&pageSize=12",
            "previous": "/videos?currentPage=1&pageSize=12",
            "next": "/videos?currentPage=3&pageSize=12",
            "last": "/videos?currentPage=3&pageSize=12",
        }

    def test_a_page_has_25_items_unless_asked(self, caller: Caller) -> None:
        assert len(caller.get("/videos").json()["data"]) == 25

    @pytest.mark.parametrize(
        ("name", "value"), [("pageSize", "0"), ("pageSize", "101"), ("pageSize", "x"), ("currentPage", "0")]
    )
    def test_pages_out_of_range_are_refused_by_name(self, caller: Caller, name: str, value: str) -> None:
        answer = caller.get("/videos", {name: value})
        assert problem(answer) == (400, "This parameter is out of the allowed range of values.")
        assert answer.json()["name"] == name

    def test_a_parameter_nobody_knows_is_refused(self, caller: Caller) -> None:
        answer = caller.get("/videos", {"page": "1"})
        assert problem(answer) == (400, "A query parameter is invalid.")
        assert answer.json()["detail"] == "This field was not expected."

    def test_titles_and_tags_filter(self, caller: Caller, world: World) -> None:
        found = {row["videoId"] for row in caller.rows("/videos", **{"tags[]": "Cool videos"})}
        assert found == {a.media_id for a in world.assets if a.listed and "Cool videos" in a.tags}
        assert caller.rows("/videos", title="video 11:")[0]["title"].startswith("Video 11")

    def test_an_unknown_url_is_said_to_be_unrecognized(self, caller: Caller) -> None:
        assert problem(caller.get("/nothing/here")) == (404, "Unrecognized request URL.")


class TestBuckets:
    def test_the_days_are_the_truth_and_add_up_to_it(self, caller: Caller, world: World) -> None:
        truth = world.truth_by_day()
        found = {day: caller.countries(**frame(day, day)) for day in world.days}
        assert found == truth
        assert sum(found.values(), Counter()) == world.truth()

    def test_from_is_inclusive_and_to_is_exclusive_to_the_millisecond(self, caller: Caller, world: World) -> None:
        day = world.days[4]
        instant = {"from": f"{day}T00:00:00+00:00", "to": f"{day}T00:00:00.001+00:00"}
        at_midnight = sum(1 for s in world.plays([day]) if s.loaded_ms % 86_400_000 == 0)
        assert caller.countries(**instant).total() == at_midnight > 0
        assert caller.countries(**{**instant, "to": instant["from"]}).total() == 0

    def test_other_time_zones_mean_other_instants(self, caller: Caller, world: World) -> None:
        day = world.days[4]
        paris = {"from": f"{day}T02:00:00+02:00", "to": f"{day + timedelta(days=1)}T02:00:00+02:00"}
        assert caller.countries(**paris) == world.truth([day])
        shifted = {"from": f"{day}T00:00:00+02:00", "to": f"{day + timedelta(days=1)}T00:00:00+02:00"}
        assert caller.countries(**shifted) != world.truth([day])

    def test_without_a_time_frame_it_is_the_last_24_hours(self, caller: Caller, world: World) -> None:
        assert caller.countries() == world.truth([world.last_day])

    @pytest.mark.parametrize(
        "spelling",
        [
            [("filterBy[country][]", "FR"), ("filterBy[country][]", "NO")],
            [("filterBy[country]", "FR"), ("filterBy[country]", "NO")],
            [("filterBy[country][0]", "FR"), ("filterBy[country][1]", "NO")],
        ],
    )
    def test_a_filter_is_read_in_all_its_spellings(
        self, caller: Caller, world: World, whole: Any, spelling: list[tuple[str, str]]
    ) -> None:
        answer = caller.get("/data/buckets/play/media-type", [*whole.items(), *spelling]).json()
        truth = world.truth()
        assert sum(row["metricValue"] for row in answer["data"]) == truth["FRA"] + truth["NOR"]

    def test_filters_of_two_names_must_both_hold(self, caller: Caller, world: World, whole: Any) -> None:
        both = {"filterBy[deviceType][]": "phone", "filterBy[mediaType]": "video"}
        videos = [asset.media_id for asset in world.assets if asset.type == "video"]
        assert caller.countries(**whole, **both) == world.truth(media=videos, device="phone")

    @pytest.mark.parametrize(
        "breakdown", ["media-id", "media-type", "continent", "device-type", "operating-system", "browser", "referrer"]
    )
    def test_every_breakdown_adds_up_to_the_plays(
        self, caller: Caller, world: World, whole: Any, breakdown: str
    ) -> None:
        rows = caller.rows(f"/data/buckets/play/{breakdown}", **whole)
        assert sum(row["metricValue"] for row in rows) == 3_000
        assert len({row["dimensionValue"] for row in rows}) == len(rows)

    def test_metric_values_are_written_as_floats(self, caller: Caller, whole: Any) -> None:
        assert re.search(r'"metricValue": \d+\.0}', caller.get("/data/buckets/play/country", whole).text)

    def test_unknown_countries_are_null_and_empty_or_only_empty(self, caller: Caller, world: World, whole: Any) -> None:
        unknown = {row["dimensionValue"] for row in caller.rows("/data/buckets/play/country", **whole)}
        assert {None, ""} <= unknown
        with StandIn(world, nulls=False) as api:
            rows = Caller(api).rows("/data/buckets/play/country", **whole)
        assert None not in {row["dimensionValue"] for row in rows}
        assert by_alpha3(rows) == world.truth()

    def test_rows_are_sorted_as_asked_and_pages_never_overlap(self, caller: Caller, whole: Any) -> None:
        path = "/data/buckets/play/country"
        values = [row["metricValue"] for row in caller.rows(path, **whole, pageSize=10)]
        assert values == sorted(values, reverse=True)
        names = [
            row["dimensionValue"] or "" for row in caller.rows(path, **whole, sortBy="dimensionValue", pageSize=10)
        ]
        assert names == sorted(names)
        assert len(names) == len(values)

    def test_the_context_repeats_the_question(self, caller: Caller, whole: Any) -> None:
        context = caller.get("/data/buckets/view/country", {**whole, "unique": "true"}).json()["context"]
        assert context == {"metric": "unique-view-5", "breakdown": "country", "timeframe": whole}

    @pytest.mark.parametrize(
        ("path", "params"),
        [
            ("/data/buckets/plays/country", {}),
            ("/data/buckets/play/city", {}),
            ("/data/buckets/play-total/country", {}),
            ("/data/buckets/play/country", {"from": "2026-10-20"}),
            ("/data/buckets/play/country", {"from": "2026-10-20T00:00:00"}),
            ("/data/buckets/play/country", {"from": "2026-10-20T00:00:00 00:00"}),
            ("/data/buckets/play/country", {"from": "2026-10-20 00:00:00+00:00"}),
            ("/data/buckets/play/country", {"from": "2026-13-20T00:00:00Z"}),
            ("/data/buckets/play/country", {"from": "2026-10-20T00:00:00Z", "to": "2026-10-19T00:00:00Z"}),
            ("/data/buckets/play/country", {"since": "2026-10-20T00:00:00Z"}),
            ("/data/buckets/play/country", {"filterBy[city][]": "Paris"}),
            ("/data/buckets/play/country", {"filterBy[country][]": "France"}),
            ("/data/buckets/play/country", {"filterBy[continent][]": "XX"}),
            ("/data/buckets/play/country", {"filterBy[mediaType]": "audio"}),
            ("/data/buckets/play/country", {"filterBy[mediaType][]": "video"}),
            ("/data/buckets/play/country", {"filterBy[referrer][]": "x" * 2049}),
            ("/data/buckets/play/country", {"filterBy": "FR"}),
            ("/data/buckets/play/country", {"sortBy": "emittedAt"}),
            ("/data/buckets/play/country", {"sortOrder": "down"}),
            ("/data/buckets/play/country", {"unique": "true"}),
            ("/data/buckets/play/country", {"viewDuration": "5s"}),
            ("/data/buckets/view/country", {"viewDuration": "4s"}),
            ("/data/buckets/play-total/media-id", {"filterBy[country][]": "FR"}),
            ("/data/metrics/play/total", {"filterBy[country][]": "FR"}),
            ("/data/metrics/start/rate", {}),
            ("/data/metrics/watch/sum", {}),
            ("/data/timeseries/play-total", {}),
            ("/data/timeseries/play", {"interval": "week"}),
            ("/data/timeseries/play", {"interval": "minute"}),
        ],
    )
    def test_what_the_specification_does_not_allow_is_a_problem_400(
        self, caller: Caller, path: str, params: dict[str, str]
    ) -> None:
        status, title = problem(caller.get(path, params))
        assert status == 400
        assert title in ("A query parameter is invalid.", "An attribute is invalid.")

    def test_the_plus_of_a_time_zone_left_unencoded_is_a_space_and_refused(self, caller: Caller) -> None:
        assert caller.get("/data/buckets/play/country?from=2026-10-20T00:00:00+00:00").status_code == 400

    def test_odd_values_move_counts_without_changing_their_sum(self, world: World, whole: Any) -> None:
        with StandIn(world, odd_values=True) as api:
            rows = Caller(api).rows("/data/buckets/play/country", **whole)
        assert all(row in rows for row in ODD_ROWS)
        known = [row for row in rows if row not in ODD_ROWS]
        counts = {row["dimensionValue"]: row["metricValue"] for row in known}
        assert {"fr", "ZZ", "FR", None} <= set(counts)
        assert sum(counts.values()) == 3_000
        assert counts["fr"] + counts["FR"] == world.truth()["FRA"]
        assert {type(count) for count in counts.values()} == {int, float}


class TestOtherMetrics:
    @pytest.mark.parametrize("metric", ["play", "start", "end", "impression", "view"])
    def test_buckets_metrics_and_timeseries_tell_one_story(self, caller: Caller, whole: Any, metric: str) -> None:
        total = caller.get(f"/data/metrics/{metric}/count", whole).json()["data"]
        buckets = caller.rows(f"/data/buckets/{metric}/country", **whole)
        series = caller.rows(f"/data/timeseries/{metric}", **whole)
        assert sum(row["metricValue"] for row in buckets) == sum(row["metricValue"] for row in series) == total > 0

    def test_plays_are_sessions_and_other_metrics_differ(self, caller: Caller, whole: Any) -> None:
        counts = {
            m: caller.get(f"/data/metrics/{m}/count", whole).json()["data"] for m in ("play", "end", "impression")
        }
        assert counts["end"] < counts["play"] == 3_000 < counts["impression"]

    def test_daily_uniques_are_no_more_than_views(self, caller: Caller, whole: Any) -> None:
        views = caller.get("/data/metrics/view/count", whole).json()["data"]
        unique = caller.get("/data/metrics/view/count", {**whole, "unique": "true"}).json()["data"]
        longer = caller.get("/data/metrics/view/count", {**whole, "viewDuration": "30s"}).json()["data"]
        assert 0 < unique <= views
        assert 0 < longer < views

    @pytest.mark.parametrize(
        "path",
        [
            "play/rate",
            "ccv/peak",
            "ccv/average",
            "ccv/live",
            "watch-time/sum",
            "watch-time/average",
            "impression-time/sum",
        ],
    )
    def test_measures_that_are_not_counts_are_answered_too(self, caller: Caller, whole: Any, path: str) -> None:
        assert caller.get(f"/data/metrics/{path}", whole).json()["data"] > 0

    def test_a_short_timeseries_goes_by_the_hour_a_long_one_by_the_day(self, caller: Caller, world: World) -> None:
        day = world.days[3]
        short = caller.get("/data/timeseries/play", frame(day, day)).json()
        assert short["context"]["interval"] == "hour"
        assert {row["emittedAt"][:10] for row in short["data"]} == {day.isoformat()}
        assert caller.get("/data/timeseries/play", frame(day, world.days[9])).json()["context"]["interval"] == "day"


class TestMemory:
    def test_days_not_wholly_remembered_are_refused(self, world: World) -> None:
        with StandIn(world, retention_days=10) as api:
            caller = Caller(api)
            assert caller.countries(**frame(world.days[-10], world.last_day)) == world.truth(world.days[-10:])
            answer = caller.get("/data/buckets/play/country", frame(world.days[-11], world.last_day))
            assert problem(answer)[0] == 400

    def test_or_they_are_cut_so_that_the_edge_reads_low(self, world: World) -> None:
        noon = world.end + timedelta(hours=12)
        with StandIn(world, retention_days=10, retention_mode="cut", now=noon) as api:
            edge = Caller(api).countries(**frame(world.days[-10], world.days[-10])).total()
            assert Caller(api).countries(**frame(world.days[-11], world.days[-11])).total() == 0
        assert 0 < edge < world.truth([world.days[-10]]).total()

    def test_lifetime_plays_reach_beyond_it(self, world: World) -> None:
        with StandIn(world, retention_days=1) as api:
            caller = Caller(api)
            rows = caller.rows("/data/buckets/play-total/media-id")
            assert {r["dimensionValue"]: r["metricValue"] for r in rows} == {
                media: counts.total() for media, counts in world.truth_by_media().items()
            }
            assert caller.get("/data/metrics/play/total").json()["data"] == 3_000
            live = caller.get("/data/metrics/play/total", {"filterBy[mediaType]": "live-stream"}).json()["data"]
            assert 0 < live < 3_000

    def test_the_clock_moves_as_it_is_set_and_the_future_has_not_happened(self, api: StandIn, caller: Caller) -> None:
        world, day = api.world, api.world.days[10]
        api.now = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=12)
        assert caller.countries(**frame(day, day)) == world.truth([day], upto=api.clock())
        before = caller.countries(**frame(day, day)).total()
        api.now = lambda: world.end
        assert caller.countries(**frame(day, day)).total() == world.truth([day]).total() > before


class TestSessions:
    def all(self, caller: Caller, **params: Any) -> list[dict[str, Any]]:
        found = []
        for asset in caller.api.world.assets:
            if asset.listed:
                found += caller.rows(f"/analytics/{asset.type}s/{asset.media_id}", **params)
        return found

    def test_every_session_of_a_listed_asset_comes_once(self, caller: Caller, world: World) -> None:
        ids = [item["session"]["sessionId"] for item in self.all(caller)]
        assert sorted(ids) == sorted(s.session_id for s in world.plays(listed_only=True))

    def test_countries_are_names_and_count_to_the_truth(self, caller: Caller, world: World) -> None:
        codes = {name: code for code, names in geoip.NAMES.items() for name in names}
        counts: Counter[str] = Counter()
        for item in self.all(caller):
            name = (item["location"] or {}).get("country")
            counts[alpha3_of(codes[name] if name else None)] += 1
        assert counts == world.truth(listed_only=True)

    def test_unknown_places_and_ends_are_null_empty_or_missing(self, caller: Caller) -> None:
        items = self.all(caller)
        places = [item["location"] for item in items]
        assert None in places and {} in places
        assert {None, ""} <= {place["country"] for place in places if place and "country" in place}
        assert {None, ""} <= {place["city"] for place in places if place and "city" in place}
        assert any(place and "city" not in place for place in places)
        assert any(item["session"]["endedAt"] is None for item in items)

    def test_without_nulls_nothing_is_null(self, world: World) -> None:
        with StandIn(world, nulls=False) as api:
            answer = Caller(api).get(f"/analytics/videos/{world.assets[0].media_id}", {"pageSize": 100})
        assert "null" not in answer.text

    def test_the_newest_come_first_with_utc_times(self, caller: Caller, world: World) -> None:
        items = caller.rows(f"/analytics/videos/{world.assets[0].media_id}")
        times = [item["session"]["loadedAt"] for item in items]
        assert times == sorted(times, reverse=True)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", times[0])

    @pytest.mark.parametrize(
        ("period", "first", "last"),
        [
            ("2026-10-05", date(2026, 10, 5), date(2026, 10, 5)),
            ("2026-10-05/2026-10-08", date(2026, 10, 5), date(2026, 10, 8)),
            ("2026-W42", date(2026, 10, 12), date(2026, 10, 18)),
            ("2026-10", date(2026, 10, 1), date(2026, 10, 31)),
            ("2026", date(2026, 1, 1), date(2026, 12, 31)),
            ("2026-09", date(2026, 9, 1), date(2026, 9, 30)),
        ],
    )
    def test_a_period_is_its_utc_days_both_ends_included(
        self, caller: Caller, world: World, period: str, first: date, last: date
    ) -> None:
        media = world.assets[0].media_id
        found = caller.rows(f"/analytics/videos/{media}", period=period)
        days = [day for day in world.days if first <= day <= last]
        assert len(found) == world.truth(days, media=[media]).total()

    @pytest.mark.parametrize(
        "period", ["2026-13", "2026-10-32", "yesterday", "2026-10-08/2026-10-05", "2026-W60", "", "2026-10/2026-11"]
    )
    def test_a_period_that_is_none_is_refused(self, caller: Caller, world: World, period: str) -> None:
        assert caller.get(f"/analytics/videos/{world.assets[0].media_id}", {"period": period}).status_code == 400

    def test_an_unknown_asset_is_not_found_by_name(self, caller: Caller, world: World) -> None:
        answer = caller.get("/analytics/live-streams/liNothing")
        assert problem(answer) == (404, "The requested resource was not found.")
        assert answer.json()["name"] == "liveStreamId"
        assert caller.get(f"/analytics/live-streams/{world.assets[0].media_id}").status_code == 404

    def test_metadata_filters_the_sessions_of_a_video(self, caller: Caller, world: World) -> None:
        media = world.assets[0].media_id
        tagged = next(s for s in world.plays(media=[media]) if s.ordinal % 10 == 0)
        found = caller.rows(f"/analytics/videos/{media}", **{"metadata[userId]": f"user-{tagged.ordinal}"})
        assert [item["session"]["sessionId"] for item in found] == [tagged.session_id]

    def test_events_of_a_session_are_paged(self, caller: Caller, world: World) -> None:
        session = next(s for s in world.sessions if s.ordinal % 12 == 11)
        events = caller.rows(f"/analytics/sessions/{session.session_id}/events", pageSize=25)
        assert [event["type"] for event in events[:3]] == ["ready", "play", "pause"]
        assert len(events) > 25
        assert problem(caller.get("/analytics/sessions/psNothing/events"))[0] == 404

    @pytest.mark.parametrize(
        ("missing", "there", "path"),
        [("sessions", "data", "/analytics/videos/"), ("data", "sessions", "/data/buckets/play/country")],
    )
    def test_a_generation_that_is_gone_is_an_unrecognized_url(
        self, world: World, missing: str, there: str, path: str
    ) -> None:
        path += world.assets[0].media_id if missing == "sessions" else ""
        with StandIn(world, generations={there}) as api:
            assert problem(Caller(api).get(path)) == (404, "Unrecognized request URL.")
        with StandIn(world, generations={missing}) as api:
            assert Caller(api).get(path).status_code == 200

    def test_a_server_of_the_older_time_lists_without_later_fields(self, world: World) -> None:
        with StandIn(world, generations={"sessions"}) as api:
            assert "language" not in Caller(api).get("/videos").json()["data"][0]
            assert "restreams" not in Caller(api).get("/live-streams").json()["data"][0]

    def test_sessions_arriving_between_pages_push_the_others_back_and_are_true(self) -> None:
        world = World.make(sessions=2_000, videos=1, live_streams=0)
        media = world.assets[0].media_id
        before = world.truth()
        with StandIn(world, arrivals=3) as api:
            pages = list(Caller(api).pages(f"/analytics/videos/{media}"))
            again = Caller(api).rows("/data/buckets/play/country", **frame(world.last_day, api.clock().date()))
        ids = [item["session"]["sessionId"] for page in pages for item in page["data"]]
        assert len(ids) > len(set(ids)), "rows seen on two pages"
        arrived = world.truth() - before
        assert arrived.total() == 3 * (len(pages) - 1) > 0
        assert by_alpha3(again) == world.truth([world.last_day, api.clock().date()])


class TestRateLimit:
    def test_headers_count_down_and_over_the_limit_is_a_problem_without_retry_after(self, world: World) -> None:
        with StandIn(world, rate_limit=3) as api:
            answers = [Caller(api).get("/videos") for _ in range(5)]
        assert [a.headers["X-RateLimit-Remaining"] for a in answers] == ["2", "1", "0", "0", "0"]
        assert {a.headers["X-RateLimit-Limit"] for a in answers} == {"3"}
        assert all(0 < int(a.headers["X-RateLimit-Retry-After"]) <= 60 for a in answers)
        assert problem(answers[3]) == (429, "Too many requests.")
        assert "Retry-After" not in answers[4].headers
        assert (api.window.peak, api.window.refused) == (5, 2)

    def test_a_new_window_opens(self, world: World) -> None:
        with StandIn(world, rate_limit=1, window_seconds=0.2) as api:
            caller = Caller(api)
            statuses = [caller.get("/videos").status_code]
            while statuses.count(200) < 2:
                statuses.append(caller.get("/videos").status_code)
        assert statuses[1] == 429


class TestFailures:
    @pytest.mark.parametrize("status", ["500", "502", "503"])
    def test_broken_answers_have_their_status_once(self, api: StandIn, caller: Caller, status: Kind) -> None:
        api.fail_next(status)
        answer = caller.get("/videos")
        assert answer.status_code == int(status)
        assert answer.headers["Content-Type"] == ("text/html" if status == "502" else "application/problem+json")
        assert caller.get("/videos").status_code == 200

    def test_a_reset_is_seen_as_one(self, api: StandIn, caller: Caller) -> None:
        api.fail_next("reset")
        with pytest.raises(requests.ConnectionError, match="reset"):
            caller.get("/videos")
        assert api.requests[-1].status == 0
        assert caller.get("/videos").status_code == 200

    @pytest.mark.parametrize("kind", ["truncated", "truncated-chunked"])
    def test_a_truncated_body_cannot_be_read_to_its_end(self, api: StandIn, caller: Caller, kind: Kind) -> None:
        api.fail_next(kind)
        with pytest.raises(BROKEN):
            caller.get("/videos").json()
        assert caller.get("/videos").json()["data"]

    def test_a_stalled_answer_outlasts_the_clients_patience(self, world: World) -> None:
        with StandIn(world, stall_seconds=600) as api:
            api.fail_next("stall")
            with pytest.raises(requests.ReadTimeout):
                requests.get(api.url + "/videos", auth=(api.api_key, ""), timeout=0.05)
            assert Caller(api).get("/videos").status_code == 200

    def test_scripted_failures_wait_for_their_path(self, api: StandIn, caller: Caller) -> None:
        api.fail_next("503", 2, "/live-streams")
        statuses = [
            caller.get(path).status_code for path in ("/videos", "/live-streams", "/live-streams", "/live-streams")
        ]
        assert statuses == [200, 503, 503, 200]
        assert api.failures.counts == {"503": 2}

    def test_a_rate_of_failures_is_kept_and_every_kind_but_stalling_comes(self, world: World) -> None:
        with StandIn(world, failure_rate=0.3) as api:
            caller = Caller(api)
            good = 0
            for _ in range(200):
                try:
                    answer = caller.get("/live-streams")
                    good += answer.status_code == 200 and bool(answer.json())
                except BROKEN:
                    continue
        assert set(api.failures.counts) == set(BY_CHANCE)
        assert good == 200 - api.failures.counts.total()
        assert 30 < api.failures.counts.total() < 90

    def test_an_unknown_kind_of_failure_is_refused(self, api: StandIn) -> None:
        with pytest.raises(ValueError, match="is not one of"):
            api.fail_next("418")  # type: ignore[arg-type]


class TestServer:
    def test_it_can_go_down_and_come_back_at_the_same_address(self, api: StandIn, caller: Caller) -> None:
        url = api.url
        assert caller.get("/videos").status_code == 200
        api.down()
        with pytest.raises(requests.ConnectionError):
            caller.get("/videos")
        api.up()
        assert api.url == url
        assert caller.get("/videos").status_code == 200

    def test_a_connection_serves_many_requests(self, caller: Caller) -> None:
        def port() -> int:
            with caller.get("/videos", stream=True) as answer:
                local: int = answer.raw.connection.sock.getsockname()[1]  # type: ignore[union-attr]
                answer.content  # noqa: B018  (read it, so that the connection is free again)
                return local

        assert port() == port()

    def test_requests_side_by_side_are_all_answered_and_logged(self, api: StandIn) -> None:
        def ask(number: int) -> int:
            return Caller(api).get("/videos", {"currentPage": number}).status_code

        with ThreadPoolExecutor(8) as workers:
            assert set(workers.map(ask, range(1, 41))) == {200}
        assert sorted(int(seen.query["currentPage"][0]) for seen in api.requests) == list(range(1, 41))
        assert {(seen.method, seen.path, seen.status) for seen in api.requests} == {("GET", "/videos", 200)}
        api.clear_requests()
        assert api.requests == []

    def test_a_bug_of_the_stand_in_itself_does_not_hide(self, world: World) -> None:
        with pytest.raises(AssertionError, match="the stand-in itself failed"), StandIn(world) as api:
            api.assets = None  # type: ignore[assignment]
            assert Caller(api).get("/videos").status_code == 500

    def test_it_runs_by_hand(self) -> None:
        command = [
            sys.executable,
            "-m",
            "tests.fakes",
            "--sessions",
            "200",
            "--rate-limit",
            "77",
            "--api-key",
            "by-hand",
        ]
        root = Path(__file__).parent.parent.parent
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root, env=os.environ) as running:
            assert running.stdout is not None
            try:
                url = running.stdout.readline().strip().removeprefix("APIVIDEO_BASE_URL=")
                assert running.stdout.readline().strip() == "APIVIDEO_API_KEY=by-hand"
                assert "sessions so far" in running.stdout.readline()
                answer = requests.get(url + "/data/buckets/play/country", auth=("by-hand", ""), timeout=10)
                assert answer.status_code == 200
                assert answer.headers["X-RateLimit-Limit"] == "77"
            finally:
                running.send_signal(signal.SIGINT)
            running.communicate(timeout=10)
        assert running.returncode == 0
