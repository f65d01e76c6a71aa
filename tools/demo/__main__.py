"""Write the demo data that the package contains: ``python -m tools.demo``, from the root of the repository.

It ends on ``NEWEST``, a Sunday. The demo moves it by complete weeks, so that weekdays stay; when the seasons in it no
longer fit the calendar, move ``NEWEST`` here and run it again.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tools.demo.draw import draw_plays, media_id
from tools.demo.hours import draw_hours
from tools.demo.stages import draw_stages, draw_unplayed
from tools.demo.tables import CLIPS, NOTES

NEWEST = date(2026, 11, 29)
DAYS = 731 + 6
"""Two years, and the days of a week that may be later than today."""
FOLDER = Path("apivideo_geo/sources/demo_data")


def make_tables() -> dict[str, pa.Table]:
    """Return name of a file → its table: the plays of the last ``DAYS`` days, and what else happened on them.

    The columns are those of ``draw_stages``, ``draw_unplayed`` and ``draw_hours``, with ``offset`` (0 = newest day) for
    ``number``.
    """
    days = [NEWEST - timedelta(days=DAYS - 1 - number) for number in range(DAYS)]
    plays = draw_plays(days)
    hours, peaks = draw_hours(days, plays)
    tables = {"plays": draw_stages(days, plays), "unplayed": draw_unplayed(days, plays), "hours": hours, "peaks": peaks}
    return {name: _with_offset(table) for name, table in tables.items()}


def _with_offset(table: pa.Table) -> pa.Table:
    offset = pc.subtract(pa.scalar(DAYS - 1, pa.int16()), table["number"])
    return table.set_column(0, pa.field("offset", pa.int16()), offset)


def make_assets() -> list[dict[str, object]]:
    """Return the assets, oldest first; ``earlier_plays`` are those before the days of :func:`make_tables`."""
    published = [date.fromisoformat(clip.published) for clip in CLIPS]
    before = (NEWEST - min(published)).days + 1 - DAYS
    days = [min(published) + timedelta(days=number) for number in range(before)]
    earlier = Counter(draw_plays(days)["media"].to_pylist())
    assets: list[dict[str, object]] = [
        {
            "media_id": media_id(number),
            "type": "live-stream" if clip.live else "video",
            "title": clip.title,
            "public": clip.public,
            "tags": clip.tags.split(),
            "published_offset": (NEWEST - published[number]).days,
            "earlier_plays": earlier[media_id(number)],
        }
        for number, clip in enumerate(CLIPS)
    ]
    return sorted(assets, key=lambda asset: (-int(str(asset["published_offset"])), str(asset["media_id"])))


def make_notes() -> list[dict[str, object]]:
    """Return the notes, oldest first, with their day as ``offset``."""
    return [{"offset": (NEWEST - date.fromisoformat(day)).days, "text": text} for day, text in sorted(NOTES.items())]


def _write_rows(name: str, rows: list[dict[str, object]]) -> None:
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    (FOLDER / f"{name}.json").write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    for name, table in make_tables().items():
        pq.write_table(table, FOLDER / f"{name}.parquet", compression="zstd", compression_level=19)
    _write_rows("assets", make_assets())
    _write_rows("notes", make_notes())


if __name__ == "__main__":
    main()
