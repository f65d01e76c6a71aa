"""What may be published: an allow-list, applied before anything is stored or shown. No I/O.

Small counts of some dimensions are withheld (:func:`withhold`), so that no figure points at a person. Four rules keep
them from being calculated from what is published:

1. All figures of such a dimension are derived from :class:`Cells`, so that no total reveals more than the cells do.
2. Cells are made for one complete month at a time and then added up, so that the difference between two published sites
   is again a sum of cells that may be published.
3. A month's cells are those of its first publication, or a part of them (:func:`withhold_more`), or nothing.
4. A public history does not contain the dimension.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from apivideo_geo.facts import FACTS, add_up_facts
from apivideo_geo.model import UNLISTED, Asset, Cells, Facts, PublishedMonths, most_first

if TYPE_CHECKING:
    import ibis

PUBLIC_DIMENSIONS = ("total", "media", "device", "os", "browser")
"""May be published by day and stored in a public history; ``media`` unless its small counts are withheld too."""
PRIVATE_DIMENSIONS = (*PUBLIC_DIMENSIONS, "referrer", "city")
"""May be stored in a private history."""
WITHHELD_DIMENSIONS = ("referrer", "city")
"""Their small counts are withheld, because they could point at a person."""
MIN_PRIVATE_TITLE = 8
"""Shorter titles are too likely to occur on a page as ordinary words."""


# --- Small counts -----------------------------------------------------------------------------------


def withhold(counts: Mapping[str, Mapping[str, int]], min_count: int) -> Cells:
    """Suppress the counts below ``min_count`` of one dimension (``counts``: country → value → count).

    The total of a country is public, so the sum of what is suppressed can be calculated. Therefore the next larger
    counts of the country are suppressed too, all equal ones together, until :func:`_is_safe`. Of a country whose counts
    would all be suppressed nothing is published, not even their sum.

    Guarantee: for somebody who knows every published figure, this code, which values are suppressed and how many
    counts have no value, each suppressed value can still be any number from 1 to ``min_count - 1``. Where nothing of a
    country is published, it can be any of these that the country's total allows. See :func:`_is_safe` for the proof.

    >>> withhold({"FRA": {"Paris": 60, "Lyon": 12, "Pau": 3}, "MCO": {"Monaco": 4}}, min_count=10)
    Cells(shown={'FRA': {'Paris': 60}}, withheld={'FRA': 15})
    """
    return withhold_more(Cells(counts, {}), min_count)


def withhold_more(cells: Cells, min_count: int) -> Cells:
    """Apply :func:`withhold` to ``cells`` that were published with a smaller ``min_count``.

    Every decision depends only on what was published and on which values are suppressed, so the two publications
    together reveal no more than the first.
    """
    shown: dict[str, dict[str, int]] = {}
    withheld: dict[str, int] = {}
    hidden: dict[str, int] = {}
    for country, values in sorted(cells.shown.items()):
        counts = [count for count in values.values() if count > 0]
        before = cells.hidden.get(country, 0), cells.withheld.get(country, 0)
        limit = _lowest_shown(sorted(counts), min_count, *before)
        published = {value: count for value, count in values.items() if limit and count >= limit}
        if not published:
            continue
        shown[country] = most_first(published)
        if more := before[0] + len(counts) - len(published):
            hidden[country] = more
            withheld[country] = before[1] + sum(counts) - sum(published.values())
    return Cells(shown, withheld, hidden)


def _lowest_shown(ascending: list[int], min_count: int, hidden: int, withheld: int) -> int | None:
    """Return the lowest of the ``ascending`` counts that may be shown; None if none may.

    ``hidden`` values with the sum ``withheld`` are suppressed already.
    """
    sums = list(accumulate(ascending, initial=withheld))
    index = bisect_left(ascending, min_count)
    while index < len(ascending):
        lowest = ascending[index]
        if not hidden + index or _is_safe(hidden + index, sums[index], lowest, min_count):
            return lowest
        index = bisect_right(ascending, lowest)
    return None


def _is_safe(hidden: int, withheld: int, lowest_shown: int, min_count: int) -> bool:
    """Return whether each of ``hidden`` suppressed values with the sum ``withheld`` can be 1 to ``min_count - 1``.

    That is so if, whichever of these numbers v one value is, the others have room: they can be (1) all below
    ``min_count``, or (2) all from ``min_count`` to ``lowest_shown - 2``; a single other one can be anything up to that.
    Proof that nobody who knows this code can then exclude any v:

    (1) Let the others be numbers below ``min_count`` that add up to ``withheld - v``. All are then suppressed at once,
        with the same sum and the same counts shown. So the same is published.
    (2) Let the others be numbers a and a + 1 that add up to ``withheld - v``. One value alone is never safe, so with v
        at least those with a are suppressed; let there be p of them. If a + 1 is then the lowest count shown, the sum
        v + p·a is more than (1) allows, 1 + p·(``min_count`` - 1), and more than (2) allows, 1 + p·(a - 1). So those
        with a + 1 are suppressed as well, and the same is published.
    """
    others = hidden - 1
    least = 1 if others == 1 else min_count
    return others > 0 and any(
        min_count - 1 + others * low <= withheld <= 1 + others * high
        for low, high in ((1, min_count - 1), (least, lowest_shown - 2))
    )


def add_cells(periods: Iterable[Cells]) -> Cells:
    """Add up the cells of several periods."""
    shown: dict[str, Counter[str]] = {}
    withheld: Counter[str] = Counter()
    for period in periods:
        withheld.update(period.withheld)
        for country, values in period.shown.items():
            shown.setdefault(country, Counter()).update(values)
    return Cells(
        {country: most_first(values) for country, values in sorted(shown.items())},
        dict(sorted(withheld.items())),
    )


def repeat_cells(published: Cells, totals: Mapping[str, int]) -> Cells:
    """Return the cells ``published`` earlier, without countries whose total has become smaller than their cells.

    ``totals``: country → its count now, which is public. So this reveals nothing.
    """
    fitting = {
        country: values
        for country, values in published.shown.items()
        if sum(values.values()) + published.withheld.get(country, 0) <= totals.get(country, 0)
    }
    withheld, hidden = (
        {country: number for country, number in numbers.items() if country in fitting}
        for numbers in (published.withheld, published.hidden)
    )
    return Cells(fitting, withheld, hidden)


# --- Dimensions -------------------------------------------------------------------------------------


def for_history(facts: Facts, history_private: bool, withhold_media: bool) -> Facts:
    """Return ``facts`` with only the dimensions that the history may store."""
    allowed = history_dimensions(history_private, withhold_media)
    return replace(facts, table=facts.table.filter(pc.is_in(facts.table["dimension"], pa.array(allowed))))


def history_dimensions(history_private: bool, withhold_media: bool) -> tuple[str, ...]:
    """Return the dimensions that a history may store; the others need not be requested."""
    return PRIVATE_DIMENSIONS if history_private else public_dimensions(withhold_media)


def public_dimensions(withhold_media: bool) -> tuple[str, ...]:
    """Return the dimensions that may be published by day: those of which nothing is withheld."""
    return tuple(name for name in PUBLIC_DIMENSIONS if not (withhold_media and name == "media"))


def withheld_dimensions(withhold_media: bool) -> tuple[str, ...]:
    """Return the dimensions whose small counts are withheld."""
    return (*WITHHELD_DIMENSIONS, "media") if withhold_media else WITHHELD_DIMENSIONS


# --- Videos and live streams ------------------------------------------------------------------------


def listed_assets(assets: Iterable[Asset], show_unlisted: bool) -> tuple[Asset, ...]:
    """Return those of ``assets`` whose title and id may be shown: the public ones, or all if the settings say so."""
    return tuple(asset for asset in assets if asset.public or show_unlisted)


def publishable_assets(assets: Iterable[Asset], withhold_media: bool) -> tuple[Asset, ...]:
    """Return ``assets``, without their lifetime plays if counts of videos are withheld: these would reveal them."""
    return tuple(replace(asset, lifetime=None) if withhold_media else asset for asset in assets)


def hide_unlisted(media_id: str, listed: Collection[str] | None) -> str:
    """Replace a ``media_id`` that is not in ``listed`` by ``unlisted``; an empty one stays empty.

    ``listed`` are the ids of the assets that may be shown; None: all may.

    >>> hide_unlisted("viSecret", listed={"viPublic"})
    'unlisted'
    """
    return media_id if listed is None or media_id in listed or media_id in _NO_ASSET else UNLISTED


_NO_ASSET = ("", UNLISTED)


def hide_unlisted_facts(facts: ibis.Table, listed: Collection[str]) -> ibis.Table:
    """Apply :func:`hide_unlisted` to the facts of an engine.

    An asset may have become private or been deleted since its days were collected.
    """
    from apivideo_geo.engines import make_table  # only here: an engine takes long to import

    # The ids are a table, because they could be too many or too strange for the text of a query.
    ids = pa.table({"listed": sorted({*listed, *_NO_ASSET})})
    known = make_table(facts.get_backend(), ids)
    joined = facts.left_join(known, facts["value"] == known.listed)
    hidden = (joined.dimension == "media") & joined.listed.isnull()
    return joined.mutate(value=hidden.ifelse(UNLISTED, joined["value"])).select(facts.columns)


def hide_unlisted_rows(table: pa.Table, listed: Collection[str]) -> pa.Table:
    """Apply :func:`hide_unlisted` to ``table`` (columns ``FACTS``), add up rows that become equal, and sort them."""
    shown = pc.is_in(table["value"], pa.array([*listed, *_NO_ASSET]))
    hidden = pc.and_(pc.equal(table["dimension"], "media"), pc.invert(shown))
    if not pc.any(hidden).as_py():
        return table
    index = table.column_names.index("value")
    replaced = table.set_column(index, FACTS.field("value"), pc.if_else(hidden, UNLISTED, table["value"]))
    return add_up_facts(replaced)


def hide_unlisted_cells(cells: Cells, listed: Collection[str]) -> Cells:
    """Apply :func:`hide_unlisted` to the shown media ids of ``cells``; what is withheld stays as it is."""
    shown = {}
    for country, values in cells.shown.items():
        sums: Counter[str] = Counter()
        for media_id, count in values.items():
            sums[hide_unlisted(media_id, listed)] += count
        shown[country] = most_first(sums)
    return replace(cells, shown=shown)


def hide_unlisted_months(months: PublishedMonths, listed: Collection[str]) -> PublishedMonths:
    """Apply :func:`hide_unlisted_cells` to the ``months`` of videos."""
    return {
        key: replace(one, cells=hide_unlisted_cells(one.cells, listed)) if key[0] == "media" else one
        for key, one in months.items()
    }


def private_words(assets: Iterable[Asset]) -> frozenset[str]:
    """Return the titles and ids of assets that are not public: they must not appear anywhere on the site.

    Titles that a public asset has too, and titles so short that they may be ordinary words, are left out.
    """
    assets = tuple(assets)
    public = {asset.title for asset in assets if asset.public}
    private = [asset for asset in assets if not asset.public]
    titles = {asset.title for asset in private if len(asset.title) >= MIN_PRIVATE_TITLE} - public
    return frozenset(titles | {asset.media_id for asset in private})
