"""Find the breakdowns of a history that exceed their total; with them a site would be wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apivideo_geo.engines import engine_errors
from apivideo_geo.facts import FACTS, Overfull, find_overfull

if TYPE_CHECKING:
    import ibis


def find_overfull_facts(facts: ibis.Table) -> list[Overfull]:
    """Return what :func:`find_overfull` does for a table of an engine, which only sends the days that are wrong."""
    keys = ["day", "metric", "country"]
    sums = facts.group_by([*keys, "dimension"]).agg(added=facts["count"].sum())
    is_total = sums.dimension == "total"
    both = sums.group_by(keys).agg(total=sums.added.sum(where=is_total), largest=sums.added.max(where=~is_total))
    wrong = both.filter(both.largest > both.total.fill_null(0)).select("day").distinct()
    with engine_errors():
        days = wrong.to_pyarrow()["day"].to_pylist()
        return find_overfull(facts.filter(facts.day.isin(days)).to_pyarrow().cast(FACTS)) if days else []
