"""Sums over the public assets that have a tag which the owner lists. Pure."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from apivideo_geo.model import Asset, AssetCollection, AssetDetail, most_first
from apivideo_geo.plain_text import digest_of, slug_of


def make_collections(assets: Sequence[AssetDetail], tags: Iterable[str]) -> tuple[AssetCollection, ...]:
    """Return the collection of each of ``tags`` that a public one of ``assets`` has, in the order of ``tags``.

    An asset that is not public is in no collection, even if the settings show it elsewhere. All that is added up are
    counts that are published of each asset; so if small counts are withheld, they are missing in the sums too.
    """
    slugs = slugs_of(tags)
    found = ((tag, tuple(one for one in assets if one.asset.public and tag in one.asset.tags)) for tag in slugs)
    return tuple(AssetCollection(tag, slugs[tag], members, _add_up(tag, members)) for tag, members in found if members)


def slugs_of(tags: Iterable[str]) -> dict[str, str]:
    """Return tag → its name in addresses; a tag with the letters and digits of another has a digest too.

    The names depend on ``tags``, not on the videos: an address stays when a video gets or loses a tag.

    >>> slugs_of(["Course 1", "lumière", "lumiere"])
    {'Course 1': 'course-1', 'lumière': 'lumiere-a5008ba2', 'lumiere': 'lumiere'}
    """
    slugs = {tag: slug_of(tag) for tag in tags}
    shared = Counter(slugs.values())
    return {
        tag: f"{slug}-{digest_of(tag)}" if shared[slug] > 1 and slug != tag else slug for tag, slug in slugs.items()
    }


def _add_up(tag: str, assets: tuple[AssetDetail, ...]) -> AssetDetail:
    countries: Counter[str] = Counter()
    months: dict[str, list[Sequence[int]]] = defaultdict(list)
    for one in assets:
        countries.update(dict(one.countries))
        for country, counts in one.monthly.items():
            months[country].append(counts)
    days = [one.daily for one in assets if one.daily]
    return AssetDetail(
        Asset("", "video", tag, True), sum(one.count for one in assets), 0, tuple(most_first(countries).items()),
        array("q", map(sum, zip(*days, strict=True))) if days else (),
        monthly={country: array("q", map(sum, zip(*counts, strict=True))) for country, counts in months.items()},
    )  # fmt: skip
