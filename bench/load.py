"""Measure an account that is much larger than most: requests, seconds and memory of the real command. ``make load``.

The server is a formula: it makes each page when it is requested, so that it needs no memory itself. Sizes in thousands
(or in days) can be given: ``python -m bench.load --assets 100 --sessions 2000 --days 300 --videos 10``.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pycountry

from bench.running import ROOT, Took, describe_machine, megabytes, module_step, print_table, run_step, scratch

Json = dict[str, Any]
NOW = datetime(2026, 1, 5, tzinfo=UTC)
MEMORY = 2_000_000_000
"""Maximum peak memory of each run, in bytes."""
PAGE = 100
VALUES = {
    "media-id": [f"vi{number:022d}" for number in range(20)],
    "device-type": ["computer", "phone", "tablet", "tv"],
    "operating-system": ["windows", "mac os", "linux", "android", "ios", "chrome os"],
    "browser": ["chrome", "safari", "firefox", "edge", "opera", "samsung browser"],
}
FILTERS = {
    "mediaId": "media-id",
    "deviceType": "device-type",
    "operatingSystem": "operating-system",
    "browser": "browser",
}


class Account(ThreadingHTTPServer):
    """The API of an account with ``assets`` videos, of which 20 have all ``sessions`` and all plays."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, assets: int, sessions: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.assets, self.each = assets, sessions // 20
        self.countries = [*(country.alpha_2 for country in pycountry.countries), "XK"]
        self.requests = 0
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, path: Sequence[str], query: dict[str, list[str]]) -> Json | None:
        """Return the JSON object for ``path`` and ``query``."""
        self.requests += 1
        match path:
            case ["videos"]:
                return self._page(query, self.assets, _video)
            case ["live-streams"]:
                return self._page(query, 0, _video)
            case ["analytics", "videos", media_id]:
                number = int(media_id[2:])
                return self._page(query, self.each if number < 20 else 0, lambda at: self._session(number, at))
            case ["data", "metrics", _, "count"]:
                return {"data": len(self.countries) * 240 * _days(query)}
            case ["data", "timeseries", _]:
                return self._page(query, min(_days(query), 400), lambda at: _count_of(query, at))
            case ["data", "buckets", "play-total", _]:
                return self._page(query, len(VALUES["media-id"]), lambda at: _row(VALUES["media-id"][at], 10_000))
            case ["data", "buckets", _, breakdown]:
                return self._buckets(breakdown, query)
        return None

    def _buckets(self, breakdown: str, query: dict[str, list[str]]) -> Json:
        values, count = VALUES.get(breakdown, self.countries), 240
        for name, values_of_filter in [(name, VALUES[key]) for name, key in FILTERS.items()]:
            if f"filterBy[{name}][]" in query:
                count //= len(values_of_filter)
        if breakdown in VALUES:
            count //= len(values)
            count *= 1 if "filterBy[country][]" in query else len(self.countries)
        return self._page(query, len(values), lambda at: _row(values[at], count))

    def _page(self, query: dict[str, list[str]], total: int, make: Callable[[int], Json]) -> Json:
        first = (int(query.get("currentPage", ["1"])[0]) - 1) * PAGE
        pagination = {"pagesTotal": max(-(-total // PAGE), 1), "itemsTotal": total}
        return {"data": [make(at) for at in range(first, min(first + PAGE, total))], "pagination": pagination}

    def _session(self, video: int, at: int) -> Json:
        day = NOW - timedelta(days=1 + at % 28, seconds=at % 80_000)
        return {
            "session": {
                "sessionId": f"ps{video:03d}{at:018d}",
                "loadedAt": day.isoformat(),
                "endedAt": day.isoformat(),
            },
            "location": {"country": self.countries[at % 200], "city": f"City {at % 1000}"},
            "referrer": {"url": f"https://site-{at % 50}.example/page/{at}", "medium": "website", "source": "site"},
            "device": {"type": VALUES["device-type"][at % 4], "vendor": "Maker", "model": f"Model {at % 40}"},
            "os": {"name": VALUES["operating-system"][at % 6], "shortname": "OS", "version": "1"},
            "client": {"type": "browser", "name": VALUES["browser"][at % 6], "version": "1"},
        }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Account

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        answer = self.server.answer(address.path.strip("/").split("/"), parse_qs(address.query))
        content = json.dumps(answer or {"title": "Not found"}).encode()
        self.send_response(200 if answer else 404)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the moment that the command is given as today, for the header ``Date``."""
        return super().date_time_string(NOW.timestamp())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _video(at: int) -> Json:
    return {
        "videoId": f"vi{at:022d}", "title": f"Video {at}: how it is made", "public": True, "tags": ["made", "how"],
        "publishedAt": "2023-01-01T00:00:00+00:00", "description": "What one sees in it. " * 10, "metadata": [],
    }  # fmt: skip


def _row(value: str, count: int) -> Json:
    return {"dimensionValue": value, "metricValue": count}


def _count_of(query: dict[str, list[str]], at: int) -> Json:
    return {"emittedAt": (_moment(query, "from") + timedelta(days=at)).isoformat(), "metricValue": 60_000}


def _moment(query: dict[str, list[str]], name: str) -> datetime:
    return datetime.fromisoformat(query[name][0].replace(" ", "+"))


def _days(query: dict[str, list[str]]) -> int:
    return max(round((_moment(query, "to") - _moment(query, "from")) / timedelta(days=1)), 0)


@contextmanager
def serve(assets: int, sessions: int) -> Iterator[Account]:
    """Run an :class:`Account`."""
    with Account(assets, sessions) as account:
        threading.Thread(target=account.serve_forever, args=(0.05,), daemon=True).start()
        yield account
        account.shutdown()


def measure(folder: Path, account: Account, *options: str) -> tuple[Took, int]:
    """Run ``collect`` with ``options`` against ``account``; return its cost and the number of requests."""
    environment = {
        "APIVIDEO_API_KEY": "a-key-of-the-bench", "APIVIDEO_BASE_URL": account.url,
        "SOURCE_DATE_EPOCH": str(int(NOW.timestamp())), "APIVIDEO_GEO_DEADLINE": "1440",
    }  # fmt: skip
    set_up = [f"{name}={value}" for name, value in environment.items()]
    folder.mkdir()
    took = run_step(["env", *set_up, sys.executable, str(ROOT / "build.py"), "collect", *options], folder)
    return took, account.requests


def main() -> None:
    """Measure each load, print the table, and exit with an error if one takes more memory than ``MEMORY``."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--assets", type=int, default=100, help="thousands of videos in the list")
    parser.add_argument("--sessions", type=int, default=2000, help="thousands of sessions")
    parser.add_argument("--days", type=int, default=300, help="days at detail full, 250 countries")
    parser.add_argument("--videos", type=int, default=10, help="thousands of videos with a page on the site")
    sizes = parser.parse_args()
    rows: list[Sequence[object]] = []
    broken = []
    print(f"{describe_machine()}\n", flush=True)

    def note(what: str, took: Took, requests: int | str) -> None:
        rows.append([what, requests, f"{took.seconds:.0f} s", f"{took.work:.0f} s", megabytes(took.peak)])
        print("  ", *rows[-1], file=sys.stderr, flush=True)
        if took.peak > MEMORY:
            broken.append(what)

    def since(days: int) -> str:
        return str((NOW - timedelta(days=days)).date())

    with scratch(6_000_000_000) as folder:
        if sizes.assets:
            with serve(sizes.assets * 1000, 0) as account:
                options = ("--source", "data", "--detail", "media", "--since", since(1), "--metric", "play")
                took = measure(folder / "assets", account, *options)
            note(f"{sizes.assets * 1000:,} videos in the list, 1 day, detail `media`", *took)
        for days in (sizes.days // 2, sizes.days) if sizes.days else ():
            with serve(20, 0) as account:
                options = ("--source", "data", "--detail", "full", "--since", since(days), "--metric", "play")
                took = measure(folder / f"days-{days}", account, *options)
            note(f"{days} days, {len(account.countries)} countries, 20 videos, detail `full`", *took)
        for thousands in (sizes.sessions // 4, sizes.sessions) if sizes.sessions else ():
            with serve(20, thousands * 1000) as account:
                options = ("--source", "sessions", "--detail", "full")
                took = measure(folder / f"sessions-{thousands}", account, *options)
            note(f"{thousands * 1000:,} sessions, `--source sessions`", *took)
        if sizes.videos:
            videos = sizes.videos * 1000
            run_step(module_step("site_history", folder / "history", videos), folder)
            took_site = run_step(module_step("site", folder / "history", folder / "site", videos), folder)
            note(f"site of {videos:,} videos, a page each, 3 years", took_site, "–")
    print_table(["load", "requests", "seconds", "CPU seconds", "peak memory"], rows)
    if broken:
        raise SystemExit(f"more than {megabytes(MEMORY)}: {'; '.join(broken)}")


if __name__ == "__main__":
    main()
