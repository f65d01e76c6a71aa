"""Groups of countries: continents, the subregions of UN M49, the European Union, and the owner's own. No I/O but data.

Groups overlap, so their counts are never added up with each other. A country that is not known is in no group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast, get_args

from apivideo_geo.errors import DataRefused, UsageError
from apivideo_geo.geo.countries import all_countries, name_of, territory_names, to_alpha3
from apivideo_geo.model import UNKNOWN
from apivideo_geo.plain_text import shown, slug_of
from apivideo_geo.text_files import read_rows
from apivideo_geo.wrong_values import did_you_mean

_TABLE = Path(__file__).with_name("data") / "groups.csv"

Kind = Literal["continent", "union", "own", "subregion"]


@dataclass(frozen=True)
class Group:
    """Some countries under one name.

    ``slug`` is its name in addresses: lower-case ASCII letters, digits and hyphens. ``members`` are alpha-3 codes in
    alphabetical order.
    """

    slug: str
    name: str
    members: tuple[str, ...]
    kind: Kind


@cache
def standard_groups(locale: str = "en") -> tuple[Group, ...]:
    """Return the continents, the European Union and the subregions, in the order of ``groups.csv``.

    Names are those of a CLDR ``locale``, in English where it has none. Raises UsageError for an unknown locale,
    DataRefused if ``groups.csv`` names a group or a country that does not exist.
    """
    names, members = territory_names(locale), _members()
    groups: list[Group] = []
    for row in read_rows(_TABLE):
        slug, name, kind = row["slug"], names[row["cldr"]], row["kind"]
        if kind not in get_args(Kind) or not row["source"]:
            raise DataRefused(f"groups.csv: the row {slug!r} lacks a known kind or a source.")
        groups.append(Group(slug, name[:1].upper() + name[1:], members[slug], cast("Kind", kind)))
    return tuple(groups)


@cache
def _members() -> Mapping[str, tuple[str, ...]]:
    """Return slug of a standard group → its alpha-3 codes; a group of groups has those of all of them."""
    listed = {row["slug"]: row["members"].split() for row in read_rows(_TABLE)}
    known = frozenset(all_countries())

    def codes(slug: str) -> set[str]:
        found: set[str] = set()
        for name in listed[slug]:
            if name not in known and name not in listed:
                raise DataRefused(f"groups.csv: {name!r} in {slug!r} is no alpha-3 code and no slug. Correct the row.")
            found |= {name} if name in known else codes(name)
        return found

    return {slug: tuple(sorted(codes(slug))) for slug in listed}


def own_groups(setting: Mapping[str, Sequence[str]]) -> tuple[Group, ...]:
    """Return the groups of the setting ``groups``: name → countries, each as a name or code in any known spelling.

    Raises UsageError for a group without countries, a text that is not a country, a country named twice, and a name
    that is that of a standard group or of another one, or differs from it only by punctuation, accents or case.

    >>> own_groups({"DACH": ["DEU", "Austria", "ch"]})[0].members
    ('AUT', 'CHE', 'DEU')
    """
    taken = {group.slug: group.name for group in standard_groups()}
    taken |= {slug_of(group.name): group.name for group in standard_groups()}
    groups: list[Group] = []
    for name, countries in setting.items():
        slug = slug_of(name)
        if slug in taken:
            raise UsageError(
                f"the group {shown(name)} would have the same address as {shown(taken[slug])}; choose another name"
            )
        taken[slug] = name
        groups.append(Group(slug, name, _codes(name, countries), "own"))
    return tuple(groups)


def all_groups(own: Sequence[Group] = (), locale: str = "en") -> tuple[Group, ...]:
    """Return the continents, the European Union, the owner's ``own`` groups, then the subregions by their names.

    Raises UsageError for an unknown locale.
    """
    standard = standard_groups(locale)
    regions = sorted((group for group in standard if group.kind == "subregion"), key=lambda group: group.name)
    return (*(group for group in standard if group.kind != "subregion"), *own, *regions)


def _codes(name: str, countries: Sequence[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for text in countries:
        code = to_alpha3(text)
        if code == UNKNOWN:
            near = did_you_mean(text, map(name_of, all_countries())) or "; use a code such as FRA"
            raise UsageError(f"the group {shown(name)} has {shown(text)}, which is not a country{near}")
        if code in found:
            raise UsageError(
                f"the group {shown(name)} has {name_of(code)} twice: {shown(found[code])} and {shown(text)}; drop one"
            )
        found[code] = text
    if not found:
        raise UsageError(f"the group {shown(name)} has no country; name at least one, or remove the group")
    return tuple(sorted(found))
