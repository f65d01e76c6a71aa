"""The Summary of a group of countries, and what a group is of all. Pure.

Groups overlap, so no figure here adds up those of several groups. Counts from unknown countries are in no group.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from apivideo_geo.geo.groups import Group
from apivideo_geo.model import CHANGE_FROM, Change, CountryCount, DayCount, Earlier, Summary


@dataclass(frozen=True)
class GroupCount:
    """A group of countries in the period of a Summary.

    ``summary`` is that of its members alone: shares are of the group, ranks are within it. ``share`` is its part of the
    total, 0–1. ``people``: the permanent residents of all members, also of those without a count. ``per_million`` is
    per million of them; None if the count is too small to compare, or nobody lives there.
    """

    group: Group
    summary: Summary
    share: float
    people: int
    per_million: float | None

    @property
    def daily(self) -> list[int]:
        """The counts on the days of the Summary, 0 if a day was not collected."""
        return [day.count or 0 for day in self.summary.daily]

    @property
    def change(self) -> Change | None:
        """The change of its count; None if there were too few before, or nothing can be compared."""
        change = self.summary.comparison.of(self.daily) if self.summary.comparison else None
        return change if change and change.counted >= CHANGE_FROM else None

    @property
    def no_rate(self) -> str:
        """Why ``per_million`` is None: "no_population" or "too_few"; "" if it is not."""
        if self.per_million is not None:
            return ""
        return "too_few" if self.people else "no_population"


def count_groups(
    summary: Summary, groups: Iterable[Group], population_of: Callable[[str], int | None]
) -> tuple[GroupCount, ...]:
    """Return each of ``groups`` with its figures. ``population_of``: alpha-3 → number of people, None for nobody."""
    return tuple(_count(summary, group, population_of) for group in groups)


def _count(summary: Summary, group: Group, population_of: Callable[[str], int | None]) -> GroupCount:
    among = summary_of(summary, group.members)
    people = sum(population_of(code) or 0 for code in group.members)
    enough = people and among.total >= summary.per_million_from
    return GroupCount(
        group=group,
        summary=among,
        share=among.total / summary.total if summary.total else 0,
        people=people,
        per_million=among.total * 1_000_000 / people if enough else None,
    )


def summary_of(summary: Summary, members: Collection[str]) -> Summary:
    """Return the Summary of the countries ``members`` (alpha-3) alone, in all metrics.

    It has no breakdowns and no earlier days, because neither is known by country.
    """
    chosen = frozenset(members)
    series = {code: counts for code, counts in summary.by_country.items() if code in chosen}
    sums = [sum(counts) for counts in zip(*series.values(), strict=True)] or [0] * len(summary.daily)
    countries = [country for country in summary.countries if country.iso_a3 in chosen]
    total = sum(country.count for country in countries)
    return replace(
        summary,
        total=total,
        mapped=total,
        unknown=0,
        countries=tuple(_ranked(countries, total)),
        daily=tuple(
            DayCount(day.day, None if day.count is None else count, day.open)
            for day, count in zip(summary.daily, sums, strict=True)
        ),
        breakdowns={},
        by_country=series,
        new=tuple(code for code in summary.new if code in chosen),
        earlier=Earlier(seen=summary.earlier.seen & chosen),
        uncollected={},
        others={metric: summary_of(one, chosen) for metric, one in summary.others.items()},
    )


def _ranked(countries: Iterable[CountryCount], total: float) -> Iterator[CountryCount]:
    """Yield ``countries``, highest count first, with shares of ``total`` and ranks among them."""
    rank, count = 0, -1.0
    for number, country in enumerate(countries, 1):
        rank, count = (rank, count) if country.count == count else (number, country.count)
        yield replace(country, share=country.count / total, rank=rank)
