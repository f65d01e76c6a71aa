"""Invented Summaries for the tests of this room."""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import ibis
import resvg_py

from apivideo_geo.aggregate.closed_months import close_months
from apivideo_geo.aggregate.details import detail
from apivideo_geo.exports.data_files import render_data_files
from apivideo_geo.exports.facts_parquet import render_facts
from apivideo_geo.exports.month_files import render_month_files
from apivideo_geo.exports.tables import column_names, make_tables
from apivideo_geo.facts import facts_table
from apivideo_geo.geo.cities import locate
from apivideo_geo.geo.countries import all_countries, name_of, to_alpha2
from apivideo_geo.model import (
    PER_MILLION_FROM,
    UNKNOWN,
    UNLISTED,
    Account,
    Asset,
    Checked,
    Correction,
    CountryCount,
    Coverage,
    DayCount,
    Details,
    Summary,
)
from apivideo_geo.render.context import Context
from apivideo_geo.render.site import render_site
from apivideo_geo.render.text import translations
from apivideo_geo.render.theme.theme import Theme
from tests.summaries import summarise

TEMPLATES = Path(__file__).parents[2] / "templates"
MADE = datetime(2026, 11, 22, 4, 12, tzinfo=UTC)


def days(first: date, counts: Sequence[int | None], open_last: bool = False) -> tuple[DayCount, ...]:
    return tuple(
        DayCount(first + timedelta(number), count, open_last and number == len(counts) - 1)
        for number, count in enumerate(counts)
    )


def summary(
    counts: Mapping[str, int],
    daily: Sequence[DayCount] = (),
    unknown: int = 0,
    names: Mapping[str, str] | None = None,
    per_million: Mapping[str, float] | None = None,
    breakdowns: Mapping[str, tuple[tuple[str, int], ...]] | None = None,
    metric: str = "play",
    demo: bool = False,
) -> Summary:
    mapped = sum(counts.values())
    total = mapped + unknown
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return Summary(
        generated_at=MADE,
        metric=metric,
        period_from=daily[0].day if daily else None,
        period_to=daily[-1].day if daily else None,
        total=total,
        mapped=mapped,
        unknown=unknown,
        days=Coverage(
            collected=sum(day.count is not None and not day.open for day in daily),
            empty=sum(day.count == 0 and not day.open for day in daily),
            missing=tuple(day.day for day in daily if day.count is None),
            open=sum(day.open for day in daily),
        ),
        countries=tuple(
            CountryCount(
                iso_a3=code,
                iso_a2=to_alpha2(code),
                name=(names or {}).get(code, name_of(code)),
                count=count,
                share=count / total,
                per_million=(per_million or {}).get(code) if count >= PER_MILLION_FROM else None,
                rank=rank,
                people=round(count * 1_000_000 / per_million[code]) if per_million and per_million.get(code) else 0,
            )
            for rank, (code, count) in enumerate(ranked, 1)
        ),
        daily=tuple(daily),
        breakdowns=breakdowns or {},
        demo=demo,
    )


@cache
def whole_world() -> Summary:
    """All 250 countries with counts, half a year of days with a hole, every breakdown."""
    counts = {code: 1 + number * number // 3 for number, code in enumerate(all_countries())}
    counts["FRA"] = 66_786
    daily = days(date(2026, 5, 26), [400 + number % 7 * 20 for number in range(180)], open_last=True)
    hole = [DayCount(day.day, None) if 69 <= number <= 72 else day for number, day in enumerate(daily)]
    breakdowns = {
        "device": (("computer", 58), ("phone", 35), ("tablet", 5), ("tv", 2)),
        "os": tuple((f"System {number}", 20 - number) for number in range(9)),
        "browser": (("chrome", 60), ("", 40)),
    }
    per_million = {code: count / 7 for code, count in counts.items()}
    return summary(counts, hole, 462, per_million=per_million, breakdowns=breakdowns)


def small() -> Summary:
    """Three countries, one of them a small island, a week of days."""
    daily = days(date(2026, 11, 15), [1, 3, 0, 4, 5, 2, 1])
    return summary({"FRA": 12, "BEL": 3, "SGP": 1}, daily, unknown=2, per_million={"FRA": 0.2, "BEL": 0.3})


FIRST = date(2026, 6, 1)
LENGTH = 175
GAP = range(60, 64)
"""Places of the days never collected in the history of ``watched``."""


def watched_counts() -> dict[tuple[int, str], int]:
    """(place of the day, alpha-3) → plays: half a year, one dominant country, a few that come and go, unknown ones."""
    codes = ["FRA", "MAR", "DEU", "USA", "BRA", "IND", "REU", "GLP", "MTQ", "GUF", "MYT", "SGP", "MLT", "MCO", "JPN"]
    counts: dict[tuple[int, str], int] = {}
    for place in range(LENGTH):
        if place in GAP:
            continue
        for number, code in enumerate(codes):
            counts[place, code] = (place * (number + 3) + number * 5) % (40 // (number + 1) + 2) + (
                place * number
            ) // 200
        counts[place, "FRA"] += 400 + place
        counts[place, UNKNOWN] = place % 5
    for place in range(150, LENGTH):
        counts[place, "PER"] = 1
    for place in range(100, 145):
        counts[place, "TCD"] = 3
    return {key: count for key, count in counts.items() if count}


@cache
def watched(metric: str = "play") -> Summary:
    """The Summary of ``watched_counts``, made from facts as the product makes it."""
    table = facts_table(
        (FIRST + timedelta(place), metric, code, "total", "", count)
        for (place, code), count in watched_counts().items()
    )
    return summarise(
        ibis.memtable(table),
        {FIRST + timedelta(place): place == LENGTH - 1 for place in range(LENGTH) if place not in GAP},
        metric=metric,
        generated_at=MADE,
    )


@cache
def with_months() -> tuple[Summary, Details]:
    """Return ``watched`` with its closed months, June to October; September was corrected."""
    what = watched()
    months = {one.month.month: one for one in close_months(what, ())}
    september = months[9]
    counts = {**september.countries, "FRA": september.countries["FRA"] + 22}
    months[9] = replace(september, corrections=(Correction(date(2026, 11, 12), counts),))
    return what, Details(closed=tuple(months.values()))


HOSTILE = '</script><img src=x onerror=alert(1)> & "Co"'
ASSETS = (
    Asset("viFilm00", "video", HOSTILE, True, published_at="2026-01-15T08:00:00+00:00", lifetime=90),
    Asset("liShow00", "live-stream", "", True, lifetime=5),
    Asset("../../up", "video", "Out of the way", True),
    Asset("viNever0", "video", "Nobody watched this", True),
)
WEEK = [date(2026, 11, 15) + timedelta(number) for number in range(7)]


@cache
def detailed(made: datetime = MADE, least: int = 3) -> tuple[Summary, Details]:
    """A week, its third day lacking: France 20, Belgium 4, Peru 1, two unknown; by media, device, site and city.

    Sites and cities, published by complete months, are those of the month as it will be when it is over.
    """
    rows = [
        (0, "FRA", "total", "", 12), (1, "FRA", "total", "", 8), (1, "BEL", "total", "", 4),
        (3, "PER", "total", "", 1), (6, "---", "total", "", 2),
        (0, "FRA", "media", "viFilm00", 9), (1, "FRA", "media", "liShow00", 5), (1, "FRA", "media", UNLISTED, 3),
        (1, "BEL", "media", "viFilm00", 4), (3, "PER", "media", "../../up", 1), (6, "---", "media", "viFilm00", 2),
        (0, "FRA", "device", "computer", 12), (1, "FRA", "device", "phone", 6),
        (0, "FRA", "referrer", "a.example", 4), (0, "FRA", "referrer", "b.example", 1),
        (0, "FRA", "referrer", "c.example", 2), (1, "FRA", "city", "Nantes", 2),
        (0, "FRA", "city", "Paris", 7), (1, "FRA", "city", "Nowhere", 3), (1, "FRA", "city", "Lyon", 1),
    ]  # fmt: skip
    table = facts_table((WEEK[place], "play", *rest) for place, *rest in rows)
    facts = ibis.memtable(table)
    collected = {day: place == 6 for place, day in enumerate(WEEK) if place != 2}
    made_now = summarise(
        facts, collected, metric="play", generated_at=made,
        account=Account(30, Checked(WEEK[0], WEEK[1], 24, 24)), withheld=("referrer", "city"),
    )  # fmt: skip
    over = summarise(
        facts, {date(2026, 11, day): False for day in range(1, 31)}, metric="play",
        generated_at=datetime(2026, 12, 5, tzinfo=UTC),
    )  # fmt: skip
    some = {"referrer": least, "city": least}
    then = detail(facts, over, ASSETS, some, locate)
    return made_now, replace(then, assets=detail(facts, made_now, ASSETS, some, locate).assets)


def empty() -> Summary:
    """An account nobody has watched, and no day collected."""
    return summary({})


KEPT = 20
"""Sites that a worker keeps in memory, a few megabytes each."""
_rendered: dict[bytes, Mapping[str, bytes]] = {}


def site_of(what: Summary, theme: Theme | None = None, details: Details | None = None) -> dict[str, bytes]:
    """Return the pages of a Summary with the files they load, rendered once for equal arguments.

    A test that changes the product for a while, or has an owner's templates, needs ``render_site`` itself.
    """
    theme = theme or Theme("Acme Academy")
    key = pickle.dumps((what, theme, details, translations.FOLDER, resvg_py.svg_to_bytes.__name__))
    site = _rendered.pop(key, None) or render_site(Context(what, theme, details or Details()), TEMPLATES)
    if len(_rendered) == KEPT:
        del _rendered[next(iter(_rendered))]  # the one not asked for longest
    if theme.overrides is None:
        _rendered[key] = site
    return dict(site)


def whole_site(what: Summary, details: Details | None = None, theme: Theme | None = None) -> dict[str, bytes]:
    """Every file of the site of a Summary, as the pipeline puts them together; the history in it is empty."""
    theme = theme or Theme("Acme Academy")
    tables = make_tables(what, details or Details())
    site = render_site(Context(what, theme, details or Details()), TEMPLATES, column_names(tables))
    site.update(render_month_files(what, details or Details()))
    site["data/facts.parquet"] = render_facts(ibis.memtable(facts_table(())), None, None, False)
    return site | render_data_files(what, tables, site, theme.title, theme.site_url)


def write(files: Mapping[str, bytes], folder: Path) -> Path:
    """Puts a rendered site on disk; gives the folder."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder
