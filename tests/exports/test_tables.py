"""The tables say what a day or a country was, and the data package says what the tables are."""

import csv
import io
import json
import subprocess
import sys
from datetime import date

from apivideo_geo.exports.tables import make_tables
from apivideo_geo.model import Asset, AssetDetail, Cells, DayCount, Details
from tests.exports.test_data_files import summary
from tests.render.samples import whole_site, write

FORMULA = '=HYPERLINK("https://evil.example","+1")'
DETAILS = Details(
    assets=(
        AssetDetail(
            Asset("viA", "video", FORMULA, True, published_at="2026-03-01T23:30:00+00:00", lifetime=99),
            5,
            1,
            (("FRA", 4), ("---", 1)),
        ),
        AssetDetail(Asset("liB", "live-stream", 'Quotes ", commas\nand lines', True), 0, 2),
    ),
    unlisted=3,
    months=(date(2026, 10, 1),),
    monthly={"city": {date(2026, 10, 1): Cells({"FRA": {"Paris": 7, "@home": 5}}, {"FRA": 6, "NAM": 2})}},
)


def rows(name, what=None, details=DETAILS):
    tables = {table.path: table.render() for table in make_tables(what or summary(), details)}
    return list(csv.DictReader(io.StringIO(tables[f"data/{name}"].decode())))


def test_in_the_time_series_a_gap_a_zero_and_a_day_still_open_are_three_things():
    what = summary(
        daily=(
            DayCount(date(2026, 11, 1), 9), DayCount(date(2026, 11, 2), None), DayCount(date(2026, 11, 3), 0),
            DayCount(date(2026, 11, 4), 1, True),
        ),
        by_country={"FRA": (6, 0, 0, 0), "NAM": (3, 0, 0, 0), "---": (0, 0, 0, 1)},
    )  # fmt: skip
    assert [tuple(row.values()) for row in rows("timeseries.csv", what)] == [
        ("2026-11-01", "FRA", "6", "closed", "play"),
        ("2026-11-01", "NAM", "3", "closed", "play"),
        ("2026-11-02", "", "", "missing", "play"),
        ("2026-11-03", "", "0", "closed", "play"),
        ("2026-11-04", "---", "1", "open", "play"),
    ]


def test_a_title_that_is_a_formula_does_not_run_in_a_spreadsheet_and_others_stay_as_they_are():
    found = rows("videos.csv")
    assert [row["title"] for row in found] == [f"'{FORMULA}", 'Quotes ", commas and lines', ""]
    assert [(row["media_id"], row["count"], row["lifetime_plays"]) for row in found] == [
        ("viA", "5", "99"), ("liB", "0", ""), ("unlisted", "3", ""),
    ]  # fmt: skip


def test_each_video_has_its_day_of_publication_and_number_of_countries_as_on_its_page():
    assert [(row["media_id"], row["published"], row["countries"]) for row in rows("videos.csv")] == [
        ("viA", "2026-03-01", "1"), ("liB", "", "0"), ("unlisted", "", ""),
    ]  # fmt: skip


def test_what_is_withheld_of_a_month_is_a_row_without_a_value():
    assert [(row["iso_a3"], row["value"], row["count"]) for row in rows("monthly.csv")] == [
        ("FRA", "Paris", "7"), ("FRA", "'@home", "5"), ("FRA", "", "6"), ("NAM", "", "2"),
    ]  # fmt: skip


def test_there_are_no_tables_of_what_was_not_collected():
    names = {table.path for table in make_tables(summary(), Details())}
    assert names == {"data/choro.csv", "data/countries.csv", "data/timeseries.csv"}


def test_the_data_package_is_valid_by_its_own_tool_which_reads_every_table_by_its_schema(tmp_path):
    what = summary(by_country={"FRA": (4, 0, 2), "NAM": (3, 0, 0), "---": (1, 0, 0)})
    site = write(whole_site(what, DETAILS), tmp_path)
    said = subprocess.run(
        [sys.executable, "-m", "frictionless", "validate", "--json", "datapackage.json"],
        cwd=site / "data", capture_output=True, text=True,
    )  # fmt: skip
    report = json.loads(said.stdout)
    assert report["valid"], report
    files = {path.name for path in (site / "data").iterdir()}
    assert {task["place"] for task in report["tasks"]} == files - {"datapackage.json", "summary.schema.json"}
