"""An invented audience, the same on every machine: no network, no disk, no clock.

An invented French academy of film making, *Atelier Nacre*, and the people who watch it. Every play
is drawn by itself: which asset, in which country, on which device, from which page. All dimensions
are counts over the same plays, so they add up by construction. A day is drawn from the seed and its
own date alone (``_draw_plays``), so it is the same whichever days are asked with it and whatever
today is. Draws use raw Philox words and whole-number thresholds: no step depends on how a
platform rounds or on how a version of numpy samples.

The tables are in ``demo_tables``; here are the functions that read them, ``demo_assets``, ``demo_days`` and
``demo_facts``, and ``DemoSource`` over these.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from apivideo_geo.days import days_between
from apivideo_geo.facts import FACTS
from apivideo_geo.model import DETAIL_DIMENSIONS, UNKNOWN, UNLISTED, Asset, Facts, Refused
from apivideo_geo.sources.demo_tables import (
    AUDIENCES,
    BROWSERS,
    CITIES,
    CLIPS,
    COUNTRIES,
    DEVICES,
    GROWTH_FROM,
    MORE_EACH_DAY,
    NEVER_COLLECTED,
    NEWCOMER_EVERY,
    NEWCOMER_FIRST,
    NEWCOMER_STAYS,
    NEWCOMERS,
    NO_CITY,
    NO_COUNTRY,
    NO_REFERRER,
    PLAYS_THEN,
    REFERRERS,
    REFUSED_EVERY,
    SEASONS,
    WEEKDAYS,
    Clip,
)

if TYPE_CHECKING:
    from apivideo_geo.api.client import Client
    from apivideo_geo.effects import Effects
    from apivideo_geo.settings import Settings

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

METRIC = "play"
"""The only metric of the demo."""
_SEED = 0x4E61637265


class DemoSource:
    """The invented account as a source. Always counts ``METRIC``; today is open and counted up to now."""

    name = "demo"
    metric = METRIC
    asks_all = False
    usual_detail = "full"
    remembers: int | None = 30
    """As api.video's accounts do."""

    def __init__(self, settings: Settings, effects: Effects) -> None:
        self.client: Client | None = None
        self._settings = settings
        self._effects = effects

    def fetch_assets(self, wanted: Mapping[date, str]) -> tuple[Asset, ...] | None:
        """What is published by now, with its plays since then: also of the days that were never collected."""
        now = self._effects.now()
        plays = _count_lifetime_plays(now)
        return tuple(replace(asset, lifetime=plays[asset.media_id]) for asset in demo_assets(now.date()))

    def window(self, stored: Collection[date], remembered: int | None = None) -> tuple[date, date]:
        """The two years up to today, or what the settings leave of them."""
        days, settings = demo_days(self._effects.now().date()), self._settings
        return max(days[0], settings.since or days[0]), min(days[-1], settings.until or days[-1])

    def fetch_days(self, wanted: Mapping[date, str]) -> Iterator[tuple[str, Facts]]:
        """One part a detail; the days that were never collected are in none."""
        now = self._effects.now()
        told = set(demo_days(now.date()))
        for detail in DETAIL_DIMENSIONS:
            days = [day for day, asked in wanted.items() if asked == detail and day in told]
            if days:
                yield detail, demo_facts(days, detail, open_until=now, unlisted=self._settings.show_unlisted)

    def fetch_count(self, first: date, last: date) -> int | None:
        """None: what is invented is its own count."""


def demo_assets(today: date | None = None) -> tuple[Asset, ...]:
    """The 40 videos and live streams of the invented account, oldest first; with ``today``, those published by then.

    A few are not public, and keep their title here as the API would give it: whoever publishes must fold them.
    """
    assets = (_parse_asset(number, clip) for number, clip in enumerate(CLIPS))
    shown = (asset for asset in assets if today is None or asset.published_at[:10] <= today.isoformat())
    return tuple(sorted(shown, key=lambda asset: (asset.published_at, asset.media_id)))


def demo_days(today: date) -> tuple[date, ...]:
    """Two years of UTC days, oldest first, ``today`` the last; a few days before it were never collected.

    The missing days stand in the calendar, so tomorrow's answer has the same earlier days.
    """
    start = _two_years_before(today)
    days = (start + timedelta(days=n) for n in range(1, (today - start).days + 1))
    return tuple(day for day in days if day == today or (day.month, day.day) not in NEVER_COLLECTED[day.year % 2])


def demo_facts(
    days: Sequence[date], detail: str, open_until: datetime | None = None, *, unlisted: bool = False
) -> Facts:
    """The facts of ``days`` (UTC, any order; each counted once) with the dimensions of ``detail``.

    ``detail`` is ``country``, ``media`` or ``full``. The table has the schema ``FACTS`` and is sorted by
    all its columns. Plays of assets that are not public have the media value ``unlisted``, with ``unlisted`` their
    id; plays without a referrer or a city have no row in that dimension. ``unmapped`` counts spellings that say
    something but name no country; a play without any spelling is only ``---``.

    ``open_until`` is an aware time: what comes later that day, or on later days, has not happened yet.
    Raises ValueError for another ``detail`` or a naive ``open_until``.
    """
    if detail not in DETAIL_DIMENSIONS:
        raise ValueError(f"detail is one of {', '.join(DETAIL_DIMENSIONS)}, not {detail!r}")
    asked = tuple(sorted(set(days)))
    plays = _draw_plays(asked, full=detail == "full")
    plays = plays.only(plays.time < _count_open_limits(asked, open_until)[plays.day])
    keys = np.concatenate([_count_keys(plays, dimension, unlisted) for dimension in DETAIL_DIMENSIONS[detail]])
    return Facts(asked, _count_table(keys, asked), _count_refused(asked), _count_unmapped(plays))


def _count_lifetime_plays(now: datetime) -> dict[str, int]:
    """Media id → plays up to ``now``, from the first publication or the first day told, whichever is earlier."""
    first = min(demo_days(now.date())[0], *(date.fromisoformat(clip.published) for clip in CLIPS))
    days = days_between(first, now.date())
    plays = _draw_plays(days, full=False)
    over = plays.time < _count_open_limits(days, now)[plays.day]
    counts = np.bincount(plays.clip[over], minlength=len(CLIPS)).tolist()
    return {_media_id(number, clip.live): counts[number] for number, clip in enumerate(CLIPS)}


def _two_years_before(day: date) -> date:
    """The same date two years earlier, 28 February for a 29th."""
    try:
        return day.replace(year=day.year - 2)
    except ValueError:
        return day.replace(year=day.year - 2, day=28)


def _parse_asset(number: int, clip: Clip) -> Asset:
    """The asset as the API lists it."""
    media_id = _media_id(number, clip.live)
    published, tags = f"{clip.published}T08:00:00+00:00", tuple(clip.tags.split())
    return Asset(media_id, "live-stream" if clip.live else "video", clip.title, clip.public, tags, published)


def _media_id(number: int, live: bool) -> str:
    """An id of the API's shape: ``vi`` or ``li`` and 22 letters and digits."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    digest = hashlib.blake2b(f"demo asset {number}".encode(), digest_size=22).digest()
    return ("li" if live else "vi") + "".join(alphabet[byte % len(alphabet)] for byte in digest)


# --- Drawing: from weights and a random word to a choice --------------------------------------------


@dataclass(frozen=True)
class _Choices:
    """Weighted choices, one row a case: running shares in 2^-32 with the case above them, all in one ascending line."""

    steps: Ints
    columns: int

    def draw(self, case: Ints, word: Ints) -> Ints:
        """For each case and word (0 ≤ word < 2^32) the column drawn."""
        place = np.searchsorted(self.steps, (case << 32) | word, side="right")
        column: Ints = place - case * self.columns
        return column


def _make_choices(weights: Floats) -> _Choices:
    """Case × column weights, none of a case's all zero, ready to draw from."""
    running = weights.cumsum(axis=1)
    shares = np.floor(running / running[:, -1:] * 2.0**32).astype(np.int64)
    steps: Ints = shares + (np.arange(len(weights), dtype=np.int64)[:, None] << 32)
    return _Choices(steps.ravel(), weights.shape[1])


def _shares(text: str) -> dict[str, float]:
    """``"chrome 62, edge 23"`` → shares by name."""
    return {name: float(share) for name, share in (item.rsplit(" ", 1) for item in text.split(", "))}


def _halving(text: str, none: float) -> dict[str, float]:
    """``"Paris, Lyon"`` → shares by name, each half the one before, with ``none`` of all plays under ``""``."""
    shares = {name: 0.55**place for place, name in enumerate(text.split(", "))}
    total = sum(shares.values())
    return {"": none} | {name: share * (1 - none) / total for name, share in shares.items()}


def _matrix(rows: Sequence[dict[str, float]], columns: Sequence[str]) -> Floats:
    """Shares as a table, one row a case."""
    return np.array([[row.get(column, 0.0) for column in columns] for row in rows])


# --- The world, made once ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _World:
    """The tables above, ready to draw from. A *place* is a spelling of a country, a *value* a place in ``values``."""

    spellings: tuple[str, ...]
    codes: tuple[str, ...]
    country_of_place: Ints
    profile_of_place: Ints
    city_case: Ints
    values: tuple[str, ...]
    media_of_clip: Ints
    told_of_clip: Ints
    """The same, ``unlisted`` for a clip that is not public."""
    audience_of_clip: Ints
    device_value: Ints
    os_value: Ints
    os_case: Ints
    browser_value: Ints
    referrer_value: Ints
    city_value: Ints
    places: _Choices
    devices: _Choices
    browsers: _Choices
    referrers: _Choices
    cities: _Choices


@cache
def _make_world() -> _World:
    """All tables as arrays."""
    steady = {
        code: (float(share), profile)
        for profile, text in COUNTRIES.items()
        for code, share in zip(text.split()[::2], text.split()[1::2], strict=True)
    }
    spellings = (*steady, *NO_COUNTRY, *NEWCOMERS)
    codes = tuple(sorted({*steady, *NEWCOMERS, UNKNOWN}))
    profiles, audiences, systems = list(DEVICES), list(AUDIENCES), list(BROWSERS)
    devices = [_shares(text) for text in DEVICES.values()]
    browsers = [_shares(text) for text in BROWSERS.values()]
    referrers = [_halving(text, NO_REFERRER) for text in REFERRERS.values()]
    cities = [{"": 1.0}, *(_halving(text, NO_CITY) for text in CITIES.values())]
    device_names, browser_names, referrer_names, city_names = (
        sorted({name for row in rows for name in row}) for rows in (devices, browsers, referrers, cities)
    )
    media = [_media_id(number, clip.live) for number, clip in enumerate(CLIPS)]
    told = [media_id if clip.public else UNLISTED for media_id, clip in zip(media, CLIPS, strict=True)]
    parts = [name.split("/") for name in device_names]
    values = sorted(
        {*media, *told, *(part for pair in parts for part in pair), *browser_names, *referrer_names, *city_names}
    )
    rank = {value: place for place, value in enumerate(values)}
    return _World(
        spellings=spellings,
        codes=codes,
        country_of_place=_ints(codes.index(name if len(name) == 3 else UNKNOWN) for name in spellings),
        profile_of_place=_ints(profiles.index(steady[n][1] if n in steady else "phone") for n in spellings),
        city_case=_ints(1 + list(CITIES).index(name) if name in CITIES else 0 for name in spellings),
        values=tuple(values),
        media_of_clip=_ints(rank[value] for value in media),
        told_of_clip=_ints(rank[value] for value in told),
        audience_of_clip=_ints(audiences.index(clip.audience) for clip in CLIPS),
        device_value=_ints(rank[device] for device, _ in parts),
        os_value=_ints(rank[system] for _, system in parts),
        os_case=_ints(systems.index(system) for _, system in parts),
        browser_value=_ints(rank[name] for name in browser_names),
        referrer_value=_ints(rank[name] for name in referrer_names),
        city_value=_ints(rank[name] for name in city_names),
        places=_make_choices(_weigh_places({code: share for code, (share, _) in steady.items()})),
        devices=_make_choices(_matrix(devices, device_names)),
        browsers=_make_choices(_matrix(browsers, browser_names)),
        referrers=_make_choices(
            _matrix([referrers[list(REFERRERS).index(name)] for name in audiences], referrer_names)
        ),
        cities=_make_choices(_matrix(cities, city_names)),
    )


def _ints(numbers: Iterable[int]) -> Ints:
    """Whole numbers as an array."""
    array: Ints = np.fromiter(numbers, dtype=np.int64)
    return array


def _weigh_places(steady: dict[str, float]) -> Floats:
    """Clip × place: the shares of its audience, each clip with likes of its own (a factor of 0.6 to 1.4)."""
    rows = []
    for number, clip in enumerate(CLIPS):
        others, groups = AUDIENCES[clip.audience]
        factors = {code: factor for group, factor in groups.items() for code in group.split()}
        taste = 0.6 + 0.8 * (np.random.Philox(key=[_SEED, number]).random_raw(len(steady)) >> np.uint64(32)) / 2.0**32
        known = np.array([share * factors.get(code, others) for code, share in steady.items()]) * taste
        unknown = np.array(list(NO_COUNTRY.values())) * known.sum() / 1000
        rows.append(np.concatenate([known, unknown]))
    return np.array(rows)


# --- Days -------------------------------------------------------------------------------------------


def _weigh_clips(ordinals: Ints) -> Floats:
    """Day × clip: how much each asset is watched, in parts of the whole catalogue's steady weight."""
    published = _ints(date.fromisoformat(clip.published).toordinal() for clip in CLIPS)
    popularity, burst, width, repeat, again = (
        np.array([float(getattr(clip, name)) for clip in CLIPS])
        for name in ("popularity", "burst", "width", "repeat", "again")
    )
    age = ordinals[:, None] - published
    phase = np.mod(age, repeat)
    height = burst * np.where(age < repeat, 1.0, again)
    # The oldest assets are watched in any year, so that every day there ever was has an audience.
    there = (age >= 0) | (published < GROWTH_FROM)
    weights = np.where(there, popularity * (1 + height / (1 + (phase / width) ** 2)), 0.0)
    shares: Floats = weights / popularity.sum()
    return shares


def _weigh_newcomers(ordinals: Ints) -> Floats:
    """Day × newcomer country: its share of the day's plays; last column: nobody of them."""
    number = np.arange(len(NEWCOMERS))
    phase = np.mod(ordinals[:, None] - NEWCOMER_FIRST - NEWCOMER_EVERY * number, NEWCOMER_EVERY * len(NEWCOMERS))
    shares = np.where(phase < 4, 0.006, np.where(phase < NEWCOMER_STAYS, 0.0005, 0.0))
    return np.concatenate([shares, 1 - shares.sum(axis=1, keepdims=True)], axis=1)


def _expect_plays(days: Sequence[date], catalogue: Floats) -> Floats:
    """Plays expected on each day: growth, weekday, season, and what the catalogue draws (1 is its steady weight)."""
    growth = PLAYS_THEN + MORE_EACH_DAY * np.maximum(_ints(d.toordinal() for d in days) - GROWTH_FROM, 0)
    weekday = np.array([WEEKDAYS[day.weekday()] for day in days])
    season = np.interp([d.timetuple().tm_yday for d in days], list(SEASONS), list(SEASONS.values()), period=365)
    expected: Floats = growth * weekday * season * catalogue
    return expected


# --- Plays ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Plays:
    """One entry a play. ``day`` is an index into the days asked, ``time`` the part of the day gone, in 2^-32."""

    day: Ints
    time: Ints
    clip: Ints
    place: Ints
    words: Ints
    """The random words left for device, browser, referrer and city; without rows if only countries are asked."""

    def only(self, wanted: npt.NDArray[np.bool_]) -> _Plays:
        """The plays ``wanted``."""
        if wanted.all():
            return self
        return _Plays(self.day[wanted], self.time[wanted], self.clip[wanted], self.place[wanted], self.words[:, wanted])


def _draw_words(days: Sequence[date], expected: Floats, blocks: int) -> tuple[Ints, Ints]:
    """Plays a day, and for each play 2 × ``blocks`` random words below 2^32 (rows), drawn from the day's date alone."""
    counts, drawn = [], [np.empty((blocks, 0), dtype=np.uint64)]
    for day, plays in zip(days, expected.tolist(), strict=True):
        stream = np.random.Philox(key=[_SEED, day.toordinal()])
        luck = sum(int(stream.random_raw()) >> 48 for _ in range(4)) / 2**18
        count = int(plays * (0.78 + 0.44 * luck) + 0.5)
        counts.append(count)
        drawn.append(stream.random_raw(blocks * count).reshape(blocks, count))
    raw = np.concatenate(drawn, axis=1)
    halves = np.stack([raw >> np.uint64(32), raw & np.uint64(0xFFFFFFFF)], axis=1)
    return _ints(counts), halves.reshape(2 * blocks, -1).astype(np.int64)


def _draw_plays(days: Sequence[date], full: bool) -> _Plays:
    """Every play of ``days``. More detail draws more words of each play, and never changes the first ones."""
    world, ordinals = _make_world(), _ints(day.toordinal() for day in days)
    clips, newcomers = _weigh_clips(ordinals), _weigh_newcomers(ordinals)
    counts, words = _draw_words(days, _expect_plays(days, clips.sum(axis=1)), blocks=4 if full else 2)
    day = np.repeat(np.arange(len(days), dtype=np.int64), counts)
    clip = _make_choices(clips).draw(day, words[0])
    place = world.places.draw(clip, words[1])
    newcomer = _make_choices(newcomers).draw(day, words[2])
    first = len(world.spellings) - len(NEWCOMERS)
    place = np.where(newcomer < len(NEWCOMERS), first + newcomer, place)
    return _Plays(day, words[3], clip, place, words[4:])


def _count_open_limits(days: Sequence[date], open_until: datetime | None) -> Ints:
    """For each day, how much of it is over at ``open_until``, in 2^-32."""
    if open_until is None:
        return np.full(len(days), 1 << 32, dtype=np.int64)
    if open_until.tzinfo is None:
        raise ValueError("open_until needs a time zone")
    now = open_until.astimezone(UTC)
    seconds = (now.hour * 60 + now.minute) * 60 + now.second
    part = (seconds << 32) // 86_400
    return _ints((1 << 32) if day < now.date() else part if day == now.date() else 0 for day in days)


# --- From plays to facts ----------------------------------------------------------------------------

_DIMENSIONS = sorted(DETAIL_DIMENSIONS["full"])


def _count_keys(plays: _Plays, dimension: str, unlisted: bool) -> Ints:
    """One number a play, ascending as (day, country, ``dimension``, value); no number where the value is absent."""
    world = _make_world()
    country = world.country_of_place[plays.place]
    value = _draw_values(plays, dimension, unlisted)
    keys = (plays.day * len(world.codes) + country) * len(_DIMENSIONS) + _DIMENSIONS.index(dimension)
    keys = keys * len(world.values) + value
    return keys[value != 0] if dimension in ("referrer", "city") else keys


def _draw_values(plays: _Plays, dimension: str, unlisted: bool) -> Ints:
    """The value of ``dimension`` for each play, an index into the world's ``values``; 0 is the empty one."""
    world, words = _make_world(), plays.words
    if dimension == "total":
        return np.zeros(len(plays.day), dtype=np.int64)
    if dimension == "media":
        return (world.media_of_clip if unlisted else world.told_of_clip)[plays.clip]
    if dimension == "referrer":
        audience = world.audience_of_clip[plays.clip]
        return world.referrer_value[world.referrers.draw(audience, words[2])]
    if dimension == "city":
        return world.city_value[world.cities.draw(world.city_case[plays.place], words[3])]
    device = world.devices.draw(world.profile_of_place[plays.place], words[0])
    if dimension == "browser":
        return world.browser_value[world.browsers.draw(world.os_case[device], words[1])]
    return (world.device_value if dimension == "device" else world.os_value)[device]


def _count_table(keys: Ints, days: Sequence[date]) -> pa.Table:
    """Facts from the plays' keys, sorted as the keys are: values and codes are numbered in their own order."""
    world = _make_world()
    unique, counts = np.unique(keys, return_counts=True)
    rest, value = np.divmod(unique, len(world.values))
    rest, dimension = np.divmod(rest, len(_DIMENSIONS))
    day, country = np.divmod(rest, len(world.codes))
    columns = [
        pa.array(days, pa.date32()).take(pa.array(day)),
        pa.repeat(pa.scalar(METRIC, pa.string()), len(unique)),
        pa.array(world.codes, pa.string()).take(pa.array(country)),
        pa.array(_DIMENSIONS, pa.string()).take(pa.array(dimension)),
        pa.array(world.values, pa.string()).take(pa.array(value)),
        pa.array(counts, pa.int64()),
    ]
    return pa.Table.from_arrays(columns, schema=FACTS)


def _count_unmapped(plays: _Plays) -> dict[str, int]:
    """Plays by a spelling that names no country."""
    world = _make_world()
    counts = np.bincount(plays.place, minlength=len(world.spellings)).tolist()
    named = Counter({name: count for name, count in zip(world.spellings, counts, strict=True) if name in NO_COUNTRY})
    return {name: count for name, count in sorted(named.items()) if name and count}


def _count_refused(days: Sequence[date]) -> tuple[Refused, ...]:
    """Now and then a row comes in that cannot be counted."""
    broken = (day for day in days if day.toordinal() % REFUSED_EVERY == 0)
    return tuple(Refused("a row whose count is not a number", 1, day) for day in broken)
