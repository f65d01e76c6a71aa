"""The command line: commands and options. A command loads the settings and calls the package that does the work."""

from __future__ import annotations

import gc
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from apivideo_geo.effects import Effects
    from apivideo_geo.settings import Settings

ConfigFile = Annotated[Path | None, typer.Option(metavar="FILE", help="Settings file, if not apivideo-geo.toml.")]
HistoryFolder = Annotated[str | None, typer.Option(metavar="DIR", help="Folder of the history.")]
SiteFolder = Annotated[str | None, typer.Option(metavar="DIR", help="Folder of the site.")]
Sandbox = Annotated[bool | None, typer.Option("--sandbox", help="Use api.video's sandbox.")]
HistoryBranch = Annotated[
    str | None, typer.Option("--history-branch", metavar="NAME", help="Branch that stores the history.")
]
HistoryRemote = Annotated[
    str | None, typer.Option("--history-remote", metavar="NAME", help="Git remote that has this branch.")
]

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Turn the viewing data of an api.video account into a static site with a world map. "
    "Options take precedence over the environment (APIVIDEO_GEO_…), and that over apivideo-geo.toml.",
)


@app.callback(invoke_without_command=True)
def _top(version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False) -> None:
    if version:
        from apivideo_geo.version import find_version

        typer.echo(f"apivideo-geo {find_version()}")
        raise typer.Exit


def _run(
    ctx: typer.Context,
    source: Annotated[str | None, typer.Option(help="auto, data, sessions, files, counts or demo.")] = None,
    sessions: Annotated[
        list[str] | None, typer.Option(metavar="PATH", help="Session file or glob; repeatable.")
    ] = None,
    counts: Annotated[
        list[str] | None, typer.Option(metavar="PATH", help="Counts by day and country: file, glob or URL; repeatable.")
    ] = None,
    since: Annotated[str | None, typer.Option(metavar="DAY", help="First UTC day, YYYY-MM-DD, inclusive.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DAY", help="Last UTC day, YYYY-MM-DD, inclusive.")] = None,
    metric: Annotated[str | None, typer.Option(help="Count this metric alone, such as play.")] = None,
    detail: Annotated[str | None, typer.Option(help="country, media (adds videos) or full (adds devices …).")] = None,
    history: HistoryFolder = None,
    out: SiteFolder = None,
    exports: Annotated[str | None, typer.Option(metavar="DIR", help="Folder of the local exports.")] = None,
    engine: Annotated[str | None, typer.Option(help="duckdb, spark or spark://host:7077.")] = None,
    palette: Annotated[
        str | None, typer.Option(help="Colours of the map: blue, green, teal, purple, orange or grey.")
    ] = None,
    config: ConfigFile = None,
    sandbox: Sandbox = None,
    accept_shrink: Annotated[
        bool | None, typer.Option("--accept-shrink", help="Overwrite a day even if the new total is lower.")
    ] = None,
    count_sessions_as: Annotated[
        str | None, typer.Option(metavar="METRIC", help="Count each session as one of this metric.")
    ] = None,
    date_format: Annotated[
        str | None, typer.Option(metavar="ORDER", help="Of dates like 11/8/2026 in files: dmy or mdy.")
    ] = None,
    accept_refused: Annotated[
        bool | None, typer.Option("--accept-refused", help="Use files although over a tenth of the rows is no use.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only warnings and errors.")] = False,
    verbose: Annotated[int, typer.Option("--verbose", "-v", count=True, help="Print more; -vv: every request.")] = 0,
    log_json: Annotated[bool | None, typer.Option("--log-json", help="Log lines as JSON.")] = None,
) -> None:
    """Run one of the four commands that share these options; Typer needs one parameter for each option."""
    flags = {name: value for name, value in ctx.params.items() if name not in ("config", "quiet", "verbose")}
    flags["sessions"], flags["counts"] = (tuple(paths) if paths else None for paths in (sessions, counts))
    flags["verbosity"] = -1 if quiet else min(verbose, 2) or None
    command = str(ctx.info_name)
    if command == "demo":
        command, flags["source"] = "build", "demo"
    settings, effects = _set_up(flags, config)
    from apivideo_geo.console.actions import publish_report
    from apivideo_geo.console.log_format import log_warnings
    from apivideo_geo.console.report import Report
    from apivideo_geo.pipeline import run

    report = Report()
    try:
        run(command, settings, effects, report)
    finally:  # a run that fails also reports what it collected before
        publish_report(report, settings)
        effects.progress.stop()
        if settings.verbosity < 0:
            log_warnings(report.warnings)
    if settings.verbosity >= 0:
        typer.echo("\n".join(report.lines()))


HELP = {
    "build": "Collect missing days and build the site.",
    "collect": "Collect missing days; build nothing.",
    "render": "Rebuild the site from the history, offline.",
    "demo": "Build a site from demo data, without a key.",
}
for _name, _help in HELP.items():
    app.command(_name, help=_help)(_run)


@app.command(help="Show the site in a browser on this machine.")
def serve(
    out: SiteFolder = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0: any free port.")] = 8000,
    config: ConfigFile = None,
) -> None:
    """Serve the site on 127.0.0.1 until interrupted."""
    settings, _ = _set_up({"out": out}, config)
    from apivideo_geo.console.serve import open_server
    from apivideo_geo.errors import ApivideoGeoError
    from apivideo_geo.publish import repair

    with suppress(ApivideoGeoError):  # a run is writing the site, or this user may only read it
        repair(settings.out)
    with open_server(settings.out, port) as server:
        typer.echo(f"The site is at http://127.0.0.1:{server.server_address[1]}/ (stop with Ctrl-C)")
        with suppress(KeyboardInterrupt):
            server.serve_forever()


@app.command(help="Write a month as text or HTML, for a mail.")
def digest(
    month: Annotated[str, typer.Option(metavar="YYYY-MM", help="A closed month; by default the last one.")] = "",
    form: Annotated[str, typer.Option("--format", help="text (Markdown) or html.")] = "text",
    out_file: Annotated[
        Path | None, typer.Option("--out-file", metavar="FILE", help="Write to a file instead of the terminal.")
    ] = None,
    history: HistoryFolder = None,
    config: ConfigFile = None,
) -> None:
    """Write what the page of a closed month says; send it with a program of your own."""
    settings, effects = _set_up({"history": history}, config)
    from apivideo_geo.console.actions import append
    from apivideo_geo.durable import save_bytes
    from apivideo_geo.errors import UsageError
    from apivideo_geo.pipeline import make_digest
    from apivideo_geo.plain_text import shown

    if form not in ("text", "html"):
        raise UsageError(f"--format is text or html, not {form!r}.")
    if out_file and out_file.is_dir():
        raise UsageError(f"{out_file} is a folder; name a file with --out-file.")
    if month and not _is_month(month):
        raise UsageError(f"{shown(month)} is not a month; write YYYY-MM.")
    made = make_digest(month, settings, effects)
    if made is None:  # no error: every new history is like that, and a run on GitHub goes on
        typer.echo(
            "No month is closed yet: the first one is, two days after its end, once its days are final.", err=True
        )
        raise typer.Exit(2)
    append("GITHUB_STEP_SUMMARY", made.as_text())
    content = made.as_text() if form == "text" else made.as_html()
    if out_file:
        save_bytes(out_file, content.encode())
    else:
        typer.echo(content, nl=False)


def _is_month(text: str) -> bool:
    try:
        return f"{date.fromisoformat(f'{text}-01'):%Y-%m}" == text
    except ValueError:
        return False


@app.command(help="Merge each past month into one file.")
def compact(history: HistoryFolder = None, config: ConfigFile = None) -> None:
    """Merge the day files of each past month; ``collect`` does this automatically."""
    settings, effects = _set_up({"history": history}, config)
    from apivideo_geo.collect import edit

    done = edit.compact(settings, effects)
    typer.echo(f"{done} month{'' if done == 1 else 's'} compacted in {settings.history_folder}")


def _read_day(text: str) -> date:
    from apivideo_geo.settings import read_day

    return read_day(text)


@app.command(help="Remove days from the history.")
def forget(
    days: Annotated[list[Any], typer.Argument(metavar="DAY...", parser=_read_day, help="UTC, YYYY-MM-DD.")],
    history: HistoryFolder = None,
    config: ConfigFile = None,
) -> None:
    """Remove days from the history folder, as if they had never been collected."""
    settings, _ = _set_up({"history": history}, config)
    from apivideo_geo.collect import edit

    unique = sorted(set(days))
    edit.forget(settings, unique)
    typer.echo(
        f"Removed from {settings.history_folder}: {', '.join(map(str, unique))}. To remove them from the branch too, "
        "run publish-history --remove-missing. While api.video still has a day, the next run collects it again, "
        "unless the setting leave_out lists it."
    )


@app.command("fetch-history", help="Copy the history from its git branch.")
def fetch_history(
    history: HistoryFolder = None,
    branch: HistoryBranch = None,
    remote: HistoryRemote = None,
    config: ConfigFile = None,
) -> None:
    """Copy the branch of the history into the history folder."""
    settings, effects = _set_up({"history": history, "history_branch": branch, "history_remote": remote}, config)
    from apivideo_geo.console.actions import announce
    from apivideo_geo.history.branch.sync import fetch_history

    announce(fetch_history(settings, effects))


@app.command("publish-history", help="Commit new days to the git branch and push.")
def publish_history(
    history: HistoryFolder = None,
    branch: HistoryBranch = None,
    remote: HistoryRemote = None,
    remove_missing: Annotated[
        bool, typer.Option("--remove-missing", help="Also remove days that were removed from the folder.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Commit what is new in the history folder to its branch, and push it."""
    settings, effects = _set_up({"history": history, "history_branch": branch, "history_remote": remote}, config)
    from apivideo_geo.console.actions import announce
    from apivideo_geo.history.branch.sync import publish_history

    announce(publish_history(settings, effects, remove=remove_missing))


@app.command(help="Check the set-up and suggest next steps.")
def doctor(
    history: HistoryFolder = None,
    out: SiteFolder = None,
    sandbox: Sandbox = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    config: ConfigFile = None,
) -> None:
    """Print the findings, and exit with the code of the first problem."""
    settings, effects = _set_up({"history": history, "out": out, "sandbox": sandbox}, config)
    from apivideo_geo.doctor import examine, find_exit_code, render_json, render_text

    findings = examine(settings, effects)
    typer.echo(render_json(findings) if as_json else render_text(findings))
    if code := find_exit_code(findings):
        raise typer.Exit(code)


def _set_up(flags: dict[str, Any], config: Path | None) -> tuple[Settings, Effects]:
    """Load the settings, set up logging, and choose how progress is shown."""
    from apivideo_geo.console.log_format import set_up_logging
    from apivideo_geo.console.progress import choose_progress
    from apivideo_geo.effects import Effects
    from apivideo_geo.settings import load_settings

    settings = load_settings(flags, config)
    set_up_logging(settings)
    return settings, Effects(settings.source_date_epoch, choose_progress(settings))


def with_command(arguments: list[str]) -> list[str]:
    """Return ``arguments`` with ``build`` put first where no command is given."""
    no_command = not arguments or (arguments[0].startswith("-") and arguments[0] not in ("-h", "--help", "--version"))
    return ["build", *arguments] if no_command else arguments


def main() -> NoReturn:
    """Run the command line and exit; errors are printed as one sentence, with the exit code of their class."""
    gc.set_threshold(50_000, 20, 20)  # imports make many objects that stay: searching them for garbage takes 5 %
    from apivideo_geo.console.exits import leave, run_guarded

    leave(run_guarded(lambda: app(with_command(sys.argv[1:]), standalone_mode=False)))
