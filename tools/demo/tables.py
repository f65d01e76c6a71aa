"""The tables of the demo: its catalogue, its audience, what it watches on, how much.

All invented but the country codes and the names of cities. ``demo`` draws plays from them.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

# --- The catalogue ----------------------------------------------------------------------------------


class Clip(NamedTuple):
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


def _live(title: str, audience: str, weight: float, first: str, tags: str, repeat: int, public: bool = True) -> Clip:
    """A live stream that airs every ``repeat`` days, and whose replay is seldom watched."""
    burst, width = (40.0, 2.6) if repeat > 300 else (30.0, 0.6)
    return Clip(title, audience, weight / burst, first, tags, public, True, burst, width, repeat, 1.0)


CLIPS = (
    Clip("Film anything with your phone: the 10-minute course", "en", 100, "2023-05-16", "course phone"),
    Clip("Filmer avec son smartphone : le cours en 10 minutes", "fr", 100, "2023-05-16", "cours smartphone"),
    Clip("L’éclairage à trois points, pas à pas", "fr", 70, "2023-09-12", "cours lumière"),
    Clip("Three-point lighting, step by step", "en", 62, "2023-10-03", "course light"),
    Clip("Mit dem Smartphone filmen: der 10-Minuten-Kurs", "de", 50, "2024-01-23", "kurs smartphone"),
    Clip("Le son d’abord : choisir et placer son micro", "fr", 58, "2024-03-05", "cours son"),
    Clip("Sound first: choosing and placing a microphone", "en", 44, "2024-03-19", "course sound"),
    Clip("Monter son premier film : coupe, rythme, silence", "fr", 46, "2024-05-28", "cours montage"),
    Clip("Cut, rhythm, silence: editing your first film", "en", 36, "2024-06-11", "course editing"),
    Clip("Untertitel, die man gerne liest", "de", 22, "2024-09-17", "kurs untertitel"),
    Clip("Subtitles people enjoy reading", "en", 24, "2024-09-24", "course subtitles"),
    Clip("Sous-titrer sans fatigue", "fr", 26, "2024-10-01", "cours sous-titres"),
    Clip("Interviews: asking better questions on camera", "en", 26, "2024-12-03", "course interview"),
    Clip("Onboarding : l’accueil des nouveaux formateurs", "fr", 6, "2025-01-06", "interne", public=False),
    Clip("Réussir une interview filmée", "fr", 30, "2025-01-14", "cours interview"),
    Clip("Câmera na mão: filme com o seu celular", "pt", 40, "2025-02-11", "curso celular"),
    Clip("Colour for people who fear colour", "en", 22, "2025-03-11", "course colour"),
    Clip("L’étalonnage sans peur", "fr", 20, "2025-03-25", "cours couleur"),
    Clip("Grabar con el móvil: el curso de 10 minutos", "es", 30, "2025-04-08", "curso móvil"),
    Clip("Drehbuch in einer Stunde", "de", 16, "2025-05-06", "kurs drehbuch"),
    Clip("スマホで撮る商品動画", "ja", 26, "2025-06-03", "スマホ 商品"),
    Clip("Filmer la nuit à Dakar", "af", 34, "2025-09-02", "récit lumière"),
    Clip("Storyboards with & without drawing", "en", 18, "2025-10-14", "course storyboard"),
    Clip("Storyboard : dessiner sans savoir dessiner", "fr", 20, "2025-10-21", "cours storyboard"),
    Clip("Vertical or horizontal? Framing for every screen", "en", 28, "2026-01-20", "course framing"),
    Clip("Vertical ou horizontal ? Cadrer pour tous les écrans", "fr", 28, "2026-01-27", "cours cadre"),
    Clip("Tourner dehors : chaleur, vent, poussière", "af", 30, "2026-02-10", "cours extérieur"),
    Clip("Accessible video: captions, transcripts, description", "en", 24, "2026-03-17", "course accessibility"),
    Clip("Brand film, rough cut 3 (do not share)", "fr", 8, "2026-04-02", "draft", public=False),
    Clip("Live streaming from a small room", "en", 32, "2026-05-12", "course live"),
    Clip("Le direct depuis une petite pièce", "fr", 30, "2026-05-19", "cours direct"),
    Clip("Masterclass 2027, chapter 1 (preview)", "en", 9, "2026-09-08", "masterclass", public=False),
    Clip("What our first thousand students filmed", "world", 26, "2026-10-13", "showcase"),
    _live("Live: the autumn keynote", "world", 1500, "2025-09-22", "live keynote", repeat=364),
    _live("Festival du film de poche, en direct", "fr", 500, "2025-06-06", "direct festival", repeat=364),
    _live("Les jeudis du montage", "fr", 150, "2024-10-03", "direct montage", repeat=7),
    _live("Office hours in English", "en", 110, "2025-04-01", "live questions", repeat=7),
    _live("Sprechstunde Schnitt", "de", 150, "2025-01-15", "live fragen", repeat=28),
    _live("Clínica de vídeo ao vivo", "pt", 150, "2025-03-19", "ao vivo", repeat=28),
    _live("Répétition générale (équipe seulement)", "fr", 30, "2025-03-07", "interne", repeat=91, public=False),
)

# What the owner notes: day → text. The autumn keynote has none, so that the site names it.
NOTES = {
    "2025-06-06": "Pocket film festival, first edition",
    "2026-05-13": "Newsletter to all students",
    "2026-06-05": "Pocket film festival in Lyon",
    "2026-09-10": "New school year: courses free for a week",
}

# --- Where people are -------------------------------------------------------------------------------

# Plays by thousand, by how people watch there: at a desk, on Apple devices, on Android phones.
COUNTRIES = {
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
NO_COUNTRY = {"": 5.5, "ZZ": 1, "A1": 0.6, "EU": 0.4}
# One of these comes in every 28 days and stays for some eight months; each turn of the list takes longer
# than the two years shown, so whoever came in last was never seen before.
NEWCOMERS_IN_TURN = """ALB MNG TCD BWA FJI ISL NPL CPV ARM JAM ZMB MKD MDV DJI BRB KGZ GMB BIH VUT MRT TTO NAM MDA
    BRN COM PRY LAO QAT GRL SYC BGD LCA TLS ZWE PNG STP"""
NEWCOMERS = tuple(NEWCOMERS_IN_TURN.split())
NEWCOMER_EVERY, NEWCOMER_STAYS = 28, 250
NEWCOMER_FIRST = date(2024, 11, 11).toordinal()

FRENCH = "FRA BEL CHE LUX MCO CAN REU GUF GLP MTQ MYT NCL PYF HTI LBN MUS AND"
FRENCH_AFRICA = "MAR DZA TUN SEN CIV CMR MDG BEN BFA MLI TGO GIN COD COG GAB NER"
# For each audience: everybody else, then groups of countries, as factors on the shares above.
AUDIENCES: dict[str, tuple[float, dict[str, float]]] = {
    "world": (1.0, {}),
    "en": (1.25, {FRENCH: 0.45, FRENCH_AFRICA: 0.4, "USA GBR AUS IRL NZL IND SGP ZAF NGA KEN GHA": 1.9}),
    "fr": (0.4, {FRENCH: 1.6, FRENCH_AFRICA: 1.7}),
    "af": (0.3, {FRENCH: 0.5, FRENCH_AFRICA: 4.5, "REU MYT HTI": 2.5}),
    "de": (0.25, {"DEU": 7, "AUT": 11, "CHE": 6, "LIE": 18, "LUX": 3, "CZE": 1.5, "FRA": 0.15}),
    "pt": (0.2, {"BRA": 15, "PRT": 13, "FRA": 0.2, "ARG": 1.5}),
    "es": (0.2, {"ESP": 12, "MEX": 13, "COL": 14, "ARG": 13, "CHL": 13, "PER": 13, "AND": 8, "USA": 1, "FRA": 0.15}),
    "ja": (0.12, {"JPN": 28, "TWN": 3, "KOR": 2, "FRA": 0.1}),
}
# The largest first; each is watched about half as much as the one before it, and some plays have no city.
CITIES = {
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
NO_CITY = 0.2

# --- What people watch on, and where from -----------------------------------------------------------

DEVICES = {
    "desk": "computer/windows 44, computer/mac osx 15, computer/linux 3, phone/android 19, phone/ios 13, "
    "tablet/ios 3, tablet/android 2, tv/android 1",
    "apple": "computer/windows 30, computer/mac osx 24, computer/linux 2, phone/ios 27, phone/android 11, "
    "tablet/ios 5, tv/android 1",
    "phone": "phone/android 62, computer/windows 24, phone/ios 8, tablet/android 3, computer/mac osx 2, "
    "unknown/unknown 1",
}
BROWSERS = {
    "windows": "chrome 62, edge 23, firefox 12, opera 3",
    "mac osx": "safari 48, chrome 44, firefox 8",
    "linux": "chrome 55, firefox 45",
    "android": "chrome 88, samsung internet 8, firefox 4",
    "ios": "safari 90, chrome 10",
    "unknown": "unknown 1",
}
REFERRERS = {
    "world": "academy.nacre.example, social.example, search.example",
    "en": "academy.nacre.example, search.example, filmschool-weekly.example",
    "fr": "academie.nacre.example, recherche.example, images-et-sons.example",
    "af": "academie.nacre.example, cine-dakar.example, social.example",
    "de": "akademie.nacre.example, filmwerkstatt.example, suche.example",
    "pt": "academy.nacre.example, cinema-de-bolso.example",
    "es": "academy.nacre.example, cine-de-bolsillo.example",
    "ja": "academy.nacre.example, shop-video.example",
}
NO_REFERRER = 0.4  # apps send none

# --- How much ---------------------------------------------------------------------------------------

GROWTH_FROM = date(2024, 6, 1).toordinal()
PLAYS_THEN, MORE_EACH_DAY = 235.0, 0.30  # a day, with the whole catalogue published
WEEKDAYS = (1.08, 1.15, 1.13, 1.12, 1.02, 0.73, 0.77)  # from Monday
SEASONS = {1: 0.62, 9: 0.97, 60: 1.05, 150: 1.0, 185: 0.93, 205: 0.75, 232: 0.74, 252: 1.02, 345: 1.04, 358: 0.62}
"""Factor by day of the year, straight lines between: summer and Christmas are quiet."""

# --- What becomes of it -----------------------------------------------------------------------------

PLAY_RATES = {"desk": 0.52, "apple": 0.6, "phone": 0.36}
"""Plays by impression, by how people watch in a country."""
COMPLETION = {"computer": 0.55, "phone": 0.36, "tablet": 0.5, "tv": 0.68, "unknown": 0.4}
"""Plays to the end by play, by device."""
LIVE_COMPLETION = 0.45
"""The same of live streams, as a factor."""
STARTS = 0.97
"""Plays that start by play."""
PLAYS_BY_VIEWER = 1.25
"""Plays by viewer and day, where they are fewest."""
TASTE_MOVES = 0.1
"""How far a country's factor moves up and down over the months."""
UNPLAYED_ANYWHERE = 0.05
"""For each play, how many impressions come from another country, perhaps one without a play that day."""

# --- When -------------------------------------------------------------------------------------------

WEEKDAY_HOURS = (2, 1, 1, 1, 1, 2, 4, 7, 9, 10, 11, 11, 14, 12, 10, 10, 10, 12, 14, 18, 21, 19, 11, 5)
"""How much is watched at each hour of a working day, in the viewer's own time."""
WEEKEND_HOURS = (4, 3, 2, 1, 1, 1, 2, 3, 6, 9, 12, 13, 13, 14, 16, 17, 17, 16, 15, 16, 17, 15, 11, 7)
AIRING = (0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 2, 4, 12, 40, 26, 5, 3, 2, 0)
"""The same of a live stream on the day on which it airs, by UTC hour."""
UTC_OFFSETS = {
    code: float(offset)
    for offset, codes in {
        -5: "USA CAN MEX COL PER HTI JAM",
        -3: "BRA ARG CHL GLP MTQ GUF",
        0: "GBR IRL PRT MAR CIV SEN MLI BFA TGO GIN GHA",
        3: "TUR RUS SAU KEN MDG MYT UKR",
        4: "ARE REU MUS",
        5: "IND PAK",
        7: "IDN THA VNM",
        8: "CHN SGP MYS PHL HKG TWN",
        9: "JPN KOR",
        10: "AUS NCL",
        12: "NZL",
    }.items()
    for code in codes.split()
}
"""Hours ahead of UTC, about; 1 elsewhere."""
AT_ONCE = 0.8
"""The most viewers of a live stream at once, by plays in its busiest hour."""


def profile_of(code: str) -> str:
    """Return how people watch in a country: a key of ``COUNTRIES``; "phone" in countries that come later."""
    return next((profile for profile, text in COUNTRIES.items() if code in text.split()), "phone")
