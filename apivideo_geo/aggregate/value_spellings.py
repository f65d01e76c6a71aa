"""One vocabulary for devices, systems and browsers: ``data/value_spellings.csv``.

The Data API, the older session endpoints and other programs spell them differently. The words of the Data API are
stored and counted; facts of older files are read with them.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from apivideo_geo.model import UNKNOWN_TEXT
from apivideo_geo.text_files import open_text

if TYPE_CHECKING:
    import ibis

_TABLE = Path(__file__).with_name("data") / "value_spellings.csv"


@cache
def load_spellings() -> Mapping[str, Mapping[str, str]]:
    """Return dimension → spelling in lower case → the value that it is counted as."""
    spellings: dict[str, dict[str, str]] = {}
    with open_text(_TABLE) as file:
        for row in csv.DictReader(file):
            spellings.setdefault(row["dimension"], {})[row["spelling"]] = row["value"]
    return spellings


def read_spelling(dimension: str, spelling: str) -> str:
    """Return the value of a device, system or browser. An unknown spelling stays as it is; an empty one is "unknown".

    >>> read_spelling("os", "Microsoft Windows")
    'windows'
    """
    text = spelling.strip()
    return load_spellings().get(dimension, {}).get(text.lower(), text) or UNKNOWN_TEXT


def unify_spellings(facts: ibis.Table) -> ibis.Table:
    """Apply :func:`read_spelling` to the values of ``facts``; rows that become equal are not added up.

    The values are read once to find those that change: usually none, because facts are made with the vocabulary.
    """
    import ibis

    some = facts.filter(facts.dimension.isin([*load_spellings()])).select("dimension", "value").distinct().to_pyarrow()
    changed: dict[str, dict[str, str]] = {}
    for dimension, value in zip(*(some[name].to_pylist() for name in ("dimension", "value")), strict=True):
        if (read := read_spelling(dimension, value)) != value:
            changed.setdefault(dimension, {})[value] = read
    if not changed:
        return facts
    value = facts["value"]
    known = [(facts.dimension == name, value.substitute(found)) for name, found in changed.items()]
    return facts.mutate(value=ibis.cases(*known, else_=value))


def unknown_spellings(breakdowns: Mapping[str, tuple[tuple[str, int], ...]]) -> dict[str, int]:
    """Return the values of ``breakdowns`` (dimension → value, count) that are not in the vocabulary → their count."""
    return {
        value: count
        for dimension, spellings in load_spellings().items()
        for value, count in breakdowns.get(dimension, ())
        if value != UNKNOWN_TEXT and value.lower() not in spellings
    }
