"""The product as a user runs it: ``python build.py …`` in a folder of its own.

Most tests call the command line within the test's own process, which saves seconds of start-up for each run. Where
the process itself is the subject (its memory, its signals, an installed wheel, a cluster), use
``Product(folder, process=True)``.
"""

import csv
import io
import json
import logging
import os
import subprocess
import sys
import warnings
from collections import Counter
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from typer.main import get_command

from apivideo_geo.cli import app, with_command
from apivideo_geo.console.exits import run_guarded

ROOT = Path(__file__).parents[1]
COMMAND = [os.environ["PRODUCT"]] if os.environ.get("PRODUCT") else [sys.executable, str(ROOT / "build.py")]
"""What is tested: the checkout, or with PRODUCT (`make test-wheel`) the command of an installed wheel."""
CALL = get_command(app)
"""What `app` makes for each call: the same each time, so tests make it once."""


class Product:
    """A folder to run in. ``run`` gives the finished process; ``said`` collects all it ever printed."""

    def __init__(self, folder: Path, *, process: bool = False) -> None:
        self.folder = folder
        self.process = process or bool(os.environ.get("PRODUCT"))
        self.said = ""

    def environment(self, api=None, now=None, **more):
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("APIVIDEO", "GITHUB_"))
        }
        if api:
            environment |= {"APIVIDEO_API_KEY": api.api_key, "APIVIDEO_BASE_URL": api.url}
        if api or "APIVIDEO_API_KEY" in more:
            environment["APIVIDEO_GEO_METRIC"] = "play"  # one metric, unless a test says otherwise: it saves requests
        if now:
            environment["SOURCE_DATE_EPOCH"] = str(int(now.timestamp()))
        return environment | more

    def run(self, *arguments, api=None, now=None, code=0, **more):
        start = run_process if self.process else run_here
        done = start([*map(str, arguments)], self.folder, self.environment(api, now, **more))
        self.said += done.stdout + done.stderr
        assert done.returncode == code, f"exit {done.returncode}, not {code}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done

    def choro(self, site="site"):
        with (self.folder / site / "data/choro.csv").open(newline="") as file:
            assert file.readline() == "ISO_A3,Count\n"
            return Counter({code: int(count) for code, count in csv.reader(file)})

    def summary(self, site="site"):
        return json.loads((self.folder / site / "data/summary.json").read_text())

    def files(self, *under):
        """Path → content of every file below ``under`` (default: everything)."""
        folders = [self.folder / name for name in under] or [self.folder]
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for folder in folders
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }


def run_process(arguments, folder, environment):
    """Run the command in a process of its own."""
    return subprocess.run(
        [*COMMAND, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=900
    )


@contextmanager
def log_as_before():
    """Leave the logger of the product as it was: the command sends its records to a stderr of its own."""
    logger = logging.getLogger("apivideo_geo")
    before = logger.handlers[:], logger.level, logger.propagate
    try:
        yield
    finally:
        logger.handlers[:], logger.level, logger.propagate = before


def run_here(arguments, folder, environment):
    """Run the command in this process, with that working folder and environment, and nothing else of its own."""
    out, err = io.StringIO(), io.StringIO()
    with (
        chdir(folder),
        patch.dict(os.environ, environment, clear=True),
        warnings.catch_warnings(action="ignore"),
        redirect_stdout(out),
        redirect_stderr(err),
        log_as_before(),
    ):
        code = run_guarded(lambda: CALL(with_command(arguments), standalone_mode=False))
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())
