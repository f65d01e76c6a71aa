"""The stand-in is faithful to something we did not write: api.video's own Python clients read it.

api-video 1.4.7 (a development dependency) reads today's analytics; 1.2.8, the last to read
sessions, lives in an environment of its own, made here once and reused while its
requirements stay the same.
"""
# mypy: disable-error-code="import-untyped"

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import apivideo
import pytest
from apivideo.api.analytics_api import AnalyticsApi
from apivideo.api.live_streams_api import LiveStreamsApi
from apivideo.api.videos_api import VideosApi
from apivideo.auth_api_client import AuthenticatedApiClient
from apivideo.exceptions import ApiException, NotFoundException
from apivideo.model.filter_by2 import FilterBy2

from tests.fakes import geoip
from tests.fakes.records import alpha3_of
from tests.fakes.server import StandIn
from tests.fakes.world import World

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
REQUIREMENTS = HERE / "requirements-client-1.2.8.txt"
READER = HERE / "read_sessions_with_official_client.py"
ALPHA2 = {name: code for code, names in geoip.NAMES.items() for name in names}


@pytest.fixture(scope="module")
def world() -> World:
    return World.make(sessions=20_000, videos=112)


@pytest.fixture(scope="module")
def api(world: World) -> Iterator[StandIn]:
    """Answers without nulls: the client refuses what its schema does not allow."""
    with StandIn(world, nulls=False) as stand_in:
        yield stand_in


@pytest.fixture
def client(api: StandIn) -> AuthenticatedApiClient:
    client = AuthenticatedApiClient(api.api_key)
    client.configuration.host = api.url
    client.connect()
    return client


@pytest.fixture
def analytics(client: AuthenticatedApiClient) -> AnalyticsApi:
    return AnalyticsApi(client)


def all_pages(method: Callable[..., Any], *args: Any, **more: Any) -> list[Any]:
    items: list[Any] = []
    while True:
        answer = method(*args, current_page=len(items) // 100 + 1, page_size=100, **more)
        items += answer.data
        if len(items) >= answer.pagination.items_total:
            return items


def whole(world: World) -> dict[str, datetime]:
    return {"_from": datetime.combine(world.first_day, datetime.min.time(), UTC), "to": world.end}


def by_alpha3(rows: list[Any]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for row in rows:
        counts[alpha3_of(row.dimension_value)] += int(row.metric_value)
    return counts


class TestTodaysClient:
    """api-video 1.4.7."""

    def test_it_is_the_version_that_speaks_todays_analytics(self) -> None:
        assert apivideo.__version__ == "1.4.7"

    def test_it_lists_every_video_over_all_pages(self, world: World, client: AuthenticatedApiClient) -> None:
        videos = all_pages(VideosApi(client).list)
        assert {(v.video_id, v.title, v.public) for v in videos} == {
            (a.media_id, a.title, a.public) for a in world.assets if a.type == "video"
        }

    def test_it_lists_every_live_stream_with_its_stream_keys(
        self, world: World, client: AuthenticatedApiClient
    ) -> None:
        streams = all_pages(LiveStreamsApi(client).list)
        assert len(streams) == 4
        keys = {s.stream_key for s in streams} | {r.stream_key for s in streams for r in s.restreams}
        assert keys == set(world.stream_keys)

    def test_it_reads_one_video(self, world: World, client: AuthenticatedApiClient) -> None:
        asset = world.assets[0]
        assert VideosApi(client).get(asset.media_id).title == asset.title
        with pytest.raises(NotFoundException):
            VideosApi(client).get("viNothingOfThatName")

    def test_country_buckets_of_the_whole_time_are_the_truth(self, world: World, analytics: AnalyticsApi) -> None:
        rows = all_pages(analytics.get_metrics_breakdown, "play", "country", **whole(world))
        assert len(rows) > 100
        assert by_alpha3(rows) == world.truth()

    def test_country_buckets_of_single_days_are_the_truth(self, world: World, analytics: AnalyticsApi) -> None:
        truth = world.truth_by_day()
        for day in world.days:
            start = datetime.combine(day, datetime.min.time(), UTC)
            rows = all_pages(
                analytics.get_metrics_breakdown, "play", "country", _from=start, to=start + timedelta(days=1)
            )
            assert by_alpha3(rows) == truth[day]

    def test_filters_of_one_and_of_several_values_are_the_truth(self, world: World, analytics: AnalyticsApi) -> None:
        wanted = [world.assets[0].media_id, world.assets[5].media_id]
        one = all_pages(
            analytics.get_metrics_breakdown, "play", "country", filter_by=FilterBy2(media_id=wanted[:1]), **whole(world)
        )
        assert by_alpha3(one) == world.truth(media=wanted[:1])
        both = all_pages(
            analytics.get_metrics_breakdown, "play", "country", filter_by=FilterBy2(media_id=wanted), **whole(world)
        )
        assert by_alpha3(both) == world.truth(media=wanted)

    def test_media_of_a_country_are_the_truth(self, world: World, analytics: AnalyticsApi) -> None:
        rows = all_pages(
            analytics.get_metrics_breakdown, "play", "media-id", filter_by=FilterBy2(country=["FR"]), **whole(world)
        )
        truth = {media: counts["FRA"] for media, counts in world.truth_by_media().items() if counts["FRA"]}
        assert {row.dimension_value: row.metric_value for row in rows} == truth

    def test_a_filter_by_referrer_url_with_a_query_string_survives_the_encoding(
        self, world: World, analytics: AnalyticsApi
    ) -> None:
        url = next(s.referrer["url"] for s in world.sessions if "utm_" in (s.referrer["url"] or ""))
        answer = analytics.get_aggregated_metrics("play", "count", filter_by=FilterBy2(referrer=[url]), **whole(world))
        assert answer.data == sum(1 for s in world.sessions if s.referrer["url"] == url)

    def test_metrics_and_timeseries_agree_with_the_buckets(self, world: World, analytics: AnalyticsApi) -> None:
        assert analytics.get_aggregated_metrics("play", "count", **whole(world)).data == 20_000
        assert analytics.get_aggregated_metrics("play", "total").data == 20_000
        rows = all_pages(analytics.get_metrics_over_time, "play", interval="day", **whole(world))
        truth = {day: counts.total() for day, counts in world.truth_by_day().items()}
        assert {datetime.fromisoformat(row.emitted_at).date(): row.metric_value for row in rows} == truth

    def test_it_refreshes_its_token_and_goes_on(self, api: StandIn, client: AuthenticatedApiClient) -> None:
        api.kill_tokens()
        with pytest.raises(ApiException) as dead:
            VideosApi(client).list()
        assert dead.value.status == 401
        client.refresh_token()
        assert VideosApi(client).list().pagination.items_total == 112


@pytest.fixture(scope="session")
def sessions_python() -> Path:
    """The interpreter of an environment with api-video 1.2.8, made on first use (one test process at a time)."""
    folder = ROOT / ".venv-sessions-client"
    folder.mkdir(exist_ok=True)
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    stamp, venv = folder / "stamp", folder / "venv"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != wanted:
            stamp.unlink(missing_ok=True)
            shutil.rmtree(venv, ignore_errors=True)
            python = venv / "bin" / "python"
            _run([sys.executable, "-m", "venv", str(venv)])
            _run([str(python), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(REQUIREMENTS)])
            stamp.write_text(wanted)
    return venv / "bin" / "python"


def _run(command: list[str], **environment: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def read_sessions(python: Path, api: StandIn, period: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_run([str(python), str(READER), api.url, period], APIVIDEO_API_KEY=api.api_key))
    return found


def names_by_alpha3(countries: dict[str, int]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for name, count in countries.items():
        counts[alpha3_of(ALPHA2[name] if name else None)] += count
    return counts


class TestSessionsClient:
    """api-video 1.2.8, against a server of its time: the older lists, sessions, no ``/data``."""

    def test_every_session_of_every_asset_is_read_once_and_countries_are_the_truth(self, sessions_python: Path) -> None:
        world = World.make(sessions=4_000)  # several pages of each video
        with StandIn(world, nulls=False, generations={"sessions"}) as api:
            found = read_sessions(sessions_python, api, f"{world.first_day}/{world.last_day}")
        assert (found["videos"], found["live_streams"]) == (12, 4)
        assert (found["sessions"], found["distinct"]) == (4_000, 4_000)
        assert names_by_alpha3(found["countries"]) == world.truth()

    def test_a_period_of_one_day_is_that_utc_day(self, sessions_python: Path) -> None:
        world = World.make(sessions=2_000)
        day = world.days[7]
        with StandIn(world, nulls=False, generations={"sessions"}) as api:
            found = read_sessions(sessions_python, api, day.isoformat())
        assert names_by_alpha3(found["countries"]) == world.truth([day])
