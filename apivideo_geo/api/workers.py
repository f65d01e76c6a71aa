"""Run many calls at once on a limited number of threads; results as they come.

The threads are not those of a ``ThreadPoolExecutor``: Python waits for each of them when it exits, so Ctrl-C would take
as long as the slowest answer. These are daemon threads, which end with the program.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from itertools import islice
from queue import Empty, SimpleQueue
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

GRACE = 0.5
"""Seconds that the threads have to end after an error or Ctrl-C."""
NOTICED = 1.0
"""Maximum seconds after which Ctrl-C is noticed."""


def run_each(
    calls: Iterable[T], fetch: Callable[[T], R], *, workers: int, obey: Callable[[threading.Event], None]
) -> Iterator[tuple[T, R]]:
    """Call ``fetch`` with each of ``calls`` on at most ``workers`` threads; yield (call, result) as they finish.

    ``calls`` is read in the caller's thread, at most ``2 * workers`` ahead, so it may be endless. The first error drops
    the remaining calls and is raised. ``obey`` is called once in each thread, with the event that asks it to stop.
    """
    tasks: SimpleQueue[tuple[T, Future[R]] | None] = SimpleQueue()
    done: SimpleQueue[tuple[T, Future[R]]] = SimpleQueue()
    stop, threads, remaining, pending = threading.Event(), list[threading.Thread](), iter(calls), 0

    def work() -> None:
        obey(stop)
        while (task := tasks.get()) is not None and not stop.is_set():
            call, future = task
            try:
                future.set_result(fetch(call))
            except BaseException as error:
                future.set_exception(error)
            done.put(task)

    try:
        while True:
            for call in islice(remaining, 2 * workers - pending):
                tasks.put((call, Future()))
                pending += 1
                if len(threads) < workers:
                    threads.append(threading.Thread(target=work, name="apivideo-geo", daemon=True))
                    threads[-1].start()
            if not pending:
                return
            call, future = _take(done)
            pending -= 1
            yield call, future.result()
    finally:
        stop.set()
        for _ in threads:
            tasks.put(None)
        for thread in threads:
            thread.join(GRACE / len(threads))


def _take(queue: SimpleQueue[T]) -> T:
    """Return the next item. Python only notices a signal that comes just before a wait when this wait ends."""
    while True:
        with suppress(Empty):
            return queue.get(timeout=NOTICED)
