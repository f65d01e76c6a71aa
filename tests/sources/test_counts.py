"""Counts that are already aggregated: tables of any tool, saved answers of the API, our own files."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from apivideo_geo.facts import FACTS, facts_table
from apivideo_geo.history.history import Fetched, open_history
from apivideo_geo.model import Asset, Facts
from tests.product import Product
from tests.sources.test_files import save

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
LONG = "Date,Country,Views\n2026-11-08,France,7\n2026-11-08,NA,2\n2026-11-10,FR,1\n"
DAYS = {"2026-11-08": {"FRA": 7, "NAM": 2}, "2026-11-09": {}, "2026-11-10": {"FRA": 1}}


def stored(base: Path, dimension: str = "total", folder: str = "history") -> dict[str, dict[str, int]]:
    """Return UTC day → country (or country and value) → count, of the history in ``base``, or a ``folder`` of it."""
    found: dict[str, dict[str, int]] = {}
    for path in base.glob(f"{folder}/**/*.parquet"):
        found |= {day: {} for day in json.loads(pq.read_metadata(path).metadata[b"apivideo_geo"])["days"]}
        for row in pq.read_table(path).to_pylist():
            if row["dimension"] == dimension:
                found[str(row["day"])][row["country"] + row["value"]] = row["count"]
    return dict(sorted(found.items()))


def collect(folder: Path, *files: tuple[str, str | bytes], code: int = 0, more: tuple[str, ...] = ()) -> Any:
    paths = [argument for name, text in files for argument in ("--counts", save(folder, name, text))]
    return Product(folder).run("collect", *paths, *more, now=NOON, code=code)


@pytest.mark.parametrize(
    "text",
    [
        LONG,
        "Report\n\n" + LONG.replace(",", ";"),
        LONG.replace("Date", "Day").replace("Country", "country_code").replace("Views", "Plays"),
        'Date,Country,Views,Hours (all)\n2026-11-08,France,"7",0.5\n2026-11-08,Namibia,2.0,1\n2026-11-10,FR,1,3\n',
        "Date,France,Namibia,Total\n2026-11-08,7,2,9\n2026-11-10,1,0,1\n",
        "Country,2026-11-08,2026-11-10\nFrance,7,1\nNA,2,0\nTotal,9,1\n",
        "Geography,Date,Device,Views\nFR,11/8/2026,phone,3\nFR,11/8/2026,,4\nNA,11/8/2026,tv,2\nFR,11/10/2026,,1\n"
        "FR,11/31/2026,,0\nTotal,,,10\n",
        json.dumps([{"date": "2026-11-08", "country": "France", "views": 7},
                    {"date": 1794132000, "country": "NA", "views": 2},
                    {"date": "20261110", "country": "FR", "views": 1}]),
    ],
)  # fmt: skip
def test_a_table_of_day_country_and_number_becomes_days(tmp_path: Path, text: str) -> None:
    name = "a.json" if text.startswith("[") else "a.csv"
    collect(tmp_path, (name, text), more=("--metric", "play", "--date-format", "mdy", "--accept-refused"))
    assert stored(tmp_path) == DAYS


def test_the_same_file_again_changes_nothing_and_two_equal_files_count_once(tmp_path: Path) -> None:
    collect(tmp_path, ("a.csv", LONG))
    before = Product(tmp_path).files("history")
    done = collect(tmp_path, ("a.csv", LONG), ("copy.csv", LONG.replace("France", "FR")))
    assert Product(tmp_path).files("history") == before
    assert "Rows read: 6 = 3 counted + 3 rejected" in done.stdout
    assert "'the same in two files' 3" in done.stdout


def test_files_that_disagree_are_refused_and_parts_of_a_day_are_added_up(tmp_path: Path) -> None:
    other = "Date,Country,Views\n2026-11-08,FRA,8\n"
    done = collect(tmp_path, ("a.csv", LONG), ("b.csv", other), code=5)
    assert "both have counts of FRA on 2026-11-08 (7 and 8)" in done.stderr
    assert stored(tmp_path) == {}
    collect(tmp_path, ("a.csv", LONG), ("b.csv", other.replace("FRA", "PER")))
    assert stored(tmp_path)["2026-11-08"] == {"FRA": 7, "NAM": 2, "PER": 8}


def test_days_of_another_source_stay_and_the_report_says_so(tmp_path: Path) -> None:
    sessions = save(tmp_path, "s.csv", "sessionID,loadedAt,country\na,2026-11-08,Peru\n")
    Product(tmp_path).run("collect", "--sessions", sessions, "--count-sessions-as", "play", now=NOON)
    done = collect(tmp_path, ("a.csv", LONG), more=("--metric", "play"))
    assert stored(tmp_path) == DAYS | {"2026-11-08": {"PER": 1}}
    assert "Rows read: 3 = 1 counted + 2 rejected" in done.stdout
    assert "1 day (2026-11-08): the history has them from another source, which stays" in done.stdout


def test_sessions_that_are_counts_are_read_as_counts_with_a_word_about_it(tmp_path: Path) -> None:
    done = Product(tmp_path).run("collect", "--sessions", save(tmp_path, "a.csv", LONG), now=NOON)
    assert "have counts by day and country: reading them as --counts" in done.stdout + done.stderr
    assert stored(tmp_path) == DAYS
    wrong = save(tmp_path, "b.csv", "date,country,duration\n2026-11-08,Peru,77\n")
    assert "no column sessionID" in Product(tmp_path).run("collect", "--sessions", wrong, now=NOON, code=5).stderr


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("countries.csv", "iso_a3,count,period_from,period_to\nFRA,1,2026-11-01,2026-11-30\n", "are of a period,"),
        ("a.csv", "date,id,duration\n2026-11-08,7,1\n", "there is no column with a country"),
        ("a.csv", "Dag;Sted;Antall\n2026-11-08;FR;1\n", "(the first line is 'Dag;Sted;Antall')"),
        ("choro.csv", "ISO_A3,Count\nFRA,1\n", "there is no column with a day"),
        ("a.csv", "Date,Views\n2026-11-08,1\n", "there is no column with a country"),
        ("a.csv", "Date,Country,Views,Plays\n2026-11-08,FR,1,2\n", "'Views' and 'Plays' are both numbers"),
        ("a.csv", "Date,Country,country_name2,Country \n", "'Country' and 'Country' have the same name"),
        ("a.csv", "Date,Country,Views\n2026-11-08,FR,1.5\n", "a whole number: 1); for example '1.5' in"),
        ("a.csv", "Date,Country,Views\n2026-11-08,FR,1.5\n2026-11-09,FR,2\n", "use the other rows with --accept-ref"),
    ],
)  # fmt: skip
def test_what_is_no_counts_by_day_is_refused_in_a_sentence(tmp_path: Path, name: str, text: str, sentence: str) -> None:
    assert sentence in collect(tmp_path, (name, text), code=5).stderr


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("a.csv", "Report\n\nDate;Country;Views\n11/8/2026;FR;7\n1/8/2026;NA;2\n", "a.csv, line 4,"),
        ("a.csv", "Date,Country,Views\n20/8/2026,FR,\n11/20/2026,NA,2\nfoo,PE,3\n", "a.csv, line 2,"),
        ("a.ndjson", '{"date": "11/8/2026", "country": "FR", "views": 7}\n' * 2, "a.ndjson, line 1,"),
    ],
)
def test_a_day_that_cannot_be_read_is_named_with_its_line_and_the_remedy(
    tmp_path: Path, name: str, text: str, place: str
) -> None:
    said = collect(tmp_path, (name, text), code=5).stderr
    value = "20/8/2026" if "20/8" in text else "11/8/2026"
    remedy = "has another order than other dates" if "20/8" in text else "add --date-format dmy (the day first) or mdy"
    assert f"{place} " in said.partition(f"for example '{value}' in ")[2]
    assert remedy in said
    assert "--accept-refused" not in said  # no row is left
    assert stored(tmp_path) == {}


def bucket(day: str, end: str = "", **more: object) -> str:
    frame = {"from": f"{day}T00:00:00+00:00", "to": end or f"{day[:-2]}{int(day[-2:]) + 1:02}T00:00:00+00:00"}
    context = {"metric": "play", "breakdown": "country", "timeframe": frame}
    rows = [{"dimensionValue": "FR", "metricValue": 7}, {"dimensionValue": "NA", "metricValue": 2.0}]
    return json.dumps({"context": context | more, "data": rows, "pagination": {"currentPage": 1, "pagesTotal": 1}})


def snake(text: str) -> str:
    """Return an answer as ``to_dict()`` of the official Python client has it, printed with ``default=str``."""
    answer = text.replace("dimensionValue", "dimension_value").replace("metricValue", "metric_value")
    return answer.replace('"from"', '"_from"').replace("T00:00:00", " 00:00:00").replace("pagesTotal", "pages_total")


@pytest.mark.parametrize("change", [str, snake, lambda text: f"[{text}]", lambda text: text + "\n" + text + "\n"])
def test_saved_answers_of_todays_api_become_days(tmp_path: Path, change: Any) -> None:
    day = bucket("2026-11-21") if change is not str else bucket("2026-11-21", "2026-11-22T01:00:00+01:00")
    texts = (("1.json", change(bucket("2026-11-20"))), ("2.ndjson", change(day)))
    double = 2 if change(" ") == " \n \n" else 1
    collect(tmp_path, *texts)
    one_day = {"FRA": 7 * double, "NAM": 2 * double}
    assert stored(tmp_path) == {"2026-11-20": one_day, "2026-11-21": one_day}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (bucket("2026-11-20", "2026-11-20T15:00:00+00:00"), "one whole UTC day (2026-11-20T00:00:00+00:00 to"),
        (bucket("2026-11-01", "2026-11-20T00:00:00+00:00"), "its timeframe is not one whole UTC day"),
        (bucket("2026-11-20", breakdown="browser"), "its breakdown is 'browser'"),
        (bucket("2026-11-20").replace('"pagesTotal": 1', '"pagesTotal": 3'), "page 1 of 3"),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_a_complete_day_is_refused_by_its_file(tmp_path: Path, text: str, sentence: str) -> None:
    done = collect(tmp_path, ("good.json", bucket("2026-11-21")), ("bad.json", text), code=5)
    assert "bad.json, " in done.stderr
    assert sentence in done.stderr
    done = collect(tmp_path, ("good.json", bucket("2026-11-21")), ("bad.json", text), more=("--accept-refused",))
    assert "Rows read: 4 = 2 counted + 2 rejected" in done.stdout
    assert list(stored(tmp_path)) == ["2026-11-21"]


def test_plays_of_2023_have_their_day_in_the_name_of_the_file(tmp_path: Path) -> None:
    rows = [{"value": "france", "plays": 100}, {"value": "united states", "plays": 10}]
    collect(tmp_path, ("plays 2023-06-01.json", json.dumps({"data": rows, "pagination": {"pagesTotal": 1}})))
    assert stored(tmp_path) == {"2023-06-01": {"FRA": 100, "USA": 10}}


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_lost_history_comes_back_from_its_site(tmp_path: Path, address: str) -> None:
    old, new = Product(tmp_path / "old"), Product(tmp_path / "new")
    for product in (old, new):
        product.folder.mkdir()
    rows = "a,2026-11-08,Peru,phone\nb,2026-11-10,,tv\nc,2026-11-28,Peru,\nd,2026-11-28T13:00:00Z,Peru,\n"
    sessions = save(old.folder, "s.csv", "sessionID,loadedAt,country,deviceType\n" + rows)
    old.run("--sessions", sessions, "--detail", "full", "--count-sessions-as", "play", now=NOON)
    done = new.run("collect", "--counts", f"{address}/old/site/data/facts.parquet", now=NOON)
    assert "'a day that was not over'" in done.stdout
    assert stored(new.folder) == {day: counts for day, counts in stored(old.folder).items() if day < "2026-11-28"}
    assert stored(new.folder, "device") == {
        day: counts for day, counts in stored(old.folder, "device").items() if day < "2026-11-28"
    }
    assert '"detail":"full"' in (new.folder / "history/ledger.jsonl").read_text()
    assert "no such file" in new.run("collect", "--counts", f"{address}/none/facts.parquet", now=NOON, code=5).stderr


@pytest.mark.parametrize("setting", ["hours", "ccv-peak"])
def test_what_counts_by_day_cannot_give_is_a_warning_only_if_it_was_asked_for(tmp_path: Path, setting: str) -> None:
    assert f"{setting} " not in collect(tmp_path, ("a.csv", LONG)).stdout
    text = "hours = true" if setting == "hours" else 'metrics = ["play", "ccv-peak"]'
    save(tmp_path, "apivideo-geo.toml", text)
    said = collect(tmp_path, ("a.csv", LONG)).stdout
    assert {"hours": "hours are not collected", "ccv-peak": "ccv-peak is not collected"}[setting] in said


def test_facts_without_a_list_of_days_leave_days_without_rows_unknown(tmp_path: Path) -> None:
    days = [datetime(2026, 11, day, tzinfo=UTC).date() for day in (8, 10)]
    rows = {"day": days, "metric": ["play"] * 2, "country": ["PER"] * 2, "dimension": ["total"] * 2, "value": [""] * 2}
    pq.write_table(pa.table({**rows, "count": [1, 2]}).cast(FACTS), tmp_path / "facts.parquet")
    collect(tmp_path, more=("--counts", str(tmp_path / "facts.parquet")))
    assert stored(tmp_path) == {"2026-11-08": {"PER": 1}, "2026-11-10": {"PER": 2}}


def test_of_a_site_with_several_metrics_each_has_its_own_days(tmp_path: Path) -> None:
    facts = [(8, "play", 2), (8, "impression", 5), (10, "play", 3), (10, "impression", 6)]
    rows = [(datetime(2026, 11, day, tzinfo=UTC).date(), metric, "PER", "total", "", n) for day, metric, n in facts]
    table = pa.table(dict(zip(FACTS.names, map(list, zip(*rows, strict=True)), strict=True)))
    pq.write_table(table.cast(FACTS), tmp_path / "facts.parquet")
    days = {
        "timeseries.csv": ("play", ["08,PER,2,closed", "09,,,missing", "10,PER,3,closed"]),
        "metrics_daily.csv": ("impression", ["08,PER,5,closed", "09,,0,closed", "10,PER,6,open"]),
    }
    for name, (metric, lines) in days.items():
        text = "".join(f"2026-11-{line},{metric}\n" for line in lines)
        (tmp_path / name).write_text(f"day,iso_a3,count,state,metric\n{text}")
    collect(tmp_path, more=("--counts", str(tmp_path / "facts.parquet")))
    assert stored(tmp_path, folder="history/20*") == {"2026-11-08": {"PER": 2}, "2026-11-10": {"PER": 3}}
    assert stored(tmp_path, folder="history/metrics/impression") == {"2026-11-08": {"PER": 5}, "2026-11-09": {}}


def test_our_own_timeseries_keeps_empty_days_and_leaves_missing_and_open_ones(tmp_path: Path) -> None:
    rows = ["2026-11-08,PER,1,closed", "2026-11-09,,0,closed", "2026-11-10,,,missing", "2026-11-11,PER,3,open"]
    collect(tmp_path, ("timeseries.csv", "day,iso_a3,count,state,metric\n" + "".join(f"{row},play\n" for row in rows)))
    assert stored(tmp_path) == {"2026-11-08": {"PER": 1}, "2026-11-09": {}}


FACTS_HEADER = "day,country,dimension,value,count\n"


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("2026-11-01,Peru,total,,5\n2026-11-01,Peru,device,tv,5\n2026-11-02,Peru,total,,5\n2026-11-02,Peru,device,tv,9\n",
         "a.csv, line 5: the device values of PER on 2026-11-02 (play) add up to 9, more than the total 5."),
        ("2026-11-01,Peru,total,,5\n2026-11-01,France,device,tv,9\n",
         "a.csv, line 3: the device values of FRA on 2026-11-01 (play) add up to 9, but there is no total."),
    ],
)  # fmt: skip
def test_a_breakdown_above_its_total_is_refused_with_its_line_and_nothing_is_stored(
    tmp_path: Path, rows: str, sentence: str
) -> None:
    assert sentence in collect(tmp_path, ("a.csv", FACTS_HEADER + rows), code=5).stderr
    assert stored(tmp_path) == {}
    complete = (("total.csv", FACTS_HEADER + "2026-11-01,Peru,total,,5\n"),
                ("device.csv", FACTS_HEADER + "2026-11-01,Peru,device,tv,5\n"))  # fmt: skip
    collect(tmp_path, *complete)
    assert stored(tmp_path, "device") == {"2026-11-01": {"PERtv": 5}}


def test_a_history_with_a_breakdown_above_its_total_is_named_and_a_corrected_file_replaces_the_day(
    tmp_path: Path,
) -> None:
    day, product = datetime(2026, 11, 1, tzinfo=UTC).date(), Product(tmp_path)
    rows = [
        (day, "play", "PER", dimension, value, n) for dimension, value, n in (("total", "", 5), ("device", "tv", 9))
    ]
    with open_history(tmp_path / "history") as history:
        history.save(Facts((day,), facts_table(rows)), Fetched("play", "counts", "full", NOON))
        history.save_ledger()
    wrong = "In the history the device values of PER on 2026-11-01 (play) add up to 9, more than the total 5."
    assert f"{wrong} Run collect with a corrected --counts file" in product.run("render", now=NOON, code=5).stderr
    assert f"wrong    breakdowns: {wrong}" in product.run("doctor", now=NOON, code=2).stdout
    collect(tmp_path, ("a.csv", FACTS_HEADER + "2026-11-01,Peru,total,,5\n2026-11-01,Peru,device,tv,5\n"))
    assert stored(tmp_path, "device") == {"2026-11-01": {"PERtv": 5}}
    assert "breakdowns" not in product.run("doctor", now=NOON, code=2).stdout


def test_a_day_whose_breakdown_lacks_its_total_is_not_published_although_the_sum_of_all_days_is_higher(
    tmp_path: Path,
) -> None:
    days, product = [datetime(2026, 11, day, tzinfo=UTC).date() for day in (1, 2)], Product(tmp_path)
    rows = [(days[0], "PER", "device", "tv", 5), (days[0], "CHL", "total", "", 1), (days[1], "PER", "total", "", 90)]
    with open_history(tmp_path / "history") as history:
        facts = facts_table((day, "play", *row) for day, *row in rows)
        history.save(Facts(tuple(days), facts), Fetched("play", "counts", "full", NOON))
        history.save_ledger()
    wrong = "In the history the device values of PER on 2026-11-01 (play) add up to 5, but there is no total."
    assert wrong in product.run("render", now=NOON, code=5).stderr
    assert not (tmp_path / "site").exists()
    assert wrong in product.run("doctor", now=NOON, code=2).stdout
    without = {"APIVIDEO_GEO_LEAVE_OUT": "2026-11-01"}
    product.run("render", now=NOON, **without)
    assert "breakdowns" not in product.run("doctor", now=NOON, code=2, **without).stdout


def test_a_day_whose_videos_exceed_the_total_of_a_further_metric_is_not_published(tmp_path: Path) -> None:
    days, product = [datetime(2026, 11, day, tzinfo=UTC).date() for day in (1, 2)], Product(tmp_path)
    counts = {"play": ((5, 5), (9, 9)), "impression": ((5, 8), (90, 20))}  # total and video of each day
    with open_history(tmp_path / "history") as history:
        history.save_assets([Asset("vi4fgtd5UbwyIUxKXNbUyKhe", "video", "Trailer", public=True)])
        for metric, sums in counts.items():
            rows = [
                (day, metric, "PER", dimension, value, count)
                for day, both in zip(days, sums, strict=True)
                for dimension, value, count in zip(
                    ("total", "media"), ("", "vi4fgtd5UbwyIUxKXNbUyKhe"), both, strict=True
                )
            ]
            history.of(metric).save(Facts(tuple(days), facts_table(rows)), Fetched(metric, "counts", "media", NOON))
        history.save_ledger()
    wrong = "In the history the media values of PER on 2026-11-01 (impression) add up to 8, more than the total 5."
    assert wrong in product.run("doctor", now=NOON, code=2).stdout
    assert wrong in product.run("render", now=NOON, code=5).stderr
    assert not (tmp_path / "site").exists()


def test_each_row_is_in_the_sum_of_the_run_and_one_of_an_unknown_metric_is_rejected(tmp_path: Path) -> None:
    rows = [f"2026-11-{day:02},Peru,{metric},5\n" for day in range(1, 12) for metric in ("play", "viewer")]
    text = "day,country,metric,count\n" + "".join(rows) + "2026-11-01,Peru,banana,3\n"
    said = collect(tmp_path, ("a.csv", text + "2026-11-02,Peru,,3\n")).stdout
    assert "Rows read: 24 = 22 counted + 2 rejected" in said
    assert "'no metric, although other rows have one' 1, 'the metric is not known' 1" in said
    assert "for example 'banana' in " in said
    assert "a.csv, line 24" in said
    half = "day,country,metric,count\n2026-11-01,Peru,play,5\n2026-11-01,Chile,Stalls,5\n"
    wrong = collect(tmp_path, ("b.csv", half), code=5).stderr
    assert "'Stalls' in " in wrong
    assert "b.csv, line 3; the known metrics are play, view, impression, start, end, viewer, watch-time" in wrong
    only = collect(tmp_path, ("c.csv", "day,country,metric,count\n" + "".join(rows)), more=("--metric", "play")).stdout
    assert "Rows read: 22 = 11 counted + 11 rejected" in only
    assert "'counts of another metric' 11" in only


def test_metrics_are_read_in_the_spellings_of_other_tables(tmp_path: Path) -> None:
    spellings = {"Peru": "Plays", "Chile": "play ", "France": "PLAY", "Spain": "play-total", "Italy": "Video plays"}
    rows = [f"2026-11-08,{country},{metric},5\n" for country, metric in spellings.items()]
    more = "2026-11-08,Peru,IMPRESSIONS,9\n2026-11-08,Chile,Impression,8\n2026-11-08,Peru,Watch Time,700\n"
    collect(tmp_path, ("a.csv", "day,country,metric,count\n" + "".join(rows) + more))
    assert stored(tmp_path) == {"2026-11-08": dict.fromkeys(("PER", "CHL", "FRA", "ESP", "ITA"), 5)}
    assert stored(tmp_path, folder="history/metrics/impression") == {"2026-11-08": {"PER": 9, "CHL": 8}}
    assert stored(tmp_path, folder="history/metrics/watch-time") == {"2026-11-08": {"PER": 700}}


@pytest.mark.parametrize(
    ("number", "reason"), [("-5", "the count is negative"), ("9" * 19, "too large"), ("2000000000000", "too large")]
)
def test_a_negative_count_and_one_that_is_too_large_are_called_that(tmp_path: Path, number: str, reason: str) -> None:
    said = collect(tmp_path, ("a.csv", f"Date,Country,Views\n2026-11-08,FR,{number}\n"), code=5).stderr
    assert f"{reason}: 1); for example '{number}' in " in said
    assert "a.csv, line 2" in said
