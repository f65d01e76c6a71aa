"""Neighbours on land, read off the outlines."""

from apivideo_geo.geo.neighbours import load_neighbours, nearest


def test_france_borders_on_seven_outlines_and_an_island_on_none():
    assert set(load_neighbours()["FRA"]) == {"AND", "BEL", "CHE", "DEU", "ESP", "ITA", "LUX"}
    assert load_neighbours()["ESP"][0] in ("PRT", "FRA")
    assert load_neighbours()["ISL"] == ()


def test_neighbours_are_mutual():
    neighbours = load_neighbours()
    assert all(code in neighbours[other] for code, others in neighbours.items() for other in others)


def test_the_nearest_of_some():
    assert nearest("ISL", ["JPN", "FRO", "GBR", "PER"], 2) == ["FRO", "GBR"]
    assert nearest("JPN", ["CHN", "FRA", "KOR", "USA"], 2) == ["KOR", "CHN"]
    assert nearest("PER", ["MLT", "TCD"], 2) == []
    assert nearest("FRA", ["AZE", "LBR"], 2) == ["AZE"], "40 degrees away"
