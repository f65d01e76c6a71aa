from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from apivideo_geo.api.client import Client
from apivideo_geo.effects import Effects
from apivideo_geo.errors import SourceFailed
from apivideo_geo.settings import load_settings
from apivideo_geo.sources.sessions import SessionsSource
from tests.fakes.server import StandIn
from tests.fakes.world import World

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 30)


@pytest.fixture
def world():
    return World.make(11, 3000, 6, 2, FIRST, LAST, countries=80)


def collect(api, now, wanted=None, **flags):
    effects = Effects(epoch=int(now.timestamp()))
    client = Client(api.url, api.api_key, effects)
    source = SessionsSource(load_settings(flags), effects, client)
    if wanted is None:
        first, last = source.window(())
        wanted = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    source.fetch_assets(dict.fromkeys(wanted, "country"))
    with client:
        return [facts for _, facts in source.fetch_days({day: flags.get("detail", "country") for day in wanted}, {})]


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
