"""The report as Markdown, for the summary page of a run on GitHub. Contains no titles and no secrets."""

from __future__ import annotations

from collections.abc import Mapping

from apivideo_geo.aggregate.value_spellings import unknown_spellings
from apivideo_geo.console.report import SPELLINGS_SHOWN, Report
from apivideo_geo.days import list_days
from apivideo_geo.markdown import escape, table
from apivideo_geo.model import Summary
from apivideo_geo.plain_text import counted

TOP = 10
"""Number of countries listed."""
GAPS = 12
"""Maximum number of gaps listed."""


def render_job_summary(report: Report, page: str) -> str:
    """Return ``report`` as Markdown; ``page`` is the URL of the published site, "" if unknown."""
    s = report.summary
    facts = [("Collected", f"{report.collected()}, from {escape(report.source)}")] if report.source else []
    if s:
        total = f"**{s.total:,}**: {s.mapped:,} on the map, {s.unknown:,} from unknown countries"
        missing = list_days(s.days.never_collected, GAPS) if s.days.never_collected else "no day of the period"
        facts += [("Total", total), ("Period", _period(s)), ("Never collected", missing)]
        if s.days.left_out:
            facts.append(("Left out", list_days(s.days.left_out, GAPS)))
    for doubt in report.doubts():
        name, _, days = doubt.partition(": ")
        facts.append((name, days))
    if report.place:
        facts.append(("Site", f"{counted(report.pages, 'file')}, {report.size / 1000:,.0f} kB"))
    if report.seconds:
        facts.append(("Time", ", ".join(f"{name} {seconds:.1f} s" for name, seconds in report.seconds.items())))
    parts = [f"## {_headline(report)}\n"]
    if s and s.demo:
        parts.append("This is **demo data**. To see your own audience, set the secret `APIVIDEO_API_KEY`.\n")
    if page:
        parts.append(f"The site: <{page}>\n")
    parts.append(table(("", ""), [(name, fact) for name, fact in facts], "ll"))
    if s and s.countries:
        parts += ["### Most watched from\n", _top(s)]
    parts += _counts("Spellings of countries not recognised, counted as unknown", report.unmapped)
    if s:
        unknown = unknown_spellings(s.breakdowns)
        parts += _counts("Devices, systems and browsers not recognised, shown as they are", unknown)
    parts += _counts("Rejected rows", report.refused)
    if report.warnings:
        parts += ["### Warnings\n", "".join(f"- {escape(warning)}\n" for warning in report.warnings)]
    return "\n".join(parts) + "\n"


def render_failure(message: str) -> str:
    """Return the error ``message`` that ended the run as Markdown."""
    return f"## The map was not updated\n\n> {escape(message)}\n\n"


def _headline(report: Report) -> str:
    s = report.summary
    if not s:
        return "The history"
    countries = f"{len(s.countries)} {'country' if len(s.countries) == 1 else 'countries'}"
    return f"{s.total:,} {s.metric}{'' if s.total == 1 else 's'} from {countries}"


def _period(s: Summary) -> str:
    empty = f", {s.days.empty} of them without any {s.metric}" if s.days.empty else ""
    still = f"; {s.days.open} still in progress" if s.days.open else ""
    return f"{s.period_from} to {s.period_to}: {s.days.collected} complete days{empty}{still}"


def _top(s: Summary) -> str:
    rows = [(str(c.rank), escape(c.name), f"{c.count:,}", f"{c.share:.1%}") for c in s.countries[:TOP]]
    return table(("", "country", f"{s.metric}s", "share"), rows, "rlrr")


def _counts(title: str, counts: Mapping[str, int]) -> list[str]:
    if not counts:
        return []
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rows = [(escape(name), f"{count:,}") for name, count in ordered[:SPELLINGS_SHOWN]]
    if len(ordered) > SPELLINGS_SHOWN:
        rows.append((f"and {len(ordered) - SPELLINGS_SHOWN} more", f"{sum(n for _, n in ordered[SPELLINGS_SHOWN:]):,}"))
    return [f"### {title}\n", table(("", "count"), rows, "lr")]
