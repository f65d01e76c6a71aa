"""Runs that are killed: a process that has imported all they need forks one for each, which saves their start-up."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.forks import MODULES
from tests.product import ROOT


class Killer:
    """Starts calls of ``module.function``, each in a process of its own, and kills them."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def run_for(self, seconds: float, *arguments: Any) -> bool:
        """Call the function with ``arguments``, and kill it after ``seconds``; return whether it had ended before."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(arguments) + "\n")
        self.process.stdin.flush()
        child = int(self.process.stdout.readline())
        ended = bool(select.select([self.process.stdout], [], [], seconds)[0])
        if not ended:
            os.kill(child, signal.SIGKILL)
        code = int(self.process.stdout.readline())
        assert code in ((0,) if ended else (0, -signal.SIGKILL))
        return ended or code == 0


@contextmanager
def forking(module: str, function: str) -> Iterator[Killer]:
    """Import ``module`` in a process, and give what starts ``function`` of it there."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-W", "ignore", "-m", "tests.killed", module, function]
    with subprocess.Popen(
        command, env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Killer(process)


def run_command(folder: str, environment: dict[str, str], arguments: list[str]) -> None:
    """Run the command line in ``folder``, as ``python build.py`` does."""
    from apivideo_geo.cli import main

    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["build.py", *arguments]
    main()


def _serve(module: str, function: str) -> None:
    for name in (*MODULES, "tests.killed"):
        import_module(name)
    call = getattr(import_module(module), function)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _call(call, json.loads(line))
        print(child)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _call(call: Any, arguments: list[Any]) -> None:
    """Do it, and end this process."""
    code = 1
    try:
        with Path(os.devnull).open("r+") as nowhere:
            for stream in (0, 1, 2):
                os.dup2(nowhere.fileno(), stream)
        call(*arguments)
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        os._exit(code)


if __name__ == "__main__":
    _serve(*sys.argv[1:])
