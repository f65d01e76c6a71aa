from collections import Counter
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from itertools import product
from types import SimpleNamespace

import pytest

from apivideo_geo.api.client import Client
from apivideo_geo.days import first_whole_day
from apivideo_geo.effects import Effects, Progress
from apivideo_geo.errors import UnknownShape
from apivideo_geo.settings import load_settings
from apivideo_geo.sources import data_api_day
from apivideo_geo.sources.data_api import data_sources, fetch_count, fetch_daily_counts, fetch_first_day
from apivideo_geo.sources.data_api_answers import parse_count
from tests.fakes.audience import REFERRERS
from tests.fakes.geoip import NAMES
from tests.fakes.server import StandIn
from tests.fakes.world import World

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 30)


class At(Effects):
    """Effects whose clock stands still."""

    def __init__(self, now, progress):
        super().__init__(epoch=int(now.timestamp()), progress=progress)


@pytest.fixture(scope="module")
def world():
    return World.make(7, 4000, 9, 3, FIRST, LAST, countries=60)


def open_source(api, now, progress=None, **flags):
    effects = At(now, progress or Progress())
    client = Client(api.url, api.api_key, effects)
    return data_sources(load_settings({**flags}), effects, client)[0]


def collect(api, now, stored=(), progress=None, **flags):
    source = open_source(api, now, progress, **flags)
    first, last = source.window(stored)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    source.fetch_assets({day: flags.get("detail", "country") for day in days})
    with source.client:
        return [facts for _, facts in source.fetch_days({day: flags.get("detail", "country") for day in days})]


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
        collect(api, world.end, stored=[FIRST])
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
        parts = collect(api, world.end, detail="full", since="2026-10-20", history_private=True)
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


def everybody_watches_everything(countries, videos):
    """A world of one day, in which each country plays each video once."""
    assets, made = (World.make(1, count, videos, 0, LAST, LAST) for count in (0, countries * videos))
    pairs = product(list(NAMES)[:countries], assets.assets)
    sessions = [
        session._replace(country=country, media_id=asset.media_id)
        for session, (country, asset) in zip(made.sessions, pairs, strict=True)
    ]
    return World(assets.assets, sessions, LAST, LAST, assets.rng)


def crossing(api):
    """(breakdown, filter) → how many requests."""
    asked = ((seen.path.rsplit("/", 1)[1], name) for seen in api.requests for name in seen.query)
    return Counter((breakdown, name) for breakdown, name in asked if name.startswith("filterBy"))


PER_COUNTRY, PER_VIDEO = ("media-id", "filterBy[country][]"), ("country", "filterBy[mediaId][]")


@pytest.mark.parametrize(
    ("countries", "videos", "expected"),
    [
        (4, 9, {PER_COUNTRY: 4}),
        (9, 4, {PER_VIDEO: 4}),
        (1, 9, {}),
        (3, 120, {PER_COUNTRY: 3 * 2}),
        (120, 3, {PER_VIDEO: 3 * 2}),
        (90, 120, {PER_VIDEO: 120}),  # fewer countries, but two pages each
    ],
)
def test_the_route_with_fewer_requests_is_taken_pages_included(countries, videos, expected):
    world = everybody_watches_everything(countries, videos)
    with StandIn(world) as api:
        (facts,) = collect(api, world.end, detail="media", since=LAST, until=LAST)
        assert crossing(api) == expected
    assert sums([facts], "total", lambda row: row["country"]) == world.truth()
    assert sums([facts], "media").total() == countries * videos


def test_each_dimension_takes_its_own_cheaper_route(world):
    with StandIn(world) as api:
        collect(api, world.end, detail="full", since=LAST, until=LAST, history_private=True)
        asked = crossing(api)
    plays = list(world.plays([LAST]))
    countries = {play.country for play in plays} - {None, ""}
    for breakdown, name, values in (
        ("media-id", "mediaId", {play.media_id for play in plays}),
        ("device-type", "deviceType", {play.viewer.device for play in plays}),
        ("operating-system", "operatingSystem", {play.viewer.system for play in plays}),
        ("browser", "browser", {play.viewer.browser for play in plays}),
        ("referrer", "referrer", {play.referrer["url"] for play in plays} - {None, ""}),
    ):
        assert len(values) < len(countries)
        assert asked.pop(("country", f"filterBy[{name}][]")) == len(values), breakdown
    assert not asked


def test_a_referrer_too_long_for_a_filter_is_asked_by_country(world):
    long = {**REFERRERS[1], "url": "https://long.example/?" + "x" * 2048}
    sessions = [one._replace(referrer=long) if one.referrer is REFERRERS[1] else one for one in world.sessions]
    with StandIn(World(world.assets, sessions, FIRST, LAST, world.rng)) as api:
        (facts,) = collect(api, world.end, detail="full", since=LAST, until=LAST, history_private=True)
        assert crossing(api)["referrer", "filterBy[country][]"] > 10
    expected = sum(one.referrer is long for one in sessions if one.day == LAST)
    assert sums([facts], "referrer", lambda row: row["value"])["long.example"] == expected > 0


def test_what_the_history_may_not_hold_is_not_asked(world):
    with StandIn(world) as api:
        collect(api, world.end, detail="full", since=LAST, until=LAST, withhold_media=True)
        asked = {seen.path.rsplit("/", 1)[1] for seen in api.requests if "/buckets/play/" in seen.path}
    assert asked == {"country", "device-type", "operating-system", "browser"}


def test_a_day_without_a_play_takes_one_request_at_any_detail(world):
    with StandIn(world) as api:
        collect(api, world.end, detail="full", since=LAST + timedelta(days=1))
        collect(api, world.end + timedelta(days=1), detail="full", since=LAST + timedelta(days=1))
        asked = [seen.path for seen in api.requests if "/buckets/play/" in seen.path]
    assert asked == ["/data/buckets/play/country"]


class Listening(Progress):
    """Keeps what is said, with how many requests had been sent, and how many of them filtered."""

    def __init__(self, api):
        self.api = api
        self.said = []

    def say(self, message):
        self.said.append((message, len(self.api.requests), crossing(self.api).total()))


@pytest.mark.parametrize("first", [date(2026, 10, 1), date(2026, 10, 18)])
@pytest.mark.parametrize("detail", ["media", "full"])
def test_the_estimate_comes_before_the_long_part_and_is_near_the_truth(first, detail):
    """Also of an account that is younger than the window, whose first days are empty."""
    world = World.make(7, 3000, 12, 3, first, LAST, countries=30)
    with StandIn(world, rate_limit=100, window_seconds=0.3) as api:
        progress = Listening(api)
        collect(api, world.end, progress=progress, detail=detail, since="2026-10-09")
        asked = len(api.requests)
    ((message, before, filtered),) = [one for one in progress.said if one[0].startswith("About")]
    assert filtered == 0
    assert before < 30
    estimate = int(message.split()[1].replace(",", ""))
    assert 0.7 < estimate / (asked - before) < 1.4
    assert f"some {estimate / 100:.0f} minutes at the 100 a minute that the API allows" in message
    assert "an interrupted run resumes where it stopped" in message


def test_a_run_of_less_than_a_minute_shows_no_estimate(world):
    with StandIn(world, rate_limit=500, window_seconds=0.3) as api:
        progress = Listening(api)
        collect(api, world.end, progress=progress, detail="full", since="2026-10-25")
    assert progress.said == []


@pytest.mark.parametrize("detail", ["country", "media", "full"])
def test_no_answer_is_asked_twice(world, detail):
    with StandIn(world) as api:
        collect(api, world.end, detail=detail, since="2026-10-21")
        asked = Counter((seen.path, str(seen.query)) for seen in api.requests)
    assert asked.most_common(1)[0][1] == 1


def test_odd_values_are_counted_and_reported(world):
    with StandIn(world, odd_values=True) as api:
        parts = collect(api, world.end)
    truth = world.truth()
    counted = sums(parts, "total", lambda row: row["country"])
    assert counted == truth
    assert sum(n for facts in parts for n in facts.unmapped.values()) > 0
    assert {one.reason for facts in parts for one in facts.refused} == {"the count is not a whole number"}


@pytest.mark.parametrize("count", [None, "many"])
def test_a_breakdown_that_lacks_a_large_part_of_its_rows_puts_the_day_in_doubt(world, monkeypatch, count):
    """One of four devices, although that is a small part of all rows of the day."""
    with StandIn(world) as api:
        real = api.data.buckets

        def spoil(query, metric, breakdown):
            found = real(query, metric, breakdown)
            if breakdown == "device-type" and found["data"]:
                found["data"][0] = {**found["data"][0], "metricValue": count}
            return found

        monkeypatch.setattr(api.data, "buckets", spoil)
        [facts] = collect(api, world.end, detail="full", since=str(LAST), until=str(LAST))
    assert facts.doubtful == {LAST}
    assert sum(one.count for one in facts.refused) * 10 < facts.table.num_rows


@pytest.mark.parametrize("invalid", ["computer", "computer FR", "all FR"])
def test_the_count_of_an_invalid_row_is_not_added_to_the_plays_without_a_device(monkeypatch, invalid):
    """What no filter can name is what the other rows leave of the total, so it cannot be known on that day."""
    devices = {"computer": 150, "phone": 90, None: 60}

    def fetch(client, metric, breakdown, start, end, only=None):
        if breakdown == "device-type":
            return [{"dimensionValue": one, "metricValue": "x" if one == invalid else n} for one, n in devices.items()]
        device = only["deviceType"] if only else "all"
        count = devices.get(device, 300) // 3
        return [
            {"dimensionValue": one, "metricValue": "x" if invalid == f"{device} {one}" else count}
            for one in ("DE", "FR", "PE")
        ]

    monkeypatch.setattr(data_api_day, "fetch_buckets", fetch)
    client = SimpleNamespace(map=lambda items, work: [(one, work(one)) for one in items])
    fetcher = data_api_day.DayFetcher(client, "play", datetime(2026, 10, 31, tzinfo=UTC))
    facts = fetcher.fetch_facts(fetcher.fetch_totals(LAST, ["device"]))
    found = sums([facts], "device", lambda row: row["value"])
    assert found["unknown"] == (60 if facts.doubtful == frozenset() else 0)
    assert found.total() <= 300
    assert ("the count is not a whole number", 1) in {(one.reason, one.count) for one in facts.refused}


@pytest.mark.parametrize("part", ["country", "media-id", "filtered"])
def test_one_invalid_row_is_left_out_and_does_not_put_its_day_in_doubt(world, monkeypatch, part):
    with StandIn(world) as api:
        real, spoiled = api.data.buckets, []

        def spoil(query, metric, breakdown):
            found = real(query, metric, breakdown)
            filtered = any(name.startswith("filterBy") for name in query.as_dict())
            if metric == "play" and part == ("filtered" if filtered else breakdown) and found["data"] and not spoiled:
                spoiled.append(found["data"][0]["metricValue"])
                found["data"][0] = {**found["data"][0], "metricValue": None}
            return found

        monkeypatch.setattr(api.data, "buckets", spoil)
        [facts] = collect(api, world.end, detail="media", since=str(LAST), until=str(LAST))
    assert spoiled
    assert facts.doubtful == frozenset()
    assert ("the count is not a whole number", 1) in {(one.reason, one.count) for one in facts.refused}
    assert 0 <= sum(world.truth([LAST]).values()) - sum(sums([facts], "total").values()) <= spoiled[0]


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


def found_first_day(world, now, remembers, mode):
    with StandIn(world, now=now, retention_days=remembers, retention_mode=mode) as api:
        client = Client(api.url, api.api_key, At(now, Progress()))
        first = fetch_first_day(client, "play", now)
        client.close()
    return first


@pytest.mark.parametrize("mode", ["refuse", "cut"])
@pytest.mark.parametrize(("remembers", "whole_days"), [(n, n) for n in (30, 89, 90, 92, 180, 365)])
def test_the_retention_is_found_and_only_complete_days_are_believed(mode, remembers, whole_days):
    end = date(2026, 11, 23)
    world = World.make(3, 4000, 3, 1, end - timedelta(days=400), end, countries=5)
    now = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
    first = found_first_day(world, now, remembers, mode)
    # in mode "cut" the first day that is counted at all may be cut by the edge, so it is not believed
    assert first == end - timedelta(days=whole_days - 1) or (
        mode == "cut" and remembers != 30 and first <= end - timedelta(days=whole_days - 3)
    )
    assert first >= first_whole_day(now, timedelta(days=remembers))


@pytest.mark.parametrize("mode", ["refuse", "cut"])
@pytest.mark.parametrize("remembers", [90, 365])
def test_an_account_with_plays_on_few_days_gets_all_that_is_remembered(mode, remembers):
    end = date(2026, 11, 23)
    world = World.make(3, 30, 3, 1, end - timedelta(days=400), end, countries=5)
    now = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
    first = found_first_day(world, now, remembers, mode)
    played = sorted(day for day in world.truth_by_day() if day >= first_whole_day(now, timedelta(days=remembers)))
    assert not {end - timedelta(days=ago) for ago in (88, 89, 364)} & set(played)  # the days that are asked from
    # one that takes any start may have cut the first day that it reports
    assert first == played[0] + timedelta(days=mode == "cut" or remembers == 365)


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


def test_the_own_count_of_complete_days_and_the_retention_are_requested(world):
    with StandIn(world) as api:
        source = open_source(api, world.end)
        source.window(())
        assert source.remembers == 30
        assert (
            source.fetch_count(FIRST, FIRST + timedelta(days=1))
            == world.truth([FIRST, FIRST + timedelta(days=1)]).total()
        )
        source.client.close()


@pytest.mark.parametrize("metric", ["play", "viewer"])
def test_the_own_count_of_each_day_comes_from_one_request_and_a_day_without_plays_is_left_out(metric):
    world = World.make(3, 40, 3, 1, FIRST, LAST, countries=5)
    with StandIn(world) as api:
        source = open_source(api, world.end)
        source.metric = metric
        found = source.fetch_daily_counts(FIRST, LAST)
        assert len(api.requests) == 1
        counts = {day: source.fetch_count(day, day) for day in world.days}
        assert 0 in counts.values()
        assert found == {day: count for day, count in counts.items() if count}
        source.client.close()


def answering(**answer):
    return SimpleNamespace(get=lambda path, params: answer)


@pytest.mark.parametrize(
    ("written", "day"),
    [("2026-10-02T00+00:00:00:00", 2), ("2026-10-02T00:00:00+00:00", 2), ("2026-10-02", 2),
     ("2026-10-03T01:00:00+02:00", 2), ("2026-10-05T00:00:00+00:00", None), ("never", None), (5, None), (None, None)],
)  # fmt: skip
def test_the_day_of_a_daily_count_is_the_utc_day_and_one_that_was_not_requested_is_left_out(written, day):
    client = answering(
        data=[{"emittedAt": written, "metricValue": 3}, {"emittedAt": "2026-10-01", "metricValue": None}]
    )
    start = datetime(2026, 10, 1, tzinfo=UTC)
    found = fetch_daily_counts(client, "play", start, start + timedelta(days=4))
    assert found == ({date(2026, 10, day): 3} if day else {})


@pytest.mark.parametrize(
    ("timeframe", "right"),
    [({"from": "2026-10-01T00:00:00+00:00", "to": "2026-10-02T00:00:00+00:00"}, True),
     ({"from": "2026-10-01T02:00:00+02:00", "to": "2026-10-01T23:59:59+00:00"}, True),
     ({"from": "2026-10-01T01:00:00+00:00", "to": "2026-10-02T01:00:00+00:00"}, True),
     ({"from": "2026-10-01T01:00:01+00:00", "to": "2026-10-02T00:00:00+00:00"}, False),
     ({"from": "2026-10-01T00:00:00+00:00", "to": "2026-10-02T06:00:00+00:00"}, False),
     ({"from": "2026-09-30T00:00:00+00:00", "to": "2026-10-01T00:00:00+00:00"}, False),
     ({"to": "2026-10-01T00:00:00+00:00"}, False), ({"from": None, "to": "then"}, True), ({}, True), ([], True),
     (None, True)],
)  # fmt: skip
def test_an_answer_that_names_another_period_than_the_requested_one_is_rejected(timeframe, right):
    start = datetime(2026, 10, 1, tzinfo=UTC)
    client = answering(context={"timeframe": timeframe}, data=[{"dimensionValue": "FR", "metricValue": 3}])
    counted = answering(context={"timeframe": timeframe}, data=3)
    with nullcontext() if right else pytest.raises(UnknownShape, match="another period"):
        assert len(data_api_day.fetch_buckets(client, "play", "country", start, start + timedelta(days=1))) == 1
    with nullcontext() if right else pytest.raises(UnknownShape, match="another period"):
        assert fetch_count(counted, "play", start, start + timedelta(days=1)) == 3
