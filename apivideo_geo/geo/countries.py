"""Map any spelling or code of a country to its ISO 3166-1 alpha-3, or to unknown. It never guesses.

A country is found when the *whole* text, read as ``spelling`` reads it, is a code or a name in use:

1. alpha-2 and alpha-3 of ISO 3166-1 (pycountry), and ``XK`` / ``XKX`` for Kosovo;
2. the names in pycountry (short, official) and the English CLDR names (babel);
3. ``data/country_spellings.csv`` for what both lack, each row with its source;
4. the names in all other languages of CLDR that are unambiguous among all of them (``data/country_names.csv``, made by
   ``tools/country_names.py``), loaded at the first text that is none of these.

A flag emoji may be in front; it must be that of the same country.

There is no fuzzy, prefix or pattern matching. Where sources disagree, these rules apply:

- ``Congo`` alone is the Republic of the Congo (``COG``), as in ISO 3166 and every GeoIP database.
- ``Saint Martin`` is the French part (``MAF``), ``Sint Maarten`` the Dutch (``SXM``).
- ``England``, ``Scotland``, ``Wales`` and ``Northern Ireland`` are the United Kingdom, ``Holland`` the Netherlands.
- ``Korea`` and ``Virgin Islands`` alone, dissolved states, continents, and disputed parts of a country
  (``Somaliland``) are unknown: ``data/not_countries.csv``, each row with its reason.

Loading fails if two countries share a key or a row contradicts ``not_countries.csv``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from apivideo_geo.errors import DataRefused, UsageError
from apivideo_geo.geo.spelling import LONGEST, keys, keys_to_store, split_flag, synonyms, tidy
from apivideo_geo.model import UNKNOWN
from apivideo_geo.text_files import read_rows

_DATA = Path(__file__).with_name("data")
_KOSOVO = ("XKX", "XK")
_SHORT = 16
"""Characters; longer spellings of a country are official forms such as ``Republic of the Union of Myanmar``."""


class _Tables(NamedTuple):
    alpha2: Mapping[str, str]
    """alpha-3 → alpha-2, in the order of the alpha-3."""
    codes: Mapping[str, str]
    """alpha-2 or alpha-3 → alpha-3."""
    names: Mapping[str, str]
    """Key of ``spelling`` → alpha-3."""


def to_alpha3(value: object) -> str:
    """Return the alpha-3 of a country's English name, alpha-2 or alpha-3 (``XKX``: Kosovo), else ``---``.

    Anything that is not a string (None, NaN, a number, bytes) is ``---``; the string ``NA`` is
    Namibia. It never raises because of a value; DataRefused if the tables themselves contradict each other.
    """
    return _find(value) if isinstance(value, str) and len(value) <= LONGEST else UNKNOWN


@lru_cache(maxsize=50_000)  # millions of distinct values must not fill the memory
def _find(text: str) -> str:
    code = find_match(text)
    return _match(_tables_of_all_languages(), text) if code == UNKNOWN else code


def to_alpha2(iso_a3: str) -> str:
    """Return the alpha-2 of an alpha-3 (``XKX`` → ``XK``). Raises UsageError for any other text, also ``---``."""
    try:
        return _tables().alpha2[iso_a3]
    except KeyError:
        raise UsageError(
            f"{iso_a3!r} is not an ISO 3166-1 alpha-3 code: use one such as FRA, or XKX for Kosovo."
        ) from None


def name_of(iso_a3: str, locale: str = "en") -> str:
    """Return the name of a country in a CLDR locale (``en``, ``fr``, ``pt-BR``); ``---`` is ``Unknown``, translated.

    A name the locale lacks is the English one. Raises UsageError for an unknown code or locale.
    """
    names = territory_names(locale)
    if iso_a3 == UNKNOWN:
        return "Unknown" if locale.lower().startswith("en") else names["ZZ"]
    return names[to_alpha2(iso_a3)]


def short_names(iso_a3: str) -> tuple[str, ...]:
    """Return names in ``country_spellings.csv`` that readers know a country by. Initials are without dots (``UK``)."""
    return tuple(dict.fromkeys(_other_names().get(iso_a3, ())))


@cache
def _other_names() -> Mapping[str, Sequence[str]]:
    """Return alpha-3 → its names in ``country_spellings.csv``, without codes, which are of the past, and long forms."""
    found: dict[str, list[str]] = {}
    for row in read_rows(_DATA / "country_spellings.csv"):
        if not _is_code(row["spelling"]) and len(row["spelling"]) <= _SHORT:
            found.setdefault(row["iso_a3"], []).append(re.sub(r"\b([A-Z])\.", r"\1", row["spelling"]))
    return found


def all_countries() -> tuple[str, ...]:
    """Return the 249 alpha-3 codes of ISO 3166-1 and ``XKX``, alphabetically."""
    return tuple(_tables().alpha2)


def flag(iso_a3: str) -> str:
    """Return the flag emoji (two regional indicators), empty for ``---``. Raises UsageError for an unknown code."""
    if iso_a3 == UNKNOWN:
        return ""
    return "".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in to_alpha2(iso_a3))


def find_match(text: str) -> str:
    """Return the alpha-3 of ``text`` by the codes and the English names, else ``---``."""
    return _match(_tables(), text)


def _match(tables: _Tables, text: str) -> str:
    flag_of, text = split_flag(tidy(text))
    if flag_of:
        by_flag = tables.codes.get(flag_of, UNKNOWN)
        return by_flag if not text or _match(tables, text) == by_flag else UNKNOWN
    code = _match_whole(tables, text)
    both = synonyms(text) if code == UNKNOWN else None
    if both is None:
        return code
    if both[1].casefold() == "country":  # "Georgia (country)"
        return _match_whole(tables, both[0])
    # "Czechia (Czech Republic)", "Georgia (GE)": two names, and both of the same country. "Georgia (GA)" is not.
    first, second = (_match_whole(tables, name) for name in both)
    return first if first == second else UNKNOWN


def _match_whole(tables: _Tables, text: str) -> str:
    if _is_code(text) and (code := tables.codes.get(text.upper())):
        return code
    found = {tables.names[key] for key in keys(text) if key in tables.names}
    return found.pop() if len(found) == 1 else UNKNOWN


def _is_code(text: str) -> bool:
    """Return whether a text can be a code. Codes are exact: ``EL`` is Greece, ``E-L`` and ``E.L.`` are unknown."""
    return len(text) in (2, 3) and text.isascii() and text.isalpha()


def _stored_as(spelling: str) -> frozenset[str]:
    return frozenset({spelling.upper()}) if _is_code(spelling) else keys_to_store(spelling)


@cache
def _tables_of_all_languages() -> _Tables:
    """Return the tables with the names in other languages added. None of their keys is that of an English name."""
    tables = _tables()
    foreign = {row["key"]: row["iso_a3"] for row in read_rows(_DATA / "country_names.csv")}
    return tables._replace(names={**foreign, **tables.names})


@cache
def blocked_keys() -> frozenset[str]:
    """Return the keys of ``not_countries.csv``, which must not match in any language."""
    return frozenset(key for row in read_rows(_DATA / "not_countries.csv") for key in keys_to_store(row["spelling"]))


@cache
def _tables() -> _Tables:
    import pycountry

    alpha2 = dict(sorted([(country.alpha_3, country.alpha_2) for country in pycountry.countries] + [_KOSOVO]))
    codes = {code: alpha3 for alpha3, two in alpha2.items() for code in (alpha3, two)}
    names: dict[str, str] = {}
    for name, alpha3 in _sources(alpha2):
        table = codes if _is_code(name) else names
        for key in _stored_as(name):
            if table.setdefault(key, alpha3) != alpha3:
                raise DataRefused(f"{name!r} would be both {table[key]} and {alpha3}. Correct country_spellings.csv.")
    tables = _Tables(alpha2, codes, names)
    for row in read_rows(_DATA / "not_countries.csv"):
        if (code := _match(tables, row["spelling"])) != UNKNOWN:
            raise DataRefused(
                f"not_countries.csv: {row['spelling']!r} must not match, but is {code}. Remove the row or the spelling."
            )
    return tables


def _sources(alpha2: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (name, alpha-3) of every name, the table last. Raises DataRefused for repeated or invalid rows."""
    import pycountry

    for country in pycountry.countries:
        for kind in ("name", "official_name"):
            if name := getattr(country, kind, None):
                yield name, country.alpha_3
    english = territory_names("en")
    yield from ((english[two], alpha3) for alpha3, two in alpha2.items())
    given: set[frozenset[str]] = set()
    for row in read_rows(_DATA / "country_spellings.csv"):
        spelling, alpha3 = row["spelling"], row["iso_a3"]
        if (stored := _stored_as(spelling)) in given or alpha3 not in alpha2 or not row["source"]:
            raise DataRefused(
                f"country_spellings.csv: the row {spelling!r} is there twice, or lacks a known code or a source."
            )
        given.add(stored)
        yield spelling, alpha3


@cache
def territory_names(locale: str) -> Mapping[str, str]:
    """Return alpha-2, M49 code or ``EU`` → name in a CLDR locale, in English where it has none.

    Raises UsageError for an unknown locale.
    """
    from babel import Locale, UnknownLocaleError

    try:
        names = Locale.parse(locale.replace("-", "_")).territories
    except (UnknownLocaleError, ValueError, TypeError):
        raise UsageError(f"{locale!r} is not a locale known to CLDR: use one such as en, fr or pt-BR.") from None
    return {**Locale("en").territories, **names}
