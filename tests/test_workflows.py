"""What holds for every workflow, beyond what the linters look at."""

import re

import pytest

from tests.product import ROOT
from tests.rehearsal.runner import read_workflow

FILES = sorted((ROOT / ".github/workflows").glob("*.yml"))
ACTIONS = [ROOT / "action.yml", *sorted((ROOT / ".github/actions").glob("*/action.yml"))]
VERB = re.compile(
    r"(make( [\w-]+| \w+=([\w.]+|\"[\w. ]+\"))+|\.venv/bin/python build\.py( [\w-]+| --[\w-]+| \"\$\w+\")+|exit 1"
    r"|test -f \"dist/apivideo_geo-\$\{TAG#v\}\.tar\.gz\")"
)


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def workflow(request):
    return read_workflow(request.param)


def test_there_are_workflows():
    assert {path.stem for path in FILES} >= {"site", "test", "canary", "release"}


def test_a_step_only_calls_a_command_that_anyone_can_run(workflow):
    """A job without a checkout has no such commands; it uses GitHub's own program ``gh``."""
    for job in workflow["jobs"].values():
        scripts = [step["run"] for step in job.get("steps", []) if "run" in step]
        if any(step.get("uses", "").startswith("actions/checkout@") for step in job.get("steps", [])):
            assert [script for script in scripts if not VERB.fullmatch(script)] == []
        else:
            scripts = [script for script in scripts if script != "exit 1"]
            assert [script for script in scripts if not re.search(r"\bgh (issue|release) ", script)] == []


def test_a_step_of_the_action_only_calls_a_command_that_anyone_can_run():
    scripts = [step["run"] for step in read_workflow(ROOT / "action.yml")["runs"]["steps"] if "run" in step]
    for here in (
        'make -C "$GITHUB_ACTION_PATH"',
        '"$GITHUB_ACTION_PATH/.venv/bin/python"',
        '"$GITHUB_ACTION_PATH/build.py"',
    ):
        plain = here.replace('"', "").replace(" -C $GITHUB_ACTION_PATH", "").replace("$GITHUB_ACTION_PATH/", "")
        scripts = [script.replace(here, plain) for script in scripts]
    scripts = [re.sub(r"^timeout (--signal=INT )?\d+m ", "", script) for script in scripts]
    assert [script for script in scripts if not VERB.fullmatch(script)] == []


def test_nobody_may_anything_that_is_not_granted_to_the_job(workflow):
    assert workflow["permissions"] == {}
    assert all("permissions" in job for job in workflow["jobs"].values())
    assert all(job["timeout-minutes"] <= 120 for job in workflow["jobs"].values() if "uses" not in job)


def test_verbs_of_make_that_workflows_call_exist(workflow):
    verbs = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for job in workflow["jobs"].values():
        for step in job.get("steps", []):
            called = re.findall(r"(?<= )[\w-]+(?= |$)", step.get("run", "")) if "make" in step.get("run", "") else []
            assert set(called) <= verbs


def test_every_action_is_pinned_alike_everywhere():
    used = re.findall(
        r"uses: (\S+@\S+) # (v\S+)", "".join(path.read_text(encoding="utf-8") for path in [*FILES, *ACTIONS])
    )
    by_action = {}
    for uses, version in used:
        by_action.setdefault(uses.partition("@")[0], set()).add((uses, version))
    written = re.findall(r"uses: (\S+)", "".join(path.read_text(encoding="utf-8") for path in [*FILES, *ACTIONS]))
    assert len(used) == sum(not uses.startswith("./") for uses in written)  # ./: of this repository
    assert [uses for uses, _ in used if not re.fullmatch(r"\S+@[0-9a-f]{40}", uses)] == []
    assert [name for name, pins in by_action.items() if len(pins) > 1] == []
