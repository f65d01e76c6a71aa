"""Session files as other programs write them: names of columns, encodings, lines above the header, folders, dates."""

from __future__ import annotations

import gzip
import io
import json
import resource
import tracemalloc
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from apivideo_geo.durable import temporary_folder
from apivideo_geo.engines import connect
from apivideo_geo.errors import DataRefused, DiskFailed, UsageError
from apivideo_geo.settings import load_settings
from apivideo_geo.sources.files import encoding, json_documents
from apivideo_geo.sources.files.read import open_sessions
from tests.product import Product
from tests.sources.test_files import api_session, countries_of, rows_of, save

ROWS = "sessionID,loadedAt,country\na,2026-11-08T10:00:00Z,Peru\nb,2026-11-08T11:00:00Z,NA\n"
BOTH = {"PER": 1, "NAM": 1}


@pytest.fixture(scope="module")
def duckdb() -> Any:
    return connect("duckdb")


def read(duckdb: Any, *paths: str) -> dict[str, int]:
    return countries_of(open_sessions(list(paths), duckdb))


@pytest.mark.parametrize(
    "header",
    [
        "session_id,loaded_at,country",
        "Session ID;Loaded at;Country",
        "session/sessionId|session/loadedAt|location/country",
        "session_sessionId,session_loadedAt,location_country",
        "SESSIONID\tLOADEDAT\tCOUNTRY_CODE",
        "sessionId,timestamp,iso2",
        "session.session_id,session.loaded_at,location.country_code",
        "session-uuid,Started at,Geo: country",
    ],
)  # fmt: skip
def test_names_of_columns_are_compared_by_their_letters(tmp_path: Path, duckdb: Any, header: str) -> None:
    by = next(sign for sign in ";|\t," if sign in header)
    assert read(duckdb, save(tmp_path, "a.csv", f"{header}\na,2026-11-08T10:00:00Z,PE\n".replace(",", by))) == {
        "PER": 1
    }


def test_names_of_objects_are_compared_by_their_letters_too(tmp_path: Path, duckdb: Any) -> None:
    item = {"session": {"session_id": "a", "loaded_at": "2026-11-08 10:00:00+00:00"}, "location": {"Country": "Peru"}}
    late = {**item, "video_id": "vi1", "os": {"Name": "iOS"}, "session": {**item["session"], "session_id": "b"}}
    lines = "".join(json.dumps(one) + "\n" for one in (item, late))
    files = [save(tmp_path, "a.ndjson", lines), save(tmp_path, "b.json", json.dumps({"data": [item, late]}))]
    pq.write_table(pa.Table.from_pylist([item, late | {"session": item["session"]}]), tmp_path / "c.parquet")
    for name in files:
        rows = rows_of(open_sessions([name], duckdb))
        assert rows[1] | {"sessionID": "a"} == rows[0] | {"assetID": "vi1", "assetType": "video", "osName": "iOS"}
    assert read(duckdb, str(tmp_path / "c.parquet")) == {"PER": 1}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "session_id,Session ID,loadedAt,country\na,b,2026-11-08,Peru\n"),
        ("a.csv", "sessionID,session.sessionId,loadedAt,country\na,b,2026-11-08,Peru\n"),
        ("a.ndjson", '{"session_id": "a", "sessionId": "b", "loadedAt": "2026-11-08", "country": "Peru"}\n'),
        ("a.json", '[{"session_id": "a", "sessionId": "b", "loadedAt": "2026-11-08", "country": "Peru"}]'),
    ],
)
def test_two_columns_that_could_be_the_same_are_refused_and_both_named(
    tmp_path: Path, duckdb: Any, name: str, text: str
) -> None:
    with pytest.raises(DataRefused, match=r"(?i)columns 'session.?id' and 'session.*' could both be sessionID"):
        open_sessions([save(tmp_path, name, text)], duckdb)


def test_a_column_of_another_program_is_used_only_if_the_column_itself_is_missing(tmp_path: Path, duckdb: Any) -> None:
    path = save(
        tmp_path, "a.csv", "sessionID,timestamp,loadedAt,iso2,iso3\na,2020-01-01,2026-11-08,PE,\nb,,2026-11-09,,NAM\n"
    )
    files = open_sessions([path], duckdb)
    assert files.days == (date(2026, 11, 8), date(2026, 11, 9))
    assert countries_of(files) == {"PER": 1, "NAM": 1}


def packed(text: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("__MACOSX/._a.csv", "x")
        archive.writestr("data/a.csv", text)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bom-crlf.csv", b"\xef\xbb\xbf" + ROWS.replace("\n", "\r\n").encode()),
        ("utf16.csv", ROWS.replace(",", "\t").encode("utf-16")),
        ("utf16be.csv", ROWS.encode("utf-16-be")),
        ("gzip-inside.csv", gzip.compress(ROWS.encode())),
        ("not-packed.csv.gz", ROWS.encode()),
        ("a.csv.zip", packed(ROWS)),
        ("no-ending", ROWS.encode()),
        ("a.txt.gz", gzip.compress(ROWS.encode("utf-16"))),
        ("sep.csv", b"sep=;\r\n" + ROWS.replace(",", ";").replace("\n", "\r\n").encode()),
        ("title.csv", f'Report "of November\n\n# all, countries\n{ROWS}'.encode()),
        ("pipes.csv", ROWS.replace(",", "|").encode()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_any_text_is_opened_by_its_content(tmp_path: Path, duckdb: Any, name: str, content: bytes) -> None:
    assert read(duckdb, save(tmp_path, name, content)) == BOTH


@pytest.mark.parametrize("encode", [lambda text: text.encode("utf-8-sig"), lambda text: text.encode("utf-16"), packed])
def test_json_is_opened_by_its_content(tmp_path: Path, duckdb: Any, encode: Any) -> None:
    sessions = [api_session("a", country="Peru"), api_session("b", country="NA")]
    lines = "".join(json.dumps(one) + "\r\n" for one in sessions)
    assert read(duckdb, save(tmp_path, "a.ndjson", encode(lines))) == BOTH
    assert read(duckdb, save(tmp_path, "a.json", encode(json.dumps(sessions)))) == BOTH


def test_a_broken_line_below_a_title_has_its_number_in_the_file(tmp_path: Path, duckdb: Any) -> None:
    path = save(tmp_path, "a.csv", ("Report\n\n" + ROWS + "c,2026\n").encode("utf-16"))
    with pytest.raises(DataRefused, match=r"a\.csv, line 6: expected 3 fields"):
        open_sessions([path], duckdb)


def test_zips_that_are_not_one_text_are_refused_in_a_sentence(tmp_path: Path, duckdb: Any) -> None:
    for names, sentence in ((["a.csv", "b.csv"], "a ZIP of 2 files"), (["[Content_Types].xml"], "a workbook of a spr")):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            for name in names:
                archive.writestr(name, ROWS)
        with pytest.raises(DataRefused, match=sentence):
            open_sessions([save(tmp_path, "a.csv", content.getvalue())], duckdb)


def copies() -> list[Path]:
    return sorted(temporary_folder().rglob("text"))


@pytest.mark.parametrize(
    ("name", "content"), [("a.zip", packed(f"{ROWS}{'0' * 90_000_000}")), ("a.csv", (ROWS * 20_000).encode("utf-16"))]
)
def test_a_file_that_unpacks_to_more_than_the_limit_is_refused_and_leaves_no_copy(
    tmp_path: Path, duckdb: Any, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes
) -> None:
    monkeypatch.setattr(encoding, "MOST_COPIED", 1_000_000)
    earlier = copies()
    with pytest.raises(DataRefused, match=rf"{name} is larger than 1 MB when it is unpacked as UTF-8: split it"):
        open_sessions([save(tmp_path, name, content)], duckdb)
    assert copies() == earlier


def test_a_disk_that_is_too_full_for_the_copy_is_named_and_the_copy_removed(tmp_path: Path, duckdb: Any) -> None:
    path = save(tmp_path, "a.csv", (ROWS * 20_000).encode("utf-16"))
    earlier, before = copies(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(DiskFailed, match=rf"^Cannot write {temporary_folder()}.*: File too large; free space"):
            open_sessions([path], duckdb)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert copies() == earlier


def orientations() -> list[object]:
    """The two sessions as ``DataFrame.to_json`` writes them with each ``orient``, and R's jsonlite by column."""
    table = pd.DataFrame({"sessionID": ["a", "b"], "loadedAt": 1794132000000, "country": ["Peru", "NA"]})
    forms = [table.to_json(orient=orient) for orient in ("columns", "index", "split", "table", "records")]
    return [*forms, json.dumps(table.to_dict("list"))]


@pytest.mark.parametrize("text", orientations())
def test_json_of_pandas_and_r_is_read_in_every_orientation(tmp_path: Path, duckdb: Any, text: str) -> None:
    assert read(duckdb, save(tmp_path, "a.json", text)) == BOTH


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_folders_fill_columns_that_a_file_lacks(tmp_path: Path, duckdb: Any, kind: str) -> None:
    for number, country in enumerate(["FR", "NA", "C%C3%B4te d'Ivoire", "Côte d'Ivoire", "__HIVE_DEFAULT_PARTITION__"]):
        path = tmp_path / f"year=2026/country={country}/part-{number}.{kind}"
        path.parent.mkdir(parents=True)
        path.write_text(f"sessionID,loadedAt\ns{number},2026-11-08\n", encoding="utf-16" if number == 1 else "utf-8")
        if kind == "parquet":
            pq.write_table(pa.table({"sessionID": [f"s{number}"], "loadedAt": ["2026-11-08"]}), path)
    assert read(duckdb, f"{tmp_path}/**/*.{kind}") == {"FRA": 1, "NAM": 1, "CIV": 2, "---": 1}


def test_a_name_that_is_not_utf8_is_refused_in_a_sentence(tmp_path: Path, duckdb: Any) -> None:
    folder = bytes(tmp_path) + b"/caf\xe9"
    Path(folder.decode(errors="surrogateescape")).mkdir()
    with open(folder + b"/a.csv", "w") as file:  # noqa: PTH123
        file.write(ROWS)
    with pytest.raises(
        DataRefused, match=r"caf\?/a\.csv: the name of this file or of a folder is not UTF-8"
    ) as refused:
        open_sessions([f"{tmp_path}/*/*.csv"], duckdb)
    str(refused.value).encode()


def test_a_settings_file_may_have_any_encoding(tmp_path: Path) -> None:
    text = 'title = "Café"\r\nlocale = "fr"\r\n'
    for encode in (lambda text: b"\xef\xbb\xbf" + text.encode(), lambda text: text.encode("utf-16")):
        settings = load_settings({}, Path(save(tmp_path, "a.toml", encode(text))))
        assert (settings.title, settings.locale) == ("Café", "fr")
    with pytest.raises(UsageError, match=r"Cannot read the settings file .*: it is not UTF-8 text"):
        load_settings({}, Path(save(tmp_path, "a.toml", text.encode("latin-1"))))


def dates(duckdb: Any, folder: Path, *times: str, order: str = "") -> tuple[list[str], str]:
    rows = "".join(f'{number},"{time}",Peru\n' for number, time in enumerate(times))
    files = open_sessions([save(folder, "a.csv", "sessionID,loadedAt,country\n" + rows)], duckdb, order)
    return [f"{day:%m-%d}" for day in files.days], files.example


def test_a_date_that_could_be_two_is_read_only_if_the_file_or_a_setting_shows_the_order(
    tmp_path: Path, duckdb: Any
) -> None:
    assert dates(duckdb, tmp_path, "11/8/2026 10:00", "11/13/2026 9:00 PM")[0][0] == "11-08"
    assert dates(duckdb, tmp_path, "8/11/2026 10:00", "13-11-2026")[0][0] == "11-08"
    assert dates(duckdb, tmp_path, "8/8/2026") == (["08-08"], "")
    days, example = dates(duckdb, tmp_path, "2026-11-09", "11/8/2026 10:00")
    assert days == ["11-09"]
    assert example.startswith(
        f"'11/8/2026 10:00' in {tmp_path}/a.csv, line 3, could have the day or the month first; add"
    )
    assert dates(duckdb, tmp_path, "8/11/2026", "13/11/2026", "11/13/2026")[0] == []
    assert dates(duckdb, tmp_path, "11/8/2026, 10:00:00 AM", "11/9/26", order="mdy") == (["11-08", "11-09"], "")
    assert dates(duckdb, tmp_path, "11/8/2026", order="dmy") == (["08-11"], "")


@pytest.mark.parametrize(("given", "order"), [("MM/DD/YYYY", "mdy"), ("%d/%m/%Y %H:%M", "dmy"), ("dmy", "dmy")])
def test_the_order_of_dates_is_set_in_the_usual_ways(given: str, order: str) -> None:
    assert load_settings({"date_format": given}).date_format == order
    with pytest.raises(UsageError, match="dmy"):
        load_settings({"date_format": "ymd"})


def sessions(good: int, bad: int) -> str:
    rows = [f"g{n},2026-11-08,Peru\n" for n in range(good)] + [f"b{n},13/11/26,Peru\n" for n in range(bad)]
    return "sessionID,loadedAt,country\n" + "".join(rows)


def test_a_run_ends_5_where_more_than_a_tenth_of_the_rows_is_refused(tmp_path: Path) -> None:
    product = Product(tmp_path)
    done = product.run("collect", "--sessions", save(tmp_path, "a.csv", sessions(8, 1)), code=5)
    assert "1 of 9 rows (11.1%) cannot be counted (loadedAt is not a time: 1)" in done.stderr
    assert "'13/11/26' in " in done.stderr
    assert not list(tmp_path.glob("history/2026/**/*.parquet"))
    done = product.run("collect", "--sessions", "a.csv", "--accept-refused")
    assert "Rows read: 9 = 8 counted + 1 rejected" in done.stdout
    done = product.run("collect", "--sessions", save(tmp_path, "b.csv", sessions(9, 1)))
    assert "Warning: 1 of 10 rows (10.0%) cannot be counted" in done.stdout


@pytest.mark.parametrize(
    ("text", "says"),
    [('[{"sessionID": ' + "9" * 5000 + "}]", "too many digits"), ("[" * 100_000, "nested too deeply")],
    ids=["digits", "depth"],
)
def test_json_that_python_does_not_read_is_refused_in_a_sentence(
    tmp_path: Path, duckdb: Any, text: str, says: str
) -> None:
    (tmp_path / "sessions.json").write_text(text)
    with pytest.raises(DataRefused, match=says):
        open_sessions([str(tmp_path / "sessions.json")], duckdb)


@pytest.mark.parametrize("name", ["sessions.json", "sessions.ndjson"])
def test_packed_json_that_is_too_large_to_load_is_not_unpacked_to_its_end(
    tmp_path: Path, duckdb: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(json_documents, "MOST_TEXT", 1_000_000)
    (tmp_path / name).write_bytes(gzip.compress(b'[{"sessionID": "' + b"0" * 100_000_000))
    tracemalloc.start()
    with pytest.raises(DataRefused, match=r"more than 1,000,000 characters .*\.ndjson"):
        open_sessions([str(tmp_path / name)], duckdb)
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()
