"""Under which keys a name is stored, so that the forms that tables and hands write find it."""

import pytest

from apivideo_geo.geo.spelling import keys_to_store


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("Côte d’Ivoire", {"cote divoire", "cote d ivoire", "cotedivoire"}),
        (
            "Republic of Korea",
            {"republic korea", "korea republic", "republickorea", "korearepublic", "republicofkorea"},
        ),
        ("Isle of Man", {"island man", "islandman", "isleofman"}),
        ("South", {"south"}),
    ],
)
def test_a_name_is_stored_turned_and_without_spaces_and_with_a_space_for_an_apostrophe(name, stored):
    assert keys_to_store(name) == stored
