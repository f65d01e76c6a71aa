"""What may leave the machine: an allow-list, applied once, before anything is kept or shown. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from apivideo_geo.model import UNLISTED, Asset, Facts

PUBLIC_DIMENSIONS = ("total", "media", "device", "os", "browser")
"""What a history may hold that lies in public: nothing that will be withheld on a page."""
PRIVATE_DIMENSIONS = (*PUBLIC_DIMENSIONS, "referrer", "city")
"""What a history may hold that lies in private."""
WITHHELD_DIMENSIONS = ("referrer", "city")
"""The dimensions whose small counts are withheld, for they could point at a person."""


def for_history(facts: Facts, history_private: bool) -> Facts:
    """``facts`` with only the dimensions that the history may hold."""
    allowed = PRIVATE_DIMENSIONS if history_private else PUBLIC_DIMENSIONS
    return replace(facts, table=facts.table.filter(pc.is_in(facts.table["dimension"], pa.array(allowed))))


def fold_unlisted(facts: ibis.Table, listed: Collection[str]) -> ibis.Table:
    """``facts`` with every media id that is not among ``listed``, the public assets of the last run, as ``unlisted``.

    An asset may have gone private, or away, since its days were collected.
    """
    hidden = (facts.dimension == "media") & facts["value"].notin(sorted(listed) or [""])
    return facts.mutate(value=hidden.ifelse(UNLISTED, facts["value"]))


@dataclass(frozen=True)
class Cells:
    """What may be told of a dimension: country → value → count, and how many are withheld of each country."""

    shown: Mapping[str, Mapping[str, int]]
    withheld: Mapping[str, int]


def withhold(counts: Mapping[str, Mapping[str, int]], least: int) -> Cells:
    """``counts`` (country → value → count of one dimension over the whole period) without the cells below ``least``."""
    shown = {
        country: {value: count for value, count in values.items() if count >= least}
        for country, values in counts.items()
    }
    withheld = {country: sum(values.values()) - sum(shown[country].values()) for country, values in counts.items()}
    return Cells(shown, {country: count for country, count in withheld.items() if count})


def private_words(assets: Iterable[Asset]) -> frozenset[str]:
    """Titles and ids that must appear nowhere: those of assets that are not public.

    A title that a public asset bears too, or one too short to be told from an ordinary word, is not among them.
    """
    assets = tuple(assets)
    public = {asset.title for asset in assets if asset.public}
    hidden = [asset for asset in assets if not asset.public]
    titles = {asset.title for asset in hidden if len(asset.title) >= 8} - public
    return frozenset(titles | {asset.media_id for asset in hidden})
