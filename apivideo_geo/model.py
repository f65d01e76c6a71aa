"""The data types that all packages share: facts, assets, sessions, the Summary. No I/O, no heavy imports.

Facts are the central table (columns ``FACT_COLUMNS``), with one row per UTC day, metric, country, dimension and value:

======== ======= ==========================================================
column   type    meaning
======== ======= ==========================================================
day      date    UTC day
metric   string  one of ``METRICS``
country  string  ISO 3166-1 alpha-3, ``XKX`` (Kosovo) or ``---`` (unknown)
dimension string one of ``DIMENSIONS``
value    string  empty for ``total``; else media id, device type, …
count    int64   never negative
======== ======= ==========================================================
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from itertools import compress
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import ibis
    import pyarrow as pa

UNKNOWN = "---"
"""The alpha-3 of an unknown country, as in api.video's tutorial."""
UNKNOWN_TEXT = "unknown"
"""An unknown city or country in session exports."""
UNLISTED = "unlisted"
"""Replaces the id of every asset that is not public."""

METRICS = (
    "play", "view", "impression", "start", "end", "viewer", "watch-time", "session", "session-time", "timed-session",
)  # fmt: skip
"""What can be counted. ``viewer``: different viewers of a day (``view`` with ``unique=true``); ``watch-time`` and
``session-time``: seconds; ``timed-session``: the sessions that ``session-time`` is of."""
PER_DAY = ("viewer",)
"""Metrics that must not be added up over days: who watches on two days counts on both. Shown is the mean of a day."""
SESSION_TIME = "session-time"
TIMED_SESSION = "timed-session"
IN_SECONDS = ("watch-time", SESSION_TIME)
"""Metrics that are a time."""
FIRST_METRICS = tuple(name for name in METRICS if name not in (*PER_DAY, *IN_SECONDS, TIMED_SESSION))
"""Metrics that a site can open with: counts that can be added up."""
DIMENSIONS = ("total", "media", "device", "os", "browser", "referrer", "city")
FACT_COLUMNS = ("day", "metric", "country", "dimension", "value", "count")

MOST_COUNT = 10**12
"""The largest count of a day that is believed; a larger number in an answer or a file is an error."""


@dataclass(frozen=True)
class Ratio:
    """The ``name`` of the sum of metric ``upper`` divided by the sum of metric ``lower`` over the same UTC days."""

    name: str
    upper: str
    lower: str


RATIOS = (
    Ratio("play-rate", "play", "impression"),
    Ratio("completion", "end", "start"),
    Ratio("completion", "end", "play"),
    Ratio("plays-per-viewer", "play", "viewer"),
    Ratio("time-per-play", "watch-time", "play"),
    Ratio("time-per-session", SESSION_TIME, TIMED_SESSION),
)
"""Of two ratios with the same name the first one whose metrics were both collected is used."""
RATES = ("play-rate", "completion")
"""Ratios that are a part of a whole, shown as percentages. Late events can make one larger than 1."""
RATIOS_IN_SECONDS = ("time-per-play", "time-per-session")
"""Ratios that are a time."""


def ratios_of(metrics: Collection[str]) -> tuple[Ratio, ...]:
    """Return the ratios of the collected ``metrics``, each name once.

    >>> [ratio.name for ratio in ratios_of(("play", "impression", "end"))]
    ['play-rate', 'completion']
    """
    found: dict[str, Ratio] = {}
    for ratio in RATIOS:
        if {ratio.upper, ratio.lower} <= set(metrics):
            found.setdefault(ratio.name, ratio)
    return tuple(found.values())


Doubt = Literal["no", "uncompared", "differs", "refused", "settled"]
"""Whether the rows of a day are in doubt: no, because they add up to the API's own count of the day (or its source has
no such count); not compared with it yet; they differ from it; too many rows were rejected, or some contradict each
other; or the answer was the same three nights running, so the day is not requested again."""

Detail = Literal["country", "media", "full"]
DETAIL_DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "country": ("total",),
    "media": ("total", "media"),
    "full": ("total", "media", "device", "os", "browser", "referrer", "city"),
}
"""The dimensions that each ``--detail`` collects, if the source has them."""

SESSION_COLUMNS = (
    "sessionID", "assetID", "assetType", "title", "loadedAt", "endedAt", "country", "ISO_A3", "city", "deviceType",
    "deviceVendor", "deviceModel", "osName", "osShortname", "osVersion", "clientType", "clientName", "clientVersion",
    "referrerUrl", "referrerMedium", "referrerSource", "referrerSearchTerm",
)  # fmt: skip
"""The columns of ``exports/sessions.csv``, in order."""


@dataclass(frozen=True)
class Asset:
    """A video or live stream of the account. It never contains a stream key."""

    media_id: str
    type: Literal["video", "live-stream"]
    title: str
    public: bool
    tags: tuple[str, ...] = ()
    published_at: str = ""
    lifetime: int | None = None
    """Plays since it was published, which the API counts without a time limit; None if they were not requested."""


@dataclass(frozen=True)
class Note:
    """What happened on the UTC day ``day``: a ``text`` of the owner's.

    With a ``media_id`` it is the publication of that asset, and ``text`` is its title.
    """

    day: date
    text: str
    media_id: str = ""


@dataclass(frozen=True)
class Refused:
    """Rows that were rejected: ``count`` of them for ``reason``, on ``day`` if they have one."""

    reason: str
    count: int
    day: date | None = None


@dataclass(frozen=True)
class Shrunk:
    """A new total that was rejected because it is smaller than the one stored for ``day``, or less certain.

    ``stored``: the stored count; ``reported``: the new one. ``complete``: the stored one was collected after the end
    of the day. ``dimension``: the one whose sum is smaller, if it is not the total. ``doubt``: why the new one is
    less certain.
    """

    day: date
    stored: int
    reported: int
    complete: bool
    dimension: str = "total"
    doubt: Doubt = "no"


@dataclass(frozen=True)
class DoubtfulDay:
    """A day whose rows add up to ``stored``, while the API's own count of it is ``reported`` (None: not known)."""

    day: date
    stored: int
    reported: int | None
    doubt: Doubt

    @property
    def settled(self) -> bool:
        """Whether the API gave the same two counts three nights running, so that the day is not requested again."""
        return self.doubt == "settled"


@dataclass(frozen=True)
class Facts:
    """The facts of one or more UTC days from a source.

    ``days`` are the days covered, including those without a row; ``table`` contains their rows (columns
    ``FACT_COLUMNS``, and rows of no other day); ``unmapped``: spelling of a country that was not recognised → plays,
    counted as ``---``; ``sessions``: the sessions they were counted from, if the source has them (an Ibis table,
    columns ``SESSION_COLUMNS`` and more, all strings); ``read``: number of rows that were read, if it is known;
    ``warnings``: what the report should say of them, in sentences without a point; ``doubtful``: days of which more
    than a tenth of the rows were rejected, or whose answers contradict each other or have an unknown shape;
    ``reported``: UTC day → the API's own count of it, if it came with the rows.
    """

    days: tuple[date, ...]
    table: pa.Table
    refused: tuple[Refused, ...] = ()
    unmapped: Mapping[str, int] = field(default_factory=dict)
    sessions: ibis.Table | None = None
    read: int | None = None
    warnings: tuple[str, ...] = ()
    doubtful: frozenset[date] = frozenset()
    reported: Mapping[date, int] = field(default_factory=dict)


@dataclass(frozen=True)
class CountryCount:
    """A country of the Summary. ``share`` is its part of the total, 0–1.

    ``per_million`` is per million people; None if the count is too small to compare, or without ``people``, the number
    of permanent residents (0: none, or not known).
    """

    iso_a3: str
    iso_a2: str
    name: str
    count: float
    share: float
    per_million: float | None
    rank: int
    people: int = 0

    @property
    def no_rate(self) -> str:
        """Why ``per_million`` is None: "no_population" or "too_few"; "" if it is not."""
        if self.per_million is not None:
            return ""
        return "too_few" if self.people else "no_population"


@dataclass(frozen=True)
class DayCount:
    """A UTC day of the period. ``count`` is None if it was never collected; ``open``: it was not over then."""

    day: date
    count: int | None
    open: bool = False


@dataclass(frozen=True)
class Coverage:
    """Which days of the period were collected: ``collected`` + ``open`` + len(``missing``) = days in the period.

    ``collected``: number of complete days (``empty`` of them without any count); ``open``: number of days that were not
    over when they were collected; ``missing``: the days never collected. ``partial``: those of ``missing`` that were
    only collected before they were over; ``lost``: those that the API does not have any more; ``left_out``: those that
    the publisher leaves out on purpose. ``doubtful``: days whose rows do not add up to the API's own count, oldest
    first; those without a row are also ``missing``.
    """

    collected: int
    empty: int
    missing: tuple[date, ...]
    open: int
    partial: tuple[date, ...] = ()
    lost: tuple[date, ...] = ()
    left_out: tuple[date, ...] = ()
    doubtful: tuple[DoubtfulDay, ...] = ()

    @property
    def never_collected(self) -> tuple[date, ...]:
        """The days of ``missing`` that were not left out on purpose."""
        return tuple(day for day in self.missing if day not in self.left_out)


@dataclass(frozen=True)
class Checked:
    """Comparison for the UTC days ``first`` to ``last``: ``reported`` is the API's own total."""

    first: date
    last: date
    stored: int
    reported: int


@dataclass(frozen=True)
class Account:
    """Account metadata from the API; a field is None if it was not requested or not returned.

    ``remembers``: how many complete UTC days before today the API still has. ``server``: its host, "" if unknown.
    """

    remembers: int | None = None
    checked: Checked | None = None
    server: str = ""


CHANGE_FROM = 10
"""A country's change is shown if it had at least this many before: a rise from 1 to 3 means nothing."""


ENOUGH = 90
"""The least part of its days, in percent, that a period must have to be compared with another."""


@dataclass(frozen=True)
class Side:
    """One of two compared periods: its first and last UTC day, both included, and how many of them were collected."""

    first: date
    last: date
    collected: int

    @property
    def days(self) -> int:
        """The number of its days."""
        return (self.last - self.first).days + 1

    @property
    def enough(self) -> bool:
        """Whether it has ``ENOUGH`` percent of its days."""
        return 100 * self.collected >= ENOUGH * self.days


@dataclass(frozen=True)
class Change:
    """A count on the days that are compared, ``now``, and what as many days ``before`` had at their averages.

    The two are in proportion to the averages of a collected day. ``counted`` is the real count of the days before.
    """

    now: int
    before: float
    counted: int


@dataclass(frozen=True)
class Comparison:
    """A period and what it is compared with; :func:`aggregate.compare.compare` makes it, and has the rule.

    ``groups``: days (as indexes) of the period and days before, whose averages are compared, one pair for each weekday
    if ``matched``, else one for all; none if the two cannot be compared. ``nearest``: then the nearest period and what
    it is compared with ("", "year" or two days), which can; None if there is none.
    """

    now: Side
    before: Side
    groups: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = ()
    matched: bool = False
    nearest: tuple[tuple[date, date], str | tuple[date, date]] | None = None

    @property
    def lacking(self) -> Side | None:
        """The side that has too few of its days; None if the two can be compared."""
        return next((side for side in (self.now, self.before) if not side.enough), None)

    @property
    def days(self) -> int:
        """The number of days of the period that are compared: ``Change.now`` divided by it is an average."""
        return sum(len(these) for these, _ in self.groups)

    def unmatched(self) -> Comparison:
        """Return the same comparison, of all days instead of weekdays."""
        these, those = (tuple(day for group in self.groups for day in group[side]) for side in (0, 1))
        return replace(self, groups=((these, those),), matched=False)

    def of(self, counts: Sequence[int]) -> Change | None:
        """Return the change of ``counts``, one a day of the history; None if nothing can be compared."""
        if not self.groups:
            return None
        now = counted = 0
        before = 0.0
        for these, those in self.groups:
            now += sum(map(counts.__getitem__, these))
            there = sum(map(counts.__getitem__, those))
            counted += there
            before += there * len(these) / len(those)
        return Change(now, before, counted)


@dataclass(frozen=True)
class Earlier:
    """The history before the period of a Summary. "New" and "best so far" are measured against it.

    ``days``: its UTC days without a gap, the first collected one first, up to the day before the period. ``reach``: the
    number of countries with a count on each of them. ``seen``: alpha-3 of all countries with a count.
    """

    days: tuple[DayCount, ...] = ()
    reach: tuple[int, ...] = ()
    seen: frozenset[str] = frozenset()


PER_MILLION_FROM = 100
"""Default of the setting ``per_million_from``: the smallest count of a country with a rate per million people."""
RATIO_FROM = 100
"""Default of the setting ``ratio_from``: the smallest number that another is divided by, such as in a play rate."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What a Summary says of a history besides its counts.

    ``metric``: what is counted, such as ``play``. ``partial``: days that were only collected before they were over;
    ``left_out``: days that the publisher leaves out on purpose; ``doubtful``: days whose rows do not add up to the
    API's own count. ``withheld``: dimension → the smallest count that is shown in a country and month.
    ``per_million_from``: countries with a smaller count have no rate per million people; ``ratio_from``: the smallest
    number that another is divided by. ``account``: the metadata from the API.
    """

    metric: str
    generated_at: datetime
    demo: bool = False
    partial: Collection[date] = frozenset()
    left_out: Collection[date] = frozenset()
    doubtful: tuple[DoubtfulDay, ...] = ()
    withheld: Mapping[str, int] = field(default_factory=dict)
    per_million_from: int = PER_MILLION_FROM
    ratio_from: int = RATIO_FROM
    account: Account = field(default_factory=Account)


@dataclass(frozen=True)
class Summary:
    """Every figure of the front page. ``total == mapped + unknown``, always."""

    generated_at: datetime
    metric: str
    period_from: date | None
    period_to: date | None
    total: float
    mapped: float
    unknown: float
    days: Coverage
    countries: tuple[CountryCount, ...]
    daily: tuple[DayCount, ...]
    breakdowns: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    """dimension → (value, count) in the period, largest first; only dimensions that were collected."""
    demo: bool = False
    by_country: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """alpha-3 (``---`` for unknown) → the counts on the days of ``daily``; 0 if a day was not collected."""
    comparison: Comparison | None = None
    """The last 30 complete days against the 30 before; None without a complete day."""
    new: tuple[str, ...] = ()
    """The countries with a count in the period of ``comparison`` and on no earlier day of the history, in alphabetical
    order; none without a comparison, because at first everything is new."""
    account: Account = field(default_factory=Account)
    earlier: Earlier = field(default_factory=Earlier)
    uncollected: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    """dimension → the days of the period that have a count, but were not collected by this dimension; only dimensions
    that were collected on some day."""
    per_million_from: int = PER_MILLION_FROM
    ratio_from: int = RATIO_FROM
    others: Mapping[str, Summary] = field(default_factory=dict)
    """Other collected metric → its Summary of the same period, so that item n of ``daily`` is the same day in all. A
    day before the metric was collected has no count there."""

    @property
    def metrics(self) -> Mapping[str, Summary]:
        """Every collected metric → its Summary; this one, with which the page opens, is the first."""
        return {self.metric: self, **self.others}

    @property
    def today(self) -> date | None:
        """The last day of the period if it was not over when it was collected: another metric may follow later."""
        return self.daily[-1].day if self.daily and self.daily[-1].open else None

    @cached_property
    def months(self) -> tuple[date, ...]:
        """The first UTC day of each month that the period has a day of, in order."""
        return tuple(dict.fromkeys(day.day.replace(day=1) for day in self.daily))

    @property
    def has_data(self) -> bool:
        """Whether any day was collected. If not, a country without counts is unknown rather than zero."""
        return self.days.collected + self.days.open > 0 or self.total > 0

    def daily_by(self, dimension: str) -> tuple[DayCount, ...]:
        """Return ``daily``, where a day that was not collected by ``dimension`` has no count."""
        return self._daily_with_gaps.get(dimension, self.daily)

    @cached_property
    def _daily_with_gaps(self) -> dict[str, tuple[DayCount, ...]]:
        """What :meth:`daily_by` returns for the dimensions that were not collected on some day."""
        return {
            dimension: tuple(DayCount(day.day, None) if day.day in lacking else day for day in self.daily)
            for dimension, days in self.uncollected.items()
            if (lacking := frozenset(days))
        }

    def count_by(self, dimension: str, code: str = "", months: Collection[date] | None = None) -> int:
        """Return the count on the days collected by ``dimension``: what its values are parts of.

        ``code``: of this country (alpha-3), by default of all. ``months`` (first days): only their days.
        """
        key = dimension, months if months is None else frozenset(months)
        if key not in self._collected:
            self._collected[key] = [
                day.count is not None and (months is None or day.day.replace(day=1) in months)
                for day in self.daily_by(dimension)
            ]
        counts = self.by_country.get(code, ()) if code else [day.count or 0 for day in self.daily]
        return sum(compress(counts, self._collected[key]))

    @cached_property
    def _collected(self) -> dict[tuple[str, frozenset[date] | None], list[bool]]:
        """Dimension and months → which days :meth:`count_by` adds up."""
        return {}


@dataclass(frozen=True)
class NewsItem:
    """Something that changed, in one ``sentence``.

    ``id`` is unique and never changes (``first/FRA``, ``best-day/2026-11-20``); ``at`` is the UTC moment when it became
    known, the end of its day or month; ``link`` is the address of the details, from the root of the site.
    """

    id: str
    at: datetime
    sentence: str
    link: str


@dataclass(frozen=True)
class Cells:
    """The counts of one dimension by country, with the small ones suppressed.

    ``shown``: country → value → count, all of which may be published. ``withheld``: country → sum of the suppressed
    counts. A country of which nothing can be shown is in neither. ``hidden``: country → number of suppressed values;
    neither this number nor the values may be published.
    """

    shown: Mapping[str, Mapping[str, int]]
    withheld: Mapping[str, int]
    hidden: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    def world(self) -> dict[str, int]:
        """Return value → count over all countries, largest first: only what is shown is added up."""
        sums: Counter[str] = Counter()
        for values in self.shown.values():
            sums.update(values)
        return most_first(sums)


@dataclass(frozen=True)
class PublishedMonth:
    """A breakdown of a month as it was first published: its cells, the ``min_count``, and its days without data."""

    cells: Cells
    min_count: int
    missing: frozenset[date] = frozenset()


PublishedMonths = Mapping[tuple[str, date], PublishedMonth]
"""(dimension, first day of a month) → how it was first published."""


@dataclass(frozen=True)
class Correction:
    """The counts by country (alpha-3 and ``---``) that a closed month has from the UTC day ``day`` on."""

    day: date
    countries: Mapping[str, int]

    @property
    def total(self) -> int:
        """The count of the month over all countries."""
        return sum(self.countries.values())


@dataclass(frozen=True)
class ClosedMonth:
    """A month (its first UTC day) of the first metric as it was first ``published``, on a UTC day.

    Only ``corrections`` are added later, oldest first. ``daily``: its counts by day, None if a day was not collected;
    ``reach``: the number of countries on each day. ``countries``: alpha-3 and ``---`` → count. ``new``: countries with
    no count before. ``weekdays``: the counts of ``countries`` by weekday, Monday first; none in a month that was closed
    before these were stored. ``before``: the highest count and the highest number of countries on an earlier day; None
    if there were too few earlier days to call anything new or a record.
    """

    month: date
    metric: str
    published: date
    daily: tuple[int | None, ...]
    reach: tuple[int, ...]
    countries: Mapping[str, int]
    new: tuple[str, ...] = ()
    before: tuple[int, int] | None = None
    corrections: tuple[Correction, ...] = ()
    weekdays: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @cached_property
    def total(self) -> int:
        """The count of the month over all countries."""
        return sum(self.countries.values())

    @property
    def latest(self) -> Mapping[str, int]:
        """The counts by country after the last correction."""
        return self.corrections[-1].countries if self.corrections else self.countries

    @cached_property
    def collected(self) -> int:
        """The number of its days that were collected."""
        return sum(count is not None for count in self.daily)


def most_first(counts: Mapping[str, int]) -> dict[str, int]:
    """Return ``counts`` with the largest first; equal counts by their key.

    >>> most_first({"b": 1, "a": 1, "c": 5})
    {'c': 5, 'a': 1, 'b': 1}
    """
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


Parts = tuple[tuple[str, int], ...]
"""(value, count), largest count first, then by value."""


@dataclass(frozen=True)
class CountryDetail:
    """The figures of a country in the period of the Summary, apart from its count.

    ``first_seen`` is its first UTC day in the history. ``parts``: dimension → its values; an asset that is not public
    is the value ``unlisted``. ``withheld``: dimension → sum of the suppressed counts. Both add up to the country's
    count or less; the rest is unknown, or in a month that is not published yet. ``monthly``: dimension → value → its
    counts in each of the Summary's ``months``, which add up to that of ``parts``.
    """

    first_seen: date
    parts: Mapping[str, Parts] = field(default_factory=dict)
    withheld: Mapping[str, int] = field(default_factory=dict)
    monthly: Mapping[str, Mapping[str, Sequence[int]]] = field(default_factory=dict)


PEAK = "ccv-peak"
"""The most viewers of a live stream at once. The setting ``metrics`` can name it, but it has no facts: it cannot be
added up over countries, days or live streams."""
PeaksByDay = Mapping[date, tuple[Mapping[str, int], bool]]
"""UTC day → (media id of a live stream → the most viewers that it had at once; whether the API's own peaks agree)."""
HoursByDay = Mapping[date, tuple[int, ...]]
"""UTC day → the counts of its 24 hours, the first from midnight UTC on."""


@dataclass(frozen=True)
class WeekHour:
    """An hour of the week in a time zone: ``weekday`` 0 is Monday, ``hour`` 0 to 23.

    ``count`` is the sum of ``hours`` such hours that were collected.
    """

    weekday: int
    hour: int
    count: int = 0
    hours: int = 0

    @property
    def mean(self) -> float | None:
        """The mean count of one such hour; None if none was collected."""
        return self.count / self.hours if self.hours else None


@dataclass(frozen=True)
class WeekHours:
    """The counts of all countries by hour of the week, in the IANA ``time_zone``: ``cells``, from Monday 00:00 on.

    ``days``: the complete UTC days whose hours are in it; ``lacking``: those of the period that have a count, but no
    hours. ``differing``: UTC day → how much the sum of its hours exceeds its count. ``split``: whether a UTC hour is in
    two hours of the time zone; it is then counted in the one in which it begins.
    """

    time_zone: str
    cells: tuple[WeekHour, ...]
    days: tuple[date, ...]
    lacking: tuple[date, ...] = ()
    differing: Mapping[date, int] = field(default_factory=dict)
    split: bool = False


@dataclass(frozen=True)
class AssetDetail:
    """A public asset and its counts in the period of the Summary. Equal counts share a ``rank``.

    ``countries``: (alpha-3 or ``---``, count), largest first; they add up to ``count``. ``daily``: its counts on the
    days of the Summary's ``daily``, 0 if a day was not collected; empty if they may not be published. ``peak``: of a
    live stream, the most viewers at once, and the first UTC day of the period with them; None if it is not known.
    ``monthly``: country → the counts in each of the Summary's ``months``.
    """

    asset: Asset
    count: int
    rank: int
    countries: Parts = ()
    daily: Sequence[int] = ()
    peak: tuple[int, date] | None = None
    monthly: Mapping[str, Sequence[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class AssetCollection:
    """The public ``assets`` with a ``tag`` that the owner lists, most watched first.

    ``slug`` is its name in addresses: lower-case ASCII letters, digits and hyphens. ``sums`` has the sums of what is
    published of each; its title is the tag. An asset can be in several collections, so these must not be added up.
    """

    tag: str
    slug: str
    assets: tuple[AssetDetail, ...]
    sums: AssetDetail


@dataclass(frozen=True)
class CityCount:
    """A city that may be published. ``point`` is (latitude, longitude), or None if it is not known for certain."""

    iso_a3: str
    name: str
    count: int
    point: tuple[float, float] | None


@dataclass(frozen=True)
class Details:
    """What the pages of countries, videos and cities show: the facts of the Summary's period by other dimensions.

    ``countries``: alpha-3 → its detail, for every country with a count. ``assets``: all public ones, most watched
    first, including those without a play; ``unlisted``: plays of the others. For dimensions whose small counts are
    withheld, ``world``: dimension → the published values over all countries; ``withheld``: dimension → sum of the
    suppressed counts; both are of ``months`` (the first UTC day of each), and ``monthly`` has them by month;
    ``min_counts``: dimension → the smallest count in a country and month that is published. Those of
    ``changed`` months are shown as they were first published, although their data is different now; those of
    ``withdrawn`` months are not shown any more, because they lost a day. ``closed``: the months that have a page,
    oldest first. ``collections``: in the order of the setting. ``notes``: those of the owner, in the same order.
    ``hours``: None if no hours were collected. ``by_media``: other metric that was collected by video → its Summary in
    which ``by_country`` has media ids of public assets in place of countries, and ``countries`` is empty.
    """

    countries: Mapping[str, CountryDetail] = field(default_factory=dict)
    assets: tuple[AssetDetail, ...] = ()
    unlisted: int = 0
    cities: tuple[CityCount, ...] = ()
    world: Mapping[str, Parts] = field(default_factory=dict)
    withheld: Mapping[str, int] = field(default_factory=dict)
    months: tuple[date, ...] = ()
    monthly: Mapping[str, Mapping[date, Cells]] = field(default_factory=dict)
    min_counts: Mapping[str, int] = field(default_factory=dict)
    changed: tuple[date, ...] = ()
    withdrawn: tuple[date, ...] = ()
    closed: tuple[ClosedMonth, ...] = ()
    collections: tuple[AssetCollection, ...] = ()
    notes: tuple[Note, ...] = ()
    hours: WeekHours | None = None
    by_media: Mapping[str, Summary] = field(default_factory=dict)
