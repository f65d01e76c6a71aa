"""The workflow ``release.yml`` rehearsed without GitHub and PyPI: its own steps, on a clone at a tag."""

import copy
import hashlib

import pytest

from tests.product import ROOT
from tests.rehearsal.github import GitHub
from tests.rehearsal.repository import Repository
from tests.rehearsal.runner import Run, read_workflow

WORKFLOW = ROOT / ".github/workflows/release.yml"
TESTS = "./.github/workflows/test.yml"


@pytest.fixture
def github(tmp_path):
    with GitHub(tmp_path / "github") as github:
        yield github


@pytest.fixture
def fork(tmp_path, github):
    return Repository(tmp_path, github)


def release(fork, tag, *, tests="success", workflow=WORKFLOW, tagged=True):
    if tagged:
        fork.git("tag", tag, "main")
    return Run(fork, workflow, "push", tag=tag, called={TESTS: tests})


def test_a_tag_becomes_an_attested_wheel_and_sdist_on_pypi_and_a_release_on_github(fork, github):
    run = release(fork, "v1.2.3").go()
    assert run.results == dict.fromkeys(("test", "build", "publish", "announce"), "success"), run.log
    uploaded = {path.name: path.read_bytes() for path in (fork.folder / "pypi").iterdir()}
    assert set(uploaded) == {"apivideo_geo-1.2.3-py3-none-any.whl", "apivideo_geo-1.2.3.tar.gz"}
    assert run.attested == {name: hashlib.sha256(content).hexdigest() for name, content in uploaded.items()}
    assert github.gh.state["releases"] == {"v1.2.3": sorted(uploaded)}


def test_nothing_is_uploaded_where_a_test_fails(fork, github):
    run = release(fork, "v1.2.3", tests="failure").go()
    assert run.results == {"test": "failure", "build": "skipped", "publish": "skipped", "announce": "skipped"}
    assert github.gh.state["releases"] == {}


def test_nothing_is_uploaded_where_the_version_is_not_the_tag(fork):
    fork.git("tag", "v1.2.3", "main")
    fork.git("tag", "v9.0.0", "main")
    workflow = copy.deepcopy(read_workflow(WORKFLOW))
    steps = workflow["jobs"]["build"]["steps"]
    (check,) = (step for step in steps if step.get("name") == "Check that the version is the tag")
    check["env"]["TAG"] = "v9.0.0"
    run = release(fork, "v1.2.3", workflow=workflow, tagged=False).go()
    assert run.results["build"] == "failure"
    assert run.results["publish"] == "skipped"


def test_a_job_that_pypi_does_not_trust_uploads_nothing(fork):
    workflow = copy.deepcopy(read_workflow(WORKFLOW))
    workflow["jobs"]["publish"]["permissions"] = {"contents": "read"}
    run = release(fork, "v1.2.3", workflow=workflow).go()
    assert run.results["publish"] == "failure"
    assert list((fork.folder / "pypi").iterdir()) == []


def test_only_a_tag_of_a_version_starts_it():
    assert read_workflow(WORKFLOW)["on"] == {"push": {"tags": ["v[0-9]+.[0-9]+.[0-9]+"]}}
    assert "workflow_call" in read_workflow(ROOT / ".github/workflows/test.yml")["on"]
