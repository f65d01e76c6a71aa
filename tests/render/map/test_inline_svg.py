from __future__ import annotations

import xml.etree.ElementTree as ET

from apivideo_geo.geo.countries import all_countries
from apivideo_geo.geo.shapes import HEIGHT, WIDTH, load_shapes
from apivideo_geo.render.map.inline_svg import render_map

SVG = "{http://www.w3.org/2000/svg}"


def drawn(class_of=lambda code: "zero", alternative="The world", classes=6):
    return ET.fromstring(render_map(load_shapes(), class_of, "world", alternative, classes))


def by_id(root):
    return {element.get("id"): element for element in root.iter() if element.get("id")}


def spots(root):
    """alpha-3 → class of each dot, in the order they are drawn."""
    names = [element.get("class", "").split() for element in root.iter(f"{SVG}g")]
    return {name[2]: name[1] for name in names if name[0] == "spot"}


def test_every_country_is_drawn_and_no_id_twice():
    ids = [element.get("id") for element in drawn().iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert {name[:3] for name in ids if name.removesuffix("-dot").isupper()} == set(all_countries())


def test_a_country_wears_its_class():
    found = by_id(drawn(lambda code: {"FRA": "c3", "SGP": "c5"}.get(code, "zero")))
    assert found["FRA"].get("class") == "c3"
    assert spots(drawn(lambda code: "c5" if code == "SGP" else "zero"))["SGP"] == "c5"
    assert found["NER"].get("class") == "zero"


def test_a_territory_too_small_to_see_has_a_dot_and_a_big_one_has_none():
    found = by_id(drawn())
    for code in ("SGP", "MLT", "VAT", "REU", "TUV"):
        dot = found.get(f"{code}-dot", found.get(code))
        assert dot is not None
        assert dot.get("d", "").endswith("h0"), code
    assert "FRA-dot" not in found
    assert "BEL-dot" not in found


def test_where_dots_crowd_the_stronger_is_drawn_later():
    root = drawn(lambda code: {"GLP": "c0", "DMA": "c5", "MTQ": "c2"}.get(code, "zero"))
    assert list(spots(root))[-3:] == ["GLP", "MTQ", "DMA"]


def test_a_country_nothing_is_known_of_is_hatched_not_flat():
    found = by_id(drawn(lambda code: "blank"))
    assert found["FRA"].get("fill") == "url(#hatch)"
    assert by_id(drawn())["FRA"].get("fill") is None


def test_the_map_is_one_picture_with_words_and_no_tab_stops():
    root = drawn(alternative='Plays in "A" & <b>', classes=4)
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'Plays in "A" & <b>'
    assert root.get("focusable") == "false"
    assert root.get("viewBox") == f"0 0 {WIDTH} {HEIGHT}"
    assert "k4" in (root.get("class") or "")
    assert not any(element.get("tabindex") or element.get("style") for element in root.iter())
