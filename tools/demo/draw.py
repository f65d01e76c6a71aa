"""Draw the plays of an invented account, the same on every machine.

An invented French academy of film making, *Atelier Nacre*, and the people who watch it. Every play is drawn separately:
which asset, in which country, on which device, from which page. A day is drawn from the seed and its own date alone.
Draws use raw Philox words and integer thresholds, so that no step depends on how a platform rounds or on how a version
of numpy samples. The weights are in ``tables``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tools.demo.tables import (
    AUDIENCES,
    BROWSERS,
    CITIES,
    CLIPS,
    COUNTRIES,
    DEVICES,
    GROWTH_FROM,
    MORE_EACH_DAY,
    NEWCOMER_EVERY,
    NEWCOMER_FIRST,
    NEWCOMER_STAYS,
    NEWCOMERS,
    NO_CITY,
    NO_COUNTRY,
    NO_REFERRER,
    PLAYS_THEN,
    REFERRERS,
    SEASONS,
    WEEKDAYS,
)

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SEED = 0x4E61637265


def media_id(number: int) -> str:
    """Return the id of a clip as the API makes them: ``vi`` or ``li`` and 22 letters and digits."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    digest = hashlib.blake2b(f"demo asset {number}".encode(), digest_size=22).digest()
    return ("li" if CLIPS[number].live else "vi") + "".join(alphabet[byte % len(alphabet)] for byte in digest)


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


# --- The tables as arrays ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _World:
    """The tables, ready to draw from.

    A *place* is an index into ``spellings`` of countries; ``devices`` are (type, system). ``profile_of_place`` and
    ``audience_of_clip``, ``city_case`` and ``browser_case`` (by device) are the rows of the choices.
    """

    spellings: tuple[str, ...]
    devices: tuple[tuple[str, str], ...]
    browsers: tuple[str, ...]
    referrers: tuple[str, ...]
    cities: tuple[str, ...]
    profile_of_place: Ints
    city_case: Ints
    audience_of_clip: Ints
    browser_case: Ints
    place_choices: _Choices
    device_choices: _Choices
    browser_choices: _Choices
    referrer_choices: _Choices
    city_choices: _Choices


@cache
def _make_world() -> _World:
    """Turn all tables into arrays."""
    regular = {
        code: (float(share), profile)
        for profile, text in COUNTRIES.items()
        for code, share in zip(text.split()[::2], text.split()[1::2], strict=True)
    }
    spellings = (*regular, *NO_COUNTRY, *NEWCOMERS)
    profiles, audiences, systems = list(DEVICES), list(AUDIENCES), list(BROWSERS)
    devices = [_shares(text) for text in DEVICES.values()]
    browsers = [_shares(text) for text in BROWSERS.values()]
    referrers = [_halving(REFERRERS[name], NO_REFERRER) for name in audiences]
    cities = [{"": 1.0}, *(_halving(text, NO_CITY) for text in CITIES.values())]
    device_names, browser_names, referrer_names, city_names = (
        sorted({name for row in rows for name in row}) for rows in (devices, browsers, referrers, cities)
    )
    pairs = tuple((device, system) for device, system in (name.split("/") for name in device_names))
    return _World(
        spellings=spellings,
        devices=pairs,
        browsers=tuple(browser_names),
        referrers=tuple(referrer_names),
        cities=tuple(city_names),
        profile_of_place=_ints(profiles.index(regular[n][1] if n in regular else "phone") for n in spellings),
        city_case=_ints(1 + list(CITIES).index(name) if name in CITIES else 0 for name in spellings),
        audience_of_clip=_ints(audiences.index(clip.audience) for clip in CLIPS),
        browser_case=_ints(systems.index(system) for _, system in pairs),
        place_choices=_make_choices(_weigh_places({code: share for code, (share, _) in regular.items()})),
        device_choices=_make_choices(_matrix(devices, device_names)),
        browser_choices=_make_choices(_matrix(browsers, browser_names)),
        referrer_choices=_make_choices(_matrix(referrers, referrer_names)),
        city_choices=_make_choices(_matrix(cities, city_names)),
    )


def _ints(numbers: Iterable[int]) -> Ints:
    """Whole numbers as an array."""
    array: Ints = np.fromiter(numbers, dtype=np.int64)
    return array


def _weigh_places(regular: dict[str, float]) -> Floats:
    """Clip × place: the shares of its audience, each clip with likes of its own (a factor of 0.6 to 1.4)."""
    rows = []
    for number, clip in enumerate(CLIPS):
        others, groups = AUDIENCES[clip.audience]
        factors = {code: factor for group, factor in groups.items() for code in group.split()}
        taste = 0.6 + 0.8 * (np.random.Philox(key=[SEED, number]).random_raw(len(regular)) >> np.uint64(32)) / 2.0**32
        known = np.array([share * factors.get(code, others) for code, share in regular.items()]) * taste
        unknown = np.array(list(NO_COUNTRY.values())) * known.sum() / 1000
        rows.append(np.concatenate([known, unknown]))
    return np.array(rows)


# --- Days -------------------------------------------------------------------------------------------


def _weigh_clips(ordinals: Ints) -> Floats:
    """Day × clip: how much each asset is watched, in parts of the whole catalogue's regular weight."""
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
    """Plays expected on each day: growth, weekday, season, and what the catalogue draws (1 is its regular weight)."""
    growth = PLAYS_THEN + MORE_EACH_DAY * np.maximum(_ints(d.toordinal() for d in days) - GROWTH_FROM, 0)
    weekday = np.array([WEEKDAYS[day.weekday()] for day in days])
    season = np.interp([d.timetuple().tm_yday for d in days], list(SEASONS), list(SEASONS.values()), period=365)
    expected: Floats = growth * weekday * season * catalogue
    return expected


# --- Plays ------------------------------------------------------------------------------------------


def _draw_words(days: Sequence[date], expected: Floats, blocks: int) -> tuple[Ints, Ints]:
    """Draw how many plays each day has, and for each play 2 × ``blocks`` random words below 2^32 (rows)."""
    counts, drawn = [], [np.empty((blocks, 0), dtype=np.uint64)]
    for day, plays in zip(days, expected.tolist(), strict=True):
        stream = np.random.Philox(key=[SEED, day.toordinal()])
        luck = sum(int(stream.random_raw()) >> 48 for _ in range(4)) / 2**18
        count = int(plays * (0.78 + 0.44 * luck) + 0.5)
        counts.append(count)
        drawn.append(stream.random_raw(blocks * count).reshape(blocks, count))
    raw = np.concatenate(drawn, axis=1)
    halves = np.stack([raw >> np.uint64(32), raw & np.uint64(0xFFFFFFFF)], axis=1)
    return _ints(counts), halves.reshape(2 * blocks, -1).astype(np.int64)


def draw_plays(days: Sequence[date]) -> pa.Table:
    """Draw every play of ``days``, in order of time.

    Columns: ``number`` (index of the day in ``days``), ``spelling`` (of the country), ``media``, ``device``, ``os``,
    ``browser``, ``referrer`` (a host, "" if none) and ``city`` ("" if none).
    """
    world, ordinals = _make_world(), _ints(day.toordinal() for day in days)
    clips, newcomers = _weigh_clips(ordinals), _weigh_newcomers(ordinals)
    counts, words = _draw_words(days, _expect_plays(days, clips.sum(axis=1)), blocks=4)
    number = np.repeat(np.arange(len(days), dtype=np.int64), counts)
    clip = _make_choices(clips).draw(number, words[0])
    newcomer = _make_choices(newcomers).draw(number, words[2])
    first = len(world.spellings) - len(NEWCOMERS)
    place = np.where(newcomer < len(NEWCOMERS), first + newcomer, world.place_choices.draw(clip, words[1]))
    device = world.device_choices.draw(world.profile_of_place[place], words[4])
    browser = world.browser_choices.draw(world.browser_case[device], words[5])
    referrer = world.referrer_choices.draw(world.audience_of_clip[clip], words[6])
    city = world.city_choices.draw(world.city_case[place], words[7])
    table = pa.table(
        {
            "number": pa.array(number, pa.int16()),
            "spelling": _take(world.spellings, place),
            "media": _take([media_id(index) for index in range(len(CLIPS))], clip),
            "device": _take([name for name, _ in world.devices], device),
            "os": _take([system for _, system in world.devices], device),
            "browser": _take(world.browsers, browser),
            "referrer": _take(world.referrers, referrer),
            "city": _take(world.cities, city),
        }
    )
    return table.take(pa.array(np.lexsort([words[3], number])))


def _take(values: Sequence[str], indices: Ints) -> pa.Array:
    return pa.array(values, pa.string()).take(pa.array(indices))
