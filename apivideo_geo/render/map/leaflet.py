"""Make the Leaflet map with folium, without loading anything from third parties.

folium writes the script that opens the map and adds the page's inline SVG as an overlay, so geometry,
colours and classes exist once. folium's default scripts, styles, tiles and legend are left out. The
script is a separate file (the page allows no inline script); equal maps give equal scripts.
"""

from __future__ import annotations

from functools import cache
from textwrap import dedent
from typing import Any

import folium
from branca.element import Figure, MacroElement
from folium.template import Template
from folium.utilities import JsCode

DEEPEST = 5
"""Maximum zoom: how often the size of the world may be doubled."""


class FlatMap(folium.Map):
    """A flat map over a frame of width × height units, without tiles or controls."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - folium's own declaration
    default_css: list[tuple[str, str]] = []  # noqa: RUF012

    def __init__(self, name: str, width: float, height: float) -> None:
        frame: list[list[float]] = [[0, 0], [height, width]]
        super().__init__(
            location=(height / 2, width / 2),
            tiles=None,
            crs="Simple",
            zoom_start=0,
            zoom_control=False,
            attribution_control=False,
            zoom_snap=0,
            zoom_delta=1,
            world_copy_jump=False,
            max_bounds_viscosity=1,
            bounce_at_zoom_limits=False,
        )
        options: dict[str, Any] = {
            # folium has these two options only for tiles. The world may be drawn smaller than one pixel a unit.
            "minZoom": -20,
            "maxBounds": frame,
            "zoomAnimation": JsCode("!matchMedia('(prefers-reduced-motion: reduce)').matches"),
        }
        self.options.update(options)
        self._id = name
        self.fit_bounds(frame)


class _PageOverlay(MacroElement):
    """Adds the SVG element ``svg_id`` of the page to the map, then passes the map to the page's script."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.svgOverlay(
                document.getElementById({{ this.svg_id|tojson }}),
                {{ this.frame|tojson }},
                {"interactive": false}
            ).addTo({{ this._parent.get_name() }});
            apivideoGeo.attach({{ this._parent.get_name() }}, {{ this.get_name() }}, {{ this.deepest|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, name: str, svg_id: str, width: float, height: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self._id = "overlay", name
        self.svg_id, self.frame, self.deepest = svg_id, [[0, 0], [height, width]], DEEPEST


def container_id(name: str) -> str:
    """Return the id of the element in which the map ``name`` opens."""
    return f"map_{name}"


@cache
def render_script(name: str, svg_id: str, width: float, height: float) -> str:
    """Return the script that opens the map ``name`` over the page's SVG ``svg_id``, ``width`` × ``height`` units."""
    world = FlatMap(name, width, height)
    world.add_child(_PageOverlay(name, svg_id, width, height))
    figure = world.get_root()
    assert isinstance(figure, Figure)
    figure.render()
    lines = dedent(figure.script.render()).splitlines()
    return "\n".join(line.rstrip() for line in lines if line.strip()) + "\n"
