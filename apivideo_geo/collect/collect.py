"""Bring the history up to date: ask the source for what is missing, keep it, compare it with the source's own count."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from apivideo_geo.console.report import Report
from apivideo_geo.effects import Effects
from apivideo_geo.errors import UsageError
from apivideo_geo.settings import Settings

if TYPE_CHECKING:
    import ibis


def collect(
    settings: Settings, effects: Effects, report: Report, *, check: bool = False
) -> tuple[Settings, frozenset[str]]:
    """Bring the history up to date. Returns the settings with the source settled, and words that must not be shown.

    ``check``: ask the source for its own count, too. Of days that only need a last look it is asked first, and where it
    is what is held, it stands for asking them.
    """
    from apivideo_geo import privacy
    from apivideo_geo.collect.own_count import check_count
    from apivideo_geo.days import days_between
    from apivideo_geo.history.history import find_last_source, open_history
    from apivideo_geo.history.ledger import days_to_collect, second_looks
    from apivideo_geo.sources.source import choose_source

    before = find_last_source(settings.history) if settings.source == "auto" else None
    source = choose_source(settings, effects, before)
    report.source = source.name
    settings = settings.model_copy(update={"source": source.name})
    hidden: frozenset[str] = frozenset()
    now = effects.now()
    try:
        with open_history(settings.history_folder) as history:
            server = source.client.host if source.client else ""
            history.check_fits(source.metric, demo=source.name == "demo", server=server)
            first, last = source.window(history.entries, history.load_account().remembers)
            # Now, because the run after one that is cut short may not ask it.
            history.save_account(source.remembers, None, server)
            if first > last and not history.entries:
                raise UsageError(
                    f"There is no day to collect between --since and --until, and none in {history.folder} yet; "
                    "widen the period."
                )
            detail = settings.detail or source.usual_detail
            wanted = days_to_collect(history.entries, first, last, now, detail, asks_all=source.asks_all)
            wanted = {day: at for day, at in wanted.items() if day not in settings.leave_out}
            again = second_looks(history.entries, wanted, now) if check else []
            checked = check_count(source, history.closed_counts(again))
            looked_at = days_between(checked.first, checked.last) if checked else []
            if checked and checked.told == checked.held:
                history.confirm(looked_at, now)
                wanted = {day: at for day, at in wanted.items() if day not in looked_at}
            elif checked and now.date() in wanted:  # a night is three requests, and one of them is spent
                del wanted[now.date()]
                effects.progress.say(f"{checked.last} has moved since it was last seen; today is left to the next run.")
            if not settings.show_unlisted:
                hidden = privacy.private_words(history.forget_unlisted())
            assets = source.fetch_assets(wanted)
            if assets is not None:
                told = privacy.publishable_assets(assets, settings.withhold_media)
                history.save_assets(told, unlisted=settings.show_unlisted)
                hidden = frozenset() if settings.show_unlisted else privacy.private_words(assets)
            for asked_at, facts in source.fetch_days(wanted, history.settled(wanted)):
                private = settings.history_private or source.name == "demo"
                kept = privacy.for_history(facts, private, settings.withhold_media)
                shrunk = history.save(
                    kept, metric=source.metric, source=source.name, detail=asked_at, now=now,
                    accept_shrink=settings.accept_shrink,
                    dimensions=privacy.history_dimensions(private, settings.withhold_media),
                )  # fmt: skip
                report.add(kept)
                report.note_shrunk(facts.days, shrunk)
                if facts.sessions is not None:
                    refused = {one.day for one in shrunk}
                    saved = [day for day in facts.days if day not in refused]
                    history.ask_again(saved)  # by the next run, if this one does not come past its export
                    _export_sessions(facts.sessions, saved, settings)
                    history.confirm(saved, now)
            history.compact(now)
            if checked:
                checked = replace(checked, held=sum(history.closed_counts(looked_at).values()))
            elif check and not again:
                checked = check_count(source, history.closed_counts(report.kept_days))
            report.note_checked(checked)
            history.save_account(None, checked)
    finally:
        if source.client:
            report.requests = source.client.requests
            source.client.close()
    report.check_whole()
    return settings, hidden


def _export_sessions(sessions: ibis.Table, days: Collection[date], settings: Settings) -> None:
    """``exports/sessions.csv``: the ``sessions`` of the ``days`` that were kept, beside those of other days."""
    from apivideo_geo.exports.sessions_csv import write_sessions_csv

    write_sessions_csv(
        sessions, days, settings.exports / "sessions.csv",
        add=[*settings.sessions_add, *(name for name in sessions.columns if name not in settings.sessions_add)],
        drop=settings.sessions_drop,
    )  # fmt: skip
