"""The words every room shares: facts, assets, sessions, the Summary. No I/O, no heavy imports.

Facts are the one table everything speaks (columns ``FACT_COLUMNS``), one row per
UTC day, metric, country, dimension and value:

======== ======= ==========================================================
column   type    meaning
======== ======= ==========================================================
day      date    UTC day
metric   string  one of ``METRICS``
country  string  ISO 3166-1 alpha-3, ``XKX`` (Kosovo) or ``---`` (unknown)
dimension string one of ``DIMENSIONS``
value    string  empty for ``total``; else media id, device type, …
count    int64   how many, never negative
======== ======= ==========================================================
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import ibis
    import pyarrow as pa

UNKNOWN = "---"
"""The alpha-3 of a country that cannot be known (the tutorial's own mark)."""
UNKNOWN_TEXT = "unknown"
"""A city or country name that is not known, in session exports."""
UNLISTED = "unlisted"
"""Stands for every asset that is not public."""

METRICS = ("play", "view", "impression", "start", "end", "session")
DIMENSIONS = ("total", "media", "device", "os", "browser", "referrer", "city")
FACT_COLUMNS = ("day", "metric", "country", "dimension", "value", "count")

Detail = Literal["country", "media", "full"]
DETAIL_DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "country": ("total",),
    "media": ("total", "media"),
    "full": ("total", "media", "device", "os", "browser", "referrer", "city"),
}
"""The dimensions each ``--detail`` collects (a source yields those it has)."""

SESSION_COLUMNS = (
    "sessionID",
    "assetID",
    "assetType",
    "title",
    "loadedAt",
    "endedAt",
    "country",
    "ISO_A3",
    "city",
    "deviceType",
    "deviceVendor",
    "deviceModel",
    "osName",
    "osShortname",
    "osVersion",
    "clientType",
    "clientName",
    "clientVersion",
    "referrerUrl",
    "referrerMedium",
    "referrerSource",
    "referrerSearchTerm",
)
"""The columns of ``exports/sessions.csv``, in order."""


@dataclass(frozen=True)
class Asset:
    """A video or live stream of the account. Never carries a stream key."""

    media_id: str
    type: Literal["video", "live-stream"]
    title: str
    public: bool
    tags: tuple[str, ...] = ()
    published_at: str = ""
    lifetime: int | None = None
    """Plays since it was published, as the API counts them for ever; None where it was not asked."""


@dataclass(frozen=True)
class Refused:
    """Rows that came in and were not kept: ``count`` of them for ``reason``, on ``day`` if they have one."""

    reason: str
    count: int
    day: date | None = None


@dataclass(frozen=True)
class Shrunk:
    """An answer that was refused because its total is smaller than what is held of ``day``.

    ``held_whole``: what is held was collected after the day's end, so that the day is whole all the same.
    ``dimension``: the one that adds up to less, where it is not the total.
    """

    day: date
    held: int
    answered: int
    held_whole: bool
    dimension: str = "total"


@dataclass(frozen=True)
class Facts:
    """What a source answers: the facts of one or more whole UTC days.

    ``days`` are the days answered for, even where no row came; ``table`` holds their
    rows (columns ``FACT_COLUMNS``, rows of no other day); ``unmapped`` counts plays by
    the spelling of a country that found no code and went to ``---``; ``sessions`` are the
    sessions they were counted from, where the source has them (an Ibis table, columns
    ``SESSION_COLUMNS`` and more, all strings).
    """

    days: tuple[date, ...]
    table: pa.Table
    refused: tuple[Refused, ...] = ()
    unmapped: Mapping[str, int] = field(default_factory=dict)
    sessions: ibis.Table | None = None


@dataclass(frozen=True)
class CountryCount:
    """One country of the Summary. ``share`` is of the total, 0–1; ``per_million`` is per million people."""

    iso_a3: str
    iso_a2: str
    name: str
    count: int
    share: float
    per_million: float | None
    rank: int


@dataclass(frozen=True)
class DayCount:
    """One UTC day of the period: ``count`` is None where the day was never collected."""

    day: date
    count: int | None
    open: bool = False


@dataclass(frozen=True)
class Coverage:
    """How the days of the period were covered.

    ``collected`` counts the closed days held (``empty`` of them without a single count);
    ``open`` the days held that were not over when collected; ``missing`` are the days never
    collected. collected + open + len(missing) = days in the period. ``partial`` are those of ``missing`` that were
    seen only before they were over, ``lost`` those that the API does not remember any more.
    """

    collected: int
    empty: int
    missing: tuple[date, ...]
    open: int
    partial: tuple[date, ...] = ()
    lost: tuple[date, ...] = ()


@dataclass(frozen=True)
class Checked:
    """What the API's own count said of the UTC days ``first`` to ``last``: ``told`` by it, ``held`` by the history."""

    first: date
    last: date
    held: int
    told: int


@dataclass(frozen=True)
class Account:
    """What a run learnt from the API beside the facts; None where it did not ask, or was not told.

    ``remembers``: how many whole UTC days before today it still knows. ``server``: its host, "" unknown.
    """

    remembers: int | None = None
    checked: Checked | None = None
    server: str = ""


@dataclass(frozen=True)
class Change:
    """The last ``days`` whole UTC days of the period against as many before them, all of them collected.

    ``total`` and each value of ``countries`` (alpha-3, ``---`` included) are (now, before); ``new`` are the
    countries counted now and on no day before, in alphabetical order.
    """

    days: int
    total: tuple[int, int]
    countries: Mapping[str, tuple[int, int]]
    new: tuple[str, ...]


@dataclass(frozen=True)
class Summary:
    """Every figure a page shows. ``total == mapped + unknown + withheld``, always."""

    generated_at: datetime
    metric: str
    period_from: date | None
    period_to: date | None
    total: int
    mapped: int
    unknown: int
    withheld: int
    days: Coverage
    countries: tuple[CountryCount, ...]
    daily: tuple[DayCount, ...]
    breakdowns: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    """dimension → (value, count) of the whole period, most first; only dimensions that were collected."""
    demo: bool = False
    by_country: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """alpha-3, ``---`` for unknown → the counts of the days of ``daily``, in their order; 0 where not collected.
    What a day's ``count`` has more than all of them is withheld."""
    change: Change | None = None
    """None where the two stretches of days are not both wholly collected."""
    account: Account = field(default_factory=Account)


@dataclass(frozen=True)
class NewsItem:
    """Something that changed.

    ``id`` is unique and for ever (``first/FRA``, ``best-day/2026-11-20``, ``up/2026-10``); ``at`` the UTC moment from
    which it is known: the end of its day or month; ``link`` leads to what tells more, from the top of the site.
    """

    id: str
    at: datetime
    sentence: str
    link: str


@dataclass(frozen=True)
class Cells:
    """The counts of one dimension by country, with the small ones suppressed.

    ``shown``: country → value → count, all of which may be published. ``withheld``: country → sum of the suppressed
    counts. Neither the suppressed values nor their number may be published. A country is in one of them, both or none.
    """

    shown: Mapping[str, Mapping[str, int]]
    withheld: Mapping[str, int]

    def world(self) -> dict[str, int]:
        """Return value → count over all countries, largest first: only what is shown is added up."""
        sums: Counter[str] = Counter()
        for values in self.shown.values():
            sums.update(values)
        return most_first(sums)


def most_first(counts: Mapping[str, int]) -> dict[str, int]:
    """Return ``counts`` with the largest first; equal counts by their key.

    >>> most_first({"b": 1, "a": 1, "c": 5})
    {'c': 5, 'a': 1, 'b': 1}
    """
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


Parts = tuple[tuple[str, int], ...]
"""(value, count), most first, then by value."""


@dataclass(frozen=True)
class CountryDetail:
    """What is told of one country besides its count, in the period of the Summary.

    ``first_seen`` is its first UTC day of the whole history. ``parts``: dimension → its values; an asset that is not
    public is the value ``unlisted``. ``withheld``: dimension → how many are not told. The parts and what is withheld
    add up to the country's count or to less; the rest is not known, or of a month that is not told yet.
    """

    first_seen: date
    parts: Mapping[str, Parts] = field(default_factory=dict)
    withheld: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class AssetDetail:
    """A public asset and who watched it in the period of the Summary. Equal counts share a ``rank``.

    ``countries``: (alpha-3 or ``---``, count), most first; they add up to ``count``. ``daily`` are its counts on the
    days of the Summary's ``daily``, 0 where not collected; empty where they may not be told.
    """

    asset: Asset
    count: int
    rank: int
    countries: Parts = ()
    daily: Sequence[int] = ()


@dataclass(frozen=True)
class CityCount:
    """A city that may be told. ``point`` is (latitude, longitude), None where its place is not known for certain."""

    iso_a3: str
    name: str
    count: int
    point: tuple[float, float] | None


@dataclass(frozen=True)
class Details:
    """What the pages of countries, videos and cities show: the facts of the Summary's period by other dimensions.

    ``countries``: alpha-3 → its detail, of every country with a count. ``assets`` are all public ones, most first, also
    those nobody watched; ``unlisted`` counts what was watched of others. For the dimensions that are withheld in part,
    ``world`` has the values over all countries that may be told, ``withheld`` how many may not; their figures are those
    of ``months`` (the first UTC day of each), and ``monthly`` has them by dimension and month.
    """

    countries: Mapping[str, CountryDetail] = field(default_factory=dict)
    assets: tuple[AssetDetail, ...] = ()
    unlisted: int = 0
    cities: tuple[CityCount, ...] = ()
    world: Mapping[str, Parts] = field(default_factory=dict)
    withheld: Mapping[str, int] = field(default_factory=dict)
    months: tuple[date, ...] = ()
    monthly: Mapping[str, Mapping[date, Cells]] = field(default_factory=dict)
