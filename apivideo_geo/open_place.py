"""Open an audience: a history folder, a published site, session files, or the demo."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apivideo_geo.audience import Audience
from apivideo_geo.errors import DataRefused, UsageError
from apivideo_geo.model import DETAIL_DIMENSIONS, FIRST_METRICS, PER_MILLION_FROM, RATIO_FROM, UNKNOWN, Asset
from apivideo_geo.plain_text import clean_text, clean_texts

if TYPE_CHECKING:
    import ibis
    import pandas as pd
    import pyarrow as pa
    from ibis.backends import BaseBackend

    from apivideo_geo.history.history import History
    from apivideo_geo.settings import Settings

MIN_COUNT = 5
"""The default of the setting ``min_count``."""
_COLLECTED = ("closed", "open")
"""The states of a day of ``timeseries.csv`` that has a count."""
_REMOTE = ("https://", "http://")
_OTHER_DAYS = "data/metrics_daily.csv"
_OPTIONAL = ("data/videos.csv", "data/monthly.csv", _OTHER_DAYS)
_SITE_FILES = ("data/facts.parquet", "data/timeseries.csv", "manifest.json", *_OPTIONAL)


def open(place: str | Path | Sequence[str | Path], *, locale: str = "en", min_count: int = MIN_COUNT) -> Audience:
    """Open an audience.

    ``place``: a history folder; a published site (its folder, or its address, which starts with ``https://``); or
    session files (CSV, JSON, NDJSON, Parquet; a path, a glob, or a list of these). ``locale``: the language of country
    names. ``min_count``: cities and referring sites with a smaller count in a country and month are withheld; a
    published site has its own value. Session files are counted as the metric ``session``; rows without an id or a time
    are not counted.

    Raises :class:`UsageError` if there is nothing of this kind, :class:`DataRefused` for files that cannot be read, and
    :class:`SourceFailed` if a site cannot be reached.

    >>> import apivideo_geo
    >>> apivideo_geo.open("no-such-folder")
    Traceback (most recent call last):
    ...
    apivideo_geo.errors.UsageError: no-such-folder does not exist; give a history folder, a site or session files.
    """
    if not place or not isinstance(place, str | Path | Sequence):
        raise UsageError(f"{place!r} is not a place; give a history folder, a site or session files.")
    if isinstance(place, str | Path):
        text, folder = str(place), Path(place).expanduser()
        if text.startswith(_REMOTE) and not text.partition("?")[0].endswith((".csv", ".json", ".ndjson", ".parquet")):
            return _open_site(text, locale)
        if folder.is_dir():
            return _open_folder(folder, locale, min_count)
        if "://" not in text and not folder.exists() and not any(sign in text for sign in "*?["):
            raise UsageError(f"{text} does not exist; give a history folder, a site or session files.")
        return _open_sessions([text if "://" in text else str(folder)], locale, min_count)
    return _open_sessions([str(one) for one in place], locale, min_count)


def open_demo(*, locale: str = "en") -> Audience:
    """Open the demo data: two years of an invented audience that end today.

    >>> import apivideo_geo
    >>> apivideo_geo.demo().metric
    'play'
    """
    from apivideo_geo.sources.demo import demo_assets, demo_days, demo_facts, demo_metric

    now = datetime.now(UTC)
    days = {day: day == now.date() for day in demo_days(now.date())}
    assets = tuple(asset for asset in demo_assets(now) if asset.public)
    shared: dict[str, Any] = {"days": days, "generated_at": now, "demo": True, "locale": locale}
    others = {
        metric: Audience(metric=metric, facts_table=_keep(demo_metric(metric, days, now).table), **shared)
        for metric in ("impression", "end", "viewer")
    }
    facts, withheld = _keep(demo_facts(days, "full", now).table), _withheld(MIN_COUNT)
    return Audience(metric="play", facts_table=facts, assets=assets, withheld=withheld, others=others, **shared)


def open_history(history: History, settings: Settings, now: datetime, first: str = "") -> Audience:
    """Return the audience of a history that was read with ``load_history``, with all of its metrics.

    ``settings``: the engine, the days to leave out, what is hidden, the smallest counts and the locale; ``now`` is the
    aware time that decides which months are complete. ``first`` is the metric of the audience, by default the one that
    the history began with; a count that adds up takes precedence over viewers and times. The caller has called
    ``history.check_current()``. Raises :class:`DataRefused` for a damaged file.
    """
    from apivideo_geo import privacy
    from apivideo_geo.aggregate.value_spellings import unify_spellings
    from apivideo_geo.engines import connect, engine_errors
    from apivideo_geo.history.published import load_published

    histories = metrics_of(history)
    own = next(iter(histories))
    preferred = [metric for metric in (first, own, *histories) if metric in histories and metric in FIRST_METRICS]
    chosen = next(iter(preferred), own)
    assets, connection = privacy.listed_assets(history.load_assets(), settings.show_unlisted), connect(settings.engine)
    withheld, left_out = _withheld(settings.min_count, settings.withhold_media), frozenset(settings.leave_out)
    shared: dict[str, Any] = {
        "generated_at": now, "demo": history.demo, "left_out": left_out, "account": history.load_account(),
        "per_million_from": settings.per_million_from, "ratio_from": settings.ratio_from, "locale": settings.locale,
    }  # fmt: skip
    with engine_errors():
        found = {
            metric: Audience(metric=metric, **_read_history(one, connection, left_out), **shared)
            for metric, one in histories.items()
        }
        audience = found.pop(chosen)
        facts = audience.facts_table
        if chosen != own:  # which small counts a month hides is decided, and stored, for one metric only
            facts = facts.filter(facts.dimension.notin(sorted(withheld)))
        facts = privacy.hide_unlisted_facts(facts, {asset.media_id for asset in assets})
        facts = facts.mutate(value=clean_texts(facts["value"], connection.name))  # an older version did not clean them
        facts = unify_spellings(facts.cache())  # read once, for the ten questions of a site
        others = {metric: replace(one, facts_table=_only(one, "total").cache()) for metric, one in found.items()}
        # Withheld dimensions are of the first metric only: counts of two metrics bound each other.
        public = {} if "media" in withheld else found
        listed = {asset.media_id for asset in assets}
        media = {
            metric: privacy.hide_unlisted_facts(_only(one, "total", "media"), listed) for metric, one in public.items()
        }
    return replace(
        audience, facts_table=facts, assets=assets, withheld=withheld, others=others, media_facts=media,
        first_published=load_published(history.folder) if chosen == own else {},
    )  # fmt: skip


def metrics_of(history: History) -> dict[str, History]:
    """Return metric → its part of ``history``; the metric that it began with is the first."""
    return {history.metric or "play": history, **{name: one for name, one in history.others.items() if one.entries}}


def _read_history(history: History, connection: BaseBackend, left_out: frozenset[date]) -> dict[str, Any]:
    """Return the facts of a metric, as they are stored, and its days, as an :class:`Audience` names them."""
    from apivideo_geo.engines import make_table, read_facts
    from apivideo_geo.facts import facts_table
    from apivideo_geo.history.doubt import is_shown, missing_part

    partial = frozenset(history.partial_days() | left_out)
    shown = {day: entry for day, entry in history.entries.items() if day not in partial and is_shown(entry)}
    facts = read_facts(connection, history.files())
    if partial:
        facts = facts.filter(facts.day.notin(sorted(partial)))
    rows = ((day, entry.metric, UNKNOWN, "total", "", missing_part(entry)) for day, entry in shown.items())
    if unknown := [row for row in rows if row[-1]]:
        facts = facts.union(make_table(connection, facts_table(unknown).cast(facts.schema().to_pyarrow())))
    return {
        "facts_table": facts,
        "days": {day: entry.open for day, entry in shown.items()},
        "partial": partial,
        "doubtful": tuple(day for day in history.doubtful_days() if day.day not in partial),
    }


def _only(audience: Audience, *dimensions: str) -> ibis.Table:
    """Return the facts of some ``dimensions`` of an audience."""
    return audience.facts_table.filter(audience.facts_table.dimension.isin(dimensions))


def _open_folder(folder: Path, locale: str, min_count: int) -> Audience:
    from apivideo_geo.history.history import load_history
    from apivideo_geo.settings import Settings

    if (folder / "data/facts.parquet").is_file():
        return _open_site(str(folder), locale)
    history = load_history(folder)
    if not history.entries:
        raise UsageError(f"{folder} has neither a history nor a site; build one first with `python build.py`.")
    history.check_current()
    settings = Settings.model_construct(min_count=min_count, locale=locale)  # the environment is not read
    return open_history(history, settings, datetime.now(UTC))


def _open_sessions(paths: Sequence[str], locale: str, min_count: int) -> Audience:
    from apivideo_geo.aggregate.facts import count_sessions
    from apivideo_geo.engines import connect
    from apivideo_geo.sources.files.read import open_sessions

    files = open_sessions(paths, connect("duckdb"))
    if not files.days:
        raise DataRefused(f"{', '.join(paths)}: no session can be counted; each needs an id and a time.")
    facts, _, _ = count_sessions(files.table, "session", DETAIL_DIMENSIONS["full"], listed=None)
    days = dict.fromkeys(files.days, False)
    return Audience(
        metric="session", generated_at=datetime.now(UTC), facts_table=_keep(facts), days=days,
        assets=_session_assets(files.table), withheld=_withheld(min_count), locale=locale,
    )  # fmt: skip


def _session_assets(table: ibis.Table) -> tuple[Asset, ...]:
    """Return the assets that the rows of session files name. They stay on this machine, so all can be listed."""
    from apivideo_geo.aggregate.sessions import text_column
    from apivideo_geo.engines import engine_errors

    named = table.select(**{name: text_column(table, name) for name in ("assetID", "assetType", "title")})
    with engine_errors():
        found = named.group_by("assetID").agg(assetType=named.assetType.min(), title=named.title.min()).to_pyarrow()
    return tuple(
        Asset(
            row["assetID"], "live-stream" if row["assetType"] == "live-stream" else "video",
            clean_text(row["title"] or ""), True,
        )
        for row in sorted(found.to_pylist(), key=lambda row: row["assetID"] or "")
        if row["assetID"]
    )  # fmt: skip


def _keep(facts: pa.Table) -> ibis.Table:
    """Return ``facts`` as the table ``facts`` of a DuckDB of their own, in memory."""
    from apivideo_geo.engines import connect

    return connect("duckdb").create_table("facts", facts)


def _withheld(min_count: int, withhold_media: bool = False) -> Mapping[str, int]:
    from apivideo_geo.privacy import withheld_dimensions

    return dict.fromkeys(withheld_dimensions(withhold_media), min_count)


def _open_site(place: str, locale: str) -> Audience:
    """Read the files of a published site: facts, days with their state, titles, monthly breakdowns."""
    import json

    import pyarrow as pa
    import pyarrow.parquet as pq

    from apivideo_geo.aggregate.value_spellings import unify_spellings
    from apivideo_geo.facts import FACTS
    from apivideo_geo.sources.files.sites import parse_states

    files = _read_site(place)
    try:
        manifest = json.loads(files["manifest.json"])
        facts = pq.read_table(io.BytesIO(files["data/facts.parquet"])).select(FACTS.names).cast(FACTS)
        states = parse_states(files["data/timeseries.csv"])
        other_states = parse_states(files[_OTHER_DAYS]) if _OTHER_DAYS in files else {}
        generated, metric = datetime.fromisoformat(manifest["generated_at"]), str(manifest["metric"])
        demo = manifest["demo"] is True
        per_million_from = int(manifest.get("per_million_from", PER_MILLION_FROM))
        ratio_from = int(manifest.get("ratio_from", RATIO_FROM))
        assets, months = _site_assets(files.get("data/videos.csv", b"")), _site_months(files.get("data/monthly.csv"))
    except (ValueError, KeyError, TypeError, RecursionError, csv.Error, pa.ArrowException):
        raise DataRefused(f"{_shown(place)}: the files are not those of an apivideo-geo site.") from None
    kept = _keep(facts)

    def audience(name: str, states: Mapping[date, str], table: ibis.Table) -> Audience:
        return Audience(
            metric=name, generated_at=generated, facts_table=table, demo=demo, locale=locale,
            days={day: state == "open" for day, state in states.items() if state in _COLLECTED},
            left_out=frozenset(day for day, state in states.items() if state == "left_out"),
            per_million_from=per_million_from, ratio_from=ratio_from,
        )  # fmt: skip

    first = audience(metric, states.get(metric, {}), unify_spellings(kept.filter(kept.metric == metric)))
    further = {name: audience(name, days, kept.filter(kept.metric == name)) for name, days in other_states.items()}
    return replace(first, assets=assets, published=months, others=further)


def _read_site(place: str) -> dict[str, bytes]:
    """Return the content of each of ``_SITE_FILES`` by its path; the optional ones only if they exist."""
    from apivideo_geo.sources.files.sites import read_site_file

    base, found = place, {}
    if place.startswith(_REMOTE):
        base = place.partition("?")[0].partition("#")[0].removesuffix("index.html")
    for name in _SITE_FILES:
        content = read_site_file(base.rstrip("/") + "/", name)
        if content is not None:
            found[name] = content
        elif name not in _OPTIONAL:
            raise UsageError(f"{_shown(place)} is not an apivideo-geo site: there is no {name}.")
    return found


def _shown(place: str) -> str:
    """Return the folder or the address of a site as messages show it."""
    from apivideo_geo.api.download import without_secrets

    return without_secrets(place) if place.startswith(_REMOTE) else place


def _site_assets(content: bytes) -> tuple[Asset, ...]:
    from apivideo_geo.formulas import unescape_formula
    from apivideo_geo.model import UNLISTED

    return tuple(
        Asset(
            row["media_id"], "live-stream" if row["type"] == "live-stream" else "video",
            unescape_formula(row["title"]), True, published_at=row.get("published", ""),
            lifetime=int(count) if (count := row["lifetime_plays"]) else None,
        )
        for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        if row["media_id"] != UNLISTED
    )  # fmt: skip


def _site_months(content: bytes | None) -> pd.DataFrame:
    import pandas as pd

    from apivideo_geo.exports.columns import MONTHLY
    from apivideo_geo.exports.frames import make_frame
    from apivideo_geo.formulas import unescape_formula

    if content is None:
        return make_frame(MONTHLY, [])
    # An empty cell is missing, and NA is Namibia.
    table = pd.read_csv(io.BytesIO(content), dtype="string", keep_default_na=False, na_values=[""])
    table["value"] = table["value"].map(unescape_formula, na_action="ignore").astype("string")
    return table.astype({"month": "datetime64[s]", "count": "Int64"})
