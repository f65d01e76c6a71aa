"""Session files with names and texts that nobody expects."""

import csv
import gzip
import json
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from apivideo_geo.aggregate.facts import count_sessions
from apivideo_geo.engines import connect
from apivideo_geo.errors import DataRefused
from apivideo_geo.open_place import open as open_place
from apivideo_geo.sources.files.read import open_sessions
from tests.product import Product

HEAD = ("sessionID", "loadedAt", "country")
TIME = "2026-11-01T10:00:00Z"


@pytest.fixture(scope="module")
def duckdb():
    return connect("duckdb")


def count(path, duckdb):
    facts, unmapped, refused = count_sessions(open_sessions([str(path)], duckdb).table, "play", ["total"], listed=None)
    return {row["country"]: row["count"] for row in facts.to_pylist()}, dict(unmapped), refused


def write_all(folder, rows):
    """Write the same rows in each format; yield the paths."""
    records = [dict(zip(HEAD, row, strict=True)) for row in rows]
    (folder / "a.csv").write_text("\n".join(map(",".join, [HEAD, *rows])), newline="")
    (folder / "a.ndjson").write_text("\n".join(map(json.dumps, records)))
    (folder / "a.json").write_text(json.dumps(records))
    pq.write_table(pa.Table.from_pylist(records), folder / "a.parquet")
    return [folder / f"a.{ending}" for ending in ("csv", "ndjson", "json", "parquet")]


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "ndjson", "json", "parquet"])
def test_a_file_is_read_whatever_characters_its_path_has(tmp_path, duckdb, ending):
    folder = tmp_path / "a\\b[1]*?" / "country=FR"
    folder.mkdir(parents=True)
    row = {"sessionID": "s1", "loadedAt": "2021-04-08T10:00:00Z", "device.type": "tv"}
    path = folder / f"q?\\.{ending}"
    if ending == "parquet":
        pq.write_table(pa.table({name: [value] for name, value in row.items()}), path)
    else:
        text = json.dumps(row) if "json" in ending else "\n".join(map(",".join, (row.keys(), row.values())))
        content = f"[{text}]" if ending == "json" else text + "\n"
        path.write_bytes(gzip.compress(content.encode()) if ending.endswith("gz") else content.encode())
    found = open_sessions([str(path)], duckdb)
    read = found.table.select("sessionID", "country").to_pyarrow().to_pylist()
    assert (found.rows, read) == (1, [{"sessionID": "s1", "country": "FR"}])


def test_a_history_is_read_whatever_characters_its_path_has(tmp_path):
    folder = tmp_path / "a\\b[1]"
    folder.mkdir()
    (folder / "c.csv").write_text("day,country,count\n2026-11-08,Peru,5\n")
    Product(folder).run("collect", "--counts", folder / "c.csv")
    assert open_place(folder / "history").facts().to_pylist()[0]["count"] == 5


def test_a_nul_neither_merges_sessions_nor_hides_a_country(tmp_path, duckdb):
    rows = [("a\0b", TIME, "Fra\0nce"), ("a\0c", TIME, "\0Peru"), ("ab", TIME, "Spain\x1b"), ("a", TIME, "It\0aly")]
    for path in write_all(tmp_path, rows):
        assert count(path, duckdb) == ({"FRA": 1, "PER": 1, "ESP": 1, "ITA": 1}, {}, ())


@pytest.mark.parametrize("columns", [501, 5_000, 100_000])
def test_a_file_of_very_many_columns_is_refused_at_once(tmp_path, columns):
    names = [*HEAD, *(f"c{number}" for number in range(columns - 3))]
    (tmp_path / "wide.csv").write_text(",".join(names) + "\n")
    begin = time.process_time()
    with pytest.raises(DataRefused, match=f"there are {columns:,} columns, and at most 500 can be read"):
        open_sessions([str(tmp_path / "wide.csv")], None)
    assert time.process_time() - begin < 5


NAMES = ["__file", "filename", "file", "session", "day", "rows", "c0", "code", 'a"b', "it's"]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_column_may_have_any_name(tmp_path, duckdb, ending):
    path, row = tmp_path / f"a.{ending}", {"sessionID": "1", "loadedAt": TIME, "country": "Peru"}
    row |= {name: f"x{number}" for number, name in enumerate(NAMES)}
    pq.write_table(pa.Table.from_pylist([row]), path)
    if ending == "csv":
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([row, row.values()])
    table = open_sessions([str(path)], duckdb).table
    facts, _, _ = count_sessions(table, "play", ["total"], listed=None)
    assert {one["country"]: one["count"] for one in facts.to_pylist()} == {"PER": 1}
    assert table.select(NAMES).to_pyarrow().to_pylist() == [{name: row[name] for name in NAMES}]


@pytest.mark.parametrize("name", ["__apivideo_geo_file", "nu\0l", "", "\x1b[0m"])
def test_a_name_that_an_engine_cannot_use_is_refused_in_a_sentence(tmp_path, duckdb, name):
    pq.write_table(
        pa.table({"sessionID": ["1"], "loadedAt": [TIME], "country": ["Peru"], name: ["x"]}), tmp_path / "a.parquet"
    )
    with pytest.raises(DataRefused, match=r"a column cannot have the name .*; rename it"):
        open_sessions([str(tmp_path / "a.parquet")], duckdb)


def test_a_number_of_5000_digits_is_refused_in_a_sentence(tmp_path, duckdb):
    (tmp_path / "a.json").write_text(f'[\n{{"sessionID": {"1" * 5000}}}]')
    with pytest.raises(DataRefused, match=r"a.json has a number with too many digits"):
        open_sessions([str(tmp_path / "a.json")], duckdb)
