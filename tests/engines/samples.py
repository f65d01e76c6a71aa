"""Sessions as they come: repeated, without a time, with offsets, quoted, and countries under many names."""

import csv
import json
from datetime import date
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

from tests.fakes.server import StandIn
from tests.fakes.world import World
from tests.product import Product

COLUMNS = (
    "sessionID", "assetID", "title", "loadedAt", "country", "ISO_A3", "city", "deviceType", "osName", "clientName",
    "referrerUrl",
)  # fmt: skip
TIMES = (
    "2021-04-08T23:30:00Z", "2021-04-08T23:30:00.5-02:00", "2021-04-09T00:30:00+0200", "2021-04-09 00:10", "2021-04-10",
    "2021-04-11T12:00:00", "2021-04-08T24:00:00Z", "2021-02-31T10:00:00Z", "yesterday", "",
)  # fmt: skip
DAYS = {
    "2021-04-08T23:30:00-00:30": date(2021, 4, 9),
    "2021-03-01T00:29:00.5+00:30": date(2021, 2, 28),
    "2020-03-01 00:29+0030": date(2020, 2, 29),
    "2024-02-29": date(2024, 2, 29),
    "2023-02-29T10:00:00Z": None,
    "2021-04-31T10:00:00+02": None,
    "2100-01-01T00:30:00+01:00": date(2099, 12, 31),
    "2009-12-31T23:30:00-01:00": date(2010, 1, 1),
    "2010-01-01T00:30:00+01:00": None,
    "2021-04-08T24:00:00Z": None,
    "2021-04-08T10:00:00Zulu": None,
    "": None,
}
"""``loadedAt`` → its UTC day."""
COUNTRIES = ("France", "NA", "Namibia", "", "Türkiye", "Côte d’Ivoire", "Atlantis", "unknown", "DR Congo", "KOSOVO")
CODES = ("FRA", "NA", "", "---", "XKX", "usa", "COD")
TITLES = ("", "plain", 'He said "no"', "two\nlines", "a, b; c", "=1+1", "'=kept", "日本", "NA", "NULL")
CITIES = ("", "unknown", "Saint-Étienne", "Ko\u0308ln", "Köln", "New\nYork", 'Q"', "NA")
REFERRERS = ("", "https://A.example:8/x?y=1", "http://user:secret@b.example/", "android-app://com.z", "not a url", "NA")


def make_rows(seed: int, count: int) -> list[dict[str, str]]:
    """``count`` rows, about a third of which repeat a session id with other values."""
    random = Random(seed)
    texts = {
        "assetID": ("", "viA", "viB", "liC"), "title": TITLES, "loadedAt": TIMES, "country": COUNTRIES, "ISO_A3": CODES,
        "city": CITIES, "deviceType": ("desktop", "phone", ""), "osName": ("", "Android", "NA"),
        "clientName": ("Firefox", "", "Chrome "), "referrerUrl": REFERRERS,
    }  # fmt: skip
    ids = [f"s{number}" for number in range(count * 2 // 3)] + [""]
    return [
        {name: random.choice(texts[name]) if name in texts else random.choice(ids) for name in COLUMNS}
        for _ in range(count)
    ]


def save_rows(rows: list[dict[str, str]], path: Path) -> Path:
    """``rows`` as the kind of file that the name says."""
    if path.suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
    elif path.suffix == ".ndjson":
        path.write_text("".join(json.dumps(_answered(row)) + "\n" for row in rows), encoding="utf-8")
    elif path.suffix == ".json":
        path.write_text(json.dumps([_answered(row) for row in rows]), encoding="utf-8")
    else:
        columns = {name: pa.array([row[name] or None for row in rows], pa.string()) for name in COLUMNS}
        pq.write_table(pa.table(columns), path)
    return path


def collect_sessions(folder: Path, *engines: str) -> dict[str, dict[str, object]]:
    """Engine → all the files of a build from the API's sessions, by :func:`read_exports`."""
    world, made = World.make(11, 3000, 6, 2, date(2026, 10, 1), date(2026, 10, 30), countries=80), {}
    for number, engine in enumerate(engines):
        product = Product(folder / f"{number}", process=True)
        product.folder.mkdir()
        with StandIn(world) as api:
            product.run("--source", "sessions", "--engine", engine, "--detail", "full", api=api, now=world.end)
        made[engine] = read_exports(product.files())
    return made


def read_exports(files: dict[str, bytes]) -> dict[str, object]:
    """``files`` with the rows of ``sessions.csv`` for its bytes: engines quote as they like."""
    name = "exports/sessions.csv"
    return files | {name: list(csv.reader(files[name].decode().splitlines(keepends=True)))}


def _answered(row: dict[str, str]) -> dict[str, object]:
    """The row as the API answers it; what is empty is null or missing."""
    found = {name: value or None for name, value in row.items()}
    return {
        "session": {"sessionId": found["sessionID"], "loadedAt": found["loadedAt"], "metadata": [{"k": "v"}]},
        "location": {"country": found["country"], "city": found["city"]},
        "device": {"type": found["deviceType"]},
        "os": {"name": found["osName"]} if found["osName"] else None,
        "client": {"name": found["clientName"]},
        "referrer": {"url": found["referrerUrl"]},
    } | {name: found[name] for name in ("assetID", "title", "ISO_A3") if found[name]}
