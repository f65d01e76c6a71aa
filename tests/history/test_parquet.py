"""One file of facts: what is written is read again, and what cannot be true is refused by the file's name."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from apivideo_geo.errors import DataRefused
from apivideo_geo.facts import FACTS, facts_table
from apivideo_geo.history.parquet import (
    DIGEST_KEY,
    DamagedFile,
    check_digest,
    check_file,
    read_metadata,
    read_rows,
    remove_files,
    render_parquet,
    split_days,
    sum_dimensions,
)
from apivideo_geo.history.schema import METADATA_KEY, StoredDay, render_metadata
from apivideo_geo.model import MOST_COUNT

ONE, TWO, THREE = (date(2026, 10, day) for day in (1, 2, 3))
ROWS = [
    (ONE, "play", "FRA", "total", "", 5),
    (ONE, "play", "FRA", "device", "phone", 4),
    (TWO, "play", "---", "total", "", 2),
]
DAYS = {
    ONE: StoredDay("data", "country", False, 5, 2), TWO: StoredDay("data", "country", False, 2, 1),
    THREE: StoredDay("data", "country", False, 0, 0),
}  # fmt: skip


@pytest.fixture
def path(tmp_path):
    return tmp_path / "2026-10.parquet"


def write(path, rows=ROWS, days=DAYS, metric="play"):
    table = rows if isinstance(rows, pa.Table) else facts_table(rows)
    path.write_bytes(render_parquet(table, render_metadata(metric, days)))


def test_what_was_written_is_read_again(path):
    write(path)
    assert read_rows(path).equals(facts_table(ROWS))
    assert check_file(path) == read_metadata(path) == ("play", DAYS, False)
    assert check_digest(path).num_rows == 3
    metadata = pq.read_metadata(path).metadata
    assert metadata.keys() == {METADATA_KEY, DIGEST_KEY}, "nothing that depends on the library"
    assert pq.ParquetFile(path).metadata.row_group(0).column(0).compression == "ZSTD"


def test_a_file_of_days_without_rows_is_sound(path):
    write(path, [], {THREE: DAYS[THREE]})
    assert check_file(path).days == {THREE: DAYS[THREE]}
    assert read_rows(path).num_rows == 0


def changed(**columns):
    """The rows with other values in some columns."""
    table = facts_table(ROWS)
    schema = pa.schema([pa.field(field.name, field.type) for field in FACTS])
    return pa.table([columns.get(name, table[name]) for name in FACTS.names], schema)


@pytest.mark.parametrize(
    "columns",
    [
        {"count": [5, 4, -1]},
        {"count": [5, 4, MOST_COUNT + 1]},
        {"count": [5, 4, None]},
        {"value": ["", None, ""]},
        {"dimension": ["total", "shoe size", "total"]},
        {"country": ["FRA", "FR", "---"]},
        {"country": ["FRA", "FRAU", "---"]},
    ],
)
def test_a_value_that_cannot_be_is_damage(path, columns):
    write(path, changed(**columns))
    with pytest.raises(DamagedFile) as error:
        read_rows(path)
    assert str(error.value) == (
        f"{path} is damaged. Restore a copy of it (git has one), or move it away to continue without it."
    )


@pytest.mark.parametrize(
    "columns", [{"count": [5, 4, -1]}, {"count": [MOST_COUNT + 1, 4, 2]}, {"value": ["", None, ""]}]
)
def test_a_value_that_cannot_be_is_found_in_the_footer_alone(path, columns):
    write(path, changed(**columns))
    with pytest.raises(DamagedFile):
        read_metadata(path)


def test_an_impossible_count_is_found_although_other_columns_have_no_statistics(path):
    old = render_metadata("play", DAYS)[METADATA_KEY].replace(b'"schema":2', b'"schema":1')
    table = changed(count=[5, 4, -1]).replace_schema_metadata({METADATA_KEY: old})
    pq.write_table(table, path, write_statistics=["count"])
    with pytest.raises(DamagedFile):
        read_metadata(path)


def test_zero_and_the_largest_count_are_possible(path):
    rows = [(ONE, "play", "FRA", "total", "", MOST_COUNT), (ONE, "play", "DEU", "total", "", 0)]
    write(path, rows, {ONE: StoredDay("data", "country", False, MOST_COUNT, 2)})
    assert check_file(path).days[ONE].count == MOST_COUNT


@pytest.mark.parametrize(
    ("rows", "days", "metric"),
    [
        (ROWS[:2], DAYS, "play"),
        (ROWS, {ONE: DAYS[ONE], THREE: DAYS[THREE]}, "play"),
        (ROWS, {**DAYS, TWO: StoredDay("data", "country", False, 3, 1)}, "play"),
        (ROWS, {**DAYS, ONE: StoredDay("data", "country", False, 5, 3)}, "play"),
        (ROWS, {**DAYS, THREE: StoredDay("data", "country", False, 1, 0)}, "play"),
        (ROWS, DAYS, "view"),
        (ROWS[:1], {ONE: StoredDay("data", "country", False, 6, 1)}, "play"),
        (ROWS[:1], {ONE: StoredDay("data", "country", False, 5, 2)}, "play"),
    ],
)
def test_rows_that_are_not_those_of_the_footer_are_damage(path, rows, days, metric):
    write(path, rows, days, metric)
    read_metadata(path)
    with pytest.raises(DamagedFile, match=r"2026-10\.parquet is damaged"):
        check_file(path)


def test_days_that_the_name_does_not_cover_are_refused(path):
    write(path.with_name("2026-10-02.parquet"))
    with pytest.raises(DataRefused, match=r"2026-10-02\.parquet is not a file of the history"):
        read_metadata(path.with_name("2026-10-02.parquet"))


def test_a_file_without_days_in_its_footer_is_refused_by_name(path):
    path.write_bytes(render_parquet(facts_table(ROWS), {METADATA_KEY: b'{"schema":2}'}))
    with pytest.raises(DataRefused) as error:
        read_metadata(path)
    assert str(error.value) == (
        f"{path} is not a file of the history; move it out of the history folder and run again."
    )


def test_a_changed_byte_a_cut_and_a_lost_checksum_are_damage(path):
    write(path)
    content = path.read_bytes()
    table = pq.read_table(path)
    for wrong in (content[:60] + bytes([content[60] ^ 1]) + content[61:], content[:-9], b""):
        path.write_bytes(wrong)
        for read in (read_metadata, check_digest, check_file):
            with pytest.raises(DamagedFile):
                read(path)
    pq.write_table(table.replace_schema_metadata(render_metadata("play", DAYS)), path)
    with pytest.raises(DamagedFile):
        check_digest(path)


def test_a_file_of_the_first_version_needs_no_checksum_and_is_outdated(path):
    old = render_metadata("play", DAYS)[METADATA_KEY].replace(b'"schema":2', b'"schema":1')
    pq.write_table(facts_table(ROWS).replace_schema_metadata({METADATA_KEY: old}), path)
    assert check_file(path).outdated
    assert read_rows(path).num_rows == 3


def test_rows_without_a_column_are_not_those_of_a_history(path):
    write(path, facts_table(ROWS).drop_columns(["value"]))
    with pytest.raises(DataRefused, match=rf"{path} is not a file of the history"):
        read_rows(path)


def test_rows_of_a_newer_version_are_not_read(path):
    newer = render_metadata("play", DAYS)[METADATA_KEY].replace(b'"schema":2', b'"schema":3')
    path.write_bytes(render_parquet(facts_table(ROWS), {METADATA_KEY: newer}))
    with pytest.raises(DataRefused, match=rf"{path} was written by a newer apivideo-geo"):
        read_rows(path)
    pq.write_table(facts_table(ROWS).replace_schema_metadata({METADATA_KEY: newer}), path)  # it needs no checksum
    with pytest.raises(DataRefused, match=rf"{path} was written by a newer apivideo-geo"):
        check_digest(path)


def test_a_value_of_zeros_only_is_not_taken_for_the_empty_checksum(path):
    rows = [(ONE, "play", "FRA", "total", "", 5), (ONE, "play", "FRA", "referrer", "0" * 64, 5)]
    write(path, rows, {ONE: StoredDay("data", "full", False, 5, 2)})
    assert check_file(path).days[ONE].count == 5


def test_a_file_that_cannot_be_opened_is_refused_with_the_reason(tmp_path):
    with pytest.raises(DataRefused) as error:
        check_digest(tmp_path)
    assert not isinstance(error.value, DamagedFile)
    assert str(error.value) == f"Cannot read {tmp_path}: it is a folder. Fix that and run again."


def test_a_file_that_is_gone_is_not_called_damaged(tmp_path):
    with pytest.raises(DataRefused, match=r"Cannot read .*2026-10\.parquet: No such file"):
        check_file(tmp_path / "2026-10.parquet")


def test_rows_are_split_by_day_and_added_up_by_dimension():
    table = facts_table(ROWS)
    days = split_days(table)
    assert {day: rows.num_rows for day, rows in days.items()} == {ONE: 2, TWO: 1}
    assert days[ONE].equals(facts_table(ROWS[:2]))
    assert sum_dimensions(table) == {"total": 7, "device": 4}
    assert split_days(FACTS.empty_table()) == sum_dimensions(FACTS.empty_table()) == {}


def test_removing_the_last_file_of_a_folder_removes_the_folder(tmp_path):
    folder = tmp_path / "10"
    folder.mkdir()
    one, two = folder / "one", folder / "two"
    for file in (one, two):
        file.touch()
    remove_files([one, folder / "was never there"], folder)
    assert list(folder.iterdir()) == [two]
    remove_files([two], folder)
    assert not folder.exists()
    remove_files([two], folder)
