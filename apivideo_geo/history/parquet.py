"""One Parquet file of the history: read it, write it, split its rows by day, and say what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from apivideo_geo.durable import disk_failed, sync_folder
from apivideo_geo.errors import DataRefused
from apivideo_geo.facts import sort_facts
from apivideo_geo.history.schema import VERSION, StoredDay, migrate, not_ours, parse_metadata, parse_version


def read_rows(path: Path) -> pa.Table:
    """Return the rows of a file in the current version's columns. Raises :class:`DataRefused` if it is damaged."""
    try:
        file = pq.ParquetFile(path)
        return migrate(file.read(), parse_version(file.metadata.metadata))
    except (pa.ArrowException, OSError):
        raise damaged_file(path) from None


def read_metadata(path: Path) -> tuple[str, dict[date, StoredDay]]:
    """Return the metric of a file and what its footer says about each of its days.

    Raises :class:`DataRefused` if the file is damaged, not part of a history, or has days its name does not cover.
    """
    footer = read_footer(path)
    metric, days = parse_metadata(footer.metadata, str(path), footer.schema.names)
    if not all(day.isoformat().startswith(path.stem) for day in days):  # its days would count twice
        raise not_ours(str(path))
    return metric, days


def read_footer(path: Path) -> pq.FileMetaData:
    """Return the Parquet footer. Raises :class:`DataRefused` if the file is damaged or cannot be opened."""
    try:
        return pq.read_metadata(path)
    except pa.ArrowException:
        raise damaged_file(path) from None
    except OSError as error:
        raise unreadable_file(path, error) from None


def find_outdated(files: Iterable[Path]) -> list[Path]:
    """Return the files that were written in an older version of the format."""
    return [path for path in files if parse_version(read_footer(path).metadata) < VERSION]


def find_damaged_days(folder: Path) -> list[Path]:
    """Return the day files whose content is damaged. Month files are left out: they are never set aside."""
    damaged = []
    for path in sorted(folder.glob("[0-9]*/[0-9]*/????-??-??.parquet")):
        try:
            pq.ParquetFile(path).read()
        except PermissionError:
            continue
        except (pa.ArrowException, OSError):
            damaged.append(path)
    return damaged


def render_parquet(table: pa.Table, metadata: Mapping[bytes, bytes]) -> bytes:
    """Return ``table`` as Parquet, without Arrow's copy of the schema, which names the library that wrote it."""
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, table.schema, compression="zstd", store_schema=False) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata(metadata)
    return bytes(sink.getvalue())


def split_days(table: pa.Table) -> dict[date, pa.Table]:
    """Return day → its rows, sorted. Sorts once and slices, because a source may deliver years at once."""
    table = sort_facts(table)
    days, start = {}, 0
    for run in pc.value_counts(table["day"]).to_pylist():  # in order of appearance, and sorted
        days[run["values"]] = table.slice(start, run["counts"])
        start += run["counts"]
    return days


def sum_dimensions(table: pa.Table) -> dict[str, int]:
    """Return dimension → the sum of its counts."""
    sums = table.group_by("dimension").aggregate([("count", "sum")])
    return dict(zip(sums["dimension"].to_pylist(), sums["count_sum"].to_pylist(), strict=True))


def remove_files(files: Sequence[Path], folder: Path) -> None:
    """Delete ``files`` of ``folder``, and the folder if it is then empty. Raises :class:`DiskFailed`."""
    try:
        for file in files:
            file.unlink(missing_ok=True)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
            sync_folder(folder.parent)
    except OSError as error:
        raise disk_failed(folder, error) from None


def damaged_file(path: Path) -> DataRefused:
    """Return the error for a file whose content cannot be read."""
    return DataRefused(
        f"{path} is damaged. Restore a copy of it (git has one), or move it away to continue without it."
    )


def unreadable_file(path: Path, error: OSError) -> DataRefused:
    """Return the error for a file that cannot be opened."""
    return DataRefused(f"Cannot read {path}: {error.strerror or error}. Fix that and run again.")
