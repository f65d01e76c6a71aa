"""The colours of the classes: palettes by name, light and dark, as part of the style sheet.

Every palette has one hue: on a light page darker means more, on a dark page lighter means more. The order depends on
lightness alone, so that it can be seen with every kind of colour vision, in greyscale and in print. Changes have
separate colours, orange for less and blue for more, whose five steps also differ in lightness.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from apivideo_geo.errors import UsageError
from apivideo_geo.render.map.scale import MAX_CLASSES

DEFAULT = "blue"


@dataclass(frozen=True)
class Palette:
    """Six colours ``#rrggbb`` for each theme, low to high; :func:`spread` makes one for each class."""

    light: tuple[str, ...]
    dark: tuple[str, ...]


PALETTES: Mapping[str, Palette] = MappingProxyType(
    {
        "blue": Palette(
            light=("#dbe9f6", "#b3d0ea", "#7fb0d9", "#4a8bc2", "#22649f", "#0b3c6f"),
            dark=("#1d3a56", "#25547f", "#2f70aa", "#4d93cd", "#83bbe6", "#cfe6f9"),
        ),
        "green": Palette(
            light=("#d6e5d0", "#aacfa1", "#76b373", "#41934d", "#1e6d36", "#0f4424"),
            dark=("#194025", "#165d2d", "#2d7b3b", "#539e54", "#8bc380", "#d7e8cf"),
        ),
        "teal": Palette(
            light=("#cce6e3", "#98cfcc", "#51b3b2", "#029194", "#046a6e", "#004347"),
            dark=("#033f43", "#045b5e", "#04797b", "#159d9d", "#64c4c0", "#cae9e6"),
        ),
        "purple": Palette(
            light=("#e6ddef", "#cfbee5", "#b498da", "#9571cc", "#6f4bae", "#462c75"),
            dark=("#422d63", "#5e4488", "#7d5cb0", "#a17cd9", "#c5a8ec", "#e9dff5"),
        ),
        "orange": Palette(
            light=("#f4ddc3", "#eebb8b", "#e69046", "#cc661d", "#9f4416", "#672813"),
            dark=("#5f2815", "#8a380d", "#ae520b", "#d2761f", "#f2a450", "#fadfc0"),
        ),
        "grey": Palette(
            light=("#dee1e4", "#c1c5ca", "#a0a5ab", "#7c838b", "#5a6067", "#373c41"),
            dark=("#35383c", "#4d5257", "#676d74", "#888e96", "#b0b5bc", "#e0e3e7"),
        ),
    }
)
"""The palettes an owner can choose from."""

CHANGE = Palette(
    light=("#bc5b29", "#e5aa77", "#d5d9de", "#559ac9", "#015087"),
    dark=("#dd8149", "#7a4826", "#333a44", "#3577aa", "#9bccf0"),
)
"""Five colours for a change, much less to much more; the third means about the same."""

_FIRST = {1: 4.0, 2: 1.0, 3: 1.0, 4: 0.5}
"""Number of classes → position of the first colour, 0–5: with few classes, the palest colours are left out."""
_CURVE, _CURVE_OPEN = 3, 1
"""Index of the colour of the daily curve and the bars, and of partial days."""


def spread(colours: Sequence[str], classes: int) -> tuple[str, ...]:
    """Return ``classes`` colours at equal steps along ``colours``, mixed between two neighbours."""
    last = len(colours) - 1
    first = _FIRST.get(classes, 0.0)
    step = (last - first) / max(classes - 1, 1)
    return tuple(_at(colours, first + step * number) for number in range(classes))


def render_palette(name: str) -> str:
    """Return the style sheet of the palette, which overrides the colours of the page's style sheet.

    For ``.k6`` (a map or legend of six classes) it sets ``--k0`` … ``--k5``. For every page it sets ``--c0`` … ``--c5``
    (the colours of six classes), ``--d0`` … ``--d4`` (the classes of a change), ``--curve`` and ``--curve-open``.
    Raises :class:`UsageError` for an unknown name.
    """
    if name not in PALETTES:
        raise UsageError(f'There is no palette "{name}": choose one of {", ".join(PALETTES)}.')
    palette = PALETTES[name]
    dark = list(_rules(':root[data-theme="dark"]', palette.dark, CHANGE.dark))
    lines = [
        f"\n/* The palette {name}, overrides the colours of the style sheet. */",
        *_rules(":root", palette.light, CHANGE.light),
        "@media screen and (prefers-color-scheme: dark) {",
        *(rule.replace(':root[data-theme="dark"]', ':root:not([data-theme="light"])') for rule in dark),
        "}",
        "@media screen {",
        *dark,
        "}",
    ]
    return "\n".join(lines) + "\n"


def _rules(root: str, colours: Sequence[str], change: Sequence[str]) -> Iterator[str]:
    yield (
        f"{root} {{ {_variables('c', colours)} {_variables('d', change)} "
        f"--curve: {colours[_CURVE]}; --curve-open: {colours[_CURVE_OPEN]}; }}"
    )
    for classes in range(1, MAX_CLASSES + 1):
        yield f"{root} .k{classes} {{ {_variables('k', spread(colours, classes))} }}"


def _variables(letter: str, colours: Sequence[str]) -> str:
    return " ".join(f"--{letter}{number}: {colour};" for number, colour in enumerate(colours))


def _at(colours: Sequence[str], position: float) -> str:
    """Return the colour at ``position``; whole numbers are the ``colours`` themselves."""
    below = min(int(position), len(colours) - 2)
    return mix(colours[below], colours[below + 1], position - below)


def mix(one: str, other: str, part: float) -> str:
    """Return the colour between two ``#rrggbb``; ``part`` 0 is the first, 1 the other."""
    pairs = zip(channels(one), channels(other), strict=True)
    return "#" + "".join(f"{round(low + (high - low) * part):02x}" for low, high in pairs)


def channels(colour: str) -> tuple[int, ...]:
    """Return red, green and blue of a ``#rrggbb``, 0–255."""
    return tuple(int(colour[index : index + 2], 16) for index in (1, 3, 5))
