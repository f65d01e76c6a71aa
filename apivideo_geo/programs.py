"""Run another program, such as git, with a deadline for it and all that it starts."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

GRACE = 2.0
"""Seconds that a program has to remove its lock files once it is asked to end."""


def run_program(
    command: Sequence[str], *, seconds: float, environment: Mapping[str, str], folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``command`` and return what it printed, and its exit code. It cannot ask the user anything.

    After ``seconds``, or on Ctrl-C, it is ended together with the programs that it started. Raises FileNotFoundError if
    there is no such program, ``subprocess.TimeoutExpired``.
    """
    with subprocess.Popen(  # noqa: S603  a list of arguments, no shell
        command, cwd=folder, env=dict(environment), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, encoding="utf-8", errors="replace", start_new_session=True,
    ) as program:  # fmt: skip
        try:
            printed, said = program.communicate(timeout=seconds)
        except BaseException:
            _end(program)
            raise
    return subprocess.CompletedProcess(command, program.returncode, printed, said)


def _end(program: subprocess.Popen[str]) -> None:
    """End the process group of ``program``; a child that lives on would keep its pipes, and us, waiting."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(program.pid, number)
        with suppress(subprocess.TimeoutExpired):
            program.communicate(timeout=GRACE)
            return
