"""The files of a site with several metrics, compared with sums over the same counts in plain Python."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter, defaultdict
from datetime import date

import jsonschema
import pandas as pd
import pyarrow.parquet as pq
import pytest

import apivideo_geo
from apivideo_geo.aggregate.ratios import wilson
from apivideo_geo.checks import check_metrics
from apivideo_geo.errors import UsageError
from apivideo_geo.history.history import load_history
from apivideo_geo.open_place import open_history
from apivideo_geo.settings import Settings
from tests.product import Product
from tests.several import COUNTRIES, LAST, NOT_COLLECTED, NOW, all_days, counts, save

SUMMED = ("play", "impression", "end", "watch-time")
RATIOS = {
    "play-rate": ("play", "impression"), "completion": ("end", "play"), "plays-per-viewer": ("play", "viewer"),
    "time-per-play": ("watch-time", "play"),
}  # fmt: skip


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    made = Product(tmp_path_factory.mktemp("several"))
    save(made.folder / "history", counts())
    made.run("render", now=NOW, APIVIDEO_GEO_RATIO_FROM="1000")
    return made


@pytest.fixture(scope="module")
def truth():
    """(metric, UTC day, country) → count."""
    return {(metric, day, code): count for day, metric, code, count in counts()}


def rows_of(product, name):
    with (product.folder / f"site/data/{name}").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def sum_of(truth, metric, code=None, days=None):
    return sum(
        count
        for (name, day, country), count in truth.items()
        if name == metric and code in (None, country) and (days is None or day in days)
    )


def shared(*metrics):
    """The days on which all of these were collected."""
    return {day for day in all_days() if not any(NOT_COLLECTED[metric](day) for metric in metrics)}


def complete(metric):
    return shared(metric) - {LAST}


def test_metrics_csv_has_the_sum_of_each_metric_and_country(product, truth):
    rows = rows_of(product, "metrics.csv")
    found = {(row["metric"], row["iso_a3"]): int(row["count"]) for row in rows if row["count"]}
    assert found == {(metric, code): sum_of(truth, metric, code) for metric in SUMMED for code in COUNTRIES}
    days = {row["metric"]: (row["from"], row["to"], int(row["days"])) for row in rows}
    for metric in NOT_COLLECTED:
        collected = sorted(complete(metric) if metric == "viewer" else shared(metric))
        assert days[metric] == (str(collected[0]), str(collected[-1]), len(collected))
    assert {row["metric"]: row["unit"] for row in rows}["watch-time"] == "seconds"


def test_of_viewers_metrics_csv_has_the_mean_of_a_complete_day(product, truth):
    rows = [row for row in rows_of(product, "metrics.csv") if row["metric"] == "viewer"]
    assert {row["count"] for row in rows} == {""}
    days = complete("viewer")
    for row in rows:
        mean = sum_of(truth, "viewer", row["iso_a3"], days) / len(days)
        assert float(row["mean_per_day"]) == pytest.approx(mean, abs=0.0005)


def test_the_files_of_one_metric_have_that_metric_only(product, truth):
    assert sum(product.choro().values()) == sum_of(truth, "play")
    assert {row["metric"] for row in rows_of(product, "timeseries.csv")} == {"play"}
    assert sum(int(row["count"] or 0) for row in rows_of(product, "timeseries.csv")) == sum_of(truth, "play")


def test_timeseries_csv_has_a_column_for_each_other_metric_which_is_empty_where_it_was_not_collected(product, truth):
    rows, others = rows_of(product, "timeseries.csv"), [metric for metric in NOT_COLLECTED if metric != "play"]
    assert list(rows[0]) == ["day", "iso_a3", "count", "state", "metric", *others]
    for metric, column in (("play", "count"), *zip(others, others, strict=True)):
        found = {(date.fromisoformat(row["day"]), row["iso_a3"]): row[column] for row in rows}
        counted = {key: int(text) for key, text in found.items() if text not in ("", "0")}
        assert counted == {(day, code): n for (name, day, code), n in truth.items() if name == metric}
        lacking = {day for day in all_days() if NOT_COLLECTED[metric](day)}
        assert {day for (day, _), text in found.items() if text == ""} == lacking
    described = json.loads((product.folder / "site/data/datapackage.json").read_text())["resources"]
    [fields] = [one["schema"]["fields"] for one in described if one["path"] == "timeseries.csv"]
    assert [field["name"] for field in fields] == list(rows[0])
    for place in ("history", "site"):
        frame = apivideo_geo.open(product.folder / place).timeseries()
        assert frame.to_csv(index=False).encode() == (product.folder / "site/data/timeseries.csv").read_bytes()


def test_the_other_metrics_and_the_ratios_have_a_picture_that_the_page_of_files_lists(product, truth):
    page, manifest = ((product.folder / "site" / name).read_text() for name in ("data.html", "manifest.json"))
    names = [*(metric for metric in NOT_COLLECTED if metric != "play"), *RATIOS]
    pictures = {name: (product.folder / f"site/map-{name}.svg").read_text() for name in names}
    for name in names:
        assert f'href="map-{name}.svg"' in page
        assert f'"map-{name}.svg"' in manifest
    assert f"{sum_of(truth, 'impression'):,} impressions" in pictures["impression"]
    days = shared("play", "impression")
    rates = {
        code: sum_of(truth, "play", code, days) / lower
        for code in COUNTRIES
        if code != "---" and (lower := sum_of(truth, "impression", code, days)) >= 1000
    }
    rate = sum_of(truth, "play", days=days) / sum_of(truth, "impression", days=days)
    assert f"<title>Play rate: {100 * rate:.1f}%, highest in Brazil</title>" in pictures["play-rate"]
    classes = dict(re.findall(r'<path id="([A-Z]{3})" class="(\w+)"', pictures["play-rate"]))
    assert {code for code, name in classes.items() if name.startswith("c")} == rates.keys()
    assert {code for code, name in classes.items() if name == "few"} == {"NAM"}
    ranked = sorted(rates, key=lambda code: rates[code])
    assert [classes[code] for code in ranked] == sorted(classes[code] for code in ranked)
    assert "Too few: under 1,000 impressions" in pictures["play-rate"]


def test_metrics_daily_csv_has_every_count_of_the_others_and_their_gaps(product, truth):
    rows = rows_of(product, "metrics_daily.csv")
    found = {
        (row["metric"], date.fromisoformat(row["day"]), row["iso_a3"]): int(row["count"])
        for row in rows
        if row["iso_a3"]
    }
    assert found == {key: count for key, count in truth.items() if key[0] != "play"}
    missing = {(row["metric"], date.fromisoformat(row["day"])) for row in rows if row["state"] == "missing"}
    assert missing == {(m, day) for m in NOT_COLLECTED if m != "play" for day in all_days() if NOT_COLLECTED[m](day)}


def test_facts_parquet_has_every_metric_by_day(product, truth):
    facts = pq.read_table(product.folder / "site/data/facts.parquet").to_pylist()
    assert {(row["metric"], row["day"], row["country"]): row["count"] for row in facts} == truth
    assert len(facts) == len(truth)
    assert {row["dimension"] for row in facts} == {"total"}


def test_ratios_csv_divides_the_sums_of_the_days_with_both_metrics(product, truth):
    rows = rows_of(product, "ratios.csv")
    assert {row["ratio"] for row in rows} == set(RATIOS)
    for row in rows:
        upper, lower = RATIOS[row["ratio"]]
        assert (row["upper_metric"], row["lower_metric"]) == (upper, lower)
        days = shared(upper, lower) - ({LAST} if lower == "viewer" else set())
        sums = [sum_of(truth, metric, row["iso_a3"] or None, days) for metric in (upper, lower)]
        assert int(row["days"]) == len(days)
        divided = len(days) if lower == "viewer" else 1
        if divided == 1:
            assert [row["upper"], row["lower"]] == [str(one) for one in sums]
        assert [float(row["upper"]), float(row["lower"])] == pytest.approx(
            [one / divided for one in sums], abs=0.000501
        )  # a half is rounded up
        if sums[1] < 1000:
            assert (row["value"], row["low"], row["reason"]) == ("", "", "too_few")
            continue
        assert float(row["value"]) == pytest.approx(sums[0] / sums[1], abs=5e-7)
        if row["ratio"] in ("play-rate", "completion"):
            assert [float(row["low"]), float(row["high"])] == pytest.approx(wilson(*sums), abs=1e-6)
        else:
            assert row["low"] == row["high"] == ""
    assert Counter(row["reason"] for row in rows)["too_few"] > 3


def test_summary_json_has_a_block_for_each_metric_and_keeps_its_first_figures(product, truth):
    summary = product.summary()
    schema = json.loads((product.folder / "site/data/summary.schema.json").read_text())
    jsonschema.validate(summary, schema)
    assert (summary["version"], summary["metric"], summary["total"]) == (2, "play", sum_of(truth, "play"))
    blocks = {block["metric"]: block for block in summary["metrics"]}
    assert {name: block["count"] for name, block in blocks.items()} == {
        **{metric: sum_of(truth, metric) for metric in SUMMED}, "viewer": None,
    }  # fmt: skip
    days = complete("viewer")
    assert blocks["viewer"]["mean_per_day"] == pytest.approx(
        sum_of(truth, "viewer", None, days) / len(days), abs=0.0005
    )
    assert len(blocks["impression"]["days"]["missing"]) == 3
    assert [ratio["ratio"] for ratio in summary["ratios"]] == list(RATIOS)


def numbers_in(path):
    """Every number in a file of the site: cells, values, or the words of a page that look like one."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8") as file:
            texts = [cell for row in csv.reader(file) for cell in row]
    elif path.suffix == ".parquet":
        return {row["count"] for row in pq.read_table(path, columns=["count"]).to_pylist()}
    else:
        texts = (
            path.read_text(encoding="utf-8")
            .replace(",", "")
            .replace("<", " ")
            .replace(">", " ")
            .replace(":", " ")
            .split()
        )
    found = set()
    for text in texts:
        try:
            found.add(float(text.strip('",;[]}{')))
        except ValueError:
            continue
    return found


def test_viewers_are_never_added_up_over_days_in_any_file(product, truth):
    sums = defaultdict(set)
    for code in (*COUNTRIES, None):
        for days in (shared("viewer"), complete("viewer"), shared("play", "viewer"), shared("play", "viewer") - {LAST}):
            sums[code].add(float(sum_of(truth, "viewer", code, days)))
    wanted = {one for values in sums.values() for one in values if one > 2500}  # places on the map are smaller
    assert len(wanted) > 8
    files = [
        path for path in (product.folder / "site").rglob("*") if path.suffix in (".csv", ".json", ".parquet", ".html")
    ]
    assert len(files) > 10
    assert {path.name: numbers_in(path) & wanted for path in files if numbers_in(path) & wanted} == {}


def test_the_python_api_gives_each_metric_from_the_history_and_from_the_site(product, truth):
    for place in ("history", "site"):
        audience = apivideo_geo.open(product.folder / place)
        assert audience.metrics == tuple(NOT_COLLECTED)
        for metric in SUMMED:
            frame = audience.choro(metric=metric)
            assert dict(zip(frame["ISO_A3"], frame["Count"], strict=True)) == {
                code: sum_of(truth, metric, code) for code in COUNTRIES
            }
            assert str(frame["Count"].dtype) == "Int64"
        daily = audience.daily(metric="viewer", country="FRA").set_index("day")["count"]
        assert daily[pd.Timestamp("2026-10-11")] == truth["viewer", date(2026, 10, 11), "FRA"]
        assert audience.facts(metric="end")["count"].to_pandas().sum() == sum_of(truth, "end")


def test_a_site_that_is_opened_has_its_own_limits(product):
    frame = apivideo_geo.open(product.folder / "site").ratios()  # built with ratio_from = 1000
    assert frame["reason"].eq("too_few").any()
    found = [reason or "" for reason in frame["reason"].astype(object).where(frame["reason"].notna(), None)]
    assert found == [row["reason"] for row in rows_of(product, "ratios.csv")]


def test_the_viewers_of_a_period_are_the_mean_of_a_day(product, truth):
    audience = apivideo_geo.open(product.folder / "history")
    period = {"since": "2026-10-01", "until": "2026-10-31"}
    days = [day for day in all_days() if day.month == 10]
    frame = audience.countries(metric="viewer", **period).set_index("iso_a3")
    mean = sum_of(truth, "viewer", "FRA", days) / 31
    assert frame.loc["FRA", "count"] == pytest.approx(mean, abs=0.0005)
    assert str(frame["count"].dtype) == "Float64"
    assert frame.loc["FRA", "share"] == pytest.approx(mean * 31 / sum_of(truth, "viewer", None, days), abs=1e-6)
    assert audience.summary("2026-10-11", "2026-10-11", metric="viewer").total == sum_of(
        truth, "viewer", None, [date(2026, 10, 11)]
    )


def test_a_metric_without_a_day_in_the_period_is_left_out(product):
    audience = apivideo_geo.open(product.folder / "history")
    august = audience.summary("2026-08-01", "2026-08-31")
    assert set(august.metrics) == {"play", "impression", "viewer", "watch-time"}
    assert set(audience.ratios(until="2026-08-31")["ratio"]) == {"play-rate", "plays-per-viewer", "time-per-play"}
    latest = audience.summary("2026-11-19", "2026-11-22")
    assert [len(one.daily) for one in latest.metrics.values()] == [4] * 5
    assert [day.count is None for day in latest.others["watch-time"].daily] == [False, False, True, True]


def test_a_metric_that_was_not_collected_is_named_with_those_that_were(product):
    audience = apivideo_geo.open(product.folder / "history")
    with pytest.raises(UsageError, match="no metric 'view': choose one of play, impression, end"):
        audience.choro(metric="view")
    with pytest.raises(UsageError, match="impression is not stored by video"):
        audience.choro(metric="impression", media="vi1")


def test_another_metric_can_be_the_first(product, truth):
    audience = open_history(load_history(product.folder / "history"), Settings.model_construct(), NOW, "impression")
    assert audience.metrics[0] == "impression"
    assert audience.summary().total == sum_of(truth, "impression")
    assert audience.summary().others["play"].total == sum_of(truth, "play")


def test_a_file_that_does_not_add_up_is_not_published(product):
    site = {"data/metrics.csv": (product.folder / "site/data/metrics.csv").read_bytes()}
    summary = apivideo_geo.open(product.folder / "history").summary()
    assert check_metrics(site, summary) == []
    wrong = {"data/metrics.csv": site["data/metrics.csv"].replace(b"FRA,impression,", b"FRA,impression,1")}
    assert "the impression of data/metrics.csv do not add up" in check_metrics(wrong, summary)[0]


def test_the_site_opens_with_a_count_that_adds_up(tmp_path, truth):
    save(tmp_path / "history", counts(), metrics=("viewer", "end"))
    audience = apivideo_geo.open(tmp_path / "history")
    assert (audience.metrics, audience.summary().total) == (("end", "viewer"), sum_of(truth, "end"))


def test_a_history_of_viewers_alone_gives_no_site_and_says_why(tmp_path):
    product = Product(tmp_path)
    save(tmp_path / "history", counts(), metrics=("viewer",))
    assert "has only viewer; a site opens with a count that adds up" in product.run("render", now=NOW, code=2).stderr
    assert (
        "'viewer' cannot be the only or the first metric" in product.run("--metric", "viewer", now=NOW, code=2).stderr
    )
    assert apivideo_geo.open(tmp_path / "history").choro()["Count"].dtype == "Float64"
