"""What the metadata and the columns of a file must be."""

from __future__ import annotations

import json
from datetime import date

import pyarrow as pa
import pytest

from apivideo_geo.errors import DataRefused
from apivideo_geo.facts import FACTS
from apivideo_geo.history.schema import (
    ASSETS,
    METADATA_KEY,
    VERSION,
    StoredDay,
    check_columns,
    migrate,
    parse_metadata,
    parse_version,
    render_metadata,
)

ONE, TWO = date(2026, 11, 1), date(2026, 11, 2)
DAYS = {ONE: StoredDay("data", "country", False, 7, 2, 8, "differs"), TWO: StoredDay("sessions", "full", True, 0, 0)}
NOT_OURS = "a.parquet is not a file of the history; move it out of the history folder and run again."


def test_what_is_written_about_days_is_read_again_in_order_of_days():
    metadata = render_metadata("play", {TWO: DAYS[TWO], ONE: DAYS[ONE]})
    assert parse_metadata(metadata, "a.parquet") == ("play", DAYS)
    text = metadata[METADATA_KEY].decode()
    assert list(json.loads(text)["days"]) == ["2026-11-01", "2026-11-02"]
    assert json.loads(text)["schema"] == VERSION
    assert " " not in text


def test_days_of_the_first_version_were_never_compared():
    old = {"source": "data", "detail": "media", "open": False, "count": 7, "rows": 2}
    metadata = {METADATA_KEY: json.dumps({"schema": 1, "metric": "play", "days": {"2026-11-01": old}}).encode()}
    assert parse_version(metadata, "a.parquet") == 1
    assert parse_metadata(metadata, "a.parquet")[1] == {ONE: StoredDay("data", "media", False, 7, 2, None, "no")}
    table = pa.table({"a": [1]})
    assert migrate(table, 1) is migrate(table, VERSION) is table


def test_a_file_without_metadata_has_the_current_version():
    assert parse_version(None, "a.parquet") == parse_version({}, "a.parquet") == VERSION
    assert parse_version({METADATA_KEY: b'{"other":1}'}, "a.parquet") == VERSION


@pytest.mark.parametrize("about", [b'{"schema":0}', b'{"schema":"1"}', b"[]", b"{", b""])
def test_a_version_that_cannot_be_is_not_one_of_a_history(about):
    with pytest.raises(DataRefused) as error:
        parse_version({METADATA_KEY: about}, "a.parquet")
    assert str(error.value) == NOT_OURS


@pytest.mark.parametrize("parse", [parse_version, parse_metadata])
def test_a_newer_version_asks_for_an_update(parse):
    with pytest.raises(DataRefused) as error:
        parse({METADATA_KEY: b'{"schema":%d}' % (VERSION + 1)}, "a.parquet")
    assert str(error.value) == (
        f"a.parquet was written by a newer apivideo-geo (schema {VERSION + 1}, this one knows {VERSION}); "
        "update apivideo-geo and run again."
    )


@pytest.mark.parametrize("metadata", [None, {}, {METADATA_KEY: b'{"schema":2,"metric":"play"}'}])
def test_a_file_of_facts_without_days_is_not_one_of_a_history(metadata):
    with pytest.raises(DataRefused) as error:
        parse_metadata(metadata, "a.parquet")
    assert str(error.value) == NOT_OURS


def without(schema, *names):
    return pa.schema([field for field in schema if field.name not in names])


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (FACTS, FACTS),
        (FACTS.append(pa.field("more", pa.string())), FACTS),
        (ASSETS, ASSETS),
        (without(ASSETS, "lifetime", "public"), ASSETS),
    ],
)
def test_columns_may_be_more_and_of_older_assets_fewer(found, expected):
    check_columns(found, expected, "a.parquet")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (without(FACTS, "value"), FACTS),
        (FACTS.set(5, pa.field("count", pa.int32())), FACTS),
        (without(ASSETS, "title"), ASSETS),
        (ASSETS.set(6, pa.field("public", pa.string())), ASSETS),
    ],
)
def test_a_column_that_is_missing_or_of_another_type_is_refused(found, expected):
    with pytest.raises(DataRefused) as error:
        check_columns(found, expected, "a.parquet")
    assert str(error.value) == NOT_OURS
