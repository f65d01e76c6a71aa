from __future__ import annotations

import re

from apivideo_geo.render.map.leaflet import container_id, render_script

SCRIPT = render_script("world", "shapes", 4000, 2022)


def test_the_same_map_is_the_same_script():
    assert render_script("world", "shapes", 4000, 2022) == SCRIPT


def test_no_name_is_left_to_chance():
    assert set(re.findall(r"\b(?:map|overlay)_\w+", SCRIPT)) == {"map_world", "overlay_world"}
    assert not re.search(r"[0-9a-f]{16}", SCRIPT)


def test_nothing_of_a_third_party_is_named():
    for word in ("http", "//", "jquery", "$(", "bootstrap", "tileLayer", "attr"):
        assert word not in SCRIPT.replace('"attributionControl": false', ""), word


def test_the_map_is_flat_bounded_and_shows_the_pages_own_picture():
    flat = re.sub(r"\s+", "", SCRIPT)
    assert f'L.map("{container_id("world")}",' in flat
    assert "crs:L.CRS.Simple" in flat
    assert '"maxBounds":[[0,0,],[2022,4000,],],' in flat
    assert 'L.svgOverlay(document.getElementById("shapes"),[[0,0],[2022,4000]]' in flat
    assert '"worldCopyJump":false' in flat
