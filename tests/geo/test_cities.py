"""Places of cities: by country and name, never guessed."""

import pytest

from apivideo_geo.geo.cities import locate


@pytest.mark.parametrize(
    ("code", "name", "near"),
    [
        ("FRA", "Paris", (48.9, 2.3)),
        ("CAN", "montreal", (45.5, -73.6)),
        ("DEU", "Munich", (48.1, 11.6)),
        ("JPN", " 東京 ", (35.7, 139.7)),
        ("XKX", "Prishtina", (42.7, 21.2)),
    ],
)
def test_a_city_is_found_by_any_of_its_names(code, name, near):
    found = locate(code, name)
    assert found is not None
    assert found == pytest.approx(near, abs=0.2)


@pytest.mark.parametrize(
    ("code", "name", "near"),
    [
        ("USA", "Austin", (30.3, -97.7)),  # Texas, not Minnesota
        ("USA", "Manhattan", (40.8, -74.0)),  # New York, not Kansas
        ("DEU", "Frankfurt", (50.1, 8.7)),  # another name of Frankfurt am Main and of Frankfurt (Oder)
    ],
)
def test_of_several_cities_of_one_name_one_with_ten_times_the_people_is_meant(code, name, near):
    assert locate(code, name) == pytest.approx(near, abs=0.2)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("USA", "Springfield"),  # 170,000, 154,000 and 114,000 people
        ("USA", "Portland"),  # 652,503 people in Oregon, 66,881 in Maine: not quite ten times
        ("FRA", "Nowhere"),
        ("BEL", "Paris"),
        ("FRA", ""),
        ("FRA", "Marseil"),
        ("FRA", "48.85341,2.3488"),
        ("FRA", "\ud800"),
        ("ATA", "Paris"),
    ],
)
def test_a_name_of_several_places_or_of_none_has_no_place(code, name):
    assert locate(code, name) is None
