"""Turns the viewing data of an api.video account into a static site with a world map."""
