"""The canary against the stand-in, and against one whose answers have changed."""

import subprocess
import sys

import pytest

from tests.fakes.server import StandIn
from tests.fakes.world import World
from tests.product import ROOT, Product
from tools.canary import check_answer, shapes


@pytest.fixture(scope="module")
def world():
    return World.make(4, 2000, 4, 2)


RENAMED = {"/videos": ("videoId", "id"), "/data/buckets/play/country": ("metricValue", "value")}


class Changed(StandIn):
    """A stand-in that renames a field in every row of some answers."""

    def _get(self, query):
        answer = super()._get(query)
        if query.path in RENAMED:
            old, new = RENAMED[query.path]
            rows = [{new if key == old else key: value for key, value in row.items()} for row in answer["data"]]
            answer = {**answer, "data": rows}
        return answer


def ask(tmp_path, api=None, **more):
    now = api.clock() if api else None
    environment = Product(tmp_path).environment(api, now, **more) | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tools.canary"]
    return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)


def test_good_answers_are_reported_as_such_without_a_title(world, tmp_path):
    with StandIn(world) as api:
        done = ask(tmp_path, api, APIVIDEO_GEO_METRIC="")
        assert len(api.requests) < 15
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("as expected") == 13
    assert not any(asset.title in done.stdout for asset in world.assets if asset.title)


def test_fields_that_are_called_otherwise_now_are_named_and_exit_5(world, tmp_path):
    with Changed(world) as api:
        done = ask(tmp_path, api, GITHUB_ACTIONS="true")
    assert done.returncode == 5
    assert "/videos: `videoId` is missing or of another kind in 4 of 4 rows" in done.stderr
    assert "/data/buckets/play/country: `metricValue`" in done.stderr
    assert "::error title=Data refused::" in done.stdout


def test_a_count_that_is_none_and_a_country_nobody_knows_are_another_shape(world, tmp_path):
    with StandIn(world, odd_values=True) as api:
        done = ask(tmp_path, api)
    assert done.returncode == 5
    assert "`metricValue` is missing or of another kind in 2 of" in done.stderr
    country = next(shape for shape in shapes(["play"], world.end) if shape.path.endswith("/country"))
    rows = [{"dimensionValue": code, "metricValue": 1} for code in ("FR", "XK", "", None, "QZ", "France")]
    problems = check_answer(country, {"data": rows, "pagination": {"pagesTotal": 1, "itemsTotal": 6}})
    assert problems == ["/data/buckets/play/country: `dimensionValue` is missing or of another kind in 2 of 6 rows"]


def test_without_a_key_it_says_so_and_ends_well_and_a_wrong_key_is_3(world, tmp_path):
    assert "No APIVIDEO_API_KEY" in ask(tmp_path).stdout
    with StandIn(world) as api:
        done = ask(tmp_path, api, APIVIDEO_API_KEY="not-the-key-at-all")
    assert done.returncode == 3
    assert "not-the-key" not in done.stdout + done.stderr
