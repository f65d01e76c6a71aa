"""Check the stored days, their gaps, and the size of the history and the site."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from apivideo_geo.days import ONE_DAY, days_between, list_days
from apivideo_geo.doctor.findings import Finding
from apivideo_geo.effects import Effects
from apivideo_geo.errors import ApivideoGeoError, DataRefused
from apivideo_geo.facts import Overfull, name_overfull
from apivideo_geo.history.day_lines import HOURS, PEAKS
from apivideo_geo.history.doubt import missing_part
from apivideo_geo.history.files import check_open, find_files, find_strays
from apivideo_geo.history.history import History, load_history, metric_folders
from apivideo_geo.history.parquet import find_damaged
from apivideo_geo.model import PEAK, DoubtfulDay
from apivideo_geo.plain_text import counted
from apivideo_geo.settings import Settings

OLD = timedelta(hours=36)
"""A map is updated every day; if nothing was collected for longer than this, the updates have stopped."""
PAGES_LIMIT = 1_000_000_000
"""Maximum size of a site on GitHub Pages, in bytes."""
GAPS = 5
"""Maximum number of gaps listed."""


def examine_history(settings: Settings, effects: Effects, first_day: date | None) -> list[Finding]:
    """Return findings on the history. Gaps can still be collected from ``first_day`` on (None: unknown)."""
    folder = settings.history_folder
    try:
        check_open(folder)
        if damaged := find_damaged(path for one in metric_folders(folder) for path in find_files(one)):
            return [_name_damaged(damaged)]
        history = load_history(folder)
        not_shown = history.partial_days() | set(settings.leave_out)
        overfull = [
            one for one in history.find_overfull()
            if one.day not in not_shown and (settings.since or one.day) <= one.day <= (settings.until or one.day)
            and history.is_from_counts(one)
        ]  # fmt: skip
        history.load_assets()
        history.read_account()
        HOURS.load(folder)
        PEAKS.load(folder)
    except ApivideoGeoError as error:
        return [Finding("history", "wrong", f"The history in {folder} cannot be read.", str(error), error.exit_code)]
    if not history.entries:
        says = f"There is no history in the folder {folder} yet."
        fetch = "Run fetch-history if it is on a branch of git, else build."
        return [Finding("history", "warning", says, fetch)]
    return [
        _examine_age(history, effects.now()),
        *_examine_future(history, effects.now().date()),
        *_examine_metrics(history, settings, effects.now().date(), first_day),
        *_examine_lines(history, settings, first_day),
        *_examine_overfull(overfull),
        *_examine_strays(folder),
    ]


def _examine_metrics(history: History, settings: Settings, today: date, first_day: date | None) -> list[Finding]:
    """Return findings on the gaps and doubts of all metrics; one that several metrics share is there once and names
    them."""
    metrics: dict[Finding, list[str]] = {}
    for metric, one in history.by_metric.items():
        first = one is history
        requested = first or metric in settings.metrics
        for finding in [
            *(_examine_gaps(one, today, first_day, settings.leave_out) if requested else []),
            *_examine_doubts(one.doubtful_days(), first_day),
        ]:
            if first or finding.state != "ok":
                metrics.setdefault(finding, []).append(metric)
    return [
        finding if names == [history.metric] else replace(finding, name=f"{finding.name} ({', '.join(names)})")
        for finding, names in metrics.items()
    ]


def _name_damaged(damaged: Sequence[Path]) -> Finding:
    """Return the finding on files whose bytes are not those that were written."""
    names = ", ".join(map(str, damaged[:GAPS])) + (f" and {len(damaged) - GAPS} more" if len(damaged) > GAPS else "")
    says = f"{len(damaged)} {'file is' if len(damaged) == 1 else 'files are'} damaged: {names}."
    step = "Restore a copy (git has one). The next run sets damaged days aside, and collects those the API still has."
    return Finding("history", "wrong", says, step, DataRefused.exit_code)


def _examine_doubts(doubtful: Sequence[DoubtfulDay], first_day: date | None) -> list[Finding]:
    """Return findings on the days in doubt, and on those that are not requested again, if there are any."""
    asked = [one for one in doubtful if not one.settled and (first_day is None or one.day >= first_day)]
    others = [one.day for one in doubtful if one not in asked]
    findings = []
    if asked:
        causes = (
            (False, "the countries do not add up to the API's own count of the day."),
            (True, "the API's answers contradict each other or have invalid rows."),
        )
        named = [(why, [one.day for one in asked if (one.doubt == "refused") == refused]) for refused, why in causes]
        says = " ".join(f"{list_days(days, GAPS)}: {why}" for why, days in named if days)
        step = "Run build on the next days: it asks again until they agree, or are the same on three nights running."
        findings.append(Finding("days in doubt", "warning", says, step))
    if others:
        says = f"{list_days(others, GAPS)}: the API was asked for the last time; what is missing is shown as unknown."
        findings.append(Finding("settled days", "ok", says))
    return findings


def _examine_lines(history: History, settings: Settings, first_day: date | None) -> list[Finding]:
    """Return findings on the hours and peaks that contradict the API's own counts, and are not shown."""
    entries = ((metric, line) for metric, one in history.by_metric.items() for line in one.entries.values())
    counts = {(line.day, metric): line.count + missing_part(line) for metric, line in entries}
    findings = []
    for name, file, requested in (("hours", HOURS, settings.hours), ("peaks", PEAKS, PEAK in settings.metrics)):
        lines = file.load(history.folder).items()
        days = [line.day for key, line in lines if not line.stands(counts.get(key))]
        known = [day for day in days if (first_day is None or day >= first_day) and day not in settings.leave_out]
        asked = known if requested else []
        why = "they contradict the API's own count of the day and are not shown"
        if asked:
            step = "Run build on the next days: it asks again until they agree, or are the same on three nights."
            findings.append(Finding(f"{name} in doubt", "warning", f"{list_days(asked, GAPS)}: {why}.", step))
        if others := [day for day in days if day not in asked]:
            gone = "the API no longer has them, or the settings leave them out"
            findings.append(Finding(f"{name} not shown", "ok", f"{list_days(others, GAPS)}: {why}; {gone}."))
    return findings


def _examine_overfull(overfull: Sequence[Overfull]) -> list[Finding]:
    """Return a finding on stored breakdowns that exceed their total, with which the site may not be published."""
    if not overfull:
        return []
    return [Finding("breakdowns", "wrong", *name_overfull(overfull), DataRefused.exit_code)]


def _examine_strays(folder: Path) -> list[Finding]:
    """Return a finding on files in the history's ``folder`` that look like its own, and are ignored."""
    strays = find_strays(folder)
    if not strays:
        return []
    says = (
        f"{counted(len(strays), 'Parquet file')} in {folder} not part of the history, and ignored, such as {strays[0]}."
    )
    return [Finding("other files", "warning", says, "Move them elsewhere, or delete them if they are copies.")]


def _examine_age(history: History, now: datetime) -> Finding:
    days, collected = history.entries.keys(), [entry.last for entry in history.entries.values() if entry.last]
    metrics = len(history.by_metric) - 1
    more = f" and {metrics} more metric{'' if metrics == 1 else 's'}" if metrics else ""
    says = f"{counted(len(days), 'day')}, {min(days)} to {max(days)}, counting {history.metric}s{more}"
    if not collected:
        return Finding(
            "history", "warning", f"{says}; its ledger was lost.", "Run build: it collects the recent days again."
        )
    says += f"; last collected {max(collected):%Y-%m-%d %H:%M} UTC."
    if history.demo:
        return Finding("history", "ok", f"Demo data: {says}")
    if now - max(collected) > OLD:
        step = "Run build; under Actions on GitHub you can see why it did not run."
        return Finding("history", "warning", says, step)
    return Finding("history", "ok", says)


def _examine_future(history: History, today: date) -> list[Finding]:
    """Return a finding on days in the future, with which no site is built."""
    try:
        history.check_no_future(today)
    except DataRefused as error:
        return [Finding("future days", "wrong", "The site cannot be rebuilt.", str(error), error.exit_code)]
    return []


def _examine_gaps(history: History, today: date, first_day: date | None, leave_out: Collection[date]) -> list[Finding]:
    """Return findings on days missing between the first stored one and yesterday, except the days ``leave_out``."""
    if history.demo:
        return []
    expected = (history.entries.keys() - history.partial_days()) | set(leave_out)
    missing = [day for day in days_between(min(history.entries), today - ONE_DAY) if day not in expected]
    if not missing:
        return [Finding("gaps", "ok", "No day is missing.")]
    if first_day is None:
        says = f"{_missing(missing, 'missing; it is unknown which of them can still be collected')}."
        return [Finding("gaps", "unseen", says)]
    lost, healable = [day for day in missing if day < first_day], [day for day in missing if day >= first_day]
    findings = []
    if healable:
        until = (min(healable) - first_day).days
        soon = "a day" if until == 0 else f"{until + 1} days"
        step = f"Run build: it collects them. The API deletes the oldest within {soon}."
        says = f"{_missing(healable, 'missing and can still be collected')}."
        usual = healable == [today - ONE_DAY]  # it ended after the last run, so the next one collects it
        findings.append(Finding("gaps", "warning", says, step) if usual else Finding("gaps", "wrong", says, step, 4))
    if lost:
        says = f"{_missing(lost, 'lost, because the API has deleted them; the site shows a gap')}."
        findings.append(Finding("lost days", "ok", says))
    return findings


def examine_sizes(settings: Settings) -> list[Finding]:
    """Return findings on how much disk space the history and the site take."""
    findings = []
    for name, folder in (("size of the history", settings.history_folder), ("size of the site", settings.out)):
        sizes = [
            path.stat().st_size
            for path in folder.rglob("*")
            if path.is_file() and not {".git", ".gitignore", ".lock"} & {*path.parts}
        ]
        if sizes:
            findings.append(_examine_size(name, sum(sizes), len(sizes), limit=folder == settings.out))
    return findings


def _examine_size(name: str, size: int, files: int, *, limit: bool) -> Finding:
    text = f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:,.0f} kB"
    says = f"{text} in {counted(files, 'file')}."
    if limit and size > PAGES_LIMIT * 0.8:
        return Finding(name, "warning", says, "GitHub Pages publishes 1 GB at most: collect at a lower --detail.")
    return Finding(name, "ok", says)


def _missing(days: Collection[date], what: str) -> str:
    return f"{list_days(days, GAPS)}: {what}"
