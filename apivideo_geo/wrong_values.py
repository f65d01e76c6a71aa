"""Say in a few words what is wrong with a value or a name that someone wrote, and what to write."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from apivideo_geo.plain_text import shown

if TYPE_CHECKING:
    from pydantic import ValidationError

_WORDS = {
    "bool": "write true or false",
    "int": "write a whole number",
    "float": "write a number",
    "finite": "write a finite number",
    "string": "write a text in straight quotes",
    "path": "write a path in straight quotes",
    "date": "a day is written YYYY-MM-DD, without a time",
    "tuple": "write a list in brackets",
    "dict": 'write a table, such as {{ name = "…" }}',
    "literal": "choose {expected}",
    "greater": "it must be more than {gt:.10g}",
    "greater_than_equal": "it must be at least {ge:.10g}",
    "less_than_equal": "it must be at most {le:.10g}",
    "string_too_short": "a name needs at least {min_length} character",
    "string_too_long": "it has more than {max_length} characters; shorten it",
    "too_long": "it has more than {max_length} entries; remove some",
}
"""Type of pydantic's error, or the first word of it → what to say."""


def explain_value(error: ValidationError) -> str:
    """Return what is wrong with the first value that was rejected, and the value if it is short and is not a key."""
    problem = error.errors(include_url=False)[0]
    kind, value, context = problem["type"], problem["input"], problem.get("ctx", {})
    said = _WORDS.get(kind) or _WORDS.get(kind.partition("_")[0])
    message = said.format(**context).replace("'", "") if said else problem["msg"].removeprefix("Value error, ")
    message = message[0].lower() + message[1:].rstrip(".")
    secret = str((problem["loc"] or ("",))[0]).lower().endswith(("api_key", "github_token"))
    if secret or not isinstance(value, (str, int, float, date, Path)):
        return message
    quoted = shown(str(value))
    if kind.startswith("tuple") and quoted != "***":
        return f"write it in brackets: [{value}]"
    if quoted == "***" or quoted in message or kind == "string_too_long":
        return message
    return f"{message} (it is {quoted if isinstance(value, (str, Path)) else str(value).lower()[:80]})"


def nearest(text: str, names: Iterable[str], least: float = 0.75) -> str:
    """Return the nearest of ``names``; "" if none is similar. ``least``: how similar it must be, from 0 to 1."""
    return next(iter(get_close_matches(text, names, 1, least)), "")


def did_you_mean(text: str, names: Iterable[str], least: float = 0.75) -> str:
    """Return a question with the :func:`nearest` of ``names``, for the end of a sentence; "" if none is similar.

    >>> did_you_mean("titel", ["title", "time_zone"])
    '; did you mean title?'
    """
    near = nearest(text, names, least)
    return f"; did you mean {near}?" if near else ""
