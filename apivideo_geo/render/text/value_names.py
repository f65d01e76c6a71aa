"""Names of devices, operating systems and browsers, as their owners write them."""

from __future__ import annotations

from apivideo_geo.model import UNKNOWN_TEXT, Asset
from apivideo_geo.render.text.formats import Formats
from apivideo_geo.render.text.translations import marked

DEVICES = {
    "computer": marked("Computer"),
    "phone": marked("Phone"),
    "tablet": marked("Tablet"),
    "tv": marked("TV"),
    "console": marked("Console"),
    "wearable": marked("Wearable"),
}
"""Device types in the words of the Data API (``aggregate/value_spellings.py``) → their names, which are translated."""

PRODUCTS = {
    "android": "Android",
    "android browser": "Android Browser",
    "chrome": "Chrome",
    "chrome os": "ChromeOS",
    "chrome webview": "Chrome WebView",
    "chromium": "Chromium",
    "chromium os": "ChromiumOS",
    "duckduckgo": "DuckDuckGo",
    "edge": "Edge",
    "fire os": "Fire OS",
    "firefox": "Firefox",
    "freebsd": "FreeBSD",
    "harmonyos": "HarmonyOS",
    "internet explorer": "Internet Explorer",
    "ios": "iOS",
    "ipados": "iPadOS",
    "kaios": "KaiOS",
    "linux": "Linux",
    "mac osx": "macOS",
    "miui browser": "MIUI Browser",
    "openbsd": "OpenBSD",
    "opera": "Opera",
    "opera mini": "Opera Mini",
    "playstation": "PlayStation",
    "safari": "Safari",
    "samsung internet": "Samsung Internet",
    "tizen": "Tizen",
    "tvos": "tvOS",
    "ubuntu": "Ubuntu",
    "uc browser": "UC Browser",
    "vivaldi": "Vivaldi",
    "watchos": "watchOS",
    "webos": "webOS",
    "windows": "Windows",
}
"""System or browser in the words of the Data API → the name of the product, the same in every language."""


def value_name(dimension: str, value: str, formats: Formats) -> str:
    """Return the name that readers see for a value of a breakdown.

    A value that api.video could not determine is "Unknown". A device, system or browser that is not in the tables, and
    values of other dimensions, stay as they are.
    """
    if value in ("", UNKNOWN_TEXT, "null"):
        return formats.say("Unknown")
    if dimension == "device" and value in DEVICES:
        return formats.say(DEVICES[value])
    return PRODUCTS.get(value, value) if dimension in ("os", "browser") else value


def asset_title(asset: Asset, formats: Formats) -> str:
    """Return the title of an asset, or its kind if it has none."""
    return asset.title.strip() or formats.say("%(kind)s without a title", kind=asset_kind(asset, formats))


def asset_kind(asset: Asset, formats: Formats) -> str:
    """Return "Video" or "Live stream"."""
    return formats.say("Live stream") if asset.type == "live-stream" else formats.say("Video")
