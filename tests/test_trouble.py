"""The one issue that tells that the map is not updating."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from apivideo_geo import trouble
from apivideo_geo.errors import GitHubFailed, UsageError
from apivideo_geo.settings import load_settings
from tests.fakes.github import REPOSITORY, TOKEN, GitHubStandIn
from tests.history.branch.runs import Impatient
from tests.product import Product

NIGHT = datetime(2026, 11, 22, 4, 17, tzinfo=UTC)
REFUSED = "ws.api.video refused the API key: copy the right one from https://dashboard.api.video/apikeys."


@pytest.fixture
def github(monkeypatch):
    for name in [name for name in os.environ if name.startswith(("GITHUB_", "APIVIDEO"))]:
        monkeypatch.delenv(name)
    with GitHubStandIn() as github:
        for name, value in github.environment.items():
            monkeypatch.setenv(name, value)
        yield github


def report(message, now=NIGHT):
    return trouble.report(message, load_settings({}, Path(os.devnull)), Impatient(int(now.timestamp())))


def resolve(now=NIGHT):
    return trouble.resolve(load_settings({}, Path(os.devnull)), Impatient(int(now.timestamp())))


def test_the_same_trouble_night_after_night_is_one_issue_that_is_edited_and_notifies_once(github):
    for night in range(3):
        report(REFUSED, NIGHT + timedelta(days=night))
    [issue] = github.open
    assert issue["title"] == "The map is not updating"
    assert "https://dashboard.api.video/apikeys" in issue["body"]
    assert "failing since 2026-11-22 04:17 UTC" in issue["body"]
    assert "last failed 2026-11-24 04:17 UTC" in issue["body"]
    assert "runs that failed: 3" in issue["body"]
    assert f"https://github.com/{REPOSITORY}/actions/runs/4711" in issue["body"]
    assert "<https://acme.github.io/audience-map/>" in issue["body"]
    assert github.comments == {}


def test_another_trouble_is_a_comment_on_the_same_issue(github):
    report(REFUSED)
    report("ws.api.video did not answer in time.")
    [issue] = github.open
    assert github.comments[issue["number"]] == ["Now it is something else:\n\n> ws.api.video did not answer in time.\n"]
    assert "did not answer" in issue["body"]
    assert "refused" not in issue["body"]


def test_a_good_run_closes_it_and_the_next_trouble_opens_another(github):
    report(REFUSED)
    assert resolve() == "Closed issue #1"
    assert github.issues[1]["state_reason"] == "completed"
    assert "up to date again" in github.comments[1][0]
    assert resolve() == "No issue was open."
    assert report(REFUSED).startswith("Opened issue #2")


def test_it_is_found_among_hundreds_and_no_strangers_issue_is_taken_for_it(github):
    report(REFUSED)
    body = github.issues[1]["body"]
    stranger = {"login": "somebody", "type": "User"}
    copied = github.add_issue(trouble.TITLE, body, stranger)
    titled = github.add_issue(trouble.TITLE, "It does not update for me either.")
    asked = github.add_issue(trouble.TITLE, body, pull_request={})
    for number in range(250):
        github.add_issue(f"Wish {number}", "A wish", stranger)
    assert report(REFUSED).startswith("Brought issue #1 up to date: 2 runs")
    assert resolve() == "Closed issue #1"
    assert all(github.issues[number]["state"] == "open" for number in (copied, titled, asked))


def test_words_from_outside_are_no_markup_and_call_nobody(github):
    report("@octocat says <img src=x> [click](http://x) --> #1\n\n# loud")
    body = github.open[0]["body"]
    assert "@octocat" not in body
    assert "<img" not in body.replace("\\<img", "")
    assert "\n# loud" not in body
    assert report("@octocat says <img src=x> [click](http://x) --> #1\n\n# loud").startswith("Brought issue #1")
    assert github.comments == {}


def test_without_a_message_it_says_where_to_look(github):
    report("")
    assert "its log tells" in github.open[0]["body"]


def test_a_fork_whose_issues_are_switched_off_is_told_how_to_switch_them_on(github):
    github.has_issues = False
    with pytest.raises(GitHubFailed, match="Issues are switched off in Acme/audience-map: switch them on"):
        report(REFUSED)
    assert resolve() == "Issues are switched off here: there is none to close."


def test_what_github_refuses_says_what_to_allow_and_what_fails_there_is_tried_again(github):
    github.status, github.message = 403, "Resource not accessible by integration"
    with pytest.raises(GitHubFailed, match="issues: write"):
        report(REFUSED)
    assert len(github.requests) == 1
    github.status, github.message = 502, "Bad gateway"
    with pytest.raises(GitHubFailed, match="answered 502"):
        report(REFUSED)
    assert len(github.requests) == 5


def test_the_token_is_shown_nowhere_and_its_lack_is_told(github, tmp_path, monkeypatch):
    product = Product(tmp_path)
    github.status, github.message = 401, f"Bad credentials {TOKEN}"
    product.run("report-trouble", "--message", f"failed with {TOKEN}", code=2)
    product.run("report-trouble", "--message", f"failed with {TOKEN}", code=4, **github.environment)
    assert TOKEN not in product.said
    monkeypatch.delenv("GITHUB_TOKEN")
    with pytest.raises(UsageError, match="needs GITHUB_TOKEN"):
        resolve()
