"""Attack whole sites: which of their files depend on the counts that are withheld? None may.

Every country of an account has a random table of cities, of referrers and of videos for each month. The attacker
keeps a sequence of builds of the site, between which a month passes, videos become private and ``min_count`` changes.
They put other numbers in place of the withheld ones, in all tables at once, build the same sequence with the product,
and compare the bytes of every file: pages with their periods, months, groups, collections, hours, the search, side by
side, files in ``data/``. A number for which nothing differs cannot be excluded. ``python -m bench.withheld_sites``
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from apivideo_geo.days import day_start, days_between, month_end
from apivideo_geo.effects import Effects
from apivideo_geo.facts import facts_table
from apivideo_geo.geo.countries import all_countries
from apivideo_geo.history.day_lines import HOURS, HoursLine
from apivideo_geo.history.history import Fetched, open_history
from apivideo_geo.model import Asset, Facts
from apivideo_geo.pipeline import run
from apivideo_geo.privacy import for_history, withhold
from apivideo_geo.settings import load_settings
from bench.withheld import find_lookalike, invent_counts

MONTHS = (date(2026, 8, 1), date(2026, 9, 1))
LAST = date(2026, 10, 10)
DIMENSIONS = ("city", "referrer", "media")
ASSETS = tuple(
    Asset(f"vi{number:022}", "video", f"Film {number}", True, ("course",) if number % 3 else ("alone",))
    for number in range(40)
)
COUNTRIES = 200
"""Countries of one site: each is an account of its own, because the rule decides country by country."""
Tables = dict[tuple[date, str, str], Mapping[str, int]]
"""(month, country, dimension) → value → count."""


def invent_tables(chance: random.Random, countries: Sequence[str]) -> Tables:
    """Return random tables; the values of ``media`` are ids of ``ASSETS``."""
    tables: Tables = {}
    for month in MONTHS:
        for country in countries:
            for dimension in DIMENSIONS:
                counts = invent_counts(chance)
                if dimension == "media":
                    ids = chance.sample([asset.media_id for asset in ASSETS], len(counts))
                    counts = dict(zip(ids, counts.values(), strict=True))
                tables[month, country, dimension] = counts
    return tables


def swap_withheld(tables: Tables, min_count: int, chance: random.Random) -> tuple[Tables, Counter[str]]:
    """Return tables that give the same cells, with another number for one withheld value of each that has any.

    And how many tables were ``swapped``, and in how many no other number gives the same cells (``narrowed``).
    """
    found, swapped = Counter[str](), dict(tables)
    for key, counts in tables.items():
        cells = withhold({"": counts}, min_count)
        shown = cells.shown.get("", {})
        hidden = [value for value, count in counts.items() if count < min_count and value not in shown]
        most = min_count - 1 if shown else min(min_count - 1, sum(counts.values()) - len(hidden) + 1)
        if not hidden or (not shown and len(hidden) == 1):
            continue
        value = chance.choice(hidden)
        numbers = [number for number in range(1, most + 1) if number != counts[value]]
        if not numbers:
            continue
        guess = find_lookalike(
            counts, shown, value, chance.choice(numbers), lambda guess, of=cells: withhold({"": guess}, min_count) == of
        )
        found["narrowed" if guess is None else "swapped"] += 1
        swapped[key] = guess or counts
    return swapped, found


def save_account(folder: Path, tables: Tables, totals: Mapping[tuple[date, str], int]) -> None:
    """Write a private history of ``tables``, each count spread over its month; ``totals``: (month, country) → plays."""
    counts = {(month, country, "total", ""): total for (month, country), total in totals.items()}
    counts |= {(*key, value): count for key, values in tables.items() for value, count in values.items()}
    days = days_between(MONTHS[0], LAST)
    facts = Facts(tuple(days), facts_table(_rows(counts)))
    hours = Counter(dict.fromkeys(days, 0))
    for day, _, _, dimension, _, count in _rows(counts):
        hours[day] += count * (dimension == "total")
    with open_history(folder) as history:
        history.save_assets(ASSETS)
        HOURS.add(folder, (HoursLine(day=day, metric="play", counts=(n, *[0] * 23)) for day, n in hours.items()))
        stored, now = for_history(facts, True, True), datetime(2026, 10, 11, 9, tzinfo=UTC)
        history.save(stored, Fetched("play", "data", "full", now))


def _rows(counts: Mapping[tuple[date, str, str, str], int]) -> Iterator[tuple[date, str, str, str, str, int]]:
    for (month, country, dimension, value), count in counts.items():
        days = days_between(month, month_end(month))
        for index, day in enumerate(days):
            share = count * (index + 1) // len(days) - count * index // len(days)
            if share:
                yield day, "play", country, dimension, value, share


def build_sequence(folder: Path, min_count: int, *, public_media: bool) -> dict[str, bytes]:
    """Return the files of four builds of the history in ``folder``: path → content.

    ``public_media``: do not withhold counts of videos, so that the attacker must find some.
    """

    def build(out: str, until: date, minimum: int) -> None:
        flags = {
            "history": folder / "history", "out": folder / out, "until": until, "min_count": minimum,
            "withhold_media": not public_media, "hours": True, "collections": "course; alone", "history_private": True,
        }  # fmt: skip
        now = day_start(until + timedelta(days=1))
        run("render", load_settings(flags, Path("/dev/null")), Effects(int(now.timestamp())))

    build("before", date(2026, 9, 9), min_count)
    build("now", LAST, min_count)
    with open_history(folder / "history") as history:
        history.save_assets(ASSETS[5:])
    build("private", LAST, min_count + 10)
    with open_history(folder / "history") as history:
        history.save_assets(ASSETS)
    build("public-again", LAST, 2)
    paths = (path for out in ("before", "now", "private", "public-again") for path in (folder / out).rglob("*"))
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths if path.is_file()}


def main() -> None:
    """Attack, print the table, and exit with an error if a file differs or a number is excluded."""
    parser = argparse.ArgumentParser(prog="python -m bench.withheld_sites", description=__doc__)
    parser.add_argument("--accounts", type=int, default=1000, help="countries, each with two months")
    parser.add_argument("--min-counts", default="3,5,20")
    parser.add_argument("--public-media", action="store_true", help="videos are not withheld: files must differ")
    options, wrong = parser.parse_args(), False
    codes = sorted(all_countries())[:COUNTRIES]
    print("| min_count | accounts | tables with another number | narrowed | files compared | files that differ |")
    print("|---|---|---|---|---|---|")
    for min_count in map(int, options.min_counts.split(",")):
        chance, found = random.Random(16), Counter[str]()
        for first in range(0, options.accounts, COUNTRIES):
            countries = codes[: min(COUNTRIES, options.accounts - first)]
            tables = invent_tables(chance, countries)
            others, more = swap_withheld(tables, min_count, chance)
            found += more
            sums = {key: sum(counts.values()) for key, counts in tables.items()}
            totals = {
                (month, country): max(sums[month, country, name] for name in DIMENSIONS) + 7
                for month in MONTHS
                for country in countries
            }
            sites = []
            for one in (tables, others):
                with tempfile.TemporaryDirectory(prefix="apivideo-geo-bench-") as name:
                    save_account(Path(name) / "history", one, totals)
                    sites.append(build_sequence(Path(name), min_count, public_media=options.public_media))
            differ = [name for name in {*sites[0], *sites[1]} if sites[0].get(name) != sites[1].get(name)]
            found += Counter({"files": len(sites[0]), "differ": len(differ)})
            print("  ", first + len(countries), dict(found), sorted(differ)[:9], file=sys.stderr, flush=True)
        cells = [found[name] for name in ("swapped", "narrowed", "files", "differ")]
        print(f"| {min_count} | {options.accounts} | {' | '.join(f'{cell:,}' for cell in cells)} |", flush=True)
        wrong |= bool(found["narrowed"] or found["differ"])
    if wrong:
        raise SystemExit("something that is withheld can be narrowed down")


if __name__ == "__main__":
    main()
