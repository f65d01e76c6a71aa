"""Continents, subregions, the European Union and the owner's own groups."""

from collections import Counter

import pytest

from apivideo_geo.errors import UsageError
from apivideo_geo.geo.countries import all_countries
from apivideo_geo.geo.groups import all_groups, own_groups, standard_groups
from apivideo_geo.geo.shapes import load_regions, load_shapes


def members(slug):
    return next(set(group.members) for group in standard_groups() if group.slug == slug)


def test_every_country_but_antarctica_is_on_one_continent_and_in_one_subregion_of_it():
    continents = [group for group in standard_groups() if group.kind == "continent"]
    assert Counter(code for group in continents for code in group.members) == Counter(set(all_countries()) - {"ATA"})
    larger = {"latin-america", "sub-saharan-africa"}  # each made of other subregions
    regions = [g for g in standard_groups() if g.kind == "subregion" and g.slug not in larger]
    south = members("south-america")
    assert Counter(code for group in regions for code in group.members) == Counter(
        set(all_countries()) - {"ATA"} - south
    )
    assert members("latin-america") == south | members("caribbean") | members("central-america")
    assert members("sub-saharan-africa") == members("africa") - members("northern-africa")
    for region in regions:
        assert sum(set(region.members) <= set(continent.members) for continent in continents) == 1, region.slug


def test_the_continents_are_those_that_the_map_frames():
    framed = {name.lower().replace(" ", "-"): name for name in load_regions()}
    continents = {group.slug: group.members for group in standard_groups() if group.kind == "continent"}
    assert list(continents) == list(framed)
    for slug, codes in continents.items():
        assert set(codes) == {code for code, shape in load_shapes().items() if shape.region == framed[slug]}


def test_countries_between_continents_are_where_the_united_nations_put_them():
    assert {"RUS", "UKR", "XKX"} <= members("europe")
    assert {"TUR", "CYP", "GEO", "ARM", "AZE", "KAZ", "TWN"} <= members("asia")
    assert members("north-america") >= {"USA", "MEX", "CUB", "GRL", "PAN"}
    assert "EGY" in members("northern-africa")


def test_the_european_union_has_its_27_members_cyprus_among_them():
    union = members("eu")
    assert len(union) == 27
    assert {"CYP", "HRV", "IRL"} <= union
    assert not union & {"GBR", "CHE", "NOR", "XKX"}


def test_groups_are_named_in_the_readers_language():
    names = {group.slug: group.name for group in standard_groups("fr")}
    assert (names["eu"], names["western-europe"]) == ("Union européenne", "Europe de l’Ouest")
    assert {group.slug: group.name for group in standard_groups("de_CH")}["europe"] == "Europa"
    with pytest.raises(UsageError, match="not a locale"):
        standard_groups("xx-nowhere")


def test_own_groups_come_after_the_union_and_before_the_subregions():
    order = [group.slug for group in all_groups(own_groups({"DACH": ["DEU", "Austria", "ch"]}))]
    assert order[:8] == [
        "africa", "asia", "europe", "north-america", "south-america", "oceania", "eu", "dach",
    ]  # fmt: skip
    assert order[8] == "australasia"


def test_countries_of_a_group_are_found_in_any_spelling_and_language():
    (group,) = own_groups({"Our markets": ["Deutschland", "CH", "autriche", "🇫🇷 France", "Kosovo"]})
    assert (group.slug, group.members) == ("our-markets", ("AUT", "CHE", "DEU", "FRA", "XKX"))


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ({"DACH": []}, "'DACH' has no country; name at least one"),
        ({"DACH": ["DEU", "Austira"]}, "'DACH' has 'Austira', which is not a country; did you mean Austria?"),
        ({"DACH": ["DEU", "---"]}, "'DACH' has '---', which is not a country; use a code such as FRA"),
        ({"DACH": ["DEU", "Germany"]}, "'DACH' has Germany twice: 'DEU' and 'Germany'; drop one"),
        ({"europe": ["FRA"]}, "'europe' would have the same address as 'Europe'; choose another name"),
        ({"EU": ["FRA"]}, "'EU' would have the same address as 'European Union'"),
        ({"European union": ["FRA"]}, "'European union' would have the same address as 'European Union'"),
        ({"D-A-CH": ["DEU"], "D A CH": ["AUT"]}, "'D A CH' would have the same address as 'D-A-CH'"),
    ],
)
def test_a_group_that_cannot_be_is_explained(setting, problem):
    with pytest.raises(UsageError) as raised:
        own_groups(setting)
    assert problem in str(raised.value)


def test_any_name_makes_an_address_that_every_system_can_store():
    names = ["<script>alert(1)</script>", "../../etc", "con", "COM1", "北欧", "العالم", "Łódź & Köln", "...", "💥"]
    groups = own_groups({name: ["FRA"] for name in names})
    slugs = [group.slug for group in groups]
    assert len(set(slugs)) == len(names)
    assert all(slug.replace("-", "a").isalnum() and slug.isascii() and slug == slug.lower() for slug in slugs)
    assert not {"con", "com1"} & set(slugs)
    assert own_groups({"Straße": ["DEU"]})[0].slug == "strasse"
    assert [group.name for group in groups] == names
