"""What is measured, each in a process of its own: ``python -m bench.steps STEP ARGUMENT…``. Prints its answer."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

from bench.running import as_answer


def ours(path: str, engine: str = "duckdb") -> str:
    """Sessions → choro.csv, by the product's own code."""
    import ibis

    from apivideo_geo.aggregate.facts import count_sessions
    from apivideo_geo.aggregate.summary import summarise
    from apivideo_geo.engines import connect
    from apivideo_geo.exports.data_files import render_choro
    from apivideo_geo.geo import countries, places
    from apivideo_geo.model import UNKNOWN
    from apivideo_geo.sources.files import open_sessions

    files = open_sessions([path], connect(engine))
    facts, _, _ = count_sessions(files.table, "session", ("total",), listed=None)
    summary = summarise(
        ibis.memtable(facts), dict.fromkeys(files.days, False), metric="session",
        generated_at=datetime(2026, 1, 1, tzinfo=UTC), name_of=lambda code: countries.name_of(code, "en"),
        alpha2_of=countries.to_alpha2, population_of=places.population,
    )  # fmt: skip
    choro = render_choro(summary)
    assert choro
    counts = {country.iso_a3: country.count for country in summary.countries}
    return as_answer(counts | {UNKNOWN: summary.unknown})


def bare(path: str) -> str:
    """The same by DuckDB alone, which is told what ours finds out: that ``ISO_A3`` is right, and one country an id."""
    import duckdb

    duckdb.execute("set enable_progress_bar = false")
    query = f'select "ISO_A3", count(distinct "sessionID") from {_table(path)} group by all'
    return as_answer(dict(duckdb.sql(query).fetchall()))


def typed(path: str) -> str:
    """The same by DuckDB alone, types sniffed as it does unasked."""
    import duckdb

    duckdb.execute("set enable_progress_bar = false")
    query = f"""select "ISO_A3", count(distinct "sessionID") from '{path}' group by all"""
    return as_answer(dict(duckdb.sql(query).fetchall()))


def daily(path: str) -> str:
    """All that ours does, by DuckDB alone: each session once, with its first day and country; by day and country."""
    import duckdb

    duckdb.execute("set enable_progress_bar = false")
    query = f"""
        select code, day, count(*)
        from (select min("ISO_A3") as code, min(try_cast("loadedAt" as timestamp)::date) as day
              from {_table(path)} group by "sessionID")
        group by all"""
    counts: Counter[str] = Counter()
    for code, _, count in duckdb.sql(query).fetchall():
        counts[code] += count
    return as_answer(counts)


def pandas(path: str) -> str:
    """The same by pandas, as the tutorial does."""
    import pandas as pd

    found = pd.read_csv(path).groupby("ISO_A3")["sessionID"].nunique()
    return as_answer({str(code): int(count) for code, count in found.items()})


def pandas_two(path: str) -> str:
    """The same by somebody who knows that the other columns need not be read."""
    import pandas as pd

    found = pd.read_csv(path, usecols=["sessionID", "ISO_A3"]).groupby("ISO_A3")["sessionID"].nunique()
    return as_answer({str(code): int(count) for code, count in found.items()})


def summary(folder: str, engine: str = "duckdb") -> str:
    """A history → Summary → data files."""
    from apivideo_geo.aggregate.summary import summarise
    from apivideo_geo.engines import connect, read_facts
    from apivideo_geo.exports.data_files import render_data_files
    from apivideo_geo.geo import countries, places
    from apivideo_geo.store.days import load_history

    history = load_history(Path(folder))
    found = summarise(
        read_facts(connect(engine), history.files()), {day: entry.open for day, entry in history.entries.items()},
        metric="play", generated_at=datetime(2026, 1, 1, tzinfo=UTC),
        name_of=lambda code: countries.name_of(code, "en"), alpha2_of=countries.to_alpha2,
        population_of=places.population,
    )  # fmt: skip
    assert render_data_files(found)
    return f"{found.total} plays, {len(found.countries)} countries, {found.days.collected} days"


def bare_summary(folder: str) -> str:
    """The total of a history by DuckDB alone."""
    import duckdb

    query = f"""
        select sum("count")::bigint, count(distinct country), count(distinct day)
        from '{folder}/*/*.parquet' where dimension = 'total'"""
    total, countries, days = duckdb.sql(query).fetchone() or (0, 0, 0)
    return f"{total} plays, {countries} countries, {days} days"


def history(folder: str, years: str, detail: str) -> str:
    """Make a history: 120 countries, at detail ``media`` 500 videos of which each country watches some a day."""
    import pyarrow as pa

    from apivideo_geo.days import days_between
    from apivideo_geo.geo.countries import all_countries
    from apivideo_geo.model import Facts
    from apivideo_geo.store.days import open_history

    now = datetime(2026, 1, 5, tzinfo=UTC)
    codes = sorted(all_countries())[:120]
    with open_history(Path(folder)) as kept:
        for year in range(2026 - int(years), 2026):
            days = days_between(date(year, 1, 1), date(year, 12, 31))
            table = pa.Table.from_pylist([row for day in days for row in _day(day, codes, detail)])
            kept.save(Facts(tuple(days), table), metric="play", source="data", detail=detail, now=now)
        kept.compact(now)
    return "made"


def _day(day: date, codes: list[str], detail: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for number, code in enumerate(codes):
        base = {"day": day, "metric": "play", "country": code}
        watched = [(number * 7 + day.toordinal() * 13 + turn * 31) % 500 for turn in range(20)]
        if detail == "media":
            rows += [
                base | {"dimension": "media", "value": f"vi{video:020d}", "count": video % 9 + 1}
                for video in sorted(set(watched))
            ]
        total = sum(video % 9 + 1 for video in set(watched))
        rows.append(base | {"dimension": "total", "value": "", "count": total})
    return rows


def _table(path: str) -> str:
    return f"read_csv('{path}', all_varchar = true)" if path.endswith(".csv") else f"read_parquet('{path}')"


if __name__ == "__main__":
    print(globals()[sys.argv[1]](*sys.argv[2:]))
