"""The older analytics: sessions of a video or live stream, events of a session. Queries in, bodies out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, overload

from tests.fakes.problems import bad_query, not_found
from tests.fakes.query import Query, paginate
from tests.fakes.records import Session, from_ms, to_ms
from tests.fakes.world import World

_PAGES = ("currentPage", "pageSize")


@dataclass
class SessionApi:
    """The sessions generation over a world.

    ``nulls``: unknown values are null where the old servers said null; without, such
    fields are left out, as the published schema (which knows no null) demands.
    ``arrivals``: so many new sessions of the asset begin right after each page that is not the last.
    """

    world: World
    now: Callable[[], datetime]
    nulls: bool = True
    arrivals: int = 0

    def sessions(self, query: Query, kind: str, media_id: str) -> dict[str, Any]:
        """``GET /analytics/videos|live-streams/{id}``, newest first."""
        name = "videoId" if kind == "videos" else "liveStreamId"
        asset = self.world.asset(media_id)
        if asset is None or asset.type != kind.removesuffix("s"):
            raise not_found(name)
        query.allow((*_PAGES, "period", "metadata") if kind == "videos" else (*_PAGES, "period"))
        low, high = parse_period(query.one("period"))
        with self.world.lock:
            rows = self.world.between(low, min(high, to_ms(self.now()) + 1), media_id)
            for wanted in query.metadata():
                rows = [session for session in rows if wanted in metadata_of(session)]
            page, pagination = paginate(query, Newest(rows))
            if self.arrivals and pagination["currentPage"] < pagination["pagesTotal"]:
                self.world.arrive(media_id, self.now(), self.arrivals)
        return {"data": [self._item(session, kind == "videos") for session in page], "pagination": pagination}

    def events(self, query: Query, session_id: str) -> dict[str, Any]:
        """``GET /analytics/sessions/{id}/events``, oldest first."""
        query.allow(_PAGES)
        found = next((s for s in self.world.plays(upto=self.now()) if s.session_id == session_id), None)
        if found is None:
            raise not_found("sessionId")
        page, pagination = paginate(query, events_of(found))
        return {"data": page, "pagination": pagination}

    def _item(self, session: Session, with_metadata: bool) -> dict[str, Any]:
        times = {
            "sessionId": session.session_id,
            "loadedAt": _iso(session.loaded_ms),
            "endedAt": None if session.ended_ms is None else _iso(session.ended_ms),
        }
        item = {
            "session": {**times, "metadata": metadata_of(session)} if with_metadata else times,
            "location": session.location,
            "referrer": session.referrer,
            "device": session.viewer.session_device,
            "os": session.viewer.session_os,
            "client": session.viewer.session_client,
        }
        return item if self.nulls else _without_nulls(item)


class Newest(Sequence[Session]):
    """Sessions kept oldest first, read newest first, without copying them."""

    def __init__(self, rows: Sequence[Session]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, at: int) -> Session: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Session]: ...
    def __getitem__(self, at: int | slice) -> Session | Sequence[Session]:
        last = len(self._rows) - 1
        if isinstance(at, int):
            return self._rows[last - at]
        return [self._rows[last - n] for n in range(*at.indices(len(self._rows)))]


def parse_period(text: str | None) -> tuple[int, int]:
    """A day, week, month, year or range of days (both ends inclusive), in UTC → milliseconds [low, high)."""
    if text is None:
        return 0, 1 << 62
    try:
        first, last = _days_of(text)
    except ValueError:
        raise bad_query("period", "This value is not a valid period.") from None
    return _start(first), _start(last + timedelta(days=1))


def _days_of(text: str) -> tuple[date, date]:
    if "/" in text:
        first, last = (_days_of(_only_day(part))[0] for part in text.split("/", 1))
        if first > last:
            raise ValueError(text)
        return first, last
    if re.fullmatch(r"\d{4}-W\d\d", text):
        first = datetime.strptime(text + "-1", "%G-W%V-%u").replace(tzinfo=UTC).date()
        return first, first + timedelta(days=6)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return date.fromisoformat(text), date.fromisoformat(text)
    if re.fullmatch(r"\d{4}-\d\d", text):
        first = date.fromisoformat(text + "-01")
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    if re.fullmatch(r"\d{4}", text):
        return date(int(text), 1, 1), date(int(text), 12, 31)
    raise ValueError(text)


def _only_day(text: str) -> str:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise ValueError(text)
    return text


def _start(day: date) -> int:
    return to_ms(datetime.combine(day, datetime.min.time(), UTC))


def _iso(milliseconds: int) -> str:
    """ISO 8601 with milliseconds and ``Z``, as the older specification shows it."""
    return from_ms(milliseconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def metadata_of(session: Session) -> list[dict[str, str]]:
    """What the player was given about the viewer: something personal, now and then."""
    return [{"key": "userId", "value": f"user-{session.ordinal}"}] if session.ordinal % 10 == 0 else []


def _without_nulls(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _without_nulls(value) if isinstance(value, Mapping) else value
        for key, value in item.items()
        if value is not None
    }


def events_of(session: Session) -> list[dict[str, Any]]:
    """The player events of a session; long ones have more than a page of them."""
    events: list[dict[str, Any]] = [_event(session, 0, "ready", at=0), _event(session, 1, "play", at=0)]
    for n in range(session.ordinal % 12):
        at = 5 * n + 3
        events.append(_event(session, at, "pause", at=at))
        kind, to = ("seek.backward", at - 2) if n % 3 == 2 else ("seek.forward", at + 2)
        events.append(_event(session, at + 1, kind, **{"from": at, "to": to}))
        events.append(_event(session, at + 2, "resume", at=to))
    if session.ended_ms is not None:
        events.append(_event(session, 90, "end", at=90))
    return events


def _event(session: Session, second: int, kind: str, **more: int) -> dict[str, Any]:
    return {"type": kind, "emittedAt": _iso(session.loaded_ms + second * 1000), **more}
