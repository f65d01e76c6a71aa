from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from apivideo_geo.api.client import Client
from apivideo_geo.effects import Effects
from apivideo_geo.settings import load_settings
from apivideo_geo.sources.buckets import BucketsSource, fetch_first_day, first_whole_day, parse_count
from tests.fakes.server import StandIn
from tests.fakes.world import World

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 30)


class At(Effects):
    """Effects whose clock stands still."""

    def __init__(self, now):
        super().__init__(epoch=int(now.timestamp()))


@pytest.fixture(scope="module")
def world():
    return World.make(7, 4000, 9, 3, FIRST, LAST, countries=60)


def open_source(api, now, **flags):
    effects = At(now)
    client = Client(api.url, api.api_key, effects)
    return BucketsSource(load_settings({**flags}), effects, client)


def collect(api, now, held=(), **flags):
    source = open_source(api, now, **flags)
    first, last = source.window(held)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    source.fetch_assets({day: flags.get("detail", "country") for day in days})
    with source.client:
        return [facts for _, facts in source.fetch_days({day: flags.get("detail", "country") for day in days}, {})]


def sums(parts, dimension, of=lambda row: (row["country"], row["value"])):
    found = Counter()
    for facts in parts:
        for row in facts.table.to_pylist():
            if row["dimension"] == dimension:
                found[of(row)] += row["count"]
    return found


def test_totals_by_day_and_country_are_the_truth(world):
    with StandIn(world) as api:
        parts = collect(api, world.end)
    truth = world.truth_by_day()
    for facts in parts:
        (day,) = facts.days
        assert sums([facts], "total", lambda row: row["country"]) == truth.get(day, Counter())
    assert sum(sums(parts, "total").values()) == 4000


def test_detail_country_asks_one_request_a_day_and_no_list(world):
    with StandIn(world) as api:
        collect(api, world.end, held=[FIRST])
        paths = Counter(seen.path for seen in api.requests)
    assert paths["/data/buckets/play/country"] == 30
    assert set(paths) <= {"/auth/api-key", "/data/buckets/play/country", "/data/timeseries/play"}


def test_a_backfill_of_thirty_days_asks_at_most_33_requests_beside_the_log_in(world):
    with StandIn(world) as api:
        collect(api, world.end)
        assert sum(not seen.path.startswith("/auth") for seen in api.requests) <= 33


def test_media_by_country_is_the_truth_and_what_is_not_public_is_unlisted(world):
    with StandIn(world) as api:
        parts = collect(api, world.end, detail="media")
    public = {asset.media_id for asset in world.assets if asset.public}
    expected = Counter()
    for media, countries in world.truth_by_media().items():
        for country, count in countries.items():
            expected[country, media if media in public else "unlisted"] += count
    assert sums(parts, "media") == expected


def test_every_other_dimension_sums_to_the_total_of_its_country(world):
    with StandIn(world) as api:
        parts = collect(api, world.end, detail="full", since="2026-10-20")
    totals = sums(parts, "total", lambda row: row["country"])
    devices = Counter()
    for device, countries in world.truth_by_device(days=[date(2026, 10, n) for n in range(20, 31)]).items():
        for country, count in countries.items():
            devices[country, device or "unknown"] += count
    assert sums(parts, "device") == devices
    for dimension in ("device", "os", "browser"):
        assert sums(parts, dimension, lambda row: row["country"]) == totals
    referrers = sums(parts, "referrer", lambda row: row["value"])
    assert referrers
    assert not any(sign in host for host in referrers for sign in "/?:@")


def test_the_route_with_fewer_requests_is_taken(world):
    with StandIn(world) as api:
        collect(api, world.end, detail="media", since="2026-10-30", until="2026-10-30")
        asked = [seen for seen in api.requests if seen.path.startswith("/data/buckets/play/")]
    active = len({s.media_id for s in world.plays([LAST])})
    assert len(asked) <= active + 2


def test_odd_values_are_counted_and_told(world):
    with StandIn(world, odd_values=True) as api:
        parts = collect(api, world.end)
    truth = world.truth()
    counted = sums(parts, "total", lambda row: row["country"])
    assert counted == truth
    assert sum(n for facts in parts for n in facts.unmapped.values()) > 0
    assert {one.reason for facts in parts for one in facts.refused} == {"the count is not a whole number"}


def test_an_open_day_ends_now_so_that_its_parts_agree(world):
    noon = datetime(2026, 10, 30, 12, tzinfo=UTC)
    with StandIn(world, now=noon) as api:
        parts = collect(api, noon, detail="media", since="2026-10-30")
    truth = world.truth([LAST], upto=noon - timedelta(milliseconds=1))
    assert sums(parts, "total", lambda row: row["country"]) == truth
    assert sums(parts, "media", lambda row: row["country"]) == truth


def test_midnight_sharp_asks_nothing_of_a_day_that_has_not_begun(world):
    with StandIn(world) as api:
        parts = collect(api, world.end)
    assert parts[-1].days == (LAST,) or next(f for f in parts if f.days == (date(2026, 10, 31),)).table.num_rows == 0


@pytest.mark.parametrize("mode", ["refuse", "cut"])
@pytest.mark.parametrize(("remembers", "whole_days"), [(30, 30), (90, 90), (365, 365)])
def test_the_retention_is_found_and_only_whole_days_are_believed(mode, remembers, whole_days):
    end = date(2026, 11, 23)
    world = World.make(3, 4000, 3, 1, end - timedelta(days=400), end, countries=5)
    now = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
    with StandIn(world, now=now, retention_days=remembers, retention_mode=mode) as api:
        client = Client(api.url, api.api_key, At(now))
        first = fetch_first_day(client, "play", now)
        client.close()
    # in mode "cut" the first day that is counted at all may be cut by the edge, so it is not believed
    assert first == end - timedelta(days=whole_days - 1) or (
        mode == "cut" and remembers != 30 and first <= end - timedelta(days=whole_days - 3)
    )
    assert first >= first_whole_day(now, timedelta(days=remembers))


@pytest.mark.parametrize(
    ("value", "count"),
    [(3, 3), (3.0, 3), ("3", 3), ("3.0", 3), (0, 0), (None, None), ("", None), (2.5, None), (-1, None), (True, None),
     ("many", None), (float("nan"), None), (float("inf"), None), ([], None)],
)  # fmt: skip
def test_a_count_is_a_whole_number_or_none(value, count):
    assert parse_count(value) == count


def test_lifetime_plays_come_from_before_what_the_api_remembers(world):
    with StandIn(world, retention_days=10) as api:
        source = open_source(api, world.end, detail="media")
        assets = source.fetch_assets(dict.fromkeys([LAST], "media"))
        source.client.close()
    assert {asset.media_id: asset.lifetime for asset in assets} == {
        asset.media_id: counts.total()
        for asset in world.assets
        if (counts := world.truth_by_media().get(asset.media_id, Counter())) is not None
    }


def test_the_api_tells_its_own_count_of_whole_days_and_how_far_it_remembers(world):
    with StandIn(world) as api:
        source = open_source(api, world.end)
        source.window(())
        assert source.remembers == 30
        assert (
            source.fetch_count(FIRST, FIRST + timedelta(days=1))
            == world.truth([FIRST, FIRST + timedelta(days=1)]).total()
        )
        source.client.close()
