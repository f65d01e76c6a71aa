"""Odd text is cleaned where it comes in, and what the site writes is read back the same by every program."""

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import duckdb
import ibis
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import apivideo_geo
from apivideo_geo.aggregate.details import detail
from apivideo_geo.api.client import Client
from apivideo_geo.effects import Effects, Progress
from apivideo_geo.engines import connect
from apivideo_geo.errors import UsageError
from apivideo_geo.exports.tables import make_tables
from apivideo_geo.facts import facts_table
from apivideo_geo.formulas import unescape_formula
from apivideo_geo.history.history import Fetched, History
from apivideo_geo.model import Asset, AssetDetail, Cells, Details, Facts
from apivideo_geo.plain_text import clean_text
from apivideo_geo.sources.assets import fetch_assets
from tests.fakes.server import StandIn
from tests.fakes.world import World
from tests.render.samples import days, summary

CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
DAY = date(2026, 11, 1)
ODD = "=+-@＝'\"\t\r\n\0\x1b,; aée\u0301\u2028\ufffe中"
odd_text = st.text(st.sampled_from(ODD), max_size=12) | st.text(max_size=12)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Two\r\nlines", "Two lines"),
        (" a \t\n\n b ", "a b"),
        ("nu\0ll \x1b[31mred", "null [31mred"),
        ("Cafe\u0301", "Café"),
        ("half \ud83d of it", "half \ufffd of it"),
        ("a\x85b\u2028c\u2029d", "a b c d"),
        ("no \ufffecharacter\U0001ffff", "no character"),
        ("👩‍💻 עברית ok", "👩‍💻 עברית ok"),
    ],
)
def test_text_from_outside_becomes_one_clean_line(text, clean):
    assert clean_text(text) == clean


@given(st.text())
def test_cleaning_twice_changes_nothing_and_leaves_no_control_character(text):
    clean = clean_text(text)
    assert clean_text(clean) == clean
    assert not CONTROL.search(clean)
    clean.encode()


@settings(max_examples=40)
@given(st.lists(odd_text, min_size=1, max_size=4), st.dictionaries(odd_text.filter(clean_text), st.integers(5, 99)))
@example(["a\r=1+1", "\r\n=2", '"', "'=x", " =1", "NA"], {"\0=A": 7, "a,b\nc": 9})
def test_every_csv_is_read_back_the_same_by_python_pandas_and_duckdb(tmp_path_factory, titles, cities):
    what = Details(
        assets=tuple(
            AssetDetail(Asset(f"vi{number}", "video", title, True), 5, 1, (("FRA", 5),))
            for number, title in enumerate(titles)
        ),
        unlisted=3,
        months=(date(2026, 10, 1),),
        monthly={"city": {date(2026, 10, 1): Cells({"NAM": cities}, {"FRA": 6})}},
    )
    folder = tmp_path_factory.mktemp("tables")
    for table in make_tables(summary({"NAM": 5, "FRA": 9}, days(DAY, [5, None, 9])), what):
        content = table.render()
        text = content.decode()
        assert not CONTROL.search(text)
        rows = list(csv.reader(io.StringIO(text, newline="")))
        assert text.count("\n") == len(rows) == len(table.frame) + 1, "one line for each row"
        frame = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False, na_filter=False)
        assert [list(frame.columns), *frame.values.tolist()] == rows
        path = folder / "table.csv"
        path.write_bytes(content)
        read = "SELECT * FROM read_csv(?, header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"')"
        found = duckdb.execute(read, [str(path)])
        names = [name for name, *_ in found.description]
        assert [names, *([cell or "" for cell in row] for row in found.fetchall())] == rows
        if table.path == "data/videos.csv":
            assert [unescape_formula(row[2]) for row in rows[1:-1]] == [clean_text(title) for title in titles]
        cells = [cell for row in rows for cell in row if cell != "---"]
        assert not any(re.match("[ \u3000]*[=+@＝＋＠－-]", cell) for cell in cells), "nothing runs in a spreadsheet"


def test_titles_of_the_api_are_cleaned_and_ids_that_it_does_not_promise_are_left_out():
    world = World.make(7, 50, 3, 1, DAY, DAY, countries=3)
    first = world.assets[0]
    odd_ids = [replace(first, media_id=odd) for odd in ("vi\0x", "unlisted", "vi with space", "v" * 101)]
    listed = (replace(first, title="First\r\n=second\0"), *world.assets[1:])
    world.assets = (*listed, *odd_ids)
    said = []

    class Listening(Progress):
        def say(self, message):
            said.append(message)

    with StandIn(world) as api:
        effects = Effects(epoch=int(world.end.timestamp()), progress=Listening())
        with Client(api.url, api.api_key, effects) as client:
            assets = fetch_assets(client, effects)
    assert {asset.media_id for asset in assets} == {item.media_id for item in listed}
    assert next(asset for asset in assets if asset.media_id == first.media_id).title == "First =second"
    assert [message for message in said if "ideos and live streams with an invalid id: 4" in message]


def test_odd_text_in_an_older_history_is_read_clean(tmp_path):
    history = History(tmp_path, {})
    rows = [("total", "", 12), ("browser", "Chr\0ome\x1b", 8), ("browser", "Chrome", 4)]
    rows += [("media", media, 4) for media in ("viA", "vi\0B", "it's")]
    facts = facts_table([(DAY, "play", "FRA", *row) for row in rows])
    now = datetime(2026, 11, 3, tzinfo=UTC)
    history.save(Facts((DAY,), facts), Fetched("play", "data", "full", now))
    history.save_assets((Asset("viA", "video", "Two\r=lines\0", True), Asset("vi\0B", "video", "Lost", True)))
    audience = apivideo_geo.open(tmp_path)
    assert [(asset.media_id, asset.title) for asset in audience.assets] == [("viA", "Two =lines")]
    what = audience.summary()
    assert what.breakdowns["browser"] == (("chrome", 12),)
    found = audience.details(what)
    assert (found.unlisted, [one.count for one in found.assets]) == (8, [4])


def test_an_odd_id_can_be_asked_for_in_a_notebook():
    with pytest.raises(UsageError, match="No video or live stream"):
        apivideo_geo.demo().facts(media="vi\0'; DROP TABLE facts; --")


def test_an_asset_whose_id_is_unlisted_is_counted_once():
    rows = [("total", "", 9), ("media", "unlisted", 4), ("media", "viA", 5)]
    facts = facts_table([(DAY, "play", "FRA", dimension, value, count) for dimension, value, count in rows])
    connect("duckdb")
    what = summary({"FRA": 9}, days(DAY, [9]))
    what = replace(what, period_from=DAY, period_to=DAY, generated_at=datetime(2026, 11, 22, tzinfo=UTC))
    assets = [Asset("unlisted", "video", "Trap", True), Asset("viA", "video", "Known", True)]
    found = detail(ibis.memtable(facts), what, assets, {}, lambda code, city: None)
    assert [(one.asset.media_id, one.count) for one in found.assets] == [("viA", 5)]
    assert found.unlisted + sum(one.count for one in found.assets) == 9
