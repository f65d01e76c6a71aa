"""What may leave the machine: an allow-list, applied once, before anything is kept or shown. Pure.

Small counts of some dimensions are withheld (:func:`withhold`), so that no figure points at a person. Three rules keep
them from being got back: whatever is published of such a dimension is derived from :class:`Cells`, so no margin tells
more than the cells do; they are made month by month, of months that are over, and added up, so the difference of two
published sites is again a sum of cells that may be told; and a public history does not hold the dimension at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from apivideo_geo.model import UNLISTED, Asset, Cells, Facts, most_first

PUBLIC_DIMENSIONS = ("total", "media", "device", "os", "browser")
"""What may be told day by day, and so what a public history may hold; ``media`` unless it is withheld too."""
PRIVATE_DIMENSIONS = (*PUBLIC_DIMENSIONS, "referrer", "city")
"""What a history may hold that lies in private."""
WITHHELD_DIMENSIONS = ("referrer", "city")
"""The dimensions whose small counts are withheld, for they could point at a person."""


def withhold(counts: Mapping[str, Mapping[str, int]], least: int) -> Cells:
    """What may be told of ``counts`` (country → value → count of one dimension) where counts below ``least`` may not.

    The total of a country and the part of it that has no value are public, so what is withheld is known as a sum. The
    smallest counts of a country are therefore withheld until there are two or more of them and any one could still be
    anything from 1 to ``least``, also for somebody who knows which values are withheld; if that takes all, all are.
    """
    shown: dict[str, dict[str, int]] = {}
    withheld: dict[str, int] = {}
    for country, values in sorted(counts.items()):
        rising = sorted((count, value) for value, count in values.items() if count > 0)
        hidden = _how_many_hidden([count for count, _ in rising], least)
        if hidden:
            withheld[country] = sum(count for count, _ in rising[:hidden])
        if rising[hidden:]:
            shown[country] = most_first({value: count for count, value in rising[hidden:]})
    return Cells(shown, withheld)


def _how_many_hidden(rising: list[int], least: int) -> int:
    """How many of the counts ``rising`` are withheld, the smallest first."""
    hidden = sum(count < least for count in rising)
    # With k withheld, each of the others at least 1, one of them can be anything up to their sum less k - 1.
    while 0 < hidden < len(rising) and (hidden < 2 or sum(rising[:hidden]) < least + hidden - 1):
        hidden += 1
    return hidden


def add_cells(parts: Iterable[Cells]) -> Cells:
    """The cells of several stretches of time as one."""
    shown: dict[str, Counter[str]] = {}
    withheld: Counter[str] = Counter()
    for part in parts:
        withheld.update(part.withheld)
        for country, values in part.shown.items():
            shown.setdefault(country, Counter()).update(values)
    return Cells(
        {country: most_first(values) for country, values in sorted(shown.items())},
        dict(sorted(withheld.items())),
    )


def for_history(facts: Facts, history_private: bool, withhold_media: bool) -> Facts:
    """``facts`` with only the dimensions that the history may hold: a public one, none that is withheld on a page."""
    allowed = held_dimensions(history_private, withhold_media)
    return replace(facts, table=facts.table.filter(pc.is_in(facts.table["dimension"], pa.array(allowed))))


def held_dimensions(history_private: bool, withhold_media: bool) -> tuple[str, ...]:
    """The dimensions a history may hold: what is not among them need not be asked."""
    return PRIVATE_DIMENSIONS if history_private else public_dimensions(withhold_media)


def public_dimensions(withhold_media: bool) -> tuple[str, ...]:
    """The dimensions whose rows may leave day by day: those of which nothing is withheld."""
    return tuple(name for name in PUBLIC_DIMENSIONS if not (withhold_media and name == "media"))


def withheld_dimensions(withhold_media: bool) -> tuple[str, ...]:
    """The dimensions whose small counts are withheld."""
    return (*WITHHELD_DIMENSIONS, "media") if withhold_media else WITHHELD_DIMENSIONS


def tellable_assets(assets: Iterable[Asset], withhold_media: bool) -> tuple[Asset, ...]:
    """``assets``; where videos are withheld in part, without their lifetime plays, which would tell the rest."""
    return tuple(replace(asset, lifetime=None) if withhold_media else asset for asset in assets)


def listed_assets(assets: Iterable[Asset], show_unlisted: bool) -> tuple[Asset, ...]:
    """Those of ``assets`` that may be told by title and id: the public ones, or all where the settings say so."""
    return tuple(asset for asset in assets if asset.public or show_unlisted)


def fold_unlisted(facts: ibis.Table, listed: Collection[str]) -> ibis.Table:
    """``facts`` with every media id that is not among ``listed``, those of the last run, as ``unlisted``.

    An asset may have gone private, or away, since its days were collected.
    """
    hidden = (facts.dimension == "media") & facts["value"].notin(sorted(listed) or [""])
    return facts.mutate(value=hidden.ifelse(UNLISTED, facts["value"]))


def private_words(assets: Iterable[Asset]) -> frozenset[str]:
    """Titles and ids that must appear nowhere: those of assets that are not public.

    A title that a public asset bears too, or one too short to be told from an ordinary word, is not among them.
    """
    assets = tuple(assets)
    public = {asset.title for asset in assets if asset.public}
    hidden = [asset for asset in assets if not asset.public]
    titles = {asset.title for asset in hidden if len(asset.title) >= 8} - public
    return frozenset(titles | {asset.media_id for asset in hidden})
