"""Names of devices, operating systems and browsers, as their owners write them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from apivideo_geo.model import UNKNOWN_TEXT, Asset
from apivideo_geo.render.text.formats import Formats
from apivideo_geo.render.text.translations import marked

DEVICES = {
    "computer": marked("Computer"),
    "desktop": marked("Computer"),
    "phone": marked("Phone"),
    "mobile": marked("Phone"),
    "tablet": marked("Tablet"),
    "tv": marked("TV"),
    "console": marked("Console"),
    "wearable": marked("Wearable"),
}
"""Device types of api.video; these are words, so they are translated."""

PRODUCTS = {
    "os": {
        "android": "Android",
        "chrome os": "ChromeOS",
        "chromeos": "ChromeOS",
        "chromium os": "ChromiumOS",
        "fire os": "Fire OS",
        "freebsd": "FreeBSD",
        "harmonyos": "HarmonyOS",
        "ios": "iOS",
        "ipados": "iPadOS",
        "kaios": "KaiOS",
        "linux": "Linux",
        "gnu/linux": "Linux",
        "mac": "macOS",
        "mac os": "macOS",
        "mac os x": "macOS",
        "mac osx": "macOS",
        "macos": "macOS",
        "os x": "macOS",
        "openbsd": "OpenBSD",
        "playstation": "PlayStation",
        "tizen": "Tizen",
        "tvos": "tvOS",
        "ubuntu": "Ubuntu",
        "watchos": "watchOS",
        "webos": "webOS",
        "windows": "Windows",
    },
    "browser": {
        "android browser": "Android Browser",
        "chrome": "Chrome",
        "chrome mobile": "Chrome",
        "chromium": "Chromium",
        "duckduckgo": "DuckDuckGo",
        "edge": "Edge",
        "microsoft edge": "Edge",
        "firefox": "Firefox",
        "firefox mobile": "Firefox",
        "ie": "Internet Explorer",
        "internet explorer": "Internet Explorer",
        "miui browser": "MIUI Browser",
        "mobile safari": "Safari",
        "opera": "Opera",
        "opera mini": "Opera Mini",
        "safari": "Safari",
        "samsung": "Samsung Internet",
        "samsung browser": "Samsung Internet",
        "samsung internet": "Samsung Internet",
        "uc browser": "UC Browser",
        "vivaldi": "Vivaldi",
    },
}
"""Dimension → value in lower case → the name of the product, the same in every language."""


def value_name(dimension: str, value: str, formats: Formats) -> str:
    """Return the name that readers see for a value of a breakdown.

    A value that api.video could not determine is "Unknown". A device, system or browser without an entry in the tables
    begins with a capital letter and is otherwise unchanged; values of other dimensions stay as they are.
    """
    if value in ("", UNKNOWN_TEXT, "null"):
        return formats.say("Unknown")
    key = value.casefold()
    if dimension == "device" and key in DEVICES:
        return formats.say(DEVICES[key])
    if dimension == "device" or dimension in PRODUCTS:
        return PRODUCTS.get(dimension, {}).get(key) or value[:1].upper() + value[1:]
    return value


def merge_by_name(dimension: str, parts: Sequence[tuple[str, int]], formats: Formats) -> tuple[tuple[str, int], ...]:
    """Add up the values that share a name ("mobile" and "phone"), largest count first.

    The first value of each name stands for all of them.
    """
    if dimension != "device" and dimension not in PRODUCTS:
        return tuple(parts)
    first: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for value, count in parts:
        counts[first.setdefault(value_name(dimension, value, formats), value)] += count
    return tuple(counts.most_common())


def asset_title(asset: Asset, formats: Formats) -> str:
    """Return the title of an asset, or its kind if it has none."""
    return asset.title.strip() or formats.say("%(kind)s without a title", kind=asset_kind(asset, formats))


def asset_kind(asset: Asset, formats: Formats) -> str:
    """Return "Video" or "Live stream"."""
    return formats.say("Live stream") if asset.type == "live-stream" else formats.say("Video")
