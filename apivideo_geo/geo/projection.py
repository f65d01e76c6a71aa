"""Project degrees to the plane of the outlines: Equal Earth (Šavrič, Patterson, Jenny 2018), with their scale."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

from apivideo_geo.geo.shapes import Point, load_frame

_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796
_M = sqrt(3) / 2


def project(latitude: float, longitude: float) -> Point:
    """Return a position in degrees (north and east positive) in the units of ``geo.shapes``."""
    frame = load_frame()
    turned = radians((longitude - frame["meridian"] + 180) % 360 - 180)
    angle = asin(_M * sin(radians(latitude)))
    square = angle * angle
    sixth = square**3
    x = turned * cos(angle) / (_M * (_A1 + 3 * _A2 * square + sixth * (7 * _A3 + 9 * _A4 * square)))
    y = angle * (_A1 + _A2 * square + sixth * (_A3 + _A4 * square))
    return frame["x"] + frame["scale"] * x, frame["y"] - frame["scale"] * y
