"""The clock of a run that collects from a server: the server's own, from the ``Date`` header of its answers.

The count of a day is final only once the day is over, and the server decides when that is: this machine's clock may be
wrong by days, and a day that is closed too early would stay incomplete.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

from apivideo_geo.api.client import Client
from apivideo_geo.days import CLOCK_TOLERANCE
from apivideo_geo.effects import Effects
from apivideo_geo.errors import ApiError, SourceFailed

OLDEST = datetime(2018, 1, 1, tzinfo=UTC)
"""api.video did not exist before. A server that reports an earlier time does not know what time it is."""


def use_server_clock(client: Client, effects: Effects) -> tuple[Effects, str]:
    """Return ``effects`` with the clock stopped at the server's time, and a warning if this machine's clock is wrong.

    Sends one request if there was none before. Because the clock stands still, a run that takes hours, or a computer
    that sleeps meanwhile, closes no day that was not over at the beginning. Raises :class:`SourceFailed` if the server
    does not report its time, and what the client raises.
    """
    if client.server_time is None:
        with suppress(ApiError):  # such an answer has the header too
            client.get("/videos", {"currentPage": 1, "pageSize": 1})
    now, local = client.server_time, effects.now()
    if now is None or now < OLDEST:
        raise SourceFailed(
            f"{client.host} does not report what time it is (its answers have no valid Date header), so it is unknown "
            "which days are over: check APIVIDEO_BASE_URL and, if there is one, the proxy."
        )
    warning = ""
    if abs(local - now) > CLOCK_TOLERANCE:
        name = "This machine's clock" if effects.epoch is None else "SOURCE_DATE_EPOCH"
        side = "ahead of" if local > now else "behind"
        warning = f"{name} is {abs(local - now)} {side} the clock of {client.host}; the server's clock was used"
    return effects.stopped_at(now), warning
