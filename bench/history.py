"""Measure the aggregation of a history of 3 and of 10 years. ``python -m bench.history``."""

from __future__ import annotations

from bench.running import describe_machine, megabytes, module_step, print_table, run_in_turns, run_step, scratch


def main() -> None:
    """Run the benchmark and print the results."""
    print(f"{describe_machine()}\n\n### History → Summary and data files (120 countries)\n")
    rows = []
    with scratch(500_000_000) as folder:
        for years in (3, 10):
            for detail in ("country", "media"):
                place = folder / f"{years}-{detail}"
                run_step(module_step("history", place, years, detail), folder)
                size = sum(path.stat().st_size for path in place.rglob("*.parquet"))
                steps = {"ours": module_step("summary", place), "bare": module_step("bare_summary", place)}
                took = run_in_turns(steps, folder, 3)
                rows.append([
                    years, detail, megabytes(size), f"{took['ours'].seconds:.2f} s", megabytes(took["ours"].peak),
                    f"{took['bare'].seconds:.2f} s",
                ])  # fmt: skip
                if took["ours"].answer != took["bare"].answer:
                    raise SystemExit(f"different results: {took['ours'].answer} and {took['bare'].answer}")
    print_table(["years", "detail", "history", "ours", "peak memory", "total by bare DuckDB"], rows)


if __name__ == "__main__":
    main()
