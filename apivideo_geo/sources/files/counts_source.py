"""Counts that are already aggregated as a source: cells (see ``counts``) become facts of days."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from apivideo_geo.aggregate.fact_values import value_reader
from apivideo_geo.aggregate.facts import read_country
from apivideo_geo.days import days_between, list_days
from apivideo_geo.effects import Effects
from apivideo_geo.engines import FILE, connect
from apivideo_geo.errors import DataRefused
from apivideo_geo.facts import facts_table, find_overfull
from apivideo_geo.history.ledger import LedgerDay
from apivideo_geo.model import DETAIL_DIMENSIONS, DIMENSIONS, METRICS, MOST_COUNT, UNKNOWN, UNKNOWN_TEXT, Facts, Refused
from apivideo_geo.settings import Settings
from apivideo_geo.sources.files.counts import BREAKDOWNS, COUNTS, TOTALS, CountFiles, open_counts, read_metric, utc_days
from apivideo_geo.sources.files.dates import explain_time, quote_value, shorten
from apivideo_geo.sources.files.find_error import find_row
from apivideo_geo.sources.files.paths import is_remote
from apivideo_geo.sources.files.refused import check_share, explain_future
from apivideo_geo.sources.source import Source

NOT_A_DAY, NOT_A_NUMBER = "the day cannot be read", "the count is not a whole number"
NOT_COLLECTED, NOT_OVER = "a day that was never collected", "a day that was not over"
A_TOTAL, AHEAD, OTHER_METRIC = "a total, not a country", "the day is in the future", "counts of another metric"
NEGATIVE, TOO_LARGE = "the count is negative", "the count is too large"
NO_DIMENSION, NO_METRIC = "the dimension is not known", "no metric, although other rows have one"
UNKNOWN_METRIC = "the metric is not known"
OUTSIDE, STORED, REPEATED = (
    "not in the period",
    "a day that the history has from another source",
    "the same in two files",
)
EXPECTED = (NOT_COLLECTED, NOT_OVER, A_TOTAL, OTHER_METRIC, OUTSIDE, STORED, REPEATED)
"""Reasons that are no fault of a file."""
_EXAMPLES = {
    NOT_A_NUMBER: "count", NEGATIVE: "count", TOO_LARGE: "count", NO_DIMENSION: "dimension", UNKNOWN_METRIC: "metric",
}  # fmt: skip
"""Reason → the column whose value is shown, once, with its place."""
_GROUPED = re.compile("[0-9]{1,3}(?:[,'\u2019 \u00a0\u202f][0-9]{3})+")

DayFacts = dict[tuple[str, str, str], int]
"""(country, dimension, value) → count, of one day."""


def counts_sources(settings: Settings, effects: Effects, paths: tuple[str, ...]) -> list[CountsSource]:
    """Return a source for each metric that the files in ``paths`` name in their rows, or for the one that is chosen."""
    only = "metrics" in settings.model_fields_set and len(settings.metrics) == 1
    chosen = settings.metrics[0] if only else ""
    effects.progress.start("Reading counts")
    files = open_counts(paths, connect(settings.engine), chosen)
    effects.progress.finish()
    if not files.cells:
        raise DataRefused(f"{', '.join(paths)}: there are no counts in it.")
    sources = [CountsSource(settings, effects, part, metric) for metric, part in _by_metric(settings, files, chosen)]
    # Before anything is stored: the days of one metric are stored before those of the next are fetched.
    refused = [one for source in sources for one in source.refused()]
    example = next((source.example for source in sources if source.example), "")
    check_share(refused, files.rows, accept=settings.accept_refused, example=example, expected=EXPECTED)
    for source in sources:
        source.check_breakdowns()
    return sources


def _by_metric(settings: Settings, files: CountFiles, chosen: str) -> list[tuple[str, CountFiles]]:
    """Return ``files`` split by metric; all at once, for ``chosen`` or "", if there is nothing to split."""
    metrics = set().union(*map(_written, files.cells), *files.closed.values()) & {*METRICS}
    if chosen or files.named or settings.count_sessions_as or len(metrics) < 2:
        return [(chosen, files)]
    ordered = sorted(metrics, key=(*settings.metrics, *METRICS).index)
    parts = [(metric, _only(files, metric)) for metric in ordered]
    parts[0][1].cells.extend(_others(table, ordered) for table in files.cells)
    return parts


def _written(cells: pa.Table) -> set[str]:
    """Return the metrics that the rows of ``cells`` name."""
    return {*pc.unique(_metric_of(cells)).to_pylist()} & {*METRICS}


def _metric_of(cells: pa.Table) -> pa.ChunkedArray:
    """Return the metric of each cell, as :func:`read_metric` reads it; null if it names none."""
    written = cells["metric"].cast(pa.string())
    texts = pc.unique(written)
    metrics = pa.array([text and read_metric(text) for text in texts.to_pylist()], pa.string())
    return metrics.take(pc.index_in(written, texts))


def _only(files: CountFiles, metric: str) -> CountFiles:
    """Return the rows of one metric. Only a site says which days without a row are zero in one of several."""
    alone = {name for cells in files.cells if _written(cells) == {metric} for name in cells[FILE].unique().to_pylist()}
    cells = [table.filter(pc.equal(_metric_of(table), metric)) for table in files.cells]
    return replace(files, cells=cells, days={name: days for name, days in files.days.items() if name in alone})


def _others(cells: pa.Table, metrics: Collection[str]) -> pa.Table:
    """Return the rows of none of the ``metrics``, which are rejected: each row is counted in the report."""
    rest = cells.filter(pc.invert(pc.is_in(_metric_of(cells), pa.array(metrics))))
    nameless = pc.equal(pc.fill_null(_metric_of(rest), ""), "")
    reasons = pc.if_else(nameless, NO_METRIC, rest["reason"])
    return rest.set_column(rest.column_names.index("reason"), "reason", reasons)


class CountsSource(Source):
    """The files of the setting ``counts``. Days that the history has from another source are left as they are."""

    name = "counts"
    asks_all = True

    def __init__(self, settings: Settings, effects: Effects, files: CountFiles, chosen: str) -> None:
        self._settings, self._effects = settings, effects
        self._stored: Mapping[date, LedgerDay] = {}
        self._files, self._cells = files, pa.concat_tables(files.cells)
        self.metric: str = self._choose_metric(chosen)
        self._accepted = {self.metric, "session" if settings.count_sessions_as else self.metric}
        self._refused: Counter[tuple[str, date | None]] = Counter()
        self._unmapped: Counter[str] = Counter()
        self._counted: Counter[tuple[str, date]] = Counter()
        self.example = files.example
        self._facts = self._count()
        self._covered = self._covered_days()
        self._days = {day for days in self._covered.values() for day in days}
        known = {dimension for facts in self._facts.values() for _, dimension, _ in facts}
        self.usual_detail = next((detail for detail, names in DETAIL_DIMENSIONS.items() if known <= set(names)), "full")

    def window(self, stored: Mapping[date, LedgerDay], remembered: int | None = None) -> tuple[date, date]:
        """Return the first and last day that the files cover, within ``since`` and ``until``."""
        self._stored = stored
        days = sorted(self._days)
        if not days:
            reasons = "; ".join(self._warnings()) or "they have no rows"
            raise DataRefused(f"There is no day in the counts that can be used: {reasons}.")
        first, last = days[0], min(days[-1], self._effects.now().date())
        return max(first, self._settings.since or first), min(last, self._settings.until or last)

    def fetch_days(self, wanted: Mapping[date, str]) -> Iterator[tuple[str, Facts]]:
        """Yield the wanted days that a file covers, all at once, without those that another source has stored."""
        days, rows = {}, []
        left = {day for day, entry in dict(self._stored).items() if entry.source != self.name and not entry.open}
        for (_, day), count in self._counted.items():
            reason = OUTSIDE if day not in wanted else STORED if day in left else ""
            if reason:
                self._refused[reason, day] += count
        for day in sorted(self._days & wanted.keys() - left):
            days[day] = self._merge(day)
            rows += [(day, self.metric, *key, count) for key, count in days[day].items() if count]
        warnings = list(self._warnings())
        if kept := left & wanted.keys() & self._days:
            warnings.append(
                f"{list_days(kept)}: the history has them from another source, which stays; to use these counts "
                "instead, remove the days with the command forget first"
            )
        yield self.usual_detail, Facts(
            tuple(days), facts_table(rows), tuple(self.refused()), dict(self._unmapped), read=len(self._cells),
            warnings=tuple(warnings),
        )  # fmt: skip

    def refused(self) -> list[Refused]:
        """Return how many rows are rejected, by reason and day."""
        return [Refused(reason, count, day) for (reason, day), count in sorted(self._refused.items(), key=str)]

    def _warnings(self) -> tuple[str, ...]:
        return check_share(self.refused(), self._files.rows, accept=True, example=self.example, expected=EXPECTED)

    def check_breakdowns(self) -> None:
        """Raise :class:`DataRefused` for a breakdown that adds up to more than its total, in all files together."""
        facts = {(day, *key): count for (_, day), facts in self._facts.items() for key, count in facts.items()}
        table = facts_table((day, self.metric, *key, count) for (day, *key), count in facts.items())
        for one in find_overfull(table):
            rows = (row for row in self._rows() if (row["day"], read_country(row["country"], row["code"])) == one[:3:2])
            row = next(row for row in rows if row["dimension"] == one.dimension or row.get(one.dimension))
            step = "add the row of the total" if one.total is None else "correct the total or the values"
            raise DataRefused(f"{self._place(row)}: {one}. Nothing was stored: {step}, or leave these values out.")

    def _place(self, row: Mapping[str, Any]) -> str:
        """Return the file of ``row``, and its line if it is found again."""
        columns = ("written", "country", "code", "metric", "dimension", "value", "count", *BREAKDOWNS)
        file, layout = self._files.origins[row[FILE]]
        values = {row[name] for name in columns if row[name]}
        line = find_row(file, layout, values) if layout.kind == "csv" and not is_remote(file.name) else None
        return f"{row[FILE]}, line {line}" if line else str(row[FILE])

    def _choose_metric(self, chosen: str) -> str:
        """Return what is counted: what the setting says, else the files, else the names of their columns, else plays.

        Raises :class:`DataRefused` if the files say otherwise, or several metrics.
        """
        written = _written(self._cells)
        if self._settings.count_sessions_as and (written or self._files.named) == {"session"}:
            return self._settings.count_sessions_as
        found = written | self._files.named
        if (chosen and chosen not in written and written) or (not chosen and len(found) > 1):
            raise DataRefused(f"The files count {', '.join(sorted(found))}; choose one of these with --metric.")
        return chosen or next(iter(found), self._settings.metrics[0])

    def _rows(self) -> Iterator[dict[str, Any]]:
        """Yield the cells as dictionaries: ``day`` is a date, or None; ``written`` is its text."""
        names = ["written" if name == "day" else name for name in self._cells.column_names]
        days = utc_days(self._cells, self._settings.date_format)
        table = self._cells.rename_columns(names).append_column("day", days)
        for batch in table.to_batches(max_chunksize=1 << 16):
            yield from batch.to_pylist()

    def _count(self) -> dict[tuple[str, date], DayFacts]:
        """Return (file, day) → its facts; note the rows that are rejected, and why."""
        today, found = self._effects.now().date(), dict[tuple[str, date], DayFacts]()
        for row in self._rows():
            number = read_number(row["count"] or "")
            if reason := _reason(row, number, self._accepted, today):
                self._refused[reason, row["day"]] += 1
                self.example = self.example or self._explain(reason, row)
                continue
            self._counted[row[FILE], row["day"]] += 1
            self._add(found.setdefault((row[FILE], row["day"]), {}), row, number or 0)
        return found

    def _explain(self, reason: str, row: Mapping[str, Any]) -> str:
        """Return the value of a rejected row that cannot be read, its file and line, and what to do; "" if it can."""
        if reason == NOT_A_DAY and (written := row["written"]):
            why = explain_time(written, self._settings.date_format, "a day; write days like 2026-11-08")
            return f"{quote_value(*self._files.origins[row[FILE]], written, 'day', COUNTS)} {why}"
        if reason == AHEAD:
            return f"{row['day']} in {self._place(row)}; {explain_future(self._effects.now().date())}"
        value = row[_EXAMPLES[reason]] if reason in _EXAMPLES else ""
        step = f"; the known metrics are {', '.join(METRICS)}" if reason == UNKNOWN_METRIC else ""
        return f"{shorten(value)} in {self._place(row)}{step}" if value else ""

    def _add(self, facts: DayFacts, row: Mapping[str, Any], number: int) -> None:
        """Add a row to the facts of its day: to its country, and to each breakdown that it names."""
        country = read_country(row["country"], row["code"])
        if row["dimension"]:
            keys = [(row["dimension"], row["value"] or "")]
        else:
            values = {name: _READERS[name](row[name]) for name in BREAKDOWNS if row[name]}
            keys = [("total", ""), *((name, value) for name, value in values.items() if value)]
        for dimension, value in keys:
            facts[country, dimension, value] = facts.get((country, dimension, value), 0) + number
        spelling = (row["country"] or row["code"] or "").strip()
        if (
            country == UNKNOWN
            and number
            and keys[0][0] == "total"
            and spelling.lower() not in ("", UNKNOWN, UNKNOWN_TEXT)
        ):
            self._unmapped[spelling] += number

    def _covered_days(self) -> dict[str, set[date]]:
        """Return file → the days that it answers for, also those without a count."""
        covered: dict[str, set[date]] = {file: set(days) for file, days in self._files.days.items()}
        for file, days in self._files.closed.items():
            covered[file] = set().union(*(days.get(metric, ()) for metric in self._accepted))
        for file, day in self._counted:
            covered.setdefault(file, set()).add(day)
        for file in self._files.ranges & covered.keys():
            covered[file] = set(days_between(min(covered[file]), max(covered[file])))
        return covered

    def _merge(self, day: date) -> DayFacts:
        """Return the facts of ``day`` from all files. Files with equal facts count once.

        Raises :class:`DataRefused` for two files that have the same country with other counts.
        """
        merged: DayFacts = {}
        origin: dict[tuple[str, str, str], str] = {}
        given: list[DayFacts] = []
        for file in self._covered:
            facts = self._facts.get((file, day))
            if facts is None:
                continue
            if facts in given:
                self._refused[REPEATED, day] += self._counted[file, day]
                continue
            given.append(facts)
            if both := facts.keys() & merged.keys():
                country, *_ = key = min(both)
                raise DataRefused(
                    f"{origin[key]} and {file} both have counts of {country} on {day} ({merged[key]:,} and "
                    f"{facts[key]:,}); give only one of them."
                )
            merged |= facts
            origin |= dict.fromkeys(facts, file)
        return merged


_READERS = {name: value_reader(name, frozenset()) for name in BREAKDOWNS}


def read_number(text: str) -> int | None:
    """Return the whole number in ``text``, None if it is none.

    >>> [read_number(text) for text in ("7", "7.0", "1,234", "12 345", "1.5", "-1", "1.234")]
    [7, 7, 1234, 12345, None, None, None]
    """
    text = text.strip()
    if _GROUPED.fullmatch(text):
        text = re.sub("[^0-9]", "", text)
    text = re.sub("[.]0*$", "", text)
    return int(text) if re.fullmatch("[0-9]{1,15}", text) else None


def _reason(row: Mapping[str, Any], number: int | None, accepted: set[str], today: date) -> str:
    """Return why ``row`` cannot be counted; "" if it can."""
    state, metric = (row["state"] or "").strip().lower(), read_metric(row["metric"] or "")
    country, digits = (row["country"] or "").strip().lower(), (row["count"] or "").strip()
    checks = (
        (row["reason"], row["reason"]),
        (row["day"] is None, A_TOTAL if country in TOTALS or not country else NOT_A_DAY),
        (row["day"] is not None and row["day"] > today, AHEAD),
        (state == "missing", NOT_COLLECTED),
        (state == "open", NOT_OVER),
        (metric and metric not in METRICS, UNKNOWN_METRIC),
        (metric and metric not in accepted, OTHER_METRIC),
        (country in TOTALS, A_TOTAL),
        ((row["dimension"] or "total") not in DIMENSIONS, NO_DIMENSION),
        (number is None and re.fullmatch("-[0-9]+", digits), NEGATIVE),
        (number is None and not digits.isdecimal(), NOT_A_NUMBER),
        (number is None or number > MOST_COUNT, TOO_LARGE),
    )
    return next((str(reason) for wrong, reason in checks if wrong), "")
