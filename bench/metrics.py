"""Measure a complete build with one metric and with four: 3 years, 120 countries. ``python -m bench.metrics``.

Both take turns, so that other work affects them equally. There are few videos, whose pages cost the same in both.
"""

from __future__ import annotations

import shutil

from bench.running import describe_machine, megabytes, module_step, print_table, run_in_turns, run_step, scratch

VIDEOS = 100
"""Number of videos, a page each."""
MOST = 1.5
"""How many times the CPU seconds of one metric four may take."""


def main() -> None:
    """Run the benchmark and print the results. Exit with an error if four metrics take too long."""
    print(f"{describe_machine()}\n\n### One metric and four (3 years, 120 countries, {VIDEOS} videos)\n")
    with scratch(1_000_000_000) as folder:
        histories = {name: folder / name.replace(" ", "-") for name in ("one metric", "four metrics")}
        one, four = histories.values()
        run_step(module_step("site_history", one, VIDEOS), folder)
        shutil.copytree(one, four)
        run_step(module_step("add_metrics", four), folder)
        steps = {name: module_step("site", path, f"{path}-site", VIDEOS) for name, path in histories.items()}
        took = run_in_turns(steps, folder, 2)
    least = took["one metric"].work
    rows = [
        [name, *each.answer.split(", ")[:1], f"{each.work:.1f} s", f"{each.work / least:.2f}", megabytes(each.peak)]
        for name, each in took.items()
    ]
    print_table(["metrics", "site", "CPU seconds", "× one metric", "peak memory"], rows)
    if took["four metrics"].work > MOST * least:
        raise SystemExit(f"four metrics take more than {MOST} times as long as one")


if __name__ == "__main__":
    main()
