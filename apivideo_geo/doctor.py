"""Looks whether all is set up and well, and says what to do next."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from apivideo_geo.effects import Effects
from apivideo_geo.settings import Settings


@dataclass(frozen=True)
class Finding:
    """One thing looked at: ``state`` ok, warning, wrong or unseen; ``next`` is the next step, or ""."""

    name: str
    state: str
    says: str
    next: str = ""
    exit_code: int = 0


def examine(settings: Settings, effects: Effects) -> list[Finding]:
    """All findings."""
    if not settings.key:
        return [Finding("key", "wrong", "There is no API key.", "Set APIVIDEO_API_KEY.", 2)]
    return [Finding("key", "ok", "There is an API key.")]


def render_text(findings: Sequence[Finding]) -> str:
    """For a person."""
    return "\n".join(f"{one.state:8} {one.name}: {one.says} {one.next}".rstrip() for one in findings)


def render_json(findings: Sequence[Finding]) -> str:
    """For programs."""
    code = next((one.exit_code for one in findings if one.exit_code), 0)
    return json.dumps({"exit_code": code, "findings": [asdict(one) for one in findings]}, indent=2)
