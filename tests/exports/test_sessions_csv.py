"""sessions.csv: what is in it, what stays in it, and that it reads back."""

from __future__ import annotations

import csv
import os
from datetime import date
from pathlib import Path
from typing import Any
from unicodedata import is_normalized

import ibis
import pyarrow as pa
import pytest

from apivideo_geo.aggregate.facts import count_sessions
from apivideo_geo.engines import connect
from apivideo_geo.errors import DataRefused, DiskFailed, UsageError
from apivideo_geo.exports.sessions_csv import write_sessions_csv
from apivideo_geo.model import DIMENSIONS, SESSION_COLUMNS
from apivideo_geo.plain_text import clean_text
from apivideo_geo.sources.files.read import open_sessions
from bench.invent import REPEATED, write_sessions

EIGHTH, NINTH = date(2021, 4, 8), date(2021, 4, 9)


@pytest.fixture(scope="module")
def duckdb() -> Any:
    return connect("duckdb")


def sessions(connection: Any, *rows: dict[str, str | None]) -> ibis.Table:
    names = dict.fromkeys([*SESSION_COLUMNS, *(name for row in rows for name in row)])
    table = pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in names})
    return connection.create_table(ibis.util.gen_name("sessions"), table, temp=True)


def session(name: str | None, day: int = 8, **values: str | None) -> dict[str, str | None]:
    return {"sessionID": name, "loadedAt": f"2021-04-{day:02}T10:00:00Z", "country": "Peru", **values}


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_it_has_one_row_per_session_with_code_and_unknowns_sorted_by_time(tmp_path: Path, duckdb: Any) -> None:
    path = tmp_path / "exports" / "it's" / "sessions.csv"
    table = sessions(
        duckdb,
        session("b", 9),
        session("b", 9),
        session("a", city="Lima", ISO_A3="wrong"),
        session("c", country="Atlantis"),
        session("d", country=None, ISO_A3="NAM"),
        session(None),
        session("e") | {"loadedAt": "never"},
    )
    write_sessions_csv(table, (EIGHTH, NINTH), path)
    rows = read(path)
    assert tuple(rows[0]) == SESSION_COLUMNS
    assert [(r["sessionID"], r["country"], r["ISO_A3"], r["city"], r["endedAt"]) for r in rows] == [
        ("a", "Peru", "PER", "Lima", ""),
        ("c", "Atlantis", "---", "unknown", ""),
        ("d", "unknown", "NAM", "unknown", ""),
        ("b", "Peru", "PER", "unknown", ""),
    ]
    assert rows[0]["loadedAt"] == "2021-04-08T10:00:00Z"
    assert [name.name for name in path.parent.iterdir()] == ["sessions.csv"]


def test_it_reads_back_to_the_same_counts_and_writes_the_same_bytes_again(tmp_path: Path, duckdb: Any) -> None:
    hostile = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "'=x", "''-x", "'plain", 'a "b", c\nd', "Côte", "NA"]
    hostile += ["a\0b", "a\0c", "\x1b[31m", " =1", "＝1", "two\r\n=lines", "x\r", "\ty\n", "Cafe\u0301"]
    table = sessions(
        duckdb,
        *(
            session(f"{text}{country}", 8 + n % 2, city=text, title=text, country=country, extra=text)
            for n, text in enumerate(hostile)
            for country in ("Peru", "Atlantis", None)
        ),
        session("x") | {"loadedAt": "2021-04-08T23:30:00-02:00"},
    )
    path = tmp_path / "sessions.csv"
    write_sessions_csv(table, (EIGHTH, NINTH), path, add=("extra",))
    content = path.read_bytes()
    assert {row["extra"][:1] for row in read(path)}.isdisjoint("=+-@\t\r")
    assert all(is_normalized("NFC", row["extra"] + row["city"] + row["title"]) for row in read(path))
    again = open_sessions([str(path)], duckdb)
    for one, other in zip(
        count_sessions(table, "play", DIMENSIONS, listed=None)[:2],
        count_sessions(again.table, "play", DIMENSIONS, listed=None)[:2],
        strict=True,
    ):
        assert one == other
    texts = again.table.extra.to_pyarrow().to_pylist()
    assert {clean_text(text) for text in texts if text} == {clean_text(text) for text in hostile}
    assert len({row["sessionID"] for row in read(path)}) == 3 * len(hostile) + 1, "ids that differ stay different"
    assert again.days == (EIGHTH, NINTH)
    write_sessions_csv(again.table, again.days, tmp_path / "again.csv", add=("extra",))
    assert (tmp_path / "again.csv").read_bytes() == content
    write_sessions_csv(again.table, again.days, path, add=("extra",))
    assert path.read_bytes() == content


def test_a_run_of_today_keeps_the_rows_of_yesterday_and_replaces_those_of_today(tmp_path: Path, duckdb: Any) -> None:
    path = tmp_path / "sessions.csv"
    first = sessions(duckdb, session("a", 8, city="=Lima", mine="x"), session("b", 9), session("c", 9))
    write_sessions_csv(first, (EIGHTH, NINTH), path, add=("mine",))
    second = sessions(duckdb, session("c", 9, city="Cusco"), session("d", 9), session("z", 8))
    write_sessions_csv(second, (NINTH,), path)
    rows = [(row["sessionID"], row["ISO_A3"], row["city"], row["mine"]) for row in read(path)]
    assert rows == [("a", "PER", "'=Lima", "x"), ("c", "PER", "Cusco", ""), ("d", "PER", "unknown", "")]


def test_a_session_whose_day_moved_is_there_once(tmp_path: Path, duckdb: Any) -> None:
    path = tmp_path / "sessions.csv"
    write_sessions_csv(sessions(duckdb, session("a", 8)), (EIGHTH,), path)
    write_sessions_csv(sessions(duckdb, session("a", 9)), (NINTH,), path)
    assert [row["loadedAt"][:10] for row in read(path)] == ["2021-04-09"]


def test_columns_can_be_added_and_dropped_and_the_file_still_merges(tmp_path: Path, duckdb: Any) -> None:
    path = tmp_path / "sessions.csv"
    drop = ("sessionID", "country", "ISO_A3", "city", "title", "assetID")
    for day in (8, 9):
        table = sessions(duckdb, session("a", day, mine=str(day)), session("b", day))
        write_sessions_csv(table, (date(2021, 4, day),), path, add=("mine", "=new"), drop=drop)
    rows = read(path)
    assert tuple(rows[0]) == (*(name for name in SESSION_COLUMNS if name not in drop), "mine", "'=new")
    assert sorted(row["mine"] for row in rows) == ["", "", "8", "9"]


def test_a_column_of_the_file_may_be_called_as_ours_are_on_the_way(tmp_path: Path, duckdb: Any) -> None:
    path, names = tmp_path / "sessions.csv", ("day", "Session", "rows", "code", "known_title")
    table = sessions(duckdb, session("a") | {name: f"of {name}" for name in names})
    write_sessions_csv(table, (EIGHTH,), path, add=names)
    assert [{name: row[name] for name in names} for row in read(path)] == [{name: f"of {name}" for name in names}]


def test_without_the_time_it_could_not_be_brought_up_to_date(tmp_path: Path, duckdb: Any) -> None:
    with pytest.raises(UsageError, match="loadedAt cannot be dropped"):
        write_sessions_csv(sessions(duckdb), (), tmp_path / "sessions.csv", drop=("loadedAt",))


def test_no_sessions_make_a_header(tmp_path: Path, duckdb: Any) -> None:
    write_sessions_csv(sessions(duckdb), (EIGHTH,), tmp_path / "sessions.csv")
    assert (tmp_path / "sessions.csv").read_text() == ",".join(SESSION_COLUMNS) + "\n"


@pytest.mark.parametrize(
    "content", [b"", b"a,b\n1,2\n", b"sessionID,loadedAt\na\n", b"loadedAt,city\n2021-04-08,\xff\n"]
)
def test_a_file_that_cannot_be_read_stays_unchanged_and_the_message_has_advice(
    tmp_path: Path, content: bytes, duckdb: Any
) -> None:
    path = tmp_path / "sessions.csv"
    path.write_bytes(content)
    with pytest.raises(DataRefused, match=r"sessions\.csv, line \d.*; move the file away to start a new one"):
        write_sessions_csv(sessions(duckdb, session("a")), (EIGHTH,), path)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_larger_than_the_memory_with_repeated_sessions_is_written(tmp_path: Path) -> None:
    rows = 400_000
    path = write_sessions(rows, tmp_path / "sessions.parquet")  # unpacked, far more than the limit
    limits = f"memory_limit=200MB&threads=2&temp_directory={tmp_path}/spill"
    files = open_sessions([str(path)], connect(f"duckdb://?{limits}"))
    write_sessions_csv(files.table, files.days, tmp_path / "sessions.csv")
    with (tmp_path / "sessions.csv").open(encoding="utf-8") as file:
        assert sum(1 for _ in file) == 1 + rows - rows // REPEATED


@pytest.mark.parametrize("name", ["a'b\"c", "a\\b", "a\nb", "a'\"; b", "[a]*?", "{x} %s $HOME", "\x01\t"])
def test_it_is_written_and_brought_up_to_date_in_a_folder_of_any_name(tmp_path: Path, duckdb: Any, name: str) -> None:
    path = tmp_path / name / "sessions.csv"
    write_sessions_csv(sessions(duckdb, session("a")), (EIGHTH,), path)
    write_sessions_csv(sessions(duckdb, session("b", 9)), (NINTH,), path)
    assert [row["sessionID"] for row in read(path)] == ["a", "b"]
    assert [one.name for one in path.parent.iterdir()] == ["sessions.csv"]


def test_a_pipe_in_its_place_is_refused_and_does_not_block(tmp_path: Path, duckdb: Any) -> None:
    os.mkfifo(tmp_path / "sessions.csv")
    with pytest.raises(DataRefused, match="it is a pipe, not a file"):
        write_sessions_csv(sessions(duckdb, session("a")), (EIGHTH,), tmp_path / "sessions.csv")


def test_a_folder_that_cannot_be_written_is_reported(tmp_path: Path, duckdb: Any) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DiskFailed, match="Cannot write"):
        write_sessions_csv(sessions(duckdb, session("a")), (EIGHTH,), tmp_path / "file" / "sessions.csv")
