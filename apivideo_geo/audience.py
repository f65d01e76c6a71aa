"""The public Python API: an audience as pandas frames, an Arrow table, an Ibis table and a folium map.

>>> import apivideo_geo
>>> audience = apivideo_geo.demo()
>>> list(audience.choro().columns)
['ISO_A3', 'Count']

The site is built from the same Summary and the same frames, so a figure in a notebook equals the figure on the page.
Heavy libraries are imported when a method needs them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from apivideo_geo.errors import UsageError
from apivideo_geo.model import (
    DIMENSIONS,
    FACT_COLUMNS,
    UNKNOWN,
    UNLISTED,
    Asset,
    Details,
    Origin,
    PublishedMonths,
    Summary,
    most_first,
)

if TYPE_CHECKING:
    import folium
    import ibis.expr.types as ir
    import pandas as pd
    import pyarrow as pa

Day = date | str | None
"""A UTC day, as a date or as ``YYYY-MM-DD``; None is no limit."""
Text = str | None
"""A code or an id; None is no choice."""
WITHHELD = ("city", "referrer")
"""Breakdowns that exist by complete UTC months only, without their small counts."""


@dataclass(frozen=True, kw_only=True)
class Audience(Origin):
    """Who watched, by UTC day and country. Made by :func:`open` and :func:`demo`.

    Attributes, with those of :class:`model.Origin`: ``facts_table``: an Ibis table with the columns
    ``model.FACT_COLUMNS``. ``days``: collected UTC day → whether it is partial. ``assets``: the videos and live streams
    with their titles. ``published``: the rows of ``monthly.csv`` where the audience was opened from a site.
    ``first_published``: months that were published from a history before. ``others``: each other metric that was
    collected → its audience, by country and day only. ``media_facts``: other metric → its totals and its counts by
    video, if these may be published.

    In every method, ``since`` and ``until`` are inclusive UTC days, ``country`` is an ISO 3166-1 alpha-3 code (``XKX``
    Kosovo, ``---`` unknown), ``media`` is the id of a video or live stream, and ``metric`` is one of :attr:`metrics`
    (None: the first). Viewers, who are counted once a day, are never added up over days: their count in a period is the
    mean of a day. Times are in seconds. Frames have the types ``string``,
    ``Int64``, ``Float64`` and ``datetime64[s]``. A period without any collected day raises :class:`UsageError`.
    """

    facts_table: ir.Table
    days: Mapping[date, bool]
    assets: tuple[Asset, ...] = ()
    published: pd.DataFrame | None = None
    first_published: PublishedMonths = field(default_factory=dict)
    locale: str = "en"
    others: Mapping[str, Audience] = field(default_factory=dict)
    media_facts: Mapping[str, ir.Table] = field(default_factory=dict)
    _summaries: dict[tuple[object, ...], Summary] = field(default_factory=dict, repr=False, compare=False)

    @property
    def metrics(self) -> tuple[str, ...]:
        """The collected metrics; the first one is that of every method by default."""
        return (self.metric, *self.others)

    def choro(
        self, *, since: Day = None, until: Day = None, country: Text = None, media: Text = None, metric: Text = None
    ) -> pd.DataFrame:
        """Return ``ISO_A3, Count``, highest count first, as in ``choro.csv``; unknown is the last row, ``---``."""
        from apivideo_geo.exports.frames import choro_frame

        return choro_frame(self._summary(since, until, country, media, metric))

    def countries(
        self, *, since: Day = None, until: Day = None, country: Text = None, media: Text = None, metric: Text = None
    ) -> pd.DataFrame:
        """Return one row for each country, as in ``countries.csv``: codes, name, count, share (0–1), rate, rank."""
        from apivideo_geo.exports.frames import countries_frame

        return countries_frame(self._summary(since, until, country, media, metric))

    def groups(
        self, own: Mapping[str, Sequence[str]] | None = None, *, since: Day = None, until: Day = None,
        media: Text = None, metric: Text = None,
    ) -> pd.DataFrame:  # fmt: skip
        """Return one row for each group of countries, as in ``groups.csv``: continents, the EU, UN subregions.

        ``own``: groups of your own, such as ``{"DACH": ["DEU", "Austria", "CH"]}``. Groups overlap: they must not be
        added up. Raises :class:`UsageError` for a group that has a text that is not a country.
        """
        from apivideo_geo.aggregate.groups import count_groups
        from apivideo_geo.exports.frames import groups_frame
        from apivideo_geo.geo.groups import all_groups, own_groups
        from apivideo_geo.geo.places import population

        summary = self._summary(since, until, None, media, metric)
        groups = all_groups(own_groups(own or {}), self.locale)
        return groups_frame(count_groups(summary, groups, population), summary)

    def daily(
        self, *, since: Day = None, until: Day = None, country: Text = None, media: Text = None, metric: Text = None
    ) -> pd.DataFrame:
        """Return ``day, count, state, metric``, one row for each UTC day.

        ``count`` is 0 on a collected day without plays, and missing on a day that was never collected.
        """
        from apivideo_geo.exports.frames import daily_frame

        return daily_frame(self._summary(since, until, country, media, metric))

    def timeseries(
        self, *, since: Day = None, until: Day = None, country: Text = None, media: Text = None, metric: Text = None
    ) -> pd.DataFrame:
        """Return one row for each UTC day and country with a count, as in ``timeseries.csv``.

        Without ``media`` and ``metric``, the other metrics are further columns.
        """
        from apivideo_geo.exports.frames import timeseries_frame

        return timeseries_frame(self.summary(since, until, country, media, metric))

    def ratios(self, *, since: Day = None, until: Day = None, country: Text = None) -> pd.DataFrame:
        """Return one row for each ratio of two metrics and each country, as in ``ratios.csv``: play rate, completion, …

        A ratio divides the sums over the days on which both metrics were collected. ``value``, and for rates the 95 %
        interval from ``low`` to ``high`` (Wilson), are missing where ``reason`` says why: ``too_few`` (the number to
        divide by is under the setting ``ratio_from``), ``not_collected``, or ``above_one`` (no interval). ``upper`` and
        ``lower`` are the two sums; where one counts viewers, both are the mean of a day. Rows without a country are of
        all.
        """
        from apivideo_geo.exports.frames import ratios_frame

        return ratios_frame(self.summary(since, until, country))

    def videos(self, *, since: Day = None, until: Day = None, country: Text = None, media: Text = None) -> pd.DataFrame:
        """Return one row for each video and live stream, as in ``videos.csv``; all that are not public are one row."""
        from apivideo_geo.exports.frames import videos_frame

        summary = self.summary(since, until, country, None)
        frame = videos_frame(summary, self._details(summary, country))
        return frame if media is None else frame[frame["media_id"] == self._media(media)].reset_index(drop=True)

    def cities(self, *, since: Day = None, until: Day = None, country: Text = None, media: Text = None) -> pd.DataFrame:
        """Return ``iso_a3, city, count, latitude, longitude``, highest count first.

        Cities are counted by complete UTC months, without small counts. Degrees are missing where the place of a city
        is not certain. Raises :class:`UsageError` with ``media``, because cities are not stored by video.
        """
        from apivideo_geo.exports.columns import CITIES
        from apivideo_geo.exports.frames import make_frame
        from apivideo_geo.geo.cities import locate

        _only_countries("Cities", media)
        found = _of_country(self._by_month("city", since, until), country)
        cells = zip(found["iso_a3"], found["value"], found["count"], strict=True)
        sums: Counter[tuple[str, str]] = Counter()
        for code, city, count in cells:
            sums[code, city] += count
        ordered = sorted((-count, code, city) for (code, city), count in sums.items())
        places = ((code, city, -count, *(locate(code, city) or (None, None))) for count, code, city in ordered)
        return make_frame(CITIES, places)

    def breakdown(
        self, dimension: str, *, since: Day = None, until: Day = None, country: Text = None, media: Text = None
    ) -> pd.DataFrame:
        """Return ``value, count, share``, highest count first.

        ``dimension`` is ``media``, ``device``, ``os``, ``browser``, ``referrer`` or ``city``. ``share`` (0–1) is of all
        plays on the days of the period on which the dimension was collected; the counts add up to these plays or fewer.
        Referring sites and cities are counted by complete UTC months, without small counts.
        Raises :class:`UsageError` for another dimension, and for ``media=``: breakdowns are not stored by video.
        """
        from apivideo_geo.exports.frames import breakdown_frame

        _choice("breakdown", dimension, DIMENSIONS[1:])
        _only_countries("Breakdowns", media)
        summary = self.summary(since, until, country, None)
        months = None
        if dimension in self.withheld or (self.published is not None and dimension in WITHHELD):
            rows = self._by_month(dimension, since, until)
            months = {month.date() for month in rows["month"]}
            found = _of_country(rows, country).groupby("value")["count"].sum().to_dict()
            sums = {str(value): int(count) for value, count in found.items()}
        else:
            facts = self._select(country, None)
            sums = self._sums(facts.filter(facts.dimension == dimension), summary)
        parts = tuple(most_first(sums).items())
        return breakdown_frame(parts, summary.count_by(dimension, months=months))

    def facts(
        self, *, since: Day = None, until: Day = None, country: Text = None, media: Text = None, metric: Text = None
    ) -> pa.Table:
        """Return the facts of a metric as an Arrow table with the columns of ``facts.parquet``, sorted by all of them.

        With ``media``, only the rows of the dimension ``media`` with that value.
        """
        if metric is not None and metric != self.metric:
            _choice("metric", metric, self.metrics)
            return self.others[metric].facts(since=since, until=until, country=country, media=media)
        from apivideo_geo.aggregate.summary import within
        from apivideo_geo.engines import engine_errors
        from apivideo_geo.facts import sort_facts

        table = within(self.facts_table, _day(since), _day(until))
        if country is not None:
            table = table.filter(table.country == _country(country))
        if media is not None:
            table = _of_media(table, self._media(media))
        keys = [name for name in FACT_COLUMNS if name != "count"]
        with engine_errors():
            # Values that were stored under several spellings have become one.
            return sort_facts(table.group_by(keys).agg(count=table["count"].sum()).to_pyarrow())

    def ibis(self) -> ir.Table:
        """Return the facts of the first metric as an Ibis table (DuckDB), for SQL and for expressions of your own."""
        return self.facts_table

    def map(
        self,
        measure: Literal["count", "share", "per-million"] = "count",
        method: str = "quantile",
        classes: int = 6,
        palette: str = "blue",
        *,
        since: Day = None,
        until: Day = None,
        country: Text = None,
        media: Text = None,
        metric: Text = None,
    ) -> folium.Map:
        """Return a folium map: a choropleth of all 250 territories, in Equal Earth projection, that works offline.

        ``method`` and ``classes`` cut the classes as the settings ``class_method`` and ``classes`` do; ``palette`` is
        one of the site's palettes. It shows itself in Jupyter; ``.save("map.html")`` writes one file. To add layers of
        your own, convert degrees with :func:`apivideo_geo.to_map`.
        """
        from apivideo_geo.render.map.notebook import make_map

        summary = self._summary(since, until, country, media, metric)
        return make_map(summary, measure, method, classes, palette, self.locale)

    def picture(
        self,
        title: str = "",
        palette: str = "blue",
        theme: Literal["light", "dark"] = "light",
        *,
        since: Day = None,
        until: Day = None,
        country: Text = None,
        media: Text = None,
        metric: Text = None,
    ) -> str:
        """Return the map as an SVG document with headline, legend and date, as the site's ``map.svg``.

        ``title`` is printed above the map. ``since`` and ``until``: UTC days, both included. ``country`` (alpha-3) or
        ``media`` (media id): only these plays; ``metric``: another one than the first. Raises UsageError for values
        that do not exist.
        """
        from apivideo_geo.render.map.palettes import PALETTES
        from apivideo_geo.render.map.picture import PICTURE_COLOURS, render_picture
        from apivideo_geo.render.map.scale import make_scale
        from apivideo_geo.render.text.formats import Formats

        _choice("palette", palette, PALETTES)
        _choice("theme", theme, PICTURE_COLOURS)
        summary = self._summary(since, until, country, media, metric)
        scale = make_scale([country.count for country in summary.countries])
        return render_picture(summary, scale, Formats(self.locale), title, palette=palette, theme=theme)

    def summary(
        self, since: Day = None, until: Day = None, country: Text = None, media: Text = None, metric: Text = None
    ) -> Summary:
        """Return every figure of the front page for a period, a country or a video; counted once for each question.

        Its ``others`` are the other metrics on the same days; a metric without any day of the period is left out. With
        ``metric``, it is of this metric alone.
        """
        found, others = self._summary(since, until, country, media, metric), {}
        for name, audience in self.others.items() if media is None and metric is None else ():
            with suppress(UsageError):
                others[name] = audience._summary(found.period_from, found.period_to, country, exactly=True)
        return replace(found, others=others)

    def _summary(
        self, since: Day = None, until: Day = None, country: Text = None, media: Text = None, metric: Text = None,
        *, exactly: bool = False,
    ) -> Summary:  # fmt: skip
        """Return the Summary of one metric. ``exactly``: it has every day of the period, also if the last lack data."""
        if metric is not None and metric != self.metric:
            _choice("metric", metric, self.metrics)
            if media is not None:
                raise UsageError(f"The metric {metric} is not stored by video; leave out media=.")
            return self.others[metric]._summary(since, until, country, exactly=exactly)
        from apivideo_geo.aggregate.summary import Atlas, summarise, uncollected_days
        from apivideo_geo.engines import engine_errors
        from apivideo_geo.geo import countries, places

        period = first, last = _day(since), _day(until)
        question = (*period, country, media, exactly)
        if question in self._summaries:
            return self._summaries[question]
        atlas = Atlas(lambda code: countries.name_of(code, self.locale), countries.to_alpha2, places.population)
        with engine_errors():
            found = summarise(self._select(country, media), self._days(media), self, atlas, period, exactly=exactly)
        if country is not None:  # a day without a value in one country may have been collected all the same
            days = [day.day for day in found.daily]
            found = replace(found, uncollected=uncollected_days(self.facts_table, days, self.withheld))
        if all(day.count is None for day in found.daily):
            raise UsageError(f"No day was collected{_between(first, last)}; widen the period.")
        self._summaries[question] = found
        return found

    def details(self, summary: Summary) -> Details:
        """Return the figures of countries, videos and cities for the period of ``summary``."""
        from apivideo_geo.aggregate.details import by_media
        from apivideo_geo.engines import engine_errors

        with engine_errors():
            videos = {
                metric: found
                for metric, facts in self.media_facts.items()
                if metric in summary.others and (found := by_media(facts, summary.others[metric]))
            }
        return replace(self._details(summary, None), by_media=videos)

    def _details(self, summary: Summary, country: str | None) -> Details:
        from apivideo_geo.aggregate.details import detail
        from apivideo_geo.engines import engine_errors
        from apivideo_geo.geo.cities import locate

        with engine_errors():
            return detail(
                self._select(country, None), summary, self.assets, self.withheld, locate, self.first_published
            )

    def _days(self, media: str | None) -> Mapping[date, bool]:
        """Return the collected days; with ``media``, those on which videos were collected."""
        from apivideo_geo.aggregate.summary import uncollected_days

        if media is None:
            return self.days
        lacking = uncollected_days(self.facts_table, self.days, self.withheld).get("media", ())
        return {day: partial for day, partial in self.days.items() if day not in lacking}

    def _select(self, country: str | None, media: str | None) -> ir.Table:
        """Return the facts of a country; with ``media``, those of the video as if it were everything."""
        table = self.facts_table
        if country is not None:
            table = table.filter(table.country == _country(country))
        if media is not None:
            import ibis

            table = _of_media(table, self._media(media))
            table = table.mutate(dimension=ibis.literal("total"), value=ibis.literal(""))
        return table

    def _media(self, media: str) -> str:
        """Return ``media`` if it is the id of a video or live stream. Raises :class:`UsageError` otherwise."""
        from apivideo_geo.engines import engine_errors

        if not isinstance(media, str):
            raise UsageError(f"media= must be a text, not {media!r}.")
        if media not in {UNLISTED, *(asset.media_id for asset in self.assets)}:
            with engine_errors():
                watched = _of_media(self.facts_table, media).limit(1).to_pyarrow()
            if not watched.num_rows:
                raise UsageError(f"No video or live stream {media!r} is known; videos() lists those that are.")
        return media

    def _sums(self, rows: ir.Table, summary: Summary) -> dict[str, int]:
        from apivideo_geo.aggregate.summary import within
        from apivideo_geo.engines import engine_errors

        with engine_errors():
            inside = within(rows, summary.period_from, summary.period_to)
            sums = inside.group_by("value").agg(count=inside["count"].sum()).to_pyarrow().to_pydict()
        return dict(zip(sums["value"], sums["count"], strict=True))

    def _by_month(self, dimension: str, since: Day, until: Day) -> pd.DataFrame:
        """Return the published rows of a breakdown with withheld counts, for the complete months of the period."""
        import pandas as pd

        first, last = _day(since), _day(until)
        rows = self._monthly(first, last)
        rows = rows[rows["dimension"] == dimension]
        if first:
            rows = rows[rows["month"] >= pd.Timestamp(first)]
        if last:
            rows = rows[rows["month"] + pd.offsets.MonthEnd(1) <= pd.Timestamp(last)]
        return rows

    def _monthly(self, first: date | None, last: date | None) -> pd.DataFrame:
        from apivideo_geo.aggregate.monthly import count_cells
        from apivideo_geo.aggregate.summary import within
        from apivideo_geo.engines import engine_errors
        from apivideo_geo.exports.frames import monthly_frame

        if self.published is not None:
            return self.published
        summary = self.summary(first, last)
        inside = within(self.facts_table, summary.period_from, summary.period_to)
        listed = {asset.media_id for asset in self.assets}
        with engine_errors():
            monthly = count_cells(inside, summary, self.withheld, self.first_published, listed)
        return monthly_frame(Details(monthly=monthly.cells))


def _of_country(rows: pd.DataFrame, country: str | None) -> pd.DataFrame:
    """Return the named values among the ``rows`` of ``monthly.csv``; with ``country``, only its own."""
    named = rows[rows["value"].notna()]
    return named if country is None else named[named["iso_a3"] == _country(country)]


def to_map(latitude: float, longitude: float) -> tuple[float, float]:
    """Return the ``location`` on the map of a place in degrees (north and east positive), for layers of your own.

    The map is planar (Equal Earth projection), so folium's markers and circles need converted degrees.

    >>> import apivideo_geo, folium
    >>> marker = folium.Marker(apivideo_geo.to_map(48.86, 2.35))
    """
    from apivideo_geo.geo.shapes import HEIGHT, project

    x, y = project(latitude, longitude)
    return HEIGHT - y, x


def _of_media(facts: ir.Table, media: str) -> ir.Table:
    """Return the rows of a video or live stream. Any text can be its id: it is not written into the query."""
    import pyarrow as pa

    from apivideo_geo.engines import make_table

    wanted = make_table(facts.get_backend(), pa.table({"value": [media]}))
    return facts.filter(facts.dimension == "media").semi_join(wanted, "value")


def _day(day: Day) -> date | None:
    """Return ``day`` as a date. Raises :class:`UsageError` for a text that is not a date."""
    if isinstance(day, datetime):
        return day.date()
    if day is None or isinstance(day, date):
        return day
    try:
        return date.fromisoformat(day)
    except (TypeError, ValueError):
        raise UsageError(f"{day!r} is not a day; write it as 2026-01-31.") from None


def _choice(what: str, value: object, choices: Iterable[str]) -> None:
    if value not in (known := tuple(choices)):
        raise UsageError(f"There is no {what} {value!r}: choose one of {', '.join(known)}.")


def _country(code: str) -> str:
    """Return ``code`` if it is an alpha-3 of the map or ``---``. Raises :class:`UsageError` otherwise."""
    from apivideo_geo.geo.countries import all_countries

    if code != UNKNOWN and code not in all_countries():
        raise UsageError(f"{code!r} is not a country code; write an ISO 3166-1 alpha-3 code such as FRA, or ---.")
    return code


def _between(first: date | None, last: date | None) -> str:
    since, until = f" since {first}" if first else "", f" until {last}" if last else ""
    return since + until


def _only_countries(what: str, media: str | None) -> None:
    if media is not None:
        raise UsageError(f"{what} are not stored by video; leave out media=.")
