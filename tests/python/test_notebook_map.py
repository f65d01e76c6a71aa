"""The folium map of a notebook: right colours, own layers, offline, and texts that cannot run."""

from dataclasses import replace

import folium
import pytest

import apivideo_geo
from apivideo_geo.render.map.notebook import make_map

SESSIONS = "sessionID,loadedAt,country\n" + "".join(
    f"{country}{number},2026-10-01T10:00:00Z,{country}\n"
    for country, count in {"France": 300, "Germany": 30, "Monaco": 3}.items()
    for number in range(count)
)


@pytest.fixture(scope="module")
def audience(tmp_path_factory):
    path = tmp_path_factory.mktemp("map") / "sessions.csv"
    path.write_text(SESSIONS)
    return apivideo_geo.open(path)


@pytest.fixture
def show(open_page, tmp_path):
    def show_it(chart):
        path = tmp_path / "map.html"
        chart.save(str(path))
        opened = open_page(path.as_uri(), viewport={"width": 1200, "height": 700}, reduced_motion="reduce")
        opened.page.wait_for_selector(".leaflet-bottom.leaflet-left")
        return opened

    return show_it


def centre(page, latitude, longitude):
    """The point in the window where a place in degrees is."""
    point = apivideo_geo.to_map(latitude, longitude)
    return page.evaluate(
        """([lat, lng]) => {
            const map = Object.values(window).find((value) => value instanceof L.Map);
            const at = map.latLngToContainerPoint([lat, lng]);
            return [at.x, at.y];
        }""",
        list(point),
    )


def test_the_saved_file_works_offline_and_colours_by_class(audience, show):
    opened = show(audience.map(classes=3))
    assert opened.problems == []
    assert opened.outside("file:") == []
    fills = opened.page.eval_on_selector_all(
        "path.leaflet-interactive", "all => all.map(one => one.getAttribute('fill'))"
    )
    assert len(fills) >= 250
    assert len(set(fills)) == 4  # three classes, and no plays
    legend = opened.page.locator(".leaflet-bottom.leaflet-left").inner_text()
    assert legend.splitlines()[-1] == "0"


def test_pointing_at_a_country_says_its_name_and_count_and_a_click_keeps_it(audience, show):
    page = show(audience.map()).page
    x, y = centre(page, 46.5, 2.5)
    page.mouse.move(x, y)
    assert page.locator(".leaflet-tooltip").inner_text().splitlines()[:2] == ["France · #1", "300 sessions"]
    page.mouse.click(x, y)
    assert "300 sessions" in page.locator(".leaflet-popup").inner_text()


def test_a_layer_of_ones_own_is_where_the_place_is(audience, show):
    chart = audience.map()
    folium.CircleMarker(apivideo_geo.to_map(48.86, 2.35), radius=3, color="#ff0000").add_to(chart)
    page = show(chart).page
    box = page.locator("path[stroke='#ff0000']").bounding_box()
    x, y = centre(page, 48.86, 2.35)
    assert abs(box["x"] + box["width"] / 2 - x) < 2
    assert abs(box["y"] + box["height"] / 2 - y) < 2


def test_markers_icons_and_popups_of_folium_work_offline(audience, show):
    chart = audience.map()
    folium.Marker(apivideo_geo.to_map(48.86, 2.35), tooltip="Paris", popup="<b>Our</b> office").add_to(chart)
    folium.Marker(apivideo_geo.to_map(-33.87, 151.2), icon=folium.Icon(color="darkred")).add_to(chart)
    folium.LayerControl().add_to(chart)
    opened = show(chart)
    page = opened.page
    assert opened.problems == []
    assert opened.outside("file:") == []
    assert page.eval_on_selector("img.leaflet-marker-icon", "image => image.naturalWidth") > 0
    pin = page.locator(".leaflet-marker-icon path")
    assert pin.evaluate("path => getComputedStyle(path).fill") == "rgb(139, 0, 0)"
    box, (x, y) = pin.bounding_box(), centre(page, -33.87, 151.2)
    assert abs(box["x"] + box["width"] / 2 - x) < 3
    assert abs(box["y"] + box["height"] - y) < 3
    page.locator("img.leaflet-marker-icon").click()
    assert page.locator(".leaflet-popup b").inner_text() == "Our"
    assert "data:image/png" in page.locator(".leaflet-control-layers-toggle").evaluate(
        "button => getComputedStyle(button).backgroundImage"
    )


def test_the_legend_says_the_unit_of_a_share_and_of_countries_without_a_rate(audience, show):
    legend = show(audience.map(measure="share", classes=3)).page.locator(".leaflet-bottom.leaflet-left")
    assert legend.inner_text().splitlines()[-2].endswith(" % and more")
    legend = show(audience.map(measure="per-million")).page.locator(".leaflet-bottom.leaflet-left")
    assert legend.inner_text().splitlines()[-2] == "Under 100 sessions"


def test_a_hostile_name_is_text(audience, show):
    hostile = "</script><img src=x onerror='window.hurt=1'><b>`${1}`"
    summary = audience.summary()
    first, *others = summary.countries
    summary = replace(summary, countries=(replace(first, name=hostile), *others))
    opened = show(make_map(summary, "count", "quantile", 6, "blue"))
    page = opened.page
    x, y = centre(page, 46.5, 2.5)
    page.mouse.click(x, y)
    assert hostile in page.locator(".leaflet-popup").inner_text()
    assert page.evaluate("window.hurt") is None
    assert opened.problems == []


def test_the_map_is_few_tab_stops_and_has_a_name(audience, show):
    page = show(audience.map()).page
    stops = page.evaluate(
        "[...document.querySelectorAll('a[href], button, [tabindex]')].filter(one => one.tabIndex >= 0).length"
    )
    assert stops <= 4
    assert page.get_by_role("region", name="Sessions: 333").count() == 1


def test_it_shows_itself_in_a_notebook(audience):
    assert "<iframe" in audience.map()._repr_html_()
