"""Bring times as other programs write them into ISO 8601, as far as they can mean one moment only. Ibis in and out.

====================================================  ==============================================
form                                                  written by
====================================================  ==============================================
``1794132000``, ``…000`` (milli-, micro-, nano-)      JavaScript, pandas, jq, databases
``46334.4166``                                        Excel: days since 1899-12-30
``2026-11-08 10:00:00.123 UTC``, ``2026/11/8 9:05``   BigQuery, Athena, Snowflake, people
``20261108T100000Z``, ``20261108``, ``…T10Z``         ISO 8601's basic form, Google Analytics
``…-05:00[America/Lima]``                             Java: the zone is dropped, the offset counts
``08.11.2026 10:00``                                  spreadsheets in many languages: the day is first
``Sun, 08 Nov 2026 10:00:00 GMT``                     RFC 2822, Snowflake
``Nov 8, 2026, 10:00 AM``, ``08-Nov-2026 10:00``      reports, Oracle
``Sun Nov 08 2026 10:00:00 GMT+0000 (…)``             JavaScript
====================================================  ==============================================

Not read: a day and month of which either could be first (see :func:`with_order`), years of two digits, abbreviated time
zones other than UTC, numbers that were rounded (``1.79413E+12``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, cast

import ibis

if TYPE_CHECKING:
    from ibis.expr.types import DateValue, IntegerValue, StringValue, Value

V = TypeVar("V", bound="Value")
W = TypeVar("W", bound="Value")
_SPACE = "[ \u00a0\u202f]"
_WEEKDAY = "(?:[A-Z][a-z]{2,8}[,.]?" + _SPACE + "+)?"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    "([Jj][Aa][Nn](?:uary)?|[Ff][Ee][Bb](?:ruary)?|[Mm][Aa][Rr](?:ch)?|[Aa][Pp][Rr](?:il)?|[Mm][Aa][Yy]|"
    "[Jj][Uu][Nn]e?|[Jj][Uu][Ll]y?|[Aa][Uu][Gg](?:ust)?|[Ss][Ee][Pp](?:t|tember)?|[Oo][Cc][Tt](?:ober)?|"
    "[Nn][Oo][Vv](?:ember)?|[Dd][Ee][Cc](?:ember)?)"
)
_YEAR_FIRST = "^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})"
_COMPACT = "^([0-9]{4})([0-9]{2})([0-9]{2})"
_DOTS = "^([0-9]{1,2})[.]" + _SPACE + "?([0-9]{1,2})[.]" + _SPACE + "?([0-9]{4})"
_DAY_MONTH = "^" + _WEEKDAY + "([0-9]{1,2})[ /-]" + _MONTH + "[.]?,?[ /-]([0-9]{4})"
_MONTH_DAY = "^" + _WEEKDAY + _MONTH + "[.]?" + _SPACE + "+([0-9]{1,2}),?" + _SPACE + "+([0-9]{4})"
_YEAR_LAST = "^[A-Z][a-z]{2} ([A-Z][a-z]{2} +[0-9]{1,2}) ([0-9:.]+)( (?:UTC|GMT|Z|[+-][0-9:]+))? ([0-9]{4})$"
_HEAD = "|".join((_YEAR_FIRST, _COMPACT, _DOTS, _DAY_MONTH, _MONTH_DAY))
_CLOCK = (
    "([0-9]{1,2})(?::([0-5][0-9])(?::(?:[0-5][0-9]|60)(?:[.,][0-9]+)?)?|([0-5][0-9])(?:[0-5][0-9](?:[.,][0-9]+)?)?)?"
    + _SPACE + "?([AaPp][.]?[Mm][.]?)?"
)  # fmt: skip
_UTC = "(?:[Zz]|UTC|GMT|UT|utc|gmt|\\[(?:Z|UTC|GMT|Etc/UTC)\\])"
_OFFSET = "([+-])([01]?[0-9])(?::?([0-5][0-9]))?"
# After an offset the name of the zone says nothing new; without one it is not read.
_NAMES = "(?:" + _SPACE + "*(?:[A-Z]{2,5}|\\[[^\\]]*\\]|\\([^)]*\\)))*"
_ZONE = _SPACE + "*(?:" + _UTC + "*(?:" + _OFFSET + _NAMES + ")?)"
_REST = "^(?:(?:[Tt, \u00a0\u202f:_]|at)+" + _CLOCK + _ZONE + ")?$"
_EPOCH = "^[0-9]{10}([0-9]{3}|[0-9]{6}|[0-9]{9})?([.][0-9]*)?$"
_SERIAL = "^[4-7][0-9]{4}([.,][0-9]+)?$"
SERIAL_OF_1970 = 25569
"""Excel's number of 1970-01-01."""
EITHER_FIRST = "^([0-9]{1,2})[/-]([0-9]{1,2})[/-]((?:[0-9]{2})?[0-9]{2})(?:[^0-9/-]|$)"
"""A day and a month of which either could be first."""


def let(value: W, function: Callable[[W], V]) -> V:
    """Return ``function(value)``, with ``value`` computed once: Ibis would repeat its SQL wherever it is used."""
    return cast("V", ibis.array([value]).map(function)[0])


def day_of_number(time: StringValue) -> DateValue:
    """Return the UTC day of an epoch time (seconds to nanoseconds) or a day number of Excel; null for other texts."""
    return seconds_of_number(time).as_timestamp("s").date()


def seconds_of_number(time: StringValue) -> IntegerValue:
    """Return the seconds since 1970 of such a number; null for other texts."""
    days = time.replace(",", ".").try_cast(float) - SERIAL_OF_1970
    return ibis.cases(
        # From 2001 on the seconds have ten digits, so the first ten of each unit are the seconds.
        (time.re_search(_EPOCH), time.left(10).try_cast(int)),
        (time.re_search(_SERIAL), (days * 86_400).round().cast(int)),
    )


def to_iso(time: StringValue) -> StringValue:
    """Return ``time`` as ``2026-11-08T10:00Z`` (without seconds), null if it is in none of the forms above."""
    return let(time.strip(), lambda text: let(_year_first(text), _to_iso))


def _year_first(time: StringValue) -> StringValue:
    """Return ``Sun Nov 08 10:00:00 UTC 2026`` as ``Nov 08 2026 10:00:00 UTC``, others unchanged."""
    day, clock, zone, year = (time.re_extract(_YEAR_LAST, group) for group in (1, 2, 3, 4))
    return time.re_search(_YEAR_LAST).ifelse(day + " " + year + " " + clock + zone, time)


def _to_iso(time: StringValue) -> StringValue:
    date = ibis.cases(*((time.re_search(form), _date(time, form, order)) for form, order in _ORDERS.items()))
    # Only the compact form may be followed directly by the clock.
    space = time.re_search("^[0-9]{9}").ifelse(" ", "")
    clock = let(space + time.re_replace(_HEAD, ""), _clock)
    return date + clock


def with_order(time: StringValue, *, day_first: bool) -> StringValue:
    """Return a time such as ``11/8/2026 10:00`` with its date as ISO 8601, the day or the month being first.

    A year of two digits is in this century.
    """
    first, second, year = (time.strip().re_extract(EITHER_FIRST, group) for group in (1, 2, 3))
    day, month = (first, second) if day_first else (second, first)
    iso = (year.length() == 2).ifelse("20", "") + year + "-" + _two_digits(month) + "-" + _two_digits(day)
    return iso + time.strip().re_replace("^[0-9]+[/-][0-9]+[/-][0-9]+", "")


_ORDERS = {_YEAR_FIRST: (1, 2, 3), _COMPACT: (1, 2, 3), _DOTS: (3, 2, 1), _DAY_MONTH: (3, 2, 1), _MONTH_DAY: (3, 1, 2)}
"""Form of a date → the groups of its year, month and day."""


def _date(time: StringValue, form: str, order: tuple[int, int, int]) -> StringValue:
    year, month, day = (time.re_extract(form, group) for group in order)
    if _MONTH in form:
        known = {name: f"{number:02}" for number, name in enumerate(_MONTHS, 1)}
        month = month.left(3).lower().substitute(known)
    return year + "-" + _two_digits(month) + "-" + _two_digits(day)


def _two_digits(number: StringValue) -> StringValue:
    """Return up to two digits as two. (Ibis writes what ``lpad`` is given four times, also in what contains it.)"""
    return ("00" + number).right(2)


def _clock(rest: StringValue) -> StringValue:
    """Return the time in ``rest``, the text after a date, as ``T10:00+01:00``; midnight for "", null for others."""
    hour, minute, short, half, sign, hours, minutes = (rest.re_extract(_REST, group) for group in range(1, 8))
    number = hour.try_cast(int)
    afternoon = half.lower().startswith("p").ifelse(12, 0)
    # 12 AM is midnight and 12 PM noon; "13 PM" is not read.
    twelve = number.between(1, 12).ifelse((number % 12 + afternoon).cast(str), None)
    hour = (half == "").ifelse(hour, twelve)
    clock = "T" + _two_digits(hour) + ":" + (minute + short + "00").left(2)
    offset = sign + _two_digits(hours) + ":" + (minutes + "00").left(2)
    return rest.re_search(_REST).ifelse(clock + (sign == "").ifelse("Z", offset), None)
