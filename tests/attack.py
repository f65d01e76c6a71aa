"""Run the real command against every fault at every step of a run, and write the table ``docs/faults.md``.

``make faults`` (``python -m tests.attack``) runs all of them, each in a process of its own, in some ten minutes.
Words after it choose faults and steps by a part of their names; then no page is written.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from apivideo_geo.history.day_lines import HOURS, PEAKS
from apivideo_geo.history.history import load_history
from tests.fakes.proxy import FaultyProxy
from tests.fakes.server import StandIn
from tests.fakes.world import World
from tests.faults import FAULTS, STEPS, Fault, Step
from tests.forks import Done, Forks
from tests.product import ROOT, Product
from tests.rehearsal.github import GitHub

TIMEOUT, DEADLINE = 1.0, 10.0
"""Seconds, as the settings ``timeout`` and ``deadline`` of each run."""
START = 100.0
"""Seconds more that a run may take, to start and to write its files, on a machine that does other things too."""
MEMORY = 1_000_000_000
"""Bytes that a run may take."""
PARALLEL = 6
"""Runs at a time: most of them wait."""
WORLD = World.make(5, 1_000, 4, 2, date(2026, 10, 29), date(2026, 10, 30), countries=12)
MANY_COUNTRIES = World.make(5, 5_000, 4, 2, date(2026, 10, 29), date(2026, 10, 30), countries=120)
"""The account of the step that needs a second page of countries; all days are those of ``WORLD``."""
PAGE = ROOT / "docs/faults.md"
KEY = "stand-in-api-key-0123456789abcdef"
SOURCES = {"sessions": "sessions"}
"""Step → its source, if it is not ``data``."""
PEAK_SETTINGS = {"APIVIDEO_GEO_METRICS": "play;ccv-peak", "APIVIDEO_GEO_METRIC": "", "APIVIDEO_GEO_DETAIL": "media"}
SETTINGS = {
    "assets": {"APIVIDEO_GEO_DETAIL": "media"},
    "breakdown": {"APIVIDEO_GEO_DETAIL": "full"},
    "hours": {"APIVIDEO_GEO_HOURS": "true"},
    "peaks": PEAK_SETTINGS,
    "own peak": PEAK_SETTINGS,
}
"""Step → the settings without which its requests are not sent."""
LIMITS = {"APIVIDEO_GEO_TIMEOUT": str(TIMEOUT), "APIVIDEO_GEO_DEADLINE": str(DEADLINE / 60)}
OPEN = (
    "import sys, apivideo_geo; from apivideo_geo.api import download; download.DEADLINE = float(sys.argv[2])\n"
    "try: print(apivideo_geo.open(sys.argv[1]).summary().total)\n"
    "except apivideo_geo.ApivideoGeoError as error: print(error); sys.exit(error.exit_code)"
)
"""Opens a published site by its address; its deadline is no setting."""


class Outcome(NamedTuple):
    """A run that met ``fault`` at ``step``; ``wrong`` is what must not be."""

    fault: Fault
    step: Step
    done: Done
    wrong: Sequence[str]


class Scene(Protocol):
    """What a step needs: a server at ``url``, and a command in a folder. ``secrets`` must not be printed."""

    url: str
    secrets: Sequence[str]

    def copy(self, folder: Path, url: str) -> None:
        """Make ``folder`` for a run against ``url``, as the run before left it."""

    def run(self, folder: Path, url: str) -> Done:
        """Run the command in ``folder`` against ``url``."""

    def run_again(self, folder: Path, url: str) -> Done:
        """Run it once more, without limits in time."""

    def check(self, folder: Path, done: Done) -> Iterator[str]:
        """Yield what the run with the fault left that must not be."""

    def check_recovered(self, folder: Path, done: Done) -> Iterator[str]:
        """Yield what is not as it should be after one more run, without the fault."""


class ApiScene:
    """An account of which the first day is collected and published, and the second is to come."""

    def __init__(self, forks: Forks, api: StandIn, folder: Path, step: Step) -> None:
        self._forks, self.url, self.secrets = forks, api.url, api.secrets
        self._settings, self._world = SETTINGS.get(step.name, {}), world_of(step)
        yesterday = api.now = WORLD.end - timedelta(days=1)
        self._template, self._reference = folder / "template", folder / "reference"
        self._options = ["--since", str(WORLD.first_day), "--source", SOURCES.get(step.name, "data")]
        self._template.mkdir(parents=True)
        done = forks.run(self._options, self._template, self._environment(api.url, yesterday))
        assert done.code == 0, done.said
        api.now = WORLD.end
        self.copy(self._reference, "")
        done = forks.run(self._options, self._reference, self._environment(api.url))
        assert done.code == 0, done.said
        self._names = self._kept(self._reference)

    def copy(self, folder: Path, url: str) -> None:
        shutil.copytree(self._template, folder)

    def run(self, folder: Path, url: str) -> Done:
        return self._forks.run(self._options, folder, {**self._environment(url), **LIMITS})

    def run_again(self, folder: Path, url: str) -> Done:
        return self._forks.run(["collect", *self._options], folder, self._environment(url))

    def check(self, folder: Path, done: Done) -> Iterator[str]:
        if done.code and Product(self._template).files("site") != Product(folder).files("site"):
            yield "the site changed"
        shown = Product(folder).summary()["total"]
        if not done.code and shown != len(self._world.sessions) and "doubt" not in done.said:
            yield f"{shown} shown for {len(self._world.sessions)}"
        for file in (HOURS, PEAKS):
            stored, true = file.load(folder / "history"), file.load(self._reference / "history")
            if any(line.is_believed and line != true.get(key) for key, line in stored.items()):
                yield f"{file.name} has what is not true"
        true_rows = self._breakdowns(self._reference)
        if any(n > true_rows[key] for key, n in self._breakdowns(folder).items() if key[2] != "total"):
            yield "a breakdown counts more than there was"

    def check_recovered(self, folder: Path, done: Done) -> Iterator[str]:
        history, counts = load_history(folder / "history"), Counter[str]()
        for day in history.entries:
            for row in history.rows_of(day).to_pylist():
                counts[row["country"]] += row["count"] if row["dimension"] == "total" else 0
        if counts != self._world.truth():
            yield "the next run does not have the truth"
        if self._breakdowns(folder) != self._breakdowns(self._reference):
            yield "the next run does not have the true breakdowns"
        if any(file.load(folder / "history") != file.load(self._reference / "history") for file in (HOURS, PEAKS)):
            yield "the next run does not have the true hours and peaks"
        if odd := self._kept(folder) ^ self._names:
            yield f"files left or missing: {', '.join(sorted(odd)[:3])}"

    def _breakdowns(self, folder: Path) -> Counter[tuple[str, ...]]:
        """Return (day, country, dimension, value) → count."""
        history = load_history(folder / "history")
        rows = [row for day in history.entries for row in history.rows_of(day).to_pylist()]
        names = ("day", "country", "dimension", "value")
        return Counter({tuple(str(row[name]) for name in names): row["count"] for row in rows})

    def _kept(self, folder: Path) -> set[str]:
        return {*Product(folder).files("history", "exports"), *(path.name for path in (folder / "site").glob(".*"))}

    def _environment(self, url: str, now: datetime = WORLD.end) -> dict[str, str]:
        own = {"APIVIDEO_API_KEY": KEY, "APIVIDEO_BASE_URL": url, "APIVIDEO_GEO_METRIC": "play", **self._settings}
        return Product(ROOT).environment(now=now, **own)


class SiteScene:
    """A published site that is opened by its address."""

    secrets = ()

    def __init__(self, forks: Forks, url: str) -> None:
        self._forks, self.url = forks, url

    def copy(self, folder: Path, url: str) -> None:
        folder.mkdir()

    def run(self, folder: Path, url: str) -> Done:
        return self._forks.run([url, str(DEADLINE)], folder, {"PATH": os.environ["PATH"]}, OPEN)

    run_again = run

    def check(self, folder: Path, done: Done) -> Iterator[str]:
        if not done.code and done.said.split() != [str(len(WORLD.sessions))]:
            yield "the site has another total"

    check_recovered = check


class GitScene:
    """A repository behind GitHub, in whose folder there is a history; one run publishes it, or fetches it."""

    def __init__(self, forks: Forks, github: GitHub, history: Path, verb: str) -> None:
        self._forks, self.url, self._history, self._verb = forks, github.url, history, verb
        self._token = github.token({"contents": "write"})
        self.secrets = (self._token,)
        self._folder = Path(github.repositories)
        self._days = {f"{day}.parquet" for day in WORLD.days}
        first = self._folder / "first"
        _git(self._folder, "init", "--quiet", "--initial-branch=main", str(first))
        _git(first, "commit", "--quiet", "--allow-empty", "-m", "A fork")

    def copy(self, folder: Path, url: str) -> None:
        bare = self._bare(folder)
        _git(self._folder, "clone", "--quiet", "--bare", str(self._folder / "first"), str(bare))
        _git(bare, "config", "http.receivepack", "true")
        _git(folder.parent, "clone", "--quiet", str(bare), str(folder))
        _git(folder, "config", "user.name", "Owner")
        _git(folder, "config", "user.email", "owner@example.invalid")
        _git(folder, "remote", "set-url", "origin", f"{url}/Acme/{bare.name}")
        shutil.copytree(self._history, folder / "history")
        if self._verb == "fetch-history":  # what is on the branch already
            done = self._forks.run(["publish-history"], folder, self._environment(url))
            assert done.code == 0, done.said
            shutil.rmtree(folder / "history")
            _git(folder, "worktree", "prune")

    def run(self, folder: Path, url: str) -> Done:
        return self._forks.run([self._verb], folder, {**self._environment(url), **LIMITS})

    def run_again(self, folder: Path, url: str) -> Done:
        return self._forks.run([self._verb], folder, self._environment(url))

    def check(self, folder: Path, done: Done) -> Iterator[str]:
        if locks := [path.name for path in (folder / ".git").rglob("*.lock")]:
            yield f"left locked: {locks[0]}"
        if self._verb == "publish-history" and self._days - {path.name for path in folder.rglob("*.parquet")}:
            yield "days are missing in the folder"

    def check_recovered(self, folder: Path, done: Done) -> Iterator[str]:
        on_branch = _git(self._bare(folder), "ls-tree", "-r", "--name-only", "history")
        for place, names in {"branch": on_branch.split(), "folder": map(str, folder.rglob("*.parquet"))}.items():
            if self._days - {Path(name).name for name in names}:
                yield f"days are missing in the {place}"

    def _environment(self, url: str) -> dict[str, str]:
        return Product(ROOT).environment(now=WORLD.end, GITHUB_TOKEN=self._token, GITHUB_SERVER_URL=url)

    def _bare(self, folder: Path) -> Path:
        return self._folder / "Acme" / folder.name


def _git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Owner", "-c", "user.email=owner@example.invalid")
    return subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout


def world_of(step: Step) -> World:
    """Return the account that the API of ``step`` has."""
    return MANY_COUNTRIES if step.name == "page 2" else WORLD


@contextmanager
def scene_of(step: Step, folder: Path, forks: Forks) -> Iterator[Scene]:
    """Prepare what ``step`` needs in ``folder``, and run its server."""
    basic_refused = 401 if step.name == "log-in" else None
    with StandIn(world_of(step), api_key=KEY, basic_refused=basic_refused) as api:
        scene = ApiScene(forks, api, folder, step)
        if step.name == "download":
            with _serve(folder / "reference/site") as url:
                yield SiteScene(forks, url)
        elif step.name.startswith("git"):
            (folder / "repositories").mkdir()
            verb = "fetch-history" if step.name == "git fetch" else "publish-history"
            with GitHub(folder / "repositories") as github:
                yield GitScene(forks, github, folder / "reference/history", verb)
        else:
            yield scene


@contextmanager
def _serve(folder: Path) -> Iterator[str]:
    class Files(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def attack(scene: Scene, step: Step, fault: Fault, folder: Path) -> Outcome:
    """Run the command against ``fault`` at ``step``, and once more without the fault; ``folder`` is made for it."""
    with FaultyProxy(scene.url) as proxy:
        scene.copy(folder, proxy.url)
        proxy.fault, proxy.step = fault, step
        done = scene.run(folder, proxy.url)
        wrong = [*_judge(done, fault, step, scene.secrets), *scene.check(folder, done)]
        if not proxy.hits:
            wrong.append("the fault was not met")
        proxy.fault = None
        after = scene.run_again(folder, proxy.url)
        wrong += [f"then exit {after.code}"] if after.code else scene.check_recovered(folder, after)
    return Outcome(fault, step, done, wrong)


def _judge(done: Done, fault: Fault, step: Step, secrets: Sequence[str]) -> Iterator[str]:
    if done.code not in (*fault.codes, *([0] if step.optional else [])):
        yield f"exit {done.code}"
    if "Unexpected" in done.said or "Traceback" in done.said:
        yield "not a sentence"
    if done.seconds > DEADLINE + START:
        yield "too long"
    if done.memory > MEMORY:
        yield f"{done.memory // 1_000_000:,} MB"
    if any(secret in done.said for secret in secrets):
        yield "a secret was printed"


def attack_all(steps: Sequence[Step], faults: Sequence[Fault]) -> list[Outcome]:
    """Run each of ``faults`` at each of ``steps`` where it makes sense, ``PARALLEL`` at a time."""
    outcomes: list[Outcome] = []
    for step in steps:
        chosen = [fault for fault in faults if not fault.steps or step.name in fault.steps]
        with (
            tempfile.TemporaryDirectory() as name,
            Forks() as forks,
            scene_of(step, folder := Path(name), forks) as scene,
            ThreadPoolExecutor(PARALLEL) as pool,
        ):
            folders = [folder / f"run-{number}" for number in range(len(chosen))]
            for outcome in pool.map(partial(attack, scene, step), chosen, folders):
                outcomes.append(outcome)
                last = (outcome.done.said.strip().splitlines() or [""])[-1]
                print(f"{step.name:10} {outcome.fault.name:24} {_cell(outcome)}: {last}", flush=True)
    return outcomes


def _cell(outcome: Outcome) -> str:
    wrong = f" **{'; '.join(outcome.wrong)}**" if outcome.wrong else ""
    return f"exit {outcome.done.code}, {outcome.done.seconds:.0f} s{wrong}"


HEAD = """# Faults

What `python build.py` does when a server is broken or hostile. `make faults` wrote this page on {day}:
the command ran against each fault at each step, {count} runs, with the settings `timeout` {timeout:g} s and
`deadline` {deadline:g} s, {parallel} at a time on {cores} cores, with {load:.0f} programs waiting for them. A cell has
the exit code and the seconds of the run, without the start of Python. After each, the command ran without the fault
and had the true counts: nothing was half-written. The largest run took {memory:,} MB of memory.

Exit code 4: the server is at fault; site and history are as before. Exit code 0: the run goes on without the API's own
count, hours or peaks, or the answer put the day, or its hours or peaks, [in doubt](data.md#days-in-doubt), which the
page or the report says.
Log-in, own count, day, page 2 (of a day), breakdown (devices, for all and for each country), hours, peaks (of live
streams), own peak (of each), assets and sessions are requests to the API. Download: a published site that is
opened by its address, with {deadline:g} s for each file. A dash: the answers of this step have nothing that could be
wrong in this way (they are no JSON, or JSON without such a field). What nobody can see: numbers that are wrong and fit
each other, such as plays that are counted in another hour of the same day.

"""


def render_page(outcomes: Sequence[Outcome]) -> str:
    """Return the page with the table of ``outcomes``."""
    steps = list(dict.fromkeys(outcome.step.name for outcome in outcomes))
    cells = {(outcome.fault.name, outcome.step.name): _cell(outcome) for outcome in outcomes}
    rows = [
        [f"The server {fault.does}", *(cells.get((fault.name, step), "–") for step in steps)]
        for fault in dict.fromkeys(outcome.fault for outcome in outcomes)
    ]
    head = HEAD.format(
        day=datetime.now(UTC).date(), count=len(outcomes), timeout=TIMEOUT, deadline=DEADLINE,
        memory=max(outcome.done.memory for outcome in outcomes) // 1_000_000, parallel=PARALLEL,
        load=os.getloadavg()[0], cores=os.cpu_count(),
    )  # fmt: skip
    lines = [["fault", *steps], ["---"] * (len(steps) + 1), *rows]
    return head + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def main(words: Sequence[str]) -> None:
    """Attack, print each outcome, and write the page; exit with an error if anything is wrong."""
    steps = [step for step in STEPS.values() if any(word in step.name for word in words)] or list(STEPS.values())
    faults = [fault for fault in FAULTS if any(word in fault.name for word in words)] or list(FAULTS)
    outcomes = attack_all(steps, faults)
    if not words:
        PAGE.write_text(render_page(outcomes), encoding="utf-8")
    if wrong := [outcome for outcome in outcomes if outcome.wrong]:
        raise SystemExit(f"{len(wrong)} of {len(outcomes)} are wrong")


if __name__ == "__main__":
    main(sys.argv[1:])
