"""Write docs/places.md: every code of the map and where it is drawn.

Run ``make docs`` after a change of the geometry or of the border policy.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from apivideo_geo.geo.borders import load_borders  # noqa: E402
from apivideo_geo.geo.countries import all_countries, flag, name_of, to_alpha2  # noqa: E402
from apivideo_geo.geo.shapes import Shape, load_shapes  # noqa: E402
from apivideo_geo.render.map.inline_svg import render_map  # noqa: E402

PAGE = ROOT / "docs/places.md"
HEAD = """# Where every code is drawn

All 249 codes of ISO 3166-1 and `XKX`. An *outline* is a shape of its own. A *dot* stands where the outline would be too
small to see on the whole world's map, under 2 pixels on a screen 360 wide; it is 12 pixels wide on every screen and at
every zoom, until the outline is larger, and a finger or pointer near it is enough. Dots that would cover each other are
moved apart, and a hairline leads from the dot to its place. The place is in units of the map, {width} × {height}, from
the north-west corner: the dot, or the middle of the biggest part. [Borders](borders.md) explains why.

| code | | name | continent | drawn as | place | remark |
|---|---|---|---|---|---|---|
"""
TAIL = "\nThis page is written by `make docs`.\n"


def render_places() -> str:
    """Return the page."""
    from apivideo_geo.geo.shapes import HEIGHT, WIDTH

    shapes = load_shapes()
    drawn = render_map(shapes, lambda code: "zero", "world", "", 0)
    lines = [_line(shapes[code], drawn) for code in sorted(all_countries())]
    return HEAD.format(width=WIDTH, height=HEIGHT) + "\n".join(lines) + "\n" + TAIL


def _line(shape: Shape, drawn: str) -> str:
    code = shape.iso_a3
    outline = bool(shape.path) and f'id="{code}"' in drawn
    dot = f'id="{code}{"-dot" if shape.path else ""}" class="dot"' in drawn
    how = " and ".join(word for word, is_so in (("outline", outline), ("dot", dot)) if is_so)
    x, y = shape.dot if dot and shape.dot else shape.label
    mark = f"{flag(code)} {to_alpha2(code)}"
    cells = (f"`{code}`", mark, name_of(code), shape.region, how, f"{x:.0f}, {y:.0f}", _remark(code))
    return f"| {' | '.join(cells)} |"


def _remark(code: str) -> str:
    """Return what the border policy says about the code."""
    remarks = []
    for border in load_borders():
        if code in border.codes:
            split = border.whole and not border.atlas.startswith("(")
            remarks.append(f"split from {border.atlas}" if split else f"{border.area}: {border.why}")
    return "; ".join(remarks)


if __name__ == "__main__":
    PAGE.write_text(render_places(), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)} written")
