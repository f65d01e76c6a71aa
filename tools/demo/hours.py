"""Draw at which hour the plays of the demo happened, and how many people watched its live streams at once.

People watch in the evening and at noon of their own country, at weekends in the afternoon too; a live stream is watched
when it airs. The draws of the plays themselves stay as they are: these use a stream of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tools.demo.draw import Floats, Ints, media_id
from tools.demo.stages import by_value, draw_words
from tools.demo.tables import AIRING, AT_ONCE, CLIPS, UTC_OFFSETS, WEEKDAY_HOURS, WEEKEND_HOURS

ON_AIR = 7
"""Index of the weights of a live stream on the day on which it airs, after those of the seven weekdays."""


def draw_hours(days: Sequence[date], plays: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Return the plays of all countries by UTC hour, and the most viewers at once of each live stream and day.

    Columns ``number`` (of the day), ``hour``, ``plays``; and ``number``, ``media``, ``peak``. ``plays`` are as
    ``draw_plays`` made them for ``days``.
    """
    number, words = plays["number"].to_numpy(), draw_words(days, plays, stream=3)
    on_air = _is_on_air(days, plays)
    case = np.where(on_air, ON_AIR, np.array([day.weekday() for day in days])[number])
    weights: Floats = np.array([*[WEEKDAY_HOURS] * 5, *[WEEKEND_HOURS] * 2, AIRING], dtype=float)
    limits = weights.cumsum(axis=1) / weights.sum(axis=1, keepdims=True) * 2.0**32
    local = (words[0][:, None] >= limits[case]).sum(axis=1)
    offset = by_value(plays["spelling"], lambda name: UTC_OFFSETS.get(name, 1.0)).astype(np.int64)
    hour = np.where(on_air, local, (local - offset) % 24)
    rows = pa.table({"number": plays["number"], "media": plays["media"], "hour": pa.array(hour, pa.int8())})
    return _count(rows, ["number", "hour"]), _find_peaks(rows)


def _is_on_air(days: Sequence[date], plays: pa.Table) -> Ints:
    """Return of each play whether it is of a live stream that airs on its day."""
    published = {media_id(n): date.fromisoformat(clip.published) for n, clip in enumerate(CLIPS) if clip.live}
    repeat = {media_id(n): clip.repeat for n, clip in enumerate(CLIPS) if clip.live}
    first = by_value(plays["media"], lambda media: published.get(media, days[-1]).toordinal())
    every = by_value(plays["media"], lambda media: repeat.get(media, 1))
    live = by_value(plays["media"], lambda media: media in repeat)
    ordinals = np.array([day.toordinal() for day in days])[plays["number"].to_numpy()]
    found: Ints = (live > 0) & ((ordinals - first) % every == 0)
    return found


def _find_peaks(rows: pa.Table) -> pa.Table:
    """Return the most viewers at once: a part of the plays of the busiest hour, because not all watch to its end."""
    keys = ["number", "media"]
    hours = _count(rows.filter(pc.starts_with(rows["media"], "li")), [*keys, "hour"])
    most = hours.group_by(keys).aggregate([("plays", "max")])
    peak = pc.ceil(pc.multiply(most["plays_max"], AT_ONCE)).cast(pa.int32())
    return pa.table({**{key: most[key] for key in keys}, "peak": peak}).sort_by([(key, "ascending") for key in keys])


def _count(rows: pa.Table, keys: list[str]) -> pa.Table:
    """Return ``keys`` and ``plays``: how many of ``rows`` have these values, in their order."""
    counted = rows.group_by(keys).aggregate([([], "count_all")])
    table = pa.table({**{key: counted[key] for key in keys}, "plays": counted["count_all"].cast(pa.int32())})
    return table.sort_by([(key, "ascending") for key in keys])
