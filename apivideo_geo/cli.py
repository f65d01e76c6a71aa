"""The command line: flags, progress, exit codes, Actions annotations. Alone prints, exits and catches everything."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn
from urllib.parse import unquote, unquote_plus, urlsplit

import typer

from apivideo_geo import __version__
from apivideo_geo.errors import ApivideoGeoError, DataRefused, SourceFailed

if TYPE_CHECKING:
    from apivideo_geo.console.report import Report
    from apivideo_geo.effects import Effects
    from apivideo_geo.settings import Settings

INTERRUPTED = 130

ConfigFile = Annotated[Path | None, typer.Option(metavar="FILE", help="Settings file, if not apivideo-geo.toml.")]
HistoryFolder = Annotated[str | None, typer.Option(metavar="DIR", help="Folder of the history.")]
SiteFolder = Annotated[str | None, typer.Option(metavar="DIR", help="Folder of the site.")]
Sandbox = Annotated[bool | None, typer.Option("--sandbox", help="Use api.video's sandbox.")]
HistoryBranch = Annotated[
    str | None, typer.Option("--history-branch", metavar="NAME", help="Branch that keeps the history.")
]
HistoryRemote = Annotated[
    str | None, typer.Option("--history-remote", metavar="NAME", help="Remote of git that has this branch.")
]


app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Turns the viewing data of an api.video account into a static site with a world map. "
    "Options come from the flags, else the environment (APIVIDEO_GEO_…), else apivideo-geo.toml.",
)


@app.callback(invoke_without_command=True)
def _top(version: Annotated[bool, typer.Option("--version", help="Tell the version and end.")] = False) -> None:
    if version:
        typer.echo(f"apivideo-geo {__version__}")
        raise typer.Exit


def _run(
    ctx: typer.Context,
    source: Annotated[str | None, typer.Option(help="auto, data, sessions, files or demo.")] = None,
    sessions: Annotated[
        list[str] | None, typer.Option(metavar="PATH", help="Session file or glob; repeatable.")
    ] = None,
    since: Annotated[str | None, typer.Option(metavar="DAY", help="First UTC day, YYYY-MM-DD, inclusive.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DAY", help="Last UTC day, YYYY-MM-DD, inclusive.")] = None,
    metric: Annotated[str | None, typer.Option(help="play, view, impression, start or end.")] = None,
    detail: Annotated[str | None, typer.Option(help="country, media (adds videos) or full (adds devices …).")] = None,
    history: HistoryFolder = None,
    out: SiteFolder = None,
    exports: Annotated[str | None, typer.Option(metavar="DIR", help="Folder of the local exports.")] = None,
    engine: Annotated[str | None, typer.Option(help="duckdb, spark, or another Ibis backend by its URL.")] = None,
    palette: Annotated[
        str | None, typer.Option(help="Colours of the map: blue, green, teal, purple, orange or grey.")
    ] = None,
    config: ConfigFile = None,
    sandbox: Sandbox = None,
    accept_shrink: Annotated[
        bool | None, typer.Option("--accept-shrink", help="Let a smaller answer replace a fuller one.")
    ] = None,
    count_sessions_as: Annotated[
        str | None, typer.Option(metavar="METRIC", help="Count each session as one of this metric.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only errors.")] = False,
    verbose: Annotated[int, typer.Option("--verbose", "-v", count=True, help="More; -vv tells every request.")] = 0,
    log_json: Annotated[bool | None, typer.Option("--log-json", help="Log lines as JSON.")] = None,
) -> None:
    command = str(ctx.info_name)
    flags: dict[str, Any] = {
        "source": source, "sessions": tuple(sessions) if sessions else None, "since": since, "until": until,
        "metric": metric, "detail": detail, "history": history, "out": out, "exports": exports, "engine": engine,
        "palette": palette,
        "sandbox": sandbox, "accept_shrink": accept_shrink, "count_sessions_as": count_sessions_as,
        "verbosity": -1 if quiet else min(verbose, 2) or None, "log_json": log_json,
    }  # fmt: skip
    if command == "demo":
        flags["source"] = "demo"
        command = "build"
    settings, effects = _set_up(flags, config)
    from apivideo_geo.console.report import Report
    from apivideo_geo.pipeline import run

    report = Report()
    try:
        run(command, settings, effects, report)
    finally:  # what came in before a failure is told too
        _tell_actions(settings, report)
    if settings.verbosity >= 0:
        typer.echo("\n".join(report.lines()))


HELP = {
    "build": "Collect what is missing, then write the site and the exports.",
    "collect": "Only bring the history up to date.",
    "render": "Only write the site from the history, offline.",
    "demo": "The whole thing on invented data: no key, no network.",
}
for _name, _help in HELP.items():
    app.command(_name, help=_help)(_run)


@app.command(help="Look at the site on 127.0.0.1.")
def serve(
    out: SiteFolder = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8000,
    config: ConfigFile = None,
) -> None:
    """Serve the site until interrupted."""
    settings, _ = _set_up({"out": out}, config)
    from apivideo_geo.console.serve import open_server

    with open_server(settings.out, port) as server:
        typer.echo(f"The site is at http://127.0.0.1:{server.server_address[1]}/ (Ctrl-C ends)")
        with suppress(KeyboardInterrupt):
            server.serve_forever()


@app.command(help="Put closed months of the history into one file each (collect does it by itself).")
def compact(
    history: HistoryFolder = None,
    config: ConfigFile = None,
) -> None:
    """Compact the history."""
    settings, effects = _set_up({"history": history}, config)
    from apivideo_geo import pipeline

    done = pipeline.compact(settings, effects)
    typer.echo(f"{done} month{'' if done == 1 else 's'} compacted in {settings.history_folder}")


@app.command(help="Take days out of the history folder, as if they had never been collected.")
def forget(
    days: Annotated[list[datetime], typer.Argument(metavar="DAY...", formats=["%Y-%m-%d"], help="UTC, YYYY-MM-DD.")],
    history: HistoryFolder = None,
    config: ConfigFile = None,
) -> None:
    """Forget days."""
    settings, _ = _set_up({"history": history}, config)
    from apivideo_geo import pipeline

    unique = sorted({day.date() for day in days})
    pipeline.forget(settings, unique)
    typer.echo(
        f"Taken out of {settings.history_folder}: {', '.join(map(str, unique))}. Off a branch of git they go with "
        "publish-history --remove-missing. While api.video remembers a day, the next run collects it again, unless the "
        "setting leave_out names it."
    )


@app.command("fetch-history", help="Bring the history from its branch (of git) into the history folder.")
def fetch_history(
    history: HistoryFolder = None,
    branch: HistoryBranch = None,
    remote: HistoryRemote = None,
    config: ConfigFile = None,
) -> None:
    """Fetch the branch of the history."""
    settings, effects = _set_up({"history": history, "history_branch": branch, "history_remote": remote}, config)
    from apivideo_geo.history.branch.sync import fetch_history

    _tell(fetch_history(settings, effects))


@app.command("publish-history", help="Commit what is new in the history to its branch, and push it.")
def publish_history(
    history: HistoryFolder = None,
    branch: HistoryBranch = None,
    remote: HistoryRemote = None,
    remove_missing: Annotated[
        bool, typer.Option("--remove-missing", help="Take days off the branch that were taken out of the folder.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Publish the history to its branch."""
    settings, effects = _set_up({"history": history, "history_branch": branch, "history_remote": remote}, config)
    from apivideo_geo.history.branch.sync import publish_history

    _tell(publish_history(settings, effects, remove=remove_missing))


@app.command("report-trouble", help="Tell on GitHub, in one issue, that the map is not updating; or that it is again.")
def report_trouble(
    message: Annotated[str, typer.Option(metavar="TEXT", help="What failed, and what to do.")] = "",
    resolved: Annotated[bool, typer.Option("--resolved", help="All is well again: close the issue.")] = False,
    config: ConfigFile = None,
) -> None:
    """Open, update or close the issue."""
    settings, effects = _set_up({}, config)
    from apivideo_geo import trouble

    typer.echo(trouble.resolve(settings, effects) if resolved else trouble.report(message, settings, effects))


@app.command(help="Look whether all is set up and well, and say what to do next.")
def doctor(
    history: HistoryFolder = None,
    out: SiteFolder = None,
    sandbox: Sandbox = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    config: ConfigFile = None,
) -> None:
    """Examine, tell, and exit with the code of the first thing that is wrong."""
    settings, effects = _set_up({"history": history, "out": out, "sandbox": sandbox}, config)
    from apivideo_geo.doctor import examine, find_exit_code, render_json, render_text

    findings = examine(settings, effects)
    typer.echo(render_json(findings) if as_json else render_text(findings))
    if code := find_exit_code(findings):
        raise typer.Exit(code)


def _set_up(flags: dict[str, Any], config: Path | None) -> tuple[Settings, Effects]:
    from apivideo_geo.console.progress import JsonLines, LiveBar, PlainLines
    from apivideo_geo.effects import Effects, Quiet
    from apivideo_geo.settings import load_settings

    settings = load_settings(flags, config)
    _set_up_logging(settings)
    if settings.verbosity < 0:
        return settings, Effects(settings.source_date_epoch, Quiet())
    if settings.log_json:
        return settings, Effects(settings.source_date_epoch, JsonLines(sys.stderr))
    live = sys.stderr.isatty() and not settings.github_actions
    progress = LiveBar() if live else PlainLines(sys.stderr)
    return settings, Effects(settings.source_date_epoch, progress)


def _set_up_logging(settings: Settings) -> None:
    from apivideo_geo.api.secrets import redactor

    redactor.hide(settings.key)
    redactor.hide(settings.token)
    for address in (settings.engine, *settings.sessions):
        with suppress(ValueError):  # no URL: that is told where it is used
            url = urlsplit(address)
            password, words = url.password or "", re.split(r"\W+", f"{url.scheme} {url.username} {url.path}")
            for spelled in {password, unquote(password), unquote_plus(password)}:
                if spelled not in words:  # postgres://postgres:postgres@… hides nothing, and we tell of postgres
                    redactor.hide(spelled)
            if url.scheme in ("http", "https"):
                redactor.hide(url.query)  # of a signed address
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(redactor)
    handler.setFormatter(
        _JsonLines() if settings.log_json else logging.Formatter("%(levelname)s %(name)s: %(message)s")
    )
    level = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO, 2: logging.DEBUG}[settings.verbosity]
    ours = logging.getLogger("apivideo_geo")
    ours.handlers[:] = [handler]
    ours.setLevel(level)
    ours.propagate = False


class _JsonLines(logging.Formatter):
    """A log record as one JSON object: time (UTC), level, logger, message."""

    converter = staticmethod(__import__("time").gmtime)

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        told = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_text or record.exc_info:
            told["traceback"] = record.exc_text or self.formatException(record.exc_info)  # type: ignore[arg-type]
        return json.dumps(told, ensure_ascii=False)


def _tell_actions(settings: Settings, report: Report) -> None:
    """In GitHub Actions: the report on the run's page, warnings as annotations."""
    if not settings.github_actions:
        return
    from apivideo_geo.console.job_summary import render_job_summary

    for warning in report.warnings:
        typer.echo(f"::warning title=apivideo-geo::{_data(warning)}")
    if report.source or report.summary:  # else it ended before anything was done, and only says why
        _append("GITHUB_STEP_SUMMARY", render_job_summary(report, settings.page))


def _tell(said: str) -> None:
    """A sentence for the terminal, and for the run's page on GitHub."""
    from apivideo_geo.markdown import escape

    typer.echo(said)
    _append("GITHUB_STEP_SUMMARY", f"{escape(said)}\n\n")


def _append(name: Literal["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"], text: str) -> None:
    """Add ``text`` to a file of GitHub Actions; where that fails the site is out all the same."""
    from apivideo_geo.api.secrets import redactor
    from apivideo_geo.settings import file_of_actions

    if path := file_of_actions(name):
        try:
            with path.open("a", encoding="utf-8") as file:
                file.write(redactor.clean(text))
        except OSError as error:
            typer.echo(f"::warning title=apivideo-geo::{name} cannot be written: {error.strerror}")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def main() -> NoReturn:
    """The program: run, tell errors in one sentence, exit with their code."""
    _leave(_guarded(lambda: app(with_command(sys.argv[1:]), standalone_mode=False)))


def _leave(code: int) -> NoReturn:
    """End the process at once, after what is registered for its end.

    Before Python 3.14 a library's thread that wants Python while it shuts down is killed, and C++ then calls abort().
    """
    import atexit
    import os

    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:  # a full disk, or a reader that went away
            code = code or 1
    os._exit(code)


def with_command(arguments: list[str]) -> list[str]:
    """No command means ``build``: its options may stand alone."""
    stands_alone = not arguments or (arguments[0].startswith("-") and arguments[0] not in ("-h", "--help", "--version"))
    return ["build", *arguments] if stands_alone else arguments


def _guarded(work: Callable[[], object]) -> int:
    import os

    try:
        # Typer answers Ctrl-C with its exit code, without a word.
        code = _tell_interrupts(work)
        if code == INTERRUPTED:
            raise KeyboardInterrupt
        return code if isinstance(code, int) else 0
    except ApivideoGeoError as error:
        return _fail(str(error), error.exit_code, error.title)
    except (KeyboardInterrupt, typer.Abort):
        return _fail("Interrupted; nothing is left half-written.", INTERRUPTED, "Interrupted")
    except typer.TyperException as error:
        return _fail(f"{error.format_message().rstrip('.')}; see --help.", 2, "Wrong usage")
    except BrokenPipeError:  # the reader of our output went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("apivideo_geo"):
            return _unexpected(error)
        message = f"The package {error.name!r} is not installed; run `python3 -m pip install -r requirements.lock`."
        return _fail(message, 2, "Not installed")
    except OSError as error:
        return _fail(f"{error.filename or 'The system'}: {error.strerror or error}.", SourceFailed.exit_code, "Failed")
    except MemoryError:
        return _fail("Out of memory; give the run more, or fewer files at once.", SourceFailed.exit_code, "Failed")
    except Exception as error:
        return _unexpected(error)


def _tell_interrupts(work: Callable[[], object]) -> object:
    """``work()``, with KeyboardInterrupt for what Python and engines made of one on the way."""
    try:
        return work()
    except Exception as error:
        found: BaseException | None = error
        while found:
            if isinstance(found, KeyboardInterrupt) or type(found).__name__ == "InterruptException":
                raise KeyboardInterrupt from None
            found = found.__cause__ or found.__context__
        raise


def _unexpected(error: Exception) -> int:
    logging.getLogger("apivideo_geo").debug("Unexpected error", exc_info=True)
    message = f"Unexpected {type(error).__name__}: {error} (run again with -vv for where; please report it)."
    return _fail(message, DataRefused.exit_code, "Unexpected error")


def _fail(message: str, code: int, title: str) -> int:
    from apivideo_geo.api.secrets import redactor

    message = redactor.clean(_one_line(message))
    typer.echo(f"error: {message}", err=True)
    from apivideo_geo.settings import in_github_actions

    if in_github_actions():
        from apivideo_geo.console.job_summary import render_failure

        typer.echo(f"::error title={_property(title)}::{_data(message)}")
        _append("GITHUB_OUTPUT", f"trouble={message}\n")
        _append("GITHUB_STEP_SUMMARY", render_failure(message))
    return code


def _data(text: str) -> str:
    """``text`` in a command of the workflow: what begins an escape there is escaped itself."""
    return _one_line(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
