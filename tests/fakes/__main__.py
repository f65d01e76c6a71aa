"""``python -m tests.fakes``: run the stand-in by hand, to try the product against it."""

from __future__ import annotations

import argparse
import time
from datetime import UTC, date, datetime, timedelta

from tests.fakes.failures import BY_CHANCE
from tests.fakes.server import UNLIMITED, StandIn
from tests.fakes.world import World


def _options() -> argparse.Namespace:
    today = datetime.now(UTC).date()
    parser = argparse.ArgumentParser(prog="python -m tests.fakes", description=__doc__)
    world = parser.add_argument_group("the invented account")
    world.add_argument("--seed", type=int, default=1)
    world.add_argument("--sessions", type=int, default=20_000)
    world.add_argument("--videos", type=int, default=12)
    world.add_argument("--live-streams", type=int, default=4)
    world.add_argument("--deleted-videos", type=int, default=0)
    world.add_argument("--countries", type=int, default=130)
    world.add_argument("--first-day", type=date.fromisoformat, default=today - timedelta(days=29))
    world.add_argument("--last-day", type=date.fromisoformat, default=today, help="its later hours are still to come")
    server = parser.add_argument_group("the server")
    server.add_argument("--port", type=int, default=0)
    server.add_argument("--api-key", default="stand-in-api-key-0123456789abcdef")
    server.add_argument("--now", type=datetime.fromisoformat, help="fix the clock (with offset); default: the real one")
    server.add_argument("--generations", default="data,sessions")
    server.add_argument("--retention-days", type=float, default=30)
    server.add_argument("--retention-mode", choices=("refuse", "cut"), default="refuse")
    server.add_argument("--no-nulls", action="store_true")
    server.add_argument("--odd-values", action="store_true")
    server.add_argument("--arrivals", type=int, default=0, metavar="SESSIONS", help="new ones between two pages")
    server.add_argument("--rate-limit", type=int, default=UNLIMITED)
    server.add_argument("--window-seconds", type=float, default=60)
    server.add_argument("--token-dies-after", type=int, metavar="REQUESTS")
    server.add_argument("--refresh-refused", action="store_true")
    server.add_argument("--wrong-key-status", type=int, choices=(400, 401), default=400)
    server.add_argument("--basic-refused", type=int, choices=(401, 403), metavar="STATUS")
    server.add_argument("--tokens-refused", action="store_true")
    server.add_argument("--failure-rate", type=float, default=0.0)
    server.add_argument("--failure-kinds", default=",".join(BY_CHANCE))
    server.add_argument("--stall-seconds", type=float, default=30)
    return parser.parse_args()


def main() -> None:
    """Print address and key, then serve until interrupted."""
    o = _options()
    world = World.make(
        o.seed,
        o.sessions,
        o.videos,
        o.live_streams,
        o.first_day,
        o.last_day,
        countries=o.countries,
        deleted_videos=o.deleted_videos,
    )
    with StandIn(
        world,
        api_key=o.api_key,
        now=o.now or (lambda: datetime.now(UTC)),
        generations=o.generations.split(","),
        retention_days=o.retention_days,
        retention_mode=o.retention_mode,
        nulls=not o.no_nulls,
        odd_values=o.odd_values,
        arrivals=o.arrivals,
        rate_limit=o.rate_limit,
        window_seconds=o.window_seconds,
        token_dies_after=o.token_dies_after,
        refresh_refused=o.refresh_refused,
        wrong_key_status=o.wrong_key_status,
        basic_refused=o.basic_refused,
        tokens_refused=o.tokens_refused,
        failure_rate=o.failure_rate,
        failure_kinds=tuple(o.failure_kinds.split(",")),
        stall_seconds=o.stall_seconds,
        port=o.port,
    ) as api:
        try:
            print(f"APIVIDEO_BASE_URL={api.url}\nAPIVIDEO_API_KEY={api.api_key}", flush=True)
            print(f"# {sum(1 for _ in world.plays(upto=api.clock()))} sessions so far; Ctrl-C ends it", flush=True)
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            print(f"# {len(api.requests)} requests, {api.window.refused} of them over the limit")


if __name__ == "__main__":
    main()
