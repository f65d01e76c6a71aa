"""Places of cities: by country and name, never guessed."""

import pytest

from apivideo_geo.geo.cities import locate


@pytest.mark.parametrize(
    ("code", "name", "near"),
    [("FRA", "Paris", (48.9, 2.3)), ("CAN", "montreal", (45.5, -73.6)), ("DEU", "Munich", (48.1, 11.6))],
)
def test_a_city_is_found_by_any_of_its_names(code, name, near):
    found = locate(code, name)
    assert found is not None
    assert found == pytest.approx(near, abs=0.2)


@pytest.mark.parametrize(("code", "name"), [("USA", "Springfield"), ("FRA", "Nowhere"), ("BEL", "Paris"), ("FRA", "")])
def test_a_name_that_several_or_no_places_bear_has_no_place(code, name):
    assert locate(code, name) is None
