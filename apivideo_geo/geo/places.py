"""How many people live in a country: ``data/populations.csv`` (CIA World Factbook, public domain; some of GeoNames).

The figures are estimates of different years, meant for "per million people" only. Visitors, soldiers and the staff of
stations are not counted: a place without permanent residents has no population.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from apivideo_geo.text_files import read_rows

_TABLE = Path(__file__).with_name("data") / "populations.csv"


def population(iso_a3: str) -> int | None:
    """Return the number of people in the country with an alpha-3 (``XKX``: Kosovo).

    None for an unknown code, and where nobody lives permanently.
    """
    return _populations().get(iso_a3, (None, None))[0]


def population_year(iso_a3: str) -> int | None:
    """Return the year of the estimate; None if it is not known, or there is no population."""
    return _populations().get(iso_a3, (None, None))[1]


def population_years() -> tuple[int, int, int]:
    """Return the first year of all estimates, the most frequent one, and the last."""
    years = Counter(year for _, year in _populations().values() if year)
    return min(years), years.most_common(1)[0][0], max(years)


@cache
def _populations() -> Mapping[str, tuple[int, int | None]]:
    """Return alpha-3 → people and the year of the estimate, if it is known; only where somebody lives."""
    rows = [(row["iso_a3"], int(row["population"]), row["year"]) for row in read_rows(_TABLE)]
    return {code: (people, int(year) if year else None) for code, people, year in rows if people > 0}
