"""Draw SVG pictures as PNG, with resvg and without a browser."""

from __future__ import annotations

import fontpkg_open_sans
import resvg_py

_BASIC = 0x0590, 0x0600
"""Open Sans has Latin, Greek, Cyrillic and, between these, Hebrew letters."""
_SIGNS = 0x1E00, 0x2300
"""More Latin letters, punctuation, currencies, arrows."""


def render_png(svg: str) -> bytes:
    """Return ``svg`` as PNG, in its own size.

    Text is set in Open Sans, which comes as a package, so that the same picture is the same bytes everywhere. The
    fonts of this machine are used only for scripts that Open Sans lacks.
    """
    fonts = [str(path) for path in sorted((fontpkg_open_sans.ROOT / "files").glob("OpenSans?wdth*.ttf"))]
    return resvg_py.svg_to_bytes(
        svg_string=svg,
        font_files=fonts,
        skip_system_fonts=all(map(_has, set(svg))),
        font_family=fontpkg_open_sans.FAMILY,
        sans_serif_family=fontpkg_open_sans.FAMILY,
    )


def _has(letter: str) -> bool:
    """Return whether Open Sans has the ``letter``."""
    code = ord(letter)
    return code < _BASIC[1] or _SIGNS[0] <= code < _SIGNS[1]
