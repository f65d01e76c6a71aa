"""An invented audience, the same on every machine: no network, no disk, no clock.

An invented French academy of film making, *Atelier Nacre*, and the people who watch it. Every play
is drawn by itself: which asset, in which country, on which device, from which page. All dimensions
are counts over the same plays, so they add up by construction. A day is drawn from the seed and its
own date alone (``_draw_plays``), so it is the same whichever days are asked with it and whatever
today is. Draws use raw Philox words and whole-number thresholds: no step depends on how a
platform rounds or on how a version of numpy samples.

The tables come first (all invented but the country codes and the names of cities), then the
three functions that read them: ``demo_assets``, ``demo_days``, ``demo_facts``; and ``DemoSource`` over these.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from apivideo_geo.facts import FACTS
from apivideo_geo.model import DETAIL_DIMENSIONS, UNKNOWN, UNLISTED, Asset, Facts, Refused

if TYPE_CHECKING:
    from apivideo_geo.api.client import Client
    from apivideo_geo.effects import Effects
    from apivideo_geo.settings import Settings

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

METRIC = "play"
"""The only metric of the demo."""
_SEED = 0x4E61637265

# --- The catalogue ----------------------------------------------------------------------------------


class _Clip(NamedTuple):
    """An asset and how it is watched.

    Its weight is ``popularity``, plus ``burst`` times that on the first day, halved after ``width`` days. A new burst
    comes every ``repeat`` days (a live stream airs again; a video is shown to the next class), ``again`` times as high.
    """

    title: str
    audience: str
    popularity: float
    published: str
    tags: str
    public: bool = True
    live: bool = False
    burst: float = 4.0
    width: float = 7.0
    repeat: int = 364
    again: float = 0.35


def _live(title: str, audience: str, weight: float, first: str, tags: str, repeat: int, public: bool = True) -> _Clip:
    """A live stream that airs every ``repeat`` days, and whose replay is seldom watched."""
    burst, width = (40.0, 2.6) if repeat > 300 else (30.0, 0.6)
    return _Clip(title, audience, weight / burst, first, tags, public, True, burst, width, repeat, 1.0)


_CLIPS = (
    _Clip("Film anything with your phone: the 10-minute course", "en", 100, "2023-05-16", "course phone"),
    _Clip("Filmer avec son smartphone : le cours en 10 minutes", "fr", 100, "2023-05-16", "cours smartphone"),
    _Clip("L’éclairage à trois points, pas à pas", "fr", 70, "2023-09-12", "cours lumière"),
    _Clip("Three-point lighting, step by step", "en", 62, "2023-10-03", "course light"),
    _Clip("Mit dem Smartphone filmen: der 10-Minuten-Kurs", "de", 50, "2024-01-23", "kurs smartphone"),
    _Clip("Le son d’abord : choisir et placer son micro", "fr", 58, "2024-03-05", "cours son"),
    _Clip("Sound first: choosing and placing a microphone", "en", 44, "2024-03-19", "course sound"),
    _Clip("Monter son premier film : coupe, rythme, silence", "fr", 46, "2024-05-28", "cours montage"),
    _Clip("Cut, rhythm, silence: editing your first film", "en", 36, "2024-06-11", "course editing"),
    _Clip("Untertitel, die man gerne liest", "de", 22, "2024-09-17", "kurs untertitel"),
    _Clip("Subtitles people enjoy reading", "en", 24, "2024-09-24", "course subtitles"),
    _Clip("Sous-titrer sans fatigue", "fr", 26, "2024-10-01", "cours sous-titres"),
    _Clip("Interviews: asking better questions on camera", "en", 26, "2024-12-03", "course interview"),
    _Clip("Onboarding : l’accueil des nouveaux formateurs", "fr", 6, "2025-01-06", "interne", public=False),
    _Clip("Réussir une interview filmée", "fr", 30, "2025-01-14", "cours interview"),
    _Clip("Câmera na mão: filme com o seu celular", "pt", 40, "2025-02-11", "curso celular"),
    _Clip("Colour for people who fear colour", "en", 22, "2025-03-11", "course colour"),
    _Clip("L’étalonnage sans peur", "fr", 20, "2025-03-25", "cours couleur"),
    _Clip("Grabar con el móvil: el curso de 10 minutos", "es", 30, "2025-04-08", "curso móvil"),
    _Clip("Drehbuch in einer Stunde", "de", 16, "2025-05-06", "kurs drehbuch"),
    _Clip("スマホで撮る商品動画", "ja", 26, "2025-06-03", "スマホ 商品"),
    _Clip("Filmer la nuit à Dakar", "af", 34, "2025-09-02", "récit lumière"),
    _Clip("Storyboards with & without drawing", "en", 18, "2025-10-14", "course storyboard"),
    _Clip("Storyboard : dessiner sans savoir dessiner", "fr", 20, "2025-10-21", "cours storyboard"),
    _Clip("Vertical or horizontal? Framing for every screen", "en", 28, "2026-01-20", "course framing"),
    _Clip("Vertical ou horizontal ? Cadrer pour tous les écrans", "fr", 28, "2026-01-27", "cours cadre"),
    _Clip("Tourner dehors : chaleur, vent, poussière", "af", 30, "2026-02-10", "cours extérieur"),
    _Clip("Accessible video: captions, transcripts, description", "en", 24, "2026-03-17", "course accessibility"),
    _Clip("Brand film, rough cut 3 (do not share)", "fr", 8, "2026-04-02", "draft", public=False),
    _Clip("Live streaming from a small room", "en", 32, "2026-05-12", "course live"),
    _Clip("Le direct depuis une petite pièce", "fr", 30, "2026-05-19", "cours direct"),
    _Clip("Masterclass 2027, chapter 1 (preview)", "en", 9, "2026-09-08", "masterclass", public=False),
    _Clip("What our first thousand students filmed", "world", 26, "2026-10-13", "showcase"),
    _live("Live: the autumn keynote", "world", 1500, "2025-09-22", "live keynote", repeat=364),
    _live("Festival du film de poche, en direct", "fr", 500, "2025-06-06", "direct festival", repeat=364),
    _live("Les jeudis du montage", "fr", 150, "2024-10-03", "direct montage", repeat=7),
    _live("Office hours in English", "en", 110, "2025-04-01", "live questions", repeat=7),
    _live("Sprechstunde Schnitt", "de", 150, "2025-01-15", "live fragen", repeat=28),
    _live("Clínica de vídeo ao vivo", "pt", 150, "2025-03-19", "ao vivo", repeat=28),
    _live("Répétition générale (équipe seulement)", "fr", 30, "2025-03-07", "interne", repeat=91, public=False),
)

# --- Where people are -------------------------------------------------------------------------------

# Plays by thousand, by how people watch there: at a desk, on Apple devices, on Android phones.
_COUNTRIES = {
    "desk": """FRA 370 DEU 62 BEL 34 CHE 27 ESP 21 ITA 20 NLD 15 AUT 9 PRT 9 POL 9 TUR 6 ROU 5 CZE 4 LUX 3.4 GRC 3.2
        UKR 3.2 ISR 3 RUS 2.6 HUN 2.4 BGR 1.6 HRV 1.3 SVK 1.2 SRB 1.1 SVN .9 LTU .8 EST .6 LVA .5 GEO .5 MLT .4 CYP .4
        XKX .35 LIE .2""",
    "apple": """USA 74 GBR 42 CAN 36 JPN 17 AUS 8 SWE 5 IRL 4.5 DNK 4 KOR 4 NOR 3.6 ARE 3.4 FIN 2.8 TWN 2.2 SGP 1.8
        NZL 1.6 HKG 1.6 MCO .8 AND .4 FRO .15""",
    "phone": """IND 30 MAR 26 BRA 26 DZA 22 CIV 21 SEN 19 TUN 17 CMR 14 MEX 9 COD 8 REU 7 IDN 7 MDG 6 BEN 6 COL 6
        NGA 5.2 ARG 5 BFA 4.5 MLI 4.5 EGY 4.2 TGO 4 PHL 4 VNM 3.6 GAB 3.4 CHL 3.4 GIN 3 GLP 3 ZAF 3 MTQ 2.8 COG 2.6
        THA 2.6 MYS 2.4 SAU 2.4 KEN 2.2 PER 2.2 LBN 2.2 HTI 2 PAK 2 CHN 1.6 MUS 1.5 GHA 1.3 NER 1.2 GUF 1.1 NCL 1
        PYF .9 MYT .7 RWA .7""",
}
# What a GeoIP database says when it does not know; the empty one says so plainly.
_NO_COUNTRY = {"": 5.5, "ZZ": 1, "A1": 0.6, "EU": 0.4}
# One of these comes in every 28 days and stays for some eight months; each turn of the list takes longer
# than the two years shown, so whoever came in last was never seen before.
_NEWCOMERS_IN_TURN = """ALB MNG TCD BWA FJI ISL NPL CPV ARM JAM ZMB MKD MDV DJI BRB KGZ GMB BIH VUT MRT TTO NAM MDA
    BRN COM PRY LAO QAT GRL SYC BGD LCA TLS ZWE PNG STP"""
_NEWCOMERS = tuple(_NEWCOMERS_IN_TURN.split())
_NEWCOMER_EVERY, _NEWCOMER_STAYS = 28, 250
_NEWCOMER_FIRST = date(2024, 11, 11).toordinal()

_FRENCH = "FRA BEL CHE LUX MCO CAN REU GUF GLP MTQ MYT NCL PYF HTI LBN MUS AND"
_FRENCH_AFRICA = "MAR DZA TUN SEN CIV CMR MDG BEN BFA MLI TGO GIN COD COG GAB NER"
# For each audience: everybody else, then groups of countries, as factors on the shares above.
_AUDIENCES: dict[str, tuple[float, dict[str, float]]] = {
    "world": (1.0, {}),
    "en": (1.25, {_FRENCH: 0.45, _FRENCH_AFRICA: 0.4, "USA GBR AUS IRL NZL IND SGP ZAF NGA KEN GHA": 1.9}),
    "fr": (0.4, {_FRENCH: 1.6, _FRENCH_AFRICA: 1.7}),
    "af": (0.3, {_FRENCH: 0.5, _FRENCH_AFRICA: 4.5, "REU MYT HTI": 2.5}),
    "de": (0.25, {"DEU": 7, "AUT": 11, "CHE": 6, "LIE": 18, "LUX": 3, "CZE": 1.5, "FRA": 0.15}),
    "pt": (0.2, {"BRA": 15, "PRT": 13, "FRA": 0.2, "ARG": 1.5}),
    "es": (0.2, {"ESP": 12, "MEX": 13, "COL": 14, "ARG": 13, "CHL": 13, "PER": 13, "AND": 8, "USA": 1, "FRA": 0.15}),
    "ja": (0.12, {"JPN": 28, "TWN": 3, "KOR": 2, "FRA": 0.1}),
}
# The largest first; each is watched about half as much as the one before it, and some plays have no city.
_CITIES = {
    "FRA": "Paris, Lyon, Marseille, Toulouse, Bordeaux, Nantes, Lille, Strasbourg",
    "USA": "New York, Los Angeles, Chicago, San Francisco, Austin, Seattle",
    "DEU": "Berlin, Hamburg, Munich, Cologne, Leipzig",
    "GBR": "London, Manchester, Bristol, Glasgow",
    "CAN": "Montréal, Toronto, Quebec, Vancouver",
    "BEL": "Brussels, Liège, Antwerp, Ghent",
    "CHE": "Geneva, Zurich, Lausanne, Basel",
    "IND": "Bengaluru, Mumbai, Delhi, Hyderabad",
    "BRA": "São Paulo, Rio de Janeiro, Belo Horizonte, Recife",
    "MAR": "Casablanca, Rabat, Marrakesh",
    "DZA": "Algiers, Oran, Constantine",
    "CIV": "Abidjan, Bouaké, Yamoussoukro",
    "SEN": "Dakar, Thiès, Saint-Louis",
    "TUN": "Tunis, Sfax, Sousse",
    "CMR": "Douala, Yaoundé",
    "ESP": "Madrid, Barcelona, Valencia, Seville",
    "ITA": "Milan, Rome, Turin",
    "JPN": "Tokyo, Osaka, Kyoto",
    "NLD": "Amsterdam, Rotterdam, Utrecht",
    "AUT": "Vienna, Graz",
    "PRT": "Lisbon, Porto",
    "POL": "Warsaw, Kraków",
    "MEX": "Mexico City, Guadalajara, Monterrey",
    "AUS": "Sydney, Melbourne",
    "TUR": "Istanbul, Ankara",
}
_NO_CITY = 0.2

# --- What people watch on, and where from -----------------------------------------------------------

_DEVICES = {
    "desk": "computer/windows 44, computer/mac osx 15, computer/linux 3, phone/android 19, phone/ios 13, "
    "tablet/ios 3, tablet/android 2, tv/android 1",
    "apple": "computer/windows 30, computer/mac osx 24, computer/linux 2, phone/ios 27, phone/android 11, "
    "tablet/ios 5, tv/android 1",
    "phone": "phone/android 62, computer/windows 24, phone/ios 8, tablet/android 3, computer/mac osx 2, "
    "unknown/unknown 1",
}
_BROWSERS = {
    "windows": "chrome 62, edge 23, firefox 12, opera 3",
    "mac osx": "safari 48, chrome 44, firefox 8",
    "linux": "chrome 55, firefox 45",
    "android": "chrome 88, samsung internet 8, firefox 4",
    "ios": "safari 90, chrome 10",
    "unknown": "unknown 1",
}
_REFERRERS = {
    "world": "academy.nacre.example, social.example, search.example",
    "en": "academy.nacre.example, search.example, filmschool-weekly.example",
    "fr": "academie.nacre.example, recherche.example, images-et-sons.example",
    "af": "academie.nacre.example, cine-dakar.example, social.example",
    "de": "akademie.nacre.example, filmwerkstatt.example, suche.example",
    "pt": "academy.nacre.example, cinema-de-bolso.example",
    "es": "academy.nacre.example, cine-de-bolsillo.example",
    "ja": "academy.nacre.example, shop-video.example",
}
_NO_REFERRER = 0.4  # apps send none

# --- How much ---------------------------------------------------------------------------------------

_GROWTH_FROM = date(2024, 6, 1).toordinal()
_PLAYS_THEN, _MORE_EACH_DAY = 235.0, 0.30  # a day, with the whole catalogue published
_WEEKDAYS = (1.08, 1.15, 1.13, 1.12, 1.02, 0.73, 0.77)  # from Monday
_SEASONS = {1: 0.62, 9: 0.97, 60: 1.05, 150: 1.0, 185: 0.93, 205: 0.75, 232: 0.74, 252: 1.02, 345: 1.04, 358: 0.62}
"""Factor by day of the year, straight lines between: summer and Christmas are quiet."""

# Each comes in every second year, so any two years hold each once.
_NEVER_COLLECTED = {0: ((8, 3), (8, 4), (8, 5), (8, 6)), 1: ((2, 17), (5, 12))}
"""(month, day) in even and in odd years: one outage, two single days."""
_REFUSED_EVERY = 89


class DemoSource:
    """The invented account as a source. Always counts ``METRIC``; today is open and counted up to now."""

    name = "demo"
    metric = METRIC
    asks_all = False
    usual_detail = "full"

    def __init__(self, settings: Settings, effects: Effects) -> None:
        self.client: Client | None = None
        self._settings = settings
        self._effects = effects

    def fetch_assets(self) -> tuple[Asset, ...] | None:
        """What is published by today."""
        return demo_assets(self._effects.now().date())

    def window(self, held: Collection[date]) -> tuple[date, date]:
        """The two years up to today, or what the settings leave of them."""
        days, settings = demo_days(self._effects.now().date()), self._settings
        return max(days[0], settings.since or days[0]), min(days[-1], settings.until or days[-1])

    def fetch_days(self, wanted: Mapping[date, str], settled: Mapping[date, str]) -> Iterator[tuple[str, Facts]]:
        """One part a detail; the days that were never collected are in none."""
        now = self._effects.now()
        told = set(demo_days(now.date()))
        for detail in DETAIL_DIMENSIONS:
            days = [day for day, asked in wanted.items() if asked == detail and day in told]
            if days:
                yield detail, demo_facts(days, detail, open_until=now)


def demo_assets(today: date | None = None) -> tuple[Asset, ...]:
    """The 40 videos and live streams of the invented account, oldest first; with ``today``, those published by then.

    A few are not public, and keep their title here as the API would give it: whoever publishes must fold them.
    """
    assets = (_parse_asset(number, clip) for number, clip in enumerate(_CLIPS))
    shown = (asset for asset in assets if today is None or asset.published_at[:10] <= today.isoformat())
    return tuple(sorted(shown, key=lambda asset: (asset.published_at, asset.media_id)))


def demo_days(today: date) -> tuple[date, ...]:
    """Two years of UTC days, oldest first, ``today`` the last; a few days before it were never collected.

    The missing days stand in the calendar, so tomorrow's answer has the same earlier days.
    """
    start = _two_years_before(today)
    days = (start + timedelta(days=n) for n in range(1, (today - start).days + 1))
    return tuple(day for day in days if day == today or (day.month, day.day) not in _NEVER_COLLECTED[day.year % 2])


def demo_facts(days: Sequence[date], detail: str, open_until: datetime | None = None) -> Facts:
    """The facts of ``days`` (UTC, any order; each counted once) with the dimensions of ``detail``.

    ``detail`` is ``country``, ``media`` or ``full``. The table has the schema ``FACTS`` and is sorted by
    all its columns. Plays of assets that are not public have the media value ``unlisted``; plays
    without a referrer or a city have no row in that dimension. ``unmapped`` counts spellings that say something but
    name no country; a play without any spelling is only ``---``.

    ``open_until`` is an aware time: what comes later that day, or on later days, has not happened yet.
    Raises ValueError for another ``detail`` or a naive ``open_until``.
    """
    if detail not in DETAIL_DIMENSIONS:
        raise ValueError(f"detail is one of {', '.join(DETAIL_DIMENSIONS)}, not {detail!r}")
    asked = tuple(sorted(set(days)))
    plays = _draw_plays(asked, full=detail == "full")
    plays = plays.only(plays.time < _count_open_limits(asked, open_until)[plays.day])
    keys = np.concatenate([_count_keys(plays, dimension) for dimension in DETAIL_DIMENSIONS[detail]])
    return Facts(asked, _count_table(keys, asked), _count_refused(asked), _count_unmapped(plays))


def _two_years_before(day: date) -> date:
    """The same date two years earlier, 28 February for a 29th."""
    try:
        return day.replace(year=day.year - 2)
    except ValueError:
        return day.replace(year=day.year - 2, day=28)


def _parse_asset(number: int, clip: _Clip) -> Asset:
    """The asset as the API lists it."""
    media_id = _media_id(number, clip.live)
    published, tags = f"{clip.published}T08:00:00+00:00", tuple(clip.tags.split())
    return Asset(media_id, "live-stream" if clip.live else "video", clip.title, clip.public, tags, published)


def _media_id(number: int, live: bool) -> str:
    """An id of the API's shape: ``vi`` or ``li`` and 22 letters and digits."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    digest = hashlib.blake2b(f"demo asset {number}".encode(), digest_size=22).digest()
    return ("li" if live else "vi") + "".join(alphabet[byte % len(alphabet)] for byte in digest)


# --- Drawing: from weights and a random word to a choice --------------------------------------------


@dataclass(frozen=True)
class _Choices:
    """Weighted choices, one row a case: running shares in 2^-32 with the case above them, all in one ascending line."""

    steps: Ints
    columns: int

    def draw(self, case: Ints, word: Ints) -> Ints:
        """For each case and word (0 ≤ word < 2^32) the column drawn."""
        place = np.searchsorted(self.steps, (case << 32) | word, side="right")
        column: Ints = place - case * self.columns
        return column


def _make_choices(weights: Floats) -> _Choices:
    """Case × column weights, none of a case's all zero, ready to draw from."""
    running = weights.cumsum(axis=1)
    shares = np.floor(running / running[:, -1:] * 2.0**32).astype(np.int64)
    steps: Ints = shares + (np.arange(len(weights), dtype=np.int64)[:, None] << 32)
    return _Choices(steps.ravel(), weights.shape[1])


def _shares(text: str) -> dict[str, float]:
    """``"chrome 62, edge 23"`` → shares by name."""
    return {name: float(share) for name, share in (item.rsplit(" ", 1) for item in text.split(", "))}


def _halving(text: str, none: float) -> dict[str, float]:
    """``"Paris, Lyon"`` → shares by name, each half the one before, with ``none`` of all plays under ``""``."""
    shares = {name: 0.55**place for place, name in enumerate(text.split(", "))}
    total = sum(shares.values())
    return {"": none} | {name: share * (1 - none) / total for name, share in shares.items()}


def _matrix(rows: Sequence[dict[str, float]], columns: Sequence[str]) -> Floats:
    """Shares as a table, one row a case."""
    return np.array([[row.get(column, 0.0) for column in columns] for row in rows])


# --- The world, made once ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _World:
    """The tables above, ready to draw from. A *place* is a spelling of a country, a *value* a place in ``values``."""

    spellings: tuple[str, ...]
    codes: tuple[str, ...]
    country_of_place: Ints
    profile_of_place: Ints
    city_case: Ints
    values: tuple[str, ...]
    media_of_clip: Ints
    audience_of_clip: Ints
    device_value: Ints
    os_value: Ints
    os_case: Ints
    browser_value: Ints
    referrer_value: Ints
    city_value: Ints
    places: _Choices
    devices: _Choices
    browsers: _Choices
    referrers: _Choices
    cities: _Choices


@cache
def _make_world() -> _World:
    """All tables as arrays."""
    steady = {
        code: (float(share), profile)
        for profile, text in _COUNTRIES.items()
        for code, share in zip(text.split()[::2], text.split()[1::2], strict=True)
    }
    spellings = (*steady, *_NO_COUNTRY, *_NEWCOMERS)
    codes = tuple(sorted({*steady, *_NEWCOMERS, UNKNOWN}))
    profiles, audiences, systems = list(_DEVICES), list(_AUDIENCES), list(_BROWSERS)
    devices = [_shares(text) for text in _DEVICES.values()]
    browsers = [_shares(text) for text in _BROWSERS.values()]
    referrers = [_halving(text, _NO_REFERRER) for text in _REFERRERS.values()]
    cities = [{"": 1.0}, *(_halving(text, _NO_CITY) for text in _CITIES.values())]
    device_names, browser_names, referrer_names, city_names = (
        sorted({name for row in rows for name in row}) for rows in (devices, browsers, referrers, cities)
    )
    media = [_media_id(number, clip.live) if clip.public else UNLISTED for number, clip in enumerate(_CLIPS)]
    parts = [name.split("/") for name in device_names]
    values = sorted({*media, *(part for pair in parts for part in pair), *browser_names, *referrer_names, *city_names})
    rank = {value: place for place, value in enumerate(values)}
    return _World(
        spellings=spellings,
        codes=codes,
        country_of_place=_ints(codes.index(name if len(name) == 3 else UNKNOWN) for name in spellings),
        profile_of_place=_ints(profiles.index(steady[n][1] if n in steady else "phone") for n in spellings),
        city_case=_ints(1 + list(_CITIES).index(name) if name in _CITIES else 0 for name in spellings),
        values=tuple(values),
        media_of_clip=_ints(rank[value] for value in media),
        audience_of_clip=_ints(audiences.index(clip.audience) for clip in _CLIPS),
        device_value=_ints(rank[device] for device, _ in parts),
        os_value=_ints(rank[system] for _, system in parts),
        os_case=_ints(systems.index(system) for _, system in parts),
        browser_value=_ints(rank[name] for name in browser_names),
        referrer_value=_ints(rank[name] for name in referrer_names),
        city_value=_ints(rank[name] for name in city_names),
        places=_make_choices(_weigh_places({code: share for code, (share, _) in steady.items()})),
        devices=_make_choices(_matrix(devices, device_names)),
        browsers=_make_choices(_matrix(browsers, browser_names)),
        referrers=_make_choices(
            _matrix([referrers[list(_REFERRERS).index(name)] for name in audiences], referrer_names)
        ),
        cities=_make_choices(_matrix(cities, city_names)),
    )


def _ints(numbers: Iterable[int]) -> Ints:
    """Whole numbers as an array."""
    array: Ints = np.fromiter(numbers, dtype=np.int64)
    return array


def _weigh_places(steady: dict[str, float]) -> Floats:
    """Clip × place: the shares of its audience, each clip with likes of its own (a factor of 0.6 to 1.4)."""
    rows = []
    for number, clip in enumerate(_CLIPS):
        others, groups = _AUDIENCES[clip.audience]
        factors = {code: factor for group, factor in groups.items() for code in group.split()}
        taste = 0.6 + 0.8 * (np.random.Philox(key=[_SEED, number]).random_raw(len(steady)) >> np.uint64(32)) / 2.0**32
        known = np.array([share * factors.get(code, others) for code, share in steady.items()]) * taste
        unknown = np.array(list(_NO_COUNTRY.values())) * known.sum() / 1000
        rows.append(np.concatenate([known, unknown]))
    return np.array(rows)


# --- Days -------------------------------------------------------------------------------------------


def _weigh_clips(ordinals: Ints) -> Floats:
    """Day × clip: how much each asset is watched, in parts of the whole catalogue's steady weight."""
    published = _ints(date.fromisoformat(clip.published).toordinal() for clip in _CLIPS)
    popularity, burst, width, repeat, again = (
        np.array([float(getattr(clip, name)) for clip in _CLIPS])
        for name in ("popularity", "burst", "width", "repeat", "again")
    )
    age = ordinals[:, None] - published
    phase = np.mod(age, repeat)
    height = burst * np.where(age < repeat, 1.0, again)
    # The oldest assets are watched in any year, so that every day there ever was has an audience.
    there = (age >= 0) | (published < _GROWTH_FROM)
    weights = np.where(there, popularity * (1 + height / (1 + (phase / width) ** 2)), 0.0)
    shares: Floats = weights / popularity.sum()
    return shares


def _weigh_newcomers(ordinals: Ints) -> Floats:
    """Day × newcomer country: its share of the day's plays; last column: nobody of them."""
    number = np.arange(len(_NEWCOMERS))
    phase = np.mod(ordinals[:, None] - _NEWCOMER_FIRST - _NEWCOMER_EVERY * number, _NEWCOMER_EVERY * len(_NEWCOMERS))
    shares = np.where(phase < 4, 0.006, np.where(phase < _NEWCOMER_STAYS, 0.0005, 0.0))
    return np.concatenate([shares, 1 - shares.sum(axis=1, keepdims=True)], axis=1)


def _expect_plays(days: Sequence[date], catalogue: Floats) -> Floats:
    """Plays expected on each day: growth, weekday, season, and what the catalogue draws (1 is its steady weight)."""
    growth = _PLAYS_THEN + _MORE_EACH_DAY * np.maximum(_ints(d.toordinal() for d in days) - _GROWTH_FROM, 0)
    weekday = np.array([_WEEKDAYS[day.weekday()] for day in days])
    season = np.interp([d.timetuple().tm_yday for d in days], list(_SEASONS), list(_SEASONS.values()), period=365)
    expected: Floats = growth * weekday * season * catalogue
    return expected


# --- Plays ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Plays:
    """One entry a play. ``day`` is an index into the days asked, ``time`` the part of the day gone, in 2^-32."""

    day: Ints
    time: Ints
    clip: Ints
    place: Ints
    words: Ints
    """The random words left for device, browser, referrer and city; without rows if only countries are asked."""

    def only(self, wanted: npt.NDArray[np.bool_]) -> _Plays:
        """The plays ``wanted``."""
        if wanted.all():
            return self
        return _Plays(self.day[wanted], self.time[wanted], self.clip[wanted], self.place[wanted], self.words[:, wanted])


def _draw_words(days: Sequence[date], expected: Floats, blocks: int) -> tuple[Ints, Ints]:
    """Plays a day, and for each play 2 × ``blocks`` random words below 2^32 (rows), drawn from the day's date alone."""
    counts, drawn = [], [np.empty((blocks, 0), dtype=np.uint64)]
    for day, plays in zip(days, expected.tolist(), strict=True):
        stream = np.random.Philox(key=[_SEED, day.toordinal()])
        luck = sum(int(stream.random_raw()) >> 48 for _ in range(4)) / 2**18
        count = int(plays * (0.78 + 0.44 * luck) + 0.5)
        counts.append(count)
        drawn.append(stream.random_raw(blocks * count).reshape(blocks, count))
    raw = np.concatenate(drawn, axis=1)
    halves = np.stack([raw >> np.uint64(32), raw & np.uint64(0xFFFFFFFF)], axis=1)
    return _ints(counts), halves.reshape(2 * blocks, -1).astype(np.int64)


def _draw_plays(days: Sequence[date], full: bool) -> _Plays:
    """Every play of ``days``. More detail draws more words of each play, and never changes the first ones."""
    world, ordinals = _make_world(), _ints(day.toordinal() for day in days)
    clips, newcomers = _weigh_clips(ordinals), _weigh_newcomers(ordinals)
    counts, words = _draw_words(days, _expect_plays(days, clips.sum(axis=1)), blocks=4 if full else 2)
    day = np.repeat(np.arange(len(days), dtype=np.int64), counts)
    clip = _make_choices(clips).draw(day, words[0])
    place = world.places.draw(clip, words[1])
    newcomer = _make_choices(newcomers).draw(day, words[2])
    first = len(world.spellings) - len(_NEWCOMERS)
    place = np.where(newcomer < len(_NEWCOMERS), first + newcomer, place)
    return _Plays(day, words[3], clip, place, words[4:])


def _count_open_limits(days: Sequence[date], open_until: datetime | None) -> Ints:
    """For each day, how much of it is over at ``open_until``, in 2^-32."""
    if open_until is None:
        return np.full(len(days), 1 << 32, dtype=np.int64)
    if open_until.tzinfo is None:
        raise ValueError("open_until needs a time zone")
    now = open_until.astimezone(UTC)
    seconds = (now.hour * 60 + now.minute) * 60 + now.second
    part = (seconds << 32) // 86_400
    return _ints((1 << 32) if day < now.date() else part if day == now.date() else 0 for day in days)


# --- From plays to facts ----------------------------------------------------------------------------

_DIMENSIONS = sorted(DETAIL_DIMENSIONS["full"])


def _count_keys(plays: _Plays, dimension: str) -> Ints:
    """One number a play, ascending as (day, country, ``dimension``, value); no number where the value is absent."""
    world = _make_world()
    country = world.country_of_place[plays.place]
    value = _draw_values(plays, dimension)
    keys = (plays.day * len(world.codes) + country) * len(_DIMENSIONS) + _DIMENSIONS.index(dimension)
    keys = keys * len(world.values) + value
    return keys[value != 0] if dimension in ("referrer", "city") else keys


def _draw_values(plays: _Plays, dimension: str) -> Ints:
    """The value of ``dimension`` for each play, an index into the world's ``values``; 0 is the empty one."""
    world, words = _make_world(), plays.words
    if dimension == "total":
        return np.zeros(len(plays.day), dtype=np.int64)
    if dimension == "media":
        return world.media_of_clip[plays.clip]
    if dimension == "referrer":
        audience = world.audience_of_clip[plays.clip]
        return world.referrer_value[world.referrers.draw(audience, words[2])]
    if dimension == "city":
        return world.city_value[world.cities.draw(world.city_case[plays.place], words[3])]
    device = world.devices.draw(world.profile_of_place[plays.place], words[0])
    if dimension == "browser":
        return world.browser_value[world.browsers.draw(world.os_case[device], words[1])]
    return (world.device_value if dimension == "device" else world.os_value)[device]


def _count_table(keys: Ints, days: Sequence[date]) -> pa.Table:
    """Facts from the plays' keys, sorted as the keys are: values and codes are numbered in their own order."""
    world = _make_world()
    unique, counts = np.unique(keys, return_counts=True)
    rest, value = np.divmod(unique, len(world.values))
    rest, dimension = np.divmod(rest, len(_DIMENSIONS))
    day, country = np.divmod(rest, len(world.codes))
    columns = [
        pa.array(days, pa.date32()).take(pa.array(day)),
        pa.repeat(pa.scalar(METRIC, pa.string()), len(unique)),
        pa.array(world.codes, pa.string()).take(pa.array(country)),
        pa.array(_DIMENSIONS, pa.string()).take(pa.array(dimension)),
        pa.array(world.values, pa.string()).take(pa.array(value)),
        pa.array(counts, pa.int64()),
    ]
    return pa.Table.from_arrays(columns, schema=FACTS)


def _count_unmapped(plays: _Plays) -> dict[str, int]:
    """Plays by a spelling that names no country."""
    world = _make_world()
    counts = np.bincount(plays.place, minlength=len(world.spellings)).tolist()
    named = Counter({name: count for name, count in zip(world.spellings, counts, strict=True) if name in _NO_COUNTRY})
    return {name: count for name, count in sorted(named.items()) if name and count}


def _count_refused(days: Sequence[date]) -> tuple[Refused, ...]:
    """Now and then a row comes in that cannot be counted."""
    broken = (day for day in days if day.toordinal() % _REFUSED_EVERY == 0)
    return tuple(Refused("a row whose count is not a number", 1, day) for day in broken)
