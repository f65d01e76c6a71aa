"""Collections have addresses that stay, whatever the videos are."""

from dataclasses import replace

from apivideo_geo.aggregate.collections import make_collections
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
