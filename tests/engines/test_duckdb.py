"""DuckDB is set up through its address."""

from pathlib import Path

import pytest

from apivideo_geo.aggregate.facts import count_sessions
from apivideo_geo.engines import connect
from apivideo_geo.engines.connecting import usual_memory
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


@pytest.mark.parametrize(("machine", "taken"), [(2, 1), (8, 2), (24, 3), (64, 8)])
def test_untold_it_takes_a_guests_part_of_the_memory(machine: int, taken: int) -> None:
    assert usual_memory(machine << 30) == taken << 30
    limit = connect("duckdb").raw_sql("select current_setting('memory_limit')").fetchone()[0]
    assert (
        connect("duckdb://?memory_limit=5GB").raw_sql("select current_setting('memory_limit')").fetchone()[0] != limit
    )


def test_more_sessions_than_memory_are_counted_by_spilling(tmp_path: Path) -> None:
    connection = connect(f"duckdb://?memory_limit=60MB&threads=2&temp_directory={tmp_path}")
    facts, _, _ = count_sessions(connection.sql(MANY), "play", ("total",), listed=None)
    assert facts["count"].to_pylist() == [2_000_000]


def test_it_spills_into_no_other_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    connection = connect(f"duckdb://?memory_limit=60MB&temp_directory={tmp_path}/file/below")
    with pytest.raises(ApivideoGeoError, match="file/below"):
        count_sessions(connection.sql(MANY), "play", ("total",), listed=None)
