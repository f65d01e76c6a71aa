"""Run inside the environment of api-video 1.2.8: read every session of the account, print counts as JSON.

usage: python read_sessions_with_official_client.py URL PERIOD   (the key comes in APIVIDEO_API_KEY)

Imports nothing of this project, as that environment has none of it. Prints
``{"videos": n, "live_streams": n, "sessions": n, "distinct": n, "countries": {name: n}}``;
the name is empty where the answer had no country.
"""
# mypy: disable-error-code="import-untyped"

import json
import os
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

warnings.simplefilter("ignore")  # the client uses names its libraries have deprecated since

from apivideo.api.live_streams_api import LiveStreamsApi  # noqa: E402
from apivideo.api.raw_statistics_api import RawStatisticsApi  # noqa: E402
from apivideo.api.videos_api import VideosApi  # noqa: E402
from apivideo.auth_api_client import AuthenticatedApiClient  # noqa: E402


def all_pages(method: Callable[..., Any], *args: str) -> Iterator[Any]:
    """Every item of a list method of the client."""
    page = 1
    while True:
        answer = method(*args, current_page=page, page_size=100)
        yield from answer.data
        if page >= answer.pagination.pages_total:
            return
        page += 1


def main(url: str, period: str) -> None:
    """Read everything, print what was found."""
    client = AuthenticatedApiClient(os.environ["APIVIDEO_API_KEY"])
    client.configuration.host = url
    client.connect()
    statistics = RawStatisticsApi(client)
    videos = [video.video_id for video in all_pages(VideosApi(client).list)]
    streams = [stream.live_stream_id for stream in all_pages(LiveStreamsApi(client).list)]
    countries: Counter[str] = Counter()
    ids: list[str] = []
    for method, assets in (
        (statistics.list_video_sessions, videos),
        (statistics.list_live_stream_sessions, streams),
    ):
        for asset in assets:
            for item in all_pages(method, asset, period):
                ids.append(item.session.session_id)
                location = item.get("location") or {}
                countries[location.get("country") or ""] += 1
    print(
        json.dumps(
            {
                "videos": len(videos),
                "live_streams": len(streams),
                "sessions": len(ids),
                "distinct": len(set(ids)),
                "countries": countries,
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
