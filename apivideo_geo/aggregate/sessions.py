"""Normalise session rows: compute the UTC day and keep one row per session id. Ibis tables in and out.

A sessions table has only string columns: ``model.SESSION_COLUMNS`` or some of them, and perhaps others. A null, an
empty string and a missing column mean the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import ibis

from apivideo_geo.aggregate.times import day_of_number, let, seconds_of_number, to_iso
from apivideo_geo.macros import by_macro

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, DateValue, IntegerValue, StringValue, Value

EARLIEST, LATEST = "2010-01-01", "2099-12-31"
"""A ``loadedAt`` outside is rejected: api.video's players with sessions are younger."""

_DAY = (
    "(20[0-9]{2}|2100)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|"
    "02-(0[1-9]|1[0-9]|2[0-8]))|20([02468][048]|[13579][26])-02-29"
)
"""A day of the calendar, from 2000 to 2100."""
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?"
_OFFSET = "([+-])(0[0-9]|1[0-5])(:?([0-5][0-9]))?"
_UTC_TIME = f"^({_DAY})([T ]{_CLOCK}Z?)?$"
_OFFSET_TIME = f"^({_DAY})[T ]{_CLOCK}{_OFFSET}$"


def text_column(table: ibis.Table, name: str) -> StringValue:
    """Return the column ``name`` with empty strings as null; all null if ``table`` does not have it."""
    if name not in table.columns:
        return ibis.null(str)
    return table[name].nullif("")


@by_macro
def utc_day(time: StringValue) -> DateValue:
    """Return the UTC day of times, null for texts that are none and outside ``EARLIEST`` to ``LATEST``.

    Accepted is ``2021-04-08T23:30:00.5-02:00``, with ``T`` or a space; seconds, fraction and offset are optional; and
    the other forms of :mod:`apivideo_geo.aggregate.times`. Without an offset the time is UTC; a day without a time is
    its midnight. The connection's time zone must be UTC.
    """
    # Each engine accepts other forms than ISO 8601, too: the patterns let pass only what both read alike.
    day, number, other = _parse_day(time), let(time, day_of_number), let(time, lambda odd: let(to_iso(odd), _parse_day))
    bounds = ibis.date(EARLIEST), ibis.date(LATEST)
    found = (let(form, lambda known: known.between(*bounds).ifelse(known, None)) for form in (day, number, other))
    return _is_usual(time).ifelse(time.try_cast("timestamp").date(), ibis.coalesce(*found))


def _is_usual(time: StringValue) -> BooleanValue:
    """Return whether a time has the API's own form, which is cheap to read: nearly all rows have it."""
    # The bounds are compared as text.
    # DuckDB takes 24:00 for the next day's midnight, a space for a digit and a point before the Z; Spark does not.
    usual = time.like("____-__-__T__:__:__Z") & time.between(EARLIEST, f"{LATEST}Z")
    return usual & time.substr(11, 2).between("00", "23") & ~time.endswith(".Z")


@by_macro
def utc_seconds(time: StringValue) -> IntegerValue:
    """Return the seconds since 1970 of the times that :func:`utc_day` accepts; null for other texts.

    Fractions of a second are dropped. In forms that :func:`iso_seconds` does not read, the minute is the finest part.
    A day without a time is its midnight.
    """
    return ibis.coalesce(iso_seconds(time), let(time, lambda odd: let(to_iso(odd), lambda iso: iso_seconds(iso))))


@by_macro
def iso_seconds(time: StringValue) -> IntegerValue:
    """Return the seconds since 1970 of times in ISO 8601 and of numbers, without fractions; null for other texts."""
    others = ibis.coalesce(_parse_seconds(time), let(time, seconds_of_number))
    return _is_usual(time).ifelse(time.try_cast("timestamp").epoch_seconds().cast("int64"), others)


def _parse_day(time: StringValue) -> DateValue:
    return ibis.cases(
        (time.re_search(_UTC_TIME), time.try_cast("date")),
        (time.re_search(_OFFSET_TIME), _with_seconds(time).try_cast("timestamp('UTC')").date()),
    )


def _parse_seconds(time: StringValue) -> IntegerValue:
    clock = (time.length() == 10).ifelse(time + "T00:00:00", _with_seconds(time))
    clock = clock.re_replace("[.][0-9]+", "")  # DuckDB would round to the nearest second, Spark down
    return ibis.cases(
        (time.re_search(_UTC_TIME), clock.try_cast("timestamp").epoch_seconds().cast(int)),
        (time.re_search(_OFFSET_TIME), clock.try_cast("timestamp('UTC')").epoch_seconds().cast(int)),
    )


def _with_seconds(time: StringValue) -> StringValue:
    return (time.substr(16, 1) == ":").ifelse(time, time.left(16) + ":00" + time.substr(16))


def session_rows(table: ibis.Table, columns: Mapping[str, Value]) -> ibis.Table:
    """Return ``table`` as ``session`` (the id, or null), UTC ``day`` and ``columns`` (name → expression)."""
    return table.select(session=text_column(table, "sessionID"), day=utc_day(text_column(table, "loadedAt")), **columns)


def unique_sessions(rows: ibis.Table) -> ibis.Table:
    """Reduce :func:`session_rows` to one row per session, and add ``rows``: how many rows it had.

    Of an id in several rows each column has the smallest value (the earliest UTC day; texts by code point; null only
    if there is no other), so that the result does not depend on the engine or the order of the rows. The rows without
    an id are together one row whose ``session`` is null.
    """
    smallest = {name: rows[name].min() for name in rows.columns if name != "session"}
    return rows.group_by("session").agg(**smallest, rows=rows.count())
