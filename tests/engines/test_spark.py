"""Spark counts what DuckDB counts, to the last session, with executors that are processes of their own."""

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
from apivideo_geo.aggregate.sessions import utc_day, utc_seconds
from apivideo_geo.engines import connect, read_facts, table_of_rows
from apivideo_geo.errors import DataRefused
from apivideo_geo.exports.facts_parquet import render_facts
from apivideo_geo.facts import facts_table
from apivideo_geo.model import DIMENSIONS
from apivideo_geo.plain_text import clean_texts
from apivideo_geo.sources.files.read import open_sessions
from tests.aggregate.test_facts import MOMENTS
from tests.engines.cluster import cluster, need_java  # noqa: F401
from tests.engines.samples import DAYS, collect_sessions, make_rows, read_exports, save_rows
from tests.product import Product
from tests.summaries import summarise

NOON = datetime(2021, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def spark(cluster: Path) -> Iterator[Any]:  # noqa: F811
    connection = connect("spark")
    yield connection
    connection.disconnect()


def count(paths: list[Path], connection: Any) -> tuple[Any, ...]:
    files = open_sessions([str(path) for path in paths], connection)
    return files.days, files.rows, *count_sessions(files.table, "play", DIMENSIONS, listed={"viA"})


@pytest.mark.parametrize("kind", ["csv", "ndjson", "parquet", "json"])
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


def test_times_are_read_as_their_utc_day_and_moment(spark: Any) -> None:
    ibis.set_backend(spark)
    moments = {time: datetime.fromisoformat(f"{moment}+00:00") for time, moment in MOMENTS.items() if moment}
    days = {time: moment and date.fromisoformat(moment[:10]) for time, moment in MOMENTS.items()} | DAYS
    table = table_of_rows([{"loadedAt": time, "b": None} for time in days], ["loadedAt", "b"])
    time = table.loadedAt
    found = table.select(time=time, day=utc_day(time), seconds=utc_seconds(time), b=table.b).to_pyarrow()
    assert [getattr(day, "date", lambda day=day: day)() for day in found["day"].to_pylist()] == list(days.values())
    seconds = {row["time"]: row["seconds"] for row in found.to_pylist()}
    assert {time: datetime.fromtimestamp(seconds[time], UTC) for time in moments} == moments
    assert found["b"].null_count == len(days)


def test_texts_are_cleaned_to_the_same_unicode_form(spark: Any) -> None:
    texts = ["plain", "Ko\u0308ln", "e\u0301\ttab", None, "日本", "\u1100\u1161", "\ufb01"]
    found = {}
    for connection in (connect("duckdb"), spark):
        ibis.set_backend(connection)
        table = table_of_rows([{"text": text} for text in texts], ["text"])
        found[connection.name] = (
            table.select(text=clean_texts(table.text, connection.name)).to_pyarrow()["text"].to_pylist()
        )
    assert found["pyspark"] == found["duckdb"] == ["plain", "Köln", "é tab", None, "日本", "가", "\ufb01"]


def test_an_address_of_s3_is_asked_of_sparks_own_reader_of_it(spark: Any) -> None:
    """Whose parts (hadoop-aws) are not installed here."""
    with pytest.raises(DataRefused, match=r"s3a\.S3AFileSystem not found"):
        open_sessions(["s3://a-bucket/sessions.parquet"], spark)


def test_times_and_numbers_of_parquet_are_read_alike(spark: Any, tmp_path: Path) -> None:
    for name, zone in (("plain", None), ("zoned", "UTC")):
        times = pa.array(["2021-04-08T23:00:00.5"] * 3).cast(pa.timestamp("us")).cast(pa.timestamp("us", zone))
        path = tmp_path / f"{name}.parquet"
        pq.write_table(pa.table({"sessionID": [1, 2, 2], "loadedAt": times, "ISO_A3": ["FRA"] * 3}), path)
        ours = count([path], connect("duckdb"))
        assert ours[0] == (date(2021, 4, 8),)
        assert count([path], spark) == ours


def test_parquet_files_may_differ_in_the_types_of_their_columns(spark: Any, tmp_path: Path) -> None:
    times = pa.array(["2021-04-08T23:00:00.5", "2021-04-09T23:00:00"]).cast(pa.timestamp("us"))
    kinds: dict[str, tuple[Any, Any]] = {
        "numbers": (pa.array([1, 2], pa.int32()), times),
        "long": (pa.array([2, 3], pa.int64()), times.cast(pa.timestamp("ms"))),
        "texts": (["3", "4"], ["2021-04-08T23:00:00.5-02:00", "2021-04-10"]),
        "zoned": (["4", "5"], times.cast(pa.timestamp("us", "UTC"))),
    }
    for name, (ids, loaded) in kinds.items():
        table = pa.table({"sessionID": ids, "loadedAt": loaded, "ISO_A3": ["FRA", "PER"]})
        pq.write_table(table, tmp_path / f"{name}.parquet")
    ours = count([tmp_path / "*.parquet"], connect("duckdb"))
    assert (ours[1], sum(one.count for one in ours[4])) == (8, 3)
    assert count([tmp_path / "*.parquet"], spark) == ours


def test_csv_by_url_is_read_and_never_by_the_place_of_its_columns(spark: Any, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("sessionID,loadedAt,country\na,2021-04-08,Peru\n")
    (tmp_path / "b.csv").write_text("country,loadedAt,sessionID\nPeru,2021-04-08,b\n")
    assert open_sessions([f"file://{tmp_path}/a.csv"], spark).rows == 1
    for urls in ([f"file://{tmp_path}/a.csv", f"file://{tmp_path}/b.csv"], [f"file://{tmp_path}/*.csv"]):
        with pytest.raises(DataRefused, match="could not read the data"):
            open_sessions(urls, spark)


def test_times_in_nanoseconds_are_refused_with_the_way_out(spark: Any, tmp_path: Path) -> None:
    times = pa.array(["2021-04-08T23:00:00"]).cast(pa.timestamp("ns"))
    pq.write_table(pa.table({"sessionID": ["a"], "loadedAt": times, "country": ["Peru"]}), tmp_path / "a.parquet")
    with pytest.raises(DataRefused, match="cannot read Parquet with times in nanoseconds; write it with microseconds"):
        count([tmp_path / "a.parquet"], spark)


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


def test_facts_become_the_same_summary_without_the_executors_reading_our_files(spark: Any, tmp_path: Path) -> None:
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
    assert "FileScan" not in plan  # executors elsewhere do not see the files of this machine


def _save_day(day: date, number: int, folder: Path) -> Path:
    rows = [
        (day, "play", country, dimension, value, number % 7 + 3)
        for country in ("FRA", "---", "XKX")
        for dimension, value in (("total", ""), ("device", "phone"), ("browser", "NA"), ("city", "Köln"))
    ]
    path = folder / f"{day}.parquet"
    pq.write_table(facts_table(rows), path)
    return path


def test_a_broken_file_has_the_same_message_in_both_engines_and_the_engine_continues(
    spark: Any, tmp_path: Path
) -> None:
    good = save_rows(make_rows(3, 20), tmp_path / "good.csv")
    bad = tmp_path / "bad.csv"
    bad.write_text("sessionID,loadedAt,country\na,2021-04-08,Peru\nb,2021-04-08\n")
    messages = []
    for connection in (connect("duckdb"), spark):
        with pytest.raises(DataRefused) as refused:
            open_sessions([str(bad)], connection)
        messages.append(str(refused.value))
        assert open_sessions([str(good)], connection).rows == 20
    assert messages[0] == messages[1]
    assert "line 3" in messages[0]


def test_the_complete_product_makes_the_same_files(cluster: Path, tmp_path: Path) -> None:  # noqa: F811
    for seed, kind in enumerate(("csv", "ndjson", "parquet")):
        save_rows(make_rows(seed, 200), tmp_path / f"sessions.{kind}")
    (tmp_path / "sessions.odd.csv").write_text(',sessionID,loadedAt,country,"watched %s (%)"\n1,y,2021-04-08,Peru,9\n')
    made = {}
    for engine in ("duckdb", "spark"):
        folder = tmp_path / engine
        folder.mkdir()
        made[engine] = product = Product(folder, process=True)
        for _ in range(2):  # the second run reads the sessions.csv of the first
            product.run("--sessions", tmp_path / "sessions.*", "--engine", engine, "--detail", "full", now=NOON)
    ours, theirs = (read_exports(product.files()) for product in made.values())
    ledgers = [files.pop("history/ledger.jsonl") for files in (ours, theirs)]
    assert ledgers[0] == ledgers[1]
    assert theirs.keys() == ours.keys()
    assert theirs["site/data/choro.csv"] == ours["site/data/choro.csv"]
    assert theirs == ours


def test_sessions_of_the_api_are_counted_there_too(cluster: Path, tmp_path: Path) -> None:  # noqa: F811
    made = collect_sessions(tmp_path, "duckdb", "spark")
    assert made["spark"] == made["duckdb"]
    assert made["spark"]["site/data/choro.csv"]


def test_spark_without_java_is_one_sentence(tmp_path: Path) -> None:
    path = save_rows(make_rows(1, 5), tmp_path / "sessions.csv")
    product = Product(tmp_path, process=True)
    done = product.run("--sessions", path, "--engine", "spark", code=4, JAVA_HOME="/nowhere")
    assert "Spark did not start" in done.stderr


def test_a_master_that_does_not_answer_is_reported_in_the_words_of_spark_without_its_stack(tmp_path: Path) -> None:
    need_java()
    path = save_rows(make_rows(1, 5), tmp_path / "sessions.csv")
    master = {"PYSPARK_SUBMIT_ARGS": "--master spark://nobody pyspark-shell", "SPARK_LOCAL_IP": "127.0.0.1"}
    done = Product(tmp_path, process=True).run("--sessions", path, "--engine", "spark", code=4, **master)
    assert "Spark did not start (org.apache.spark.SparkException: Invalid master URL: spark://nobody)" in done.stderr
    assert "\tat " not in done.stderr
