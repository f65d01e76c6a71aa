"""Turns the viewing data of an api.video account into a public, living world map."""

__version__ = "0.1.0"
