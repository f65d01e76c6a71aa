"""How colours look: CIELAB, and to eyes with a colour vision deficiency. For tests; numbers with their sources."""

from __future__ import annotations

import numpy as np

JUST_NOTICEABLE = 2.3
"""The least distance in CIELAB that is noticed (Mahy, Van Eycken and Oosterlinck 1994)."""

VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
    "greyscale": np.array([[0.2126729, 0.7151522, 0.0721750]] * 3),
}
"""What linear sRGB becomes: Machado, Oliveira and Fernandes 2009, severity 1.0; greyscale keeps the luminance."""

_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
"""Linear sRGB to XYZ under D65 (IEC 61966-2-1)."""


def linear(colour: str) -> np.ndarray:
    """``#rrggbb`` to linear sRGB, 0–1."""
    value = np.array([int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)])
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab(colour: str, vision: str = "normal") -> np.ndarray:
    """L*, a*, b* (CIE 1976) of a colour as ``vision`` sees it."""
    ratio = _XYZ @ np.clip(VISION[vision] @ linear(colour), 0, 1) / _XYZ.sum(axis=1)
    root = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def distance(one: str, other: str, vision: str = "normal") -> float:
    """How far two colours are apart in CIELAB (1976)."""
    return float(np.linalg.norm(lab(one, vision) - lab(other, vision)))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2, 1–21."""
    bright = sorted(float(_XYZ[1] @ linear(colour)) + 0.05 for colour in (one, other))
    return bright[1] / bright[0]
