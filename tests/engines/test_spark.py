"""Spark counts what DuckDB counts, to the last session, with executors that are processes of their own."""

import csv
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from apivideo_geo.aggregate.facts import count_sessions
from apivideo_geo.aggregate.summary import summarise
from apivideo_geo.engines import connect, read_facts
from apivideo_geo.errors import DataRefused
from apivideo_geo.exports.facts_parquet import render_facts
from apivideo_geo.facts import facts_table
from apivideo_geo.model import DIMENSIONS
from apivideo_geo.sources.files import open_sessions
from tests.engines.cluster import cluster  # noqa: F401
from tests.engines.samples import make_rows, save_rows
from tests.product import Product

NOON = datetime(2021, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def spark(cluster: Path) -> Iterator[Any]:  # noqa: F811
    connection = connect("spark")
    yield connection
    connection.disconnect()


def count(paths: list[Path], connection: Any) -> tuple[Any, ...]:
    files = open_sessions([str(path) for path in paths], connection)
    return files.days, files.rows, *count_sessions(files.table, "play", DIMENSIONS, listed={"viA"})


@pytest.mark.parametrize("kind", ["csv", "ndjson", "parquet"])
def test_sessions_become_the_same_facts(kind: str, spark: Any, tmp_path: Path) -> None:
    paths = [save_rows(make_rows(seed, 300), tmp_path / f"{{{seed}}} [x] *.{kind}") for seed in (1, 2)]
    days, rows, facts, unmapped, refused = count(paths, connect("duckdb"))
    assert rows == 600
    assert set(facts["dimension"].to_pylist()) == set(DIMENSIONS)
    assert {one.reason.split()[0] for one in refused} == {"no", "loadedAt", "duplicate"}
    assert "Atlantis" in unmapped
    theirs = count(paths, spark)
    assert theirs[2].equals(facts)
    assert theirs == (days, rows, facts, unmapped, refused)


def test_times_and_numbers_of_parquet_are_read_alike(spark: Any, tmp_path: Path) -> None:
    for name, zone in (("plain", None), ("zoned", "UTC")):
        times = pa.array(["2021-04-08T23:00:00.5"] * 3).cast(pa.timestamp("us")).cast(pa.timestamp("us", zone))
        path = tmp_path / f"{name}.parquet"
        pq.write_table(pa.table({"sessionID": [1, 2, 2], "loadedAt": times, "ISO_A3": ["FRA"] * 3}), path)
        ours = count([path], connect("duckdb"))
        assert ours[0] == (date(2021, 4, 8),)
        assert count([path], spark) == ours


def test_the_executors_are_two_processes_of_their_own(spark: Any) -> None:
    context = spark._session.sparkContext
    assert spark._session.range(10).count() == 10
    executors = context._jsc.sc().statusTracker().getExecutorInfos()
    assert len({(executor.host(), executor.port()) for executor in executors}) == 3, "the driver and two executors"
    if Path("/proc/self").exists():
        name, application = b"org.apache.spark.executor.CoarseGrainedExecutorBackend", context.applicationId.encode()
        assert sum(name in command and application in command for command in _commands()) == 2


def _commands() -> Iterator[list[bytes]]:
    """The command line of every process."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it ended meanwhile
            yield path.read_bytes().split(b"\0")


def test_facts_become_the_same_summary_in_one_read(spark: Any, tmp_path: Path) -> None:
    first = date(2020, 12, 1)
    days = [first + timedelta(days=number) for number in range(150)]
    paths = [_save_day(day, number, tmp_path) for number, day in enumerate(days)]
    found = []
    for connection in (connect("duckdb"), spark):
        facts = read_facts(connection, paths)
        summary = summarise(
            facts, dict.fromkeys(days, False), metric="play", generated_at=NOON, since=days[3],
            name_of=str, alpha2_of=lambda code: code[:2], population_of=lambda code: 1_000_000,
        )  # fmt: skip
        found.append((summary, render_facts(facts, days[3], days[-1], False)))
    assert found[0] == found[1]
    assert found[0][0].total > 0
    assert found[0][0].breakdowns
    plan = spark._session.sql(ibis.to_sql(facts, dialect="pyspark"))._jdf.queryExecution().executedPlan().toString()
    assert plan.count("FileScan parquet") == 1


def _save_day(day: date, number: int, folder: Path) -> Path:
    rows = [
        (day, "play", country, dimension, value, number % 7 + 3)
        for country in ("FRA", "---", "XKX")
        for dimension, value in (("total", ""), ("device", "phone"), ("browser", "NA"), ("city", "Köln"))
    ]
    path = folder / f"{day}.parquet"
    pq.write_table(facts_table(rows), path)
    return path


def test_a_broken_file_is_told_alike_and_the_engine_goes_on(spark: Any, tmp_path: Path) -> None:
    good = save_rows(make_rows(3, 20), tmp_path / "good.csv")
    bad = tmp_path / "bad.csv"
    bad.write_text("sessionID,loadedAt,country\na,2021-04-08,Peru\nb,2021-04-08\n")
    told = []
    for connection in (connect("duckdb"), spark):
        with pytest.raises(DataRefused) as refused:
            open_sessions([str(bad)], connection)
        told.append(str(refused.value))
        assert open_sessions([str(good)], connection).rows == 20
    assert told[0] == told[1]
    assert "line 3" in told[0]


def test_the_whole_product_makes_the_same_files(cluster: Path, tmp_path: Path) -> None:  # noqa: F811
    for seed, kind in enumerate(("csv", "ndjson", "parquet")):
        save_rows(make_rows(seed, 200), tmp_path / f"sessions.{kind}")
    made = {}
    for engine in ("duckdb", "spark"):
        folder = tmp_path / engine
        folder.mkdir()
        made[engine] = product = Product(folder)
        product.run("--sessions", tmp_path / "sessions.*", "--engine", engine, "--detail", "full", now=NOON)
    ours, theirs = made["duckdb"].files(), made["spark"].files()
    export = "exports/sessions.csv"
    assert _rows(ours.pop(export)) == _rows(theirs.pop(export))
    ledgers = [files.pop("history/ledger.jsonl") for files in (ours, theirs)]
    assert ledgers[0] == ledgers[1]
    assert theirs.keys() == ours.keys()
    assert theirs["site/data/choro.csv"] == ours["site/data/choro.csv"]
    assert theirs == ours


def _rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(content.decode().splitlines(keepends=True)))


def test_spark_without_java_is_one_sentence(tmp_path: Path) -> None:
    path = save_rows(make_rows(1, 5), tmp_path / "sessions.csv")
    product = Product(tmp_path)
    done = product.run("--sessions", path, "--engine", "spark", code=4, JAVA_HOME="/nowhere")
    assert "Spark did not start" in done.stderr
