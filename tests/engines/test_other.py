"""An engine that takes only tables, and is neither DuckDB nor Spark: the same files, or one sentence."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from apivideo_geo.aggregate.sessions import utc_day
from apivideo_geo.api.client import Client
from apivideo_geo.effects import Effects
from apivideo_geo.engines import connect, engine_errors, hold_rows, read_facts
from apivideo_geo.errors import UsageError
from apivideo_geo.settings import load_settings
from apivideo_geo.sources.files.read import open_sessions
from apivideo_geo.sources.session_api import SessionApiSource
from tests.engines.samples import collect_sessions, make_rows, read_exports, save_rows
from tests.fakes.server import StandIn
from tests.fakes.world import World
from tests.product import Product

OTHER = "polars://"
NOON = datetime(2021, 5, 1, 12, tzinfo=UTC)


def test_the_whole_product_makes_the_same_files_of_session_files(tmp_path: Path) -> None:
    for seed, kind in enumerate(("csv", "ndjson", "parquet", "json")):
        save_rows(make_rows(seed, 200), tmp_path / f"sessions.{kind}")
    dotted = {"session.sessionId": "z", "session.loadedAt": "2021-04-08", "location.country": "Peru", "os.name": "X"}
    with (tmp_path / "sessions.ndjson").open("a", encoding="utf-8") as file:
        file.write(json.dumps(dotted) + "\n")
    (tmp_path / "sessions.odd.csv").write_text(',sessionID,loadedAt,country,"watched %s (%)"\n1,y,2021-04-08,Peru,9\n')
    made = []
    for number, engine in enumerate(("duckdb", OTHER)):
        product = Product(tmp_path / f"{number}")
        product.folder.mkdir()
        for _ in range(2):  # the second reads the sessions.csv of the first
            product.run("--sessions", tmp_path / "sessions.*", "--engine", engine, "--detail", "full", now=NOON)
        made.append(read_exports(product.files()))
    assert made[1] == made[0]
    assert len(made[0]["exports/sessions.csv"]) > 100


def test_the_whole_product_makes_the_same_files_of_the_sessions_of_the_api(tmp_path: Path) -> None:
    made = collect_sessions(tmp_path, "duckdb", OTHER)
    assert made[OTHER] == made["duckdb"]


def test_what_is_in_memory_is_worked_on_there_and_not_in_duckdb(tmp_path: Path) -> None:
    connection = connect(OTHER)
    documents = save_rows(make_rows(1, 20), tmp_path / "sessions.json")
    assert open_sessions([str(documents)], connection).table.get_backend() is connection
    assert read_facts(connection, []).get_backend() is connection
    world = World.make(3, 20, 2, 1, date(2026, 10, 1), date(2026, 10, 2))
    connect("duckdb")
    effects, days = Effects(epoch=int(world.end.timestamp())), {date(2026, 10, 1): "country"}
    with StandIn(world) as api, Client(api.url, api.api_key, effects) as client:
        source = SessionApiSource(load_settings({"engine": OTHER}), effects, client)
        source.fetch_assets(days)
        [(_, facts)] = source.fetch_days(days)
    assert facts.sessions is not None
    assert facts.sessions.get_backend().name == connection.name


def test_parquet_of_any_types_makes_the_same_files(tmp_path: Path) -> None:
    times = [datetime(2021, 4, 8, hour, 59, 0, 5, tzinfo=UTC) for hour in (23, 22)] + [None]
    asia = pa.array(times, pa.timestamp("us", "Asia/Kolkata"))
    columns = {
        "session": [{"sessionId": name, "metadata": [{"k": "v"}]} for name in "aab"],
        "loadedAt": asia, "endedAt": asia.cast(pa.timestamp("ns")), "country": ["Peru", None, "NA"],
        "client": [{"name": {"of": "x"}}] * 3, "tags": [["x", "y"], None, []], "share": [1.5, 1e20, None],
        "live": [True, None, False], "raw": [b"\xff", b"", None],
    }  # fmt: skip
    pq.write_table(pa.table(columns), tmp_path / "sessions.parquet")
    made = []
    for number, engine in enumerate(("duckdb", OTHER)):
        product = Product(tmp_path / f"{number}")
        product.folder.mkdir()
        product.run("--sessions", tmp_path / "*.parquet", "--engine", engine, "--detail", "full", now=NOON)
        made.append(read_exports(product.files()))
    assert made[1] == made[0]
    names, row = made[0]["exports/sessions.csv"]
    assert dict(zip(names, row, strict=True))["loadedAt"] == "2021-04-08 22:59:00.000005+00"


@pytest.mark.parametrize("name", ["open.csv", "half.json", "half.ndjson", "inside.parquet"])
def test_a_broken_file_is_refused_in_the_same_words_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    half = json.dumps({"session": {"sessionId": "\ud800", "loadedAt": "2021-04-08"}, "location": {"country": "Peru"}})
    whole = save_rows(make_rows(1, 50), tmp_path / "whole.parquet").read_bytes()
    data = pq.ParquetFile(tmp_path / "whole.parquet").metadata.row_group(0).column(0).data_page_offset
    broken = {
        "open.csv": b'sessionID,loadedAt,country\na,2021-04-08,"Peru\nb,2021-04-08,Peru\n',
        "half.json": half.encode(), "half.ndjson": half.encode(),
        "inside.parquet": whole[:data] + bytes(40) + whole[data + 40 :],
    }  # fmt: skip
    (tmp_path / name).write_bytes(broken[name])
    said = []
    for engine in ("duckdb", OTHER):
        product = Product(tmp_path / "product")
        product.folder.mkdir(exist_ok=True)
        said.append(product.run("--sessions", tmp_path / name, "--engine", engine, "--quiet", now=NOON, code=5).stderr)
        assert product.files() == {}
    assert said[1] == said[0]
    assert name == "inside.parquet" or f"{tmp_path / name}" in said[0]


def test_rows_with_nothing_in_a_column_have_nulls_there() -> None:
    connect(OTHER)
    held = hold_rows([{"a": "x", "b": None}, {"a": ""}], ["a", "b"])
    assert held.to_pyarrow().to_pylist() == [{"a": "x", "b": None}, {"a": None, "b": None}]


def test_an_engine_that_lacks_something_is_told_in_one_sentence() -> None:
    sqlite = connect("sqlite://")
    table = hold_rows([{"a": "2021-04-08"}], ["a"])
    said = r"^This engine cannot do what is needed \(.*TryCast.*\); use duckdb, spark"
    with pytest.raises(UsageError, match=said), engine_errors():
        sqlite.to_pyarrow(table.select(day=table.a.try_cast("timestamp")))


@pytest.mark.parametrize(
    ("time", "day"),
    [
        ("2021-04-08T23:30:00-00:30", date(2021, 4, 9)),
        ("2021-03-01T00:29:00.5+00:30", date(2021, 2, 28)),
        ("2020-03-01 00:29+0030", date(2020, 2, 29)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2023-02-29T10:00:00Z", None),
        ("2021-04-31T10:00:00+02", None),
        ("2100-01-01T00:30:00+01:00", date(2099, 12, 31)),
        ("2009-12-31T23:30:00-01:00", date(2010, 1, 1)),
        ("2010-01-01T00:30:00+01:00", None),
        ("2021-04-08T24:00:00Z", None),
        ("2021-04-08T10:00:00Zulu", None),
    ],
)
@pytest.mark.parametrize("engine", ["duckdb", OTHER])
def test_times_are_read_alike(engine: str, time: str, day: date | None) -> None:
    connect(engine)
    held = hold_rows([{"loadedAt": time}], ["loadedAt"])
    found = held.select(day=utc_day(held.loadedAt)).to_pyarrow()["day"].to_pylist()
    assert [getattr(one, "date", lambda one=one: one)() for one in found] == [day]
