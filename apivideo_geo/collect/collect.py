"""Bring the history up to date: fetch the days that are missing or not final, and store them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from apivideo_geo import privacy
from apivideo_geo.api.clock import use_server_clock
from apivideo_geo.collect.hours import collect_hours, collect_peaks, count_live_streams, count_requests, store_hours
from apivideo_geo.collect.own_count import fetch_own_counts, summarise_counts
from apivideo_geo.console.report import Report
from apivideo_geo.days import ONE_DAY, day_end
from apivideo_geo.effects import Effects
from apivideo_geo.errors import ApiError, DeadlineExceeded, DiskFailed, SourceFailed, UsageError
from apivideo_geo.history.doubt import adds_up
from apivideo_geo.history.history import Fetched, History, find_last_source, open_history
from apivideo_geo.history.ledger import days_to_collect, days_to_compare, higher_detail
from apivideo_geo.history.parquet import split_days, sum_dimensions
from apivideo_geo.model import PEAK, Facts
from apivideo_geo.plain_text import counted
from apivideo_geo.settings import Settings
from apivideo_geo.sources.source import Source, choose_sources, open_client

if TYPE_CHECKING:
    import ibis


REFUSED = (400, 403, 404)
"""Status of an answer to which this metric, or this account, is the reason, so that other metrics may be answered."""
LEAST_TURN = 3
"""A further metric is compared with the API's own count once in this number of nights, or more."""


@dataclass(frozen=True)
class Collected:
    """What the steps after collecting need: ``settings`` with the chosen source, ``effects`` with the source's clock.

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
        else:
            effects.check()
        sources = choose_sources(settings, effects, client, last_source)
        report.source, report.metrics = sources[0].name, tuple(source.metric for source in sources)
        settings = settings.model_copy(update={"source": sources[0].name})
        with open_history(settings.history_folder) as history:
            hidden = _collect_all(sources, history, settings, effects, report)
            history.compact(effects.now())
            history.check_shown()
    finally:
        if client:
            report.requests = client.requests
            client.close()
    report.check_whole()
    return Collected(settings, effects, hidden)


def _collect_all(
    sources: Sequence[Source], home: History, settings: Settings, effects: Effects, report: Report
) -> frozenset[str]:
    """Collect all metrics; return the titles and ids of the assets that must not be published.

    A further metric that the API refuses, or cannot give, does not keep the others from being stored, and is a warning.
    Raises the error of the first metric; if it is refused, after the others are stored.
    """
    now, client, refused = effects.now(), sources[0].client, dict[str, SourceFailed]()
    if client or sources[0].name == "demo":  # without a server, this machine's clock decides nothing about real days
        report.note_set_aside(home.set_aside_future(now))
    server = client.host if client else ""
    home.check_fits(demo=sources[0].name == "demo", server=server)
    runs = [_Run(source, home, settings, now, report, number) for number, source in enumerate(sources)]
    plans: dict[str, Plan] = {}
    for run in runs:
        with _note_refused(run.source.metric, sources[0].metric, refused):
            plans[run.source.metric] = run.plan(server, len(sources))
    runs = [run for run in runs if run.source.metric in plans]
    wanted: dict[date, str] = {}
    for run in runs:
        for day, detail in plans[run.source.metric].wanted.items():
            wanted[day] = higher_detail(detail, wanted.get(day, detail))
    hidden = _store_assets(sources[0], wanted, home, settings)
    _announce(runs, plans, effects)
    for run in runs:
        with _note_refused(run.source.metric, sources[0].metric, refused):
            run.collect(plans[run.source.metric])
    if error := refused.pop(sources[0].metric, None):
        raise error
    _collect_others(sources[0], home, settings, now, report)
    report.warnings += [f"{name} was not collected: {error} {_advise(name, error)}" for name, error in refused.items()]
    return hidden


def _collect_others(source: Source, home: History, settings: Settings, now: datetime, report: Report) -> None:
    """Collect the hours and the peaks of live streams that the settings name, and all that the demo has.

    What the settings name and cannot be collected is a warning.
    """
    if source.has_hours and (settings.hours or home.demo):
        collect_hours(source, home, now, report, settings.leave_out)
    elif settings.hours:
        report.warnings.append("hours are not collected, because these counts are by day")
    obstacle = _why_no_peaks(source, settings)
    if not obstacle and (PEAK in settings.metrics or home.demo):
        collect_peaks(source, home, now, report, settings.leave_out)
    elif obstacle and PEAK in settings.metrics:
        report.warnings.append(obstacle)


def _why_no_peaks(source: Source, settings: Settings) -> str:
    """Return why the peaks of live streams cannot be collected; empty if they can."""
    if not source.has_peaks:
        return "ccv-peak is not collected, because only the Data API has it, not sessions or counts"
    if settings.withhold_media:
        return "ccv-peak is not collected with withhold_media, because it is by live stream"
    if (settings.detail or source.usual_detail) == "country":
        return "ccv-peak is by live stream, so it needs detail media or full"
    return ""


@contextmanager
def _note_refused(metric: str, first: str, refused: dict[str, SourceFailed]) -> Iterator[None]:
    """Add the error to ``refused`` if the API does not give this ``metric``; raise errors that end the run.

    A lasting error of the server ends the run only if it is about the ``first`` metric.
    """
    try:
        yield
    except (DeadlineExceeded, DiskFailed):
        raise
    except SourceFailed as error:
        if metric == first and not _is_refusal(error):
            raise
        refused[metric] = error


def _is_refusal(error: SourceFailed) -> bool:
    """Return whether the API refused the metric; False if the network or the server failed."""
    return isinstance(error, ApiError) and error.status in REFUSED


def _advise(metric: str, error: SourceFailed) -> str:
    """Return what to do about a ``metric`` that was not collected."""
    if _is_refusal(error):
        return f"To do without {metric}, take it out of the setting metrics"
    return f"The next run requests {metric} again"


def _announce(runs: Sequence[_Run], plans: Mapping[str, Plan], effects: Effects) -> None:
    """Say how many requests a run takes that collects a metric for the first time; the assets are stored before.

    Also name the metrics whose number depends on how many countries and values their days have.
    """
    plain = [run for run in runs if run.source.client and run.detail == "country" and run.source.metric != "watch-time"]
    later = [run.source.metric for run in runs if run.source.client and run not in plain]
    if len(runs) < 2 or not plain or all(run.history.entries for run in runs if run.source.client):
        return
    days = {run.source.metric: len(plans[run.source.metric].wanted) for run in plain}
    requests = {metric: count + min(count, 2) for metric, count in days.items()}  # two are for the API's own counts
    first = runs[0]
    if not first.number:  # hours and peaks need the first metric, which the API may have refused
        settings, home = first.settings, first.home
        complete = sum(day < first.now.date() for day in plans[first.source.metric].wanted)
        if settings.hours:
            requests["hours"] = count_requests(complete)
        live = count_live_streams(home)
        if live and PEAK in settings.metrics and not _why_no_peaks(first.source, settings):
            requests[PEAK] = complete * (1 + live)
    names = ", ".join(requests)
    more = f", and more for {', '.join(later)}: how many is known only when their days are read" if later else ""
    effects.progress.say(
        f"About {counted(sum(requests.values()), 'request')} for {counted(max(days.values()), 'day')} of {names}{more}."
    )


def _store_assets(source: Source, wanted: Mapping[date, str], home: History, settings: Settings) -> frozenset[str]:
    """Store the assets that may be shown; return the titles and ids of the others, which must not be published."""
    forgotten = () if settings.show_unlisted else home.forget_unlisted()
    assets = source.fetch_assets(wanted)
    if assets is not None:
        shown = privacy.publishable_assets(assets, settings.withhold_media)
        home.save_assets(shown, unlisted=settings.show_unlisted)
    if settings.show_unlisted:
        return frozenset()
    return privacy.private_words(forgotten if assets is None else assets)


@dataclass(frozen=True)
class Plan:
    """What to do for one metric.

    ``wanted``: UTC day to fetch → its detail. ``compared``: the stored days to compare with the source's own count.
    ``compares_new``: whether to compare also the days that are fetched now.
    """

    wanted: Mapping[date, str]
    compared: Collection[date]
    compares_new: bool


@dataclass(frozen=True)
class _Run:
    """The steps of one run, as of ``now``: ``source`` → its metric in the history ``home``.

    What was done is added to ``report``. ``number``: 0 for the first metric.
    """

    source: Source
    home: History
    settings: Settings
    now: datetime
    report: Report
    number: int
    kept_days: list[date] = field(default_factory=list)
    """The UTC days that were stored."""

    @property
    def history(self) -> History:
        """The history of this metric."""
        return self.home.of(self.source.metric)

    @property
    def has_detail(self) -> bool:
        """Whether more than a total by country may be collected of this metric."""
        return not self.number or self.source.metric in self.settings.detail_metrics

    @property
    def label(self) -> str:
        """What to put before a day in messages: the metric, if it is not the first."""
        return f"{self.source.metric}, " if self.number else ""

    @property
    def detail(self) -> str:
        """The detail to collect."""
        return (self.settings.detail or self.source.usual_detail) if self.has_detail else "country"

    def plan(self, server: str, metrics: int) -> Plan:
        """Return the plan. ``server``: the host of the API, "" if there is none; ``metrics``: how many there are.

        So that an ordinary night takes two requests a metric, a further metric is compared with the source's own count
        only in its turn, and after an outage. In its turn the comparison takes the place of today's figures, which the
        next run brings.
        """
        source, left_out = self.source, self.settings.leave_out
        entries, today = self.history.entries, self.now.date()
        first, last = source.window(entries, self.home.load_account().remembers)
        # Saved first: if this run is interrupted, the next one may not measure it again.
        self.home.save_account(source.remembers, None, server)
        if first > last and not self.home.by_metric:
            raise UsageError(
                f"There is no day to collect between --since and --until, and none in {self.history.folder} yet; "
                "widen the period."
            )
        compared = days_to_compare(entries, first, last, self.now, source.name) if source.has_own_count else []
        wanted = days_to_collect(
            entries, first, last, self.now, self.detail, asks_all=source.asks_all, compared=compared
        )
        wanted = {day: day_detail for day, day_detail in wanted.items() if day not in left_out}
        compared = [day for day in compared if day not in left_out and day not in wanted]
        if not self.number or not source.has_own_count or wanted.keys() - {today, today - ONE_DAY}:
            return Plan(wanted, compared, compares_new=True)
        turn = (today.toordinal() - self.number) % max(metrics - 1, LEAST_TURN) == 0
        if turn and compared and len(wanted) > 1:
            return Plan({day: one for day, one in wanted.items() if day != today}, compared, compares_new=False)
        return Plan(wanted, [], compares_new=False)

    def collect(self, plan: Plan) -> None:
        """Fetch and store the days of ``plan``, and compare them with the source's own count."""
        self.fetch(plan.wanted)
        if self.source.has_own_count:
            self.compare(plan.compared, self.kept_days if plan.compares_new else ())
        if self.source.client:
            self.report.doubtful[self.source.metric] = self.history.doubtful_days()

    def fetch(self, wanted: Mapping[date, str], own_counts: Mapping[date, int] | None = None) -> None:
        """Fetch the days ``wanted`` (UTC day → detail) and store them."""
        for detail, facts in self.source.fetch_days(wanted):
            self.store_facts(detail, facts, own_counts or {})

    def compare(self, compared: Collection[date], new: Collection[date]) -> None:
        """Compare days with the source's own counts: ``new`` ones, stored in this run, and ``compared``, stored before.

        Those of ``compared`` that differ are fetched again.
        """
        entries = self.history.entries
        new = [day for day in new if entries[day].reported is None]
        # Of a day that is not over only an empty answer is compared, because the others grow meanwhile.
        stored = {
            day: entries[day].count for day in {*compared, *new} if not (entries[day].open and entries[day].count)
        }
        own = fetch_own_counts(self.source, stored)
        fits = {day: adds_up(self.source.metric, stored[day], count) for day, count in own.items()}
        changed = {day: entries[day].detail for day in compared if not fits.get(day, True)}
        self.history.note_own_counts({day: count for day, count in own.items() if day not in changed}, self.now)
        if changed:
            self.fetch(changed, own)
        if not self.number:
            checked = summarise_counts({day: entries[day].count for day in own}, own)
            self.report.checked = checked
            self.home.save_account(None, checked)

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
            requested = {day: count for day, count in unclear if day not in own_counts}
            own_counts = {**fetch_own_counts(self.source, requested), **own_counts}
        unfinished = {day: line.count for day, line in history.entries.items() if day in facts.days and line.open}
        replaced = history.replaced_days(allowed, "files") if self.source.name == "files" else set()
        shrunk = history.save(
            allowed, Fetched(self.source.metric, self.source.name, detail, self.now),
            accept_shrink=settings.accept_shrink, own_counts=own_counts if self.source.has_own_count else None,
            dimensions=privacy.history_dimensions(private, settings.withhold_media),
            confirmed=facts.sessions is None,  # else when what is made of the sessions is written, too
        )  # fmt: skip
        self.report.add(allowed)
        rejected = {day.day for day in shrunk}
        saved = [day for day in facts.days if day not in rejected]
        self.kept_days.extend(saved)
        self.report.note_shrunk(shrunk, self.label)
        self.report.note_replaced(replaced - rejected)
        stored = {day: history.entries[day] for day in unfinished}
        lower = {day: (unfinished[day], line.count) for day, line in stored.items() if not line.open}
        self.report.note_lower(lower, self.label)
        if facts.sessions is not None:
            if self.source.metric == "session" and not self.number:
                self.store_session_time(facts.sessions, saved)
            if settings.hours and not self.number:
                self.store_hours(facts.sessions, allowed, saved)
            _export_sessions(facts.sessions, saved, settings)
            history.confirm(saved, self.now)

    def store_session_time(self, sessions: ibis.Table, days: Collection[date]) -> None:
        """Store the time of the ``sessions`` of ``days``, and how many sessions have one."""
        from apivideo_geo.aggregate.facts import count_session_time

        found = count_session_time(sessions, days)
        for metric, facts in found.items():
            fetched = Fetched(metric, self.source.name, "country", self.now)
            shrunk = self.home.of(metric).save(facts, fetched, accept_shrink=self.settings.accept_shrink)
            self.report.note_shrunk(shrunk, f"{metric}, ")
            self.report.metrics = tuple(dict.fromkeys((*self.report.metrics, metric)))
        if untimely := sum(one.count for facts in found.values() for one in facts.refused):
            self.report.warnings.append(
                f"sessions that end before they begin, or more than 24 hours later: {untimely:,}; their time "
                "was not counted"
            )

    def store_hours(self, sessions: ibis.Table, facts: Facts, saved: Collection[date]) -> None:
        """Store the hours of the complete days of ``saved``, counted from the ``sessions``.

        ``facts``: the counts of these days, which are stored.
        """
        from apivideo_geo.aggregate.facts import count_hours

        found, days = count_hours(sessions), [day for day in saved if day_end(day) <= self.now]
        counts = {day: sum_dimensions(table).get("total", 0) for day, table in split_days(facts.table).items()}
        store_hours(
            self.home,
            self.source.metric,
            {day: found.get(day, (0,) * 24) for day in days},
            {day: counts.get(day, 0) for day in days},
            self.now,
        )


def _export_sessions(sessions: ibis.Table, days: Collection[date], settings: Settings) -> None:
    """Write ``exports/sessions.csv``: the ``sessions`` of ``days``; its rows of other days stay."""
    from apivideo_geo.exports.sessions_csv import write_sessions_csv

    write_sessions_csv(
        sessions, days, settings.exports / "sessions.csv",
        add=[*settings.sessions_add, *(name for name in sessions.columns if name not in settings.sessions_add)],
        drop=settings.sessions_drop,
    )  # fmt: skip
