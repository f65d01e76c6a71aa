"""What a row of a sessions table is worth: its UTC day, and one row per session. Ibis in, Ibis out.

A sessions table has string columns only, ``model.SESSION_COLUMNS`` or some of them and perhaps more; a null, an empty
text and a missing column mean the same. Only Ibis that every engine understands alike is used here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import ibis

from apivideo_geo.engines import READERS

if TYPE_CHECKING:
    from ibis.expr.types import DateValue, IntegerValue, StringValue

EARLIEST, LATEST = "2010-01-01", "2099-12-31"
"""A ``loadedAt`` outside is no time of a session: online video players with sessions are younger."""

_DAY = (
    "(20[0-9]{2}|2100)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|"
    "02-(0[1-9]|1[0-9]|2[0-8]))|20([02468][048]|[13579][26])-02-29"
)
"""A day that is in the calendar, from 2000 to 2100."""
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?"
_OFFSET = "([+-])(0[0-9]|1[0-5])(:?([0-5][0-9]))?"
_UTC_TIME = f"^({_DAY})([T ]{_CLOCK}Z?)?$"
_OFFSET_TIME = f"^({_DAY})[T ]{_CLOCK}{_OFFSET}$"


def text_column(table: ibis.Table, name: str) -> StringValue:
    """The column ``name``, null where it is empty; all null if ``table`` has none."""
    if name not in table.columns:
        return ibis.literal(None, type="string")
    return table[name].nullif("")


def utc_day(time: StringValue) -> DateValue:
    """The UTC day of ISO 8601 times, null where it is none.

    ``2021-04-08T23:30:00.5-02:00``, with ``T`` or a space, seconds, fraction and offset as one likes: without an
    offset it is UTC; a bare day is its midnight; before ``EARLIEST`` or after ``LATEST`` it is none. The connection's
    time zone must be UTC.
    """
    # Engines take more than ISO 8601 for a time, each something else: the patterns let through what all read alike.
    fast = time.get_backend().name in READERS  # what other engines do where they try differs: some raise
    other = _tried_day(time) if fast else _reckoned_day(time)
    cases = [(other.between(ibis.date(EARLIEST), ibis.date(LATEST)), other)]
    if fast:
        # The API's own form is asked for first, bounds included, because that is cheap: nearly all rows have it.
        # 24:00 is the next day's midnight to DuckDB and nothing to others; what comes after it no engine takes.
        usual = time.like("____-__-__T__:__:__Z") & time.between(EARLIEST, f"{LATEST}Z") & ~time.endswith("T24:00:00Z")
        # A space for a digit, and a point before the Z, DuckDB takes too.
        usual &= (time.substr(11, 1) >= "0") & ~time.endswith(".Z")
        cases.insert(0, (usual, time.try_cast("timestamp").date()))
    return ibis.cases(*cases)


def _tried_day(time: StringValue) -> DateValue:
    with_seconds = (time.substr(16, 1) == ":").ifelse(time, time.left(16) + ":00" + time.substr(16))
    return ibis.cases(
        (time.re_search(_UTC_TIME), time.left(10).try_cast("date")),
        (time.re_search(_OFFSET_TIME), with_seconds.try_cast("timestamp('UTC')").date()),
    )


def _reckoned_day(time: StringValue) -> DateValue:
    """The same by what nearly every engine can do: what is no time is null before it is cast."""
    utc, shifted = (_only(time, pattern) for pattern in (_UTC_TIME, _OFFSET_TIME))
    day = ibis.coalesce(utc, shifted).left(10).cast("date")
    minutes = _number(shifted.substr(11, 2)) * 60 + _number(shifted.substr(14, 2)) - _offset(shifted)
    before, after = day - ibis.interval(days=1), day + ibis.interval(days=1)
    return ibis.cases((minutes < 0, before), (minutes >= 24 * 60, after), else_=day)


def _only(text: StringValue, pattern: str) -> StringValue:
    return text.re_search(pattern).ifelse(text, ibis.null("string"))


def _offset(time: StringValue) -> IntegerValue:
    """Minutes that the clock of ``time`` is ahead of UTC."""
    sign, hours, minutes = (time.re_extract(f"{_OFFSET}$", group) for group in (1, 2, 4))
    size = _number(hours) * 60 + _number(minutes)
    return (sign == "-").ifelse(-size, size)


def _number(digits: StringValue) -> IntegerValue:
    return digits.nullif("").fill_null("0").cast("int64")


def session_rows(table: ibis.Table, columns: Mapping[str, StringValue]) -> ibis.Table:
    """Each row of ``table`` as ``session`` (null: no id), UTC ``day`` and the ``columns`` (name → expression)."""
    return table.select(session=text_column(table, "sessionID"), day=utc_day(text_column(table, "loadedAt")), **columns)


def unique_sessions(rows: ibis.Table) -> ibis.Table:
    """One row per session of :func:`session_rows`, and ``rows``: how many there were.

    Where an id stands in several rows, each column has the smallest of their values (the earliest UTC day; texts by
    code point; nulls never win): the same on every engine, in whatever order the rows come. The rows without an id are
    together one row, ``session`` null.
    """
    smallest = {name: rows[name].min() for name in rows.columns if name != "session"}
    return rows.group_by("session").agg(**smallest, rows=rows.count())
