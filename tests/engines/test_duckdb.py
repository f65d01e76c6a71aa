"""DuckDB is set up through its address."""

from pathlib import Path
from typing import Any

import pytest

from apivideo_geo.aggregate.facts import count_sessions
from apivideo_geo.engines import connect, sparing
from apivideo_geo.errors import ApivideoGeoError

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


def test_whole_rows_get_less_memory_than_counting_and_never_more_than_was_said() -> None:
    untold, told = connect("duckdb"), connect("duckdb://?memory_limit=1500MB")
    before = _limit(untold), _limit(told)
    with sparing(untold), sparing(told):
        assert _limit(untold) < before[0]
        assert _limit(told) == before[1] < _limit(untold)
    assert (_limit(untold), _limit(told)) == pytest.approx(before, rel=0.05)


def _limit(connection: Any) -> int:
    return connection.raw_sql("select parse_formatted_bytes(current_setting('memory_limit'))").fetchone()[0]


def test_more_sessions_than_memory_are_counted_by_spilling(tmp_path: Path) -> None:
    connection = connect(f"duckdb://?memory_limit=60MB&threads=2&temp_directory={tmp_path}")
    facts, _, _ = count_sessions(connection.sql(MANY), "play", ("total",), listed=None)
    assert facts["count"].to_pylist() == [2_000_000]


def test_it_spills_into_no_other_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    connection = connect(f"duckdb://?memory_limit=60MB&temp_directory={tmp_path}/file/below")
    with pytest.raises(ApivideoGeoError, match="file/below"):
        count_sessions(connection.sql(MANY), "play", ("total",), listed=None)
