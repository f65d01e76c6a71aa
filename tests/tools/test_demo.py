"""The demo data in the package is what its generator makes."""

import json

import pyarrow.parquet as pq

from tests.product import ROOT
from tools.demo.__main__ import FOLDER, make_assets, make_plays


def test_the_demo_data_in_the_package_is_what_its_generator_makes():
    plays, unplayed = make_plays()
    assert pq.read_table(ROOT / FOLDER / "plays.parquet").equals(plays)
    assert pq.read_table(ROOT / FOLDER / "unplayed.parquet").equals(unplayed)
    assert json.loads((ROOT / FOLDER / "assets.json").read_text(encoding="utf-8")) == make_assets()
