"""How long a run will take, told before its long part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from apivideo_geo.api.client import Client
from apivideo_geo.effects import Effects

T = TypeVar("T")

PRODUCTION_LIMIT, SANDBOX_LIMIT = 500, 100
"""Reads a minute, as api.video documents them; only until an answer tells."""
SAMPLE = 20
"""How many lists of unknown length are looked at to guess the others."""


def tell_estimate(requests: int, client: Client, effects: Effects, *, sandbox: bool) -> None:
    """Say how long ``requests`` will take, where that is more than a minute."""
    limit = client.limit or (SANDBOX_LIMIT if sandbox else PRODUCTION_LIMIT)
    minutes = requests / limit
    if minutes > 1:
        effects.progress.say(
            f"About {requests:,} requests to go: some {minutes:.0f} minutes at the {limit:,} a minute that the API "
            "allows. What is collected is kept; an interrupted run goes on where it stopped."
        )


def spread_sample(things: Sequence[T]) -> list[T]:
    """At most ``SAMPLE`` of ``things``, evenly spread."""
    return list(things[:: -(-len(things) // SAMPLE) or 1])
