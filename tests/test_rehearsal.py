"""The workflow ``site.yml`` rehearsed without GitHub: its own ``run:`` steps on fresh clones, night after night."""

from datetime import UTC, date, datetime

import pytest

from tests.fakes.server import StandIn
from tests.fakes.world import World
from tests.product import ROOT
from tests.rehearsal.github import GitHub
from tests.rehearsal.repository import Repository
from tests.rehearsal.runner import Run

FIRST = date(2026, 9, 1)
NIGHT = datetime(2026, 10, 20, 4, 17, tzinfo=UTC)
WORKFLOW = ROOT / ".github/workflows/site.yml"


@pytest.fixture(scope="module")
def world():
    return World.make(5, 6000, 4, 2, FIRST, date(2026, 10, 30), countries=40)


@pytest.fixture(scope="module")
def api(world):
    with StandIn(world) as api:
        yield api


@pytest.fixture
def github(tmp_path):
    with GitHub(tmp_path / "github") as github:
        yield github


@pytest.fixture
def fork(tmp_path, github):
    return Repository(tmp_path, github)


def a_run(fork, api, now, event="schedule", *, key=True, **inputs):
    api.now = now
    return Run(
        fork, WORKFLOW, event, inputs=inputs, secrets={"APIVIDEO_API_KEY": api.api_key} if key else {},
        ambient={
            "APIVIDEO_BASE_URL": api.url, "SOURCE_DATE_EPOCH": str(int(now.timestamp())),
            "APIVIDEO_GEO_DEADLINE": "0.05",
        },
    )  # fmt: skip


def test_first(fork, api):
    run = a_run(fork, api, NIGHT, "push").go()
    print(run.log)
    print(run.results, run.outputs)
    assert 0
