"""The main job, end to end, as a user does it, against the stand-in API."""

import json
import resource
import subprocess
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import jsonschema
import pyarrow.parquet as pq
import pytest

from tests.fakes.server import StandIn
from tests.fakes.world import World
from tests.product import COMMAND, Product
from tests.sharing import DEMO_BUILT_AT

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 30)
A_WEEK_OF_DEMO = ("demo", "--since", "2026-11-15")
"""Two years take twenty times as long to build; one test builds them."""


@pytest.fixture(scope="module")
def large_world():
    return World.make(2, 20_000, 12, 4, FIRST, LAST)


@pytest.fixture(scope="module")
def world():
    """Enough sessions for several pages of each video, few pages of countries: for what does not depend on numbers."""
    return World.make(2, 3_000, 12, 4, FIRST, LAST, countries=10)


@pytest.fixture
def product(tmp_path):
    return Product(tmp_path)


def assert_balanced(summary):
    assert summary["total"] == summary["mapped"] + summary["unknown"] + summary["withheld"]
    assert summary["mapped"] == sum(country["count"] for country in summary["countries"])


def test_both_generations_of_the_api_give_the_servers_truth_to_the_last_count(large_world, product):
    world, truth = large_world, large_world.truth()
    with StandIn(world) as api:
        done = product.run("--source", "data", "--history", "h1", "--out", "data", api=api, now=world.end)
        product.run("--source", "sessions", "--history", "h2", "--out", "sessions", api=api, now=world.end)
    assert "Checked: the API reports 20,000 from" in done.stdout
    assert "Checked against the API’s own total" in (product.folder / "data/about.html").read_text()
    assert product.choro("data") == product.choro("sessions") == truth
    assert (product.folder / "data/data/choro.csv").read_bytes() == (
        product.folder / "sessions/data/choro.csv"
    ).read_bytes()
    for site in ("data", "sessions"):
        assert_balanced(product.summary(site))
        assert product.summary(site)["total"] == 20_000


def test_the_same_with_failing_requests_dying_tokens_and_a_rate_limit(product):
    world = World.make(2, 3_000, 6, 2, LAST - timedelta(days=14), LAST, countries=10)
    trouble = {
        "basic_refused": 401,
        "failure_rate": 0.05,
        "token_dies_after": 40,
        "rate_limit": 100,
        "window_seconds": 2,
    }
    with StandIn(world, **trouble) as api:
        product.run("--source", "data", "--detail", "media", "--history", "h1", "--out", "data", api=api, now=world.end)
        product.run("--source", "sessions", "--history", "h2", "--out", "sessions", api=api, now=world.end)
        assert api.failures.counts
        assert api.door.logins + api.door.refreshes > 2
        assert len(api.requests) > 200  # so that it has to wait
        assert api.window.peak <= 100
        assert api.window.refused < len(api.requests) / 50
    assert product.choro("data") == product.choro("sessions") == world.truth()


def test_a_second_run_straight_after_asks_only_for_what_is_still_open(world, product):
    noon = datetime(2026, 10, 30, 12, tzinfo=UTC)
    with StandIn(world, now=noon) as api:
        product.run(api=api, now=noon)
        api.clear_requests()
        product.run(api=api, now=noon + timedelta(minutes=5))
        asked = [seen.query["from"][0][:10] for seen in api.requests if seen.path.startswith("/data")]
    assert set(asked) == {"2026-10-30"}
    assert product.summary()["days"]["open"] == 1


def test_a_wrong_key_is_exit_3_and_names_where_to_get_a_right_one(world, product):
    with StandIn(world) as api:
        done = product.run(api=api, now=world.end, code=3, APIVIDEO_API_KEY="not-the-key-at-all")
    assert "https://dashboard.api.video" in done.stderr
    assert "not-the-key-at-all" not in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 2


def test_a_server_away_is_exit_4_and_leaves_the_site_as_it_was(world, product):
    with StandIn(world) as api:
        product.run(api=api, now=world.end)
        before = product.files("site")
        api.down()
        done = product.run(api=api, now=world.end + timedelta(days=1), code=4, APIVIDEO_GEO_DEADLINE="0.05")
    assert "error: " in done.stderr
    assert product.files("site") == before


def test_what_was_collected_before_a_failure_is_kept(world, product):
    with StandIn(world) as api:
        api.fail_next("503", 1000, "/data/buckets/play/media-id")
        product.run("collect", api=api, now=world.end)
        product.run("--detail", "media", api=api, now=world.end, code=4, APIVIDEO_GEO_DEADLINE="0.05")
    product.run("render", now=world.end)
    assert product.choro() == world.truth()


def test_no_secret_and_no_private_title_in_any_file_or_line_at_any_verbosity(product):
    world = World.make(2, 900, 12, 4, FIRST, LAST, countries=10)
    with StandIn(world, token_dies_after=30, failure_rate=0.02) as api:
        for source in ("data", "sessions"):
            product.run(
                "--source", source, "--detail", "full", "--history", source, "-vv", "--exports", f"exports-{source}",
                api=api, now=world.end,
            )  # fmt: skip
        product.run("-vv", "--log-json", api=api, now=world.end, code=3, APIVIDEO_API_KEY=api.api_key + "x")
        secrets = {*api.secrets, *world.private_titles}
    assert len(secrets) > 10
    places = {**product.files(), "what was printed": product.said.encode()}
    assert any(name.startswith("exports-sessions/") for name in places)
    for secret in secrets:
        assert [name for name, content in places.items() if secret.encode() in content] == [], secret


def test_the_session_export_has_every_session_once_and_counts_the_same_when_read_back(world, product):
    with StandIn(world) as api:
        product.run("--source", "sessions", "--history", "h1", api=api, now=world.end)
    lines = (product.folder / "exports/sessions.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("sessionID,assetID,assetType,title,loadedAt,endedAt,country,ISO_A3,city,")
    assert len({line.partition(",")[0] for line in lines}) == len(lines) >= 3_001
    product.run("--sessions", "exports/sessions.csv", "--history", "h2", "--exports", "again", now=world.end)
    assert product.choro() == world.truth()


def test_a_nightly_run_keeps_the_sessions_of_the_days_before_in_the_export(product):
    world = World.make(5, 800, 4, 1, FIRST, LAST, countries=20)
    nights = [datetime(2026, 10, 29, 12, tzinfo=UTC), datetime(2026, 10, 30, 12, tzinfo=UTC), world.end]
    with StandIn(world) as api:
        for night in nights:
            api.now = night
            product.run("build" if night == world.end else "collect", "--source", "sessions", api=api, now=night)
    assert product.choro() == world.truth()
    product.run("--sessions", "exports/sessions.csv", "--history", "h2", "--exports", "again", now=world.end)
    assert product.choro() == world.truth()


def test_auto_takes_the_sessions_of_a_server_without_a_data_api(product):
    world = World.make(5, 500, 4, 1, FIRST, LAST, countries=20)
    with StandIn(world, generations={"sessions"}) as api:
        done = product.run(api=api, now=world.end)
    assert "reading its sessions instead" in done.stderr
    assert product.summary()["metric"] == "session"
    assert product.choro() == world.truth()


def test_old_session_files_and_todays_api_make_one_history(product):
    world = World.make(5, 1000, 4, 1, FIRST - timedelta(days=40), LAST, countries=20)
    with StandIn(world) as api:
        before = ("--history", "h1", "--until", FIRST - timedelta(days=1))
        product.run("collect", "--source", "sessions", *before, api=api, now=world.end)
        product.run("collect", "--sessions", "exports/sessions.csv", "--count-sessions-as", "play", now=world.end)
        done = product.run(api=api, now=world.end)
        product.run("--source", "sessions", api=api, now=world.end)
    assert "from data" in done.stdout
    assert product.choro() == world.truth()
    # Sessions that are not counted as plays are one metric more, next to the plays.
    assert {"play", "session"} <= {block["metric"] for block in product.summary()["metrics"]}


def test_without_a_key_demo_data_never_takes_the_place_of_a_real_map(world, product):
    with StandIn(world) as api:
        product.run(api=api, now=world.end)
    before = product.files("site", "history")
    done = product.run(code=2)
    assert "no API key" in done.stderr
    assert product.files("site", "history") == before


def test_the_period_bounds_are_inclusive_utc_days(world, product):
    with StandIn(world) as api:
        product.run(api=api, now=world.end)
    product.run("render", "--since", "2026-10-05", "--until", "2026-10-07", now=world.end)
    assert product.choro() == world.truth([date(2026, 10, n) for n in (5, 6, 7)])
    assert product.summary()["period"] == {"from": "2026-10-05", "to": "2026-10-07"}


@pytest.mark.usefixtures("draw_pictures")
def test_the_demo_needs_no_key_says_so_and_gives_the_same_bytes_twice(product, built_demo):
    output = product.run(now=DEMO_BUILT_AT).stdout
    first = product.files("site")
    assert first == built_demo.files("site")
    assert "Warning" not in output
    assert " demo plays in " in output
    assert b"Demo data" in first["site/index.html"]
    summary = product.summary()
    assert_balanced(summary)
    assert len(summary["countries"]) > 120
    assert len(summary["days"]["missing"]) > 2
    assert not (product.folder / "history").exists()


def test_a_demo_that_replaces_the_site_of_an_account_is_reported(product):
    (product.folder / "s.csv").write_text("sessionID,loadedAt,country\na,2026-10-28T01:00:00Z,France\n")
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    product.run("--sessions", "s.csv", now=now)
    site = product.files("site")
    output = product.run(*A_WEEK_OF_DEMO, now=now).stdout
    assert "Warning: the site in site showed an account's data and now shows the demo; run the command render" in output
    assert "invented" not in product.run("render", now=now).stdout
    after = product.files("site")
    assert {name: after[name] for name in site} == site
    assert {name.rpartition("/")[0] for name in after.keys() - site.keys()} == {"site/assets"}  # kept for one build


def test_the_summary_keeps_its_contract(built_demo):
    summary = built_demo.summary()
    schema = json.loads((built_demo.folder / "site/data/summary.schema.json").read_text())
    jsonschema.validate(summary, schema, format_checker=jsonschema.FormatChecker())
    days = summary["days"]
    period = (date.fromisoformat(summary["period"]["to"]) - date.fromisoformat(summary["period"]["from"])).days + 1
    assert days["collected"] + days["open"] + len(days["missing"]) == period
    assert Counter(country["rank"] for country in summary["countries"])[1] == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--nonsense"], 2),
        (["sing"], 2),
        (["--since", "tomorrow"], 2),
        (["--since", "2026-02-02", "--until", "2026-02-01"], 2),
        (["--config", "missing.toml"], 2),
        (["render"], 2),
        (["serve"], 2),
        (["--source", "data"], 2),
        (["--sandbox"], 2),
        (["--engine", "abacus", "--source", "demo"], 2),
        (["--sessions", "missing.csv"], 5),
    ],
)
def test_what_a_person_gets_wrong_is_one_sentence_and_an_exit_code(product, arguments, code):
    done = product.run(*arguments, code=code)
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert errors[0].endswith(".")


def test_secrets_in_the_address_of_session_files_are_shown_nowhere(product):
    address = "https://user:hunter22@127.0.0.1:1/sessions.json?X-Amz-Signature=abc123def"
    done = product.run("-vv", "--sessions", address, code=4)
    assert "error: https://127.0.0.1:1/sessions.json cannot be reached" in done.stderr
    assert "hunter22" not in done.stderr and "abc123def" not in done.stderr


def test_a_history_that_is_a_file_is_wrong_usage_before_anybody_is_asked(world, product):
    (product.folder / "h").write_text("a file")
    with StandIn(world) as api:
        for command in ("build", "collect", "render", "compact"):
            assert "h is a file; name a folder" in product.run(command, "--history", "h", api=api, code=2).stderr
        assert api.requests == []


def test_sessions_whose_export_failed_are_asked_again_and_exported(product):
    world = World.make(2, 600, 12, 4, FIRST, LAST, countries=10)
    collect = ["collect", "--source", "sessions", "--detail", "country"]
    with StandIn(world) as api:
        product.run(*collect, "--exports", "whole", api=api, now=world.end)
        (product.folder / "exports/sessions.csv").mkdir(parents=True)
        product.run(*collect, "--history", "h", api=api, now=world.end, code=5)
        (product.folder / "exports/sessions.csv").rmdir()
        product.run(*collect, "--history", "h", api=api, now=world.end)
    assert (product.folder / "exports/sessions.csv").read_bytes() == (
        product.folder / "whole/sessions.csv"
    ).read_bytes()


def test_an_export_that_cannot_be_written_leaves_nothing_half_written(world, product):
    with StandIn(world) as api:
        limited = subprocess.run(
            [*COMMAND, "collect", "--source", "sessions", "--history", "h"], cwd=product.folder,
            env=product.environment(api, world.end), capture_output=True, text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
        )  # fmt: skip
    assert limited.returncode == 4, limited.stderr
    assert "error: Cannot write exports/" in limited.stderr
    assert list((product.folder / "exports").iterdir()) == []


def test_a_plain_run_after_a_detailed_one_keeps_the_videos_of_open_days(product):
    world = World.make(6, 1500, 5, 1, FIRST, LAST, countries=10)
    noon = datetime(2026, 10, 30, 12, tzinfo=UTC)
    with StandIn(world, now=noon) as api:
        product.run("--detail", "media", api=api, now=noon)
        api.now = noon + timedelta(hours=1)
        product.run(api=api, now=noon + timedelta(hours=1))
    path = product.folder / "site/data/facts.parquet"
    media = pq.read_table(path, filters=[("dimension", "=", "media"), ("day", "=", LAST)]).to_pylist()
    assert len({row["value"] for row in media} - {"unlisted"}) > 1
    assert sum(row["count"] for row in media) > 0


def test_an_asset_that_is_no_longer_public_is_unlisted_everywhere(product):
    world = World.make(6, 1500, 5, 1, FIRST, LAST, countries=10)
    with StandIn(world) as api:
        product.run("--detail", "media", api=api, now=world.end)
    (product.folder / "history/assets.parquet").unlink()
    product.run("render", now=world.end)
    table = pq.read_table(product.folder / "site/data/facts.parquet", filters=[("dimension", "=", "media")])
    assert set(table["value"].to_pylist()) == {"unlisted"}
    assert sum(table["count"].to_pylist()) == 1500


def test_what_is_not_public_is_shown_by_a_setting_and_leaves_everywhere_when_it_is_turned_off(product):
    world = World.make(6, 1500, 5, 2, FIRST, LAST, countries=10)
    private = [asset for asset in world.assets if not asset.public]
    plays = Counter(session.media_id for session in world.plays())
    words = {text.encode() for asset in private for text in (asset.title, asset.media_id)}
    with StandIn(world) as api:
        shown = {"APIVIDEO_GEO_SHOW_UNLISTED": "true", "APIVIDEO_GEO_HISTORY_PRIVATE": "true"}
        product.run("--detail", "media", "-vv", api=api, now=world.end, **shown)
        before = product.files()
        for asset in private:
            assert asset.title in before["site/videos.html"].decode()
            assert f'value="{plays[asset.media_id]}"' in before[f"site/video/{asset.media_id}.html"].decode()
        assert not [key for key in world.stream_keys for content in before.values() if key.encode() in content]
        assert "public video" not in before["site/videos.html"].decode()
        assert (
            "requires history_private = true" in product.run("render", code=2, APIVIDEO_GEO_SHOW_UNLISTED="true").stderr
        )
        product.run("render", now=world.end, APIVIDEO_GEO_HISTORY_PRIVATE="true")
        assert not files_with(product, words, "site")
        product.run(api=api, now=world.end + timedelta(minutes=1))
    assert not files_with(product, words)
    assert product.choro() == world.truth()
    media = pq.read_table(product.folder / "site/data/facts.parquet", filters=[("dimension", "=", "media")]).to_pylist()
    unlisted = sum(row["count"] for row in media if row["value"] == "unlisted")
    assert unlisted == sum(plays[asset.media_id] for asset in private)
    assert sum(row["count"] for row in media) == 1500


def files_with(product, words, *under):
    """Files that tell one of ``words``; of Parquet the values, for its bytes are compressed."""
    found = []
    for name, content in product.files(*under).items():
        if name.endswith(".parquet"):
            content = repr(pq.read_table(product.folder / name).to_pydict()).encode()
        found += [name for word in words if word in content]
    return found


def test_folders_inside_one_another_are_refused(product):
    for arguments in (["--history", "site/h"], ["--exports", "site"], ["--out", "history/site"]):
        assert "must not be inside" in product.run("demo", *arguments, code=2).stderr


def test_what_somebody_else_put_into_the_site_stays_and_a_second_demo_warns_of_nothing(product):
    product.run(*A_WEEK_OF_DEMO, now=DEMO_BUILT_AT)
    before = product.files("site")
    (product.folder / "site/CNAME").write_text("map.example.org")
    output = product.run(*A_WEEK_OF_DEMO, now=DEMO_BUILT_AT).stdout
    assert "Warning" not in output
    assert " demo plays in " in output
    assert product.files("site") == before | {"site/CNAME": b"map.example.org"}


def test_a_smaller_file_takes_no_session_out_of_the_export_that_the_history_keeps(product):
    two, one = product.folder / "two.csv", product.folder / "one.csv"
    two.write_text("sessionID,loadedAt,country,dept\na,2026-10-01T10:00:00Z,France,x\nb,2026-10-01T11:00:00Z,Peru,y\n")
    one.write_text("sessionID,loadedAt,country\na,2026-10-01T10:00:00Z,France\n")
    now = datetime(2026, 11, 1, tzinfo=UTC)
    product.run("--sessions", "two.csv", now=now)
    assert "--accept-shrink" in product.run("--sessions", "one.csv", now=now).stdout
    assert product.choro() == {"FRA": 1, "PER": 1}
    lines = (product.folder / "exports/sessions.csv").read_text().splitlines()
    assert len(lines) == 3
    assert lines[0].endswith(",dept")


def test_session_files_that_replace_other_sessions_of_a_day_are_a_warning_that_names_the_days(product):
    now, head = datetime(2026, 11, 1, tzinfo=UTC), "sessionID,loadedAt,country\n"
    rows = [f"{name},2026-10-0{day}T10:00:00Z,France\n" for day in (1, 2) for name in (f"a{day}", f"b{day}")]
    rows += [f"{name},2026-10-0{day}T10:00:00Z,Peru\n" for day in (1, 2) for name in (f"c{day}", f"d{day}", f"e{day}")]
    for name, part in {"old": rows[:4], "grown": rows[:5], "other": rows[4:], "all": rows, "less": rows[4:5]}.items():
        (product.folder / f"{name}.csv").write_text(head + "".join(part))
    run = lambda name: product.run("--sessions", f"{name}.csv", now=now).stdout  # noqa: E731
    for same in ("old", "old", "grown"):
        assert "Warning" not in run(same)
    said = run("other")
    assert said.count("Warning") == 1
    assert (
        "session files of an earlier run gave other counts for 2 days (2026-10-01 to 2026-10-02); those of this run "
        "replaced them. To count the sessions of both, give all files of a day in one run: --sessions 'old/*'"
    ) in said
    assert product.choro() == {"PER": 6}
    assert "Warning" not in run("all")
    said = run("less")
    assert "2026-10-01: these files have 1, but 5 are stored. Kept 5. To count both, give all files" in said
    assert "earlier run" not in said, "a day that was kept is not one that was replaced"


def test_a_file_in_utf_16_is_no_warning_and_that_reading_ended_is_said_once(product):
    (product.folder / "s.csv").write_text("sessionID,loadedAt,country\na,soon,France\n", encoding="utf-16")
    said = product.run("--sessions", "s.csv", code=5).stderr
    assert said.count("Reading session files: done") == 1
    assert "WARNING" not in said


@pytest.mark.parametrize("name", ["API_VIDEO_KEY", "APIVIDEO_APIKEY", "APIVIDEO_KEY", "API_VIDEO_API_KEY"])
def test_a_key_under_another_name_is_an_error_that_names_the_right_one_and_not_a_demo(product, name):
    done = product.run(code=2, **{name: "a-private-value"})
    assert f"The variable {name} is set, but the name for the API key is APIVIDEO_API_KEY: rename it." in done.stderr
    assert "a-private-value" not in product.said
    assert not (product.folder / "history-demo").exists()


def test_a_history_of_session_files_without_a_key_names_the_next_step(product):
    (product.folder / "s.csv").write_text("sessionID,loadedAt,country\na,2026-10-01T10:00:00Z,France\n")
    now = datetime(2026, 11, 1, tzinfo=UTC)
    product.run("collect", "--sessions", "s.csv", now=now)
    said = product.run(now=now, code=2).stderr
    assert "in the folder history but no API key: run the command render" in said
    assert "give --sessions to add session files" in said


def test_times_that_cannot_be_are_refused_and_counted(product):
    rows = "".join(f"{n},{day}T00:00:00Z,France\n" for n, day in enumerate(["0001-01-01", "9999-12-31", "2026-10-01"]))
    (product.folder / "odd.csv").write_text("sessionID,loadedAt,country\n" + rows + "x,2027-01-01T00:00:00Z,Peru\n")
    now = datetime(2026, 11, 1, tzinfo=UTC)
    assert "with --accept-refused" in product.run("--sessions", "odd.csv", now=now, code=5).stderr
    said = product.run("--sessions", "odd.csv", "--accept-refused", now=now).stdout
    assert "'loadedAt is not a time' 2" in said
    assert "'loadedAt is in the future' 1" in said
    assert product.choro() == {"FRA": 1}


def test_files_without_a_session_and_periods_without_a_day_are_refused(product):
    (product.folder / "none.csv").write_text("sessionID,loadedAt,country\n")
    assert "none.csv" in product.run("--sessions", "none.csv", code=5).stderr
    product.run(*A_WEEK_OF_DEMO, now=DEMO_BUILT_AT)
    before = product.files("site")
    assert "widen the period" in product.run("demo", "--since", "2090-01-01", now=DEMO_BUILT_AT, code=2).stderr
    assert product.files("site") == before


def test_render_after_a_demo_draws_the_demo(product):
    product.run(*A_WEEK_OF_DEMO, now=DEMO_BUILT_AT)
    (product.folder / "site/index.html").unlink()
    product.run("render", now=DEMO_BUILT_AT)
    assert "Demo data" in (product.folder / "site/index.html").read_text(encoding="utf-8")
