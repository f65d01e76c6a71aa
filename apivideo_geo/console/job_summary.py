"""What a run did, as Markdown for its page on GitHub: numbers, gaps, spellings, time. No titles, no secrets."""

from __future__ import annotations

from collections.abc import Mapping

from apivideo_geo.console.report import SPELLINGS_SHOWN, Report
from apivideo_geo.days import day_runs
from apivideo_geo.markdown import escape, table
from apivideo_geo.model import Summary

TOP = 10
GAPS_TOLD = 12
"""How many gaps are listed, newest last."""


def render_job_summary(report: Report, page: str) -> str:
    """``report`` as Markdown; ``page`` is the address of the published site, "" where it is not known."""
    s = report.summary
    facts = _collected(report)
    if s:
        parts = f"{s.mapped:,} on the map, {s.unknown:,} from unknown countries"
        facts += [("Total", f"**{s.total:,}**: {parts}"), ("Period", _period(s)), ("Never collected", _gaps(s))]
    if report.place:
        facts.append(("Site", f"{report.pages:,} files, {report.size / 1000:,.0f} kB"))
    if report.seconds:
        facts.append(("Time", ", ".join(f"{name} {seconds:.1f} s" for name, seconds in report.seconds.items())))
    told = [f"## {_headline(report)}\n"]
    if s and s.demo:
        told.append("This is **demo data**. To see your own audience, set the secret `APIVIDEO_API_KEY`.\n")
    if page:
        told.append(f"The page: <{page}>\n")
    told.append(table(("", ""), [(name, fact) for name, fact in facts], "ll"))
    if s and s.countries:
        told += ["### Most watched from\n", _top(s)]
    told += _counts("Spellings of countries not recognised, counted as unknown", report.unmapped)
    told += _counts("Rows refused", report.refused)
    if report.warnings:
        told += ["### Warnings\n", "".join(f"- {escape(warning)}\n" for warning in report.warnings)]
    return "\n".join(told) + "\n"


def render_failure(message: str) -> str:
    """What ended the run, ``message``, as Markdown."""
    return f"## The map was not brought up to date\n\n> {escape(message)}\n\n"


def _headline(report: Report) -> str:
    s = report.summary
    if not s:
        return "The history"
    countries = f"{len(s.countries)} {'country' if len(s.countries) == 1 else 'countries'}"
    return f"{s.total:,} {s.metric}{'' if s.total == 1 else 's'} from {countries}"


def _collected(report: Report) -> list[tuple[str, str]]:
    if not report.source:
        return []
    return [("Came in", f"{report.came()}, from {escape(report.source)}")]


def _period(s: Summary) -> str:
    empty = f", {s.days.empty} of them without any {s.metric}" if s.days.empty else ""
    still = f"; {s.days.open} not over yet" if s.days.open else ""
    return f"{s.period_from} to {s.period_to}: {s.days.collected} whole days{empty}{still}"


def _gaps(s: Summary) -> str:
    if not s.days.missing:
        return "no day of the period"
    runs = day_runs(s.days.missing)
    told = [str(first) if first == last else f"{first} to {last}" for first, last in runs[-GAPS_TOLD:]]
    more = f"{len(runs) - GAPS_TOLD} earlier gaps, " if len(runs) > GAPS_TOLD else ""
    count = len(s.days.missing)
    return f"{count} day{'' if count == 1 else 's'}: {more}{', '.join(told)}"


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
