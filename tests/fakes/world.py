"""The invented account behind the stand-in: assets, sessions, and the truth about them.

Everything follows from the arguments of ``World.make``: same arguments, same world. Days
are UTC. One session is one play.
"""

from __future__ import annotations

import random
import threading
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.fakes.invention import late_session, make_assets, make_sessions
from tests.fakes.records import MediaItem, Session, to_ms


@dataclass
class World:
    """The account: ``assets`` and ``sessions`` (oldest first), and what is true about them."""

    assets: tuple[MediaItem, ...]
    sessions: list[Session]
    first_day: date
    last_day: date
    rng: random.Random
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def __post_init__(self) -> None:
        self._times = [session.loaded_ms for session in self.sessions]
        self._by_media: dict[str, list[Session]] = {asset.media_id: [] for asset in self.assets}
        for session in self.sessions:
            self._by_media[session.media_id].append(session)
        self._media_times = {key: [s.loaded_ms for s in rows] for key, rows in self._by_media.items()}

    @classmethod
    def make(
        cls,
        seed: int = 1,
        sessions: int = 20_000,
        videos: int = 12,
        live_streams: int = 4,
        first_day: date = date(2026, 10, 1),
        last_day: date = date(2026, 10, 30),
        *,
        countries: int = 130,
        unknown_share: float = 0.03,
        deleted_videos: int = 0,
    ) -> World:
        """Invent an account.

        ``countries``: how many of the table take part (the most popular ones, and always those
        that are easy to get wrong); ``unknown_share``: part of the sessions without a country;
        ``deleted_videos``: so many more videos that have plays but stand in no list.
        """
        rng = random.Random(seed)
        assets = make_assets(rng, videos, live_streams, deleted_videos, first_day)
        rows = make_sessions(rng, assets, sessions, first_day, last_day, countries, unknown_share)
        return cls(assets, rows, first_day, last_day, rng)

    @property
    def end(self) -> datetime:
        """Midnight UTC after the last day: the first moment at which all of it is past."""
        return datetime.combine(self.last_day, datetime.min.time(), UTC) + timedelta(days=1)

    @property
    def days(self) -> tuple[date, ...]:
        """All days of the world, sessions or not."""
        return tuple(self.first_day + timedelta(n) for n in range((self.last_day - self.first_day).days + 1))

    @property
    def private_titles(self) -> tuple[str, ...]:
        """Titles that must never be published."""
        return tuple(asset.title for asset in self.assets if not asset.public)

    @property
    def stream_keys(self) -> tuple[str, ...]:
        """Every stream key, restreams included: secrets that must never be stored."""
        return tuple(key for asset in self.assets for key in (asset.stream_key, *asset.restream_keys) if key)

    def asset(self, media_id: str) -> MediaItem | None:
        """The listed asset of this id."""
        return next((a for a in self.assets if a.media_id == media_id and a.listed), None)

    def between(self, start_ms: int, end_ms: int, media_id: str | None = None) -> Sequence[Session]:
        """Sessions with start ≤ loadedAt < end, oldest first."""
        with self.lock:
            rows = self.sessions if media_id is None else self._by_media[media_id]
            times = self._times if media_id is None else self._media_times[media_id]
            return rows[bisect_left(times, start_ms) : bisect_left(times, end_ms)]

    def arrive(self, media_id: str, at: datetime, count: int = 1) -> list[Session]:
        """``count`` new sessions of an asset begin at this moment; they are part of the truth from now on."""
        with self.lock:
            new = [late_session(self.rng, media_id, to_ms(at), len(self.sessions) + n) for n in range(count)]
            for session in new:
                _insert(self.sessions, self._times, session)
                _insert(self._by_media[media_id], self._media_times[media_id], session)
            return new

    def plays(
        self,
        days: Collection[date] | None = None,
        media: Collection[str] | None = None,
        device: str | None = None,
        upto: datetime | None = None,
        listed_only: bool = False,
    ) -> Iterator[Session]:
        """The sessions of these UTC days, media ids, device type, begun at ``upto`` or before."""
        with self.lock:
            rows = list(self.sessions)
        limit = None if upto is None else to_ms(upto)
        ids = set(media) if media is not None else None
        if listed_only:
            listed = {asset.media_id for asset in self.assets if asset.listed}
            ids = listed if ids is None else ids & listed
        wanted = None if days is None else set(days)
        for session in rows:
            if (
                (limit is None or session.loaded_ms <= limit)
                and (ids is None or session.media_id in ids)
                and (device is None or session.device == device)
                and (wanted is None or session.day in wanted)
            ):
                yield session

    def truth(self, days: Collection[date] | None = None, **chosen: Any) -> Counter[str]:
        """How many plays by alpha-3 (``---`` unknown); ``chosen`` as in ``plays``."""
        return Counter(session.alpha3 for session in self.plays(days, **chosen))

    def truth_by(self, key: Callable[[Session], Hashable], **chosen: Any) -> dict[Any, Counter[str]]:
        """The truth for each value of ``key``: e.g. ``truth_by(lambda s: s.day)``."""
        found: dict[Any, Counter[str]] = {}
        for session in self.plays(**chosen):
            found.setdefault(key(session), Counter())[session.alpha3] += 1
        return found

    def truth_by_day(self, **chosen: Any) -> dict[date, Counter[str]]:
        """UTC day → plays by alpha-3; days without a play are absent."""
        return self.truth_by(lambda session: session.day, **chosen)

    def truth_by_media(self, **chosen: Any) -> dict[str, Counter[str]]:
        """Media id → plays by alpha-3."""
        return self.truth_by(lambda session: session.media_id, **chosen)

    def truth_by_device(self, **chosen: Any) -> dict[str, Counter[str]]:
        """Device type (words of the Data API) → plays by alpha-3."""
        return self.truth_by(lambda session: session.device, **chosen)


def _insert(rows: list[Session], times: list[int], session: Session) -> None:
    at = bisect_right(times, session.loaded_ms)
    times.insert(at, session.loaded_ms)
    rows.insert(at, session)
