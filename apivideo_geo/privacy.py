"""What may leave the machine: an allow-list, applied once, before anything is kept or shown. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from apivideo_geo.model import UNLISTED, Asset, Facts

PUBLIC_DIMENSIONS = ("total", "media", "device", "os", "browser")
"""What a history may hold that lies in public: nothing that will be withheld on a page."""
PRIVATE_DIMENSIONS = (*PUBLIC_DIMENSIONS, "referrer", "city")
"""What a history may hold that lies in private."""


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


def private_words(assets: Iterable[Asset]) -> frozenset[str]:
    """Titles and ids that must appear nowhere: those of assets that are not public.

    A title that a public asset bears too, or one too short to be told from an ordinary word, is not among them.
    """
    assets = tuple(assets)
    public = {asset.title for asset in assets if asset.public}
    hidden = [asset for asset in assets if not asset.public]
    titles = {asset.title for asset in hidden if len(asset.title) >= 8} - public
    return frozenset(titles | {asset.media_id for asset in hidden})
