"""What ``video/<media id>.html`` and ``videos.html`` show, ready to print. No I/O."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from apivideo_geo.aggregate.compare import published_since
from apivideo_geo.days import day_of
from apivideo_geo.geo.countries import flag
from apivideo_geo.model import UNKNOWN, Asset, AssetDetail, Comparison
from apivideo_geo.render.addresses import collection_page, country_page
from apivideo_geo.render.context import Context
from apivideo_geo.render.map.legend import Swatch, class_swatches
from apivideo_geo.render.map.small_map import render_counts
from apivideo_geo.render.pages.breakdowns import Breakdown, Line, base_of, by_months, days_note, hidden_line, make_table
from apivideo_geo.render.pages.compare import compare_key
from apivideo_geo.render.pages.figures import (
    Curves,
    Figure,
    change_of,
    compared,
    tone_of_change,
    top_country,
    whole_history,
)
from apivideo_geo.render.pages.funnel import make_funnel, make_lines
from apivideo_geo.render.pages.periods import MonthTable, Periods, pack
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import Formats
from apivideo_geo.render.text.translations import marked_many
from apivideo_geo.render.text.value_names import asset_kind, asset_title


@dataclass(frozen=True)
class VideoRow:
    """One asset of the list.

    ``keys`` are what the script sorts by: rank, count, number of countries, day, lifetime plays; then the type as "v"
    or "l" (live stream), to filter by. ``collections``: the names of its collections in addresses. ``peak``: of a live
    stream, the most viewers at once, in words.
    """

    rank: str
    title: str
    link: str
    kind: str
    live: bool
    count: str
    countries: str
    published: str
    lifetime: str
    keys: str
    collections: str
    peak: str
    compare: str
    recent: str
    change: str
    tone: str


_MOST = marked_many("%(quantity)s, all in %(where)s.", "%(quantity)s in %(count)s countries, most of all in %(where)s.")
_SPREAD = marked_many(
    "%(quantity)s in %(count)s country, the same in each.", "%(quantity)s in %(count)s countries, the same in each."
)
_NAMED = 3
"""Maximum number of countries that are named as those with the most plays."""


def make_asset_lines(context: Context) -> dict[str, Line]:
    """Return media id → the line of an asset in a breakdown, without figures."""
    return {
        one.asset.media_id: Line(
            asset_title(one.asset, context.formats),
            link=context.video_pages.get(one.asset.media_id, ""),
            kind=asset_kind(one.asset, context.formats) if one.asset.type == "live-stream" else "",
        )
        for one in context.details.assets
    }


def make_country_lines(context: Context) -> dict[str, Line]:
    """Return alpha-3 and ``---`` → the line of a country in a breakdown, without figures."""
    formats, countries = context.formats, {country.iso_a3: country for country in context.summary.countries}
    lines = {
        code: Line(sentences.called(country, formats), link=country_page(code), flag=flag(code))
        for code, country in countries.items()
    }
    return lines | {UNKNOWN: Line(formats.say("Unknown"), apart=True)}


def make_video(
    detail: AssetDetail, context: Context, country_lines: Mapping[str, Line], curves: Curves, periods: Periods
) -> dict[str, Any]:
    """Return what the template prints, except the frame. ``country_lines``: alpha-3 → its line in a table."""
    summary, formats = context.summary, context.formats
    counts = dict(detail.countries)
    unknown = counts.pop(UNKNOWN, 0)
    scale = context.theme.scale_of(list(counts.values()))
    title, media_id, by_media = asset_title(detail.asset, formats), detail.asset.media_id, context.by_media
    page = context.video_pages.get(media_id, "")  # a collection has none
    lead = " ".join(_lead(detail, counts, context, country_lines))
    table = make_table(
        formats.say("Countries"), Breakdown(detail.countries, detail.count), formats, country_lines.__getitem__,
        len(detail.countries), shares=False,
    )  # fmt: skip
    words = {code: f"{country_lines[code].name}: {context.quantity(count)}" for code, count in counts.items()}
    overlay = render_counts(counts, scale, formats.say("World map: %(words)s", words=lead), words)
    return {
        "count": detail.count,
        "title": title,
        "kind": asset_kind(detail.asset, formats),
        "lead": lead,
        "since": _since(detail, formats),
        "figures": tuple(_figures(detail, counts, context, country_lines)),
        "change_note": compared(context.media_comparison, summary.daily, formats) if detail.daily else "",
        "classes": len(scale.lows),
        "overlay": Markup(overlay),  # noqa: S704 - SVG made here, its texts escaped
        "legend": (
            *class_swatches(counts.values(), scale, formats),
            Swatch("zero", "0", formats.say("all others")),
        ),
        **curves.show(detail.daily, title, {media_id}),
        "compare": compare_key(page, context) if page and detail.daily else "",
        "gaps": sentences.gaps(summary, formats, by_video=True),
        "table": replace(table, key="country"),
        "months": periods.rows(periods.month_sums(detail), "media"),
        "own_balance": sentences.balance(detail.count, unknown, summary, formats),
        "history": whole_history(summary, formats),
        "funnel": make_funnel(by_media, media_id) if by_media else None,
        "lines": make_lines(by_media, media_id) if by_media else (),
    }  # fmt: skip


def make_video_months(
    detail: AssetDetail, context: Context, country_lines: Mapping[str, Line], periods: Periods
) -> dict[str, Any] | None:
    """Return what the page's script needs for a period; None if the countries are not known by month."""
    if not dict(detail.countries).keys() <= detail.monthly.keys():
        return None
    base = periods.month_sums(detail)
    table = MonthTable(detail.countries, detail.monthly, base, len(detail.countries))
    return {
        **({"daily": pack(detail.daily)} if detail.daily else {}),
        **({"published": str(day)} if detail.daily and (day := day_of(detail.asset.published_at)) else {}),
        "whole": base,
        "tables": {"country": table.data(base, country_lines.__getitem__, {})},
    }


def _leaders(counts: Mapping[str, int]) -> list[str]:
    """Return the countries with the highest count, in the order of the table; ``counts`` has the highest first."""
    most = max(counts.values(), default=0)
    return [code for code, count in counts.items() if count == most]


def _lead(
    detail: AssetDetail, counts: Mapping[str, int], context: Context, country_lines: Mapping[str, Line]
) -> Iterator[str]:
    formats, quantity = context.formats, context.quantity(detail.count)
    if not counts:
        yield formats.say("%(quantity)s, from countries not known.", quantity=quantity)
    else:
        leaders = [sentences.with_article(code, country_lines[code].name, formats) for code in _leaders(counts)]
        messages = _SPREAD if len(counts) > 1 and len(leaders) == len(counts) else _MOST
        yield formats.say_many(*messages, len(counts), quantity=quantity, where=formats.listed(leaders[:_NAMED]))
    if months := by_months("media", context.details, formats):
        yield months
    elif period := sentences.period_of("media", context.summary, formats):
        yield formats.say("Counted %(period)s.", period=period)


def _since(detail: AssetDetail, formats: Formats) -> str:
    """Return how often it was played since it was published, if the API returned that number."""
    if detail.asset.lifetime is None or not (day := day_of(detail.asset.published_at)):
        return ""
    return formats.say_many(
        "Since it was published, on %(day)s, it was played once: that is api.video’s own count.",
        "Since it was published, on %(day)s, it was played %(count)s times: that is api.video’s own count.",
        detail.asset.lifetime, day=formats.day(day),
    )  # fmt: skip


def _figures(
    detail: AssetDetail, counts: Mapping[str, int], context: Context, country_lines: Mapping[str, Line]
) -> Iterator[Figure]:
    formats, count, lifetime = context.formats, context.formats.number(detail.count), detail.asset.lifetime
    rank = formats.say(
        "rank %(rank)s of %(number)s", rank=formats.number(detail.rank), number=formats.number(context.watched)
    )
    yield Figure("total", "", sentences.amount(context.summary.metric, detail.count, formats), rank)
    yield from _recent(detail, context)
    yield Figure("reach", formats.say("Countries"), formats.number(len(counts)))
    if counts:
        most = _leaders(counts)
        yield top_country([country_lines[code].name for code in most], counts[most[0]] / detail.count, formats)
    if lifetime is not None:
        note = (
            formats.say("%(number)s of these are in the daily figures", number=count)
            if context.summary.metric == "play" and detail.count <= lifetime
            else ""
        )
        yield Figure("lifetime", formats.say("Lifetime plays"), formats.number(lifetime), note)
    if detail.peak:
        viewers, day = detail.peak
        yield Figure("peak", formats.say("Most viewers at once"), formats.number(viewers), formats.day(day))


def _recent(detail: AssetDetail, context: Context) -> Iterator[Figure]:
    """Yield the count of the last days that are over, with its change if there is something to compare with."""
    compared_days, formats = context.media_comparison, context.formats
    if not detail.daily or not compared_days:
        return
    days = _last_days(detail, context)
    label = formats.say_many("Last %(count)s day", "Last %(count)s days", len(days))
    if reason := _why_no_change(detail, compared_days, formats):
        yield Figure("recent", label, formats.number(sum(days)), reason)
        return
    change = change_of(detail.daily, compared_days)
    note = change and formats.say_many(
        "%(change)s on the day before", "%(change)s on the %(count)s days before", compared_days.now.days,
        change=formats.change(change.now, change.before),
    )  # fmt: skip
    yield Figure("recent", label, formats.number(sum(days)), note or "", tone_of_change(change))


def _last_days(detail: AssetDetail, context: Context) -> Sequence[int]:
    """Return the counts of the last days that are compared, without those before the history."""
    if not (compared_days := context.media_comparison):
        return ()
    start = (compared_days.now.first - context.summary.daily[0].day).days
    return detail.daily[max(start, 0) : start + compared_days.now.days]


def _why_no_change(detail: AssetDetail, comparison: Comparison, formats: Formats) -> str:
    """Return when a video was published, if that leaves nothing to compare with; otherwise ""."""
    day = day_of(detail.asset.published_at)
    if not day or not comparison.groups or not published_since(day, comparison):
        return ""
    return formats.say("published on %(day)s", day=formats.day(day))


def make_list(context: Context) -> dict[str, Any]:
    """Return what ``videos.html`` prints, except the frame of the page."""
    details, formats, total = context.details, context.formats, base_of("media", context)
    public = sum(one.count for one in details.assets)
    withheld = details.withheld.get("media", 0)
    rest = (
        (Line(formats.say("Not public")), details.unlisted),
        (hidden_line(formats), withheld),
        (Line(formats.say("Not known")), total - public - details.unlisted - withheld),
    )
    collected = bool(public or details.unlisted or withheld)
    listed = bool(details.assets)
    return {
        "headline": count_assets([one.asset for one in details.assets], formats) if listed else formats.say("Videos"),
        "lead": f"{_list_lead(context)} {days_note('media', context)}".strip() if listed else "",
        "empty": _why_none(context, collected),
        "not_collected": bool(context.summary.total) and not collected,
        "rows": tuple(_rows(context)),
        "rest": [(line, formats.number(count)) for line, count in rest if count] if collected else [],
        "total": formats.number(total) if collected else "",
        "lifetimes": any(one.asset.lifetime is not None for one in details.assets),
        "recent": _recent_label(context),
        "change_note": compared(context.media_comparison, context.summary.daily, formats),
        "collections": [(one.tag, collection_page(one.slug)) for one in details.collections],
        "shown": formats.say("Shown: %(count)s of %(all)s"),
        "everything": formats.number(len(details.assets)),
    }


def _why_none(context: Context, collected: bool) -> str:
    """Return why no video is listed, if none is. ``collected``: whether there are counts by video."""
    say = context.formats.say
    if collected:
        quantity = context.quantity(context.details.unlisted)
        return say(
            "None of the videos is known to be public, so only their total is shown: %(quantity)s.", quantity=quantity
        )
    if context.summary.total:
        return say("Counts by video were not collected, only those by country.")
    return say("No video is listed yet, because nothing was watched.")


def count_assets(assets: Sequence[Asset], formats: Formats) -> str:
    """Return the number of ``assets`` with its noun: "3 public videos and live streams"."""
    if all(asset.public for asset in assets):
        return formats.say_many(
            "%(count)s public video or live stream", "%(count)s public videos and live streams", len(assets)
        )
    return formats.say_many("%(count)s video or live stream", "%(count)s videos and live streams", len(assets))


def _list_lead(context: Context) -> str:
    period = sentences.period_of("media", context.summary, context.formats)
    if not period or "media" in context.details.monthly:
        return ""
    return context.formats.say_many(
        "%(count)s of them was watched %(period)s.",
        "%(count)s of them were watched %(period)s.",
        context.watched,
        period=period,
    )


def _at_once(viewers: int, formats: Formats) -> str:
    return formats.say_many("%(count)s viewer at once", "up to %(count)s viewers at once", viewers)


def _recent_label(context: Context) -> str:
    """Return the name of the column with the count of the last days; "" if no video has counts by day."""
    if not (compared_days := context.media_comparison) or not any(one.daily for one in context.details.assets):
        return ""
    days = min(compared_days.now.days, (compared_days.now.last - context.summary.daily[0].day).days + 1)
    return context.formats.say_many("Last %(count)s day", "Last %(count)s days", days)


def _growth(detail: AssetDetail, context: Context) -> tuple[str, str, str]:
    """Return the count of the last days, its change and the tone of that.

    A dash if there are no counts by day, or too few before; "new" if it was published on a compared day or later.
    """
    compared_days, formats = context.media_comparison, context.formats
    if not detail.daily or not compared_days:
        return "–", "–", ""
    count = formats.number(sum(_last_days(detail, context)))
    if _why_no_change(detail, compared_days, formats):
        return count, formats.say("new"), ""
    change = change_of(detail.daily, compared_days)
    return count, formats.change(change.now, change.before) if change else "–", tone_of_change(change)


def _rows(context: Context) -> Iterator[VideoRow]:
    formats, member_of = context.formats, defaultdict[str, list[str]](list)
    for collection in context.details.collections:
        for member in collection.assets:
            member_of[member.asset.media_id].append(collection.slug)
    for one in context.details.assets:
        asset, countries = one.asset, sum(code != UNKNOWN for code, _ in one.countries)
        day = day_of(asset.published_at)
        lifetime, page = -1 if asset.lifetime is None else asset.lifetime, context.video_pages.get(asset.media_id, "")
        recent, change, tone = _growth(one, context)
        yield VideoRow(
            rank=formats.number(one.rank) if one.count else "–",
            title=asset_title(asset, formats),
            link=page,
            kind=asset_kind(asset, formats),
            live=asset.type == "live-stream",
            count=formats.number(one.count),
            countries=formats.number(countries),
            published=formats.day(day) if day else "–",
            lifetime="–" if asset.lifetime is None else formats.number(asset.lifetime),
            keys=f"{one.rank} {one.count} {countries} {day.toordinal() if day else 0} {lifetime} {asset.type[0]}",
            collections=" ".join(member_of[asset.media_id]),
            peak=_at_once(one.peak[0], formats) if one.peak else "",
            compare=compare_key(page, context) if page and one.daily else "",
            recent=recent,
            change=change,
            tone=tone,
        )
