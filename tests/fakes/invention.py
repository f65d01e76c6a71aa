"""How the invented account comes about: assets and sessions from a random generator, nothing else."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from tests.fakes import audience
from tests.fakes.records import DAY_MS, MediaItem, Session, to_ms

_WEEK = (1.0, 1.05, 1.1, 1.05, 1.2, 1.6, 1.5)
"""How busy the days are, from Monday."""
_HOURS = (2, 1, 1, 1, 1, 2, 4, 6, 8, 9, 9, 10, 11, 10, 9, 9, 10, 12, 14, 16, 17, 14, 9, 4)


def make_assets(
    rng: random.Random, videos: int, live_streams: int, deleted: int, first_day: date
) -> tuple[MediaItem, ...]:
    """The assets, deleted videos last; titles and keys as ``audience`` has them."""
    start = datetime.combine(first_day, datetime.min.time(), UTC)
    assets = []
    for number in range(videos + deleted):
        public = number % 5 != 3
        assets.append(
            MediaItem(
                media_id="vi" + _token(rng),
                type="video",
                title=audience.title_of(number, public, "Video"),
                public=public,
                tags=audience.TAGS[number % len(audience.TAGS)],
                published_at=start - timedelta(days=400 - number, seconds=number * 7919 % 86_400),
                listed=number < videos,
            )
        )
    for number in range(live_streams):
        public = number % 3 != 1
        assets.append(
            MediaItem(
                media_id="li" + _token(rng),
                type="live-stream",
                title=audience.title_of(number, public, "Live"),
                public=public,
                tags=(),
                published_at=start - timedelta(days=200 - number),
                stream_key=_stream_key(rng),
                restream_keys=tuple(_stream_key(rng) for _ in range(number % 3)),
            )
        )
    return tuple(assets)


def _token(rng: random.Random) -> str:
    return f"{rng.getrandbits(88):022x}"


def _stream_key(rng: random.Random) -> str:
    raw = f"{rng.getrandbits(128):032x}"
    return "-".join((raw[:8], raw[8:12], raw[12:16], raw[16:20], raw[20:]))


def make_sessions(
    rng: random.Random,
    assets: Sequence[MediaItem],
    count: int,
    first_day: date,
    last_day: date,
    countries: int,
    unknown_share: float,
) -> list[Session]:
    """Sessions, oldest first. Earlier assets and countries are the more popular ones."""
    if not assets:
        return []
    times = _make_times(rng, count, first_day, last_day)
    codes, weights = audience.country_weights(countries, unknown_share)
    locations = {code: audience.locations_of(code) for code in codes}
    media = rng.choices([a.media_id for a in assets], [1 / (n + 2) for n in range(len(assets))], k=count)
    places = rng.choices(codes, weights, k=count)
    viewers = rng.choices(audience.VIEWERS, audience.VIEWER_WEIGHTS, k=count)
    referrers = rng.choices(audience.REFERRERS, audience.REFERRER_WEIGHTS, k=count)
    rows = []
    for n, (at, media_id, code, viewer, referrer) in enumerate(
        zip(times, media, places, viewers, referrers, strict=True)
    ):
        spellings = locations[code]
        location = spellings[rng.getrandbits(16) % len(spellings)]
        ended = None if n % 17 == 0 else at + 1_000 + rng.getrandbits(21)
        rows.append(
            Session("ps" + _token(rng), media_id, at, ended, code, location, viewer, viewer.referrer or referrer, n)
        )
    return rows


def _make_times(rng: random.Random, count: int, first_day: date, last_day: date) -> list[int]:
    """Sorted times; each day of two sessions or more has one at 00:00:00.000 and one at 23:59:59.999."""
    days = [first_day + timedelta(n) for n in range((last_day - first_day).days + 1)]
    starts = [to_ms(datetime.combine(day, datetime.min.time(), UTC)) for day in days]
    per_day = Counter(rng.choices(starts, [_WEEK[day.weekday()] for day in days], k=count))
    times: list[int] = []
    for start in starts:
        many = per_day[start]
        hours = rng.choices(range(24), _HOURS, k=many)
        inside = [start + hour * 3_600_000 + rng.randrange(3_600_000) for hour in hours]
        if many > 1:
            inside[0], inside[1] = start, start + DAY_MS - 1
        times.extend(sorted(inside))
    return times


def late_session(rng: random.Random, media_id: str, at_ms: int, ordinal: int) -> Session:
    """A session that has just begun."""
    code = rng.choice(("FR", "NO", "BR", "XK", None))
    location = rng.choice(audience.locations_of(code))
    viewer = rng.choice(audience.VIEWERS)
    return Session(
        "ps" + _token(rng),
        media_id,
        at_ms,
        None,
        code,
        location,
        viewer,
        viewer.referrer or audience.NO_REFERRER,
        ordinal,
    )
