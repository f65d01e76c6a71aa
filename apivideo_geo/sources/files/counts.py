"""Read counts that are already aggregated: tables of any tool by day and country, answers of the API, our own files.

Whatever the form, its rows become *cells*: a table of strings with the columns ``CELLS`` and ``FILE``, one row for each
number. A row that cannot be used has a ``reason`` already, or gets one when the cells are counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa

from apivideo_geo.engines import FILE, Layout, engine_errors, read_sessions
from apivideo_geo.errors import DataRefused
from apivideo_geo.geo.countries import to_alpha3
from apivideo_geo.model import DIMENSIONS, FIRST_METRICS, METRICS, UNKNOWN
from apivideo_geo.sources.files.answers import Answer, read_answers
from apivideo_geo.sources.files.columns import CODES, Names, key_of, other_names
from apivideo_geo.sources.files.layouts import SourceFile, first_line, kind_of, open_source
from apivideo_geo.sources.files.paths import day_in_name, find_all_files, folder_values
from apivideo_geo.sources.files.sites import fetch_file, load_states

if TYPE_CHECKING:
    from ibis.backends import BaseBackend

BREAKDOWNS = tuple(name for name in DIMENSIONS if name != "total")
CELLS = ("day", "country", "code", "metric", "dimension", "value", "count", "state", "reason", *BREAKDOWNS)
METRIC_SPELLINGS: Mapping[str, str] = {
    **{key_of(name): name for name in METRICS}, **{key_of(f"{name}s"): name for name in METRICS},
    "playcount": "play", "playtotal": "play", "videoplays": "play", "pageviews": "view", "videoviews": "view",
    "uniqueviewer": "viewer", "uniqueviewers": "viewer",
}  # fmt: skip
"""Key of what a table calls a metric → the metric."""
NUMBERS: Mapping[str, str] = {
    "count": "", "counts": "", "metricvalue": "", "number": "", "n": "", "total": "", "visits": "", "nbvisits": "",
    "visitors": "", "users": "", "activeusers": "", "hits": "",
    **{key: metric for key, metric in METRIC_SPELLINGS.items() if metric in FIRST_METRICS},
}  # fmt: skip
"""Key of a column of numbers → the metric that its name says; "" if it says none."""
_OWN = {
    "day": "day", "date": "day", "country": "country", "isoa3": "iso_a3", "metric": "metric", "dimension": "dimension",
    "value": "value", "state": "state", "periodfrom": "period", "media": "media", "mediaid": "media",
    "videoid": "media", "assetid": "media", "device": "device", "devicetype": "device", "os": "os", "osname": "os",
    "browser": "browser", "clientname": "browser", "referrer": "referrer", "referrerurl": "referrer", "city": "city",
}  # fmt: skip
COUNTS = Names(own=_OWN, others=other_names("counts"), needs={"country": ("country", "value", *CODES)})
TOTALS = {"total", "totals", "grand total", "sum", "all", "all countries", "world", "worldwide", "gesamt"}
"""What a sum over countries is called, in place of a country."""
INCOMPLETE = "not the countries of one complete UTC day"
"""The reason of the rows of an answer that cannot be used."""
REQUIRED = "a day, a country and a number, such as Date,Country,Views"


@dataclass
class CountFiles:
    """The cells of all files: ``rows`` in number. ``days``: name of a file → the days it covers, also without a row.

    ``closed``: the same of a file of a published site, for each of its metrics. ``ranges``: files that cover each day
    from their first to their last. ``named``: the metrics that the names of columns say. ``guessed``: whether a column
    is of numbers only because it is the only one left. ``example``: why a file cannot be used. ``origins``: name of a
    file → the file and how it is read.
    """

    cells: list[pa.Table] = field(default_factory=list)
    rows: int = 0
    days: dict[str, set[date]] = field(default_factory=dict)
    closed: dict[str, dict[str, set[date]]] = field(default_factory=dict)
    ranges: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    guessed: bool = False
    example: str = ""
    origins: dict[str, tuple[SourceFile, Layout]] = field(default_factory=dict)


def open_counts(paths: Sequence[str], connection: BaseBackend, metric: str = "") -> CountFiles:
    """Return the cells of the files, patterns and ``https://`` addresses in ``paths``.

    ``metric``: which column of numbers is meant, if a table has several. Raises :class:`DataRefused` for a file that
    has no counts by day and country, naming what it lacks.
    """
    found, answers = CountFiles(), []
    for name in find_all_files(paths):
        fetched = fetch_file(name)
        kind = kind_of(fetched.readable)
        layout, file = open_source(Path(fetched.readable), kind, COUNTS, _is_header)
        file = replace(file, name=fetched.name)
        found.origins[file.name] = file, layout
        if kind == "csv" and not _is_header(layout.columns):
            raise DataRefused(
                f"{file.name}, line {file.header}: there is no column with a country (the first line is "
                f"{first_line(Path(fetched.readable))}); counts need {REQUIRED}."
            )
        if kind in ("csv", "parquet"):
            _add_table(found, file, _load(connection, file, layout), metric)
            continue
        given, rows = read_answers(file, COUNTS)
        answers += given
        if rows is not None:
            _add_table(found, file, rows, metric)
    _add_answers(found, answers)
    found.rows = sum(map(len, found.cells))
    return found


def read_metric(text: str) -> str:
    """Return the metric that a table calls ``text``; ``text`` in lower case if it is not a known one.

    >>> read_metric(" Plays"), read_metric("Watch time"), read_metric("banana")
    ('play', 'watch-time', 'banana')
    """
    return METRIC_SPELLINGS.get(key_of(text), text.strip().lower())


def are_counts(paths: Sequence[str], connection: BaseBackend) -> bool:
    """Return whether all files in ``paths`` are certainly counts. Never raises for a file it cannot read."""
    try:
        found = open_counts(paths, connection)
        return bool(found.cells) and not found.guessed
    except DataRefused:
        return False


def _load(connection: BaseBackend, file: SourceFile, layout: Layout) -> pa.Table:
    raw = read_sessions(connection, [file.readable], layout)
    with engine_errors():
        return raw.select([raw[name].cast("string").name(name) for name in raw.columns if name != FILE]).to_pyarrow()


def _add_table(found: CountFiles, file: SourceFile, raw: pa.Table, metric: str) -> None:
    matched = COUNTS.match(raw.column_names, file.name)
    columns = {column: raw[name] for name, column in matched.items()}
    if "period" in columns:
        raise DataRefused(
            f"{file.name}: its counts are of a period, not of a day; give timeseries.csv or facts.parquet instead."
        )
    if "country" not in columns and "dimension" not in columns and "value" in columns:
        columns["country"] = columns.pop("value")
    codes = [columns.pop(name) for name in reversed(CODES) if name in columns]
    if codes:
        columns["code"] = codes[0]
    day = _find_day(file)
    if "day" not in columns and day:
        columns["day"] = _repeat(day, raw)
    others = [name for name in raw.column_names if name not in matched]
    cells = _wide_or_long(found, file, raw.select(others), columns, metric)
    found.cells.append(_as_cells(cells, file.name))
    if "dimension" in columns:
        states = load_states(file)
        found.closed[file.name] = {
            metric: {day for day, state in days.items() if state == "closed"} for metric, days in states.items()
        }
        if states:
            found.cells[-1] = _with_states(found.cells[-1], states)
    elif "state" not in columns and not day:
        found.ranges.add(file.name)


def _wide_or_long(
    found: CountFiles, file: SourceFile, raw: pa.Table, columns: dict[str, pa.ChunkedArray], metric: str
) -> Iterable[dict[str, pa.ChunkedArray]]:
    """Return the cells of a table: at once, or for each column that is a day or a country.

    ``columns``: those that are known; ``raw``: the others.
    """
    others = raw.column_names
    has_country = bool({"country", "code"} & columns.keys())
    days = [] if "day" in columns else [name for name in others if re.fullmatch(r"\d{4}-?\d\d-?\d\d", name.strip())]
    if days and has_country:
        return [{**columns, "day": _repeat(name, raw), "count": raw[name].fill_null("0")} for name in days]
    # All of them: "id" alone is also Indonesia.
    if "day" in columns and not has_country and all(_is_country(name) or _is_total(name) for name in others):
        lands = [name for name in others if not _is_total(name)]
        return [{**columns, "country": _repeat(name, raw), "count": raw[name].fill_null("0")} for name in lands]
    missing = [] if "day" in columns else ["day"]
    missing += [] if has_country else ["country"]
    name = _number(file, others, metric) if not missing else None
    if missing or name is None:
        lacks = " and no ".join(missing or ["number"])
        raise DataRefused(f"{file.name}: there is no column with a {lacks}; counts need {REQUIRED}.")
    found.guessed |= key_of(name) not in NUMBERS
    if "metric" not in columns and (named := NUMBERS.get(key_of(name))):
        found.named.add(named)
    return [{**columns, "count": raw[name]}]


def _number(file: SourceFile, others: Sequence[str], metric: str) -> str | None:
    """Return the column of numbers. Raises :class:`DataRefused` where several could be meant."""
    known = [name for name in others if key_of(name) in NUMBERS]
    chosen = [name for name in known if metric and NUMBERS[key_of(name)] == metric]
    exact = [name for name in known if key_of(name) in ("count", "metricvalue")]
    for names in (chosen, exact, known, list(others)):
        if len(names) == 1:
            return names[0]
        if len(names) > 1 and names is known:
            raise DataRefused(
                f"{file.name}: the columns {names[0]!r} and {names[1]!r} are both numbers; keep one, or choose by "
                "--metric."
            )
    return None


def _find_day(file: SourceFile) -> str:
    """Return the day that a folder's or the file's name has; "" if there is none."""
    values = folder_values(file.name).items()
    return next((value for name, value in values if COUNTS.match([name]).get(name) == "day"), day_in_name(file.name))


def _is_header(names: Sequence[str]) -> bool:
    """Return whether a line with ``names`` is the header of counts, long or wide."""
    try:
        columns = set(COUNTS.match(names).values())
    except DataRefused:
        return True  # ambiguous: refused later, with both names
    lands = any(map(_is_country, names)) and not any(key_of(name) in NUMBERS and not _is_total(name) for name in names)
    return len(names) > 1 and (bool({"country", "value", *CODES} & columns) or ("day" in columns and lands))


def _is_total(name: str) -> bool:
    return name.strip().casefold() in TOTALS


def _is_country(name: str) -> bool:
    return to_alpha3(name) != UNKNOWN or name.strip().casefold() in ("unknown", UNKNOWN)


def _repeat(text: str, raw: pa.Table) -> pa.Array:
    return pa.array([text] * len(raw), pa.string())


def _as_cells(parts: Iterable[Mapping[str, pa.ChunkedArray]], name: str) -> pa.Table:
    tables = []
    for columns in parts:
        rows = len(columns["count"])
        nothing = pa.nulls(rows, pa.string())
        table = {column: columns.get(column, nothing) for column in CELLS}
        tables.append(pa.table({**table, FILE: pa.array([name] * rows, pa.string())}))
    return pa.concat_tables(tables)


def _with_states(cells: pa.Table, states: Mapping[str, Mapping[date, str]]) -> pa.Table:
    """Set the ``state`` of ``cells`` of a published site from the days of each metric."""
    rows = zip(cells["metric"].to_pylist(), cells["day"].to_pylist(), strict=True)
    known = [states.get(metric or "", {}).get(date.fromisoformat(day[:10])) if day else None for metric, day in rows]
    return cells.set_column(cells.column_names.index("state"), "state", pa.array(known, pa.string()))


def _add_answers(found: CountFiles, answers: Sequence[Answer]) -> None:
    """Add answers of the API. One that has more pages than the files is left out, with a reason."""
    pages: dict[tuple[str, str], set[int]] = {}
    for answer in answers:
        pages.setdefault((answer.metric, answer.day), set()).add(answer.page)
    for answer in answers:
        reason = answer.reason
        seen = pages[answer.metric, answer.day]
        if not reason and len(seen) < answer.pages:
            reason = f"page {answer.page} of {answer.pages}: the other pages of the answer are missing"
        if reason:
            found.example = found.example or f"{answer.file}, {reason}"
        elif answer.day:
            found.days.setdefault(answer.file, set()).add(date.fromisoformat(answer.day))
        rows = len(answer.rows)
        texts = {
            "day": [answer.day or None] * rows, "country": [country for country, _ in answer.rows],
            "metric": [answer.metric] * rows, "count": [count for _, count in answer.rows],
            "reason": [INCOMPLETE if reason else None] * rows,
        }  # fmt: skip
        columns = {name: pa.array(values, pa.string()) for name, values in texts.items()}
        found.cells.append(_as_cells([columns], answer.file))


def utc_days(cells: pa.Table, date_format: str) -> pa.Array:
    """Return the UTC day of each cell, null where it cannot be read; the engine reads each text once."""
    from apivideo_geo.aggregate.sessions import utc_day
    from apivideo_geo.sources.files.dates import settle_dates

    texts = cells.select([FILE, "day"]).group_by([FILE, "day"]).aggregate([])
    table = settle_dates(ibis.memtable(texts.append_column("raw", texts["day"])), date_format, "day")
    with engine_errors():
        rows = table.select(file=table[FILE], raw=table.raw, found=utc_day(table.day)).to_pyarrow().to_pylist()
    found = {(row["file"], row["raw"]): row["found"] for row in rows}
    keys = zip(cells[FILE].to_pylist(), cells["day"].to_pylist(), strict=True)
    return pa.array([found[key] for key in keys], pa.date32())
