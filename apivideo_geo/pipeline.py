"""The steps of a run: collect, summarise, render, check, publish. Each step is a call to the package that does it."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from apivideo_geo.console.report import Report
from apivideo_geo.durable import check_folder
from apivideo_geo.effects import Effects
from apivideo_geo.errors import DataRefused, DiskFailed, UsageError
from apivideo_geo.model import FIRST_METRICS, PEAK, AssetDetail, Details, Summary, WeekHours
from apivideo_geo.plain_text import shorten
from apivideo_geo.settings import LONGEST_TAG, Settings
from apivideo_geo.wrong_values import nearest

if TYPE_CHECKING:
    import ibis

    from apivideo_geo.audience import Audience
    from apivideo_geo.history.history import History
    from apivideo_geo.render.digest import Digest
    from apivideo_geo.render.theme.theme import Theme


FEW_TAGS = 10
"""Up to this number, the tags of public videos are listed if none is like the one in the settings."""


def run(command: str, settings: Settings, effects: Effects, report: Report | None = None) -> Report:
    """Run ``command`` (build, collect or render) and return the report of it, which is ``report`` if it is given.

    Raises :class:`ApivideoGeoError`; ``report`` then says what was done before.
    """
    report = report or Report()
    if command in ("build", "collect"):
        check_folder(settings.history_folder, "the history", "--history")
        check_folder(settings.exports, "the exports", "--exports")
    if command in ("build", "render"):
        from apivideo_geo.engines import connect
        from apivideo_geo.publish import check_replaceable, repair, resolve

        check_folder(resolve(settings.out), "the site", "--out")
        repair(settings.out)
        check_replaceable(settings.out)
        theme_of(settings)
        if command == "build":
            connect(settings.engine)  # fail early if the engine is unusable, before any request
    hidden: frozenset[str] = frozenset()
    if command in ("build", "collect"):
        from apivideo_geo.collect.collect import collect

        with report.step("collect", effects):
            collected = collect(settings, effects, report)
        settings, effects, hidden = collected.settings, collected.effects, collected.hidden
    if command in ("build", "render"):
        with report.step("aggregate", effects):
            summary, details, facts = summarise_history(settings, effects)
        report.summary = summary
        report.warnings += _unused_settings(settings, summary, details)
        gc.disable()  # pages leave little garbage that refers to itself: searching for it takes a twentieth of the time
        try:
            with report.step("render", effects):
                site = render(summary, details, facts, settings)
            with report.step("publish", effects):
                publish(site, summary, details, settings, hidden, report)
        finally:
            gc.enable()
    return report


def summarise_history(settings: Settings, effects: Effects) -> tuple[Summary, Details, ibis.Table]:
    """Return the Summary and the Details of the history, and the facts that they were made from.

    Raises :class:`UsageError` if there is no history, or no day of it between ``since`` and ``until``.
    """
    from apivideo_geo.history.history import load_history
    from apivideo_geo.open_place import metrics_of, open_history

    history = load_history(settings.history_folder)
    if not history.entries and settings.source == "auto":  # render after a run that had no key
        history = load_history(settings.model_copy(update={"source": "demo"}).history_folder)
    if not history.entries:
        raise UsageError(
            f"There is no history in the folder {settings.history_folder} yet: run the command build first, or demo."
        )
    history.check_current()
    if effects.epoch is None:  # else it is the server's time, or one that somebody chose
        history.check_no_future(effects.now().date())
    try:
        audience = open_history(history, settings, effects.now(), settings.metrics[0])
        if audience.metric not in FIRST_METRICS:
            raise UsageError(
                f"{settings.history_folder} has only {', '.join(audience.metrics)}; a site opens with a count that "
                "adds up over days, so collect one too, such as play."
            )
        _check_breakdowns(history, audience, settings)
        summary = audience.summary(settings.since, settings.until)
        details = audience.details(summary)
    except Exception:  # whatever an impossible value in a file leads to
        history.check_readable()  # raises an error that names the file
        raise
    for metric, one in metrics_of(history).items():
        if metric in summary.metrics:
            days = summary.metrics[metric].daily
            one.check_counts({day.day: day.count for day in days if day.count is not None})
    return summary, _complete(details, summary, history, settings, effects), audience.ibis()


def _check_breakdowns(history: History, audience: Audience, settings: Settings) -> None:
    """Raise :class:`DataRefused` if a day of ``--counts`` that is shown has a breakdown that exceeds its total."""
    from apivideo_geo.aggregate.overfull import find_overfull_facts
    from apivideo_geo.aggregate.summary import within
    from apivideo_geo.facts import name_overfull

    if not history.has_days_of("counts"):
        return
    tables = (audience.facts_table, *audience.media_facts.values())  # all breakdowns that a site can have
    shown = (within(table, settings.since, settings.until) for table in tables)
    found = [one for table in shown for one in find_overfull_facts(table) if history.is_from_counts(one)]
    if found:
        raise DataRefused(" ".join(name_overfull(found)))


def _complete(details: Details, summary: Summary, history: History, settings: Settings, effects: Effects) -> Details:
    """Return ``details`` with what the settings and files next to the facts say: months, notes, hours, peaks."""
    from apivideo_geo.aggregate.closed_months import close_months
    from apivideo_geo.aggregate.collections import make_collections
    from apivideo_geo.history.closed_months import load_months

    stored = () if summary.demo else load_months(history.folder)  # the demo is invented, and different every day
    notes, tags = settings.notes, settings.collections
    if summary.demo:
        from apivideo_geo.sources.demo import COLLECTIONS, demo_notes

        notes, tags = notes or demo_notes(effects.now()), tags or COLLECTIONS
    return replace(
        details, closed=close_months(summary, stored), collections=make_collections(details.assets, tags), notes=notes,
        hours=_load_hours(history, summary, settings), assets=_with_peaks(details.assets, history, summary, settings),
    )  # fmt: skip


def _unused_settings(settings: Settings, summary: Summary, details: Details) -> Iterator[str]:
    """Yield a warning for notes outside the period of the site, and for tags that no public video has."""
    from apivideo_geo.days import list_days

    days = {day.day for day in summary.daily}
    if outside := [note.day for note in settings.notes if note.day not in days]:
        yield f"the notes of {list_days(outside)} are not shown, because they are not in the period of the site"
    found = {one.tag for one in details.collections}
    if unknown := [tag for tag in settings.collections if tag not in found]:
        tags = sorted(
            {shorten(tag, LONGEST_TAG) for one in details.assets if one.asset.public for tag in one.asset.tags}
        )
        yield (
            f"no public video has the tag {', '.join(map(repr, unknown))}, so it has no collection"
            f"{_suggest_tags(unknown, tags)}"
        )


def _suggest_tags(unknown: Sequence[str], tags: Sequence[str]) -> str:
    """Return the end of a sentence: which of ``tags`` are like the ``unknown`` ones, or all if they are few."""
    without_case = {tag.casefold(): tag for tag in tags}
    near = [without_case.get(nearest(tag.casefold(), without_case), "") for tag in unknown]
    if any(near):
        return f"; did you mean {', '.join(repr(tag) for tag in dict.fromkeys(near) if tag)}? Capital letters matter"
    if 0 < len(tags) <= FEW_TAGS:
        return f"; public videos have {', '.join(map(repr, tags))}"
    return "; capital letters matter"


def _load_hours(history: History, summary: Summary, settings: Settings) -> WeekHours | None:
    """Return the hours of the week; None if they are not collected, or none is yet."""
    from apivideo_geo.aggregate.hours import summarise_hours
    from apivideo_geo.history.day_lines import HOURS

    if not (settings.hours or summary.demo):
        return None
    counts = {day.day: day.count for day in summary.daily if day.count is not None}
    stored = {day: line.counts for day, line in HOURS.believed(history.folder, summary.metric, counts).items()}
    return summarise_hours(stored, summary.daily, settings.time_zone)


def _with_peaks(
    assets: Sequence[AssetDetail], history: History, summary: Summary, settings: Settings
) -> tuple[AssetDetail, ...]:
    """Return ``assets`` with the highest peak of each live stream in the period, of days that have a count."""
    from apivideo_geo.history.day_lines import PEAKS

    if not (PEAK in settings.metrics or summary.demo) or settings.withhold_media:
        return tuple(assets)
    found: dict[str, tuple[int, date]] = {}
    stored = PEAKS.believed(history.folder, PEAK)
    for day in [day.day for day in summary.daily_by("media") if day.count is not None and day.day in stored]:
        for media_id, peak in stored[day].peaks.items():
            if media_id not in found or peak > found[media_id][0]:
                found[media_id] = peak, day
    return tuple(replace(one, peak=found.get(one.asset.media_id)) for one in assets)


def make_digest(month: str, settings: Settings, effects: Effects) -> Digest | None:
    """Return the digest of a closed ``month`` (``2026-10``; "": the last one); None if no month is closed yet.

    Nothing is stored or published. Raises :class:`UsageError` if others are closed, but not that one.
    """
    from apivideo_geo.render.context import Context
    from apivideo_geo.render.digest import Digest

    summary, details, _ = summarise_history(settings, effects)
    closed = {f"{one.month:%Y-%m}": one for one in details.closed}
    if not closed:
        return None
    chosen = month or max(closed)
    if chosen not in closed:
        raise UsageError(f"{chosen!r} is not a closed month; closed are: {', '.join(closed)}.")
    return Digest(closed[chosen], Context(summary, theme_of(settings), details))


def render(summary: Summary, details: Details, facts: ibis.Table, settings: Settings) -> Mapping[str, bytes]:
    """Return the files of the site: path → content. A large site is on disk, in a temporary file."""
    from apivideo_geo.exports.data_files import render_data_files
    from apivideo_geo.exports.facts_parquet import render_facts
    from apivideo_geo.exports.manifest import FACTS, render_manifest
    from apivideo_geo.exports.month_files import render_month_files
    from apivideo_geo.exports.tables import column_names, make_tables
    from apivideo_geo.geo.groups import all_groups
    from apivideo_geo.render.context import Context
    from apivideo_geo.render.site import render_site
    from apivideo_geo.render.theme.templates import find_templates
    from apivideo_geo.spool import SpooledFiles

    theme = theme_of(settings)
    context = Context(summary, theme, details)
    counted = {one.group.slug: one for one in context.group_counts}  # the pages name them in another language, perhaps
    groups = [replace(counted[one.slug], group=one) for one in all_groups(theme.groups, settings.locale)]
    tables = make_tables(summary, details, groups)
    period = summary.period_from, summary.period_to
    with ThreadPoolExecutor(1) as thread:  # the engine sorts and packs the facts while Python makes the pages
        packed = thread.submit(render_facts, facts, *period, settings.withhold_media, summary.others.values())
        site = render_site(context, find_templates(), column_names(tables), SpooledFiles())
        days = {FACTS: packed.result()}
    site.update(days)
    site.update(render_month_files(summary, details))
    site.update(render_data_files(summary, tables, days, theme.title, theme.site_url))
    site[".nojekyll"] = b""
    site["manifest.json"] = render_manifest(summary, site)
    return site


def theme_of(settings: Settings) -> Theme:
    """Return the theme in ``settings``. Raises :class:`UsageError` for an invalid logo or folder of templates."""
    from apivideo_geo.geo.groups import own_groups
    from apivideo_geo.render.theme.logo import load_logo
    from apivideo_geo.render.theme.templates import check_overrides, find_templates
    from apivideo_geo.render.theme.theme import Theme, usual_title

    if settings.templates:
        check_overrides(settings.templates, find_templates())
    return Theme(
        title=settings.title or usual_title(settings.locale),
        locale=settings.locale,
        notice=settings.notice,
        method=settings.class_method,
        classes=settings.classes,
        breaks=settings.breaks,
        palette=settings.palette,
        accent=settings.accent,
        logo=load_logo(settings.logo) if settings.logo else None,
        links=tuple(settings.links.items()),
        footer=settings.footer,
        overrides=settings.templates,
        site_url=settings.page,
        groups=own_groups(settings.groups),
        video_pages=settings.video_pages,
        cards=settings.cards,
    )


def publish(
    site: Mapping[str, bytes],
    summary: Summary,
    details: Details,
    settings: Settings,
    hidden: frozenset[str],
    report: Report,
) -> None:
    """Check the site and publish it. Raises :class:`DataRefused` with the first problem; nothing is then published."""
    from apivideo_geo import publish as publishing
    from apivideo_geo.checks import check_site, check_suppressed
    from apivideo_geo.privacy import public_dimensions

    problems = [
        *check_site(
            site, summary, hidden | ({settings.key} if settings.key else set()), details,
            own_templates=settings.templates is not None,
        ),
        *check_suppressed(site, public_dimensions(settings.withhold_media), settings.min_count),
    ]  # fmt: skip
    if problems:
        more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
        raise DataRefused(f"The site was not published, the previous one stays: {problems[0]}{more}.")
    if summary.demo and publishing.shows_an_account(settings.out):
        report.warnings.append(
            f"the site in {settings.out} showed an account's data and now shows the demo; "
            "run the command render to show the account again"
        )
    _store_published(summary, details, settings, report)
    report.warnings += [
        f"{settings.out / name} is not a file of this program, so it was left as it is; "
        "move it away, and the next build publishes this program's own"
        for name in publishing.publish(site, settings.out)
    ]
    report.pages, report.size, report.place = len(site), sum(map(len, site.values())), str(settings.out)


def _store_published(summary: Summary, details: Details, settings: Settings, report: Report) -> None:
    """Store the months and breakdowns that are published for the first time, because later sites must repeat them.

    Adds a warning for months whose data is different now. Raises :class:`DiskFailed` if they cannot be stored.
    """
    from apivideo_geo.aggregate.monthly import new_months
    from apivideo_geo.history.published import FILE, load_published, save_published
    from apivideo_geo.privacy import withheld_dimensions

    folder = settings.history_folder
    if summary.demo:  # invented, and different every day
        return
    published = load_published(folder)
    min_counts = dict.fromkeys(withheld_dimensions(settings.withhold_media), settings.min_count)
    if new := new_months(details.monthly, summary, min_counts, published):
        try:
            save_published(folder, {**published, **new})
        except DiskFailed as error:
            first = ", ".join(sorted({f"{month:%Y-%m}" for _, month in new}))
            raise DiskFailed(
                f"The site was not published: it shows the breakdowns with hidden small counts of {first} for the "
                f"first time, and the history has to record that. {error}"
            ) from None
    _store_months(details, folder)
    for months, state in (
        (details.changed, "stay as they were first published, although their data is different now"),
        (details.withdrawn, "are not shown any more, because a day of them was removed"),
    ):
        if names := ", ".join(f"{month:%Y-%m}" for month in months):
            report.warnings.append(
                f"the breakdowns with hidden small counts of {names} {state}; to publish them from today's data, "
                f"read “What is withheld” in docs/data.md, then delete {folder / FILE}"
            )


def _store_months(details: Details, folder: Path) -> None:
    """Store the closed months that have a page for the first time, and new corrections."""
    from apivideo_geo.history.closed_months import add_months, load_months, save_months

    stored = load_months(folder)
    months = add_months(stored, details.closed)
    if months == stored:
        return
    try:
        save_months(folder, months)
    except DiskFailed as error:
        names = ", ".join(f"{one.month:%Y-%m}" for one in details.closed if one not in stored)
        raise DiskFailed(
            f"The site was not published: it shows the months {names} or their corrections for the first time, and the "
            f"history has to record that. {error}"
        ) from None
