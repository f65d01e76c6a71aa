"""What the invented account consists of: assets, sessions; and how times and countries are written.

Times are UTC, in milliseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Literal, NamedTuple

from tests.fakes.audience import Viewer

UNKNOWN = "---"
DAY_MS = 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class MediaItem:
    """A video or live stream of the account, secrets included (``stream_key``, ``restream_keys``)."""

    media_id: str
    type: Literal["video", "live-stream"]
    title: str
    public: bool
    tags: tuple[str, ...]
    published_at: datetime
    stream_key: str = ""
    restream_keys: tuple[str, ...] = ()
    listed: bool = True
    """False: the asset was deleted; its plays remain, the list endpoints do not show it."""


class Session(NamedTuple):
    """One viewing of one asset. ``country`` is alpha-2, or None or empty where unknown."""

    session_id: str
    media_id: str
    loaded_ms: int
    ended_ms: int | None
    country: str | None
    location: Mapping[str, str | None] | None
    viewer: Viewer
    referrer: Mapping[str, str | None]
    ordinal: int

    @property
    def day(self) -> date:
        """The UTC day of ``loadedAt``."""
        return (_EPOCH + timedelta(milliseconds=self.loaded_ms)).date()

    @property
    def alpha3(self) -> str:
        """ISO 3166-1 alpha-3, ``XKX`` for Kosovo, ``---`` where unknown."""
        return alpha3_of(self.country)

    @property
    def device(self) -> str:
        """The device type in the words of the Data API."""
        return self.viewer.device


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970 of an aware time, rounded up to whole ones."""
    return -((_EPOCH - moment) // timedelta(milliseconds=1))


def from_ms(milliseconds: int) -> datetime:
    """The UTC time so many milliseconds after 1970."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


@cache
def alpha3_of(alpha2: str | None) -> str:
    """Alpha-2 (``XK`` too) → alpha-3; None and empty → ``---``."""
    import pycountry

    if not alpha2:
        return UNKNOWN
    if alpha2 == "XK":
        return "XKX"
    country = pycountry.countries.get(alpha_2=alpha2)
    if country is None:
        raise KeyError(alpha2)
    return str(country.alpha_3)
