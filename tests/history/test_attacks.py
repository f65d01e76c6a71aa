"""Files of the history that are not as they were written end in one sentence that names the file, or do no harm."""

import json
import shutil
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from apivideo_geo.facts import FACTS
from apivideo_geo.history.parquet import DIGEST_KEY, render_parquet
from apivideo_geo.model import Asset
from tests.history.test_history import LAST, between, facts, save
from tests.product import Product

NOW = datetime(2026, 11, 12, 4, 17, tzinfo=UTC)
DAY = "2026/11/2026-11-05.parquet"
MONTH = "2026/2026-10.parquet"
KEY = b"apivideo_geo"


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A history with closed months, days, assets and account."""
    from apivideo_geo.history.history import open_history

    folder = tmp_path_factory.mktemp("sound") / "history"
    save(folder, facts(between(date(2026, 9, 28), LAST)))
    with open_history(folder) as history:
        history.save_assets([Asset("vi1", "video", "Open day", True)])
        history.save_account(30, None, "ws.api.video")
    return folder


@pytest.fixture
def product(sound, tmp_path):
    shutil.copytree(sound, tmp_path / "history")
    return Product(tmp_path)


def render(product, code):
    done = product.run("render", now=NOW, code=code)
    assert "Unexpected" not in done.stderr
    return done


def change_footer(path, change):
    """Change the metadata of a file, with a right checksum: as a program would that means to harm."""
    about = json.loads(pq.read_metadata(path).metadata[KEY])
    text = change(about)
    text = json.dumps(about) if text is None else text
    path.write_bytes(render_parquet(pq.read_table(path).replace_schema_metadata(None), {KEY: text.encode()}))


def day_of(about):
    return next(iter(about["days"].values()))


def set_in(part, name, value):
    return lambda about: (day_of(about) if part == "day" else about).__setitem__(name, value)


FOOTERS = {
    "schema 0": set_in("file", "schema", 0),
    "schema -1": set_in("file", "schema", -1),
    "schema 1e30": set_in("file", "schema", 1e30),
    "schema 10**30": set_in("file", "schema", 10**30),
    "schema true": set_in("file", "schema", True),
    "schema a word": set_in("file", "schema", "two"),
    "schema null": set_in("file", "schema", None),
    "metric null": set_in("file", "metric", None),
    "metric a list": set_in("file", "metric", ["play"]),
    "days a list": set_in("file", "days", []),
    "days null": set_in("file", "days", None),
    "a day that is none": set_in("file", "days", {"2026-13-45": {}}),
    "year 9999": set_in("file", "days", {"9999-12-31": {"source": "data", "detail": "country", "open": False,
                                                       "count": 1, "rows": 1}}),
    "count a word": set_in("day", "count", "many"),
    "count null": set_in("day", "count", None),
    "count 1e30": set_in("day", "count", 1e30),
    "count 10**30": set_in("day", "count", 10**30),
    "count -1": set_in("day", "count", -1),
    "rows true": set_in("day", "rows", True),
    "open a number": set_in("day", "open", 0),
    "detail unknown": set_in("day", "detail", "everything"),
    "reported 10**30": set_in("day", "reported", 10**30),
    "doubt unknown": set_in("day", "doubt", "perhaps"),
    "another field": set_in("day", "more", 1),
    "5,000 digits": lambda about: '{"schema":2,"metric":"play","days":' + "9" * 5000 + "}",
    "deep nesting": lambda about: "[" * 100_000,
    "not JSON": lambda about: "schema: 2",
    "not an object": lambda about: "[]",
}  # fmt: skip


@pytest.mark.parametrize("name", FOOTERS)
@pytest.mark.parametrize("file", [DAY, MONTH])
def test_a_footer_that_cannot_be_true_is_named(product, file, name):
    change_footer(product.folder / "history" / file, FOOTERS[name])
    done = render(product, 5)
    assert f"history/{file}" in done.stderr


def column(name, values, kind):
    return lambda table: table.set_column(FACTS.names.index(name), name, pa.array(values(table), kind))


def repeat(value):
    return lambda table: [value] * table.num_rows


ROWS = {
    "count a text": column("count", repeat("3"), pa.string()),
    "count a float": column("count", repeat(1e30), pa.float64()),
    "count null": column("count", repeat(None), pa.int64()),
    "count 10**18": column("count", repeat(10**18), pa.int64()),
    "count -1": column("count", repeat(-1), pa.int64()),
    "count a decimal": column("count", repeat(3), pa.decimal128(38, 0)),
    "count a list": column("count", lambda table: [[1]] * table.num_rows, pa.list_(pa.int64())),
    "country null": column("country", repeat(None), pa.string()),
    "country a number": column("country", repeat(7), pa.int64()),
    "country long": column("country", repeat("France"), pa.string()),
    "dimension unknown": column("dimension", repeat("moon"), pa.string()),
    "day a text": column("day", repeat("2026-11-05"), pa.string()),
    "day another": column("day", repeat(date(2026, 11, 6)), pa.date32()),
    "day a time": column("day", repeat(datetime(2026, 11, 5, 12, tzinfo=UTC)), pa.timestamp("s")),
    "value null": column("value", repeat(None), pa.string()),
    "no rows": lambda table: table.slice(0, 0),
    "twice": lambda table: pa.concat_tables([table, table]),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("file", [DAY, MONTH])
def test_rows_that_cannot_be_true_are_named_by_the_doctor_and_never_published(product, file, name):
    path = product.folder / "history" / file
    about = pq.read_metadata(path).metadata[KEY]
    table = ROWS[name](pq.read_table(path).replace_schema_metadata(None))
    path.write_bytes(render_parquet(table, {KEY: about}))
    done = render(product, 5)
    assert f"history/{file}" in done.stderr
    doctor = product.run("doctor", now=NOW, code=5, APIVIDEO_GEO_SOURCE="files", APIVIDEO_GEO_SESSIONS="s.csv")
    assert f"history/{file}" in doctor.stdout


LEDGER = {
    "day a number": {"day": 20261105},
    "day null": {"day": None},
    "year 9999": {"day": "9999-12-31"},
    "count 10**30": {"count": 10**30},
    "count 1e30": {"count": 1e30},
    "count a text": {"count": "5"},
    "rows null": {"rows": None},
    "open a text": {"open": "no"},
    "last a number": {"last": 1e30},
    "last without a zone": {"last": "2026-11-05T04:17:00"},
    "last in year 1": {"last": "0001-01-01T00:00:00+14:00"},
    "refused a list": {"refused": ["x"]},
    "refused huge": {"refused": {"x": 10**30}},
    "nights 10**30": {"nights": 10**30},
    "doubt a number": {"doubt": 1},
    "another field": {"more": 1},
}


@pytest.mark.parametrize("name", LEDGER)
def test_a_line_of_the_ledger_that_cannot_be_true_is_named_with_its_number(product, name):
    path = product.folder / "history/ledger.jsonl"
    lines = path.read_text().splitlines()
    lines[3] = json.dumps(json.loads(lines[3]) | LEDGER[name])
    path.write_text("\n".join(lines))
    assert "history/ledger.jsonl, line 4 is not a line of the ledger. Delete" in render(product, 5).stderr


RAW = {
    "not UTF-8": b"\xff\xfe{}",
    "deep nesting": b"[" * 100_000,
    "5,000 digits": b'{"day":' + b"9" * 5000 + b"}",
    "a NUL": b"\0",
    "null": b"null",
    "a list": b"[]",
}


@pytest.mark.parametrize("name", RAW)
def test_a_line_of_the_ledger_that_is_none_is_named_with_its_number(product, name):
    path = product.folder / "history/ledger.jsonl"
    path.write_bytes(RAW[name] + b"\n" + path.read_bytes())
    assert "history/ledger.jsonl, line 1 is not a line" in render(product, 5).stderr


ACCOUNTS = {
    **RAW,
    "remembers 1e30": b'{"remembers": 1e30, "checked": null, "server": ""}',
    "remembers 10**30": b'{"remembers": 1%s, "checked": null, "server": ""}' % (b"0" * 30),
    "remembers -1": b'{"remembers": -1, "checked": null, "server": ""}',
    "remembers a text": b'{"remembers": "30", "checked": null, "server": ""}',
    "10**30": b'{"remembers": 1, "checked": {"first": "2026-11-01", "last": "2026-11-02", "held": 1, "told": 1%s}}'
    % (b"0" * 30),
    "first null": b'{"remembers": 30, "checked": {"first": null, "last": "2026-11-02", "held": 1, "told": 1}}',
    "server a list": b'{"remembers": 30, "checked": null, "server": []}',
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ACCOUNTS)
def test_an_account_that_cannot_be_true_is_named_and_ignored(product, name):
    (product.folder / "history/account.json").write_bytes(ACCOUNTS[name])
    assert "history/account.json is damaged" in render(product, 0).stderr
    doctor = product.run("doctor", now=NOW, code=5, APIVIDEO_GEO_SOURCE="files", APIVIDEO_GEO_SESSIONS="s.csv")
    assert "history/account.json is damaged" in doctor.stdout


ASSETS = {
    "another table": lambda table: table.rename_columns([f"x{n}" for n in range(table.num_columns)]),
    "title a number": lambda table: table.set_column(2, "title", pa.array([7])),
    "lifetime a text": lambda table: table.set_column(5, "lifetime", pa.array(["7"])),
    "public null": lambda table: table.set_column(6, "public", pa.array([None], pa.bool_())),
    "lifetime huge": lambda table: table.set_column(5, "lifetime", pa.array([10**18])),
    "tags null": lambda table: table.set_column(3, "tags", pa.array([None], pa.list_(pa.string()))),
}


@pytest.mark.parametrize("name", ASSETS)
def test_a_list_of_assets_that_cannot_be_true_is_named(product, name):
    path = product.folder / "history/assets.parquet"
    about = pq.read_metadata(path).metadata[KEY]
    table = ASSETS[name](pq.read_table(path).replace_schema_metadata(None))
    path.write_bytes(render_parquet(table, {KEY: about}))
    assert "history/assets.parquet" in render(product, 5).stderr


@pytest.mark.parametrize("file", [DAY, MONTH, "assets.parquet"])
@pytest.mark.parametrize("at", [0.1, 0.4, 0.6, 0.8, 0.95])
def test_a_flipped_bit_anywhere_is_found_by_the_doctor_and_by_a_run(product, file, at):
    path = product.folder / "history" / file
    content = bytearray(path.read_bytes())
    content[int(len(content) * at)] ^= 1
    path.write_bytes(content)
    doctor = product.run("doctor", now=NOW, code=5, APIVIDEO_GEO_SOURCE="files", APIVIDEO_GEO_SESSIONS="s.csv")
    assert f"history/{file}" in doctor.stdout
    assert f"history/{file}" in render(product, 5).stderr


def test_each_bit_of_a_file_is_covered_by_its_checksum(sound):
    from apivideo_geo.errors import DataRefused
    from apivideo_geo.history.parquet import check_digest

    path = sound / DAY
    content = path.read_bytes()
    copy = sound.parent / "copy.parquet"
    for at in range(0, len(content), 7):
        changed = bytearray(content)
        changed[at] ^= 1 << (at % 8)
        copy.write_bytes(changed)
        with pytest.raises(DataRefused):
            check_digest(copy)
    assert DIGEST_KEY in content


@pytest.fixture(scope="module")
def total(sound, tmp_path_factory):
    """The line of the report with the total of the sound history."""
    folder = tmp_path_factory.mktemp("total")
    shutil.copytree(sound, folder / "history")
    return _total(Product(folder).run("render", now=NOW).stdout)


COPIES = ["2026/11 - Copy", "2026/11 (2)", "20266/11", "2026/1", "2026 - Copy/11", "2026/11/11", "old"]


@pytest.mark.slow
@pytest.mark.parametrize("copy", COPIES)
def test_a_folder_that_was_copied_is_ignored_with_a_warning_and_damages_nothing(product, total, copy):
    history = product.folder / "history"
    before = {path.name for path in history.glob("2026/11/*")}
    (history / copy).mkdir(parents=True)
    shutil.copy(history / DAY, history / copy / "2026-11-05.parquet")
    shutil.copy(history / MONTH, history / copy / "2026-10.parquet")
    done = product.run("render", now=NOW)
    assert f"history/{copy}/2026-11-05.parquet is not a file of the history" in done.stderr
    assert _total(done.stdout) == total
    (history / copy / "2026-10.parquet").unlink()
    product.run("compact", now=NOW + timedelta(days=60))
    assert (history / copy / "2026-11-05.parquet").is_file()
    assert before
    assert (history / "2026/2026-11.parquet").is_file()
    doctor = product.run("doctor", now=NOW, APIVIDEO_GEO_SOURCE="files", APIVIDEO_GEO_SESSIONS="s.csv")
    assert "not part of the history, and ignored" in doctor.stdout


def _total(output):
    return next(line for line in output.splitlines() if line.startswith("Total"))


@pytest.mark.parametrize("name", ["2026-11-05 (1).parquet", "2026-11-05 - Copy.parquet", "2026-11-31.parquet",
                                  "2026-10-05.parquet"])  # fmt: skip
def test_a_file_that_was_copied_is_ignored_with_a_warning(product, name):
    history = product.folder / "history"
    shutil.copy(history / DAY, history / "2026/11" / name)
    done = product.run("render", now=NOW)
    assert f"history/2026/11/{name} is not a file of the history" in done.stderr
    product.run("compact", now=NOW + timedelta(days=60))
    assert (history / "2026/11" / name).is_file()
