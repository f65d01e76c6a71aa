"""The clock of a run that collects from a server: the server's own, from the ``Date`` header of its answers.

The count of a day is final only once the day is over, and the server decides when that is: this machine's clock may be
wrong by hours, and a day that is closed too early would stay incomplete. A server, or a proxy, may be wrong too, and
then years of days without plays would follow the real ones. So two clocks that differ by more than a day end the run.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from apivideo_geo.api.client import Client
from apivideo_geo.days import CLOCK_TOLERANCE, ONE_DAY
from apivideo_geo.effects import YEARS, Effects
from apivideo_geo.errors import ApiError, SourceFailed


def use_server_clock(client: Client, effects: Effects) -> tuple[Effects, str]:
    """Return ``effects`` with the clock stopped at the server's time, and a warning if this machine's clock is wrong.

    Sends one request if there was none before. Because the clock stands still, a run that takes hours, a computer that
    sleeps meanwhile, or a server whose clock jumps, closes no day that was not over at the beginning. Raises
    :class:`SourceFailed` if the server does not report its time, or one that cannot be right, and what the client
    raises.
    """
    if client.server_time is None:
        with suppress(ApiError):  # such an answer has the header too
            client.get("/videos", {"currentPage": 1, "pageSize": 1})
    now, local = client.server_time, effects.now()
    if now is None:
        raise SourceFailed(
            f"{client.host} does not report what time it is (its answers have no valid Date header), so it is unknown "
            "which days are over: check APIVIDEO_BASE_URL and, if there is one, the proxy."
        )
    if problem := find_clock_problem(client.host, now, effects):
        raise SourceFailed(f"Nothing was collected: {problem}")
    warning = ""
    if abs(local - now) > CLOCK_TOLERANCE:
        side = "ahead of" if local > now else "behind"
        name = "This machine's clock" if effects.epoch is None else "SOURCE_DATE_EPOCH"
        warning = f"{name} is {abs(local - now)} {side} the clock of {client.host}; the server's clock was used"
    return effects.stopped_at(now), warning


def find_clock_problem(host: str, now: datetime, effects: Effects) -> str:
    """Return why no run can use ``now``, the time that the server ``host`` reports, and what to do; "" if one can.

    If SOURCE_DATE_EPOCH is set, it may be far from the server's time: earlier days are built again with it.
    """
    local = effects.now()
    if now.year in YEARS and (effects.epoch is not None or abs(local - now) <= ONE_DAY):
        return ""
    other = "this machine's clock says" if effects.epoch is None else "SOURCE_DATE_EPOCH is"
    return (
        f"{host} says that it is {_write(now)}, but {other} {_write(local)}, so it is unknown which "
        "days are over. If this machine's clock is wrong, set it. If it is right, the clock of the server or of a "
        "proxy is wrong: check APIVIDEO_BASE_URL and the proxy, or run it again later."
    )


def _write(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
