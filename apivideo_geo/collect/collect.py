"""Bring the history up to date: fetch the days that are missing or not final, and store them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from apivideo_geo import privacy
from apivideo_geo.collect.own_count import check_count
from apivideo_geo.console.report import Report
from apivideo_geo.effects import Effects
from apivideo_geo.errors import UsageError
from apivideo_geo.history.history import History, find_last_source, open_history
from apivideo_geo.history.ledger import days_to_collect
from apivideo_geo.model import Facts
from apivideo_geo.settings import Settings
from apivideo_geo.sources.source import Source, choose_source

if TYPE_CHECKING:
    import ibis


def collect(
    settings: Settings, effects: Effects, report: Report, *, check: bool = False
) -> tuple[Settings, frozenset[str]]:
    """Fetch the days that the history lacks, or that may still change, and store them.

    ``check``: also compare the collected days with the source's own total, which takes one more request.
    Returns the settings with the source that was chosen, and the titles and ids that must not be published.
    Raises :class:`ApivideoGeoError`; each day that was fetched before is stored.
    """
    last_source = find_last_source(settings.history) if settings.source == "auto" else None
    source = choose_source(settings, effects, last_source)
    report.source = source.name
    settings = settings.model_copy(update={"source": source.name})
    try:
        with open_history(settings.history_folder) as history:
            run = _Run(source, history, settings, effects.now(), report)
            wanted = run.plan()
            hidden = run.store_assets(wanted)
            for detail, facts in source.fetch_days(wanted):
                run.store_facts(detail, facts)
            history.compact(run.now)
            if check:
                run.check_total()
    finally:
        if source.client:
            report.requests = source.client.requests
            source.client.close()
    report.check_whole()
    return settings, hidden


@dataclass(frozen=True)
class _Run:
    """The steps of one run, as of ``now``: ``source`` → ``history``, with what was done in ``report``."""

    source: Source
    history: History
    settings: Settings
    now: datetime
    report: Report

    def plan(self) -> dict[date, str]:
        """Return the UTC days to fetch → the detail of each. Raises if the history holds other data than the source."""
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
        detail = settings.detail or source.usual_detail
        wanted = days_to_collect(history.entries, first, last, self.now, detail, asks_all=source.asks_all)
        return {day: day_detail for day, day_detail in wanted.items() if day not in settings.leave_out}

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

    def store_facts(self, detail: str, facts: Facts) -> None:
        """Store the days of ``facts``, except those whose count became smaller; write their sessions to a file."""
        settings, history = self.settings, self.history
        private = settings.history_private or self.source.name == "demo"
        allowed = privacy.for_history(facts, private, settings.withhold_media)
        if self.source.name == "counts":  # the same file again changes nothing, not even a time
            days = history.changed_days(allowed, self.source.name)
            table = allowed.table.filter(pc.is_in(allowed.table["day"], pa.array(days, pa.date32())))
            allowed = replace(allowed, days=days, table=table)
        shrunk = history.save(
            allowed, metric=self.source.metric, source=self.source.name, detail=detail, now=self.now,
            accept_shrink=settings.accept_shrink,
            dimensions=privacy.history_dimensions(private, settings.withhold_media),
        )  # fmt: skip
        self.report.add(allowed)
        self.report.note_shrunk(facts.days, shrunk)
        if facts.sessions is not None:
            rejected = {day.day for day in shrunk}
            saved = [day for day in facts.days if day not in rejected]
            history.ask_again(saved)  # in the next run, if this one is interrupted before the file is written
            _export_sessions(facts.sessions, saved, settings)
            history.confirm(saved, self.now)

    def check_total(self) -> None:
        """Compare the collected days that are over with the source's own total."""
        checked = check_count(self.source, self.history.closed_counts(self.report.kept_days))
        self.report.note_checked(checked)
        self.history.save_account(None, checked)


def _export_sessions(sessions: ibis.Table, days: Collection[date], settings: Settings) -> None:
    """Write ``exports/sessions.csv``: the ``sessions`` of ``days``, and what it contained of other days."""
    from apivideo_geo.exports.sessions_csv import write_sessions_csv

    write_sessions_csv(
        sessions, days, settings.exports / "sessions.csv",
        add=[*settings.sessions_add, *(name for name in sessions.columns if name not in settings.sessions_add)],
        drop=settings.sessions_drop,
    )  # fmt: skip
