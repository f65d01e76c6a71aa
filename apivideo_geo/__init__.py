"""Turn the viewing data of an api.video account into a world map: as a static site, and as pandas frames.

>>> import apivideo_geo
>>> audience = apivideo_geo.demo()
>>> int(audience.choro()["Count"].sum()) == int(audience.daily()["count"].sum())
True
"""

from apivideo_geo.audience import Audience, to_map
from apivideo_geo.errors import ApivideoGeoError
from apivideo_geo.open_place import open
from apivideo_geo.open_place import open_demo as demo

__all__ = ["ApivideoGeoError", "Audience", "demo", "open", "to_map"]
