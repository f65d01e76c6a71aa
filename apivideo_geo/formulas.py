"""Text cells that a spreadsheet would run as a formula: escaped when written, restored when read.

A cell that starts with ``= + - @`` (also in full width, and after spaces), a tab or an end of a line gets an apostrophe
in front. So does a cell that starts with apostrophes followed by one of these, so that reading removes exactly one
apostrophe. Cells must not contain ends of lines (see ``plain_text``): what follows one may be read as a row of its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from apivideo_geo.macros import by_macro

if TYPE_CHECKING:
    from ibis.expr.types import StringValue

_STARTS = "([\t\r\n]|[ \u00a0\u3000]*[=+@＝＋＠－-])"
_FORMULA = re.compile(f"'*{_STARTS}")
_ESCAPED = re.compile(f"'+{_STARTS}")


def escape_formula(text: str) -> str:
    """Return ``text`` as it may be in a CSV file.

    >>> escape_formula("=1+1")
    "'=1+1"
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unescape_formula(text: str) -> str:
    """Return the text that :func:`escape_formula` was given.

    >>> unescape_formula("'=1+1")
    '=1+1'
    """
    return text[1:] if _ESCAPED.match(text) else text


@by_macro
def escape_formulas(column: StringValue) -> StringValue:
    """Apply :func:`escape_formula` to a column of an engine."""
    # Compared first because that is cheap: formulas sort before letters and digits, or after all of ASCII.
    maybe = (column < "0") | (column.between(":", "A")) | (column >= "\u00a0")
    return (maybe & column.re_search(f"^{_FORMULA.pattern}")).ifelse("'" + column, column)


@by_macro
def unescape_formulas(column: StringValue) -> StringValue:
    """Apply :func:`unescape_formula` to a column of an engine."""
    escaped = column.startswith("'") & column.re_search(f"^{_ESCAPED.pattern}")
    return escaped.ifelse(column.substr(1), column)
