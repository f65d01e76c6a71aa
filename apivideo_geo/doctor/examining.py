"""Run every check, in the order in which the parts depend on each other."""

from __future__ import annotations

from apivideo_geo.doctor.account import examine_account
from apivideo_geo.doctor.findings import Finding
from apivideo_geo.doctor.keeping import examine_history, examine_sizes
from apivideo_geo.doctor.publication import examine_publication
from apivideo_geo.effects import Effects
from apivideo_geo.settings import Settings


def examine(settings: Settings, effects: Effects) -> list[Finding]:
    """Return all findings. Never raises: what cannot be reached is a finding too. Changes nothing."""
    account, first_day = examine_account(settings, effects)
    return [
        *account,
        *examine_history(settings, effects, first_day),
        *examine_sizes(settings),
        *examine_publication(settings),
    ]
