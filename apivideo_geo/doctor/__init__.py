"""Check the set-up: account, history and publication; and suggest the next steps."""

from __future__ import annotations

from apivideo_geo.doctor.account import examine_account, shows_demo
from apivideo_geo.doctor.findings import Finding, find_exit_code, render_json, render_text
from apivideo_geo.doctor.keeping import examine_history, examine_sizes
from apivideo_geo.doctor.publication import examine_publication
from apivideo_geo.effects import Effects
from apivideo_geo.settings import Settings

__all__ = ["examine", "find_exit_code", "render_json", "render_text"]


def examine(settings: Settings, effects: Effects) -> list[Finding]:
    """Return all findings. Never raises: what cannot be reached is a finding too. Changes nothing."""
    account, first_day, effects = examine_account(settings, effects)
    if shows_demo(settings):
        settings = settings.model_copy(update={"source": "demo"})
    history = examine_history(settings, effects, first_day)
    return [*account, *history, *examine_sizes(settings), *examine_publication(settings)]
