"""Devices, systems and browsers have the names that their owners write."""

import pytest

from apivideo_geo.render.text.formats import Formats
from apivideo_geo.render.text.value_names import DEVICES, PRODUCTS, merge_by_name, value_name

EN, FR = Formats("en"), Formats("fr")


@pytest.mark.parametrize(
    ("dimension", "value", "name"),
    [
        ("os", "windows", "Windows"),
        ("os", "mac osx", "macOS"),
        ("os", "Mac OS X", "macOS"),
        ("os", "ios", "iOS"),
        ("os", "android", "Android"),
        ("os", "linux", "Linux"),
        ("os", "chrome os", "ChromeOS"),
        ("browser", "chrome", "Chrome"),
        ("browser", "safari", "Safari"),
        ("browser", "edge", "Edge"),
        ("browser", "firefox", "Firefox"),
        ("browser", "samsung internet", "Samsung Internet"),
        ("browser", "opera", "Opera"),
        ("device", "tv", "TV"),
        ("device", "console", "Console"),
        ("device", "wearable", "Wearable"),
        ("browser", "someNew browser", "SomeNew browser"),
        ("device", "fridge", "Fridge"),
        ("os", "unknown", "Unknown"),
        ("referrer", "iphone.example", "iphone.example"),
        ("city", "s-Gravenhage", "s-Gravenhage"),
    ],
)
def test_a_value_has_the_name_its_owner_writes_and_any_other_begins_with_a_capital(dimension, value, name):
    assert value_name(dimension, value, EN) == name


def test_devices_are_translated_and_products_are_not():
    assert value_name("device", "phone", FR) == "Téléphone"
    assert value_name("os", "mac osx", FR) == "macOS"


def test_two_values_of_one_name_are_one_line_with_their_sum():
    assert merge_by_name("device", (("tablet", 5), ("mobile", 4), ("phone", 3)), EN) == (("mobile", 7), ("tablet", 5))
    assert merge_by_name("city", (("paris", 2), ("Paris", 1)), EN) == (("paris", 2), ("Paris", 1))


def test_every_key_of_the_tables_can_be_found():
    keys = [*DEVICES, *PRODUCTS["os"], *PRODUCTS["browser"]]
    assert [key for key in keys if key != key.casefold()] == []
