"""The examination, in the order in which things depend on each other."""

from __future__ import annotations

from apivideo_geo.doctor.account import examine_account
from apivideo_geo.doctor.findings import Finding
from apivideo_geo.doctor.keeping import examine_history, examine_sizes
from apivideo_geo.doctor.publication import examine_publication
from apivideo_geo.effects import Effects
from apivideo_geo.settings import Settings


def examine(settings: Settings, effects: Effects) -> list[Finding]:
    """All findings. What is out of reach is said to be; nothing is raised for it, and nothing is changed anywhere."""
    account, first_day = examine_account(settings, effects)
    return [
        *account,
        *examine_history(settings, effects, first_day),
        *examine_sizes(settings),
        *examine_publication(settings, effects),
    ]
