"""Draw dots for territories too small to see, on every map, and write the style that moves them apart.

Each dot has offsets for several widths of the map (``Shape.spread``): ``--x0``, ``--y0``, ``--x1``, …; one pair of them
becomes ``--x`` and ``--y``. Without a script, media queries choose by the width of the window. The script chooses by
the width of the world on the screen, with a class ``l0``, ``l1``, … on the map, and sets ``--far`` to keep the offsets
constant in pixels when the world is wider than the widest layout. Print uses the second layout. A picture in a
separate file has no style sheet: its dots are drawn where the layout of its width puts them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from apivideo_geo.geo.shapes import Shape, load_spread_widths

NARROW, GUTTERS, WIDEST = 600, 42, 1138
"""The page (``site.css``): windows up to NARROW show the map from edge to edge, others leave GUTTERS (and a border);
it never gets wider than WIDEST, and the layouts beyond are for the zoomed map."""
CORE, RIM, BARE = 8, 9.4, 3
"""Width in CSS pixels of a dot, of the rim around it, and of a dot without counts."""
_NARROW = "--ring: 5.8px; --core: 4.4px; --bare: 2.4px; --hair: .3;"
"""Style of dots on the narrowest map, where there is little room."""
_WIDE = f"--ring: {RIM}px; --core: {CORE}px; --bare: {BARE}px; --hair: .9;"
"""Style of dots on the others."""


def draw_dot(shape: Shape, kind: str, *, unit: int = 1, width: float = 0, identity: str = "", words: str = "") -> str:
    """Return the dot of ``shape`` as SVG: a rim and a core, drawn as lines of length zero with round caps.

    ``kind`` is its class of colour, ``unit`` how many units of ``geo.shapes`` are one of this map, ``identity`` the id
    of the core and ``words`` its tooltip. A map ``width`` pixels wide with its own style in a file has
    the dot drawn where the layout of that width puts it; 0 leaves that to the page's style sheet.
    """
    x, y = place_dot(shape, width)
    line = f"M{round(x / unit, 1):g} {round(y / unit, 1):g}h0"
    name = f' id="{identity}"' if identity else ""
    title = f"<title>{escape(words)}</title>" if words else ""
    return (
        f'<g class="spot {kind} {shape.iso_a3}">{title}<path class="ring" d="{line}"/>'
        f'<path{name} class="dot" d="{line}"/></g>\n'
    )


def draw_hairline(shape: Shape, kind: str, *, unit: int = 1) -> str:
    """Return the line from the place of ``shape`` to its dot as SVG; the page's style sheet gives it its length."""
    if not shape.dot or not any(map(any, shape.spread)):
        return ""
    x, y = (round(place / unit, 1) for place in shape.dot)
    return f'<g class="{kind} {shape.iso_a3}" transform="translate({x:g} {y:g})"><path d="M0 0h1"/></g>\n'


def place_dot(shape: Shape, width: float = 0) -> tuple[float, float]:
    """Return x and y of the dot of ``shape`` in units of a map ``width`` pixels wide; with 0 its true position."""
    x, y = shape.dot or shape.label
    if not width or not shape.spread:
        return x, y
    layout = max(0, sum(minimum <= width for minimum in load_spread_widths()) - 1)
    right, down = shape.spread[layout]
    return x + right, y + down


def render_dots(shapes: Mapping[str, Shape]) -> str:
    """Return the style rules of all dots: their offsets, and which layout is for which window."""
    lines = [
        ".spot { transform: translate(calc(var(--x) * var(--far, 1) * 1px), calc(var(--y) * var(--far, 1) * 1px)); }",
        ".ways path { transform: scale(var(--far, 1))",
        " matrix(var(--x), var(--y), calc(0 - var(--y)), var(--x), 0, 0); }",
        *_layouts(load_spread_widths()),
        *(f".{shape.iso_a3} {{ {steps} }}" for shape in shapes.values() if (steps := _steps(shape))),
    ]
    return "\n".join(["", *lines, ""])


def _layouts(widths: tuple[int, ...]) -> Iterator[str]:
    yield _layout(0, "")
    for number, width in enumerate(widths[1:], 1):
        if width <= WIDEST:
            window = width if width < NARROW else width + GUTTERS
            yield f"@media (min-width: {window}px) {{ {_layout(number, '')} }}"
    for number in range(len(widths)):
        yield _layout(number, f".l{number}")
    yield f"@media print {{ {_layout(1, '').replace(';', ' !important;')} .world {{ --far: 1 !important; }} }}"


def _layout(number: int, chosen: str) -> str:
    """Return the style and the offsets of one layout for maps with the class ``chosen``, "" for all."""
    style = _WIDE if number else _NARROW
    x, y = (f"--{axis}: var(--{axis}{number}, 0);" for axis in "xy")
    return f".world{chosen} {{ {style} }} .world{chosen} :is(.spot, .ways g) {{ {x} {y} }}"


def _steps(shape: Shape) -> str:
    moved = [(f"x{number}", right) for number, (right, _) in enumerate(shape.spread)]
    moved += [(f"y{number}", down) for number, (_, down) in enumerate(shape.spread)]
    return " ".join(f"--{name}: {step:g};" for name, step in moved if step)
