"""The data taken from GeoNames: which place a name leads to, and that the files in the repository are up to date."""

import zipfile

from tools.geonames import DATA, choose_places, render_cities, write_archive
from tools.populations import GEONAMES, OVERSEAS, read_populations, render_populations


def city(number, name, people, *others):
    return {"geonameid": number, "name": name, "population": people, "alternatenames": list(others)}


def places(*cities):
    return {key: city["geonameid"] for key, city in choose_places(cities).items()}


def test_a_name_of_several_places_leads_to_one_with_ten_times_the_people_of_the_next():
    assert places(city(1, "Austin", 24_000), city(2, "Austin", 240_000)) == {"austin": 2}
    assert places(city(1, "Austin", 24_000), city(2, "Austin", 239_999)) == {}
    assert places(city(1, "Austin", 240), city(2, "Austin", 24_000), city(3, "Austin", 24_000)) == {}
    assert places(city(1, "Austin", 0), city(2, "Austin", 0)) == {}


def test_a_name_of_a_place_counts_before_another_name_of_a_larger_one():
    assert places(city(1, "Delhi", 11_000_000, "New Delhi"), city(2, "New Delhi", 300_000)) == {
        "delhi": 1,
        "new delhi": 2,
    }


def test_of_other_names_too_the_largest_place_is_taken_if_it_is_ten_times_the_next():
    main, oder = city(1, "Frankfurt am Main", 650_000, "Frankfurt"), city(2, "Frankfurt (Oder)", 51_000, "Frankfurt")
    assert places(main, oder)["frankfurt"] == 1
    assert "frankfurt" not in places({**main, "population": 509_999}, oder)


def test_a_place_that_has_a_name_twice_is_one_place():
    assert places(city(1, "Köln", 1_000_000, "KÖLN", "Cologne", "cologne", "")) == {"köln": 1, "cologne": 1}


def test_the_files_in_the_repository_are_those_of_the_installed_package():
    assert (DATA / "populations.csv").read_text(encoding="utf-8") == render_populations(), "run make geonames"
    with zipfile.ZipFile(DATA / "cities.zip") as archive:
        kept = {name: archive.read(name).decode() for name in archive.namelist()}
    assert kept == render_cities(), "run make geonames"


def test_populations_have_a_year_and_a_territory_is_counted_once():
    found = read_populations()
    lacking = {code for code, one in found.items() if one.people and not one.year}
    assert lacking == {*OVERSEAS, "ALA", "BES"}
    assert all(found[code].source == GEONAMES for code in lacking)
    assert min(one.year for one in found.values() if one.year) >= 2020
    assert 65_500_000 < found["FRA"].people < 67_500_000, "without the overseas regions"
    assert 5_000_000 < found["PSE"].people < 6_000_000, "West Bank and Gaza"


def test_the_same_cities_make_the_same_archive(tmp_path):
    for name in ("one.zip", "two.zip"):
        write_archive({"FR.tsv": "48.85,2.35\tparis\t\n"}, tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert (DATA / "cities.zip").stat().st_size < 3_000_000
