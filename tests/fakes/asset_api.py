"""The lists of videos and live streams, and single ones, stream keys and all. Queries in, bodies out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.fakes.problems import not_found
from tests.fakes.query import Query, paginate
from tests.fakes.records import MediaItem
from tests.fakes.world import World

_PAGES = ("currentPage", "pageSize", "sortBy", "sortOrder")
_SINCE = ("createdAt", "language", "languageOrigin", "discarded", "discardedAt", "deletesAt", "restreams")
METADATA = [{"key": "Author", "value": "John Doe"}]
"""What every video carries."""


@dataclass
class AssetApi:
    """``/videos`` and ``/live-streams`` of a world.

    ``older``: in the shape of the days of the session endpoints, whose clients refuse fields they do not know.
    """

    world: World
    older: bool = False

    def videos(self, query: Query) -> dict[str, Any]:
        """``GET /videos``, newest first unless sorted."""
        query.allow((*_PAGES, "title", "tags[]", "description", "liveStreamId", "metadata"))
        rows = self._listed("video")
        title, tags = query.one("title"), {value for name, value in query.pairs if name == "tags[]"}
        rows = [a for a in rows if (title or "").lower() in a.title.lower() and tags <= set(a.tags)]
        if query.one("liveStreamId") or any(pair not in METADATA for pair in query.metadata()):
            rows = []
        about = query.one("description")
        rows = [a for a in rows if (about or "").lower() in f"about {a.title}".lower()]
        by = query.one("sortBy", "publishedAt", ("title", "createdAt", "publishedAt", "updatedAt"))
        page, pagination = paginate(query, _sorted(query, rows, by == "title"))
        return {"data": [self._body(asset) for asset in page], "pagination": pagination}

    def live_streams(self, query: Query) -> dict[str, Any]:
        """``GET /live-streams``, newest first unless sorted."""
        query.allow((*_PAGES, "streamKey", "name"))
        key, name = query.one("streamKey"), query.one("name")
        rows = [a for a in self._listed("live-stream") if key in (None, a.stream_key)]
        rows = [a for a in rows if (name or "").lower() in a.title.lower()]
        by = query.one("sortBy", "createdAt", ("name", "createdAt", "updatedAt", "publishedAt"))
        page, pagination = paginate(query, _sorted(query, rows, by == "name"))
        return {"data": [self._body(asset) for asset in page], "pagination": pagination}

    def video(self, query: Query, media_id: str) -> dict[str, Any]:
        """``GET /videos/{videoId}``."""
        return self._body(self._one(query, media_id, "video", "videoId"))

    def live_stream(self, query: Query, media_id: str) -> dict[str, Any]:
        """``GET /live-streams/{liveStreamId}``."""
        return self._body(self._one(query, media_id, "live-stream", "liveStreamId"))

    def _body(self, asset: MediaItem) -> dict[str, Any]:
        body = video_body(asset) if asset.type == "video" else live_stream_body(asset)
        if self.older:
            body = {key: value for key, value in body.items() if key not in _SINCE}
            body |= {"record": False} if asset.type == "live-stream" else {}
        return body

    def _listed(self, kind: str) -> list[MediaItem]:
        return [asset for asset in self.world.assets if asset.type == kind and asset.listed]

    def _one(self, query: Query, media_id: str, kind: str, name: str) -> MediaItem:
        query.allow(())
        asset = self.world.asset(media_id)
        if asset is None or asset.type != kind:
            raise not_found(name)
        return asset


def _sorted(query: Query, rows: list[MediaItem], by_title: bool) -> list[MediaItem]:
    order = query.one("sortOrder", "asc" if by_title else "desc", ("asc", "desc"))
    return sorted(rows, key=lambda a: a.title if by_title else a.published_at.isoformat(), reverse=order == "desc")


def _atom(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def video_body(asset: MediaItem) -> dict[str, Any]:
    """A video as the Data API writes it; non-public ones carry a token in their asset URLs."""
    token = "" if asset.public else "?token=private-player-token"
    player = f"https://embed.api.video/vod/{asset.media_id}{token}"
    cdn = f"https://cdn.api.video/vod/{asset.media_id}"
    return {
        "videoId": asset.media_id,
        "createdAt": _atom(asset.published_at),
        "title": asset.title,
        "description": f"About {asset.title}",
        "language": "en",
        "languageOrigin": "api",
        "public": asset.public,
        "panoramic": False,
        "mp4Support": True,
        "tags": list(asset.tags),
        "metadata": METADATA,
        "publishedAt": _atom(asset.published_at),
        "updatedAt": _atom(asset.published_at),
        "discarded": False,
        "discardedAt": None,
        "deletesAt": None,
        "source": {"uri": f"/videos/{asset.media_id}/source"},
        "assets": {
            "iframe": f'<iframe src="{player}" width="100%" height="100%" frameborder="0"></iframe>',
            "player": player,
            "hls": f"{cdn}/hls/manifest.m3u8",
            "thumbnail": f"{cdn}/thumbnail.jpg",
            "mp4": f"{cdn}/mp4/source.mp4",
        },
    }


def live_stream_body(asset: MediaItem) -> dict[str, Any]:
    """A live stream, with its stream key and those of its restreams."""
    player = f"https://embed.api.video/live/{asset.media_id}"
    return {
        "liveStreamId": asset.media_id,
        "createdAt": _atom(asset.published_at),
        "updatedAt": _atom(asset.published_at),
        "streamKey": asset.stream_key,
        "restreams": [
            {"name": f"Restream {n}", "serverUrl": "rtmp://broadcast.example.com/app", "streamKey": key}
            for n, key in enumerate(asset.restream_keys, 1)
        ],
        "name": asset.title,
        "public": asset.public,
        "broadcasting": False,
        "assets": {
            "iframe": f'<iframe src="{player}" width="100%" height="100%" frameborder="0"></iframe>',
            "player": player,
            "hls": f"https://live.api.video/{asset.media_id}.m3u8",
            "thumbnail": f"https://live.api.video/{asset.media_id}/thumbnail.jpg",
        },
    }
