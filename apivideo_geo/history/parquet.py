"""One Parquet file of the history: read it, write it, split its rows by day, and say what is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from apivideo_geo.durable import disk_failed, sync_folder
from apivideo_geo.errors import DataRefused
from apivideo_geo.facts import FACTS, sort_facts
from apivideo_geo.history.files import load_bytes
from apivideo_geo.history.schema import (
    METADATA_KEY,
    VERSION,
    StoredDay,
    check_columns,
    migrate,
    not_ours,
    parse_metadata,
    parse_version,
)
from apivideo_geo.model import DIMENSIONS, MOST_COUNT
from apivideo_geo.owner_files import check_regular

DIGEST_KEY = b"apivideo_geo_sha256"
"""Key of the file's checksum: SHA-256 of all its bytes, with ``BLANK`` in place of the checksum itself."""
BLANK = b"0" * 64
MOST_ROWS = 100_000_000
"""The largest number of rows of a file. A damaged or hostile footer must not make us reserve memory for more."""
UNREADABLE = (pa.ArrowException, OSError, ValueError, OverflowError, KeyError)
"""What pyarrow raises for a file that is not as it was written."""


class DamagedFile(DataRefused):
    """A file of the history whose content is not what was written."""


class Description(NamedTuple):
    """What the footer of a file of facts says: metric, UTC day → its part of the file; is the format older?"""

    metric: str
    days: dict[date, StoredDay]
    outdated: bool


def read_rows(path: Path, expected: pa.Schema = FACTS) -> pa.Table:
    """Return the rows of a file in the current version's columns, which are ``expected``.

    Raises :class:`DamagedFile` if it is damaged or contains an impossible value, :class:`DataRefused` if it is not a
    file of the history.
    """
    table, version = _read_written(path, path, expected)
    return migrate(table, version)


def _read_written(path: Path, source: Path | pa.BufferReader, expected: pa.Schema) -> tuple[pa.Table, int]:
    """Return the rows of the file ``path`` as they were written, and its version; ``source``: where to read them."""
    try:
        check_regular(path)
        file = pq.ParquetFile(source)
        version = parse_version(file.metadata.metadata, str(path))
        if version == VERSION:
            check_columns(file.schema_arrow, expected, str(path))
        if file.metadata.num_rows > MOST_ROWS:
            raise damaged_file(path)
        table = file.read()
        if not _is_possible(table, expected):
            raise damaged_file(path)
    except UNREADABLE:
        raise damaged_file(path) from None
    return table, version


def _is_possible(table: pa.Table, expected: pa.Schema) -> bool:
    """Return whether no value of ``table`` is missing that ``expected`` requires, and none is outside its bounds."""
    fields = [field for field in expected if field.name in table.column_names]
    if any(table[field.name].null_count for field in fields if not field.nullable):
        return False
    numbers = [table[field.name] for field in fields if field.type == pa.int64()]
    for limits in (pc.min_max(column).as_py() for column in numbers if column.null_count < len(column)):
        if not 0 <= limits["min"] <= limits["max"] <= MOST_COUNT:
            return False
    if expected is not FACTS or not table.num_rows:
        return True
    known = pc.all(pc.is_in(table["dimension"], pa.array(DIMENSIONS))).as_py()
    return bool(known and pc.min_max(pc.utf8_length(table["country"])).as_py() == {"min": 3, "max": 3})


def _are_values_possible(footer: pq.FileMetaData) -> bool:
    """Return whether the statistics in a footer of facts name no missing value, and no count outside its bounds."""
    groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
    for column in (group.column(number) for group in groups for number in range(group.num_columns)):
        found = column.statistics
        if found is None:
            continue
        if found.has_null_count and found.null_count:
            return False
        if column.path_in_schema == "count" and found.has_min_max and not 0 <= found.min <= found.max <= MOST_COUNT:
            return False
    return True


def read_metadata(path: Path) -> Description:
    """Return what the footer of a file says.

    Raises :class:`DamagedFile` if its checksum is wrong, :class:`DataRefused` if it is not part of a history, or has
    days that its name does not cover.
    """
    return _describe(path, check_digest(path))


def _describe(path: Path, footer: pq.FileMetaData) -> Description:
    metric, days = parse_metadata(footer.metadata, str(path))
    check_columns(footer.schema.to_arrow_schema(), FACTS, str(path))
    if not _are_values_possible(footer):
        raise damaged_file(path)
    if not all(day.isoformat().startswith(path.stem) for day in days):  # its days would count twice
        raise not_ours(str(path))
    return Description(metric, days, parse_version(footer.metadata, str(path)) < VERSION)


def check_digest(path: Path) -> pq.FileMetaData:
    """Return the Parquet footer of a file whose checksum is right, or that is older than checksums.

    Raises :class:`DamagedFile`; :class:`DataRefused` if it cannot be opened, or was written by a newer version.
    """
    return _read_checked(path)[1]


def _read_checked(path: Path) -> tuple[bytes, pq.FileMetaData]:
    """Return the content of a file, and what :func:`check_digest` does."""
    content = load_bytes(path, optional=False)
    try:
        footer = pq.read_metadata(pa.BufferReader(content))
        metadata = footer.metadata or {}
    except UNREADABLE:
        raise damaged_file(path) from None
    digest = metadata.get(DIGEST_KEY)
    if digest is None:
        if METADATA_KEY in metadata and parse_version(metadata, str(path)) > 1:
            raise damaged_file(path)
    elif parse_version(metadata, str(path)) and _digest(content, digest) != digest:
        raise damaged_file(path)
    return content, footer


def check_file(path: Path) -> Description:
    """Return what the footer of a file says.

    Raises :class:`DamagedFile` if the rows are not those that it describes, else as :func:`read_metadata`.
    """
    content, footer = _read_checked(path)
    described = _describe(path, footer)
    table = _read_written(path, pa.BufferReader(content), FACTS)[0]
    totals = table.filter(pc.equal(table["dimension"], "total"))
    rows = {day: stored.rows for day, stored in described.days.items() if stored.rows}
    counts = {day: stored.count for day, stored in described.days.items() if stored.count}
    if (
        _by_day(table, "count") != rows
        or {day: count for day, count in _by_day(totals, "sum").items() if count} != counts
        or set(table["metric"].unique().to_pylist()) - {described.metric}
    ):
        raise damaged_file(path)
    return described


def _by_day(table: pa.Table, function: str) -> dict[date, int]:
    """Return day → number of rows (``count``), or sum of their counts (``sum``)."""
    if len(days := table["day"].unique()) == 1:  # most files: quicker than grouping
        return {days[0].as_py(): table.num_rows if function == "count" else pc.sum(table["count"]).as_py()}
    found = table.group_by("day").aggregate([("count", function)])
    return dict(zip(found["day"].to_pylist(), found[f"count_{function}"].to_pylist(), strict=True))


def find_outdated(files: Iterable[Path]) -> list[Path]:
    """Return the files that were written in an older version of the format."""
    return [path for path in files if parse_version(check_digest(path).metadata, str(path)) < VERSION]


def find_damaged(files: Iterable[Path]) -> list[Path]:
    """Return those of the ``files`` of facts whose content is damaged; not those that cannot be opened."""
    damaged = []
    for path in files:
        try:
            check_file(path)
        except DamagedFile:
            damaged.append(path)
        except DataRefused:
            continue
    return damaged


def render_parquet(table: pa.Table, metadata: Mapping[bytes, bytes]) -> bytes:
    """Return ``table`` as Parquet with its checksum, without Arrow's copy of the schema, which names the library."""
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, table.schema, compression="zstd", store_schema=False) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({**metadata, DIGEST_KEY: BLANK})
    content = bytes(sink.getvalue())
    before, _, after = content.rpartition(BLANK)
    return before + _digest(content, BLANK) + after


def _digest(content: bytes, written: bytes) -> bytes:
    """Return the checksum of ``content``, which contains the checksum ``written``."""
    before, _, after = content.rpartition(written)
    return hashlib.sha256(before + BLANK + after).hexdigest().encode()


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


def damaged_file(path: Path) -> DamagedFile:
    """Return the error for a file whose content cannot be read."""
    return DamagedFile(
        f"{path} is damaged. Restore a copy of it (git has one), or move it away to continue without it."
    )
