"""Every fault of a server that the project knows: one table for the tests and for ``make faults``.

A fault gets the true answer and a wire to the client, and sends what it wants. ``FaultyProxy`` (``tests/fakes/proxy``)
puts a fault in front of any server, at one step of a run. To add a fault, add a line to ``FAULTS``: ``lie`` changes the
JSON of the true answer; anything else is a function of answer and wire.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any, Protocol


@dataclass(frozen=True)
class Answer:
    """The true answer of the server: status, headers and body, as they came."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def head(self, **changed: str) -> bytes:
        """Return status line and headers; ``changed``: name (``_`` for ``-``) → another value, "" to leave it out."""
        headers = {name: self.headers.get(name, "") for name in ("Content-Type", "Date")}
        headers["Content-Length"] = str(len(self.body))
        headers |= {name.replace("_", "-"): value for name, value in changed.items()}
        lines = [f"HTTP/1.1 {self.status} Word", *(f"{name}: {value}" for name, value in headers.items() if value)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Wire(Protocol):
    """The connection to the client. Each method ends the answer once the client or the server is gone."""

    def send(self, data: bytes) -> None:
        """Send ``data`` at once."""

    def drip(self, data: bytes) -> None:
        """Send ``data`` byte by byte, each sooner than any time-out between two bytes ends."""

    def stall(self) -> None:
        """Send nothing more, and keep the connection."""

    def reset(self) -> None:
        """Reset the connection."""


Send = Callable[[Answer, Wire], None]


@dataclass(frozen=True)
class Step:
    """A step of a run: the requests whose method and target (path and query) match.

    ``optional``: without this answer the run goes on, and may end well.
    """

    name: str
    matches: Callable[[str, str], bool]
    optional: bool = False


@dataclass(frozen=True)
class Fault:
    """What a server does wrong at one step, each time it is asked.

    ``does`` completes "The server …"; ``steps``: names of the steps where it makes sense, none for all of HTTP;
    ``codes``: the exit codes that are right.
    """

    name: str
    does: str
    send: Send = field(repr=False)
    steps: tuple[str, ...] = ()
    codes: tuple[int, ...] = (4,)


def _in(*parts: str) -> Callable[[str, str], bool]:
    return lambda method, target: all(part in target for part in parts)


API_STEPS = (
    Step("log-in", _in("/auth/")),
    Step("own count", _in("/data/metrics/"), optional=True),
    Step("day", lambda method, target: "/data/buckets/play/country" in target and "currentPage=1&" in target),
    Step("page 2", _in("/data/buckets/", "currentPage=2&")),
    Step("breakdown", _in("/data/buckets/play/device-type")),
    Step("hours", _in("/data/timeseries/play", "interval=hour"), optional=True),
    Step("peaks", _in("/data/buckets/ccv-peak/"), optional=True),
    Step("own peak", _in("/data/metrics/ccv/peak"), optional=True),
    Step("assets", _in("/videos?")),
    Step("sessions", _in("/analytics/videos/")),
)
OTHER_STEPS = (
    Step("download", _in("/data/facts.parquet")),
    Step("git fetch", _in("git-upload-pack")),
    Step("git push", _in("git-receive-pack")),
)
STEPS = {step.name: step for step in (*API_STEPS, *OTHER_STEPS)}
JSON_STEPS = tuple(step.name for step in API_STEPS)


def lie(change: Callable[[Any], Any]) -> Send:
    """Return a fault that answers as usual, with the JSON body changed by ``change``."""

    def send(answer: Answer, wire: Wire) -> None:
        _send_body(answer, wire, json.dumps(change(json.loads(answer.body))).encode())

    return send


def items(**fields: Any) -> Send:
    """Return a fault that sets ``fields`` in each item of a list; ``location_country``: the field of an object."""

    def change(page: Any) -> Any:
        for item in page["data"]:
            for name, value in fields.items():
                group, _, inner = name.rpartition("_")
                (item[group] if group else item)[inner] = value
        return page

    return lie(change)


def body(content: bytes | Callable[[], bytes], **headers: str) -> Send:
    """Return a fault that answers with ``content`` in place of the body, and ``headers``."""

    def send(answer: Answer, wire: Wire) -> None:
        _send_body(answer, wire, content if isinstance(content, bytes) else content(), **headers)

    return send


def dated(*dates: str) -> Send:
    """Return a fault that answers as usual, with a header ``Date`` for each of ``dates`` in place of the true one."""
    headers = "".join(f"Date: {text}\r\n" for text in dates).encode()

    def send(answer: Answer, wire: Wire) -> None:
        status_line, others = answer.head(Date="").split(b"\r\n", 1)
        wire.send(status_line + b"\r\n" + headers + others + answer.body)

    return send


def status(code: int, content: bytes | Callable[[], bytes] = b"{}", **headers: str) -> Send:
    """Return a fault that answers with another status."""
    change = body(content, **headers)
    return lambda answer, wire: change(replace(answer, status=code), wire)


def _send_body(answer: Answer, wire: Wire, content: bytes, **headers: str) -> None:
    wire.send(replace(answer, body=content).head(**headers) + content)


def _drip_header(answer: Answer, wire: Wire) -> None:
    wire.drip(b"HTTP/1.1 200 OK\r\nX-Filler: " + b"a" * 60_000)


def _drip_status(answer: Answer, wire: Wire) -> None:
    wire.drip(b"HTTP/1.1 200 " + b"O" * 60_000)


def _drip_lines(answer: Answer, wire: Wire) -> None:
    wire.drip(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 10_000)


def _drip_body(answer: Answer, wire: Wire) -> None:
    wire.send(answer.head(Content_Length="60000"))
    wire.drip(b" " * 60_000)


def _drip_chunks(answer: Answer, wire: Wire) -> None:
    wire.send(answer.head(Content_Length="", Transfer_Encoding="chunked"))
    wire.drip(b"1\r\n \r\n" * 10_000)


def _say_continue(answer: Answer, wire: Wire) -> None:
    for _ in range(10_000):
        wire.drip(b"HTTP/1.1 100 Continue\r\n\r\n")


def _never_end(answer: Answer, wire: Wire) -> None:
    wire.send(answer.head(Content_Length="", Connection="close") + b'{"data": "')
    for _ in range(1 << 14):  # a gigabyte
        wire.send(b"0" * (1 << 16))


def _with_rows(change: Callable[[list[Any]], list[Any]], *, counted: bool = False) -> Send:
    """Return a fault that changes the rows of a list; ``counted``: its pagination counts those that are left."""

    def change_body(found: Any) -> Any:
        rows = change(found["data"])
        total = {"itemsTotal": len(rows), "pagesTotal": 1} if counted else {}
        return {**found, "data": rows, "pagination": {**found["pagination"], **total}}

    return lie(change_body)


def _each(**changed: Any) -> Send:
    """Return a fault that changes fields of each row."""
    return _with_rows(lambda rows: [{**row, **changed} for row in rows])


def _data(value: Any) -> Send:
    return lie(lambda found: {**found, "data": value})


def _elsewhere(row: Any, offset: int) -> str:
    """Return the time of a row in a zone that is ``offset`` hours ahead of UTC: the same moment, another text."""
    moment = datetime.fromisoformat(row["emittedAt"])
    return moment.astimezone(timezone(timedelta(hours=offset))).isoformat()


def _of_the_day_before(found: Any) -> Any:
    timeframe = {
        name: (datetime.fromisoformat(moment) - timedelta(days=1)).isoformat()
        for name, moment in found["context"]["timeframe"].items()
    }
    return {**found, "context": {**found["context"], "timeframe": timeframe}}


def _earlier(row: Any) -> str:
    return (datetime.fromisoformat(row["emittedAt"]) - timedelta(days=7)).isoformat()


def _stop_halfway(answer: Answer, wire: Wire) -> None:
    wire.send(answer.head() + answer.body[: len(answer.body) // 2])


@cache
def bomb(members: int = 64) -> bytes:
    """Return gzip of ``members`` times 65 kB that are 64 MB when decompressed, one after the other."""
    return gzip.compress(b"0" * (1 << 26)) * members


@cache
def _deflate_bomb() -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return (packer.compress(b"0" * (1 << 26)) + packer.flush(zlib.Z_FULL_FLUSH)) * 64


ROWS = ("day", "breakdown", "hours", "peaks")
"""The steps whose answers are rows with a count."""
LIES = (
    Fault("no rows", "answers 200 with no rows", _with_rows(lambda rows: [], counted=True), ROWS, (0,)),
    Fault("half the rows", "leaves out half of them", _with_rows(lambda rows: rows[::2], counted=True), ROWS, (0,)),
    Fault("page missing", "leaves out rows that it counts", _with_rows(lambda rows: rows[1:]), ROWS, (0,)),
    Fault("counts doubled", "counts everything twice", _with_rows(
          lambda rows: [{**row, "metricValue": row["metricValue"] * 2} for row in rows]), ROWS, (0,)),
    Fault("null counts", "sends null for each count", _each(metricValue=None), ROWS, (0,)),
    Fault("one count in five null", "sends null for one count in five", _with_rows(
          lambda rows: [{**row, "metricValue": row["metricValue"] if n % 5 else None} for n, row in enumerate(rows)]),
          ROWS, (0,)),
    Fault("text for counts", "sends words for counts", _each(metricValue="many"), ROWS, (0,)),
    Fault("lists for counts", "sends lists for counts", _each(metricValue=[1]), ROWS, (0,)),
    Fault("huge counts", "sends counts of 10 to the 30", _each(metricValue=10**30), ROWS, (0,)),
    Fault("infinite counts", "sends counts of 1e400", _each(metricValue=float("inf")), ROWS, (0,)),
    Fault("negative counts", "sends negative counts", _each(metricValue=-3), ROWS, (0,)),
    Fault("objects for values", "sends objects for countries", _each(dimensionValue={"code": "FR"}),
          ("day", "breakdown", "peaks"), (0,)),
    Fault("data is an object", "sends an object in place of the rows", _data({}), ROWS, (0,)),
    Fault("data is null", "sends null in place of the rows", _data(None), ROWS, (0,)),
    Fault("rows are numbers", "sends numbers in place of the rows", _data([1, 2]), ROWS, (0,)),
    Fault("no data", "sends an empty object", lie(lambda found: {}), ROWS, (0,)),
    Fault("itemsTotal 0 next to rows", "counts no rows, and sends some", lie(
          lambda found: {**found, "pagination": {**found["pagination"], "itemsTotal": 0}}), ROWS, (0,)),
    Fault("pagination is a list", "sends a list for the pagination", lie(lambda found: {**found, "pagination": []}),
          ROWS, (0,)),
    Fault("another day in its context", "names the day before in its context", lie(_of_the_day_before),
          ("day", "breakdown", "peaks"), (0,)),
)  # fmt: skip
"""Wrong answers to requests for rows with counts, such as the countries of a day, which say 200 and can be read."""

COUNTS = ("own count", "own peak")
HOURS = ("hours",)
COUNT_LIES = (
    Fault("own count 0", "counts no plays", _data(0), COUNTS, (0,)),
    Fault("own count null", "sends null for its own count", _data(None), COUNTS, (0,)),
    Fault("own count a word", "sends a word for its own count", _data("many"), COUNTS, (0,)),
    Fault("own count huge", "counts 10 to the 30 plays", _data(10**30), COUNTS, (0,)),
    Fault("own count too high", "counts a million plays more", lie(
          lambda found: {**found, "data": found["data"] + 1e6}), COUNTS, (0,)),
    Fault("no own count", "sends an empty object for its own count", lie(lambda found: {}), COUNTS, (0,)),
    Fault("own count of another day", "names the day before in the context of its own count",
          lie(_of_the_day_before), COUNTS, (0,)),
)  # fmt: skip
"""Wrong answers to the requests for the API's own count of a day, and its own peak."""

HOUR_LIES = (
    Fault("an hour twice", "sends an hour twice, once with another offset", _with_rows(
          lambda rows: [*rows, {**rows[-1], "emittedAt": _elsewhere(rows[-1], 2)}], counted=True), HOURS, (0,)),
    Fault("an hour twice with 10 to the 12", "counts 10 to the 12 in each of two rows of an hour", _with_rows(
          lambda rows: [{**rows[0], "metricValue": 1e12, "emittedAt": _elsewhere(rows[0], ahead)} for ahead in (1, 2)],
          counted=True), HOURS, (0,)),
    Fault("25 hours", "sends 25 hours for each day, as when clocks go back", _with_rows(
          lambda rows: [*rows, {**rows[-1], "emittedAt": f"{rows[-1]['emittedAt'][:10]}T24:00:00+00:00"}],
          counted=True), HOURS, (0,)),
    Fault("local hours", "sends local times without an offset", _with_rows(
          lambda rows: [{**row, "emittedAt": row["emittedAt"][:19]} for row in rows]), HOURS, (0,)),
    Fault("hours of other days", "sends the hours of the days before", _with_rows(
          lambda rows: [{**row, "emittedAt": _earlier(row)} for row in rows]), HOURS, (0,)),
    Fault("numbers for times", "sends numbers for times", _each(emittedAt=5), HOURS, (0,)),
)  # fmt: skip
"""Wrong answers to the request for the counts of each hour."""

DATES = (
    Fault("no Date", "does not say what time it is", dated(), ("assets",)),
    Fault("Date in words", 'says that the time is "yesterday"', dated("yesterday"), ("assets",)),
    Fault("Date in 1970", "says that it is the year 1970", dated("Thu, 01 Jan 1970 00:00:00 GMT"), ("assets",)),
    Fault("Date in 2150", "says that it is the year 2150", dated("Mon, 15 Jun 2150 12:00:00 GMT"), ("assets",)),
    Fault("Date in 9999", "says that it is the year 9999", dated("Tue, 15 Jun 9999 12:00:00 GMT"), ("assets",)),
    Fault("Date after 9999", "says that it is the year 9999, in a zone in which UTC is a year later",
          dated("Fri, 31 Dec 9999 23:59:59 -2300"), ("assets",)),
    Fault("another Date later", "says that it is the year 2035, after its first answer",
          dated("Fri, 15 Jun 2035 12:00:00 GMT"), ("log-in", "own count", "day", "breakdown", "hours", "peaks"), (0,)),
)  # fmt: skip
"""Wrong times of the server. Its first answer of a run, which sets the clock, is in the step ``assets``."""

FAULTS = (
    Fault("header dripped", "sends its header a byte at a time", _drip_header),
    Fault("status line dripped", "sends its status line a byte at a time", _drip_status),
    Fault("header lines dripped", "sends one header line after the other, slowly", _drip_lines),
    Fault("body dripped", "sends the body a byte at a time", _drip_body),
    Fault("chunks dripped", "sends chunks of one byte, slowly", _drip_chunks),
    Fault("100 Continue for ever", "says 100 Continue again and again", _say_continue),
    Fault("silence", "accepts the request and never answers", lambda answer, wire: wire.stall()),
    Fault("reset", "resets the connection", lambda answer, wire: wire.reset()),
    Fault("cut", "closes in the middle of the body", _stop_halfway),
    Fault("1 GB", "sends a body of 1 GB", _never_end),
    Fault("gzip bomb", "sends 4 MB of gzip that are 4 GB", body(bomb, Content_Encoding="gzip")),
    Fault(
        "gzip in gzip bomb", "compresses the bomb once more",
        body(cache(lambda: gzip.compress(bomb())), Content_Encoding="gzip, gzip"),
    ),
    Fault("deflate bomb", "sends 4 MB of deflate that are 4 GB", body(_deflate_bomb, Content_Encoding="deflate")),
    Fault(
        "damaged gzip", "sends damaged gzip", body(b"\x1f\x8b\x08\x00damaged", Content_Encoding="gzip"), codes=(4, 5),
    ),
    Fault("unknown encoding", "compresses with brotli, unasked", body(b"\x0b\x02\x80{}\x03", Content_Encoding="br")),
    Fault("not JSON", "sends a page of HTML", body(b"<html>", Content_Type="text/html"), JSON_STEPS),
    Fault("5,000 digits", "sends a number of 5,000 digits", body(b'{"data": ' + b"9" * 5000 + b"}"), JSON_STEPS),
    Fault("deep nesting", "nests lists 100,000 deep", body(b'{"data": ' + b"[" * 100_000), JSON_STEPS),
    Fault("tags that are a number", "lists videos with the tags 5", items(tags=5), ("assets",)),
    Fault("titles that are lists", "lists videos with titles that are lists", items(title=["a"]), ("assets",)),
    Fault("times that are numbers", "lists videos with a number as `publishedAt`", items(publishedAt=5), ("assets",)),
    Fault("ids that are lists", "lists videos with ids that are lists", items(videoId=["vi"]), ("assets",)),
    Fault("public in words", 'lists videos with the text "yes" as `public`', items(public="yes"), ("assets",)),
    Fault("sessions that are numbers", "sends 5 as `session`", items(session=5), ("sessions",)),
    Fault("places that are texts", "sends a text as `location`", items(location="France"), ("sessions",)),
    Fault("countries that are lists", "sends a list as country", items(location_country=["FR"]), ("sessions",)),
    Fault("metadata that is a text", "sends a text as metadata", items(session_metadata="a"), ("sessions",)),
    Fault("500", "answers 500", status(500)),
    Fault("429 for ever", "answers 429, and to wait for a day", status(429, Retry_After="86400"), JSON_STEPS),
    Fault(
        "bomb in a redirect", "redirects, with a body of 4 MB of gzip that are 4 GB",
        status(302, bomb, Location="http://localhost:9/", Content_Encoding="gzip"),
    ),
    Fault("redirect", "redirects to another host", status(302, Location="http://localhost:9/")),
    *LIES,
    *COUNT_LIES,
    *HOUR_LIES,
    *DATES,
)  # fmt: skip
