"""Sessions to facts, on cases small enough to count by hand."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import ibis
import pyarrow as pa
import pytest

from apivideo_geo.aggregate.fact_values import read_host, read_referrer
from apivideo_geo.aggregate.facts import count_sessions
from apivideo_geo.aggregate.sessions import utc_day
from apivideo_geo.engines import connect
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
        ],
    )
    facts, unmapped, refused = count_sessions(table, "play", ("total",), listed=None)
    day = date(2021, 4, 9)
    assert facts.schema == FACTS
    assert facts_of(facts) == [
        (date(2021, 4, 8), "play", "FRA", "total", "", 1),
        (day, "play", "---", "total", "", 3),
        (day, "play", "NAM", "total", "", 1),
        (day, "play", "PER", "total", "", 1),
        (day, "play", "TUR", "total", "", 1),
        (day, "play", "XKX", "total", "", 1),
    ]
    assert unmapped == {"Atlantis": 1, "QQQ": 1}
    assert refused == ()


def test_rows_in_are_sessions_counted_and_rows_refused_by_reason(duckdb: Any) -> None:
    rows: list[tuple[str | None, ...]] = [
        (None, "2021-04-08T10:00:00Z", "France", None),
        ("", "2021-04-08T10:00:00Z", "France", None),
        ("a", "yesterday", "France", None),
        ("b", None, "France", None),
        ("c", "2021-04-08T10:00:00Z", "France", None),
        ("c", "2021-04-08T10:00:00Z", "France", None),
        ("c", "2021-04-31T10:00:00Z", "France", None),
    ]
    for dimensions in (("total",), ("total", "city")):
        facts, _, refused = count_sessions(sessions(duckdb, rows), "play", dimensions, listed=None)
        assert sum(facts["count"].to_pylist()) == 1
        assert refused == (
            Refused("duplicate session", 2, date(2021, 4, 8)),
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
        ("b", when, "Peru", None, "secret", None, "", "Safari", "http://example.com/y", "unknown"),
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
