"""Run mutmut with tests that are collected once: each change then costs a fork and its tests, not a start of pytest.

mutmut's own server imports the tests once, but calls pytest for each change, which collects them again, and runs them
in no certain order. Here those that noticed other changes of the same function run first, then the quickest, up to the
first that fails. And mutmut parses the changed files
again to find the function of a type error, which takes minutes; here the lines it has noted of each function say that.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

import mutmut.__main__ as program
from mutmut.configuration import config
from mutmut.mutation.data import MutantLineSpans
from mutmut.mutation.file_mutation import FailedTypeCheckMutant
from mutmut.mutation.trampoline import get_mutant_under_test
from mutmut.runners.harness import PytestRunner
from mutmut.state import state
from mutmut.type_checking import run_type_checker
from mutmut.utils.file_utils import change_cwd
from mutmut.utils.format_utils import get_mutant_name, mangled_name_from_mutant_name
from mutmut.workers.isolation import ForkServerRunner

NOTICED_BY = Path("mutants/noticed_by").resolve()
"""Folder with a file for each function: the tests that noticed a change of it, one a line."""
NO_CHANGE = "no_change__mutmut_0"
"""Named like a change, but no function has it: all tests pass with it, or a result would mean nothing."""


def _noticed_by(mutant_name: str) -> Path:
    return NOTICED_BY / mangled_name_from_mutant_name(mutant_name)


class _Collected(PytestRunner):
    """Runs tests of the session that the server has collected, in a process that was forked from it."""

    def warm_up(self) -> None:
        """Do nothing: everything is collected."""

    def run_stats(self, *, tests: Iterable[str]) -> int:
        """Find which functions each test calls: those of a macro too, which otherwise only the first would call."""
        from apivideo_geo import macros  # the copy with all changes

        macros._macro = macros._macro.__wrapped__
        return super().run_stats(tests=tests)

    def run_tests(self, *, mutant_name: str | None, tests: Iterable[str]) -> int:
        """Return 0 if no test fails with the change ``mutant_name``; the first one that fails ends the process."""
        if mutant_name is None:
            return super().run_tests(mutant_name=None, tests=tests)
        seconds, useful = state().duration_by_test, _noticed_by(mutant_name)
        useful = useful.read_text(encoding="utf-8").splitlines() if useful.is_file() else []
        items = sorted((_Server.items[test] for test in tests), key=lambda item: seconds[item.nodeid])
        items.sort(key=lambda item: item.nodeid not in useful)
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        return 0


class _Server(ForkServerRunner):
    """The server that forks a process for each change; it runs inside a session of pytest."""

    items: ClassVar[dict] = {}

    def startup(self) -> None:
        """Start the server, and run all tests there once without a change. Raises SystemExit if one fails."""
        super().startup()
        _noticed_by(NO_CHANGE).unlink(missing_ok=True)
        self.submit(NO_CHANGE, list(state().duration_by_test), cpu_time_limit=3600, estimated_time=0)
        if self.wait_for_result().exit_code:
            self.stop_all_workers()
            failed = _noticed_by(NO_CHANGE)
            name = failed.read_text(encoding="utf-8").strip() if failed.is_file() else "the run of the tests"
            raise SystemExit(f"error: without a change of the code {name} fails; mend it, then run make mutants again")

    def _forkserver_main(self, work_fd: int, result_fd: int) -> None:
        import ibis.backends.duckdb  # noqa: F401  Ibis imports it at the first query: once, instead of for each change
        import pytest  # the parent stays without pytest, so that it can fork

        serve = super()._forkserver_main

        class Serve:
            @pytest.hookimpl(tryfirst=True)
            def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
                if call.excinfo and not call.excinfo.errisinstance(pytest.skip.Exception):
                    with _noticed_by(get_mutant_under_test()).open("a", encoding="utf-8") as file:
                        file.write(f"{item.nodeid}\n")
                    os._exit(1)  # at once: a traceback through the changed files, which are long, takes longest

            def pytest_runtestloop(self, session: pytest.Session) -> bool:
                _Server.items = {item.nodeid: item for item in session.items}
                gc.collect()
                gc.freeze()  # a forked process does not look through the memory that it shares, and so copy it
                serve(work_fd, result_fd)
                return True

        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())
        os.chdir("mutants")
        NOTICED_BY.mkdir(exist_ok=True)
        options = ("--rootdir=.", f"--basetemp={Path('tmp').resolve()}")
        tests = config().pytest_add_cli_args_test_selection
        pytest.main([*options, *tests, *config().pytest_add_cli_args], plugins=[Serve()])


def _find_type_errors() -> dict[str, FailedTypeCheckMutant]:
    """Return the name of each change that the type checker notices → its error."""
    folder = Path("mutants").resolve()
    with change_cwd(folder):
        errors = run_type_checker(config().type_check_command)
    found, spans_of = {}, {}
    for error in errors:
        path = error.file_path.relative_to(folder)
        if path not in spans_of:
            spans = MutantLineSpans.load(path)
            spans_of[path] = spans.span_by_function_name if spans else {}
        names = [name for name, span in spans_of[path].items() if span.start <= error.line_number <= span.end]
        if not names or names[0].endswith("_orig"):
            raise SystemExit(f"error: the type checker finds an error outside the changes: {error}")
        name = get_mutant_name(path, names[0])
        found[name] = FailedTypeCheckMutant(None, name, error)
    return found


def run(patterns: list[str]) -> None:
    """Run the changes whose names match ``patterns``, or all that have no result."""
    program.get_mutant_runner = lambda children=1: _Server(children, _Collected, {})
    program.filter_mutants_with_type_checker = _find_type_errors
    program._run(patterns, 1)
