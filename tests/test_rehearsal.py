"""The workflow ``site.yml`` and its action rehearsed without GitHub: their own ``run:`` steps, night after night.

What GitHub itself does (schedules, Pages, the queue of runs) is not rehearsed; ``tests/rehearsal/actions.py`` stands in
for GitHub's actions.
"""

import copy
import csv
import io
import json
import re
import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest

from apivideo_geo.history.history import load_history
from tests.fakes.tired import Tired
from tests.fakes.world import World
from tests.product import ROOT
from tests.rehearsal.github import GitHub
from tests.rehearsal.repository import Repository, list_checkout
from tests.rehearsal.runner import Run, read_workflow

WORKFLOW = ROOT / ".github/workflows/site.yml"
FIRST, LAST = date(2026, 9, 1), date(2026, 10, 30)
NIGHT = timedelta(hours=4, minutes=17)


@pytest.fixture(scope="module")
def world():
    return World.make(5, 6000, 4, 2, FIRST, LAST, countries=8)


@pytest.fixture(scope="module")
def api(world):
    with Tired(world) as api:
        yield api


@pytest.fixture
def github(tmp_path):
    with GitHub(tmp_path / "github") as github:
        yield github


@pytest.fixture
def fork(tmp_path, github):
    return Repository(tmp_path, github)


@pytest.fixture
def little(tmp_path, github):
    """A repository of only what the job "report" runs: most of a rehearsal of it would be checking out the rest."""
    names = [name for name in list_checkout() if name.startswith(".github/")]
    return Repository(tmp_path, github, files={name: (ROOT / name).read_text(encoding="utf-8") for name in names})


def a_run(fork, api, day, event="schedule", *, key=True, workflow=WORKFLOW, ambient=None, actions=None, **inputs):
    now = datetime(day.year, day.month, day.day, tzinfo=UTC) + NIGHT
    api.now = now
    around = {
        "APIVIDEO_BASE_URL": api.url, "SOURCE_DATE_EPOCH": str(int(now.timestamp())),
        "APIVIDEO_GEO_CARDS": "1",  # drawing the usual fifty would take half the time of a run
        **(ambient or {}),
    }  # fmt: skip
    secrets = {"APIVIDEO_API_KEY": api.api_key} if key else {}
    return Run(fork, workflow, event, inputs=inputs, secrets=secrets, ambient=around, actions=actions)


def summary_of(folder):
    return json.loads((folder / "data/summary.json").read_text())


def stored_days(fork, tmp_path):
    """UTC day → count, of the days that the branch holds whole."""
    fork.clones = getattr(fork, "clones", 0) + 1
    history = load_history(fork.check_out("history", tmp_path / f"reader-{fork.clones}"))
    partial = history.partial_days()
    return {day: entry.count for day, entry in history.entries.items() if not entry.open and day not in partial}


def truth(world, days):
    by_day = world.truth_by_day()
    return {day: sum(by_day.get(day, Counter()).values()) for day in days}


def between(first, last):
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def assert_good(run):
    assert run.results == {"build": "success", "deploy": "success", "report": "success"}, run.log


def test_nights_with_an_outage_between_them(fork, github, api, world, tmp_path):
    """First run, second night, the API failing half-way, the API away, and a good night after all."""
    first = a_run(fork, api, date(2026, 10, 20), "workflow_dispatch", digest=True).go()  # as the README says
    assert_good(first)
    assert "No month is closed yet" in first.log
    assert "No month is closed yet" not in first.summary
    assert github.gh.issues == []
    assert fork.published == first.artifact
    assert stored_days(fork, tmp_path) == truth(world, between(date(2026, 9, 21), date(2026, 10, 19)))
    assert not [name for name in fork.files("history") if name.startswith(("site", "exports"))]

    second = a_run(fork, api, date(2026, 10, 21)).go()
    assert_good(second)
    assert stored_days(fork, tmp_path) == truth(world, between(date(2026, 9, 21), date(2026, 10, 20)))
    assert fork.git("rev-list", "--count", "history") == "2"
    with (second.artifact / "data/choro.csv").open(newline="") as file:
        counted = {row["ISO_A3"]: int(row["Count"]) for row in csv.DictReader(file)}
    assert counted == world.truth(between(date(2026, 9, 21), date(2026, 10, 21)), upto=api.clock())
    assert f"{summary_of(second.artifact)['total']:,}" in second.summary.replace("\\", "")
    assert fork.page in second.summary

    api.answers_left = 2
    tired = a_run(fork, api, date(2026, 10, 25), ambient={"APIVIDEO_GEO_WORKERS": "1"}).go()
    assert tired.results == {"build": "failure", "deploy": "skipped", "report": "success"}, tired.log
    kept = stored_days(fork, tmp_path)
    assert kept == truth(world, kept)
    assert len(kept) > 30  # what came in before it failed is on the branch
    assert fork.published == second.artifact
    assert "::error title=" in tired.log
    (issue,) = github.gh.issues
    assert issue["state"] == "open"
    assert issue["title"] == "The map is not updating"
    assert "Analytics are closed today" in tired.outputs["build"]["failure"]
    assert "Analytics are closed today" in issue["body"]

    api.down()
    away = a_run(fork, api, date(2026, 10, 26), ambient={"APIVIDEO_GEO_DEADLINE": "0.02"}).go()
    assert away.results == tired.results
    assert stored_days(fork, tmp_path) == kept
    (issue,) = github.gh.issues
    assert issue["state"] == "open"
    assert "Analytics are closed today" not in issue["body"]
    assert [away.outputs["build"]["failure"] in said for said in (issue["body"], *issue["comments"])] == [True, True]

    api.answers_left = None
    api.up()
    healed = a_run(fork, api, date(2026, 10, 27)).go()
    assert_good(healed)
    assert stored_days(fork, tmp_path) == truth(world, between(date(2026, 9, 21), date(2026, 10, 26)))
    assert fork.published == healed.artifact
    (issue,) = github.gh.issues
    assert issue["state"] == "closed"
    assert "up to date again" in issue["comments"][-1]
    assert f"{github.url}/{fork.name}/actions/runs/{healed.number}" in issue["comments"][-1]

    everything = "".join(run.log + run.summary for run in (first, second, tired, away, healed)) + json.dumps(issue)
    for secret in (*api.secrets, *github.tokens):
        assert secret not in everything


def test_two_runs_that_publish_at_once_lose_nothing_whatever_the_name_of_the_default_branch(
    tmp_path, github, api, world
):
    fork = Repository(tmp_path, github, branch="trunk")
    early = a_run(fork, api, date(2026, 10, 14), "push").go(until="publish")
    late = a_run(fork, api, date(2026, 10, 16), "workflow_dispatch").go(until="publish")
    with ThreadPoolExecutor() as both:
        for run in both.map(Run.go, (late, early)):
            assert_good(run)
    assert stored_days(fork, tmp_path) == truth(world, between(date(2026, 9, 15), date(2026, 10, 15)))
    assert fork.git("rev-list", "--count", "history") == "2"
    assert fork.published in (early.artifact, late.artifact)


def test_a_push_to_another_branch_than_the_default_one_does_nothing(fork, github, api):
    other = a_run(fork, api, date(2026, 10, 21), "push")
    other.ref_name, other.ref = "topic", "refs/heads/topic"
    other.go()
    assert other.results == dict.fromkeys(("build", "deploy", "report"), "skipped")
    assert fork.published is None
    assert github.gh.issues == []


def test_a_dispatch_with_since_collects_and_shows_from_that_day(fork, github, api, world, tmp_path):
    run = a_run(
        fork, api, date(2026, 10, 20), "workflow_dispatch", since="2026-10-05", until="2026-10-18", detail="media"
    ).go()
    assert_good(run)
    asked = between(date(2026, 10, 5), date(2026, 10, 18))
    assert stored_days(fork, tmp_path) == truth(world, asked)
    assert summary_of(run.artifact)["period"] == {"from": "2026-10-05", "to": "2026-10-18"}
    assert summary_of(run.artifact)["total"] == sum(truth(world, asked).values())
    api.down()  # only building it again needs no API
    fork.pages_enabled = False
    try:
        again = a_run(fork, api, date(2026, 10, 20), "workflow_dispatch", command="render", since="2026-10-12").go()
    finally:
        api.up()
    assert again.results == {"build": "success", "deploy": "failure", "report": "success"}
    assert summary_of(again.artifact)["period"]["from"] == "2026-10-12"
    assert fork.git("rev-list", "--count", "history") == "1"
    assert "Under Settings, Pages, set Source to" in github.gh.issues[0]["body"]
    lost = a_run(fork, api, date(2026, 10, 20), "push", key=False).go()
    assert lost.results == {"build": "failure", "deploy": "skipped", "report": "success"}
    assert fork.published == run.artifact  # no demo in the place of a map
    assert "no API key" in github.gh.issues[0]["body"]


class ReportOnly(Run):
    """Runs only the job ``report``, as after a build that failed with ``failure``, or a good one where that is None."""

    def __init__(self, fork, failure):
        super().__init__(fork, WORKFLOW, "schedule")
        self.workflow = copy.deepcopy(self.workflow)
        self.workflow["jobs"] = {"report": self.workflow["jobs"]["report"]}
        result = "failure" if failure is not None else "success"
        self.results = {"build": result, "deploy": "skipped" if failure is not None else "success"}
        self.outputs = {"build": {"failure": failure or ""}, "deploy": {}}


def test_the_same_failure_again_only_edits_the_issue_and_another_failure_is_a_comment(little, github):
    for _ in range(3):
        run = ReportOnly(little, "ws.api.video rejected the API key.").go()
        assert run.results["report"] == "success", run.log
    (issue,) = github.gh.issues
    assert issue["title"] == "The map is not updating"
    assert issue["comments"] == []
    assert f"/actions/runs/{run.number}" in issue["body"]
    ReportOnly(little, "ws.api.video did not answer in time.").go()
    (issue,) = github.gh.issues
    assert "did not answer in time" in issue["body"]
    assert "rejected the API key" not in issue["body"]
    assert len(issue["comments"]) == 1


def test_the_next_good_run_closes_the_issue_and_a_later_failure_opens_another(little, github):
    ReportOnly(little, "").go()
    assert "its log shows the step" in github.gh.issues[0]["body"]
    ReportOnly(little, None).go()
    ReportOnly(little, "It fails again.").go()
    assert [issue["state"] for issue in github.gh.issues] == ["closed", "open"]


def test_an_issue_of_somebody_else_with_the_same_title_is_left_alone(little, github):
    theirs = {"number": 1, "title": "The map is not updating", "body": "For me too", "labels": [], "state": "open"}
    github.gh.update(issues={"1": {**theirs, "comments": []}})
    ReportOnly(little, "It fails.").go()
    ReportOnly(little, None).go()
    assert [issue["state"] for issue in github.gh.issues] == ["open", "closed"]
    assert github.gh.issues[0]["body"] == "For me too"


def test_a_failure_message_is_shown_as_text_and_never_runs_in_the_shell(little, github):
    said = "@octocat $(touch /tmp/never) `id` \"; <img src=x> 'quoted' # loud"
    run = ReportOnly(little, said).go()
    assert run.results["report"] == "success", run.log
    (issue,) = github.gh.issues
    assert f"\n    {said}\n" in issue["body"]  # four spaces: GitHub shows it as code, and notifies nobody


def test_where_issues_are_disabled_a_failure_is_a_red_job_that_says_so(little, github):
    github.gh.update(has_issues=False)
    assert ReportOnly(little, None).go().results["report"] == "success"
    run = ReportOnly(little, "It fails.").go()
    assert run.results["report"] == "failure"
    assert "has disabled issues" in run.log


DAY = timedelta(days=1)


def last_commit(github, age, **more):
    """The newest commit of the default branch is ``age`` days old; returns the day on which 60 days are over."""
    at = datetime.now(UTC) - age * DAY - timedelta(hours=1)
    github.gh.update(last_commit=f"{at:%Y-%m-%dT%H:%M:%SZ}", **more)
    return str((at + 60 * DAY).date())


def test_a_schedule_that_github_may_disable_soon_is_announced_once_in_summary_and_issue_until_there_is_a_commit(
    little, github
):
    last_commit(github, 44)
    run = ReportOnly(little, None).go()
    assert (github.gh.issues, run.summary) == ([], "")
    until = last_commit(github, 45)
    for _ in range(2):
        run = ReportOnly(little, None).go()
        assert run.results["report"] == "success", run.log
        (issue,) = github.gh.issues
        assert issue["title"] == "The map may stop updating"
        assert issue["comments"] == []
        assert f"or commit anything, before {until}," in issue["body"] == run.summary.strip()
    last_commit(github, 0)
    ReportOnly(little, None).go()
    (issue,) = github.gh.issues
    assert issue["state"] == "closed"


def test_an_announcement_that_the_owner_closed_is_not_opened_again_before_the_next_60_days(little, github):
    last_commit(github, 50)
    ReportOnly(little, None).go()
    issues = {"1": {**github.gh.issues[0], "state": "closed"}}
    github.gh.update(issues=issues)
    ReportOnly(little, None).go()
    assert [issue["state"] for issue in github.gh.issues] == ["closed"]
    last_commit(github, 47)
    ReportOnly(little, None).go()
    assert [issue["state"] for issue in github.gh.issues] == ["closed", "open"]


def test_a_failure_and_the_end_of_the_schedule_share_one_issue(little, github):
    ReportOnly(little, "The API is away.").go()
    until = last_commit(github, 58)
    ReportOnly(little, "The API is away.").go()
    (issue,) = github.gh.issues
    assert issue["title"] == "The map is not updating"
    assert "The API is away." in issue["body"]
    assert until in issue["body"]
    ReportOnly(little, None).go()
    (issue,) = github.gh.issues
    assert (issue["title"], issue["state"]) == ("The map may stop updating", "open")
    assert "The API is away." not in issue["body"]


@pytest.mark.parametrize("kind", ["private", "new"])
def test_a_private_repository_and_a_new_fork_of_an_old_commit_are_not_announced(little, github, kind):
    created = datetime.now(UTC) - 3 * DAY
    more = {"private": True} if kind == "private" else {"created_at": f"{created:%Y-%m-%dT%H:%M:%SZ}"}
    last_commit(github, 300, **more)
    run = ReportOnly(little, None).go()
    assert run.results["report"] == "success"
    assert (github.gh.issues, run.summary) == ([], "")


def test_a_fork_without_the_secret_publishes_the_demo_and_says_how_to_connect(fork, github, api):
    github.gh.update(has_issues=False)  # as in every new fork; a good run does not need them
    run = a_run(fork, api, date(2026, 11, 3), "workflow_dispatch", key=False, since="2026-10-01", digest=True).go()
    assert_good(run)
    assert "## Demo data: October 2026: Watched in " in run.summary
    assert fork.files("history") == []
    page = (fork.published / "index.html").read_text(encoding="utf-8")
    assert "Demo data" in page
    assert "APIVIDEO_API_KEY" in page


def test_a_history_that_cannot_be_published_is_a_red_run_and_no_new_page(fork, github, api):
    workflow = copy.deepcopy(read_workflow(WORKFLOW))
    workflow["jobs"]["build"]["permissions"]["contents"] = "read"
    run = a_run(fork, api, date(2026, 10, 20), workflow=workflow).go()
    assert run.results["build"] == "failure"
    assert run.jobs["build"].failed == ["publish", "map"]
    assert fork.published is None
    assert "contents: write" in github.gh.issues[0]["body"]


ONE_FILE = re.search(
    r"```yaml\n(name: site\n.*?)```", (ROOT / "docs/action.md").read_text(encoding="utf-8"), re.DOTALL
)[1]
THEIRS = {
    "README.md": "# Our courses\n",
    "site/index.html": "<p>Our own site",
    "history/1998.md": "How we began\n",
    "apivideo-geo.toml": 'title = "Where Acme is watched"\n',
    ".github/workflows/site.yml": ONE_FILE,
}


@pytest.fixture(scope="module")
def published_action(tmp_path_factory):
    """This repository as GitHub hands it to whoever uses the action: an archive without what is export-ignored."""
    folder = tmp_path_factory.mktemp("action")
    with GitHub(folder / "github") as host:
        Repository(folder, host).git("archive", "--format=zip", "--output", str(folder / "main.zip"), "main")
    shutil.unpack_archive(folder / "main.zip", folder / "unpacked")
    return {"OWNER/apivideo-geo": folder / "unpacked"}


def test_one_file_in_any_repository_publishes_the_map_and_keeps_one_issue(
    tmp_path, github, api, world, published_action
):
    assert len(ONE_FILE.splitlines()) < 40
    theirs = Repository(tmp_path, github, branch="trunk", files=THEIRS)
    workflow = read_workflow(io.StringIO(ONE_FILE))

    def night(day):
        return a_run(theirs, api, day, workflow=workflow, actions=published_action).go()

    first = night(date(2026, 10, 20))
    assert_good(first)
    assert "Where Acme is watched" in (theirs.published / "index.html").read_text(encoding="utf-8")
    assert stored_days(theirs, tmp_path) == truth(world, between(date(2026, 9, 21), date(2026, 10, 19)))
    assert github.gh.issues == []
    api.down()
    try:
        away = a_run(
            theirs, api, date(2026, 10, 21), workflow=workflow, actions=published_action,
            ambient={"APIVIDEO_GEO_DEADLINE": "0.02"},
        ).go()  # fmt: skip
    finally:
        api.up()
    assert away.results == {"build": "failure", "deploy": "skipped", "report": "success"}, away.log
    assert away.outputs["build"]["failure"] in github.gh.issues[0]["body"]
    assert_good(night(date(2026, 10, 22)))
    assert github.gh.issues[0]["state"] == "closed"
    assert stored_days(theirs, tmp_path) == truth(world, between(date(2026, 9, 21), date(2026, 10, 21)))
    assert theirs.git("branch", "--list").split() == ["history", "*", "trunk"]
    assert {name: theirs.git("show", f"trunk:{name}") for name in theirs.files("trunk")} == {
        name: text.strip() for name, text in THEIRS.items()
    }
    for secret in (*api.secrets, *github.tokens):
        assert secret not in first.log + first.summary + away.log + away.summary


def test_a_push_to_another_branch_than_the_default_one_publishes_nothing(tmp_path, github, api, published_action):
    theirs = Repository(tmp_path, github, branch="trunk", files=THEIRS)
    run = a_run(theirs, api, date(2026, 10, 20), "push", workflow=read_workflow(io.StringIO(ONE_FILE)))
    run.ref, run.ref_name = "refs/heads/draft", "draft"
    run.go()
    assert run.results == {"build": "skipped", "deploy": "skipped", "report": "skipped"}
