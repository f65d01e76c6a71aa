"""What ``collection/<tag>.html`` shows, ready to print: the sums over the public videos with a tag. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from apivideo_geo.model import AssetCollection
from apivideo_geo.render.context import Context
from apivideo_geo.render.pages.breakdowns import Breakdown, Line, make_table
from apivideo_geo.render.pages.figures import Curves
from apivideo_geo.render.pages.periods import MonthTable, Periods
from apivideo_geo.render.pages.video import count_assets, make_video, make_video_months


def make_collection(
    collection: AssetCollection,
    context: Context,
    country_lines: Mapping[str, Line],
    asset_lines: Mapping[str, Line],
    curves: Curves,
    periods: Periods,
) -> dict[str, Any]:
    """Return what the template prints, except the frame: that of a video's page, and the videos.

    ``country_lines``: alpha-3 → its line in a table; ``asset_lines``: media id → its line.
    """
    formats, sums = context.formats, collection.sums
    page = make_video(sums, context, country_lines, curves, periods)
    members = count_assets([one.asset for one in collection.assets], formats)
    nothing = formats.say("Nothing was counted yet.")
    counts = tuple((one.asset.media_id, one.count) for one in collection.assets)
    return {
        **page,
        **curves.show(sums.daily, collection.tag, {media_id for media_id, _ in counts}),
        "compare": f"collection.{collection.slug}" if sums.count and sums.daily else "",
        "lines": (),  # a viewer of two videos would be counted twice
        "kind": formats.say("Collection"),
        "lead": f"{members}. {page['lead'] if sums.count else nothing}",
        "figures": tuple(replace(figure, note="") if figure.key == "total" else figure for figure in page["figures"]),
        "videos": replace(
            make_table(
                formats.say("Videos"), Breakdown(counts, sums.count), formats, asset_lines.__getitem__, len(counts)
            ),
            key="media",
        ),
    }


def make_collection_months(
    collection: AssetCollection, context: Context, country_lines: Mapping[str, Line], periods: Periods
) -> dict[str, Any] | None:
    """Return what the page's script needs for a period; None if the countries are not known by month."""
    months = make_video_months(collection.sums, context, country_lines, periods)
    if months is None:
        return None
    counts = {one.asset.media_id: periods.month_sums(one) for one in collection.assets}
    parts = tuple((one.asset.media_id, one.count) for one in collection.assets)
    values = {media_id: [count or 0 for count in by_month] for media_id, by_month in counts.items()}
    table = MonthTable(parts, values, months["whole"], len(parts))
    return {
        **months,
        "tables": {**months["tables"], "media": table.data(months["whole"], country_lines.__getitem__, {})},
    }
