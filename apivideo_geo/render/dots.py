"""The style that moves dots apart where they crowd: as much as a map of that width needs. CSS out.

Each dot has its steps for some widths of the map (``Shape.spread``) as ``--x0``, ``--y0``, ``--x1``, …; of the
variables ``--l0``, ``--l1``, … one is 1 and picks the layout, the others are 0. Media queries set them by the
window, for the page without a script; the script sets them by how wide the whole world is drawn, and ``--far``
to hold the steps still, in pixels, when it is drawn wider than the widest layout. On paper it is the second layout.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apivideo_geo.geo.shapes import Shape, load_spread_widths

NARROW, GUTTERS, WIDEST = 600, 42, 1138
"""The page (``site.css``): windows up to NARROW show the map from edge to edge, others leave GUTTERS (and a border);
it never gets wider than WIDEST, and the layouts beyond are for the zoomed map."""


def render_dots(shapes: Mapping[str, Shape]) -> str:
    """Rules for every shape with a dot: where it stands, and which layout is for which window."""
    widths = load_spread_widths()
    x, y = (_pick(axis, len(widths)) for axis in "xy")
    lines = [
        f".spot, .ways g {{ --x: calc(({x}) * var(--far, 1)); --y: calc(({y}) * var(--far, 1)); }}",
        ".ring, .dot { transform: translate(calc(var(--x) * 1px), calc(var(--y) * 1px)); }",
        ".ways path { transform: matrix(var(--x), var(--y), calc(-1 * var(--y)), var(--x), 0, 0); }",
        *_layouts(widths),
        *(f".{shape.iso_a3} {{ {steps} }}" for shape in shapes.values() if (steps := _steps(shape))),
    ]
    return "\n".join(["", *lines, ""])


def _pick(axis: str, count: int) -> str:
    return " + ".join(f"var(--{axis}{number}, 0) * var(--l{number}, 0)" for number in range(count))


def _layouts(widths: tuple[int, ...]) -> Iterator[str]:
    yield ".world { --l0: 1; }"
    paper = ("--l0: 0", "--l1: 1", *(f"--l{number}: 0" for number in range(2, len(widths))), "--far: 1")
    yield f"@media print {{ .world {{ {' '.join(f'{value} !important;' for value in paper)} }} }}"
    for number, width in enumerate(widths[1:], 1):
        if width > WIDEST:
            break
        window = width if width < NARROW else width + GUTTERS
        yield f"@media (min-width: {window}px) {{ .world {{ --l{number - 1}: 0; --l{number}: 1; }} }}"


def _steps(shape: Shape) -> str:
    moved = [(f"x{number}", right) for number, (right, _) in enumerate(shape.spread)]
    moved += [(f"y{number}", down) for number, (_, down) in enumerate(shape.spread)]
    return " ".join(f"--{name}: {step:g};" for name, step in moved if step)
