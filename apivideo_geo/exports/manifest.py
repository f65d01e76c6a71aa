"""``manifest.json``: what this site was built from, and the digest of every file of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC
from hashlib import sha256

from apivideo_geo import __version__
from apivideo_geo.model import Summary


def render_manifest(summary: Summary, site: Mapping[str, bytes]) -> bytes:
    """Version, time (UTC), period, total, and path → SHA-256 of ``site``. Its presence marks a folder made here."""
    manifest = {
        "generator": f"apivideo-geo {__version__}",
        "generated_at": summary.generated_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "demo": summary.demo,
        "metric": summary.metric,
        "period": [day and day.isoformat() for day in (summary.period_from, summary.period_to)],
        "total": summary.total,
        "files": {name: sha256(content).hexdigest() for name, content in sorted(site.items())},
    }
    return (json.dumps(manifest, indent=1) + "\n").encode()
