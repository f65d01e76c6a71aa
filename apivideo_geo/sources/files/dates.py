"""Dates of which the day or the month could be first (11/8/2026), and an example of a time that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

import ibis

from apivideo_geo.aggregate.sessions import text_column, utc_day
from apivideo_geo.aggregate.times import EITHER_FIRST, let, with_order
from apivideo_geo.engines import FILE, Layout, engine_errors
from apivideo_geo.sources.files.columns import SESSIONS, Names
from apivideo_geo.sources.files.find_error import find_value
from apivideo_geo.sources.files.layouts import SourceFile
from apivideo_geo.sources.files.paths import is_remote

LONGEST_EXAMPLE = 40
"""Characters of a rejected time that are shown."""


def settle_dates(table: ibis.Table, date_format: str, column: str = "loadedAt") -> ibis.Table:
    """Return ``table`` with dates such as 11/8/2026 in ``column`` as ISO 8601, where it is certain which is the day.

    ``table`` has the column ``FILE``. ``date_format``: ``dmy`` or ``mdy``. Without it a file shows the order if some
    of its numbers are over 12, all in the same place; a date such as 8/8/2026 needs nothing. Years of two digits
    need ``date_format``.
    """
    time = text_column(table, column)
    first, second = (time.re_extract(EITHER_FIRST, group).try_cast("int64") for group in (1, 2))
    either = time.notnull() & time.re_search(EITHER_FIRST)
    if date_format:
        day_first, month_first = (either & (date_format == order) for order in ("dmy", "mdy"))
    else:
        either &= time.re_extract(EITHER_FIRST, 3).length() == 4
        dates = table.filter(either).select(file=FILE, first=first.fill_null(0), second=second.fill_null(0))
        with engine_errors():
            found = dates.group_by("file").agg(first=dates["first"].max(), second=dates["second"].max()).to_pyarrow()
        if not len(found):
            return table
        days = [row["file"] for row in found.to_pylist() if row["first"] > 12 >= row["second"]]
        months = [row["file"] for row in found.to_pylist() if row["second"] > 12 >= row["first"]]
        day_first = either & (table[FILE].isin(days) | (first == second))
        month_first = either & table[FILE].isin(months)
    settled = ibis.cases(
        (day_first & (second <= 12), let(time, lambda text: with_order(text, day_first=True))),
        (month_first & (first <= 12), let(time, lambda text: with_order(text, day_first=False))),
        else_=time,
    )
    return table.mutate(**{column: settled})


def find_refused_time(table: ibis.Table, groups: Mapping[Layout | None, Iterable[SourceFile]], date_format: str) -> str:
    """Return the first ``loadedAt`` that cannot be read, its file and line, and what to do; "" if none is."""
    time = text_column(table, "loadedAt")
    refused = table.filter(time.notnull() & utc_day(time).isnull()).select(file=FILE, time=time).limit(1)
    with engine_errors():
        rows = refused.to_pyarrow().to_pylist()
    if not rows:
        return ""
    value, opened = rows[0]["time"], _path(rows[0]["file"])
    reason = explain_time(value, date_format)
    for layout, files in groups.items():
        for file in files:
            if _path(file.readable) == opened:
                return f"{quote_value(file, layout, value, 'loadedAt')} {reason}"
    return f"{shorten(value)} {reason}"


def quote_value(file: SourceFile, layout: Layout | None, value: str, column: str, names: Names = SESSIONS) -> str:
    """Return ``value`` with its file and the first line that has it in ``column``, as the start of a sentence."""
    line = None if is_remote(file.name) else find_value(file, layout, column, value, names)
    return f"{shorten(value)} in {file.name}{f', line {line},' if line else ''}"


def shorten(value: str) -> str:
    """Return ``value`` in quotes, cut after ``LONGEST_EXAMPLE`` characters."""
    return repr(value if len(value) <= LONGEST_EXAMPLE else value[: LONGEST_EXAMPLE - 1] + "…")


def explain_time(time: str, date_format: str, usual: str = "a time; write times like 2026-11-08T10:00:00Z") -> str:
    """Say why ``time`` cannot be read, and what to write instead: ``usual`` if nothing else is known."""
    if found := re.match(EITHER_FIRST, time.strip()):
        if date_format:
            return f"is not a date in the order {date_format}; correct it"
        if max(int(found[1]), int(found[2])) > 12 and len(found[3]) == 4:
            return "has another order than other dates of the file; write the day first, or the month, in all of them"
        return "could have the day or the month first; add --date-format dmy (the day first) or mdy (the month first)"
    if zone := re.search(r"\d (?!AM|PM|UTC|GMT)([A-Z]{2,5})$", time.strip()):
        return f"has a time zone without an offset ({zone[1]}); write the offset, such as +01:00, instead"
    return f"is not {usual}"


def _path(opened: str) -> str:
    """Return the path of a file that an engine names; Spark gives a URL."""
    return unquote(urlsplit(opened).path) if opened.startswith("file:") else str(Path(opened))
