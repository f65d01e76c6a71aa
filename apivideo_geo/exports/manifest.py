"""Render ``manifest.json``: what the site was built from, and the digest of each of its files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC
from functools import cache
from hashlib import sha256
from importlib.metadata import version

from apivideo_geo.model import Summary
from apivideo_geo.version import find_version

LIBRARIES = ("babel", "duckdb", "folium", "ibis-framework", "pyarrow", "pycountry", "resvg-py")
"""Packages whose version can change the content of a file."""
FACTS, OUTLINES = "data/facts.parquet", "data/world.json"


def render_manifest(summary: Summary, site: Mapping[str, bytes]) -> bytes:
    """Return ``manifest.json``: versions, time (UTC), period, counts, digests of inputs and of all files of ``site``.

    Its presence marks a folder written by this project. Inputs are identified by digests of public data only: a digest
    of the private history would let someone test guesses about suppressed counts.
    """
    days = summary.days
    files = {name: sha256(site[name]).hexdigest() for name in sorted(site)}
    manifest = {
        "generator": f"apivideo-geo {find_version()}",
        "versions": _versions(),
        "generated_at": summary.generated_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "demo": summary.demo,
        "metric": summary.metric,
        "per_million_from": summary.per_million_from,
        "ratio_from": summary.ratio_from,
        "period": [day and day.isoformat() for day in (summary.period_from, summary.period_to)],
        "total": summary.total,
        "counts": {
            "mapped": summary.mapped,
            "unknown": summary.unknown,
            "countries": len(summary.countries),
            "days_collected": days.collected,
            "days_open": days.open,
            "days_missing": len(days.missing),
        },
        "inputs": {name: files[name] for name in (FACTS, OUTLINES)},
        "files": files,
    }
    return (json.dumps(manifest, indent=1) + "\n").encode()


@cache
def _versions() -> dict[str, str]:
    return {name: version(name) for name in LIBRARIES}
