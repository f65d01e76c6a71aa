"""The record of what was published: later builds, other runs and other machines repeat it."""

import json
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from apivideo_geo.errors import DataRefused
from apivideo_geo.facts import facts_table
from apivideo_geo.history.history import open_history
from apivideo_geo.history.parquet import render_parquet
from apivideo_geo.history.published import FILE, load_published, merge_published, save_published
from apivideo_geo.history.schema import METADATA_KEY, VERSION
from apivideo_geo.model import Asset, Cells, PublishedMonth

AUGUST, SEPTEMBER = ("media", date(2026, 8, 1)), ("media", date(2026, 9, 1))
CELLS = Cells({"FRA": {"viA": 40, "viB": 9}, "BEL": {"viA": 5}}, {"FRA": 7}, {"FRA": 2})
MONTH = PublishedMonth(CELLS, 5, frozenset([date(2026, 8, 3)]))
EMPTY = PublishedMonth(Cells({}, {}), 20)


def same(one, other):
    """Whether two are equal, the number of hidden values too, which ``==`` leaves out."""
    return one == other and all(one[key].cells.hidden == other[key].cells.hidden for key in one)


def test_what_was_saved_is_read_again_also_a_month_that_could_show_nothing(tmp_path):
    assert load_published(tmp_path) == {}
    save_published(tmp_path, {AUGUST: MONTH, SEPTEMBER: EMPTY})
    assert same(load_published(tmp_path), {AUGUST: MONTH, SEPTEMBER: EMPTY})
    about = json.loads(pq.read_metadata(tmp_path / FILE).metadata[METADATA_KEY])
    assert about["schema"] == VERSION, "a later version converts the file by it"


def test_a_count_of_one_can_be_published(tmp_path):
    one = PublishedMonth(Cells({"FRA": {"viA": 1}}, {}), 1)
    save_published(tmp_path, {AUGUST: one})
    assert load_published(tmp_path) == {AUGUST: one}


@pytest.mark.parametrize("change", ["other columns", "negative", "zero", "hidden", "unknown month", "no metadata"])
def test_a_file_that_is_not_such_a_record_is_refused_by_name(tmp_path, change):
    save_published(tmp_path, {AUGUST: MONTH})
    table = pq.read_table(tmp_path / FILE)
    metadata = pq.read_metadata(tmp_path / FILE).metadata
    if change == "other columns":
        table = facts_table([])
    elif change == "negative":
        table = table.set_column(4, "count", pa.array([-1] * len(table), pa.int64()))
    elif change == "zero":
        table = table.set_column(4, "count", pa.array([0] * len(table), pa.int64()))
    elif change == "hidden":
        table = table.set_column(5, "hidden", pa.array([-1] * len(table), pa.int64()))
    elif change == "unknown month":
        metadata = {b"apivideo_geo": b'{"schema":1,"months":[]}'}
    else:
        metadata = {}
    (tmp_path / FILE).write_bytes(
        render_parquet(table, {key: metadata[key] for key in metadata if key == METADATA_KEY})
    )
    with pytest.raises(DataRefused, match=FILE):
        load_published(tmp_path)


def test_of_two_runs_that_publish_the_same_month_the_one_on_the_branch_counts(tmp_path):
    base, ours, theirs = (tmp_path / name for name in ("base", "ours", "theirs"))
    save_published(ours, {AUGUST: MONTH, SEPTEMBER: EMPTY})
    save_published(theirs, {AUGUST: EMPTY})
    merge_published(base, ours, theirs)
    assert load_published(theirs) == {AUGUST: EMPTY, SEPTEMBER: EMPTY}
    merge_published(theirs, ours, base)
    assert load_published(base) == {}, "what the branch removed does not come back"


def test_a_video_that_may_not_be_named_any_more_leaves_the_record_and_its_plays_stay(tmp_path):
    assets = [Asset("viA", "video", "A", True), Asset("viB", "video", "Secret", False)]
    with open_history(tmp_path) as history:
        history.save_assets(assets, unlisted=True)
        save_published(tmp_path, {AUGUST: MONTH})
        history.forget_unlisted()
    cells = Cells({"FRA": {"viA": 40, "unlisted": 9}, "BEL": {"viA": 5}}, {"FRA": 7}, {"FRA": 2})
    assert same(load_published(tmp_path), {AUGUST: PublishedMonth(cells, 5, MONTH.missing)})
