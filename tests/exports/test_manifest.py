"""``manifest.json`` lists what a site was made from."""

import json
from hashlib import sha256

from apivideo_geo.exports.manifest import render_manifest
from tests.render.samples import small, whole_site


def test_it_has_versions_counts_inputs_and_the_digest_of_every_file():
    site = whole_site(small())
    manifest = json.loads(render_manifest(small(), site))
    assert manifest["files"] == {name: sha256(content).hexdigest() for name, content in sorted(site.items())}
    assert manifest["inputs"] == {name: manifest["files"][name] for name in ("data/facts.parquet", "data/world.json")}
    assert manifest["total"] == manifest["counts"]["mapped"] + manifest["counts"]["unknown"] == 18
    assert manifest["counts"]["countries"] == 3
    assert manifest["counts"]["days_collected"] == 7
    assert {"duckdb", "folium", "pyarrow"} < set(manifest["versions"])
