"""The text that people read on the branch: its README and the commit messages. Contains no titles and no secrets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from apivideo_geo.days import days_between, list_days
from apivideo_geo.history.ledger import LedgerDay
from apivideo_geo.model import PER_DAY

README = """\
# The history

This branch stores the data of a map made with apivideo-geo. api.video deletes its data after some weeks; what was
collected is stored here, and the site is built from it. `build.py publish-history` writes it, never by force: every
commit adds to the one before, so any earlier state can be restored.

| file | content |
|---|---|
| `YYYY/MM/YYYY-MM-DD.parquet` | a UTC day: one row per country, dimension and value, with its count |
| `YYYY/YYYY-MM.parquet` | a past month: the same rows, all its days in one file |
| `metrics/NAME/…` | days, months and ledger of another metric, such as `impression`, in the same form |
| `ledger.jsonl` | one line per day: when and from where it was collected, its count, rejected rows; rebuilt if lost |
| `assets.parquet` | titles of the videos and live streams that the site shows, if they were collected |
| `published.parquet` | the breakdowns of past months with hidden small counts, as the site first published them |
| `months.jsonl` | past months by country as the site first published them, with the dates of corrections |
| `hours.jsonl` | the counts of each UTC hour of all countries together, if they are collected |
| `peaks.jsonl` | the most viewers at once of each live stream that the site shows, by day, if they are collected |
| `account.json` | how many days the API keeps, its own total of the last collected days, and its server |

There are no session ids and no keys here, and no titles of videos that are not public, except in a private history
with `show_unlisted = true`.

Any program that reads Parquet can read it; `docs/data.md` of the project explains the columns. Do not edit the files by
hand: to remove a day, or to restore an earlier state, see `docs/operating.md`.
"""
FILES = {
    "README.md": README,
    # git stores every file as it is, on every system and whatever filters, such as LFS, somebody has set up
    ".gitattributes": "* -text -filter -ident -working-tree-encoding\n*.jsonl -merge\n*.parquet -diff -merge\n",
    ".gitignore": ".lock\n.*.writing-*\n*.damaged\n*.future\n",
}
"""Other files on the branch, written again with each commit."""


def render_message(
    before: Mapping[str, Mapping[date, LedgerDay]], after: Mapping[str, Mapping[date, LedgerDay]]
) -> str:
    """Return the message of the commit that changes the ledgers (by metric) from ``before`` to ``after``."""
    new = {metric: _changed(before.get(metric, {}), entries) for metric, entries in after.items()}
    stored = {day for entries in after.values() for day in entries}
    gone = {day for entries in before.values() for day in entries} - stored
    changes = []
    if days := {day for changed in new.values() for day in changed}:
        counts = {metric: changed for metric, changed in new.items() if changed}
        metric, changed = next(iter(counts.items()))
        more = len(counts) - 1
        further = f" and {more} more metric{'' if more == 1 else 's'}" if more else ""
        changes.append(f"{list_days(days)}, {_count(metric, changed, before.get(metric, {}))}{further}")
    if gone:
        changes.append(f"{list_days(gone)} removed")
    lines = ["; ".join(changes) or "No new counts; the ledger records when they were requested", ""]
    if stored:
        lines.append(f"Stored: {list_days(stored)}")
        missing = [day for day in days_between(min(stored), max(stored)) if day not in stored]
        lines.append(f"Never collected: {list_days(missing)}" if missing else "Never collected: no day in between")
    return "\n".join(lines).strip() + "\n"


def _changed(before: Mapping[date, LedgerDay], after: Mapping[date, LedgerDay]) -> dict[date, LedgerDay]:
    """Return the lines of the days whose count is new."""
    return {day: entry for day, entry in after.items() if day not in before or before[day].count != entry.count}


def _count(metric: str, changed: Mapping[date, LedgerDay], before: Mapping[date, LedgerDay]) -> str:
    """Return how much the counts of ``changed`` grew; only the name of a metric that does not add up over days."""
    if metric in PER_DAY:
        return f"{metric}s a day"
    count = sum(entry.count - (before[day].count if day in before else 0) for day, entry in changed.items())
    return f"{count:,} {metric}{'' if count == 1 else 's'}"
