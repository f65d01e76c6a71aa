"""Session files as people have them, and as they break."""

from __future__ import annotations

import csv
import gzip
import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from apivideo_geo.aggregate.facts import count_sessions
from apivideo_geo.engines import connect, read_facts
from apivideo_geo.errors import DataRefused, UsageError
from apivideo_geo.facts import facts_table
from apivideo_geo.model import SESSION_COLUMNS
from apivideo_geo.sources.files.read import SessionFiles, open_sessions

HEADER = "sessionID,loadedAt,country,city\n"


@pytest.fixture(scope="module")
def duckdb() -> Any:
    return connect("duckdb")


def save(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def rows_of(files: SessionFiles) -> list[dict[str, object]]:
    rows = files.table.order_by("sessionID").to_pyarrow().to_pylist()
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


def countries_of(files: SessionFiles) -> dict[str, int]:
    facts, _, _ = count_sessions(files.table, "session", ("total",), listed=None)
    return dict(zip(facts["country"].to_pylist(), facts["count"].to_pylist(), strict=True))


def api_session(name: str, day: str = "2021-04-08", country: str | None = "France") -> dict[str, object]:
    return {
        "session": {"sessionId": name, "loadedAt": f"{day}T10:00:00+00:00", "metadata": [{"key": "k", "value": "v"}]},
        "location": {"country": country, "city": "Paris"},
        "device": {"type": "phone", "vendor": "Apple", "model": "iPhone"},
        "os": {"name": "iOS", "shortname": "IOS", "version": "14"},
        "client": {"type": "browser", "name": "Safari", "version": "13"},
        "referrer": {"url": "https://a.example/x", "medium": None, "source": None, "searchTerm": None},
        "videoId": "vi1",
    }


def test_the_columns_of_a_csv_may_stand_in_any_order_and_case_and_others_are_kept(tmp_path: Path, duckdb: Any) -> None:
    path = save(tmp_path, "a.csv", b"\xef\xbb\xbf,Country, LOADEDAT ,mine,sessionid\n0,NA,2021-04-08,x,a\n")
    files = open_sessions([path], duckdb)
    assert files.table.columns == (*SESSION_COLUMNS, "column 1", "mine")
    assert all(kind.is_string() for kind in files.table.schema().types)
    assert rows_of(files) == [
        {"sessionID": "a", "loadedAt": "2021-04-08", "country": "NA", "column 1": "0", "mine": "x"}
    ]


def test_na_is_namibia_in_every_kind_of_file(tmp_path: Path, duckdb: Any) -> None:
    paths = [
        save(tmp_path, "a.csv", "sessionID,loadedAt,country\na,2021-04-08,NA\n"),
        save(tmp_path, "b.ndjson", '{"sessionID": "b", "loadedAt": "2021-04-08", "country": "NA"}\n'),
        save(tmp_path, "c.json", '[{"sessionID": "c", "loadedAt": "2021-04-08", "country": "NA"}]'),
        str(tmp_path / "d.parquet"),
    ]
    pq.write_table(pa.table({"sessionID": ["d"], "loadedAt": ["2021-04-08"], "country": ["NA"]}), paths[-1])
    assert countries_of(open_sessions(paths, duckdb)) == {"NAM": 4}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_cells_may_hold_delimiters_quotes_and_line_ends(tmp_path: Path, duckdb: Any, delimiter: str, end: str) -> None:
    city = f'a{delimiter} "b"{end}c'
    with (tmp_path / "a.csv").open("w", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator=end)
        writer.writerows([["sessionID", "loadedAt", "country", "city"], ["a", "2021-04-08", "Côte d'Ivoire", city]])
    assert rows_of(open_sessions([str(tmp_path / "a.csv")], duckdb))[0]["city"] == city


def test_the_names_json_normalize_gives_are_understood(tmp_path: Path, duckdb: Any) -> None:
    path = save(tmp_path, "a.csv", "session.sessionId,session.loadedAt,location.country,os.name\na,2021-04-08,Peru,X\n")
    [row] = rows_of(open_sessions([path], duckdb))
    assert row == {"sessionID": "a", "loadedAt": "2021-04-08", "country": "Peru", "osName": "X"}


def test_the_shape_of_the_api_reads_the_same_from_a_list_an_object_pages_and_lines(tmp_path: Path, duckdb: Any) -> None:
    one, two = api_session("a"), api_session("b", country=None) | {"location": None, "client": {}}
    pages = [{"data": [item], "pagination": {"currentPage": 1}} for item in (one, two)]
    forms = {
        "list.json": json.dumps([one, two], indent=1),
        "pages.json": "\n".join(json.dumps(page, indent=1) for page in pages),
        "pages.ndjson": "\n".join(map(json.dumps, pages)),
        "lines.ndjson": "\n".join(map(json.dumps, (one, two))) + "\n",
        "lines.json": "\n".join(map(json.dumps, (one, two))),
    }
    answers = {name: rows_of(open_sessions([save(tmp_path, name, text)], duckdb)) for name, text in forms.items()}
    first = {**answers["list.json"][0]}
    assert json.loads(str(first.pop("session.metadata"))) == [{"key": "k", "value": "v"}]
    assert first == {
        "sessionID": "a", "assetID": "vi1", "assetType": "video", "loadedAt": "2021-04-08T10:00:00+00:00",
        "country": "France", "city": "Paris", "deviceType": "phone", "deviceVendor": "Apple", "deviceModel": "iPhone",
        "osName": "iOS", "osShortname": "IOS", "osVersion": "14", "clientType": "browser", "clientName": "Safari",
        "clientVersion": "13", "referrerUrl": "https://a.example/x",
    }  # fmt: skip
    without = [[{k: v for k, v in row.items() if k != "session.metadata"} for row in rows] for rows in answers.values()]
    assert all(rows == without[0] for rows in without)
    single = open_sessions([save(tmp_path, "one.json", json.dumps(one))], duckdb)
    assert countries_of(single) == {"FRA": 1}


def test_parquet_may_be_nested_and_typed(tmp_path: Path, duckdb: Any) -> None:
    pq.write_table(
        pa.table(
            {
                "session": [{"sessionId": "a"}],
                "LoadedAt": pa.array([1617926400_000_000], pa.timestamp("us", "UTC")),
                "location": [{"country": "Kosovo"}],
                "number": [7],
            }
        ),
        tmp_path / "a.parquet",
    )
    files = open_sessions([str(tmp_path / "a.parquet")], duckdb)
    assert countries_of(files) == {"XKX": 1}
    assert files.days == (date(2021, 4, 9),)
    assert rows_of(files)[0]["number"] == "7"


def test_a_day_without_sessions_inside_a_file_is_answered_for_and_one_between_two_files_is_not(
    tmp_path: Path, duckdb: Any
) -> None:
    save(tmp_path, "deep/er/a.csv", HEADER + "a,2021-04-08,France,\nb,2021-04-10T23:00:00-02:00,France,\n")
    save(tmp_path, "deep/b[1].csv", HEADER + "c,2021-04-14,France,\n,2021-04-30,France,\nd,never,France,\n")
    save(tmp_path, "deep/none.csv", HEADER)
    files = open_sessions([f"{tmp_path}/**/*.csv", f"{tmp_path}/deep/b[1].csv"], duckdb)
    assert [day.day for day in files.days] == [8, 9, 10, 11, 14]
    assert files.rows == 5
    alone = open_sessions([f"{tmp_path}/deep/er/a.csv"], duckdb)
    assert [day.day for day in alone.days] == [8, 9, 10, 11]


def test_a_session_in_two_files_counts_once_and_both_files_answer_for_its_day(tmp_path: Path, duckdb: Any) -> None:
    paths = [
        save(tmp_path, "a.csv", HEADER + "a,2021-04-08,France,\nb,2021-04-09,France,\n"),
        save(tmp_path, "b.csv.gz", gzip.compress((HEADER + "b,2021-04-09,France,\nc,2021-04-11,Peru,\n").encode())),
    ]
    files = open_sessions(paths, duckdb)
    facts, _, refused = count_sessions(files.table, "session", ("total",), listed=None)
    assert [day.day for day in files.days] == [8, 9, 10, 11]
    assert sum(facts["count"].to_pylist()) + sum(each.count for each in refused) == files.rows == 4


def test_files_of_different_shape_lie_in_one_table(tmp_path: Path, duckdb: Any) -> None:
    paths = [
        save(tmp_path, "a.csv", "sessionID,loadedAt,country,mine\na,2021-04-08,Peru,1\n"),
        save(tmp_path, "b.json", json.dumps(api_session("b"))),
        save(tmp_path, "c.tsv", "loadedAt\tISO_A3\tsessionID\tyours\n2021-04-08\tPER\tc\t2\n"),
    ]
    files = open_sessions(paths, duckdb)
    assert set(files.table.columns) >= {"mine", "yours", "session.metadata"}
    assert countries_of(files) == {"PER": 2, "FRA": 1}


def test_a_header_alone_and_an_empty_page_are_no_sessions(tmp_path: Path, duckdb: Any) -> None:
    paths = [save(tmp_path, "a.csv", HEADER), save(tmp_path, "b.json", '{"data": [], "pagination": {}}')]
    files = open_sessions(paths, duckdb)
    assert (files.days, files.rows, countries_of(files)) == ((), 0, {})


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", "", "a.csv, line 1: expected a header line"),
        ("a.csv", "a,b\n1,2\n", "a.csv, line 1: there is no column sessionID, loadedAt, country or ISO_A3"),
        ("a.csv", "sessionID,loadedAt\n", "a.csv, line 1: there is no column country or ISO_A3"),
        ("a.csv", "sessionID,loadedAt,city,City,country\n", "the columns 'city' and 'City' have the same"),
        ("a.csv", HEADER + 'a,2021,"x\ny",z\nb,2021,Peru\n', "line 4: expected 4 fields as in the header, found 3"),
        ("a.csv", HEADER + "a,2021,Peru,x,y\n", "line 2: expected 4 fields as in the header, found 5"),
        ("a.csv", HEADER + 'a,2021,Peru,x\nb,2021,"Peru,x\n', "line 3: a quoted field does not end"),
        ("a.csv", HEADER + "a,2021,Peru,x\r\nb,2021,Peru,x\r\n", "line 2: this line ends differently"),
        ("a.csv", HEADER.encode() + b"a,2021,Peru,x\nb,2021,Per\xfa,x\n", "not UTF-8 text; save the file as UTF-8 (in"),
        ("a.csv", b"%PDF-1.4\n%\xe2\xe3\n", "a.csv is not CSV, JSON or Parquet; export the data as one of them."),
        ("a.pdf", "%PDF-1.4 1 0 obj", "a.pdf is not CSV, JSON or Parquet; export the data as one of them."),
        ("a.csv", HEADER.encode() + b"a,2021,Peru,\xe2\x82", "line 2: not UTF-8 text"),
        ("a.csv", HEADER.encode("utf-16") + b"a", "line 2: not UTF-16 text"),
        ("a.csv.gz", b"not gzip", "a.csv.gz, line 1: there is no column"),
        ("a.csv.gz", gzip.compress(HEADER.encode() * 999)[:-20], "a.csv.gz cannot be read"),
        ("a.json", "", "a.json is empty"),
        ("a.json", '[{"session":\n{"sessionId": }}]', "a.json, line 2: not valid JSON"),
        ("a.json", "[" * 100_000, "a.json"),
        ("a.json", "[1]", "a.json, session 1: expected a session"),
        ("a.json", '[{"session": 5}]', "session 1: expected session to be an object"),
        ("a.json", '[{"session": {"sessionId": "a"}}]', "its sessions have no loadedAt, country or ISO_A3"),
        ("a.ndjson", "", "a.ndjson is empty"),
        ("a.ndjson", '{"z": 1}\n', "a.ndjson: there is no column sessionID"),
        ("a.ndjson", json.dumps(api_session("a")) + '\n{"session"\n', "a.ndjson, line 2: not valid JSON"),
        ("a.ndjson", json.dumps(api_session("a")) + "\n7\n", "a.ndjson, line 2: expected a session"),
        ("a.ndjson", json.dumps(api_session("a")) + '\n{"session": 1}\n', "line 2: expected session to be an"),
        ("a.ndjson", b'{"session": "\xff"}\n', "a.ndjson, line 1: not UTF-8 text"),
        ("a.parquet", b"PAR1", "a.parquet is not a complete Parquet file"),
        ("a.txt", "x", "or ISO_A3 (the first line is 'x')"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_in_one_sentence_that_names_it_and_the_line(
    tmp_path: Path, name: str, content: str | bytes, sentence: str
) -> None:
    connection = connect("duckdb")
    with pytest.raises(DataRefused) as refused:
        open_sessions([save(tmp_path, name, content)], connection)
    said = str(refused.value)
    assert sentence in said
    assert str(tmp_path) in said
    assert said.endswith(".")
    assert "\n" not in said
    good = save(tmp_path, "good.csv", HEADER + "a,2021-04-08,Peru,\n")
    assert countries_of(open_sessions([good], connection)) == {"PER": 1}, "the engine survives"


def test_a_truncated_parquet_file_among_complete_ones_is_named(tmp_path: Path, duckdb: Any) -> None:
    for name in ("a", "b"):
        pq.write_table(
            pa.table({"sessionID": [name], "loadedAt": ["2021-04-08"], "country": ["Peru"]}),
            tmp_path / f"{name}.parquet",
        )
    whole = (tmp_path / "b.parquet").read_bytes()
    (tmp_path / "b.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataRefused, match=r"b\.parquet is not a complete Parquet file"):
        open_sessions([f"{tmp_path}/*.parquet"], duckdb)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("nothing.csv", "nothing.csv: there is no such file; check the path"),
        ("no*.csv", r"no\*.csv: no file matches; check the pattern"),
        (".", "is a folder"),
        ("pipe.csv", "pipe.csv: it is a pipe, not a file; save what it delivers as a file, and give that"),
        ("/dev/null", "/dev/null: it is a device, not a file"),
    ],
)
def test_a_path_that_matches_no_file_is_refused(tmp_path: Path, duckdb: Any, pattern: str, said: str) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(DataRefused, match=said):
        open_sessions([str(tmp_path / pattern)], duckdb)


def test_an_empty_path_is_refused(duckdb: Any) -> None:
    with pytest.raises(DataRefused, match="The path of a file is empty; name a file"):
        open_sessions([""], duckdb)


@pytest.mark.parametrize(
    ("times", "date_format", "said"),
    [
        (
            ["08/11/2026 00:15"],
            "",
            "could have the day or the month first; add --date-format dmy (the day first) or mdy",
        ),
        (["28/11/26"], "", "could have the day or the month first; add --date-format"),
        (["28/11/2025", "11/28/2025"], "", "has another order than other dates of the file; write the day first, or"),
        (["11/28/2025"], "dmy", "is not a date in the order dmy; correct it"),
        (["2026-10-08 10:00 CET"], "", "has a time zone without an offset (CET); write the offset, such as +01:00"),
        (["yesterday"], "", "is not a time; write times like 2026-11-08T10:00:00Z"),
    ],
)
def test_the_example_of_a_time_that_cannot_be_read_says_what_to_write(
    tmp_path: Path, duckdb: Any, times: list[str], date_format: str, said: str
) -> None:
    path = save(tmp_path, "a.csv", HEADER + "".join(f"s{number},{time},Peru,\n" for number, time in enumerate(times)))
    example = open_sessions([path], duckdb, date_format).example
    assert example.startswith(f"{times[0]!r} in {path}, line 2, {said}")


def test_a_broken_line_far_into_a_large_file_is_found_by_its_number(tmp_path: Path, duckdb: Any) -> None:
    lines = [f's{n},2021-04-08,"Côte\nd\'Ivoire",x\n' for n in range(60_000)]
    lines[50_000] = "s50000,2021-04-08\n"
    with pytest.raises(DataRefused, match="line 100002: expected 4 fields"):
        open_sessions([save(tmp_path, "a.csv", HEADER + "".join(lines))], duckdb)


def test_an_unknown_engine_is_wrong_usage() -> None:
    for engine in (
        "",
        "oracle",
        "sqlite://",
        "duckdb:x",
        "nonsense://x",
        "trino://user:hunter2@localhost/x",
        "spark://",
        "spark://host",
        "postgres:/user:hunter2@host/x",
        "spark://user:hunter2@host",
    ):
        with pytest.raises(UsageError) as refused:
            connect(engine)
        assert "hunter2" not in str(refused.value)


def test_spark_that_is_not_installed_is_wrong_usage_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(UsageError, match=r"pip install 'apivideo-geo\[spark\]'"):
        connect("spark")


def test_facts_of_many_parquet_files_are_one_table(tmp_path: Path, duckdb: Any) -> None:
    paths = [tmp_path / f"{day}.parquet" for day in (1, 2)]
    for number, path in enumerate(paths, 1):
        pq.write_table(facts_table([(date(2021, 4, number), "play", "PER", "total", "", number)]), path)
    assert read_facts(duckdb, paths)["count"].sum().to_pyarrow().as_py() == 3
    assert read_facts(duckdb, []).count().to_pyarrow().as_py() == 0
    assert isinstance(read_facts(duckdb, []), ibis.Table)
