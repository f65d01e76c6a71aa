"""Make the owner's accent colour readable on light and dark pages."""

from __future__ import annotations

import re

from apivideo_geo.errors import UsageError
from apivideo_geo.render.map.palettes import channels, mix

ENOUGH = 4.51
"""Minimum contrast of text: WCAG 2.2, level AA (4.5), and a margin for its rounded weights of red, green and blue.
The accent is also the background of pressed buttons."""
LIGHT, DARK = ("#ffffff", "#f5f7f9"), ("#0f1419", "#171d24")
"""The backgrounds of a page, ``--bg`` and ``--soft`` of the style sheet."""
_STEPS = 100


def accents(colour: str) -> tuple[str, str]:
    """Return the accent for light and dark pages: the colour itself if it has enough contrast, else the nearest
    darker or lighter one that has. Raises UsageError unless it is ``#rrggbb`` or ``#rgb``.
    """
    if not re.fullmatch(r"#([0-9a-fA-F]{3}){1,2}", colour):
        raise UsageError(f'There is no accent "{colour}": write a colour as #rrggbb, like #1f5fa8.')
    digits = colour[1:].lower()
    full = "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))
    return _fit(full, "#000000", LIGHT), _fit(full, "#ffffff", DARK)


def render_accent(colour: str) -> str:
    """Return the rules of the accent, added to the page's style sheet; empty for "" """
    if not colour:
        return ""
    light, dark = accents(colour)
    darker = f"{{ --accent: {dark}; }}"
    return (
        f"\n:root {{ --accent: {light}; }}\n"
        f'@media screen and (prefers-color-scheme: dark) {{ :root:not([data-theme="light"]) {darker} }}\n'
        f'@media screen {{ :root[data-theme="dark"] {darker} }}\n'
        "header { box-shadow: inset 0 3px var(--accent); }\n"
        'button[aria-pressed="true"] { border-color: var(--accent); background: var(--accent); }\n'
    )


def contrast(one: str, other: str) -> float:
    """Return the WCAG 2 contrast ratio of two ``#rrggbb``, 1–21."""
    dark, bright = sorted((_luminance(one), _luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def _fit(colour: str, end: str, backgrounds: tuple[str, ...]) -> str:
    """Return the colour, or the first one towards ``end`` that is readable on every background."""
    mixed = (mix(colour, end, step / _STEPS) for step in range(_STEPS + 1))
    return next(shade for shade in mixed if all(contrast(shade, back) >= ENOUGH for back in backgrounds))


def _luminance(colour: str) -> float:
    parts = [channel / 255 for channel in channels(colour)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
