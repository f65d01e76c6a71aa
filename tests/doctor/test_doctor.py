"""What the doctor finds, and what it says to do."""

import json
import os
import shutil
import subprocess
from contextlib import chdir
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from apivideo_geo.doctor import examine, find_exit_code
from apivideo_geo.doctor.publication import parse_remote
from apivideo_geo.history.day_lines import HOURS, HoursLine
from apivideo_geo.history.history import load_history
from apivideo_geo.pipeline import run
from apivideo_geo.settings import load_settings
from tests.fakes.gh import REPOSITORY, GhStandIn
from tests.fakes.server import StandIn
from tests.fakes.world import World
from tests.history.branch.runs import Home, Impatient, at_night
from tests.product import Product

FIRST = date(2026, 9, 1)
NIGHT = at_night(date(2026, 10, 28))


@pytest.fixture(scope="module")
def world():
    return World.make(9, 2000, 4, 1, FIRST, FIRST + timedelta(days=59), countries=20)


@pytest.fixture
def api(world):
    with StandIn(world, rate_limit=500) as api:
        yield api


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder in no repository, and no variable of this project in the environment."""
    for name in [name for name in os.environ if name.startswith(("GITHUB_", "APIVIDEO", "SOURCE_DATE"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def settings(api=None, **flags):
    if api:
        flags |= {"base_url": api.url, "api_key": api.api_key}
    return load_settings(flags, Path(os.devnull))


def look(settings, now=NIGHT):
    """Return name, without the metrics → finding."""
    findings = examine(settings, Impatient(int(now.timestamp()) if now else None))
    return {one.name.partition(" (")[0]: one for one in findings}


def collect(api, now, **flags):
    api.now = now
    return run("collect", settings(api, source="data", **flags), Impatient(int(now.timestamp())))


def test_all_is_well_is_exit_0_in_words_and_as_json(api, place):
    product = Product(place)
    api.now = NIGHT
    product.run("collect", "--since", "2026-10-20", api=api, now=NIGHT)
    output = product.run("doctor", api=api, now=NIGHT).stdout
    assert "ok       key: The server http://127.0.0.1:" in output
    assert "accepts the API key; it sees 4 videos." in output
    assert "ok       rate limit: 500 requests a minute, " in output
    assert "ok       gaps: No day is missing." in output
    assert output.strip().endswith("No problems found.")
    found = json.loads(product.run("doctor", "--json", api=api, now=NIGHT).stdout)
    assert found["exit_code"] == 0
    assert {one["name"] for one in found["findings"]} >= {"key", "memory", "rate limit", "clock", "history", "gaps"}
    assert not any(secret in product.said for secret in api.secrets)


def test_no_key_says_where_to_get_one(place):
    done = Product(place).run("doctor", code=2)
    assert "https://dashboard.api.video/apikeys" in done.stdout
    assert "Settings, Secrets and variables, Actions" in done.stdout
    assert "error" not in done.stderr


def test_a_demo_needs_no_key_and_the_rest_is_checked(place):
    demo = place / "history-demo"
    demo.mkdir()
    product = Product(place)
    found = json.loads(product.run("doctor", "--json", code=0).stdout)["findings"]
    key, history = (next(one for one in found if one["name"] == name) for name in ("key", "history"))
    assert (key["state"], "demo data, which needs none" in key["says"]) == ("warning", True)
    assert "https://dashboard.api.video/apikeys" in key["next"]
    assert "history-demo" in history["says"]
    (place / "site").mkdir()
    (place / "site/index.html").write_text("x")
    (place / "site/.gitignore").write_text("*")  # of the checkout, not written by a build
    assert look(settings())["size of the site"].says == "0 kB in 1 file."
    (demo / "hours.jsonl").write_text("[" * 100_000)
    assert "hours.jsonl is damaged in line 1" in product.run("doctor", code=5).stdout


def test_no_key_says_what_can_be_done_with_the_history_that_is_there(api, place):
    collect(api, NIGHT)
    assert look(settings())["key"].says.endswith("the site can be rebuilt, but no new days collected.")
    Path("s.csv").write_text("sessionID,loadedAt,country\na,2026-10-28T01:00:00Z,France\n")
    files = settings(sessions=["s.csv"], history="from-files")
    run("collect", files, Impatient(int(NIGHT.timestamp())))
    found = look(settings(history="from-files"))["key"]
    assert found.state == "ok"
    assert (
        found.says == "No API key is needed to add session files with --sessions, or to rebuild the site with render."
    )


def test_a_key_under_another_name_is_named_without_its_value(place):
    said = Product(place).run("doctor", code=2, API_VIDEO_KEY="a-private-value").stdout
    assert "→ The variable API_VIDEO_KEY is set, but the name for the API key is APIVIDEO_API_KEY: rename it." in said
    assert "a-private-value" not in said


def test_a_wrong_key_is_exit_3_and_never_shown(api, place):
    product = Product(place)
    product.run("doctor", api=api, code=3, APIVIDEO_API_KEY="a-wrong-key-indeed")
    assert "rejects the API key" in product.said
    assert "a-wrong-key-indeed" not in product.said


def test_a_key_of_the_sandbox_is_recognised_on_production(api, place, monkeypatch):
    with StandIn(api.world, api_key="the-production-key-0123456789") as production:
        monkeypatch.setattr("apivideo_geo.settings.PRODUCTION", production.url)
        monkeypatch.setattr("apivideo_geo.doctor.account.PRODUCTION", production.url)
        monkeypatch.setattr("apivideo_geo.settings.SANDBOX", api.url)
        monkeypatch.setattr("apivideo_geo.doctor.account.SANDBOX", api.url)
        found = look(settings(api_key=api.api_key))["key"]
    assert (found.state, found.exit_code) == ("wrong", 3)
    assert found.says.startswith("This API key belongs to api.video's sandbox")
    assert found.next.startswith("Use --sandbox")


def test_offline_it_says_so_and_looks_at_the_rest(api, place):
    collect(api, NIGHT, since=date(2026, 10, 20))
    api.down()
    found = look(settings(api))
    api.up()
    assert (found["key"].state, found["key"].exit_code) == ("wrong", 4)
    assert "could not be reached" in found["key"].says
    assert found["history"].state == "ok"


@pytest.mark.parametrize(("days", "mode", "retention"), [(30, "refuse", 29), (90, "refuse", 57), (90, "cut", 56)])
def test_the_retention_of_the_api_is_found_by_requests(api, place, days, mode, retention):
    with StandIn(api.world, now=NIGHT, retention_days=days, retention_mode=mode) as longer:
        says = look(settings(longer))["memory"].says
    # the world begins 57 days before: of days without plays nobody can tell whether they are remembered, and a server
    # that takes any start may have cut the first of them
    assert says.startswith(f"The API keeps at least {retention} complete days, from ")


def test_gaps_that_can_still_be_collected_differ_from_lost_days(api, place):
    collect(api, NIGHT - timedelta(days=50), since=date(2026, 9, 2))
    collect(api, NIGHT, since=date(2026, 10, 3), until=date(2026, 10, 25))
    api.now = NIGHT
    found = look(settings(api))
    gaps = found["gaps"]
    assert (gaps.state, gaps.exit_code) == ("wrong", 4)
    assert gaps.says.startswith("6 days (2026-09-29 to 2026-10-02, 2026-10-26")
    assert gaps.says.endswith("): missing and can still be collected.")
    assert gaps.next == "Run build: it collects them. The API deletes the oldest within a day."
    assert found["lost days"].says.startswith("21 days (")
    assert "): lost, because the API has deleted them" in found["lost days"].says
    assert found["lost days"].state == "ok"
    on_purpose = [date(2026, 9, 29) + timedelta(days=n) for n in (0, 1, 2, 3, 27, 28)]
    assert "gaps" not in look(settings(api, leave_out=tuple(on_purpose)))
    collect(api, NIGHT)
    healed = look(settings(api))
    assert ("gaps" in healed, "lost days" in healed) == (False, True)
    assert find_exit_code(list(healed.values())) == 0


def test_only_hours_and_days_that_a_run_can_still_mend_are_a_warning(api, place):
    old, recent = date(2026, 9, 5), date(2026, 10, 26)
    collect(api, NIGHT, since=recent)
    history = load_history(place / "history")
    doubted = replace(history.entries[recent], doubt="refused", nights=1)
    history.put({recent: history.rows_of(recent)}, {recent: doubted}, NIGHT)
    history.save_ledger()
    HOURS.add(place / "history", (HoursLine(day=day, metric="play", counts=(10**6,) * 24) for day in (old, recent)))
    HOURS.weigh(place / "history", [(HoursLine(day=old, metric="play", counts=(9,) * 24), False)], old, {old: 1})
    found = look(settings(api, hours=True))
    assert (found["hours in doubt"].state, found["hours not shown"].state) == ("warning", "ok")
    assert f"({recent})" in found["hours in doubt"].says
    assert f"({old})" in found["hours not shown"].says
    assert "the API's answers contradict each other or have invalid rows." in found["days in doubt"].says
    assert "do not add up" not in found["days in doubt"].says
    found = look(settings(api))
    assert "hours in doubt" not in found
    assert (found["hours not shown"].state, found["hours not shown"].next) == ("ok", "")


def test_a_history_that_was_not_updated_for_days_is_a_warning(api, place):
    collect(api, NIGHT, since=date(2026, 10, 20))
    found = look(settings(), NIGHT + timedelta(days=3))["history"]
    assert (found.state, "under Actions on GitHub" in found.next) == ("warning", True)


def test_days_in_the_future_are_a_problem(api, place):
    collect(api, NIGHT, since=date(2026, 10, 20))
    found = look(settings(), NIGHT - timedelta(days=3))["future days"]
    assert (found.state, found.exit_code) == ("wrong", 5)
    assert "run collect, which sets them aside" in found.next
    assert "future days" not in look(settings())


def test_a_wrong_clock_is_reported(api, place, monkeypatch):
    assert look(settings(api))["clock"].says.startswith("SOURCE_DATE_EPOCH fixes it")
    api.now = lambda: datetime.now(UTC)
    assert look(settings(api), None)["clock"].state == "ok"
    monkeypatch.setattr(Impatient, "now", lambda self: datetime.now(UTC) + timedelta(hours=3))
    found = look(settings(api), None)["clock"]
    assert found.state == "warning"
    assert "ahead of the server's clock" in found.says
    monkeypatch.setattr(Impatient, "now", lambda self: datetime.now(UTC) + timedelta(days=3))
    found = look(settings(api), None)
    assert (found["clock"].state, found["clock"].exit_code) == ("wrong", 4)
    assert "If this machine's clock is wrong, set it." in found["clock"].next
    assert "memory" not in found


@pytest.mark.parametrize("ahead", [timedelta(hours=12), timedelta(hours=-12)])
def test_days_are_judged_by_the_clock_of_the_server_as_in_a_run(api, place, ahead):
    """12 hours ahead, it is the next day on this machine; 12 hours behind, the day before."""
    now = NIGHT.replace(hour=13 if ahead > timedelta() else 9)
    collect(api, now, since=date(2026, 10, 20))
    found = look(settings(api), now + ahead)
    assert found["gaps"].says == "No day is missing."
    api.now = now + timedelta(days=3)
    gaps = look(settings(api), now + timedelta(days=3) + ahead)["gaps"]
    assert gaps.says.startswith("2 days (2026-10-29 to 2026-10-30)")


@pytest.fixture
def fork(place):
    """A clone whose remote calls itself GitHub's."""
    clone = Home(place).clone().folder
    workflow = clone / ".github/workflows/site.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text("name: site\n")
    subprocess.run(["git", "remote", "add", "upstream", "git@github.com:Acme/audience-map.git"], cwd=clone, check=True)
    return clone


@pytest.fixture
def github(tmp_path):
    return GhStandIn(tmp_path / "github")


def look_in(fork, github=None, **flags):
    with chdir(fork), pytest.MonkeyPatch.context() as patch:
        for name, value in (github.environment | {"GITHUB_REPOSITORY": REPOSITORY} if github else {}).items():
            patch.setenv(name, value)
        return look(settings(source="demo", **flags))


def test_a_fork_that_is_set_up_is_reported_as_such_and_without_gh_what_was_not_checked(fork, github, monkeypatch):
    found = look_in(fork, github)
    assert {found[name].state for name in ("repository", "workflow file", "Pages", "workflow", "issues")} == {"ok"}
    assert "https://acme.github.io/audience-map/" in found["Pages"].says
    assert look_in(fork)["repository"].state == "unseen"
    (fork / "bin").mkdir()
    (fork / "bin/git").symlink_to(shutil.which("git"))
    monkeypatch.setenv("PATH", str(fork / "bin"))
    assert "gh is not installed" in look_in(fork, history_remote="upstream")["GitHub"].says


@pytest.mark.parametrize(
    ("name", "change", "step"),
    [
        ("Pages", {"pages": None}, "set Source to GitHub Actions"),
        ("Pages", {"pages": {"build_type": "legacy"}}, "set Source to GitHub Actions"),
        ("workflow", {"workflow": {"state": "disabled_inactivity"}}, "enable the workflow"),
        ("workflow", {"workflow": {"state": "disabled_fork"}}, "enable the workflow"),
        ("issues", {"has_issues": False}, "Settings, General, Features"),
    ],
)
def test_what_is_not_set_up_on_github_is_reported_with_the_setting_to_change(fork, github, name, change, step):
    github.update(**change)
    found = look_in(fork, github)[name]
    assert found.state == ("warning" if name == "issues" else "wrong")
    assert step in found.next


@pytest.mark.parametrize(
    ("push", "state"),
    [
        ("  push:\n    branches: [main]\n", "warning"),
        ("  push:\n    branches: [main, 'trunk']\n", "ok"),
        ("  push:\n    branches:\n      - main\n      - trunk\n", "ok"),
        ("  push:\n    branches:\n      - main\n", "warning"),
        ("  push: { branches: [main] }\n", "warning"),
        ('  push: # to the default branch\n    branches: ["**"]\n', "ok"),
        ("  push:\n", "ok"),
    ],
)
def test_a_workflow_that_does_not_run_for_the_default_branch_is_found(fork, push, state):
    origin = subprocess.check_output(["git", "remote", "get-url", "origin"], cwd=fork, text=True).strip()
    bare = origin.removeprefix("file://")
    subprocess.run(["git", "branch", "-m", "main", "trunk"], cwd=bare, check=True)
    (fork / ".github/workflows/site.yml").write_text(f"name: site\non:\n{push}")
    found = look_in(fork)["workflow file"]
    assert found.state == state
    if state == "warning":
        assert "commits to trunk, the default branch" in found.says


def test_a_repository_of_another_user_is_not_taken_for_none(fork, monkeypatch):
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    found = look_in(fork)["repository"]
    assert (found.state, found.exit_code) == ("wrong", 2)
    assert "another user owns it" in found.says
    assert f"git config --global --add safe.directory {fork}" in found.next


def test_a_history_that_is_said_to_be_private_in_a_public_repository_is_wrong(fork, github):
    assert "private" not in look_in(fork, github)
    found = look_in(fork, github, history_private=True)["private"]
    assert (found.state, found.exit_code) == ("wrong", 2)
    assert found.next.startswith("Make the repository private")
    github.update(private=True)
    assert look_in(fork, github, history_private=True)["private"].state == "ok"


def test_a_login_without_access_leaves_it_unchecked(fork, github):
    environment = github.environment
    github.add_token(environment["GITHUB_TOKEN"], {"blind": True})
    with chdir(fork), pytest.MonkeyPatch.context() as patch:
        for name, value in (environment | {"GITHUB_REPOSITORY": REPOSITORY}).items():
            patch.setenv(name, value)
        found = look(settings(source="demo"))["GitHub"]
    assert found.state == "unseen"
    assert "HTTP 403" in found.says
    assert "gh auth login" in found.next


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://github.com/Acme/map.git", ("github.com", "Acme/map")),
        ("https://x-access-token:secret@github.com/Acme/map", ("github.com", "Acme/map")),
        ("git@github.com:Acme/map.git", ("github.com", "Acme/map")),
        ("ssh://git@github.com:22/Acme/map.git", ("github.com", "Acme/map")),
        ("/srv/git/map.git", ("", "")),
        ("file:///srv/git/map.git", ("", "")),
        ("", ("", "")),
    ],
)
def test_a_repository_is_known_by_the_address_of_its_remote(address, found):
    assert parse_remote(address) == found
