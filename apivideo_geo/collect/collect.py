"""Bring the history up to date: fetch the days that are missing or not final, and store them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from apivideo_geo import privacy
from apivideo_geo.api.clock import use_server_clock
from apivideo_geo.collect.own_count import fetch_own_counts, summarise_counts
from apivideo_geo.console.report import Report
from apivideo_geo.effects import Effects
from apivideo_geo.errors import UsageError
from apivideo_geo.history.history import History, find_last_source, open_history
from apivideo_geo.history.ledger import days_to_collect, days_to_compare
from apivideo_geo.model import Facts
from apivideo_geo.settings import Settings
from apivideo_geo.sources.source import Source, choose_source, open_client

if TYPE_CHECKING:
    import ibis


@dataclass(frozen=True)
class Collected:
    """What later steps need of a run: ``settings`` with the source that was chosen, ``effects`` with its clock.

    ``hidden``: the titles and ids that must not be published.
    """

    settings: Settings
    effects: Effects
    hidden: frozenset[str]


def collect(settings: Settings, effects: Effects, report: Report) -> Collected:
    """Fetch the days that the history lacks, or that may still change, and store them.

    What was collected is compared with the source's own count; days that differ are in doubt. Raises
    :class:`ApivideoGeoError`; each day that was fetched before is stored.
    """
    last_source = find_last_source(settings.history) if settings.source == "auto" else None
    client = open_client(settings, effects)
    try:
        if client:
            effects, warning = use_server_clock(client, effects)
            report.warnings += [warning] if warning else []
        source = choose_source(settings, effects, client, last_source)
        report.source = source.name
        settings = settings.model_copy(update={"source": source.name})
        with open_history(settings.history_folder) as history:
            run = _Run(source, history, settings, effects.now(), report)
            hidden = run.collect()
            history.compact(run.now)
            history.check_shown()
    finally:
        if client:
            report.requests = client.requests
            client.close()
    report.check_whole()
    return Collected(settings, effects, hidden)


@dataclass(frozen=True)
class _Run:
    """The steps of one run, as of ``now``: ``source`` → ``history``, with what was done in ``report``."""

    source: Source
    history: History
    settings: Settings
    now: datetime
    report: Report

    def collect(self) -> frozenset[str]:
        """Do all steps; return the titles and ids of the assets that must not be published."""
        if self.source.client:
            self.report.note_set_aside(self.history.set_aside_future(self.now))
        wanted, compared = self.plan()
        hidden = self.store_assets(wanted)
        self.fetch(wanted)
        if self.source.has_own_count:
            self.compare(compared)
            self.report.doubtful = self.history.doubtful_days()
        return hidden

    def plan(self) -> tuple[dict[date, str], list[date]]:
        """Return the UTC days to fetch → the detail of each, and the stored days to compare with the source's count.

        Raises :class:`DataRefused` if the history contains other data than the source has.
        """
        source, history, settings = self.source, self.history, self.settings
        server = source.client.host if source.client else ""
        history.check_fits(source.metric, demo=source.name == "demo", server=server)
        first, last = source.window(history.entries, history.load_account().remembers)
        # Saved first: if this run is interrupted, the next one may not measure it again.
        history.save_account(source.remembers, None, server)
        if first > last and not history.entries:
            raise UsageError(
                f"There is no day to collect between --since and --until, and none in {history.folder} yet; "
                "widen the period."
            )
        detail, entries = settings.detail or source.usual_detail, history.entries
        compared = days_to_compare(entries, first, last, self.now, source.name) if source.has_own_count else []
        wanted = days_to_collect(entries, first, last, self.now, detail, asks_all=source.asks_all, compared=compared)
        left_out = settings.leave_out
        return (
            {day: day_detail for day, day_detail in wanted.items() if day not in left_out},
            [day for day in compared if day not in left_out and day not in wanted],
        )

    def fetch(self, wanted: Mapping[date, str], own_counts: Mapping[date, int] | None = None) -> None:
        """Fetch the days ``wanted`` (UTC day → detail) and store them."""
        for detail, facts in self.source.fetch_days(wanted):
            self.store_facts(detail, facts, own_counts or {})

    def compare(self, compared: Collection[date]) -> None:
        """Compare days with the source's own counts: those stored in this run, and ``compared``, stored before.

        Those of ``compared`` that differ are fetched again.
        """
        entries = self.history.entries
        new = [day for day in self.report.kept_days if entries[day].reported is None]
        # Of a day that is not over only an empty answer is compared, because the others grow meanwhile.
        stored = {
            day: entries[day].count for day in {*compared, *new} if not (entries[day].open and entries[day].count)
        }
        own = fetch_own_counts(self.source, stored)
        changed = {day: entries[day].detail for day in compared if own.get(day, stored[day]) != stored[day]}
        self.history.note_own_counts({day: count for day, count in own.items() if day not in changed}, self.now)
        if changed:
            self.fetch(changed, own)
        checked = summarise_counts({day: entries[day].count for day in own}, own)
        self.report.checked = checked
        self.history.save_account(None, checked)

    def store_assets(self, wanted: Mapping[date, str]) -> frozenset[str]:
        """Store the assets that may be shown; return the titles and ids of the others, which must not be published."""
        settings, history = self.settings, self.history
        forgotten = () if settings.show_unlisted else history.forget_unlisted()
        assets = self.source.fetch_assets(wanted)
        if assets is not None:
            shown = privacy.publishable_assets(assets, settings.withhold_media)
            history.save_assets(shown, unlisted=settings.show_unlisted)
        if settings.show_unlisted:
            return frozenset()
        return privacy.private_words(forgotten if assets is None else assets)

    def store_facts(self, detail: str, facts: Facts, own_counts: Mapping[date, int]) -> None:
        """Store the days of ``facts`` that are not worse than the stored ones; write their sessions to a file.

        ``own_counts``: UTC day → the source's own count, of the days it is already known for.
        """
        settings, history = self.settings, self.history
        private = settings.history_private or self.source.name == "demo"
        allowed = privacy.for_history(facts, private, settings.withhold_media)
        if self.source.name == "counts":  # the same file again changes nothing, not even a time
            days = history.changed_days(allowed, self.source.name)
            table = allowed.table.filter(pc.is_in(allowed.table["day"], pa.array(days, pa.date32())))
            allowed = replace(allowed, days=days, table=table)
        if self.source.has_own_count:
            unclear = history.days_to_count_first(allowed, self.now).items()
            own_counts = fetch_own_counts(self.source, {d: n for d, n in unclear if d not in own_counts}) | dict(
                own_counts
            )
        unfinished = {day: line.count for day, line in history.entries.items() if day in facts.days and line.open}
        shrunk = history.save(
            allowed, metric=self.source.metric, source=self.source.name, detail=detail, now=self.now,
            accept_shrink=settings.accept_shrink, own_counts=own_counts if self.source.has_own_count else None,
            dimensions=privacy.history_dimensions(private, settings.withhold_media),
        )  # fmt: skip
        self.report.add(allowed)
        self.report.note_shrunk(facts.days, shrunk)
        stored = {day: history.entries[day] for day in unfinished}
        self.report.note_lower({day: (unfinished[day], line.count) for day, line in stored.items() if not line.open})
        if facts.sessions is not None:
            rejected = {day.day for day in shrunk}
            saved = [day for day in facts.days if day not in rejected]
            history.ask_again(saved)  # in the next run, if this one is interrupted before the file is written
            _export_sessions(facts.sessions, saved, settings)
            history.confirm(saved, self.now)


def _export_sessions(sessions: ibis.Table, days: Collection[date], settings: Settings) -> None:
    """Write ``exports/sessions.csv``: the ``sessions`` of ``days``, and what it contained of other days."""
    from apivideo_geo.exports.sessions_csv import write_sessions_csv

    write_sessions_csv(
        sessions, days, settings.exports / "sessions.csv",
        add=[*settings.sessions_add, *(name for name in sessions.columns if name not in settings.sessions_add)],
        drop=settings.sessions_drop,
    )  # fmt: skip
