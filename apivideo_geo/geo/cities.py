"""Find where a city is, by country and name, in ``data/cities.zip`` (GeoNames, CC BY 4.0).

The archive has a file for each country and a line for each place of 15,000 people and more, with the names that lead
to it. Which of several places of one name is meant is decided when the archive is written, in ``tools/geonames.py``.
"""

from __future__ import annotations

import zipfile
from functools import cache
from pathlib import Path

from apivideo_geo.geo.countries import to_alpha2
from apivideo_geo.geo.spelling import tidy

Point = tuple[float, float]
_ARCHIVE = Path(__file__).with_name("data") / "cities.zip"


def locate(iso_a3: str, name: str) -> Point | None:
    """Return (latitude, longitude), in degrees, of the city ``name`` in the country with the alpha-3 ``iso_a3``.

    Returns None where GeoNames has no such city, or several and none with ten times the people of the next one.
    Raises UsageError for an unknown country code.
    """
    cities, key = _read_cities(to_alpha2(iso_a3)), name_key(name).encode()
    at = cities.find(b"\t%b\t" % key) if key else -1
    if at < 0:
        return None
    line = cities[cities.rfind(b"\n", 0, at) + 1 : at]
    latitude, longitude = line.split(b"\t", 1)[0].split(b",")
    return float(latitude), float(longitude)


def name_key(name: str) -> str:
    """Return the form in which names are compared: without case, invisible characters and needless spaces."""
    return tidy(name).casefold()


@cache
def _read_cities(alpha2: str) -> bytes:
    """Return the lines of a country: ``latitude,longitude``, then names (:func:`name_key`), each between tabs."""
    with zipfile.ZipFile(_ARCHIVE) as archive:
        file = f"{alpha2}.tsv"
        return archive.read(file) if file in archive.NameToInfo else b""
