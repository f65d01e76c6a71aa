"""A stand-in api.video: real HTTP on 127.0.0.1, both generations of its API, one invented world.

    with StandIn(World.make(), rate_limit=500, failure_rate=0.05) as api:
        ...  # api.url, api.api_key; afterwards api.requests, api.failures.counts, api.window.peak

What it answers is in ``asset_api``, ``data_api`` and ``session_api``; here is what any
server does: credentials, the rate limit, failing on request. The connections are in ``wire``.
"""

from __future__ import annotations

import json
import threading
import time
import traceback
from base64 import b64encode
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Self
from urllib.parse import unquote

from tests.fakes.asset_api import AssetApi
from tests.fakes.data_api import DataApi
from tests.fakes.failures import BY_CHANCE, Failures, Kind
from tests.fakes.limits import Window
from tests.fakes.problems import Problem, unrecognized_url
from tests.fakes.query import Query
from tests.fakes.session_api import SessionApi
from tests.fakes.tokens import Door
from tests.fakes.wire import Listener, Seen
from tests.fakes.world import World

UNLIMITED = 1_000_000


class StandIn:
    """The server, as a context manager; start and end are also ``up`` and ``down``.

    ``now``: the server's clock, a fixed time or a function; None means ``world.end``, the midnight after the
    world's last day. Sessions later than that have not happened yet. Set ``.now`` to move it.
    ``generations``: ``data``, ``sessions`` or both; what is missing is an unrecognized URL,
    and without ``data`` the lists too are in their older shape.
    ``retention_days``, ``retention_mode``: how far back ``/data`` remembers; an older ``from`` is refused
    (``refuse``) or answered from what is left (``cut``).
    ``rate_limit`` requests per ``window_seconds``, logging in included; ``token_dies_after``, ``refresh_refused``,
    ``wrong_key_status``, ``basic_refused`` (401 without ``data``), ``tokens_refused``: see ``tokens``;
    ``failure_rate``, ``failure_kinds``, ``failure_seed``: see ``failures``;
    ``stall_seconds``: how long a stalled answer takes; ``nulls``, ``odd_values``, ``refused_metrics``: see
    ``data_api``;
    ``arrivals``: see ``session_api``.
    """

    def __init__(
        self,
        world: World,
        *,
        api_key: str = "stand-in-api-key-0123456789abcdef",
        now: datetime | Callable[[], datetime] | None = None,
        generations: Collection[str] = ("data", "sessions"),
        retention_days: float = 30,
        retention_mode: Literal["refuse", "cut"] = "refuse",
        nulls: bool = True,
        odd_values: bool = False,
        refused_metrics: Collection[str] = (),
        arrivals: int = 0,
        rate_limit: int = UNLIMITED,
        window_seconds: float = 60,
        token_dies_after: int | None = None,
        refresh_refused: bool = False,
        wrong_key_status: int = 400,
        basic_refused: int | None = None,
        tokens_refused: bool = False,
        failure_rate: float = 0.0,
        failure_kinds: tuple[Kind, ...] = BY_CHANCE,
        failure_seed: int = 1,
        stall_seconds: float = 30,
        port: int = 0,
    ) -> None:
        self.world = world
        self.api_key = api_key
        self.now: datetime | Callable[[], datetime] = now or world.end
        self.generations = set(generations)
        self.stall_seconds = stall_seconds
        basic_refused = basic_refused or (None if "data" in generations else 401)
        self.door = Door(api_key, token_dies_after, refresh_refused, wrong_key_status, basic_refused, tokens_refused)
        self.window = Window(rate_limit, window_seconds)
        self.failures = Failures(failure_rate, failure_kinds, failure_seed)
        self.assets = AssetApi(world, older="data" not in self.generations)
        self.data = DataApi(world, self.clock, timedelta(days=retention_days), retention_mode, nulls, odd_values)
        self.data.refused = refused_metrics
        self.sessions = SessionApi(world, self.clock, nulls, arrivals)
        self.bugs: list[str] = []
        self.in_flight_peak = 0
        self._in_flight = 0
        self._log: list[Seen] = []
        self._lock = threading.Lock()
        self._port = port
        self._server: Listener | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end; the same after ``down`` and ``up``."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def requests(self) -> list[Seen]:
        """Every request so far, in the order of the answers (a copy); ``clear_requests`` forgets them."""
        with self._lock:
            return list(self._log)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must be found in no log, file or message: the key, all tokens given out, stream keys, private titles."""
        basic = b64encode(f"{self.api_key}:".encode()).decode()
        return (self.api_key, basic, *self.door.issued, *self.world.stream_keys, *self.world.private_titles)

    def clock(self) -> datetime:
        """The server's time, UTC."""
        moment = self.now() if callable(self.now) else self.now
        return moment.astimezone(UTC)

    def clear_requests(self) -> None:
        """Forget the log so far."""
        with self._lock:
            self._log.clear()

    def kill_tokens(self) -> None:
        """All access tokens die now."""
        self.door.kill_tokens()

    def fail_next(self, kind: Kind, times: int = 1, path_prefix: str = "/") -> None:
        """The next ``times`` requests for this path fail as ``failures.Kind`` says."""
        self.failures.fail_next(kind, times, path_prefix)

    def up(self) -> None:
        """Listen (again, on the same port)."""
        until = time.monotonic() + 10
        while not self._server:
            try:
                self._server = Listener(("127.0.0.1", self._port), self)
            except OSError:  # while it was down somebody's connection took the port
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
        self._port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def down(self) -> None:
        """Stop listening and cut every connection; new ones are refused."""
        if self._server and self._thread:
            self._server.shutdown()
            self._thread.join()
            self._server.cut_connections()
            self._server.server_close()
        self._server = self._thread = None

    def __enter__(self) -> Self:
        self.up()
        return self

    def __exit__(self, *_: object) -> None:
        self.down()
        if self.bugs:
            raise AssertionError("the stand-in itself failed:\n" + "\n".join(self.bugs))

    def answer(self, method: str, query: Query, authorization: str | None, body: bytes) -> tuple[int, Any]:
        """Status and JSON body of a request that neither the limit nor a failure has stopped."""
        try:
            if method == "POST" and query.path in ("/auth/api-key", "/auth/refresh"):
                log_in = self.door.log_in if query.path == "/auth/api-key" else self.door.refresh
                return 200, log_in(_parse_json(body))
            self.door.check(authorization)
            if method != "GET":
                raise unrecognized_url()
            return 200, self._get(query)
        except Problem as problem:
            return problem.status, problem.body
        except Exception:
            self.bugs.append(f"{method} {query.path}\n{traceback.format_exc()}")
            return 500, {"title": "The stand-in itself failed.", "status": 500}

    def _get(self, query: Query) -> Any:
        match [unquote(part) for part in query.path.strip("/").split("/")]:
            case ["videos"]:
                return self.assets.videos(query)
            case ["live-streams"]:
                return self.assets.live_streams(query)
            case ["videos", media_id]:
                return self.assets.video(query, media_id)
            case ["live-streams", media_id]:
                return self.assets.live_stream(query, media_id)
            case ["data", "buckets", metric, breakdown] if "data" in self.generations:
                return self.data.buckets(query, metric, breakdown)
            case ["data", "metrics", metric, aggregation] if "data" in self.generations:
                return self.data.metrics(query, metric, aggregation)
            case ["data", "timeseries", metric] if "data" in self.generations:
                return self.data.timeseries(query, metric)
            case ["analytics", ("videos" | "live-streams") as kind, media_id] if "sessions" in self.generations:
                return self.sessions.sessions(query, kind, media_id)
            case ["analytics", "sessions", session_id, "events"] if "sessions" in self.generations:
                return self.sessions.events(query, session_id)
        raise unrecognized_url()

    def enter(self) -> None:
        """A request is being answered."""
        with self._lock:
            self._in_flight += 1
            self.in_flight_peak = max(self.in_flight_peak, self._in_flight)

    def leave(self) -> None:
        """A request has been answered."""
        with self._lock:
            self._in_flight -= 1

    def log(self, seen: Seen) -> None:
        """Remember a request."""
        with self._lock:
            self._log.append(seen)


def _parse_json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
