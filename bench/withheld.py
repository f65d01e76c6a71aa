"""Attack what is withheld: for random accounts, can a suppressed count be narrowed down by somebody who knows the rule?

The attacker knows everything that is published, the names of the suppressed values, how many plays have no value, and
the code. They put other counts in place of the suppressed ones, publish these with the product's own code, and compare:
a count that gives the same publication cannot be excluded. ``python -m bench.withheld --accounts 1000``
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import islice, permutations

from apivideo_geo.model import Cells
from apivideo_geo.privacy import withhold

Counts = Mapping[str, int]
"""value → count, of one country and month."""
Rule = Callable[[Mapping[str, Mapping[str, int]], int], Cells]

COUNTRY = "FRA"
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
    names = [name for name, count in counts.items() if count and name not in shown]
    room = sum(counts[name] for name in names) - (len(names) - 1)
    if not shown and len(names) == 1:
        return {}
    most = min_count - 1 if shown else min(min_count - 1, room)
    found: dict[str, set[int]] = {}
    for name in names:
        if counts[name] < min_count:
            others = [other for other in names if other != name]
            excluded = {
                number
                for number in range(1, most + 1)
                if not any(
                    rule({COUNTRY: {**shown, name: number, **guess}}, min_count) == published
                    for guess in islice(_guesses(others, room + len(others) - number, shown, min_count), TRIES)
                )
            }
            if excluded:
                found[name] = excluded
    return found


def _guesses(names: list[str], total: int, shown: Counts, min_count: int) -> Iterator[dict[str, int]]:
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
    """Attack random accounts under today's and the former rule, and print how many counts could be narrowed."""
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
