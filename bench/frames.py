"""Measure the CSV files of a site: from pandas frames, and by ``csv.writer`` over finished rows.

``python -m bench.frames``. Each step writes the files five times; reading the history is subtracted.
"""

from __future__ import annotations

from bench.running import describe_machine, module_step, print_table, run_in_turns, run_step, scratch


def main() -> None:
    """Run the benchmark and print the results. Exit with an error if the two write different bytes."""
    print(f"{describe_machine()}\n\n### Summary → CSV files (3 years, 120 countries, 500 videos)\n")
    with scratch(500_000_000) as folder:
        place = folder / "history"
        run_step(module_step("site_history", place, 500), folder)
        names = ("read", "frames", "writer")
        took = run_in_turns({name: module_step("tables", place, name) for name in names}, folder, 3)
    if took["frames"].answer != took["writer"].answer:
        raise SystemExit(f"different files: {took['frames'].answer} and {took['writer'].answer}")
    work = {name: took[name].work - took["read"].work for name in ("frames", "writer")}
    rows = [[name, f"{found / 5:.2f} s", f"{found / work['writer']:.2f}"] for name, found in work.items()]
    rows.append(["reading the history, imports included", f"{took['read'].work:.2f} s", ""])
    print_table(["what", "CPU seconds", "this / csv.writer"], rows)


if __name__ == "__main__":
    main()
