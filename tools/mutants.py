"""Change the code in small ways, see which changes no quick test notices, and write docs/mutants.md.

``make mutants`` runs mutmut on the modules of ``[tool.mutmut]`` in pyproject.toml: the functions that changed since its
last run, and what survived then. ``make mutants MODULES="apivideo_geo/privacy.py …"`` runs all of these modules again.
mutants.csv has the changes that make no difference, each with the reason.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files
from mutmut.utils.format_utils import orig_function_and_class_names_from_key

from tools.mutant_runner import run

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/mutants.md"
REASONS = Path(__file__).with_name("mutants.csv")
COLUMNS = ("module", "function", "line", "becomes", "reason")
HEAD = """# Mutation tests

[mutmut](https://mutmut.readthedocs.io/) {version} changes the code in small ways: a number, an operator, a string, an
argument, a keyword. The types or a test should fail for each change. These are the results of {day}: mypy reads each
changed function of the modules below, and then the quick tests run that call it, those in `[tool.mutmut]` of
`pyproject.toml`: in one process, without a browser, first those that noticed another change of the function, then the
quickest, up to the first that fails. That takes 0.1 to 0.5 s of one core for a change. Before the first change all
these tests run once in the same way without one, and must pass. `make mutants` goes on with what was not run, and
writes this page.
Not changed are constants of modules, and functions with a decorator, such as properties and cached ones.

Score: the noticed changes, by types or tests, of all; only of a module that was run completely. The last line adds up
these modules. *No difference*: the changes that are listed below with the reason. *Open*: no quick test notices them.
*Not called*: no quick test calls the function, only the slow ones do, which run the whole command, such as
`test_withheld.py`, `test_believed.py` and `test_main_job.py`.

"""
TABLE = """| module | changes | by types | by tests | no difference | open | not called | not run | score |
|---|--:|--:|--:|--:|--:|--:|--:|--:|
"""
TYPES, NOT_RUN, NOT_CALLED = "caught by type check", "not checked", "no tests"
NOTICED = "killed"
"""A change that lasts too long or ends the process is not noticed by a test; it needs a reason, too."""


@dataclass
class Module:
    """What became of the mutants of one module."""

    path: Path
    counts: Counter[str] = field(default_factory=Counter)
    explained: list[dict[str, str]] = field(default_factory=list)
    survived: list[dict[str, str]] = field(default_factory=list)

    def row(self) -> str:
        """Return the module's line of the table."""
        name = str(self.path).removeprefix("apivideo_geo/")
        return _row(f"`{name}`", self.counts, len(self.explained), len(self.survived))


def _row(name: str, counts: Counter[str], explained: int, survived: int) -> str:
    tests, total = counts[NOTICED], counts.total()
    score = f"{100 * (counts[TYPES] + tests) / total:.1f} %" if total and not counts[NOT_RUN] else ""
    cells = (name, total, counts[TYPES], tests, explained, survived, counts[NOT_CALLED], counts[NOT_RUN], score)
    return f"| {' | '.join(map(str, cells))} |"


def read_results() -> list[Module]:
    """Return what mutmut's last runs found, by module."""
    reasons = read_reasons()
    modules = []
    for path in sorted(walk_mutatable_files()):
        data = SourceFileMutationData(path=path)
        data.load()
        module = Module(path, Counter(status_by_exit_code[code] for code in data.exit_code_by_key.values()))
        for name, code in data.exit_code_by_key.items():
            if status_by_exit_code[code] not in (TYPES, NOTICED, NOT_CALLED, NOT_RUN):
                change = _change(name, path)
                reason = reasons.get(_key(change))
                (module.explained if reason else module.survived).append(change | {"reason": reason or ""})
        modules.append(module)
    return [module for module in modules if module.counts]


def read_reasons() -> dict[tuple[str, ...], str]:
    """Return the key of each change in mutants.csv → why it makes no difference."""
    with REASONS.open(encoding="utf-8", newline="") as file:
        return {_key(row): row["reason"] for row in csv.DictReader(file)}


def _key(change: dict[str, str]) -> tuple[str, ...]:
    return tuple(change[name] for name in COLUMNS[:-1])


def _change(name: str, path: Path) -> dict[str, str]:
    """Return the change that is the mutant ``name``, as a row of mutants.csv."""
    lines = get_diff_for_mutant(name, path=path).splitlines()[2:]
    function, owner = orig_function_and_class_names_from_key(name)
    line, becomes = (" ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")
    function = f"{owner}.{function}" if owner else function
    return {"module": str(path), "function": function, "line": line, "becomes": becomes}


def render_page(modules: Iterable[Module]) -> str:
    """Return docs/mutants.md."""
    modules = list(modules)
    run = [module for module in modules if not module.counts[NOT_RUN]]
    total = sum((module.counts for module in run), Counter())
    explained = [change for module in modules for change in module.explained]
    sums = (sum(len(module.explained) for module in run), sum(len(module.survived) for module in run))
    head = HEAD.format(version=version("mutmut"), day=datetime.now(UTC).date())
    name = f"{len(run)} of {len(modules)} modules, all run"
    rows = (*(module.row() for module in modules), _row(name, total, *sums))
    unnoticed = [change for module in modules for change in module.survived]
    open_ones = ("\n## Open\n", *map(_bullet, unnoticed)) if unnoticed else ()
    return head + TABLE + "\n".join((*rows, *open_ones, *_explanations(explained), ""))


def _explanations(changes: list[dict[str, str]]) -> Iterator[str]:
    yield "\n## What makes no difference"
    kinds = Counter(change["reason"] for change in changes)
    for reason, count in kinds.most_common():
        yield f"\n{reason} ({count}):\n"
        yield from (_bullet(change) for change in changes if change["reason"] == reason)


def _bullet(change: dict[str, str]) -> str:
    module = change["module"].removeprefix("apivideo_geo/")
    return f"- `{module}`, `{change['function']}`: ``{change['line']}`` → ``{change['becomes']}``"


def forget_survivors() -> None:
    """Let mutmut run again what survived without a reason, or was not called: a test may be new."""
    reasons = read_reasons()
    for path in walk_mutatable_files():
        data = SourceFileMutationData(path=path)
        data.load()
        for name, code in data.exit_code_by_key.items():
            kept = code is None or status_by_exit_code[code] in (NOTICED, TYPES)
            if not kept and _key(_change(name, path)) not in reasons:
                data.exit_code_by_key[name] = None
        if data.exit_code_by_key:
            data.save()


def main(paths: list[str]) -> None:
    """Run mutmut, write the page, and print what survived without a reason as lines for mutants.csv."""
    forget_survivors()
    patterns = [f"{path.removesuffix('.py').replace('/', '.')}.x*" for path in paths]
    run(patterns)
    modules = read_results()
    PAGE.write_text(render_page(modules), encoding="utf-8")
    lines = csv.DictWriter(sys.stdout, COLUMNS)
    for module in modules:
        lines.writerows(module.survived)
    print(TABLE + "\n".join(module.row() for module in modules))


if __name__ == "__main__":
    main(sys.argv[1:])
