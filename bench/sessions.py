"""Measure how fast sessions become a map, compared with bare DuckDB and pandas, and the memory needed.

``python -m bench.sessions [--sizes 1,10,100] [--rounds 3]``: sizes in millions of sessions.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from bench.invent import REPEATED, bytes_needed, write_sessions
from bench.running import ROOT, Took, describe_machine, megabytes, module_step, print_table, run_in_turns, scratch

MILLION = 1_000_000
COMPARED = 10
"""Up to this many millions, CSV and pandas are measured too; above, only Parquet within ``LIMIT``."""
LIMIT = "1200MB"
"""DuckDB's part of 2 GB; the rest is for Python, its libraries and what DuckDB does not count."""
MEMORY = 2_000_000_000
"""Bytes in which a size beyond ``COMPARED`` must be counted."""
SPILL = 60
"""Bytes of disk a session may take while DuckDB spills."""


def main() -> None:
    """Measure and print."""
    options = _options()
    sizes = [int(size) for size in options.sizes.split(",")]
    print(f"{describe_machine()}\n")
    growth = []
    for size in sizes:
        small = size <= COMPARED
        needed = bytes_needed(size * MILLION, "parquet") + SPILL * size * MILLION
        needed += bytes_needed(2 * size * MILLION, "csv") if small else 0
        with scratch(needed) as folder:
            print(f"{megabytes(needed)} of disk set aside in {folder}", file=sys.stderr)
            took = (_compare if small else _within_memory)(size, folder, options.rounds)
        times = f"{took.seconds:.1f} s", f"{took.work:.1f} s", f"{took.work / size:.2f} s"
        growth.append([f"{size} million", *times, megabytes(took.peak)])
    print("### How the cost grows (Parquet → choro.csv)\n")
    print_table(["sessions", "seconds", "CPU seconds", "per million", "peak memory"], growth)


def _compare(size: int, folder: Path, rounds: int) -> Took:
    csv = write_sessions(size * MILLION, folder / "sessions.csv")
    parquet = write_sessions(size * MILLION, folder / "sessions.parquet")
    found: dict[str, Took] = {}
    for path, steps in (
        (csv, ("ours", "bare", "typed", "daily", "pandas", "pandas_two")),
        (parquet, ("ours", "bare", "daily")),
    ):
        took = run_in_turns({step: module_step(step, path) for step in steps}, folder, rounds)
        if path == parquet and _spark_there():
            took |= run_in_turns({"spark": module_step("ours", path, "spark")}, folder, 1)
        _check_equal(took)
        found |= {f"{step} {path.suffix}": one for step, one in took.items()}
        build = [sys.executable, str(ROOT / "build.py"), "--quiet", "--sessions", str(path)]
        for left in ("history", "site", "exports"):
            shutil.rmtree(folder / left, ignore_errors=True)
        found |= {
            f"build {path.suffix}": run_in_turns({f"build {path.suffix}": build}, folder, 1)[f"build {path.suffix}"]
        }
    names = {"ours": "ours: → `choro.csv`", "bare": "bare DuckDB, all texts", "typed": "bare DuckDB, types sniffed",
             "daily": "bare DuckDB, one row per session, by day", "pandas": "pandas `read_csv().groupby()`",
             "pandas_two": "pandas, reading two columns only",
             "spark": "ours on `--engine spark`, this machine alone",
             "build": "`build.py --sessions`: site, history, `sessions.csv`"}  # fmt: skip
    print(f"### {size} million sessions\n")
    rows = []
    for name, one in found.items():
        step, suffix = name.split()
        ours = found[f"ours {suffix}"]
        ratio, work = f"{ours.seconds / one.seconds:.2f}", [f"{one.work:.1f} s", f"{ours.work / one.work:.2f}"]
        if step == "spark":  # Java does the work; its CPU time and memory are not measured here
            work = ["–", "–"]
        peak = "–" if step == "spark" else megabytes(one.peak)
        rows.append([names[step], suffix[1:], f"{one.seconds:.1f} s", work[0], ratio, work[1], peak])
    print_table(["what", "input", "seconds", "CPU seconds", "product / this", "in CPU", "peak memory"], rows)
    return found["ours .parquet"]


def _within_memory(size: int, folder: Path, rounds: int) -> Took:
    path = write_sessions(size * MILLION, folder / "sessions.parquet")
    (folder / "spill").mkdir()
    engine = f"duckdb://?memory_limit={LIMIT}&temp_directory={folder}/spill"
    # Bare count(distinct …) in DuckDB cannot write to disk and fails within these limits, so there is no comparison.
    took = run_in_turns({"ours": module_step("ours", path, engine)}, folder, max(1, rounds // 3))
    _check_answer(took["ours"], size)
    if took["ours"].peak > MEMORY:
        sys.exit(f"{megabytes(took['ours'].peak)} is more than 2 GB")
    print(f"### {size} million sessions as Parquet ({megabytes(path.stat().st_size)}), memory_limit={LIMIT}\n")
    rows = [[n, f"{one.seconds:.1f} s", f"{one.work:.1f} s", megabytes(one.peak)] for n, one in took.items()]
    print_table(["what", "seconds", "CPU seconds", "peak memory"], rows)
    return took["ours"]


def _check_answer(took: Took, size: int) -> None:
    """Exit if the count is wrong: every ``REPEATED``-th row has the id of the next one."""
    counted = sum(count for _, count in json.loads(took.answer))
    if counted != size * MILLION - size * MILLION // REPEATED:
        sys.exit(f"{counted} sessions were counted of {size} million rows")


def _check_equal(took: dict[str, Took]) -> None:
    if len({one.answer for one in took.values()}) > 1:
        sys.exit(f"Different answers: { {name: one.answer[:300] for name, one in took.items()} }")


def _spark_there() -> bool:
    """Return whether the extra ``spark`` and Java are installed."""
    return find_spec("pyspark") is not None and shutil.which("java") is not None


def _options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1,10", help="millions of sessions, separated by commas")
    parser.add_argument("--rounds", type=int, default=3, help="number of runs of each step")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
