"""Session time: the seconds from ``loadedAt`` to ``endedAt`` by country and day, a metric next to sessions.

What is expected is added up here from the rows of the file, or from the sessions that the server answers from.
"""

import csv
from collections import Counter
from datetime import UTC, date, datetime

from playwright.sync_api import expect

from apivideo_geo.history.history import load_history
from tests.fakes.server import StandIn
from tests.fakes.world import World
from tests.product import Product

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
ROWS = (
    ("a", "2026-11-08T10:00:00Z", "2026-11-08T10:01:30Z", "FR"),  # 90 s
    ("a", "2026-11-08T10:00:00Z", "2026-11-08T10:01:30Z", "FR"),  # the same session again
    ("b", "2026-11-08T23:30:00-02:00", "2026-11-09T02:30:10+01:00", "FR"),  # 10 s, on 9 November
    ("c", "1794132000", "1794132045.9", "NO"),  # 45 s
    ("d", "2026-11-08 10:05", "2026-11-08 10:07:00.5", "FR"),  # 120 s
    ("e", "08 Nov 2026 10:00:50 GMT", "08 Nov 2026 10:01:20 GMT", "NO"),  # not ISO 8601
    ("f", "2026-11-08T10:00:00Z", "2026-11-08T09:00:00Z", "FR"),  # ends before it begins
    ("g", "2026-11-08T10:00:00Z", "2026-11-10T10:00:00Z", "FR"),  # two days
    ("h", "2026-11-08T10:00:00Z", "", "FR"),  # no end
    ("i", "2026-11-08T10:00:00Z", "", "DE"),  # the only one of its country
    ("j", "2026-11-10T10:00:00Z", "", "FR"),  # the only one of its day
    ("k", "2026-11-11", "2026-11-11T00:00:00Z", "FR"),  # 0 s
)


def times(folder, metric="session-time"):
    """(UTC day, alpha-3) → seconds, or another metric, in the history."""
    one = load_history(folder).others[metric]
    rows = [row for path in one.files() for row in _rows(path)]
    assert {row["metric"] for row in rows} == {metric}
    assert {row["dimension"] for row in rows} == {"total"}
    return {(row["day"], row["country"]): row["count"] for row in rows}


def _rows(path):
    import pyarrow.parquet as pq

    return pq.read_table(path).to_pylist()


def read(product, name):
    with (product.folder / "site/data" / name).open(newline="") as file:
        return list(csv.DictReader(file))


def write(folder, rows):
    text = "".join(",".join(row) + "\n" for row in rows)
    (folder / "sessions.csv").write_text("sessionID,loadedAt,endedAt,country\n" + text)


def test_the_time_of_sessions_that_have_both_ends_is_added_up_by_country_and_day(tmp_path):
    product = Product(tmp_path)
    write(tmp_path, ROWS)
    said = product.run("--sessions", "sessions.csv", now=NOW, APIVIDEO_GEO_RATIO_FROM="1").stdout
    assert "sessions that end before they begin, or more than 24 hours later: 2; their time was not counted" in said
    eighth, ninth = date(2026, 11, 8), date(2026, 11, 9)
    assert datetime.fromtimestamp(1794132000, UTC).date() == eighth
    assert times(tmp_path / "history") == {(eighth, "FRA"): 210, (eighth, "NOR"): 45, (ninth, "FRA"): 10}
    timed = {(eighth, "FRA"): 2, (eighth, "NOR"): 1, (ninth, "FRA"): 1, (date(2026, 11, 11), "FRA"): 1}
    assert times(tmp_path / "history", "timed-session") == timed, "a length of 0 seconds is known, too"
    days = load_history(tmp_path / "history").others["session-time"].entries
    assert {day.day: line.count for day, line in days.items()} == {8: 255, 9: 10, 11: 0}  # of the 10th nothing is known
    found = {(row["metric"], row["iso_a3"]): row["count"] for row in read(product, "metrics.csv")}
    assert {code: n for (metric, code), n in found.items() if metric == "session-time"} == {"FRA": "220", "NOR": "45"}
    assert found["session", "FRA"] == "8"
    [ratio] = [row for row in read(product, "ratios.csv") if row["ratio"] == "time-per-session" and not row["iso_a3"]]
    assert (ratio["value"], ratio["upper"], ratio["lower"], ratio["days"]) == ("53.0", "265", "5", "3")
    assert (found["timed-session", "FRA"], found["timed-session", "NOR"]) == ("4", "1")
    sentence = "6 sessions of unknown length are not in it."  # five of the 8th and one of the 10th
    [script] = (tmp_path / "site").rglob("metrics.*.js")
    assert all(sentence in path.read_text() for path in (script, tmp_path / "site/about.html"))
    assert "1 session of unknown length is not in it." in (tmp_path / "site/country/NOR.html").read_text()
    missing = [row for row in read(product, "metrics_daily.csv") if row["state"] == "missing"]
    assert [row["day"] for row in missing] == ["2026-11-10"]


def test_a_period_says_how_many_of_its_sessions_are_not_in_the_time_per_session(tmp_path, open_page):
    write(tmp_path, ROWS)
    Product(tmp_path).run("--sessions", "sessions.csv", now=NOW, APIVIDEO_GEO_RATIO_FROM="1")
    site, eighth = (tmp_path / "site").as_uri(), "period=2026-11-08..2026-11-08"
    page = open_page(f"{site}/country/FRA.html").page
    note = page.locator("[data-line=time-per-session] span")
    expect(note).to_contain_text("4 sessions of unknown length are not in it.")
    page.goto(f"{site}/country/FRA.html?{eighth}")
    expect(note).to_contain_text("3 sessions of unknown length are not in it.")
    page.goto(f"{site}/country/FRA.html?period=2026-11-09..2026-11-09")
    expect(page.locator("#period-note")).to_contain_text("9 November 2026")
    expect(page.locator("#lines")).to_be_visible()
    expect(note).not_to_contain_text("unknown length")
    some = "Sessions of unknown length are not in it."
    page.goto(f"{site}/index.html?metric=time-per-session")
    expect(page.locator("#map-note")).to_contain_text("6 sessions of unknown length are not in it.")
    for search in (f"index.html?metric=time-per-session&{eighth}", "index.html?metric=time-per-session&group=europe"):
        page.goto(f"{site}/{search}")
        expect(page.locator("#map-note")).to_contain_text(some)
    page.goto(f"{site}/compare.html?metric=time-per-session&compare=FRA")
    expect(page.locator("#notes")).to_contain_text(some)  # the number is that of the world


def test_sessions_as_plays_have_no_time_of_their_own(tmp_path):
    product = Product(tmp_path)
    write(tmp_path, ROWS)
    product.run("--sessions", "sessions.csv", "--count-sessions-as", "play", now=NOW)
    assert load_history(tmp_path / "history").others == {}


def test_the_session_api_has_the_time_too_and_a_second_run_changes_nothing(tmp_path):
    world = World.make(3, 300, 2, 1, date(2026, 10, 1), date(2026, 10, 4), countries=5)
    product, now = Product(tmp_path), world.end
    expected = Counter()
    for one in world.plays():
        if one.ended_ms is not None:
            expected[one.day, one.alpha3] += one.ended_ms // 1000 - one.loaded_ms // 1000
    with StandIn(world, generations=["sessions"]) as api:
        product.run("collect", "--source", "sessions", api=api, now=now, APIVIDEO_GEO_METRIC="")
        first = product.files("history")
        product.run("collect", "--source", "sessions", api=api, now=now, APIVIDEO_GEO_METRIC="")
    found = times(tmp_path / "history")
    assert found == {key: count for key, count in expected.items() if count}
    known = Counter((one.day, one.alpha3) for one in world.plays() if one.ended_ms is not None)
    assert times(tmp_path / "history", "timed-session") == known
    parquet = {name: content for name, content in first.items() if name.endswith(".parquet")}
    assert parquet == {name: one for name, one in product.files("history").items() if name.endswith(".parquet")}


def test_plays_of_the_api_and_sessions_of_files_are_metrics_of_one_history_with_the_same_settings(tmp_path):
    world = World.make(3, 200, 2, 1, date(2026, 11, 5), date(2026, 11, 12), countries=5)
    product = Product(tmp_path)
    (tmp_path / "apivideo-geo.toml").write_text('metrics = ["play", "impression"]\nratio_from = 1\n')
    with StandIn(world) as api:
        product.run("collect", api=api, now=world.end, APIVIDEO_GEO_METRIC="")
    write(tmp_path, ROWS)
    product.run("--sessions", "sessions.csv", now=NOW)
    summary = product.summary()
    assert summary["metric"] == "play"
    assert [one["metric"] for one in summary["metrics"]] == [
        "play",
        "impression",
        "session",
        "session-time",
        "timed-session",
    ]
    assert product.choro() == world.truth()
    assert "time-per-session" in {row["ratio"] for row in read(product, "ratios.csv")}
