"""Who watches the invented account: titles, countries, devices, referrers, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tests.fakes import geoip

TRICKY = frozenset(
    [
        "FR",
        "NO",
        "XK",
        "SG",
        "MT",
        "RE",
        "GF",
        "NA",
        "CI",
        "TR",
        "KR",
        "KP",
        "CD",
        "CG",
        "CZ",
        "PS",
        "VA",
        "HK",
        "MO",
        "LA",
        "SY",
        "RU",
    ]
)
"""Countries that always take part: easy to lose or to confuse."""

TAGS: Sequence[tuple[str, ...]] = (("maths", "string theory"), (), ("Cool videos",), ("news", "Ünïcode & <b>bold</b>"))
_HOSTILE = (
    "<script>alert('title')</script>",
    '=HYPERLINK("http://evil.example/","click")',
    "Ends with a \\ and a \" and a ' & an ampersand",
    "日本語のタイトル — naïve café \u202etxt.exe",
)


def title_of(number: int, public: bool, kind: str) -> str:
    """A title: private ones begin with ``PRIVATE-``, some public ones are hostile."""
    if not public:
        return f"PRIVATE-{kind}-{number:03d} board meeting, do not publish"
    if number % 4 == 1:
        return f"{_HOSTILE[number // 4 % len(_HOSTILE)]} {kind} {number}"
    return f"{kind} {number}: how it is made"


class Viewer(NamedTuple):
    """A kind of viewer: the words of the Data API, and the objects of the session endpoints."""

    device: str
    system: str
    browser: str
    session_device: Mapping[str, str | None]
    session_os: Mapping[str, str | None]
    session_client: Mapping[str, str | None]
    referrer: Mapping[str, str | None] | None = None
    """Set where the platform never sends a referrer (apps on phones)."""


NO_REFERRER: Mapping[str, str | None] = {"url": "", "medium": "direct", "source": "", "searchTerm": ""}


def _viewer(device: str, system: str, browser: str, vendor: str, model: str, version: str, app: bool = False) -> Viewer:
    kind = "desktop" if device == "computer" else device
    client = {"type": "app" if app else "browser", "name": browser.title(), "version": version}
    return Viewer(
        device,
        system,
        browser,
        {"type": kind, "vendor": vendor, "model": model},
        {"name": system.title(), "shortname": system[:3].upper(), "version": version},
        client,
        NO_REFERRER if app else None,
    )


VIEWERS: Sequence[Viewer] = (
    _viewer("computer", "windows", "chrome", "unknown", "unknown", "129.0"),
    _viewer("computer", "windows", "edge", "Dell", "unknown", "128.0"),
    _viewer("computer", "mac osx", "safari", "Apple", "Mac", "17.6"),
    _viewer("computer", "linux", "firefox", "unknown", "unknown", "131.0"),
    _viewer("phone", "android", "chrome", "Samsung", "SM-G991B", "129.0"),
    _viewer("phone", "ios", "safari", "Apple", "iPhone", "17.6"),
    _viewer("phone", "android", "unknown", "Google", "Pixel 8", "14", app=True),
    _viewer("tablet", "ios", "safari", "Apple", "iPad", "16.4"),
    _viewer("tv", "unknown", "unknown", "LG", "webOS.TV", "6.0"),
    _viewer("console", "unknown", "edge", "Microsoft", "Xbox", "44.1"),
    Viewer("unknown", "unknown", "unknown", {"type": "unknown"}, {}, {"type": None, "name": None, "version": None}),
)
VIEWER_WEIGHTS = (30, 8, 12, 5, 20, 14, 6, 3, 1, 0.5, 0.5)

_LONG = "https://www.shop.example.com/catalogue/spring?" + "&".join(f"utm_{n}=value-{n}-ünï" for n in range(40))
REFERRERS: Sequence[Mapping[str, str | None]] = (
    NO_REFERRER,
    {"url": "https://www.example.com/", "medium": "referral", "source": "https://www.example.com", "searchTerm": None},
    {
        "url": "https://www.google.com/search?q=how+it+is+made&sca_esv=8f1c",
        "medium": "organic",
        "source": "https://google.com",
        "searchTerm": "how it is made",
    },
    {
        "url": "https://news.example.org:8443/a/b?email=someone%40example.org&token=SECRET-IN-REFERRER#top",
        "medium": "referral",
        "source": "https://news.example.org",
        "searchTerm": None,
    },
    {"url": _LONG, "medium": "referral", "source": "https://www.shop.example.com", "searchTerm": ""},
    {"url": "android-app://com.example.reader/", "medium": "unknown", "source": "unknown", "searchTerm": "unknown"},
    {"url": None, "medium": None, "source": None, "searchTerm": None},
)
REFERRER_WEIGHTS = (35, 25, 20, 8, 6, 3, 3)


def country_weights(countries: int, unknown_share: float) -> tuple[list[str | None], list[float]]:
    """The codes taking part with their weights; None and empty stand for the unknown."""
    ranked = list(geoip.NAMES)
    taken = [code for n, code in enumerate(ranked) if n < countries - len(TRICKY) or code in TRICKY]
    taken += [code for code in ranked if code not in taken][: max(countries - len(taken), 0)]
    weights = [1 / (ranked.index(code) + 2) ** 1.05 for code in taken]
    total = sum(weights)
    unknown = unknown_share / (1 - unknown_share) * total
    return [*taken, None, ""], [*weights, unknown * 0.6, unknown * 0.4]


def locations_of(code: str | None) -> Sequence[Mapping[str, str | None] | None]:
    """The ``location`` objects a session of this country may carry: spellings, city or none."""
    if code is None:
        return ({"country": None, "city": None}, {"country": None}, {"city": None}, {}, None)
    if code == "":
        return ({"country": "", "city": ""}, {"country": "", "city": None}, {"country": ""})
    found: list[Mapping[str, str | None]] = []
    for name in geoip.NAMES[code]:
        found += [{"country": name, "city": city} for city in geoip.CITIES.get(code, ())] * 3
        found += [{"country": name, "city": None}, {"country": name, "city": ""}, {"country": name}]
    return found
