import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
import urllib.request
from datetime import date, timedelta

import pytest

from apivideo_geo.cli import app, with_command
from apivideo_geo.console.exits import run_guarded
from tests.fakes.server import StandIn
from tests.fakes.tired import Tired
from tests.fakes.world import World
from tests.product import ROOT, Product


@pytest.fixture(scope="module")
def world():
    return World.make(4, 600, 4, 1, date(2026, 10, 1), date(2026, 10, 30), countries=6)


@pytest.fixture
def product(tmp_path):
    return Product(tmp_path)


def test_no_command_means_build(product, world):
    with StandIn(world) as api:
        product.run(api=api, now=world.end)
    assert (product.folder / "site/index.html").is_file()


def test_collect_writes_no_site_and_render_asks_nothing(product, world):
    with StandIn(world) as api:
        product.run("collect", api=api, now=world.end)
        assert not (product.folder / "site").exists()
        api.clear_requests()
        product.run("render", api=api, now=world.end)
        assert api.requests == []
    assert product.choro() == world.truth()


def test_an_unknown_engine_is_reported_before_anything_is_collected(product):
    product.run("demo", "--engine", "oracle", code=2)
    assert product.files() == {}


def test_the_password_in_an_engines_address_is_not_repeated_in_the_engines_words(product):
    failed = product.run("demo", "--engine", "duckdb://user:hunt%65r2@host/none/x.db", code=2)
    assert "Cannot open file" in failed.stderr
    assert "user:***@host" in failed.stderr


def test_every_option_is_in_the_docs(product):
    page = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    for command in ("build", "serve"):
        shown = product.run(command, "--help").stdout
        options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", shown))
        assert len(options) > 2
        assert [option for option in sorted(options) if option not in page] == []


def test_every_command_is_in_the_docs(product):
    shown = product.run("--help").stdout.partition("Commands:")[2]
    commands = re.findall(r"^  ([a-z-]+)", shown, re.MULTILINE)
    assert {"build", "collect", "render", "serve", "demo"} <= set(commands)
    page = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    assert all(f"| `{command}` |" in page for command in commands)


def test_in_github_actions_the_report_goes_to_the_summary_and_errors_become_annotations(product, world):
    summary = product.folder / "summary.md"
    output = product.folder / "output"
    actions = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(output)}
    with StandIn(world, odd_values=True) as api:
        product.run("--detail", "media", api=api, now=world.end, GITHUB_REPOSITORY="Acme/audience", **actions)
        text = summary.read_text()
        later = world.end + timedelta(hours=1)
        done = product.run(api=api, now=later, code=3, APIVIDEO_API_KEY="wrong-key-here", **actions)
        assert not any(secret in summary.read_text() for secret in api.secrets)
    first = product.summary()["countries"][0]
    assert "## 600 plays from " in text
    assert f"| 1 | {first['name']} | {first['count']} | {first['share']:.1%} |" in text
    assert "<https://acme.github.io/audience/>" in text
    assert re.search(r"\| ZZ \| \d+ \|", text)
    assert "| Never collected | no day of the period |" in text
    assert re.search(r"\| Time \| collect [\d.]+ s, aggregate", text)
    said = re.search(r"^::error title=API key refused::(.*)$", done.stdout, re.MULTILINE)[1]
    assert "https://dashboard.api.video/apikeys" in said
    assert output.read_text() == f"failure={said}\n"
    assert "## The map was not updated" in summary.read_text()


def test_a_lower_answer_for_a_complete_day_and_for_one_that_was_not_over_is_in_the_summary(product, world):
    summary = product.folder / "summary.md"
    with StandIn(world) as api:
        api.now = world.end - timedelta(hours=6)
        product.run("collect", api=api, now=api.now)
    with StandIn(World.make(5, 30, 4, 1, date(2026, 10, 1), date(2026, 10, 30), countries=20)) as smaller:
        actions = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
        product.run("collect", "--since", "2026-10-29", api=smaller, now=world.end, **actions)
    text = summary.read_text().replace("\\", "")
    assert "| Collected | 3 days (2026-10-29 to 2026-10-31)" in text
    assert "2026-10-29: the API now reports 1, but 20 are stored. Kept 20" in text
    assert "2026-10-30: the API reported 16 while the day was not over, and 2 now that it is. Stored 2" in text


def test_a_run_that_breaks_off_says_in_the_summary_what_came_in_before(product, world):
    summary = product.folder / "summary.md"
    with Tired(world) as api:
        api.answers_left = 9
        actions = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary), "APIVIDEO_GEO_WORKERS": "1"}
        product.run("collect", api=api, now=world.end, code=4, **actions)
    text = summary.read_text().replace("\\", "")
    assert re.search(r"\| Collected \| \d days \(2026-10-", text)
    assert "## The map was not updated\n\n> " in text
    assert "Analytics are closed today" in text


def test_a_wrong_setting_is_an_annotation_too(product):
    done = product.run("--since", "soon", code=2, GITHUB_ACTIONS="true")
    assert "::error title=Wrong usage::--since" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("--locale fr", "No such option: --locale; locale is a setting: write locale = … in apivideo-geo.toml."),
        ("--titel x", "No such option: --titel; title is a setting: write title = … in apivideo-geo.toml."),
        ("--outt x", "No such option: --outt; did you mean --out?"),
        ("--nonsense x", "No such option: --nonsense; see --help."),
        ("serve --palette green", "build, collect, render, demo have it, serve does not; see serve --help."),
        ("build --json", "No such option: --json; doctor has it, build does not; see build --help."),
        ("forget --since 2026-11-01", "forget takes the days themselves: forget 2026-11-01 2026-11-02."),
        ("--api-key abc", "an API key belongs only in the environment; set APIVIDEO_API_KEY there."),
        ("biuld", "No such command 'biuld'. Did you mean 'build'? See --help."),
        ("serve --port x", "Invalid value for '--port': write a whole number (it is 'x')."),
        ("forget 2026-11-99", "Invalid value for 'DAY...': there is no such day (it is '2026-11-99')."),
        ("forget 5.11.2026", "Invalid value for 'DAY...': a day is written YYYY-MM-DD (it is '5.11.2026')."),
        (
            "--sessions old/a.csv old/b.csv",
            "Unexpected argument old/b.csv: put a pattern in quotes, such as --sessions 'old/*.csv'.",
        ),
        ("demo old", "Unexpected argument old; see --help."),
    ],
)
def test_a_wrong_command_line_is_one_sentence_that_says_what_to_write(arguments, said, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["build.py", *arguments.split()])
    assert run_guarded(lambda: app(with_command(sys.argv[1:]), standalone_mode=False)) == 2
    assert said in capsys.readouterr().err


def test_json_lines_are_json(product, world):
    with StandIn(world) as api:
        done = product.run("collect", "-vv", "--log-json", api=api, now=world.end)
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert len(lines) > 30
    assert {"time", "level", "logger", "message"} <= lines[0].keys()


def test_quiet_says_nothing_when_all_is_well(product, world):
    with StandIn(world) as api:
        done = product.run("-q", api=api, now=world.end)
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.parametrize("as_json", [False, True])
def test_quiet_still_prints_the_warnings_on_stderr(product, world, as_json):
    rows = ["a,2026-10-01T10:00:00Z,France\n", "b,2026-10-01T11:00:00Z,Peru\n"]
    for name, part in {"two": rows, "one": rows[:1]}.items():
        (product.folder / f"{name}.csv").write_text("sessionID,loadedAt,country\n" + "".join(part))
    flags = ("--log-json",) if as_json else ()
    product.run("collect", "--sessions", "two.csv", now=world.end)
    done = product.run("collect", "-q", *flags, "--sessions", "one.csv", now=world.end)
    [line] = done.stderr.splitlines()
    warning = "2026-10-01: these files have 1, but 2 are stored. Kept 2."
    assert (json.loads(line)["message"] if as_json else line.removeprefix("WARNING: ")).startswith(warning)
    assert done.stdout == ""


def test_the_report_adds_up(product, world):
    with StandIn(world, odd_values=True) as api:
        said = product.run(api=api, now=world.end).stdout
    total, mapped, unknown = (
        int(re.search(pattern, said)[1].replace(",", ""))
        for pattern in (r"Total: ([\d,]+)", r": ([\d,]+) on the map", r"([\d,]+) from unknown countries")
    )
    assert total == mapped + unknown == 600
    assert "Rejected rows: 'the count is not a whole number'" in said
    assert re.search(r"Countries not recognised, counted as unknown: 'ZZ' \d+", said)
    assert re.search(r"30 days \(2026-10-01 to 2026-10-30\)|31 days", said)


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_is_asked_to_end_leaves_nothing_half_written_and_no_temporary_folder(product, world, sent, code):
    (product.folder / "tmp").mkdir()
    with StandIn(world, rate_limit=5, window_seconds=60) as api:
        run = subprocess.Popen(
            [sys.executable, str(ROOT / "build.py")], cwd=product.folder, text=True,
            env=product.environment(api, world.end, TMPDIR=str(product.folder / "tmp")),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        while len(api.requests) < 5:
            assert run.poll() is None
            time.sleep(0.05)
        assert any((product.folder / "tmp").iterdir())
        run.send_signal(sent)
        _, said = run.communicate(timeout=20)
    assert run.returncode == code, said
    assert "Interrupted" in said
    assert "Traceback" not in said
    assert not (product.folder / "site").exists()
    assert [name for name in product.files() if "writing" in name] == []
    assert [*(product.folder / "tmp").iterdir()] == []


def test_a_second_ctrl_c_does_not_interrupt_the_end_of_the_run(capsys):
    ended, before = [], signal.signal(signal.SIGINT, signal.default_int_handler)

    def work():
        try:
            signal.raise_signal(signal.SIGINT)
        finally:
            signal.raise_signal(signal.SIGINT)
            ended.append(True)

    try:
        assert run_guarded(work) == 130
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert ended == [True]
    assert capsys.readouterr().err == "error: Interrupted; no file is left half-written.\n"


@pytest.mark.parametrize(("sent", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_run_that_is_asked_to_end_while_it_imports_a_library_that_catches_everything_ends_at_once(
    tmp_path, sent, code
):
    (tmp_path / "library.py").write_text(
        f"import signal\ntry:\n    signal.raise_signal(signal.{sent})\nexcept BaseException:\n    print('goes on')\n"
    )
    call = "from apivideo_geo.console.exits import *; leave(run_guarded(lambda: __import__('library')))"
    done = subprocess.run(
        [sys.executable, "-c", call], env={**os.environ, "PYTHONPATH": f"{ROOT}:{tmp_path}"}, capture_output=True
    )
    assert (done.returncode, done.stdout) == (code, b"")
    assert done.stderr == b"error: Interrupted; no file is left half-written.\n"


def test_ctrl_c_that_python_made_another_error_of_is_exit_130_too(capsys):
    def work():
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt as interrupt:
            raise RuntimeError("Error calling __set_name__") from interrupt

    assert run_guarded(work) == 130
    assert capsys.readouterr().err == "error: Interrupted; no file is left half-written.\n"


def test_a_terminal_gets_a_live_bar_with_count_and_requests_left(product, world):
    master, slave = pty.openpty()
    with StandIn(world, rate_limit=500) as api:
        run = subprocess.Popen(
            [sys.executable, str(ROOT / "build.py"), "collect"], cwd=product.folder, stdout=slave, stderr=slave,
            env=product.environment(api, world.end, TERM="xterm-256color", COLUMNS="140"),
        )  # fmt: skip
        os.close(slave)
        said = b""
        while True:
            try:
                part = os.read(master, 65536)
            except OSError:
                break
            if not part:
                break
            said += part
        assert run.wait(timeout=60) == 0
    os.close(master)
    assert b"Collecting days" in said
    assert re.search(rb"\d+/3[01]", said)
    assert b"requests left" in said


def test_serve_shows_the_site_on_loopback(built_demo):
    run = subprocess.Popen(
        [sys.executable, str(ROOT / "build.py"), "serve", "--port", "0"], cwd=built_demo.folder, text=True,
        env=built_demo.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=1,
    )  # fmt: skip
    try:
        address = re.search(r"http://127\.0\.0\.1:\d+/", run.stdout.readline())[0]
        with urllib.request.urlopen(address, timeout=10) as answer:
            assert b"Demo data" in answer.read()
    finally:
        run.send_signal(signal.SIGINT)
        said = run.communicate(timeout=20)
    assert (run.returncode, said) == (0, ("", ""))  # Ctrl-C is how it ends


def test_without_the_dependencies_one_sentence_says_how_to_install_them(tmp_path):
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bare)], check=True)
    command = [str(bare / "bin/python"), str(ROOT / "build.py")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2
    assert "make site" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_help_shows_each_command_in_one_line_that_is_not_cut(product):
    listed = product.run("--help").stdout.partition("Commands:\n")[2].rstrip().splitlines()
    assert len(listed) >= 10
    for line in listed:
        name, said = re.fullmatch(r"  ([a-z-]+) +(\S.*)", line).groups()
        assert len(said) <= 45, name
        assert said.endswith(".")
        assert not said.endswith("..."), name


def test_the_package_itself_is_the_command_too(product):
    command = [sys.executable, "-m", "apivideo_geo", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout == product.run("--version").stdout


def test_help_imports_nothing_heavy(product):
    code = (
        "import atexit, sys; sys.argv = ['build.py', '--help']\n"
        "from apivideo_geo.cli import main\n"
        "heavy = {'pandas', 'pyarrow', 'ibis', 'folium', 'duckdb', 'requests', 'pydantic'}\n"
        "atexit.register(lambda: print(sorted(heavy & sys.modules.keys())))\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "[]"
