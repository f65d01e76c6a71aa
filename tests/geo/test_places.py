"""Places: how many people live there."""

from __future__ import annotations

from apivideo_geo.geo.countries import all_countries
from apivideo_geo.geo.places import population


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
    assert nobody == {"ATA", "BVT", "HMD", "UMI"}


def test_no_population_is_zero_so_that_it_can_be_divided_by() -> None:
    assert all(people is None or people > 0 for people in map(population, all_countries()))


def test_what_is_no_country_has_no_population() -> None:
    assert population("---") is None
    assert population("") is None
    assert population("FR") is None
