"""The most viewers at once of live streams: collected by day, never added up, and only of those that may be shown.

What is expected is counted again here, from the sessions that the server answers from.
"""

import csv
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from apivideo_geo.effects import Effects
from apivideo_geo.history.day_lines import PEAKS
from apivideo_geo.pipeline import run
from apivideo_geo.settings import load_settings
from tests.fakes.problems import bad_attribute, forbidden
from tests.fakes.proxy import FaultyProxy
from tests.fakes.server import StandIn
from tests.fakes.world import World
from tests.faults import FAULTS, STEPS
from tests.product import Product

FIRST = date(2026, 10, 1)
NIGHT = datetime(2026, 10, 9, 4, 17, tzinfo=UTC)
BUCKETS = "/data/buckets/ccv-peak/media-id"
OWN_PEAK = "/data/metrics/ccv/peak"
SETTINGS = {"metrics": "play;ccv-peak", "detail": "media", "since": date(2026, 10, 3)}


@pytest.fixture(scope="module")
def world():
    return World.make(8, 600, 1, 3, FIRST, FIRST + timedelta(days=12), countries=3)


@pytest.fixture
def api(world):
    with StandIn(world) as api:
        yield api


def collect(api, folder, now, monkeypatch, **flags):
    monkeypatch.setenv("APIVIDEO_API_KEY", api.api_key)
    monkeypatch.setenv("APIVIDEO_BASE_URL", api.url)
    api.now = now
    api.clear_requests()
    settings = load_settings({"history": str(folder), **SETTINGS, **flags}, Path(os.devnull))
    return run("collect", settings, Effects(int(now.timestamp())))


def asked(api):
    return [seen for seen in api.requests if seen.path == BUCKETS]


def stored(folder):
    return {day: dict(line.peaks) for (day, _), line in PEAKS.load(folder).items()}


def truth(world, first, last, *, public=True):
    """The most sessions that overlapped at a moment when one began."""
    live = {one.media_id for one in world.assets if one.type == "live-stream" and (one.public or not public)}
    found = {}
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        found[day] = {}
        for media_id in live:
            spans = [
                (one.loaded_ms, one.loaded_ms + (30_000 if one.ended_ms is None else one.ended_ms - one.loaded_ms))
                for one in world.plays([day], [media_id])
            ]
            at_once = [sum(start <= moment < end for start, end in spans) for moment, _ in spans]
            if any(at_once):
                found[day][media_id] = max(at_once)
    return found


def test_each_night_takes_one_request_and_stores_the_peaks_of_public_live_streams(world, api, tmp_path, monkeypatch):
    for number in range(3):
        collect(api, tmp_path, NIGHT + timedelta(days=number), monkeypatch)
        assert len(asked(api)) == (1 if number else 6)
        assert all(seen.query["filterBy[mediaType]"] == ["live-stream"] for seen in asked(api))
        compared = {seen.query["filterBy[mediaId][]"][0] for seen in api.requests if seen.path == OWN_PEAK}
        assert compared
        assert all(one.public for one in world.assets if one.media_id in compared)
    expected = truth(world, date(2026, 10, 3), date(2026, 10, 10))
    assert stored(tmp_path) == expected
    assert any(peak > 1 for peaks in expected.values() for peak in peaks.values())
    hidden = {one.media_id for one in world.assets if not one.public}
    assert hidden
    assert not any(one in (tmp_path / PEAKS.name).read_text() for one in hidden)


def test_the_highest_peak_and_its_first_day_are_on_page_list_and_file(world, api, tmp_path):
    product, api.now = Product(tmp_path), NIGHT
    product.run(
        "--detail", "media", "--since", "2026-10-03", api=api, now=NIGHT, APIVIDEO_GEO_METRICS="play;ccv-peak",
        APIVIDEO_GEO_METRIC="",
    )  # fmt: skip
    peaks = truth(world, date(2026, 10, 3), date(2026, 10, 8))
    with (tmp_path / "site/data/videos.csv").open(newline="") as file:
        rows = {row["media_id"]: row for row in csv.DictReader(file)}
    public = {one.media_id for one in world.assets if one.type == "live-stream" and one.public}
    assert public <= rows.keys()
    listing = (tmp_path / "site/videos.html").read_text()
    for media_id, row in rows.items():
        days = {day: found[media_id] for day, found in peaks.items() if media_id in found}
        if media_id not in public or not days:
            assert (row["peak_viewers"], row["peak_day"]) == ("", "")
            continue
        most = max(days.values())
        first = min(day for day, peak in days.items() if peak == most)
        assert (row["peak_viewers"], row["peak_day"]) == (str(most), str(first))
        page = (tmp_path / f"site/video/{media_id}.html").read_text()
        assert "Most viewers at once" in page
        assert f"<b>{most}</b>" in page
        assert f"{first.day} {first:%B %Y}" in page
        assert f"up to {most} viewers at once" in listing or most == 1
    everything = "".join(path.read_text(errors="replace") for path in (tmp_path / "site").rglob("*.*ml"))
    assert not any(one.media_id in everything for one in world.assets if not one.public)


def test_an_answer_without_rows_is_asked_again_where_a_live_stream_was_watched(world, api, tmp_path, monkeypatch):
    real = api.data.buckets

    def nothing(query, metric, breakdown):
        found = real(query, metric, breakdown)
        return {**found, "data": [], "pagination": {"itemsTotal": 0}} if metric == "ccv-peak" else found

    monkeypatch.setattr(api.data, "buckets", nothing)
    collect(api, tmp_path, NIGHT, monkeypatch)
    assert stored(tmp_path) == {}
    monkeypatch.setattr(api.data, "buckets", real)
    collect(api, tmp_path, NIGHT, monkeypatch)
    assert stored(tmp_path) == truth(world, date(2026, 10, 3), date(2026, 10, 8))


@pytest.mark.parametrize(
    ("lie", "step"),
    [("half the rows", "peaks"), ("counts doubled", "peaks"), ("negative counts", "peaks"),
     ("own count too high", "own peak"), ("own count null", "own peak")],
)  # fmt: skip
def test_a_lie_about_the_peaks_is_never_shown_and_heals(world, api, tmp_path, monkeypatch, lie, step):
    fault, first = next(one for one in FAULTS if one.name == lie), date(2026, 10, 7)
    with FaultyProxy(api.url, fault, STEPS[step]) as proxy:
        report = collect(api, tmp_path, NIGHT, monkeypatch, base_url=proxy.url, since=first)
        assert proxy.hits
        assert not PEAKS.believed(tmp_path, "ccv-peak")
        assert lie == "negative counts" or "contradict the API's own peaks" in str(report.warnings)
        proxy.fault = None
        collect(api, tmp_path, NIGHT, monkeypatch, base_url=proxy.url, since=first)
    assert stored(tmp_path) == truth(world, first, date(2026, 10, 8))
    assert len(PEAKS.believed(tmp_path, "ccv-peak")) == 2


def test_a_server_without_a_peak_of_its_own_is_believed_after_three_nights(world, api, tmp_path, monkeypatch):
    def gone(query, metric, aggregation, real=api.data.metrics):
        if metric == "ccv":
            raise bad_attribute("metric", "This value is not a metric.")
        return real(query, metric, aggregation)

    monkeypatch.setattr(api.data, "metrics", gone)
    for number in range(3):
        assert not PEAKS.believed(tmp_path, "ccv-peak")
        collect(api, tmp_path, NIGHT + timedelta(days=number), monkeypatch, since=date(2026, 10, 8))
    peaks = {day: line.peaks for day, line in PEAKS.believed(tmp_path, "ccv-peak").items()}
    assert peaks == truth(world, date(2026, 10, 8), date(2026, 10, 8))


def test_peaks_that_fail_are_a_warning_and_are_there_on_the_next_night(world, api, tmp_path, monkeypatch):
    real = api.data.buckets

    def fail(query, metric, breakdown):
        if metric == "ccv-peak":
            raise forbidden()
        return real(query, metric, breakdown)

    monkeypatch.setattr(api.data, "buckets", fail)
    report = collect(api, tmp_path, NIGHT, monkeypatch)
    assert [text for text in report.warnings if "ccv-peak" in text]
    monkeypatch.setattr(api.data, "buckets", real)
    collect(api, tmp_path, NIGHT + timedelta(days=1), monkeypatch)
    assert stored(tmp_path) == truth(world, date(2026, 10, 3), date(2026, 10, 9))


def test_without_live_streams_or_videos_nothing_is_requested(api, tmp_path, monkeypatch):
    report = collect(api, tmp_path / "a", NIGHT, monkeypatch, detail="country")
    assert any("needs detail media or full" in text for text in report.warnings)
    assert asked(api) == []
    report = collect(api, tmp_path / "b", NIGHT, monkeypatch, withhold_media=True)
    assert any("withhold_media" in text for text in report.warnings)
    assert asked(api) == []
    world = World.make(8, 50, 2, 0, FIRST, FIRST + timedelta(days=12), countries=3)
    with StandIn(world) as other:
        collect(other, tmp_path / "c", NIGHT, monkeypatch)
        assert asked(other) == []


def test_a_live_stream_that_is_not_public_any_more_leaves_the_history(world, api, tmp_path, monkeypatch):
    collect(api, tmp_path, NIGHT, monkeypatch, show_unlisted=True, history_private=True)
    assert stored(tmp_path) == truth(world, date(2026, 10, 3), date(2026, 10, 8), public=False)
    collect(api, tmp_path, NIGHT, monkeypatch, history_private=True)
    assert stored(tmp_path) == truth(world, date(2026, 10, 3), date(2026, 10, 8))


def test_sessions_have_no_peaks_and_the_demo_warns_of_none_that_nobody_asked_for(tmp_path):
    product = Product(tmp_path)
    (tmp_path / "s.csv").write_text("sessionID,loadedAt,country\na,2026-10-08T10:00:00Z,FR\n")
    product.run("collect", "--sessions", "s.csv", now=NIGHT, APIVIDEO_GEO_METRICS="play;ccv-peak")
    assert "ccv-peak is not collected, because only the Data API has it" in product.said
    days = "--since", "2026-10-07", "--detail", "country"
    demo = Product(tmp_path)
    demo.run("collect", "--source", "demo", *days, now=NIGHT)
    assert "ccv-peak" not in demo.said


def test_the_demos_live_streams_have_peaks(built_demo):
    with (built_demo.folder / "site/data/videos.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    live = [row for row in rows if row["type"] == "live-stream"]
    assert all(0 < int(row["peak_viewers"]) <= int(row["count"]) for row in live)
    assert not any(row["peak_viewers"] for row in rows if row["type"] != "live-stream")
