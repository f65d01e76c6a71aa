"""What may be published: an allow-list, applied before anything is stored or shown. No I/O.

Small counts of some dimensions are withheld (:func:`withhold`), so that no figure points at a person. Three rules keep
them from being calculated from what is published:

1. All figures of such a dimension are derived from :class:`Cells`, so that no total reveals more than the cells do.
2. Cells are made for one complete month at a time and then added up, so that the difference between two published sites
   is again a sum of cells that may be published.
3. A public history does not contain the dimension.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from apivideo_geo.facts import FACTS, sort_facts
from apivideo_geo.model import UNLISTED, Asset, Cells, Facts, most_first

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

    The total of a country and the part of it without a value are public, so the sum of what is suppressed is known.
    Therefore the smallest counts of a country are suppressed until there are at least two of them and any one could
    still be anything from 1 to ``min_count``, even for somebody who knows which values are suppressed. If that takes
    all values of the country, all are suppressed.

    >>> withhold({"FRA": {"Paris": 60, "Lyon": 12, "Pau": 3}}, min_count=10)
    Cells(shown={'FRA': {'Paris': 60}}, withheld={'FRA': 15})
    """
    shown: dict[str, dict[str, int]] = {}
    withheld: dict[str, int] = {}
    for country, values in sorted(counts.items()):
        ascending = sorted((count, value) for value, count in values.items() if count > 0)
        hidden = _count_hidden([count for count, _ in ascending], min_count)
        if hidden:
            withheld[country] = sum(count for count, _ in ascending[:hidden])
        if ascending[hidden:]:
            shown[country] = most_first({value: count for count, value in ascending[hidden:]})
    return Cells(shown, withheld)


def _count_hidden(ascending: list[int], min_count: int) -> int:
    """Return how many of the ``ascending`` counts are suppressed, the smallest first."""
    hidden = sum(count < min_count for count in ascending)
    # Of k suppressed counts each of the others is at least 1, so one can be up to their sum minus (k - 1).
    while 0 < hidden < len(ascending) and (hidden < 2 or sum(ascending[:hidden]) < min_count + hidden - 1):
        hidden += 1
    return hidden


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
    hidden = (facts.dimension == "media") & facts["value"].notin([*sorted(listed), *_NO_ASSET])
    return facts.mutate(value=hidden.ifelse(UNLISTED, facts["value"]))


def hide_unlisted_rows(table: pa.Table, listed: Collection[str]) -> pa.Table:
    """Apply :func:`hide_unlisted` to ``table`` (columns ``FACTS``), add up rows that become equal, and sort them."""
    shown = pc.is_in(table["value"], pa.array([*sorted(listed), *_NO_ASSET], pa.string()))
    hidden = pc.and_(pc.equal(table["dimension"], "media"), pc.invert(shown))
    if not pc.any(hidden).as_py():
        return table
    index = table.column_names.index("value")
    replaced = table.set_column(index, FACTS.field("value"), pc.if_else(hidden, UNLISTED, table["value"]))
    keys = [name for name in FACTS.names if name != "count"]
    return sort_facts(replaced.group_by(keys).aggregate([("count", "sum")]).rename_columns([*keys, "count"]))


def private_words(assets: Iterable[Asset]) -> frozenset[str]:
    """Return the titles and ids of assets that are not public: they must not appear anywhere on the site.

    Titles that a public asset has too, and titles so short that they may be ordinary words, are left out.
    """
    assets = tuple(assets)
    public = {asset.title for asset in assets if asset.public}
    private = [asset for asset in assets if not asset.public]
    titles = {asset.title for asset in private if len(asset.title) >= MIN_PRIVATE_TITLE} - public
    return frozenset(titles | {asset.media_id for asset in private})
