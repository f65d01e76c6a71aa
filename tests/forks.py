"""Run the real command very often: a process that has imported everything forks for each run, which saves the start.

``python -m tests.forks`` is that process. It reads one run per line, as JSON, and starts it at once.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, Self

from tests.product import ROOT

LONGEST = 120
"""Seconds after which a run is killed."""
COMMAND = "from apivideo_geo.cli import main; main()"
"""The command line, as Python."""
MODULES = (
    "apivideo_geo.cli", "apivideo_geo.pipeline", "apivideo_geo.collect.collect", "apivideo_geo.collect.edit",
    "apivideo_geo.history.history", "apivideo_geo.history.branch.sync", "apivideo_geo.sources.data_api",
    "apivideo_geo.sources.session_api", "apivideo_geo.render.site", "apivideo_geo.exports.data_files",
    "apivideo_geo.exports.manifest", "apivideo_geo.exports.sessions_csv", "apivideo_geo.checks",
    "apivideo_geo.publish", "apivideo_geo.open_place", "ibis.backends.duckdb", "pandas", "pyarrow.parquet", "requests",
)  # fmt: skip
"""What a run would import."""


class Done(NamedTuple):
    """A run that is over: exit code, seconds, peak memory in bytes, all that it printed."""

    code: int
    seconds: float
    memory: int
    said: str


class Forks:
    """Runs Python in forks, as a context manager; ``run`` may be called by several threads at once."""

    def __enter__(self) -> Self:
        self._lock = threading.Lock()
        environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.forks"], stdin=subprocess.PIPE, env=environment, text=True, cwd=ROOT
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def run(self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], code: str = COMMAND) -> Done:
        """Run the Python ``code`` with the command line ``arguments`` in ``folder``, and return how it ended."""
        assert self._process.stdin
        with tempfile.TemporaryDirectory() as name:
            pipe, printed = Path(name, "pipe"), Path(name, "printed")
            os.mkfifo(pipe)
            job = {
                "code": code, "arguments": [*arguments], "folder": str(folder), "environment": dict(environment),
                "pipe": str(pipe), "printed": str(printed),
            }  # fmt: skip
            with self._lock:
                self._process.stdin.write(json.dumps(job) + "\n")
                self._process.stdin.flush()
            ended = json.loads(pipe.read_text())
            return Done(**ended, said=printed.read_text(errors="replace"))


def main() -> None:
    """Fork for each line of the standard input, until it ends."""
    for name in MODULES:
        import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        if not os.fork():
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _watch(json.loads(line))


def _watch(job: Mapping[str, Any]) -> None:
    """Fork once more for the run itself, wait for its end, and write what it took to the pipe."""
    started = time.monotonic()
    program = os.fork()
    if not program:
        _become(job)
    _, status, usage = os.wait4(program, 0)
    unit = 1 if sys.platform == "darwin" else 1024
    ended = {
        "code": os.waitstatus_to_exitcode(status), "seconds": time.monotonic() - started,
        "memory": usage.ru_maxrss * unit,
    }  # fmt: skip
    Path(job["pipe"]).write_text(json.dumps(ended))
    os._exit(0)


def _become(job: Mapping[str, Any]) -> None:
    """Run the code of ``job`` as if Python had been started with it."""
    with ending_process():
        signal.alarm(LONGEST)
        output = os.open(job["printed"], os.O_WRONLY | os.O_CREAT, 0o600)
        for stream in (1, 2):
            os.dup2(output, stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.chdir(job["folder"])
        os.environ.clear()
        os.environ.update(job["environment"])
        sys.argv = ["build.py", *job["arguments"]]
        exec(compile(job["code"], "run", "exec"), {"__name__": "__main__"})


@contextmanager
def ending_process() -> Iterator[None]:
    """End this process after the block, with the exit code and the traceback of ``python``."""
    code = 1
    try:
        yield
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
