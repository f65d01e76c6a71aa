"""What is kept: the days of the history and its gaps, and how large history and site are."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from apivideo_geo.days import ONE_DAY, day_runs, days_between
from apivideo_geo.doctor.findings import Finding
from apivideo_geo.effects import Effects
from apivideo_geo.errors import ApivideoGeoError
from apivideo_geo.history.history import History, load_history
from apivideo_geo.settings import Settings

OLD = timedelta(hours=36)
"""A map is built every day; if nothing was collected for longer than this, it is not."""
PAGES_LIMIT = 1_000_000_000
"""Bytes of a site that GitHub Pages publishes."""
RUNS_TOLD = 5


def examine_history(settings: Settings, effects: Effects, first_day: date | None) -> list[Finding]:
    """Findings on the history, whose gaps can be healed from ``first_day`` on (None: the API was not asked)."""
    folder = settings.history_folder
    try:
        history = load_history(folder)
    except ApivideoGeoError as error:
        return [Finding("history", "wrong", f"The history in {folder} cannot be read.", str(error), error.exit_code)]
    if not history.entries:
        says = f"There is none in {folder} yet."
        fetch = "Run fetch-history where it is kept on a branch of git, else build."
        return [Finding("history", "warning", says, fetch)]
    return [
        _examine_age(history, effects.now()),
        *_examine_gaps(history, effects.now().date(), first_day, settings.leave_out),
    ]


def _examine_age(history: History, now: datetime) -> Finding:
    days, collected = history.entries.keys(), [entry.last for entry in history.entries.values() if entry.last]
    says = f"{len(days):,} days, {min(days)} to {max(days)}, counting {history.metric}s"
    if not collected:
        return Finding(
            "history", "warning", f"{says}; its ledger was lost.", "Run build: it collects what is young anew."
        )
    says += f"; last collected {max(collected):%Y-%m-%d %H:%M} UTC."
    if history.demo:
        return Finding("history", "ok", f"Demo data: {says}")
    if now - max(collected) > OLD:
        step = "Run build, or look under Actions on GitHub why it did not run."
        return Finding("history", "warning", says, step)
    return Finding("history", "ok", says)


def _examine_gaps(history: History, today: date, first_day: date | None, leave_out: Collection[date]) -> list[Finding]:
    """Days lacking between the first held and yesterday: those that can still be collected, and those that cannot.

    The days ``leave_out`` are lacking on purpose.
    """
    if history.demo:
        return []
    held = (history.entries.keys() - history.partial_days()) | set(leave_out)
    missing = [day for day in days_between(min(history.entries), today - ONE_DAY) if day not in held]
    if not missing:
        return [Finding("gaps", "ok", "No day is missing.")]
    if first_day is None:
        says = f"{_told(missing, 'missing; what of it can still be collected is not known')}."
        return [Finding("gaps", "unseen", says)]
    lost, healable = [day for day in missing if day < first_day], [day for day in missing if day >= first_day]
    findings = []
    if healable:
        until = (min(healable) - first_day).days
        soon = "a day" if until == 0 else f"{until + 1} days"
        step = f"Run build: it collects them. The API forgets the oldest within {soon}."
        says = f"{_told(healable, 'missing and can still be collected')}."
        usual = healable == [today - ONE_DAY]  # it ended after the last run
        findings.append(Finding("gaps", "warning", says, step) if usual else Finding("gaps", "wrong", says, step, 4))
    if lost:
        says = f"{_told(lost, 'missing for good, for the API has forgotten them; the page shows a gap')}."
        findings.append(Finding("lost days", "ok", says))
    return findings


def examine_sizes(settings: Settings) -> list[Finding]:
    """Findings on how large the history and the site are on disk."""
    findings = []
    for name, folder in (("size of the history", settings.history_folder), ("size of the site", settings.out)):
        sizes = [
            path.stat().st_size
            for path in folder.rglob("*")
            if path.is_file() and not {".git", ".lock"} & {*path.parts}
        ]
        if sizes:
            findings.append(_examine_size(name, sum(sizes), len(sizes), limit=folder == settings.out))
    return findings


def _examine_size(name: str, size: int, files: int, *, limit: bool) -> Finding:
    told = f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:,.0f} kB"
    says = f"{told} in {files:,} file{'' if files == 1 else 's'}."
    if limit and size > PAGES_LIMIT * 0.8:
        return Finding(name, "warning", says, "GitHub Pages publishes 1 GB at most: collect at a lower --detail.")
    return Finding(name, "ok", says)


def _told(days: Collection[date], what: str) -> str:
    runs = day_runs(days)
    told = [str(first) if first == last else f"{first} to {last}" for first, last in runs[-RUNS_TOLD:]]
    more = "…, " if len(runs) > RUNS_TOLD else ""
    return f"{len(days):,} day{' is' if len(days) == 1 else 's are'} {what}: {more}{', '.join(told)}"
