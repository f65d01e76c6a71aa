"""Several metrics in one history: many nights, an outage, metrics that come and go, a branch, crashes and refusals."""

import os
import shutil
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from apivideo_geo.effects import Effects, Progress
from apivideo_geo.errors import ApiError, UsageError
from apivideo_geo.history.history import load_history
from apivideo_geo.model import METRICS
from apivideo_geo.pipeline import run
from apivideo_geo.settings import load_settings
from tests.fakes.data_api import truth_of
from tests.fakes.problems import Problem
from tests.fakes.server import StandIn
from tests.fakes.world import World
from tests.history.branch.runs import Home
from tests.product import ROOT, Product

FIRST = date(2026, 6, 1)
PLAYS_AND_ENDS = {"APIVIDEO_GEO_METRICS": "play; end"}
DEFAULT = ("play", "impression", "end", "viewer")
START = FIRST + timedelta(days=30)
"""The first night."""


@pytest.fixture(scope="module")
def world():
    return World.make(3, 6000, 3, 1, FIRST, FIRST + timedelta(days=99), countries=8)


def at_night(day):
    return datetime(day.year, day.month, day.day, 4, 17, tzinfo=UTC)


def collect(api, folder, day, progress=None, **flags):
    """One run, with the default metrics unless ``flags`` say otherwise."""
    api.now = at_night(day)
    api.clear_requests()
    flags = {"history": str(folder), "base_url": api.url, "api_key": api.api_key, "source": "data"} | flags
    return run(
        "collect", load_settings(flags, Path(os.devnull)), Effects(int(api.now.timestamp()), progress or Progress())
    )


def stored(folder, metric):
    """(UTC day, alpha-3) → count of the complete days of a metric."""
    history = load_history(folder).of(metric)
    assert history.metric in (None, metric)
    rows = [row for path in history.files() for row in pq.read_table(path).to_pylist()]
    return {
        (row["day"], row["country"]): row["count"]
        for row in rows
        if row["dimension"] == "total" and not history.entries[row["day"]].open
    }


def days_of(folder, metric):
    return {day for day, line in load_history(folder).of(metric).entries.items() if not line.open}


def between(first, last):
    return {first + timedelta(days=n) for n in range((last - first).days + 1)}


def true(world, metric, days):
    return {key: count for key, count in truth_of(metric, world.sessions).items() if key[0] in days}


def test_each_metric_of_45_nights_equals_the_truth_through_an_outage_and_changes_of_what_is_counted(world, tmp_path):
    folder, requests = tmp_path / "history", []
    nights = [START + timedelta(days=night if night < 25 else night + 20) for night in range(45)]
    with StandIn(world) as api:
        for night, day in enumerate(nights):
            metrics = [*DEFAULT, "start"] if night >= 20 else [*DEFAULT]
            if night >= 30:
                metrics.remove("impression")
            report = collect(api, folder, day, metrics=metrics)
            assert not report.warnings and not any(report.doubtful.values())
            requests.append((len(metrics), len(api.requests)))
    print(requests)
    first = nights[0] - timedelta(days=29)  # the first whole day that the API has on the first night
    days = between(first, nights[-1] - timedelta(days=1))
    expected = {
        "play": days, "end": days, "viewer": days,
        "impression": between(first, nights[29] - timedelta(days=1)),
        "start": {day for day in days if day >= nights[20] - timedelta(days=29)},
    }  # fmt: skip
    for metric, known in expected.items():
        assert days_of(folder, metric) == known, metric
        assert stored(folder, metric) == true(world, metric, known), metric
    ordinary = [one for night, one in enumerate(requests) if night not in (0, 20, 25)]
    assert all(sent <= 2 * metrics + 4 for metrics, sent in ordinary)


def test_a_metric_is_compared_with_the_apis_own_count_and_a_difference_is_found(world, tmp_path):
    folder, day = tmp_path / "history", FIRST + timedelta(days=31)
    with StandIn(world) as api:
        collect(api, folder, day)
        # Three late plays of a day that is already stored: each metric finds out when it is compared next.
        before = {metric: sum(stored(folder, metric).values()) for metric in DEFAULT}
        late = World.make(3, 6000, 3, 1, FIRST, FIRST + timedelta(days=99), countries=8)
        api.world = api.data.world = late
        late.arrive(late.assets[0].media_id, at_night(day) - timedelta(hours=8), count=30)
        for night in range(1, 5):
            collect(api, folder, day + timedelta(days=night))
    days = between(FIRST + timedelta(days=2), day + timedelta(days=3))
    for metric in DEFAULT:
        counts = {key: n for key, n in stored(folder, metric).items() if key[0] in days}
        assert counts == true(late, metric, days), metric
        assert sum(counts.values()) > before[metric]


def test_watch_time_by_country_adds_up_to_the_apis_own_sum(world, tmp_path):
    folder, day, said = tmp_path / "history", FIRST + timedelta(days=33), Said()
    with StandIn(world) as api:
        collect(api, folder, day, said, metrics=("play", "watch-time"), since=day - timedelta(days=3))
        asked = [seen for seen in api.requests if "/watch-time/" in seen.path]
    days = between(day - timedelta(days=3), day - timedelta(days=1))
    assert stored(folder, "watch-time") == true(world, "watch-time", days)
    assert f"Watch time takes {len(asked)} requests" in "\n".join(said.lines)


def test_a_day_of_watch_time_in_doubt_is_settled_when_three_nights_give_the_same(world, tmp_path):
    folder, day, since = tmp_path / "history", FIRST + timedelta(days=33), FIRST + timedelta(days=30)
    days = between(since, day - timedelta(days=1))
    with StandIn(world) as api:
        api.data.ignores_filters = True
        for night in range(4):
            report = collect(
                api, folder, day + timedelta(days=night), metrics=("play", "watch-time"), since=since,
                until=max(days),
            )  # fmt: skip
            assert {one.day for one in report.doubtful["watch-time"]} == days
            assert all(one.settled == (night >= 2) for one in report.doubtful["watch-time"])
            assert bool([one for one in api.requests if "/watch-time/" in one.path]) == (night < 3)


def test_watch_time_that_exceeds_the_total_of_the_day_is_in_doubt_until_it_is_right(world, tmp_path):
    folder, day, since = tmp_path / "history", FIRST + timedelta(days=33), FIRST + timedelta(days=30)
    chosen = {"metrics": ("play", "watch-time"), "since": since}
    with StandIn(world) as api:
        for night in range(2):  # each country is the total of all
            api.data.ignores_filters = True
            report = collect(api, folder, day + timedelta(days=night), **chosen)
            days = between(since, day + timedelta(days=night - 1))
            assert {one.day for one in report.doubtful["watch-time"]} == days
            assert "In doubt (watch-time): " in "\n".join(report.lines())
            assert "the next runs ask again" in "\n".join(report.lines())
        api.data.ignores_filters = False
        report = collect(api, folder, day + timedelta(days=2), **chosen)
        right = true(world, "watch-time", between(since, day + timedelta(days=1)))
        assert not report.doubtful["watch-time"]
        assert stored(folder, "watch-time") == right
        api.data.ignores_filters = True  # what is right is not replaced
        report = collect(api, folder, day + timedelta(days=3), **chosen)
        assert {key: n for key, n in stored(folder, "watch-time").items() if key in right} == right
        assert {one.day for one in report.doubtful["watch-time"]} == {day + timedelta(days=2)}


class Said(Progress):
    """Keeps what a run says on the way."""

    def __init__(self):
        self.lines = []

    def say(self, message):
        self.lines.append(message)


def test_a_first_run_says_how_many_requests_it_takes(world, tmp_path):
    said = Said()
    with StandIn(world) as api:
        collect(api, tmp_path / "history", FIRST + timedelta(days=40), said)
        sent = sum(seen.path.startswith("/data/") for seen in api.requests) - 1  # how far the API remembers
        assert any(
            f"About {sent:,} requests for 30 days of play, impression, end, viewer" in line for line in said.lines
        )
        collect(api, tmp_path / "history", FIRST + timedelta(days=41), said)
        assert len(said.lines) == 1


def test_the_number_of_requests_includes_hours_and_peaks_of_live_streams(world, tmp_path):
    said, metrics = Said(), [*DEFAULT, "ccv-peak"]
    with StandIn(world) as api:
        day = FIRST + timedelta(days=40)
        collect(api, tmp_path / "history", day, said, metrics=metrics, hours=True, detail="media")
        counted = (
            "/data/metrics/",
            "/data/timeseries/",
            *(f"/data/buckets/{name}/" for name in ("impression", "end", "view", "ccv-peak")),
        )
        sent = [seen for seen in api.requests if seen.path.startswith(counted)]
    [line] = [line for line in said.lines if "impression" in line]
    more = "and more for play: how many is known only when their days are read."
    assert line.endswith(f" requests for 30 days of impression, end, viewer, hours, ccv-peak, {more}")
    of_play = [seen for seen in sent if "/play" in seen.path and seen.query.get("interval") != ["hour"]]
    # An hour without plays has no row here, so the hours can fit on one page fewer.
    assert int(line.split()[1]) - (len(sent) - len(of_play)) in (0, 1)


@pytest.mark.parametrize("refused", ["end", "view"])
def test_a_metric_that_the_api_refuses_is_a_warning_and_the_others_are_stored(world, tmp_path, refused):
    folder, name = tmp_path / "history", {"view": "viewer"}.get(refused, refused)
    with StandIn(world, refused_metrics=[refused]) as api:
        report = collect(api, folder, FIRST + timedelta(days=40), since=FIRST + timedelta(days=35))
        assert [line for line in report.warnings if line.startswith(f"{name} was not collected: ") and "403" in line]
        assert report.warnings[-1].endswith(f"To do without {name}, take it out of the setting metrics")
        days = between(FIRST + timedelta(days=35), FIRST + timedelta(days=39))
        for metric in DEFAULT:
            assert stored(folder, metric) == ({} if metric == name else true(world, metric, days))
        api.data.refused = ()
        collect(api, folder, FIRST + timedelta(days=41), since=FIRST + timedelta(days=35))
    assert stored(folder, name) == true(world, name, days | {FIRST + timedelta(days=40)})


@pytest.mark.parametrize("answer", [Problem(500, "internal", "Server error."), {"data": 7}])
def test_a_lasting_failure_of_a_further_metric_stops_neither_the_others_nor_the_site(
    world, tmp_path, monkeypatch, answer
):
    product, now = Product(tmp_path), at_night(date(2026, 7, 9))
    monkeypatch.setattr("apivideo_geo.api.retry.FIRST_WAIT", 0)
    failing = "end"

    def buckets(query, metric, breakdown):
        if metric != failing:
            return right(query, metric, breakdown)
        if isinstance(answer, Problem):
            raise answer
        return answer

    with StandIn(world, now=now) as api:
        right, api.data.buckets = api.data.buckets, buckets
        chosen = {"APIVIDEO_GEO_METRIC": "", "APIVIDEO_GEO_METRICS": "play; end; start"}
        said = product.run("--since", "2026-07-04", api=api, now=now, **chosen)
        assert "Warning: end was not collected: " in said.stdout
        assert "The next run requests end again" in said.stdout
        assert "take it out of the setting metrics" not in said.stdout
        days = between(date(2026, 7, 4), date(2026, 7, 8))
        for metric in ("play", "start"):
            assert stored(tmp_path / "history", metric) == true(world, metric, days)
        assert [block["metric"] for block in product.summary()["metrics"]] == ["play", "start"]
        failing = "play"
        product.run("--since", "2026-07-04", "--history", "other", api=api, now=now, code=4, **chosen)


def test_the_first_metric_refused_is_an_error_after_the_others_are_stored(world, tmp_path):
    folder, since = tmp_path / "history", FIRST + timedelta(days=35)
    with StandIn(world, refused_metrics=["play"]) as api:
        with pytest.raises(ApiError, match="403"):
            collect(api, folder, FIRST + timedelta(days=40), since=since)
        days = between(since, FIRST + timedelta(days=39))
        assert stored(folder, "impression") == true(world, "impression", days)
        api.data.refused = ()
        collect(api, folder, FIRST + timedelta(days=40), since=since)
    for metric in DEFAULT:
        assert stored(folder, metric) == true(world, metric, days)
    assert list(load_history(folder).by_metric) == ["impression", "play", "end", "viewer"]


def test_detail_is_for_the_first_metric_and_those_that_are_named(tmp_path):
    folder, day, since = tmp_path / "history", FIRST + timedelta(days=40), FIRST + timedelta(days=38)
    world = World.make(3, 900, 5, 1, since, day + timedelta(days=1), countries=5)
    with StandIn(world) as api:
        collect(api, folder, day, since=since, detail="media", detail_metrics=("impression",))
        collect(api, folder, day + timedelta(days=1), since=since)  # what is stored at a detail stays at it
    found = {}
    for metric, one in load_history(folder).by_metric.items():
        rows = [row for path in one.files() for row in pq.read_table(path).to_pylist()]
        found[metric] = {row["value"] for row in rows if row["dimension"] == "media"}
        days = {row["day"] for row in rows if row["dimension"] == "media"}
        sums = Counter(row["dimension"] for row in rows for _ in range(row["count"]) if row["day"] in days)
        assert sums["media"] == sums["total"]
    public = {asset.media_id for asset in world.assets if asset.public} | {"unlisted"}
    assert found == {"play": public, "impression": public, "end": set(), "viewer": set()}


class CutOff(Exception):
    """The run ends here."""


class CutAfter(Progress):
    """The run is cut off after so many days of any metric."""

    def __init__(self, days):
        self.left = days

    def advance(self, parts=1):
        self.left -= parts
        if self.left < 0:
            raise CutOff


@pytest.mark.parametrize("done", [3, 6, 11, 17])
def test_a_run_that_was_cut_off_between_metrics_is_completed_by_the_next(world, tmp_path, done):
    folder, day, since = tmp_path / "history", FIRST + timedelta(days=40), FIRST + timedelta(days=36)
    with StandIn(world) as api:
        with pytest.raises(CutOff):
            collect(api, folder, day, CutAfter(done), since=since)
        leftover = folder / "metrics/end/2026/07/.2026-07-07.parquet.writing-1"
        leftover.parent.mkdir(exist_ok=True, parents=True)
        leftover.write_bytes(b"PAR1")
        collect(api, folder, day, since=since)
    assert not leftover.exists()
    for metric in DEFAULT:
        assert stored(folder, metric) == true(world, metric, between(since, day - timedelta(days=1)))


def test_a_damaged_day_of_one_metric_is_set_aside_and_collected_again(world, tmp_path):
    folder, day, since = tmp_path / "history", FIRST + timedelta(days=40), FIRST + timedelta(days=36)
    with StandIn(world) as api:
        collect(api, folder, day, since=since)
        path = folder / "metrics/end/2026/07/2026-07-08.parquet"
        path.write_bytes(b"PAR1 cut short")
        collect(api, folder, day, since=since)
    assert path.with_suffix(".damaged").is_file()
    assert stored(folder, "end") == true(world, "end", between(since, day - timedelta(days=1)))


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


@pytest.mark.parametrize("version", [1, 2])
def test_an_old_history_of_one_metric_is_extended_published_and_fetched_without_loss(home, version):
    checkout, since = home.clone(), date(2026, 10, 6)
    world = World.make(3, 600, 3, 1, since, date(2026, 10, 12), countries=8)
    folder, example = checkout.folder / "history", ROOT / f"tests/history/examples/version-{version}.parquet"
    (folder / "2026").mkdir(parents=True)
    shutil.copy(example, folder / "2026/2026-09.parquet")
    old = {
        (row["day"], row["country"]): row["count"]
        for row in pq.read_table(example).to_pylist()
        if row["dimension"] == "total"
    }
    with StandIn(world) as api:
        for day in (8, 9, 10):
            collect(api, folder, date(2026, 10, day), since=since)
            checkout.publish(api.now)
        expected = {metric: true(world, metric, between(since, date(2026, 10, 9))) for metric in DEFAULT}
        expected["play"] |= old
        other = home.clone()
        other.fetch(api.now)
        for place in (folder, home.history().folder, other.folder / "history"):
            assert {metric: stored(place, metric) for metric in DEFAULT} == expected
        assert "and 3 more metrics" in home.log()[0][2]
        collect(api, other.folder / "history", date(2026, 10, 11), since=since)
        other.publish(api.now)
    checkout.fetch(at_night(date(2026, 10, 11)))
    for metric in DEFAULT:
        new = true(world, metric, between(since, date(2026, 10, 10)))
        assert stored(folder, metric) == (old | new if metric == "play" else new)


def test_compact_and_forget_are_for_all_metrics(world, tmp_path):
    product, now = Product(tmp_path), at_night(date(2026, 7, 2))
    both = {"APIVIDEO_GEO_METRIC": "", **PLAYS_AND_ENDS}
    with StandIn(world, now=now) as api:
        product.run("collect", "--since", "2026-06-28", api=api, now=now, **both)
    product.run("forget", "2026-06-29", now=now)
    assert "2 months compacted" in product.run("compact", now=at_night(date(2026, 7, 12))).stdout
    for folder in (tmp_path / "history", tmp_path / "history/metrics/end"):
        assert (folder / "2026/2026-06.parquet").is_file() and not (folder / "2026/06").exists()
    days = {date(2026, 6, 28), date(2026, 6, 30), date(2026, 7, 1)}
    for metric in ("play", "end"):
        assert stored(tmp_path / "history", metric) == true(world, metric, days)


def test_sessions_join_a_history_of_plays_as_a_metric_of_their_own(world, tmp_path):
    product, now = Product(tmp_path), at_night(date(2026, 7, 5))
    with StandIn(world, now=now) as api:
        product.run("collect", "--since", "2026-07-03", api=api, now=now)
    plays = stored(tmp_path / "history", "play")
    (tmp_path / "old.csv").write_text(
        "sessionID,loadedAt,country\na,2026-06-01T10:00:00Z,France\nb,2026-06-01T11:00:00Z,France\n"
        "c,2026-07-03T10:00:00Z,Norway\n"
    )
    product.run("collect", "--sessions", "old.csv", now=now)
    assert stored(tmp_path / "history", "session") == {(date(2026, 6, 1), "FRA"): 2, (date(2026, 7, 3), "NOR"): 1}
    assert stored(tmp_path / "history", "play") == plays
    report = product.run("doctor", now=now, code=2).stdout
    assert "counting plays and 1 more metric" in report


def test_a_lost_history_of_several_metrics_comes_back_from_the_facts_of_a_site(world, tmp_path):
    product, now = Product(tmp_path), at_night(date(2026, 7, 5))
    with StandIn(world, now=now) as api:
        product.run("collect", "--since", "2026-06-29", api=api, now=now, APIVIDEO_GEO_METRIC="", **PLAYS_AND_ENDS)
    history = load_history(tmp_path / "history")
    files = [path for one in history.all for path in one.files()]
    pq.write_table(pa.concat_tables(pq.read_table(path) for path in files), tmp_path / "facts.parquet")
    before = {metric: stored(tmp_path / "history", metric) for metric in ("play", "end")}
    shutil.rmtree(tmp_path / "history")
    product.run("collect", "--counts", "facts.parquet", "--until", "2026-07-04", now=now)
    assert {metric: stored(tmp_path / "history", metric) for metric in ("play", "end")} == before


def test_the_doctor_names_the_metric_that_lacks_days(world, tmp_path):
    product, now = Product(tmp_path), at_night(date(2026, 7, 5))
    with StandIn(world, now=now) as api:
        both = {"APIVIDEO_GEO_METRIC": "", **PLAYS_AND_ENDS}
        product.run("collect", "--since", "2026-06-29", api=api, now=now, **both)
        shutil.rmtree(tmp_path / "history/metrics/end/2026/07")
        found = product.run("doctor", api=api, now=now, code=4, **both).stdout
        path = tmp_path / "history/metrics/end/2026/2026-06.parquet"
        path.write_bytes(b"PAR1")
        damaged = product.run("doctor", api=api, now=now, code=5, **both).stdout
    assert "gaps (end): " in found and "2026-07-01 to 2026-07-04" in found
    assert "metrics/end/2026/2026-06.parquet" in damaged


def test_a_day_that_all_metrics_lack_is_one_finding_of_the_doctor(world, tmp_path):
    product, now = Product(tmp_path), at_night(date(2026, 7, 5))
    with StandIn(world, now=now) as api:
        three = {"APIVIDEO_GEO_METRIC": "", "APIVIDEO_GEO_METRICS": "play; end; impression"}
        product.run("collect", "--since", "2026-06-29", api=api, now=now, **three)
        product.run("forget", "2026-07-02")
        found = product.run("doctor", api=api, now=now, code=4, **three).stdout
    assert found.count("2026-07-02") == 1
    assert "wrong    gaps (play, impression, end): 1 day (2026-07-02): missing and can still be collected." in found
    assert "1 problem. Start with" in found


@pytest.mark.parametrize(
    ("metrics", "sentence"),
    [
        (["plays"], r"'plays' cannot be chosen; did you mean play\? Choose from play, view, impression"),
        (["play", "end", "play"], "play is named twice"),
        ([], "name at least one metric"),
        (["session"], "session is what --sessions and --source sessions count"),
        (["ccv-peak"], "cannot be the only or the first metric"),
    ],
)
def test_metrics_that_cannot_be_are_refused_in_one_sentence(metrics, sentence):
    with pytest.raises(UsageError, match=sentence):
        load_settings({"metrics": metrics}, Path(os.devnull))


def test_metric_is_short_for_one_and_the_stronger_place_wins(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("apivideo-geo.toml").write_text('metrics = ["end", "play"]\n')
    assert load_settings({}).metrics == ("end", "play")
    assert load_settings({"metric": "view"}).metrics == ("view",)
    monkeypatch.setenv("APIVIDEO_GEO_METRIC", "start")
    assert load_settings({}).metrics == ("start",)
    assert load_settings({"metric": "view"}).metrics == ("view",)
    monkeypatch.setenv("APIVIDEO_GEO_METRICS", "play; viewer")
    with pytest.raises(UsageError, match="metric is short for metrics with one entry; drop one of the two"):
        load_settings({})
    monkeypatch.delenv("APIVIDEO_GEO_METRIC")
    assert load_settings({}).metrics == ("play", "viewer")
    assert load_settings({"sessions": ("x.csv",)}).metrics == ("play", "viewer")  # those of another run, of the API
    monkeypatch.delenv("APIVIDEO_GEO_METRICS")
    with pytest.raises(UsageError, match="metric is for the Data API; session files count sessions"):
        load_settings({"sessions": ("x.csv",), "metric": "play"})
    with pytest.raises(UsageError, match="'viewer' cannot be chosen; choose from play, view"):
        load_settings({"detail_metrics": ["viewer"]})


def test_the_settings_know_every_metric_of_the_api():
    known = [one for one in METRICS if "session" not in one]
    assert load_settings({"metrics": known}).metrics == tuple(known)
    assert {*METRICS} - {*known} == {"session", "session-time", "timed-session"}


def test_viewers_who_are_seen_in_two_countries_on_a_day_do_not_put_it_in_doubt(world, tmp_path, monkeypatch):
    # One row in each country, one viewer in the API's own count of the day.
    monkeypatch.setattr("tests.fakes.data_api._viewer", lambda session: (session.day, "", 0))
    folder, day = tmp_path / "history", FIRST + timedelta(days=31)
    with StandIn(world) as api:
        for night in range(5):
            report = collect(api, folder, day + timedelta(days=night), metrics=["play", "viewer"])
            assert not any(report.doubtful.values())
            assert len(api.requests) <= 8 or not night
    counts = stored(folder, "viewer")
    last = day + timedelta(days=3)
    assert sum(count for (of, _), count in counts.items() if of == last) > 1
    assert load_history(folder).of("viewer").entries[day].reported in (None, 1)
