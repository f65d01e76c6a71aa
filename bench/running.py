"""Run steps in separate processes, measure time and memory, and print tables."""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Took:
    """Cost of one step: wall-clock seconds, CPU seconds, peak resident bytes; and the last line it printed."""

    seconds: float
    work: float
    peak: int
    answer: str


def run_step(command: Sequence[str], folder: Path) -> Took:
    """Run ``command`` in ``folder`` and return its cost. Exit the benchmark if it fails."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        child = subprocess.Popen(
            list(command), cwd=folder, stdout=said, stderr=subprocess.STDOUT, env=_environment(), text=True
        )
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - start
        said.seek(0)
        text = said.read()
    if child.returncode:
        sys.exit(f"{' '.join(command)}\nended with {child.returncode}:\n{text}")
    return Took(seconds, used.ru_utime + used.ru_stime, _peak(used), text.strip().rpartition("\n")[2])


def run_in_turns(steps: Mapping[str, Sequence[str]], folder: Path, rounds: int) -> dict[str, Took]:
    """Run each step ``rounds`` times in turn (A B C A B C …), so that a busy moment affects all. Return the medians.

    Exit the benchmark if a step does not give the same answer each time.
    """
    took: dict[str, list[Took]] = {name: [] for name in steps}
    for number in range(rounds):
        for name, command in steps.items():
            took[name].append(run_step(command, folder))
            print(
                f"  {number + 1}/{rounds} {name}: {took[name][-1].seconds:.1f} s, {took[name][-1].work:.1f} s of work",
                file=sys.stderr,
                flush=True,
            )
    for name, found in took.items():
        if len({one.answer for one in found}) > 1:
            sys.exit(f"{name} gave different answers: {[one.answer for one in found]}")
    return {
        name: Took(
            statistics.median(one.seconds for one in found),
            statistics.median(one.work for one in found),
            max(one.peak for one in found),
            found[0].answer,
        )
        for name, found in took.items()
    }


def module_step(step: str, *arguments: object) -> list[str]:
    """Return the command that runs the function ``step`` of :mod:`bench.steps`."""
    return [sys.executable, "-m", "bench.steps", step, *map(str, arguments)]


def print_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a Markdown table."""
    for row in (head, ["---"] * len(head), *rows):
        print("| " + " | ".join(map(str, row)) + " |")
    print(flush=True)


def megabytes(size: int) -> str:
    """Format ``size`` bytes for a table."""
    return f"{size / 1e6:,.0f} MB"


@contextmanager
def scratch(needed: int) -> Iterator[Path]:
    """Create a temporary folder with ``needed`` bytes free, removed afterwards. Exit the benchmark if there is less."""
    with tempfile.TemporaryDirectory(prefix="apivideo-geo-bench-") as name:
        free = disk_usage(name).free
        if free < needed:
            sys.exit(f"{name} has {megabytes(free)} free, {megabytes(needed)} are needed; set TMPDIR to a larger disk.")
        yield Path(name)


def describe_machine() -> str:
    """Return date, cores, memory and versions as one line."""
    import duckdb
    import pandas as pd

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, {memory:.0f} GiB of memory, "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, DuckDB {duckdb.__version__}, "
        f"pandas {pd.__version__}. Load at the start: {os.getloadavg()[0]:.1f}."
    )


def as_answer(counts: Mapping[str, int]) -> str:
    """Return country → count as one line that does not depend on their order."""
    return json.dumps(sorted(counts.items()))


def _peak(used: resource.struct_rusage) -> int:
    return used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("APIVIDEO", "GITHUB_"))}
    return kept | {"PYTHONPATH": str(ROOT)}
