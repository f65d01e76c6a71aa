"""Sessions to facts, on cases small enough to count by hand."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import ibis
import pyarrow as pa
import pytest

from apivideo_geo.aggregate import facts
from apivideo_geo.aggregate.fact_values import read_host, read_referrer
from apivideo_geo.aggregate.facts import _in_parts, count_hours, count_session_time, count_sessions
from apivideo_geo.aggregate.sessions import _is_usual, session_rows, unique_sessions, utc_day, utc_seconds
from apivideo_geo.aggregate.times import with_order
from apivideo_geo.engines import OutOfMemory, connect
from apivideo_geo.facts import FACTS, add_up_facts, sort_facts
from apivideo_geo.model import DIMENSIONS, Refused

NAMES = ("sessionID", "loadedAt", "country", "ISO_A3")


@pytest.fixture(scope="module")
def duckdb() -> Any:
    return connect("duckdb")


def sessions(connection: Any, rows: list[tuple[str | None, ...]], names: tuple[str, ...] = NAMES) -> ibis.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    table = pa.table({name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)})
    return connection.create_table(ibis.util.gen_name("sessions"), table, temp=True)


def facts_of(facts: pa.Table) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in facts.to_pylist()]


def test_each_session_counts_once_on_its_utc_day_in_the_country_its_spelling_says(duckdb: Any) -> None:
    table = sessions(
        duckdb,
        [
            ("a", "2021-04-08T23:30:00Z", "France", None),
            ("b", "2021-04-08T23:30:00-02:00", "Türkiye", ""),
            ("c", "2021-04-09", "NA", "---"),
            ("d", "2021-04-09 00:00:00.123", "nowhere at all", "PER"),
            ("e", "2021-04-09T10:00:00Z", None, "XK"),
            ("f", "2021-04-09T10:00:00Z", "unknown", "---"),
            ("g", "2021-04-09T10:00:00Z", "Atlantis", None),
            ("h", "2021-04-09T10:00:00Z", "", "QQQ"),
            ("i", "2021-04-09T10:00:00Z", "", None),
            ("j", "2021-04-08T10:00:00Z", "Atlantis", None),
        ],
    )
    facts, unmapped, refused = count_sessions(table, "play", ("total",), listed=None)
    day = date(2021, 4, 9)
    assert facts.schema == FACTS
    assert facts_of(facts) == [
        (date(2021, 4, 8), "play", "---", "total", "", 1),
        (date(2021, 4, 8), "play", "FRA", "total", "", 1),
        (day, "play", "---", "total", "", 4),
        (day, "play", "NAM", "total", "", 1),
        (day, "play", "PER", "total", "", 1),
        (day, "play", "TUR", "total", "", 1),
        (day, "play", "XKX", "total", "", 1),
    ]
    assert unmapped == {"Atlantis": 2, "QQQ": 1}
    assert refused == ()


def test_rows_in_are_sessions_counted_and_rows_refused_by_reason(duckdb: Any) -> None:
    rows: list[tuple[str | None, ...]] = [
        (None, "2021-04-08T10:00:00Z", "France", None),
        ("", "2021-04-08T10:00:00Z", "France", None),
        ("a", "yesterday", "France", None),
        ("b", None, "Peru", None),
        ("c", "2021-04-08T10:00:00Z", "France", None),
        ("c", "2021-04-08T10:00:00Z", "France", None),
        ("c", "2021-04-31T10:00:00Z", "France", None),
        ("d", "2021-04-08T10:00:00Z", "Peru", None),
        ("d", "2021-04-08T10:00:00Z", "Peru", None),
    ]
    for dimensions in (("total",), ("total", "device")):
        facts, _, refused = count_sessions(sessions(duckdb, rows), "play", dimensions, listed=None)
        counts = [(row[2], row[3], row[5]) for row in facts_of(facts)]
        assert counts == [(country, name, 1) for country in ("FRA", "PER") for name in sorted(dimensions)]
        assert refused == (
            Refused("duplicate session", 3, date(2021, 4, 8)),
            Refused("loadedAt is not a time", 2),
            Refused("no session id", 2),
        )


def test_a_session_in_several_rows_has_the_smallest_of_their_values_in_whatever_order_they_come(
    duckdb: Any,
) -> None:
    rows: list[tuple[str | None, ...]] = [
        ("a", "2021-04-09T00:10:00Z", None, None),
        ("a", "2021-04-08T10:00:00Z", "Peru", ""),
        ("a", "2021-04-08T10:00:00Z", "Spain", "ESP"),
    ]
    for seed in range(3):
        random.Random(seed).shuffle(rows)
        facts, _, _ = count_sessions(sessions(duckdb, rows), "play", ("total",), listed=None)
        assert facts_of(facts) == [(date(2021, 4, 8), "play", "PER", "total", "", 1)]


def test_every_dimension_is_counted_by_country_and_never_more_than_the_total(duckdb: Any) -> None:
    names = (*NAMES, "assetID", "deviceType", "osName", "clientName", "referrerUrl", "city")
    when = "2021-04-08T10:00:00Z"
    rows: list[tuple[str | None, ...]] = [
        ("a", when, "Peru", None, "public", "phone", "iOS", "Safari", "https://Me:pw@Example.com:8/x?token=1", "Lima"),
        ("b", when, "Peru", None, "secret", None, "", "Safari", "HTTP://example.com/y", "unknown"),
        ("b", when, "Peru", None, "secret", None, "", "Safari", "example.com", "unknown"),
        ("c", when, "Peru", None, None, "phone", "iOS", None, "not a url", None),
    ]
    facts, _, _ = count_sessions(sessions(duckdb, rows, names), "play", DIMENSIONS, listed={"public"})
    assert [row[3:] for row in facts_of(facts)] == [
        ("browser", "safari", 2), ("browser", "unknown", 1),
        ("city", "Lima", 1),
        ("device", "phone", 2), ("device", "unknown", 1),
        ("media", "public", 1), ("media", "unlisted", 1),
        ("os", "ios", 2), ("os", "unknown", 1),
        ("referrer", "example.com", 2),
        ("total", "", 3),
    ]  # fmt: skip
    assert "pw" not in str(facts.to_pylist())
    totals, _, _ = count_sessions(sessions(duckdb, rows, names), "play", ("total",), listed=None)
    assert facts_of(totals) == [row for row in facts_of(facts) if row[3] == "total"]


def test_columns_that_are_not_there_are_unknown(duckdb: Any) -> None:
    table = sessions(duckdb, [("a", "2021-04-08", "Peru")], ("sessionID", "loadedAt", "country"))
    facts, _, _ = count_sessions(table, "play", DIMENSIONS, listed=())
    assert {row[3:] for row in facts_of(facts)} == {
        ("total", "", 1), ("device", "unknown", 1), ("os", "unknown", 1), ("browser", "unknown", 1),
    }  # fmt: skip


def test_no_sessions_are_no_facts(duckdb: Any) -> None:
    facts, unmapped, refused = count_sessions(sessions(duckdb, []), "play", DIMENSIONS, listed=None)
    assert (facts.num_rows, facts.schema, dict(unmapped), refused) == (0, FACTS, {}, ())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("time", "day"),
    [
        ("2021-04-08T23:30:00Z", 8),
        ("2021-04-08T23:30:00.999999999Z", 8),
        ("2021-04-08 23:30", 8),
        ("2021-04-08", 8),
        ("2021-04-08T23:30:00+00:00", 8),
        ("2021-04-08T23:30:00-00:30", 9),
        ("2021-04-08T23:30:00.5-0100", 9),
        ("2021-04-08 01:00:00+02", 7),
        ("2021-04-08T01:00+01:00", 8),
        ("2021-04-31T10:00:00Z", None),
        ("2021-02-29T10:00:00+01:00", None),
        ("2021-04-08T24:00:00Z", None),
        ("2021-04-08T10:61:00", None),
        ("2021-04-08T10:61:00Z", None),
        ("2021-04-08Tab:cd:efZ", None),
        ("2021-04-08T10:00:00Zulu", None),
        ("2021-04-08T10:00:00 America/Lima", None),
        ("-021-04-08T10:00:00Z", None),
        ("08/04/2021", None),
        ("infinity", None),
        ("1617926400", 9),
        ("", None),
    ],
)
def test_the_day_is_that_of_the_time_in_utc(duckdb: Any, time: str, day: int | None) -> None:
    table = sessions(duckdb, [(time,)], ("loadedAt",))
    [found] = table.select(day=utc_day(table.loadedAt)).to_pyarrow()["day"].to_pylist()
    assert found == (day and date(2021, 4, day))


@pytest.mark.parametrize(
    ("authority", "host"),
    [
        ("WWW.Example.COM", "www.example.com"),
        ("user:pass@example.com:443", "example.com"),
        ("example.com.", "example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("[2001:DB8::1]:80", "[2001:db8::1]"),
        ("[::1]:80]", "[::1]"),
        ("localhost", "localhost"),
        ("", ""),
        ("<script>", ""),
        ("a b", ""),
        (f"{'a' * 64}.com", ""),
        (":80", ""),
        ("example.com\\@elsewhere.example", "example.com"),
        ("com.google.android.gm", "com.google.android.gm"),
    ],
)
def test_a_referrer_is_cut_to_its_host(authority: str, host: str) -> None:
    assert read_host(authority) == host


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://ann:secret@example.com:8443/path?token=1#part", "example.com"),
        ("https://example.com?mail=ann@example.org", "example.com"),
        ("android-app://com.google.android.gm/", "com.google.android.gm"),
        ("https://example.com/?next=https://elsewhere.example/", "example.com"),
        ("example.com/?next=https://elsewhere.example/", "example.com"),
        ("example.com:80/path?token=1", "example.com"),
        ("example.com", "example.com"),
        ("about:blank", ""),
        ("javascript:alert(1)", ""),
        ("mailto:ann@example.com", ""),
        ("ann@example.com", ""),
        ("file:///home/ann/diary.html", ""),
        ("data:text/html,hi", ""),
    ],
)
def test_nothing_but_the_host_of_a_referring_address_is_kept(url: str, host: str) -> None:
    assert read_referrer(url) == host


def test_facts_are_sorted_by_every_column_and_rows_that_differ_only_in_their_count_are_added_up() -> None:
    chosen = random.Random(3)
    days, codes = (date(2026, 2, 1), date(2026, 1, 31)), ("---", "FRA", "DEU")
    values = ("", "é", "viB", "via", "unlisted")
    rows = [
        (chosen.choice(days), "play", chosen.choice(codes), chosen.choice(("total", "media")), chosen.choice(values), n)
        for n in range(200)
    ]
    columns = zip(zip(*rows, strict=True), FACTS.types, strict=True)
    table = pa.table([pa.array(column, kind) for column, kind in columns], schema=FACTS)
    by_bytes = sorted(rows, key=lambda row: (*row[:4], row[4].encode(), row[5]))
    assert facts_of(sort_facts(pa.concat_tables([table.slice(0, 70), table.slice(70)]))) == by_bytes
    sums: dict[tuple[object, ...], int] = {}
    for *key, count in by_bytes:
        sums[tuple(key)] = sums.get(tuple(key), 0) + count
    assert facts_of(add_up_facts(table)) == [(*key, count) for key, count in sums.items()]
    assert sort_facts(table.slice(0, 0)) == add_up_facts(table.slice(0, 0)) == FACTS.empty_table()


NOON = "2026-11-08T12:00:00"
MOMENTS = {
    # the API's own form, and ISO 8601 as others write it
    "2026-11-08T10:20:30Z": "2026-11-08T10:20:30",
    "2026-11-08T10:20:30.999Z": "2026-11-08T10:20:30",
    "2026-11-08 10:20:30.5": "2026-11-08T10:20:30",
    "2026-11-08T10:20": "2026-11-08T10:20:00",
    "2026-11-08T23:20-01:30": "2026-11-09T00:50:00",
    "2026-11-08T00:20:30.9+0200": "2026-11-07T22:20:30",
    "2026-11-08 01:20:30+02": "2026-11-07T23:20:30",
    "2026-11-08": "2026-11-08T00:00:00",
    "2024-02-29": "2024-02-29T00:00:00",
    "2010-01-01T00:00:00Z": "2010-01-01T00:00:00",
    "2099-12-31T23:59:59Z": "2099-12-31T23:59:59",
    # numbers
    "1794139200": NOON,
    "1794139200.75": NOON,
    "1794139200000": NOON,
    "1794139200000000": NOON,
    "1794139200000000000": NOON,
    "46334.5": NOON,
    "46334,5": NOON,
    "46334": "2026-11-08T00:00:00",
    "46334.99999": "2026-11-08T23:59:59",
    "46334.999999": "2026-11-09T00:00:00",
    # other programs, as in the table of times.py; seconds are dropped
    "2026-11-08 12:00:59.123 UTC": NOON,
    "2026/11/8 9:05": "2026-11-08T09:05:00",
    "20261108T120000Z": NOON,
    "20261108T12Z": NOON,
    "20261108": "2026-11-08T00:00:00",
    "202611081200": NOON,
    "2026-11-08T07:00-05:00[America/Lima]": NOON,
    "2026-11-08T12:00:00[UTC]": NOON,
    "08.11.2026 12:00": NOON,
    "8. 11. 2026, 12:00": NOON,
    "Sun, 08 Nov 2026 12:00:00 GMT": NOON,
    "Sun, 08 Nov 2026 07:00:00 -0500": NOON,
    "2026/11/8 13:00+1": NOON,
    "Nov 8, 2026, 12:00 PM": NOON,
    "November 8, 2026 at 12:00 AM": "2026-11-08T00:00:00",
    "Nov 8, 2026 1:30 p.m.": "2026-11-08T13:30:00",
    "Sept. 8, 2026 11 am": "2026-09-08T11:00:00",
    "08-Nov-2026 12:00": NOON,
    "Sun Nov 08 2026 13:00:00 GMT+0100 (CET)": NOON,
    "Sun Nov  8 12:00:00 UTC 2026": NOON,
    "Sun Nov  8 12:00:00 2026": NOON,
    " 2026-11-08T12:00:00Z ": NOON,
    # not a time, or not for certain
    "2026-11-31T10:00:00Z": None,
    "2026-11-08T24:00:00Z": None,
    "2026-11-08T10:61:00Z": None,
    "2026-11-08T 1:00:00Z": "2026-11-08T01:00:00",
    "2009-12-31T23:59:59Z": None,
    "2100-01-01T00:00:00Z": None,
    "Nov 8, 2026 13:00 PM": None,
    "Nov 8, 2026 0:30 AM": None,
    "11/8/2026 10:00": None,
    "2026-11-08T10:00:00 America/Lima": None,
    "Sun, 08 Nov 2026 10:00:00 PST": None,
    "1.79413E+12": None,
    "179413920": None,
    "yesterday": None,
}
"""``loadedAt`` → its moment in UTC."""


def test_times_of_every_form_are_read_as_their_utc_day_and_moment(duckdb: Any) -> None:
    table = sessions(duckdb, [(time,) for time in MOMENTS], ("loadedAt",))
    time = table.loadedAt
    found = table.select(time=time, day=utc_day(time), seconds=utc_seconds(time)).to_pyarrow().to_pylist()
    days = {row["time"]: row["day"] for row in found}
    assert days == {text: moment and date.fromisoformat(moment[:10]) for text, moment in MOMENTS.items()}
    read = {row["time"]: row["day"] and datetime.fromtimestamp(row["seconds"], UTC) for row in found}
    assert read == {text: moment and datetime.fromisoformat(f"{moment}+00:00") for text, moment in MOMENTS.items()}


def test_only_times_that_every_engine_reads_alike_are_read_the_short_way(duckdb: Any) -> None:
    usual = ["2010-01-01T00:00:00Z", "2021-04-08T09:30:00Z", "2099-12-31T23:59:59Z"]
    others = [
        "2009-12-31T10:00:00Z", "2100-01-01T10:00:00Z", "2021-04-08T24:00:00Z", "2021-04-08T 1:00:00Z",
        "2021-04-08T10:00:5.Z", "2021-04-08T10:00:00z", "2021-04-08 10:00:00Z", "2021-04-08T10:00:00.5Z", "2021-04-08",
    ]  # fmt: skip
    table = sessions(duckdb, [(time,) for time in (*usual, *others)], ("loadedAt",))
    found = table.filter(_is_usual(table.loadedAt)).to_pyarrow()["loadedAt"].to_pylist()
    assert sorted(found) == usual


@pytest.mark.parametrize(
    ("time", "day_first", "month_first"),
    [
        ("11/8/2026 10:00", "2026-08-11 10:00", "2026-11-08 10:00"),
        ("1-2-26", "2026-02-01", "2026-01-02"),
        (" 01/02/2026, 9:05 PM ", "2026-02-01, 9:05 PM", "2026-01-02, 9:05 PM"),
    ],
)
def test_a_date_is_read_in_the_order_that_is_known(duckdb: Any, time: str, day_first: str, month_first: str) -> None:
    text = sessions(duckdb, [(time,)], ("time",)).time
    found = [with_order(text, day_first=first).to_pyarrow().to_pylist() for first in (True, False)]
    assert found == [[day_first], [month_first]]


def test_sessions_are_counted_by_the_utc_hour_of_their_earliest_row(duckdb: Any) -> None:
    rows: list[tuple[str | None, ...]] = [
        ("a", "2026-11-08T10:59:59Z"), ("a", "2026-11-08T09:00:00Z"), ("b", "2026-11-08T23:30:00-02:00"),
        ("c", "2026-11-08"), ("d", "2026-11-08T09:10:00Z"), ("e", "not a time"), ("", "2026-11-08T09:10:00Z"),
    ]  # fmt: skip
    hours = count_hours(sessions(duckdb, rows, ("sessionID", "loadedAt")))
    assert {day: {hour: count for hour, count in enumerate(counts) if count} for day, counts in hours.items()} == {
        date(2026, 11, 8): {0: 1, 9: 2}, date(2026, 11, 9): {1: 1},
    }  # fmt: skip
    assert {len(counts) for counts in hours.values()} == {24}


TIMED = ("sessionID", "loadedAt", "endedAt", "country")


def test_the_time_of_sessions_is_added_up_by_day_and_country_without_impossible_lengths(duckdb: Any) -> None:
    rows: list[tuple[str | None, ...]] = [
        ("a", "2026-11-08T10:00:00Z", "2026-11-08T10:01:40Z", "France"),
        ("b", "2026-11-08T23:59:00Z", "2026-11-09T23:59:00Z", "FRA"),  # 24 hours
        ("c", "2026-11-08T10:00:00Z", "2026-11-08T10:00:00Z", "Peru"),
        ("d", "2026-11-08T10:00:00Z", "2026-11-08T09:59:59Z", "Peru"),  # below 0
        ("e", "2026-11-08T10:00:00Z", "2026-11-09T10:00:01Z", "Peru"),  # above 24 hours
        ("f", "2026-11-08T10:00:00Z", None, "Peru"),
        ("j", "2026-11-08T10:00:00Z", "9999999999", "Peru"),  # in the year 2286
        ("k", "2099-12-31T10:00:00Z", "2010-01-01T10:00:00Z", "Peru"),
        ("l", "2026-11-08", "2026-11-08T00:00:07Z", "Norway"),  # a day alone is its midnight
        ("", "2026-11-08T10:00:00Z", "2026-11-08T11:00:00Z", "Peru"),
        ("g", "2026-11-09T10:00:00Z", None, "Peru"),
        ("h", "2026-11-10T10:00:00Z", "1794304800.5", "Peru"),
        ("i", "2026-11-12T10:00:00Z", "2026-11-12T11:00:00Z", "Peru"),
    ]
    days = tuple(date(2026, 11, day) for day in (8, 9, 10, 11))
    found = count_session_time(sessions(duckdb, rows, TIMED), days)
    time, timed = found["session-time"], found["timed-session"]
    assert sorted(facts_of(time.table)) == [
        (days[0], "session-time", "FRA", "total", "", 86_500), (days[0], "session-time", "NOR", "total", "", 7),
    ]  # fmt: skip
    assert (time.days, timed.days) == ((days[0], days[2], days[3]), days)
    assert sorted(facts_of(timed.table)) == [
        (days[0], "timed-session", "FRA", "total", "", 2),
        (days[0], "timed-session", "NOR", "total", "", 1),
        (days[0], "timed-session", "PER", "total", "", 1),
        (days[2], "timed-session", "PER", "total", "", 1),
    ]
    assert time.refused == (Refused("a session time below 0 or above 24 hours", 3, days[0]),)
    assert timed.refused == ()


@pytest.mark.parametrize("ended", [None, "2026-11-08T09:00:00Z"])
def test_without_a_possible_length_there_is_no_session_time(duckdb: Any, ended: str | None) -> None:
    rows: list[tuple[str | None, ...]] = [("a", "2026-11-08T10:00:00Z", ended, "France")]
    day = date(2026, 11, 8)
    assert count_session_time(sessions(duckdb, rows, TIMED), [day]) == {}
    assert count_session_time(sessions(duckdb, [("a", "2026-11-08", "France", "")]), [day]) == {}


def test_counting_in_parts_gives_the_same_as_counting_at_once(duckdb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[tuple[str | None, ...]] = [
        (f"s{number}", f"2026-11-0{number % 2 + 1}T10:00:00Z", ("France", "Peru")[number % 3 == 0], None)
        for number in range(20)
    ]
    rows += [("", "2026-11-01T10:00:00Z", "France", None)] * 3
    counted = []
    for parts in (1, 4):
        monkeypatch.setattr(facts, "_in_parts", partial(_in_parts, parts=parts))
        table = sessions(duckdb, rows)
        found, _, refused = count_sessions(table, "play", ("total", "device"), listed=None)
        counted.append((facts_of(found), refused, count_hours(table)))
    assert counted[0] == counted[1]
    assert sum(map(sum, counted[0][2].values())) == 20


def test_if_the_memory_is_too_small_sessions_are_counted_without_their_time(
    duckdb: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    count, lengths = facts._count_places, []

    def limited(table: ibis.Table, length: Any) -> pa.Table:
        lengths.append(length)
        if len(lengths) == 1:
            raise OutOfMemory("too small")
        return count(table, length)

    monkeypatch.setattr(facts, "_count_places", limited)
    table = sessions(duckdb, [("a", "2026-11-08T10:00:00Z", "2026-11-08T11:00:00Z", "Peru")], TIMED)
    places = facts.count_places(table)
    assert [(row["country"], row["sessions"], row["timed"]) for row in places.to_pylist()] == [("Peru", 1, 0)]
    assert facts.count_places(table) is places, "counted once"
    assert caplog.messages == [
        "The memory is too small to add up how long sessions lasted; they are counted without it."
    ]


@pytest.mark.parametrize("failures", range(4))
def test_sessions_that_do_not_fit_are_counted_in_more_parts_up_to_a_limit(
    duckdb: Any, caplog: pytest.LogCaptureFixture, failures: int
) -> None:
    caplog.set_level("INFO")
    failed, counted, sizes = [], [], []

    def count(unique: ibis.Table) -> list[pa.Table]:
        if len(failed) < failures:
            failed.append(unique)
            raise OutOfMemory("too small")
        counted.append(unique)
        found = unique.select("session").to_pyarrow()
        sizes.append(len(found))
        return [found]

    rows = session_rows(sessions(duckdb, [(f"s{number}", "2026-11-08", "Peru", None) for number in range(40)]), {})
    if failures == 3:
        with pytest.raises(OutOfMemory):
            _in_parts(rows, count)
    else:
        [found] = _in_parts(rows, count)
        assert sorted(found["session"].to_pylist()) == sorted(f"s{number}" for number in range(40))
        assert len(counted) == 4**failures
        assert counted[0].equals(unique_sessions(rows)) == (not failures), "at once, without a look at each id"
        assert max(sizes) < 40 / 2 or not failures, "each part needs less memory"
    more = "The memory is too small to count all sessions at once; counting them in more parts."
    assert caplog.messages == [more] * min(failures, 2)
