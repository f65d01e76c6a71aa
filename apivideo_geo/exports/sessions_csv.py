"""Write ``exports/sessions.csv``: one row per session, for the owner only. It is never published.

The engine reads, sorts and writes it, so that it may be larger than the memory.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import ExitStack, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from apivideo_geo.aggregate.facts import count_places, read_country
from apivideo_geo.aggregate.sessions import session_rows, text_column, unique_sessions, utc_day
from apivideo_geo.durable import replacing
from apivideo_geo.engines import engine_errors, make_table, write_csv
from apivideo_geo.errors import DataRefused, UsageError
from apivideo_geo.formulas import escape_formula, escape_formulas
from apivideo_geo.model import SESSION_COLUMNS, UNKNOWN, UNKNOWN_TEXT
from apivideo_geo.plain_text import clean_texts, show_controls
from apivideo_geo.sources.files.read import FileGroups, explain_error, load_csv

if TYPE_CHECKING:
    from ibis.backends import BaseBackend
    from ibis.expr.types import BooleanValue, DateValue

SORTED_BY = ("loadedAt", "sessionID")
"""If the ids are dropped, by all columns, so that the same sessions are the same bytes."""
SHOWN_AS_UNKNOWN = ("country", "city")


def write_sessions_csv(
    table: ibis.Table, days: Collection[date], path: Path, *, add: Sequence[str] = (), drop: Collection[str] = ()
) -> None:
    """Write the sessions of ``days`` (UTC) in ``table``, a sessions table, to ``path``, keeping its other days.

    Columns: ``SESSION_COLUMNS`` without ``drop``, then ``add``, then others in the file; sorted by ``loadedAt`` and
    ``sessionID``. ``ISO_A3`` is read from the country by this project, ``---`` if it is unknown; an empty country or
    city is ``unknown``; formulas are escaped with an apostrophe. Rows that ``count_sessions`` rejects are left out.

    Raises :class:`UsageError` if ``loadedAt`` is dropped, :class:`DataRefused` if the existing file cannot be read,
    :class:`DiskFailed` if it cannot be written; the file is then unchanged.
    """
    if "loadedAt" in drop:
        raise UsageError("sessions_drop: loadedAt cannot be dropped; it is needed to update sessions.csv.")
    names = [*(name for name in SESSION_COLUMNS if name not in drop), *(n for n in add if n not in SESSION_COLUMNS)]
    with ExitStack() as tables:
        new = _new_rows(table, days, [*dict.fromkeys([*SESSION_COLUMNS, *names])], tables)
        kept = _kept_rows(path, days, table.get_backend())
        if kept is not None:
            names += [name for name in kept.columns if name not in names and name not in SESSION_COLUMNS]
            if "sessionID" in kept.columns:
                moved = _store(new.select("sessionID").semi_join(kept, "sessionID"), tables)
                kept = kept.filter(kept.sessionID.isnull() | kept.sessionID.notin(moved.sessionID))
        parts = [_select_columns(part, names) for part in (new, kept) if part is not None]
        rows = _escape_formulas(_store(ibis.union(*parts), tables) if len(parts) > 1 else parts[0])
        # Sort last: DuckDB spills a sort, but not what is computed from one while it waits to be written.
        by = SORTED_BY if "sessionID" in names else dict.fromkeys(["loadedAt", *rows.columns])
        _write(rows.order_by(list(by)), path)


def _new_rows(table: ibis.Table, days: Collection[date], names: Sequence[str], tables: ExitStack) -> ibis.Table:
    """Return the sessions of ``days``, one row each, with the columns ``names``."""
    # A column of the file may have the name of a column that is only used in here, such as day.
    inner = {name: name if name in SESSION_COLUMNS else f"__{name}" for name in names}
    columns = {inner[name]: text_column(table, name) for name in names if name != "sessionID"}
    rows = session_rows(table, columns)
    # With the UTC day in front, the smallest time of a session in several rows is that of its earliest UTC day.
    rows = rows.mutate(loadedAt=rows.day.strftime("%Y-%m-%d") + rows.loadedAt)
    unique = _one_row_each(rows, table, tables)
    kept = unique.filter(unique.session.notnull() & _within(unique.day, days))
    rows = kept.mutate(sessionID=kept.session, loadedAt=kept.loadedAt.substr(len("2021-04-08")))
    rows = _with_codes(rows, table)
    rows = rows.mutate(**{name: rows[name].fill_null(UNKNOWN_TEXT) for name in SHOWN_AS_UNKNOWN})
    return rows.select(**{name: rows[inner[name]] for name in names})


def _one_row_each(rows: ibis.Table, table: ibis.Table, tables: ExitStack) -> ibis.Table:
    """Return :func:`unique_sessions` of ``rows`` (of ``table``), grouping only the few rows whose id occurs again.

    Grouping all columns of all rows, or storing the rows to read them twice, takes several times the file in memory.
    """
    known = count_places(table).filter(pc.field("known"))
    if pc.sum(known["rows"]).as_py() == pc.sum(known["sessions"]).as_py():
        return rows
    ids = rows.group_by("session").agg(times=rows.count())
    repeated = _store(ids.filter(ids.session.notnull() & (ids.times > 1)).select("session"), tables)
    # Not a semi and anti join: DuckDB does not know how long a file is, and would store all rows and stream these few.
    # Their union is stored before it is sorted, because DuckDB does not spill the sort of a union.
    merged = unique_sessions(rows.filter(rows.session.isin(repeated.session))).select(rows.columns)
    single = rows.filter(rows.session.notin(repeated.session))
    return _store(ibis.union(single, _store(merged, tables)), tables)


def _within(day: DateValue, days: Collection[date]) -> BooleanValue:
    """Return whether ``day`` is one of ``days``; a period without gaps is cheaper to compare."""
    first, last = (min(days), max(days)) if days else (None, None)
    if first and last and (last - first).days + 1 == len(set(days)):
        return day.between(ibis.date(first.isoformat()), ibis.date(last.isoformat()))
    return day.isin(sorted(days))


def _store(rows: ibis.Table, tables: ExitStack) -> ibis.Table:
    """Compute ``rows`` once; the engine keeps them until ``tables`` is closed."""
    with engine_errors():
        return tables.enter_context(rows.cache())


def _with_codes(rows: ibis.Table, table: ibis.Table) -> ibis.Table:
    """Set ``ISO_A3`` of ``rows`` by joining the few pairs of spellings that ``table`` has."""
    places = count_places(table).group_by(["country", "ISO_A3"]).aggregate([]).to_pylist()
    pairs = sorted((place["country"] or "", place["ISO_A3"] or "") for place in places)
    if not pairs:
        return rows
    codes = _strings(
        table.get_backend(),
        code_country=[country for country, _ in pairs],
        code_iso=[iso_a3 for _, iso_a3 in pairs],
        code=[read_country(*pair) for pair in pairs],
    )
    keyed = rows.mutate(code_country=rows.country.fill_null(""), code_iso=rows.ISO_A3.fill_null(""))
    joined = keyed.left_join(codes, ["code_country", "code_iso"])
    return joined.mutate(ISO_A3=ibis.coalesce(joined.code, UNKNOWN))


def _strings(connection: BaseBackend, **columns: Iterable[str]) -> ibis.Table:
    texts = {name: pa.array(list(values), pa.string()) for name, values in columns.items()}
    return make_table(connection, pa.table(texts))


def _kept_rows(path: Path, days: Collection[date], connection: BaseBackend) -> ibis.Table | None:
    """Return the rows of other days in the existing file; None if there are none."""
    if not path.exists():
        return None
    groups: FileGroups = {}
    try:
        old, groups = load_csv(path, connection)
        if "loadedAt" not in old.columns:
            raise DataRefused(f"{path}, line 1: there is no column loadedAt")
        day = utc_day(text_column(old, "loadedAt"))
        kept = old.filter(day.isnull() | ~_within(day, days))
        with engine_errors():
            if not kept.count().to_pyarrow().as_py():
                return None
    except DataRefused as error:
        message = str(explain_error(groups) or error).rstrip(".")
        raise DataRefused(f"{message}; move the file away to start a new one, or repair it.") from None
    return kept


def _select_columns(rows: ibis.Table, names: Sequence[str]) -> ibis.Table:
    return rows.select(**{name: text_column(rows, name) for name in names})


def _escape_formulas(rows: ibis.Table) -> ibis.Table:
    """Put each cell on one line and escape formulas, but not the ``---`` that this project writes in ``ISO_A3``."""
    engine = rows.get_backend().name
    columns = {
        name: show_controls(rows[name]) if name == "sessionID" else clean_texts(rows[name], engine)
        for name in rows.columns
    }
    cleaned = rows.select(**columns)  # on its own: the SQL of a column would be repeated wherever it is used
    return cleaned.select(
        **{
            escape_formula(name): cleaned[name] if name == "ISO_A3" else escape_formulas(cleaned[name])
            for name in columns
        }
    )


def _write(rows: ibis.Table, path: Path) -> None:
    with replacing(path) as temporary:
        temporary.touch()  # the system's error for a read-only folder is clearer than the engine's
        try:
            with engine_errors():
                write_csv(rows, temporary)
        except DataRefused as error:
            if temporary.name not in str(error):
                raise
            raise OSError("the disk does not accept it") from None
        finally:
            with suppress(OSError):  # DuckDB writes to this file first
                path.with_name(f"tmp_{temporary.name}").unlink(missing_ok=True)
