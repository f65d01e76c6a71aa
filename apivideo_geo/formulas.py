"""Cells that a spreadsheet would run as a formula: made harmless on the way out, restored on the way in.

A cell that starts with ``= + - @``, tab or carriage return gets an apostrophe in front, and so does one that starts
with apostrophes and then one of these: thus reading takes exactly one apostrophe away again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ibis.expr.types import StringValue

_STARTS = "[=+@\t\r-]"
_RUNS = re.compile(f"'*{_STARTS}")
_GUARDED = re.compile(f"'+{_STARTS}")


def escape_formula(text: str) -> str:
    """``text`` as it may stand in a CSV file."""
    return f"'{text}" if _RUNS.match(text) else text


def unescape_formula(text: str) -> str:
    """What :func:`escape_formula` was given."""
    return text[1:] if _GUARDED.match(text) else text


def escape_formulas(column: StringValue) -> StringValue:
    """:func:`escape_formula` for a column of an engine."""
    # Cheap to ask first: they all sort before letters, and digits are among them what there is most of.
    runs = (column < "A") & ((column < "0") | (column >= ":")) & column.re_search(f"^{_RUNS.pattern}")
    return runs.ifelse("'" + column, column)


def unescape_formulas(column: StringValue) -> StringValue:
    """:func:`unescape_formula` for a column of an engine."""
    guarded = column.startswith("'") & column.re_search(f"^{_GUARDED.pattern}")
    return guarded.ifelse(column.substr(1), column)
