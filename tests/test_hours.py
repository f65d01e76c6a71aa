"""The hours of the week: collected over nights, stored, and shown in the owner's time zone.

What is expected is counted again here, from the sessions that the server answers from, or from rows of a file.
"""

import csv
import json
import os
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from apivideo_geo.aggregate.hours import summarise_hours
from apivideo_geo.collect import collect as collecting
from apivideo_geo.collect.edit import forget
from apivideo_geo.effects import Effects
from apivideo_geo.errors import DataRefused
from apivideo_geo.history.day_lines import HOURS, PEAKS, HoursLine, PeaksLine
from apivideo_geo.history.history import load_history
from apivideo_geo.model import DayCount
from apivideo_geo.pipeline import run, summarise_history
from apivideo_geo.render.text.formats import Formats
from apivideo_geo.settings import load_settings
from apivideo_geo.sources.data_api_answers import parse_moment
from tests.fakes.problems import forbidden
from tests.fakes.proxy import FaultyProxy
from tests.fakes.server import StandIn
from tests.fakes.world import World
from tests.faults import FAULTS, HOUR_LIES, STEPS
from tests.product import Product

FIRST = date(2026, 10, 1)
NIGHT = timedelta(hours=4, minutes=17)
SERIES = "/data/timeseries/play"


@pytest.fixture(scope="module")
def world():
    return World.make(4, 1500, 3, 1, FIRST, FIRST + timedelta(days=50), countries=8)


@pytest.fixture
def api(world):
    with StandIn(world) as api:
        yield api


def at_night(number):
    """The night after day ``number`` of the world."""
    return datetime(2026, 10, 1, tzinfo=UTC) + timedelta(days=number + 1) + NIGHT


def collect(api, folder, now, monkeypatch, **flags):
    monkeypatch.setenv("APIVIDEO_API_KEY", api.api_key)
    monkeypatch.setenv("APIVIDEO_BASE_URL", api.url)
    api.now = now
    api.clear_requests()
    flags = {"metric": "play", "hours": True, **flags}
    settings = load_settings({"history": str(folder), **flags}, Path(os.devnull))
    return run("collect", settings, Effects(int(now.timestamp())))


def hours_asked(api):
    return [seen for seen in api.requests if seen.path == SERIES and seen.query["interval"] == ["hour"]]


def stored(folder, metric="play"):
    return {day: line.counts for day, line in HOURS.of(folder, metric).items()}


def truth(world, days):
    counts = Counter((one.day, (one.loaded_ms // 3_600_000) % 24) for one in world.plays(days))
    return {day: tuple(counts[day, hour] for hour in range(24)) for day in days}


def between(first, last):
    return [FIRST + timedelta(days=number) for number in range(first, last + 1)]


def read_table(page):
    """The rows of the only table of a page: the words that a screen reader says."""
    body = re.search(r"<table.*?</table>", page, re.DOTALL)[0]
    body = re.sub(r'<span class="brief">.*?</span>', "", body)
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [[re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]


def test_nights_have_every_hour_of_the_days_that_the_api_remembers_with_one_request_more(
    world, api, tmp_path, monkeypatch
):
    for night in range(32, 38):
        collect(api, tmp_path, at_night(night), monkeypatch)
        assert len(hours_asked(api)) <= (8 if night == 32 else 1)
    days = between(4, 37)  # 29 complete days are within the 30 days before the night after day 32
    assert stored(tmp_path) == truth(world, days)
    assert {day: sum(counts) for day, counts in stored(tmp_path).items()} == {
        day: line.count for day, line in load_history(tmp_path).entries.items() if not line.open
    }


def test_hours_that_fail_are_a_warning_and_are_there_on_the_next_night(world, api, tmp_path, monkeypatch):
    collect(api, tmp_path, at_night(32), monkeypatch)
    real = api.data.timeseries

    def fail(query, metric):
        raise forbidden()

    monkeypatch.setattr(api.data, "timeseries", fail)
    for night in (33, 34, 35, 36, 37):
        report = collect(api, tmp_path, at_night(night), monkeypatch)
        [warning] = [text for text in report.warnings if "hours" in text]
        assert "the next run requests them again" in warning
    assert max(stored(tmp_path)) == between(32, 32)[0]
    assert max(load_history(tmp_path).entries) == between(38, 38)[0]
    monkeypatch.setattr(api.data, "timeseries", real)
    collect(api, tmp_path, at_night(38), monkeypatch)
    assert 1 <= len(hours_asked(api)) <= 2  # six days can be more than a page
    assert stored(tmp_path) == truth(world, between(4, 38))


def test_an_answer_without_rows_is_not_a_day_without_plays(world, api, tmp_path, monkeypatch):
    real = api.data.timeseries
    monkeypatch.setattr(
        api.data,
        "timeseries",
        lambda query, metric: {**real(query, metric), "data": [], "pagination": {"itemsTotal": 0}},
    )
    collect(api, tmp_path, at_night(32), monkeypatch)
    assert stored(tmp_path) == {}
    monkeypatch.setattr(api.data, "timeseries", real)
    collect(api, tmp_path, at_night(33), monkeypatch)
    assert stored(tmp_path) == truth(world, between(5, 33))  # the oldest day is not remembered any more


def test_a_day_without_plays_has_24_zeros(tmp_path, monkeypatch):
    world = World.make(4, 20, 1, 0, FIRST, FIRST + timedelta(days=1), countries=3)
    with StandIn(world) as api:
        collect(api, tmp_path, at_night(5), monkeypatch)
    assert stored(tmp_path) == truth(world, sorted(stored(tmp_path)))
    assert stored(tmp_path)[between(3, 3)[0]] == (0,) * 24


def test_hours_that_do_not_add_up_are_in_doubt_until_three_nights_agree_and_never_replace_true_ones(
    world, api, tmp_path, monkeypatch
):
    """As when a play over midnight is counted on two days."""
    real, [day], product = api.data.timeseries, between(32, 32), Product(tmp_path)
    later = f"{day}T23:00:00+00:00"

    def twice(query, metric):
        found = real(query, metric)
        rows = [{**row, "metricValue": row["metricValue"] + 5 * (row["emittedAt"] == later)} for row in found["data"]]
        return {**found, "data": rows}

    def page():
        product.run("render", now=at_night(34), APIVIDEO_GEO_HOURS="true")
        return (tmp_path / "site/hours.html").read_text()

    monkeypatch.setattr(api.data, "timeseries", twice)
    report = collect(api, tmp_path / "history", at_night(32), monkeypatch)
    assert f"1 day ({day}): the hours do not add up to the count of the day, so they are in doubt" in str(
        report.warnings
    )
    collect(api, tmp_path / "history", at_night(33), monkeypatch)
    assert f"Days whose hours were not collected ({Formats('en').days([day])}) are not" in page()
    said = product.run("doctor", api=api, now=at_night(33), APIVIDEO_GEO_HOURS="true").stdout
    assert f"warning  hours in doubt: 1 day ({day})" in said
    collect(api, tmp_path / "history", at_night(34), monkeypatch)
    assert "On 1 day the hours do not add up to the count of the day; the differences are 5 in all." in page()
    monkeypatch.setattr(api.data, "timeseries", real)
    collect(api, tmp_path / "history", at_night(35), monkeypatch)
    monkeypatch.setattr(api.data, "timeseries", twice)
    collect(api, tmp_path / "history", at_night(35), monkeypatch)
    assert stored(tmp_path / "history")[day] == truth(world, [day])[day]


def test_stored_hours_that_do_not_add_up_to_the_day_as_it_is_now_are_not_shown_and_give_way(
    world, api, tmp_path, monkeypatch
):
    """As those of an older version, and as when a day has grown since."""
    real, [day], first = api.data.timeseries, between(32, 32), between(31, 31)[0]

    def more(query, metric):
        found = real(query, metric)
        return {**found, "data": [{**row, "metricValue": row["metricValue"] + 1} for row in found["data"]]}

    def hours_of_the_week():
        settings = load_settings({"history": str(tmp_path), "metric": "play", "hours": True}, Path(os.devnull))
        return summarise_history(settings, Effects(int(at_night(34).timestamp())))[1].hours

    collect(api, tmp_path, at_night(32), monkeypatch, since=first)
    assert hours_of_the_week().lacking == ()
    HOURS.add(tmp_path, lines(day))
    assert hours_of_the_week().lacking == (day,)
    monkeypatch.setattr(api.data, "timeseries", more)
    for night in (32, 33, 34):
        report = collect(api, tmp_path, at_night(night), monkeypatch, since=first)
        assert str(day) in str([text for text in report.warnings if "hours" in text]) or night == 34
        assert (day in hours_of_the_week().days) == (night == 34)
    rows = sum(1 for count in truth(world, [day])[day] if count)
    assert hours_of_the_week().differing[day] == rows


def test_settled_hours_are_requested_again_when_their_day_grows_later(world, api, tmp_path, monkeypatch):
    [day], first = between(20, 20), between(19, 19)[0]
    collect(api, tmp_path, at_night(21), monkeypatch, since=first)
    true = stored(tmp_path)[day]
    nights = tuple(between(21, 23))

    def settle(day_count):
        line = HoursLine(day=day, metric="play", counts=(*true[:23], true[23] + 5), nights=nights, day_count=day_count)
        HOURS.add(tmp_path, [line])
        collect(api, tmp_path, at_night(32), monkeypatch, since=first)

    settle(sum(true))
    assert stored(tmp_path)[day] != true
    settle(sum(true) - 1)
    assert stored(tmp_path)[day] == true


@pytest.mark.parametrize("lie", ["half the rows", "counts doubled", *(fault.name for fault in HOUR_LIES)])
def test_a_lie_about_the_hours_is_never_shown_and_heals(world, api, tmp_path, monkeypatch, lie):
    fault = next(one for one in FAULTS if one.name == lie)
    now, days = at_night(32), between(30, 32)
    with FaultyProxy(api.url, fault, STEPS["hours"]) as proxy:
        collect(api, tmp_path, now, monkeypatch, base_url=proxy.url, since=days[0])
        believed = {day: line.counts for day, line in HOURS.believed(tmp_path, "play").items()}
        assert believed.items() <= truth(world, days).items()
        assert proxy.hits
        proxy.fault = None
        collect(api, tmp_path, now, monkeypatch, base_url=proxy.url, since=days[0])
    assert stored(tmp_path) == truth(world, days)
    assert all(line.is_believed for line in HOURS.load(tmp_path).values())


def test_a_run_that_is_killed_before_the_hours_are_written_is_healed_by_the_next(world, api, tmp_path, monkeypatch):
    class Killed(BaseException):
        """Ends the run, wherever it is."""

    def kill(*arguments):
        raise Killed

    real = collecting.collect_hours
    monkeypatch.setattr(collecting, "collect_hours", kill)
    with pytest.raises(Killed):
        collect(api, tmp_path, at_night(32), monkeypatch)
    assert load_history(tmp_path).entries
    monkeypatch.setattr(collecting, "collect_hours", real)
    collect(api, tmp_path, at_night(32), monkeypatch)
    first = (tmp_path / HOURS.name).read_bytes()
    assert stored(tmp_path) == truth(world, between(4, 32))
    collect(api, tmp_path, at_night(32), monkeypatch)
    assert (tmp_path / HOURS.name).read_bytes() == first


def test_without_the_setting_no_hours_are_requested_and_there_is_no_page(api, tmp_path):
    product, api.now = Product(tmp_path), at_night(32)
    product.run(api=api, now=at_night(32), APIVIDEO_GEO_SINCE="2026-10-28")
    assert hours_asked(api) == []
    assert not (tmp_path / "history" / HOURS.name).exists()
    assert not (tmp_path / "site/hours.html").exists()
    assert "hours.html" not in (tmp_path / "site/index.html").read_text()


def test_the_page_and_its_file_have_the_mean_of_each_hour_in_the_owners_time_zone(world, api, tmp_path):
    product, api.now = Product(tmp_path), at_night(32)
    product.run(
        api=api, now=at_night(32), APIVIDEO_GEO_HOURS="true", APIVIDEO_GEO_TIME_ZONE="Europe/Paris",
        APIVIDEO_GEO_LOCALE="en-US",
    )  # fmt: skip
    zone, counts, hours = ZoneInfo("Europe/Paris"), Counter(), Counter()
    for day, values in truth(world, between(4, 32)).items():  # with 25 October, when clocks go back
        for number, value in enumerate(values):
            local = datetime(day.year, day.month, day.day, number, tzinfo=UTC).astimezone(zone)
            counts[local.isoweekday(), local.hour] += value
            hours[local.isoweekday(), local.hour] += 1
    with (tmp_path / "site/data/hours.csv").open(newline="") as file:
        rows = {(int(row["weekday"]), int(row["hour"])): row for row in csv.DictReader(file)}
    assert len(rows) == 168
    for key, row in rows.items():
        assert (int(row["count"]), int(row["hours"])) == (counts[key], hours[key])
        assert float(row["mean"]) == pytest.approx(counts[key] / hours[key], abs=0.001)
        assert (row["time_zone"], row["metric"], row["days"]) == ("Europe/Paris", "play", "29")
    table = read_table((tmp_path / "site/hours.html").read_text())
    assert table[0] == ["Hour", "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    formats = Formats("en-US")
    assert table[1:] == [
        [f"{hour:02}:00", *(formats.mean(counts[day, hour] / hours[day, hour]) for day in (7, 1, 2, 3, 4, 5, 6))]
        for hour in range(24)
    ]


@pytest.mark.parametrize(
    ("day", "hour", "occurrences"), [(date(2026, 3, 29), 2, 0), (date(2026, 10, 25), 2, 2), (date(2026, 10, 18), 2, 1)]
)
def test_the_night_in_which_clocks_change_has_an_hour_less_or_more(day, hour, occurrences):
    days = [day - timedelta(days=1), day, day + timedelta(days=1)]  # a local day is in two UTC days
    found = summarise_hours(dict.fromkeys(days, (7,) * 24), [DayCount(one, 168) for one in days], "Europe/Paris")
    cells = {(one.weekday, one.hour): one for one in found.cells}
    assert (cells[6, hour].hours, cells[6, hour].count) == (occurrences, 7 * occurrences)
    assert cells[6, hour].mean == (7 if occurrences else None)
    assert cells[6, hour + 1].hours == 1
    assert sum(cell.count for cell in found.cells) == 3 * 168


def test_only_complete_days_of_the_period_are_in_the_means_and_days_without_hours_are_named():
    days = [date(2026, 11, number) for number in range(1, 7)]
    daily = [DayCount(days[0], 24), DayCount(days[1], None), DayCount(days[2], 48), DayCount(days[3], 30),
             DayCount(days[4], 5, open=True)]  # fmt: skip
    stored = {days[0]: (1,) * 24, days[1]: (9,) * 24, days[3]: (1,) * 24, days[4]: (9,) * 24, days[5]: (9,) * 24}
    found = summarise_hours(stored, daily, "UTC")
    assert found.days == (days[0], days[3])
    assert found.lacking == (days[2],)
    assert found.differing == {days[3]: -6}
    assert not found.split
    assert summarise_hours(stored, daily, "Asia/Kolkata").split
    assert summarise_hours({}, daily, "UTC") is None


def lines(*days, count=1, metric="play"):
    return [HoursLine(day=day, metric=metric, counts=(count,) * 24) for day in days]


def test_two_histories_are_merged_day_by_day(tmp_path):
    base, ours, theirs = (tmp_path / name for name in ("base", "ours", "theirs"))
    one, two, three, four = between(0, 3)
    HOURS.add(base, lines(one, two))
    HOURS.add(ours, [*lines(one), *lines(two, count=5), *lines(three, count=2), *lines(one, metric="view")])
    HOURS.add(theirs, [*lines(one, two), *lines(three, count=3), *lines(four)])
    HOURS.merge(base, ours, theirs, date.max)
    assert {day: counts[0] for day, counts in stored(theirs).items()} == {one: 1, two: 5, three: 3, four: 1}
    assert list(stored(theirs, "view")) == [one]
    HOURS.drop(ours, [one])
    HOURS.merge(base, ours, theirs, date.max)
    assert one in stored(theirs)
    HOURS.merge(base, ours, theirs, date.max, remove=True)
    assert one not in stored(theirs)


def test_of_two_new_lines_the_one_that_is_believed_wins_in_a_merge(tmp_path):
    base, ours, theirs = (tmp_path / name for name in ("base", "ours", "theirs"))
    one, two = between(0, 1)
    for folder, doubted in ((ours, two), (theirs, one)):
        HOURS.weigh(folder, [(line, line.day != doubted) for line in lines(one, two, count=5 + (folder == ours))], two)
    HOURS.merge(base, ours, theirs, date.max)
    assert {day: line.counts[0] for day, line in HOURS.believed(theirs, "play").items()} == {one: 6, two: 5}


def test_a_forgotten_day_has_no_hours_any_more(api, tmp_path, monkeypatch):
    collect(api, tmp_path / "history", at_night(32), monkeypatch, since=date(2026, 10, 28))
    [day] = between(30, 30)
    forget(load_settings({"history": str(tmp_path / "history")}, Path(os.devnull)), [day])
    assert day not in stored(tmp_path / "history")
    assert between(31, 31)[0] in stored(tmp_path / "history")


def a_line(**changed):
    return json.dumps({"day": "2026-10-02", "metric": "play", "counts": [1] * 24, **changed})


COUNTS = ([1], [1] * 25, [-1] * 24, [10**30] * 24, [1e30] * 24, ["1"] * 24, [True] * 24, None)
CHANGED = [{"counts": counts} for counts in COUNTS]
CHANGED += [{"day": day} for day in ("2026-10-01", "9999-12-31", 5)]  # the first is in another line, too
CHANGED += [{"metric": None}, {"nights": ["2026-10-03"] * 4}, {"crc": "00000000"}, {"schema": 0}]
DAMAGED = ["{}", "<<<<<<<", "[" * 9999, '{"counts":' * 9999, "\0" * 99, "9" * 5000]
DAMAGED += [a_line(**changed) for changed in CHANGED]


@pytest.mark.parametrize("line", DAMAGED, ids=lambda line: line[:60])
def test_a_damaged_file_is_named_with_its_line(tmp_path, line):
    HOURS.add(tmp_path, lines(FIRST))
    with (tmp_path / HOURS.name).open("a") as file:
        file.write(line + "\n")
    with pytest.raises(DataRefused, match=r"hours\.jsonl is damaged in line 2"):
        HOURS.load(tmp_path)


def test_any_other_byte_in_a_line_is_found_and_an_older_file_without_checksums_is_read(tmp_path):
    HOURS.add(tmp_path, lines(FIRST))
    PEAKS.add(tmp_path, [PeaksLine(day=FIRST, metric="ccv-peak", peaks={"li1": 12})])
    for file in (HOURS, PEAKS):
        sound, path = file.load(tmp_path), tmp_path / file.name
        content = path.read_bytes()
        for place in range(len(content) - 1):
            path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
            with pytest.raises(DataRefused, match="is damaged in line 1"):
                file.load(tmp_path)
        said = Product(tmp_path.parent).run("doctor", "--history", tmp_path, code=2).stdout  # 2: it also misses a key
        assert f"{file.name} is damaged in line 1" in said
        path.write_bytes(re.sub(rb',"crc":"\w+"', b"", content))
        assert file.load(tmp_path) == sound


def test_sessions_count_their_hours_themselves(tmp_path):
    rows = [
        ("a", "2026-11-08T10:59:59Z"), ("b", "2026-11-08T23:30:00-02:00"), ("c", "2026-11-08"), ("d", "1794132000"),
        ("a", "2026-11-08T09:00:00Z"), ("e", "Sun, 08 Nov 2026 21:00:00 GMT"), ("f", "not a time"), ("", "2026-11-08"),
        ("g", "2026-11-08 10:05"),
    ]  # fmt: skip
    text = "".join(f"{session},{loaded},FR\n" for session, loaded in rows)
    (tmp_path / "sessions.csv").write_text("sessionID,loadedAt,country\n" + text.replace("Sun, ", ""))
    Product(tmp_path).run(
        "--sessions", "sessions.csv", "--accept-refused", now=datetime(2026, 11, 12, tzinfo=UTC),
        APIVIDEO_GEO_HOURS="true",
    )  # fmt: skip
    found = stored(tmp_path / "history", "session")
    assert {(day.day, hour): count for day, counts in found.items() for hour, count in enumerate(counts) if count} == {
        (8, 9): 1, (8, 0): 1, (8, 10): 1, (8, 21): 1, (9, 1): 1,
        (8, datetime.fromtimestamp(1794132000, UTC).hour): 1 + (datetime.fromtimestamp(1794132000, UTC).hour == 10),
    }  # fmt: skip


def test_a_day_that_is_refused_because_it_shrank_keeps_its_hours(tmp_path):
    product, head = Product(tmp_path), "sessionID,loadedAt,country\n"
    run = {"now": datetime(2026, 11, 12, tzinfo=UTC), "APIVIDEO_GEO_HOURS": "true"}
    full = "a,2026-11-08T10:00:00Z,FR\nb,2026-11-08T11:00:00Z,FR\nc,2026-11-09T12:00:00Z,FR\n"
    (tmp_path / "sessions.csv").write_text(head + full)
    product.run("collect", "--sessions", "sessions.csv", **run)
    (tmp_path / "sessions.csv").write_text(head + full.replace("a,", "x,").replace("b,2026-11-08", "b,2026-11-09"))
    product.run("collect", "--sessions", "sessions.csv", **run)
    assert "--accept-shrink" in product.said

    def hours():
        days = stored(tmp_path / "history", "session").items()
        return {day.day: [hour for hour, count in enumerate(counts) if count] for day, counts in days}

    assert hours() == {8: [10, 11], 9: [11, 12]}
    product.run("collect", "--sessions", "sessions.csv", "--accept-shrink", **run)
    assert hours() == {8: [10], 9: [11, 12]}


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2024-05-29T07:00:00+00:00", 7), ("2024-05-29T07+00:00:00:00", 7), ("2024-05-29T09:00:00+02:00", 7),
        ("2024-05-29T07:00:00Z", 7), ("2024-05-29T07:00:00", None), ("yesterday", None), (None, None), (5, None),
    ],
)  # fmt: skip
def test_the_time_of_a_row_is_read_in_the_forms_of_the_description(text, hour):
    moment = parse_moment(text)
    assert moment == (hour if hour is None else datetime(2024, 5, 29, hour, tzinfo=UTC))


def test_the_demo_is_watched_most_in_the_evening(built_demo):
    page = (built_demo.folder / "site/hours.html").read_text()
    headline = re.search(r"<h1>(.*?)</h1>", page)[1]
    assert re.fullmatch(r"Busiest on \w+days at 1[89]:00", headline)
    with (built_demo.folder / "site/data/hours.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    summary = json.loads((built_demo.folder / "site/data/summary.json").read_text())
    with (built_demo.folder / "site/data/timeseries.csv").open(newline="") as file:
        last = sum(int(row["count"]) for row in csv.DictReader(file) if row["state"] == "open")
    assert sum(int(row["count"]) for row in rows) == summary["total"] - last
