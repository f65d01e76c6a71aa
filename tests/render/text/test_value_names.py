"""Devices, systems and browsers are one value each, and have the names that their owners write."""

import csv
from pathlib import Path

import pytest

import apivideo_geo.aggregate.value_spellings as vocabulary
from apivideo_geo.aggregate.fact_values import value_reader
from apivideo_geo.aggregate.value_spellings import read_spelling
from apivideo_geo.render.text.formats import Formats
from apivideo_geo.render.text.value_names import DEVICES, PRODUCTS, value_name

EN, FR = Formats("en"), Formats("fr")
TABLE = Path(vocabulary.__file__).with_name("data") / "value_spellings.csv"


@pytest.mark.parametrize(
    ("dimension", "spelling", "name"),
    [
        ("os", "windows", "Windows"),
        ("os", "Microsoft Windows", "Windows"),
        ("os", "mac osx", "macOS"),
        ("os", "Mac OS X", "macOS"),
        ("os", "ios", "iOS"),
        ("os", "android", "Android"),
        ("os", "GNU/Linux", "Linux"),
        ("os", "chrome os", "ChromeOS"),
        ("browser", "Chrome", "Chrome"),
        ("browser", "safari", "Safari"),
        ("browser", "Microsoft Edge", "Edge"),
        ("browser", "firefox", "Firefox"),
        ("browser", "Samsung Browser", "Samsung Internet"),
        ("device", "desktop", "Computer"),
        ("device", "Computer", "Computer"),
        ("device", "Smartphone", "Phone"),
        ("device", "mobile", "Phone"),
        ("device", "tv", "TV"),
        ("device", "console", "Console"),
        ("device", "wearable", "Wearable"),
        ("browser", "someNew browser", "someNew browser"),
        ("device", "fridge", "fridge"),
        ("os", "unknown", "Unknown"),
        ("os", "", "Unknown"),
        ("referrer", "iphone.example", "iphone.example"),
        ("city", "s-Gravenhage", "s-Gravenhage"),
    ],
)
def test_every_known_spelling_has_the_name_its_owner_writes_and_any_other_stays(dimension, spelling, name):
    assert value_name(dimension, value_reader(dimension, None)(spelling), EN) == name


def test_devices_are_translated_and_products_are_not():
    assert value_name("device", "phone", FR) == "Téléphone"
    assert value_name("os", "mac osx", FR) == "macOS"


def test_every_line_of_the_vocabulary_has_a_source_and_every_value_a_name():
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row for row in rows if not row["source"] or row["spelling"] != row["spelling"].strip().lower()] == []
    assert len({(row["dimension"], row["spelling"]) for row in rows}) == len(rows)
    named = {"device": {*DEVICES}, "os": {*PRODUCTS}, "browser": {*PRODUCTS}}
    assert [row for row in rows if row["value"] not in named[row["dimension"]] | {"unknown"}] == []
    assert [row for row in rows if read_spelling(row["dimension"], row["value"]) != row["value"]] == []
