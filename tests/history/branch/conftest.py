from datetime import timedelta

import pytest

from tests.fakes.server import StandIn
from tests.fakes.world import World
from tests.history.branch.runs import FIRST, Home


@pytest.fixture(scope="module")
def world():
    return World.make(6, 2500, 4, 1, FIRST, FIRST + timedelta(days=60), countries=25)


@pytest.fixture
def api(world):
    with StandIn(world) as api:
        yield api


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in ("GITHUB_ACTIONS", "GITHUB_TOKEN", "APIVIDEO_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    return Home(tmp_path)
