import json
from collections import Counter
from contextlib import chdir
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import ibis
import pytest

from apivideo_geo.api.client import Client
from apivideo_geo.effects import Effects, Progress
from apivideo_geo.errors import SourceFailed
from apivideo_geo.settings import load_settings
from apivideo_geo.sources.session_api import SessionApiSource
from apivideo_geo.sources.session_api_resume import NAME
from tests.fakes.server import StandIn
from tests.fakes.world import World

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 30)


@pytest.fixture
def world():
    return World.make(11, 3000, 6, 2, FIRST, LAST, countries=80)


@pytest.fixture(autouse=True)
def exports(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path / "exports"


def collect(api, now, wanted=None, progress=None, **flags):
    effects = Effects(int(now.timestamp()), progress or Progress())
    client = Client(api.url, api.api_key, effects)
    source = SessionApiSource(load_settings(flags), effects, client)
    if wanted is None:
        first, last = source.window(())
        wanted = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    source.fetch_assets(dict.fromkeys(wanted, "country"))
    with client:
        return [
            replace(facts, sessions=ibis.memtable(facts.sessions.to_pyarrow()))  # their file is deleted at the end
            for _, facts in source.fetch_days({day: flags.get("detail", "country") for day in wanted})
        ]


def by(parts, key, dimension="total"):
    found = Counter()
    for facts in parts:
        for row in facts.table.to_pylist():
            if row["dimension"] == dimension:
                found[row[key]] += row["count"]
    return found


def test_the_first_run_reads_every_session_there_is_from_the_first_day_on(world):
    with StandIn(world) as api:
        parts = collect(api, world.end)
    assert by(parts, "country") == world.truth()
    assert parts[0].days[0] == FIRST
    assert parts[0].days[-1] == world.end.date()


def test_only_the_days_wanted_are_answered_whether_the_end_of_a_range_is_inclusive_or_not(world):
    wanted = [date(2026, 10, n) for n in (3, 4, 9)]
    with StandIn(world) as api:
        parts = collect(api, world.end, wanted)
    assert [facts.days for facts in parts] == [tuple(wanted[:2]), (wanted[2],)]
    assert by(parts, "country") == world.truth(wanted)
    assert set(by(parts, "day")) == set(wanted)


def test_sessions_that_arrive_between_two_pages_neither_duplicate_nor_lose_a_row(world):
    now = datetime(2026, 10, 30, 20, tzinfo=UTC)
    with StandIn(world, now=now, arrivals=3) as api:
        wanted = [FIRST + timedelta(days=n) for n in range(29)]
        parts = collect(api, now, wanted)
        arrived = len(world.sessions) - 3000
    assert arrived > 0
    assert by(parts, "country") == world.truth(wanted)


def test_the_dimensions_follow_the_detail_and_hide_what_is_not_public(world):
    with StandIn(world) as api:
        parts = collect(api, world.end, detail="full")
    public = {asset.media_id for asset in world.assets if asset.public}
    assert set(by(parts, "value", "media")) <= public | {"unlisted"}
    for dimension in ("media", "device", "os", "browser"):
        assert by(parts, "country", dimension) == world.truth()
    titles = {title for facts in parts for title in facts.sessions.select("title").to_pyarrow()["title"].to_pylist()}
    assert not titles & set(world.private_titles)
    assert "unlisted" in titles


def test_a_server_without_session_endpoints_says_what_to_do(world):
    with StandIn(world, generations={"data"}) as api, pytest.raises(SourceFailed, match="use --source data"):
        collect(api, world.end)


class CutOff(Exception):
    """The run ends here."""


class Listening(Progress):
    """Remembers what is said, and cuts the run off once so many assets are read."""

    def __init__(self, api, cut_after=None):
        self.api, self.cut_after, self.said = api, cut_after, []
        self.left = None

    def say(self, message):
        self.said.append((message, len(self.api.requests)))

    def start(self, what, total=None):
        self.left = self.cut_after if what == "Reading sessions" else None

    def advance(self, parts=1):
        if self.left is not None:
            self.left -= parts
            if self.left == 0:
                raise CutOff


@pytest.fixture
def many():
    """An account of sixty assets, a few of which have most of the sessions."""
    return World.make(4, 2500, 50, 10, FIRST, LAST, countries=40)


def cut_off(api, now, after=30, **flags):
    with pytest.raises(CutOff):
        collect(api, now, progress=Listening(api, cut_after=after), **flags)
    lines = map(json.loads, Path("exports", NAME).read_text().splitlines())
    kept = [line["asset"] for line in lines if "last" in line]
    api.clear_requests()
    return kept


def read_again(api):
    return {seen.path.rpartition("/")[2] for seen in api.requests if seen.path.startswith("/analytics")}


def test_a_first_run_that_is_interrupted_resumes_where_it_stopped(many, exports):
    with StandIn(many) as api:
        kept = cut_off(api, many.end)
        listening = Listening(api)
        parts = collect(api, many.end, progress=listening)
        assert read_again(api) == {asset.media_id for asset in many.assets} - set(kept)
    assert by(parts, "country") == many.truth()
    assert listening.said[0][0].startswith(f"Resuming an interrupted run, which had read {len(kept)} of 60 videos")
    assert list(exports.iterdir()) == []


@pytest.mark.parametrize("nights", [1, 9])
def test_a_run_that_resumes_on_another_day_also_fetches_what_is_new(many, nights):
    cut = datetime(2026, 10, 20, 15, tzinfo=UTC)
    now = cut + timedelta(days=nights)
    with StandIn(many, now=cut) as api:
        kept = cut_off(api, cut)
        for media_id in kept[:3]:
            many.arrive(media_id, cut - timedelta(hours=20), count=2)  # late, on the day before
            many.arrive(media_id, now - timedelta(hours=1), count=2)
        api.now = now
        parts = collect(api, now)
        again = [seen for seen in api.requests if "period" in seen.query]
    assert {seen.query["period"][0] for seen in again} == {f"2026-10-19/{now.date() + timedelta(days=1)}"}
    assert {seen.path.rpartition("/")[2] for seen in again} == set(kept)
    assert by(parts, "country") == many.truth(upto=now)
    assert by(parts, "day") == {
        day: counts.total() for day, counts in many.truth_by_day(upto=now).items() if counts.total()
    }


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory):
    """An account, its server, and what a run that was cut off has written."""
    world = World.make(4, 2500, 50, 10, FIRST, LAST, countries=40)
    with StandIn(world) as api:
        with chdir(tmp_path_factory.mktemp("interrupted")):
            cut_off(api, world.end)
            written = Path("exports", NAME).read_bytes()
        yield world, api, written


@pytest.mark.parametrize("end", [b'{"server":"127', b"{}\n", b"[1]\n", b'{"asset": "vi1"}\n', b"\xff\n", b"\n"])
def test_what_was_written_in_part_is_requested_again(interrupted, exports, end):
    world, api, written = interrupted
    lines = written.splitlines(keepends=True)
    finished = [number for number, line in enumerate(lines) if b'"last"' in line]
    kept = [json.loads(lines[number])["asset"] for number in finished]
    assert len(kept) == 30
    exports.mkdir()
    (exports / NAME).write_bytes(b"".join(lines[: finished[25]]) + end + b"".join(lines[finished[25] + 1 :]))
    now_kept = cut_off(api, world.end, after=5)
    assert now_kept[:25] == kept[:25]
    assert len(now_kept) == 30
    parts = collect(api, world.end)
    assert read_again(api) == {asset.media_id for asset in world.assets} - set(now_kept)
    assert by(parts, "country") == world.truth()


@pytest.mark.parametrize("change", [{"server": "elsewhere.example"}, {"first": "2026-09-01"}])
def test_what_was_read_elsewhere_or_from_another_day_on_is_not_taken(many, change):
    with StandIn(many) as api:
        cut_off(api, many.end)
        path = Path("exports", NAME)
        header, *lines = path.read_text().splitlines(keepends=True)
        path.write_text(json.dumps(json.loads(header) | change) + "\n" + "".join(lines))
        parts = collect(api, many.end)
        assert read_again(api) == {asset.media_id for asset in many.assets}
    assert by(parts, "country") == many.truth()


def test_a_longer_period_than_the_one_that_was_cut_off_asks_for_the_days_it_lacks(many):
    def days(last):
        return [FIRST + timedelta(days=n) for n in range(last)]

    with StandIn(many) as api:
        cut_off(api, many.end, wanted=days(10))
        assert by(collect(api, many.end, days(25)), "country") == many.truth(days(25))
        cut_off(api, many.end, wanted=days(25))
        parts = collect(api, many.end, days(10))
    assert by(parts, "country") == many.truth(days(10))


def test_no_title_and_nothing_else_of_an_asset_but_its_id_is_kept_on_the_way(many):
    with StandIn(many) as api:
        cut_off(api, many.end)
        text = Path("exports", NAME).read_text()
        assert not [secret for secret in api.secrets if secret in text]
        assert not [asset.title for asset in many.assets if asset.title in text]


def test_a_folder_that_cannot_be_written_is_reported_once_and_the_run_continues(many, exports):
    exports.write_text("a file")
    with StandIn(many) as api:
        listening = Listening(api)
        parts = collect(api, many.end, progress=listening)
    assert by(parts, "country") == many.truth()
    ((message, _),) = listening.said
    assert message.startswith("Cannot write partial results to exports (")


@pytest.mark.parametrize("sessions", [0, 9_000])
def test_the_estimate_comes_before_the_long_part_and_is_near_the_truth(sessions):
    """Of many assets with next to nothing as of some with many pages."""
    world = World.make(4, sessions, 250 if not sessions else 20, 10, FIRST, LAST, countries=40)
    with StandIn(world, rate_limit=60, window_seconds=0.1) as api:
        listening = Listening(api)
        collect(api, world.end, progress=listening)
        asked = len(api.requests)
    ((message, before),) = [one for one in listening.said if one[0].startswith("About")]
    assert before <= 25
    assert 0.7 < int(message.split()[1].replace(",", "")) / (asked - before) < 1.4
    assert "at the 60 a minute that the API allows" in message
    assert "an interrupted run resumes where it stopped" in message


def test_a_run_of_less_than_a_minute_shows_no_estimate(many):
    with StandIn(many, rate_limit=500, window_seconds=0.3) as api:
        listening = Listening(api)
        collect(api, many.end, progress=listening)
    assert listening.said == []
