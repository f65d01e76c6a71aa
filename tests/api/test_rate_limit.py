"""The reckoning of the request limit, against simulated servers: no real time passes here."""

from __future__ import annotations

import heapq
import math
import random
from collections import Counter
from dataclasses import dataclass

import pytest

from apivideo_geo.api.rate_limit import FEW, LONGEST_PAUSE, Limits, Pacer, Window, parse_limits
from apivideo_geo.errors import DeadlineExceeded
from tests.api.odd_server import Hasty


@dataclass
class Server:
    """Counts requests in windows of ``seconds``; ``rounding`` turns the seconds to a window's end into the header."""

    limit: int
    seconds: float
    rounding: object
    aligned: bool
    start: float = -math.inf
    count: int = 0
    refused: int = 0

    def take(self, now: float) -> tuple[int, Limits]:
        if now - self.start >= self.seconds:
            self.start = now // self.seconds * self.seconds if self.aligned else now
            self.count = 0
        self.count += 1
        left = self.rounding(self.start + self.seconds - now)
        self.refused += self.count > self.limit
        return self.count, Limits(self.limit, max(self.limit - self.count, 0), left)


@dataclass
class Run:
    used: list[int]
    refused: int
    seconds: float
    sent: int


def simulate(server: Server, wanted: int, *, workers: int = 8, seed: int = 1, failing: float = 0.0) -> Run:
    """``wanted`` requests must be answered; each takes 20–400 ms, so that answers arrive out of order."""
    rng, window = random.Random(seed), Window()
    now, idle, done, sent = 1000.25, workers, 0, 0
    events: list[tuple[float, int, str, int, Limits, bool]] = []
    per_window: Counter[float] = Counter()
    while done < wanted:
        delay = 1.0 if idle == 0 else window.delay(now)
        if idle and delay == 0:
            ticket = window.issue(now)
            idle, sent = idle - 1, sent + 1
            heapq.heappush(events, (now + rng.uniform(0.01, 0.2), ticket, "arrives", ticket, Limits(), False))
            continue
        if idle and delay is not None and (not events or events[0][0] > now + delay):
            now += delay
            continue
        now, _, what, ticket, limits, refused = heapq.heappop(events)
        if what == "arrives":
            count, limits = server.take(now)
            refused = count > server.limit
            per_window[server.start] += not refused
            if rng.random() < failing:
                limits = Limits()
            heapq.heappush(events, (now + rng.uniform(0.01, 0.2), ticket, "answers", ticket, limits, refused))
        else:
            known = limits != Limits()
            window.answer(ticket, now, limits, rejected=refused and known, has_headers=known)
            idle += 1
            done += known and not refused
    return Run([per_window[start] for start in sorted(per_window)], server.refused, now - 1000.25, sent)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("aligned", [False, True])
@pytest.mark.parametrize("rounding", [math.ceil, math.floor, round, float])
def test_nearly_the_whole_limit_is_used_and_429s_are_rare(rounding, aligned, seed):
    server = Server(500, 60, rounding, aligned)
    run = simulate(server, 2600, seed=seed)
    assert all(used >= 0.95 * 500 for used in run.used[1:-1]), run.used
    assert run.refused <= 5
    assert run.seconds <= 60 * 2600 / 500 / 0.95 + 5


@pytest.mark.parametrize("workers", [1, 2, 8, 40])
def test_a_server_that_rounds_up_never_has_to_refuse(workers):
    run = simulate(Server(100, 60, math.ceil, False), 550, workers=workers)
    assert run.refused == 0
    assert run.used[:-1] == [100] * 5


def test_requests_that_fail_without_a_word_cost_nearly_nothing_of_the_limit():
    run = simulate(Server(500, 60, math.ceil, False), 2000, failing=0.05)
    assert run.refused == 0
    assert all(used >= 0.95 * 500 for used in run.used[:-1]), run.used


def test_others_on_the_same_key_are_noticed():
    window = Window()
    window.answer(window.issue(0.0), 0.1, Limits(100, 50, 60))
    assert window.delay(0.1) == 0
    window.answer(window.issue(0.2), 0.3, Limits(100, 0, 60))
    assert window.delay(0.3) == pytest.approx(59.85, abs=0.1)


def test_few_requests_go_before_the_first_answer():
    window = Window()
    for _ in range(FEW):
        assert window.delay(0.0) == 0
        window.issue(0.0)
    assert window.delay(0.0) is None


def test_what_is_in_flight_counts_as_used():
    window = Window()
    window.answer(window.issue(0.0), 0.1, Limits(10, 2, 60))
    first = window.issue(0.2)
    assert window.delay(0.2) == 0
    window.issue(0.2)
    assert window.delay(0.2) is None
    window.answer(first, 0.3, Limits(10, 1, 60))
    assert window.delay(0.3) is None


def test_a_request_without_an_answer_counts_as_used_until_a_later_answer():
    window = Window()
    window.answer(window.issue(0.0), 0.1, Limits(10, 2, 60))
    failing, other = window.issue(0.2), window.issue(0.2)
    window.answer(failing, 0.3, Limits(), has_headers=False)
    window.answer(other, 0.4, Limits(10, 1, 60))
    assert window.delay(0.4) > 1, "one left, and the lost one may be it"
    window = Window()
    window.answer(window.issue(0.0), 0.1, Limits(10, 5, 60))
    window.answer(window.issue(0.2), 0.3, Limits(), has_headers=False)
    window.answer(window.issue(0.4), 0.5, Limits(10, 1, 60))
    assert window.delay(0.5) == 0, "this answer came later, and counts the lost one"


def test_answers_out_of_order_do_not_raise_what_is_left():
    window = Window()
    first, second = window.issue(0.0), window.issue(0.0)
    window.answer(second, 0.2, Limits(10, 8, 60))
    window.answer(first, 0.3, Limits(10, 9, 60))
    assert window.left == 8


def test_a_late_answer_of_the_last_window_does_not_empty_the_new_one():
    window = Window()
    late = window.issue(0.0)
    window.answer(window.issue(0.0), 0.1, Limits(10, 3, 5))
    assert window.delay(6.0) == 0
    window.answer(window.issue(6.0), 6.1, Limits(10, 9, 60))
    window.answer(late, 6.2, Limits(10, 0, 1))
    assert window.left == 9


def test_with_none_left_it_waits_for_the_end_of_the_window_and_starts_the_next():
    window = Window()
    window.answer(window.issue(0.0), 0.1, Limits(10, 0, 42))
    delay = window.delay(0.1)
    assert 42 <= delay <= 42.2
    assert window.delay(0.1 + delay) == 0


def test_none_left_and_no_word_on_how_long_is_a_short_wait_that_grows():
    window, now, waits = Window(), 0.0, []
    for _ in range(8):
        assert window.delay(now) == 0
        window.answer(window.issue(now), now, Limits(), rejected=True)
        waits.append(window.delay(now))
        now += waits[-1]
    assert waits == sorted(waits)
    assert waits[0] >= 1
    assert waits[-1] == LONGEST_PAUSE


def test_remaining_zero_without_an_end_does_not_stop_permanently():
    window = Window()
    window.answer(window.issue(0.0), 0.0, Limits(10, 0, None))
    delay = window.delay(0.0)
    assert 0 < delay <= LONGEST_PAUSE
    assert window.delay(delay) == 0


def test_requests_to_a_server_without_limits_do_not_wait():
    window = Window()
    window.answer(window.issue(0.0), 0.1, Limits())
    for _ in range(100):
        assert window.delay(0.1) == 0
        window.issue(0.1)


def test_a_log_in_without_the_headers_does_not_open_the_gates():
    window = Window()
    window.answer(window.issue(0.0), 0.1, Limits(), has_headers=False)
    for _ in range(FEW):
        window.issue(0.1)
    assert window.delay(0.1) is None


@pytest.mark.parametrize("text", ["", "many", "-1", "NaN", "inf", "1e999", "0x10", "12 per minute", "９９٫x"])
def test_garbage_in_the_headers_is_as_good_as_none(text):
    names = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Retry-After")
    assert parse_limits(dict.fromkeys(names, text)) == Limits()


def test_headers_are_read():
    headers = {"X-RateLimit-Limit": "500", "X-RateLimit-Remaining": "0", "X-RateLimit-Retry-After": "0.5"}
    assert parse_limits(headers) == Limits(500, 0, 0.5)
    assert parse_limits({"X-RateLimit-Retry-After": "86400000"}) == Limits()


def test_the_wait_is_said_once_a_window_and_what_is_left_is_noted():
    effects = Hasty()
    pacer = Pacer(effects, effects.sleep, lambda: None)
    for _ in range(3):
        pacer.leave(pacer.enter(), Limits(10, 0, 30))
    assert effects.notes == [0, 0, 0]
    assert len(effects.said) == 2
    assert effects.said[0] in [f"Rate limit reached (10 requests/min). Waiting {wait} s." for wait in (30, 31)]
    assert sum(effects.slept) >= 60


def test_a_wait_past_the_deadline_ends_in_the_error_of_the_one_who_waits():
    def wait(seconds: float) -> None:
        raise DeadlineExceeded("no time")

    pacer = Pacer(Hasty(), wait, lambda: None)
    pacer.leave(pacer.enter(), Limits(10, 0, 30))
    with pytest.raises(DeadlineExceeded):
        pacer.enter()
