"""``exports/sessions.csv``: one row per session, for the owner alone. It is never published.

The engine reads, sorts and writes, so that it may be larger than the memory.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from apivideo_geo.aggregate.facts import count_places, read_country
from apivideo_geo.aggregate.sessions import session_rows, text_column, unique_sessions, utc_day
from apivideo_geo.durable import MARK, disk_failed, sync_folder
from apivideo_geo.engines import engine_errors, sparing
from apivideo_geo.errors import DataRefused, UsageError
from apivideo_geo.formulas import escape_formula, escape_formulas
from apivideo_geo.model import SESSION_COLUMNS, UNKNOWN, UNKNOWN_TEXT
from apivideo_geo.sources.files.read import Parts, explain_parts, load_csv

if TYPE_CHECKING:
    from ibis.backends import BaseBackend
    from ibis.expr.types import BooleanValue, DateValue

SORTED_BY = ("loadedAt", "sessionID")
"""Or, where the ids are dropped, by all columns: the same sessions are the same bytes."""
SHOWN_AS_UNKNOWN = ("country", "city")


def write_sessions_csv(
    table: ibis.Table,
    days: Collection[date],
    path: Path,
    *,
    add: Sequence[str] = (),
    drop: Collection[str] = (),
    titles: Mapping[str, str] | None = None,
) -> None:
    """Put the sessions of ``days`` (UTC) in ``table``, a sessions table, at ``path``, beside those of other days there.

    Columns: ``SESSION_COLUMNS`` without ``drop``, then ``add``, then those the file has beside; sorted by ``loadedAt``
    and ``sessionID``. ``ISO_A3`` is our own reading of the country, ``---`` where there is none; an empty country or
    city is ``unknown``; ``titles`` (asset id → title) fills titles that are empty; what a spreadsheet would run as a
    formula gets an apostrophe in front. Rows that ``count_sessions`` refuses are left out.

    Raises :class:`UsageError` if ``loadedAt`` is dropped, :class:`DataRefused` where the file that is there cannot be
    read, :class:`DiskFailed` where it cannot be written; what was there before then stays.
    """
    if "loadedAt" in drop:
        raise UsageError("sessions_drop: loadedAt cannot be dropped, sessions.csv is brought up to date by it.")
    names = [*(name for name in SESSION_COLUMNS if name not in drop), *(n for n in add if n not in SESSION_COLUMNS)]
    with sparing(table.get_backend()), ExitStack() as tables:
        fresh = _fresh_rows(table, days, [*dict.fromkeys([*SESSION_COLUMNS, *names])], titles or {}, tables)
        kept = _kept_rows(path, days, table.get_backend())
        if kept is not None:
            names += [name for name in kept.columns if name not in names and name not in SESSION_COLUMNS]
            if "sessionID" in kept.columns:
                moved = _store(fresh.select("sessionID").semi_join(kept, "sessionID"), tables)
                kept = kept.filter(kept.sessionID.isnull() | kept.sessionID.notin(moved.sessionID))
        parts = [_shaped(part, names) for part in (fresh, kept) if part is not None]
        rows = _harmless(_store(ibis.union(*parts), tables) if len(parts) > 1 else parts[0])
        # Sorting comes last: DuckDB spills a sort, but not what is worked out of one while it waits to be written.
        by = SORTED_BY if "sessionID" in names else dict.fromkeys(["loadedAt", *rows.columns])
        _write(rows.order_by(list(by)), path)


def _fresh_rows(
    table: ibis.Table, days: Collection[date], names: Sequence[str], titles: Mapping[str, str], tables: ExitStack
) -> ibis.Table:
    """The sessions of ``days``, one row each, with the columns ``names``."""
    # A column of the file may have the name of one of ours on the way, such as day.
    inner = {name: name if name in SESSION_COLUMNS else f"__{name}" for name in names}
    columns = {inner[name]: text_column(table, name) for name in names if name != "sessionID"}
    # The smallest time of a session that stands in several rows is that of its earliest UTC day.
    columns["loadedAt"] = utc_day(columns["loadedAt"]).strftime("%Y-%m-%d") + columns["loadedAt"]
    unique = _one_row_each(session_rows(table, columns), table, tables)
    kept = unique.filter(unique.session.notnull() & _within(unique.day, days))
    rows = kept.mutate(sessionID=kept.session, loadedAt=kept.loadedAt.substr(len("2021-04-08")))
    if titles:
        known = _strings(assetID=titles.keys(), known_title=titles.values())
        rows = rows.left_join(known, "assetID")
        rows = rows.mutate(title=ibis.coalesce(rows.title, rows.known_title))
    rows = _with_codes(rows, table)
    rows = rows.mutate(**{name: rows[name].fill_null(UNKNOWN_TEXT) for name in SHOWN_AS_UNKNOWN})
    return rows.select(**{name: rows[inner[name]] for name in names})


def _one_row_each(rows: ibis.Table, table: ibis.Table, tables: ExitStack) -> ibis.Table:
    """:func:`unique_sessions` of ``rows``, those of ``table``: one stream past the few rows whose id comes again.

    Grouping all columns of all rows, or holding the rows to go over them twice, takes several times the file in memory.
    """
    known = count_places(table).filter(pc.field("known"))
    if pc.sum(known["rows"]).as_py() == pc.sum(known["sessions"]).as_py():
        return rows
    ids = rows.group_by("session").agg(times=rows.count())
    again = _store(ids.filter(ids.session.notnull() & (ids.times > 1)).select("session"), tables)
    # No semi and anti join: DuckDB, which does not know how long a file is, would hold all rows and stream these few.
    # Nor is their union sorted as it comes: DuckDB does not spill that.
    several = unique_sessions(rows.filter(rows.session.isin(again.session))).select(rows.columns)
    once = rows.filter(rows.session.notin(again.session))
    return _store(ibis.union(once, _store(several, tables)), tables)


def _within(day: DateValue, days: Collection[date]) -> BooleanValue:
    """Whether ``day`` is one of ``days``; without gaps in them that is cheaper to ask."""
    first, last = (min(days), max(days)) if days else (None, None)
    if first and last and (last - first).days + 1 == len(set(days)):
        return day.between(ibis.date(first.isoformat()), ibis.date(last.isoformat()))
    return day.isin(sorted(days))


def _store(rows: ibis.Table, tables: ExitStack) -> ibis.Table:
    """``rows`` worked out once and held by the engine as long as ``tables``."""
    with engine_errors():
        return tables.enter_context(rows.cache())


def _with_codes(rows: ibis.Table, table: ibis.Table) -> ibis.Table:
    """``rows`` with our own ``ISO_A3``, by way of the few pairs of spellings that ``table`` has."""
    places = count_places(table).group_by(["country", "ISO_A3"]).aggregate([]).to_pylist()
    pairs = sorted((place["country"] or "", place["ISO_A3"] or "") for place in places)
    if not pairs:
        return rows
    codes = _strings(
        code_country=[country for country, _ in pairs],
        code_iso=[iso_a3 for _, iso_a3 in pairs],
        code=[read_country(*pair) for pair in pairs],
    )
    keyed = rows.mutate(code_country=rows.country.fill_null(""), code_iso=rows.ISO_A3.fill_null(""))
    joined = keyed.left_join(codes, ["code_country", "code_iso"])
    return joined.mutate(ISO_A3=ibis.coalesce(joined.code, UNKNOWN))


def _strings(**columns: Iterable[str]) -> ibis.Table:
    return ibis.memtable(pa.table({name: pa.array(list(values), pa.string()) for name, values in columns.items()}))


def _kept_rows(path: Path, days: Collection[date], connection: BaseBackend) -> ibis.Table | None:
    """The rows of other days in the file that is there."""
    if not path.exists():
        return None
    parts: Parts = {}
    try:
        old, parts = load_csv(path, connection)
        if "loadedAt" not in old.columns:
            raise DataRefused(f"{path}, line 1: there is no column loadedAt")
        day = utc_day(text_column(old, "loadedAt"))
        kept = old.filter(day.isnull() | ~_within(day, days))
        with engine_errors():
            if not kept.count().to_pyarrow().as_py():
                return None
    except DataRefused as refused:
        said = str(explain_parts(parts) or refused).rstrip(".")
        raise DataRefused(f"{said}; move the file away to start a new one, or repair it.") from None
    return kept


def _shaped(rows: ibis.Table, names: Sequence[str]) -> ibis.Table:
    return rows.select(**{name: text_column(rows, name) for name in names})


def _harmless(rows: ibis.Table) -> ibis.Table:
    """``rows`` as they may stand in a CSV file; ``---`` in ``ISO_A3`` is ours and stays."""
    columns = {name: rows[name] if name == "ISO_A3" else escape_formulas(rows[name]) for name in rows.columns}
    return rows.select(**{escape_formula(name): column for name, column in columns.items()})


def _write(rows: ibis.Table, path: Path) -> None:
    beside = path.with_name(f".{path.name}{MARK}{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.touch()  # a folder that cannot be written in is told by the system, not by the engine
        try:
            with engine_errors():
                rows.to_csv(beside)
            with beside.open("rb") as file:
                os.fsync(file.fileno())
            beside.replace(path)
            sync_folder(path.parent)
        except DataRefused as refused:
            if beside.name not in str(refused):
                raise
            raise disk_failed(path, OSError("the disk does not take it")) from None
        finally:
            for leftover in (beside, path.with_name(f"tmp_{beside.name}")):  # where DuckDB writes first
                with suppress(OSError):
                    leftover.unlink(missing_ok=True)
    except OSError as error:
        raise disk_failed(path, error) from None
