"""GitHub Actions: annotations, step outputs and the job summary. Everywhere else these functions do nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import typer

from apivideo_geo.settings import file_of_actions, in_github_actions

if TYPE_CHECKING:
    from apivideo_geo.console.report import Report
    from apivideo_geo.settings import Settings


def publish_report(report: Report, settings: Settings) -> None:
    """Show the warnings of ``report`` as annotations, and the report in the job summary."""
    if not settings.github_actions:
        return
    from apivideo_geo.console.job_summary import render_job_summary

    for warning in report.warnings:
        typer.echo(f"::warning title=apivideo-geo::{_escape_data(warning)}")
    if report.source or report.summary:  # a run that failed earlier only reports why
        append("GITHUB_STEP_SUMMARY", render_job_summary(report, settings.page))


def publish_error(message: str, title: str) -> None:
    """Show an error as an annotation and in the job summary, and pass it to later jobs as the output ``failure``."""
    if not in_github_actions():
        return
    from apivideo_geo.console.job_summary import render_failure

    title = _escape_data(title).replace(":", "%3A").replace(",", "%2C")
    typer.echo(f"::error title={title}::{_escape_data(message)}")
    append("GITHUB_OUTPUT", f"failure={message}\n")
    append("GITHUB_STEP_SUMMARY", render_failure(message))


def announce(sentence: str) -> None:
    """Print a sentence, and add it to the job summary."""
    from apivideo_geo.markdown import escape

    typer.echo(sentence)
    append("GITHUB_STEP_SUMMARY", f"{escape(sentence)}\n\n")


def append(name: Literal["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"], text: str) -> None:
    """Add ``text`` to a file of GitHub Actions. A failure is only a warning, because the work itself is done."""
    from apivideo_geo.api.secrets import redactor

    if path := file_of_actions(name):
        try:
            with path.open("a", encoding="utf-8") as file:
                file.write(redactor.clean(text))
        except OSError as error:
            typer.echo(f"::warning title=apivideo-geo::{name} cannot be written: {error.strerror}")


def _escape_data(text: str) -> str:
    """Return ``text`` on one line, with "%" escaped as workflow commands require."""
    return " ".join(text.split()).replace("%", "%25")
