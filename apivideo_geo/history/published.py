"""``published.parquet``: the breakdowns of past months as they were first published. Later sites repeat them.

One row for each shown count, and one without a value for what is withheld: its sum and how many values it is of. Which
months and dimensions there are, with their ``min_count`` and the days that were missing, is in the file's metadata.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from apivideo_geo.durable import save_bytes
from apivideo_geo.history.parquet import check_digest, read_rows, render_parquet
from apivideo_geo.history.schema import METADATA_KEY, VERSION, not_ours
from apivideo_geo.model import Cells, PublishedMonth, PublishedMonths

FILE = "published.parquet"
_COLUMNS = pa.schema(
    [
        pa.field("month", pa.date32(), nullable=False),
        pa.field("dimension", pa.string(), nullable=False),
        pa.field("country", pa.string(), nullable=False),
        pa.field("value", pa.string()),
        pa.field("count", pa.int64(), nullable=False),
        pa.field("hidden", pa.int64(), nullable=False),
    ]
)


def load_published(folder: Path) -> PublishedMonths:
    """Return the months that were published from the history in ``folder``; none if it has no such file.

    Raises :class:`DataRefused` if the file is damaged or not what this module writes.
    """
    path = folder / FILE
    if not path.exists():
        return {}
    rows: dict[tuple[str, date], list[dict[str, Any]]] = defaultdict(list)
    try:
        for row in read_rows(path, _COLUMNS).select(_COLUMNS.names).cast(_COLUMNS).to_pylist():
            rows[row["dimension"], row["month"]].append(row)
        months = json.loads((check_digest(path).metadata or {})[METADATA_KEY])["months"]
        found = {
            (str(one["dimension"]), date.fromisoformat(one["month"])): PublishedMonth(
                _cells(rows.pop((one["dimension"], date.fromisoformat(one["month"])), [])),
                int(one["min_count"]),
                frozenset(map(date.fromisoformat, one["missing"])),
            )
            for one in months
        }
    except (KeyError, TypeError, ValueError):  # ArrowInvalid is a ValueError
        raise not_ours(str(path)) from None
    if rows:
        raise not_ours(str(path))
    return found


def save_published(folder: Path, months: PublishedMonths) -> None:
    """Replace the published months of the history in ``folder``. Raises :class:`DiskFailed`."""
    ordered = dict(sorted(months.items()))
    about = [
        {
            "dimension": dimension,
            "month": month.isoformat(),
            "min_count": one.min_count,
            "missing": [day.isoformat() for day in sorted(one.missing)],
        }
        for (dimension, month), one in ordered.items()
    ]
    table = pa.Table.from_pylist(
        [row for key, one in ordered.items() for row in _rows(key, one.cells)], schema=_COLUMNS
    )
    metadata = {METADATA_KEY: json.dumps({"schema": VERSION, "months": about}, separators=(",", ":")).encode()}
    save_bytes(folder / FILE, render_parquet(table, metadata))


def merge_published(base: Path, ours: Path, theirs: Path) -> None:
    """Add to the folder ``theirs`` what ``ours`` published since ``base``. Where both did, theirs was first."""
    before, own, other = load_published(base), load_published(ours), load_published(theirs)
    taken = {key: one for key, one in own.items() if before.get(key) != one and other.get(key) == before.get(key)}
    if taken:
        save_published(theirs, {**other, **taken})


def _rows(key: tuple[str, date], cells: Cells) -> Iterator[Mapping[str, object]]:
    dimension, month = key
    for country, values in sorted(cells.shown.items()):
        row = {"month": month, "dimension": dimension, "country": country}
        for value, count in values.items():
            yield {**row, "value": value, "count": count, "hidden": 0}
        if country in cells.withheld:
            withheld = {"count": cells.withheld[country], "hidden": cells.hidden[country]}
            yield {**row, "value": None, **withheld}


def _cells(rows: list[dict[str, Any]]) -> Cells:
    shown: dict[str, dict[str, int]] = {}
    withheld: dict[str, int] = {}
    hidden: dict[str, int] = {}
    for row in rows:
        if row["count"] < 1:  # no number is below 0: see read_rows
            raise ValueError("no count")
        if row["value"] is None:
            withheld[row["country"]], hidden[row["country"]] = row["count"], row["hidden"]
        else:
            shown.setdefault(row["country"], {})[row["value"]] = row["count"]
    return Cells(shown, withheld, hidden)
