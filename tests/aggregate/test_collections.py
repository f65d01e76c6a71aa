"""Collections have addresses that stay, whatever the videos are."""

from dataclasses import replace

from apivideo_geo.aggregate.collections import make_collections
from apivideo_geo.model import Asset, AssetDetail
from tests.render.samples import detailed

TAGS = ["Course 1", "course-1", "Straße", "con", "北"]


def addresses(*tagged: tuple[str, ...]) -> dict[str, str]:
    """Tag → name in addresses, if the first videos have the tags ``tagged``."""
    assets = detailed()[1].assets
    found = tuple(replace(one, asset=replace(one.asset, tags=tags)) for one, tags in zip(assets, tagged, strict=False))
    return {one.tag: one.slug for one in make_collections(found, TAGS)}


def test_the_address_of_a_collection_stays_when_a_video_gets_another_listed_tag():
    alone = addresses(("Course 1",))
    both = addresses(("Course 1", "course-1"))
    assert both == {**alone, "course-1": "course-1"}
    assert alone["Course 1"].startswith("course-1-")


def test_every_tag_makes_an_address_that_every_system_can_store():
    slugs = addresses(tuple(TAGS))
    assert slugs["Straße"] == "strasse"
    assert len(set(slugs.values())) == len(TAGS)
    assert "con" not in slugs.values()
    assert all(slug.isascii() and slug.replace("-", "a").isalnum() for slug in slugs.values())


A, B, C = (
    AssetDetail(Asset(f"vi{name}", "video", name, public, tags), count, 1, countries, daily, monthly=monthly)
    for name, public, tags, count, countries, daily, monthly in [
        ("A", True, ("news", "other"), 9, (("FRA", 7), ("BEL", 2)), (4, 5), {"FRA": (7, 0), "BEL": (1, 1)}),
        ("B", True, ("news",), 4, (("BEL", 4),), (0, 4), {"BEL": (0, 4)}),
        ("C", False, ("news",), 8, (("FRA", 8),), (8, 0), {"FRA": (8, 0)}),
    ]
)


def test_a_collection_has_the_sums_of_its_public_videos():
    [news] = make_collections([A, B, C], ["news", "nobody has this"])
    assert (news.tag, news.slug, news.assets) == ("news", "news", (A, B))
    assert (news.sums.asset, news.sums.count, news.sums.rank) == (Asset("", "video", "news", True), 13, 0)
    assert news.sums.countries == (("FRA", 7), ("BEL", 6))
    assert list(news.sums.daily) == [4, 9]
    assert {code: list(counts) for code, counts in news.sums.monthly.items()} == {"FRA": [7, 0], "BEL": [1, 5]}


def test_a_collection_whose_days_may_not_be_published_has_none():
    [news] = make_collections([replace(A, daily=()), replace(B, daily=())], ["news"])
    assert list(news.sums.daily) == []
