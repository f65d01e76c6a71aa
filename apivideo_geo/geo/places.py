"""How many people live in a country: ``data/populations.csv`` (GeoNames, CC BY 4.0).

The figures are estimates of different years, meant for "per million people" only.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from apivideo_geo.text_files import open_text

_TABLE = Path(__file__).with_name("data") / "populations.csv"


def population(iso_a3: str) -> int | None:
    """Return the number of people in the country with an alpha-3 (``XKX``: Kosovo).

    None for an unknown code, where nobody lives, and where GeoNames has no figure.
    """
    return _populations().get(iso_a3)


@cache
def _populations() -> Mapping[str, int]:
    """alpha-3 → people. GeoNames says 0 both for no inhabitants and for not known: neither can be divided by."""
    with open_text(_TABLE) as file:
        rows = [(row["iso_a3"], int(row["population"])) for row in csv.DictReader(file)]
    return {code: people for code, people in rows if people > 0}
