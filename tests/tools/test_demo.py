"""The demo data in the package is what its generator makes."""

import json

import pyarrow.parquet as pq

from tests.product import ROOT
from tools.demo.__main__ import FOLDER, make_assets, make_tables


def test_the_demo_data_in_the_package_is_what_its_generator_makes():
    for name, table in make_tables().items():
        assert pq.read_table(ROOT / FOLDER / f"{name}.parquet").equals(table), name
    assert json.loads((ROOT / FOLDER / "assets.json").read_text(encoding="utf-8")) == make_assets()
