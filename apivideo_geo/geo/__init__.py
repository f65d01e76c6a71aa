"""Countries and places: names, codes, populations, outlines."""
