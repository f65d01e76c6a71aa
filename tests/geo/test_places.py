"""Places: how many people live there."""

from __future__ import annotations

from apivideo_geo.geo.countries import all_countries
from apivideo_geo.geo.places import population, population_year, population_years


def test_the_population_of_a_country_is_in_people() -> None:
    france = population("FRA")
    assert france is not None
    assert 60_000_000 < france < 75_000_000


def test_kosovo_has_a_population() -> None:
    kosovo = population("XKX")
    assert kosovo is not None
    assert 1_000_000 < kosovo < 2_500_000


def test_every_inhabited_country_has_a_population_and_no_other() -> None:
    nobody = {code for code in all_countries() if population(code) is None}
    assert nobody == {"ATA", "ATF", "BVT", "HMD", "IOT", "SGS", "UMI"}


def test_the_year_of_a_population_is_known_where_its_source_gives_it() -> None:
    first, usual, last = population_years()
    assert first <= usual <= last
    assert last >= 2025
    assert population_year("FRA") in range(first, last + 1)
    assert population_year("ATA") is population_year("REU") is None


def test_no_population_is_zero_so_that_it_can_be_divided_by() -> None:
    assert all(people is None or people > 0 for people in map(population, all_countries()))


def test_what_is_no_country_has_no_population() -> None:
    assert population("---") is None
    assert population("") is None
    assert population("FR") is None
