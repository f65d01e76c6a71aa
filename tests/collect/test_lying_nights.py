"""Nights in which a server lies at random: nothing is ever shown as zero that was not, and every healed day is exact.

The truth is a plain dictionary; the server is a function of it, without HTTP: hundreds of schedules take seconds.
"""

import os
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import apivideo_geo
from apivideo_geo.effects import Effects
from apivideo_geo.errors import SourceFailed
from apivideo_geo.history.doubt import is_confirmed, is_shown
from apivideo_geo.history.history import load_history
from apivideo_geo.pipeline import run
from apivideo_geo.settings import load_settings

FIRST = date(2026, 11, 2)
NIGHTS, DAYS = 7, 4
COUNTRIES = ("FR", "NO", "MT", "XK", "NA", None)
SCHEDULES = int(os.environ.get("SCHEDULES", "16"))
"""How many; 200 take about two minutes."""
GROUPS = 8

ROW_LIES = (
    lambda rows: {"data": []},
    lambda rows: {"data": [{**row, "metricValue": None} for row in rows]},
    lambda rows: {"data": rows[::2]},
    lambda rows: {"data": rows[:-1], "pagination": {"pagesTotal": 1, "itemsTotal": len(rows)}},
    lambda rows: {"data": rows, "pagination": {"pagesTotal": 1, "itemsTotal": 0}},
    lambda rows: {"data": [{**row, "metricValue": row["metricValue"] * 2} for row in rows]},
    lambda rows: {"data": [{**row, "metricValue": "many"} for row in rows]},
    lambda rows: {"data": [{**row, "dimensionValue": ["FR"]} for row in rows]},
    lambda rows: {"data": {"FR": 3}},
    lambda rows: {},
)
COUNT_LIES = (
    lambda count: {"data": None},
    lambda count: {"data": "many"},
    lambda count: {"data": 10**30},
    lambda count: {"data": count + 1_000_003},
    lambda count: {},
)
SERIES_LIES = (
    lambda rows: {"data": []},
    lambda rows: {"data": rows[1:]},
    lambda rows: {"data": [{**row, "metricValue": None} for row in rows]},
    lambda rows: {"data": [{**row, "metricValue": row["metricValue"] * 2} for row in rows]},
    lambda rows: {"data": [{**row, "metricValue": rows[-1 - n]["metricValue"]} for n, row in enumerate(rows)]},
    lambda rows: {"data": {}},
    lambda rows: {},
)


class Liar:
    """The API as the client sees it: true, except for the answers that ``rng`` chooses with the chance ``lies``.

    ``swapped``: UTC day → the day whose rows it gets instead.
    """

    host, limit, requests = "liar.test", None, 0

    def __init__(self, truth, rng):
        self.truth, self.rng, self.lies, self.swapped = truth, rng, 0.0, {}
        self.now = self.server_time = datetime.min.replace(tzinfo=UTC)

    def map(self, calls, fetch):
        return [(call, fetch(call)) for call in calls]

    def close(self):
        """Nothing is open."""

    def get(self, path, params=None):
        self.requests += 1
        if path == "/videos":
            return {"data": []}
        first, end = (datetime.fromisoformat(params[name]) for name in ("from", "to"))
        if path.endswith("/count"):
            days = [day for day in self.truth if first.date() <= day and day < end.date() + timedelta(end.hour > 0)]
            return self._lie(COUNT_LIES, {"data": count}, count) if (count := self._sum(days)) + 1 else {}
        if path.startswith("/data/timeseries/"):
            counts = {day: self._sum([day]) for day in self.truth if first.date() <= day < end.date()}
            rows = [{"emittedAt": f"{day}T00:00:00+00:00", "metricValue": n} for day, n in counts.items() if n]
            return self._lie(SERIES_LIES, {"data": rows}, rows)
        day = self.swapped.get(first.date(), first.date())
        rows = [{"dimensionValue": code, "metricValue": plays} for code, plays in self._of(day).items() if plays]
        return self._lie(ROW_LIES, {"data": rows, "pagination": {"pagesTotal": 1, "itemsTotal": len(rows)}}, rows)

    def _of(self, day):
        """The plays of a day by country; of today, those of the hours that are over."""
        share = 4 if day == self.now.date() else 24
        return {code: plays * share // 24 for code, plays in self.truth[day].items()}

    def _sum(self, days):
        return sum(sum(self._of(day).values()) for day in days)

    def _lie(self, lies, true, value):
        return self.rng.choice(lies)(value) if self.rng.random() < self.lies else true


def make_truth(rng):
    days = [FIRST + timedelta(days=n) for n in range(-DAYS, NIGHTS + 1)]
    return {
        day: {code: rng.choice((0, 1, 7, 40, 500)) if rng.random() < 0.8 else 0 for code in COUNTRIES} for day in days
    }


def collect(liar, folder, night, monkeypatch):
    liar.now = liar.server_time = datetime(night.year, night.month, night.day, 4, 17, tzinfo=UTC)
    monkeypatch.setattr("apivideo_geo.collect.collect.open_client", lambda settings, effects: liar)
    settings = load_settings(
        {
            "history": str(folder),
            "source": "data",
            "since": FIRST - timedelta(days=DAYS),
            "api_key": "k" * 20,
            "metric": "play",
        },
        Path(os.devnull),
    )
    try:
        run("collect", settings, Effects(int(liar.now.timestamp())))
    except SourceFailed:  # no day that adds up yet, or an unknown shape in every answer
        return


def check(entries, truth):
    for day, entry in entries.items():
        true = sum(truth[day].values())
        if is_shown(entry) and not entry.open:
            assert entry.count or not true, f"{day} is shown as zero and had {true}: {entry}"
        if is_confirmed(entry):
            assert entry.count == true, f"{day} is final with {entry.count} and had {true}"


@pytest.mark.parametrize("group", range(GROUPS))
def test_servers_that_lie_at_random_make_no_zero_and_every_healed_day_is_exact(group, tmp_path, monkeypatch):
    healed = doubted = 0
    for seed in range(group, SCHEDULES, GROUPS):
        rng, folder = random.Random(seed), tmp_path / str(seed)
        truth = make_truth(rng)
        liar = Liar(truth, rng)
        nights = [FIRST + timedelta(days=n) for n in range(NIGHTS)]
        in_doubt = set()
        for night in nights:
            liar.lies = 0.0 if night in nights[-2:] else rng.choice((0.0, 0.1, 0.4, 0.8))
            one, other = rng.sample([day for day in truth if day < night], 2)
            liar.swapped = {} if night in nights[-2:] or rng.random() < 0.5 else {one: other, other: one}
            collect(liar, folder, night, monkeypatch)
            entries = load_history(folder).entries
            check(entries, truth)
            in_doubt |= {one.day for one in load_history(folder).doubtful_days()}
        over = [day for day in truth if day < nights[-1]]
        settled = {day for day in over if entries[day].doubt == "settled"}
        assert {day: entries[day].count for day in over if day not in settled} == {
            day: sum(truth[day].values()) for day in over if day not in settled
        }
        shown = {one.day: one.count for one in apivideo_geo.open(folder).summary().daily}
        assert not [day for day in over if shown[day] == 0 and sum(truth[day].values())]
        doubted, healed = doubted + len(in_doubt), healed + len(in_doubt - settled)
    assert healed > doubted * 0.8 > 0
