"""Many calls at once, a bounded number of them, results as they come.

Threads of our own rather than an executor's: Python waits at its end for every thread of an
executor, so that Ctrl-C would last as long as the slowest answer. These are daemons.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from queue import SimpleQueue
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

GRACE = 0.5
"""Seconds left to the threads to end by themselves after an error or Ctrl-C."""


@dataclass(frozen=True)
class _Task(Generic[T]):
    call: T


@dataclass(frozen=True)
class _Done(Generic[T, R]):
    call: T
    result: R


@dataclass(frozen=True)
class _Failed:
    error: BaseException


def run_each(
    calls: Iterable[T], fetch: Callable[[T], R], *, workers: int, obey: Callable[[threading.Event], None]
) -> Iterator[tuple[T, R]]:
    """``fetch`` each of ``calls`` on at most ``workers`` threads; yields (call, result) as they finish.

    ``calls`` is read in the caller's thread, no further ahead than the threads can use, so it may
    be endless or fetch by itself. The first error drops the rest and is raised. ``obey`` is called
    in each thread with the event that says: stop.
    """
    tasks: SimpleQueue[_Task[T] | None] = SimpleQueue()
    done: SimpleQueue[_Done[T, R] | _Failed] = SimpleQueue()
    stop = threading.Event()
    threads: list[threading.Thread] = []

    def work() -> None:
        obey(stop)
        while (task := tasks.get()) is not None and not stop.is_set():
            try:
                done.put(_Done(task.call, fetch(task.call)))
            except BaseException as error:
                done.put(_Failed(error))

    waiting = iter(calls)
    pending = 0
    try:
        while True:
            while pending < 2 * workers and (task := _take(waiting)) is not None:
                tasks.put(task)
                pending += 1
                if len(threads) < workers:
                    threads.append(threading.Thread(target=work, name="apivideo-geo", daemon=True))
                    threads[-1].start()
            if not pending:
                return
            outcome = done.get()
            pending -= 1
            if isinstance(outcome, _Failed):
                raise outcome.error
            yield outcome.call, outcome.result
    finally:
        stop.set()
        for _ in threads:
            tasks.put(None)
        _join(threads)


def _take(calls: Iterator[T]) -> _Task[T] | None:
    for call in calls:
        return _Task(call)
    return None


def _join(threads: list[threading.Thread]) -> None:
    until = monotonic() + GRACE
    for thread in threads:
        thread.join(max(until - monotonic(), 0))
