"""Attack what is withheld: for random accounts, can a suppressed count be narrowed down by somebody who knows the rule?

The attacker knows everything that is published, the names of the suppressed values, how many plays have no value, and
the code. They put other counts in place of the suppressed ones, publish these with the product's own code, and compare:
a count that gives the same publication cannot be excluded. The same for sequences of builds, between which videos
become private and public, days and settings change. ``python -m bench.withheld --accounts 1000``
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import islice, permutations
from typing import Any

from apivideo_geo.aggregate.monthly import choose_cells, new_months
from apivideo_geo.days import days_between, month_end
from apivideo_geo.model import Cells, Coverage, DayCount, PublishedMonth, Summary
from apivideo_geo.privacy import hide_unlisted, withhold

Counts = Mapping[str, int]
"""value → count, of one country and month."""
Rule = Callable[[Mapping[str, Mapping[str, int]], int], Cells]

COUNTRY = "FRA"
MONTH = date(2026, 10, 1)
TRIES = 3000
"""Maximum number of other tables that the attacker tries for one value and count."""


def former_rule(counts: Mapping[str, Mapping[str, int]], min_count: int) -> Cells:
    """Return the cells as version 0.1 made them: ties hidden by name, and the largest hidden count may be known."""
    shown: dict[str, dict[str, int]] = {}
    withheld: dict[str, int] = {}
    for country, values in counts.items():
        ascending = sorted((count, value) for value, count in values.items() if count)
        hidden = sum(count < min_count for count, _ in ascending)
        while 0 < hidden < len(ascending) and (
            hidden < 2 or sum(count for count, _ in ascending[:hidden]) < min_count + hidden - 1
        ):
            hidden += 1
        if hidden:
            withheld[country] = sum(count for count, _ in ascending[:hidden])
        if ascending[hidden:]:
            shown[country] = {value: count for count, value in ascending[hidden:]}
    return Cells(shown, withheld)


def narrowed(counts: Counts, min_count: int, rule: Rule = withhold) -> dict[str, set[int]]:
    """Return suppressed value → the numbers from 1 to ``min_count - 1`` that the attacker can exclude for it.

    Only values that are truly below ``min_count`` are attacked. Where nothing of the country is shown, numbers are left
    out that its total excludes, because no rule can hide that.
    """
    published = rule({COUNTRY: counts}, min_count)
    shown = published.shown.get(COUNTRY, {})
    found: dict[str, set[int]] = {}
    for name, number in _exclude(
        counts, shown, min_count, lambda guess: rule({COUNTRY: guess}, min_count) == published, TRIES
    ):
        found.setdefault(name, set()).add(number)
    return found


def _exclude(
    counts: Counts, shown: Counts, min_count: int, same: Callable[[Counts], bool], tries: int
) -> Iterator[tuple[str, int]]:
    """Yield each suppressed value with a number that it cannot be; ``same``: whether other counts look the same."""
    names = [name for name, count in counts.items() if count and name not in shown]
    room = sum(counts[name] for name in names) - (len(names) - 1)
    if not shown and len(names) == 1:
        return
    most = min_count - 1 if shown else min(min_count - 1, room)
    for name in names:
        if counts[name] < min_count:
            for number in range(1, most + 1):
                if find_lookalike(counts, shown, name, number, same, tries) is None:
                    yield name, number


def find_lookalike(
    counts: Counts, shown: Counts, name: str, number: int, same: Callable[[Counts], bool], tries: int = TRIES
) -> Counts | None:
    """Return other counts that give the ``same`` publication, with ``number`` for the suppressed ``name``."""
    others = [other for other, count in counts.items() if count and other not in shown and other != name]
    total = sum(counts[other] for other in [name, *others])
    guesses = ({**shown, name: number, **guess} for guess in _guesses(others, total - number, shown))
    return next((guess for guess in islice(guesses, tries) if same(guess)), None)


def _guesses(names: list[str], total: int, shown: Counts) -> Iterator[dict[str, int]]:
    """Yield counts (at least 1) of ``names`` that add up to ``total``: likely ones, then all, the most equal first."""
    number = len(names)
    if not number or total < number:
        if not number and not total:
            yield {}
        return
    for ones in (0, number - 1):  # all nearly equal; all 1 but one
        share, more = divmod(total - ones, number - ones)
        equal = [share + (index < more) for index in range(number - ones)]
        yield dict(zip(names, [*[1] * ones, *equal], strict=True))
    highest = min(shown.values(), default=total)
    for parts in _partitions(total, number, min(highest, total)):
        for order in islice(permutations(parts), 24) if number <= 4 else (parts, parts[::-1]):
            yield dict(zip(names, order, strict=True))


def _partitions(total: int, number: int, highest: int) -> Iterator[tuple[int, ...]]:
    """Yield each way to write ``total`` as ``number`` numbers from 1 to ``highest``, in descending order."""
    if number == 0:
        if total == 0:
            yield ()
        return
    for first in range(-(-total // number), min(highest, total - number + 1) + 1):
        for rest in _partitions(total - first, number - 1, first):
            yield first, *rest


@dataclass(frozen=True)
class Build:
    """The state of an account when a site is built: the settings, and what changed since the month was collected.

    ``private``: the media that are not public; ``missing``: whether a day of the month was removed; ``late``: plays of
    each value that were added later; ``outside``: whether ``since`` and ``until`` leave the month out.
    """

    min_count: int
    private: frozenset[str] = frozenset()
    missing: bool = False
    late: int = 0
    outside: bool = False


def publish_builds(counts: Counts, builds: Sequence[Build], remember: bool = True) -> list[Cells]:
    """Return the cells of the month that each of the ``builds`` publishes, as the product does it.

    ``remember``: with the history's record of what was published first; without, each build is made from its data.
    """
    published: dict[tuple[str, date], PublishedMonth] = {}
    cells = []
    for build in builds:
        now = {name: count + build.late for name, count in counts.items()}
        summary, listed = _summarise(sum(now.values()), build.missing, build.outside), now.keys() - build.private
        folded: Counter[str] = Counter()
        for name, count in now.items():
            folded[hide_unlisted(name, listed)] += count
        min_counts = {"media": build.min_count}
        found = choose_cells({("media", MONTH): {COUNTRY: folded}}, summary, min_counts, published, listed)
        if remember:
            published |= new_months(found.cells, summary, min_counts, published)
        cells.append(found.cells.get("media", {}).get(MONTH, Cells({}, {})))
    return cells


@lru_cache(maxsize=64)
def _summarise(count: int, missing: bool, outside: bool) -> Summary:
    """Return the Summary of an account with ``count`` plays in one month, and 7 without a value."""
    days = days_between(MONTH, month_end(MONTH))
    daily = tuple(DayCount(day, None if missing and day.day == 9 else 0) for day in days[outside:])
    total = count + 7
    return Summary(
        generated_at=datetime(2027, 6, 1, tzinfo=UTC), metric="play", period_from=daily[0].day, period_to=days[-1],
        total=total, mapped=total, unknown=0, days=Coverage(len(daily), 0, (), 0), countries=(), daily=daily,
        by_country={COUNTRY: (total, *[0] * (len(daily) - 1))},
    )  # fmt: skip


def narrowed_by_builds(counts: Counts, builds: Sequence[Build], remember: bool = True) -> tuple[str, int] | None:
    """Return a suppressed value of the first build and a number that somebody who keeps all ``builds`` can exclude.

    None if there is none. What the first build shows stays known to them: no rule can change that.
    """
    published = publish_builds(counts, builds, remember)
    shown, min_count = published[0].shown.get(COUNTRY, {}), builds[0].min_count
    same = lambda guess: publish_builds(guess, builds, remember) == published  # noqa: E731
    return next(_exclude(counts, shown, min_count, same, TRIES // 50), None)


def invent_builds(chance: random.Random, names: Sequence[str], min_count: int) -> list[Build]:
    """Return a sequence of builds of an account with these media, all public in the first, with its ``min_count``."""
    builds = [Build(min_count)]
    for _ in range(chance.randint(1, 5)):
        before = builds[-1]
        changes: tuple[dict[str, Any], ...] = (
            {"private": before.private ^ {chance.choice(names)}},
            {"private": frozenset(chance.sample(names, chance.randint(0, len(names))))},
            {"min_count": chance.choice((3, 5, 20))},
            {"missing": not before.missing},
            {"late": before.late + chance.randint(0, 3)},
            {"outside": not before.outside},
        )
        builds.append(replace(before, **chance.choice(changes)))
    return builds


def invent_counts(chance: random.Random) -> dict[str, int]:
    """Return the counts of one country and month: a few to many values, a few plays to thousands, steep or flat."""
    number = chance.choice((1, 2, 3, 4, 5, 8, 15, 40))
    largest, steepness = 10 ** chance.uniform(0.3, 3), chance.uniform(0.3, 2)
    counts = {}
    for rank in range(1, number + 1):
        expected = largest / rank**steepness
        count = round(max(0, chance.gauss(expected, expected**0.5)))
        if count:
            counts[f"{chance.randrange(10**6):06}"] = count
    return counts


def main() -> None:
    """Attack random accounts and sequences of builds, also as version 0.1 made them, and print what is narrowed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=16)
    options = parser.parse_args()
    print("| min_count | rule | shown in part | narrowed | exactly known | cells shown | plays shown |")
    print("|---|---|---|---|---|---|---|")
    for min_count in (3, 5, 20):
        chance = random.Random(options.seed)
        tables = [invent_counts(chance) for _ in range(options.accounts)]
        for name, rule in (("former", former_rule), ("today's", withhold)):
            print(f"| {min_count} | {name} | {_describe(tables, min_count, rule)} |", flush=True)
    print("\n| min_count | builds | sequences | narrowed |\n|---|---|---|---|")
    for min_count in (3, 5, 20):
        for name, remember in (("each from its data", False), ("repeat what was published", True)):
            chance = random.Random(options.seed)
            accounts = [counts for _ in range(options.accounts) if (counts := invent_counts(chance))]
            sequences = [(counts, invent_builds(chance, list(counts), min_count)) for counts in accounts]
            found = sum(bool(narrowed_by_builds(*sequence, remember)) for sequence in sequences)
            print(f"| {min_count} | {name} | {len(sequences)} | {found} |", flush=True)


def _describe(tables: list[dict[str, int]], min_count: int, rule: Rule) -> str:
    found: Counter[str] = Counter()
    for counts in tables:
        cells = rule({COUNTRY: counts}, min_count)
        shown = cells.shown.get(COUNTRY, {})
        found["partly"] += bool(shown and cells.withheld)
        excluded = narrowed(counts, min_count, rule) if cells.withheld or not shown else {}
        found["narrowed"] += bool(excluded)
        found["exact"] += any(len(numbers) == min_count - 2 for numbers in excluded.values())
        found["cells"] += len(counts)
        found["cells shown"] += len(shown)
        found["plays"] += sum(counts.values())
        found["plays shown"] += sum(shown.values())
    shares = (found[f"{name} shown"] / found[name] for name in ("cells", "plays"))
    return " | ".join([*(str(found[name]) for name in ("partly", "narrowed", "exact")), *(f"{s:.1%}" for s in shares)])


if __name__ == "__main__":
    main()
