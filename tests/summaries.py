"""``summarise`` with one keyword for each fact of the history, and the product's own names and populations."""

from __future__ import annotations

from apivideo_geo.aggregate import summary
from apivideo_geo.geo import countries, places
from apivideo_geo.model import Origin


def summarise(
    facts, stored, *, since=None, until=None, exactly=False, name_of=countries.name_of,
    alpha2_of=countries.to_alpha2, population_of=places.population, **origin,
):  # fmt: skip
    """The Summary of ``facts``; ``origin`` has the fields of ``model.Origin``."""
    atlas = summary.Atlas(name_of, alpha2_of, population_of)
    return summary.summarise(facts, stored, Origin(**origin), atlas, (since, until), exactly=exactly)
