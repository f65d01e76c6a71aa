"""What ``2026-10/index.html`` and ``months.html`` show, ready to print. Pure.

A month's figures are those of its first publication; see ``aggregate/closed_months.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any

from markupsafe import Markup

from apivideo_geo.aggregate.closed_months import compare_with_before, lacking_month, month_summary
from apivideo_geo.days import month_end
from apivideo_geo.geo.countries import flag, name_of
from apivideo_geo.model import CHANGE_FROM, UNKNOWN, Change, ClosedMonth, Summary
from apivideo_geo.render.addresses import country_page, month_page
from apivideo_geo.render.context import Context
from apivideo_geo.render.map.daily_curve import render_timeline
from apivideo_geo.render.map.legend import make_legend
from apivideo_geo.render.map.small_map import render_counts
from apivideo_geo.render.pages.breakdowns import Line
from apivideo_geo.render.pages.changes import MOVED_FROM, compared_with_before
from apivideo_geo.render.pages.figures import Figure, tone_of_change, top_of
from apivideo_geo.render.pages.notes import make_marks, with_marks
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import sentence
from apivideo_geo.render.text.translations import marked_many

MOVERS = 5
"""Maximum number of countries named as those that grew most, and as those that fell most."""
NAMED = 12
"""Maximum number of new countries named."""
VIDEOS = 25
"""Maximum number of videos and live streams listed."""
_BAR = 74
_WIDEST = marked_many(
    "Most countries on one day: %(count)s, on %(day)s.", "Most countries on one day: %(count)s, on %(day)s."
)
_WIDEST_SO_FAR = marked_many(
    "Most countries on one day so far: %(count)s, on %(day)s.",
    "Most countries on one day so far: %(count)s, on %(day)s.",
)
_NEW_AND_MORE = marked_many(
    "First seen in this month: %(countries)s and %(count)s more.",
    "First seen in this month: %(countries)s and %(count)s more.",
)


@dataclass(frozen=True)
class MonthRow:
    """A country, video or month in a table, all cells as text; ``bar`` is a length from 0 to 74."""

    name: str
    count: str
    link: str = ""
    flag: str = ""
    rank: str = ""
    share: str = ""
    bar: str = ""
    change: str = ""
    tone: str = ""
    note: str = ""


class MonthView:
    """The sentences and rows of a closed month, for its page, the index and the digest."""

    def __init__(self, closed: ClosedMonth, context: Context) -> None:
        self.closed, self.context, self.formats = closed, context, context.formats
        self.name = sentence(self.formats.full_month(closed.month))
        self.compared = compare_with_before(closed, context.details.closed)
        self._change_of = cache(self.compared.of) if self.compared else lambda _: Change(0, 0, 0)

    def amount(self, count: float) -> str:
        """Return a count of the month without its noun."""
        return sentences.amount(self.closed.metric, count, self.formats)

    @cached_property
    def summary(self) -> Summary:
        """The month as a Summary, as it was first published."""
        return month_summary(self.closed, self.context.summary, self.name_of)

    def headline(self) -> str:
        """Return "Watched in 41 countries, most of all in France"."""
        if not self.closed.total:
            return sentence(self.formats.say("No %(plays)s", plays=sentences.noun(self.closed.metric, self.formats)))
        return sentences.headline(self.summary, self.formats)

    def lead(self) -> str:
        """Return how much, from where, and how that compares with the month before."""
        say, month = self.formats.say, self.summary
        if not month.total:
            return say("Nothing was counted %(when)s.", when=sentences.period(month, self.formats))
        return f"{sentences.lead(month, self.formats)} {compared_with_before(self.closed, self.context)}".strip()

    def published(self) -> str:
        """Return when it was first published, and that it stays so."""
        return self.formats.say(
            "First published on %(day)s. Figures, map, countries and files stay as they were then.",
            day=self.formats.day(self.closed.published),
        )

    def corrections(self) -> Iterator[str]:
        """Yield a dated sentence for each correction, oldest first."""
        before = self.closed.total
        for one in self.closed.corrections:
            day = self.formats.day(one.day)
            if one.total == before:
                yield self.formats.say(
                    "Corrected on %(day)s: the counts of countries are different, the total is the same.", day=day
                )
            else:
                yield self.formats.say(
                    "Corrected on %(day)s: %(now)s instead of %(before)s.",
                    day=day, now=self.context.quantity(one.total), before=self.amount(before),
                )  # fmt: skip
            before = one.total

    def gaps(self) -> str:
        """Return the days of the month without a count; empty without any."""
        return sentences.gaps(self.summary, self.formats)

    def records(self) -> Iterator[str]:
        """Yield the best day, the day with most countries, and the countries that were seen for the first time."""
        formats, closed = self.formats, self.closed
        counts = [count or 0 for count in closed.daily]
        best, reach = max(counts), max(closed.reach)
        best_days, wide_days = (
            [self._day(index) for index, value in enumerate(values) if value == most]
            for values, most in ((counts, best), (closed.reach, reach))
        )
        if best and len(best_days) == 1 and closed.before and best > closed.before[0]:
            quantity, day = self.context.quantity(best), formats.day(best_days[0])
            yield formats.say("Best day so far: %(quantity)s on %(day)s.", quantity=quantity, day=day)
        elif best:
            yield f"{sentences.most_on_one_day(best, best_days, formats)}."
        if reach and len(wide_days) == 1:
            messages = _WIDEST_SO_FAR if closed.before and reach > closed.before[1] else _WIDEST
            yield formats.say_many(*messages, reach, day=formats.day(wide_days[0]))
        locale = formats.language if formats.spoken else self.context.theme.locale
        names = [sentences.with_article(code, name_of(code, locale), formats) for code in closed.new]
        if len(names) > NAMED:
            yield formats.say_many(*_NEW_AND_MORE, len(names) - NAMED, countries=", ".join(names[:NAMED]))
        elif names:
            yield formats.say("First seen in this month: %(countries)s.", countries=formats.listed(names))

    def events(self) -> list[str]:
        """Return the notes and publications of the month as they are known now, oldest first."""
        marks = make_marks(self.context.notes, self.summary.daily, self.context)
        return [f"{day}: {event.sentence}" for event, day in reversed(marks.events)]

    def movers(self) -> tuple[tuple[MonthRow, ...], tuple[MonthRow, ...]]:
        """Return the countries that grew most and those that fell most, by the difference of their daily averages."""
        compared = self.compared
        if compared is None:
            return (), ()
        codes = {*self.closed.countries, *compared.before.countries} - {UNKNOWN}
        changes = {code: self._change_of(code) for code in codes}
        moved = {code: round(change.now - change.before, 6) for code, change in changes.items()}
        order = sorted(
            (code for code in moved if abs(moved[code]) >= MOVED_FROM), key=lambda code: (-abs(moved[code]), code)
        )
        grew, fell = ([code for code in order if sign * moved[code] > 0][:MOVERS] for sign in (1, -1))
        rows = {code: self._mover(code, changes[code], compared.comparison.days) for code in (*grew, *fell)}
        return tuple(rows[code] for code in grew), tuple(rows[code] for code in fell)

    def _mover(self, code: str, change: Change, days: int) -> MonthRow:
        rate = self.formats.rate
        note = self.formats.say(
            "%(average)s a day; the month before: %(before)s a day",
            average=rate(change.now / days),
            before=rate(change.before / days),
        )
        return MonthRow(self.name_of(code), "", self._link(code), flag(code), note=note, **self._change(code))

    def rows(self) -> Iterator[MonthRow]:
        """Yield the countries by rank, then what is unknown."""
        month, formats = self.summary, self.formats
        longest = max((country.share for country in month.countries), default=0) or 1
        for country in month.countries:
            yield MonthRow(
                country.name, self.amount(country.count), self._link(country.iso_a3), flag(country.iso_a3),
                rank=formats.number(country.rank), share=formats.share(country.share),
                bar=f"{max(_BAR * country.share / longest, 1):.1f}", **self._change(country.iso_a3),
            )  # fmt: skip
        if month.unknown:
            share = formats.share(month.unknown / month.total)
            yield MonthRow(formats.say("Unknown"), self.amount(month.unknown), rank="–", share=share, change="–")

    def videos(self, lines: Mapping[str, Line]) -> list[MonthRow]:
        """Return the most watched videos and live streams as counted now; none if they may not be shown by day.

        ``lines``: media id → its line in a table.
        """
        daily, month = self.context.summary.daily, self.closed.month
        start = next(index for index, day in enumerate(daily) if day.day == month)
        sums = {
            one.asset.media_id: sum(one.daily[start : start + len(self.closed.daily)])
            for one in self.context.details.assets
        }
        longest = max(sums.values(), default=0)
        return [
            MonthRow(
                lines[media_id].name, self.amount(sums[media_id]), lines[media_id].link,
                bar=f"{max(_BAR * sums[media_id] / longest, 1):.1f}", note=lines[media_id].kind,
            )
            for media_id in sorted(sums, key=lambda media_id: (-sums[media_id], media_id))[:VIDEOS]
            if sums[media_id]
        ]  # fmt: skip

    def cite(self) -> str:
        """Return how to cite the page: headline, site, month, date of first publication, address if it is known."""
        values = {
            "headline": self.headline(), "site": self.context.theme.title,
            "month": self.formats.full_month(self.closed.month), "day": self.formats.day(self.closed.published),
        }  # fmt: skip
        text = self.formats.say("“%(headline)s”. %(site)s, %(month)s. First published on %(day)s.", **values)
        return f"{text} {self.address()}".strip()

    def address(self) -> str:
        """Return the address of the page; empty if that of the site is not known."""
        site = self.context.theme.site_url
        return f"{site}{month_page(self.closed.month).removesuffix('index.html')}" if site else ""

    def name_of(self, code: str) -> str:
        """Return the name of a country in the language of the site."""
        return name_of(code, self.context.theme.locale)

    def _link(self, code: str) -> str:
        """Return the path of a country's page; empty if it has none any more."""
        return country_page(code) if any(self.context.summary.by_country.get(code, ())) else ""

    def _change(self, code: str) -> dict[str, str]:
        change = self._change_of(code)
        if change.counted >= CHANGE_FROM:
            return {"change": self.formats.change(change.now, change.before), "tone": tone_of_change(change)}
        new = code in self.closed.new
        return {"change": self.formats.say("new") if new else "–", "tone": "up" if new else ""}

    def _day(self, index: int) -> date:
        return self.closed.month.replace(day=index + 1)


def make_month(closed: ClosedMonth, context: Context, asset_lines: Mapping[str, Line]) -> dict[str, Any]:
    """Return what ``month.html`` prints, except the frame. ``asset_lines``: media id → its line in a table."""
    view, formats = MonthView(closed, context), context.formats
    month = view.summary
    counts = {country.iso_a3: country.count for country in month.countries}
    scale = context.theme.scale_of(list(counts.values()))
    words = {country.iso_a3: f"{country.name}: {context.quantity(country.count)}" for country in month.countries}
    overlay = render_counts(counts, scale, sentences.description(month, formats), words)
    grew, fell = view.movers()
    index = context.details.closed.index(closed)
    return {
        "month": view.name,
        "headline": view.headline(),
        "lead": view.lead(),
        "published": view.published(),
        "corrections": tuple(view.corrections()),
        "figures": tuple(_figures(view, month)),
        "count": closed.total,
        "classes": len(scale.lows),
        "overlay": Markup(overlay),  # noqa: S704 - SVG made here, its texts escaped
        "legend": make_legend(month, scale, formats),
        **_curve(month, context),
        "gaps": view.gaps(),
        "records": tuple(view.records()),
        "grew": grew,
        "fell": fell,
        "rows": tuple(view.rows()),
        "total": view.amount(closed.total),
        "videos": view.videos(asset_lines),
        "compared": view.compared and formats.full_month(view.compared.before.month),
        "cite": view.cite(),
        "period": f"{closed.month}..{month_end(closed.month)}",
        "previous": _neighbour(index - 1, context),
        "next": _neighbour(index + 1, context),
        "own_balance": sentences.balance(closed.total, month.unknown, context.summary, formats),
        "other_metrics": bool(context.summary.others),
    }


def _curve(month: Summary, context: Context) -> dict[str, Any]:
    """Return the curve with the notes and publications of the month as they are known now."""
    formats, marks = context.formats, make_marks(context.notes, month.daily, context)
    words = with_marks(sentences.curve(month, formats), marks, formats)
    svg = render_timeline(month.daily, formats, words, marks.picture)
    return {"curve": Markup(svg), "marks": marks}  # noqa: S704 - SVG made here, its texts escaped


def make_months(context: Context) -> dict[str, Any]:
    """Return the variables of ``months.html``, except those of all pages: a row for each closed month, newest first."""
    return {
        "rows": [_month_row(closed, context) for closed in reversed(context.details.closed)],
        "other_metrics": bool(context.summary.others),
    }


def _month_row(closed: ClosedMonth, context: Context) -> MonthRow:
    view, formats = MonthView(closed, context), context.formats
    found, change = view.compared and view.compared.of(), {}
    if found and found.counted >= MOVED_FROM:
        change = {"change": formats.change(found.now, found.before), "tone": tone_of_change(found)}
    note = view.headline()
    if closed.collected < len(closed.daily):
        days = formats.number(closed.collected), formats.number(len(closed.daily))
        note += " · " + formats.say("%(days)s of %(all)s days", days=days[0], all=days[1])
    if not view.compared and lacking_month(closed, context.details.closed):
        note += " · " + compared_with_before(closed, context)
    return MonthRow(
        view.name, view.amount(closed.total), month_page(closed.month), note=note,
        **{"change": "–", **change}, share=formats.say("corrected") if closed.corrections else "",
    )  # fmt: skip


def _figures(view: MonthView, month: Summary) -> Iterator[Figure]:
    closed, formats, say = view.closed, view.formats, view.formats.say
    corrected = closed.corrections and say("corrected: %(number)s", number=view.amount(closed.corrections[-1].total))
    yield Figure("total", "", view.amount(closed.total), corrected or "")
    new = formats.say_many("%(count)s new", "%(count)s new", len(closed.new)) if closed.new else ""
    yield Figure("reach", say("Countries"), formats.number(len(month.countries)), new)
    yield top_of(month, formats)
    days = formats.say("of %(number)s", number=formats.number(len(closed.daily)))
    yield Figure("days", say("Days collected"), formats.number(closed.collected), days)


def _neighbour(index: int, context: Context) -> dict[str, str] | None:
    months, formats = context.details.closed, context.formats
    if not 0 <= index < len(months):
        return None
    month = months[index].month
    return {"name": sentence(formats.full_month(month)), "link": month_page(month)}
