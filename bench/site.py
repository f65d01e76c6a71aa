"""Measure a complete build: 3 years, 120 countries, 500 and 5,000 videos, a page each. ``python -m bench.site``.

Each site is built twice with the same clock; the bytes must be equal.
"""

from __future__ import annotations

from bench.running import describe_machine, megabytes, module_step, print_table, run_in_turns, run_step, scratch

BUDGETS = {500: (20, 1_500_000_000), 5_000: (60, None)}
"""Number of videos → maximum seconds and bytes of memory."""
PAGES = 1_000_000_000
"""Maximum size of a site on GitHub Pages, in bytes."""


def main() -> None:
    """Run the benchmark and print the results. Exit with an error if a budget is exceeded."""
    print(f"{describe_machine()}\n\n### History → site (3 years, 120 countries)\n")
    rows, broken = [], []
    with scratch(3_000_000_000) as folder:
        for videos, (seconds, memory) in BUDGETS.items():
            history, out = folder / f"history-{videos}", folder / f"site-{videos}"
            run_step(module_step("site_history", history, videos), folder)
            took = run_in_turns({"site": module_step("site", history, out, videos)}, folder, 2)["site"]
            files, size, _ = took.answer.split(", ")
            number = int(size.split()[0])
            rows.append([
                f"{videos:,}", files, megabytes(number), f"{took.seconds:.1f} s of {seconds}",
                megabytes(took.peak) + (f" of {megabytes(memory)}" if memory else ""),
            ])  # fmt: skip
            if took.work > seconds or number > PAGES or (memory and took.peak > memory):
                broken.append(f"{videos:,} videos")
    print_table(["videos", "site", "size", "seconds", "peak memory"], rows)
    if broken:
        raise SystemExit(f"over the budget: {', '.join(broken)}")


if __name__ == "__main__":
    main()
