"""The border policy: the same in the data, in the words and on the map."""

import importlib.util
import re
from pathlib import Path

import pytest

from apivideo_geo.geo.borders import load_borders
from apivideo_geo.geo.countries import all_countries
from apivideo_geo.geo.shapes import load_shapes

ROOT = Path(__file__).parents[2]


def test_every_code_of_the_policy_is_on_the_map():
    borders = load_borders()
    assert len(borders) >= 15
    assert {code for border in borders for code in border.codes} <= set(load_shapes())


@pytest.mark.parametrize("page", ["apivideo_geo/geo/data/README.md", "docs/borders.md"])
def test_the_written_policy_has_every_area_and_no_other(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    table = re.findall(
        r"^\| (?!area|---)(.+?) \| (.+?) \| (.+?) \| (.+?) \|$", text.partition("## Border policy")[2], re.M
    )
    written = {area: (atlas, set(re.findall(r"`(\w{3})`", drawn))) for area, atlas, drawn, _ in table}
    assert written == {border.area: (border.atlas, set(border.codes)) for border in load_borders()}


def test_the_list_of_places_is_up_to_date_and_whole():
    written = (ROOT / "docs/places.md").read_text(encoding="utf-8")
    name = ROOT / "tools/places.py"
    spec = importlib.util.spec_from_file_location("places", name)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert written == tool.render_places(), "run `python tools/places.py`"
    drawn = dict(re.findall(r"^\| `(\w{3})` \|.*?\|.*?\|.*?\| ([\w ]*) \|", written, re.M))
    assert set(drawn) == set(all_countries())
    assert set(drawn.values()) == {"outline", "dot", "outline and dot"}
