"""A choropleth for notebooks: a folium map with the classes, shapes and projection of the site, in one offline file.

Coordinates are those of the outlines (``geo.shapes``), turned so that north is up: latitude is ``HEIGHT - y``,
longitude is ``x``; :func:`apivideo_geo.to_map` converts degrees. Every text reaches the page as a text node, because
folium's own tooltips, popups and legends interpret HTML.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import folium
from branca.element import Element, Figure, MacroElement
from folium.template import Template
from folium.utilities import JsCode

from apivideo_geo.errors import UsageError
from apivideo_geo.geo.countries import name_of
from apivideo_geo.geo.shapes import HEIGHT, WIDTH, Shape, load_shapes, parse_path
from apivideo_geo.model import CountryCount, Summary
from apivideo_geo.render.map.leaflet import FlatMap
from apivideo_geo.render.map.palettes import PALETTES, spread
from apivideo_geo.render.map.picture import PICTURE_COLOURS
from apivideo_geo.render.map.scale import Scale, make_scale
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import Formats, sentence
from apivideo_geo.render.theme.assets import load_leaflet, load_leaflet_images

MEASURES = ("count", "share", "per-million")
_ZERO, _EDGE, _FEW = PICTURE_COLOURS["light"].zero, "#ffffff", "#a9b4c1"
_DOT = 5
"""Radius of the dot of a small territory, in pixels."""
_LABEL = JsCode(
    """
    function (feature, layer) {
        const text = (tag) => {
            const box = document.createElement(tag);
            feature.properties.lines.forEach((line, index) => {
                const row = document.createElement(index ? "div" : "strong");
                row.textContent = line;
                box.append(row);
            });
            return box;
        };
        layer.bindTooltip(() => text("span"), { sticky: true });
        layer.bindPopup(() => text("div"));
        // One tab stop for the whole map: a shape with a listener for focus would be one of its own.
        layer.on("add", () => layer.getElement()?.setAttribute("tabindex", "-1"));
    }
    """
)
_HELPERS = """
    // folium uses jQuery only to parse the HTML of a popup and to wait for the page.
    window.$ ??= (what) => {
        if (typeof what !== "string") return { ready: (run) => addEventListener("DOMContentLoaded", run) };
        const template = document.createElement("template");
        template.innerHTML = what.trim();
        return template.content.children;
    };
    L.Icon.Default.imagePath = "";
    L.Icon.Default.mergeOptions(IMAGES);
    // A pin in the colour of folium.Icon; its plugin and its symbols would come from the network.
    L.AwesomeMarkers ??= {
        icon: ({ markerColor }) => {
            const [html] = $(`<svg width="25" height="41" stroke="#fff">
                <path d="M12.5 1A11 11 0 0 0 2 15c2 8 10.5 25 10.5 25S21 23 23 15A11 11 0 0 0 12.5 1z"/>
                <circle cx="12.5" cy="12.5" r="4" fill="#fff"/></svg>`);
            html.firstElementChild.style.fill = markerColor;
            return L.divIcon({ html, className: "", iconSize: [25, 41], iconAnchor: [12, 41], popupAnchor: [0, -36] });
        },
    };
"""
"""Script for the layers that users add: folium's own markers, icons and popups work without the network."""


def make_map(
    summary: Summary, measure: Literal["count", "share", "per-million"], method: str, classes: int, palette: str,
    locale: str = "en",
) -> folium.Map:  # fmt: skip
    """Return the map of ``summary``. Raises :class:`UsageError` for an unknown measure, method, palette or locale,
    and unless ``classes`` is a number from 3 to 9.
    """
    if measure not in MEASURES:
        raise UsageError(f"There is no measure {measure!r}: choose one of {', '.join(MEASURES)}.")
    if palette not in PALETTES:
        raise UsageError(f"There is no palette {palette!r}: choose one of {', '.join(PALETTES)}.")
    if not isinstance(classes, int) or not 3 <= classes <= 9:
        raise UsageError(f"classes must be a number from 3 to 9, not {classes!r}.")
    formats = Formats(locale)
    values = {country.iso_a3: _value(country, measure, summary.total) for country in summary.countries}
    scale = make_scale([value for value in values.values() if value is not None], method, classes)
    colours = _colours(values, scale, spread(PALETTES[palette].light, len(scale.lows)))
    lines = {country.iso_a3: _lines(country, summary, formats) for country in summary.countries}

    chart = NotebookMap("audience", WIDTH, HEIGHT)
    shapes = load_shapes().values()
    for name, features, marker in (
        ("Countries", _lands(shapes, lines, formats), None),
        ("Small territories", _dots(shapes, lines, formats, values), folium.CircleMarker()),
    ):
        folium.GeoJson(
            {"type": "FeatureCollection", "features": features}, name=name, marker=marker, on_each_feature=_LABEL,
            style_function=lambda feature: _style(feature, colours),
            highlight_function=lambda feature: {"weight": 2, "color": "#12181f"},
        ).add_to(chart)  # fmt: skip
    entries = _legend(scale, summary, measure, formats, PALETTES[palette].light)
    chart.add_child(_Legend(entries, _caption(summary, formats)))
    return chart


class NotebookMap(FlatMap):
    """The flat map as one file: Leaflet is included, and nothing is loaded from the network."""

    def render(self, **kwargs: Any) -> None:  # type: ignore[override]  # noqa: ANN401 - as in folium
        """Put Leaflet into the head of the page, then render as folium does."""
        figure = self.get_root()
        assert isinstance(figure, Figure)
        files = load_leaflet()
        script = files["leaflet.js"].decode().replace("</", "<\\/")
        figure.header.add_child(Element(f"<script>{script}</script>"), name="leaflet_js", index=0)
        images = {name: _data_uri(content) for name, content in load_leaflet_images().items()}
        icons = {"iconUrl": "marker-icon.png", "iconRetinaUrl": "marker-icon-2x.png", "shadowUrl": "marker-shadow.png"}
        helpers = _HELPERS.replace("IMAGES", json.dumps({option: images[name] for option, name in icons.items()}))
        layers = f".leaflet-control-layers-toggle {{background-image: url({images['layers-2x.png']})}}"
        style = f"{files['leaflet.css'].decode()}{layers}"
        figure.header.add_child(Element(f"<style>{style}</style>"), name="leaflet_css", index=1)
        figure.header.add_child(Element(f"<script>{helpers}</script>"), name="helpers_js", index=2)
        super().render(**kwargs)  # type: ignore[no-untyped-call]


class _Legend(MacroElement):
    """Caption and legend in two corners of the map, built from text nodes."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            (function (map) {
                const make = (tag, text, style, parent) => {
                    const element = document.createElement(tag);
                    element.textContent = text;
                    element.style.cssText = style;
                    parent?.append(element);
                    return element;
                };
                const corner = (position, content) => {
                    const control = L.control({ position });
                    control.onAdd = () => {
                        const style = "padding:6px 10px;border-radius:8px;background:#ffffffe6;color:#12181f;font:13px/1.4 system-ui,sans-serif";
                        const box = make("div", "", style);
                        content(box);
                        return box;
                    };
                    control.addTo(map);
                };
                corner("topright", (box) => make("strong", {{ this.caption|tojson }}, "", box));
                corner("bottomleft", (box) => {
                    for (const [colour, label] of {{ this.entries|tojson }}) {
                        const row = make("div", "", "display:flex;align-items:center;gap:6px", box);
                        make("i", "", "width:14px;height:12px;border-radius:2px;box-shadow:inset 0 0 0 1px #80808055;background:" + colour, row);
                        make("span", label, "", row);
                    }
                });
                const container = map.getContainer();
                container.style.background = "#f5f7f9";
                container.setAttribute("role", "region");
                container.setAttribute("aria-label", {{ this.caption|tojson }});
            })({{ this._parent.get_name() }});
        {% endmacro %}
        """  # noqa: E501
    )

    def __init__(self, entries: list[tuple[str, str]], caption: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self.entries, self.caption = "Legend", entries, caption


def _data_uri(image: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(image).decode()}"


def _value(country: CountryCount, measure: str, total: float) -> float | None:
    if measure == "share":
        return country.count * 100 / total  # rounded once: the share times 100 can be just below the limit of its class
    return country.per_million if measure == "per-million" else country.count


def _colours(values: Mapping[str, float | None], scale: Scale, palette: tuple[str, ...]) -> dict[str, str]:
    """Return alpha-3 → colour, for every country with a count; grey where the value is missing."""
    classes = {code: scale.class_of(value) for code, value in values.items()}
    return {code: _FEW if index is None else palette[index] for code, index in classes.items()}


def _lines(country: CountryCount, summary: Summary, formats: Formats) -> list[str]:
    name, quantity = sentences.called(country, formats), sentences.quantity(country.count, summary, formats)
    lines = [f"{name} · #{country.rank}", quantity]
    lines.append(formats.share(country.share))
    if country.per_million is not None:
        lines.append(f"{formats.rate(country.per_million)} · {formats.say('Per million')}")
    return lines


def _feature(code: str, geometry: dict[str, Any], lines: Mapping[str, list[str]], formats: Formats) -> dict[str, Any]:
    text = lines.get(code) or [name_of(code, str(formats.locale)), "0"]
    return {"type": "Feature", "id": code, "properties": {"iso_a3": code, "lines": text}, "geometry": geometry}


def _lands(shapes: Iterable[Shape], lines: Mapping[str, list[str]], formats: Formats) -> list[dict[str, Any]]:
    """Return each outline as a feature. Its rings are one polygon: Leaflet fills them by the even-odd rule."""
    features = []
    for shape in shapes:
        if shape.path:
            rings = [[[x, HEIGHT - y] for x, y in (*ring, ring[0])] for ring in parse_path(shape.path)]
            features.append(_feature(shape.iso_a3, {"type": "Polygon", "coordinates": rings}, lines, formats))
    return features


def _dots(
    shapes: Iterable[Shape], lines: Mapping[str, list[str]], formats: Formats, values: Mapping[str, float | None]
) -> list[dict[str, Any]]:
    """Return the dots of the territories that are too small to see; those with a value last, to be on top."""
    features = []
    for shape in sorted(shapes, key=lambda shape: values.get(shape.iso_a3) or 0):
        if shape.dot:
            point = {"type": "Point", "coordinates": [shape.dot[0], HEIGHT - shape.dot[1]]}
            features.append(_feature(shape.iso_a3, point, lines, formats))
    return features


def _style(feature: dict[str, Any], colours: Mapping[str, str]) -> dict[str, Any]:
    style = {
        "fill": True,
        "fillColor": colours.get(feature["id"], _ZERO),
        "fillOpacity": 1,
        "color": _EDGE,
        "weight": 0.6,
    }
    is_dot = feature["geometry"]["type"] == "Point"
    return style | ({"radius": _DOT if feature["id"] in colours else 2, "color": "#566171"} if is_dot else {})


def _legend(
    scale: Scale, summary: Summary, measure: str, formats: Formats, palette: tuple[str, ...]
) -> list[tuple[str, str]]:
    unit = " %" if measure == "share" else ""
    labels = scale.ranges(formats, lambda value: f"{formats.number(value)}{unit}")
    entries = list(zip(spread(palette, len(scale.lows)), labels, strict=True))
    if measure == "per-million":
        few = sentences.quantity(summary.per_million_from, summary, formats)
        entries.append((_FEW, formats.say("Under %(quantity)s", quantity=few)))
    return [*entries, (_ZERO, "0")]


def _caption(summary: Summary, formats: Formats) -> str:
    plays = sentence(sentences.noun(summary.metric, formats))
    total = sentences.amount(summary.metric, summary.total, formats)
    caption = f"{plays}: {total} {sentences.period(summary, formats)}".strip()
    return f"{caption} · {formats.say('Demo data')}" if summary.demo else caption
