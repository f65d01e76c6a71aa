"""What people read on the branch: its README, and the message of a commit. Pure; no titles, no secrets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from apivideo_geo.days import day_runs, days_between
from apivideo_geo.history.ledger import LedgerDay

README = """\
# The history

This branch is the memory of a map made with apivideo-geo. api.video forgets after some weeks; what was collected is
kept here, and the site is built from it. It is written by `build.py publish-history`, never by force: every commit adds
to the one before, so that any earlier state can be brought back.

| file | what |
|---|---|
| `YYYY/MM/YYYY-MM-DD.parquet` | a UTC day: one row per country, dimension and value, with its count |
| `YYYY/YYYY-MM.parquet` | a month that is over: the same rows, its days in one file |
| `ledger.jsonl` | a line per day: when and from where it was collected, its count, what was refused; rebuilt if lost |
| `assets.parquet` | titles of the videos and live streams that the site shows, once such were collected |
| `account.json` | how many days the API remembers, its own count of what was last collected, and its server |

There are no session ids and no keys in here, and no titles of videos that are not public, but for a private history
with `show_unlisted = true`.

Read it with anything that reads Parquet; `docs/data.md` of the project tells what the columns mean. Do not edit the
files by hand: to take a day off, or to go back to an earlier state, see `docs/operating.md`.
"""
FILES = {
    "README.md": README,
    ".gitattributes": "* -text\n",  # git leaves the line ends alone, on every system
    ".gitignore": ".lock\n.*.writing-*\n*.damaged\n",
}
"""What lies on the branch beside the history, written anew with each commit."""
RUNS_TOLD = 10
"""How many gaps a message lists, newest last; the rest are counted."""


def render_message(before: Mapping[date, LedgerDay], after: Mapping[date, LedgerDay]) -> str:
    """The message of the commit that leads from the ledger ``before`` to the ledger ``after``."""
    new = [day for day, entry in after.items() if day not in before or before[day].count != entry.count]
    gone = sorted(before.keys() - after.keys())
    plays = sum(after[day].count - (before[day].count if day in before else 0) for day in new)
    metric = next((entry.metric for entry in after.values()), "play")
    told = []
    if new:
        told.append(f"{_days(new)}, {plays:,} {metric}{'' if plays == 1 else 's'}")
    if gone:
        told.append(f"{_days(gone)} taken off")
    lines = ["; ".join(told) or "Nothing new counted; the ledger tells when was asked", ""]
    if after:
        lines.append(f"Held: {_days(after)}")
        missing = [day for day in days_between(min(after), max(after)) if day not in after]
        lines.append(f"Never collected: {_gaps(missing)}" if missing else "Never collected: no day in between")
    return "\n".join(lines).strip() + "\n"


def _days(days: Collection[date]) -> str:
    first, last = min(days), max(days)
    return str(first) if first == last else f"{first} to {last} ({len(days)} day{'' if len(days) == 1 else 's'})"


def _gaps(missing: Collection[date]) -> str:
    runs = day_runs(missing)
    told = [str(first) if first == last else f"{first} to {last}" for first, last in runs[-RUNS_TOLD:]]
    more = f", and {len(runs) - RUNS_TOLD} gaps before" if len(runs) > RUNS_TOLD else ""
    return f"{len(missing)} day{'' if len(missing) == 1 else 's'} ({', '.join(told)}{more})"
