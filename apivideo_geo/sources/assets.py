"""Fetch the account's videos and live streams. Both generations of the API have these lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from apivideo_geo.api.client import Client
from apivideo_geo.api.pages import fetch_items
from apivideo_geo.effects import Effects
from apivideo_geo.errors import EndpointGone, SourceFailed
from apivideo_geo.model import UNLISTED, Asset
from apivideo_geo.plain_text import clean_text, is_media_id


class _Item(BaseModel):
    model_config = ConfigDict(strict=True)

    public: bool | None = None


class _Video(_Item):
    videoId: Annotated[str, Field(min_length=1)]
    title: str | None = None
    tags: list[str] | None = None
    publishedAt: str | None = None


class _LiveStream(_Item):
    liveStreamId: Annotated[str, Field(min_length=1)]
    name: str | None = None
    createdAt: str | None = None


def fetch_assets(client: Client, effects: Effects) -> tuple[Asset, ...]:
    """Fetch all videos and live streams, sorted by id. Raises the errors of :mod:`apivideo_geo.api.client`.

    One whose id is not as the API promises is left out with a message: it counts as not public.
    """
    try:
        assets = [
            *_fetch_list(client, effects, "/videos", parse_video),
            *_fetch_list(client, effects, "/live-streams", parse_live_stream),
        ]
    except ValidationError as error:
        raise SourceFailed(_explain(error, client.host)) from None
    valid = [asset for asset in assets if is_media_id(asset.media_id) and asset.media_id != UNLISTED]
    if wrong := len(assets) - len(valid):
        effects.progress.say(f"Videos and live streams with an invalid id: {wrong:,}; counted as {UNLISTED}.")
    return tuple(sorted(valid, key=lambda asset: asset.media_id))


def _fetch_list(client: Client, effects: Effects, path: str, parse: Callable[[dict[str, Any]], Asset]) -> list[Asset]:
    effects.progress.start(f"Listing {path[1:].replace('-', ' ')}")
    try:
        assets = fetch_items(
            client,
            path,
            key=lambda item: parse(item).media_id,
            on_page=lambda _: effects.progress.advance(),
            keep=parse,
        )
    except EndpointGone:
        raise SourceFailed(
            f"{client.host} does not answer as api.video does (it has no {path}): check APIVIDEO_BASE_URL."
        ) from None
    effects.progress.finish()
    return assets


def parse_video(item: dict[str, Any]) -> Asset:
    """Return a video of the list. It is public only if the list says so. Raises ``ValidationError``."""
    video = _Video.model_validate(item)
    return Asset(
        media_id=video.videoId,
        type="video",
        title=clean_text(video.title or ""),
        public=video.public is True,
        tags=tuple(map(clean_text, video.tags or ())),
        published_at=clean_text(video.publishedAt or ""),
    )


def parse_live_stream(item: dict[str, Any]) -> Asset:
    """Return a live stream of the list, without its stream key. Raises ``ValidationError``."""
    stream = _LiveStream.model_validate(item)
    return Asset(
        media_id=stream.liveStreamId,
        type="live-stream",
        title=clean_text(stream.name or ""),
        public=stream.public is True,
        published_at=clean_text(stream.createdAt or ""),
    )


def _explain(error: ValidationError, host: str) -> str:
    """Return a sentence about the first field that is wrong; its value may be secret."""
    problem = error.errors(include_url=False, include_input=False)[0]
    field = str(problem["loc"][0])
    kind = "live stream" if error.title == _LiveStream.__name__ else "video"
    return (
        f"{host} describes a {kind} in an unknown way (`{field}`: {problem['msg'][:1].lower()}{problem['msg'][1:]}): "
        "check APIVIDEO_BASE_URL, or report it if that is api.video itself."
    )
