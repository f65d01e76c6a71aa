"""Draw what became of the plays of the demo, and how often its videos were loaded and not played.

Every play has a stage (it failed to start, started, or was watched to the end) and may be the first of its viewer that
day. Countries differ in all of these, and change slowly; phones finish less, live streams even less. The draws of the
plays themselves stay as they are: these use streams of their own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tools.demo.draw import SEED, Floats, Ints
from tools.demo.tables import (
    COMPLETION,
    LIVE_COMPLETION,
    PLAY_RATES,
    PLAYS_BY_VIEWER,
    STARTS,
    TASTE_MOVES,
    UNPLAYED_ANYWHERE,
    profile_of,
)

NOT_STARTED, STARTED, ENDED = 0, 1, 2
"""Stages of a play."""


def draw_stages(days: Sequence[date], plays: pa.Table) -> pa.Table:
    """Return ``plays`` (as ``draw_plays`` made them for ``days``) with the columns ``stage`` and ``viewer``.

    ``viewer``: whether it is the first play of its viewer on its day; of each country and day at least one is.
    """
    number, words = plays["number"].to_numpy(), draw_words(days, plays, stream=1)
    completion = by_value(plays["device"], COMPLETION.__getitem__) * _tastes(days, plays, "completion")
    completion = np.where(pc.starts_with(plays["media"], "li").to_numpy(), completion * LIVE_COMPLETION, completion)
    ended = words[0] < np.minimum(completion, 0.95) * 2.0**32
    started = words[1] < STARTS * 2.0**32
    stage = np.where(ended, ENDED, np.where(started, STARTED, NOT_STARTED))
    again = 1 - 1 / (PLAYS_BY_VIEWER * by_value(plays["spelling"], lambda name: 1 + 0.2 * _fraction(name, "again")))
    codes = plays["spelling"].combine_chunks().dictionary_encode().indices.to_numpy()
    first = np.zeros(len(number), dtype=bool)
    first[np.unique(number.astype(np.int64) << 16 | codes, return_index=True)[1]] = True
    viewer = first | (words[2] >= again * 2.0**32)
    return plays.append_column("stage", pa.array(stage, pa.int8())).append_column("viewer", pa.array(viewer))


def draw_unplayed(days: Sequence[date], plays: pa.Table) -> pa.Table:
    """Draw how often videos were loaded and not played: columns ``number`` (of the day), ``spelling``, ``unplayed``.

    For each of ``plays`` there are as many as the play rate of its country asks for; a few more come from countries in
    which nobody pressed play that day.
    """
    words, names = draw_words(days, plays, stream=2), plays["spelling"].combine_chunks().dictionary_encode()
    rate = by_value(plays["spelling"], lambda name: PLAY_RATES[profile_of(name)]) * _tastes(days, plays, "play rate")
    unplayed = np.floor(1 / np.minimum(rate, 0.95) - 1 + words[0] / 2.0**32).astype(np.int64)
    anywhere = words[1] < UNPLAYED_ANYWHERE * 2.0**32
    others = names.take(pa.array((words[2] % len(names)).astype(np.int64)))  # the country of any play of the two years
    elsewhere = pa.array(anywhere)
    table = pa.concat_tables(
        [
            pa.table({"number": plays["number"], "spelling": plays["spelling"], "unplayed": unplayed}),
            pa.table(
                {
                    "number": plays["number"].filter(elsewhere),
                    "spelling": others.filter(elsewhere).cast(pa.string()),
                    "unplayed": np.ones(int(anywhere.sum()), dtype=np.int64),
                }
            ),
        ]
    )
    sums = table.group_by(["number", "spelling"]).aggregate([("unplayed", "sum")])
    sums = sums.rename_columns(["number", "spelling", "unplayed"])
    return sums.filter(pc.greater(sums["unplayed"], 0)).sort_by([("number", "ascending"), ("spelling", "ascending")])


def draw_words(days: Sequence[date], plays: pa.Table, stream: int) -> Ints:
    """Draw three random words below 2^32 (rows) for each of ``plays``, from the day and the ``stream`` alone."""
    counts = np.bincount(plays["number"].to_numpy(), minlength=len(days)).tolist()
    drawn = [
        np.random.Philox(key=[SEED + stream, day.toordinal()]).random_raw(3 * count).reshape(3, count)
        for day, count in zip(days, counts, strict=True)
    ]
    words: Ints = (np.concatenate(drawn, axis=1) >> np.uint64(32)).astype(np.int64)
    return words


def by_value(column: pa.ChunkedArray, value_of: Callable[[str], float]) -> Floats:
    """Return ``value_of`` each text of ``column``."""
    encoded = column.combine_chunks().dictionary_encode()
    values = np.array([value_of(text) for text in encoded.dictionary.to_pylist()])
    found: Floats = values[encoded.indices.to_numpy()]
    return found


def _tastes(days: Sequence[date], plays: pa.Table, what: str) -> Floats:
    """Return the factor of each play's country, 0.7 to 1.3, which moves slowly up and down, each at its own pace."""
    names = plays["spelling"]
    level = by_value(names, lambda name: 0.8 + 0.4 * _fraction(name, what))
    pace = by_value(names, lambda name: 90 + 200 * _fraction(name, f"pace of {what}"))
    ordinals: npt.NDArray[np.int64] = np.array([day.toordinal() for day in days])[plays["number"].to_numpy()]
    wave = np.abs(np.mod(ordinals / pace, 1) * 2 - 1) * 2 - 1
    factors: Floats = level + TASTE_MOVES * wave
    return factors


def _fraction(name: str, what: str) -> float:
    """Return a number from 0 to 1 that is always the same for ``name`` and ``what``."""
    digest = hashlib.blake2b(f"demo {what} {name}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") / 2**32
