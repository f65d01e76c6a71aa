"""Sums over the public assets that have a tag which the owner lists. Pure."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from apivideo_geo.model import Asset, AssetCollection, AssetDetail, most_first


def make_collections(assets: Sequence[AssetDetail], tags: Iterable[str]) -> tuple[AssetCollection, ...]:
    """Return the collection of each of ``tags`` that a public one of ``assets`` has, in the order of ``tags``.

    An asset that is not public is in no collection, even if the settings show it elsewhere. All that is added up are
    counts that are published of each asset; so if small counts are withheld, they are missing in the sums too.
    """
    found = ((tag, tuple(one for one in assets if one.asset.public and tag in one.asset.tags)) for tag in tags)
    return tuple(_add_up(tag, members) for tag, members in found if members)


def _add_up(tag: str, assets: tuple[AssetDetail, ...]) -> AssetCollection:
    countries: Counter[str] = Counter()
    months: dict[str, list[Sequence[int]]] = defaultdict(list)
    for one in assets:
        countries.update(dict(one.countries))
        for country, counts in one.monthly.items():
            months[country].append(counts)
    days = [one.daily for one in assets if one.daily]
    sums = AssetDetail(
        Asset("", "video", tag, True), sum(one.count for one in assets), 0, tuple(most_first(countries).items()),
        array("q", map(sum, zip(*days, strict=True))) if days else (),
        monthly={country: array("q", map(sum, zip(*counts, strict=True))) for country, counts in months.items()},
    )  # fmt: skip
    return AssetCollection(tag, assets, sums)
