"""Check the account at api.video: API key, retention, rate limit, and whether the clocks agree."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

from apivideo_geo.api.client import Client
from apivideo_geo.api.clock import find_clock_problem, use_server_clock
from apivideo_geo.days import CLOCK_TOLERANCE
from apivideo_geo.doctor.findings import Finding
from apivideo_geo.effects import Effects
from apivideo_geo.errors import ApivideoGeoError, KeyRefused
from apivideo_geo.history.history import find_last_source
from apivideo_geo.plain_text import counted
from apivideo_geo.settings import PRODUCTION, SANDBOX, Settings, find_misnamed_key

WHERE = "https://dashboard.api.video/apikeys"
SECRET = "on GitHub under Settings, Secrets and variables, Actions, New repository secret"  # noqa: S105  a place


def examine_account(settings: Settings, effects: Effects) -> tuple[list[Finding], date | None, Effects]:
    """Return findings, the first day that the API still has completely (None if unknown), and ``effects``.

    If the server reports its time, the returned effects have its clock, as a run that collects does.
    """
    if settings.source in ("files", "demo") and not settings.key:
        return [Finding("key", "ok", f"No API key is needed for the source {settings.source}.")], None, effects
    if not settings.key:
        stored = _last_source(settings)
        step = find_misnamed_key() or f"Copy a key from {WHERE} into APIVIDEO_API_KEY ({SECRET})."
        if stored == "files":
            says = "No API key is needed to add session files with --sessions, or to rebuild the site with render."
            return [Finding("key", "ok", says)], None, effects
        if stored == "demo" or shows_demo(settings):
            says = "No API key is set, so the site shows demo data, which needs none."
            return (
                [Finding("key", "warning", says, f"To show your own account: {step[0].lower()}{step[1:]}")],
                None,
                effects,
            )
        can = "the site can be rebuilt, but no new days collected" if stored else "only demo data can be shown"
        return [Finding("key", "wrong", f"No API key is set; {can}.", step, 2)], None, effects
    try:
        with _client(settings, effects, settings.server) as client:
            videos = _count_videos(client)
            findings = [Finding("key", "ok", f"{_name(settings.server)} accepts the API key; it sees {videos}.")]
            clock = _examine_clock(client, effects)
            if clock.state == "wrong":  # which days the API has cannot be checked without knowing which day it is
                return [*findings, _examine_limit(client), clock], None, effects
            if client.server_time is not None:
                effects, _ = use_server_clock(client, effects)
            memory, first_day = _examine_memory(client, settings, effects)
            return [*findings, memory, _examine_limit(client), clock], first_day, effects
    except KeyRefused as error:
        return [_explain_refusal(error, settings, effects)], None, effects
    except ApivideoGeoError as error:
        says = f"{_name(settings.server)} could not be reached, so the API key was not checked."
        return [Finding("key", "wrong", says, str(error), error.exit_code)], None, effects


def shows_demo(settings: Settings) -> bool:
    """Return whether the site shows the demo, because there is no key and no other history."""
    folder = settings.model_copy(update={"source": "demo"}).history_folder
    return settings.source == "auto" and not settings.key and folder.is_dir() and not _last_source(settings)


def _last_source(settings: Settings) -> str | None:
    with suppress(ApivideoGeoError):  # the check of the history reports this
        return find_last_source(settings.history)
    return None


def _client(settings: Settings, effects: Effects, server: str) -> Client:
    return Client(server, settings.key, effects, timeout=settings.timeout, deadline=120.0, attempts=2)


def _count_videos(client: Client) -> str:
    """Request a page with one video; the response also has the total number."""
    pages = client.get("/videos", {"currentPage": 1, "pageSize": 1}).get("pagination")
    count = pages.get("itemsTotal") if isinstance(pages, dict) else None
    return "videos" if not isinstance(count, int) else f"{count:,} video{'' if count == 1 else 's'}"


def _explain_refusal(error: KeyRefused, settings: Settings, effects: Effects) -> Finding:
    """Explain a rejected key: often it belongs to the sandbox instead of production, or the reverse; try the other."""
    other = {PRODUCTION: SANDBOX, SANDBOX: PRODUCTION}.get(settings.server)
    if other and _accepts(other, settings, effects):
        says = f"This API key belongs to {_name(other)}, but requests go to {_name(settings.server)}."
        use = "Use --sandbox (or sandbox = true)" if other == SANDBOX else "Leave out --sandbox"
        return Finding("key", "wrong", says, f"{use}, or copy the other key from {WHERE} into APIVIDEO_API_KEY.", 3)
    return Finding("key", "wrong", f"{_name(settings.server)} rejects the API key.", str(error), 3)


def _accepts(server: str, settings: Settings, effects: Effects) -> bool:
    try:
        with _client(settings, effects, server) as client:
            _count_videos(client)
    except ApivideoGeoError:
        return False
    return True


def _examine_memory(client: Client, settings: Settings, effects: Effects) -> tuple[Finding, date | None]:
    from apivideo_geo.days import first_whole_day
    from apivideo_geo.sources.data_api import SANDBOX_RETENTION, fetch_first_day

    now = effects.now()
    if settings.sandbox:
        first = first_whole_day(now, SANDBOX_RETENTION)
        return Finding("memory", "ok", "The sandbox keeps only the last 24 hours, so no complete day."), first
    try:
        first = fetch_first_day(client, settings.metrics[0], now)
    except ApivideoGeoError as error:
        return Finding("memory", "unseen", f"It could not be determined how long the API keeps its data: {error}"), None
    days = (now.date() - first).days
    return Finding("memory", "ok", f"The API keeps at least {days} complete days, from {first} on."), first


def _examine_limit(client: Client) -> Finding:
    if client.limit is None:
        return Finding("rate limit", "unseen", "The server reports no limit.")
    left = "" if client.requests_left is None else f", {client.requests_left:,} of them left in this minute"
    return Finding("rate limit", "ok", f"{counted(client.limit, 'request')} a minute{left}.")


def _examine_clock(client: Client, effects: Effects) -> Finding:
    if effects.epoch is not None:
        return Finding("clock", "unseen", f"SOURCE_DATE_EPOCH fixes it at {effects.now():%Y-%m-%d %H:%M:%S} UTC.")
    if client.server_time is None:
        return Finding("clock", "unseen", "The server does not report its time.")
    if problem := find_clock_problem(client.host, client.server_time, effects):
        return Finding("clock", "wrong", "This machine's clock and the server's do not agree.", problem, 4)
    ahead = effects.now() - client.server_time
    if abs(ahead) <= CLOCK_TOLERANCE:
        return Finding("clock", "ok", f"It agrees with the server's clock to {abs(ahead).total_seconds():.0f} s.")
    says = f"It is {abs(ahead)} {'ahead of' if ahead > timedelta() else 'behind'} the server's clock."
    return Finding(
        "clock", "warning", says, "Set this machine's clock. Runs that collect, and these checks, use the server's."
    )


def _name(server: str) -> str:
    known = {PRODUCTION: "api.video (production)", SANDBOX: "api.video's sandbox"}
    return known.get(server, f"The server {server}")
