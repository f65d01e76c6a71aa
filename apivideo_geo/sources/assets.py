"""Fetch the account's videos and live streams. Both generations of the API have these lists."""

from __future__ import annotations

from typing import Any

from apivideo_geo.api.client import Client
from apivideo_geo.api.pages import fetch_items
from apivideo_geo.effects import Effects
from apivideo_geo.errors import EndpointGone, SourceFailed
from apivideo_geo.model import Asset


def fetch_assets(client: Client, effects: Effects) -> tuple[Asset, ...]:
    """Fetch all videos and live streams, sorted by id. Raises the errors of :mod:`apivideo_geo.api.client`."""
    videos = _fetch_list(client, effects, "/videos", "videoId")
    streams = _fetch_list(client, effects, "/live-streams", "liveStreamId")
    assets = [*map(parse_video, videos), *map(parse_live_stream, streams)]
    return tuple(sorted(assets, key=lambda asset: asset.media_id))


def _fetch_list(client: Client, effects: Effects, path: str, key: str) -> list[dict[str, Any]]:
    effects.progress.start(f"Listing {path[1:].replace('-', ' ')}")
    try:
        items = fetch_items(client, path, key=lambda item: str(item[key]), on_page=lambda _: effects.progress.advance())
    except EndpointGone:
        raise SourceFailed(
            f"{client.host} does not answer as api.video does (it has no {path}): check APIVIDEO_BASE_URL."
        ) from None
    effects.progress.finish()
    return items


def parse_video(item: dict[str, Any]) -> Asset:
    """Return a video of the list. It is public only if the list says so."""
    return Asset(
        media_id=str(item["videoId"]),
        type="video",
        title=str(item.get("title") or ""),
        public=item.get("public") is True,
        tags=tuple(str(tag) for tag in item.get("tags") or ()),
        published_at=str(item.get("publishedAt") or ""),
    )


def parse_live_stream(item: dict[str, Any]) -> Asset:
    """Return a live stream of the list, without its stream key."""
    return Asset(
        media_id=str(item["liveStreamId"]),
        type="live-stream",
        title=str(item.get("name") or ""),
        public=item.get("public") is True,
        published_at=str(item.get("createdAt") or ""),
    )
