"""What ``video/<media id>.html`` and ``videos.html`` show, ready to print. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from apivideo_geo.geo.countries import flag
from apivideo_geo.model import UNKNOWN, Asset, AssetDetail, Details, Summary
from apivideo_geo.render.map.scale import Scale
from apivideo_geo.render.map.small_map import render_overlay
from apivideo_geo.render.pages.breakdowns import Line, Trends, by_months, make_table
from apivideo_geo.render.pages.country import page_of
from apivideo_geo.render.pages.figures import Figure, Swatch
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import Formats

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{4,63}")
"""Ids that may be the name of a file everywhere: no dot, no separator, longer than any reserved name."""


@dataclass(frozen=True)
class Row:
    """One asset of the list. ``keys`` are what the script sorts by: rank, count, countries, day, lifetime plays; then
    "l" for a live stream."""

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


def name_pages(assets: Sequence[AssetDetail], most: int) -> dict[str, str]:
    """Media id → its page from the top of the site, for the ``most`` watched of ``assets`` that were watched at all.

    Ids come from outside: one that is not safe as a file's name, or differs from another only by case, is hashed.
    """
    pages: dict[str, str] = {}
    taken: set[str] = set()
    for one in assets[:most]:
        media_id = one.asset.media_id
        name = media_id
        if not _SAFE.fullmatch(name) or name.lower() in taken:
            name = f"id-{hashlib.sha256(media_id.encode()).hexdigest()[:16]}"
        if one.count:
            taken.add(name.lower())
            pages[media_id] = f"video/{name}.html"
    return pages


def title_of(asset: Asset, formats: Formats) -> str:
    """Its title, or what it is where it has none."""
    return asset.title.strip() or formats.say("%(kind)s without a title", kind=kind_of(asset, formats))


def kind_of(asset: Asset, formats: Formats) -> str:
    """ "Video" or "Live stream"."""
    return formats.say("Live stream") if asset.type == "live-stream" else formats.say("Video")


def asset_lines(details: Details, pages: Mapping[str, str], formats: Formats) -> dict[str, Line]:
    """Media id → how it stands in a table of parts."""
    return {
        one.asset.media_id: Line(
            title_of(one.asset, formats),
            "",
            link=pages.get(one.asset.media_id, ""),
            kind=formats.say("Live stream") if one.asset.type == "live-stream" else "",
        )
        for one in details.assets
    }


def make_video(
    one: AssetDetail,
    summary: Summary,
    watched: int,
    formats: Formats,
    lines: Mapping[str, Line],
    scale_of: Callable[[Sequence[float]], Scale],
    trends: Trends,
) -> dict[str, Any]:
    """Everything the template prints besides the frame.

    ``watched`` is how many public assets were watched; ``lines``: alpha-3 → name and link;
    ``scale_of`` cuts the classes.
    """
    counts = dict(one.countries)
    unknown = counts.pop(UNKNOWN, 0)
    scale = scale_of(list(counts.values()))
    title = title_of(one.asset, formats)
    words = " ".join(_lead(one, counts, summary, formats, lines))
    return {
        "count": one.count,
        "title": title,
        "kind": kind_of(one.asset, formats),
        "lead": words,
        "figures": tuple(_figures(one, counts, watched, formats, lines)),
        "classes": len(scale.lows),
        "overlay": Markup(  # noqa: S704
            _overlay(
                counts, scale, formats.say("World map: %(words)s", words=words),
                {code: f"{lines[code].name}: {sentences.quantity(n, summary, formats)}" for code, n in counts.items()},
            )
        ),
        "legend": tuple(_legend(counts, scale, formats)),
        **trends.show(one.daily, title),
        "gaps": sentences.gaps(summary.days.missing, formats),
        "table": make_table(
            formats.say("Countries"), one.countries, one.count, 0, formats, lines.__getitem__, len(one.countries),
            shares=False,
        ),
        "own_balance": sentences.balance(one.count, unknown, summary, formats),
    }  # fmt: skip


def country_lines(summary: Summary, formats: Formats) -> dict[str, Line]:
    """alpha-3 and ``---`` → how it stands in a table of parts."""
    lines = {
        country.iso_a3: Line(country.name, "", link=page_of(country.iso_a3), flag=flag(country.iso_a3))
        for country in summary.countries
    }
    return lines | {UNKNOWN: Line(formats.say("Unknown"), "", apart=True)}


def _lead(
    one: AssetDetail, counts: Mapping[str, int], summary: Summary, formats: Formats, lines: Mapping[str, Line]
) -> Iterator[str]:
    much, period = sentences.quantity(one.count, summary, formats), sentences.period(summary, formats)
    if not counts:
        yield formats.say("%(quantity)s, from countries not known.", quantity=much)
    else:
        where = lines[max(counts, key=lambda code: (counts[code], code))].name
        yield formats.say_many(
            "%(quantity)s, all in %(where)s.",
            "%(quantity)s in %(count)s countries, most of all in %(where)s.",
            len(counts), quantity=much, where=where,
        )  # fmt: skip
    if period:
        yield formats.say("Counted %(period)s.", period=period)
    if one.asset.lifetime is not None and (day := _day(one.asset.published_at)):
        yield formats.say_many(
            "Since it was published, on %(day)s, it was played once: that is api.video’s own count.",
            "Since it was published, on %(day)s, it was played %(count)s times: that is api.video’s own count.",
            one.asset.lifetime, day=formats.day(day),
        )  # fmt: skip


def _figures(
    one: AssetDetail, counts: Mapping[str, int], watched: int, formats: Formats, lines: Mapping[str, Line]
) -> Iterator[Figure]:
    yield Figure(
        "total",
        "",
        formats.number(one.count),
        formats.say("rank %(rank)s of %(number)s", rank=formats.number(one.rank), number=formats.number(watched)),
    )
    yield Figure("reach", formats.say("Countries"), formats.number(len(counts)))
    first = max(counts, key=lambda code: (counts[code], code), default="")
    if first:
        yield Figure("most", formats.say("Top country"), lines[first].name, formats.share(counts[first] / one.count))
    if one.asset.lifetime is not None:
        yield Figure(
            "lifetime",
            formats.say("Lifetime plays"),
            formats.number(one.asset.lifetime),
            formats.say("%(number)s of them day by day here", number=formats.number(one.count))
            if one.count <= one.asset.lifetime
            else "",
        )


def _overlay(counts: Mapping[str, int], scale: Scale, alternative: str, words: Mapping[str, str]) -> str:
    """Weak countries first, so that where dots crowd the strong ones are on top."""
    classes = {code: scale.class_of(count) for code, count in counts.items()}
    ordered = sorted((index or 0, code) for code, index in classes.items())
    return render_overlay({code: f"c{index}" for index, code in ordered}, len(scale.lows), alternative, words=words)


def _legend(counts: Mapping[str, int], scale: Scale, formats: Formats) -> Iterator[Swatch]:
    classes = [scale.class_of(count) for count in counts.values()]
    for index, label in enumerate(scale.ranges(formats)):
        note = formats.say_many("%(count)s country", "%(count)s countries", classes.count(index))
        yield Swatch(f"c{index}", label, note)
    yield Swatch("zero", "0", formats.say("all others"))


def make_list(summary: Summary, details: Details, pages: Mapping[str, str], formats: Formats) -> dict[str, Any]:
    """Everything ``videos.html`` prints besides the frame."""
    told = sum(one.count for one in details.assets)
    hid = details.withheld.get("media", 0)
    rest = (
        (formats.say("Not public"), details.unlisted),
        (formats.say("Withheld"), hid),
        (formats.say("Not known"), summary.total - told - details.unlisted - hid),
    )
    collected = bool(told or details.unlisted or hid)
    return {
        "headline": _headline(details, formats),
        "lead": f"{_list_lead(details, summary, formats)} {by_months('media', details, formats)}".strip(),
        "rows": tuple(_rows(details, pages, formats)),
        "rest": [(name, formats.number(count)) for name, count in rest if count] if collected else [],
        "total": formats.number(summary.total) if collected else "",
        "lifetimes": any(one.asset.lifetime is not None for one in details.assets),
        "shown": formats.say("Shown: %(count)s of %(all)s"),
        "everything": formats.number(len(details.assets)),
    }


def _headline(details: Details, formats: Formats) -> str:
    number = len(details.assets)
    if all(one.asset.public for one in details.assets):
        return formats.say_many(
            "%(count)s public video or live stream", "%(count)s public videos and live streams", number
        )
    return formats.say_many("%(count)s video or live stream", "%(count)s videos and live streams", number)


def _list_lead(details: Details, summary: Summary, formats: Formats) -> str:
    watched = sum(one.count > 0 for one in details.assets)
    period = sentences.period(summary, formats)
    if not period:
        return ""
    return formats.say_many(
        "%(count)s of them was watched %(period)s.",
        "%(count)s of them were watched %(period)s.",
        watched,
        period=period,
    )


def _rows(details: Details, pages: Mapping[str, str], formats: Formats) -> Iterator[Row]:
    for one in details.assets:
        asset, countries = one.asset, sum(code != UNKNOWN for code, _ in one.countries)
        day = _day(asset.published_at)
        lifetime = -1 if asset.lifetime is None else asset.lifetime
        yield Row(
            rank=formats.number(one.rank) if one.count else "–",
            title=title_of(asset, formats),
            link=pages.get(asset.media_id, ""),
            kind=kind_of(asset, formats),
            live=asset.type == "live-stream",
            count=formats.number(one.count),
            countries=formats.number(countries),
            published=formats.day(day) if day else "–",
            lifetime="–" if asset.lifetime is None else formats.number(asset.lifetime),
            keys=f"{one.rank} {one.count} {countries} {day.toordinal() if day else 0} {lifetime} {asset.type[0]}",
        )


def _day(text: str) -> date | None:
    """The day of an ISO time as the API writes it; None for anything else."""
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None
