"""The measured steps, each run in a separate process: ``python -m bench.steps STEP ARGUMENT…`` prints the answer."""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

from bench.running import as_answer


def ours(path: str, engine: str = "duckdb") -> str:
    """Sessions → choro.csv, with the product's code."""
    import ibis

    from apivideo_geo.aggregate.facts import count_sessions
    from apivideo_geo.aggregate.summary import Atlas, summarise
    from apivideo_geo.engines import connect
    from apivideo_geo.exports.tables import make_choro
    from apivideo_geo.geo import countries, places
    from apivideo_geo.model import UNKNOWN, Origin
    from apivideo_geo.sources.files.read import open_sessions

    files = open_sessions([path], connect(engine))
    facts, _, _ = count_sessions(files.table, "session", ("total",), listed=None)
    summary = summarise(
        ibis.memtable(facts), dict.fromkeys(files.days, False),
        Origin(metric="session", generated_at=datetime(2026, 1, 1, tzinfo=UTC)),
        Atlas(countries.name_of, countries.to_alpha2, places.population),
    )  # fmt: skip
    choro = make_choro(summary).render()
    assert choro
    counts = {country.iso_a3: country.count for country in summary.countries}
    return as_answer(counts | {UNKNOWN: summary.unknown})


def bare(path: str) -> str:
    """The same with bare DuckDB, which takes for granted that ``ISO_A3`` is correct and that an id has one country."""
    import duckdb

    duckdb.execute("set enable_progress_bar = false")
    query = f'select "ISO_A3", count(distinct "sessionID") from {_table(path)} group by all'
    return as_answer(dict(duckdb.sql(query).fetchall()))


def typed(path: str) -> str:
    """The same with bare DuckDB, with its automatic detection of types."""
    import duckdb

    duckdb.execute("set enable_progress_bar = false")
    query = f"""select "ISO_A3", count(distinct "sessionID") from '{path}' group by all"""
    return as_answer(dict(duckdb.sql(query).fetchall()))


def daily(path: str) -> str:
    """The same work as the product, with bare DuckDB: each session once, first day and country; by day and country."""
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
    """The same with pandas, as in the tutorial."""
    import pandas as pd

    found = pd.read_csv(path).groupby("ISO_A3")["sessionID"].nunique()
    return as_answer({str(code): int(count) for code, count in found.items()})


def pandas_two(path: str) -> str:
    """The same with pandas, reading only the two columns that are needed."""
    import pandas as pd

    found = pd.read_csv(path, usecols=["sessionID", "ISO_A3"]).groupby("ISO_A3")["sessionID"].nunique()
    return as_answer({str(code): int(count) for code, count in found.items()})


def summary(folder: str, engine: str = "duckdb") -> str:
    """A history → Summary → data files."""
    from apivideo_geo.aggregate.summary import Atlas, summarise
    from apivideo_geo.engines import connect, read_facts
    from apivideo_geo.exports.data_files import render_data_files
    from apivideo_geo.exports.tables import make_tables
    from apivideo_geo.geo import countries, places
    from apivideo_geo.history.history import load_history
    from apivideo_geo.model import Details, Origin

    history = load_history(Path(folder))
    found = summarise(
        read_facts(connect(engine), history.files()), {day: entry.open for day, entry in history.entries.items()},
        Origin(metric="play", generated_at=datetime(2026, 1, 1, tzinfo=UTC)),
        Atlas(countries.name_of, countries.to_alpha2, places.population),
    )  # fmt: skip
    assert render_data_files(found, make_tables(found, Details()), {}, "Acme Academy", "")
    return f"{found.total} plays, {len(found.countries)} countries, {found.days.collected} days"


def bare_summary(folder: str) -> str:
    """The total of a history, with bare DuckDB."""
    import duckdb

    query = f"""
        select sum("count")::bigint, count(distinct country), count(distinct day)
        from '{folder}/*/*.parquet' where dimension = 'total'"""
    total, countries, days = duckdb.sql(query).fetchone() or (0, 0, 0)
    return f"{total} plays, {countries} countries, {days} days"


def history(folder: str, years: str, detail: str) -> str:
    """Write a history: 120 countries; at detail ``media`` 500 videos, some watched in each country every day."""
    import pyarrow as pa

    from apivideo_geo.days import days_between
    from apivideo_geo.geo.countries import all_countries
    from apivideo_geo.history.history import Fetched, open_history
    from apivideo_geo.model import Facts

    now = datetime(2026, 1, 5, tzinfo=UTC)
    codes = sorted(all_countries())[:120]
    with open_history(Path(folder)) as kept:
        for year in range(2026 - int(years), 2026):
            days = days_between(date(year, 1, 1), date(year, 12, 31))
            table = pa.Table.from_pylist([row for day in days for row in _day(day, codes, detail)])
            kept.save(Facts(tuple(days), table), Fetched("play", "data", detail, now))
        kept.compact(now)
    return "made"


def site_history(folder: str, videos: str) -> str:
    """Write three years of every dimension but cities: 120 countries, ``videos`` videos, watched unequally."""
    import numpy as np
    import pyarrow as pa

    from apivideo_geo.days import days_between
    from apivideo_geo.facts import FACTS
    from apivideo_geo.geo.countries import all_countries
    from apivideo_geo.history.history import Fetched, open_history
    from apivideo_geo.model import Asset, Facts

    now, random, number = datetime(2026, 1, 5, tzinfo=UTC), np.random.default_rng(7), int(videos)
    codes = np.array(sorted(all_countries())[:120])
    assets = [
        Asset(f"vi{one:022d}", "video", f"Video {one}: how it is made", True, (), "2023-01-01T00:00:00+00:00", one)
        for one in range(number)
    ]
    ids = np.array([asset.media_id for asset in assets])
    parts = {
        "device": ["desktop", "phone", "tablet"],
        "os": ["windows", "ios", "android"],
        "browser": ["chrome", "safari"],
    }
    with open_history(Path(folder)) as kept:
        kept.save_assets(assets)
        for year in range(2023, 2026):
            days = days_between(date(year, 1, 1), date(year, 12, 31))
            tables = []
            for day in days:
                watched = (number * random.random((len(codes), 24)) ** 2.2).astype(int)
                place, video = np.unique(np.stack([np.repeat(np.arange(len(codes)), 24), watched.ravel()]), axis=1)
                count = 1 + (video * 7 + place) % 5
                total = np.bincount(place, count, len(codes)).astype(np.int64)
                columns = [(codes[place], "media", ids[video], count), (codes, "total", "", total)]
                columns += [
                    (codes, name, value, total // len(values)) for name, values in parts.items() for value in values
                ]
                for code, dimension, value, counts in columns:
                    tables.append(
                        pa.table(
                            [
                                pa.array([day] * len(code), pa.date32()),
                                pa.array(["play"] * len(code)),
                                pa.array(code),
                                pa.array([dimension] * len(code)),
                                pa.array(np.broadcast_to(value, len(code)).tolist()),
                                pa.array(counts),
                            ],
                            FACTS.names,
                        ).cast(FACTS)
                    )
            kept.save(Facts(tuple(days), pa.concat_tables(tables)), Fetched("play", "data", "full", now))
        kept.compact(now)
    return "made"


def add_metrics(folder: str) -> str:
    """Add to the history of :func:`site_history` three more metrics, by country and day, in proportion to its plays."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from apivideo_geo.facts import FACTS
    from apivideo_geo.history.history import Fetched, open_history
    from apivideo_geo.history.parquet import read_rows
    from apivideo_geo.model import Facts

    with open_history(Path(folder)) as kept:
        rows = pa.concat_tables([read_rows(path).cast(FACTS) for path in kept.files()])
        totals = rows.filter(pc.equal(rows["dimension"], "total"))
        for metric, part in (("impression", 2.3), ("end", 0.6), ("viewer", 0.8)):
            counts = pc.ceil(pc.multiply(totals["count"], part)).cast(pa.int64())
            names = pa.array([metric] * len(totals))
            facts = totals.set_column(1, "metric", names).set_column(5, "count", counts).cast(FACTS)
            kept.of(metric).save(
                Facts(tuple(sorted(kept.entries)), facts),
                Fetched(metric, "data", "country", datetime(2026, 1, 5, tzinfo=UTC)),
            )
    return metric


def site(folder: str, out: str, pages: str) -> str:
    """A history → the complete site, as with the command ``render``; ``pages`` videos have a page."""
    from hashlib import sha256

    from apivideo_geo.effects import Effects
    from apivideo_geo.pipeline import run
    from apivideo_geo.settings import load_settings

    Path("apivideo-geo.toml").touch()
    settings = load_settings(
        {"history": folder, "out": out, "source": "data", "video_pages": pages, "api_key": "a-key-of-the-bench"}
    )
    report = run("render", settings, Effects(epoch=1_767_600_000))
    digest = sha256()
    for path in sorted(path for path in Path(out).rglob("*") if path.is_file()):
        digest.update(path.read_bytes())
    print(report.lines()[-1], file=sys.stderr)
    return f"{report.pages} files, {report.size} bytes, {digest.hexdigest()[:16]}"


def tables(folder: str, writer: str) -> str:
    """A history → the CSV files of a site, five times: by ``frames``, ``writer`` (``csv.writer``) or only ``read``."""
    from hashlib import sha256

    from apivideo_geo.exports.tables import make_tables
    from apivideo_geo.history.history import load_history
    from apivideo_geo.open_place import open_history
    from apivideo_geo.settings import Settings

    audience = open_history(load_history(Path(folder)), Settings.model_construct(), datetime(2026, 1, 5, tzinfo=UTC))
    summary = audience.summary()
    details = audience.details(summary)
    found = {table.path: table.render() for table in make_tables(summary, details)}
    rows = {path: _rows(content) for path, content in found.items()}
    for _ in range(5):
        if writer == "frames":
            found = {table.path: table.render() for table in make_tables(summary, details)}
        elif writer == "writer":
            found = {path: _write(cells) for path, cells in rows.items()}
    return sha256(b"".join(found.values())).hexdigest()[:16] + f" {sum(map(len, found.values()))} bytes"


def _rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def _write(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


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
