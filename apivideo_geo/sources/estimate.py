"""How long a run will take, reported before its long part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from apivideo_geo.api.client import Client
from apivideo_geo.effects import Effects
from apivideo_geo.plain_text import counted

T = TypeVar("T")

PRODUCTION_LIMIT, SANDBOX_LIMIT = 500, 100
"""Requests a minute as api.video documents them, used until a response says how many."""
SAMPLE = 20
"""Maximum number of lists of unknown length that are sampled to estimate the others."""


def report_estimate(requests: int, client: Client, effects: Effects, *, sandbox: bool) -> None:
    """Report how long ``requests`` will take, if that is more than a minute."""
    limit = client.limit or (SANDBOX_LIMIT if sandbox else PRODUCTION_LIMIT)
    minutes = requests / limit
    if minutes > 1:
        effects.progress.say(
            f"About {counted(requests, 'request')} to go: some {minutes:.0f} minutes at the {limit:,} a minute that "
            "the API allows. Each finished day is stored; an interrupted run resumes where it stopped."
        )


def spread_sample(items: Sequence[T]) -> list[T]:
    """Return at most ``SAMPLE`` of ``items``, evenly spread."""
    return list(items[:: -(-len(items) // SAMPLE) or 1])
