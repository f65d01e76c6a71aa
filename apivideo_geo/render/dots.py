"""The style that moves dots apart where they crowd: as much as a map of that width needs. CSS out.

Each dot has its steps for some widths of the map (``Shape.spread``) as ``--x0``, ``--y0``, ``--x1``, …; of these one
pair is taken as ``--x`` and ``--y``. Media queries choose by the window, for the page without a script; the script
chooses by how wide the whole world is drawn, with a class ``l0``, ``l1``, … on the map, and sets ``--far`` to hold the
steps still, in pixels, when the world is drawn wider than the widest layout. Paper has the second layout.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apivideo_geo.geo.shapes import Shape, load_spread_widths

NARROW, GUTTERS, WIDEST = 600, 42, 1138
"""The page (``site.css``): windows up to NARROW show the map from edge to edge, others leave GUTTERS (and a border);
it never gets wider than WIDEST, and the layouts beyond are for the zoomed map."""
_HALO = "--ring: 12px; --core: 5px; --bare: 3px; --halo: .38; --haze: .25; --hair: .3;"
"""How a dot looks on the narrowest map: a core in a halo; without counts it is hazier."""
_DISC = "--ring: 13.4px; --core: 12px; --bare: 12px; --halo: 1; --haze: 1; --hair: .9;"
"""On the others: a disc with a rim."""


def render_dots(shapes: Mapping[str, Shape]) -> str:
    """Rules for every shape with a dot: where it stands, and which layout is for which window."""
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
    """The look and the steps of one layout for maps with the class ``chosen``, "" for all."""
    look = _DISC if number else _HALO
    x, y = (f"--{axis}: var(--{axis}{number}, 0);" for axis in "xy")
    return f".world{chosen} {{ {look} }} .world{chosen} :is(.spot, .ways g) {{ {x} {y} }}"


def _steps(shape: Shape) -> str:
    moved = [(f"x{number}", right) for number, (right, _) in enumerate(shape.spread)]
    moved += [(f"y{number}", down) for number, (_, down) in enumerate(shape.spread)]
    return " ".join(f"--{name}: {step:g};" for name, step in moved if step)
