"""DuckDB is set up through its address."""

import csv
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from apivideo_geo.aggregate.facts import count_sessions
from apivideo_geo.aggregate.sessions import utc_day
from apivideo_geo.engines import connect, engine_errors, table_of_rows
from apivideo_geo.errors import DataRefused, DiskFailed, SourceFailed, UsageError
from apivideo_geo.exports.sessions_csv import write_sessions_csv
from apivideo_geo.sources.files.read import open_sessions
from bench.invent import REPEATED, write_sessions
from tests.engines.samples import DAYS

MANY = """
select 'session-of-a-long-enough-name-' || i as "sessionID", '2021-04-08' as "loadedAt", 'FRA' as "ISO_A3"
from range(2_000_000) t(i)
"""


def test_memory_and_spill_folder_are_set_in_the_address(tmp_path: Path) -> None:
    connection = connect(f"duckdb://?memory_limit=2GB&temp_directory={tmp_path}&threads=1")
    found = connection.raw_sql(
        "select current_setting('memory_limit'), current_setting('temp_directory'), current_setting('threads'), "
        "current_setting('TimeZone')"
    ).fetchone()
    assert found == ("1.8 GiB", str(tmp_path), 1, "UTC")


def test_memory_is_bounded_by_default_and_a_setting_may_give_more() -> None:
    for address, least, most in (("duckdb", 0, 1 << 30), ("duckdb://?memory_limit=3GB", 2_800_000_000, 3_000_000_000)):
        query = "select parse_formatted_bytes(current_setting('memory_limit'))"
        assert least < connect(address).raw_sql(query).fetchone()[0] <= most


def test_more_sessions_than_memory_are_counted_by_spilling(tmp_path: Path) -> None:
    connection = connect(f"duckdb://?memory_limit=60MB&threads=2&temp_directory={tmp_path}")
    facts, _, _ = count_sessions(connection.sql(MANY), "play", ("total",), listed=None)
    assert facts["count"].to_pylist() == [2_000_000]


def test_where_spilling_does_not_do_sessions_are_counted_in_parts_to_the_same_counts(
    tmp_path: Path, caplog: Any
) -> None:
    path = str(write_sessions(400_000, tmp_path / "sessions.parquet"))
    counted = []
    for limits in ("", f"memory_limit=30MB&threads=1&temp_directory={tmp_path}/spill"):
        table = open_sessions([path], connect(f"duckdb://?{limits}")).table
        with caplog.at_level(logging.INFO, "apivideo_geo"):
            counted.append(count_sessions(table, "session", ("total", "device"), listed=None))
    assert "counting them in more parts" in caplog.text
    assert counted[1] == counted[0]
    assert sum(one.count for one in counted[0][2]) == 400_000 // REPEATED


@pytest.mark.parametrize("folder", ["file", "file/below", "none/below"])
def test_a_folder_that_cannot_take_a_spill_is_reported_before_anything_is_read(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DiskFailed, match=f"temp_directory {tmp_path}/{folder}: DuckDB cannot write there"):
        connect(f"duckdb://?temp_directory={tmp_path}/{folder}")
    connect(f"duckdb://?temp_directory={tmp_path}/new")


@pytest.mark.parametrize(
    ("address", "said"), [("memory_limit=banana", "Memory must have a number"), ("nonsense=1", "nonsense")]
)
def test_a_wrong_setting_in_the_address_is_wrong_usage_in_the_words_of_duckdb(address: str, said: str) -> None:
    with pytest.raises(UsageError, match=f"DuckDB did not start as --engine says: .*{said}"):
        connect(f"duckdb://?{address}")


def test_times_are_read_as_their_utc_day() -> None:
    connect("duckdb")
    table = table_of_rows([{"loadedAt": time} for time in DAYS], ["loadedAt"])
    assert table.select(day=utc_day(table.loadedAt)).to_pyarrow()["day"].to_pylist() == list(DAYS.values())


def test_rows_with_nothing_in_a_column_have_nulls_there() -> None:
    connect("duckdb")
    table = table_of_rows([{"a": "x", "b": None}, {"a": ""}], ["a", "b"])
    assert table.to_pyarrow().to_pylist() == [{"a": "x", "b": None}, {"a": None, "b": None}]


def test_parquet_of_any_types_becomes_text(tmp_path: Path) -> None:
    times = [datetime(2021, 4, 8, hour, 59, 0, 5, tzinfo=UTC) for hour in (23, 22)] + [None]
    asia = pa.array(times, pa.timestamp("us", "Asia/Kolkata"))
    columns = {
        "session": [{"sessionId": name, "metadata": [{"k": "v"}]} for name in "aab"],
        "loadedAt": asia, "endedAt": asia.cast(pa.timestamp("ns")), "country": ["Peru", None, "NA"],
        "client": [{"name": {"of": "x"}}] * 3, "tags": [["x", "y"], None, []], "share": [1.5, 1e20, None],
        "live": [True, None, False], "raw": [b"\xff", b"", None],
    }  # fmt: skip
    pq.write_table(pa.table(columns), tmp_path / "sessions.parquet")
    files = open_sessions([str(tmp_path / "*.parquet")], connect("duckdb"))
    write_sessions_csv(files.table, files.days, tmp_path / "sessions.csv", add=["tags", "share", "live"])
    names, row = csv.reader((tmp_path / "sessions.csv").read_text().splitlines())
    found = dict(zip(names, row, strict=True))
    assert found["loadedAt"] == "2021-04-08 22:59:00.000005+00"
    assert (found["country"], found["tags"], found["share"], found["live"]) == ("Peru", "[x, y]", "1.5", "true")


HEADER = "sessionID,loadedAt,country,city\n"
ROWS = "a,2024-01-01T10:00:00Z,France,Paris\nb,2024-01-02T10:00:00Z,Spain,Madrid\n"
LONG = "a,2024-01-01T10:00:00Z,France,Paris\n" * 30_000
"""More than DuckDB looks at to guess."""


@pytest.mark.parametrize(
    "text",
    [
        (HEADER + ROWS).replace(",", ";"),
        (HEADER + ROWS).replace(",", "\t"),
        "\ufeff" + (HEADER + ROWS).replace("\n", "\r\n"),
        HEADER + LONG + 'c,2024-01-03T10:00:00Z,"Bonaire, Sint Eustatius and Saba","x ""y""\n"\n',
        HEADER + "'c',2024-01-03T10:00:00Z,France,'Paris'\n" * 3,
        HEADER + "#a,2024-01-01T10:00:00Z,France,Paris\n" + ROWS,
        HEADER + ROWS + "\n",
        HEADER + "c,2024-01-03T10:00:00Z,France,'=1+1\n",
        HEADER + 'c,2024-01-03T10:00:00Z,France,"x\\"\n' + ROWS,
        HEADER + "NULL,2024-01-01T10:00:00Z,NA,\n1,2024-01-01,France,2\n",
        HEADER,
    ],
)
def test_csv_by_url_is_read_as_the_same_file_here_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "sessions.csv"
    path.write_bytes(text.encode())
    here, there = (open_sessions([name], connect("duckdb")) for name in (str(path), f"file://{path}"))
    assert (here.days, here.rows) == (there.days, there.rows)
    columns = here.table.columns
    assert there.table.columns == columns
    assert here.table.order_by(columns).to_pyarrow() == there.table.order_by(columns).to_pyarrow()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEADER + ROWS + 'c,2024-01-03T10:00:00Z,"Fra,x\n', "do not have as many fields as their header, or a quoted"),
        (HEADER + ROWS + "c,2024-01-03T10:00:00Z\n", "do not have as many fields as their header, or a quoted"),
        (HEADER + LONG + 'c,2024-01-03T10:00:00Z,"Fra,x\n', r"sessions\.csv, line 30002: Value with unterminated"),
        (HEADER + LONG + "c,2024\n", r"sessions\.csv, line 30002: Expected Number of Columns: 4 Found: 2"),
        (HEADER + LONG + "c,2024-01-03,France,Orl\udce9\n", r"sessions\.csv, line 30002: Invalid unicode"),
        ("# by hand\n" + HEADER + ROWS, "do not have as many fields as their header"),
        ("", "there is no column sessionID"),
    ],
)
def test_csv_by_url_that_is_not_sound_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "sessions.csv").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(DataRefused, match=message) as refused, engine_errors():
        open_sessions([f"file://{tmp_path}/sessions.csv"], connect("duckdb")).table.to_pyarrow()
    assert "Orl" not in str(refused.value)


@pytest.mark.parametrize("url", ["s3://bucket/a.parquet", "https://127.0.0.1:1/a.csv"])
def test_a_url_without_the_extension_that_reads_it_is_no_fault_of_the_data(tmp_path: Path, url: str) -> None:
    nowhere = f"extension_directory={tmp_path}&custom_extension_repository=http://127.0.0.1:1"
    with pytest.raises(SourceFailed, match="its extension httpfs, which is not installed and could not be downloaded"):
        open_sessions([url], connect(f"duckdb://?{nowhere}"))
