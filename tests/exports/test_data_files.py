import csv
import io
import json
from datetime import UTC, date, datetime

import jsonschema

from apivideo_geo.exports.data_files import render_data_files
from apivideo_geo.exports.tables import make_tables
from apivideo_geo.model import CountryCount, Coverage, DayCount, Details, Summary


def summary(**changes):
    values = {
        "generated_at": datetime(2026, 11, 3, 4, 17, tzinfo=UTC), "metric": "play",
        "period_from": date(2026, 11, 1), "period_to": date(2026, 11, 3), "total": 10, "mapped": 9, "unknown": 1,
        "days": Coverage(1, 0, (date(2026, 11, 2),), 1),
        "countries": (
            CountryCount("FRA", "FR", "France", 6, 0.6, 0.09, 1),
            CountryCount("NAM", "NA", "Namibia", 3, 0.3, None, 2),
        ),
        "daily": (
            DayCount(date(2026, 11, 1), 8), DayCount(date(2026, 11, 2), None), DayCount(date(2026, 11, 3), 2, True),
        ),
    }  # fmt: skip
    return Summary(**(values | changes))


def files(what, details=Details()):  # noqa: B008  frozen
    return render_data_files(what, make_tables(what, details), {}, "Acme Academy", "")


EMPTY = {"total": 0, "mapped": 0, "unknown": 0, "countries": (), "daily": (), "days": Coverage(0, 0, (), 0)}


def test_choro_has_the_tutorials_header_and_the_unknown_in_a_last_row():
    published = files(summary())
    assert published["data/choro.csv"] == b"ISO_A3,Count\nFRA,6\nNAM,3\n---,1\n"
    assert files(summary(**EMPTY))["data/choro.csv"] == b"ISO_A3,Count\n"


def test_the_countries_file_has_codes_names_and_period_in_every_row_and_adds_up():
    rows = list(csv.DictReader(io.StringIO(files(summary())["data/countries.csv"].decode())))
    assert [row["iso_a2"] for row in rows] == ["FR", "NA", ""]
    assert sum(int(row["count"]) for row in rows) == 10
    assert {(row["metric"], row["from"], row["to"]) for row in rows} == {("play", "2026-11-01", "2026-11-03")}


def test_the_summary_is_what_its_schema_says_also_when_there_is_nothing():
    for one in (summary(), summary(**EMPTY), summary(**EMPTY, period_from=None, period_to=None)):
        found = files(one)
        document = json.loads(found["data/summary.json"])
        jsonschema.validate(document, json.loads(found["data/summary.schema.json"]))
        assert document["total"] == document["mapped"] + document["unknown"] + document["withheld"]
    assert json.loads(files(summary())["data/summary.json"])["days"] == {
        "collected": 1, "empty": 0, "missing": ["2026-11-02"], "left_out": [], "open": 1,
        "in_doubt": [],
    }  # fmt: skip
